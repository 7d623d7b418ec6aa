//! Text that nobody meant to write: what the scanner does at its limits, and where it says that things stand.

use crdb_triage::model::{JobId, LogFormat, NodeId, Redaction, Time, UnreadReason};
use crdb_triage::parse::job_tag;
use crdb_triage::parse::jobs_table::JobsTable;
use crdb_triage::scan::{ENTRY_LIMIT, LogScanner, RAW_LIMIT, ScannedLog, Signature, Signatures};

const HEAD: &str = "I250422 06:22:39.852238 6885 jobs/registry.go:1650 ⋮ [T1,Vsystem,n4] 12";

fn signatures() -> Signatures {
    Signatures::new(vec![
        Signature { name: "state", literal: "stepping through state" },
        Signature { name: "resume", literal: "resuming execution" },
    ])
}

fn scan(pieces: &[&[u8]]) -> ScannedLog {
    let mut scanner = LogScanner::new(&signatures(), "some/file.log");
    pieces.iter().for_each(|piece| scanner.feed(piece));
    scanner.finish()
}

fn scan_text(text: &str) -> ScannedLog {
    scan(&[text.as_bytes()])
}

#[test]
fn a_literal_is_found_wherever_a_cut_breaks_it() {
    let body = "IMPORT job ‹1072233445566778899›: stepping through state ‹succeeded›";
    for at in (0..body.len()).filter(|at| body.is_char_boundary(*at)) {
        let (left, right) = body.split_at(at);
        let inside = left.matches('‹').count() > left.matches('›').count();
        let (close, open) = if inside { ("›", "‹") } else { ("", "") };
        let text = format!("{HEAD}  {left}{close}\n{HEAD} |{open}{right}\n");
        let scanned = scan_text(&text);
        assert_eq!(scanned.hits.len(), 1, "{text}");
        let message = &scanned.hits[0].entry.message;
        // A cut directly at a marker leaves an empty pair behind.
        assert_eq!(message.replace("‹›", ""), body, "{text}");
        assert_eq!(scanned.summary.entries, 1, "{text}");
    }
}

#[test]
fn hits_stand_at_their_first_line_and_byte() {
    let mut text = "\u{feff}raw text before\r\n\r\n".to_owned();
    let mut expected = Vec::new();
    for entry in 0..50 {
        text.push_str(&format!("{HEAD}  nothing\r\n{HEAD} +more\r\n"));
        expected.push((text.matches('\n').count() as u64 + 1, text.len() as u64));
        let new_counter = HEAD.replace("] 12", &format!("] {}", 100 + entry));
        text.push_str(&format!(
            "{new_counter}  IMPORT job 7:\n{new_counter} +stepping through state x\n"
        ));
    }
    let scanned = scan_text(&text);
    let places: Vec<_> = scanned.hits.iter().map(|hit| (hit.line, hit.offset)).collect();
    assert_eq!(places, expected);
    for hit in &scanned.hits {
        let line = text.split('\n').nth(usize::try_from(hit.line).unwrap() - 1).unwrap();
        assert!(text[usize::try_from(hit.offset).unwrap()..].starts_with(line));
        assert!(hit.raw.starts_with("I250422"));
    }
    assert_eq!(scanned.summary.bytes, text.len() as u64);
}

#[test]
fn an_endless_line_is_read_for_its_first_mebibyte_and_reported() {
    let piece = vec![b'a'; 1 << 20];
    let head = format!("{HEAD}  IMPORT job 7: stepping through state running ");
    let mut pieces: Vec<&[u8]> = vec![head.as_bytes()];
    pieces.resize(65, &piece);
    let tail = format!("\n{HEAD}  IMPORT job 8: resuming execution\n");
    pieces.push(tail.as_bytes());
    let scanned = scan(&pieces);
    assert_eq!(scanned.hits.len(), 2);
    assert_eq!(scanned.hits[1].line, 2);
    assert_eq!(scanned.hits[1].offset, head.len() as u64 + (64 << 20) + 1);
    let [unread] = scanned.unread.as_slice() else { unreachable!("{:?}", scanned.unread) };
    assert_eq!(
        (unread.path.as_str(), unread.reason),
        ("some/file.log", UnreadReason::EntryTooLong)
    );
    assert!(unread.detail.contains("line 1"), "{}", unread.detail);
    assert!(scanned.hits[0].raw.len() <= RAW_LIMIT);
    // In one piece it is the same.
    assert_eq!(scan(&[&pieces.concat()]), scanned);
}

#[test]
fn a_literal_beyond_the_limit_is_not_found_and_one_at_the_limit_is() {
    let literal = "stepping through state";
    for (room, found) in [(literal.len(), true), (literal.len() - 1, false)] {
        let head = format!("{HEAD}  ");
        let filler = "x".repeat(ENTRY_LIMIT - head.len() - room);
        let text = format!("{head}{filler}{literal} succeeded\n");
        let scanned = scan_text(&text);
        assert_eq!(scanned.hits.len(), usize::from(found));
        assert_eq!(scanned.unread[0].reason, UnreadReason::EntryTooLong);
        let (left, right) = text.split_at(ENTRY_LIMIT - 5);
        assert_eq!(scan(&[left.as_bytes(), right.as_bytes()]), scanned);
    }
}

