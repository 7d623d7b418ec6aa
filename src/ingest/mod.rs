//! Bytes of the input to artifacts: what is in it, what is needed of it, and its text as a stream.

mod plan;
mod source;

pub use plan::{Artifact, Container, Input, Plan, SourceInfo, SourceKind, Unit};
pub use source::{ReadError, Source};
