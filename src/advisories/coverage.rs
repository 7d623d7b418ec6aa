//! What every advisory has to say about the nodes: which were seen, and of which a version is known.

use crate::facts::{Facts, Filtered, Lacks};
use crate::model::{NodeId, Tenancy, Tenant, Unread, UnreadReason};

use super::decision::Coverage;

/// A node as the report names it.
pub(super) fn name(tenancy: &Tenancy, node: NodeId) -> String {
    format!("{tenancy}/{node}")
}

/// Nodes and times seen, and what is missing of them.
pub(super) fn of_nodes(facts: &Facts) -> Coverage {
    let mut coverage = Coverage::default();
    let mut without_dev = Vec::new();
    for ((tenancy, id), node) in &facts.nodes {
        if let Some((from, to)) = node.seen {
            coverage.from = Some(coverage.from.map_or(from, |known| known.min(from)));
            coverage.to = coverage.to.max(Some(to));
        }
        if !node.spans.is_empty() {
            coverage.nodes.push(name(tenancy, *id));
            continue;
        }
        if node.seen.is_some() {
            without_dev.push(name(tenancy, *id));
        }
        coverage.nodes_without_logs.push(name(tenancy, *id));
    }
    for (cluster, known) in &facts.clusters {
        let of = cluster.name().map(|name| format!(" of {name}")).unwrap_or_default();
        if !known.any_entry {
            coverage.missing.push(match cluster.name() {
                None => "no log entry was read".to_owned(),
                Some(name) => format!("logs of {name}: no entry was read"),
            });
        }
        if !known.all_nodes_known {
            coverage.missing.push(format!(
                "the list of nodes{of}: the input is not the whole tree of a debug zip, so nodes may exist of which nothing was handed in"
            ));
        }
    }
    let silent: Vec<&str> = coverage
        .nodes_without_logs
        .iter()
        .filter(|node| !without_dev.contains(node))
        .map(String::as_str)
        .collect();
    if !silent.is_empty() {
        coverage.missing.push(format!(
            "logs of {}: the input names {}, and no logs from there were read",
            silent.join(", "),
            if silent.len() == 1 { "this node" } else { "these nodes" }
        ));
    }
    if !without_dev.is_empty() {
        coverage.missing.push(format!("logs of channel DEV from {}", without_dev.join(", ")));
    }
    for node in facts.nodes.values().filter(|node| node.spans.is_empty()) {
        coverage.missing.extend(node.filtered.iter().map(cannot_show_warnings));
    }
    let nodes = || facts.nodes.iter().map(|((tenancy, id), node)| (name(tenancy, *id), node.lacks));
    coverage.missing.extend(lacking(nodes()));
    coverage
}

/// Said of a part of a file whose sink may have kept warnings out.
pub(super) fn cannot_show_warnings(filtered: &Filtered) -> String {
    let Filtered { path, from, to } = filtered;
    format!(
        "warnings in {path}: from {from} to {to} it holds no entry of channel DEV below severity ERROR, so it cannot show one"
    )
}

/// What the logs of nodes lack although their time is covered.
fn lacking(nodes: impl Iterator<Item = (String, Lacks)>) -> Vec<String> {
    let mut missing = Vec::new();
    for (node, lacks) in nodes {
        if lacks.removed > 0 {
            let entries = match lacks.removed {
                1 => "one log entry".to_owned(),
                removed => format!("{removed} log entries"),
            };
            missing.push(format!("the text of {entries} of {node}, which redaction removed whole"));
        }
        if lacks.without_info() {
            missing.push(format!(
                "log entries of severity INFO from {node}: the bundle was made without them, and with them went every line about the state of a job"
            ));
        }
    }
    missing
}

/// Nodes with logs that name no version.
pub(super) fn versions_missing(facts: &Facts) -> Option<String> {
    let nodes: Vec<_> = facts
        .nodes
        .iter()
        .filter(|(_, node)| !node.spans.is_empty() && node.versions.is_empty())
        .map(|((tenancy, id), _)| name(tenancy, *id))
        .collect();
    (!nodes.is_empty()).then(|| format!("the version that ran on {}", nodes.join(", ")))
}

/// Nodes with logs that are older than every version that is known.
pub(super) fn older_versions_missing(facts: &Facts) -> Option<String> {
    let nodes: Vec<_> = facts
        .nodes
        .iter()
        .filter(|(_, node)| !node.versions.is_empty())
        .filter_map(|((tenancy, id), node)| {
            let first = node.unversioned_since()?;
            Some(format!("{} from {first} on", name(tenancy, *id)))
        })
        .collect();
    (!nodes.is_empty()).then(|| {
        format!("the version that ran on {}, before the first one that is known", nodes.join(", "))
    })
}

/// Nodes of which a process is lost, while work ran on their cluster that an advisory may be about.
pub(super) fn lost_versions_missing(facts: &Facts) -> Vec<String> {
    let mut missing = Vec::new();
    for ((tenancy, id), node) in &facts.nodes {
        for gap in node.unversioned().into_iter().filter(|gap| facts.may_have_worked(tenancy, *gap))
        {
            missing.push(format!(
                "the version that ran on {} from {} to {}: it is not the process of before or after, and no log of this time was read",
                name(tenancy, *id),
                gap.from,
                gap.to
            ));
        }
    }
    missing
}

/// The tables of jobs that are missing, of every virtual cluster.
pub(super) fn jobs_tables_missing(facts: &Facts) -> Vec<String> {
    let mut missing = Vec::new();
    for (cluster, known) in &facts.clusters {
        let nodes = facts.nodes.keys().filter(|(tenancy, _)| tenancy.cluster == *cluster);
        let mut tenants: Vec<Tenant> = nodes.map(|(tenancy, _)| tenancy.tenant.clone()).collect();
        tenants.dedup();
        if tenants.is_empty() {
            tenants.push(Tenant::system());
        }
        let of = cluster.name().map(|name| format!(" of {name}")).unwrap_or_default();
        missing.extend(tenants.iter().filter(|tenant| !known.jobs_tables.contains(*tenant)).map(
            |tenant| {
                format!("the jobs table of the virtual cluster {tenant}{of} (crdb_internal.jobs)")
            },
        ));
    }
    missing
}

/// Whether an unread file can matter to an advisory that asks logs of channel DEV and tables: not if its name says that it
/// is the log of another channel, or the table of schedules, which is read for what it adds.
pub(super) fn is_needed(unread: &Unread) -> bool {
    const OTHER_LOGS: [&str; 10] = [
        "cockroach-health.",
        "cockroach-pebble.",
        "cockroach-security.",
        "cockroach-sql-",
        "cockroach-kv-distribution.",
        "cockroach-telemetry.",
        "cockroach-changefeed.",
        "cockroach-kv-exec.",
        "cockroach-rocksdb.",
        "cockroach-stderr.",
    ];
    let name = unread.path.rsplit('/').next().unwrap_or(&unread.path);
    // What content shows to be no log and no table cannot matter beside logs and tables that were read.
    !matches!(unread.reason, UnreadReason::NotRecognized | UnreadReason::SavedReport)
        && !OTHER_LOGS.iter().any(|other| name.starts_with(other))
        && !name.starts_with("system.scheduled_jobs")
}