#[test]
fn an_entry_of_many_lines_has_the_same_limit() {
    let line = "goroutine 17 [running]: nothing of interest\n";
    let text = format!(
        "{HEAD}  all stacks:\n{}resuming execution\n",
        line.repeat(ENTRY_LIMIT / line.len() + 1)
    );
    let scanned = scan_text(&text);
    assert!(scanned.hits.is_empty());
    assert_eq!(scanned.unread[0].reason, UnreadReason::EntryTooLong);
}

#[test]
fn runs_of_nul_are_passed_over() {
    let zeros = vec![0; 3 << 20];
    let entry = format!("{HEAD}  job 7: resuming execution\n");
    for pieces in [
        vec![&zeros[..], entry.as_bytes()],
        vec![entry.as_bytes(), &zeros],
        vec![entry.as_bytes(), &zeros, entry.as_bytes()],
    ] {
        let scanned = scan(&pieces);
        assert_eq!(scanned.hits.len(), pieces.len() - 1);
        assert_eq!(scanned.unread, []);
        assert_eq!(scan(&[&pieces.concat()]), scanned);
    }
}

#[test]
fn nothing_and_nonsense_are_told_apart() {
    assert_eq!(scan(&[]), ScannedLog::default());
    assert_eq!(scan(&[b"", b""]), ScannedLog::default());
    for text in [&b"\n"[..], b"no log\nat all", b"\xff\xfe\0I\0", b"{}", b"{\"a\":1}\n"] {
        let scanned = scan(&[text]);
        assert_eq!(scanned.unread.len(), 1);
        assert_eq!(scanned.unread[0].reason, UnreadReason::NoEntry);
        assert_eq!(scanned.summary.entries, 0);
    }
}

#[test]
fn a_sign_without_a_time_is_not_passed_over_in_silence() {
    let scanned = scan_text(&format!("…he job: stepping through state x\n{HEAD}  fine\n"));
    assert!(scanned.hits.is_empty());
    assert_eq!(scanned.unread[0].reason, UnreadReason::OutsideEntry);
    assert!(scanned.unread[0].detail.contains("line 1"));
}

#[test]
fn a_cut_last_line_is_read_as_far_as_it_goes() {
    let text = format!("{HEAD}  job 7: resuming execution");
    for end in 0..=text.len() {
        let scanned = scan(&[&text.as_bytes()[..end]]);
        assert_eq!(scanned.hits.len(), usize::from(end == text.len()), "{end}");
    }
}

#[test]
fn invalid_text_does_not_hide_an_entry() {
    let mut text =
        b"I250422 06:22:39.852238 1 a.go:1  [n1,x=\xff] 1  key \xfe\xff resuming execution\n"
            .to_vec();
    text.extend_from_slice(HEAD.as_bytes());
    text.extend_from_slice(b"  \xe2\x80 stepping through state\n");
    let scanned = scan(&[&text]);
    assert_eq!(scanned.hits.len(), 2);
    assert_eq!(scanned.hits[0].entry.message, "key \u{fffd}\u{fffd} resuming execution");
}

#[test]
fn the_job_of_a_cut_tag_list_and_message_is_whole() {
    let head = HEAD.replace("n4]", "n4,job=‹IMPORT id=1072233445566778899›]");
    let scanned = scan_text(&format!("{head}  resum\n{head} |ing execution\n"));
    let job = job_tag::read(&scanned.hits[0].entry.tags);
    assert_eq!(job.id, Some(JobId(1_072_233_445_566_778_899)));
    assert_eq!(job.job_type.as_deref(), Some("IMPORT"));
}

#[test]
fn each_part_of_a_file_has_its_own_format() {
    let config = "1 util/log/file_sync_buffer.go:237 ⋮";
    let mut text = format!(
        "I250422 06:22:39.000000 {config} [config]   binary: CockroachDB CCL v24.3.9 (x)\n"
    );
    text.push_str(&format!("{HEAD}  first\n{HEAD} +second\n"));
    text.push_str(&format!(
        "I250423 06:22:39.000000 {config} [T1,config] binary: CockroachDB CCL v24.3.10 (x)\n"
    ));
    text.push_str("I250423 06:22:40.000000 5 a.go:1 ⋮ [T1,n4] 12 third resuming execution\nraw\n");
    text.push_str("I000101 00:00:00.000000  :0 ⋮ [T1] stepping through state ‹×›\n");
    text.push_str(
        "{\"c\":1,\"t\":\"1745490159.000000000\",\"v\":\"v24.3.11\",\"s\":1,\"message\":\"x\"}\n",
    );
    let scanned = scan_text(&text);
    let summary = &scanned.summary;
    assert_eq!(
        summary.formats,
        [LogFormat::CrdbV2, LogFormat::CrdbV1Count, LogFormat::JsonCompact]
    );
    assert_eq!(scanned.hits[0].entry.message, "third resuming execution\nraw");
    assert_eq!(summary.entries, 6);
    let versions: Vec<_> =
        summary.versions.iter().map(|v| (v.text.as_str(), v.location.line)).collect();
    assert_eq!(versions, [("v24.3.9", 1), ("v24.3.10", 4), ("v24.3.11", 8)]);
    assert_eq!(
        summary.versions[0].until,
        Time::parse_rfc3339("2025-04-22T06:22:39.852238Z").unwrap()
    );
    let (from, to) = summary.span.unwrap();
    assert_eq!(from.to_string(), "2025-04-22T06:22:39.000000Z");
    assert_eq!(to.to_string(), "2025-04-24T10:22:39.000000Z");
    assert_eq!(summary.dev_span.unwrap().1.to_string(), "2025-04-23T06:22:40.000000Z");
    assert_eq!(summary.node, Some(NodeId(4)));
    assert_eq!(summary.tenant_name.as_deref(), Some("system"));
    let counters: Vec<_> = summary.segments.iter().filter_map(|s| s.counters).collect();
    assert_eq!(counters, [(12, 12), (12, 12)], "one in crdb-v2, one in JSON a day later");
    assert_eq!(summary.redaction, Redaction::Redacted);
}

