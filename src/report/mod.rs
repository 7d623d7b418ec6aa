//! The report: the document that outsiders rely on, and its printed forms.

#[cfg(feature = "engine")]
mod chains;
#[cfg(feature = "engine")]
mod compose;
#[cfg(feature = "engine")]
pub mod csv;
mod document;
#[cfg(feature = "engine")]
pub mod html;
pub mod json;
#[cfg(feature = "engine")]
pub mod markdown;
pub mod read;
#[cfg(feature = "engine")]
mod redact;
pub mod saved;
pub mod seen;
#[cfg(feature = "engine")]
mod summary;
#[cfg(feature = "engine")]
pub mod text;
pub mod visible;
pub mod wording;

#[cfg(feature = "engine")]
pub use compose::compose;
pub use document::*;
#[cfg(feature = "engine")]
pub use redact::redact;
