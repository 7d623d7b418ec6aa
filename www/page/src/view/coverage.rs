//! What was seen of the cluster: which nodes, which versions, from when to when, and where nothing was seen.

use std::collections::BTreeSet;

use crdb_triage::model::Time;
use crdb_triage::report::{Node, Report};

use super::format;

/// A part of the common axis, in per cent.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bar {
    /// Where it begins.
    pub x: f64,
    /// How long it is.
    pub width: f64,
}

/// One node as a line of the table.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// `n1`, with the virtual cluster before it where that is not the system's.
    pub name: String,
    /// Versions in order, or that none is known.
    pub versions: String,
    /// From when to when, or that there are no logs.
    pub period: String,
    /// Gaps in words; empty when there is none.
    pub gaps: String,
    /// What was seen, on the axis of the whole input.
    pub bars: Vec<Bar>,
}

/// The whole input in a few words.
#[derive(Clone, Debug, PartialEq)]
pub struct Summary {
    /// How many nodes have logs, of how many that the input names.
    pub nodes: String,
    /// All versions that ran.
    pub versions: String,
    /// From the first to the last entry.
    pub period: String,
    /// Gaps and nodes without logs.
    pub holes: String,
    /// Whether there is any hole.
    pub has_holes: bool,
}

/// First and last entry of all nodes.
fn ends(nodes: &[Node]) -> Option<(Time, Time)> {
    let spans = || nodes.iter().flat_map(|node| &node.coverage);
    Some((spans().map(|span| span.from).min()?, spans().map(|span| span.to).max()?))
}

/// What was seen, in a few words.
#[must_use]
pub fn summary(report: &Report) -> Summary {
    let nodes = &report.nodes;
    let seen = nodes.iter().filter(|node| !node.coverage.is_empty()).count();
    let gaps: usize = nodes.iter().map(|node| node.gaps.len()).sum();
    let versions: BTreeSet<&str> = nodes
        .iter()
        .flat_map(|node| &node.versions)
        .map(|version| version.version.as_str())
        .collect();
    let mut holes = Vec::new();
    if gaps > 0 {
        holes.push(format::counted(gaps, "gap", "gaps"));
    }
    if seen < nodes.len() {
        holes
            .push(format!("{} without logs", format::counted(nodes.len() - seen, "node", "nodes")));
    }
    Summary {
        nodes: match nodes.len() {
            0 => "No node is named".to_owned(),
            all => format!("{} of {}", seen, format::counted(all, "node", "nodes")),
        },
        versions: if versions.is_empty() {
            "Unknown".to_owned()
        } else {
            versions.into_iter().collect::<Vec<_>>().join(", ")
        },
        period: ends(nodes)
            .map_or("No log entry was read".to_owned(), |(from, to)| format::range(from, to)),
        has_holes: !holes.is_empty(),
        holes: if holes.is_empty() { "None between the logs".to_owned() } else { holes.join(", ") },
    }
}

/// The nodes as lines.
#[must_use]
pub fn lines(nodes: &[Node]) -> Vec<Line> {
    let ends = ends(nodes);
    nodes.iter().map(|node| line(node, ends)).collect()
}

fn line(node: &Node, ends: Option<(Time, Time)>) -> Line {
    let (first, last) = (node.coverage.first(), node.coverage.last());
    let versions: Vec<&str> =
        node.versions.iter().map(|version| version.version.as_str()).collect();
    let gaps: Vec<String> = node.gaps.iter().map(|gap| format::range(gap.from, gap.to)).collect();
    Line {
        name: if node.tenant == "system" {
            format!("n{}", node.node)
        } else {
            format!("{} n{}", node.tenant, node.node)
        },
        versions: if versions.is_empty() { "unknown".to_owned() } else { versions.join(" → ") },
        period: match (first, last) {
            (Some(first), Some(last)) => format::range(first.from, last.to),
            _ => "no logs".to_owned(),
        },
        gaps: gaps.join("; "),
        bars: match ends {
            Some((from, to)) => {
                node.coverage.iter().map(|span| bar(span.from, span.to, from, to)).collect()
            }
            None => Vec::new(),
        },
    }
}

/// A span on the axis; never thinner than can be seen.
fn bar(from: Time, to: Time, first: Time, last: Time) -> Bar {
    const THINNEST: f64 = 0.8;
    let whole = last.0.saturating_sub(first.0).max(1) as f64;
    let x = from.0.saturating_sub(first.0) as f64 / whole * 100.0;
    let width = (to.0.saturating_sub(from.0) as f64 / whole * 100.0).max(THINNEST);
    Bar { x: x.min(100.0 - THINNEST), width: width.min(100.0 - x.min(100.0 - THINNEST)) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::fixture;

    #[test]
    fn the_summary_names_what_was_not_seen() {
        let summary = summary(&fixture::report());
        assert_eq!(summary.nodes, "2 of 3 nodes");
        assert_eq!(summary.versions, "v24.3.11, v24.3.9");
        assert_eq!(summary.period, "2025-04-22 05:58 – 2025-04-23 08:00 UTC");
        assert_eq!(
            (summary.holes.as_str(), summary.has_holes),
            ("1 gap, 1 node without logs", true)
        );
    }

    #[test]
    fn an_input_without_nodes_says_so() {
        let mut report = fixture::report();
        report.nodes.clear();
        let summary = summary(&report);
        assert_eq!(
            (summary.nodes.as_str(), summary.versions.as_str()),
            ("No node is named", "Unknown")
        );
        assert_eq!(summary.period, "No log entry was read");
    }

    #[test]
    fn a_line_shows_versions_in_order_and_its_gap() {
        let lines = lines(&fixture::report().nodes);
        assert_eq!(lines[2].versions, "v24.3.9 → v24.3.11");
        assert_eq!(lines[2].gaps, "2025-04-22 18:00 – 22:10 UTC");
        assert_eq!((lines[1].versions.as_str(), lines[1].period.as_str()), ("unknown", "no logs"));
        assert_eq!(lines[0].bars, [Bar { x: 0.0, width: 100.0 }]);
        assert_eq!(lines[2].bars.len(), 2);
    }

    #[test]
    fn a_bar_stays_on_the_axis_and_visible() {
        let instant = bar(Time(10), Time(10), Time(0), Time(10));
        assert!(instant.width > 0.5 && instant.x + instant.width <= 100.0 + 1e-9, "{instant:?}");
    }
}
