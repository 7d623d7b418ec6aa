//! Restores that read a layer after an import that was rolled back, and those that a fixed build refused.

use crate::advisories::chains::{
    Bad, BadLayers, Doubt, Findings, Said, View, foreign, layer_name, operation_name,
    restored_names, unfinished, was_undone,
};
use crate::advisories::ranges::Placement;
use crate::facts::{ReadFrom, RestoreRun, Sign};
use crate::model::{BackupPart, Evidence, JobStatus, Reason, SubjectKind, Tenancy, Time, Verdict};

use super::REFUSAL;

/// Judges every restore.
pub(super) fn judge(view: View<'_>, bad: &BadLayers<'_>, findings: &mut Findings) {
    for restore in &view.backups().restores {
        let all = if restore.error.as_deref().is_some_and(is_refused) {
            vec![refusal(view, restore)]
        } else if was_undone(restore.status.as_ref()) || restore.brings_no_rows() {
            // What it brought is gone, or it brought nothing.
            Vec::new()
        } else {
            match view.read_by(restore) {
                Some(read) if read.newest.is_some() => read_bad(view, restore, read, bad),
                // Of the chain nothing was seen that it can have read.
                _ => Vec::from_iter(elsewhere(view, restore)),
            }
        };
        for said in all {
            let said = said.seen(&restore.tenancy, restore.job);
            let id = restore.job.to_string();
            findings.add(SubjectKind::Restore, &id, &restore.tenancy, said);
        }
    }
    for sign in view.facts.signs.iter().filter(|sign| is_refusal(sign)) {
        let of_job = |r: &&RestoreRun| sign.job == Some(r.job) && sign.tenancy == r.tenancy;
        match view.backups().restores.iter().find(of_job) {
            // Its own error says the same.
            Some(restore) if restore.error.as_deref().is_some_and(is_refused) => {}
            Some(restore) => {
                let said = logged(sign).seen(&restore.tenancy, restore.job);
                let id = restore.job.to_string();
                findings.add(SubjectKind::Restore, &id, &restore.tenancy, said);
            }
            None => {
                let id = format!("{}:{}", sign.source.path, sign.source.line);
                findings.add(SubjectKind::LogEntry, &id, &sign.tenancy, logged(sign));
            }
        }
    }
}

fn is_refused(error: &str) -> bool {
    error.contains(REFUSAL.literal)
}

fn refusal(view: View<'_>, restore: &RestoreRun) -> Said {
    let text = "A fixed build refused this restore, because the chain holds the span of a table that was being imported: the chain is damaged, and this restore did nothing. The error names the table and the time up to which the chain can be restored.";
    let mut said = Said::new(Verdict::Suspect, "REFUSED_BY_RESTORE", text.to_owned());
    if let Some(error) = &restore.error {
        said.reasons.push(Reason { code: "ERROR_TEXT".to_owned(), text: error.clone() });
    }
    said.part = BackupPart {
        chain: view.read_by(restore).map(|read| read.chain.id()),
        tables: restore.error.as_deref().and_then(refused_table).into_iter().collect(),
        ..BackupPart::default()
    };
    said.steps("Refused restore")
}

/// The table that the message names, quoted.
fn refused_table(error: &str) -> Option<String> {
    let (_, rest) = error.split_once("table \"")?;
    let (name, rest) = rest.split_once('"')?;
    rest.trim_start().starts_with("cannot be safely restored").then(|| name.to_owned())
}

/// The message may stand in a log only: a restore is planned before it has a job.
pub(super) fn is_refusal(sign: &Sign) -> bool {
    sign.signature == REFUSAL.name && sign.entry.message.contains("cannot be safely restored")
}

fn logged(sign: &Sign) -> Said {
    let text = "The log holds the message by which a fixed build refuses to restore a damaged chain: a restore of such a chain was tried, and it did nothing.";
    let mut said = Said::new(Verdict::Suspect, "REFUSED_BY_RESTORE", text.to_owned());
    said.part.tables = refused_table(&sign.entry.message).into_iter().collect();
    said.evidence.push(Evidence {
        source: sign.source.clone(),
        node: sign.node,
        time: Some(sign.entry.time),
        text: sign.raw.clone(),
    });
    said.steps("Refused restore")
}

/// A restore of a chain that was seen: what it says of each operation.
fn read_bad(
    view: View<'_>,
    restore: &RestoreRun,
    read: ReadFrom<'_>,
    bad: &BadLayers<'_>,
) -> Vec<Said> {
    let Some(newest) = read.newest else { return Vec::new() };
    let placement = view.restored(restore);
    let of_operation = |(bad, mut doubts): (&Bad<'_>, Vec<Doubt>)| {
        let operation = operation_name(bad.operation);
        let mut said = if placement == Placement::NotAffected {
            let text = format!(
                "It read {}, which came after {operation} was rolled back. The build that restored leaves out what was there before such a table came back, or refuses.",
                layer_name(bad.layer)
            );
            Said::new(Verdict::Cleared, "FIXED_BUILD", text)
        } else {
            let text = format!(
                "It read the chain up to {}; {} came after {operation} was rolled back. Rows that the rollback removed may be back in what was restored.",
                layer_name(newest),
                layer_name(bad.layer)
            );
            doubts.extend(Doubt::of(placement));
            let said = Said::new(Verdict::Suspect, "READ_SUSPECT_LAYER", text);
            let said = bad.limit(said.steps("Suspect restore").doubted(&doubts));
            if restore.status == Some(JobStatus::Succeeded) { said } else { unfinished(said) }
        };
        said.part = BackupPart {
            chain: Some(read.chain.id()),
            operation: Some(bad.operation.job),
            tables: restored_names(bad.operation, restore),
            ends_with: view.ends_with(bad.operation).map(|layer| layer.job),
            ..BackupPart::default()
        };
        let owner = &read.chain.tenancy;
        said.seen(owner, bad.operation.job).seen(owner, bad.layer.job)
    };
    bad.read_by(restore, read).into_iter().map(of_operation).collect()
}

/// Whether a restore of unknown backups concerns the advisory: on a fixed build nothing can have come of it. The
/// advisory lists no older builds, but nothing shows that they are sound
/// (`docs/cockroachdb/backups.md#builds-older-than-the-affected-range`).
pub(super) fn concerns(view: View<'_>, tenancy: &Tenancy, from: Time, to: Time) -> bool {
    view.placement(tenancy, from, to) != Placement::NotAffected || view.is_older(tenancy, from, to)
}

/// A restore of a chain of which nothing is in the input.
fn elsewhere(view: View<'_>, restore: &RestoreRun) -> Option<Said> {
    let (from, to) = view.run_of(restore)?;
    concerns(view, &restore.tenancy, from, to).then(|| foreign(restore).steps("Suspect restore"))
}
