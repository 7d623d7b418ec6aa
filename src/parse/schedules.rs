//! `system.scheduled_jobs`: the schedules of backups, and those that delete expired rows (`docs/cockroachdb/tables.md#scheduled-jobs`).
//!
//! Its columns are `schedule_id`, `schedule_name`, `created`, `owner`, `next_run`, `schedule_state`, `schedule_expr`,
//! `schedule_details`, `executor_type` and `execution_args`. The last holds the statement with the keys of its
//! addresses; neither it nor the other encoded ones are kept.

use serde::{Deserialize, Serialize};

use crate::ingest::Table;
use crate::model::{Time, Unread};
use crate::parse::redacted::told;
use crate::parse::scrub::scrub;
use crate::parse::table::{Problems, Row, Sink, TableReader};
use crate::parse::time;

/// What runs the schedules of backups; others compact statistics and start changefeeds.
const BACKUPS: &str = "scheduled-backup-executor";

/// What deletes expired rows of a table.
const EXPIRY: &str = "scheduled-row-level-ttl-executor";

/// Bytes of a cell that are kept; the values that are asked for are short.
const CELL: usize = 1 << 10;

/// A schedule of backups, or one that deletes expired rows. A column that the table does not have, and a cell that is `NULL` or redacted, are none.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScheduleRow {
    /// Id, by which raw rows of jobs name it.
    pub id: u64,
    /// Of one that deletes expired rows: the id of its table.
    pub expires: Option<u32>,
    /// Its label. That of full and that of incremental backups have the same if one statement made both.
    pub name: Option<String>,
    /// When it was created.
    pub created: Option<Time>,
    /// When it runs next.
    pub next_run: Option<Time>,
    /// Whether it does not run until somebody, or the first full backup, resumes it.
    pub paused: Option<bool>,
    /// When it runs, as crontab has it: `@daily`, `0 3 * * 0`.
    pub expression: Option<String>,
    /// Line, from 1, at which the row begins.
    pub line: u64,
    /// Byte at which the row begins, from 0.
    pub offset: u64,
}

/// Reads the table piece by piece; rows may cross pieces. Memory holds one row and the result.
#[derive(Debug)]
pub struct SchedulesTable {
    path: String,
    reader: TableReader,
    rows: Rows,
}

/// The rows so far.
#[derive(Debug, Default)]
struct Rows {
    rows: Vec<ScheduleRow>,
    problems: Problems,
}

impl SchedulesTable {
    /// A table at `path`, which diagnostics name.
    #[must_use]
    pub fn new(path: &str) -> Self {
        Self { path: path.to_owned(), reader: TableReader::default(), rows: Rows::default() }
    }

    /// Reads the next piece.
    pub fn feed(&mut self, piece: &[u8]) {
        self.reader.feed(piece, &mut self.rows);
    }

    /// The schedules in the order of the table, and what could not be read.
    #[must_use]
    pub fn finish(mut self) -> (Vec<ScheduleRow>, Vec<Unread>) {
        let dead = self.reader.finish(&mut self.rows);
        (self.rows.rows, self.rows.problems.unread(&self.path, dead))
    }
}

/// The table that has these columns, if it is the one of schedules.
#[must_use]
pub fn table_of(names: &[String]) -> Option<Table> {
    ["schedule_id", "executor_type"]
        .iter()
        .all(|name| names.iter().any(|n| n == name))
        .then_some(Table::ScheduledJobs)
}

/// Columns that hold encoded bytes, which no person reads and which hold secrets.
fn is_encoded(name: &str) -> bool {
    matches!(name, "schedule_state" | "schedule_details" | "execution_args")
}

/// The table of a schedule that deletes expired rows, by its label: `row-level-ttl-104`, or with the id in brackets at its
/// end (`docs/cockroachdb/tables.md#scheduled-jobs`).
fn table_of_ttl(label: &str) -> Option<u32> {
    let label = label.trim();
    let id = match label.strip_suffix(']') {
        Some(label) => label.rsplit_once('[')?.1,
        None => label.rsplit_once('-')?.1,
    };
    id.parse().ok()
}

impl Sink for Rows {
    fn names(&mut self, names: &[String]) -> Result<(), String> {
        if table_of(names).is_some() {
            return Ok(());
        }
        let what = "its first row does not name the columns of system.scheduled_jobs; none of its rows were read";
        Err(what.to_owned())
    }

    fn keep(&self, name: &str) -> usize {
        if is_encoded(name) { 0 } else { CELL }
    }

    fn row(&mut self, mut row: Row) {
        // Bytes that were written as text may hold anything.
        row.distrust(is_encoded);
        let executor = row.text(&["executor_type"]);
        let executor = executor.as_deref().map(str::trim);
        if executor != Some(BACKUPS) && executor != Some(EXPIRY) {
            return;
        }
        let name = row.text(&["schedule_name"]);
        let expires = name.as_deref().filter(|_| executor == Some(EXPIRY)).and_then(table_of_ttl);
        if executor == Some(EXPIRY) && expires.is_none() {
            return self.problems.add(row.line, "its schedule_name names no table");
        }
        let Some(id) = row.text(&["schedule_id"]).and_then(|id| id.trim().parse().ok()) else {
            return self.problems.add(row.line, "its schedule_id is no number");
        };
        let text = |name: &str| {
            let text = row.text(&[name])?;
            told(&text).map(|text| scrub(text).into_owned())
        };
        let mut time = |name: &str| {
            let text = text(name)?;
            let time = time::cell(&text);
            if time.is_none() {
                self.problems.add(row.line, &format!("its {name} is no time"));
            }
            time
        };
        let (created, next_run) = (time("created"), time("next_run"));
        let runs = next_run.is_some().then_some(false);
        self.rows.push(ScheduleRow {
            id,
            expires,
            name: text("schedule_name"),
            created,
            next_run,
            paused: if row.is_null("next_run") { Some(true) } else { runs },
            expression: text("schedule_expr"),
            line: row.line,
            offset: row.offset,
        });
    }

    fn problem(&mut self, line: u64, what: &str) {
        self.problems.add(line, what);
    }
}
