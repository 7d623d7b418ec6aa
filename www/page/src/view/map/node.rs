//! A node as a row: its logs as bars, the gaps between them, and where its version changes or is in doubt.

use crdb_triage::model::{SortSmall, Time};
use crdb_triage::report::wording::capital;
use crdb_triage::report::{Node, NodeCoverage, NodeGap, seen};

use super::home::within;
use super::version::{ran, versions};
use super::{Axis, Kind, PIXEL, Part, Row, SEEN, Stretch, THIN};
use crate::view::format;

pub(super) fn row(node: &Node, axis: Option<&Axis>) -> Row {
    let mut parts = Vec::new();
    if let Some(axis) = axis {
        parts.extend(logs(node, axis));
        parts.extend(gaps(node, axis));
        parts.extend(versions(node, axis));
    }
    let across = node.coverage.is_empty().then(|| seen::no_logs(node));
    if let Some(text) = &across {
        let place = Stretch { x: 0.0, width: 100.0, before: false, after: false };
        let text = match &node.cluster {
            Some(_) => format!("{}: {text}.", in_full(node)),
            None => format!("{}.", capital(text)),
        };
        parts.push(Part { kind: Kind::NoLogs, place, text });
    }
    parts.sort_small_by(|a, b| a.place.x.total_cmp(&b.place.x).then(a.kind.cmp(&b.kind)));
    Row { name: name(node), about: ran(node), notice: notice(node), across, verdict: None, parts }
}

/// `n1`. Cluster and virtual cluster stand above.
pub(super) fn name(node: &Node) -> String {
    format!("n{}", node.node)
}

/// `n1 in app`: the name where only the cluster stands above it.
pub(super) fn in_virtual(node: &Node) -> String {
    match node.tenant.as_str() {
        "system" => name(node),
        tenant => format!("{} in {tenant}", name(node)),
    }
}

/// The name where nothing stands above it.
pub(super) fn in_full(node: &Node) -> String {
    within(in_virtual(node), node.cluster.as_deref())
}

/// How many of them have versions that sources contradict.
pub(in crate::view) fn contradicted(nodes: &[Node]) -> usize {
    nodes.iter().filter(|node| is_contradicted(node)).count()
}

fn is_contradicted(node: &Node) -> bool {
    node.versions.iter().any(|version| version.conflict)
}

/// What is to be noticed of it.
fn notice(node: &Node) -> String {
    let doubt = is_contradicted(node).then(|| "sources name different versions".to_owned());
    let missing = Some(missing(&node.gaps)).filter(|missing| !missing.is_empty());
    missing.into_iter().chain(doubt).collect::<Vec<_>>().join("; ")
}

/// How much is missing between its logs.
fn missing(gaps: &[NodeGap]) -> String {
    match gaps {
        [] => String::new(),
        [gap] => format!("1 gap, {}", format::duration(gap.to.0.saturating_sub(gap.from.0))),
        _ => format!(
            "{}, {} in all",
            format::counted(gaps.len(), "gap", "gaps"),
            format::duration(total(gaps))
        ),
    }
}

fn total(gaps: &[NodeGap]) -> i64 {
    gaps.iter().fold(0, |sum, gap| sum.saturating_add(gap.to.0.saturating_sub(gap.from.0)))
}

/// Bars of logs. Those with less than a pixel between them are one; the gap is drawn above it.
fn logs(node: &Node, axis: &Axis) -> Vec<Part> {
    let mut spans: Vec<&NodeCoverage> = node.coverage.iter().collect();
    spans.sort_small_by_key(|span| (span.from, span.to));
    let mut bars: Vec<(NodeCoverage, usize)> = Vec::new();
    for span in spans {
        match bars.last_mut() {
            Some((bar, pieces)) if axis.at(span.from) - axis.at(bar.to) < PIXEL => {
                bar.to = bar.to.max(span.to);
                bar.files = bar.files.saturating_add(span.files);
                bar.bytes = bar.bytes.saturating_add(span.bytes);
                *pieces += 1;
            }
            _ => bars.push((span.clone(), 1)),
        }
    }
    let part = |(bar, pieces): (NodeCoverage, usize)| Part {
        kind: Kind::Logs,
        place: axis.stretch(bar.from, bar.to).at_least(THIN),
        text: format!(
            "{}: logs {}, {}{}.",
            in_full(node),
            format::exactly(bar.from, bar.to),
            held(bar.files, bar.bytes),
            if pieces > 1 { format!(", in {pieces} pieces") } else { String::new() },
        ),
    };
    bars.into_iter().map(part).collect()
}

/// Files and their size.
pub(super) fn held(files: u64, bytes: u64) -> String {
    let files = format!("{} {}", format::count(files), if files == 1 { "file" } else { "files" });
    format!("{files}, {}", format::bytes(bytes))
}

/// One gap, or several that would cover each other.
struct Missing {
    from: Time,
    to: Time,
    /// Microseconds that are missing in all.
    length: i64,
    gaps: usize,
}

/// Gaps, each wide enough to be seen. Those that would cover each other are one.
fn gaps(node: &Node, axis: &Axis) -> Vec<Part> {
    let mut sorted = node.gaps.clone();
    sorted.sort_small_by_key(|gap| (gap.from, gap.to));
    let mut marks: Vec<Missing> = Vec::new();
    for gap in sorted {
        let length = gap.to.0.saturating_sub(gap.from.0);
        let reaches = |mark: &Missing| axis.at(mark.to).max(axis.at(mark.from) + SEEN);
        match marks.last_mut() {
            Some(mark) if axis.at(gap.from) < reaches(mark) => {
                mark.to = mark.to.max(gap.to);
                mark.length = mark.length.saturating_add(length);
                mark.gaps += 1;
            }
            _ => marks.push(Missing { from: gap.from, to: gap.to, length, gaps: 1 }),
        }
    }
    let part = |mark: &Missing| {
        let (period, length) = (format::exactly(mark.from, mark.to), format::duration(mark.length));
        let text = match mark.gaps {
            1 => format!("{}: gap {period} ({length}).", in_full(node)),
            many => format!("{}: {many} gaps {period} ({length} in all).", in_full(node)),
        };
        Part { kind: Kind::Gap, place: axis.stretch(mark.from, mark.to).at_least(SEEN), text }
    };
    marks.iter().map(part).collect()
}
