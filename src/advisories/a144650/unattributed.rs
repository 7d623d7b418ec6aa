//! Warnings that no job owns: the tag is missing, zero or redacted.

use crate::advisories::Declared;
use crate::advisories::ranges::Placement;
use crate::facts::{Facts, Sign, may_store_rows};
use crate::model::{Finding, Job, Subject, SubjectKind, Verdict};

use super::end::{self, End};
use super::{
    SOURCE_UNKNOWN, finding, is_of_unknown_source, reason, remedy, sign_evidence, warning,
};

/// The finding about a warning without a job that is known.
pub(super) fn entry(declared: &Declared, facts: &Facts, sign: &Sign) -> Finding {
    let subject = Subject {
        kind: SubjectKind::LogEntry,
        id: format!("{}:{}", sign.source.path, sign.source.line),
        tenancy: sign.tenancy.clone(),
    };
    let evidence = vec![sign_evidence(sign)];
    if sign.tag.index_backfiller.is_some() {
        let text = "The warning comes from an index backfill. A backfilled index is counted against its table afterwards and is not made public when entries are missing.";
        return finding(subject, Verdict::Cleared, vec![reason("INDEX_BACKFILL", text)], evidence);
    }
    let placement = declared.placement(&sign.ran);
    if placement == Placement::NotAffected {
        let text = "The node ran a build that does not drop this error.";
        return finding(
            subject,
            Verdict::Cleared,
            vec![reason("VERSION_NOT_AFFECTED", text)],
            evidence,
        );
    }
    let error = warning::read(&sign.entry.message);
    let candidates = candidates(facts, sign, error.table);
    let why = match sign.job {
        Some(id) => format!("The entry names job {id}, of which nothing else is known"),
        None if sign.tag.redacted => "The entry names a job whose id was redacted".to_owned(),
        None => "The entry names no job".to_owned(),
    };
    let names = match candidates.as_slice() {
        [] => ", and no job that is known fits its time and table.".to_owned(),
        jobs => {
            let ids: Vec<String> = jobs.iter().map(|job| job.id.to_string()).collect();
            format!(". By time and table it may belong to job {}.", ids.join(", "))
        }
    };
    let mut reasons = vec![reason("UNATTRIBUTED", format!("{why}{names}"))];
    if placement != Placement::Affected {
        reasons.push(reason("VERSION_UNKNOWN", "The build that wrote the warning cannot be placed among the affected ones for certain."));
    }
    if is_of_unknown_source(sign) {
        reasons.push(reason(SOURCE_UNKNOWN.0, SOURCE_UNKNOWN.1));
    }
    if error.teardown {
        reasons.push(reason("TEARDOWN_NOISE", "The flush failed because its context was canceled, which usually means that another error had already stopped the operation."));
    }
    let mut finding = finding(subject, Verdict::Possible, reasons, evidence);
    let only = match candidates.as_slice() {
        [job] => Some(*job),
        _ => None,
    };
    finding.remediation = remedy::steps(declared, facts, &sign.tenancy, only, &[&error]);
    finding
}

/// Jobs that may be of the advisory's operations, that ran at the time of the warning and, where both name one, on its table.
fn candidates<'a>(facts: &'a Facts, sign: &Sign, table: Option<u64>) -> Vec<&'a Job> {
    let time = sign.entry.time;
    facts
        .jobs
        .values()
        .filter(|job| job.tenancy == sign.tenancy && may_store_rows(job))
        .filter(|job| !matches!(end::of(job), End::Undone(..)))
        .filter(|job| {
            let began = job.created.or_else(|| job.events.first().map(|event| event.time));
            began.is_none_or(|began| began <= time)
                && job.finished.is_none_or(|finished| time <= finished)
        })
        .filter(|job| match table {
            Some(table) if !job.descriptor_ids.is_empty() => job.descriptor_ids.contains(&table),
            _ => true,
        })
        .collect()
}
