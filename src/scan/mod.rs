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
//!
//! A file that the start of it shows to be wrapped – in UTF-16, by a collector of container logs, in colours – is unwrapped
//! line by line before all that.

mod fingerprint;
mod lines;
mod neighbours;
mod net;
mod reader;
mod redaction;
mod scanner;
mod sections;
mod segments;
mod shares;
mod signature;
mod strays;
mod summary;
mod text;
mod vote;
mod wrapped;

pub use crdb_triage_hot::literals::Prefilter;
pub use scanner::LogScanner;
pub use segments::{SILENCE, Segment};
pub use signature::{
    Hit, LogSummary, NodeShare, ScannedLog, SeverityCounts, Signature, Signatures, TenantSeen,
    VersionSeen,
};
pub use strays::{SIGN_LINES, Stray, Strays};
pub use text::{Heads, Searched, TextSearch};

/// Bytes of one entry that are looked at.
pub const ENTRY_LIMIT: usize = 1 << 20;

/// Bytes of an entry's text that a hit keeps as evidence.
pub const RAW_LIMIT: usize = 2 << 10;

/// Bytes of a message that a hit keeps. Literals are looked for in all of it, and a structured event is kept whole.
pub const MESSAGE_LIMIT: usize = 64 << 10;
