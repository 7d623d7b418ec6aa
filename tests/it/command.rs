//! The command as a person or a script runs it: exit status, forms, streams.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::atomic::{AtomicU32, Ordering};

use crdb_triage::report::{Report, json};

use crate::support::bundle;
use crate::support::run::follows_schema;

fn scan(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_crdb-triage")).arg("scan").args(arguments).output().unwrap()
}

fn run_command(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_crdb-triage")).args(arguments).output().unwrap()
}

/// A case written out as a folder of its own; tests run side by side.
fn folder(case: &str) -> PathBuf {
    written(case, &input(case))
}

/// What goes into a case.
fn input(case: &str) -> String {
    let text = fs::read_to_string(format!("src/advisories/a144650/cases/{case}.txt")).unwrap();
    text.split_once("----\n").unwrap().0.to_owned()
}

/// Files that are written as text, in a folder of their own.
fn written(name: &str, text: &str) -> PathBuf {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    let root = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}-{number}"));
    fs::remove_dir_all(&root).ok();
    for file in bundle::parse(text) {
        let path = root.join(&file.path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, &file.text).unwrap();
    }
    root
}

/// A table of settings that was read wholly.
const SETTINGS: &str = "//- debug/crdb_internal.cluster_settings.txt
variable\tvalue\ttype\tpublic\tdescription\tdefault_value\torigin
sql.defaults.vectorize\ton\te\tt\tvectorize\ton\tdefault
";

fn status(case: &str) -> i32 {
    let folder = folder(case).join("debug");
    scan(&[folder.to_str().unwrap(), "--format", "json"]).status.code().unwrap()
}

#[test]
fn the_exit_status_is_that_of_the_contract() {
    // No bundle shows what ran years ago, which some advisories need to know.
    let unnamed = input("never_an_affected_build").replace("v25.4.1 ", "v25.4.9 ");
    let folder = written("unnamed_build", &format!("{unnamed}{SETTINGS}")).join("debug");
    let debug = folder.to_str().unwrap();
    assert_eq!(scan(&[debug]).status.code(), Some(3));
    let output = scan(&[debug, "--history", "25.4.9"]);
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stdout));
    assert_eq!(status("no_warning_in_logs_that_cover_the_whole_run"), 3);
    assert_eq!(status("import_succeeds_after_a_swallowed_error"), 1);
    assert_eq!(status("warning_and_the_job_is_running"), 1);
    assert_eq!(status("import_older_than_the_logs"), 3);
    assert_eq!(scan(&[]).status.code(), Some(2));
    assert_eq!(scan(&["no/such/file"]).status.code(), Some(2));
}

#[test]
fn own_rules_are_listed_apart_and_a_bad_one_stops_nothing() {
    let folder = folder("never_an_affected_build");
    let rules = folder.join("rules");
    fs::create_dir_all(&rules).unwrap();
    fs::copy("src/rules/worked/disk-stalls.toml", rules.join("a.toml")).unwrap();
    fs::write(rules.join("b.toml"), "id = \"b\"\ntitel = \"B\"\n").unwrap();
    let bundle = folder.join("debug");
    let arguments = [bundle.to_str().unwrap(), "--rules", rules.to_str().unwrap(), "--format"];
    let output = scan(&[&arguments[..], &["json"]].concat());
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let last = report["advisories"].as_array().unwrap().last().unwrap();
    assert_eq!((&last["id"], &last["origin"]), (&"disk-stalls".into(), &"user".into()));
    let files = report["tool"]["rules"].as_array().unwrap();
    assert_eq!(files[0]["id"], "disk-stalls");
    assert_eq!(files[1]["problems"][0], "line 1: a rule has at least one `[[line]]`");
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(
        said.contains("b.toml:2: a rule has no field `titel`; did you mean `title`?"),
        "{said}"
    );
    for form in ["text", "markdown", "html"] {
        let printed = scan(&[&arguments[..], &[form]].concat()).stdout;
        let printed = String::from_utf8(printed).unwrap();
        assert!(
            printed.contains("Rules of a person's own") || printed.contains("person&#39;s own"),
            "{form}"
        );
        assert!(printed.contains("was not used"), "{form}");
    }
}

