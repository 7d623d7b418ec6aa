//! What was seen of the cluster, and what was not: in a few facts, as a map, and as tables.

use crdb_triage::model::Time;
use crdb_triage::report::{Report, Unread, seen, visible, wording};

use super::element::{El, Several, html, several};
use super::kit::{body, fact, folded, framed, left_out, long_fact, raw, unbroken};
use super::map;
use crate::view::coverage::summary;
use crate::view::map::table::{self, Line, Section};
use crate::view::state::Handed;
use crate::view::{format, map as view};

/// Tables with more lines than this are made when somebody opens them.
const READY: usize = 400;
/// A table with more lines than this would make the browser stand still.
const MOST: usize = 5000;

/// The card below the verdict.
pub(super) fn coverage(report: &Report, handed: &Handed) -> El {
    let summary = summary(report);
    let files = report.input.files;
    let unread = report.input.unread.len() + handed.missed.len();
    let drawn = view::map(report);
    let copies =
        if report.input.duplicates.is_empty() { "" } else { ", and what came more than once" };
    let map = (drawn.rows().count() > 0).then(|| map::map(drawn));
    html("section")
        .class("card coverage")
        .attr("data-testid", "coverage")
        .attr("aria-labelledby", "coverage")
        .child((
            html("h2").attr("id", "coverage").child("What this rests on"),
            html("dl").class("facts").child((
                summary.clusters.map(|names| long_fact("Clusters", raw(&names))),
                fact("Nodes with logs", summary.nodes),
                fact("Versions", raw(&summary.versions)),
                fact("From – to", unbroken(&summary.period)),
                fact(
                    "Holes",
                    html("span")
                        .attr("class", summary.has_holes.then_some("strong"))
                        .child(summary.holes),
                ),
                fact(
                    "Files",
                    format!(
                        "{} read, {} not needed, {} not read",
                        format::count(files.read),
                        format::count(files.skipped),
                        format::count(files.unread),
                    ),
                ),
                fact(
                    "Text read",
                    format!(
                        "{} in {:.1} s",
                        format::bytes(report.input.bytes_read),
                        report.tool.run.seconds
                    ),
                ),
            )),
            map,
            tables(report),
            html("p").child(html("a").attr("href", "#unread").child(match unread {
                0 => format!("See what was not read{copies}"),
                _ => format!(
                    "See what was not read: {}{copies}",
                    format::counted(unread, "entry", "entries")
                ),
            })),
        ))
}

/// The same as the map, for those who want to read or to copy it.
fn tables(report: &Report) -> El {
    let (nodes, jobs) = (table::of_nodes(report), table::of_jobs(report));
    if nodes.is_empty() && jobs.is_empty() {
        return html("p").class("quiet").child("The input names no node.");
    }
    let lines: usize = nodes.iter().chain(&jobs).map(|section| section.lines.len()).sum();
    let (nodes, jobs) = (table::cut(nodes, MOST), table::cut(jobs, MOST));
    folded("map-tables", "The same as tables", lines <= READY, move || {
        (
            each("Node", "nodes: logs, gaps and versions, in UTC", &nodes),
            each("Job", "jobs with findings: runs and signs, in UTC", &jobs),
        )
    })
}

/// A table for each cluster.
fn each(of: &'static str, what: &str, (sections, more): &(Vec<Section>, usize)) -> Several {
    let of_one = |sections: &[Section]| {
        let caption = match sections.first().and_then(|section| section.cluster.as_ref()) {
            Some(cluster) => format!("Cluster {}, {what}", visible::line(cluster)),
            None => wording::capital(what),
        };
        one(of, &caption, sections)
    };
    let tables: Vec<_> = sections.chunk_by(|a, b| a.cluster == b.cluster).map(of_one).collect();
    several((tables, left_out(*more, "more line", "more lines")))
}

fn one(of: &'static str, caption: &str, sections: &[Section]) -> El {
    let headings = [of, "What", "From (UTC)", "To (UTC)", "Detail"];
    let section =
        |section: &Section| body(&section.name, section.lines.iter().map(cells).collect());
    let table = html("table").class("nodes").attr("data-of", of);
    framed(table, caption, &headings, sections.iter().map(section).collect())
}

fn cells(line: &Line) -> Vec<El> {
    let time = |time: Option<Time>| time.map_or("–".to_owned(), format::stamp);
    vec![
        html("td").child(raw(&line.what)),
        html("td").class("mono time").child(time(line.from)),
        html("td").class("mono time").child(time(line.to)),
        html("td").child(raw(&line.detail)),
    ]
}

/// What was not read, by the browser or by the engine.
pub(super) fn unread(report: &Report, handed: &Handed) -> Several {
    let missed = handed.missed.iter().map(|sentence| html("li").child(raw(sentence)));
    let items: Vec<_> = missed.chain(report.input.unread.iter().map(item)).collect();
    let nothing =
        items.is_empty().then(|| html("p").class("quiet").child(wording::nothing_unread(report)));
    let list = html("div")
        .attr("data-testid", "unread-list")
        .child((nothing, html("ul").class("unread").child(items)));
    several((list, copies(report)))
}

/// Logs that came more than once: read all the same, but counted once.
fn copies(report: &Report) -> Option<El> {
    let sentences: Vec<_> = seen::duplicates(&report.input.duplicates)
        .iter()
        .map(|sentence| html("li").child(raw(sentence)))
        .collect();
    (!sentences.is_empty()).then(|| {
        html("div").class("copies").attr("data-testid", "copies").child((
            html("h3").child("What came more than once"),
            html("ul").class("reasons").child(sentences),
        ))
    })
}

fn item(unread: &Unread) -> El {
    let weakens = (!unread.weakens.is_empty()).then(|| {
        html("span").class("quiet").child(format!(" Weakens {}.", unread.weakens.join(", ")))
    });
    html("li").child((
        html("div").class("event-head").child((
            html("strong").child(wording::unread_word(&unread.reason).into_owned()),
            html("span").class("place mono").child(raw(&unread.path)),
        )),
        html("div").child((raw(&unread.detail), weakens)),
    ))
}
