//! What a file of a log is.

use crdb_triage::model::{LogFormat, NodeId, Time, UnreadReason};
use crdb_triage::parse::sniff::{Sniffed, sniff};

use super::log_formats::{AT, entries, messages, scan};
use super::log_formats_absence::case;
use super::verdicts;
use crate::support::bundle::File;
use crate::support::run::triage;

const CONFIG: &str = "I250422 06:00:00.000000 1 util/log/file_sync_buffer.go:237 ⋮ [T1,config]";

#[test]
fn trap_01_a_preamble_that_names_another_format_is_not_believed() {
    for named in ["crdb-v2", "json", "json-fluent-compact"] {
        let log = entries(format!(
            "{CONFIG} log format (utf8=✓): {named}\n{AT} ⋮ [T1,n1] 7 first\n  and more\n{AT} ⋮ [T1,n1] 8 second\n"
        ));
        assert_eq!(log.summary.formats, [LogFormat::CrdbV1Count], "{named}");
        assert_eq!(messages(&log)[1..], ["first\n  and more", "second"]);
        assert_eq!(log.hits[1].entry.counter, Some(7));
    }
}

#[test]
fn trap_02_a_zip_of_v21_1_that_still_looks_like_v2_is_read_as_v2() {
    let config = CONFIG.replace("T1,", "");
    let event = "{\"Timestamp\":1,\"EventType\":\"restore\",\"JobID\":7}";
    let log = entries(format!(
        "{config}   binary: CockroachDB CCL v21.1.1 (x)\n{AT} ⋮ [n1] 7  one\n{AT} ⋮ [n1] 7 +two\n{AT} ⋮ [n1] 8 ={event}\n"
    ));
    assert_eq!(log.summary.formats, [LogFormat::CrdbV2]);
    assert_eq!(messages(&log)[1..], ["one\ntwo", event]);
    assert_eq!(log.hits[2].entry.event.as_deref(), Some(event));
    assert_eq!(log.summary.versions[0].text, "v21.1.1");
}

#[test]
fn trap_03_lines_without_a_prefix_belong_to_the_entry_above() {
    let log = scan(format!(
        "{AT} ⋮ [T1,n1] 7 failed:\n(1) IMPORT job 7: resuming execution\nWraps: (2)\n\n  | x\n{AT} ⋮ [T1,n1] 8 next\n"
    ));
    assert_eq!(
        messages(&log),
        ["failed:\n(1) IMPORT job 7: resuming execution\nWraps: (2)\n\n  | x"]
    );
    assert_eq!((log.hits[0].line, log.hits[0].offset), (1, 0));
    assert_eq!(log.summary.entries, 2);
}

#[test]
fn trap_04_a_bare_object_after_the_counter_is_an_event_in_whatever_order_of_keys() {
    for event in [
        "{\"Timestamp\":1745302959852238000,\"EventType\":\"recovery_event\",\"JobID\":1065722008981340161}",
        "{\"EventType\":\"recovery_event\",\"JobID\":1065722008981340161,\"Timestamp\":1745302959852238000}",
    ] {
        let log = scan(format!("{AT} ⋮ [T1,n1] 7 {event}\n{AT} ⋮ [T1,n1] 8 x\n"));
        assert_eq!(log.hits[0].entry.event.as_deref(), Some(event));
    }
    let plain = scan(format!("{AT} ⋮ [T1,n1] 7 {{\"x\":\"recovery_event\"}}\n{AT} ⋮ [n1] 8 x\n"));
    assert_eq!(plain.hits[0].entry.event, None, "an object without the fields of an event is text");
}

#[test]
fn trap_04_what_follows_an_event_is_no_part_of_it_and_not_passed_over() {
    let log = scan(format!(
        "{AT} ⋮ [n1] 7 ={{\"Timestamp\":1,\"EventType\":\"x\"}}\npanic: resuming execution\n{AT} ⋮ [n1] 8  x\n"
    ));
    assert_eq!(log.hits, []);
    assert_eq!(log.unread[0].reason, UnreadReason::OutsideEntry);
    assert!(log.unread[0].detail.ends_with("line 2"), "{}", log.unread[0].detail);
}

