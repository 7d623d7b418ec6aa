//! Tables of every format: the same rows whatever the format and the pieces, nothing lost at damage, no secret kept.

use std::fs;
use std::path::Path;

use crdb_triage::ingest::Table;
use crdb_triage::model::{NodeId, UnreadReason};
use crdb_triage::parse::cluster::{ClusterFact, ClusterTable};
use crdb_triage::parse::jobs_table::JobsTable;
use crdb_triage::parse::sniff::{Sniffed, sniff};
use proptest::prelude::*;

use crate::support::table_forms::{cluster, show_record, show_row, show_unread, table};

const NAMES: [&str; 6] = ["job_id", "job_type", "description", "status", "created", "error"];

type Cells = Vec<[String; 6]>;

/// Rows with awkward text, none of which begins or ends with a blank.
fn rows() -> impl Strategy<Value = Cells> {
    let text = "[a-z|,\"'\\\\é東+-]([a-z|,\"'\\\\{}\\[\\]é東\t +-]{0,12}[a-z|,\"'é東])?";
    let row = (1u64.., text, text).prop_map(|(id, a, b)| {
        let created = "2025-04-22 06:20:00.5";
        [&*id.to_string(), "IMPORT", &a, "running", created, &b].map(str::to_owned)
    });
    proptest::collection::vec(row, 0..8)
}

fn quoted(cell: &str, delimiter: char) -> String {
    let needs = |c: char| matches!(c, '"' | '\n' | '\r') || c == delimiter;
    if cell.contains(needs) {
        format!("\"{}\"", cell.replace('"', "\"\""))
    } else {
        cell.to_owned()
    }
}

fn separated(rows: &Cells, delimiter: char) -> String {
    let line = |cells: [&str; 6]| {
        let cells = cells.map(|cell| quoted(cell, delimiter));
        format!("{}\n", cells.join(&delimiter.to_string()))
    };
    let rows = rows.iter().map(|row| line(row.each_ref().map(String::as_str)));
    std::iter::once(line(NAMES)).chain(rows).collect()
}

fn json(rows: &Cells, pretty: bool) -> String {
    let rows: Vec<serde_json::Value> = rows
        .iter()
        .map(|row| {
            NAMES
                .iter()
                .zip(row)
                .map(|(n, c)| ((*n).to_owned(), serde_json::Value::from(c.clone())))
                .collect()
        })
        .collect();
    let text =
        if pretty { serde_json::to_string_pretty(&rows) } else { serde_json::to_string(&rows) };
    text.unwrap().replace("},{", "},\n  {")
}

fn drawn(rows: &Cells, boxed: bool) -> String {
    // A tab is drawn as blanks, and a wide letter takes two columns.
    let wide = |text: &str| text.chars().map(|c| 1 + usize::from(c == '東')).sum::<usize>();
    let widths: Vec<usize> = (0..6)
        .map(|at| rows.iter().map(|row| wide(&row[at])).max().unwrap_or(0).max(NAMES[at].len()))
        .collect();
    let (left, right) = if boxed { ("|", " |") } else { (" ", "") };
    let line = |cells: [&str; 6]| {
        let cells: Vec<_> = cells
            .iter()
            .zip(&widths)
            .map(|(cell, width)| format!(" {cell}{}", " ".repeat(width - wide(cell))))
            .collect();
        format!("{left}{}{right}\n", cells.join(" |"))
    };
    let ruler: Vec<_> = widths.iter().map(|width| "-".repeat(width + 2)).collect();
    let ruler =
        if boxed { format!("+{}+\n", ruler.join("+")) } else { format!("-{}\n", ruler.join("+")) };
    let top = if boxed { ruler.as_str() } else { "" };
    let body: String = rows.iter().map(|row| line(row.each_ref().map(String::as_str))).collect();
    format!("{top}{}{ruler}{body}{top}({} rows)\n", line(NAMES), rows.len())
}

fn read(text: &[u8], piece: usize) -> String {
    let (rows, unread) = table(text, piece);
    rows.iter().map(show_row).chain(unread.iter().map(show_unread)).collect()
}

