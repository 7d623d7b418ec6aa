//! The printed forms of a report: the schema, the round trip, what a person reads, and hostile text in every field.

use crdb_triage::report::{self, AtLeast, Duplicate, Report, json, markdown, seen, text, wording};
use serde_json::{Value, json};

use crate::support::everywhere::{HOSTILE, everywhere};

/// A report with every part filled, as a support engineer might get it.
const FULL: &str = include_str!("../samples/report.json");
/// A report about chains of backups: some with findings, of several ages, and some without.
const BACKUPS: &str = include_str!("../samples/backups.json");
/// The same report as an older version saved it.
const OLDER: &str = include_str!("../samples/report-1.json");
const SCHEMA: &str = include_str!("../../schema/report-2.schema.json");
const OLDER_SCHEMA: &str = include_str!("../../schema/report-1.schema.json");

fn full() -> Report {
    json::read(FULL).unwrap()
}

fn backups() -> Report {
    json::read(BACKUPS).unwrap()
}

/// The same with every field that stands in a report only where there is something to say.
fn fullest() -> Report {
    let mut report = full();
    let source = report.nodes[0].versions[0].source.clone();
    let cluster = Some("0f7ac6de-1c29-4b43-9ac2-6b5bd10d4d2a".to_owned());
    report.input.duplicates =
        vec![Duplicate { path: "logs/cockroach.log".to_owned(), of: source.path.clone() }; 6];
    for node in &mut report.nodes {
        node.cluster.clone_from(&cluster);
        node.at_least =
            Some(AtLeast { series: "24.3".to_owned(), since: None, source: source.clone() });
        for version in &mut node.versions {
            (version.told_by, version.conflict) = (Some("node_build_info".to_owned()), true);
        }
    }
    report.cluster.iter_mut().for_each(|one| one.cluster.clone_from(&cluster));
    report.upgrade.iter_mut().for_each(|one| one.cluster.clone_from(&cluster));
    for job in &mut report.jobs {
        job.cluster.clone_from(&cluster);
    }
    for finding in &mut report.findings {
        finding.subject.cluster.clone_from(&cluster);
    }
    report
}

fn validator() -> jsonschema::Validator {
    validator_of(SCHEMA)
}

fn validator_of(schema: &str) -> jsonschema::Validator {
    let schema: Value = serde_json::from_str(schema).unwrap();
    jsonschema::draft202012::meta::validate(&schema).unwrap();
    jsonschema::draft202012::new(&schema).unwrap()
}

#[test]
fn a_report_follows_the_schema() {
    for report in [full(), fullest(), backups()] {
        let report: Value = serde_json::from_str(&json::print(&report)).unwrap();
        let errors: Vec<String> = validator()
            .iter_errors(&report)
            .map(|error| format!("{}: {error}", error.instance_path()))
            .collect();
        assert_eq!(errors, [] as [String; 0]);
    }
}

#[test]
fn a_report_of_the_older_schema_reads_as_one_of_now() {
    let saved: Value = serde_json::from_str(OLDER).unwrap();
    assert!(validator_of(OLDER_SCHEMA).is_valid(&saved), "the sample is of the older schema");
    assert!(!validator().is_valid(&saved), "and of that alone");
    let read = json::read(OLDER).unwrap();
    assert_eq!(read.schema, report::SCHEMA);
    let said = |report: &Report| -> Vec<_> {
        let each = report.advisories.iter();
        each.map(|one| (one.verdict, one.why.clone(), one.missing.clone())).collect()
    };
    assert_eq!(said(&read), said(&full()));
    assert_eq!(read.nodes, full().nodes);
    assert!(read.findings.iter().all(|finding| finding.effective_verdict == finding.verdict));
    assert!(read.advisories.iter().any(|advisory| !advisory.missing.is_empty()));
    assert!(read.cluster.is_empty() && read.collect.is_empty() && read.pins.is_empty());
    assert_eq!(report::saved::agrees(&read), Ok(()));
    let printed: Value = serde_json::from_str(&json::print(&read)).unwrap();
    assert!(validator().is_valid(&printed), "it is printed as one of now");
}

