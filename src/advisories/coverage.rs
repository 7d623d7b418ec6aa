//! What every advisory has to say about the nodes: which were seen, and of which a version is known.

use crate::facts::{Facts, Filtered, Node, group_of};
use crate::ingest::{Unsearched, dumped, table_at};
use crate::model::{
    Cluster, Gap, LogsLack, LogsNeed, Missing, Need, NodeId, Tenancy, Tenant, Time, Unread,
    UnreadReason, Verdict, ZipPart,
};

use super::decision::{Coverage, Declared};
use super::ranges::Placement;

/// A node as the report names it.
pub(crate) fn name(tenancy: &Tenancy, node: NodeId) -> String {
    format!("{tenancy}/{node}")
}

/// Nodes and times seen, and what is missing of them.
pub(crate) fn of_nodes(facts: &Facts) -> Coverage {
    let mut coverage = Coverage::default();
    let mut without_dev = Vec::new();
    for (from, to) in facts.nodes.values().filter_map(|node| node.seen) {
        coverage.from = Some(coverage.from.map_or(from, |known| known.min(from)));
        coverage.to = coverage.to.max(Some(to));
    }
    for ((tenancy, id), node) in &facts.nodes {
        if !node.spans.is_empty() {
            coverage.nodes.push(name(tenancy, *id));
            continue;
        }
        // A node that ended before everything that is considered owes nothing.
        if node.life.until.is_some_and(|ended| coverage.from.is_some_and(|from| ended < from)) {
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
            let said = match cluster.name() {
                None => "no log entry was read".to_owned(),
                Some(name) => format!("logs of {name}: no entry was read"),
            };
            let system = Tenancy::new(cluster, &Tenant::system());
            let need = logs_need(&system, [], coverage.from, coverage.to, LogsLack::All);
            coverage.missing.push(Missing::Needed { said, need });
        }
        if !known.all_nodes_known {
            let said = format!(
                "the list of nodes{of}: no whole nodes.json or crdb_internal.kv_node_status of the system tenant was read in the tree of a debug zip, so nodes may exist of which nothing was handed in"
            );
            let need = zip_need(cluster, ZipPart::Nodes);
            coverage.missing.push(Missing::Needed { said, need });
        }
        for tenant in &known.sql_pods {
            coverage.missing.push(Missing::Fact(format!(
                "the list of the SQL processes of the virtual cluster {tenant}{of}: they are no nodes, and nothing lists those that ended"
            )));
        }
    }
    let silent: Vec<&str> = coverage
        .nodes_without_logs
        .iter()
        .filter(|node| !without_dev.contains(node))
        .map(String::as_str)
        .collect();
    let period = (coverage.from, coverage.to);
    if !silent.is_empty() {
        let said = format!(
            "logs of {}: the input names {}, and no logs from there were read",
            silent.join(", "),
            if silent.len() == 1 { "this node" } else { "these nodes" }
        );
        let need = named_logs(facts, period, |name| silent.contains(&name));
        coverage.missing.push(Missing::Needed { said, need });
    }
    if !without_dev.is_empty() {
        let said = format!("logs of channel DEV from {}", without_dev.join(", "));
        let need = named_logs(facts, period, |name| without_dev.iter().any(|one| one == name));
        coverage.missing.push(Missing::Needed { said, need });
    }
    for node in facts.nodes.values().filter(|node| node.spans.is_empty()) {
        // What a filter kept out was never written.
        let filtered = node.filtered.iter().map(cannot_show_warnings);
        coverage.missing.extend(filtered.map(Missing::Fact));
    }
    coverage.missing.extend(lacking(facts));
    coverage
}

/// The first series whose channels other than DEV have files of their own.
const CHANNELS_SINCE: (u16, u16) = (21, 1);

