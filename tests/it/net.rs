//! The net under all advisories: wherever in a bundle a sign stands and however it is dressed, it is never passed over in
//! silence.
//!
//! `PROPTEST_CASES=5000 cargo test --test it net::` looks further, each time elsewhere.

use std::fs;
use std::path::PathBuf;

use crdb_triage::model::{UnreadReason, Verdict};
use crdb_triage::parse::crdb_text;
use crdb_triage::report::Report;
use crdb_triage::scan::{LogScanner, Signatures};
use proptest::prelude::*;
use proptest::test_runner::{RngSeed, TestCaseError};

use crate::support::bundle::{self, File};
use crate::support::dresses::{self, DRESSES, Dress, JOINS, Join, NEW_FILES, SIGNS};
use crate::support::run;

fn bundles() -> Vec<PathBuf> {
    let mut all: Vec<PathBuf> =
        fs::read_dir("tests/healthy").unwrap().map(|entry| entry.unwrap().path()).collect();
    for advisory in fs::read_dir("src/advisories").unwrap() {
        if let Ok(cases) = fs::read_dir(advisory.unwrap().path().join("cases")) {
            all.extend(cases.map(|case| case.unwrap().path()));
        }
    }
    all.sort();
    assert!(all.len() > 100, "the bundles were not found");
    all
}

fn read(path: &PathBuf) -> Vec<File> {
    let text = fs::read_to_string(path).unwrap();
    bundle::parse(text.split_once("----\n").map_or(&*text, |(input, _)| input))
}

/// A sign in the dresses `names` put into a bundle; a sentence if it is passed over.
fn check(
    mut files: Vec<File>,
    names: &[&str],
    (advisory, sign): (&str, &[u8]),
    (file, line, join): (usize, usize, Join),
) -> Result<(), String> {
    let path = dresses::insert(&mut files, file, line, join, sign);
    if dresses::is_lost(advisory, names, &path) || ends_in_error_column(&files, &path, join) {
        return Ok(());
    }
    if dresses::is_passed_over(&dresses::outcome(&files), advisory, &path) {
        let text = files.iter().find(|one| one.path == path).map(|one| &one.text);
        let text = String::from_utf8_lossy(text.unwrap()).into_owned();
        return Err(format!("{advisory} in {path}, line {line}, {join:?}:\n{text}"));
    }
    Ok(())
}

/// Whether a sign was joined to a row of a jobs table of which the last cell is the error of the job: there it is a part of
/// that error, which is read.
fn ends_in_error_column(files: &[File], path: &str, join: Join) -> bool {
    let file = files.iter().find(|file| file.path == path).unwrap();
    let head = file.text.split(|byte| *byte == b'\n').next().unwrap();
    join != Join::Own && head.trim_ascii_end().ends_with(b"error")
}

/// In a bundle that is rightly without signs, every dress in every file.
#[test]
fn a_sign_is_seen_in_every_dress_and_file() {
    let files = read(&PathBuf::from("tests/healthy/covered_imports_on_24_3_9.txt"));
    let mut failures = Vec::new();
    for (name, dress) in DRESSES {
        for file in 0..files.len() + NEW_FILES.len() {
            let joins = if file < files.len() { &JOINS[..] } else { &JOINS[..1] };
            for join in joins.iter().copied() {
                let (advisory, sign) = SIGNS[0];
                let dressed = dress(sign.as_bytes());
                if let Err(what) =
                    check(files.clone(), &[name], (advisory, &dressed), (file, 2, join))
                {
                    failures.push(format!("{name}: {}", what.lines().next().unwrap()));
                }
            }
        }
    }
    assert!(failures.is_empty(), "{} passed over:\n{}", failures.len(), failures.join("\n"));
}

fn config() -> ProptestConfig {
    let default = ProptestConfig { failure_persistence: None, ..ProptestConfig::default() };
    match std::env::var_os("PROPTEST_CASES") {
        Some(_) => default,
        None => ProptestConfig { cases: 400, rng_seed: RngSeed::Fixed(16), ..default },
    }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn a_sign_is_seen_in_any_bundle_at_any_place(
        bundle in any::<prop::sample::Index>(),
        sign in any::<prop::sample::Index>(),
        inner in any::<prop::sample::Index>(),
        outer in prop::option::weighted(0.3, any::<prop::sample::Index>()),
        file in any::<usize>(),
        line in any::<usize>(),
        join in prop::sample::select(JOINS.to_vec()),
    ) {
        let all = bundles();
        let path = &all[bundle.index(all.len())];
        let files = read(path);
        let (advisory, sign) = SIGNS[sign.index(SIGNS.len())];
        let (name, dress) = DRESSES[inner.index(DRESSES.len())];
        let mut dressed = dress(sign.as_bytes());
        let mut names = vec![name];
        if let Some(outer) = outer {
            let outer_ones: Vec<Dress> =
                DRESSES.into_iter().filter(|outer| dresses::fits_around(outer.0, name)).collect();
            let (name, dress) = outer_ones[outer.index(outer_ones.len())];
            dressed = dress(&dressed);
            names.push(name);
        }
        check(files, &names, (advisory, &dressed), (file, line, join)).map_err(|what| {
            TestCaseError::fail(format!("{}, {names:?}: {what}", path.display()))
        })?;
    }
}

