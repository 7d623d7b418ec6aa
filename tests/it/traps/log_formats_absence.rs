//! The same thing twice, in another order, not at all, or only quoted.

use crdb_triage::model::Verdict;
use crdb_triage::report::Report;

use super::log_formats::{AT, entries, messages, scan};
use super::{advisory, verdicts};
use crate::support::bundle::{self, File};
use crate::support::run::triage;

/// One warning and the end of its job.
const CASE: &str = include_str!(
    "../../../src/advisories/a144650/cases/import_succeeds_after_a_swallowed_error.txt"
);

pub(crate) fn case() -> (Vec<File>, &'static str) {
    let (text, expected) = CASE.split_once("----\n").unwrap();
    (bundle::parse(text), expected)
}

fn run(files: &[File]) -> Report {
    triage(files, 1 << 16)
}

/// How many pieces of evidence all findings have.
fn evidence(report: &Report) -> usize {
    report.findings.iter().map(|finding| finding.evidence.len()).sum()
}

fn events(report: &Report) -> usize {
    report.jobs.iter().map(|job| job.timeline.len()).sum()
}

/// Asserts that `files` say what the case says, and each thing as often.
pub(crate) fn says_the_same(files: &[File]) {
    let (single, expected) = case();
    let (report, single) = (run(files), run(&single));
    assert_eq!(verdicts(&report), expected);
    assert_eq!(evidence(&report), evidence(&single));
    assert_eq!(events(&report), events(&single));
}

#[test]
fn trap_26_a_second_copy_under_the_name_of_a_link_counts_once() {
    let (mut files, _) = case();
    let mut copy = files[0].clone();
    copy.path =
        copy.path.replace("cockroach.log", "cockroach.db.root.2025-04-22T06_00_00Z.000001.log");
    files.push(copy);
    says_the_same(&files);
}

#[test]
fn trap_27_an_entry_in_two_sinks_with_other_counters_counts_once() {
    let (mut files, _) = case();
    let text = String::from_utf8(files[0].text.clone()).unwrap();
    let other =
        text.replace("] 1249  ", "] 3 ").replace("] 1300  ", "] 4 ").replace("] 9001  ", "] 5 ");
    assert_ne!(other, text);
    files.push(File {
        path: "debug/nodes/1/logs/cockroach-stderr.log".to_owned(),
        text: other.into_bytes(),
    });
    says_the_same(&files);
}

#[test]
fn trap_28_the_same_file_in_two_bundles_counts_once() {
    let (files, _) = case();
    let twice = ["first", "second"].iter().flat_map(|bundle| {
        files
            .iter()
            .map(move |file| File { path: format!("{bundle}/{}", file.path), ..file.clone() })
    });
    says_the_same(&twice.collect::<Vec<_>>());
}

#[test]
fn trap_29_entries_out_of_order_are_ordered_by_their_times() {
    let (mut files, expected) = case();
    let text = String::from_utf8(files[0].text.clone()).unwrap();
    let mut lines: Vec<&str> = text.lines().collect();
    lines[3..].reverse();
    files[0].text = format!("{}\n", lines.join("\n")).into_bytes();
    assert_eq!(verdicts(&run(&files)), expected);
    let log = scan(lines.join("\n"));
    let (from, to) = log.summary.dev_span.unwrap();
    assert_eq!(from.to_string(), "2025-04-22T06:22:39.852238Z");
    assert_eq!(to.to_string(), "2025-04-22T12:30:00.000000Z");
}

#[test]
fn trap_30_two_entries_that_share_their_prefix_are_two() {
    let log = entries(format!(
        "{AT} ⋮ [n1] 7  first\n{AT} ⋮ [n1] 7 +more\n{AT} ⋮ [n1] 7  second\n{AT} ⋮ [n1] 7 ={{}}\n{AT} ⋮ [n1] 7  last\npanic: boom\n"
    ));
    assert_eq!(messages(&log), ["first\nmore", "second", "{}", "last\npanic: boom"]);
}

