//! The rules: what a warning means for each operation, once it is certain that the build drops the error.

use crate::facts::{Facts, Sign};
use crate::model::{
    Evidence, Job, JobEvent, JobEventKind, JobStatus, Operation, Reason, Time, Verdict,
};
use crate::parse::statement::{Fill, SchemaChange, schema_change};

use super::end::{self, End};
use super::judge::{Judge, evidence};
use super::order::{self, Order};
use super::reason;
use super::verify::Verified;

/// An import saves its progress on a ticker of about ten seconds (`docs/cockroachdb/jobs.md#import-progress`). When the
/// ticker last fired is not logged, so a restart this soon probably reads the lost rows again, and one later less so;
/// neither is certain.
const PROGRESS_TICK: i64 = 10 * Time::SECOND;

/// What is said of one warning.
pub(super) struct Outcome {
    pub(super) verdict: Verdict,
    pub(super) code: &'static str,
    pub(super) text: String,
    /// The event that decides, where one does.
    pub(super) event: Option<Evidence>,
    /// Why it is not stronger, or not weaker.
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

/// A restart of a job, seen from a warning.
enum Restart<'a> {
    /// It certainly came later.
    After(&'a JobEvent),
    /// Its stamp is as good as the warning's, and nothing tells the order.
    Unordered(&'a JobEvent),
    /// There was none.
    None,
}

/// What speaks for a restart and does not suffice.
enum Doubt<'a> {
    None,
    /// A restart that may have been before the warning.
    Unordered(&'a JobEvent),
    /// The job was taken up again, and nothing shows that its query ran again.
    NotRerun(&'a JobEvent),
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
                "The job builds an index, a column or a constraint, as its description or the tags of its entries say. What it builds is validated against its table and is not made public when entries are missing.",
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
            Operation::Replication => self.replication(sign),
            Operation::Import | Operation::MoltFetch => self.import(sign),
            Operation::CreateTableAs | Operation::RefreshView => self.rerun(sign),
            Operation::CreateView => self.rerun_unnamed(sign),
            Operation::SchemaChange | Operation::Unknown => self.unknown_operation(sign),
        }
    }

    /// The frontier of a replication stream passes the lost keys at once, so no restart brings them back, and the
    /// stream needs no end for them to be missing.
    fn replication(&self, sign: &Sign) -> Outcome {
        if let Some(outcome) = self.undone(sign) {
            return outcome;
        }
        let outcome = Outcome::new(
            Verdict::Suspect,
            "PCR_ERROR_SEEN",
            "A flush of the replication stream failed without stopping it. The stream's progress passes the lost keys at once, so they may be missing on the standby whether it is running, was restarted or has been cut over.",
        );
        self.contradicted(outcome)
    }

    /// An import starts over from its saved progress.
    fn import(&self, sign: &Sign) -> Outcome {
        if let Some(outcome) = self.undone(sign) {
            return outcome;
        }
        let outcome = match self.verified() {
            Verified::Decides(outcome) => return outcome,
            Verified::No => self.restarted(sign),
            Verified::DoesNotCount(why) => {
                let mut outcome = self.restarted(sign);
                let text = format!(
                    "MOLT Verify was run on a table of this name, but it clears nothing here: {why}."
                );
                outcome.limits.push(reason("VERIFY_NOT_COUNTED", text));
                outcome
            }
        };
        self.contradicted(outcome)
    }

    /// An import, by its first restart after the warning.
    fn restarted(&self, sign: &Sign) -> Outcome {
        let event = match self.restart(sign, &[JobEventKind::Retry, JobEventKind::Resuming]) {
            Restart::After(event) => event,
            Restart::Unordered(event) => return self.not_restarted(sign, &Doubt::Unordered(event)),
            Restart::None => return self.not_restarted(sign, &Doubt::None),
        };
        let gap = seconds(sign.entry.time, event.time);
        let soon = event.time.0 - sign.entry.time.0 <= PROGRESS_TICK;
        let (code, text) = if soon {
            (
                "RETRIED_AFTER_ERROR",
                format!(
                    "The job started over {gap} after the warning. An import saves its position about every ten seconds and goes on from there; nothing shows whether the position was saved between the warning and the restart, so it is likely and not certain that the lost rows were read again. By the advisory's rule a restart after the warning is enough."
                ),
            )
        } else {
            (
                "RESTARTED_LATE",
                format!(
                    "The job started over, but {gap} after the warning. An import goes on from saved progress, which may by then have lain past the lost rows."
                ),
            )
        };
        match self.end {
            End::Succeeded(_) | End::Contradicted(_) => Outcome::new(Verdict::Possible, code, text),
            End::Open(_) => {
                Outcome::new(Verdict::AtRisk, code, format!("{text} It has not ended yet."))
            }
            _ => self.end_unknown(sign, &text),
        }
        .at(event)
    }

    /// Each attempt of these runs the whole query into a new table or index, if its backfill had not been done.
    fn rerun(&self, sign: &Sign) -> Outcome {
        let replaced = || self.no_data().or_else(|| self.refreshed_later(sign));
        if let Some(outcome) = self.undone(sign).or_else(replaced) {
            return outcome;
        }
        let rerun = self.restart(sign, &[JobEventKind::BackfillStarted]);
        if let Restart::After(event) = rerun {
            return Outcome::new(
                Verdict::Cleared,
                "RERUN_FROM_START",
                "The backfill of the job started again after the warning. Each attempt runs the whole query into a new table or index, so nothing of the damaged attempt stayed.",
            )
            .at(event);
        }
        // Taken up again, a job whose table or view is public already has nothing to run.
        let retry = self.restart(sign, &[JobEventKind::Retry]);
        let resumed = self.restart(sign, &[JobEventKind::Resuming]);
        let retried = matches!(retry, Restart::After(_));
        let outcome = match (rerun, retry, resumed) {
            (Restart::Unordered(event), ..) => self.not_restarted(sign, &Doubt::Unordered(event)),
            (_, Restart::After(event), _) | (_, _, Restart::After(event)) => {
                self.not_restarted(sign, &Doubt::NotRerun(event))
            }
            (_, Restart::Unordered(event), _) | (_, _, Restart::Unordered(event)) => {
                self.not_restarted(sign, &Doubt::Unordered(event))
            }
            _ => self.not_restarted(sign, &Doubt::None),
        };
        let mut outcome = self.contradicted(outcome);
        if retried && self.job.operation == Operation::RefreshView {
            // A refresh logs no line when its backfill starts, so nothing could show that it ran again.
            outcome.verdict = outcome.verdict.min(Verdict::Possible);
        }
        outcome
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
                "{} Neither a table nor a log says for certain which operation the job is.",
                outcome.text
            ),
            ..outcome
        }
    }

    /// No restart that certainly repaired it: the end decides.
    fn not_restarted(&self, sign: &Sign, doubt: &Doubt<'_>) -> Outcome {
        let (code, said, event) = match doubt {
            Doubt::None => ("SUCCEEDED_AFTER_ERROR", "", None),
            Doubt::Unordered(event) => (
                "RESTART_ORDER_UNKNOWN",
                " A restart bears the same time as the warning, or that of another node's clock less than half a second off, so which came first is unknown; it is not taken as a restart.",
                Some(*event),
            ),
            Doubt::NotRerun(event) => (
                "RERUN_NOT_SHOWN",
                " The job was taken up again afterwards, but no line shows that its query ran again: its table or view may have been public already.",
                Some(*event),
            ),
        };
        let outcome = match &self.end {
            End::Succeeded(_) => {
                let restart = match doubt {
                    Doubt::NotRerun(_) => "",
                    _ => " the job did not start over afterwards,",
                };
                Outcome::new(
                    Verdict::Suspect,
                    code,
                    format!(
                        "A flush failed,{restart} and the job succeeded: rows of that flush may be missing.{said}"
                    ),
                )
            }
            End::Contradicted(_) => Outcome::new(
                Verdict::Possible,
                STATES_CONTRADICT,
                format!(
                    "A flush failed, and it is not known how the job ended: {}. If it succeeded, rows of that flush may be missing.{said}",
                    self.contradiction()
                ),
            ),
            End::Open(status) => Outcome::new(
                Verdict::AtRisk,
                "NOT_FINISHED",
                format!(
                    "A flush failed, and nothing shows that its rows were written again. The job is {status}; if it succeeds like this, rows may be missing.{said}"
                ),
            ),
            _ => self.end_unknown(sign, &format!("A flush failed.{said}")),
        };
        match event {
            Some(event) => outcome.at(event),
            None => outcome,
        }
    }

    /// What is said where the end of the job is not known, or does not prove that its work is undone.
    fn end_unknown(&self, sign: &Sign, said: &str) -> Outcome {
        let (code, why) = match &self.end {
            End::RevertFailed => (
                "REVERT_FAILED",
                "Undoing the job's work failed, so it is not known what of it is in use.".to_owned(),
            ),
            End::Undoing(status) => (
                "END_UNKNOWN",
                format!("The job is {status}. Only when it is failed or canceled its work is undone."),
            ),
            End::Undone(status, Some(at)) => (
                "END_UNKNOWN",
                format!(
                    "The job is said to be {status} at {at}, and the warning is of {}: it was at work again, and how it ended then is not known.",
                    sign.entry.time
                ),
            ),
            _ => (
                "END_UNKNOWN",
                "Neither a table nor a log says how the job ended. The jobs table (crdb_internal.jobs) would.".to_owned(),
            ),
        };
        Outcome::new(Verdict::CannotTell, code, format!("{said} {why}"))
    }

    /// `outcome`, at most `possible` where records of the job's end exclude each other.
    fn contradicted(&self, outcome: Outcome) -> Outcome {
        if !matches!(self.end, End::Contradicted(_)) || outcome.code == STATES_CONTRADICT {
            return outcome;
        }
        let text = format!("It is not known how the job ended: {}.", self.contradiction());
        outcome.at_most(Verdict::Possible, STATES_CONTRADICT, text)
    }

    /// The ends that exclude each other, in words.
    fn contradiction(&self) -> String {
        let named = |status: &JobStatus| {
            self.job.status.as_ref() == Some(status)
                || self.job.end_states.iter().any(|(known, _)| known == status)
                || end::events(self.job).any(|event| match &event.kind {
                    JobEventKind::State(known) => known == status,
                    JobEventKind::Completed { .. } => *status == JobStatus::Succeeded,
                    _ => false,
                })
        };
        let states = [
            JobStatus::Succeeded,
            JobStatus::Failed,
            JobStatus::Canceled,
            JobStatus::RevertFailed,
            JobStatus::Reverting,
            JobStatus::CancelRequested,
        ];
        let states: Vec<String> =
            states.iter().filter(|status| named(status)).map(ToString::to_string).collect();
        format!("its rows and lines say {}, which exclude each other", states.join(" and "))
    }

    /// A job that failed or was canceled leaves nothing behind, if it was over when the warning was written or later.
    fn undone(&self, sign: &Sign) -> Option<Outcome> {
        let End::Undone(status, at) = &self.end else { return None };
        if at.is_some_and(|at| order::is_after(sign.entry.time, at)) {
            return None;
        }
        let code = if *status == JobStatus::Canceled { "JOB_CANCELED" } else { "JOB_FAILED" };
        Some(Outcome::new(
            Verdict::Cleared,
            code,
            format!(
                "The job did not succeed (state {status}), so what it wrote is not part of the database."
            ),
        ))
    }

    fn no_data(&self) -> Option<Outcome> {
        let is = |kind: JobEventKind| self.job.events.iter().any(|event| event.kind == kind);
        let skipped = is(JobEventKind::BackfillSkipped) && !is(JobEventKind::BackfillStarted);
        (without_data(self.job) || skipped).then(|| Outcome::new(Verdict::Cleared, "NO_DATA", "The view was created or refreshed without data, so nothing was written that could be missing."))
    }

    /// A later refresh that succeeded replaced everything.
    fn refreshed_later(&self, sign: &Sign) -> Option<Outcome> {
        let later = later_refresh(self.facts, self.job)?;
        let began = later.created?;
        order::is_after(began, sign.entry.time).then(|| {
            Outcome::new(
                Verdict::Cleared,
                "REFRESHED_LATER",
                format!(
                    "Job {} refreshed the same view afterwards and succeeded, so the data of this job is no longer in use.",
                    later.id
                ),
            )
        })
    }

    /// The first restart of one of `kinds` that came after a warning and before the end.
    fn restart(&self, sign: &Sign, kinds: &[JobEventKind]) -> Restart<'_> {
        let end = match self.end {
            End::Succeeded(time) | End::Contradicted(time) => time,
            _ => None,
        };
        let mut unordered = None;
        for event in self.job.events.iter().filter(|event| kinds.contains(&event.kind)) {
            // An adoption after the end finds nothing to do.
            if end.is_some_and(|end| event.time > end) {
                continue;
            }
            match order::seen_from(sign, event) {
                Order::After => return Restart::After(event),
                Order::Unordered => unordered = Some(event),
                Order::Before => {}
            }
        }
        unordered.map_or(Restart::None, Restart::Unordered)
    }
}

