//! The bar that says that a newer version of the page is here. It takes the place of this one when a person says so,
//! and never while something is read.

use leptos::prelude::*;
use leptos::{ev, leptos_dom::helpers::window_event_listener_untyped};

use super::app::App;
use super::element::{El, html};
use crate::view::state::State;

/// What `boot-site.js` sends when a version waits.
const WAITS: &str = "crdb-triage-waits";
/// What it listens for: the version is to be used now.
const USE: &str = "crdb-triage-use";

/// Nothing, until a version waits. What is read aloud must be in a place that was there before.
pub(super) fn update(app: App) -> El {
    let waits = RwSignal::new(false);
    let listener = window_event_listener_untyped(WAITS, move |_| waits.set(true));
    on_cleanup(move || listener.remove());
    html("div").class("update").attr("role", "status").child(move || waits.get().then(|| bar(app)))
}

fn bar(app: App) -> El {
    let reads = move || matches!(*app.state.read(), State::Scanning(_));
    let cost = move || match *app.state.read() {
        State::Scanning(_) => "It can be used once this reading has ended.",
        State::Done(..) => "Using it takes the result off the screen: download the report first.",
        State::Idle | State::Failed(_) => "",
    };
    let button = html("button")
        .attr("type", "button")
        .class("button")
        .attr("data-testid", "update-button")
        .attr("disabled", reads)
        .on(ev::click, |_| use_it())
        .child("Use it now");
    html("div")
        .class("wide")
        .attr("data-testid", "update-bar")
        .child((html("p").child(("A new version of this page is ready. ", cost)), button))
}

fn use_it() {
    if let Ok(event) = web_sys::Event::new(USE) {
        window().dispatch_event(&event).ok();
    }
}