fn healthy(more: &[(&str, &str)]) -> Report {
    let mut files = read(&PathBuf::from("tests/healthy/covered_imports_on_24_3_9.txt"));
    files.extend(
        more.iter()
            .map(|(path, text)| File { path: (*path).to_owned(), text: text.as_bytes().to_vec() }),
    );
    run::triage(&files, 4096)
}

fn verdict(report: &Report) -> Verdict {
    report.advisories.iter().find(|one| one.id == "A-144650").unwrap().verdict
}

#[test]
fn files_without_signs_beside_a_bundle_weaken_nothing() {
    let report = healthy(&[
        ("README.md", "# What we saw\n\nThe import was slow; see the warning in the ticket.\n"),
        ("prices.csv", "item,price\nflush,3\nerror,9\n"),
        ("debug/page.html", "<p>closing with flushes</p>"),
        ("debug/run.sh", "#!/bin/sh\ngrep -r 'encountered an error' .\n"),
        ("debug/ranges.json", "{}"),
        ("debug/nodes/1/goroutines/goroutine_dump.2025.txt.gz", "not packed"),
        ("debug/nodes/1/heap.pprof", "\u{1}\u{2}"),
        ("debug/picture.png", "\u{1}\u{2}\u{3}"),
    ]);
    assert_eq!(verdict(&report), Verdict::NoSign);
    let advisory = report.advisories.iter().find(|one| one.id == "A-144650").unwrap();
    assert!(
        advisory.why.ends_with("2 of profiles, traces and dumps of goroutines or ranges, 1 of pictures and pages that are no text."),
        "{}",
        advisory.why
    );
    let files = report.input.files;
    assert_eq!(files.total, files.read + files.skipped + files.unread);
    let unread: Vec<&str> = report.input.unread.iter().map(|one| one.path.as_str()).collect();
    assert_eq!(unread, ["README.md", "prices.csv"]);
    assert!(report.input.unread.iter().all(|one| one.weakens.is_empty()));
}

/// A query for the very message is what somebody typed, and no sign.
#[test]
fn a_statement_that_quotes_a_sign_is_none() {
    let sign = "closing with flushes in-progress encountered an error";
    let query = format!("SELECT * FROM logs WHERE message LIKE '%{sign}%'");
    let head =
        "991 9@util/log/event_log.go:45 ⋮ [T1,Vsystem,n1,client=10.1.1.9:50102,user=support]";
    let events = format!(
        "I250421 09:31:07.100000 {head} 1 {{\"Timestamp\":1,\"EventType\":\"query_execute\",\"Statement\":\"SELECT * FROM ‹logs› WHERE ‹m› LIKE ‹'%{sign}%'›\",\"Tag\":\"SELECT\",\"User\":\"support\"}}\nI250421 09:31:08.100000 {head} 2 {{\"Timestamp\":1,\"EventType\":\"query_execute\",\"Statement\":\"SELECT ‹$1›\",\"PlaceholderValues\":[\"‹'{sign}'›\"]}}\n"
    );
    let slow = format!(
        "I250421 09:31:09.100000 992 sql/exec_log.go:207 ⋮ [T1,Vsystem,n1] 3 12.1ms ‹exec› ‹\"app\"› {{}} ‹\"{query}\"› {{}} 1\n"
    );
    let table = format!(
        "job_id\tjob_type\tdescription\tstatus\tcreated\tfinished\n7\tCREATE TABLE AS\tCREATE TABLE x AS {query}\tfailed\t2025-04-21 03:00:00\t2025-04-21 03:01:00\n"
    );
    for (path, text) in [
        ("debug/nodes/1/logs/cockroach-sql-exec.log", &events),
        ("debug/nodes/1/logs/cockroach-sql-exec.log", &slow),
        ("debug/crdb_internal.jobs.2.txt", &table),
        ("debug/crdb_internal.cluster_queries.txt", &query),
        ("support.sql", &query),
    ] {
        let report = healthy(&[(path, text)]);
        let codes: Vec<&str> = report
            .findings
            .iter()
            .flat_map(|finding| finding.reasons.iter().map(|reason| reason.code.as_str()))
            .collect();
        assert!(!codes.contains(&"SIGN_NOT_UNDERSTOOD"), "{path}: {codes:?}");
    }
}

