//! What of chains nobody saw: their beginnings, the chains that restores read elsewhere, and backups in no chain.

use std::collections::BTreeMap;

use crate::advisories::ranges::Placement;
use crate::facts::{BulkOperation, Chain, Layer, NotPlaced, RestoreRun, Source, Unplaced};
use crate::model::{Evidence, LayerKind, LayerState, SubjectKind, Tenancy, Tenant, Time, Verdict};
use crate::parse::statement::{Targets, Unparsed};

use super::{Findings, Said, View, words};

/// So many backups are named one by one; of more, one finding tells that there are.
const EACH: usize = 10;

/// Says of chains and backups what is not known of them because their jobs are missing or unreadable. `may_restore` tells
/// whether a restore of unknown backups that ran between two instants concerns the advisory.
pub(in crate::advisories) fn unseen(
    view: View<'_>,
    may_restore: impl Fn(&Tenancy, Time, Time) -> bool,
    findings: &mut Findings,
) {
    for chain in &view.backups().chains {
        let said = beginning(view, chain).filter(|_| {
            // Of a chain whose first layer may be its full backup it is said only if nothing else is.
            let begins = chain.layers.first().map(|layer| layer.kind);
            begins != Some(LayerKind::Unknown) || !findings.speak_of(chain)
        });
        if let Some(said) = said {
            findings.chain(chain, said);
        }
        if let Some(said) = tenants_without_jobs(view, chain) {
            findings.chain(chain, said);
        }
    }
    let mut groups = BTreeMap::<(&Tenancy, &str, bool), Vec<&Unplaced>>::new();
    for unplaced in &view.backups().unplaced {
        let untyped = matches!(unplaced.why, NotPlaced::Untyped(_));
        let run = view.run_of_unplaced(unplaced);
        let concerns = run.is_none_or(|(from, to)| {
            view.placement(&unplaced.tenancy, from, to) != Placement::NotAffected
                || (untyped && may_restore(&unplaced.tenancy, from, to))
        });
        if unplaced.state != LayerState::Failed && concerns {
            groups
                .entry((&unplaced.tenancy, code(&unplaced.why), untyped))
                .or_default()
                .push(unplaced);
        }
    }
    for ((tenancy, code, untyped), group) in groups {
        if group.len() <= EACH {
            let kind = if untyped { SubjectKind::Job } else { SubjectKind::Backup };
            for unplaced in group {
                let text = sentence(code, untyped, &[unplaced]);
                let said = Said::new(Verdict::CannotTell, code, text).seen(tenancy, unplaced.job);
                findings.add(kind, &unplaced.job.to_string(), tenancy, said);
            }
            continue;
        }
        let mut said = Said::new(Verdict::CannotTell, code, sentence(code, untyped, &group));
        let rows = group.iter().filter_map(|unplaced| words::of_job(view, tenancy, unplaced.job));
        said.evidence = rows.collect::<Vec<Evidence>>();
        findings.add(SubjectKind::Cluster, "", tenancy, said);
    }
}

/// A chain that may have lost jobs of its beginning: those that ended are deleted from the table.
fn beginning(view: View<'_>, chain: &Chain) -> Option<Said> {
    let first = chain.done().next()?;
    let horizon = horizon(view, chain)?;
    if chain.has_full() {
        return ended_before_horizon(view, chain, first, horizon);
    }
    let (from, since) = match chain.base {
        Some(base) if base < horizon => (base, format!("It begins at {base}")),
        // Its full backup failed, or its row is missing although others of its time are there.
        Some(base) => {
            (base, format!("It begins at {base}, and no full backup of that time was seen"))
        }
        // A single backup at an address of its own is most likely a full one.
        None if first.kind != LayerKind::Incremental && chain.layers.len() < 2 => return None,
        None => (horizon, "When it begins is not known".to_owned()),
    };
    let unseen = view.placement(&chain.tenancy, from.min(horizon), horizon);
    let written = view.placement(&chain.tenancy, from, first.as_of);
    if unseen == Placement::NotAffected && written == Placement::NotAffected {
        return None;
    }
    let text = format!(
        "{since}, and of the jobs in the table that are over the earliest ended at {horizon}: those that end are deleted, after 14 days unless `jobs.retention_time` says otherwise. So operations and backups of the first part of this chain are missing, and that none is listed proves nothing. What is known of it begins with {}.",
        words::layer_name(first)
    );
    let mut said = Said::new(Verdict::CannotTell, "RETENTION", text);
    said.part.chain = Some(chain.id());
    Some(said.seen(&chain.tenancy, first.job))
}

/// The chain has its full backup, and the table of jobs does not reach back to its AS OF time: an operation that was at work
/// then and ended before the earliest job of the table did has left no row.
fn ended_before_horizon(
    view: View<'_>,
    chain: &Chain,
    first: &Layer,
    horizon: Time,
) -> Option<Said> {
    let from = first.earliest();
    let builds_on_it = |layer: &&Layer| layer.as_of > first.as_of && layer.kind != LayerKind::Full;
    let mut later = chain
        .layers
        .iter()
        .filter(|l| l.state != LayerState::Failed)
        .filter(builds_on_it)
        .peekable();
    if horizon <= from || later.peek().is_none() {
        return None;
    }
    // The first layer that certainly comes after the end of such an operation, or the last of all.
    let mut next = None;
    for layer in later {
        next = Some(layer);
        if layer.earliest() >= horizon {
            break;
        }
    }
    let until = next.map_or(horizon, |layer| view.run_of_layer(chain, layer).1).max(horizon);
    if view.placement(&chain.tenancy, from, until) == Placement::NotAffected {
        return None;
    }
    let text = format!(
        "It begins with {}, and of the jobs in the table that are over the earliest ended at {horizon}: those that end are deleted, after 14 days unless `jobs.retention_time` says otherwise. So an operation that was at work when that backup was taken and ended before {horizon} may have left no row, and that none is listed proves nothing. A table of jobs that was collected earlier would tell.",
        words::layer_name(first)
    );
    let mut said = Said::new(Verdict::CannotTell, "RETENTION", text);
    said.part.chain = Some(chain.id());
    Some(said.seen(&chain.tenancy, first.job))
}

