//! What is hard to read in the archive of a debug zip and its tree (`docs/cockroachdb/debug-zip.md#archive` and
//! `docs/cockroachdb/debug-zip.md#tree`), through the whole engine.

use crdb_triage::model::Verdict;
use crdb_triage::report::Report;

use super::{advisory, bundle_of, verdicts};
use crate::support::bundle::File;
use crate::support::run;
use crate::support::zip::{Member, Zip};

/// Slices that cut every header somewhere.
const SLICE: usize = 61;

fn members(files: &[File], change: impl Fn(Member) -> Member) -> Zip {
    let members = files.iter().map(|file| change(Member::new(&file.path, &file.text))).collect();
    Zip { members, ..Zip::default() }
}

fn triage_one(path: &str, bytes: impl Into<Vec<u8>>) -> Report {
    run::triage(&[File { path: path.to_owned(), text: bytes.into() }], SLICE)
}

fn unread(report: &Report) -> Vec<(&str, &str)> {
    report
        .input
        .unread
        .iter()
        .map(|unread| (unread.path.as_str(), unread.reason.as_str()))
        .collect()
}

/// Subject, verdict and place of the first evidence of each finding.
fn found(report: &Report) -> Vec<(&str, Verdict, &str, u64)> {
    let finding = |finding: &'_ crdb_triage::report::Finding| finding.evidence[0].clone();
    assert!(report.findings.iter().all(|f| !finding(f).text.is_empty()));
    // An affected build alone is a finding of others.
    let counted = report.findings.iter().filter(|f| f.advisory == "A-144650");
    counted
        .map(|f| {
            (f.subject.id.as_str(), f.verdict, f.evidence[0].path.as_str(), f.evidence[0].line)
        })
        .collect()
}

#[test]
fn every_trap_of_debug_zips_is_tested() {
    let files = [include_str!("debug_zip.rs"), include_str!("debug_zip_tables.rs")];
    super::every_trap_is_tested(&files, "zip_trap_", 13);
}

#[test]
fn zip_trap_01_sizes_stand_after_the_data_and_the_directory_is_what_counts() {
    let files = bundle_of("import_succeeds_after_a_swallowed_error");
    let expected = verdicts(&run::triage(&files, SLICE));
    for descriptor in [true, false] {
        let zip = members(&files, |member| Member { descriptor, ..member });
        assert_eq!(verdicts(&triage_one("debug.zip", zip.bytes())), expected);
    }
}

#[test]
fn zip_trap_02_a_zip_without_its_directory_gives_its_findings_and_never_a_negative_verdict() {
    for (case, expected) in [
        ("import_succeeds_after_a_swallowed_error", Verdict::Suspect),
        ("no_warning_in_logs_that_cover_the_whole_run", Verdict::CannotTell),
    ] {
        let files = bundle_of(case);
        let bytes = members(&files, |member| member).bytes();
        let directory = bytes.windows(4).position(|bytes| bytes == b"PK\x01\x02").unwrap();
        let report = triage_one("debug.zip", &bytes[..directory]);
        assert_eq!(advisory(&report).verdict, expected, "{case}");
        assert_eq!(unread(&report), [("debug.zip", "DAMAGED")]);
        for advisory in ["A-144650", "A-63162", "A-88042"] {
            assert!(report.input.unread[0].weakens.iter().any(|weaker| weaker == advisory));
        }
        let files = report.input.files;
        assert_eq!((files.total, files.read, files.unread), (4, 3, 1));
    }
}

