//! All tests of the engine from outside, as modules of one program: each program links the engine anew.
//!
//! `cargo test --test it scan::` runs those of one module. The cases and the healthy bundles are in `tests/cases.rs`, each
//! a test by its own name.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on stops here"
)]

mod adds_up;
mod advice;
mod backups;
mod backups_payload;
mod clusters;
mod command;
mod containers;
mod context;
mod documents;
mod drop;
mod false_clean;
mod formats;
mod fuzz_seeds;
mod hostile;
mod hostile_text;
mod judging;
mod net;
mod prefilter;
mod printed;
mod redact;
mod removed;
mod report;
mod rows;
mod rules;
mod runs;
mod scan;
mod schedules;
mod schema;
mod settings;
#[path = "../support/mod.rs"]
mod support;
mod tables;
mod tidy;
mod traps;
mod union;
