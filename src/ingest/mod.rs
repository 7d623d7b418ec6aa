//! Bytes of the input to artifacts: what is in it, what is needed of it, and its text as a stream.
//!
//! [`plan`] finds out what was handed in without reading what nobody needs; [`read_unit`] streams the files of one
//! unit, whatever they are packed in; [`read_range`] reads a part of one again, to show evidence in its surroundings.

mod codec;
mod decode;
mod dumps;
mod kinds;
mod limits;
mod look;
mod memory;
mod names;
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
mod tally;
mod unpack;
mod zip;

pub use dumps::{Dump, Wanted, dumped};
pub use kinds::{is_page, table_at, tenant_at};
pub use limits::Limits;
pub use memory::MemorySource;
pub use place::{SEPARATOR, node_at};
pub use plan::{Artifact, Container, Input, Plan, SourceInfo, SourceKind, Table, Unit};
pub use read::{Chunk, ReadOutcome, Window, read_range, read_unit};
pub use source::{ReadError, Source};
pub use survey::{plan, plan_asked};
pub use tables::{Attempt, Settled, Standing, settle};
pub use tally::{Failure, Tally, Unsearched};
pub use unpack::{FileInfo, Sink};