#[test]
fn trap_31_each_version_holds_from_where_it_is_named() {
    let binary = |day: u32, version: &str| {
        format!(
            "I2504{day} 06:00:00.000000 1 util/log/file_sync_buffer.go:237 ⋮ [T1,config] binary: CockroachDB CCL {version} (x)\nI2504{day} 07:00:00.000000 7 a.go:1 ⋮ [T1,n1] 7 x\n"
        )
    };
    let text = [binary(22, "v24.1.17"), binary(23, "v24.1.17"), binary(24, "v24.3.9")].concat();
    let log = scan(&text);
    let seen: Vec<_> = log
        .summary
        .versions
        .iter()
        .map(|v| (v.text.as_str(), v.time.to_string(), v.until.to_string()))
        .collect();
    let time = |day: u32, hour: u32| format!("2025-04-{day}T0{hour}:00:00.000000Z");
    assert_eq!(
        seen,
        [("v24.1.17", time(22, 6), time(23, 7)), ("v24.3.9", time(24, 6), time(24, 7))]
    );
    let files = [File { path: "debug/nodes/1/logs/cockroach.log".to_owned(), text: text.into() }];
    let report = run(&files);
    let versions: Vec<&str> =
        report.nodes[0].versions.iter().map(|version| version.version.as_str()).collect();
    // Between the first two, a day apart, another process may have run.
    assert_eq!(versions, ["v24.1.17", "v24.1.17", "v24.3.9"]);
}

#[test]
fn trap_32_a_log_without_info_shows_that_it_is_one() {
    let counted = |severities: &str| {
        let lines: String =
            severities.chars().map(|s| format!("{s}{} ⋮ [n1] 7 x\n", &AT[1..])).collect();
        scan(lines).summary.dev_severities
    };
    let all = counted("IIWEFI");
    assert_eq!((all.info, all.warning, all.error, all.fatal, all.total()), (3, 1, 1, 1, 6));
    let without = counted("WWEF");
    assert_eq!((without.info, without.total()), (0, 4));
    let other = "I250422 06:22:39.852238 7 2@a.go:1 ⋮ [n1] 7 x\n{\"c\":0,\"t\":\"1745302959.852238000\",\"s\":2,\"message\":\"x\"}\n";
    let counts = scan(other).summary.dev_severities;
    assert_eq!((counts.info, counts.warning), (0, 1), "other channels are no DEV log");
}

#[test]
fn trap_32_what_no_line_says_is_no_evidence() {
    let (mut files, _) = case();
    // The warning is there, and everything that would tell how the job ended is not.
    files.truncate(1);
    let text = String::from_utf8(files[0].text.clone()).unwrap();
    let lines: Vec<&str> = text.lines().filter(|line| !line.contains("stepping through")).collect();
    files[0].text = format!("{}\n", lines.join("\n")).into_bytes();
    let report = run(&files);
    assert_eq!(advisory(&report).verdict, Verdict::CannotTell);
    assert!(verdicts(&report).contains("cannot_tell END_UNKNOWN"), "{}", verdicts(&report));
}

#[test]
fn trap_33_lines_that_a_message_quotes_are_part_of_it() {
    let quoted = format!("{AT} ⋮ [n9] 3  job 9: resuming execution");
    let v2 =
        entries(format!("{AT} ⋮ [n1] 7  quoting:\n{AT} ⋮ [n1] 7 +{quoted}\n{AT} ⋮ [n1] 8  x\n"));
    assert_eq!(messages(&v2), [format!("quoting:\n{quoted}").as_str(), "x"]);
    // In a zip the quoted line stands at the start of the line. Whatever lacks a part of the prefix is text.
    for line in [
        format!("> {quoted}"),
        format!(" {quoted}"),
        format!("2021-06-01T12:00:00.1Z stderr F {quoted}"),
        quoted.replace("jobs/adopt.go:8 ", "jobs/adopt.go "),
        quoted.replacen("I250422", "X250422", 1),
        quoted.replacen(".852238", ".852", 1),
    ] {
        let zip = entries(format!("{AT} ⋮ [n1] 7 quoting:\n{line}\n{AT} ⋮ [n1] 8 x\n"));
        assert_eq!(messages(&zip), [format!("quoting:\n{line}").as_str(), "x"], "{line}");
    }
}