/// What is missing of the logs of a channel: nodes of which no file of its group was read. A build before 21.1 writes all of
/// them to its one log, which [`of_nodes`] is about.
pub(crate) fn of_channel(facts: &Facts, channel: &str) -> Option<Missing> {
    let group = group_of(channel)?;
    let older = |node: &Node| {
        !node.versions.is_empty()
            && node.versions.iter().all(|seen| {
                seen.version.as_ref().is_some_and(|version| version.series() < CHANNELS_SINCE)
            })
    };
    let lacking =
        facts.nodes.iter().filter(|(_, node)| !node.groups.contains(group) && !older(node));
    let lacking: Vec<String> = lacking.map(|((tenancy, id), _)| name(tenancy, *id)).collect();
    let said = format!("logs of channel {channel} ({group}) from {}", lacking.join(", "));
    let need = named_logs(facts, (None, None), |name| lacking.iter().any(|one| one == name));
    (!lacking.is_empty()).then_some(Missing::Needed { said, need })
}

/// Whether an unread file is a log of the group of a channel.
pub(crate) fn is_of_channel(unread: &Unread, channel: &str) -> bool {
    let name = unread.path.rsplit('/').next().unwrap_or(&unread.path);
    group_of(channel).is_some_and(|group| name.starts_with(group))
}

/// What a debug zip of a cluster has beside logs.
pub(crate) fn zip_need(cluster: &Cluster, part: ZipPart) -> Box<Need> {
    Box::new(Need::Zip { cluster: cluster.name().unwrap_or_default().to_owned(), part })
}

/// Logs of nodes of a time; of all nodes where none is named.
pub(crate) fn logs_need(
    tenancy: &Tenancy,
    nodes: impl IntoIterator<Item = NodeId>,
    from: Option<Time>,
    to: Option<Time>,
    lack: LogsLack,
) -> Box<Need> {
    let cluster = tenancy.cluster.name().unwrap_or_default().to_owned();
    let nodes = nodes.into_iter().collect();
    Box::new(Need::Logs(LogsNeed { cluster, nodes, from, to, lack }))
}

/// Logs of the nodes that are named so, of the time that is considered. Of nodes of several clusters, of the first.
fn named_logs(
    facts: &Facts,
    (from, to): (Option<Time>, Option<Time>),
    asked: impl Fn(&str) -> bool,
) -> Box<Need> {
    let nodes = facts.nodes.keys().filter(|(tenancy, id)| asked(&name(tenancy, *id)));
    let nodes: Vec<&(Tenancy, NodeId)> = nodes.collect();
    let first = nodes.first().map(|(tenancy, _)| tenancy.clone()).unwrap_or_default();
    let of_cluster = nodes.iter().filter(|(tenancy, _)| tenancy.cluster == first.cluster);
    logs_need(&first, of_cluster.map(|(_, id)| *id), from, to, LogsLack::All)
}

/// Said of a part of a file whose sink may have kept warnings out.
pub(super) fn cannot_show_warnings(filtered: &Filtered) -> String {
    let Filtered { path, from, to } = filtered;
    format!(
        "warnings in {path}: from {from} to {to} it holds no entry of channel DEV below severity ERROR, so it cannot show one"
    )
}

/// What the logs of nodes lack although their time is covered.
fn lacking(facts: &Facts) -> Vec<Missing> {
    let mut missing = Vec::new();
    for ((tenancy, id), node) in &facts.nodes {
        let (name, lacks) = (name(tenancy, *id), node.lacks);
        let (from, to) = node.seen.unzip();
        let mut add = |said, lack| {
            let need = logs_need(tenancy, [*id], from, to, lack);
            missing.push(Missing::Needed { said, need });
        };
        if lacks.removed > 0 {
            let entries = match lacks.removed {
                1 => "one log entry".to_owned(),
                removed => format!("{removed} log entries"),
            };
            let said = format!("the text of {entries} of {name}, which redaction removed whole");
            add(said, LogsLack::Text);
        }
        if lacks.without_info() {
            let said = format!(
                "log entries of severity INFO from {name}: the bundle was made without them, and with them went every line about the state of a job"
            );
            add(said, LogsLack::Info);
        }
    }
    missing
}

