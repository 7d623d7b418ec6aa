//! A-63162: incremental backups that miss what an index build, a RESTORE or an IMPORT wrote.
//!
//! Rows of `backup_chain` are derived by `chains`. The conclusions from a row are the lines of `advisories/A-63162.toml`.

use crate::model::Operation;

use super::{Detector, chains};

/// Derives the rows of `backup_chain`.
pub(super) static DETECTOR: Detector = Detector {
    name: "a63162",
    missing: chains::missing,
    signatures: &[],
    takes: |_| false,
    operations: &[Operation::Backup, Operation::Restore, Operation::Import],
};
