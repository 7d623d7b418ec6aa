//! The rules: what a warning means for each operation, once it is certain that the build drops the error.

use crate::facts::{Facts, MoltTable, Sign};
use crate::model::{
    Evidence, Job, JobEvent, JobEventKind, JobStatus, Operation, Reason, Time, Verdict,
};

use super::end::{self, End};
use super::judge::{Judge, evidence};
use super::{reason, remedy};

/// An import that starts over this soon re-reads the lost rows: its progress is saved on a ticker of about ten
/// seconds (`a144650` facts, section 1.3), so later the saved position may already lie behind them.
const PROGRESS_TICK: i64 = 10 * Time::SECOND;

/// What is said of one warning.
pub(super) struct Outcome {
    pub(super) verdict: Verdict,
    pub(super) code: &'static str,
    pub(super) text: String,
    /// The event that decides, where one does.
    pub(super) event: Option<Evidence>,
    /// Why it is not stronger.
    pub(super) limits: Vec<Reason>,
}

impl Outcome {
    pub(super) fn new(verdict: Verdict, code: &'static str, text: impl Into<String>) -> Self {
        Self { verdict, code, text: text.into(), event: None, limits: Vec::new() }
    }

    fn at(mut self, event: &JobEvent) -> Self {
        self.event = Some(evidence(event));
        self
    }

    /// Not above `limit`, with the reason why not, which is also said where the verdict is weaker already.
    pub(super) fn at_most(mut self, limit: Verdict, code: &str, text: impl Into<String>) -> Self {
        if self.verdict > Verdict::Cleared {
            self.verdict = self.verdict.min(limit);
            self.limits.push(reason(code, text));
        }
        self
    }
}