/// Nodes with logs that name no version.
pub(super) fn versions_missing(facts: &Facts) -> Option<Missing> {
    let nodes: Vec<_> = facts
        .nodes
        .iter()
        .filter(|(_, node)| !node.spans.is_empty() && node.versions.is_empty())
        .map(|((tenancy, id), _)| (&tenancy.cluster, name(tenancy, *id)))
        .collect();
    let (cluster, _) = nodes.first()?;
    let need = zip_need(cluster, ZipPart::Builds);
    let names: Vec<&str> = nodes.iter().map(|(_, name)| name.as_str()).collect();
    let said = format!("the version that ran on {}", names.join(", "));
    Some(Missing::Needed { said, need })
}

/// Nodes with logs that are older than every version that is known.
pub(super) fn older_versions_missing(facts: &Facts) -> Option<Missing> {
    let nodes: Vec<_> = facts
        .nodes
        .iter()
        .filter(|(_, node)| !node.versions.is_empty())
        .filter_map(|((tenancy, id), node)| {
            Some((tenancy, *id, node.unversioned_since(None)?, node.versions.first()?.from))
        })
        .collect();
    let (tenancy, ..) = nodes.first()?;
    let from = nodes.iter().map(|(_, _, first, _)| *first).min();
    let to = nodes.iter().filter_map(|(_, _, _, known)| *known).max();
    let ids = nodes.iter().map(|(_, id, ..)| *id);
    let need = logs_need(tenancy, ids, from, to, LogsLack::All);
    let each = nodes.iter();
    let each =
        each.map(|(tenancy, id, first, _)| format!("{} from {first} on", name(tenancy, *id)));
    let said = format!(
        "the version that ran on {}, before the first one that is known",
        each.collect::<Vec<_>>().join(", ")
    );
    Some(Missing::Needed { said, need })
}

/// Nodes of which a process is lost, while work ran on their cluster that an advisory may be about.
pub(super) fn lost_versions_missing(facts: &Facts) -> Vec<Missing> {
    let mut missing = Vec::new();
    for ((tenancy, id), node) in &facts.nodes {
        for gap in node.unversioned().into_iter().filter(|gap| facts.may_have_worked(tenancy, *gap))
        {
            let said = format!(
                "the version that ran on {} from {} to {}: it is not the process of before or after, and no log of this time was read",
                name(tenancy, *id),
                gap.from,
                gap.to
            );
            let (from, to) = (Some(gap.from), Some(gap.to));
            let need = logs_need(tenancy, [*id], from, to, LogsLack::All);
            missing.push(Missing::Needed { said, need });
        }
    }
    missing
}

/// Nodes of clusters that existed before the first version that is known of them, by nothing but rows and events: jobs of
/// that time may be gone from the jobs table.
pub(super) fn history_missing(declared: &Declared, facts: &Facts) -> Option<Missing> {
    let nodes: Vec<_> = facts
        .nodes
        .iter()
        .filter(|(_, node)| node.unversioned_since(None).is_none())
        .filter_map(|((tenancy, id), node)| {
            let existed = declared.unknown_since(facts, tenancy, *id, node);
            let since = node.unversioned_since(existed)?;
            let known = node.versions.iter().filter_map(|version| version.from).min()?;
            let said = format!("{} from {since} to {known}", name(tenancy, *id));
            Some((tenancy, known, said))
        })
        .collect();
    let (tenancy, ..) = nodes.first()?;
    let need = Box::new(Need::History {
        before: nodes.iter().map(|(_, known, _)| *known).min(),
        cluster: tenancy.cluster.name().unwrap_or_default().to_owned(),
    });
    let each: Vec<&str> = nodes.iter().map(|(_, _, said)| said.as_str()).collect();
    let said = format!(
        "which version ran before the first one that is known: on {}; the cluster existed then, and rows of jobs of that time may be gone",
        each.join(", ")
    );
    Some(Missing::Needed { said, need })
}