/// An entry of another source file may be a copy of the warning; it is not dropped because a rule does not expect it.
#[test]
fn a_sign_from_another_source_file_is_a_finding() {
    let entry = SIGNS[0].1.replace("kv/bulk/sst_batcher.go:432", "util/log/copied.go:7");
    let report = healthy(&[("debug/nodes/1/logs/cockroach-copy.log", &format!("{entry}\n"))]);
    assert_eq!(verdict(&report), Verdict::Possible);
    let finding = report.findings.iter().find(|one| one.verdict == Verdict::Possible).unwrap();
    assert_eq!(finding.subject.id, "debug/nodes/1/logs/cockroach-copy.log:1");
    assert_eq!(finding.reasons[0].code, "SIGN_NOT_UNDERSTOOD");
    assert!(finding.reasons[0].text.contains("util/log/copied.go"));
}

/// Many lines of one file are one finding, which names the first ones and says how many there are.
#[test]
fn many_signs_of_a_file_are_one_finding() {
    let rows: String = (0..5000).map(|n| format!("{n},\"{}\"\n", SIGNS[0].1)).collect();
    let report = healthy(&[("export.csv", &format!("n,line\n{rows}"))]);
    let found: Vec<_> =
        report.findings.iter().filter(|one| one.reasons[0].code == "SIGN_NOT_UNDERSTOOD").collect();
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].subject.id, "export.csv:2");
    assert_eq!(found[0].evidence.len(), 20);
    assert!(found[0].reasons[0].text.contains("4999 more lines"), "{}", found[0].reasons[0].text);
    let unread = &report.input.unread;
    assert_eq!(unread.len(), 1);
    // What looks like entries of a log may be any, so all advisories that look for entries are weaker.
    assert_eq!(unread[0].path, "export.csv");
    for advisory in ["A-144650", "A-63162", "A-88042"] {
        assert!(unread[0].weakens.iter().any(|weaker| weaker == advisory), "{advisory}");
    }
    assert_eq!(unread[0].reason, "HEAD_NOT_READ");
    assert!(unread[0].detail.contains("5000, the first at line 2"), "{}", unread[0].detail);
}

/// An entry in a dress that leaves its head as it is, at any place of the log of its node: it is read, or counted as not
/// read.
#[test]
fn an_entry_in_a_dress_is_read_or_counted() {
    const HEAD: usize = 30;
    let scanned = |text: &[u8]| {
        let mut scanner = LogScanner::new(&Signatures::new(Vec::new()), "log");
        scanner.feed(text);
        scanner.finish()
    };
    let files = read(&PathBuf::from("tests/healthy/covered_imports_on_24_3_9.txt"));
    let mut tried = 0;
    for File { path, text } in files.iter().filter(|file| file.path.contains(".log")) {
        let lines: Vec<&[u8]> = text.split_inclusive(|b| *b == b'\n').collect();
        let entries = scanned(text).summary.entries;
        for (at, (name, dress)) in (0..lines.len()).flat_map(|at| DRESSES.map(|one| (at, one))) {
            let Some(head) = lines[at].get(..HEAD).filter(|_| crdb_text::head(lines[at]).is_some())
            else {
                continue;
            };
            let mut dressed = dress(lines[at].trim_ascii_end());
            dressed.push(b'\n');
            if dressed.windows(HEAD).position(|window| window == head).is_none_or(|at| at == 0) {
                continue;
            }
            let mut changed = lines.clone();
            changed[at] = &dressed;
            let log = scanned(&changed.concat());
            let counted = log.unread.iter().any(|one| one.reason == UnreadReason::HeadNotRead);
            assert!(counted || log.summary.entries == entries, "{name}: line {} of {path}", at + 1);
            tried += 1;
        }
    }
    assert!(tried > 400, "{tried} were tried");
}

/// A mention without a time and a source file is no line of a log: it cannot be called clean, and alarms nobody.
#[test]
fn a_mention_of_a_sign_cannot_be_told_from_one() {
    let script =
        "#!/bin/bash\ngrep -r \"closing with flushes in-progress encountered an error\" logs\n";
    let report = healthy(&[("debug/detect.sh", script)]);
    assert_eq!(verdict(&report), Verdict::CannotTell);
}

/// Our own report about a sign is no sign.
#[test]
fn a_report_of_this_tool_beside_a_bundle_weakens_nothing() {
    let files = read(&PathBuf::from(
        "src/advisories/a144650/cases/import_succeeds_after_a_swallowed_error.txt",
    ));
    let json = crdb_triage::report::json::print(&run::triage(&files, 4096));
    assert!(json.contains("closing with flushes in-progress"));
    assert_eq!(verdict(&healthy(&[("report.json", &json)])), Verdict::NoSign);
}
