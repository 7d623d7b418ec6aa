//! Fuzzes the net under all advisories: a sign in any dress at any place of a bundle.
#![no_main]

#[allow(dead_code, reason = "the other targets use the rest of it")]
#[path = "../shared.rs"]
mod shared;

use shared::fuzz;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| fuzz::net(bytes));
