//! What the payload of a job says: the listed fields, and no others (`docs/cockroachdb/backups.md#payload-details`).

use serde::{Deserialize, Serialize};

use super::Time;

/// What a payload says of a job of a certain type.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum JobDetails {
    /// The table has no payload, or not this job's.
    #[default]
    Missing,
    /// The bundle was made without it.
    Redacted,
    /// Nobody can read it.
    Unreadable,
    /// It was read; it is of a type of which nothing more is taken.
    Other,
    /// A backup.
    Backup(BackupDetails),
    /// A restore.
    Restore(RestoreDetails),
    /// An import.
    Import(ImportDetails),
}

impl JobDetails {
    /// Whether it could be read.
    #[must_use]
    pub fn is_known(&self) -> bool {
        !matches!(self, Self::Missing | Self::Redacted | Self::Unreadable)
    }
}

/// Of a backup.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct BackupDetails {
    /// The end of the layer before it; none means that it is a full backup.
    pub start: Option<Time>,
    /// Its AS OF time; none until it is planned.
    pub end: Option<Time>,
    /// Scheme, host and path of where it is written.
    pub location: Option<String>,
    /// Scheme, host and path of its collection, of `BACKUP INTO`.
    pub collection: Option<String>,
}

/// Of a restore.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RestoreDetails {
    /// Scheme, host and path of each layer; more than one means that incremental backups were used.
    pub layers: Vec<String>,
    /// The time to which it restores; none means the end of the last layer.
    pub end: Option<Time>,
}

/// Of an import.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportDetails {
    /// How many tables it fills.
    pub tables: u64,
    /// The time at which it writes; none until it has chosen one.
    pub write_time: Option<Time>,
    /// Whether its tables are offline and it may have written.
    pub prepared: bool,
    /// Whether its tables are online again.
    pub published: bool,
}
