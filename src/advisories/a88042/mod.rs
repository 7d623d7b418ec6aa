//! A-88042: a RESTORE that brings back rows of an `IMPORT INTO` that was rolled back.
//!
//! Rows of `backup_chain` are derived by `chains`. The conclusions from a row are the lines of `advisories/A-88042.toml`.

use crate::model::Operation;

use super::{Detector, chains};

/// Derives the rows of `backup_chain`, and looks for the error of refused restores.
pub(super) static DETECTOR: Detector = Detector {
    name: "a88042",
    missing: chains::missing,
    signatures: &[chains::REFUSAL],
    takes: chains::is_refusal,
    operations: &[Operation::Backup, Operation::Restore, Operation::Import, Operation::MoltFetch],
};
