//! Restores that read a layer which lacks what an operation wrote.

use crate::advisories::chains::{
    Bad, BadLayers, Doubt, Findings, Said, View, foreign, layer_name, operation_name,
    restored_names, unfinished, was_undone,
};
use crate::advisories::ranges::Placement;
use crate::facts::{Ran, ReadFrom, RestoreRun};
use crate::model::{BackupPart, JobStatus, SubjectKind, Tenancy, Time, Verdict, Version};

use super::layers::is_index;

/// Judges every restore.
pub(super) fn judge(view: View<'_>, bad: &BadLayers<'_>, findings: &mut Findings) {
    for restore in &view.backups().restores {
        if was_undone(restore.status.as_ref()) || restore.brings_no_rows() {
            continue;
        }
        let id = restore.job.to_string();
        match view.read_by(restore) {
            Some(read) if read.newest.is_some() => {
                for said in read_bad(view, restore, read, bad) {
                    findings.add(SubjectKind::Restore, &id, &restore.tenancy, said);
                }
            }
            // Of the chain nothing was seen that it can have read.
            _ => {
                if let Some(said) = elsewhere(view, restore) {
                    let said = said.seen(&restore.tenancy, restore.job);
                    findings.add(SubjectKind::Restore, &id, &restore.tenancy, said);
                }
            }
        }
    }
}

/// A restore of a chain that was seen: what it says of each operation.
fn read_bad(
    view: View<'_>,
    restore: &RestoreRun,
    read: ReadFrom<'_>,
    bad: &BadLayers<'_>,
) -> Vec<Said> {
    let of_operation = |(bad, doubts): (&Bad<'_>, Vec<Doubt>)| {
        let mut said = if is_index(bad.operation) {
            index(view, restore, bad, doubts)
        } else {
            bad.limit(read_suspect(bad).steps("Suspect restore, rows").doubted(&doubts))
        };
        if restore.status != Some(JobStatus::Succeeded) {
            said = unfinished(said);
        }
        said.part = BackupPart {
            chain: Some(read.chain.id()),
            operation: Some(bad.operation.job),
            tables: restored_names(bad.operation, restore),
            indexes: bad.operation.indexes.clone(),
            ends_with: view.ends_with(bad.operation).map(|layer| layer.job),
            ..BackupPart::default()
        };
        let owner = &read.chain.tenancy;
        said.seen(&restore.tenancy, restore.job)
            .seen(owner, bad.operation.job)
            .seen(owner, bad.layer.job)
    };
    bad.read_by(restore, read).into_iter().map(of_operation).collect()
}

/// Fixed builds from 20.2.8 and 21.1 on validate such indexes again and build anew what is wrong; nothing says that
/// 20.1.15 does (`docs/cockroachdb/backups.md#index-validation-on-restore`).
fn index(view: View<'_>, restore: &RestoreRun, bad: &Bad<'_>, mut doubts: Vec<Doubt>) -> Said {
    let name = operation_name(bad.operation);
    match (view.restored(restore), revalidates(view, restore)) {
        (Placement::NotAffected, Some(true)) => {
            return Said::new(
                Verdict::Cleared,
                "REVALIDATED",
                format!(
                    "It read {}, which may lack entries of {name}. The build that restored validates such indexes again and builds those anew that are wrong.",
                    layer_name(bad.layer)
                ),
            );
        }
        (Placement::Affected, _) | (Placement::NotAffected, Some(false)) => {}
        _ => doubts.push(Doubt::Version),
    }
    bad.limit(read_suspect(bad).steps("Suspect restore, index").doubted(&doubts))
}

/// Whether every build that may have restored validates indexes again; nothing where some may and others may not.
fn revalidates(view: View<'_>, restore: &RestoreRun) -> Option<bool> {
    let (from, to) = view.run_of(restore)?;
    let (since, next) = (Version::parse("v20.2.8")?, Version::parse("v21.1.0")?);
    let does = |v: &Version| *v >= next || v.series() == since.series() && *v >= since;
    let each = |ran: &Ran| {
        let known = ran.candidates.iter().map(|(_, version)| version.as_ref().map(does));
        let older = ran.at_most.iter().map(|v| Some(does(v)).filter(|does| !does));
        let newer = ran.at_least.iter().map(|v| Some(does(v)).filter(|does| *does));
        let lost = ran.lost.map(|_| None);
        known.chain(older).chain(newer).chain(lost).collect::<Vec<_>>()
    };
    let all = view.ran(&restore.tenancy, from, to).iter().flat_map(each).collect::<Vec<_>>();
    all.into_iter().reduce(|a, b| if a == b { a } else { None }).flatten()
}

fn read_suspect(bad: &Bad<'_>) -> Said {
    let text = format!(
        "It read {}, which may lack what {} wrote.",
        layer_name(bad.layer),
        operation_name(bad.operation)
    );
    Said::new(Verdict::Suspect, "READ_SUSPECT_LAYER", text)
}

/// Whether a restore of unknown backups concerns the advisory: a build far newer than the affected ones does not read
/// backups of theirs.
pub(super) fn concerns(view: View<'_>, tenancy: &Tenancy, from: Time, to: Time) -> bool {
    !view.is_far_newer(tenancy, from, to)
}

/// A restore of a chain of which nothing is in the input.
fn elsewhere(view: View<'_>, restore: &RestoreRun) -> Option<Said> {
    let (from, to) = view.run_of(restore)?;
    concerns(view, &restore.tenancy, from, to)
        .then(|| foreign(restore).steps("Suspect restore, rows"))
}
