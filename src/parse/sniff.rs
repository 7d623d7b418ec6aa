//! What an artifact is whose name does not tell: decided from its first bytes.

use super::wrap::Wrapping;
use super::{cluster, jobs_table, schedules, schema, settings, table};
use crate::ingest::Table;
use crate::model::is_report;

/// How much of an artifact is worth looking at, in bytes.
pub const SAMPLE: usize = 64 << 10;

/// What an artifact looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sniffed {
    /// A log: at least one line of it is a whole entry's first line, in whatever format and wrapping.
    Log,
    /// A table, by the names of its columns.
    Table(Table),
    /// A report that this tool wrote.
    Report,
    /// Neither.
    NotRecognized,
}

/// Looks at the first bytes of an artifact's text; beyond [`SAMPLE`] nothing is looked at.
#[must_use]
pub fn sniff(start: &[u8]) -> Sniffed {
    let sample = &start[..start.len().min(SAMPLE)];
    let sample = sample.strip_prefix(BYTE_ORDER_MARK).unwrap_or(sample);
    if is_report(start) {
        Sniffed::Report
    } else if let Some(table) = table_of(sample) {
        Sniffed::Table(table)
    } else if Wrapping::detect(start).entries > 0 {
        Sniffed::Log
    } else {
        Sniffed::NotRecognized
    }
}

/// The table that begins with `sample`, in whatever format.
fn table_of(sample: &[u8]) -> Option<Table> {
    let names = table::names(sample);
    jobs_table::table_of(&names)
        .or_else(|| cluster::table_of(&names))
        .or_else(|| schedules::table_of(&names))
        .or_else(|| settings::table_of(&names))
        .or_else(|| schema::table_of(&names))
}

/// What some editors put before UTF-8 text.
pub const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn content_decides() {
        for (text, expected) in [
            ("panic: x\n\nI250422 06:30:39.852238 1 a/b.go:1  [n1] x\n", Sniffed::Log),
            ("{\"t\":\"1745302959.852238000\",\"message\":\"x\"}", Sniffed::Log),
            (
                "{\"level\":\"info\",\"time\":\"2025-01-01T00:00:00Z\",\"message\":\"x\"}",
                Sniffed::Log,
            ),
            (
                "\u{feff}job_id\tjob_type\tdescription\tstatus\tcreated\n",
                Sniffed::Table(Table::Jobs),
            ),
            ("id\ttype\tdescription\tusername\tstatus\tcreated\r\n", Sniffed::Table(Table::Jobs)),
            ("id\tstatus\tcreated\tpayload\tprogress\n", Sniffed::Table(Table::SystemJobs)),
            (
                "schedule_id\tschedule_name\tcreated\texecutor_type\n",
                Sniffed::Table(Table::ScheduledJobs),
            ),
            ("id\tstatus\tcreated\tname\n", Sniffed::NotRecognized),
            ("I250422 06:30 no entry\n", Sniffed::NotRecognized),
            ("{\"level\":\"info\"}", Sniffed::NotRecognized),
            ("{\"schema\":\"crdb-triage/report/2\"}", Sniffed::Report),
            ("", Sniffed::NotRecognized),
        ] {
            assert_eq!(sniff(text.as_bytes()), expected, "{text}");
        }
        assert_eq!(sniff(&[0; 100]), Sniffed::NotRecognized);
    }
}