#[test]
fn rules_are_checked_listed_and_explained() {
    let run = |arguments: &[&str]| {
        let output =
            Command::new(env!("CARGO_BIN_EXE_crdb-triage")).args(arguments).output().unwrap();
        (output.status.code().unwrap(), String::from_utf8(output.stdout).unwrap())
    };
    let (status, said) = run(&["rules", "check", "src/rules/worked"]);
    assert_eq!((status, said.matches("can be used").count()), (0, 3), "{said}");
    let (status, said) = run(&["rules", "check", "--advisories", "advisories"]);
    let is_rule = |file: &fs::DirEntry| file.path().extension().is_some_and(|end| end == "toml");
    let rules = fs::read_dir("advisories").unwrap().filter(|file| is_rule(file.as_ref().unwrap()));
    assert_eq!((status, said.matches("can be used").count()), (0, rules.count()), "{said}");
    let wrong = Path::new(env!("CARGO_TARGET_TMPDIR")).join("wrong.toml");
    let rule = fs::read_to_string("src/rules/worked/disk-stalls.toml").unwrap();
    fs::write(&wrong, rule.replacen("verdict = \"no_sign\"", "verdict = \"suspect\"", 1)).unwrap();
    let (status, said) = run(&["rules", "check", wrong.to_str().unwrap()]);
    assert_eq!(status, 1);
    assert!(said.contains("the example \"one stall is not enough\" comes to no_sign"), "{said}");
    assert!(run(&["rules", "list"]).1.contains("A-96029"));
    assert!(run(&["explain", "A-96029"]).1.contains("22.2.0 to v22.2.3"));
    assert!(run(&["explain", "AFFECTED_BUILD_RAN_BEFORE"]).1.contains("A-54418: possible"));
    assert!(run(&["explain", "SUCCEEDED_AFTER_ERROR"]).1.contains("suspect"));
    assert_eq!(run(&["explain", "NOTHING_OF_THE_KIND"]).0, 2);
}

#[test]
fn an_input_that_cannot_be_opened_is_said_on_the_error_stream() {
    let output = scan(&["no/such/file"]);
    assert_eq!(output.stdout, b"");
    assert!(String::from_utf8(output.stderr).unwrap().contains("no/such/file"));
}

#[test]
fn every_form_names_the_job_and_the_verdict() {
    let folder = folder("import_succeeds_after_a_swallowed_error").join("debug");
    let folder = folder.to_str().unwrap();
    for form in ["text", "json", "markdown", "html"] {
        let output = scan(&[folder, "--format", form]);
        let printed = String::from_utf8(output.stdout).unwrap();
        assert!(printed.contains("1065722008981340161"), "{form}");
        assert!(printed.contains("suspect"), "{form}");
        assert_eq!(output.stderr, b"", "{form}: progress belongs on a terminal only");
    }
}

#[test]
fn tables_and_lines_hold_the_same_report() {
    let folder = folder("import_succeeds_after_a_swallowed_error").join("debug");
    let folder = folder.to_str().unwrap();
    let output = |form: &str| String::from_utf8(scan(&[folder, "--format", form]).stdout).unwrap();
    let (whole, line, table) = (output("json"), output("ndjson"), output("csv"));
    assert_eq!(line.lines().count(), 1);
    let (mut whole, mut line) = (json::read(&whole).unwrap(), json::read(&line).unwrap());
    whole.tool.run = crdb_triage::report::Run::default();
    line.tool.run = crdb_triage::report::Run::default();
    assert_eq!(whole, line);
    let found = table.lines().filter(|row| row.starts_with("A-144650,")).count();
    assert_eq!(found, whole.findings.iter().filter(|one| one.advisory == "A-144650").count());
    assert!(table.contains(",1065722008981340161,suspect,suspect,"), "{table}");
}

