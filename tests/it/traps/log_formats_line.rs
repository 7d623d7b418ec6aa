//! What a line of a log is.

use crdb_triage::model::{JobId, LogFormat, NodeId, Redaction, UnreadReason};
use crdb_triage::parse::job_tag;
use crdb_triage::scan::ENTRY_LIMIT;

use super::log_formats::{AT, entries, messages, scan};
use super::log_formats_absence::{case, says_the_same};
use crate::support::bundle::File;

#[test]
fn trap_10_a_zone_after_the_microseconds_is_applied() {
    let log = entries(
        "I231030 14:17:23.674909-040000 1 a.go:1 ⋮ [n1] 1  west\nI231030 23:47:23.674909+053000 1 a.go:1 ⋮ [n1] 2  east\nI231030 18:17:23.674909 1 a.go:1 ⋮ [n1] 3  utc\n",
    );
    for hit in &log.hits {
        assert_eq!(hit.entry.time.to_string(), "2023-10-30T18:17:23.674909Z");
    }
    assert_eq!(messages(&log), ["west", "east", "utc"]);
}

#[test]
fn trap_11_one_space_two_spaces_or_a_mark_may_follow_the_source_line() {
    let log = entries(format!("{AT} [n1] one\n{AT}  [n2] two\n{AT} ⋮ [n3] mark\n{AT} no tags\n"));
    assert_eq!(messages(&log), ["one", "two", "mark", "no tags"]);
    let marked: Vec<bool> = log.hits.iter().map(|hit| hit.entry.redactable).collect();
    assert_eq!(marked, [false, false, true, false]);
    let nodes: Vec<_> = log.hits.iter().map(|hit| hit.entry.node()).collect();
    assert_eq!(nodes, [Some(1), Some(2), Some(3), None]);
}

#[test]
fn trap_12_tags_may_hold_brackets_braces_spaces_and_commas() {
    let tags = "n7,client=[::1]:34588,hostssl,user=‹a,b›,r161/2:/Table/84/{1/5/7-2},distsql.appname=‹$ internal-resume-job-1065722008981340161›";
    let log = entries(format!("{AT} ⋮ [{tags}] 12 message [with] brackets\n{AT} ⋮ [a, b] 13 x\n"));
    let entry = &log.hits[0].entry;
    assert_eq!((entry.message.as_str(), entry.node()), ("message [with] brackets", Some(7)));
    assert_eq!(entry.tag("client"), Some("[::1]:34588"));
    assert_eq!(entry.tag("user"), Some("‹a,b›"));
    assert_eq!(entry.tag("r"), Some("161/2:/Table/84/{1/5/7-2}"));
    assert_eq!(job_tag::read(&entry.tags).id, Some(JobId(1_065_722_008_981_340_161)));
    let keys: Vec<&str> = log.hits[1].entry.tags.iter().map(|tag| tag.key.as_str()).collect();
    assert_eq!(keys, ["a", "b"]);
}

#[test]
fn trap_13_a_preamble_is_known_also_with_the_tenant_that_a_zip_adds() {
    for tags in ["config", "T1,config", "T1,Vsystem,config"] {
        let log = entries(format!(
            "I250422 06:00:00.000000 1 util/log/clog.go:1 ⋮ [{tags}] binary: CockroachDB CCL v24.3.9 (x)\n"
        ));
        assert_eq!(log.summary.versions[0].text, "v24.3.9", "{tags}");
        assert_eq!(log.summary.dev_span, None, "a preamble covers no time: {tags}");
    }
}

#[test]
fn trap_14_entries_of_2016_and_those_of_gos_own_log_are_read() {
    let log = entries(
        "I160622 14:16:12.840036 cli/start.go:317  CockroachDB beta-20160609-386-gf447eb0 (linux amd64, built 2016/06/22 13:18:56, go1.6.2)\nI160622 14:16:13.000000 7 (gostd) vendor/google.golang.org/grpc/a b.go:12  [n1] x\nI160622 14:16:14.000000 :123  empty file\n",
    );
    let entries: Vec<_> = log.hits.iter().map(|hit| &hit.entry).collect();
    assert_eq!((entries[0].goroutine, entries[0].file.as_str()), (0, "cli/start.go"));
    assert_eq!((entries[1].goroutine, entries[1].line), (7, 12));
    assert_eq!(entries[1].file, "vendor/google.golang.org/grpc/a b.go");
    assert_eq!((entries[2].file.as_str(), entries[2].message.as_str()), ("", "empty file"));
    let version = &log.summary.versions[0];
    assert_eq!((version.text.as_str(), &version.version), ("beta-20160609-386-gf447eb0", &None));
}

