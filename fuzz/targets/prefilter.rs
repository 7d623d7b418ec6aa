//! Fuzzes the search for literals.
#![no_main]

#[allow(dead_code, reason = "the other targets use the rest of it")]
#[path = "../shared.rs"]
mod shared;

use shared::fuzz;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| fuzz::prefilter(bytes));