#[test]
fn trap_05_lines_that_could_be_either_are_decided_by_the_rest_of_the_file() {
    let either = ["+1 replica", "=x", "|x", "!x", " indented"];
    let lines = |between: &str| -> String {
        either.iter().map(|message| format!("{AT} ⋮ [n1] 9 {message}\n{between}")).collect()
    };
    let v1 = entries(lines(&format!("{AT} ⋮ [n1] 10 plain\n")));
    assert_eq!(v1.summary.formats, [LogFormat::CrdbV1Count]);
    assert_eq!(v1.summary.entries, 10, "none of them goes on from the one before");
    assert_eq!(v1.hits[0].entry.message, "+1 replica");
    assert_eq!(v1.hits[8].entry.message, "indented", "at most one space goes");
    let v2 = entries(lines(&format!("{AT} ⋮ [n1] 10  plain\n")));
    assert_eq!(v2.summary.formats, [LogFormat::CrdbV2]);
    assert_eq!(v2.hits[0].entry.message, "1 replica");
}

#[test]
fn trap_06_a_number_or_a_bracket_at_the_start_of_a_message_is_not_lost() {
    let plain = entries(format!(
        "{AT} ⋮ [replicate] 7 replicas failing\n{AT} ⋮ [replicate] quiet\n{AT}  more\n"
    ));
    assert_eq!(plain.summary.formats, [LogFormat::CrdbV1]);
    assert_eq!(plain.hits[0].entry.message, "7 replicas failing");
    assert_eq!(plain.hits[0].entry.counter, None);
    let counted = entries(format!("{AT} ⋮ [n1] 12 7 replicas failing\n{AT} ⋮ [n1] 13 x\n"));
    assert_eq!(counted.hits[0].entry.message, "7 replicas failing");
    assert_eq!(counted.hits[0].entry.counter, Some(12));
    let bracket = entries(
        "E160622 14:16:14.654867 raft/log.go:308  [group 903] entries[1:632) is unavailable\n",
    );
    assert_eq!(bracket.hits[0].entry.message, "entries[1:632) is unavailable");
    assert_eq!(bracket.hits[0].entry.tags[0].key, "group 903", "kept, though as a tag");
}

#[test]
fn trap_07_json_entries_in_a_text_log_and_panics_are_read_side_by_side() {
    let log = scan(format!(
        "{AT} ⋮ [n1] 7 before\npanic: boom\n\ngoroutine 1 [running]:\n{{\"c\":0,\"t\":\"1745302959.852238000\",\"s\":1,\"message\":\"job 7: resuming execution\"}}\n2025-04-22 06:22:40 CRDB\t{{\"c\":0,\"t\":\"1745302960.852238000\",\"s\":1,\"message\":\"job 8: resuming execution\"}}\n{AT} ⋮ [n1] 8 job 9: resuming execution\n"
    ));
    assert_eq!(log.summary.formats, [LogFormat::CrdbV1Count, LogFormat::JsonCompact]);
    assert_eq!(
        messages(&log),
        ["job 7: resuming execution", "job 8: resuming execution", "job 9: resuming execution"]
    );
    assert_eq!(log.unread, []);
}

#[test]
fn trap_07_what_a_collector_put_before_each_line_is_taken_off_and_its_time_does_not_count() {
    for prefix in [
        "2030-01-01T12:00:00.000000000Z stderr F ",
        "[pod/cockroachdb-0/db] ",
        "2030-01-01T12:00:00.000000000Z ",
        "[pod/cockroachdb-0/db] 2030-01-01T12:00:00.000000000Z ",
        "Jan 01 12:00:00 db-1 cockroach[123]: ",
        "2030-01-01T12:00:00+0000 db-1 cockroach[123]: ",
        "2030-01-01T12:00:00.123456+0000 db-1 cockroach.sh[7]: ",
        "db-1> ",
        "> ",
        "roach-1  | ",
    ] {
        let lines = [
            format!("{AT} ⋮ [T1,n3] 7  IMPORT job 7: failed"),
            format!("{AT} ⋮ [T1,n3] 7 +stepping through state reverting"),
            format!("{AT} ⋮ [T1,n3] 8  next"),
        ];
        let text: String = lines.iter().map(|line| format!("{prefix}{line}\n")).collect();
        assert_eq!(sniff(text.as_bytes()), Sniffed::Log, "{prefix}");
        let log = scan(format!("$ kubectl logs\n{text}"));
        assert_eq!(messages(&log), ["IMPORT job 7: failed\nstepping through state reverting"]);
        let hit = &log.hits[0];
        assert_eq!((hit.line, hit.offset), (2, 15), "{prefix}");
        assert_eq!(hit.raw, format!("{prefix}{}\n{prefix}{}", lines[0], lines[1]));
        assert_eq!(hit.entry.time.to_string(), "2025-04-22T06:22:39.852238Z");
        assert_eq!(log.summary.span, Some((hit.entry.time, hit.entry.time)));
        assert_eq!(log.summary.node, Some(NodeId(3)));
        assert_eq!(log.unread, [], "{prefix}");
    }
}

