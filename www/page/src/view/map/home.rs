//! Where nodes are at home: in which cluster, and in which virtual cluster of it.

use crdb_triage::model::SortSmall;
use crdb_triage::report::{Node, Report};

use super::{MANY_NODES, urgency};
use crate::view::jobs::Jobs;

/// The names of the clusters, where the input holds several.
#[must_use]
pub fn clusters(report: &Report) -> Vec<&str> {
    let nodes = report.nodes.iter().map(|node| &node.cluster);
    let jobs = report.jobs.iter().map(|job| &job.cluster);
    let subjects = report.findings.iter().map(|finding| &finding.subject.cluster);
    let mut names: Vec<&str> =
        nodes.chain(jobs).chain(subjects).flatten().map(String::as_str).collect();
    names.sort_small();
    names.dedup();
    names
}

/// The nodes, grouped by where they are at home, with a title where there is more than one place.
pub(super) fn homes(report: &Report) -> Vec<(Option<String>, Vec<&Node>)> {
    let mut homes: Vec<(Home<'_>, Vec<&Node>)> = Vec::new();
    for node in &report.nodes {
        match homes.iter_mut().find(|(home, _)| *home == Home::of(node)) {
            Some((_, nodes)) => nodes.push(node),
            None => homes.push((Home::of(node), vec![node])),
        }
    }
    homes.sort_small_by_key(|(home, _)| *home);
    let many = report.nodes.len() > MANY_NODES;
    let plain = homes.len() == 1 && homes.iter().all(|(home, _)| *home == Home::PLAIN);
    let known = Jobs::of(report);
    let above = report.findings.iter().any(|finding| known.find(finding).is_some());
    homes
        .into_iter()
        .map(|(home, mut nodes)| {
            nodes.sort_small_by_key(|node| (if many { urgency(node) } else { 0 }, node.node));
            let title = match plain {
                false => Some(home.title()),
                // Below jobs, it has to be said where the nodes begin.
                true => above.then(|| "Nodes".to_owned()),
            };
            (title, nodes)
        })
        .collect()
}

/// Where a node is at home. Ordered as it is shown: cluster by cluster, the system's nodes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Home<'a> {
    cluster: Option<&'a str>,
    is_virtual: bool,
    tenant: &'a str,
}

impl<'a> Home<'a> {
    /// The one that goes without saying.
    const PLAIN: Home<'static> = Home { cluster: None, is_virtual: false, tenant: "system" };

    fn of(node: &'a Node) -> Self {
        Self {
            cluster: node.cluster.as_deref(),
            is_virtual: node.tenant != "system",
            tenant: &node.tenant,
        }
    }

    fn title(self) -> String {
        match (self.cluster, self.is_virtual) {
            (None, false) => "Nodes".to_owned(),
            (None, true) => format!("Virtual cluster {}", self.tenant),
            (Some(cluster), false) => format!("Cluster {cluster}: nodes"),
            (Some(cluster), true) => {
                format!("Cluster {cluster}: virtual cluster {}", self.tenant)
            }
        }
    }
}

/// A name, and the cluster that it is of, where there are several.
pub(super) fn within(name: String, cluster: Option<&str>) -> String {
    match cluster {
        Some(cluster) => format!("{name} of cluster {cluster}"),
        None => name,
    }
}