#[test]
fn zip_trap_03_zip64_by_many_members_and_by_large_sizes() {
    let files = bundle_of("import_succeeds_after_a_swallowed_error");
    let expected = verdicts(&run::triage(&files, SLICE));
    let mut many = members(&files, |member| member);
    let range =
        |n: u32| Member { method: 0, ..Member::new(format!("debug/nodes/1/ranges/{n}.json"), "") };
    many.members.extend((0..66_000).map(range));
    let report = run::triage(
        &[File {
            path: "debug.zip".to_owned(),
            text: Zip { zip64_end: true, ..many.clone() }.bytes(),
        }],
        1 << 20,
    );
    assert_eq!(verdicts(&report), expected);
    assert_eq!(report.input.files.skipped, 66_000);
    let wide = members(&files, |member| Member { zip64: true, ..member });
    for zip in [Zip { zip64_end: true, ..wide.clone() }, wide] {
        assert_eq!(verdicts(&triage_one("debug.zip", zip.bytes())), expected);
    }
}

#[test]
fn zip_trap_04_the_tree_may_begin_anywhere() {
    let files = bundle_of("import_succeeds_after_a_swallowed_error");
    let expected = verdicts(&run::triage(&files, SLICE));
    let under = |change: &dyn Fn(&str) -> String| {
        let moved: Vec<File> = files
            .iter()
            .map(|file| File { path: change(&file.path), text: file.text.clone() })
            .collect();
        members(&moved, |member| member).bytes()
    };
    let variants = [
        under(&|path| format!("mydump/{path}")),
        under(&|path| path.replace("debug/", "")),
        under(&|path| path.replace('/', "\\")),
        under(&|path| format!("/tmp/{path}")),
        under(&|path| format!("../{path}")),
    ];
    let nested = Zip::default()
        .and(Member::new("__MACOSX/debug/._x", "mac"))
        .and(Member::new("upload/debug.zip", &variants[1]))
        .bytes();
    for (number, bytes) in variants.iter().chain([&nested]).enumerate() {
        let report = triage_one("case.zip", bytes.as_slice());
        assert_eq!(verdicts(&report), expected, "variant {number}");
        assert_eq!(report.nodes.iter().map(|node| node.node).collect::<Vec<_>>(), [1]);
    }
    // Only the logs: the finding is there, and what would say how the job ended is asked for.
    let logs = triage_one("case.zip", {
        let logs: Vec<File> = files
            .iter()
            .filter(|file| file.path.ends_with(".log"))
            .map(|file| File {
                path: file.path.replace("debug/nodes/1/", ""),
                text: file.text.clone(),
            })
            .collect();
        members(&logs, |member| member).bytes()
    });
    assert_eq!(logs.verdict(), Verdict::Suspect);
}

#[test]
fn zip_trap_05_virtual_clusters_mirror_the_tree_and_share_no_ids() {
    let system = bundle_of("no_warning_in_logs_that_cover_the_whole_run");
    let mut files = system.clone();
    for file in bundle_of("import_succeeds_after_a_swallowed_error") {
        let path = file.path.replace("debug/", "debug/cluster/demo/");
        files.push(File { path, text: file.text });
    }
    let report = run::triage(
        &[File { path: "debug.zip".to_owned(), text: members(&files, |member| member).bytes() }],
        SLICE,
    );
    let of_warning = report.findings.iter().filter(|f| f.advisory == "A-144650");
    let subjects: Vec<_> = of_warning.map(|f| (f.subject.tenant.as_str(), f.verdict)).collect();
    assert_eq!(subjects, [("demo", Verdict::Suspect)]);
    let nodes: Vec<_> = report.nodes.iter().map(|n| (n.tenant.as_str(), n.node)).collect();
    assert_eq!(nodes, [("demo", 1), ("system", 1)]);
    let jobs: Vec<_> = report.jobs.iter().map(|j| (j.tenant.as_str(), j.id.as_str())).collect();
    assert_eq!(jobs, [("demo", "1065722008981340161"), ("system", "1065722008981340161")]);
}

