//! The map of what was seen: a row for each node, time across, and above them the jobs with findings.
//!
//! Everything that is drawn is decided here, as text and as per cent of the common axis. What the map draws,
//! [`table`] says in full.

mod home;
mod job;
mod node;
pub mod table;
mod version;

use crdb_triage::model::{SortSmall, Time, Verdict};
use crdb_triage::report::{Finding, Job, Node, Report};

pub use home::clusters;
use home::homes;
pub(in crate::view) use node::contradicted;

use super::axis::{Axis, Stretch};
use super::format;
use super::jobs::Jobs;
use super::pick::{self, Pick};

/// What a part of a row is, and so how it looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// Logs were read.
    Logs,
    /// Logs before and after it were read, and none of it.
    Gap,
    /// The node has no logs at all.
    NoLogs,
    /// A job ran.
    Run,
    /// From here on another version ran.
    Version,
    /// A sign of an advisory.
    Sign,
    /// Sources name different versions for the same time.
    Conflict,
}

/// Something on a row that has a time.
#[derive(Clone, Debug, PartialEq)]
pub struct Part {
    /// What it is.
    pub kind: Kind,
    /// Where it lies.
    pub place: Stretch,
    /// What it says when it is pointed at, with exact times.
    pub text: String,
}

/// One node or one job.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// What it is called.
    pub name: String,
    /// Versions of a node, or what a job does.
    pub about: String,
    /// What is to be noticed, such as a gap; empty if nothing is.
    pub notice: String,
    /// Words to draw across the row, where a bar cannot say it.
    pub across: Option<String>,
    /// The strongest verdict about a job.
    pub verdict: Option<Verdict>,
    /// What is drawn, from left to right.
    pub parts: Vec<Part>,
}

/// Rows that belong together.
#[derive(Clone, Debug, PartialEq)]
pub struct Group {
    /// What they have in common; none where it goes without saying.
    pub title: Option<String>,
    /// The rows.
    pub rows: Vec<Row>,
}

/// The map.
#[derive(Clone, Debug, PartialEq)]
pub struct Map {
    /// The time across; none where nothing is dated.
    pub axis: Option<Axis>,
    /// Jobs with findings, the strongest first, then the nodes.
    pub groups: Vec<Group>,
    /// All of it in a sentence.
    pub sentence: String,
    /// What the reader of the picture has to know about its order or what it leaves out.
    pub notes: Vec<String>,
}

/// More jobs than this would push the nodes out of sight; the table has all.
const MOST_JOBS: usize = 6;
/// A cluster with more nodes is not seen at once, so nodes with holes come first.
const MANY_NODES: usize = 12;
/// About a pixel of a wide screen, in per cent.
const PIXEL: f64 = 0.1;
/// What was read is drawn at least as wide, in per cent.
const THIN: f64 = 0.4;
/// What has to be seen is drawn at least as wide, in per cent; what is closer than this is drawn as one.
const SEEN: f64 = 0.8;

/// Lays out what was seen of the cluster.
#[must_use]
pub fn map(report: &Report) -> Map {
    let jobs = jobs(report);
    let drawn = jobs.get(..MOST_JOBS).unwrap_or(&jobs);
    let others: Vec<Time> = drawn.iter().flat_map(|(job, _)| job::times(job)).collect();
    let axis = Axis::over(logs(&report.nodes), &others);
    let mut groups = Vec::new();
    for (job, finding) in drawn {
        let title = Some(match &job.cluster {
            Some(cluster) => format!("Cluster {cluster}: jobs with findings"),
            None => "Jobs with findings".to_owned(),
        });
        let row = job::row(job, finding, axis.as_ref());
        match groups.iter_mut().find(|group: &&mut Group| group.title == title) {
            Some(group) => group.rows.push(row),
            None => groups.push(Group { title, rows: vec![row] }),
        }
    }
    for (title, nodes) in homes(report) {
        let rows = nodes.iter().map(|node| node::row(node, axis.as_ref())).collect();
        groups.push(Group { title, rows });
    }
    let mut notes = Vec::new();
    if report.nodes.len() > MANY_NODES && report.nodes.iter().any(has_holes) {
        notes.push("Nodes without logs come first, then those with gaps.".to_owned());
    }
    if jobs.len() > MOST_JOBS {
        notes.push(format!(
            "The {MOST_JOBS} strongest of {} with findings are drawn; the table has all.",
            format::counted(jobs.len(), "job", "jobs")
        ));
    }
    Map { sentence: sentence(report, jobs.len()), axis, groups, notes }
}