#[test]
fn rows_of_a_table_stand_at_their_first_line_and_byte() {
    let header = "\u{feff}job_id\tjob_type\tdescription\tstatus\tcreated\r\n";
    let first = "7\tIMPORT\t\"two\r\nlines and a \"\"quote\"\"\"\trunning\t2025-06-22 06:20:00\r\n";
    let second = "8\tBACKUP\tx\tsucceeded\t2025-06-22 06:20:00";
    let text = format!("{header}{first}\r\n{second}");
    for piece in [1, 2, 3, 5, 64, 1 << 20] {
        let mut table = JobsTable::new("jobs.txt");
        text.as_bytes().chunks(piece).for_each(|piece| table.feed(piece));
        let (rows, unread) = table.finish();
        assert_eq!(unread, [], "{piece}");
        let places: Vec<_> = rows.iter().map(|row| (row.line, row.offset)).collect();
        let byte = header.len() as u64;
        assert_eq!(places, [(2, byte), (5, byte + first.len() as u64 + 2)], "{piece}");
        assert_eq!(rows[0].description, "two\r\nlines and a \"quote\"");
        assert_eq!(rows[0].raw, first.trim_end());
        assert_eq!(rows[1].raw, second);
    }
}

#[test]
fn a_table_that_ends_within_a_row_keeps_no_half_cell() {
    let text = "job_id\tjob_type\tdescription\tstatus\tcreated\n107223344\tIMPORT\tx\tsucceeded\t2025-06-22 06:20:00";
    for end in text.find('\n').unwrap() + 2..text.len() - 20 {
        let mut table = JobsTable::new("jobs.txt");
        table.feed(&text.as_bytes()[..end]);
        let (rows, unread) = table.finish();
        assert!(!unread.is_empty());
        for row in rows {
            assert_eq!(row.id, JobId(107_223_344));
            assert_eq!((row.status, row.created), (None, None));
        }
    }
}

#[test]
fn no_bytes_break_the_table() {
    let mut table = JobsTable::new("jobs.txt");
    table.feed(b"job_id\tdescription\tstatus\tcreated\n7\t");
    (0..40).for_each(|_| table.feed(&vec![b'x'; 1 << 20]));
    table.feed(b"\trunning\t2025-06-22 06:20:00\n\0\xff\t\"\"\"\n\"\n");
    let (rows, unread) = table.finish();
    assert_eq!(rows.len(), 1);
    assert_eq!(rows[0].description.len(), 1 << 20);
    assert!(rows[0].raw.len() <= 2048);
    assert!(!unread.is_empty());
    assert_eq!(JobsTable::new("empty").finish().1[0].reason, UnreadReason::MalformedTable);
}

#[test]
fn keys_of_addresses_do_not_leave_the_scan() {
    let head = "I250422 06:22:39.852238 6885 jobs/adopt.go:8 ⋮ [n1] 7  job 5: resuming execution";
    let json = "{\"channel\":\"DEV\",\"t\":\"1745302959.852238000\",\"message\":\"job 5: resuming execution";
    for (start, end) in [(head, "\n"), (json, "\"}\n")] {
        for and in ["&", "\\u0026"] {
            let address =
                format!("s3://b/p?AUTH=specified{and}AWS_SECRET_ACCESS_KEY=hunter2{and}X=hunter2");
            let signatures = Signatures::new(vec![Signature { name: "r", literal: "resuming" }]);
            let mut scanner = LogScanner::new(&signatures, "x.log");
            scanner.feed(format!("{start} of '{address}'{end}").as_bytes());
            let hit = &scanner.finish().hits[0];
            assert!(!hit.raw.contains("hunter2"), "{}", hit.raw);
            assert!(!hit.entry.message.contains("hunter2"), "{}", hit.entry.message);
            assert!(hit.raw.contains("s3://b/p"), "{}", hit.raw);
        }
    }
}
