//! Removing what describes a job never makes a verdict about chains of backups clean.

use std::collections::BTreeMap;
use std::fs;

use crdb_triage::model::Verdict;

use crate::support::bundle::{self, File};
use crate::support::run;

const ADVISORIES: [&str; 2] = ["A-63162", "A-88042"];

/// What stands in the cell of a description after it was removed.
const REMOVED: [&str; 4] = ["", "NULL", "‹×›", "redacted"];

fn verdicts(files: &[File]) -> BTreeMap<String, Verdict> {
    let report = run::triage(files, 1 << 20);
    let of_chains = report.advisories.into_iter().filter(|a| ADVISORIES.contains(&a.id.as_str()));
    of_chains.map(|advisory| (advisory.id, advisory.verdict)).collect()
}

fn is_clean(verdict: Verdict) -> bool {
    matches!(verdict, Verdict::NoSign | Verdict::NotAffected | Verdict::Cleared)
}

/// The bundles that differ from `files` by what describes one job, and what was done.
fn without_descriptions(files: &[File]) -> Vec<(String, Vec<File>)> {
    let mut bundles = Vec::new();
    for (at, file) in files.iter().enumerate() {
        let text = std::str::from_utf8(&file.text).unwrap();
        let lines: Vec<&str> = text.lines().collect();
        let Some(names) = lines.first().filter(|names| names.starts_with("job_id\t")) else {
            continue;
        };
        let column = |name| names.split('\t').position(|column| column == name).unwrap();
        let (job_type, description) = (column("job_type"), column("description"));
        let own = |row: &usize| !lines[*row].contains("AUTO CREATE STATS");
        for row in (1..lines.len()).filter(own) {
            let mut replace = |cells: &[(usize, &str)]| {
                let mut changed: Vec<&str> = lines[row].split('\t').collect();
                cells.iter().for_each(|(column, text)| changed[*column] = text);
                let changed = changed.join("\t");
                let mut lines = lines.clone();
                lines[row] = &changed;
                let mut files = files.to_vec();
                files[at].text = (lines.join("\n") + "\n").into_bytes();
                bundles.push((changed, files));
            };
            REMOVED.iter().for_each(|text| replace(&[(description, text)]));
            replace(&[(job_type, "NULL")]);
            replace(&[(job_type, "NULL"), (description, "‹×›")]);
        }
    }
    bundles
}

fn no_case_becomes_clean(advisory: &str) {
    let (mut tried, mut faults) = (0, Vec::new());
    for case in fs::read_dir(format!("src/advisories/{advisory}/cases")).unwrap() {
        let path = case.unwrap().path();
        let text = fs::read_to_string(&path).unwrap();
        let files = bundle::parse(text.split_once("----\n").unwrap().0);
        let before = verdicts(&files);
        if before.values().all(|verdict| is_clean(*verdict)) {
            continue;
        }
        for (what, files) in without_descriptions(&files) {
            tried += 1;
            for (id, verdict) in verdicts(&files) {
                if is_clean(verdict) && !is_clean(before[&id]) {
                    let was = before[&id];
                    faults.push(format!("{}: {id} {was} -> {verdict}: {what}", path.display()));
                }
            }
        }
    }
    assert!(tried > 1_000, "the cases were not found: {tried} bundles were tried");
    assert!(faults.is_empty(), "{} of {tried}:\n{}", faults.len(), faults.join("\n"));
}

#[test]
fn removing_a_description_makes_no_case_of_a63162_clean() {
    no_case_becomes_clean("a63162");
}

#[test]
fn removing_a_description_makes_no_case_of_a88042_clean() {
    no_case_becomes_clean("a88042");
}
