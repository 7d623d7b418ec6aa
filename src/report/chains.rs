//! Chains of backups, put into the shape of the report.

use std::collections::{BTreeMap, BTreeSet};

use crate::advisories::Decision;
use crate::facts::{self, Backups, BulkOperation, Covers, Facts};
use crate::model::{CollectSmall, JobId, LayerState, SortSmall, Tenancy};
use crate::parse::statement::Targets;

use super::compose::cluster;
use super::document::{Chain, ChainOperation, ChainRestore, Layer, LayerMark, Schedule};

/// So many operations of a chain are listed; those that a layer holds come first.
const OPERATIONS: usize = 100;

/// So many names of what a layer holds are listed.
const NAMES: usize = 20;

type Marks<'a> = BTreeMap<(&'a Tenancy, JobId), BTreeSet<LayerMark>>;

/// The chains, with the part that their layers play in `decisions`.
pub(super) fn chains(facts: &Facts, decisions: &[Decision]) -> Vec<Chain> {
    let backups = &facts.backups;
    let mut marks = Marks::new();
    for decision in decisions {
        for layer in &decision.layers {
            marks
                .entry((&layer.tenancy, layer.job))
                .or_default()
                .insert(LayerMark { advisory: decision.declared.id.clone(), role: layer.role });
        }
    }
    let restores = restores(backups);
    let of = |chain: &facts::Chain| {
        let read: &[&facts::RestoreRun] = restores
            .iter()
            .find(|(read, _)| std::ptr::eq(*read, chain))
            .map_or(&[], |(_, restores)| restores.as_slice());
        one(facts, chain, &marks, read)
    };
    backups.chains.iter().map(of).collect()
}

/// Restores by the chain that they read.
fn restores(backups: &Backups) -> Vec<(&facts::Chain, Vec<&facts::RestoreRun>)> {
    let mut all: Vec<(&facts::Chain, Vec<&facts::RestoreRun>)> = Vec::new();
    for restore in &backups.restores {
        let Some(read) = backups.read_by(restore) else { continue };
        match all.iter_mut().find(|(chain, _)| std::ptr::eq(*chain, read.chain)) {
            Some((_, known)) => known.push(restore),
            None => all.push((read.chain, vec![restore])),
        }
    }
    all
}

fn one(
    facts: &Facts,
    chain: &facts::Chain,
    marks: &Marks<'_>,
    restores: &[&facts::RestoreRun],
) -> Chain {
    let (operations, more_operations) = operations(&facts.backups, chain);
    Chain {
        cluster: cluster(&chain.tenancy.cluster),
        tenant: chain.tenancy.tenant.to_string(),
        id: chain.id(),
        base: chain.base,
        layers: chain.layers.iter().map(|layer| self::layer(chain, layer, marks)).collect(),
        operations,
        more_operations,
        restores: restores
            .iter()
            .map(|restore| ChainRestore {
                cluster: cluster(&restore.tenancy.cluster),
                tenant: restore.tenancy.tenant.to_string(),
                job: restore.job.to_string(),
                status: restore.status.as_ref().map(ToString::to_string).unwrap_or_default(),
                created: restore.created,
                to: restore.to.map(|(time, _)| time),
                layer: restore.newest(chain).map(|layer| layer.job.to_string()),
            })
            .collect(),
        schedules: schedules(facts, chain),
    }
}

/// The schedules that took layers of a chain.
fn schedules(facts: &Facts, chain: &facts::Chain) -> Vec<Schedule> {
    let ids: BTreeSet<u64> = chain.layers.iter().filter_map(|layer| layer.schedule).collect_small();
    ids.into_iter()
        .filter_map(|id| {
            let known = facts.schedules.get(&(chain.tenancy.clone(), id))?;
            Some(Schedule {
                id: id.to_string(),
                name: known.name.clone(),
                expression: known.expression.clone(),
                next_run: known.next_run,
                paused: known.paused,
            })
        })
        .collect()
}

fn layer(chain: &facts::Chain, layer: &facts::Layer, marks: &Marks<'_>) -> Layer {
    let marks = marks.get(&(&chain.tenancy, layer.job));
    Layer {
        job: layer.job.to_string(),
        kind: layer.kind,
        kind_told_by: layer.told_by.code().to_owned(),
        as_of: layer.as_of,
        as_of_slack: u32::try_from(layer.slack.widest().unsigned_abs().div_ceil(1_000_000))
            .unwrap_or(u32::MAX),
        state: layer.state,
        status: layer.status.as_ref().map(ToString::to_string).unwrap_or_default(),
        created: layer.created,
        finished: layer.finished,
        scope: scope(&layer.targets),
        revision_history: layer.revision_history,
        schedule: layer.schedule.map(|id| id.to_string()),
        marks: marks.into_iter().flatten().cloned().collect(),
    }
}

/// What a layer holds, in words.
fn scope(targets: &Targets) -> String {
    let list = |what: &str, names: Vec<String>| {
        let more = names.len().saturating_sub(NAMES);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        let shown: Vec<String> = names.into_iter().take(NAMES).collect();
        format!("{what} {}{more}", shown.join(", "))
    };
    match targets {
        Targets::Cluster => "cluster".to_owned(),
        Targets::Databases(names) => list("database", names.clone()),
        Targets::Tables(names) => list("table", names.iter().map(ToString::to_string).collect()),
        Targets::Users => "users".to_owned(),
        Targets::Tenants => "virtual clusters".to_owned(),
        Targets::Other => "not known".to_owned(),
    }
}

/// The operations over a chain, and how many are left out.
fn operations(backups: &Backups, chain: &facts::Chain) -> (Vec<ChainOperation>, u32) {
    let (Some(begins), Some(last)) = (chain.begins(), chain.layers.last()) else {
        return (Vec::new(), 0);
    };
    let over_it = |operation: &&BulkOperation| {
        operation.tenancy == chain.tenancy
            && operation.from <= last.as_of
            && operation.over().is_none_or(|over| over >= begins)
            && chain.layers.iter().any(|layer| operation.is_in(chain, layer) != Covers::No)
    };
    let mut all: Vec<ChainOperation> = backups
        .operations
        .iter()
        .filter(over_it)
        .map(|operation| self::operation(chain, operation))
        .collect();
    all.sort_small_by_key(|operation| (operation.captured_by.is_empty(), operation.from));
    let held = all.iter().filter(|operation| !operation.captured_by.is_empty()).count();
    let more = all.len().saturating_sub(OPERATIONS.max(held));
    all.truncate(OPERATIONS.max(held));
    all.sort_small_by(|a, b| (a.from, &a.job).cmp(&(b.from, &b.job)));
    (all, u32::try_from(more).unwrap_or(u32::MAX))
}

fn operation(chain: &facts::Chain, operation: &BulkOperation) -> ChainOperation {
    let held = chain.midst_of(operation).map(|(layer, _)| layer);
    let done = held.filter(|layer| layer.state == LayerState::Done);
    ChainOperation {
        job: operation.job.to_string(),
        operation: operation.kind.as_str().to_owned(),
        status: operation.status.as_ref().map(ToString::to_string).unwrap_or_default(),
        from: operation.from,
        to: operation.over(),
        tables: operation.touches.names(),
        indexes: operation.indexes.clone(),
        captured_by: done.map(|layer| layer.job.to_string()).collect(),
    }
}
