//! Chains of backups as pictures and as tables. What is drawn and what it says is decided in [`crate::view::chains`].

use std::sync::Arc;

use crdb_triage::model::Time;
use crdb_triage::report::{Chain, Finding, Report, wording};

use super::element::{El, Several, html, several, svg};
use super::kit::{body, folded, framed, left_out, long_fact, raw};
use super::layers::{draw, legend};
use super::plot;
use crate::view::axis::Axis;
use crate::view::chains::table::{self, Line, Section};
use crate::view::chains::{self as view, Of, Part, Picture, Shape, Track};
use crate::view::format;
use crate::view::pick::Pick;
use crate::view::state::Printed;

/// Height of a track, in pixels.
const HEIGHT: u32 = 26;
/// Height of a lane of layers.
const LANE: u32 = 62;
/// Room below the layers for what lies beyond the axis.
const BEYOND: u32 = 20;
/// So many chains are drawn from the start; the others are drawn when somebody opens them.
const DRAWN: usize = 4;
/// More chains than this would make the browser stand still.
const LISTED: usize = 300;
/// A table with more lines than this would make the browser stand still.
const MOST: usize = 5000;
const HINT: &str =
    "Point at a mark, or go through the picture with the arrow keys, to read its exact times here.";

/// All chains: those that findings speak of first.
pub(super) fn chains(printed: &Arc<Printed>) -> Option<El> {
    let report = &printed.report;
    if report.chains.is_empty() {
        return None;
    }
    let order = view::order(report);
    let marked = order.iter().filter(|at| is_marked(report, **at)).count();
    let drawn = marked.min(DRAWN);
    let open: Vec<_> = order.iter().take(drawn).map(|at| card(report, *at)).collect();
    let closed = order.iter().skip(drawn).take(LISTED);
    let closed: Vec<_> = closed.map(|at| closed_card(printed, *at)).collect();
    let number = format::counted(order.len(), "chain", "chains");
    let about = match marked {
        0 => format!("{number} of backups; no finding speaks of a layer of any."),
        1 => format!("{number} of backups; findings speak of layers of 1, which comes first."),
        _ => {
            format!("{number} of backups; findings speak of layers of {marked}, which come first.")
        }
    };
    Some(html("section").attr("aria-labelledby", "backups").attr("data-testid", "backups").child((
        html("h2").attr("id", "backups").child("Backups"),
        html("p").class("quiet").child(about),
        legend(None),
        open,
        html("div").class("chain-list").child(closed),
        left_out(order.len().saturating_sub(drawn + LISTED), "more chain", "more chains"),
    )))
}

fn is_marked(report: &Report, at: usize) -> bool {
    report.chains.get(at).is_some_and(wording::has_marks)
}

fn card(report: &Report, at: usize) -> Option<El> {
    let chain = report.chains.get(at)?;
    Some(html("div").class("card chain").attr("data-testid", "chain").child((
        html("h3").class("mono").child(raw(&wording::chain_name(chain))),
        html("p").class("quiet").child(raw(&in_short(chain))),
        drawn(report, chain, None),
    )))
}

fn in_short(chain: &Chain) -> String {
    format!("{}.", wording::capital(&wording::chain_in_short(chain, format::exact)))
}

/// A chain that is drawn when somebody opens it.
fn closed_card(printed: &Arc<Printed>, at: usize) -> Option<El> {
    let chain = printed.report.chains.get(at)?;
    let summary = (
        html("span").class("mono").child(raw(&wording::chain_name(chain))),
        " ",
        html("span").class("quiet").child(raw(&in_short(chain))),
    );
    let printed = Arc::clone(printed);
    let made = move || {
        let report = &printed.report;
        report.chains.get(at).map(|chain| drawn(report, chain, None))
    };
    Some(folded("card chain", summary, false, made).attr("data-testid", "chain"))
}

/// What a finding says of a chain, in a list and as a picture. Nothing where it is not about backups.
pub(super) fn of_finding(report: &Report, finding: &Finding) -> Option<Several> {
    let facts = wording::backup_facts(report, finding, format::exact);
    if facts.is_empty() {
        return None;
    }
    let facts: Vec<_> = facts.into_iter().map(|(name, said)| long_fact(name, raw(&said))).collect();
    let chain = wording::chain_of(report, finding);
    let drawn = chain.map(|chain| drawn(report, chain, Some(finding)));
    Some(several((
        html("h3").child("The backups"),
        html("dl").class("facts").attr("data-testid", "backup-facts").child(facts),
        html("div").class("chain").child(drawn),
    )))
}

/// The picture and the table of a chain.
fn drawn(report: &Report, chain: &Chain, finding: Option<&Finding>) -> Several {
    let picture = view::picture(report, chain, finding);
    let picture = picture.map(|drawn| self::picture(drawn, finding.is_some()));
    let caption = format!("{}: layers, operations and restores", wording::chain_name(chain));
    let (sections, left_out) = table::cut(table::sections(report, chain, finding), MOST);
    let table = folded("map-tables", "The same as a table", false, move || {
        (draw_table(&caption, &sections), self::left_out(left_out, "more line", "more lines"))
    });
    several((picture, table))
}

