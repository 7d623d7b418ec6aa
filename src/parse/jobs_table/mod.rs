//! `crdb_internal.jobs` as a debug zip holds it: quoted tab-separated text with the names of its columns in the first
//! row (debug-zip sections 3 and 5).

mod columns;

use csv_core::{ReadFieldResult, Reader, ReaderBuilder, Terminator};
use serde::{Deserialize, Serialize};

use crate::model::{JobId, JobStatus, Time, Unread, UnreadReason};
use crate::parse::sniff::BYTE_ORDER_MARK;
use columns::Columns;
pub use columns::is_header;

/// Bytes of one cell that are kept; nothing of interest is longer, while a statement may take megabytes.
const CELL: usize = 1 << 20;

/// Bytes of a row's text that are kept as evidence.
const RAW: usize = 2 << 10;

/// How many diagnostics name their row; the others are counted.
const NAMED: usize = 8;

/// One row. A column that the table does not have, and a cell that is `NULL`, are none or empty.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct JobRow {
    /// Id.
    pub id: JobId,
    /// `job_type`, such as `IMPORT`.
    pub job_type: String,
    /// Description.
    pub description: String,
    /// User who created it.
    pub user: String,
    /// Descriptors that it works on.
    pub descriptor_ids: Vec<u64>,
    /// State.
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
    /// Done part, 0 to 1.
    pub fraction_completed: Option<f32>,
    /// Its error; a redacted zip has no such column.
    pub error: Option<String>,
    /// Node that runs it.
    pub coordinator_id: Option<u64>,
    /// How often it was (re)started; until 24.x.
    pub num_runs: Option<u64>,
    /// Line, from 1, at which the row begins.
    pub line: u64,
    /// Byte at which the row begins, from 0.
    pub offset: u64,
    /// The row as it stands, decoded lossily and cut to 2 KiB.
    pub raw: String,
}

/// Reads a table piece by piece; rows and quoted newlines may cross pieces. Memory holds one row and the result.
#[derive(Debug)]
pub struct JobsTable {
    path: String,
    csv: Reader,
    columns: Option<Columns>,
    row: Row,
    rows: Vec<JobRow>,
    /// Bytes read so far, and lines begun before the current byte.
    offset: u64,
    line: u64,
    start: Vec<u8>,
    started: bool,
    /// The text ended within a row.
    cut: bool,
    problems: Vec<String>,
    more_problems: u64,
    /// The table cannot be read at all, for this reason.
    dead: Option<(UnreadReason, String)>,
}

/// The row that is being read.
#[derive(Debug, Default)]
struct Row {
    cells: Vec<Vec<u8>>,
    open: Vec<u8>,
    raw: Vec<u8>,
    line: u64,
    offset: u64,
}

impl JobsTable {
    /// A table at `path`, which diagnostics name.
    #[must_use]
    pub fn new(path: &str) -> Self {
        let csv = ReaderBuilder::new().delimiter(b'\t').terminator(Terminator::Any(b'\n')).build();
        Self {
            path: path.to_owned(),
            csv,
            columns: None,
            row: Row::default(),
            rows: Vec::new(),
            offset: 0,
            line: 1,
            start: Vec::new(),
            started: false,
            cut: false,
            problems: Vec::new(),
            more_problems: 0,
            dead: None,
        }
    }

    /// Reads the next piece.
    pub fn feed(&mut self, piece: &[u8]) {
        if self.started {
            return self.read(piece);
        }
        // Three bytes tell whether the text begins with a byte order mark.
        self.start.extend_from_slice(piece);
        if self.start.len() >= BYTE_ORDER_MARK.len() {
            self.begin();
        }
    }

    /// The rows in the order of the table, and what could not be read.
    #[must_use]
    pub fn finish(mut self) -> (Vec<JobRow>, Vec<Unread>) {
        self.begin();
        if !self.row.raw.is_empty() {
            // The last row has no newline. A quote that is still open swallowed what follows it.
            self.cut = true;
            self.read(b"\n");
            if !self.row.raw.is_empty() {
                let line = self.row.line;
                self.problem(line, "a quote is open to the end of the file");
            }
        }
        if self.columns.is_none() && self.dead.is_none() {
            let what = "it is empty: not even the names of its columns are there".to_owned();
            self.dead = Some((UnreadReason::MalformedTable, what));
        }
        let mut details = std::mem::take(&mut self.problems);
        if self.more_problems > 0 {
            details.push(format!("{} more rows have problems of this kind", self.more_problems));
        }
        let mut unread: Vec<Unread> =
            details.into_iter().map(|d| self.unread(UnreadReason::MalformedTable, d)).collect();
        if let Some((reason, detail)) = self.dead.take() {
            unread.push(self.unread(reason, detail));
        }
        (self.rows, unread)
    }

