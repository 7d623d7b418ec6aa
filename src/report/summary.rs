//! What a person looks up first of each cluster, from the facts.

use std::collections::{BTreeMap, BTreeSet};

use crate::facts::{Facts, Node, Origin, RanVersion};
use crate::model::{Cluster, NodeId, SortSmall, Tenancy, Time, Version};

use super::compose::cluster as cluster_name;
use super::document::{
    BuildSummary, ClusterSummary, JobCount, Restart, SettingSummary, UpgradeStep,
};

/// One element per cluster.
pub(super) fn summaries(facts: &Facts) -> Vec<ClusterSummary> {
    facts.clusters.keys().map(|cluster| summary(facts, cluster)).collect()
}

fn summary(facts: &Facts, cluster: &Cluster) -> ClusterSummary {
    let known = facts.cluster(cluster);
    let nodes: Vec<(String, &Node)> = facts
        .nodes
        .iter()
        .filter(|((tenancy, _), _)| tenancy.cluster == *cluster)
        .map(|((tenancy, id), node)| (name(tenancy, *id), node))
        .collect();
    let mut tenants: BTreeSet<String> = known.tenants.iter().map(ToString::to_string).collect();
    let named = facts.nodes.keys().filter(|(tenancy, _)| tenancy.cluster == *cluster);
    tenants.extend(named.map(|(tenancy, _)| tenancy.tenant.to_string()));
    let mut upgrades: Vec<UpgradeStep> =
        nodes.iter().flat_map(|(name, node)| steps(name, node)).collect();
    upgrades.sort_small_by(|a, b| (a.at, &a.node).cmp(&(b.at, &b.node)));
    let restarts = nodes
        .iter()
        .flat_map(|(name, node)| node.restarts().map(|at| Restart { node: name.clone(), at }));
    let mut restarts: Vec<Restart> = restarts.collect();
    restarts.sort_small_by(|a, b| (a.at, &a.node).cmp(&(b.at, &b.node)));
    ClusterSummary {
        cluster: cluster_name(cluster),
        tenants: tenants.into_iter().collect(),
        builds: builds(facts, cluster, &nodes),
        nodes: nodes.into_iter().map(|(name, _)| name).collect(),
        upgrades,
        restarts,
        collected: known.collected,
        redaction: facts.redaction,
        settings: settings(facts, cluster),
        jobs: jobs(facts, cluster),
    }
}

/// A node within its cluster.
fn name(tenancy: &Tenancy, id: NodeId) -> String {
    format!("{}/{id}", tenancy.tenant)
}

/// The changes of a node's build, by time.
fn steps(name: &str, node: &Node) -> Vec<UpgradeStep> {
    let pairs = node.versions.iter().zip(node.versions.iter().skip(1));
    let changes = pairs.filter(|(before, after)| !after.conflict && before.text != after.text);
    changes
        .map(|(before, after)| UpgradeStep {
            node: name.to_owned(),
            from: before.text.clone(),
            to: after.text.clone(),
            at: after.from,
        })
        .collect()
}

fn builds(facts: &Facts, cluster: &Cluster, nodes: &[(String, &Node)]) -> Vec<BuildSummary> {
    let mut found: BTreeMap<(Option<&Version>, &str), BuildSummary> = BTreeMap::new();
    let mut add = |seen, node: Option<&String>, now| {
        let RanVersion { version, text, from, until, .. }: &RanVersion = seen;
        let one = found.entry((version.as_ref(), text)).or_insert_with(|| BuildSummary {
            build: text.clone(),
            nodes: Vec::new(),
            from: None,
            to: None,
            now: false,
        });
        one.nodes.extend(node.filter(|node| !one.nodes.contains(node)).cloned());
        one.from = one.from.into_iter().chain(*from).min();
        one.to = one.to.max(*until);
        one.now |= now;
    };
    for (name, node) in nodes {
        let last = |seen: &RanVersion| (seen.from.is_none(), seen.until);
        let newest: Option<(bool, Option<Time>)> = node.versions.iter().map(last).max();
        for seen in &node.versions {
            add(seen, Some(name), Some(last(seen)) == newest);
        }
    }
    let homeless = facts.builds_without_node.iter();
    for (_, seen) in homeless.filter(|(tenancy, _)| tenancy.cluster == *cluster) {
        add(seen, None, seen.origin == Origin::Stated);
    }
    found.into_values().collect()
}

/// Settings that are read and that somebody changed. Text that may be a secret is not kept by the reader.
fn settings(facts: &Facts, cluster: &Cluster) -> Vec<SettingSummary> {
    let tenancies: BTreeSet<Tenancy> = facts
        .cluster(cluster)
        .tenants
        .iter()
        .map(|tenant| Tenancy::new(cluster, tenant))
        .chain([Tenancy::new(cluster, &crate::model::Tenant::system())])
        .collect();
    let each = tenancies.iter().flat_map(|tenancy| {
        let (set, _) = facts.settings.all_set(tenancy);
        set.into_iter().filter(|(_, known)| known.is_default != Some(true)).map(|(name, known)| {
            SettingSummary {
                tenant: tenancy.tenant.to_string(),
                name,
                value: known.value.to_string(),
                changed: known.changed_at,
            }
        })
    });
    each.collect()
}

fn jobs(facts: &Facts, cluster: &Cluster) -> Vec<JobCount> {
    let mut counts: BTreeMap<(String, String, String), u64> = BTreeMap::new();
    for job in facts.jobs.values().filter(|job| job.tenancy.cluster == *cluster) {
        let status = job.status.as_ref().map(ToString::to_string).unwrap_or_default();
        let key = (job.tenancy.tenant.to_string(), job.job_type.clone(), status);
        *counts.entry(key).or_default() += 1;
    }
    let each = counts.into_iter();
    each.map(|((tenant, job_type, status), count)| JobCount { tenant, job_type, status, count })
        .collect()
}
