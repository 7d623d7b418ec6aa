//! Restores that read a layer which lacks what an operation wrote.

use std::cmp::Reverse;

use crate::advisories::chains::{
    Bad, Doubt, Findings, Said, View, foreign, layer_name, operation_name, restored_names,
    unfinished, was_undone,
};
use crate::advisories::ranges::Placement;
use crate::facts::{Covers, ReadFrom, RestoreRun};
use crate::model::{BackupPart, JobStatus, SubjectKind, Verdict, Version};

use super::layers::is_index;

/// Judges every restore.
pub(super) fn judge(view: View<'_>, bad: &[Bad<'_>], findings: &mut Findings) {
    for restore in &view.backups().restores {
        if was_undone(restore.status.as_ref()) {
            continue;
        }
        let id = restore.job.to_string();
        match view.read_by(restore) {
            Some(read) => {
                for said in read_bad(view, restore, read, bad) {
                    findings.add(SubjectKind::Restore, &id, &restore.tenancy, said);
                }
            }
            None => {
                if let Some(said) = elsewhere(view, restore) {
                    let said = said.seen(view, &restore.tenancy, restore.job);
                    findings.add(SubjectKind::Restore, &id, &restore.tenancy, said);
                }
            }
        }
    }
}

/// A restore of a chain that was seen: what it says of the worst index and of the worst table.
fn read_bad<'a>(
    view: View<'_>,
    restore: &RestoreRun,
    read: ReadFrom<'a>,
    bad: &[Bad<'a>],
) -> Vec<Said> {
    let Some(newest) = read.newest else { return Vec::new() };
    let reached = |bad: &&Bad<'_>| {
        std::ptr::eq(bad.chain, read.chain)
            && bad.layer.as_of <= newest.as_of
            && bad.operation.is_restored_by(&restore.targets) != Covers::No
    };
    let worst = |index: bool| {
        let of_kind =
            bad.iter().filter(reached).filter(move |bad| is_index(bad.operation) == index);
        of_kind.min_by_key(|bad| (Reverse(bad.verdict), bad.layer.as_of))
    };
    let of_index = worst(true).map(|bad| index(view, restore, bad));
    let of_rows = worst(false).map(|bad| rows(restore, bad));
    let about =
        |(bad, said): (&Bad<'_>, Said)| {
            let mut said = said;
            if bad.operation.is_restored_by(&restore.targets) == Covers::Unknown {
                said = said.doubted(&[Doubt::Scope]);
            }
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
            said.seen(view, &restore.tenancy, restore.job)
                .seen(view, owner, bad.operation.job)
                .seen(view, owner, bad.layer.job)
        };
    let index = worst(true).zip(of_index).map(about);
    let rows = worst(false).zip(of_rows).map(about);
    index.into_iter().chain(rows).collect()
}

/// Fixed builds from 20.2.8 and 21.1 on validate such indexes again and build anew what is wrong; nothing says that 20.1.15
/// does (backups facts, section 1.2).
fn index(view: View<'_>, restore: &RestoreRun, bad: &Bad<'_>) -> Said {
    let name = operation_name(bad.operation);
    let fixed = view.restored(restore) == Placement::NotAffected;
    match revalidates(view, restore).filter(|_| fixed) {
        Some(true) => Said::new(
            Verdict::Cleared,
            "REVALIDATED",
            format!(
                "It read {}, which may lack entries of {name}. The build that restored validates such indexes again and builds those anew that are wrong.",
                layer_name(bad.layer)
            ),
        ),
        _ => {
            let said = read_suspect(bad).steps("Suspect restore, index");
            let mut doubts = Vec::new();
            if view.restored(restore) == Placement::Unknown {
                doubts.push(Doubt::Version);
            }
            let mut said = said.doubted(&doubts);
            said.verdict = said.verdict.min(bad.verdict);
            said
        }
    }
}

/// Whether every build that may have restored validates indexes again; none where none is known.
fn revalidates(view: View<'_>, restore: &RestoreRun) -> Option<bool> {
    let at = restore.created?;
    let since = Version::parse("v20.2.8")?;
    let ran = view.ran(&restore.tenancy, at, at);
    let candidates = ran.iter().flat_map(|ran| &ran.candidates);
    candidates
        .map(|(_, version)| version.as_ref().is_some_and(|v| *v >= since))
        .reduce(|a, b| a && b)
}

/// No build brings back rows that a layer lacks.
fn rows(_restore: &RestoreRun, bad: &Bad<'_>) -> Said {
    let mut said = read_suspect(bad).steps("Suspect restore, rows");
    said.verdict = said.verdict.min(bad.verdict);
    said
}

fn read_suspect(bad: &Bad<'_>) -> Said {
    let text = format!(
        "It read {}, which may lack what {} wrote.",
        layer_name(bad.layer),
        operation_name(bad.operation)
    );
    Said::new(Verdict::Suspect, "READ_SUSPECT_LAYER", text)
}

/// A restore of a chain of which nothing is in the input. Who wrote it is not known; a build far newer than the affected
/// ones does not read backups of theirs.
fn elsewhere(view: View<'_>, restore: &RestoreRun) -> Option<Said> {
    let created = restore.created?;
    (!view.is_far_newer(&restore.tenancy, created))
        .then(|| foreign(&restore.source).steps("Suspect restore, rows"))
}
