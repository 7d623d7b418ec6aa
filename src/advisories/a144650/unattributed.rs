//! Warnings that no job owns: the tag is missing, zero or redacted.

use crate::facts::{Facts, Sign, may_store_rows};
use crate::model::Job;

use super::end::{self, End};

/// Jobs that may be of the advisory's operations, that ran at the time of the warning and, where both name one, on its table.
pub(super) fn candidates<'a>(facts: &'a Facts, sign: &Sign, table: Option<u64>) -> Vec<&'a Job> {
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
