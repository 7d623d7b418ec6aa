//! Rows of a table to rows about jobs.

use super::JobRow;
use super::payload::{self, cut};
use super::shape::is_encoded;
use crate::model::{JobDetails, JobId, JobStatus, Time, Told};
use crate::parse::encoded::{Encoded, decode};
use crate::parse::protobuf::End;
use crate::parse::scrub::scrub;
use crate::parse::statement::hlc;
use crate::parse::table::{Cell, Row};
use crate::parse::time;

/// What a value of `system.job_info` is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum InfoKey {
    Payload,
    Progress,
}

impl InfoKey {
    /// The spelling of the keys is not verified; both words are in it (`docs/cockroachdb/debug-zip.md#job-info-keys`).
    pub(super) fn of(row: &Row) -> Option<Self> {
        let key = row.text(&["info_key"])?.to_ascii_lowercase();
        if key.contains("legacy_payload") {
            Some(Self::Payload)
        } else if key.contains("legacy_progress") {
            Some(Self::Progress)
        } else {
            None
        }
    }
}

/// A row about a job, being put together.
pub(super) struct Builder<'a> {
    row: &'a Row,
    pub(super) problems: Vec<String>,
}

impl<'a> Builder<'a> {
    pub(super) fn new(row: &'a Row) -> Self {
        Self { row, problems: Vec::new() }
    }

    /// The row with its id and place, and nothing else; none without a readable id.
    fn begin(&mut self) -> Option<JobRow> {
        let text = self.row.text(&["job_id", "id"]).unwrap_or_default();
        let Some(id) = JobId::parse(text.trim()) else {
            let shown = shortened(&text);
            self.problems.push(format!("{shown} is no id of a job; the row was left out"));
            return None;
        };
        let (line, offset, raw) = (self.row.line, self.row.offset, self.row.evidence(is_encoded));
        Some(JobRow::new(id, line, offset, raw))
    }

    /// The row of `crdb_internal.jobs`, or of a table of raw rows, of which `payload` and `progress` say what it has no
    /// columns for.
    pub(super) fn job(&mut self) -> Option<JobRow> {
        let (created, started) = (self.time("created"), self.time("started"));
        let (finished, modified) = (self.time("finished"), self.time("modified"));
        let last_run = self.time("last_run");
        let mut job = self.begin()?;
        let status = self.row.text(&["status"]);
        if status.is_none() {
            self.problems.push("it has no status".to_owned());
        }
        let from_schedule = self.row.text(&["created_by_type"]).as_deref() == Some("crdb_schedule");
        job = JobRow {
            job_type: self.row.text(&["job_type", "type"]).unwrap_or_default(),
            description: self.scrubbed("description").unwrap_or_default(),
            statement: self
                .scrubbed("statement")
                .map(|text| cut(&text, payload::STATEMENT).to_owned()),
            user: self.row.text(&["user_name", "username"]).unwrap_or_default(),
            descriptor_ids: self
                .row
                .text(&["descriptor_ids"])
                .as_deref()
                .map(ids)
                .unwrap_or_default(),
            status: status.map(|word| JobStatus::parse(word.trim())),
            running_status: self.scrubbed("running_status"),
            created,
            started,
            finished,
            modified,
            last_run,
            error: self.scrubbed("error"),
            tells_error: self.row.cell(&["error"]).is_some() || self.row.is_null("error"),
            coordinator_id: self.number("coordinator_id").or(self.number("claim_instance_id")),
            num_runs: self.number("num_runs"),
            high_water: self.high_water(),
            fraction: self.row.text(&["fraction_completed"]).as_deref().and_then(millionths),
            schedule: self.number("created_by_id").filter(|_| from_schedule),
            ..job
        };
        if let Some(cell) = self.encoded(["hex_payload", "payload"]) {
            self.payload(&mut job, cell);
        }
        if let Some(cell) = self.encoded(["hex_progress", "progress"]) {
            self.progress(&mut job, cell);
        }
        Some(job)
    }

    /// What a row of `system.job_info` says of a job.
    pub(super) fn info(&mut self, key: InfoKey) -> Option<JobRow> {
        let mut job = self.begin()?;
        let cell = self.row.cell(&["value"])?;
        match key {
            InfoKey::Payload => self.payload(&mut job, cell),
            InfoKey::Progress => self.progress(&mut job, cell),
        }
        Some(job)
    }

