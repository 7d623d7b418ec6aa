//! How a job ended, from everything that says so.

use crate::model::{Job, JobEvent, JobEventKind, JobStatus, Time};

/// How a job ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// It succeeded; when, if something dates it.
    Succeeded(Option<Time>),
    /// It failed or was canceled, or is undoing its work: nothing of it stays.
    Undone(JobStatus),
    /// The table says that it is still at work or paused.
    Open(JobStatus),
    /// Nothing says it.
    Unknown,
}

/// The end of `job`. The row of the table comes first; a line or event about the end counts where it is the last
/// word, because it is written just before the state is committed and the job may have been restarted after it.
pub(super) fn of(job: &Job) -> End {
    let from_logs = last_word(job);
    let Some(status) = job.status.clone().filter(|_| job.row.is_some()) else {
        return from_logs.unwrap_or(End::Unknown);
    };
    match status {
        JobStatus::Succeeded => End::Succeeded(job.finished.or(match from_logs {
            Some(End::Succeeded(time)) => time,
            _ => None,
        })),
        JobStatus::Failed
        | JobStatus::Canceled
        | JobStatus::Reverting
        | JobStatus::RevertFailed
        | JobStatus::CancelRequested => End::Undone(status),
        JobStatus::Other(_) => from_logs.unwrap_or(End::Unknown),
        JobStatus::Pending | JobStatus::Running | JobStatus::PauseRequested | JobStatus::Paused => {
            from_logs.unwrap_or(End::Open(status))
        }
    }
}

/// What the logs say last, if it is an end.
fn last_word(job: &Job) -> Option<End> {
    let last = job.events.iter().rev().find(|event| {
        matches!(
            event.kind,
            JobEventKind::State(_)
                | JobEventKind::Completed { .. }
                | JobEventKind::Resuming
                | JobEventKind::Retry
        )
    })?;
    match &last.kind {
        JobEventKind::Completed { .. } | JobEventKind::State(JobStatus::Succeeded) => {
            Some(End::Succeeded(Some(last.time)))
        }
        JobEventKind::State(
            status @ (JobStatus::Failed | JobStatus::Canceled | JobStatus::Reverting),
        ) => Some(End::Undone(status.clone())),
        _ => None,
    }
}

/// The events that say how it ended.
pub(super) fn events(job: &Job) -> impl Iterator<Item = &JobEvent> {
    job.events.iter().filter(|event| match &event.kind {
        JobEventKind::Finished(_) | JobEventKind::Completed { .. } => true,
        JobEventKind::State(status) => status.is_final() || *status == JobStatus::Reverting,
        _ => false,
    })
}
