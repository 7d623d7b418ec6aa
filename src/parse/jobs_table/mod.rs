//! The tables about jobs that a debug zip holds: `crdb_internal.jobs`, the raw rows of `system.jobs` and
//! `crdb_internal.system_jobs`, and `system.job_info` (`docs/cockroachdb/debug-zip.md#tables-about-jobs`).

mod build;
mod payload;
mod shape;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::ingest::Table;
use crate::model::{JobDetails, JobId, JobStatus, Time, Told, Unread, UnreadReason};
use crate::parse::table::{Problems, Row, Sink, TableReader};
use build::{Builder, InfoKey};
use shape::Shape;
pub use shape::{is_header, table_of};

/// One row about a job. A column that the table does not have, and a cell that is `NULL`, are none or empty. No text of
/// it holds a secret of an address.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct JobRow {
    /// Id.
    pub id: JobId,
    /// `job_type`, such as `IMPORT`; of raw rows without that column what the payload says, as far as it is known.
    pub job_type: String,
    /// Description.
    pub description: String,
    /// Statement, where the table or the payload has one; its first 4 KiB.
    pub statement: Option<String>,
    /// User who created it.
    pub user: String,
    /// Descriptors that it works on.
    pub descriptor_ids: Vec<u64>,
    /// State; `system.job_info` has none.
    pub status: Option<JobStatus>,
    /// What it says it is doing.
    pub running_status: Option<String>,
    /// When it was created.
    pub created: Option<Time>,
    /// When it was last (re)started: overwritten at each resume.
    pub started: Option<Time>,
    /// When it ended.
    pub finished: Option<Time>,
    /// When its progress last changed.
    pub modified: Option<Time>,
    /// When a node last took it up; until 24.x, and in raw rows. The same instant as `started` but for microseconds.
    pub last_run: Option<Time>,
    /// Its error; a redacted zip has no such column.
    pub error: Option<String>,
    /// Whether the table has the column of errors.
    pub tells_error: bool,
    /// Node that runs it: `coordinator_id`, or `claim_instance_id` of raw rows.
    pub coordinator_id: Option<u64>,
    /// How often it was (re)started; until 24.x.
    pub num_runs: Option<u64>,
    /// Up to when a changefeed has sent everything.
    pub high_water: Told<Time>,
    /// How much of it is done, in millionths.
    pub fraction: Option<u32>,
    /// Bytes of its payload.
    pub payload_bytes: Option<u64>,
    /// Schedule that created it; in raw rows.
    pub schedule: Option<u64>,
    /// What its payload says.
    pub details: JobDetails,
    /// Series of the active cluster version when it was created, where the payload has it: no binary of then was older.
    pub created_on: Option<(u16, u16)>,
    /// Line, from 1, at which the row begins.
    pub line: u64,
    /// Byte at which the row begins, from 0.
    pub offset: u64,
    /// The row for a person: its cells with tabs between them, decoded lossily, without secrets, of encoded ones their
    /// lengths, and cut to 2 KiB.
    pub raw: String,
}

impl JobRow {
    fn new(id: JobId, line: u64, offset: u64, raw: String) -> Self {
        Self {
            id,
            job_type: String::new(),
            description: String::new(),
            statement: None,
            user: String::new(),
            descriptor_ids: Vec::new(),
            status: None,
            running_status: None,
            created: None,
            started: None,
            finished: None,
            modified: None,
            last_run: None,
            error: None,
            tells_error: false,
            coordinator_id: None,
            num_runs: None,
            high_water: Told::Unsaid,
            fraction: None,
            payload_bytes: None,
            schedule: None,
            details: JobDetails::Missing,
            created_on: None,
            line,
            offset,
            raw,
        }
    }
}

/// Reads a table piece by piece; rows may cross pieces. Memory holds one row and the result.
#[derive(Debug)]
pub struct JobsTable {
    path: String,
    reader: TableReader,
    rows: Rows,
}

/// The rows so far.
#[derive(Debug, Default)]
struct Rows {
    /// The table that the name of the file says.
    named: Option<Table>,
    shape: Option<Shape>,
    rows: Vec<JobRow>,
    /// Of `system.job_info`: which row is whose.
    by_id: BTreeMap<JobId, usize>,
    /// Of `system.job_info`: rows under another key than those of payload and progress.
    others: u64,
    problems: Problems,
}

impl JobsTable {
    /// A table at `path`, which diagnostics name.
    #[must_use]
    pub fn new(path: &str) -> Self {
        Self { path: path.to_owned(), reader: TableReader::default(), rows: Rows::default() }
    }

    /// The same, of which the name of the file says that it is `table`.
    #[must_use]
    pub fn named(table: Table, path: &str) -> Self {
        let mut new = Self::new(path);
        new.rows.named = Some(table);
        new
    }

    /// Reads the next piece.
    pub fn feed(&mut self, piece: &[u8]) {
        self.reader.feed(piece, &mut self.rows);
    }

    /// The rows in the order of the table (of `system.job_info` one for each job), and what could not be read.
    #[must_use]
    pub fn finish(mut self) -> (Vec<JobRow>, Vec<Unread>) {
        let dead = self.reader.finish(&mut self.rows);
        let Rows { rows, problems, others, .. } = self.rows;
        let unknown = rows.is_empty() && others > 0 && dead.is_none();
        let dead = dead.or_else(|| {
            let what = format!("none of its {others} rows is under a key that this version knows");
            unknown.then_some((UnreadReason::MalformedTable, what))
        });
        (rows, problems.unread(&self.path, dead))
    }
}

impl Sink for Rows {
    fn names(&mut self, names: &[String]) -> Result<(), String> {
        self.shape = Shape::of(names);
        if self.shape.is_some() {
            return Ok(());
        }
        let table = self.named.unwrap_or(Table::Jobs).name();
        Err(format!(
            "its first row does not name the columns of {table}; none of its rows were read"
        ))
    }

    fn keep(&self, name: &str) -> usize {
        shape::keep(name)
    }

    fn row(&mut self, mut row: Row) {
        // Bytes that were written as text may hold anything.
        row.distrust(shape::is_encoded);
        let mut builder = Builder::new(&row);
        if self.shape == Some(Shape::Info) {
            let Some(key) = InfoKey::of(&row) else {
                self.others += 1;
                return;
            };
            if let Some(job) = builder.info(key) {
                match self.by_id.get(&job.id).and_then(|at| self.rows.get_mut(*at)) {
                    Some(known) => build::join(known, job),
                    None => {
                        self.by_id.insert(job.id, self.rows.len());
                        self.rows.push(job);
                    }
                }
            }
        } else {
            self.rows.extend(builder.job());
        }
        for what in builder.problems {
            self.problems.add(row.line, &what);
        }
    }

    fn problem(&mut self, line: u64, what: &str) {
        self.problems.add(line, what);
    }
}
