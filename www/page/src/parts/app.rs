//! The whole page: header, the part for the present state, footer; and what happens when the state changes.

use gloo_timers::callback::Timeout;
use leptos::prelude::*;
use leptos::{ev, leptos_dom::helpers::window_event_listener};
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

use super::element::{Content, El, follow, html};
use super::icon::{Icon, icon};
use super::privacy::privacy;
use super::update::update;
use super::{landing, result, scanning};
use crate::view::state::{Handed, State};
use crate::web::crew::{Crew, Told};
use crate::web::take::{Dropped, Taken, dropped, saved_report, walk};
use crate::web::warm_up;

/// What every part may need. A handle: copies are the same page.
#[derive(Clone, Copy)]
pub(super) struct App {
    /// Where the page is.
    pub(super) state: RwSignal<State>,
    /// The workers of the present run.
    pub(super) crew: StoredValue<Option<Crew>, LocalStorage>,
    /// What to say about what was handed in, or could not be.
    pub(super) notice: RwSignal<Vec<String>>,
    /// Counts what people asked for. A drop takes time to walk through; if something else was asked meanwhile, it
    /// is not begun any more.
    asked: StoredValue<u64>,
    /// Whether something is dragged over the page.
    pub(super) dragging: RwSignal<bool>,
}

impl App {
    /// Begins to read what was taken, or shows it again if it is a saved report.
    pub(super) fn open(self, taken: Taken, sample: bool) {
        let file = match taken.files.as_slice() {
            [(_, file)] if !sample => file.clone(),
            _ => return self.scan(taken, sample),
        };
        let asked = self.ask();
        wasm_bindgen_futures::spawn_local(async move {
            let saved = saved_report(&file).await;
            if self.asked.get_value() != asked {
                return;
            }
            match saved {
                None => self.scan(taken, sample),
                Some(file) => {
                    self.begin(&taken, sample);
                    self.state.update(|state| match file {
                        Ok(file) => state.reopen(&file),
                        Err(why) => state.fail(why),
                    });
                }
            }
        });
    }

    /// Lets a crew read something made up, until something real comes.
    fn warm_up(self) {
        let asked = self.ask();
        wasm_bindgen_futures::spawn_local(async move {
            let Some(file) = warm_up::made_up().await else { return };
            if self.asked.get_value() == asked {
                let input = vec![(file.name(), file)];
                let crew = Crew::start(input, move |_| self.crew.set_value(None));
                self.crew.set_value(Some(crew));
            }
        });
    }

    fn scan(self, taken: Taken, sample: bool) {
        if taken.files.is_empty() {
            let mut notice = taken.missed;
            notice.insert(0, "There was no file in that.".to_owned());
            self.notice.set(notice);
            return;
        }
        self.begin(&taken, sample);
        self.crew.set_value(Some(Crew::start(taken.files, move |told| self.told(told))));
    }

    /// What was taken takes the place of what was here.
    fn begin(self, taken: &Taken, sample: bool) {
        let handed = Handed {
            paths: taken.files.iter().map(|(path, _)| path.clone()).collect(),
            bytes: taken.files.iter().map(|(_, file)| file.size() as u64).sum(),
            sample,
            missed: taken.missed.clone(),
        };
        self.ask();
        // The workers of what was read before end here, before anything new begins.
        self.crew.set_value(None);
        let mut made_room = None;
        self.state.update(|state| made_room = state.begin(handed));
        self.notice.set(made_room.into_iter().collect());
    }

    fn ask(self) -> u64 {
        self.asked.update_value(|asked| *asked += 1);
        self.asked.get_value()
    }

    /// Takes what lies in a drop.
    pub(super) fn open_dropped(self, event: &web_sys::DragEvent) {
        event.prevent_default();
        event.stop_propagation();
        self.dragging.set(false);
        let found: Vec<Dropped> =
            event.data_transfer().map(|data| dropped(&data)).unwrap_or_default();
        let asked = self.ask();
        wasm_bindgen_futures::spawn_local(async move {
            let taken = walk(found).await;
            if self.asked.get_value() == asked {
                self.open(taken, false);
            }
        });
    }

    /// Back to the start; the workers end.
    pub(super) fn reset(self) {
        self.ask();
        self.crew.set_value(None);
        self.notice.set(Vec::new());
        self.state.update(State::reset);
    }

