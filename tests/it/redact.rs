//! Redacted reports: no name gets through, the same name has the same replacement, and nothing that is needed is lost.

use std::collections::BTreeMap;
use std::fs;

use crdb_triage::report::{self, Report, html, json, markdown, text};
use proptest::prelude::*;
use serde_json::Value;

use crate::support::bundle::{self, File};
use crate::support::everywhere::everywhere;
use crate::support::run;

const FULL: &str = include_str!("../samples/report.json");
const BACKUPS: &str = include_str!("../samples/backups.json");

/// Names in the cases of the advisories: databases, tables, columns, parts of addresses, users, virtual clusters.
const NAMES: [&str; 31] = [
    "look",
    "ferry",
    "ferry-vault",
    "ferry-drop",
    "ferry-east",
    "ferry-west",
    "ferry-archive",
    "tickets",
    "old_tickets",
    "seat",
    "seats",
    "demo",
    "moor",
    "moor_old",
    "moor-backups",
    "moor-drop",
    "moor-archive",
    "note",
    "orders",
    "berths",
    "pier",
    "boats",
    "buoys",
    "totals",
    "employees",
    "bucket",
    "nightly",
    "hourly",
    "depot",
    "demoapp",
    "root",
];

/// What no text of ours holds: each name is marked with it.
const MARK: &str = "zqx";

/// Every case as a bundle in which each name is one that cannot be overlooked, and errors quote keys and addresses.
fn cases() -> Vec<(String, Vec<File>)> {
    let mut cases = Vec::new();
    for advisory in fs::read_dir("src/advisories").unwrap() {
        let Ok(entries) = fs::read_dir(advisory.unwrap().path().join("cases")) else { continue };
        for entry in entries {
            let path = entry.unwrap().path();
            let text = fs::read_to_string(&path).unwrap();
            let text = planted(text.split_once("----\n").unwrap().0);
            cases.push((path.display().to_string(), bundle::parse(&text)));
        }
    }
    assert!(cases.len() > 150);
    cases
}

