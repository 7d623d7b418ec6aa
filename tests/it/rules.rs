//! The documents that are made from rules, the worked rules and their examples.
//!
//! `UPDATE_DOCS=1 cargo test --test it rules` writes what comes out; read it.

use std::fs;

use crdb_triage::advisories::detector;
use crdb_triage::rules::{RuleSet, document};
use crdb_triage::triage::example;

fn is_written(path: &str, text: &str) {
    if std::env::var_os("UPDATE_DOCS").is_some() {
        fs::write(path, text).unwrap();
    }
    assert!(fs::read_to_string(path).unwrap() == text, "{path} is not what the rules make of it");
}

#[test]
fn docs_are_made_from_the_rules() {
    is_written("docs/codes.md", &document::codes(&RuleSet::shipped()));
    is_written("docs/rules.md", &document::manual());
}

#[test]
fn worked_rules_come_to_what_their_examples_say() {
    let mut set = RuleSet::shipped();
    for (name, text) in document::WORKED {
        set.add_text(name, text);
        let file = set.files().last().unwrap().clone();
        let problems: Vec<String> = file.problems.iter().map(ToString::to_string).collect();
        assert!(problems.is_empty(), "{problems:#?}");
        let rule = set.get(&file.id.unwrap()).unwrap();
        assert!(!rule.examples.is_empty(), "{name}");
        for one in &rule.examples {
            assert_eq!(example::run(rule, one), Ok(one.verdict), "{name}: {}", one.name);
        }
    }
}

#[test]
fn shipped_rules_are_complete() {
    for rule in RuleSet::shipped().rules() {
        let id = &rule.id;
        if let Some(named) = &rule.detector {
            assert!(detector(&named.name).is_some(), "{id} names a detector that does not exist");
            continue;
        }
        let cases = fs::read_to_string(format!("advisories/{id}.cases")).unwrap();
        assert!(cases.contains("\n=== "), "{id} has no cases");
        // A word that nothing but the lack of a line gives says too little of an advisory.
        let only_builds = rule.rows.is_empty() && rule.subject.from != "setting";
        let clean = rule.lines.iter().any(|line| line.verdict.as_str() == "not_affected");
        assert!(only_builds || clean, "{id} has no line for clusters that are not concerned");
    }
}
