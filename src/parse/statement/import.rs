//! `IMPORT` as jobs describe it.

use super::{Import, Unparsed};

/// Reads a description.
///
/// # Errors
/// It is of another kind, or of a form that is not known.
pub fn import(text: &str) -> Result<Import, Unparsed> {
    let _ = text;
    Err(Unparsed::NotThis)
}