fn planted(text: &str) -> String {
    const SIGN: &str = "in-progress encountered an error:";
    let names =
        regex::Regex::new(&format!(r"\b({}|berths_[a-z_]+|by[A-Z][a-z]+)\b", NAMES.join("|")))
            .unwrap();
    let text =
        names.replace_all(text, |found: &regex::Captures<'_>| format!("{MARK}{}", &found[0]));
    text.replace(SIGN, &format!("{SIGN} {MARK}key/‹{MARK}row› 10.44.55.66:26257 {MARK}.corp.example {MARK}-p@ss {MARK}ø字"))
}

fn forms(report: &Report) -> [String; 4] {
    [json::print(report), markdown::print(report), html::print(report), text::print(report)]
}

#[test]
fn no_name_of_any_case_gets_through() {
    let mut told = 0;
    for (name, files) in cases() {
        let complete = run::triage(&files, 1 << 20);
        told += json::print(&complete).matches(MARK).count();
        let redacted = report::redact(&complete);
        run::follows_schema(&redacted);
        for form in forms(&redacted) {
            for leak in [MARK, "44.55"] {
                let found = form
                    .find(leak)
                    .map(|at| form[at.saturating_sub(60)..].chars().take(120).collect::<String>());
                assert_eq!(found, None, "{name}");
            }
        }
        assert_eq!(report::redact(&redacted), redacted, "{name}");
        stays(&complete, &redacted);
        sentences_stay(&name, &complete, &redacted);
        one_for_each(&name, &complete, &redacted);
    }
    assert!(told > 5000, "{told}");
}

/// Sentences of ours into which no name was filled are as they were.
fn sentences_stay(name: &str, complete: &Report, redacted: &Report) {
    let all = |report: &Report| -> Vec<String> {
        let of_finding = |finding: &report::Finding| {
            let steps = finding.remediation.iter().map(|step| step.text.clone());
            let reasons = finding.reasons.iter().map(|reason| reason.text.clone());
            steps.chain(reasons).collect::<Vec<_>>()
        };
        let whole = report.advisories.iter().flat_map(|advisory| {
            let missing = advisory.coverage.missing.iter().cloned();
            missing.chain([advisory.why.clone(), advisory.title.clone(), advisory.severity.clone()])
        });
        let unread = report.input.unread.iter().map(|unread| unread.detail.clone());
        report.findings.iter().flat_map(of_finding).chain(whole).chain(unread).collect()
    };
    // What stands in a description may be a name, also where it is a word of ours elsewhere.
    let bare = |c: char| !c.is_alphanumeric() && c != '_';
    let named: Vec<&str> = complete
        .jobs
        .iter()
        .map(|job| job.description.as_str())
        // A job whose row names no type is not listed, and what it touches is named all the same.
        .chain(
            complete
                .findings
                .iter()
                .filter_map(|finding| finding.backup.as_ref())
                .flat_map(|part| part.tables.iter().chain(&part.indexes).map(String::as_str)),
        )
        .flat_map(|names| names.split(bare))
        .filter(|word| !word.is_empty())
        .collect();
    // Nodes are numbered anew.
    let node = |part: &str| part.strip_prefix('n').is_some_and(|id| id.parse::<u32>().is_ok());
    let clusters: Vec<&str> =
        complete.nodes.iter().filter_map(|node| node.cluster.as_deref()).collect();
    for (before, after) in all(complete).iter().zip(all(redacted)) {
        assert_eq!(before.split(' ').count(), after.split(' ').count());
        // The words of CockroachDB, quoted.
        if before.contains("This backup is affected by issue") {
            continue;
        }
        let mut last = "";
        for (a, b) in before.split(' ').zip(after.split(' ')) {
            // The name of a virtual cluster of which nothing else is in the report.
            let a_tenant = std::mem::replace(&mut last, a) == "cluster";
            let a_name = a.contains(MARK)
                || a.split(bare).any(|part| named.contains(&part) || node(part))
                || clusters.iter().any(|cluster| a.contains(cluster))
                || a_tenant;
            assert!(a == b || a_name, "{name}\n{before}\n{after}");
        }
    }
}

/// What is needed to act stays.
fn stays(complete: &Report, redacted: &Report) {
    assert_eq!(complete.verdict(), redacted.verdict());
    assert_eq!(complete.tool, redacted.tool);
    assert_eq!(complete.findings.len(), redacted.findings.len());
    for (a, b) in complete.findings.iter().zip(&redacted.findings) {
        assert_eq!((&a.advisory, a.verdict), (&b.advisory, b.verdict));
        if a.subject.id.bytes().all(|b| b.is_ascii_digit()) {
            assert_eq!(a.subject.id, b.subject.id);
        }
        let codes = |finding: &report::Finding| -> Vec<String> {
            finding.reasons.iter().map(|reason| reason.code.clone()).collect()
        };
        assert_eq!(codes(a), codes(b));
        let times = |finding: &report::Finding| -> Vec<_> {
            finding.evidence.iter().map(|piece| (piece.time, piece.line, piece.offset)).collect()
        };
        assert_eq!(times(a), times(b));
    }
    for (a, b) in complete.nodes.iter().zip(&redacted.nodes) {
        let versions = |node: &report::Node| -> Vec<_> {
            node.versions.iter().map(|ran| (ran.version.clone(), ran.from, ran.to)).collect()
        };
        assert_eq!(versions(a), versions(b));
    }
    for (a, b) in complete.jobs.iter().zip(&redacted.jobs) {
        assert_eq!(
            (&a.id, &a.job_type, &a.operation, &a.status),
            (&b.id, &b.job_type, &b.operation, &b.status)
        );
        assert_eq!((a.created, a.finished, &a.rows), (b.created, b.finished, &b.rows));
    }
}

/// Names that stand alone in a field: the same in the one report is the same in the other, and what differs differs.
fn one_for_each(name: &str, complete: &Report, redacted: &Report) {
    let (mut there, mut back) = (BTreeMap::new(), BTreeMap::new());
    let (a, b) = (serde_json::to_value(complete).unwrap(), serde_json::to_value(redacted).unwrap());
    pairs(&a, &b, "", &mut |kind, a, b| {
        let key = |value: &Value| (kind.to_owned(), value.to_string());
        let given = there.entry(key(a)).or_insert_with(|| b.clone());
        assert_eq!(given, b, "{name}: {kind} {a} has two replacements");
        let of = back.entry(key(b)).or_insert_with(|| a.clone());
        assert_eq!(of, a, "{name}: {kind} {b} stands for two");
    });
}

/// Goes through two reports at once, to what is a name in both.
fn pairs(a: &Value, b: &Value, field: &str, tell: &mut dyn FnMut(&str, &Value, &Value)) {
    match (a, b) {
        (Value::Object(of_a), Value::Object(of_b)) => {
            for (name, a) in of_a {
                pairs(
                    a,
                    &of_b[name],
                    if name == "id" && of_a.contains_key("layers") { "chain" } else { name },
                    tell,
                );
            }
        }
        (Value::Array(of_a), Value::Array(of_b)) => {
            assert_eq!(of_a.len(), of_b.len());
            of_a.iter().zip(of_b).for_each(|(a, b)| pairs(a, b, field, tell));
        }
        (a, b) => {
            if ["tenant", "cluster", "path", "chain", "tables", "indexes", "node"].contains(&field)
                && !a.is_null()
            {
                tell(field, a, b);
            }
        }
    }
}

#[test]
fn a_statement_keeps_its_keywords_and_a_line_what_is_known_of_it() {
    let redacted = report::redact(&json::read(FULL).unwrap());
    let job = &redacted.jobs[0];
    assert_eq!(
        job.description,
        "IMPORT INTO defaultdb.public.name-1(name-2, name-3, name-4) CSV DATA ('nodelocal://address-1')"
    );
    assert_eq!(job.tenant, "tenant-1");
    let sign = &job.timeline[1];
    let begin = "W250422 06:22:39.852238 6885 kv/bulk/sst_batcher.go:432 ⋮ [T3,Vtenant-1,n1,job=1065722008981340161,";
    assert!(sign.text.starts_with(begin), "{}", sign.text);
    assert!(
        sign.text.contains("closing with flushes in-progress encountered an error"),
        "{}",
        sign.text
    );
    assert_eq!(
        sign.source.path,
        "debug/nodes/1/logs/cockroach.host-2.2025-04-22T06_00_00Z.value-2.log"
    );
}

#[test]
fn secrets_of_addresses_are_in_neither_report() {
    let case = fs::read_to_string("src/advisories/a88042/cases/addresses_with_keys.txt").unwrap();
    assert!(case.contains("HUSH"), "the case has secrets");
    let files = bundle::parse(case.split_once("----\n").unwrap().0);
    let complete = run::triage(&files, 1 << 20);
    for report in [&complete, &report::redact(&complete)] {
        for form in forms(report) {
            assert!(!form.to_lowercase().contains("hush"), "{form}");
        }
    }
}

#[test]
fn each_form_says_that_names_were_replaced() {
    let redacted = report::redact(&json::read(FULL).unwrap());
    for form in forms(&redacted).iter().skip(1) {
        let words: Vec<&str> = form.split_whitespace().collect();
        assert!(words.join(" ").contains("Names in this report are replaced"), "{form}");
    }
    assert!(json::print(&redacted).contains("\"names_replaced\": true"));
    assert!(!json::print(&json::read(FULL).unwrap()).contains("names_replaced"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    /// Whatever stands around a name, and in whichever field.
    #[test]
    fn a_name_in_any_field_is_replaced(
        before in "[a-zA-Z0-9 ._:/?=&@'\"(){}\\[\\],;<>|‹›é字\u{301}\u{1f600}-]{0,12}",
        name in "zqx[a-z0-9é字\u{301}_]{0,6}",
        after in "[a-zA-Z0-9 ._:/?=&@'\"(){}\\[\\],;<>|‹›é字\u{301}\u{1f600}-]{0,12}",
    ) {
        for sample in [FULL, BACKUPS] {
            let complete = json::read(sample).unwrap();
            let mut filled = everywhere(complete.clone(), &format!("{before}{name}{after}"));
            filled.tool = complete.tool;
            let redacted = report::redact(&filled);
            let printed = json::print(&redacted);
            prop_assert!(!printed.contains("zqx"), "{}", printed);
            prop_assert_eq!(report::redact(&redacted), redacted);
        }
    }
}
