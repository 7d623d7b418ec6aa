//! Chains of backups in the report: what a picture of them needs, and a table that says the same.

use serde::{Deserialize, Serialize};

use crate::model::{LayerKind, LayerRole, LayerState, Time};

/// A chain of backups: a full one and the incremental ones on it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Chain {
    /// Which of several clusters wrote it, as in [`super::Node::cluster`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cluster: Option<String>,
    /// Virtual cluster that wrote it.
    pub tenant: String,
    /// `<collection> » /<subdirectory>`, or the address of a `BACKUP … TO`; the subject of findings about the chain.
    pub id: String,
    /// Time of the full backup that the subdirectory's name tells.
    pub base: Option<Time>,
    /// Its layers, by the time as of which they are.
    pub layers: Vec<Layer>,
    /// What ran between its first and its last layer and may matter to an advisory about backups, by time.
    pub operations: Vec<ChainOperation>,
    /// How many more such operations there are; those that a layer captured are never among them.
    pub more_operations: u32,
    /// Restores that read it, by time.
    pub restores: Vec<ChainRestore>,
    /// Schedules that took its layers, by id, as far as a table lists them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub schedules: Vec<Schedule>,
}

/// A schedule of backups.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Schedule {
    /// Its id, in decimal.
    pub id: String,
    /// Its label.
    pub name: Option<String>,
    /// When it runs, as crontab has it.
    pub expression: Option<String>,
    /// When it was to run next.
    pub next_run: Option<Time>,
    /// Whether it was paused.
    pub paused: Option<bool>,
}

/// One backup of a chain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Layer {
    /// Id of its job, in decimal.
    pub job: String,
    /// Kind.
    pub kind: LayerKind,
    /// What tells the kind, see `docs/reasons.md`.
    pub kind_told_by: String,
    /// The instant whose state it holds.
    pub as_of: Time,
    /// By how many seconds `as_of` may be off.
    pub as_of_slack: u32,
    /// Whether the layer exists.
    pub state: LayerState,
    /// Status of its job.
    pub status: String,
    /// When its job was created.
    pub created: Option<Time>,
    /// When its job ended.
    pub finished: Option<Time>,
    /// What it holds, in words such as `cluster` or `database bank`.
    pub scope: String,
    /// Whether it was taken `WITH revision_history`.
    pub revision_history: bool,
    /// Id of the schedule that took it, in decimal.
    pub schedule: Option<String>,
    /// The part that it plays in findings.
    pub marks: Vec<LayerMark>,
}

/// The part that a layer plays in the findings of an advisory.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct LayerMark {
    /// Such as `A-88042`.
    pub advisory: String,
    /// The part.
    pub role: LayerRole,
}

/// An operation over the layers of a chain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChainOperation {
    /// Id of its job, in decimal.
    pub job: String,
    /// `import_into`, `import`, `restore`, `index_build` or `unknown`.
    pub operation: String,
    /// Status of its job.
    pub status: String,
    /// When it began.
    pub from: Time,
    /// When it ended, its undoing included; none while it has not, or if nobody knows.
    pub to: Option<Time>,
    /// Its tables, by name.
    pub tables: Vec<String>,
    /// Its indexes, by name.
    pub indexes: Vec<String>,
    /// Ids of the jobs of the layers that captured it, in decimal.
    pub captured_by: Vec<String>,
}

/// A restore that read a chain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChainRestore {
    /// Which of several clusters restored, as in [`super::Node::cluster`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cluster: Option<String>,
    /// Virtual cluster that restored.
    pub tenant: String,
    /// Id of its job, in decimal.
    pub job: String,
    /// Status of its job.
    pub status: String,
    /// When it was created.
    pub created: Option<Time>,
    /// The time to which it restored, if it names one.
    pub to: Option<Time>,
    /// Id of the job of the newest layer that it read, in decimal, if the layers that are known tell it.
    pub layer: Option<String>,
}

/// What a finding says about a chain of backups.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct BackupPart {
    /// Id of the chain; none if the chain is not known.
    pub chain: Option<String>,
    /// Id of the job whose work the pattern is about, in decimal.
    pub operation: Option<String>,
    /// Ids of the jobs of the layers that captured it, in decimal.
    pub captured_by: Vec<String>,
    /// Tables concerned, by name, with their id in the cluster that ran the job where it is known.
    pub tables: Vec<String>,
    /// Indexes concerned, by name.
    pub indexes: Vec<String>,
    /// Id of the job of the newest layer of the chain before the first suspect one, in decimal.
    pub last_safe: Option<String>,
    /// Id of the job of the first full backup that ends the exposure, in decimal.
    pub ends_with: Option<String>,
}