fn picture(picture: Picture, own_legend: bool) -> El {
    let picture = Arc::new(picture);
    let name = format!("{} The table below says the same.", picture.sentence);
    let notes: Vec<_> =
        picture.notes.iter().map(|note| html("p").class("quiet").child(raw(note))).collect();
    let tracks: Vec<_> = picture
        .tracks
        .iter()
        .enumerate()
        .map(|(at, track)| draw_track(track, at, &picture))
        .collect();
    let keys = Arc::clone(&picture);
    let told = Arc::clone(&picture);
    html("div").class("map").attr("data-testid", "chain-picture").child((
        plot::picture(
            name,
            HINT,
            (plot::draw_axis(&picture.axis), tracks),
            move |from, key| keys.moved(from, key),
            move |pick| told.part(pick).map(|part| part.text.clone()),
        ),
        own_legend.then(|| legend(Some(&picture))),
        notes,
    ))
}

fn draw_track(track: &Track, row: usize, picture: &Picture) -> El {
    let height = match track.of {
        Of::Layers => {
            let beyond = |part: &Part| matches!(part.shape, Shape::Beyond(_));
            let below = if track.parts.iter().any(beyond) { BEYOND } else { 0 };
            u32::try_from(track.lanes).unwrap_or(1) * LANE + below
        }
        Of::Operations | Of::Restores => HEIGHT,
    };
    let guides: Vec<_> = picture.guides.iter().map(|x| guide(*x)).collect();
    let parts: Vec<_> = track
        .parts
        .iter()
        .enumerate()
        .map(|(part, drawn)| draw_part(drawn, track, height, Pick { row, part }))
        .collect();
    html("div").class("map-row").child((
        html("div").class("map-name").child((
            html("span").class("mono").child(raw(&track.name)),
            html("span").class("quiet").child(raw(&track.about)),
        )),
        svg("svg").attr("class", "map-track").attr("height", height.to_string()).child((
            lines(&picture.axis),
            guides,
            parts,
            track.across.as_deref().map(plot::across),
        )),
    ))
}

fn lines(axis: &Axis) -> Vec<El> {
    plot::lines(Some(axis))
}

/// Where a layer stands of which a finding speaks, through all tracks.
fn guide(x: f64) -> El {
    svg("line")
        .attr("class", "chain-guide")
        .attr("x1", format!("{x:.3}%"))
        .attr("x2", format!("{x:.3}%"))
        .attr("y1", "0")
        .attr("y2", "100%")
}

fn draw_part(part: &Part, track: &Track, height: u32, pick: Pick) -> El {
    let strong = if part.strong { "strong" } else { "aside" };
    let (class, shape) = match &part.shape {
        Shape::Layers(glyph) => {
            let y = u32::try_from(part.lane).unwrap_or(0) * LANE + LANE / 2;
            let drawn = svg("g").attr("transform", format!("translate(0 {y})")).child(draw(*glyph));
            ("layer", vec![plot::at(part.place.x, drawn)])
        }
        Shape::Run => {
            let bar = track.across.is_none().then(|| plot::bar(part.place, 7, 12));
            ("run", bar.into_iter().chain(plot::heads(part.place)).collect())
        }
        Shape::Reads(layer) => ("reads", reads(part, *layer)),
        Shape::Restored => ("reads", vec![plot::at(part.place.x, dot())]),
        Shape::Beyond(words) => ("beyond", vec![beyond(words, part.place.after, height)]),
    };
    plot::part(format!("{class} {strong}"), pick, shape)
}

/// A line from the restore to the layer that it read, and an arrow up to that.
fn reads(part: &Part, layer: f64) -> Vec<El> {
    let (from, to) = (part.place.x, part.place.x + part.place.width);
    let line = svg("line")
        .attr("x1", format!("{from:.3}%"))
        .attr("x2", format!("{to:.3}%"))
        .attr("y1", "17")
        .attr("y2", "17");
    let up = svg("path").attr("d", "M0 1 5 10H1V18H-1V10H-5z");
    let time = match (part.place.before, part.place.after) {
        (true, _) => plot::at(0.0, svg("path").attr("d", "M7 12 0 17l7 5z")),
        (_, true) => plot::at(100.0, svg("path").attr("d", "M-7 12 0 17l-7 5z")),
        _ => {
            let x = if (layer - from).abs() < (layer - to).abs() { to } else { from };
            plot::at(x, dot())
        }
    };
    vec![line, plot::at(layer, up), time]
}

fn dot() -> El {
    svg("circle").attr("cy", "17").attr("r", "4.5")
}

/// What lies beyond an end of the axis, counted.
fn beyond(words: &str, after: bool, height: u32) -> El {
    let words = if after { format!("{words} ›") } else { format!("‹ {words}") };
    svg("text")
        .attr("x", if after { "100%" } else { "0" })
        .attr("y", height.saturating_sub(6).to_string())
        .attr("text-anchor", if after { "end" } else { "start" })
        .child(words)
}

fn draw_table(caption: &str, sections: &[Section]) -> El {
    let headings = [
        "Of the chain",
        "What",
        "Job",
        "As of, or from (UTC)",
        "To (UTC)",
        "State",
        "Part",
        "Detail",
    ];
    let section = |section: &Section| body(section.name, section.lines.iter().map(cells).collect());
    let bodies = sections.iter().map(section).collect();
    framed(html("table").class("nodes chain-table"), caption, &headings, bodies)
}

fn cells(line: &Line) -> Vec<El> {
    let time = |time: Option<Time>| time.map_or("–".to_owned(), format::stamp);
    let slack = (line.slack > 0).then(|| format!(" ± {} s", line.slack));
    vec![
        html("td").child(raw(&line.what)),
        html("td").class("mono").child(raw(&line.job)),
        html("td").class("mono time").child((time(line.from), slack)),
        html("td").class("mono time").child(time(line.to)),
        html("td").child(raw(&line.state)),
        html("td").child(raw(&line.part)),
        html("td").child(raw(&line.detail)),
    ]
}