#[test]
fn trap_14_files_of_19_1_with_their_own_kind_of_preamble_are_read() {
    let head = "I190312 18:56:53.535646 1 util/log/clog.go:1199  [config]";
    let log = scan(format!(
        "{head} file created at: 2019/03/12 18:56:53\n{head} running on machine: db\n{head} binary: CockroachDB CCL v19.1.0 (x86_64-unknown-linux-gnu, built 2019/04/29, go1.11.6)\n{head} line format: [IWEF]yymmdd hh:mm:ss.uuuuuu goid file:line msg utf8=✓\nI190312 18:57:00.000000 585 jobs/registry.go:300  [n1] job 7: resuming execution\n"
    ));
    assert_eq!(log.summary.versions[0].text, "v19.1.0");
    assert_eq!(log.summary.formats, [LogFormat::CrdbV1]);
    assert_eq!(log.hits[0].entry.node(), Some(1));
    assert_eq!(log.summary.dev_severities.info, 1);
}

#[test]
fn trap_14_the_banner_of_a_start_names_the_build_where_no_preamble_does() {
    let head = "I210601 12:00:00.000000 14 1@cli/start.go:690 ⋮ [n3] 40";
    let v2 = format!(
        "{head}  node startup completed:\n{head} +CockroachDB node starting at 2021-06-01 12:00:00 (took 0.4s)\n{head} +build:               CCL v21.1.1 @ 2021/05/24 12:00:00 (go1.15.11)\n{head} +nodeID:              3\n"
    );
    let v1 = v2.replace(" 40  ", " 40 ").replace(&format!("{head} +"), "");
    for text in [&v2, &v1] {
        let log = scan(text);
        assert_eq!(log.summary.entries, 1);
        let version = &log.summary.versions[0];
        assert_eq!((version.text.as_str(), version.location.line), ("v21.1.1", 1), "{text}");
        assert_eq!(log.summary.node, Some(NodeId(3)));
    }
    let quoted = v2.replace("cli/start.go", "sql/exec_log.go");
    assert_eq!(scan(quoted).summary.versions, [], "a statement may hold the same words");
}

#[test]
fn trap_15_long_lines_are_read_to_their_end() {
    let filler = "x".repeat(900 << 10);
    let log = scan(format!(
        "{AT} ⋮ [n1] 7 {filler} job 7: resuming execution\n{AT} ⋮ [n1] 8 job 8: resuming execution\n"
    ));
    assert_eq!(log.hits.len(), 2);
    assert_eq!(log.unread, []);
    let endless = "y".repeat(3 * ENTRY_LIMIT);
    let log = scan(format!("{AT} ⋮ [n1] 7 {endless}\n{AT} ⋮ [n1] 8 job 8: resuming execution\n"));
    assert_eq!((log.hits.len(), log.unread.len()), (1, 1), "the next entry is found, the cut said");
}

#[test]
fn trap_15_long_lines_that_somebody_wrapped_have_the_same_limit() {
    let small = format!("{AT} ⋮ [n1] 8 job 8: resuming execution");
    let endless = format!("{AT} ⋮ [n1] 7 {}", "y".repeat(3 * ENTRY_LIMIT));
    let lines = [&small, &endless, &small];
    let cri: String =
        lines.iter().map(|line| format!("2021-06-01T12:00:00.1Z stderr F {line}\n")).collect();
    let pieces: String = lines
        .iter()
        .flat_map(|line| {
            let mut pieces = line.as_bytes().chunks(16_000).peekable();
            std::iter::from_fn(move || {
                let piece = String::from_utf8_lossy(pieces.next()?);
                let tag = if pieces.peek().is_some() { 'P' } else { 'F' };
                Some(format!("2021-06-01T12:00:00.1Z stderr {tag} {piece}\n"))
            })
        })
        .collect();
    let docker: String = lines
        .iter()
        .map(|line| format!("{{\"log\":\"{line}\\n\",\"stream\":\"stderr\"}}\n"))
        .collect();
    let wide: Vec<u8> = lines
        .iter()
        .flat_map(|line| format!("{line}\n").encode_utf16().collect::<Vec<_>>())
        .flat_map(u16::to_le_bytes)
        .collect();
    for text in [cri.into_bytes(), pieces.into_bytes(), docker.into_bytes(), wide] {
        let log = scan(&text);
        assert_eq!(messages(&log), ["job 8: resuming execution"; 2]);
        assert_eq!(log.unread.len(), 1, "{:?}", log.unread);
        assert_eq!(log.unread[0].reason, UnreadReason::EntryTooLong);
        assert!(log.unread[0].detail.contains("line 2;"), "{}", log.unread[0].detail);
        assert_eq!(log.summary.entries, 3);
    }
}

#[test]
fn trap_16_a_sign_that_the_writer_cut_in_two_is_found() {
    for (left, right, message) in [
        (
            "IMPORT job 7: stepping thr",
            "ough state running",
            "IMPORT job 7: stepping through state running",
        ),
        (
            "job ‹1065722008›",
            "‹981340161›: resuming execution",
            "job ‹1065722008981340161›: resuming execution",
        ),
        (
            "{\"Timestamp\":1,\"EventType\":\"recovery_ev",
            "ent\"}",
            "{\"Timestamp\":1,\"EventType\":\"recovery_event\"}",
        ),
    ] {
        let first = if left.starts_with('{') { '=' } else { ' ' };
        let log = scan(format!(
            "{AT} ⋮ [n1] 7 {first}{left}\n{AT} ⋮ [n1] 7 |{right}\n{AT} ⋮ [n1] 8  x\n"
        ));
        assert_eq!(messages(&log), [message]);
    }
}

