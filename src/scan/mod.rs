//! The hot path: chunks of text to candidate entries, by one search for the literals of all advisories.

mod signature;

pub use signature::{Hit, LogSummary, ScannedLog, Signature, VersionSeen};
