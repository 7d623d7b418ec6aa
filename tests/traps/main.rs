//! The traps that real bundles set for whoever reads them, each by the number that the project's notes give it.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test stops at what it did not expect")]

#[path = "../support/bundle.rs"]
mod bundle;
mod log_formats;
mod log_formats_absence;
mod log_formats_bytes;
mod log_formats_line;
mod log_formats_shape;
#[path = "../support/run.rs"]
mod run;

/// Asserts that each trap from 1 to `last` has a test in one of `files`, whose name begins with its number.
fn every_trap_is_tested(files: &[&str], last: u32) {
    for number in 1..=last {
        let name = format!("fn trap_{number:02}_");
        let tested = files.iter().any(|file| file.contains(&format!("#[test]\n{name}")));
        assert!(tested, "no test of trap {number}");
    }
}
