//! One run, in steps: plan the input, scan its units in any order and number of workers, conclude.
//!
//! The steps share nothing but plain values, so a unit can be scanned in another worker, a dead worker costs
//! one unit, and leaving off after any step is all that cancelling takes.

mod collect;
mod context;
mod engine;
#[cfg(not(target_arch = "wasm32"))]
pub mod example;
mod outcome;
pub mod wire;
#[cfg(not(target_arch = "wasm32"))]
mod written;

pub use collect::Collect;
pub use context::{Context, context};
pub use engine::{Engine, UnitResult};
pub use outcome::{FileCounts, Outcome};
