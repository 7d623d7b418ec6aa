//! What leaves the page, and in which form: redacted first, because a report is made to be handed on. The complete one is
//! the report of `docs/contract.md#report`: the same bytes as the command's.

use std::sync::Arc;

use crdb_triage::protocol::Form;
use leptos::ev;
use leptos::prelude::*;

use super::app::App;
use super::element::{El, html};
use super::icon::{Icon, icon};
use super::kit::button;
use crate::view::state::Printed;
use crate::web::{hand_out, print};

/// A form of the report as a file.
#[derive(Clone, Copy)]
struct Kind {
    form: Form,
    /// What the button says.
    word: &'static str,
    /// By what tests find it.
    id: &'static str,
    ending: &'static str,
    media_type: &'static str,
}

const KINDS: [Kind; 3] = [
    Kind {
        form: Form::Json,
        word: "JSON",
        id: "json",
        ending: "json",
        media_type: "application/json",
    },
    Kind {
        form: Form::Markdown,
        word: "Markdown",
        id: "markdown",
        ending: "md",
        media_type: "text/markdown",
    },
    Kind { form: Form::Html, word: "HTML", id: "html", ending: "html", media_type: "text/html" },
];

pub(super) fn downloads(app: App, printed: Arc<Printed>) -> El {
    let problem = RwSignal::new(None::<String>);
    let row = |redacted: bool, name: &str, holds: &str| {
        let group = html("div").class("download").attr("role", "group").attr("aria-label", name);
        let buttons = KINDS.map(|kind| offer(&printed, kind, redacted, problem));
        group.child((
            html("p").child((
                html("strong").child(name),
                " ",
                html("span").class("quiet").child(holds),
            )),
            html("div").class("toolbar").child(buttons),
        ))
    };
    // Names that are replaced do not come back.
    let rows = if printed.report.input.names_replaced {
        vec![row(false, "Report", "its names are replaced")]
    } else {
        vec![
            row(true, "Redacted report", "to hand on: names replaced"),
            row(false, "Complete report", "with names and log text"),
        ]
    };
    html("section").class("downloads").attr("aria-label", "Downloads").child((
        html("div")
            .class("download-rows")
            .child((rows, button("button", None, Icon::Back, "Start over", move || app.reset()))),
        html("p").attr("role", "alert").child(move || problem.get()),
    ))
}

fn offer(
    printed: &Arc<Printed>,
    kind: Kind,
    redacted: bool,
    problem: RwSignal<Option<String>>,
) -> El {
    let printed = Arc::clone(printed);
    let part = if redacted { "redacted " } else { "" };
    let test_id = format!("download-{}{}", part.replace(' ', "-"), kind.id);
    // What is heard or found by its name says all that is seen from the place of the button.
    let unseen = |text: String| html("span").class("unseen").child(text);
    html("button")
        .attr("type", "button")
        .class("button")
        .attr("data-testid", test_id)
        .on(ev::click, move |_| download(&printed, kind, redacted, problem))
        .child((
            icon(Icon::Download),
            html("span").child((
                unseen(format!("Download {part}report (")),
                kind.word,
                unseen(")".to_owned()),
            )),
        ))
}

fn download(printed: &Printed, kind: Kind, redacted: bool, problem: RwSignal<Option<String>>) {
    let part = if redacted { "-redacted" } else { "" };
    let name = format!("crdb-triage-report{part}.{}", kind.ending);
    // What the engine wrote is what is saved, byte for byte. A file of a stranger is written anew.
    if kind.form == Form::Json && !redacted && !printed.saved {
        return save(&name, kind.media_type, &printed.json, problem);
    }
    print::print(kind.form, redacted, printed.json.clone(), move |bytes| match bytes {
        Ok(bytes) => save(&name, kind.media_type, &bytes, problem),
        Err(why) => problem.set(Some(format!("The report could not be printed. {why}"))),
    });
}

fn save(name: &str, media_type: &str, bytes: &[u8], problem: RwSignal<Option<String>>) {
    let saved = hand_out::save(name, media_type, bytes);
    problem.set(saved.err().map(|_| "The browser refused to save the report.".to_owned()));
}
