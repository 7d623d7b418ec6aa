//! How a job ended, from everything that says so.

use crate::model::{Job, JobEvent, JobEventKind, JobStatus, Time};

use super::order;

/// How a job ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// It succeeded; when, if something dates it.
    Succeeded(Option<Time>),
    /// It failed or was canceled, and its work is undone; when, if something dates it.
    Undone(JobStatus, Option<Time>),
    /// Records of its end exclude each other: one says that it succeeded.
    Contradicted(Option<Time>),
    /// It is undoing its work, or has to. It will not succeed, and is not known to be done with it.
    Undoing(JobStatus),
    /// Undoing its work failed, so some of it may be in use.
    RevertFailed,
    /// The table says that it is still at work or paused.
    Open(JobStatus),
    /// Nothing says it.
    Unknown,
}

/// The end of `job`. A row is written when the state is committed, so it comes first. A line or event about the end
/// counts where no later one shows the job at work, because it is written just before the state is committed and the
/// job may have been restarted after it. A word that is no state of CockroachDB is no end.
pub(super) fn of(job: &Job) -> End {
    let rows = job.end_states.iter().map(|(status, _)| (status, job.finished));
    let lines = last_words(job);
    let ends = || rows.clone().chain(lines.iter().map(|(status, time)| (*status, Some(*time))));
    let succeeded = ends().find(|(status, _)| **status == JobStatus::Succeeded);
    let undone = ends().find(|(status, _)| **status != JobStatus::Succeeded);
    let when = |(_, time): (&JobStatus, Option<Time>)| {
        time.or_else(|| lines.first().map(|(_, time)| *time))
    };
    match (succeeded, undone) {
        (Some(_), Some(_)) => return End::Contradicted(job.finished),
        (Some(end), None) => {
            // A row of a later dump that is undoing its work.
            return match &job.status {
                Some(JobStatus::Reverting | JobStatus::CancelRequested) if job.row.is_some() => {
                    End::Contradicted(when(end))
                }
                _ => End::Succeeded(when(end)),
            };
        }
        (None, Some(end)) => {
            let failed = ends().any(|(status, _)| *status == JobStatus::RevertFailed);
            return if failed { End::RevertFailed } else { End::Undone(end.0.clone(), when(end)) };
        }
        (None, None) => {}
    }
    match job.status.clone().filter(|_| job.row.is_some()) {
        // A row of a time before the lines that show it at work.
        Some(JobStatus::Pending) if has_begun(job) => {
            undoing(job).unwrap_or(End::Open(JobStatus::Running))
        }
        Some(status @ (JobStatus::Reverting | JobStatus::CancelRequested)) => End::Undoing(status),
        Some(
            status @ (JobStatus::Pending
            | JobStatus::Running
            | JobStatus::PauseRequested
            | JobStatus::Paused),
        ) => undoing(job).unwrap_or(End::Open(status)),
        _ => undoing(job).unwrap_or(End::Unknown),
    }
}

/// The ends that lines and events name after the last one that shows the job at work, the latest first. A torn state
/// counts neither as an end nor as work.
fn last_words(job: &Job) -> Vec<(&JobStatus, Time)> {
    let mut ends = Vec::new();
    for event in job.events.iter().rev() {
        match &event.kind {
            JobEventKind::Completed { .. } => ends.push((&JobStatus::Succeeded, event.time)),
            JobEventKind::State(status) if is_end(status) => ends.push((status, event.time)),
            JobEventKind::State(status) if !status.is_known() => {}
            JobEventKind::State(_) | JobEventKind::Resuming | JobEventKind::Retry => break,
            _ => {}
        }
    }
    ends
}

fn is_end(status: &JobStatus) -> bool {
    status.is_final() || *status == JobStatus::RevertFailed
}

/// Whether lines show that a job was at work.
fn has_begun(job: &Job) -> bool {
    job.events.iter().any(|event| match &event.kind {
        JobEventKind::State(status) => *status != JobStatus::Pending,
        JobEventKind::Resuming
        | JobEventKind::Retry
        | JobEventKind::GaveUp
        | JobEventKind::BackfillStarted
        | JobEventKind::Sign => true,
        _ => false,
    })
}

/// Whether the last state that lines name is that it undoes its work.
fn undoing(job: &Job) -> Option<End> {
    let last = job.events.iter().rev().find_map(|event| match &event.kind {
        JobEventKind::State(status) if status.is_known() => Some(status),
        JobEventKind::Resuming | JobEventKind::Retry => Some(&JobStatus::Running),
        _ => None,
    })?;
    matches!(last, JobStatus::Reverting | JobStatus::CancelRequested)
        .then(|| End::Undoing(last.clone()))
}

/// The events that say how it ended.
pub(super) fn events(job: &Job) -> impl Iterator<Item = &JobEvent> {
    job.events.iter().filter(|event| match &event.kind {
        JobEventKind::Finished(_) | JobEventKind::Completed { .. } => true,
        JobEventKind::State(status) => is_end(status) || *status == JobStatus::Reverting,
        _ => false,
    })
}

/// The lines that name a state which no version of CockroachDB has.
pub(super) fn torn(job: &Job) -> impl Iterator<Item = &JobEvent> {
    job.events.iter().filter(|event| matches!(event.kind, JobEventKind::State(JobStatus::Other(_))))
}

