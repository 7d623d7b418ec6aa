//! Every format against its samples, against the samples of all others, and against real logs where they are at hand.

use std::fs;
use std::path::{Path, PathBuf};

use crdb_triage::ingest::Table;
use crdb_triage::model::LogFormat;
use crdb_triage::parse::settings::{Names, SettingRow, SettingRows, SettingsTable};
use crdb_triage::parse::sniff::{Sniffed, sniff};
use crdb_triage::parse::{clean, crdb_text};

use crate::support::forms::{every_entry, scan, show_entry};
use crate::support::table_forms::{cluster, show_record, show_row, show_unread, table};

/// The folders of `src/parse/` that are formats, and what each of them may claim.
const FORMATS: [(&str, &[LogFormat]); 6] = [
    ("crdb_text", &[LogFormat::CrdbV1, LogFormat::CrdbV1Count, LogFormat::CrdbV2]),
    ("json", &[LogFormat::Json, LogFormat::JsonCompact]),
    ("molt", &[LogFormat::Molt]),
    ("jobs_table", &[]),
    ("cluster", &[]),
    ("settings", &[]),
];

/// The sizes of pieces with which each sample must read the same.
const PIECES: [usize; 4] = [usize::MAX, 1, 7, 64];

/// Formats that are tables, of which there are many kinds, and no logs.
const TABLES: [&str; 3] = ["jobs_table", "cluster", "settings"];

/// The settings for which the samples are read.
const SETTINGS: [&str; 5] = [
    "changefeed.new_kafka_sink.enabled",
    "diagnostics.reporting.enabled",
    "kv.range_merge.queue.enabled",
    "server.oidc_authentication.client_id",
    "sql.trace.txn.enable_threshold",
];

/// One case of a sample file: `# title`, input lines, `----`, expected text, an empty line.
struct Case {
    title: String,
    input: String,
    expected: String,
}

fn sample_files(format: &str) -> Vec<PathBuf> {
    let folder =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("src/parse").join(format).join("samples");
    let mut files: Vec<PathBuf> =
        fs::read_dir(folder).unwrap().map(|f| f.unwrap().path()).collect();
    files.sort();
    files
}

fn cases(file: &Path) -> Vec<Case> {
    let text = fs::read_to_string(file).unwrap();
    let text = text.strip_prefix("# ").unwrap_or(&text);
    text.split("\n\n# ")
        .map(|case| {
            let (title, rest) = case.split_once('\n').unwrap();
            // Tables have lines of `-` too; what is expected may be nothing.
            let nothing = rest.strip_suffix("\n----").map(|input| (input, ""));
            let (input, expected) = rest.split_once("\n----\n").or(nothing).unwrap();
            Case {
                title: title.to_owned(),
                input: format!("{input}\n"),
                expected: expected.trim_matches('\n').to_owned(),
            }
        })
        .collect()
}

fn read(format: &str, text: &[u8], piece: usize) -> String {
    if format == "jobs_table" {
        let (rows, unread) = table(text, piece);
        return rows.iter().map(show_row).chain(unread.iter().map(show_unread)).collect();
    }
    if format == "settings" {
        return settings(text, piece);
    }
    if format == "cluster" {
        // A document is told from a table by its name only, which the samples have not.
        let document = text.starts_with(b"{") || text.starts_with(b"[\n  {\n");
        let table = if document { Table::NodesJson } else { Table::KvNodeStatus };
        let (records, unread) = cluster(table, text, piece);
        return records.iter().map(show_record).chain(unread.iter().map(show_unread)).collect();
    }
    let scanned = scan(&every_entry(), text, piece);
    let entries = scanned.hits.iter().map(|hit| show_entry(&hit.entry));
    entries.chain(scanned.unread.iter().map(show_unread)).collect()
}

/// A table or document of settings: its rows, and what could not be read.
fn settings(text: &[u8], piece: usize) -> String {
    let document = text.starts_with(b"{");
    let table = if document { Table::SettingsJson } else { Table::ClusterSettings };
    let mut reader = SettingsTable::new(table, "table", &Names::new(SETTINGS));
    text.chunks(piece.max(1)).for_each(|piece| reader.feed(piece));
    let (table, rows, unread) = reader.finish();
    let row = |row: &SettingRow| {
        let SettingRow { name, value, default, explicit, changed, line, offset } = row;
        let changed = changed.map(|at| format!(" since {at}")).unwrap_or_default();
        format!(
            "{name} = {value:?} default {default:?} explicit {explicit:?}{changed} (line {line}, byte {offset})\n"
        )
    };
    let SettingRows { rows, read, lists_all, .. } = rows;
    let head = format!("{}: {read} rows, lists all: {lists_all}\n", table.name());
    let rows = rows.iter().map(row);
    std::iter::once(head).chain(rows).chain(unread.iter().map(show_unread)).collect()
}

#[test]
fn samples_read_as_they_say_in_whatever_pieces() {
    let update = std::env::var_os("UPDATE_CASES").is_some();
    for (format, _) in FORMATS {
        for file in sample_files(format) {
            let mut updated = Vec::new();
            for Case { title, input, expected } in cases(&file) {
                let whole = read(format, input.as_bytes(), usize::MAX);
                for piece in PIECES {
                    assert_eq!(
                        read(format, input.as_bytes(), piece),
                        whole,
                        "{title}: pieces of {piece}"
                    );
                }
                let windows = input.replace('\n', "\r\n");
                if !TABLES.contains(&format) {
                    assert_eq!(read(format, windows.as_bytes(), 5), whole, "{title}: from Windows");
                }
                if !update {
                    assert_eq!(
                        whole.trim_end_matches('\n'),
                        expected,
                        "{title} in {}",
                        file.display()
                    );
                }
                updated.push(format!("# {title}\n{input}----\n{whole}"));
            }
            if update {
                fs::write(&file, updated.join("\n")).unwrap();
            }
        }
    }
}

