//! The landing view: drop zone, and what happens to the files.

use leptos::ev;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::HtmlInputElement;

use super::app::App;
use super::element::{El, html};
use super::icon::{Icon, icon};
use super::kit::unbroken;
use crate::view::catalogue;
use crate::web::take::{carried, chosen};

/// A bundle of an invented cluster, so that a person without one sees what a result looks like.
const SAMPLE: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/sample.zip"));

pub(super) fn landing(app: App) -> El {
    html("div").class("wide").child((
        html("h1").attr("id", "title").attr("tabindex", "-1").child("Which technical advisories concern this cluster?"),
        html("p").class("lead").child(
            "Drop a CockroachDB debug.zip, a folder or loose log files. This page reads them here, in your browser, \
             and says which advisories concern the cluster, which jobs may have lost rows, on what evidence, and what \
             to do next. It also says what it did not see.",
        ),
        html("div").class("landing").child((
            html("div").class("landing-main").child((drop_zone(app), notice(app), sample(app))),
            html("div").class("landing-side").child(checks()),
        )),
    ))
}

fn drop_zone(app: App) -> El {
    html("div")
        .class("drop")
        .class_while("dragging", move || app.dragging.get())
        .attr("data-testid", "drop-zone")
        .on(ev::drop, move |event| app.open_dropped(&event))
        .child((
            html("p").class("drop-title").child("Drop a debug.zip, a folder or log files"),
            html("div").class("pickers").child((
                picker(app, "file-input", "Choose files", Icon::File, false),
                picker(app, "folder-input", "Choose a folder", Icon::Folder, true),
            )),
            html("p").class("quiet").child(
                "Reads zip, tar, gzip, zstd, bzip2 and xz, also cut off or within each other; unpacked folders; and logs as \
                 CockroachDB, Kubernetes or journald wrote them. Size does not matter much: files are read in pieces. A report \
                 that was saved here (JSON or HTML) is shown again.",
            ),
        ))
}

/// An input for files, shown as a button. The input itself stays in the page for keyboards and screen readers.
fn picker(app: App, id: &'static str, word: &'static str, picture: Icon, folder: bool) -> El {
    let input = html("input")
        .attr("type", "file")
        .attr("id", id)
        .class("unseen")
        .attr("data-testid", id)
        .attr("multiple", true)
        .attr("webkitdirectory", folder)
        .on(ev::change, move |event| {
            let input =
                event.target().and_then(|target| target.dyn_into::<HtmlInputElement>().ok());
            if let Some(files) =
                input.and_then(|input| input.files()).filter(|files| files.length() > 0)
            {
                app.open(chosen(&files), false);
            }
        });
    let class = if folder { "button" } else { "button primary" };
    html("span")
        .class("picker")
        .child((input, html("label").attr("for", id).class(class).child((icon(picture), word))))
}

/// What could not be taken, or what made room.
pub(super) fn notice(app: App) -> El {
    html("div").attr("role", "alert").child(move || {
        let lines = app.notice.get();
        (!lines.is_empty()).then(|| {
            let lines: Vec<_> = lines.into_iter().map(|line| html("p").child(line)).collect();
            html("div").class("note warn").child((icon(Icon::Warning), html("div").child(lines)))
        })
    })
}

fn sample(app: App) -> El {
    html("div").class("sample").child((
        super::kit::button(
            "button",
            Some("sample-button"),
            Icon::Flask,
            "Try the sample",
            move || {
                app.open(carried("sample.zip", SAMPLE), true);
            },
        ),
        html("span").class("quiet").child("A made-up bundle: invented cluster, invented jobs."),
    ))
}

fn checks() -> El {
    let each: Vec<El> = catalogue::CHECKED
        .iter()
        .map(|(id, title)| {
            html("li").child((html("strong").child(*id), unbroken(&format!(": {title}"))))
        })
        .collect();
    html("section").class("card").attr("aria-labelledby", "checks").child((
        html("h2").attr("id", "checks").child("What it checks"),
        html("p").child((
            html("strong").child(format!(
                "{} of {} advisories.",
                catalogue::CHECKED.len(),
                catalogue::PUBLISHED
            )),
            unbroken(&format!(
                " Counted up to {}. About the others it says nothing.",
                catalogue::AS_OF
            )),
        )),
        html("ul").class("plain").child(each),
    ))
}
