//! The report: the document that outsiders rely on, and its printed forms.

mod document;

pub use document::*;
