//! What pictures with a row for each thing and time across share: one stop of the Tab key, the axis, bars and marks.
//!
//! The picture is one image with a name and one stop of the Tab key: the arrow keys go from part to part. Tables say
//! the same to those who do not see it.

use crdb_triage::report::visible;
use leptos::ev;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};

use super::element::{Content, El, Several, follow, html, several, svg};
use super::kit::raw;
use crate::view::axis::{Axis, Stretch};
use crate::view::pick::Pick;

/// A picture that tells about the part that is pointed at, or to which the arrow keys lead.
pub(super) fn picture(
    name: String,
    hint: &'static str,
    rows: impl Content,
    moved: impl Fn(Option<Pick>, &str) -> Option<Pick> + 'static,
    said: impl Fn(Pick) -> Option<String> + 'static,
) -> Several {
    let picked = RwSignal::new(None::<Pick>);
    let by_key = StoredValue::new(false);
    let point = move |event: &web_sys::MouseEvent| {
        let pick = pointed_at(event);
        if picked.get_untracked() != pick {
            picked.set(pick);
        }
    };
    let place = html("div")
        .class("map-scroll")
        .attr("role", "img")
        .attr("tabindex", "0")
        .attr("aria-label", visible::line(&name).into_owned())
        .on(ev::mousemove, move |event| {
            // When keys scroll the picture below a pointer at rest, browsers tell of a move that is none.
            if (event.movement_x(), event.movement_y()) != (0, 0) {
                by_key.set_value(false);
            }
            if !by_key.get_value() {
                point(&event);
            }
        })
        .on(ev::click, move |event| {
            by_key.set_value(false);
            point(&event);
        })
        .on(ev::mouseleave, move |_| picked.set(None))
        .on(ev::keydown, move |event| {
            if let Some(pick) = moved(picked.get_untracked(), &event.key()) {
                event.prevent_default();
                by_key.set_value(true);
                picked.set(Some(pick));
            }
        })
        .child(rows);
    mark(picked, place.element().clone());
    let told = html("p").class("map-said").attr("role", "status").child(move || {
        match picked.get().and_then(&said) {
            Some(text) => raw(&text),
            None => html("span").class("quiet").child(hint),
        }
    });
    several((place, told))
}

/// The part below the pointer.
fn pointed_at(event: &web_sys::MouseEvent) -> Option<Pick> {
    let element: Element = event.target()?.dyn_into().ok()?;
    let part = element.closest("[data-part]").ok()??.get_attribute("data-part")?;
    let (row, part) = part.split_once('-')?;
    Some(Pick { row: row.parse().ok()?, part: part.parse().ok()? })
}

/// Marks the picked part, and scrolls its row into sight within the map.
fn mark(picked: RwSignal<Option<Pick>>, place: Element) {
    follow(move || {
        let pick = picked.get();
        if let Ok(Some(before)) = place.query_selector("[data-picked]") {
            before.remove_attribute("data-picked").ok();
        }
        let Some(Pick { row, part }) = pick else { return };
        let found = place.query_selector(&format!("[data-part='{row}-{part}']"));
        let Ok(Some(element)) = found else { return };
        element.set_attribute("data-picked", "").ok();
        let row = element.closest(".map-row").ok().flatten();
        let Some(row) = row.and_then(|row| row.dyn_into::<HtmlElement>().ok()) else { return };
        let axis = place.query_selector(".map-axis").ok().flatten();
        let above = row.offset_top() - axis.map_or(0, |axis| axis.client_height());
        let below = row.offset_top() + row.offset_height() - place.client_height();
        // What is below the axis or beyond the end comes into sight, and no further.
        place.set_scroll_top(place.scroll_top().min(above).max(below));
    });
}

/// The axis, with labels for wide and for narrow screens.
pub(super) fn draw_axis(axis: &Axis) -> El {
    let labels: Vec<_> = axis
        .ticks
        .iter()
        .flat_map(|tick| {
            let x = axis.at(tick.time);
            let wide = label(x, "wide-only", &tick.label, tick.context.clone());
            let narrow =
                tick.narrow.clone().map(|context| label(x, "narrow-only", &tick.label, context));
            [Some(wide), narrow]
        })
        .collect();
    html("div").class("map-axis").child((
        html("span").class("quiet").child("Time in UTC"),
        svg("svg").attr("class", "map-track").attr("height", "34").child(labels),
    ))
}

/// A label with its context below, each in the middle of its place, or as near to that as the end of the axis allows.
fn label(x: f64, class: &str, text: &str, context: Option<String>) -> El {
    // Half of a character, in per cent of the shortest axis that there is with this class.
    let half = if class == "narrow-only" { 1.35 } else { 0.6 };
    let line = |y: &'static str, text: String| {
        let reach = (text.chars().count() as f64 * half).min(50.0);
        svg("text")
            .attr("class", "tick")
            .attr("x", format!("{:.3}%", x.clamp(reach, 100.0 - reach)))
            .attr("y", y)
            .attr("text-anchor", "middle")
            .child(text)
    };
    svg("g")
        .attr("class", class.to_owned())
        .child((line("12", text.to_owned()), context.map(|context| line("27", context))))
}

/// The lines below the labels of the axis.
pub(super) fn lines(axis: Option<&Axis>) -> Vec<El> {
    axis.iter().flat_map(|axis| axis.ticks.iter().map(|tick| line(axis.at(tick.time)))).collect()
}

fn line(x: f64) -> El {
    svg("line")
        .attr("class", "map-line")
        .attr("x1", format!("{x:.3}%"))
        .attr("x2", format!("{x:.3}%"))
        .attr("y1", "0")
        .attr("y2", "100%")
}

/// A part of a row, found again by its place among the others.
pub(super) fn part(class: String, pick: Pick, shape: impl Content) -> El {
    svg("g")
        .attr("class", format!("part {class}"))
        .attr("data-part", format!("{}-{}", pick.row, pick.part))
        .child(shape)
}

pub(super) fn bar(place: Stretch, y: u32, height: u32) -> El {
    svg("rect")
        .attr("x", format!("{:.3}%", place.x))
        .attr("width", format!("{:.3}%", place.width))
        .attr("y", y.to_string())
        .attr("height", height.to_string())
        .attr("rx", "2")
}

/// Heads at the ends of a row, where a bar of the height 12 at 7 goes on beyond the axis.
pub(super) fn heads(place: Stretch) -> impl Iterator<Item = El> {
    let head = |x: f64, path| at(x, svg("path").attr("d", path));
    let before = place.before.then(|| head(0.0, "M7 8 0 13l7 5z"));
    let after = place.after.then(|| head(100.0, "M-7 8 0 13l-7 5z"));
    before.into_iter().chain(after)
}

/// Nested, because only an inner `svg` can stand at a per cent.
pub(super) fn at(x: f64, shape: impl Content) -> El {
    svg("svg").attr("x", format!("{x:.3}%")).attr("overflow", "visible").child(shape)
}

/// Words across a row, where a bar cannot say it.
pub(super) fn across(text: &str) -> El {
    svg("text")
        .attr("class", "map-word")
        .attr("x", "12")
        .attr("y", "17")
        .child(visible::line(text).into_owned())
}
