//! Inputs that were once called clean and must not be: the bundles of `../shared/samples/false-clean`, each with the
//! weakest answer that is right.
//!
//! The bundles are not part of the repository. In a clone without them the tests say that they are skipped.

#![expect(clippy::print_stdout, reason = "a test says what it skips")]

use std::fs;
use std::path::{Path, PathBuf};

use crdb_triage::report::Report;

use crate::support::bundle::File;
use crate::support::run;

/// The folder of the bundles, or nothing in a clone without it.
fn samples() -> Option<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/samples/false-clean");
    if root.is_dir() {
        return Some(root);
    }
    println!("skipped: {} is not there", root.display());
    None
}

/// The files below a folder, with paths that begin with the folder's own name, as a browser names them.
fn files(folder: &Path) -> Vec<File> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(folder.parent().unwrap()).unwrap();
                let path_text = name.to_str().unwrap().to_owned();
                files.push(File { path: path_text, text: fs::read(&path).unwrap() });
            }
        }
    }
    files.sort_by(|a, b| a.path.cmp(&b.path));
    files
}

fn report(root: &Path, name: &str) -> Report {
    run::triage(&files(&root.join(name)), 1 << 20)
}

fn verdict(report: &Report, advisory: &str) -> String {
    let advisory = report.advisories.iter().find(|one| one.id == advisory).unwrap();
    advisory.verdict.to_string()
}

/// How strongly a verdict says that something is wrong; what is clean says nothing.
fn strength(verdict: &str) -> u8 {
    match verdict {
        "no_sign" | "not_affected" | "mitigated" | "cleared" => 0,
        "cannot_tell" | "exposed" => 1,
        "at_risk" | "possible" => 2,
        "suspect" => 3,
        "confirmed" => 4,
        other => panic!("{other} is no verdict"),
    }
}

#[test]
fn each_bundle_answers_at_least_what_is_right() {
    let Some(root) = samples() else { return };
    let readme = fs::read_to_string(root.join("README.md")).unwrap();
    let mut checked = 0;
    let mut failures = Vec::new();
    for line in readme.lines().filter(|line| line.starts_with("| `")) {
        let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
        let [name, advisory, least] = cells[..] else { panic!("{line}") };
        if advisory.is_empty() {
            continue;
        }
        // `suspect or possible` names two answers that are right.
        let least = least.split(" or ").map(strength).min().unwrap();
        let report = report(&root, name.trim_matches('`'));
        let answer = verdict(&report, advisory);
        if strength(&answer) < least {
            failures.push(format!("{line}: {answer}\n{}", run::verdicts(&report, advisory)));
        }
        checked += 1;
    }
    assert!(checked > 30, "the table of the README was not found");
    assert!(failures.is_empty(), "{} of {checked}:\n{}", failures.len(), failures.join("\n"));
}

#[test]
fn controls_keep_their_answers() {
    let Some(root) = samples() else { return };
    for (name, advisory, answer) in [
        ("00-base", "A-144650", "no_sign"),
        ("00-base-warn", "A-144650", "suspect"),
        ("02e-control-nothing-lost", "A-144650", "suspect"),
        ("05d-control-with-the-folder-that-was-trimmed", "A-144650", "suspect"),
        ("23-control", "A-144650", "suspect"),
        ("90-fa-node-added-mid-run", "A-144650", "no_sign"),
        ("90f-fa-virtual-cluster-healthy", "A-144650", "no_sign"),
    ] {
        let report = report(&root, name);
        assert_eq!(
            verdict(&report, advisory),
            answer,
            "{name}:\n{}",
            run::verdicts(&report, advisory)
        );
    }
}

/// A restore of users restores no tables; a restore that reads an incremental backup taken seconds after its full one
/// reads what the rollback left behind.
#[test]
fn restores_are_judged_by_what_they_read() {
    let Some(root) = samples() else { return };
    let restores = |name: &str| -> Vec<String> {
        let report = report(&root, name);
        let text = run::verdicts(&report, "A-88042");
        text.lines().filter(|line| line.trim().starts_with("restore ")).map(str::to_owned).collect()
    };
    let users = restores("90c-fa-restore-system-users");
    assert!(users.iter().all(|line| line.contains(" cleared ")), "{users:?}");
    let soon = restores("33c-incremental-25s-after-the-full-is-taken-for-a-full");
    assert!(
        soon.iter().any(|line| line.contains(" suspect ") || line.contains(" possible ")),
        "{soon:?}"
    );
}
