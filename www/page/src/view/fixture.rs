//! A report made by hand for tests: four findings of four verdicts, three nodes, names that lie.

use crdb_triage::report::Report;

/// The report of `tests/data/report.json`.
pub(crate) fn report() -> Report {
    serde_json::from_str(include_str!("../../tests/data/report.json")).unwrap()
}

/// A report about chains of backups, that of the engine's own tests.
pub(crate) fn backups() -> Report {
    serde_json::from_str(include_str!("../../../../tests/samples/backups.json")).unwrap()
}