#[test]
fn zip_trap_06_a_partial_table_beside_its_error_is_read_and_weakens() {
    let mut files = bundle_of("no_warning_in_logs_that_cover_the_whole_run");
    let table = "debug/crdb_internal.jobs.txt";
    files
        .push(File { path: format!("{table}.err.txt"), text: b"ERROR: connection reset".to_vec() });
    let report = triage_one("debug.zip", members(&files, |member| member).bytes());
    assert_eq!(advisory(&report).verdict, Verdict::CannotTell);
    assert_eq!(unread(&report), [("debug/crdb_internal.jobs.txt.err.txt", "COLLECTION_FAILED")]);
    assert_eq!(report.jobs.len(), 1, "the rows that were written count");
}

#[test]
fn zip_trap_07_of_several_attempts_at_a_table_the_last_good_one_counts() {
    let mut files = bundle_of("import_succeeds_after_a_swallowed_error");
    let at = files.iter().position(|file| file.path.ends_with("jobs.txt")).unwrap();
    let whole = files[at].clone();
    files[at].text.truncate(40);
    files.push(File { path: format!("{}.err.txt", whole.path), text: b"restart".to_vec() });
    files.push(File { path: whole.path.replace(".txt", ".1.txt"), text: whole.text });
    let report = triage_one("debug.zip", members(&files, |member| member).bytes());
    assert_eq!(report.verdict(), Verdict::Suspect);
    assert_eq!(unread(&report), []);
    assert_eq!(report.input.files.skipped, 2, "the first attempt and its error");
}

#[test]
fn zip_trap_10_logs_of_the_last_two_days_do_not_cover_an_older_job() {
    let mut files = bundle_of("no_warning_in_logs_that_cover_the_whole_run");
    for file in files.iter_mut().filter(|file| file.path.ends_with("jobs.txt")) {
        let text = String::from_utf8(file.text.clone()).unwrap();
        file.text = text.replace("2025-04-22 06:20:00", "2025-04-19 06:20:00").into_bytes();
    }
    let report = triage_one("debug.zip", members(&files, |member| member).bytes());
    assert_eq!(advisory(&report).verdict, Verdict::CannotTell);
    let finding = report.findings.iter().find(|finding| finding.advisory == "A-144650").unwrap();
    assert_eq!(finding.reasons[0].code, "RUN_NOT_COVERED");
}

#[test]
fn zip_trap_11_a_node_without_logs_is_named_and_nothing_is_called_clean() {
    for lonely in ["debug/nodes/2/status.json.err.txt", "debug/nodes/2.skipped"] {
        let mut files = bundle_of("no_warning_in_logs_that_cover_the_whole_run");
        files.push(File { path: lonely.to_owned(), text: b"rpc error".to_vec() });
        let report = triage_one("debug.zip", members(&files, |member| member).bytes());
        assert_eq!(advisory(&report).verdict, Verdict::CannotTell, "{lonely}");
        assert_eq!(advisory(&report).coverage.nodes_without_logs, ["system/n2"], "{lonely}");
        let node = report.nodes.iter().find(|node| node.node == 2).unwrap();
        assert!(node.coverage.is_empty());
    }
}

#[test]
fn zip_trap_12_profiles_dumps_and_traces_are_passed_over_by_name() {
    let files = bundle_of("import_succeeds_after_a_swallowed_error");
    let mut zip = members(&files, |member| member);
    for name in [
        "debug/nodes/1/goroutines/goroutine_dump.2025-04-22T06_00_00.000.double_since_last_dump.000001.txt.gz",
        "debug/nodes/1/heapprof/memprof.2025-04-22T06_00_00.000.1.pprof",
        "debug/jobs/1065722008981340161/running/trace.zip",
        "debug/nodes/1/cpu.pprof",
    ] {
        // Bytes that nobody could unpack: they are not even looked at.
        zip = zip.and(Member { wrong_crc: true, ..Member::new(name, b"\x1f\x8b\x08 PK\x03\x04") });
    }
    let report = triage_one("debug.zip", zip.bytes());
    assert_eq!(found(&report).len(), 1);
    assert_eq!(unread(&report), []);
    assert_eq!(report.input.files.skipped, 4);
}