impl Map {
    /// All rows from top to bottom.
    pub fn rows(&self) -> impl Iterator<Item = &Row> {
        self.groups.iter().flat_map(|group| &group.rows)
    }

    /// The part that is meant.
    #[must_use]
    pub fn part(&self, pick: Pick) -> Option<&Part> {
        self.rows().nth(pick.row)?.parts.get(pick.part)
    }

    /// The part that a key leads to, as [`pick::moved`] has it.
    #[must_use]
    pub fn moved(&self, from: Option<Pick>, key: &str) -> Option<Pick> {
        let places = |row: &Row| row.parts.iter().map(|part| part.place.x).collect();
        pick::moved(&self.rows().map(places).collect::<Vec<_>>(), from, key)
    }
}

/// First and last entry of all nodes.
#[must_use]
pub fn logs(nodes: &[Node]) -> Option<(Time, Time)> {
    let spans = || nodes.iter().flat_map(|node| &node.coverage);
    Some((spans().map(|span| span.from).min()?, spans().map(|span| span.to).max()?))
}

/// Jobs that findings are about, each with its strongest finding, the strongest first.
fn jobs(report: &Report) -> Vec<(&Job, &Finding)> {
    let mut strongest: Vec<&Finding> = report.findings.iter().collect();
    strongest.sort_small_by_key(|finding| std::cmp::Reverse(finding.verdict));
    Jobs::of(report).with_findings(strongest)
}

/// What has no logs comes first, then what has gaps.
fn urgency(node: &Node) -> u8 {
    match (node.coverage.is_empty(), node.gaps.is_empty()) {
        (true, _) => 0,
        (false, false) => 1,
        (false, true) => 2,
    }
}

fn has_holes(node: &Node) -> bool {
    urgency(node) < 2
}

/// The picture in a sentence, for those who do not see it.
fn sentence(report: &Report, jobs: usize) -> String {
    let nodes = &report.nodes;
    if nodes.is_empty() && jobs == 0 {
        return "The input names no node, and nothing is found about a job.".to_owned();
    }
    let period = logs(nodes).map_or("no log was read".to_owned(), |(from, to)| {
        format!("logs {}", format::range(from, to))
    });
    let silent = nodes.iter().filter(|node| node.coverage.is_empty()).count();
    let gaps: usize = nodes.iter().map(|node| node.gaps.len()).sum();
    let mut parts = vec![format::counted(nodes.len(), "node", "nodes"), period];
    match clusters(report).len() {
        0 => {}
        many => parts.insert(0, format::counted(many, "cluster", "clusters")),
    }
    if silent > 0 {
        parts.push(format!("{} without logs", format::counted(silent, "node", "nodes")));
    }
    match gaps {
        // Where no log was read, there is nothing between logs either.
        0 if silent == nodes.len() => {}
        0 => parts.push("no gap between logs".to_owned()),
        _ => parts.push(format::counted(gaps, "gap", "gaps")),
    }
    match node::contradicted(nodes) {
        0 => {}
        many => parts.push(format!(
            "{} of which sources name different versions",
            format::counted(many, "node", "nodes")
        )),
    }
    if jobs > 0 {
        parts.push(format!("{} with findings", format::counted(jobs, "job", "jobs")));
    }
    format!("Map of what was seen: {}.", parts.join(", "))
}

#[cfg(test)]
#[path = "../map_tests.rs"]
mod tests;

#[cfg(test)]
#[path = "../map_clusters_tests.rs"]
mod clusters_tests;
