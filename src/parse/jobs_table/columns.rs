//! Which column is which, and what a cell says. Column sets change with every few releases and redaction removes
//! some, so cells are found by name (debug-zip section 3).

use super::JobRow;
use crate::model::{JobId, JobStatus, Time};
use crate::parse::time;

/// Where the columns stand.
#[derive(Debug)]
pub(super) struct Columns {
    pub(super) count: usize,
    names: Vec<String>,
}

/// Whether a line names the columns of `crdb_internal.jobs`. `system.jobs` has an id, a status and a time of
/// creation too, but no description.
#[must_use]
pub fn is_header(line: &[u8]) -> bool {
    let cells: Vec<Vec<u8>> = line.split(|b| *b == b'\t').map(<[u8]>::to_vec).collect();
    Columns::new(&cells).is_some()
}

impl Columns {
    pub(super) fn new(cells: &[Vec<u8>]) -> Option<Self> {
        let names: Vec<String> =
            cells.iter().map(|c| String::from_utf8_lossy(c).trim_ascii().to_owned()).collect();
        let columns = Self { count: names.len(), names };
        let has = |name: &str| columns.find(&[name]).is_some();
        let id = columns.find(&["job_id", "id"]).is_some();
        (id && has("status") && has("description") && has("created")).then_some(columns)
    }

    fn find(&self, names: &[&str]) -> Option<usize> {
        names.iter().find_map(|name| self.names.iter().position(|column| column == name))
    }

    /// The row of these cells; nothing without a readable id. Also what was wrong with it.
    pub(super) fn row(
        &self,
        cells: &[Vec<u8>],
        (line, offset, raw): (u64, u64, String),
    ) -> (Option<JobRow>, Vec<String>) {
        let mut problems = Vec::new();
        let text = |names: &[&str]| {
            let cell = cells.get(self.find(names)?)?;
            Some(String::from_utf8_lossy(cell).into_owned())
                .filter(|t| t != "NULL" && !t.is_empty())
        };
        let mut time = |name: &str| -> Option<Time> {
            let text = text(&[name])?;
            let time = time::cell(&text);
            if time.is_none() {
                problems.push(format!("`{}` in column {name} is no time", shortened(&text)));
            }
            time
        };
        let (created, started) = (time("created"), time("started"));
        let (finished, modified) = (time("finished"), time("modified"));
        let id_text = text(&["job_id", "id"]).unwrap_or_default();
        let Some(id) = JobId::parse(id_text.trim_ascii()) else {
            problems
                .push(format!("`{}` is no id of a job; the row was left out", shortened(&id_text)));
            return (None, problems);
        };
        let status = text(&["status"]);
        if status.is_none() {
            problems.push("it has no status".to_owned());
        }
        let row = JobRow {
            id,
            job_type: text(&["job_type", "type"]).unwrap_or_default(),
            description: text(&["description"]).unwrap_or_default(),
            user: text(&["user_name", "username"]).unwrap_or_default(),
            descriptor_ids: text(&["descriptor_ids"]).as_deref().map(ids).unwrap_or_default(),
            status: status.map(|word| JobStatus::parse(&word)),
            running_status: text(&["running_status"]),
            created,
            started,
            finished,
            modified,
            fraction_completed: text(&["fraction_completed"]).and_then(|t| t.parse().ok()),
            error: text(&["error"]),
            coordinator_id: text(&["coordinator_id"]).and_then(|t| t.parse().ok()),
            num_runs: text(&["num_runs"]).and_then(|t| t.parse().ok()),
            line,
            offset,
            raw,
        };
        (Some(row), problems)
    }
}

/// The numbers of an array as SQL prints it: `{106,107}`, `ARRAY[106]`.
fn ids(text: &str) -> Vec<u64> {
    text.split(|c: char| !c.is_ascii_digit()).filter_map(|digits| digits.parse().ok()).collect()
}

fn shortened(text: &str) -> String {
    text.chars().take(40).collect()
}