#[test]
fn no_format_claims_a_sample_of_another() {
    for (format, own) in FORMATS {
        for file in sample_files(format) {
            for Case { title, input, .. } in cases(&file) {
                let place = format!("{title} in {}", file.display());
                let scanned = scan(&every_entry(), input.as_bytes(), usize::MAX);
                if TABLES.contains(&format) {
                    assert_eq!(scanned.summary.entries, 0, "{place}");
                    assert_ne!(sniff(input.as_bytes()), Sniffed::Log, "{place}");
                    // Nor does one kind of table claim another.
                    let input = input.as_bytes();
                    if format == "cluster" {
                        assert_eq!(table(input, usize::MAX).0, [], "{place}");
                    } else {
                        for other in [Table::NodesJson, Table::KvNodeStatus] {
                            let (records, unread) = cluster(other, input, usize::MAX);
                            assert_eq!(records, [], "{place}");
                            assert!(!unread.is_empty(), "{place}");
                        }
                    }
                    continue;
                }
                assert_eq!(sniff(input.as_bytes()), Sniffed::Log, "{place}");
                assert!(scanned.summary.entries > 0, "{place}");
                for claimed in &scanned.summary.formats {
                    assert!(own.contains(claimed), "{place}: claimed by {claimed:?}");
                }
                // The file is named after the one format of its cases, except that MOLT has one for all.
                let stem = file.file_stem().unwrap().to_string_lossy().replace('_', "-");
                if format != "molt" {
                    let names: Vec<_> =
                        scanned.summary.formats.iter().map(|f| f.as_str()).collect();
                    assert_eq!(names, [stem.as_str()], "{place}");
                }
                let (rows, unread) = table(input.as_bytes(), usize::MAX);
                assert!(rows.is_empty() && !unread.is_empty(), "{place}: a table");
            }
        }
    }
}

/// The header grammar, as in `docs/cockroachdb/log-formats.md#line-grammar`.
const HEADER: &str = r"(?s-u)^(?P<sev>[IWEF])(?P<date>\d{6}) (?P<time>\d{2}:\d{2}:\d{2}\.\d{6})(?P<off>[+-]\d{6})? (?:(?P<goid>\d+) )?(?P<gostd>\(gostd\) )?(?:(?P<chan>\d+)@)?(?P<file>[^:\n]*):(?P<line>\d+) (?:(?P<mark>\xE2\x8B\xAE) ?| )?(?P<rest>.*)$";

fn check_head(header: &regex::bytes::Regex, line: &[u8]) {
    let line = clean(line);
    let shown = String::from_utf8_lossy(line);
    let (expected, head) = (header.captures(line), crdb_text::head(line));
    assert_eq!(expected.is_some(), head.is_some(), "{shown}");
    let (Some(expected), Some(head)) = (expected, head) else { return };
    let text = |name: &str| expected.name(name).map_or(&b""[..], |m| m.as_bytes());
    let number = |name: &str| String::from_utf8_lossy(text(name)).parse::<u64>().unwrap_or(0);
    assert_eq!(head.file, text("file"), "{shown}");
    assert_eq!(head.rest, text("rest"), "{shown}");
    assert_eq!(head.redactable, !text("mark").is_empty(), "{shown}");
    assert_eq!(head.goroutine, number("goid"), "{shown}");
    assert_eq!(u64::from(head.channel), number("chan").min(65_535), "{shown}");
    assert_eq!(u64::from(head.line), number("line").min(u64::from(u32::MAX)), "{shown}");
}

#[test]
fn the_header_reader_and_the_header_grammar_agree_on_damaged_lines() {
    let header = regex::bytes::Regex::new(HEADER).unwrap();
    let mut lines = 0;
    for file in sample_files("crdb_text") {
        for line in fs::read(file).unwrap().split(|b| *b == b'\n') {
            check_head(&header, line);
            // Each byte once gone and once replaced.
            for at in 0..line.len().min(90) {
                check_head(&header, &[&line[..at], &line[at + 1..]].concat());
                for other in [b' ', b'1', b':', b'@', b'I', 0xFF, b'\r'] {
                    check_head(&header, &[&line[..at], &[other], &line[at + 1..]].concat());
                    lines += 1;
                }
            }
        }
    }
    assert!(lines > 10_000);
}

#[test]
fn real_logs_are_read_by_the_grammar_and_never_break_the_reader() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/samples");
    if !root.is_dir() {
        println!("skipped: {} is not there", root.display());
        return;
    }
    let header = regex::bytes::Regex::new(HEADER).unwrap();
    let mut heads = 0;
    for folder in ["crdb-testdata", "docs", "issues", "wild", "zip"] {
        for file in fs::read_dir(root.join(folder)).unwrap() {
            let text = fs::read(file.unwrap().path()).unwrap();
            for line in text.split(|b| *b == b'\n') {
                check_head(&header, line);
                heads += usize::from(crdb_text::head(clean(line)).is_some());
            }
            let whole = read("", &text, usize::MAX);
            for piece in PIECES {
                assert_eq!(read("", &text, piece), whole);
                let _ = table(&text, piece);
            }
        }
    }
    assert!(heads > 390, "{heads} lines with a header; there were 397");
}
