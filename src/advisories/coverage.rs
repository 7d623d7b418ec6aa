//! What every advisory has to say about the nodes: which were seen, and of which a version is known.

use crate::facts::Facts;
use crate::model::{NodeId, Tenant};

use super::decision::Coverage;

/// A node as the report names it.
pub(super) fn name(tenant: &Tenant, node: NodeId) -> String {
    format!("{tenant}/{node}")
}

/// Nodes and times seen, and what is missing of them.
pub(super) fn of_nodes(facts: &Facts) -> Coverage {
    let mut coverage = Coverage::default();
    for ((tenant, id), node) in &facts.nodes {
        if let Some((from, to)) = node.seen {
            coverage.from = Some(coverage.from.map_or(from, |known| known.min(from)));
            coverage.to = coverage.to.max(Some(to));
        }
        if node.spans.is_empty() {
            coverage.nodes_without_logs.push(name(tenant, *id));
        } else {
            coverage.nodes.push(name(tenant, *id));
        }
    }
    if !facts.any_entry {
        coverage.missing.push("no log entry was read".to_owned());
    }
    if !facts.all_nodes_known {
        coverage.missing.push(
            "the list of nodes: the input is not the whole tree of a debug zip, so nodes may exist of which nothing was handed in".to_owned(),
        );
    }
    if !coverage.nodes_without_logs.is_empty() {
        coverage
            .missing
            .push(format!("logs of channel DEV from {}", coverage.nodes_without_logs.join(", ")));
    }
    coverage
}

/// Nodes with logs that name no version.
pub(super) fn versions_missing(facts: &Facts) -> Option<String> {
    let nodes: Vec<_> = facts
        .nodes
        .iter()
        .filter(|(_, node)| !node.spans.is_empty() && node.versions.is_empty())
        .map(|((tenant, id), _)| name(tenant, *id))
        .collect();
    (!nodes.is_empty()).then(|| format!("the version that ran on {}", nodes.join(", ")))
}
