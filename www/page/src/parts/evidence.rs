//! The lines that a verdict rests on, and on request what stands around them.

use crdb_triage::report::Evidence;
use gloo_timers::callback::Timeout;
use leptos::prelude::*;
use leptos::{ev, html};
use wasm_bindgen::JsCast;

use super::app::App;
use super::kit::{place, raw};
use crate::view::format;
use crate::web::crew::Surroundings;

pub(super) fn evidence(app: App, all: &[Evidence]) -> impl IntoView + use<> {
    let lines: Vec<_> = all.iter().map(|evidence| line(app, evidence)).collect();
    html::ul().class("evidence").child(lines)
}

/// What is known of the surroundings of a line.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Around {
    Closed,
    Asked,
    Shown(Surroundings),
}

fn line(app: App, evidence: &Evidence) -> impl IntoView + use<> {
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
    let node = evidence.node.map(|node| html::span().child(format!("n{node}")));
    let time = evidence.time.map(|time| html::time().class("mono").child(format::instant(time)));
    html::li()
        .attr("data-testid", "evidence-line")
        .attr("data-path", evidence.path.clone())
        .attr("data-line", evidence.line.to_string())
        .child((
            html::div().class("event-head").child((
                place(&evidence.path, evidence.line),
                node,
                time,
            )),
            html::div().class("log").child(raw(&evidence.text)),
            html::button()
                .attr("type", "button")
                .class("link")
                .attr("aria-expanded", move || open().to_string())
                .on(ev::click, toggle)
                .child(move || {
                    if open() { "Hide the lines around it" } else { "Show the lines around it" }
                }),
            html::div().attr("aria-live", "polite").child(move || match around.get() {
                Around::Closed => ().into_any(),
                Around::Asked => html::p().class("quiet").child("Reading…").into_any(),
                Around::Shown(lines) => surroundings(&lines, number).into_any(),
            }),
        ))
}

fn surroundings(shown: &Surroundings, wanted: u64) -> impl IntoView + use<> {
    let problem = shown.problem.clone().map(|problem| html::p().class("quiet").child(problem));
    let lines: Vec<_> = (shown.first..)
        .zip(&shown.lines)
        .map(|(number, text)| {
            html::li()
                .class(("wanted", number == wanted))
                .attr("aria-current", (number == wanted).then_some("true"))
                .child((html::span().class("line-number").child(number.to_string()), raw(text)))
        })
        .collect();
    let frame = NodeRef::<html::Div>::new();
    frame.on_load(|frame| show_wanted(&frame));
    // A keyboard can only scroll what it can reach.
    let frame = html::div()
        .class("around")
        .node_ref(frame)
        .attr("tabindex", "0")
        .role("group")
        .attr("aria-label", "Lines around it")
        .child(html::ol().class("log").child(lines));
    (problem, frame)
}

/// Scrolls the line in question to the middle of its frame, and nothing else. A moment later: only what is in the
/// document has a place.
fn show_wanted(frame: &web_sys::HtmlElement) {
    let frame = frame.clone();
    Timeout::new(0, move || {
        let line = frame.query_selector(".wanted").ok().flatten();
        if let Some(line) = line.and_then(|line| line.dyn_into::<web_sys::HtmlElement>().ok()) {
            frame.set_scroll_top(
                line.offset_top() + line.offset_height() / 2 - frame.client_height() / 2,
            );
        }
    })
    .forget();
}