/// The ends that exclude each other, in words.
pub(super) fn contradiction(job: &Job) -> String {
    let named = |status: &JobStatus| {
        job.status.as_ref() == Some(status)
            || job.end_states.iter().any(|(known, _)| known == status)
            || events(job).any(|event| match &event.kind {
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
    states.join(" and ")
}

impl End {
    /// The end seen from a warning: a word of the column `end`, the state that it rests on, and when it was. A job that
    /// failed or was canceled leaves nothing behind, if it was over when the warning was written or later.
    pub(super) fn seen_from(
        &self,
        warning: Time,
    ) -> (&'static str, Option<JobStatus>, Option<Time>) {
        match self {
            Self::Succeeded(at) => ("succeeded", Some(JobStatus::Succeeded), *at),
            Self::Undone(status, at) if at.is_some_and(|at| order::is_after(warning, at)) => {
                ("at_work_again", Some(status.clone()), *at)
            }
            Self::Undone(status @ JobStatus::Canceled, at) => {
                ("canceled", Some(status.clone()), *at)
            }
            Self::Undone(status, at) => ("failed", Some(status.clone()), *at),
            Self::Contradicted(at) => ("contradicted", None, *at),
            Self::Undoing(status) => ("undoing", Some(status.clone()), None),
            Self::RevertFailed => ("revert_failed", Some(JobStatus::RevertFailed), None),
            Self::Open(status) => ("open", Some(status.clone()), None),
            Self::Unknown => ("unknown", None, None),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{JobId, Location, Tenancy};

    /// A job with these rows, the last one to be trusted most, and these lines.
    fn job(rows: &[&str], lines: &[JobEventKind]) -> Job {
        let mut job = Job::new(&Tenancy::default(), JobId(7));
        let place = || Location { path: "x".into(), line: 1, offset: 0 };
        for status in rows.iter().map(|word| JobStatus::parse(word)) {
            job.row = Some(place());
            job.status = Some(status.clone());
            if is_end(&status) {
                job.end_states.push((status, place()));
            }
        }
        for (time, kind) in (1..).zip(lines) {
            job.events.push(JobEvent {
                time: Time(time),
                node: None,
                kind: kind.clone(),
                source: place(),
                text: String::new(),
                counter: None,
            });
        }
        job
    }

    fn state(word: &str) -> JobEventKind {
        JobEventKind::State(JobStatus::parse(word))
    }

    #[test]
    fn ends_that_exclude_each_other_are_none() {
        for (rows, lines) in [
            (&["succeeded", "canceled"][..], &[][..]),
            (&["failed", "succeeded"], &[]),
            (&["succeeded"], &[state("failed")]),
            (&["failed"], &[state("succeeded")]),
            (&["canceled"], &[JobEventKind::Completed { rows: None }]),
            (&[], &[state("succeeded"), state("failed")]),
            (&["reverting"], &[state("succeeded")]),
        ] {
            let end = of(&job(rows, lines));
            assert!(matches!(end, End::Contradicted(_)), "{rows:?} {lines:?}: {end:?}");
        }
    }

    #[test]
    fn progress_between_rows_and_lines_is_no_contradiction() {
        for (rows, lines) in [
            (&["running", "succeeded"][..], &[][..]),
            (&["running"], &[state("succeeded")]),
            (&["succeeded", "succeeded"], &[state("succeeded")]),
            (&["succeeded"], &[state("failed"), JobEventKind::Resuming]),
            (&[], &[state("running"), state("succeeded"), state("succ")]),
        ] {
            let end = of(&job(rows, lines));
            assert!(matches!(end, End::Succeeded(_)), "{rows:?} {lines:?}: {end:?}");
        }
        let end = of(&job(&[], &[state("succeeded"), state("reverting"), state("failed")]));
        assert_eq!(end, End::Undone(JobStatus::Failed, Some(Time(3))));
    }

    #[test]
    fn only_failed_and_canceled_are_undone() {
        for (row, undone) in [
            ("failed", true),
            ("canceled", true),
            ("reverting", false),
            ("cancel-requested", false),
            ("revert-failed", false),
            ("fail", false),
        ] {
            assert_eq!(matches!(of(&job(&[row], &[])), End::Undone(..)), undone, "{row}");
            let lines = [state("running"), state(row)];
            assert_eq!(matches!(of(&job(&[], &lines)), End::Undone(..)), undone, "{row}");
        }
    }

    #[test]
    fn a_row_that_is_pending_is_older_than_lines_of_its_work() {
        assert_eq!(of(&job(&["pending"], &[])), End::Open(JobStatus::Pending));
        for kind in [JobEventKind::Resuming, JobEventKind::Sign, state("running")] {
            assert_eq!(of(&job(&["pending"], &[kind])), End::Open(JobStatus::Running));
        }
    }

    #[test]
    fn a_torn_word_is_no_end() {
        for word in ["succ", "succeededI250422", "‹×›", ""] {
            assert_eq!(of(&job(&[], &[state("running"), state(word)])), End::Unknown, "{word}");
            assert_eq!(of(&job(&[word], &[])), End::Unknown, "{word}");
            assert_eq!(torn(&job(&[], &[state(word)])).count(), 1);
        }
    }
}
