//! Statements that build an index.

use super::{IndexBuild, Unparsed};

/// Reads a description.
///
/// # Errors
/// It is of another kind, or of a form that is not known.
pub fn index_build(text: &str) -> Result<IndexBuild, Unparsed> {
    let _ = text;
    Err(Unparsed::NotThis)
}
