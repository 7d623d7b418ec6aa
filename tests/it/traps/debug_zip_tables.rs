//! What is hard to read in the tables of a debug zip (`docs/cockroachdb/debug-zip.md#tables`).

use crdb_triage::ingest::Table;
use crdb_triage::model::JobDetails;
use crdb_triage::model::{JobId, JobStatus, NodeId, UnreadReason};
use crdb_triage::parse::cluster::{ClusterFact, ClusterTable};
use crdb_triage::parse::jobs_table::{JobRow, JobsTable};
use crdb_triage::parse::sniff::{Sniffed, sniff};

const HEADER: &str = "job_id\tjob_type\tdescription\tstatus\tcreated\tfinished\n";
const ROW: &str = "7\tIMPORT\tIMPORT INTO a\tsucceeded\t2025-04-22 06:20:00\t2025-04-22 06:30:00\n";

fn read(text: &str) -> (Vec<JobRow>, Vec<(UnreadReason, String)>) {
    let mut table = JobsTable::named(Table::Jobs, "crdb_internal.jobs.txt");
    text.as_bytes().chunks(13).for_each(|piece| table.feed(piece));
    let (rows, unread) = table.finish();
    (rows, unread.into_iter().map(|unread| (unread.reason, unread.detail)).collect())
}

/// The columns of a row that every format and version below has.
fn facts(row: &JobRow) -> (u64, &str, &str, Option<&JobStatus>, String) {
    let created = row.created.map(|time| time.to_string()).unwrap_or_default();
    (row.id.0, &row.job_type, &row.description, row.status.as_ref(), created)
}

#[test]
fn zip_trap_06_an_empty_or_partial_table_beside_its_error_is_named_and_keeps_its_rows() {
    for text in ["", "\n", "\u{feff}", "# no columns\n", "# empty\n"] {
        let (rows, unread) = read(text);
        assert!(rows.is_empty());
        let [(UnreadReason::MalformedTable, detail)] = unread.as_slice() else {
            unreachable!("{text:?}: {unread:?}")
        };
        assert!(detail.starts_with("it is empty"), "{text:?}: {detail}");
    }
    let whole = format!("{HEADER}{ROW}{ROW}");
    for end in 1..whole.len() {
        let (rows, unread) = read(&whole[..end]);
        let complete = whole[..end].matches('\n').count().saturating_sub(1);
        assert!(rows.len() >= complete, "{end}");
        for row in &rows[..complete] {
            assert_eq!((row.id, row.status.clone()), (JobId(7), Some(JobStatus::Succeeded)));
        }
        // What lies behind the cut is not told as if it were whole.
        if let Some(half) = rows.get(complete) {
            assert!(half.status.is_none() || half.status == Some(JobStatus::Succeeded), "{end}");
            let all_columns = whole[..end].ends_with("06:20:00\t");
            assert!(half.finished.is_some() || !unread.is_empty() || all_columns, "{end}");
        }
    }
}

#[test]
fn zip_trap_06_a_document_or_node_table_that_failed_is_no_silence() {
    for table in [Table::NodesJson, Table::StatusJson, Table::NodeBuildInfo, Table::KvNodeStatus] {
        let (records, unread) = ClusterTable::new(table, "x").finish();
        assert!(records.is_empty());
        assert_eq!(unread[0].reason, UnreadReason::MalformedTable, "{table:?}");
    }
}

#[test]
fn zip_trap_07_an_attempt_is_read_alike_whatever_its_number() {
    for path in ["crdb_internal.jobs.txt", "crdb_internal.jobs.4.txt", "jobs.fallback.txt"] {
        let mut table = JobsTable::new(path);
        table.feed(format!("{HEADER}{ROW}7\tIMP").as_bytes());
        let (rows, unread) = table.finish();
        assert_eq!(rows[0].id, JobId(7));
        assert!(unread.iter().all(|unread| unread.path == path));
        assert!(!unread.is_empty());
    }
}

#[test]
fn zip_trap_08_the_content_says_which_format_it_is() {
    let drawn =
        "  job_id | job_type |  description  |  status   |       created       |      finished
---------+----------+---------------+-----------+---------------------+----------------------
       7 | IMPORT   | IMPORT INTO a | succeeded | 2025-04-22 06:20:00 | 2025-04-22 06:30:00
(1 row)\n";
    let boxed = "+--------+----------+---------------+-----------+---------------------+----------+
| job_id | job_type |  description  |  status   |       created       | finished |
+--------+----------+---------------+-----------+---------------------+----------+
|      7 | IMPORT   | IMPORT INTO a | succeeded | 2025-04-22 06:20:00 | NULL     |
+--------+----------+---------------+-----------+---------------------+----------+
(1 row)\n";
    let json = "[
  {\"created\":\"2025-04-22 06:20:00\",\"description\":\"IMPORT INTO a\",\"finished\":\"NULL\",\"job_id\":\"7\",\"job_type\":\"IMPORT\",\"status\":\"succeeded\"}
]\n";
    let tabs = format!("{HEADER}{ROW}");
    let commas = tabs.replace('\t', ",");
    let (expected, _) = read(&tabs);
    for text in [&tabs, &commas, drawn, boxed, json] {
        assert_eq!(sniff(text.as_bytes()), Sniffed::Table(Table::Jobs), "{text}");
        // Neither the end of lines nor a mark at the start makes another format of it.
        for text in [text.to_owned(), text.replace('\n', "\r\n"), format!("\u{feff}{text}")] {
            let (rows, unread) = read(&text);
            assert_eq!(unread, [], "{text}");
            assert_eq!(rows.len(), 1, "{text}");
            assert_eq!(facts(&rows[0]), facts(&expected[0]), "{text}");
        }
    }
    let (rows, unread) = read("<table>\n<tr><th>job_id</th></tr>\n</table>\n");
    assert!(rows.is_empty());
    assert_eq!(unread[0].0, UnreadReason::Unsupported);
}

