//! The rule of the vendor's script, so that a finding can say where it departs from it.
//!
//! `detect_144650.sh` reports a job whose last warning is later than its last restart and that a log line calls
//! succeeded. This is its rule over what we read, not a copy of what the script would print: its known faults
//! (`docs/cockroachdb/jobs.md#faults-of-the-script`) are left out.
//!
//! Why: `docs/decisions/0028-every-warning-on-its-own.md`.

use crate::model::{Job, JobEventKind, Time, Verdict};

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

/// A sentence where our verdict, decided by the reason `code`, and the rule disagree about whether somebody has to
/// act.
pub(super) fn difference(reports: bool, verdict: Verdict, code: &str) -> Option<String> {
    let why = why(code);
    match (reports, verdict.asks_for_action()) {
        (false, true) => {
            Some(format!("The advisory's script would not report this job; we do, because {why}."))
        }
        (true, false) => {
            Some(format!("The advisory's script would report this job; we do not, because {why}."))
        }
        _ => None,
    }
}

/// Why our verdict may differ from the vendor's rule, by the code that decided.
fn why(code: &str) -> &'static str {
    match code {
        "PCR_ERROR_SEEN" => {
            "a replication stream loses the keys at once and neither has to succeed nor gets them back by a restart"
        }
        "RESTARTED_LATE" => {
            "an import resumes from saved progress, so a late restart need not read the lost rows again"
        }
        "RESTART_ORDER_UNKNOWN" => {
            "times so close to each other do not show that the restart came later"
        }
        "NOT_FINISHED" => "it counts jobs only once a log line calls them succeeded",
        "MOLT_MISMATCH" => "MOLT Verify found rows missing",
        "MOLT_VERIFIED" => "MOLT Verify compared every row afterwards",
        "REFRESHED_LATER" => "a later refresh replaced the view's data",
        "RERUN_FROM_START" => "the query ran again from the start",
        "RETRIED_AFTER_ERROR" => {
            "an import resumes from saved progress, and when it was last saved before the restart is not known"
        }
        "RERUN_NOT_SHOWN" => {
            "a job that is taken up again runs its query again only if the table or view was not public yet"
        }
        "INDEX_BACKFILL" => "an index backfill is validated afterwards",
        "VERSION_NOT_AFFECTED" => {
            "it does not look at versions, and this build does not drop the error"
        }
        _ => "every warning is judged on its own and against everything that tables and logs say",
    }
}