#[test]
fn the_schema_refuses_what_is_broken() {
    let whole: Value = serde_json::from_str(&json::print(&fullest())).unwrap();
    let schema = validator();
    let broken = [
        ("/nodes/0/cluster", json!("")),
        ("/nodes/0/at_least/series", json!("v24.3.0")),
        ("/nodes/0/versions/0/told_by", json!("rumour")),
        ("/nodes/0/versions/0/conflict", json!(false)),
        ("/input/duplicates", json!([])),
        ("/schema", json!("crdb-triage/report/1")),
        ("/collect/0/decides", json!([])),
        ("/cluster/0/jobs/0/count", json!("1")),
        ("/upgrade/0/to", json!("")),
        ("/findings/0/effective_verdict", json!("refuted")),
        ("/findings/0/reasons/0/args", json!({})),
        ("/pins/0/line", json!(0)),
        ("/input/redaction", json!("some")),
        ("/input/sources/0/kind", json!("rar")),
        ("/input/unread/0/reason", json!("broken")),
        ("/nodes/0/node", json!("1")),
        ("/nodes/0/coverage/0/from", json!("2025-04-22T06:22:39Z")),
        ("/jobs/0/id", json!(1_065_722_008_981_340_161_u64)),
        ("/jobs/0/timeline/0/source/line", json!(0)),
        ("/advisories/0/verdict", json!("clean")),
        ("/advisories/0/applicability", json!("maybe")),
        ("/advisories/0/coverage", json!(null)),
        ("/findings/0/verdict", json!("not_affected")),
        ("/findings/0/reasons", json!([])),
        ("/findings/0/subject/kind", json!("person")),
        ("/findings/0/subject/id", json!("0x10")),
        ("/findings/0/evidence/0/offset", json!(-1)),
        ("/findings/0/remediation/0/safety", json!("safe")),
    ];
    for (pointer, value) in broken {
        let mut report = whole.clone();
        *report.pointer_mut(pointer).unwrap() = value;
        assert!(!schema.is_valid(&report), "{pointer} was accepted");
    }
}

#[test]
fn the_schema_refuses_chains_that_are_broken() {
    let whole: Value = serde_json::from_str(BACKUPS).unwrap();
    let schema = validator();
    let broken = [
        ("/chains", json!([])),
        ("/chains/0/base", json!("")),
        ("/chains/0/more_operations", json!(-1)),
        ("/chains/0/layers/0/job", json!("full")),
        ("/chains/0/layers/0/kind", json!("differential")),
        ("/chains/0/layers/0/kind_told_by", json!("subdirectory")),
        ("/chains/0/layers/0/as_of", json!(null)),
        ("/chains/0/layers/0/state", json!("running")),
        ("/chains/0/layers/0/schedule", json!("daily")),
        ("/chains/0/layers/0/marks/0/role", json!("bad")),
        ("/chains/0/operations/0/operation", json!("schema_change")),
        ("/chains/0/operations/0/captured_by/0", json!(402)),
        ("/chains/0/restores/0/layer", json!("")),
        ("/findings/0/backup", json!(null)),
        ("/findings/0/backup/last_safe", json!("2022-11-03T02:00:00.000000Z")),
    ];
    for (pointer, value) in broken {
        let mut report = whole.clone();
        *report.pointer_mut(pointer).unwrap() = value;
        assert!(!schema.is_valid(&report), "{pointer} was accepted");
    }
}

#[test]
fn the_schema_knows_every_field_and_no_other() {
    knows_every_field(FULL, &[]);
    knows_every_field(BACKUPS, &["chains", "backup"]);
}

/// `optional` may be left out.
fn knows_every_field(report: &str, optional: &[&str]) {
    let whole: Value = serde_json::from_str(report).unwrap();
    let schema = validator();
    let mut objects = Vec::new();
    pointers_to_objects(&whole, String::new(), &mut objects);
    for pointer in objects {
        let fields: Vec<String> =
            whole.pointer(&pointer).unwrap().as_object().unwrap().keys().cloned().collect();
        for field in fields.into_iter().filter(|field| !optional.contains(&field.as_str())) {
            let mut report = whole.clone();
            report.pointer_mut(&pointer).unwrap().as_object_mut().unwrap().remove(&field);
            assert!(!schema.is_valid(&report), "{pointer} may lack {field}");
        }
        let mut report = whole.clone();
        report.pointer_mut(&pointer).unwrap()["more"] = json!(1);
        assert!(!schema.is_valid(&report), "{pointer} may have an unknown field");
    }
}

fn pointers_to_objects(value: &Value, at: String, found: &mut Vec<String>) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                pointers_to_objects(value, format!("{at}/{name}"), found);
            }
            found.push(at);
        }
        Value::Array(items) => {
            for (index, value) in items.iter().enumerate() {
                pointers_to_objects(value, format!("{at}/{index}"), found);
            }
        }
        _ => {}
    }
}

#[test]
fn what_was_printed_reads_back_and_prints_the_same() {
    let printed = json::print(&full());
    assert_eq!(printed, FULL, "the sample is in the printed form");
    assert_eq!(json::read(&printed).unwrap(), full());
    assert_eq!(json::read(&json::print(&fullest())).unwrap(), fullest());
    assert_eq!(json::print(&backups()), BACKUPS, "so is the sample of backups");
    assert!(printed.starts_with("{\n  \"schema\": \"crdb-triage/report/2\",\n  \"tool\": {"));
    assert!(printed.ends_with("}\n"));
}