#[test]
fn trap_17_what_redaction_removed_is_known_to_be_missing() {
    let removed = scan(format!(
        "{AT} ⋮ [n1,job=‹×›] 7 closing with flushes in-progress: ‹×›\nW{} ⋮ [n1] 8 REDACTEDBYZIP\nI250422 06:22:39.852238 1 2@a.go:1 ⋮ [n1] 9 REDACTEDBYZIP\n",
        &AT[1..]
    ));
    let job = job_tag::read(&removed.hits[0].entry.tags);
    assert_eq!((job.id, job.redacted), (None, true));
    assert_eq!(removed.summary.redaction, Redaction::Redacted);
    assert_eq!(removed.summary.dev_removed, 1, "only entries of DEV could hide a warning");
    let json =
        r#"{"channel_numeric":0,"t":"1745302950.852238000","s":1,"n":8,"message":"REDACTEDBYZIP"#;
    for end in ["\"}\n", "\n", ""] {
        let cut = scan(format!("{json}{end}"));
        assert_eq!(cut.summary.dev_removed, 1, "the line may be cut off: {end:?}");
    }
    let marked = scan(format!("{AT} ⋮ [n1] 7 a ‹value› and ‹deadbeef›\n"));
    assert_eq!((marked.summary.redaction, marked.summary.hashed), (Redaction::Markers, false));
    let none = scan(format!("{AT}  [n1] 7 a value\n"));
    assert_eq!((none.summary.redaction, none.summary.dev_removed), (Redaction::None, 0));
}

#[test]
fn trap_17_hashes_in_the_place_of_values_count_as_redacted() {
    let log = scan(format!(
        "{AT} ⋮ [n1,job=‹0a1b2c3d›] 7 job ‹0a1b2c3d›: resuming execution\n{AT} ⋮ [n1] 8 ‹9f8e7d6c› by ‹12345678›\n"
    ));
    assert_eq!((log.summary.redaction, log.summary.hashed), (Redaction::Redacted, true));
    assert!(job_tag::read(&log.hits[0].entry.tags).redacted);
    let json =
        "{\"c\":0,\"t\":\"1745302959.852238000\",\"s\":2,\"r\":0,\"message\":\"REDACTEDBYZIP\"}\n";
    let log = scan(json);
    assert_eq!((log.summary.redaction, log.summary.dev_removed), (Redaction::Redacted, 1));
}

#[test]
fn trap_18_ids_beyond_2_to_the_53_keep_every_digit() {
    let id = "9223372036854775807";
    let log =
        scan(format!("{AT} ⋮ [n1,job={id}] 7 job {id}: resuming execution\n{AT} ⋮ [n1] 8 x\n"));
    assert_eq!(job_tag::read(&log.hits[0].entry.tags).id.unwrap().to_string(), id);
    assert!(log.hits[0].entry.message.contains(id));
    let event = format!(
        "{{\"Timestamp\":1745302959852238123,\"EventType\":\"recovery_event\",\"JobID\":{id}}}"
    );
    let log = scan(format!(
        "{{\"c\":12,\"t\":\"1745302959.852238123\",\"s\":1,\"tags\":{{\"job\":\"{id}\"}},\"event\":{event}}}\n"
    ));
    let entry = &log.hits[0].entry;
    assert_eq!(entry.event.as_deref(), Some(event.as_str()));
    assert_eq!(job_tag::read(&entry.tags).id.unwrap().to_string(), id);
    assert_eq!(entry.time.to_string(), "2025-04-22T06:22:39.852238Z");
}

#[test]
fn trap_19_jobs_of_the_storage_engine_are_no_jobs() {
    let line = "7 3@pebble/event.go:1 ⋮ [n1,s1,pebble]";
    let text = format!(
        "I250422 06:22:39.852238 {line} 12 [JOB 12] compacting(default) L0 [000012]\nI250422 06:22:40.852238 {line} 13 [JOB 13] stepping through state succeeded\nI250422 06:22:41.852238 {line} 14 [JOB 1065722008981340161] resuming execution\n"
    );
    for hit in &scan(&text).hits {
        assert_eq!(job_tag::read(&hit.entry.tags).id, None);
    }
    let (mut files, _) = case();
    files.push(File {
        path: "debug/nodes/1/logs/cockroach-pebble.log".to_owned(),
        text: text.into_bytes(),
    });
    says_the_same(&files);
}

#[test]
fn trap_19_a_job_is_named_by_many_kinds_of_tags_and_zero_is_none() {
    let id = Some(JobId(1_065_722_008_981_340_161));
    for (tags, expected) in [
        ("n1,job=1065722008981340161", id),
        ("n1,job=IMPORT id=1065722008981340161", id),
        ("n1,distsql.appname=‹$ internal-resume-job-1065722008981340161›", id),
        ("n1,job=0", None),
        ("n1,JOB=7", None),
    ] {
        let log = entries(format!("{AT} ⋮ [{tags}] 7 x\n"));
        assert_eq!(job_tag::read(&log.hits[0].entry.tags).id, expected, "{tags}");
    }
}