proptest! {
    #[test]
    fn the_same_rows_in_every_format_and_in_whatever_pieces(rows in rows(), piece in 1usize..40) {
        // Drawings know no tabs.
        let rows: Cells =
            rows.into_iter().map(|row| row.map(|cell| cell.replace('\t', "  "))).collect();
        let expected = read(separated(&rows, '\t').as_bytes(), usize::MAX);
        prop_assert_eq!(expected.matches("job ").count(), rows.len());
        for text in [
            separated(&rows, '\t'),
            separated(&rows, ','),
            json(&rows, false),
            json(&rows, true),
            drawn(&rows, false),
            drawn(&rows, true),
        ] {
            // An empty array of JSON has no names.
            if !rows.is_empty() || !text.starts_with('[') {
                prop_assert_eq!(&read(text.as_bytes(), piece), &expected, "{}", text);
                prop_assert_eq!(sniff(text.as_bytes()), Sniffed::Table(Table::Jobs), "{}", text);
            }
        }
    }

    #[test]
    fn no_damage_breaks_a_table_or_depends_on_the_pieces(
        rows in rows(),
        format in 0usize..5,
        damage in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>(), 0u8..3), 0..6),
        piece in 1usize..40,
    ) {
        let text = match format {
            0 => separated(&rows, '\t'),
            1 => separated(&rows, ','),
            2 => json(&rows, true),
            3 => drawn(&rows, false),
            _ => drawn(&rows, true),
        };
        let mut bytes = text.into_bytes();
        for (at, byte, what) in damage {
            if bytes.is_empty() {
                break;
            }
            let at = at.index(bytes.len());
            match what {
                0 => bytes[at] = byte,
                1 => bytes.insert(at, byte),
                _ => bytes.truncate(at),
            }
        }
        prop_assert_eq!(read(&bytes, piece), read(&bytes, usize::MAX));
        for table in [Table::KvNodeStatus, Table::NodesJson] {
            prop_assert_eq!(cluster(table, &bytes, piece), cluster(table, &bytes, usize::MAX));
        }
    }

    #[test]
    fn any_bytes_are_read_alike_in_whatever_pieces(
        bytes in proptest::collection::vec(
            prop_oneof![any::<u8>(), prop::sample::select(b"{}[],:\"\\|+-\n\t ()#1a\x0d".to_vec())],
            0..400,
        ),
        header in 0usize..5,
        piece in 1usize..40,
    ) {
        let header = [
            "",
            "job_id\tinfo_key\tvalue\n7\tlegacy_payload\t",
            "id,status,created,payload\n7,running,,",
            " id | status | created | payload\n----+--------+---------+----\n",
            "[{\"id\":\"7\",\"status\":\"x\",\"created\":\"\",\"payload\":\"",
        ][header];
        let bytes = [header.as_bytes(), &bytes].concat();
        prop_assert_eq!(read(&bytes, piece), read(&bytes, usize::MAX));
        let _ = sniff(&bytes);
        for table in [Table::ClusterSettings, Table::StatusJson] {
            prop_assert_eq!(cluster(table, &bytes, piece), cluster(table, &bytes, usize::MAX));
        }
    }
}

#[test]
fn no_secret_leaves_a_table_not_even_in_its_evidence() {
    let address = "s3://user:HUSH@b/x?AWS_SECRET_ACCESS_KEY=HUSH&K=HUSH";
    let hex: String = address.bytes().map(|b| format!("{b:02x}")).collect();
    let payload = format!("0a{:02x}{hex}", address.len());
    let base64 = "CjRzMzovL3VzZXI6SFVTSEBiL3g/QVdTX1NFQ1JFVF9BQ0NFU1NfS0VZPUhVU0gmSz1IVVNI";
    let long = format!("BACKUP INTO '{}{address}'", "x".repeat(300));
    for names in [
        ["job_id", "description", "statement", "status", "created", "error", "running_status"],
        ["id", "payload", "hex_payload", "status", "created", "progress", "created_by_type"],
        ["job_id", "value", "info_key", "written", "a", "b", "c"],
    ] {
        for encoded in [payload.clone(), format!("\\x{payload}"), base64.to_owned(), long.clone()] {
            let cells = names.map(|name| match name {
                "job_id" | "id" => "7".to_owned(),
                "status" => "running".to_owned(),
                "created" => "2025-04-22 06:20:00".to_owned(),
                "info_key" => "legacy_payload".to_owned(),
                "payload" | "hex_payload" | "value" | "progress" => encoded.clone(),
                _ => long.clone(),
            });
            let text = format!("{}\n{}\n", names.join("\t"), cells.join("\t"));
            let json = names.iter().zip(&cells);
            let json: serde_json::Map<_, _> =
                json.map(|(name, cell)| ((*name).to_owned(), cell.clone().into())).collect();
            for text in [text, serde_json::to_string(&[json]).unwrap()] {
                let (rows, unread) = table(text.as_bytes(), usize::MAX);
                assert_eq!(rows.len(), 1, "{text}");
                let shown = format!("{rows:?} {unread:?}");
                for secret in ["HUSH", "48555348", "SFVTS", "hVU0", "IVVNI"] {
                    assert!(!shown.contains(secret), "{secret} of {text} in {shown}");
                }
                assert!(shown.contains("7"));
            }
        }
    }
}

