//! The lines that a verdict rests on, and on request what stands around them.

use crdb_triage::report::Evidence;
use gloo_timers::callback::Timeout;
use leptos::ev;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

use super::app::App;
use super::element::{El, Several, html, several};
use super::kit::{place, raw};
use crate::view::format;
use crate::web::crew::Surroundings;

/// Of a report that was `saved` the files are not at hand.
pub(super) fn evidence(app: App, all: &[Evidence], saved: bool) -> El {
    let lines: Vec<_> = all.iter().map(|evidence| line(app, evidence, saved)).collect();
    html("ul").class("evidence").child(lines)
}

/// What is known of the surroundings of a line.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Around {
    Closed,
    Asked,
    Shown(Surroundings),
}

fn line(app: App, evidence: &Evidence, saved: bool) -> El {
    let node = evidence.node.map(|node| html("span").child(format!("n{node}")));
    let time = evidence.time.map(|time| html("time").class("mono").child(format::instant(time)));
    html("li")
        .attr("data-testid", "evidence-line")
        .attr("data-path", evidence.path.clone())
        .attr("data-line", evidence.line.to_string())
        .child((
            html("div").class("event-head").child((
                place(&evidence.path, evidence.line),
                node,
                time,
            )),
            html("div").class("log").child(raw(&evidence.text)),
            if saved { several(not_at_hand()) } else { several(around_it(app, evidence)) },
        ))
}

fn not_at_hand() -> El {
    html("p").class("quiet").child(
        "The lines around it cannot be shown: this is a saved report, and its files are not at hand.",
    )
}

/// A button, and the lines around a place once it is pressed.
fn around_it(app: App, evidence: &Evidence) -> (El, El) {
    let around = RwSignal::new(Around::Closed);
    let (path, number, offset) = (evidence.path.clone(), evidence.line, evidence.offset);
    let toggle = move |_| {
        if around.get_untracked() != Around::Closed {
            around.set(Around::Closed);
            return;
        }
        around.set(Around::Asked);
        app.crew.with_value(|crew| {
            if let Some(crew) = crew {
                crew.surroundings(&path, number, offset, move |lines| {
                    around.set(Around::Shown(lines))
                });
            }
        });
    };
    let open = move || around.read() != Around::Closed;
    let button = html("button")
        .attr("type", "button")
        .class("link")
        .attr("aria-expanded", move || open().to_string())
        .on(ev::click, toggle)
        .child(
            move || {
                if open() { "Hide the lines around it" } else { "Show the lines around it" }
            },
        );
    let shown = html("div").attr("aria-live", "polite").child(move || match around.get() {
        Around::Closed => None,
        Around::Asked => Some(several(html("p").class("quiet").child("Reading…"))),
        Around::Shown(lines) => Some(surroundings(&lines, number)),
    });
    (button, shown)
}

fn surroundings(shown: &Surroundings, wanted: u64) -> Several {
    let problem = shown.problem.clone().map(|problem| html("p").class("quiet").child(problem));
    let lines: Vec<_> = (shown.first..)
        .zip(&shown.lines)
        .map(|(number, text)| {
            html("li")
                .attr("class", (number == wanted).then_some("wanted"))
                .attr("aria-current", (number == wanted).then_some("true"))
                .child((html("span").class("line-number").child(number.to_string()), raw(text)))
        })
        .collect();
    // A keyboard can only scroll what it can reach.
    let frame = html("div")
        .class("around")
        .attr("tabindex", "0")
        .attr("role", "group")
        .attr("aria-label", "Lines around it")
        .child(html("ol").class("log").child(lines));
    show_wanted(frame.dom::<HtmlElement>().clone());
    several((problem, frame))
}

/// Scrolls the line in question to the middle of its frame, and nothing else. A moment later: only what is in the
/// document has a place.
fn show_wanted(frame: HtmlElement) {
    Timeout::new(0, move || {
        let line = frame.query_selector(".wanted").ok().flatten();
        if let Some(line) = line.and_then(|line| line.dyn_into::<HtmlElement>().ok()) {
            frame.set_scroll_top(
                line.offset_top() + line.offset_height() / 2 - frame.client_height() / 2,
            );
        }
    })
    .forget();
}