#[test]
fn trap_07_a_wrapped_log_under_any_name_leads_to_the_verdict_of_the_plain_one() {
    let (files, _) = case();
    let plain = String::from_utf8(files[0].text.clone()).unwrap();
    let verdict = |text: Vec<u8>| {
        let log = File { path: "what-kubectl-said.txt".to_owned(), text };
        let report = triage(&[log, files[1].clone()], 1 << 16);
        assert_eq!(report.input.files.read, 2);
        verdicts(&report)
    };
    let expected = verdict(plain.clone().into_bytes());
    assert!(expected.contains("1065722008981340161 suspect"), "{expected}");
    let prefixed: String =
        plain.lines().map(|line| format!("[pod/a/db] 2030-01-01T00:00:00Z {line}\n")).collect();
    assert_eq!(verdict(prefixed.clone().into_bytes()), expected);
    let wide = prefixed.encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert_eq!(verdict(wide), expected);
}

#[test]
fn trap_07_lines_that_the_container_runtime_cut_are_put_together() {
    let log = scan(format!(
        "2021-06-01T12:00:00.1Z stderr P {AT} ⋮ [n1] 7  job 7: stepping thr\n2021-06-01T12:00:00.1Z stdout F a banner\n2021-06-01T12:00:00.1Z stderr P ough st\n2021-06-01T12:00:00.1Z stderr F ate running\n2021-06-01T12:00:00.2Z stderr F {AT} ⋮ [n1] 8  next\n"
    ));
    assert_eq!(messages(&log), ["job 7: stepping through state running"]);
    assert_eq!((log.hits[0].line, log.hits[0].offset), (1, 0));
    assert_eq!(log.summary.entries, 2);
}

#[test]
fn trap_07_records_of_docker_journald_and_fluentd_are_opened() {
    let line = format!("{AT} ⋮ [T1,n3] 7  job 7: resuming execution");
    let json = serde_json::to_string(&line).unwrap();
    let ended = serde_json::to_string(&format!("{line}\n")).unwrap();
    let (left, right) = json.split_at(json.find("uming").unwrap());
    for text in [
        format!("{{\"log\":{ended},\"stream\":\"stderr\",\"time\":\"2030-01-01T12:00:00Z\"}}\n"),
        // docker cuts long lines, and only the last piece ends with a newline.
        format!(
            "{{\"log\":\"x\\n\",\"stream\":\"stderr\"}}\n{{\"log\":{left}\",\"stream\":\"stderr\"}}\n{{\"log\":\"{}\\n\",\"stream\":\"stderr\"}}\n",
            right.trim_matches('"')
        ),
        format!(
            "{{\"__REALTIME_TIMESTAMP\":\"1893499200000000\",\"MESSAGE\":{json},\"_PID\":\"7\"}}\n"
        ),
        format!("{{\"MESSAGE\":{:?},\"_PID\":\"7\"}}\n", line.as_bytes()),
        format!("2030-01-01T12:00:00+00:00\tkube.roach\t{{\"message\":{json},\"host\":\"a\"}}\n"),
    ] {
        assert_eq!(sniff(text.as_bytes()), Sniffed::Log, "{text}");
        let log = scan(&text);
        assert_eq!(messages(&log), ["job 7: resuming execution"], "{text}");
        assert_eq!(log.hits[0].entry.time.to_string(), "2025-04-22T06:22:39.852238Z");
        let hit = &log.hits[0];
        assert!(text[usize::try_from(hit.offset).unwrap()..].starts_with(&hit.raw), "{}", hit.raw);
    }
}

