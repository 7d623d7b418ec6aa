//! Jobs as the tables and the logs tell of them.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{JobDetails, JobId, Location, NodeId, Tenancy, Time};

/// State of a job, in the words of the jobs table.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum JobStatus {
    /// Created, not claimed yet.
    Pending,
    /// At work.
    Running,
    /// Asked to pause.
    PauseRequested,
    /// Paused.
    Paused,
    /// Asked to cancel.
    CancelRequested,
    /// Undoing its work.
    Reverting,
    /// Undoing its work failed.
    RevertFailed,
    /// Ended well.
    Succeeded,
    /// Ended with an error, its work undone.
    Failed,
    /// Canceled, its work undone.
    Canceled,
    /// A word that no version of CockroachDB uses for a state: torn, removed or foreign. It says nothing of the job.
    Other(String),
}

impl JobStatus {
    /// The state of a word of the table or of a `stepping through state` line.
    #[must_use]
    pub fn parse(word: &str) -> Self {
        match word {
            "pending" => Self::Pending,
            "running" => Self::Running,
            "pause-requested" => Self::PauseRequested,
            "paused" => Self::Paused,
            "cancel-requested" => Self::CancelRequested,
            "reverting" => Self::Reverting,
            "revert-failed" => Self::RevertFailed,
            "succeeded" => Self::Succeeded,
            "failed" => Self::Failed,
            "canceled" => Self::Canceled,
            other => Self::Other(other.to_owned()),
        }
    }

    /// Whether the job is over and its work stands or was undone.
    #[must_use]
    pub fn is_final(&self) -> bool {
        matches!(self, Self::Succeeded | Self::Failed | Self::Canceled)
    }

    /// Whether it is one of CockroachDB's own states.
    #[must_use]
    pub fn is_known(&self) -> bool {
        !matches!(self, Self::Other(_))
    }
}

impl fmt::Display for JobStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Pending => "pending",
            Self::Running => "running",
            Self::PauseRequested => "pause-requested",
            Self::Paused => "paused",
            Self::CancelRequested => "cancel-requested",
            Self::Reverting => "reverting",
            Self::RevertFailed => "revert-failed",
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
            Self::Canceled => "canceled",
            Self::Other(word) => word,
        })
    }
}

/// What a job does, told from its type, description, tags and lines (`docs/cockroachdb/jobs.md#operations`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Operation {
    /// `IMPORT` or `IMPORT INTO`.
    Import,
    /// An `IMPORT INTO` that MOLT Fetch issued.
    MoltFetch,
    /// The standby's side of physical cluster replication.
    Replication,
    /// `CREATE TABLE … AS`.
    CreateTableAs,
    /// The first fill of a materialized view.
    CreateView,
    /// `REFRESH MATERIALIZED VIEW`.
    RefreshView,
    /// A new index, column or primary key: validated after the backfill.
    IndexBackfill,
    /// A schema change of which neither table nor log says which kind.
    SchemaChange,
    /// `RESTORE`.
    Restore,
    /// `BACKUP`.
    Backup,
    /// Any other kind of job.
    Other,
    /// Nothing says what it does.
    Unknown,
}

impl Operation {
    /// The word of the report.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Import => "import",
            Self::MoltFetch => "molt_fetch",
            Self::Replication => "replication",
            Self::CreateTableAs => "create_table_as",
            Self::CreateView => "create_view",
            Self::RefreshView => "refresh_view",
            Self::IndexBackfill => "index_backfill",
            Self::SchemaChange => "schema_change",
            Self::Restore => "restore",
            Self::Backup => "backup",
            Self::Other => "other",
            Self::Unknown => "unknown",
        }
    }
}

/// One step in the life of a job.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct JobEvent {
    /// When.
    pub time: Time,
    /// Which node said so, if known.
    pub node: Option<NodeId>,
    /// What happened.
    pub kind: JobEventKind,
    /// Where it is written.
    pub source: Location,
    /// The text that says so, cut to a bounded length. Empty if it was not kept.
    pub text: String,
    /// Counter of the log entry: orders entries of one file that share a time.
    pub counter: Option<u64>,
}

impl JobEvent {
    /// The text that says so, or in its place that it was not kept.
    #[must_use]
    pub fn said(&self) -> &str {
        match self.text.as_str() {
            "" => "(a line about a job of a type that no advisory is about: its text was not kept)",
            text => text,
        }
    }
}

/// What happened to a job.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum JobEventKind {
    /// The row's `created`.
    Created,
    /// The row's `started`: the latest (re)start, overwritten at each resume.
    Started,
    /// The row's `finished`, with the row's status.
    Finished(JobStatus),
    /// `job N: resuming execution`: the first run or a later one; may lead to nothing.
    Resuming,
    /// `stepping through state …` or an event that names the state: the state is about to be committed.
    State(JobStatus),
    /// The operation itself says that it starts over after an error.
    Retry,
    /// IMPORT stops retrying and pauses.
    GaveUp,
    /// The backfill of a new table or view starts (each attempt starts from nothing).
    BackfillStarted,
    /// A view was created without data: nothing was written.
    BackfillSkipped,
    /// `recovery_event` with the number of rows of the primary index, when it names one.
    Completed {
        /// `NumRows`.
        rows: Option<u64>,
    },
    /// The instant that a backup holds.
    AsOf,
    /// A backup holds the state of an instant in the midst of the operation.
    Captured,
    /// What a restore reads.
    Reads,
    /// A line by which an advisory recognises its first sign.
    Sign,
    /// Anything else the log says of the job.
    Note,
}