#[test]
fn check_decides_what_a_version_alone_can_decide() {
    let output = run_command(&["check", "--version", "21.2.3", "--format", "json"]);
    assert_eq!(output.status.code(), Some(3));
    let report = json::read(&String::from_utf8(output.stdout).unwrap()).unwrap();
    follows_schema(&report);
    let of = |id: &str| report.advisories.iter().find(|one| one.id == id).unwrap();
    assert_eq!(of("A-74736").verdict.as_str(), "exposed");
    assert!(of("A-74736").why.starts_with("The cluster ran v21.2.3 as a person states."));
    assert_eq!(of("A-144650").verdict.as_str(), "not_affected", "{:?}", of("A-144650").missing);
    let stated: Vec<(&str, &str)> = report
        .input
        .stated
        .iter()
        .map(|stated| (stated.fact.as_str(), stated.value.as_str()))
        .collect();
    assert_eq!(stated, [("version", "v21.2.3")]);
    assert!(report.findings.iter().all(|finding| finding.evidence.is_empty()));
    assert!(report.upgrade.iter().any(|to| to.to.starts_with("v21.2.")), "{:?}", report.upgrade);
    assert!(report.collect.iter().any(|item| item.command.contains("cockroach debug zip")));
    // Nothing is clean that only a log or a table can show.
    let open = report.advisories.iter().filter(|one| one.verdict.as_str() == "no_sign").count();
    assert_eq!(open, 0);
}

#[test]
fn check_takes_history_and_refuses_what_is_no_build() {
    let word = |arguments: &[&str]| {
        let mut all = vec!["check", "--version", "25.4.3", "--format", "json"];
        all.extend(arguments);
        let output = run_command(&all);
        let report = json::read(&String::from_utf8(output.stdout).unwrap()).unwrap();
        let one = report.advisories.into_iter().find(|one| one.id == "A-54418").unwrap();
        (one.verdict.to_string(), one.missing)
    };
    let (verdict, missing) = word(&[]);
    assert_eq!(verdict, "cannot_tell");
    assert_eq!(missing, ["history: which versions the cluster ran before"]);
    assert_eq!(word(&["--history", "24.1"]).0, "not_affected");
    for arguments in [&["check"][..], &["check", "--version", "24.3"], &["check", "--version", "x"]]
    {
        let output = run_command(arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
    }
}

#[test]
fn a_saved_report_is_no_log_and_never_clean() {
    let bundle = folder("never_an_affected_build").join("debug");
    for (form, name) in [("json", "report.json"), ("html", "report.html"), ("json", "notes.txt")] {
        let report = scan(&[bundle.to_str().unwrap(), "--format", form]).stdout;
        let file = bundle.parent().unwrap().join(name);
        fs::write(&file, report).unwrap();
        let output = scan(&[file.to_str().unwrap(), "--format", "json"]);
        assert_eq!(output.status.code(), Some(3), "{name}");
        let report = json::read(&String::from_utf8(output.stdout).unwrap()).unwrap();
        let unread = &report.input.unread[0];
        assert_eq!((unread.path.as_str(), unread.reason.as_str()), (name, "SAVED_REPORT"));
        assert!(unread.detail.starts_with("This is a report that crdb-triage wrote"));
        fs::remove_file(file).unwrap();
    }
}

#[test]
fn redacted_the_report_has_no_name_of_a_table() {
    let folder = folder("import_succeeds_after_a_swallowed_error").join("debug");
    for form in ["text", "json", "markdown", "html"] {
        let output = scan(&[folder.to_str().unwrap(), "--format", form, "--redact"]);
        let printed = String::from_utf8(output.stdout).unwrap();
        assert!(
            printed.contains("1065722008981340161") && !printed.contains("orders"),
            "{printed}"
        );
        assert_eq!(output.status.code(), Some(1));
    }
}

#[test]
fn a_folder_has_the_paths_that_a_browser_gives_it() {
    let folder = folder("import_succeeds_after_a_swallowed_error").join("debug");
    let output = scan(&[folder.to_str().unwrap(), "--format", "json"]);
    let report: Report = json::read(&String::from_utf8(output.stdout).unwrap()).unwrap();
    assert_eq!(report.findings[0].evidence[0].path, "debug/nodes/1/logs/cockroach.log");
    assert_eq!(report.tool.run.host, "command");
}
