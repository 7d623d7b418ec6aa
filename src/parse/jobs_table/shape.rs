//! Which table of jobs it is, told from the names of its columns. Column sets change with every few releases and
//! redaction removes some, so cells are found by name (`docs/cockroachdb/debug-zip.md#job-columns` and
//! `docs/cockroachdb/debug-zip.md#raw-job-rows`).

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

/// Whether a line is the header of a table of jobs, as `cockroach sql`, psql or a debug zip print one, or the first line of
/// a record of one.
///
/// ```text
///         job_id       |  job_type   |  description  | status
/// job_id\tjob_type\tdescription\tstatus\tcreated
/// job_id      | 1065722008981340161
/// ```
#[must_use]
pub fn is_header(line: &[u8]) -> bool {
    let is_edge = |b: &u8| matches!(b, b' ' | b'|' | b'"' | b'\t');
    let start = line.iter().position(|b| !is_edge(b)).unwrap_or(line.len());
    let Some(line) = line.get(start..line.len().min(start + HEADER)) else { return false };
    if !(line.starts_with(b"job_id") || line.starts_with(b"id")) {
        return false;
    }
    let line = String::from_utf8_lossy(line);
    let separator = ['|', '\t', ','].into_iter().find(|separator| line.contains(*separator));
    let Some(separator) = separator else { return false };
    let cells: Vec<String> = line
        .split(separator)
        .map(|cell| cell.trim_matches([' ', '"', '\r', '|']).to_owned())
        .filter(|cell| !cell.is_empty())
        .collect();
    let is_name = |cell: &String| cell.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
    match cells.as_slice() {
        [name, id] if name == "job_id" && id.bytes().all(|b| b.is_ascii_digit()) => true,
        [name, _, ..] if name == "job_id" => cells.iter().all(is_name),
        _ => table_of(&cells).is_some(),
    }
}

/// The longest line of names that is looked at.
const HEADER: usize = 1 << 10;

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_of_tables_of_jobs_are_known() {
        for line in [
            "        job_id       |  job_type   |  description  | user_name | status  ",
            "job_id\tjob_type\tdescription\tstatus\tcreated",
            "job_id,status",
            "\"job_id\",\"status\"",
            "| job_id | status |",
            "id\tstatus\tcreated\tpayload\tprogress",
            "job_id      | 1065722008981340161",
        ] {
            assert!(is_header(line.as_bytes()), "{line}");
        }
    }

    #[test]
    fn other_lines_are_none() {
        for line in [
            "job_id",
            "job_id 1065722008981340161 is gone",
            "job_id, status and more FROM crdb_internal.jobs",
            "SELECT job_id, status FROM [SHOW JOBS]",
            "id | name",
            "identifier,status",
            "1065722008981340161 | IMPORT | job_id",
            "",
        ] {
            assert!(!is_header(line.as_bytes()), "{line}");
        }
    }
}