#[test]
fn bytes_that_shift_the_columns_are_shown_nowhere() {
    let text = "id\tstatus\tcreated\tpayload\tprogress\tjob_type\tclaim_instance_id\n\
                7\trunning\t2025-04-22 06:20:00\ta\tHUSH\tHUSH\tHUSH\t4\n\
                HUSHHUSHHUSHHUSHHUSHHUSHHUSHHUSHHUSHHUSHHUSHHUSH\n\
                8\trunning\t2025-04-22 06:20:00\tNULL\tNULL\tIMPORT\t4\n";
    let (rows, unread) = table(text.as_bytes(), usize::MAX);
    let ids: Vec<_> = rows.iter().map(|row| (row.id.0, row.job_type.as_str())).collect();
    assert_eq!(ids, [(7, ""), (8, "IMPORT")]);
    assert_eq!((rows[0].coordinator_id, rows[1].coordinator_id), (None, Some(4)));
    assert!(unread.len() > 1);
    let shown = format!("{rows:?} {unread:?}");
    assert!(!shown.contains("HUSH"), "{shown}");
}

#[test]
fn an_address_that_a_limit_cuts_shows_no_half_of_a_password() {
    // With digits only, half of a user and password looks like a host and port.
    let address = "s3://user:77777777@host/x";
    for kept in [256, 4 << 10, 1 << 20] {
        for cut in (1..address.len()).step_by(1 + kept / (64 << 10)) {
            let long = format!("{}{address} and more", "x".repeat(kept - cut));
            let text = format!(
                "job_id\tdescription\tstatement\tother\tstatus\tcreated\n7\t{long}\t{long}\t{long}\trunning\tNULL\n"
            );
            let (rows, _) = table(text.as_bytes(), usize::MAX);
            assert!(!format!("{rows:?}").contains('7'.to_string().repeat(2).as_str()), "{cut}");
            assert_eq!(rows[0].id.0, 7);
        }
    }
}

#[test]
fn a_name_that_comes_again_takes_no_memory() {
    let text = "id\tstatus\tcreated\tpayload\tpayload\tcreated\n7\trunning\t\tNULL\tNULL\tagain\n";
    let json = "[{\"id\":\"7\",\"status\":\"running\",\"payload\":\"\",\"created\":\"\",\"created\":\"again\"}]";
    for text in [text, json] {
        let (rows, _) = table(text.as_bytes(), usize::MAX);
        assert_eq!(rows.len(), 1, "{text}");
        assert!(!rows[0].raw.contains("again"), "{}", rows[0].raw);
    }
}

#[test]
fn rows_of_every_format_stand_at_their_first_line_and_byte() {
    let rows: Cells = (1..30)
        .map(|id: u32| {
            let created = "2025-04-22 06:20:00";
            let mark = format!("mark{id}.");
            [&*id.to_string(), "IMPORT", &mark, "running", created, "y"].map(str::to_owned)
        })
        .collect();
    for text in [
        separated(&rows, '\t'),
        separated(&rows, ','),
        json(&rows, false),
        json(&rows, true),
        drawn(&rows, false),
        drawn(&rows, true),
    ] {
        for text in [text.clone(), format!("\u{feff}\r\n\n{text}")] {
            for piece in [1, 64, usize::MAX] {
                let (rows, unread) = table(text.as_bytes(), piece);
                assert_eq!((rows.len(), unread.as_slice()), (29, &[][..]), "{text}");
                for row in rows {
                    let at = usize::try_from(row.offset).unwrap();
                    let line = text[..at].matches('\n').count() as u64 + 1;
                    assert_eq!(row.line, line, "{text}");
                    // It begins between the mark of the row before and its own.
                    let mark = format!("mark{}.", row.id);
                    assert!(!text[..at].contains(&mark), "{mark} in {text}");
                    assert_eq!(text[at..].find("mark"), text[at..].find(&mark), "{mark} in {text}");
                    let begins = text[at..].starts_with('{') || text[..at].is_empty();
                    assert!(begins || text[..at].ends_with('\n'), "{mark} in {text}");
                }
            }
        }
    }
}