    fn told(self, told: Told) {
        self.state.update(|state| match told {
            Told::Finished(json) => state.finish(json),
            Told::Failed(message) => state.fail(message),
        });
    }
}

/// Draws the page into `place`.
pub fn draw(place: &HtmlElement) {
    let app = App {
        state: RwSignal::new(State::default()),
        crew: StoredValue::new_local(None),
        notice: RwSignal::new(Vec::new()),
        asked: StoredValue::new(0),
        dragging: RwSignal::new(false),
    };
    take_drops(app);
    show(app);
    let page = (
        html("a").class("skip").attr("href", "#main").child("Skip to the content"),
        header(),
        html("main").attr("id", "main").attr("tabindex", "-1").child(move || {
            match app.state.get() {
                State::Idle => landing::landing(app),
                State::Scanning(handed) => scanning::scanning(app, &handed),
                State::Done(handed, printed) => result::result(app, &handed, printed),
                State::Failed(message) => failed(app, message),
            }
        }),
        html("p")
            .class("unseen")
            .attr("role", "status")
            .attr("aria-live", "polite")
            .child(move || app.state.read().announcement()),
        privacy(),
        footer(),
        update(app),
    );
    page.add_to(place);
    Timeout::new(0, move || app.warm_up()).forget();
}

/// A drop beside the drop zone would make the browser leave the page; so the whole page takes drops.
fn take_drops(app: App) {
    let over = window_event_listener(ev::dragover, move |event| {
        event.prevent_default();
        app.dragging.set(true);
    });
    let left = window_event_listener(ev::dragleave, move |event| {
        // Leaving one element for another is no leaving.
        if event.related_target().is_none() {
            app.dragging.set(false);
        }
    });
    let drop = window_event_listener(ev::drop, move |event| app.open_dropped(&event));
    on_cleanup(move || [over, left, drop].into_iter().for_each(|listener| listener.remove()));
}

/// Keeps `data-state` current, moves the focus to the new heading, and scrolls up. A moment after the change,
/// when the new part stands.
fn show(app: App) {
    let mut before = None;
    follow(move || {
        let name = app.state.read().name();
        if before != Some(name) {
            let changed = before.is_some();
            Timeout::new(0, move || show_state(name, changed)).forget();
        }
        before = Some(name);
    });
}

fn show_state(name: &str, changed: bool) {
    let Some(window) = web_sys::window() else { return };
    let Some(document) = window.document() else { return };
    if changed {
        window.scroll_to_with_x_and_y(0.0, 0.0);
        let title = document
            .get_element_by_id("title")
            .and_then(|title| title.dyn_into::<HtmlElement>().ok());
        title.and_then(|title| title.focus().ok());
    }
    document.document_element().and_then(|root| root.set_attribute("data-state", name).ok());
}

fn header() -> El {
    html("header").class("bar").child(
        html("div").class("wide").child((
            html("span").class("brand").child("crdb-triage"),
            html("span").class("brand-note").child("Technical advisories against CockroachDB logs"),
            html("a")
                .class("pledge")
                .attr("href", "#privacy")
                .child((icon(Icon::Lock), "Nothing leaves this browser")),
        )),
    )
}

fn footer() -> El {
    let about = format!(
        "crdb-triage {}. Not a product of Cockroach Labs. It finds signs in logs; it cannot prove that data is complete.",
        env!("CARGO_PKG_VERSION")
    );
    let build = build().map(|build| {
        html("p").child(("Build ", html("code").attr("data-testid", "build").child(build)))
    });
    html("footer").class("wide foot").child((html("p").child(about), build))
}

/// The hash of everything that this page is made of, which the build wrote into its head.
fn build() -> Option<String> {
    let meta = document().query_selector("meta[name=build]").ok()??;
    meta.get_attribute("content")
}

fn failed(app: App, message: String) -> El {
    html("div").class("wide narrow").child((
        html("h1").attr("id", "title").attr("tabindex", "-1").child("This could not be read"),
        html("p").class("lead").attr("role", "alert").child(message),
        html("p").child("Nothing is known about this cluster because of it: this is not a result."),
        super::kit::button("button primary", None, Icon::Back, "Start over", move || app.reset()),
    ))
}
