//! What is said of a cluster in short, of what to collect, and of moves to other builds.

use std::fmt::Display;

use super::super::{ClusterSummary, CollectItem, Upgrade};
use super::{Clock, count};

/// So many of one kind are printed; the JSON report names all.
const SHOWN: usize = 12;

/// What a person looks up first of a cluster: names of facts, each with what is known.
#[must_use]
pub fn cluster_facts(summary: &ClusterSummary, clock: Clock) -> Vec<(&'static str, String)> {
    let mut facts = Vec::new();
    let mut tell = |name: &'static str, each: Vec<String>| {
        let more = each.len().saturating_sub(SHOWN);
        let rest = (more > 0).then(|| format!("and {more} more, which the JSON report names"));
        let each: Vec<String> = each.into_iter().take(SHOWN).chain(rest).collect();
        if !each.is_empty() {
            facts.push((name, each.join("; ")));
        }
    };
    tell(
        "Builds",
        summary
            .builds
            .iter()
            .map(|ran| {
                let on = match &ran.nodes[..] {
                    // No log without a node tells what runs last.
                    [] if ran.now => return format!("{}, as a person states", ran.build),
                    [] => "a node that its log does not name".to_owned(),
                    nodes => short(nodes),
                };
                let period = match (ran.from, ran.to) {
                    (Some(from), Some(to)) => format!(" from {} to {}", clock(from), clock(to)),
                    _ => String::new(),
                };
                let now = if ran.now { ", the last that is known of it" } else { "" };
                format!("{} on {on}{period}{now}", ran.build)
            })
            .collect(),
    );
    tell(
        "Upgrade steps",
        summary
            .upgrades
            .iter()
            .map(|step| {
                let at = step.at.map(|at| format!(" at {}", clock(at))).unwrap_or_default();
                format!("{} from {} to {}{at}", step.node, step.from, step.to)
            })
            .collect(),
    );
    tell(
        "Nodes",
        vec![format!("{}: {}", count(summary.nodes.len() as u64, "node"), short(&summary.nodes))],
    );
    tell("Virtual clusters", summary.tenants.clone());
    tell(
        "Restarts",
        summary.restarts.iter().map(|one| format!("{} at {}", one.node, clock(one.at))).collect(),
    );
    let collected = summary.collected.map(|at| format!("at {} or later", clock(at)));
    tell("Collected", vec![collected.unwrap_or_else(|| "at an unknown time".to_owned())]);
    tell(
        "Settings changed from their defaults",
        summary
            .settings
            .iter()
            .map(|one| {
                let since =
                    one.changed.map(|at| format!(", set at {}", clock(at))).unwrap_or_default();
                let of = if one.tenant == "system" {
                    String::new()
                } else {
                    format!(" ({})", one.tenant)
                };
                format!("{} = {}{of}{since}", one.name, one.value)
            })
            .collect(),
    );
    tell(
        "Jobs",
        summary
            .jobs
            .iter()
            .map(|one| {
                let of = if one.tenant == "system" {
                    String::new()
                } else {
                    format!("{}: ", one.tenant)
                };
                let known = |text: &str, otherwise: &str| {
                    if text.is_empty() { otherwise.to_owned() } else { text.to_owned() }
                };
                let (kind, state) = (
                    known(&one.job_type, "of unknown type"),
                    known(&one.status, "in an unknown state"),
                );
                format!("{of}{} {kind} {state}", one.count)
            })
            .collect(),
    );
    facts
}

/// Where a move goes, in a few words.
#[must_use]
pub fn upgrade_title(upgrade: &Upgrade) -> String {
    let of = upgrade.cluster.as_ref().map(|name| format!(" of cluster {name}")).unwrap_or_default();
    format!("From {}{of} to {}", short(&upgrade.from), upgrade.to)
}

/// What a move leaves, keeps and asks to be checked before.
#[must_use]
pub fn upgrade_facts(upgrade: &Upgrade) -> Vec<(&'static str, String)> {
    let lists = [
        ("Leaves the windows of", &upgrade.leaves),
        ("Does not settle", &upgrade.keeps),
        ("Check first", &upgrade.checks_first),
    ];
    let each = lists.into_iter().filter(|(_, ids)| !ids.is_empty());
    each.map(|(name, ids)| (name, ids.join(", "))).collect()
}

/// Of which advisories an item decides.
#[must_use]
pub fn decides(item: &CollectItem) -> String {
    let number = match item.decides.len() {
        1 => "1 advisory".to_owned(),
        many => format!("{many} advisories"),
    };
    format!("{number}: {}", item.decides.join(", "))
}

/// Names, the first few of them.
fn short<T: Display>(names: &[T]) -> String {
    let shown: Vec<String> = names.iter().take(SHOWN).map(ToString::to_string).collect();
    match names.len().saturating_sub(SHOWN) {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}

/// What is said under what to collect.
pub const COLLECT: &str = "One of these items decides the advisories that it names, or brings them nearer to a decision. Add the options with which you connect to the cluster.";

/// What is said under moves.
pub const UPGRADE: &str = "Only builds that an advisory names as fixed are known here: a later build of the same series is as good. What an advisory damaged stays as it is after an upgrade.";