impl Judge<'_> {
    /// The verdict on one warning of an affected build.
    pub(super) fn one(&self, sign: &Sign) -> Outcome {
        if sign.tag.index_backfiller.is_some() {
            return Outcome::new(
                Verdict::Cleared,
                "INDEX_BACKFILL",
                "The warning comes from an index backfill. A backfilled index is counted against its table afterwards and is not made public when entries are missing.",
            );
        }
        match self.job.operation {
            Operation::IndexBackfill => Outcome::new(
                Verdict::Cleared,
                "INDEX_BACKFILL",
                "The job is a schema change that is validated after its backfill, not one of the operations that can lose rows this way.",
            ),
            Operation::Restore | Operation::Backup => Outcome::new(
                Verdict::Cleared,
                "RESTORE_NOT_AFFECTED",
                "The job is a RESTORE or BACKUP, which never take the code path that drops the error.",
            ),
            Operation::Other => Outcome::new(
                Verdict::CannotTell,
                "NOT_NAMED_BY_ADVISORY",
                format!(
                    "The job is of type {}, which the advisory does not speak of.",
                    self.job.job_type
                ),
            ),
            Operation::Replication => self.replication(),
            Operation::Import | Operation::MoltFetch => self.import(sign),
            Operation::CreateTableAs | Operation::RefreshView => self.rerun(sign),
            Operation::CreateView => self.rerun_unnamed(sign),
            Operation::SchemaChange | Operation::Unknown => self.unknown_operation(sign),
        }
    }

    /// The frontier of a replication stream passes the lost keys at once, so no restart brings them back, and the
    /// stream needs no end for them to be missing.
    fn replication(&self) -> Outcome {
        self.undone().unwrap_or_else(|| {
            Outcome::new(
                Verdict::Suspect,
                "PCR_ERROR_SEEN",
                "A flush of the replication stream failed without stopping it. The stream's progress passes the lost keys at once, so they may be missing on the standby whether it is running, was restarted or has been cut over.",
            )
        })
    }

    /// An import starts over from its saved progress.
    fn import(&self, sign: &Sign) -> Outcome {
        if let Some(outcome) = self.undone().or_else(|| self.verified()) {
            return outcome;
        }
        match self.restart_after(sign, &[JobEventKind::Retry, JobEventKind::Resuming]) {
            Restart::After(event) if event.time.0 - sign.entry.time.0 <= PROGRESS_TICK => {
                let gap = seconds(sign.entry.time, event.time);
                Outcome::new(
                    Verdict::Cleared,
                    "RETRIED_AFTER_ERROR",
                    format!("The import started over {gap} after the warning, before its progress could be saved past the lost rows, so it read them again. Confirm the row count all the same."),
                )
                .at(event)
            }
            Restart::After(event) => {
                let gap = seconds(sign.entry.time, event.time);
                let text = format!(
                    "The import started over, but {gap} after the warning. It resumes from saved progress, which may by then have lain past the lost rows."
                );
                match self.end {
                    End::Succeeded(_) => Outcome::new(Verdict::Possible, "RESTARTED_LATE", text),
                    End::Open(_) => Outcome::new(
                        Verdict::AtRisk,
                        "RESTARTED_LATE",
                        format!("{text} It has not ended yet."),
                    ),
                    _ => Outcome::new(
                        Verdict::CannotTell,
                        "END_UNKNOWN",
                        format!("{text} Neither a table nor a log says how the job ended."),
                    ),
                }
                .at(event)
            }
            Restart::Unordered(event) => self.not_restarted(Some(event)),
            Restart::None => self.not_restarted(None),
        }
    }

    /// Each attempt of these runs the whole query into a new table or index.
    fn rerun(&self, sign: &Sign) -> Outcome {
        if let Some(outcome) =
            self.undone().or_else(|| self.no_data()).or_else(|| self.refreshed_later())
        {
            return outcome;
        }
        let kinds = [JobEventKind::Retry, JobEventKind::Resuming, JobEventKind::BackfillStarted];
        match self.restart_after(sign, &kinds) {
            Restart::After(event) => Outcome::new(
                Verdict::Cleared,
                "RERUN_FROM_START",
                "The job started over after the warning. Each attempt of this operation runs its whole query again, so nothing of the damaged attempt stayed.",
            )
            .at(event),
            Restart::Unordered(event) => self.not_restarted(Some(event)),
            Restart::None => self.not_restarted(None),
        }
    }

    fn rerun_unnamed(&self, sign: &Sign) -> Outcome {
        let outcome = self.rerun(sign);
        if outcome.verdict <= Verdict::Possible {
            return outcome;
        }
        Outcome {
            verdict: Verdict::Possible,
            code: "NOT_NAMED_BY_ADVISORY",
            text: format!(
                "{} The advisory names the refresh of a view and not its first fill, which runs the same code.",
                outcome.text
            ),
            ..outcome
        }
    }

    fn unknown_operation(&self, sign: &Sign) -> Outcome {
        let outcome = self.import(sign);
        if outcome.verdict <= Verdict::Possible {
            return outcome;
        }
        Outcome {
            verdict: Verdict::Possible,
            code: "OPERATION_UNKNOWN",
            text: format!(
                "{} Neither a table nor a log says which operation the job is.",
                outcome.text
            ),
            ..outcome
        }
    }

    /// No restart that certainly came later: the end decides.
    fn not_restarted(&self, unordered: Option<&JobEvent>) -> Outcome {
        let doubt = if unordered.is_some() {
            " A restart bears the same time as the warning, so which came first is unknown; it is not taken as a restart."
        } else {
            ""
        };
        let (code, unknown_order) = ("RESTART_ORDER_UNKNOWN", unordered.is_some());
        let outcome = match &self.end {
            End::Succeeded(_) => Outcome::new(
                Verdict::Suspect,
                if unknown_order { code } else { "SUCCEEDED_AFTER_ERROR" },
                format!(
                    "A flush failed, the job did not start over afterwards, and it succeeded: rows of that flush may be missing.{doubt}"
                ),
            ),
            End::Open(status) => Outcome::new(
                Verdict::AtRisk,
                "NOT_FINISHED",
                format!(
                    "A flush failed and the job has not started over since. It is {status}; if it succeeds like this, rows may be missing.{doubt}"
                ),
            ),
            End::Undone(_) | End::Unknown => Outcome::new(
                Verdict::CannotTell,
                "END_UNKNOWN",
                format!(
                    "A flush failed, and neither a table nor a log says how the job ended. The jobs table (crdb_internal.jobs) would.{doubt}"
                ),
            ),
        };
        match unordered {
            Some(event) => outcome.at(event),
            None => outcome,
        }
    }

    /// A job that failed or was canceled leaves nothing behind.
    fn undone(&self) -> Option<Outcome> {
        let End::Undone(status) = &self.end else { return None };
        let code = if matches!(status, JobStatus::Canceled | JobStatus::CancelRequested) {
            "JOB_CANCELED"
        } else {
            "JOB_FAILED"
        };
        Some(Outcome::new(
            Verdict::Cleared,
            code,
            format!(
                "The job did not succeed (state {status}), so what it wrote is not part of the database."
            ),
        ))
    }

    fn no_data(&self) -> Option<Outcome> {
        let skipped =
            self.job.events.iter().find(|event| event.kind == JobEventKind::BackfillSkipped);
        (without_data(self.job) || skipped.is_some()).then(|| Outcome::new(Verdict::Cleared, "NO_DATA", "The view was created or refreshed without data, so nothing was written that could be missing."))
    }

    /// A later refresh that succeeded replaced everything.
    fn refreshed_later(&self) -> Option<Outcome> {
        let later = later_refresh(self.facts, self.job)?;
        Some(Outcome::new(
            Verdict::Cleared,
            "REFRESHED_LATER",
            format!(
                "Job {} refreshed the same view afterwards and succeeded, so the data of this job is no longer in use.",
                later.id
            ),
        ))
    }

    /// What MOLT knows of the table that this job imported.
    pub(super) fn molt(&self) -> Option<&MoltTable> {
        if !matches!(self.job.operation, Operation::Import | Operation::MoltFetch) {
            return None;
        }
        let table = remedy::target(&self.job.description)?.to_lowercase();
        let ended = self.job.events.iter().map(|event| event.time).max()?;
        let began = self.job.created.or_else(|| self.job.events.first().map(|event| event.time))?;
        self.facts.molt.iter().filter(|molt| molt.cluster == self.job.tenancy.cluster).find(
            |molt| {
                let same = table == molt.name || table.ends_with(&format!(".{}", molt.name));
                let (start, end) = molt.fetched;
                same && began <= end && start.is_none_or(|start| ended >= start)
            },
        )
    }

    pub(super) fn verified(&self) -> Option<Outcome> {
        let verify = self.molt()?.verify.as_ref()?;
        if verify.missing > 0 {
            return Some(Outcome::new(
                Verdict::Confirmed,
                "MOLT_MISMATCH",
                format!(
                    "MOLT Verify, run after the fetch, found {} rows of the source missing in the target.",
                    verify.missing
                ),
            ));
        }
        (verify.complete && verify.differences == 0).then(|| {
            Outcome::new(Verdict::Cleared, "MOLT_VERIFIED", "MOLT Verify, run after the fetch, compared every row of the table and found no difference. It does not compare secondary indexes.")
        })
    }

    /// The first restart of one of `kinds` after a warning and before the end.
    fn restart_after(&self, sign: &Sign, kinds: &[JobEventKind]) -> Restart<'_> {
        let end = match self.end {
            End::Succeeded(time) => time,
            _ => None,
        };
        let mut unordered = None;
        for event in self.job.events.iter().filter(|event| kinds.contains(&event.kind)) {
            // An adoption after the end finds nothing to do.
            if event.time < sign.entry.time || end.is_some_and(|end| event.time > end) {
                continue;
            }
            if event.time > sign.entry.time {
                return Restart::After(event);
            }
            let same_record = event.source.path == sign.source.path;
            match (event.counter, sign.entry.counter) {
                (Some(restart), Some(warning)) if same_record && restart > warning => {
                    return Restart::After(event);
                }
                (Some(_), Some(_)) if same_record => {}
                _ => unordered = Some(event),
            }
        }
        unordered.map_or(Restart::None, Restart::Unordered)
    }
}