#[test]
fn a_cell_of_any_size_is_read_in_bounded_memory_and_its_row_is_kept() {
    let megabyte = "a1".repeat(1 << 19);
    let shapes = [
        (
            "id\tstatus\tcreated\tpayload\tjob_type\n7\trunning\t2025-04-22 06:20:00\t\\x",
            "\tIMPORT\n",
        ),
        (
            "[{\"created\":\"2025-04-22 06:20:00\",\"id\":\"7\",\"status\":\"running\",\"payload\":\"\\\\x",
            "\",\"job_type\":\"IMPORT\"}]",
        ),
        (
            "id,status,created,payload_x,payload,job_type\n7,running,2025-04-22 06:20:00,",
            ",NULL,IMPORT\n",
        ),
    ];
    for (before, after) in shapes {
        let mut table = JobsTable::new("x");
        table.feed(before.as_bytes());
        (0..9).for_each(|_| table.feed(megabyte.as_bytes()));
        table.feed(after.as_bytes());
        let (rows, _) = table.finish();
        assert_eq!(rows.len(), 1, "{before}");
        assert_eq!(rows[0].job_type, "IMPORT", "{before}");
        assert!(rows[0].raw.len() < 4096);
    }
}

#[test]
fn a_document_of_many_nodes_is_read_in_pieces() {
    let mut table = ClusterTable::new(Table::NodesJson, "nodes.json");
    table.feed(b"{\"nodes\": [\n");
    for node in 1..=400 {
        let comma = if node > 1 { "," } else { "" };
        let text = format!(
            "{comma}{{\"desc\": {{\"node_id\": {node}}},\n\"build_info\": {{\"tag\": \"v24.3.{}\"}}, \"env\": [\"{}\"]}}\n",
            node % 10,
            "x".repeat(20_000)
        );
        text.as_bytes().chunks(777).for_each(|piece| table.feed(piece));
    }
    table.feed(b"]}");
    let (records, unread) = table.finish();
    assert!(unread.is_empty());
    assert_eq!(records.len(), 800);
    assert_eq!(records[798].node, Some(NodeId(400)));
    assert_eq!((records[798].line, records[799].line), (1 + 399 * 2 + 1, 1 + 399 * 2 + 2));
    let ClusterFact::Build { version, .. } = &records[799].fact else { unreachable!() };
    assert_eq!(version, "v24.3.0");
}

#[test]
fn a_list_without_end_in_a_cell_is_cut() {
    let mut table = JobsTable::new("x");
    table.feed(
        b"[{\"id\":\"7\",\"status\":\"running\",\"created\":\"\",\"payload\":\"\",\"error\":[0",
    );
    (0..8).for_each(|_| table.feed(",\"1\"".repeat(1 << 18).as_bytes()));
    table.feed(b"],\"num_runs\":3}]");
    let (rows, unread) = table.finish();
    assert_eq!((rows.len(), unread.as_slice()), (1, &[][..]));
    assert_eq!(rows[0].num_runs, Some(3));
    assert_eq!(rows[0].error.as_ref().map(String::len), Some(1 << 20));
}

#[test]
fn text_in_utf_16_is_refused_with_a_sentence() {
    for text in [&b"\xff\xfej\0o\0b\0\n\0"[..], b"\xfe\xff\0j\0o\0b\0\n"] {
        let (rows, unread) = table(text, 1);
        assert!(rows.is_empty());
        assert_eq!(unread[0].reason, UnreadReason::Unsupported);
        assert!(unread[0].detail.contains("UTF-16"));
    }
}

#[test]
fn what_nests_without_end_is_left_with_a_sentence() {
    for table in [Table::NodesJson, Table::ClusterSettings] {
        let (records, unread) = cluster(table, "[".repeat(1 << 20).as_bytes(), 4096);
        assert!(records.is_empty());
        assert_eq!(unread.len(), 1);
        assert_eq!(unread[0].reason, UnreadReason::MalformedTable);
        assert!(unread[0].detail.contains("nests deeper than 64 levels"), "{}", unread[0].detail);
    }
}