/// What is missing of the tables of jobs of one virtual cluster.
pub(crate) fn jobs_table_missing(facts: &Facts, tenancy: &Tenancy) -> Option<Missing> {
    let Tenancy { cluster, tenant } = tenancy;
    let of = cluster.name().map(|name| format!(" of {name}")).unwrap_or_default();
    let table = format!("the jobs table of the virtual cluster {tenant}{of}");
    let known = facts.clusters.get(cluster).and_then(|known| known.jobs_tables.get(tenant));
    let said = match known {
        None => format!("{table} (crdb_internal.jobs)"),
        Some(known) if !known.whole => format!(
            "rows of {table}: no attempt to dump it was read that is whole and has rows (crdb_internal.jobs)"
        ),
        Some(known) if known.of_all_users => return None,
        Some(_) => format!(
            "the jobs of other users in {table}: it lists no job of root or node, as every cluster has, so it was read with too few privileges"
        ),
    };
    let need = zip_need(cluster, ZipPart::Jobs(tenant.to_string()));
    Some(Missing::Needed { said, need })
}

/// The tables of jobs that are missing, of every virtual cluster, and what those that were read cannot show.
pub(super) fn jobs_tables_missing(facts: &Facts) -> Vec<Missing> {
    let mut missing = Vec::new();
    for (cluster, known) in &facts.clusters {
        let of = cluster.name().map(|name| format!(" of {name}")).unwrap_or_default();
        let system = Tenant::system();
        let tenants = known.tenants.iter().chain(known.tenants.is_empty().then_some(&system));
        for tenant in tenants {
            missing.extend(jobs_table_missing(facts, &Tenancy::new(cluster, tenant)));
        }
        let spare = known.jobs_tables.keys().filter(|tenant| **tenant != system).count();
        if known.unnamed_tenants.len() > spare {
            let ids: Vec<String> = known.unnamed_tenants.iter().map(u64::to_string).collect();
            missing.push(Missing::Fact(format!(
                "the jobs tables{of} of virtual clusters that system.tenants lists by number ({}): {spare} were read",
                ids.join(", ")
            )));
        }
    }
    missing
}

/// Gaps of logs after the last instant that a jobs table names, in which an affected build may have run. A job may have
/// begun and ended in them: then its row is not in the table, and the lines about it are not in the logs.
pub(super) fn gaps_after_jobs_tables(declared: &Declared, facts: &Facts) -> Vec<Missing> {
    let mut missing = Vec::new();
    for (cluster, known) in &facts.clusters {
        for (tenant, table) in known.jobs_tables.iter().filter(|(_, table)| table.whole) {
            let tenancy = Tenancy::new(cluster, tenant);
            let reach = table.reach.map_or("no time".to_owned(), |reach| reach.to_string());
            for (id, node) in facts.nodes_of(&tenancy) {
                let harmless = |gap: &&Gap| {
                    let ran =
                        node.ran_between(gap.from.max(table.reach.unwrap_or(gap.from)), gap.to);
                    ran.iter().all(|ran| declared.placement(ran) == Placement::NotAffected)
                };
                let mut holes = node.holes(table.reach, LINES_OF_A_JOB);
                holes.retain(|gap| !harmless(&gap));
                if !holes.is_empty() {
                    let gaps = holes.iter().map(|Gap { from, to }| format!("{from} to {to}"));
                    let said = format!(
                        "log entries of {} from {}: the jobs table names nothing after {reach}, so a job that began and ended later may be in neither",
                        name(&tenancy, id),
                        gaps.collect::<Vec<_>>().join(" and ")
                    );
                    let from = holes.iter().map(|gap| gap.from).min();
                    let to = holes.iter().map(|gap| gap.to).max();
                    let need = logs_need(&tenancy, [id], from, to, LogsLack::All);
                    missing.push(Missing::Needed { said, need });
                }
            }
        }
    }
    missing
}

/// At least so many entries does the node write that runs a job from its beginning to its end: that it takes the job up, and
/// the state in which it ends.
const LINES_OF_A_JOB: u64 = 2;

/// What is said beside a verdict of nothing found of the files that nobody needs and that were not searched. They weaken
/// nothing: a debug zip is known to hold them for other purposes.
pub(super) fn unsearched(verdict: Verdict, facts: &Facts) -> String {
    if !matches!(verdict, Verdict::NoSign | Verdict::NotAffected) || facts.unsearched.files() == 0 {
        return String::new();
    }
    let Unsearched { dumps, tables, pictures, messages } = facts.unsearched;
    let kinds = [
        (dumps, "profiles, traces and dumps of goroutines or ranges"),
        (tables, "tables and documents for other purposes"),
        (pictures, "pictures and pages that are no text"),
        (messages, "messages of why an attempt at a table failed"),
    ];
    let kinds: Vec<String> = kinds
        .iter()
        .filter(|(files, _)| *files > 0)
        .map(|(files, what)| format!("{files} of {what}"))
        .collect();
    format!(" Not searched by their names, because no log is in such files: {}.", kinds.join(", "))
}

