//! What was seen of the cluster, and what was not.

use crdb_triage::report::{Report, Unread, wording};
use leptos::prelude::*;
use leptos::{html, svg};

use super::kit::{fact, raw};
use crate::view::coverage::{Line, lines, summary};
use crate::view::state::Handed;
use crate::view::{format, words};

/// The card beside the verdict.
pub(super) fn coverage(report: &Report, handed: &Handed) -> impl IntoView + use<> {
    let seen = summary(report);
    let files = report.input.files;
    let unread = report.input.unread.len() + handed.missed.len();
    html::section()
        .class("card coverage")
        .attr("data-testid", "coverage")
        .attr("aria-labelledby", "coverage")
        .child((
            html::h2().id("coverage").child("What this rests on"),
            html::dl().class("facts tight").child((
                fact("Nodes with logs", seen.nodes),
                fact("Versions", raw(&seen.versions)),
                fact("From – to", seen.period),
                fact("Holes", html::span().class(("strong", seen.has_holes)).child(seen.holes)),
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
            html::p().child(html::a().attr("href", "#unread").child(match unread {
                0 => "See what was not read".to_owned(),
                _ => format!(
                    "See what was not read: {}",
                    format::counted(unread, "entry", "entries")
                ),
            })),
        ))
}

/// The nodes one by one.
pub(super) fn nodes(report: &Report) -> impl IntoView + use<> {
    let lines: Vec<_> = lines(&report.nodes).into_iter().map(node).collect();
    if lines.is_empty() {
        return html::p().class("quiet").child("The input names no node.").into_any();
    }
    html::div()
        .class("scroll")
        .attr("tabindex", "0")
        .role("group")
        .attr("aria-labelledby", "nodes")
        .child(
            html::table().class("nodes").child((
                html::thead().child(
                    html::tr().child(
                        ["Node", "Versions", "Logs from – to (UTC)", "Seen", "Gaps"]
                            .map(|name| html::th().attr("scope", "col").child(name))
                            .into_iter()
                            .collect::<Vec<_>>(),
                    ),
                ),
                html::tbody().child(lines),
            )),
        )
        .into_any()
}

fn node(line: Line) -> impl IntoView {
    let bars: Vec<_> = line
        .bars
        .iter()
        .map(|bar| {
            svg::rect()
                .attr("x", format!("{:.3}%", bar.x))
                .attr("width", format!("{:.3}%", bar.width))
                .attr("height", "100%")
                .attr("rx", "2")
        })
        .collect();
    html::tr().child((
        html::th().attr("scope", "row").child(raw(&line.name)),
        html::td().child(raw(&line.versions)),
        html::td().class("mono").child(line.period.trim_end_matches(" UTC").to_owned()),
        html::td()
            .child(svg::svg().attr("class", "seen-bar").attr("aria-hidden", "true").child(bars)),
        html::td().child(if line.gaps.is_empty() { "–".to_owned() } else { line.gaps }),
    ))
}

/// What was not read, by the browser or by the engine.
pub(super) fn unread(report: &Report, handed: &Handed) -> impl IntoView + use<> {
    let missed = handed.missed.iter().map(|sentence| html::li().child(raw(sentence)).into_any());
    let items: Vec<_> =
        missed.chain(report.input.unread.iter().map(|unread| item(unread).into_any())).collect();
    let nothing =
        items.is_empty().then(|| html::p().class("quiet").child(wording::nothing_unread(report)));
    html::div()
        .attr("data-testid", "unread-list")
        .child((nothing, html::ul().class("unread").child(items)))
}

fn item(unread: &Unread) -> impl IntoView + use<> {
    let weakens = (!unread.weakens.is_empty()).then(|| {
        html::span().class("quiet").child(format!(" Weakens {}.", unread.weakens.join(", ")))
    });
    html::li().child((
        html::div().class("event-head").child((
            html::strong().child(words::unread(&unread.reason).to_owned()),
            html::span().class("place mono").child(raw(&unread.path)),
        )),
        html::div().child((raw(&unread.detail), weakens)),
    ))
}
