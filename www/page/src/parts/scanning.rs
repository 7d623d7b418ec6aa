//! What is seen while files are read.

use std::cell::RefCell;
use std::time::Duration;

use leptos::leptos_dom::helpers::set_interval_with_handle;
use leptos::prelude::*;

use super::app::App;
use super::element::{El, html, svg};
use super::icon::Icon;
use super::kit::raw;
use crate::view::format;
use crate::view::pace::Pace;
use crate::view::pool::Progress;
use crate::view::state::Handed;
use crate::web::crew::now_ms;

/// How often the figures change: often enough to live, seldom enough to be read.
const EVERY: Duration = Duration::from_millis(200);

/// The figures at one moment.
#[derive(Clone, Debug, Default, PartialEq)]
struct Figures {
    progress: Progress,
    speed: Option<f64>,
    seconds_left: Option<f64>,
}

impl Figures {
    /// Whole per cent of what is to be read; 100 only when everything is.
    fn percent(&self) -> u64 {
        let Progress { total, done, .. } = self.progress;
        if total == 0 { 0 } else { (u128::from(done) * 100 / u128::from(total)) as u64 }
    }

    fn step(&self) -> String {
        let Progress { total, units, units_done, concluding, died, .. } = self.progress;
        if concluding {
            return "Making the verdict…".to_owned();
        }
        if units == 0 && total == 0 {
            return "Finding out what is inside…".to_owned();
        }
        let lost = if died > 0 { format!("; {died} could not be read") } else { String::new() };
        format!("{units_done} of {} read{lost}", format::counted(units as usize, "file", "files"))
    }
}

pub(super) fn scanning(app: App, handed: &Handed) -> El {
    let figures = figures(app);
    let percent = move || figures.read().percent();
    let cell = |name: &str, value: fn(&Figures) -> String| {
        let value = html("dd").child(move || value(&figures.read()));
        html("div").class("figure").child((html("dt").child(name), value))
    };
    html("div").class("wide narrow").child((
        html("h1")
            .attr("id", "title")
            .attr("tabindex", "-1")
            .child(("Reading ", raw(&handed.title()))),
        html("p").class("quiet").child(format!(
            "{}, {}. Nothing leaves this browser.",
            format::counted(handed.paths.len(), "file", "files"),
            format::bytes(handed.bytes)
        )),
        super::landing::notice(app),
        html("div")
            .class("progress")
            .attr("data-testid", "progress")
            .attr("role", "progressbar")
            .attr("aria-label", "Reading")
            .attr("aria-valuemin", "0")
            .attr("aria-valuemax", "100")
            .attr("aria-valuenow", move || percent().to_string())
            .attr("aria-valuetext", move || format!("{} %, {}", percent(), figures.read().step()))
            .child(svg("svg").attr("aria-hidden", "true").attr("class", "progress-bar").child(
                svg("rect").attr("height", "100%").attr("width", move || format!("{}%", percent())),
            )),
        html("p").class("step").child(move || figures.read().step()),
        html("dl").class("figures").child((
            cell("Read", |Figures { progress, .. }| {
                format!("{} of {}", format::bytes(progress.done), format::bytes(progress.total))
            }),
            cell("Text", |figures| format::bytes(figures.progress.text)),
            cell("Speed", |figures| figures.speed.map_or("–".to_owned(), format::rate)),
            cell("Time left", |figures| {
                figures.seconds_left.map_or("–".to_owned(), format::time_left)
            }),
        )),
        super::kit::button("button", Some("cancel-button"), Icon::Back, "Cancel", move || {
            app.reset()
        }),
    ))
}

/// Asks the workers' progress at a steady pace for as long as this part is shown.
fn figures(app: App) -> RwSignal<Figures> {
    let figures = RwSignal::new(Figures::default());
    let pace = RefCell::new(Pace::default());
    let ask = move || {
        let Some(progress) = app.crew.with_value(|crew| crew.as_ref().map(|crew| crew.progress()))
        else {
            return;
        };
        let mut pace = pace.borrow_mut();
        pace.note(now_ms(), progress.done);
        let (speed, seconds_left) = (pace.bytes_per_second(), pace.seconds_left(progress.total));
        let now = Figures { progress, speed, seconds_left };
        if *figures.read_untracked() != now {
            figures.set(now);
        }
    };
    if let Ok(interval) = set_interval_with_handle(ask, EVERY) {
        on_cleanup(move || interval.clear());
    }
    figures
}