    fn unread(&self, reason: UnreadReason, detail: String) -> Unread {
        Unread { path: self.path.clone(), reason, detail }
    }

    fn begin(&mut self) {
        if self.started {
            return;
        }
        self.started = true;
        let start = std::mem::take(&mut self.start);
        let text = start.strip_prefix(BYTE_ORDER_MARK).unwrap_or(&start);
        self.offset = (start.len() - text.len()) as u64;
        self.read(text);
    }

    fn read(&mut self, mut text: &[u8]) {
        let mut output = [0; 4096];
        while !text.is_empty() && self.dead.is_none() {
            if self.row.raw.is_empty() {
                // The reader skips empty lines between rows; so that a row begins where it begins, they go first.
                let blank = text.iter().take_while(|b| matches!(b, b'\n' | b'\r')).count();
                self.advance(&text[..blank]);
                text = &text[blank..];
                (self.row.line, self.row.offset) = (self.line, self.offset);
                if text.is_empty() {
                    return;
                }
            }
            let (result, read, written) = self.csv.read_field(text, &mut output);
            self.advance(&text[..read]);
            let room = RAW.saturating_sub(self.row.raw.len());
            self.row.raw.extend_from_slice(&text[..read.min(room)]);
            text = &text[read..];
            let room = CELL.saturating_sub(self.row.open.len());
            self.row.open.extend_from_slice(&output[..written.min(room)]);
            if let ReadFieldResult::Field { record_end } = result {
                let cell = std::mem::take(&mut self.row.open);
                self.row.cells.push(cell);
                if record_end {
                    self.end_row();
                }
            }
        }
    }

    fn advance(&mut self, text: &[u8]) {
        self.offset += text.len() as u64;
        self.line += memchr::memchr_iter(b'\n', text).count() as u64;
    }

    fn end_row(&mut self) {
        let mut row = std::mem::take(&mut self.row);
        if let Some(last) = row.cells.last_mut()
            && last.ends_with(b"\r")
        {
            last.pop();
        }
        let Some(columns) = self.columns.take() else {
            self.dead = self.names(&row);
            return;
        };
        if !row.cells.iter().all(Vec::is_empty) && !row.raw.starts_with(b"# ") {
            self.data(row, &columns);
        }
        self.columns = Some(columns);
    }

    fn data(&mut self, mut row: Row, columns: &Columns) {
        if row.cells.len() != columns.count {
            let what = format!("{} cells under {} columns", row.cells.len(), columns.count);
            if self.cut && row.cells.len() < columns.count {
                // Nobody knows how much of the last cell is missing, be it an id or a state.
                row.cells.pop();
            }
            self.problem(row.line, &what);
        }
        let raw = String::from_utf8_lossy(&row.raw);
        let raw = raw.trim_end_matches(['\r', '\n', '\u{fffd}']).to_owned();
        let (job, problems) = columns.row(&row.cells, (row.line, row.offset, raw));
        for what in problems {
            self.problem(row.line, &what);
        }
        self.rows.extend(job);
    }

    /// Takes the first row as names; tells why not if it cannot.
    fn names(&mut self, row: &Row) -> Option<(UnreadReason, String)> {
        let first = row.raw.trim_ascii_start().first();
        if matches!(first, Some(b'[' | b'{')) || row.raw.starts_with(b"+-") {
            let what =
                "the table was written with another --format than tsv; none of its rows were read";
            return Some((UnreadReason::Unsupported, what.to_owned()));
        }
        self.columns = Columns::new(&row.cells);
        let what = "its first row does not name the columns of crdb_internal.jobs; none of its rows were read";
        self.columns.is_none().then(|| (UnreadReason::MalformedTable, what.to_owned()))
    }

    fn problem(&mut self, line: u64, what: &str) {
        if self.problems.len() < NAMED {
            self.problems.push(format!("the row at line {line}: {what}"));
        } else {
            self.more_problems += 1;
        }
    }
}
