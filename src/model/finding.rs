//! What was found, why we say so, and what to do.

use serde::{Deserialize, Serialize};

use super::{BackupPart, Location, NodeId, Reason, Tenancy, Time, Verdict};

/// What a finding is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SubjectKind {
    /// A job, by its id.
    Job,
    /// A backup, by the id of its job.
    Backup,
    /// A restore, by the id of its job.
    Restore,
    /// A changefeed, by the id of its job.
    Changefeed,
    /// A chain of backups: collection » subdirectory.
    Chain,
    /// Evidence that no job owns: `path:line`.
    LogEntry,
    /// A range.
    Range,
    /// A table, by its name with database and schema.
    Table,
    /// An index, by the name of its table, `@` and its own.
    Index,
    /// A view, sequence or function, or a table in what other objects say of it.
    Object,
    /// A role, by its name.
    Role,
    /// A cluster setting, by its name.
    Setting,
    /// A node.
    Node,
    /// A store, by its number.
    Store,
    /// The whole cluster; the id is empty.
    Cluster,
}

/// What a finding is about, with its id as text.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Subject {
    /// Kind.
    pub kind: SubjectKind,
    /// Id, as text.
    pub id: String,
    /// Cluster and virtual cluster.
    pub tenancy: Tenancy,
}

/// A piece of the input that a verdict rests on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    /// Where it stands.
    pub source: Location,
    /// Node that wrote it, if known.
    pub node: Option<NodeId>,
    /// When, if it is dated.
    pub time: Option<Time>,
    /// The raw text, cut to a bounded length.
    pub text: String,
}

/// What carrying out a step does to the cluster.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Safety {
    /// Only reads.
    ReadOnly,
    /// Changes something that can be undone.
    Reversible,
    /// Changes or deletes data, or interrupts service.
    Disruptive,
}

/// One step of what to do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Remediation {
    /// Number of the step, from 1.
    pub step: u32,
    /// What it does to the cluster.
    pub safety: Safety,
    /// What to do, in words.
    pub text: String,
    /// SQL or a command to copy; empty when the step has none.
    pub sql: String,
}

/// What one advisory says of one subject.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// Id of the advisory, such as `A-144650`.
    pub advisory: String,
    /// What it is about.
    pub subject: Subject,
    /// How strong it is.
    pub verdict: Verdict,
    /// Why; the first reason decides.
    pub reasons: Vec<Reason>,
    /// On what.
    pub evidence: Vec<Evidence>,
    /// What to do.
    pub remediation: Vec<Remediation>,
    /// What it says about a chain of backups.
    pub backup: Option<BackupPart>,
}

/// Why a part of the input was not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum UnreadReason {
    /// The file could not be opened or a read failed.
    ReadFailed,
    /// An archive kind, compression or encryption that this version does not read.
    Unsupported,
    /// The compressed data is broken or ends early; what came before the break was read.
    Damaged,
    /// The text says something else than its checksum.
    ChecksumMismatch,
    /// The worker that read it died.
    WorkerDied,
    /// One entry is longer than the limit; its first part was read.
    EntryTooLong,
    /// A limit on output was reached: the member inflates to more than a log can be.
    LimitReached,
    /// The bundle itself says that this artifact could not be collected (`*.err.txt`).
    CollectionFailed,
    /// Rows or lines of a table did not have the shape of its header.
    MalformedTable,
    /// It is a log by its name or its beginning, and none of its lines is an entry.
    NoEntry,
    /// Lines that an advisory asks for belong to no entry with a time.
    OutsideEntry,
    /// Lines look like the first line of an entry behind other text, and were not read as entries.
    HeadNotRead,
    /// A table of jobs stands in the middle of a log, and was not read.
    TableInLog,
    /// Nothing in it looks like an artifact that this tool knows.
    NotRecognized,
    /// It is a report that this tool wrote, and no log.
    SavedReport,
}

impl UnreadReason {
    /// The code of the report.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::ReadFailed => "READ_FAILED",
            Self::Unsupported => "UNSUPPORTED",
            Self::Damaged => "DAMAGED",
            Self::ChecksumMismatch => "CHECKSUM_MISMATCH",
            Self::WorkerDied => "WORKER_DIED",
            Self::EntryTooLong => "ENTRY_TOO_LONG",
            Self::LimitReached => "LIMIT_REACHED",
            Self::CollectionFailed => "COLLECTION_FAILED",
            Self::MalformedTable => "MALFORMED_TABLE",
            Self::NoEntry => "NO_ENTRY",
            Self::OutsideEntry => "OUTSIDE_ENTRY",
            Self::HeadNotRead => "HEAD_NOT_READ",
            Self::TableInLog => "TABLE_IN_LOG",
            Self::NotRecognized => "NOT_RECOGNIZED",
            Self::SavedReport => "SAVED_REPORT",
        }
    }
}

/// A part of the input that was not read, or not wholly.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unread {
    /// Path in the input.
    pub path: String,
    /// Why.
    pub reason: UnreadReason,
    /// One sentence for a tired operator: what happened, and how much is missing.
    pub detail: String,
}
