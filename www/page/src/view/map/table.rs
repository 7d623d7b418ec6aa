//! What the map draws, as tables: every stretch on its own, with both its ends.

use crdb_triage::model::{SortSmall, Time};
use crdb_triage::report::{Finding, Job, Node, NodeVersion, Report, seen};

use super::{homes, job, jobs, node};
use crate::view::format;

/// One line of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// What it is: logs, a gap, a version, a run, a sign.
    pub what: String,
    /// When it begins, or when it is.
    pub from: Option<Time>,
    /// When it ends.
    pub to: Option<Time>,
    /// More of it.
    pub detail: String,
}

/// The lines of one node or one job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Section {
    /// The cluster, where the input holds several.
    pub cluster: Option<String>,
    /// What they are of, with its virtual cluster where that is not the system's.
    pub name: String,
    /// The lines; never none.
    pub lines: Vec<Line>,
}

/// The nodes, in the order of the map.
#[must_use]
pub fn of_nodes(report: &Report) -> Vec<Section> {
    let nodes = homes(report).into_iter().flat_map(|(_, nodes)| nodes);
    nodes
        .map(|of| Section {
            cluster: of.cluster.clone(),
            name: node::in_virtual(of),
            lines: of_node(of),
        })
        .collect()
}

fn of_node(of: &Node) -> Vec<Line> {
    let mut lines: Vec<Line> = Vec::new();
    lines.extend(of.coverage.iter().map(|span| Line {
        what: "logs".to_owned(),
        from: Some(span.from),
        to: Some(span.to),
        detail: node::held(span.files, span.bytes),
    }));
    lines.extend(of.gaps.iter().map(|gap| Line {
        what: "gap".to_owned(),
        from: Some(gap.from),
        to: Some(gap.to),
        detail: format::duration(gap.to.0.saturating_sub(gap.from.0)),
    }));
    lines.sort_small_by_key(|line| (line.from, line.to));
    if lines.is_empty() {
        let what = seen::no_logs(of);
        lines.push(Line { what, from: None, to: None, detail: String::new() });
    }
    lines.extend(of.versions.iter().map(|version| Line {
        what: format!("version {}", version.version),
        from: version.from,
        to: version.to,
        detail: source(version),
    }));
    if of.versions.is_empty() {
        lines.push(unknown(of));
    }
    lines
}

/// Who names a version and where, and that another source contradicts.
fn source(version: &NodeVersion) -> String {
    let mut words = format!("{}:{}", version.source.path, version.source.line);
    if let Some(teller) = seen::told_by(version) {
        words = format!("{teller}, {words}");
    }
    if version.conflict {
        words = format!("{words}; {}", seen::CONFLICT);
    }
    words
}

/// That nothing names the version, and what is known all the same.
fn unknown(of: &Node) -> Line {
    let Some(least) = &of.at_least else {
        let what = seen::version_unknown(of);
        return Line { what, from: None, to: None, detail: String::new() };
    };
    Line {
        what: format!("version {} or later", least.series),
        from: least.since,
        to: None,
        detail: seen::version_unknown(of),
    }
}

/// The jobs with findings, the strongest first; those of one cluster stand together.
#[must_use]
pub fn of_jobs(report: &Report) -> Vec<Section> {
    let section = |(of, finding): (&Job, &Finding)| {
        let run = job::run(of);
        let mut lines = vec![Line {
            what: "run".to_owned(),
            from: run.map(|run| run.from),
            to: of.finished,
            detail: run.map_or("nothing dates this job".to_owned(), job::beside_its_times),
        }];
        lines.extend(job::signs(of).map(|event| Line {
            what: "sign".to_owned(),
            from: Some(event.time),
            to: None,
            detail: event.node.map_or(String::new(), |node| format!("on n{node}")),
        }));
        Section { cluster: of.cluster.clone(), name: job::name(finding), lines }
    };
    let mut sections: Vec<Section> = jobs(report).into_iter().map(section).collect();
    let mut clusters: Vec<Option<String>> = Vec::new();
    for section in &sections {
        if !clusters.contains(&section.cluster) {
            clusters.push(section.cluster.clone());
        }
    }
    sections.sort_small_by_key(|section| {
        clusters.iter().position(|cluster| *cluster == section.cluster)
    });
    sections
}

/// At most `most` lines of `sections`, and how many are left out.
#[must_use]
pub fn cut(mut sections: Vec<Section>, most: usize) -> (Vec<Section>, usize) {
    let left_out = cut_lines(sections.iter_mut().map(|section| &mut section.lines), most);
    sections.retain(|section| !section.lines.is_empty());
    (sections, left_out)
}

/// Leaves at most `most` lines in all of `lists`, the first ones, and says how many are left out.
pub(in crate::view) fn cut_lines<'a, T: 'a>(
    lists: impl Iterator<Item = &'a mut Vec<T>>,
    most: usize,
) -> usize {
    let mut room = most;
    let mut left_out = 0;
    for lines in lists {
        left_out += lines.len().saturating_sub(room);
        lines.truncate(room);
        room -= lines.len();
    }
    left_out
}
