//! Bytes of the input to artifacts: what is in it, what is needed of it, and its text as a stream.
//!
//! [`plan`] finds out what was handed in without reading what nobody needs; [`read_unit`] streams the text of one
//! artifact; [`read_range`] reads a part of it again, to show evidence in its surroundings.

mod decode;
mod inflate;
mod kinds;
mod limits;
mod look;
mod memory;
#[cfg(not(target_arch = "wasm32"))]
pub mod native;
mod place;
mod plan;
mod read;
mod slices;
mod sniff;
mod source;
mod survey;
mod tables;
mod zip;

pub use limits::Limits;
pub use memory::MemorySource;
pub use plan::{Artifact, Container, Input, Plan, SourceInfo, SourceKind, Table, Unit};
pub use read::{Chunk, ReadOutcome, Window, read_range, read_unit};
pub use source::{ReadError, Source};
pub use survey::plan;
