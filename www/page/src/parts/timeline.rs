//! The life of a job as a picture, and the same as a list.

use crdb_triage::report::wording::{capital, event_word};
use crdb_triage::report::{Job, JobEvent};

use super::element::{El, html, svg};
use super::kit::{place, raw};
use crate::view::format;
use crate::view::timeline::{Lane, Mark, Timeline, layout};

/// Height of one row of marks, in pixels.
const ROW: usize = 24;
/// Room above the first lane and below the last.
const EDGE: usize = 6;
/// Room for the labels of the axis.
const AXIS: usize = 22;

pub(super) fn timeline(job: &Job) -> El {
    let picture = layout(&job.timeline).map(|timeline| draw(&timeline));
    let list: Vec<_> =
        job.timeline.iter().enumerate().map(|(at, event)| item(at + 1, event)).collect();
    let empty = list.is_empty().then(|| {
        html("p").class("quiet").child("Neither table nor log dates anything of this job.")
    });
    html("div").class("timeline").attr("data-testid", "job-timeline").child((
        picture,
        empty,
        html("ol").class("events").child(list),
    ))
}

fn draw(timeline: &Timeline) -> El {
    let mut top = EDGE;
    let mut lanes = Vec::new();
    let mut marks = Vec::new();
    for (lane, rows) in Lane::ALL.into_iter().zip(timeline.rows).filter(|(_, rows)| *rows > 0) {
        let height = rows * ROW;
        lanes.push(band(top, height));
        let lane_marks = timeline.marks.iter().filter(|mark| mark.lane == lane);
        marks.extend(lane_marks.map(|mark| draw_mark(mark, top + mark.row * ROW + ROW / 2)));
        top += height + EDGE;
    }
    let axis = top + 2;
    let [first, last] = timeline.ends.clone();
    let label = |text: String, anchor: &'static str| {
        svg("text")
            .attr("class", "tick")
            .attr("x", if anchor == "start" { "0" } else { "100%" })
            .attr("y", (axis + 16).to_string())
            .attr("text-anchor", anchor)
            .child(text)
    };
    // The list says the same in words, so the picture is one image with a name.
    html("div").class("picture").child((
        html("div").class("lane-names").attr("aria-hidden", "true").child(lane_names(timeline)),
        svg("svg")
            .attr("class", "chart")
            .attr("height", (axis + AXIS).to_string())
            .attr("role", "img")
            .attr(
                "aria-label",
                format!("Timeline over {}; the list below says the same.", timeline.span),
            )
            .child((
                lanes,
                svg("line")
                    .attr("class", "axis")
                    .attr("x1", "0")
                    .attr("x2", "100%")
                    .attr("y1", axis.to_string())
                    .attr("y2", axis.to_string()),
                label(first, "start"),
                label(last, "end"),
                marks,
            )),
    ))
}

fn lane_names(timeline: &Timeline) -> Vec<El> {
    let used = Lane::ALL.into_iter().zip(timeline.rows).filter(|(_, rows)| *rows > 0);
    used.map(|(lane, rows)| html("span").attr("data-rows", rows.to_string()).child(lane.name()))
        .collect()
}

fn band(top: usize, height: usize) -> El {
    svg("rect")
        .attr("class", "band")
        .attr("x", "0")
        .attr("y", top.to_string())
        .attr("width", "100%")
        .attr("height", height.to_string())
        .attr("rx", "4")
}

/// A circle for states, a square for restarts, a diamond for signs, each with its number.
fn draw_mark(mark: &Mark, y: usize) -> El {
    let shape = match mark.lane {
        Lane::State => svg("circle").attr("r", "9"),
        Lane::Restart => square(""),
        Lane::Sign => square("rotate(45)"),
    };
    let class = match mark.lane {
        Lane::Sign => "mark sign",
        Lane::Restart => "mark restart",
        Lane::State => "mark state",
    };
    // Nested, because only an inner `svg` can stand at a per cent.
    svg("svg")
        .attr("class", class)
        .attr("x", format!("{}%", mark.x))
        .attr("y", y.to_string())
        .attr("overflow", "visible")
        .child((shape, svg("text").attr("text-anchor", "middle").attr("y", "4").child(mark.text())))
}

fn square(transform: &'static str) -> El {
    svg("rect")
        .attr("x", "-8")
        .attr("y", "-8")
        .attr("width", "16")
        .attr("height", "16")
        .attr("rx", "2")
        .attr("transform", transform)
}

fn item(number: usize, event: &JobEvent) -> El {
    let node = event.node.map(|node| html("span").class("quiet").child(format!("n{node}")));
    html("li").class("event").attr("data-lane", Lane::of(&event.event).name()).child((
        html("span").class("event-number").attr("aria-hidden", "true").child(number.to_string()),
        html("div").child((
            html("div").class("event-head").child((
                html("strong").child(capital(&event_word(&event.event))),
                html("time").class("mono").child(format::instant(event.time)),
                node,
                place(&event.source.path, event.source.line),
            )),
            html("div").class("log").child(raw(&event.text)),
        )),
    ))
}
