//! What several test crates share: the text form of rows, and ways to feed a table.

use std::fmt::Write;

use crdb_triage::ingest::Table;
use crdb_triage::model::JobDetails;
use crdb_triage::model::{Time, Unread};
use crdb_triage::parse::cluster::{ClusterFact, ClusterRecord, ClusterTable};
use crdb_triage::parse::jobs_table::{JobRow, JobsTable};

/// Reads a table in pieces of `piece` bytes.
pub(crate) fn table(text: &[u8], piece: usize) -> (Vec<JobRow>, Vec<Unread>) {
    let mut table = JobsTable::new("table");
    text.chunks(piece.max(1)).for_each(|piece| table.feed(piece));
    table.finish()
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
        other => format!("{other:?}"),
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
