//! Every case of every advisory: what goes in, and which verdicts come out, of this advisory and of any other that has a
//! finding.
//!
//! Each case proves several things: the verdicts; the same verdicts when the input is read in tiny slices; and the
//! same when it comes as one zip. `UPDATE_CASES=1 cargo test --test cases` writes what came out; read it.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on stops here")]

#[path = "support/bundle.rs"]
mod bundle;
#[path = "support/run.rs"]
mod run;
#[expect(dead_code, reason = "the tests of containers use the rest of it")]
#[path = "support/zip.rs"]
mod zip;

use std::fs;
use std::path::{Path, PathBuf};

use bundle::File;
use zip::{Member, Zip};

fn cases() -> Vec<PathBuf> {
    let mut cases = Vec::new();
    for advisory in fs::read_dir("src/advisories").unwrap() {
        let folder = advisory.unwrap().path().join("cases");
        if let Ok(entries) = fs::read_dir(folder) {
            cases.extend(entries.map(|entry| entry.unwrap().path()));
        }
    }
    cases.sort();
    cases
}

#[test]
fn every_case_gives_its_verdicts() {
    let cases = cases();
    assert!(cases.len() > 40, "the cases were not found");
    let mut failures = Vec::new();
    for path in &cases {
        if let Err(failure) = check(path) {
            failures.push(format!("{}\n{failure}", path.display()));
        }
    }
    assert!(
        failures.is_empty(),
        "{} of {} cases:\n\n{}",
        failures.len(),
        cases.len(),
        failures.join("\n")
    );
}

fn check(path: &Path) -> Result<(), String> {
    let text = fs::read_to_string(path).unwrap();
    let (input, expected) =
        text.split_once("----\n").unwrap_or_else(|| panic!("{} has no ----", path.display()));
    let files = bundle::parse(input);
    // Cases stand in `src/advisories/<advisory>/cases`.
    let folder = path.ancestors().nth(2).and_then(Path::file_name).unwrap();
    let own = folder.to_str().unwrap().replacen('a', "A-", 1);
    let verdicts = |files: &[File], slice| run::verdicts(&run::triage(files, slice), &own);
    let actual = verdicts(&files, 1 << 20);
    if std::env::var_os("UPDATE_CASES").is_some() {
        fs::write(path, format!("{input}----\n{actual}")).unwrap();
        return Ok(());
    }
    let same = |name: &str, actual: &str| {
        if actual == expected {
            Ok(())
        } else {
            Err(format!("{name}:\n{actual}instead of:\n{expected}"))
        }
    };
    same("as files", &actual)?;
    same("in slices of seven bytes", &verdicts(&files, 7))?;
    same("as a zip", &verdicts(&[zipped(&files)], 64))
}

fn zipped(files: &[File]) -> File {
    let members = files.iter().map(|file| Member::new(&file.path, &file.text)).collect();
    File { path: "bundle.zip".to_owned(), text: Zip { members, ..Zip::default() }.bytes() }
}
