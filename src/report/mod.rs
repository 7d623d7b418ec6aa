//! The report: the document that outsiders rely on, and its printed forms.

#[cfg(feature = "engine")]
mod chains;
#[cfg(feature = "engine")]
mod compose;
mod document;
pub mod json;
pub mod markdown;
pub mod seen;
pub mod text;
pub mod visible;
pub mod wording;

#[cfg(feature = "engine")]
pub use compose::compose;
pub use document::*;