    /// The cell of the first of these columns that holds anything.
    fn encoded(&self, names: [&str; 2]) -> Option<&'a Cell> {
        let row = self.row;
        names.into_iter().find_map(|name| row.cell(&[name]))
    }

    fn payload(&mut self, job: &mut JobRow, cell: &Cell) {
        let bytes = match decode(cell.bytes()) {
            Encoded::Nothing => return,
            Encoded::Redacted => return job.details = JobDetails::Redacted,
            Encoded::Bytes(bytes) => bytes,
        };
        job.payload_bytes = Some(match cell.is_whole() {
            true => bytes.len() as u64,
            // It is written with two letters a byte at least where it is as long as that.
            false => cell.length() / 2,
        });
        let (read, end) = payload::payload(&bytes);
        self.ended("payload", cell, end);
        if end == End::Broken && read.details == JobDetails::Other {
            return job.details = JobDetails::Unreadable;
        }
        let or = |text: &mut String, other: Option<String>| {
            if text.is_empty() {
                *text = other.unwrap_or_default();
            }
        };
        or(&mut job.job_type, read.job_type.map(str::to_owned));
        or(&mut job.description, read.description);
        or(&mut job.user, read.user);
        job.statement = job.statement.take().or(read.statement);
        job.started = job.started.or(read.started);
        job.finished = job.finished.or(read.finished);
        job.error = job.error.take().or(read.error);
        if job.descriptor_ids.is_empty() {
            job.descriptor_ids = read.descriptor_ids;
        }
        job.details = read.details;
        job.created_on = read.created_on;
    }

    fn progress(&mut self, job: &mut JobRow, cell: &Cell) {
        let Encoded::Bytes(bytes) = decode(cell.bytes()) else { return };
        let (modified, end) = payload::modified(&bytes);
        self.ended("progress", cell, end);
        job.modified = job.modified.or(modified);
    }

    fn ended(&mut self, what: &str, cell: &Cell, end: End) {
        self.problems.push(match end {
            End::Whole => return,
            End::Cut if cell.is_whole() => format!("its {what} ends early"),
            End::Cut => format!("its {what} was read for the first 4 MiB only"),
            End::Broken => format!("its {what} cannot be decoded"),
        });
    }

    fn time(&mut self, name: &str) -> Option<Time> {
        let text = self.row.text(&[name])?;
        let time = time::cell(&text);
        if time.is_none() {
            let shown = shortened(&text);
            self.problems.push(format!("{shown} in column {name} is no time"));
        }
        time
    }

    /// `high_water_timestamp`, a decimal HLC time.
    fn high_water(&self) -> Told<Time> {
        match self.row.text(&["high_water_timestamp"]) {
            Some(text) => hlc(&text).map_or(Told::Unsaid, Told::Is),
            None if self.row.is_null("high_water_timestamp") => Told::Nothing,
            None => Told::Unsaid,
        }
    }

    fn number<N: std::str::FromStr>(&self, name: &str) -> Option<N> {
        self.row.text(&[name])?.trim().parse().ok()
    }

    fn scrubbed(&self, name: &str) -> Option<String> {
        Some(scrub(&self.row.text(&[name])?).into_owned())
    }
}

/// Adds to `job` what another row of `system.job_info` says of it.
pub(super) fn join(job: &mut JobRow, other: JobRow) {
    if job.details == JobDetails::Missing && other.details != JobDetails::Missing {
        *job = JobRow { modified: job.modified, ..other };
    } else {
        job.modified = other.modified.or(job.modified);
    }
}

/// The numbers of an array as SQL prints it: `{106,107}`, `ARRAY[106]`.
fn ids(text: &str) -> Vec<u64> {
    text.split(|c: char| !c.is_ascii_digit()).filter_map(|digits| digits.parse().ok()).collect()
}

/// A part of one, in millionths.
fn millionths(text: &str) -> Option<u32> {
    let part: f64 = text.trim().parse().ok()?;
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "it is a part of one"
    )]
    (0.0..=1.0).contains(&part).then(|| (part * 1e6).round() as u32)
}

/// What stands in a cell where it should not. A long text there is a cell of another column, which may hold a secret.
fn shortened(text: &str) -> String {
    if text.len() > 40 {
        return format!("a text of {} bytes", text.len());
    }
    format!("`{}`", scrub(text))
}
