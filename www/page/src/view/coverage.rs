//! What was seen of the cluster: which nodes, which versions, from when to when, and where nothing was seen.

use std::collections::BTreeSet;

use crdb_triage::report::Report;

use super::{format, map};

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
        assert_eq!(summary.holes, "Not known: no log was read", "nothing read is never clean");
    }
}