impl JobEventKind {
    /// The code that the report's timeline shows.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Created => "CREATED",
            Self::Started => "STARTED",
            Self::Finished(_) => "FINISHED",
            Self::Resuming => "RESUMING",
            Self::State(_) => "STATE",
            Self::Retry => "RETRY",
            Self::GaveUp => "GAVE_UP",
            Self::BackfillStarted => "BACKFILL_STARTED",
            Self::BackfillSkipped => "BACKFILL_SKIPPED",
            Self::Completed { .. } => "COMPLETED",
            Self::AsOf => "AS_OF",
            Self::Captured => "CAPTURED",
            Self::Reads => "READS",
            Self::Sign => "SIGN",
            Self::Note => "NOTE",
        }
    }
}

/// What a source says of something that there may be none of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Told<T> {
    /// It says nothing: the source has no place for it, or nobody can read it.
    #[default]
    Unsaid,
    /// That there is none.
    Nothing,
    /// What it is.
    Is(T),
}

impl<T> Told<T> {
    /// What it says, or else what another source says.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        match self {
            Self::Unsaid => other,
            told => told,
        }
    }
}

/// A job: what the tables say of it and what the logs add.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Job {
    /// Cluster and virtual cluster whose job it is.
    pub tenancy: Tenancy,
    /// Its id.
    pub id: JobId,
    /// `job_type` of the table or of a state line; empty when nothing says it.
    pub job_type: String,
    /// What it does.
    pub operation: Operation,
    /// Description from the table; empty when nothing says it.
    pub description: String,
    /// Latest state known.
    pub status: Option<JobStatus>,
    /// When it was created.
    pub created: Option<Time>,
    /// When it was last (re)started.
    pub started: Option<Time>,
    /// When it ended.
    pub finished: Option<Time>,
    /// When its row last changed.
    pub modified: Option<Time>,
    /// What its row says that it is doing.
    pub running_status: Option<String>,
    /// The error of its row.
    pub error: Option<String>,
    /// Whether a row of it has a place for an error.
    pub tells_error: bool,
    /// User who created it; empty when nothing says it.
    pub user: String,
    /// Node that runs it or ran it last.
    pub coordinator: Option<u64>,
    /// How often it was taken up.
    pub num_runs: Option<u64>,
    /// Up to when a changefeed has sent everything.
    pub high_water: Told<Time>,
    /// How much of it is done, in millionths.
    pub fraction: Option<u32>,
    /// Bytes of its payload.
    pub payload_bytes: Option<u64>,
    /// Ids of the descriptors it works on.
    pub descriptor_ids: Vec<u64>,
    /// Schedule that created it.
    pub schedule: Option<u64>,
    /// What its payload says.
    pub details: JobDetails,
    /// Rows of the primary index that it says it wrote.
    pub rows: Option<u64>,
    /// Where the table has its row.
    pub row: Option<Location>,
    /// The states in which rows of its tables say that it ended, `revert-failed` included: each once, with the first row
    /// that says so. Of more than one at most one is true.
    pub end_states: Vec<(JobStatus, Location)>,
    /// Its life, by time.
    pub events: Vec<JobEvent>,
}

impl Job {
    /// A job of which nothing is known.
    #[must_use]
    pub fn new(tenancy: &Tenancy, id: JobId) -> Self {
        Self {
            tenancy: tenancy.clone(),
            id,
            job_type: String::new(),
            operation: Operation::Unknown,
            description: String::new(),
            status: None,
            created: None,
            started: None,
            finished: None,
            modified: None,
            running_status: None,
            error: None,
            tells_error: false,
            user: String::new(),
            coordinator: None,
            num_runs: None,
            high_water: Told::Unsaid,
            fraction: None,
            payload_bytes: None,
            descriptor_ids: Vec::new(),
            schedule: None,
            details: JobDetails::Missing,
            rows: None,
            row: None,
            end_states: Vec::new(),
            events: Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_whole_words_are_states() {
        const STATES: [&str; 10] = [
            "pending",
            "running",
            "paused",
            "pause-requested",
            "reverting",
            "cancel-requested",
            "canceled",
            "succeeded",
            "failed",
            "revert-failed",
        ];
        for state in STATES {
            let parsed = JobStatus::parse(state);
            assert!(parsed.is_known());
            assert_eq!(parsed.to_string(), state);
            for cut in 0..state.len() {
                assert!(!JobStatus::parse(&state[..cut]).is_known(), "{}", &state[..cut]);
            }
            assert!(!JobStatus::parse(&format!("{state}I250422")).is_known());
        }
    }

    #[test]
    fn a_text_that_was_not_kept_is_not_shown_as_none() {
        let source = Location { path: "cockroach.log".into(), line: 1, offset: 0 };
        let (kind, text) = (JobEventKind::Resuming, String::new());
        let event = JobEvent { time: Time(0), node: None, kind, source, text, counter: None };
        assert!(event.said().contains("not kept"));
        assert_eq!(JobEvent { text: "a line".to_owned(), ..event }.said(), "a line");
    }
}
