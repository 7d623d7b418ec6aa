//! The rule of the vendor's script, so that a finding can say where it departs from it.
//!
//! `detect_144650.sh` reports a job whose last warning is later than its last restart and that a log line calls
//! succeeded. This is its rule over what we read, not a copy of what the script would print: its known faults
//! (`docs/cockroachdb/jobs.md#faults-of-the-script`) are left out.
//!
//! Why: `docs/decisions/0028-every-warning-on-its-own.md`.

use crate::model::{Job, JobEventKind, Time};

use super::end::End;

/// Whether the rule reports the job.
pub(super) fn reports(job: &Job, end: &End, last_warning: Time) -> bool {
    let last_restart = job
        .events
        .iter()
        .filter(|event| matches!(event.kind, JobEventKind::Retry | JobEventKind::Resuming))
        .map(|event| event.time)
        .max();
    matches!(end, End::Succeeded(_) | End::Contradicted(_))
        && last_restart.is_none_or(|restart| last_warning > restart)
}