#[test]
fn json_shows_hidden_characters_as_escapes_and_keeps_their_value() {
    let mut report = full();
    report.findings[0].evidence[0].text =
        "\u{1b}[2J\u{9b}\u{202e}\u{e0041}\u{7f}\n\t‹a›".to_owned();
    report.tool.run.bytes_per_second = f64::INFINITY;
    let printed = json::print(&report);
    assert!(printed.contains(r#""\u001b[2J\u009b\u202e\udb40\udc41\u007f\n\t‹a›""#));
    report.tool.run.bytes_per_second = 0.0;
    assert_eq!(json::read(&printed).unwrap(), report);
}

#[test]
fn what_is_no_report_is_refused_with_a_reason() {
    let other = FULL.replacen("report/2", "report/9\u{202e}", 1);
    assert_eq!(
        json::read(&other).unwrap_err().to_string(),
        "the schema is \"crdb-triage/report/9<U+202E>\", this tool reads \"crdb-triage/report/2\" and \"crdb-triage/report/1\""
    );
    let lacking = r#"{"schema":"crdb-triage/report/3"}"#;
    assert!(json::read(lacking).unwrap_err().to_string().starts_with("the schema is"));
    for text in ["", "[]", "{}", r#"{"schema":"crdb-triage/report/2"}"#] {
        assert!(!json::read(text).unwrap_err().to_string().is_empty(), "{text}");
    }
    // Nesting without end must not overflow the stack.
    assert!(json::read(&"[".repeat(1_000_000)).is_err());
}

#[test]
fn text_for_a_terminal() {
    insta::assert_snapshot!(text::print(&full()));
}

#[test]
fn markdown_for_a_ticket() {
    insta::assert_snapshot!(markdown::print(&full()));
}

#[test]
fn text_of_backup_chains() {
    insta::assert_snapshot!(text::print(&backups()));
}

#[test]
fn markdown_of_backup_chains() {
    insta::assert_snapshot!(markdown::print(&backups()));
}

/// What only some inputs make a report say.
#[test]
fn what_a_report_says_of_several_clusters_conflicts_and_copies() {
    for printed in [text::print(&fullest()), markdown::print(&fullest())] {
        let printed = printed.replace('\n', " ").replace(['`', '\\'], "");
        let words: Vec<&str> = printed.split_whitespace().collect();
        let printed = words.join(" ");
        for said in [
            "Node 0f7ac6de-1c29-4b43-9ac2-6b5bd10d4d2a/system/n2",
            "demoapp of cluster 0f7ac6de-1c29-4b43-9ac2-6b5bd10d4d2a",
            "logs/cockroach.log is the same as",
            "(2 more logs came more than once; the JSON report names all)",
            seen::CONFLICT,
            "version not known, but 24.3 or later, as the active cluster version has it",
            "no logs from node 3",
        ] {
            assert!(printed.contains(said), "{said} in: {printed}");
        }
    }
}

/// One headline per overall verdict, with and without what makes it speak of missing things.
#[test]
fn headlines() {
    let mut said = Vec::new();
    for verdict in [
        "confirmed",
        "suspect",
        "possible",
        "at_risk",
        "exposed",
        "cannot_tell",
        "no_sign",
        "cleared",
        "not_affected",
    ] {
        let mut report = full();
        let verdict = serde_json::from_value(json!(verdict)).unwrap();
        report.advisories.truncate(1);
        report.advisories[0].verdict = verdict;
        report.findings.truncate(1);
        report.findings[0].verdict = verdict;
        said.push(wording::headline(&report).to_string());
        report.input.unread.clear();
        report.input.files.unread = 0;
        report.advisories[0].coverage.missing.clear();
        said.push(wording::headline(&report).to_string());
    }
    let mut nothing = full();
    nothing.advisories.clear();
    said.push(wording::headline(&nothing).to_string());
    for line in &said {
        assert!(!line.contains("clean") && line.ends_with('.'), "{line}");
    }
    insta::assert_snapshot!(said.join("\n"));
}

#[test]
fn hostile_text_stays_text() {
    for hostile in HOSTILE {
        for report in [everywhere(fullest(), hostile), everywhere(backups(), hostile)] {
            let printed = text::print(&report);
            check_text(&printed, hostile);
            check_markdown(&markdown::print(&report), hostile);
            assert_eq!(json::read(&json::print(&report)).unwrap(), report);
        }
    }
}

fn check_text(printed: &str, hostile: &str) {
    no_hidden_characters(printed, hostile);
    let verdicts = printed.lines().filter(|line| line.starts_with("Verdict:")).count();
    assert_eq!(verdicts, 1, "{hostile:?} speaks for the report:\n{printed}");
    assert!(printed.ends_with("\nVerdict: suspect\n"), "{printed}");
    for line in printed.lines() {
        let at_the_margin = !line.starts_with(' ') && !line.is_empty();
        let own = [
            "Report of ",
            "Result: ",
            "WHAT",
            "ADVISORIES",
            "CLUSTER",
            "COLLECT NEXT",
            "UPGRADE",
            "FINDINGS",
            "BACKUP CHAINS",
            "NOT READ",
            "This build checks",
            "Verdict:",
        ];
        assert!(
            !at_the_margin || own.iter().any(|own| line.starts_with(own)),
            "{hostile:?} begins a line: {line}"
        );
    }
}

fn check_markdown(printed: &str, hostile: &str) {
    no_hidden_characters(printed, hostile);
    let mut fence: Option<String> = None;
    for line in printed.lines() {
        let inner = line.trim_start();
        let ticks = inner.len() - inner.trim_start_matches('`').len();
        match &fence {
            Some(open) if inner == open => fence = None,
            Some(open) => assert!(ticks < open.len(), "{hostile:?} closes a block: {line}"),
            None if ticks >= 3 && ["text", "sql"].contains(&&inner[ticks..]) => {
                fence = Some("`".repeat(ticks));
            }
            None => check_line(line, hostile),
        }
    }
    assert_eq!(fence, None, "{hostile:?} leaves a block open");
}

/// A line outside of a block: what is left of it without code spans and escapes holds no markup but ours.
fn check_line(line: &str, hostile: &str) {
    let rest = without_code(line);
    let inner = rest.trim_start();
    for (at, _) in rest.match_indices(['<', '[', ']', '|', '~', '$']) {
        let ours = rest[at..].starts_with("<https://www.cockroachlabs.com/docs/advisories/");
        assert!(ours || rest[..at].ends_with('\\'), "{hostile:?} is markup in: {line}\n{rest}");
    }
    for link in ["://", "www.", "evil.example", "@team", "#12", "javascript:"] {
        let linked = rest.replace("<https://www.cockroachlabs.com", "").contains(link);
        assert!(!linked, "{hostile:?} is a link in: {line}\n{rest}");
    }
    let ours = [
        "- ",
        "# ",
        "## ",
        "### ",
        "**",
        "Made by",
        "This build",
        "None",
        "Nothing",
        "One of",
        "Only builds",
    ];
    assert!(
        inner.is_empty() || ours.iter().any(|own| inner.starts_with(own)),
        "{hostile:?} begins a line: {line}"
    );
    let list = inner.trim_start_matches(['-', ' ']);
    assert!(inner.len() - list.len() <= 2, "{hostile:?} nests a list: {line}");
}

/// Takes code spans out as CommonMark finds them: an unescaped run of backticks, up to the next run of equal length.
fn without_code(line: &str) -> String {
    let mut rest = String::new();
    let mut at = 0;
    while let Some(c) = line[at..].chars().next() {
        let ticks = line[at..].len() - line[at..].trim_start_matches('`').len();
        if c == '\\' {
            let pair: String = line[at..].chars().take(2).collect();
            at += pair.len();
            rest.push_str(&pair);
        } else if ticks > 0 {
            at += ticks;
            let closing =
                closing_run(&line[at..], ticks).unwrap_or_else(|| panic!("open span: {line}"));
            at += closing;
            rest.push('…');
        } else {
            at += c.len_utf8();
            rest.push(c);
        }
    }
    rest
}

fn closing_run(text: &str, ticks: usize) -> Option<usize> {
    let mut at = 0;
    while let Some(found) = text[at..].find('`') {
        let run = text[at + found..].len() - text[at + found..].trim_start_matches('`').len();
        at += found + run;
        if run == ticks {
            return Some(at);
        }
    }
    None
}

fn no_hidden_characters(printed: &str, hostile: &str) {
    let hidden = |c: &char| {
        matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
            || c.is_control() && *c != '\n'
    };
    assert_eq!(printed.chars().find(hidden), None, "{hostile:?}");
}

#[test]
fn long_words_and_wide_letters_stay_within_the_width() {
    let long = "字x".repeat(200);
    let printed = [fullest(), backups()].map(|report| text::print(&everywhere(report, &long)));
    for line in printed.iter().flat_map(|printed| printed.lines()) {
        let columns: usize = line.chars().map(|c| if c == '字' { 2 } else { 1 }).sum();
        // Steps to copy are never cut.
        assert!(columns <= 100 || line.starts_with("            字x"), "{line}");
    }
}
