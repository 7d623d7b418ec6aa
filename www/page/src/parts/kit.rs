//! Small things that many parts use.

use crdb_triage::model::Verdict;
use crdb_triage::report::visible::{Piece, pieces};
use crdb_triage::report::wording::{self, capital};
use leptos::prelude::*;
use leptos::{ev, html};

use super::icon::{Icon, icon};
use crate::view::format;

/// Hostile text: text nodes only, on its own in the order of writing, with what is invisible named.
pub(super) fn raw(text: &str) -> impl IntoView + use<> {
    let shown: Vec<AnyView> = pieces(text)
        .into_iter()
        .map(|piece| match piece {
            Piece::Plain(text) => text.to_owned().into_any(),
            Piece::Code(code) => html::span()
                .class("code-point")
                .title("A character that shows nothing or moves others")
                .child(code)
                .into_any(),
        })
        .collect();
    html::bdi().class("raw").child(shown)
}

/// A sentence in which ids and dates are not torn at their hyphens.
pub(super) fn unbroken(text: &str) -> impl IntoView + use<> {
    let words: Vec<AnyView> = text
        .split_inclusive(' ')
        .map(|word| {
            // The space stays outside: within, no line could end at it.
            let (whole, space) = word.split_at(word.trim_end().len());
            if format::holds_together(whole) {
                (html::span().class("whole").child(whole.to_owned()), space.to_owned()).into_any()
            } else {
                word.to_owned().into_any()
            }
        })
        .collect();
    words
}

/// A verdict as word and picture.
pub(super) fn tag(verdict: Verdict) -> impl IntoView {
    html::span()
        .class("tag")
        .attr("data-tone", verdict.as_str())
        .title(wording::verdict_meaning(verdict))
        .child((icon(Icon::Verdict(verdict)), capital(wording::verdict_word(verdict))))
}

/// A name and its value in a list of facts.
pub(super) fn fact(name: &'static str, value: impl IntoView) -> impl IntoView {
    html::div().class("fact").child((html::dt().child(name), html::dd().child(value)))
}

/// The same where the value takes a line of its own.
pub(super) fn long_fact(name: &'static str, value: impl IntoView) -> impl IntoView {
    html::div().class("fact across").child((html::dt().child(name), html::dd().child(value)))
}

/// A path with its line, as text that may break anywhere.
pub(super) fn place(path: &str, line: u64) -> impl IntoView + use<> {
    html::span().class("place mono").child((raw(path), format!(":{line}")))
}

/// A button with a picture before its word. `id` is what tests find it by.
pub(super) fn button(
    class: &'static str,
    id: Option<&'static str>,
    picture: Icon,
    word: &'static str,
    click: impl Fn() + 'static,
) -> impl IntoView {
    html::button()
        .attr("type", "button")
        .class(class)
        .attr("data-testid", id)
        .on(ev::click, move |_| click())
        .child((icon(picture), word))
}
