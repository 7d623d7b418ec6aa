//! What was seen of the cluster: which nodes, which versions, from when to when, and where nothing was seen.

use crdb_triage::model::SortSmall;
use crdb_triage::report::{Node, Report};

use super::{format, map};

/// The whole input in a few words.
#[derive(Clone, Debug, PartialEq)]
pub struct Summary {
    /// How many nodes have logs, of how many that the input names.
    pub nodes: String,
    /// The clusters by name, where there are several.
    pub clusters: Option<String>,
    /// All versions that are named, and of how many nodes that is no plain answer.
    pub versions: String,
    /// From the first to the last entry.
    pub period: String,
    /// Gaps and nodes without logs.
    pub holes: String,
    /// Whether there is any hole.
    pub has_holes: bool,
}

/// What was seen, in a few words.
#[must_use]
pub fn summary(report: &Report) -> Summary {
    let nodes = &report.nodes;
    let seen = nodes.iter().filter(|node| !node.coverage.is_empty()).count();
    let gaps: usize = nodes.iter().map(|node| node.gaps.len()).sum();
    let versions = nodes.iter().flat_map(|node| &node.versions);
    let mut versions: Vec<&str> = versions.map(|version| version.version.as_str()).collect();
    versions.sort_small();
    versions.dedup();
    let mut holes = Vec::new();
    if gaps > 0 {
        holes.push(format::counted(gaps, "gap", "gaps"));
    }
    if seen < nodes.len() {
        holes
            .push(format!("{} without logs", format::counted(nodes.len() - seen, "node", "nodes")));
    }
    let clusters = map::clusters(report);
    Summary {
        clusters: (!clusters.is_empty()).then(|| named(&clusters)),
        nodes: match nodes.len() {
            0 => "No node is named".to_owned(),
            all => format!("{} of {}", seen, format::counted(all, "node", "nodes")),
        },
        versions: if versions.is_empty() {
            "Unknown".to_owned()
        } else {
            format!("{}{}", versions.join(", "), doubts(nodes))
        },
        period: map::logs(nodes)
            .map_or("No log entry was read".to_owned(), |(from, to)| format::range(from, to)),
        has_holes: !holes.is_empty() || seen == 0,
        holes: match (holes.is_empty(), seen) {
            (false, _) => holes.join(", "),
            (true, 0) => "Not known: no log was read".to_owned(),
            (true, _) => "None between the logs".to_owned(),
        },
    }
}

/// The first three, and how many there are besides.
fn named(clusters: &[&str]) -> String {
    const SHOWN: usize = 3;
    let shown: Vec<&str> = clusters.iter().copied().take(SHOWN).collect();
    match clusters.len().saturating_sub(SHOWN) {
        0 => shown.join(", "),
        more => format!("{} and {} more", shown.join(", "), format::count(more as u64)),
    }
}

/// Of how many nodes the version is not known, or named differently by different sources.
fn doubts(nodes: &[Node]) -> String {
    let count = |number| format::counted(number, "node", "nodes");
    let unknown = nodes.iter().filter(|node| node.versions.is_empty()).count();
    let doubts =
        [(unknown, "not known of"), (map::contradicted(nodes), "sources name different ones for")];
    let doubts = doubts.into_iter().filter(|(number, _)| *number > 0);
    doubts.map(|(number, what)| format!("; {what} {}", count(number))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::fixture;

    #[test]
    fn the_summary_names_what_was_not_seen() {
        let summary = summary(&fixture::report());
        assert_eq!(summary.nodes, "2 of 3 nodes");
        assert_eq!(summary.versions, "v24.3.11, v24.3.9; not known of 1 node");
        assert_eq!(summary.clusters, None);
        assert_eq!(summary.period, "2025-04-22 05:58 – 2025-04-23 08:00 UTC");
        assert_eq!(
            (summary.holes.as_str(), summary.has_holes),
            ("1 gap, 1 node without logs", true)
        );
    }

    #[test]
    fn several_clusters_are_named_and_so_are_doubts_about_versions() {
        let mut report = fixture::report();
        report.nodes[0].cluster = Some("east".to_owned());
        report.nodes[2].cluster = Some("west".to_owned());
        report.nodes[2].versions[0].conflict = true;
        let few = summary(&report);
        assert_eq!(few.clusters.as_deref(), Some("east, west"));
        assert_eq!(
            few.versions,
            "v24.3.11, v24.3.9; not known of 1 node; sources name different ones for 1 node"
        );
        report.nodes = (0..9)
            .map(|at| Node { cluster: Some(format!("c{at}")), ..report.nodes[0].clone() })
            .collect();
        assert_eq!(summary(&report).clusters.as_deref(), Some("c0, c1, c2 and 6 more"));
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
        assert_eq!(summary.holes, "Not known: no log was read", "nothing read is never clean");
    }
}
