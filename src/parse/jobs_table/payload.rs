//! The listed fields of a job's payload and progress, and no others (`docs/cockroachdb/debug-zip.md#payload-fields` and
//! `docs/cockroachdb/backups.md#payload-details`).
//!
//! Payloads hold addresses with their keys. Text is scrubbed as it is taken out; addresses lose everything but scheme,
//! host and path.

use crate::model::{BackupDetails, ImportDetails, JobDetails, RestoreDetails, Time};
use crate::parse::protobuf::{End, Value, fields, numbers};
use crate::parse::scrub::{location, scrub};

/// Bytes of a statement that are kept; the description says the same in fewer.
pub(super) const STATEMENT: usize = 4 << 10;

/// Elements of a list that are kept.
const LIST: usize = 10_000;

/// The fields of a payload.
#[derive(Debug, Default)]
pub(super) struct Payload {
    pub(super) description: Option<String>,
    pub(super) user: Option<String>,
    pub(super) started: Option<Time>,
    pub(super) finished: Option<Time>,
    pub(super) descriptor_ids: Vec<u64>,
    pub(super) error: Option<String>,
    pub(super) statement: Option<String>,
    /// The type that the number of its details says, as `job_type` names it.
    pub(super) job_type: Option<&'static str>,
    pub(super) details: JobDetails,
    /// Series of the active cluster version when the job was created; none of a development build, which is no series.
    pub(super) created_on: Option<(u16, u16)>,
}

/// Job types by the number of their details, as far as the facts name them.
const TYPES: [(u64, &str); 8] = [
    (10, "BACKUP"),
    (11, "RESTORE"),
    (12, "SCHEMA CHANGE"),
    (13, "IMPORT"),
    (15, "CREATE STATS"),
    (25, "MIGRATION"),
    (38, "KEY VISUALIZER"),
    (39, "POLL JOBS STATS"),
];

/// Reads a payload, and tells how it ended.
pub(super) fn payload(bytes: &[u8]) -> (Payload, End) {
    let mut read = Payload { details: JobDetails::Other, ..Payload::default() };
    let end = fields(bytes, |number, value| {
        if let Some((_, name)) = TYPES.iter().find(|(known, _)| *known == number)
            && matches!(value, Value::Bytes(_))
        {
            read.job_type = Some(name);
        }
        match (number, value) {
            (1, value) => read.description = text(value),
            (2, value) => read.user = text(value),
            (3, value) => read.started = micros(value),
            (4, value) => read.finished = micros(value),
            (6, value) => {
                let room = LIST.saturating_sub(read.descriptor_ids.len());
                read.descriptor_ids.extend(numbers(value).into_iter().take(room));
            }
            (8, value) => read.error = text(value).filter(|text| !text.is_empty()),
            (10, Value::Bytes(message)) => read.details = JobDetails::Backup(backup(message)),
            (11, Value::Bytes(message)) => read.details = JobDetails::Restore(restore(message)),
            (13, Value::Bytes(message)) => read.details = JobDetails::Import(import(message)),
            (16, value) => statement(&mut read.statement, value),
            (36, Value::Bytes(message)) => read.created_on = series(message),
            _ => {}
        }
    });
    (read, end)
}

/// Reads when a progress last changed, and tells how the message ended.
pub(super) fn modified(progress: &[u8]) -> (Option<Time>, End) {
    let mut modified = None;
    let end = fields(progress, |number, value| {
        if number == 2 {
            modified = micros(value);
        }
    });
    (modified, end)
}

/// Major and minor of a cluster version.
fn series(message: &[u8]) -> Option<(u16, u16)> {
    let (mut major, mut minor) = (0, 0);
    fields(message, |number, value| match (number, value) {
        (1, Value::Varint(number)) => major = number,
        (2, Value::Varint(number)) => minor = number,
        _ => {}
    });
    // Development builds add a million to the major version.
    let series = (u16::try_from(major).ok()?, u16::try_from(minor).ok()?);
    (series.0 > 0).then_some(series)
}

fn backup(message: &[u8]) -> BackupDetails {
    let mut details = BackupDetails::default();
    fields(message, |number, value| match number {
        1 => details.start = timestamp(value),
        2 => details.end = timestamp(value),
        3 => details.location = address(value),
        8 => details.collection = address(value),
        _ => {}
    });
    details
}

fn restore(message: &[u8]) -> RestoreDetails {
    let mut details = RestoreDetails::default();
    fields(message, |number, value| match number {
        3 if details.layers.len() < LIST => details.layers.extend(address(value)),
        4 => details.end = timestamp(value),
        _ => {}
    });
    details
}

fn import(message: &[u8]) -> ImportDetails {
    let mut details = ImportDetails::default();
    fields(message, |number, value| match (number, value) {
        (1, Value::Bytes(_)) => details.tables += 1,
        (5, Value::Varint(nanos)) => details.write_time = instant(nanos.cast_signed()),
        (12, Value::Varint(yes)) => details.prepared = yes != 0,
        (13, Value::Varint(yes)) => details.published = yes != 0,
        _ => {}
    });
    details
}

/// A statement of several becomes a line of them.
fn statement(all: &mut Option<String>, value: Value<'_>) {
    let Some(next) = text(value) else { return };
    let all = all.get_or_insert_default();
    if all.len() >= STATEMENT {
        return;
    }
    if !all.is_empty() {
        all.push('\n');
    }
    all.push_str(cut(&next, STATEMENT));
}

/// The first bytes of a text.
pub(super) fn cut(text: &str, bytes: usize) -> &str {
    let end = (0..=bytes.min(text.len())).rev().find(|at| text.is_char_boundary(*at));
    &text[..end.unwrap_or_default()]
}

fn text(value: Value<'_>) -> Option<String> {
    let Value::Bytes(bytes) = value else { return None };
    Some(scrub(&String::from_utf8_lossy(bytes)).into_owned())
}

fn address(value: Value<'_>) -> Option<String> {
    let Value::Bytes(bytes) = value else { return None };
    Some(location(&String::from_utf8_lossy(bytes))).filter(|text| !text.is_empty())
}

fn micros(value: Value<'_>) -> Option<Time> {
    let Value::Varint(micros) = value else { return None };
    (micros != 0).then(|| Time(micros.cast_signed()))
}

/// The instant of an HLC timestamp, whose first field counts nanoseconds; none of an empty one.
fn timestamp(value: Value<'_>) -> Option<Time> {
    let Value::Bytes(message) = value else { return None };
    let mut time = None;
    fields(message, |number, value| {
        if let (1, Value::Varint(nanos)) = (number, value) {
            time = instant(nanos.cast_signed());
        }
    });
    time
}

fn instant(nanos: i64) -> Option<Time> {
    (nanos != 0).then(|| Time(nanos.div_euclid(1000)))
}
