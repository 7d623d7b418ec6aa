//! The versions of a node on its row: what it ran, where that changes, and where sources contradict each other.

use crdb_triage::model::Time;
use crdb_triage::report::{Node, NodeVersion, seen};

use super::node::in_full;
use super::{Axis, Kind, Part, SEEN};
use crate::view::format;

/// More versions than this are counted instead of named.
const NAMED: usize = 3;

/// What a node ran at one time: one version, or all that sources name for it.
struct Step<'a> {
    /// Never none.
    versions: Vec<&'a NodeVersion>,
    /// The last time at which one of them ran.
    until: Option<Time>,
}

impl Step<'_> {
    fn is_in_doubt(&self) -> bool {
        self.versions.iter().any(|version| version.conflict)
    }

    /// `v24.3.9`, `v24.3.9 or v24.3.11`.
    fn names(&self) -> String {
        let mut names: Vec<&str> = Vec::new();
        for version in &self.versions {
            if !names.contains(&version.version.as_str()) {
                names.push(&version.version);
            }
        }
        shortened(&names, " or ")
    }

    /// Whether `next` is a contradiction to what stands here, and no change.
    fn contradicts(&self, next: &NodeVersion) -> bool {
        let overlaps = match (next.from, self.until) {
            (Some(from), Some(until)) => from <= until,
            (from, until) => from.is_none() && until.is_none(),
        };
        next.conflict && self.is_in_doubt() && overlaps
    }

    /// Since when more than one version is named; none where nothing dates them.
    fn since(&self) -> Option<Time> {
        self.versions.get(1).or_else(|| self.versions.first()).and_then(|version| version.from)
    }
}

/// The versions in the order of the report, those that contradict each other as one step.
fn steps(node: &Node) -> Vec<Step<'_>> {
    let mut steps: Vec<Step<'_>> = Vec::new();
    for version in &node.versions {
        match steps.last_mut() {
            Some(step) if step.contradicts(version) => {
                step.until = step.until.max(version.to);
                step.versions.push(version);
            }
            _ => steps.push(Step { versions: vec![version], until: version.to }),
        }
    }
    steps
}

/// The first and the last of many names, and how many are between them.
fn shortened(names: &[&str], between: &str) -> String {
    match names {
        [first, .., last] if names.len() > NAMED => {
            format!("{first}{between}{} more{between}{last}", names.len() - 2)
        }
        _ => names.join(between),
    }
}

/// Its versions in order; of many, the first and the last.
pub(super) fn ran(node: &Node) -> String {
    let mut names: Vec<String> = steps(node).iter().map(Step::names).collect();
    names.dedup();
    match (&node.at_least, &names[..]) {
        (Some(least), []) => format!("version not known, but {} or later", least.series),
        (None, []) => seen::version_unknown(node),
        _ => shortened(&names.iter().map(String::as_str).collect::<Vec<_>>(), " → "),
    }
}

/// Where another version begins, and where sources name several. Changes that would stand on each other are one mark.
pub(super) fn versions(node: &Node, axis: &Axis) -> Vec<Part> {
    let steps = steps(node);
    let mut marks: Vec<(Part, usize)> = Vec::new();
    let mut before: Option<&Step<'_>> = None;
    for step in &steps {
        let mark = if step.is_in_doubt() {
            Some(doubt(node, step, axis))
        } else {
            before.and_then(|before| change(node, before, step, axis))
        };
        before = Some(step);
        let Some(mark) = mark else { continue };
        match marks.last_mut() {
            Some((last, number))
                if last.kind == mark.kind && mark.place.x - last.place.x < SEEN =>
            {
                *number += 1;
                let what = if mark.kind == Kind::Conflict { "contradictions" } else { "changes" };
                last.text =
                    format!("{} The last of {number} {what} close to each other.", mark.text);
            }
            _ => marks.push((mark, 1)),
        }
    }
    marks.into_iter().map(|(mark, _)| mark).collect()
}

fn change(node: &Node, before: &Step<'_>, step: &Step<'_>, axis: &Axis) -> Option<Part> {
    let from = step.versions.first()?.from.filter(|from| axis.shows(*from, *from))?;
    if step.names() == before.names() {
        return None;
    }
    let last =
        before.until.map_or(String::new(), |to| format!(", seen until {}", format::exact(to)));
    let text = format!(
        "{}: {} from {} on; before it {}{last}.",
        in_full(node),
        step.names(),
        format::exact(from),
        before.names(),
    );
    Some(Part { kind: Kind::Version, place: axis.stretch(from, from), text })
}

/// Drawn wherever it is: a contradiction beyond the axis stands at its end, and one that nothing dates at the end of
/// the logs, because what nothing dates was so when the input was collected.
fn doubt(node: &Node, step: &Step<'_>, axis: &Axis) -> Part {
    let collected = || node.coverage.iter().map(|span| span.to).max().unwrap_or(axis.to);
    let at = step.since().unwrap_or_else(collected);
    let said: Vec<String> = step.versions.iter().map(|version| said(version)).collect();
    let said = match &said[..] {
        [first, .., last] if said.len() > NAMED => {
            format!("{first}; {} more; {last}", said.len() - 2)
        }
        _ => said.join("; "),
    };
    let text = format!("{}: {said}: {}.", in_full(node), seen::CONFLICT);
    Part { kind: Kind::Conflict, place: axis.stretch(at, at), text }
}

/// `v24.3.9 (told by the log) from 2025-04-22 06:00:00 to 2025-04-22 12:30:00 UTC`.
fn said(version: &NodeVersion) -> String {
    let teller = seen::told_by(version).map_or(String::new(), |teller| format!(" ({teller})"));
    let when = match (version.from, version.to) {
        (Some(from), Some(to)) if from == to => format!(" at {}", format::exact(to)),
        (Some(from), Some(to)) => format!(" {}", format::exactly(from, to)),
        (Some(from), None) => format!(" from {} on", format::exact(from)),
        (None, Some(to)) => format!(" up to {}", format::exact(to)),
        (None, None) => " at a time that is not known".to_owned(),
    };
    format!("{}{teller}{when}", version.version)
}