/// The code of a job of which records of its end exclude each other.
const STATES_CONTRADICT: &str = "STATES_CONTRADICT";

/// The statement of a job that fills a table or a view.
fn fill(job: &Job) -> Option<Fill<'_>> {
    match schema_change(&job.description) {
        Ok(SchemaChange::Fills(fill)) => Some(fill),
        _ => None,
    }
}

/// Whether the statement of a view says that nothing is to be written. The words close the statement; anywhere else
/// they are text in a query, which says nothing of the kind.
pub(super) fn without_data(job: &Job) -> bool {
    matches!(job.operation, Operation::CreateView | Operation::RefreshView)
        && fill(job).is_some_and(|fill| fill.without_data)
}

/// A refresh of the same view that certainly began after the job ended, and succeeded.
pub(super) fn later_refresh<'a>(facts: &'a Facts, job: &Job) -> Option<&'a Job> {
    let End::Succeeded(Some(ended)) = end::of(job) else { return None };
    let ended = job.finished.map_or(ended, |finished| finished.max(ended));
    facts.jobs.values().find(|later| {
        later.tenancy == job.tenancy
            && later.operation == Operation::RefreshView
            && later.created.is_some_and(|began| order::is_after(began, ended))
            && matches!(end::of(later), End::Succeeded(_))
            && !without_data(later)
            && is_same_view(job, later)
    })
}

/// Whether two jobs are certainly about one view: by the ids of their descriptors or, where a table has none, by names
/// with database and schema. A bare name means one view in one database and another in the next.
fn is_same_view(a: &Job, b: &Job) -> bool {
    if !a.descriptor_ids.is_empty() && !b.descriptor_ids.is_empty() {
        return a.descriptor_ids.len() == 1 && a.descriptor_ids == b.descriptor_ids;
    }
    let name = |job| fill(job).and_then(|fill| fill.name).filter(|name| name.0.len() == 3);
    matches!((name(a), name(b)), (Some(a), Some(b)) if a == b)
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
