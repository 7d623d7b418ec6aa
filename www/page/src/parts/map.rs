//! The map of what was seen. What is drawn and what it says is decided in [`crate::view::map`].
//!
//! The picture is one image with a name and one stop of the Tab key: the arrow keys go from part to part. The
//! tables below it say the same to those who do not see it.

use std::sync::Arc;

use crdb_triage::report::wording::{capital, verdict_word};
use leptos::prelude::*;
use leptos::{ev, html, svg};
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};

use super::kit::raw;
use crate::view::axis::Axis;
use crate::view::map::{Group, Kind, Map, Part, Pick, Row};

/// Height of a row, in pixels.
const HEIGHT: u32 = 26;
/// A gap of this many per cent has room for its name.
const NAMED: f64 = 5.0;
const HINT: &str =
    "Point at a bar, or go through the map with the arrow keys, to read its exact times here.";

pub(super) fn map(map: Map) -> impl IntoView {
    let map = Arc::new(map);
    let picked = RwSignal::new(None::<Pick>);
    let place = NodeRef::<html::Div>::new();
    let by_key = StoredValue::new(false);
    mark(picked, place);
    let point = move |event: &web_sys::MouseEvent| {
        let pick = pointed_at(event);
        if picked.get_untracked() != pick {
            picked.set(pick);
        }
    };
    let notes: Vec<_> =
        map.notes.iter().map(|note| html::p().class("quiet").child(note.clone())).collect();
    html::div().class("map").child((
        hatch(),
        html::div()
            .class("map-scroll")
            .node_ref(place)
            .role("img")
            .attr("tabindex", "0")
            .attr("aria-label", format!("{} The tables below say the same.", map.sentence))
            .on(ev::mousemove, move |event| {
                // When keys scroll the map below a pointer at rest, browsers tell of a move that is none.
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
            .on(ev::keydown, {
                let map = Arc::clone(&map);
                move |event| {
                    if let Some(pick) = map.moved(picked.get_untracked(), &event.key()) {
                        event.prevent_default();
                        by_key.set_value(true);
                        picked.set(Some(pick));
                    }
                }
            })
            .child(rows(&map)),
        html::p().class("map-said").role("status").child({
            let map = Arc::clone(&map);
            move || match picked.get().and_then(|pick| map.part(pick)) {
                Some(part) => raw(&part.text).into_any(),
                None => html::span().class("quiet").child(HINT).into_any(),
            }
        }),
        legend(&map),
        notes,
    ))
}

/// The part below the pointer.
fn pointed_at(event: &web_sys::MouseEvent) -> Option<Pick> {
    let element: Element = event.target()?.dyn_into().ok()?;
    let part = element.closest("[data-part]").ok()??.get_attribute("data-part")?;
    let (row, part) = part.split_once('-')?;
    Some(Pick { row: row.parse().ok()?, part: part.parse().ok()? })
}

/// Marks the picked part, and scrolls its row into sight within the map.
fn mark(picked: RwSignal<Option<Pick>>, place: NodeRef<html::Div>) {
    Effect::new(move |_| {
        let pick = picked.get();
        let Some(place) = place.get() else { return };
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

fn rows(map: &Map) -> impl IntoView + use<> {
    let mut number = 0;
    let mut groups = Vec::new();
    for group in &map.groups {
        groups.push(draw_group(group, number, map.axis.as_ref()));
        number += group.rows.len();
    }
    (map.axis.as_ref().map(draw_axis), groups)
}

fn draw_axis(axis: &Axis) -> impl IntoView + use<> {
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
    html::div().class("map-axis").child((
        html::span().class("quiet").child("Time in UTC"),
        svg::svg().attr("class", "map-track").attr("height", "34").child(labels),
    ))
}

/// A label with its context below; near an end it stands inside of it.
fn label(x: f64, class: &str, text: &str, context: Option<String>) -> impl IntoView + use<> {
    let anchor = match x {
        ..6.0 => "start",
        94.0.. => "end",
        _ => "middle",
    };
    let line = |y: &'static str, text: String| {
        svg::text()
            .attr("class", "tick")
            .attr("x", format!("{x:.3}%"))
            .attr("y", y)
            .attr("text-anchor", anchor)
            .child(text)
    };
    svg::g()
        .attr("class", class.to_owned())
        .child((line("12", text.to_owned()), context.map(|context| line("27", context))))
}

fn draw_group(group: &Group, first: usize, axis: Option<&Axis>) -> impl IntoView + use<> {
    let title = group.title.as_ref().map(|title| html::div().class("map-title").child(raw(title)));
    let rows: Vec<_> =
        group.rows.iter().enumerate().map(|(at, row)| draw_row(row, first + at, axis)).collect();
    html::div().class("map-group").child((title, rows))
}

fn draw_row(row: &Row, number: usize, axis: Option<&Axis>) -> impl IntoView + use<> {
    let lines: Vec<_> = axis
        .iter()
        .flat_map(|axis| axis.ticks.iter().map(|tick| line(axis.at(tick.time))))
        .collect();
    let parts: Vec<_> = row
        .parts
        .iter()
        .enumerate()
        .map(|(part, drawn)| draw_part(drawn, row, Pick { row: number, part }))
        .collect();
    let across = row.across.as_ref().map(|text| {
        svg::text().attr("class", "map-word").attr("x", "12").attr("y", "17").child(text.clone())
    });
    let verdict = row
        .verdict
        .map(|verdict| html::span().class("map-verdict").child(capital(verdict_word(verdict))));
    let notice =
        (!row.notice.is_empty()).then(|| html::span().class("map-notice").child(raw(&row.notice)));
    html::div()
        .class("map-row")
        .attr("data-tone", row.verdict.map(|verdict| verdict.as_str()))
        .child((
            html::div().class("map-name").child((
                html::span().class("mono").child(raw(&row.name)),
                verdict,
                html::span().class("quiet").child(raw(&row.about)),
                notice,
            )),
            svg::svg()
                .attr("class", "map-track")
                .attr("height", HEIGHT.to_string())
                .child((lines, parts, across)),
        ))
}

fn line(x: f64) -> impl IntoView {
    svg::line()
        .attr("class", "map-line")
        .attr("x1", format!("{x:.3}%"))
        .attr("x2", format!("{x:.3}%"))
        .attr("y1", "0")
        .attr("y2", "100%")
}

fn draw_part(part: &Part, row: &Row, pick: Pick) -> impl IntoView + use<> {
    let shape = match part.kind {
        Kind::Logs => bar(part, 6, 14).into_any(),
        Kind::Gap if part.place.width >= NAMED => {
            (bar(part, 3, 20), middle(part, "gap")).into_any()
        }
        Kind::Gap => (bar(part, 3, 20), slit(part)).into_any(),
        Kind::NoLogs => bar(part, 3, 20).into_any(),
        // Where the run lies beyond the axis, words stand in its place.
        Kind::Run => (
            row.across.is_none().then(|| bar(part, 7, 12)),
            part.place.before.then(|| arrow("0", "M7 8 0 13l7 5z")),
            part.place.after.then(|| arrow("100%", "M-7 8 0 13l-7 5z")),
        )
            .into_any(),
        Kind::Version => mark_at(part, "M-1 3h2v20h-2zM-5 2h10L0 9z").into_any(),
        Kind::Sign => mark_at(part, "M0 5 8 13 0 21-8 13z").into_any(),
        Kind::Conflict => mark_at(
            part,
            "M0 3.5a9.5 9.5 0 1 1 0 19a9.5 9.5 0 0 1 0-19M-4.5 10.5h9M-4.5 15.5h9M3 7.5l-6 11",
        )
        .into_any(),
    };
    svg::g()
        .attr("class", format!("part {}", class(part.kind)))
        .attr("data-part", format!("{}-{}", pick.row, pick.part))
        .child(shape)
}

fn class(kind: Kind) -> &'static str {
    match kind {
        Kind::Logs => "logs",
        Kind::Gap => "gap",
        Kind::NoLogs => "no-logs",
        Kind::Run => "run",
        Kind::Version => "version",
        Kind::Sign => "sign",
        Kind::Conflict => "conflict",
    }
}

fn bar(part: &Part, y: u32, height: u32) -> impl IntoView + use<> {
    svg::rect()
        .attr("x", format!("{:.3}%", part.place.x))
        .attr("width", format!("{:.3}%", part.place.width))
        .attr("y", y.to_string())
        .attr("height", height.to_string())
        .attr("rx", "2")
}

fn middle(part: &Part, word: &'static str) -> impl IntoView + use<> {
    svg::text()
        .attr("class", "map-word")
        .attr("x", format!("{:.3}%", part.place.x + part.place.width / 2.0))
        .attr("y", "17")
        .attr("text-anchor", "middle")
        .child(word)
}

/// A narrow gap, at least as wide as can be seen on any screen.
fn slit(part: &Part) -> impl IntoView + use<> {
    let middle = part.place.x + part.place.width / 2.0;
    let rect = svg::rect().attr("x", "-3").attr("width", "6").attr("y", "3").attr("height", "20");
    svg::svg()
        .attr("x", format!("{middle:.3}%"))
        .attr("overflow", "visible")
        .child(rect.attr("rx", "2"))
}

/// The run goes on beyond the axis.
fn arrow(x: &'static str, path: &'static str) -> impl IntoView {
    svg::svg().attr("x", x).attr("overflow", "visible").child(svg::path().attr("d", path))
}

/// Nested, because only an inner `svg` can stand at a per cent.
fn mark_at(part: &Part, path: &'static str) -> impl IntoView + use<> {
    svg::svg()
        .attr("x", format!("{:.3}%", part.place.x))
        .attr("overflow", "visible")
        .child(svg::path().attr("d", path))
}

/// The pattern of what is missing.
fn hatch() -> impl IntoView {
    svg::svg().attr("class", "unseen").attr("aria-hidden", "true").child(
        svg::defs().child(
            svg::pattern()
                .attr("id", "hatch")
                .attr("width", "6")
                .attr("height", "6")
                .attr("patternUnits", "userSpaceOnUse")
                .attr("patternTransform", "rotate(45)")
                .child((
                    svg::rect()
                        .attr("class", "hatch-ground")
                        .attr("width", "6")
                        .attr("height", "6"),
                    svg::rect().attr("class", "hatch-line").attr("width", "2").attr("height", "6"),
                )),
        ),
    )
}

/// What the shapes mean, for those that occur.
fn legend(map: &Map) -> impl IntoView + use<> {
    let occurs = |kind| map.rows().any(|row| row.parts.iter().any(|part| part.kind == kind));
    let entries = [
        (Kind::Logs, "logs read"),
        (Kind::Gap, "gap between logs"),
        (Kind::NoLogs, "node without logs"),
        (Kind::Version, "version changes"),
        (Kind::Conflict, "sources name different versions"),
        (Kind::Run, "job runs"),
        (Kind::Sign, "sign of an advisory"),
    ];
    let entries: Vec<_> = entries
        .into_iter()
        .filter(|(kind, _)| occurs(*kind))
        .map(|(kind, word)| html::li().child((sample(kind), word)))
        .collect();
    html::ul().class("map-legend").attr("aria-hidden", "true").child(entries)
}

fn sample(kind: Kind) -> impl IntoView {
    let rect = |y: &'static str, height: &'static str| {
        svg::rect()
            .attr("x", "1")
            .attr("width", "26")
            .attr("y", y)
            .attr("height", height)
            .attr("rx", "2")
            .into_any()
    };
    let shape = match kind {
        Kind::Logs => rect("6", "14"),
        Kind::Gap | Kind::NoLogs => rect("3", "20"),
        Kind::Run => rect("7", "12"),
        Kind::Version => svg::path().attr("d", "M13 3h2v20h-2zM9 2h10l-5 7z").into_any(),
        Kind::Sign => svg::path().attr("d", "M14 5 22 13 14 21 6 13z").into_any(),
        Kind::Conflict => svg::path()
            .attr(
                "d",
                "M14 3.5a9.5 9.5 0 1 1 0 19a9.5 9.5 0 0 1 0-19M9.5 10.5h9M9.5 15.5h9M17 7.5l-6 11",
            )
            .into_any(),
    };
    svg::svg()
        .attr("class", format!("part {}", class(kind)))
        .attr("viewBox", "0 0 28 26")
        .attr("width", "28")
        .attr("height", "26")
        .child(shape)
}
