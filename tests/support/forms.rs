//! What several test crates share: the text form of entries and rows, and ways to feed a scanner.

use std::fmt::Write;

use crdb_triage::ingest::Table;
use crdb_triage::model::{Entry, Severity, Time, Unread};
use crdb_triage::parse::cluster::{ClusterFact, ClusterRecord, ClusterTable};
use crdb_triage::parse::jobs_table::{JobDetails, JobRow, JobsTable};
use crdb_triage::scan::{LogScanner, ScannedLog, Signature, Signatures};

/// Signatures that occur in every entry.
pub(crate) fn every_entry() -> Signatures {
    Signatures::new(vec![Signature { name: "any", literal: "" }])
}

/// Scans `text` in pieces of `piece` bytes.
pub(crate) fn scan(signatures: &Signatures, text: &[u8], piece: usize) -> ScannedLog {
    let mut scanner = LogScanner::new(signatures, "log");
    text.chunks(piece.max(1)).for_each(|piece| scanner.feed(piece));
    scanner.finish()
}

/// Reads a table in pieces of `piece` bytes.
pub(crate) fn table(text: &[u8], piece: usize) -> (Vec<JobRow>, Vec<Unread>) {
    let mut table = JobsTable::new("table");
    text.chunks(piece.max(1)).for_each(|piece| table.feed(piece));
    table.finish()
}

/// One entry: a line of fields, a line of tags, and its message.
pub(crate) fn show_entry(entry: &Entry) -> String {
    let mut out = format!("{} {} {}", entry.format.as_str(), letter(entry.severity), entry.time);
    write!(out, " {}:{}", entry.file, entry.line).unwrap();
    let mut field = |name: &str, value: Option<String>| {
        if let Some(value) = value {
            write!(out, " {name}={value}").unwrap();
        }
    };
    field("goroutine", Some(entry.goroutine.to_string()));
    field("channel", (entry.channel != 0).then(|| entry.channel.to_string()));
    field("counter", entry.counter.map(|n| n.to_string()));
    field("tenant", entry.tenant_id.map(|n| n.to_string()));
    field("name", entry.tenant_name.clone());
    field("node", entry.node_id.map(|n| n.to_string()));
    field("version", entry.version.as_ref().map(ToString::to_string));
    if entry.redactable {
        out.push_str(" redactable");
    }
    let tags: Vec<String> = entry.tags.iter().map(|t| format!("{}={}", t.key, t.value)).collect();
    if !tags.is_empty() {
        write!(out, "\n  tags {}", tags.join(" | ")).unwrap();
    }
    for line in entry.message.split('\n') {
        write!(out, "\n  > {line}").unwrap();
    }
    if let Some(event) = &entry.event {
        let same = if *event == entry.message { "the message" } else { event };
        write!(out, "\n  event: {same}").unwrap();
    }
    out.push('\n');
    out
}

/// One row of the jobs table.
pub(crate) fn show_row(row: &JobRow) -> String {
    let mut out = format!("job {} {} by {}", row.id, row.job_type, row.user);
    let mut field = |name: &str, value: Option<String>| {
        if let Some(value) = value {
            write!(out, " {name}={value}").unwrap();
        }
    };
    field("status", row.status.as_ref().map(ToString::to_string));
    field("saying", row.running_status.clone());
    for (name, time) in [
        ("created", row.created),
        ("started", row.started),
        ("finished", row.finished),
        ("modified", row.modified),
    ] {
        field(name, time.map(|t| t.to_string()));
    }
    field("done", row.fraction_completed.map(|f| f.to_string()));
    field("error", row.error.clone());
    field("node", row.coordinator_id.map(|n| n.to_string()));
    field("runs", row.num_runs.map(|n| n.to_string()));
    field("last", row.last_run.map(|t| t.to_string()));
    field("schedule", row.schedule.map(|n| n.to_string()));
    field("details", (row.details != JobDetails::Missing).then(|| format!("{:?}", row.details)));
    field("statement", row.statement.clone());
    write!(out, " on {:?}\n  > {}\n", row.descriptor_ids, row.description.replace('\n', "\n  > "))
        .unwrap();
    out
}

/// One record of a table or document about the cluster.
pub(crate) fn show_record(record: &ClusterRecord) -> String {
    let node = record.node.map_or("cluster".to_owned(), |node| node.to_string());
    let fact = match &record.fact {
        ClusterFact::Node => "exists".to_owned(),
        ClusterFact::Build { version, started, updated } => {
            let time = |time: &Option<Time>| time.map_or("?".to_owned(), |time| time.to_string());
            format!("runs {version} since {} as of {}", time(started), time(updated))
        }
        ClusterFact::ActiveVersion(version) => format!("active {version}"),
        ClusterFact::ClusterId(id) => format!("id {id}"),
    };
    format!("{node} {fact} (line {}, byte {})\n", record.line, record.offset)
}

/// Reads a table or document about the cluster in pieces of `piece` bytes.
pub(crate) fn cluster(
    table: Table,
    text: &[u8],
    piece: usize,
) -> (Vec<ClusterRecord>, Vec<Unread>) {
    let mut table = ClusterTable::new(table, "table");
    text.chunks(piece.max(1)).for_each(|piece| table.feed(piece));
    table.finish()
}

/// One diagnostic.
pub(crate) fn show_unread(unread: &Unread) -> String {
    format!("unread {}: {}\n", unread.reason.code(), unread.detail)
}

fn letter(severity: Severity) -> char {
    match severity {
        Severity::Unknown => '?',
        Severity::Info => 'I',
        Severity::Warning => 'W',
        Severity::Error => 'E',
        Severity::Fatal => 'F',
    }
}
