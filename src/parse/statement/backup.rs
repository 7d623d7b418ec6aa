//! `BACKUP` as jobs describe it.

use super::{Backup, Unparsed};

/// Reads a description.
///
/// # Errors
/// It is of another kind, or of a form that is not known.
pub fn backup(text: &str) -> Result<Backup, Unparsed> {
    let _ = text;
    Err(Unparsed::NotThis)
}