/// A restart in relation to a warning.
enum Restart<'a> {
    /// It came later.
    After(&'a JobEvent),
    /// It bears the same time, and nothing tells the order.
    Unordered(&'a JobEvent),
    /// There was none.
    None,
}

/// Whether the statement of a view says that nothing is to be written. The words close the statement; anywhere else
/// they are text in a query, which says nothing of the kind.
pub(super) fn without_data(job: &Job) -> bool {
    let statement = job.description.trim_end_matches(|c: char| c == ';' || c.is_whitespace());
    matches!(job.operation, Operation::CreateView | Operation::RefreshView)
        && statement.to_ascii_uppercase().ends_with(" WITH NO DATA")
}

/// A later refresh of the same view that succeeded.
pub(super) fn later_refresh<'a>(facts: &'a Facts, job: &Job) -> Option<&'a Job> {
    let view = remedy::target(&job.description)?;
    let since = job.finished.or_else(|| job.events.last().map(|event| event.time))?;
    facts.jobs.values().find(|later| {
        later.tenancy == job.tenancy
            && later.operation == Operation::RefreshView
            && remedy::target(&later.description) == Some(view)
            && !without_data(later)
            && later
                .created
                .or_else(|| later.events.first().map(|event| event.time))
                .is_some_and(|began| began >= since)
            && matches!(end::of(later), End::Succeeded(_))
    })
}

fn seconds(from: Time, to: Time) -> String {
    let seconds = (to.0 - from.0) / Time::SECOND;
    match seconds {
        0 => "less than a second".to_owned(),
        1 => "1 second".to_owned(),
        2..120 => format!("{seconds} seconds"),
        120..7200 => format!("{} minutes", seconds / 60),
        _ => format!("{} h {} min", seconds / 3600, seconds % 3600 / 60),
    }
}