#[test]
fn zip_trap_09_columns_come_and_go_and_are_found_by_their_names() {
    let cell = |name: &str| match name {
        "job_id" | "id" => "7",
        "job_type" | "type" => "IMPORT",
        "description" => "IMPORT INTO a",
        "status" => "succeeded",
        "created" => "2025-04-22 06:20:00",
        "user_name" | "username" => "root",
        "payload" | "progress" => "redacted",
        "claim_instance_id" => "4",
        _ => "NULL",
    };
    let versions = [
        "id type description username descriptor_ids status created started finished modified fraction_completed error",
        "job_id job_type description statement user_name descriptor_ids status running_status created started finished modified fraction_completed high_water_timestamp error coordinator_id",
        "job_id job_type description statement user_name descriptor_ids status running_status created started finished modified fraction_completed high_water_timestamp error coordinator_id trace_id last_run next_run num_runs execution_errors execution_events",
        "job_id job_type description user_name status created finished modified",
    ];
    for names in versions {
        let names: Vec<_> = names.split(' ').collect();
        let reversed: Vec<_> = names.iter().rev().copied().collect();
        for names in [names, reversed] {
            let row: Vec<_> = names.iter().map(|name| cell(name)).collect();
            let (rows, unread) = read(&format!("{}\n{}\n", names.join("\t"), row.join("\t")));
            assert_eq!(unread, [], "{names:?}");
            let expected = (
                7,
                "IMPORT",
                "IMPORT INTO a",
                Some(&JobStatus::Succeeded),
                "2025-04-22T06:20:00.000000Z".to_owned(),
            );
            assert_eq!(facts(&rows[0]), expected, "{names:?}");
            assert_eq!(rows[0].user, "root");
        }
    }
    // A redacted dump of the raw rows: with `redacted` for the payload, or without the column.
    for (names, details) in [
        ("id status created payload progress claim_instance_id", JobDetails::Redacted),
        ("id status created claim_instance_id", JobDetails::Missing),
    ] {
        let row: Vec<_> = names.split(' ').map(cell).collect();
        let text = format!("{}\n{}\n", names.replace(' ', "\t"), row.join("\t"));
        assert!(matches!(sniff(text.as_bytes()), Sniffed::Table(Table::SystemJobs)), "{names}");
        let (rows, unread) = read(&text);
        assert_eq!(unread, [], "{names}");
        assert_eq!(rows[0].details, details);
        assert_eq!(rows[0].coordinator_id, Some(4));
    }
    // Of a table that is known by its name the columns that are read are enough.
    let mut table = ClusterTable::new(Table::KvNodeStatus, "x");
    table.feed(b"node_id\ttag\n2\tv24.3.9\n");
    let (records, unread) = table.finish();
    assert_eq!((records.len(), unread.len()), (2, 0));
    // A removed value is no value.
    let mut table = ClusterTable::new(Table::KvNodeStatus, "x");
    table.feed(b"node_id\tserver_version\ttag\tstarted_at\n2\t<redacted>\t<redacted>\tNULL\n");
    let (records, unread) = table.finish();
    assert!(unread.is_empty());
    assert_eq!(records.len(), 1);
    assert_eq!((records[0].node, &records[0].fact), (Some(NodeId(2)), &ClusterFact::Node));
}

#[test]
fn zip_trap_13_a_quoted_field_may_hold_lines_that_look_like_rows() {
    let text = format!(
        "{HEADER}7\tIMPORT\t\"IMPORT INTO a\n8\tIMPORT\tb\tfailed\t2025-04-22 06:20:00\tNULL\n\"\"q\"\"\"\trunning\t2025-04-22 06:20:00\tNULL\n{}",
        ROW.replace("7\t", "9\t")
    );
    let (rows, unread) = read(&text);
    assert_eq!(unread, []);
    let ids: Vec<_> = rows.iter().map(|row| (row.id.0, row.line)).collect();
    assert_eq!(ids, [(7, 2), (9, 5)]);
    assert_eq!(rows[0].status, Some(JobStatus::Running));
    assert!(rows[0].description.ends_with("\tNULL\n\"q\""), "{}", rows[0].description);
    let offset = usize::try_from(rows[1].offset).unwrap();
    assert!(text[offset..].starts_with("9\tIMPORT"));
}
