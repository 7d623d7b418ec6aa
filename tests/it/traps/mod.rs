//! The traps that real bundles set for whoever reads them (`docs/cockroachdb/`), each by a number.

mod debug_zip;
mod debug_zip_tables;
mod log_formats;
mod log_formats_absence;
mod log_formats_bytes;
mod log_formats_line;
mod log_formats_shape;

use crate::support::{bundle, run};

/// The files of a case of A-144650.
fn bundle_of(case: &str) -> Vec<bundle::File> {
    let path = format!("{}/src/advisories/a144650/cases/{case}.txt", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(path).unwrap();
    bundle::parse(text.split_once("----\n").unwrap().0)
}

/// Asserts that each trap from 1 to `last` has a test in one of `files`, whose name begins with `start` and its number.
fn every_trap_is_tested(files: &[&str], start: &str, last: u32) {
    for number in 1..=last {
        let name = format!("fn {start}{number:02}_");
        let tested = files.iter().any(|file| file.contains(&format!("#[test]\n{name}")));
        assert!(tested, "no test of trap {number}");
    }
}

/// The advisory that the cases of the traps are about: an affected build is enough for others.
fn advisory(report: &crdb_triage::report::Report) -> &crdb_triage::report::Advisory {
    report.advisories.iter().find(|advisory| advisory.id == "A-144650").unwrap()
}

/// What a report says of the advisory whose bundles these tests use, and of any other that has a finding.
fn verdicts(report: &crdb_triage::report::Report) -> String {
    run::verdicts(report, "A-144650")
}
