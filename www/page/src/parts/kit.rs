//! Small things that many parts use.

use crdb_triage::model::Verdict;
use crdb_triage::report::visible::{Piece, pieces};
use crdb_triage::report::wording::{self, capital};
use leptos::ev;
use leptos::prelude::*;

use super::element::{Content, El, Several, html, several};
use super::icon::{Icon, icon};
use crate::view::format;

/// Hostile text: text nodes only, on its own in the order of writing, with what is invisible named.
pub(super) fn raw(text: &str) -> El {
    pieces(text).into_iter().fold(html("bdi").class("raw"), |shown, piece| match piece {
        Piece::Plain(text) => shown.child(text),
        Piece::Code(code) => shown.child(
            html("span")
                .class("code-point")
                .attr("title", "A character that shows nothing or moves others")
                .child(code),
        ),
    })
}

/// A sentence in which ids and dates are not torn at their hyphens.
pub(super) fn unbroken(text: &str) -> Several {
    let words = text.split_inclusive(' ').map(|word| {
        // The space stays outside: within, no line could end at it.
        let (whole, space) = word.split_at(word.trim_end().len());
        if format::holds_together(whole) {
            several((html("span").class("whole").child(whole), space))
        } else {
            several(word)
        }
    });
    several(words.collect::<Vec<_>>())
}

/// A verdict as word and picture.
pub(super) fn tag(verdict: Verdict) -> El {
    html("span")
        .class("tag")
        .attr("data-tone", verdict.as_str())
        .attr("title", wording::verdict_meaning(verdict))
        .child((icon(Icon::Verdict(verdict)), capital(wording::verdict_word(verdict))))
}

/// A name and its value in a list of facts.
pub(super) fn fact(name: impl Content, value: impl Content) -> El {
    html("div").class("fact").child((html("dt").child(name), html("dd").child(value)))
}

/// The same where the value takes a line of its own.
pub(super) fn long_fact(name: &'static str, value: impl Content) -> El {
    html("div").class("fact across").child((html("dt").child(name), html("dd").child(value)))
}

/// A path with its line, as text that may break anywhere.
pub(super) fn place(path: &str, line: u64) -> El {
    html("span").class("place mono").child((raw(path), format!(":{line}")))
}

/// A table in a frame of its own, which scrolls.
pub(super) fn framed(table: El, caption: &str, headings: &[&str], bodies: Vec<El>) -> El {
    let heading = |name: &&str| html("th").attr("scope", "col").child(*name);
    let headings: Vec<_> = headings.iter().map(heading).collect();
    // A keyboard can only scroll what it can reach.
    html("div")
        .class("scroll")
        .attr("tabindex", "0")
        .attr("role", "group")
        .attr("aria-label", caption)
        .child(table.child((
            html("caption").child(raw(caption)),
            html("thead").child(html("tr").child(headings)),
            bodies,
        )))
}

/// Rows below one name, which stands beside the first.
pub(super) fn body(name: &str, rows: Vec<Vec<El>>) -> El {
    let span = rows.len().to_string();
    let row = |(at, cells): (usize, Vec<El>)| {
        let name = (at == 0).then(|| {
            let head = html("th").attr("scope", "rowgroup").attr("rowspan", span.as_str());
            head.child(raw(name))
        });
        html("tr").child((name, cells))
    };
    html("tbody").child(rows.into_iter().enumerate().map(row).collect::<Vec<_>>())
}

/// What a list leaves out, so that the browser does not stand still.
pub(super) fn left_out(number: usize, one: &str, many: &str) -> Option<El> {
    let more = || format!("{}; the JSON report has all.", format::counted(number, one, many));
    (number > 0).then(|| html("p").class("quiet").child(more()))
}

/// What is made when somebody opens it, and stays.
pub(super) fn folded<C: Content>(
    class: &str,
    summary: impl Content,
    open: bool,
    make: impl Fn() -> C + 'static,
) -> El {
    let made = RwSignal::new(open);
    html("details")
        .class(class)
        .on(ev::toggle, move |_| {
            if !made.get_untracked() {
                made.set(true);
            }
        })
        .child((html("summary").child(summary), move || made.get().then(&make)))
}

/// A button with a picture before its word. `id` is what tests find it by.
pub(super) fn button(
    class: &'static str,
    id: Option<&'static str>,
    picture: Icon,
    word: &'static str,
    click: impl Fn() + 'static,
) -> El {
    html("button")
        .attr("type", "button")
        .class(class)
        .attr("data-testid", id)
        .on(ev::click, move |_| click())
        .child((icon(picture), word))
}
