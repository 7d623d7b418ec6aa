//! What the map draws, as tables: every stretch on its own, with both its ends.

use crdb_triage::model::Time;
use crdb_triage::report::{Node, Report};

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
    /// What they are of, with its virtual cluster where that is not the system's.
    pub name: String,
    /// The lines; never none.
    pub lines: Vec<Line>,
}

/// The nodes, in the order of the map.
#[must_use]
pub fn of_nodes(report: &Report) -> Vec<Section> {
    let nodes = homes(report).into_iter().flat_map(|(_, nodes)| nodes);
    nodes.map(|of| Section { name: in_full(of), lines: of_node(of) }).collect()
}

fn in_full(of: &Node) -> String {
    if of.tenant == "system" {
        node::name(of)
    } else {
        format!("{} in {}", node::name(of), of.tenant)
    }
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
    lines.sort_by_key(|line| (line.from, line.to));
    if lines.is_empty() {
        let what = node::no_logs(of);
        lines.push(Line { what, from: None, to: None, detail: String::new() });
    }
    lines.extend(of.versions.iter().map(|version| Line {
        what: format!("version {}", version.version),
        from: version.from,
        to: version.to,
        detail: format!("{}:{}", version.source.path, version.source.line),
    }));
    if of.versions.is_empty() {
        let what = "version unknown".to_owned();
        lines.push(Line { what, from: None, to: None, detail: String::new() });
    }
    lines
}

/// The jobs with findings, the strongest first.
#[must_use]
pub fn of_jobs(report: &Report) -> Vec<Section> {
    let section = |(of, finding): (&crdb_triage::report::Job, &crdb_triage::report::Finding)| {
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
        Section { name: job::name(finding), lines }
    };
    jobs(report).into_iter().map(section).collect()
}

/// At most `most` lines of `sections`, and how many are left out.
#[must_use]
pub fn cut(mut sections: Vec<Section>, most: usize) -> (Vec<Section>, usize) {
    let mut room = most;
    let mut left_out = 0;
    for section in &mut sections {
        left_out += section.lines.len().saturating_sub(room);
        section.lines.truncate(room);
        room -= section.lines.len();
    }
    sections.retain(|section| !section.lines.is_empty());
    (sections, left_out)
}
