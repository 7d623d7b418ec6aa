//! What the targets share with the tests of the engine.

#[path = "../tests/support/bundle.rs"]
mod bundle;
#[path = "../tests/support/dresses.rs"]
mod dresses;
#[path = "../tests/support/fuzz.rs"]
pub(crate) mod fuzz;
#[path = "../tests/support/literals.rs"]
mod literals;
