//! Which table of jobs it is, told from the names of its columns. Column sets change with every few releases and
//! redaction removes some, so cells are found by name (debug-zip sections 3 and 4).

use crate::ingest::Table;

/// What the rows of a table are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    /// `crdb_internal.jobs`.
    Jobs,
    /// `system.jobs` or `crdb_internal.system_jobs`.
    Raw,
    /// `system.job_info`.
    Info,
}

/// Bytes of a text that is wanted; a statement may take megabytes.
const TEXT: usize = 1 << 20;

/// Bytes of an encoded cell: two letters a byte, and what is listed stands mostly at the start.
const ENCODED: usize = 4 << 20;

/// Bytes of any other cell.
const OTHER: usize = 256;

/// Columns that hold encoded bytes, which no person reads and which hold secrets.
pub(super) fn is_encoded(name: &str) -> bool {
    matches!(name, "payload" | "progress" | "hex_payload" | "hex_progress" | "value")
}

/// Bytes of a cell that are kept.
pub(super) fn keep(name: &str) -> usize {
    match name {
        "description" | "error" | "running_status" | "descriptor_ids" => TEXT,
        "statement" => super::payload::STATEMENT,
        name if is_encoded(name) => ENCODED,
        _ => OTHER,
    }
}

impl Shape {
    /// The shape of a table with these columns; none if it is no table of jobs. `system.jobs` has an id, a state and a
    /// time of creation too, but no description.
    pub(super) fn of(names: &[String]) -> Option<Self> {
        let has = |name: &str| names.iter().any(|n| n == name);
        let any = |names: &[&str]| names.iter().any(|name| has(name));
        let listed = any(&["job_id", "id"]) && has("status") && has("created");
        let raw =
            ["payload", "hex_payload", "claim_instance_id", "claim_session_id", "created_by_type"];
        if has("job_id") && has("info_key") && has("value") {
            Some(Self::Info)
        } else if listed && has("description") {
            Some(Self::Jobs)
        } else if listed && any(&raw) {
            Some(Self::Raw)
        } else {
            None
        }
    }
}

/// The table that has these columns, if it is one of jobs. The two raw tables have the same, except that only
/// `system.jobs` ever had its bytes a second time in hexadecimal.
#[must_use]
pub fn table_of(names: &[String]) -> Option<Table> {
    Some(match Shape::of(names)? {
        Shape::Jobs => Table::Jobs,
        Shape::Info => Table::JobInfo,
        Shape::Raw if names.iter().any(|name| name == "hex_payload") => Table::SystemJobs,
        Shape::Raw if names.iter().any(|name| name == "job_type") => Table::CrdbSystemJobs,
        Shape::Raw => Table::SystemJobs,
    })
}