/// Whether an unread file can matter to an advisory that asks logs of channel DEV and tables.
///
/// What is missing of a log of another channel, by its name, or of a table that is read for what it adds (schedules, events,
/// liveness, gossip, settings and schema), cannot. Lines that an advisory asks for and that belong to no entry were read, and matter
/// in a file of any name.
pub(crate) fn is_needed(unread: &Unread) -> bool {
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
    const ADDING: [&str; 12] = [
        "system.scheduled_jobs",
        "system.eventlog",
        "events.json",
        "liveness.json",
        "crdb_internal.kv_node_liveness",
        "crdb_internal.gossip_liveness",
        "crdb_internal.gossip_nodes",
        "crdb_internal.cluster_settings",
        "system.settings",
        "cluster_settings_history",
        "settings.json",
        "system.descriptor",
    ];
    let name = unread.path.rsplit('/').next().unwrap_or(&unread.path);
    let of_other_purpose = || {
        OTHER_LOGS.iter().any(|other| name.starts_with(other))
            || ADDING.iter().any(|table| name.starts_with(table))
            // A rule that asks for the rows of a table names it.
            || dumped(&unread.path).is_some() && table_at(&unread.path).is_none()
    };
    match unread.reason {
        UnreadReason::OutsideEntry | UnreadReason::TableInLog => true,
        // Content shows it to be no log and no table, and it was searched for signs. A finding says if there are any.
        UnreadReason::NotRecognized | UnreadReason::SavedReport => false,
        // Something is missing, and the name tells what it would have been about.
        UnreadReason::ReadFailed
        | UnreadReason::Unsupported
        | UnreadReason::Damaged
        | UnreadReason::ChecksumMismatch
        | UnreadReason::WorkerDied
        | UnreadReason::EntryTooLong
        | UnreadReason::LimitReached
        | UnreadReason::CollectionFailed
        | UnreadReason::MalformedTable
        | UnreadReason::HeadNotRead
        | UnreadReason::NoEntry => !of_other_purpose(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const REASONS: [UnreadReason; 13] = [
        UnreadReason::ReadFailed,
        UnreadReason::Unsupported,
        UnreadReason::Damaged,
        UnreadReason::ChecksumMismatch,
        UnreadReason::WorkerDied,
        UnreadReason::EntryTooLong,
        UnreadReason::LimitReached,
        UnreadReason::CollectionFailed,
        UnreadReason::MalformedTable,
        UnreadReason::NoEntry,
        UnreadReason::OutsideEntry,
        UnreadReason::NotRecognized,
        UnreadReason::SavedReport,
    ];

    fn needed(name: &str) -> Vec<UnreadReason> {
        let path = format!("debug/nodes/1/logs/{name}");
        let unread = |reason| Unread { path: path.clone(), reason, detail: String::new() };
        REASONS.into_iter().filter(|reason| is_needed(&unread(*reason))).collect()
    }

    #[test]
    fn what_was_read_and_belongs_to_no_entry_matters_whatever_the_name() {
        for name in ["cockroach-health.log", "cockroach-stderr.log", "cockroach-sql-exec.h.log"] {
            assert_eq!(needed(name), [UnreadReason::OutsideEntry], "{name}");
        }
        assert_eq!(needed("system.scheduled_jobs.txt"), [UnreadReason::OutsideEntry]);
    }

    #[test]
    fn what_is_missing_of_any_other_file_matters() {
        for name in ["cockroach.log", "cockroach-bulk.log", "notes.txt", "system.jobs.txt"] {
            assert_eq!(needed(name).as_slice(), &REASONS[..11], "{name}");
        }
    }
}