#[test]
fn loose_tables_are_told_by_their_columns() {
    for (header, table) in [
        ("job_id,job_type,description,status,created", Table::Jobs),
        ("id\tstatus\tcreated\tpayload\tprogress\tjob_type", Table::CrdbSystemJobs),
        ("id\tstatus\tcreated\tpayload\tjob_type\thex_payload", Table::SystemJobs),
        ("job_id\tinfo_key\twritten\tvalue", Table::JobInfo),
        ("node_id\tfield\tvalue", Table::NodeBuildInfo),
        ("node_id\tserver_version\ttag\tstarted_at", Table::KvNodeStatus),
        ("variable\tvalue\ttype\tpublic\tdescription", Table::ClusterSettings),
    ] {
        let names: Vec<_> = header.split(['\t', ',']).collect();
        let json: Vec<_> = names.iter().map(|name| format!("\"{name}\":\"1\"")).collect();
        let drawn = format!(" {} \n{}\n", names.join(" | "), {
            let ruler: Vec<_> = names.iter().map(|name| "-".repeat(name.len() + 2)).collect();
            ruler.join("+")
        });
        for text in [header.to_owned(), format!("[\n  {{{}}}\n]", json.join(",")), drawn] {
            assert_eq!(sniff(text.as_bytes()), Sniffed::Table(table), "{text}");
        }
    }
    for text in
        ["a,b\n", "[]", "{}", "[{\"a\":1}]", " a | b\n---+---\n", "job_id\tstatus\twritten\n"]
    {
        assert_eq!(sniff(text.as_bytes()), Sniffed::NotRecognized, "{text}");
    }
}

#[test]
fn real_tables_are_read_whole() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/samples/zip");
    if !root.is_dir() {
        println!("skipped: {} is not there", root.display());
        return;
    }
    for (name, kind, count, types) in [
        ("system.jobs_23.1.tsv.txt", Table::SystemJobs, 3, "KEY VISUALIZER,POLL JOBS STATS,IMPORT"),
        ("system.jobs_23.1.json", Table::SystemJobs, 2, "KEY VISUALIZER,IMPORT"),
        (
            "crdb_internal.system_jobs_24.1.tsv.txt",
            Table::CrdbSystemJobs,
            3,
            "KEY VISUALIZER,POLL JOBS STATS,MIGRATION",
        ),
    ] {
        let text = fs::read(root.join(name)).unwrap();
        assert_eq!(sniff(&text), Sniffed::Table(kind), "{name}");
        let (rows, unread) = table(&text, usize::MAX);
        assert_eq!((rows.len(), unread.as_slice()), (count, &[][..]), "{name}");
        let found: Vec<_> = rows.iter().map(|row| row.job_type.as_str()).collect();
        assert_eq!(found.join(","), types, "{name}");
        for row in &rows {
            assert!(row.status.is_some() && row.created.is_some() && row.last_run.is_some());
            assert_eq!((row.coordinator_id, row.num_runs), (Some(1), Some(1)));
        }
        if kind == Table::CrdbSystemJobs {
            // The payload says when it started, which is when it was last taken up, and so does its column.
            let last = rows.last().unwrap();
            assert_eq!(last.description, "intitialize the system cluster");
            assert_eq!(last.user, "node");
            let (started, last_run) = (last.started.unwrap(), last.last_run.unwrap());
            assert!((started.0 - last_run.0).abs() < 1_000_000);
            assert!(last.finished.is_some() && last.modified.is_some());
            // Without the column of types the payload still names them.
            let cut = String::from_utf8(text).unwrap();
            let lines = cut.lines().map(|line| line.rsplit_once('\t').unwrap().0);
            let (rows, _) = table(lines.collect::<Vec<_>>().join("\n").as_bytes(), usize::MAX);
            let found: Vec<_> = rows.iter().map(|row| row.job_type.as_str()).collect();
            assert_eq!(found.join(","), types);
        }
    }
    for file in fs::read_dir(root).unwrap() {
        let text = fs::read(file.unwrap().path()).unwrap();
        let whole: String =
            cluster(Table::NodesJson, &text, usize::MAX).0.iter().map(show_record).collect();
        assert_eq!(whole, "", "a table of jobs says nothing of nodes");
    }
}