#[test]
fn trap_07_a_line_of_one_container_belongs_to_no_entry_of_another() {
    let log = scan(format!(
        "[pod/a/db] {AT} ⋮ [n1] 7 first\n[pod/b/db] a stack that says resuming execution\n[pod/a/db] the rest\n[pod/a/db] {AT} ⋮ [n1] 8 next resuming execution\n"
    ));
    assert_eq!(messages(&log), ["next resuming execution"]);
    assert_eq!(log.unread.len(), 1);
    assert_eq!(log.unread[0].reason, UnreadReason::OutsideEntry);
    assert!(log.unread[0].detail.ends_with("line 2"), "{}", log.unread[0].detail);
}

#[test]
fn trap_07_merged_logs_cover_for_each_node_only_the_time_of_its_own_entries() {
    let line = |hour: u32, node: u32, counter: u32| {
        format!("n{node}> I250422 {hour:02}:00:00.000000 7 a.go:1 ⋮ [n{node}] {counter} x\n")
    };
    let text = [line(1, 1, 10), line(2, 2, 90), line(3, 1, 11), line(9, 2, 91), line(4, 1, 12)];
    let summary = scan(text.concat()).summary;
    let time = |hour: u32| format!("2025-04-22T0{hour}:00:00.000000Z");
    let shown = |span: Option<(Time, Time)>| span.map(|(a, b)| (a.to_string(), b.to_string()));
    assert_eq!(summary.node, Some(NodeId(1)));
    assert_eq!(shown(summary.dev_span), Some((time(1), time(4))));
    let counters: Vec<_> = summary.segments.iter().map(|s| s.counters).collect();
    assert_eq!(counters, [Some((10, 12))]);
    assert_eq!(summary.other_nodes.len(), 1);
    assert_eq!(summary.other_nodes[0].node, NodeId(2));
    assert_eq!(shown(summary.other_nodes[0].span), Some((time(2), time(9))));
}

#[test]
fn trap_07_a_line_that_cannot_be_unwrapped_is_read_as_it_is() {
    let wrapped = format!("2021-06-01T12:00:00.1Z stderr F {AT} ⋮ [n1] 7 x\n").repeat(3);
    let log = scan(format!(
        "resuming execution, they say\n{wrapped}{AT} ⋮ [n1] 8 job 7: resuming execution\n"
    ));
    assert_eq!(messages(&log), ["job 7: resuming execution"]);
    assert_eq!(log.summary.entries, 4);
    assert_eq!(log.unread[0].reason, UnreadReason::OutsideEntry);
}

#[test]
fn trap_08_a_file_needs_no_preamble_and_may_begin_with_anything() {
    let log = scan(format!(
        "ed by: something\n\ngoroutine 7 [select]:\n\tmain.go:1\n{AT} ⋮ [T1,n2] 7 job 7: resuming execution\n"
    ));
    assert_eq!(messages(&log), ["job 7: resuming execution"]);
    assert_eq!(log.hits[0].line, 5);
    assert_eq!(log.summary.node, Some(NodeId(2)));
    assert_eq!(log.unread, []);
}

#[test]
fn trap_09_placeholders_of_the_year_2000_cover_no_time_and_hide_no_entry() {
    let bad = "I000101 00:00:00.000000  :0 ⋮ [T1] garbled resuming execution";
    let text: String = (0..30).map(|_| format!("{bad}\n")).collect();
    let log =
        scan(format!("{AT} ⋮ [T1,n1] 7 first\n{text}{AT} ⋮ [T1,n1] 8 job 7: resuming execution\n"));
    assert_eq!(log.summary.formats, [LogFormat::CrdbV1Count], "they do not vote");
    let (from, to) = log.summary.dev_span.unwrap();
    assert_eq!((from, from.to_string().as_str()), (to, "2025-04-22T06:22:39.852238Z"));
    assert_eq!(log.summary.dev_severities.total(), 2, "and have no severity");
    assert_eq!(log.hits.len(), 31, "what they say is not passed over");
    assert_eq!(messages(&log)[30], "job 7: resuming execution");
    let only = scan(format!("{bad}\n"));
    assert_eq!((only.summary.span, only.summary.dev_span), (None, None));
}

#[test]
fn trap_07_every_node_of_a_merged_log_is_a_node_and_those_beside_the_main_one_are_not_covered() {
    let report = triage(&super::bundle_of("a_merged_log_of_two_nodes"), 1 << 16);
    let nodes: Vec<_> = report.nodes.iter().map(|node| (node.node, node.coverage.len())).collect();
    assert_eq!(nodes, [(1, 1), (2, 0)]);
    assert_eq!(report.advisories[0].coverage.nodes_without_logs, ["system/n2"]);
}