/// The instant before which operations over a chain may have left no row. Backups of the system tenant may hold tables of
/// virtual clusters, whose jobs are in tables of their own.
fn horizon(view: View<'_>, chain: &Chain) -> Option<Time> {
    let horizons = &view.backups().horizons;
    let own = horizons.get(&chain.tenancy).copied();
    let holds_tenants = chain.tenancy.tenant == Tenant::system()
        && chain.layers.iter().any(Layer::may_hold_tenants);
    let of_tenants = horizons
        .iter()
        .filter(|(of, _)| holds_tenants && of.cluster == chain.tenancy.cluster)
        .map(|(_, horizon)| *horizon);
    own.into_iter().chain(of_tenants).max()
}

/// A chain of backups of virtual clusters, none of whose jobs are in the input.
fn tenants_without_jobs(view: View<'_>, chain: &Chain) -> Option<Said> {
    let layers = || chain.layers.iter().filter(|layer| layer.state != LayerState::Failed);
    let (first, last) = (layers().next()?, layers().next_back()?);
    let of_tenants = layers().any(|layer| layer.targets == Targets::Tenants);
    let builds_on_it = layers().skip(1).any(|layer| layer.kind != LayerKind::Full);
    let known = view.facts.cluster(&chain.tenancy.cluster);
    let has_jobs = known.jobs_tables.keys().any(|tenant| *tenant != Tenant::system());
    if !of_tenants || !builds_on_it || has_jobs {
        return None;
    }
    let until = view.run_of_layer(chain, last).1;
    if view.placement(&chain.tenancy, first.earliest(), until) == Placement::NotAffected {
        return None;
    }
    let text = "It holds virtual clusters, and no table of jobs of a virtual cluster is in the input: the operations on their tables are not known.";
    let mut said = Said::new(Verdict::CannotTell, "SCOPE_UNKNOWN", text.to_owned());
    said.part.chain = Some(chain.id());
    Some(said.seen(&chain.tenancy, first.job))
}

fn code(why: &NotPlaced) -> &'static str {
    match why {
        NotPlaced::Description(Unparsed::Redacted) | NotPlaced::Untyped(Unparsed::Redacted) => {
            "REDACTED"
        }
        NotPlaced::Description(_) | NotPlaced::Untyped(_) => "NOT_UNDERSTOOD",
        NotPlaced::NoFullSeen(_) | NotPlaced::Undated => "CHAIN_UNRESOLVED",
    }
}

fn sentence(code: &str, untyped: bool, group: &[&Unplaced]) -> String {
    if untyped {
        let count = match group {
            [one] => format!("Job {}", one.job),
            _ => format!("{} jobs", group.len()),
        };
        return format!(
            "{count}: neither type nor description can be read, so each may be a backup, a restore or an operation that a backup holds."
        );
    }
    let count = match group {
        [one] => format!("Backup {}", one.job),
        _ => format!("{} backups", group.len()),
    };
    match code {
        "REDACTED" => format!(
            "{count}: where they were written was removed from the descriptions before the bundle was handed in, so they belong to no chain that could be judged."
        ),
        "NOT_UNDERSTOOD" => {
            let why = group.iter().find_map(|unplaced| match &unplaced.why {
                NotPlaced::Description(Unparsed::Unknown(what)) => Some(format!(" ({what})")),
                _ => None,
            });
            format!(
                "{count}: the description is missing or of a form that this version does not know{}.",
                why.unwrap_or_default()
            )
        }
        _ => format!(
            "{count}: appended to the latest backup of a collection, and no full backup before is in the table; or nothing dates it."
        ),
    }
}

/// The code of an operation of which its description does not tell what it did.
pub(in crate::advisories) fn not_told(operation: &BulkOperation) -> &'static str {
    match &operation.unreadable {
        _ if operation.row.is_none() => "ROW_MISSING",
        Some(Unparsed::Redacted) => "REDACTED",
        _ => "NOT_UNDERSTOOD",
    }
}

/// What a restore says whose chain is not in the input.
pub(in crate::advisories) fn foreign(restore: &RestoreRun) -> Said {
    match &restore.source {
        _ if restore.row.is_none() => Said::new(
            Verdict::CannotTell,
            "ROW_MISSING",
            "Only logs speak of this restore: no table of jobs has its row, so it is not known what it read.".to_owned(),
        ),
        Source::Unknown(Unparsed::Redacted) => Said::new(
            Verdict::CannotTell,
            "REDACTED",
            "Where it read was removed from its description before the bundle was handed in.".to_owned(),
        ),
        Source::Unknown(_) => Said::new(
            Verdict::CannotTell,
            "NOT_UNDERSTOOD",
            "Its description is missing or of a form that this version does not know, so it is not known what it read.".to_owned(),
        ),
        _ => Said::new(
            Verdict::CannotTell,
            "FOREIGN_CHAIN",
            "The backups that it read are not among the jobs of this input: they were taken by another cluster, or their jobs have been deleted since. Hand in the debug zip of the cluster that took them together with this one.".to_owned(),
        ),
    }
}
