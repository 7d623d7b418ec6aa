//! `RESTORE` as jobs describe it.

use super::{Restore, Unparsed};

/// Reads a description.
///
/// # Errors
/// It is of another kind, or of a form that is not known.
pub fn restore(text: &str) -> Result<Restore, Unparsed> {
    let _ = text;
    Err(Unparsed::NotThis)
}
