//! What leaves the page, and in which form: redacted first, because a report is made to be handed on.

use std::sync::Arc;

use crdb_triage::protocol::Form;
use leptos::ev;
use leptos::prelude::*;

use super::app::App;
use super::element::{El, html};
use super::icon::Icon;
use super::kit::button;
use crate::view::state::Printed;
use crate::web::{hand_out, print};

pub(super) fn downloads(app: App, printed: Arc<Printed>) -> El {
    let redacted = RwSignal::new(true);
    let problem = RwSignal::new(None::<String>);
    // Names that are replaced do not come back.
    let choice = (!printed.report.input.names_replaced).then(|| choice(redacted));
    let offer = |id: &'static str, word: &'static str, form: Form| {
        let printed = Arc::clone(&printed);
        button("button", Some(id), Icon::Download, word, move || {
            download(&printed, form, redacted.get_untracked(), problem);
        })
    };
    html("section").class("downloads").attr("aria-label", "Downloads").child((
        choice,
        html("div").class("toolbar").child((
            offer("download-json", "Download report (JSON)", Form::Json),
            offer("download-markdown", "Download report (Markdown)", Form::Markdown),
            offer("download-html", "Download report (HTML)", Form::Html),
            button("button", None, Icon::Back, "Start over", move || app.reset()),
        )),
        html("p").attr("role", "alert").child(move || problem.get()),
    ))
}

/// Whether names leave with the report.
fn choice(redacted: RwSignal<bool>) -> El {
    let one = |id: &'static str, is: bool, word: &'static str| {
        html("label").class("chip").child((
            html("input")
                .attr("type", "radio")
                .attr("name", "names")
                .attr("data-testid", id)
                .attr("checked", is)
                .on(ev::change, move |_| redacted.set(is)),
            word,
        ))
    };
    html("fieldset").class("choice").child((
        html("legend").class("unseen").child("What the download holds"),
        one("download-redacted", true, "Redacted: names replaced, for sharing"),
        one("download-complete", false, "Complete: holds names and log text"),
    ))
}

fn download(printed: &Printed, form: Form, redacted: bool, problem: RwSignal<Option<String>>) {
    let (ending, media_type) = match form {
        Form::Json => ("json", "application/json"),
        Form::Markdown => ("md", "text/markdown"),
        Form::Html => ("html", "text/html"),
    };
    // The one that has to be kept apart is marked.
    let part = if redacted || printed.report.input.names_replaced { "" } else { "-complete" };
    let name = format!("crdb-triage-report{part}.{ending}");
    // What the engine wrote is what is saved, byte for byte. A file of a stranger is written anew.
    if form == Form::Json && !redacted && !printed.saved {
        return save(&name, media_type, &printed.json, problem);
    }
    print::print(form, redacted, printed.json.clone(), move |bytes| match bytes {
        Ok(bytes) => save(&name, media_type, &bytes, problem),
        Err(why) => problem.set(Some(format!("The report could not be printed. {why}"))),
    });
}

fn save(name: &str, media_type: &str, bytes: &[u8], problem: RwSignal<Option<String>>) {
    let saved = hand_out::save(name, media_type, bytes);
    problem.set(saved.err().map(|_| "The browser refused to save the report.".to_owned()));
}
