//! The map of what was seen. What is drawn and what it says is decided in [`crate::view::map`].

use std::sync::Arc;

use crdb_triage::report::wording::{capital, verdict_word};

use super::element::{El, html, svg};
use super::kit::raw;
use super::plot::{self, bar};
use crate::view::axis::Axis;
use crate::view::map::{Group, Kind, Map, Part, Row};
use crate::view::pick::Pick;

/// Height of a row, in pixels.
const HEIGHT: u32 = 26;
/// A gap of this many per cent has room for its name.
const NAMED: f64 = 5.0;
const HINT: &str =
    "Point at a bar, or go through the map with the arrow keys, to read its exact times here.";

pub(super) fn map(map: Map) -> El {
    let map = Arc::new(map);
    let notes: Vec<_> =
        map.notes.iter().map(|note| html("p").class("quiet").child(note.clone())).collect();
    let name = format!("{} The tables below say the same.", map.sentence);
    let keys = Arc::clone(&map);
    let told = Arc::clone(&map);
    html("div").class("map").child((
        hatch(),
        plot::picture(
            name,
            HINT,
            rows(&map),
            move |from, key| keys.moved(from, key),
            move |pick| told.part(pick).map(|part| part.text.clone()),
        ),
        legend(&map),
        notes,
    ))
}

fn rows(map: &Map) -> (Option<El>, Vec<El>) {
    let mut number = 0;
    let mut groups = Vec::new();
    for group in &map.groups {
        groups.push(draw_group(group, number, map.axis.as_ref()));
        number += group.rows.len();
    }
    (map.axis.as_ref().map(plot::draw_axis), groups)
}

fn draw_group(group: &Group, first: usize, axis: Option<&Axis>) -> El {
    let title = group.title.as_ref().map(|title| html("div").class("map-title").child(raw(title)));
    let rows: Vec<_> =
        group.rows.iter().enumerate().map(|(at, row)| draw_row(row, first + at, axis)).collect();
    html("div").class("map-group").child((title, rows))
}

fn draw_row(row: &Row, number: usize, axis: Option<&Axis>) -> El {
    let parts: Vec<_> = row
        .parts
        .iter()
        .enumerate()
        .map(|(part, drawn)| draw_part(drawn, row, Pick { row: number, part }))
        .collect();
    let across = row.across.as_deref().map(plot::across);
    let verdict = row
        .verdict
        .map(|verdict| html("span").class("map-verdict").child(capital(verdict_word(verdict))));
    let notice =
        (!row.notice.is_empty()).then(|| html("span").class("map-notice").child(raw(&row.notice)));
    html("div")
        .class("map-row")
        .attr("data-tone", row.verdict.map(|verdict| verdict.as_str()))
        .child((
            html("div").class("map-name").child((
                html("span").class("mono").child(raw(&row.name)),
                verdict,
                html("span").class("quiet").child(raw(&row.about)),
                notice,
            )),
            svg("svg").attr("class", "map-track").attr("height", HEIGHT.to_string()).child((
                plot::lines(axis),
                parts,
                across,
            )),
        ))
}

fn draw_part(part: &Part, row: &Row, pick: Pick) -> El {
    let shape = match part.kind {
        Kind::Logs => vec![bar(part.place, 6, 14)],
        Kind::Gap if part.place.width >= NAMED => {
            vec![bar(part.place, 3, 20), middle(part, "gap")]
        }
        Kind::Gap => vec![bar(part.place, 3, 20), slit(part)],
        Kind::NoLogs => vec![bar(part.place, 3, 20)],
        // Where the run lies beyond the axis, words stand in its place.
        Kind::Run => {
            let bar = row.across.is_none().then(|| bar(part.place, 7, 12));
            bar.into_iter().chain(plot::heads(part.place)).collect()
        }
        Kind::Version => vec![mark_at(part, "M-1 3h2v20h-2zM-5 2h10L0 9z")],
        Kind::Sign => vec![mark_at(part, "M0 5 8 13 0 21-8 13z")],
        Kind::Conflict => {
            let path =
                "M0 3.5a9.5 9.5 0 1 1 0 19a9.5 9.5 0 0 1 0-19M-4.5 10.5h9M-4.5 15.5h9M3 7.5l-6 11";
            vec![mark_at(part, path)]
        }
    };
    plot::part(class(part.kind).to_owned(), pick, shape)
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

fn middle(part: &Part, word: &'static str) -> El {
    svg("text")
        .attr("class", "map-word")
        .attr("x", format!("{:.3}%", part.place.x + part.place.width / 2.0))
        .attr("y", "17")
        .attr("text-anchor", "middle")
        .child(word)
}

/// A narrow gap, at least as wide as can be seen on any screen.
fn slit(part: &Part) -> El {
    let rect = svg("rect").attr("x", "-3").attr("width", "6").attr("y", "3").attr("height", "20");
    plot::at(part.place.x + part.place.width / 2.0, rect.attr("rx", "2"))
}

fn mark_at(part: &Part, path: &'static str) -> El {
    plot::at(part.place.x, svg("path").attr("d", path))
}

/// The pattern of what is missing.
fn hatch() -> El {
    svg("svg").attr("class", "unseen").attr("aria-hidden", "true").child(
        svg("defs").child(
            svg("pattern")
                .attr("id", "hatch")
                .attr("width", "6")
                .attr("height", "6")
                .attr("patternUnits", "userSpaceOnUse")
                .attr("patternTransform", "rotate(45)")
                .child((
                    svg("rect")
                        .attr("class", "hatch-ground")
                        .attr("width", "6")
                        .attr("height", "6"),
                    svg("rect").attr("class", "hatch-line").attr("width", "2").attr("height", "6"),
                )),
        ),
    )
}

/// What the shapes mean, for those that occur.
fn legend(map: &Map) -> El {
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
        .map(|(kind, word)| html("li").child((sample(kind), word)))
        .collect();
    html("ul").class("map-legend").attr("aria-hidden", "true").child(entries)
}

fn sample(kind: Kind) -> El {
    let rect = |y: &'static str, height: &'static str| {
        svg("rect")
            .attr("x", "1")
            .attr("width", "26")
            .attr("y", y)
            .attr("height", height)
            .attr("rx", "2")
    };
    let shape = match kind {
        Kind::Logs => rect("6", "14"),
        Kind::Gap | Kind::NoLogs => rect("3", "20"),
        Kind::Run => rect("7", "12"),
        Kind::Version => svg("path").attr("d", "M13 3h2v20h-2zM9 2h10l-5 7z"),
        Kind::Sign => svg("path").attr("d", "M14 5 22 13 14 21 6 13z"),
        Kind::Conflict => svg("path").attr(
            "d",
            "M14 3.5a9.5 9.5 0 1 1 0 19a9.5 9.5 0 0 1 0-19M9.5 10.5h9M9.5 15.5h9M17 7.5l-6 11",
        ),
    };
    svg("svg")
        .attr("class", format!("part {}", class(kind)))
        .attr("viewBox", "0 0 28 26")
        .attr("width", "28")
        .attr("height", "26")
        .child(shape)
}
