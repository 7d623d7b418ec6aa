//! What of chains nobody saw: their beginnings, the chains that restores read elsewhere, and backups in no chain.

use std::collections::BTreeMap;

use crate::advisories::ranges::Placement;
use crate::facts::{BulkOperation, Chain, NotPlaced, RestoreRun, Source, Unplaced};
use crate::model::{Evidence, LayerKind, LayerState, SubjectKind, Tenancy, Verdict};
use crate::parse::statement::Unparsed;

use super::{Findings, Said, View, words};

/// So many backups are named one by one; of more, one finding tells that there are.
const EACH: usize = 10;

/// Says of chains and backups what cannot be told of them because nobody saw it.
pub(in crate::advisories) fn unseen(view: View<'_>, findings: &mut Findings) {
    for chain in &view.backups().chains {
        let said = beginning(view, chain).filter(|_| {
            // Of a chain whose first layer may be its full backup it is said only if nothing else is.
            let begins = chain.layers.first().map(|layer| layer.kind);
            begins != Some(LayerKind::Unknown) || !findings.speak_of(chain)
        });
        if let Some(said) = said {
            findings.chain(chain, said);
        }
    }
    let mut groups = BTreeMap::<(&Tenancy, &str), Vec<&Unplaced>>::new();
    for unplaced in &view.backups().unplaced {
        let placement = match unplaced.created {
            Some(created) => view.placement(&unplaced.tenancy, created, created),
            None => Placement::Unknown,
        };
        if unplaced.state != LayerState::Failed && placement != Placement::NotAffected {
            groups.entry((&unplaced.tenancy, code(&unplaced.why))).or_default().push(unplaced);
        }
    }
    for ((tenancy, code), group) in groups {
        if group.len() <= EACH {
            for unplaced in group {
                let said = Said::new(Verdict::CannotTell, code, sentence(code, &[unplaced]));
                let said = said.seen(tenancy, unplaced.job);
                findings.add(SubjectKind::Backup, &unplaced.job.to_string(), tenancy, said);
            }
            continue;
        }
        let mut said = Said::new(Verdict::CannotTell, code, sentence(code, &group));
        let rows = group.iter().filter_map(|unplaced| words::of_job(view, tenancy, unplaced.job));
        said.evidence = rows.collect::<Vec<Evidence>>();
        findings.add(SubjectKind::Cluster, "", tenancy, said);
    }
}

/// A chain that begins before the earliest job that the table still has: what ran then is not in it any more.
fn beginning(view: View<'_>, chain: &Chain) -> Option<Said> {
    if chain.has_full() {
        return None;
    }
    let first = chain.done().next()?;
    let horizon = *view.backups().horizons.get(&chain.tenancy)?;
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

fn code(why: &NotPlaced) -> &'static str {
    match why {
        NotPlaced::Description(Unparsed::Redacted) => "REDACTED",
        NotPlaced::Description(_) => "NOT_UNDERSTOOD",
        NotPlaced::NoFullSeen(_) | NotPlaced::Undated => "CHAIN_UNRESOLVED",
    }
}

fn sentence(code: &str, group: &[&Unplaced]) -> String {
    let count = match group.len() {
        1 => format!("Backup {}", group[0].job),
        n => format!("{n} backups"),
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
                "{count}: the description is of a form that this version does not know{}.",
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
            "Its description is of a form that this version does not know, so it is not known what it read.".to_owned(),
        ),
        _ => Said::new(
            Verdict::CannotTell,
            "FOREIGN_CHAIN",
            "The backups that it read are not among the jobs of this input: they were taken by another cluster, or their jobs have been deleted since. Hand in the debug zip of the cluster that took them together with this one.".to_owned(),
        ),
    }
}
