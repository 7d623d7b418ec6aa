//! Words about chains of backups.

use serde::{Deserialize, Serialize};

use super::{JobId, Tenancy};

/// Kind of a layer of a chain of backups.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LayerKind {
    /// Holds everything.
    Full,
    /// Holds what changed since the layer before it.
    Incremental,
    /// Nothing tells.
    Unknown,
}

/// Whether a layer exists.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LayerState {
    /// Its job succeeded.
    Done,
    /// Its job has not ended.
    Unfinished,
    /// Its job ended without one.
    Failed,
}

/// The part that a layer plays in the findings of an advisory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LayerRole {
    /// It holds a state in the midst of an operation.
    Captures,
    /// One link of the pattern is approximate.
    Possible,
    /// Every link of the pattern is in the evidence.
    Suspect,
}

/// A layer and its part.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct LayerMark {
    /// Whose backup it is.
    pub tenancy: Tenancy,
    /// Its job.
    pub job: JobId,
    /// The part.
    pub role: LayerRole,
}

/// What a finding says about a chain of backups.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct BackupPart {
    /// Id of the chain, as subjects name it; none if the chain is not known.
    pub chain: Option<String>,
    /// Job whose work the pattern is about.
    pub operation: Option<JobId>,
    /// Jobs of the layers that captured it.
    pub captured_by: Vec<JobId>,
    /// Tables concerned, by name.
    pub tables: Vec<String>,
    /// Indexes concerned, by name.
    pub indexes: Vec<String>,
    /// Job of the newest layer of the chain before the first suspect one.
    pub last_safe: Option<JobId>,
    /// Job of the first full backup that ends the exposure.
    pub ends_with: Option<JobId>,
}
