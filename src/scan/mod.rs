//! The hot path: chunks of text to candidate entries, by one search for the literals of all advisories.
//!
//! ```text
//! chunk ──▶ blocks of whole lines ──▶ Prefilter: lines with a literal
//!                  │                        │
//!                  ▼                        ▼
//!            Vote: v1 or v2? ──────▶ Reader: prefix of every line ──▶ Summary
//!                                           │
//!                                           ▼ entries with a literal, entries that `|` cut
//!                                     crate::parse ──▶ Hit
//! ```

mod fingerprint;
mod lines;
mod prefilter;
mod reader;
mod scanner;
mod segments;
mod signature;
mod summary;
mod vote;

pub use scanner::LogScanner;
pub use segments::{SILENCE, Segment};
pub use signature::{Hit, LogSummary, ScannedLog, Signature, Signatures, VersionSeen};

/// Bytes of one entry that are looked at.
pub const ENTRY_LIMIT: usize = 1 << 20;

/// Bytes of an entry's text that a hit keeps as evidence.
pub const RAW_LIMIT: usize = 2 << 10;

/// Bytes of a message that a hit keeps. Literals are looked for in all of it, and a structured event is kept whole.
pub const MESSAGE_LIMIT: usize = 64 << 10;
