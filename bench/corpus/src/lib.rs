//! Logs to measure with: text as CockroachDB 24.3 writes it in `crdb-v2`, made up by a generator with a fixed seed.
//!
//! No two blocks are the same. Entries come from many templates with ids, ranges, keys, statements and durations of
//! their own; some run over several lines, as errors with a stack do, and some are structured events. It deflates to a
//! fifth, as logs of real clusters do. A few imports go through what A-144650 is about, so that there is something to
//! find, and so that a script that stops where nothing is found does not.

mod jobs;
mod log;
mod random;
mod template;
mod templates;

pub use jobs::{IMPORT_EVERY, table};
pub use log::Log;

/// To be raised with any change of the text, so that nobody measures with that of yesterday.
pub const VERSION: u32 = 2;

/// Which text all benchmarks use.
pub const SEED: u64 = 0x00c0_ffee_2025_0422;

/// How many jobs the table of [`Log`]'s cluster has.
pub const JOBS: u32 = 2000;

#[cfg(test)]
mod tests;
