//! Every case of every advisory, and every healthy bundle, each a test by its own name.
//!
//! A case says what goes in, and which verdicts come out: of its advisory, and of any other that has a finding. It proves
//! several things: the verdicts; the same verdicts when the input is read in tiny slices; and the same when it comes as
//! one zip. `UPDATE_CASES=1 cargo test --test cases` writes what came out; read it.
//!
//! A healthy bundle is an ordinary one, on which nothing may fire: no finding that asks for action. The first line of each
//! file says what it is, the second what each advisory comes to: a complete bundle is decided, and not only silent. A
//! false alarm costs a support engineer a day of validating, and so does a needless `cannot_tell`.
//!
//! `cargo test --test cases A-144650::` runs those of one advisory, and any part of a name chooses as it does elsewhere.

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
use std::process::ExitCode;

use bundle::File;
use libtest_mimic::{Arguments, Failed, Trial};
use zip::{Member, Zip};

/// So many there are at least: fewer, and they were not found.
const CASES: usize = 400;
/// Likewise, of the healthy bundles that are decided.
const DECIDED: usize = 25;

fn main() -> ExitCode {
    let (cases, healthy) = (cases(), files("tests/healthy"));
    let (found, decided) = (cases.len(), healthy.iter().filter(|path| is_decided(path)).count());
    let mut trials = vec![
        Trial::test("the_cases_are_found", move || at_least(CASES, found)),
        Trial::test("healthy_bundles_are_decided", move || at_least(DECIDED, decided)),
    ];
    trials.extend(cases.into_iter().map(|(advisory, path)| {
        let name = format!("{advisory}::{}", stem(&path));
        Trial::test(name, move || case(&advisory, &path))
    }));
    trials.extend(healthy.into_iter().map(|path| {
        Trial::test(format!("healthy::{}", stem(&path)), move || {
            nothing_fires(&path);
            Ok(())
        })
    }));
    libtest_mimic::run(&Arguments::from_args(), trials).exit_code()
}

fn at_least(wanted: usize, found: usize) -> Result<(), Failed> {
    if found < wanted { Err(format!("{found} of at least {wanted}").into()) } else { Ok(()) }
}

/// The files of a folder, in order.
fn files(folder: impl AsRef<Path>) -> Vec<PathBuf> {
    let mut files: Vec<_> =
        fs::read_dir(folder).unwrap().map(|file| file.unwrap().path()).collect();
    files.sort();
    files
}

/// Each case with the id of the advisory that it is about.
fn cases() -> Vec<(String, PathBuf)> {
    let mut cases = Vec::new();
    for advisory in files("src/advisories") {
        let folder = advisory.join("cases");
        if folder.is_dir() {
            let id = stem(&advisory).replacen('a', "A-", 1);
            cases.extend(files(folder).into_iter().map(|path| (id.clone(), path)));
        }
    }
    cases
}

/// The name of a file or folder without what tells its kind.
fn stem(path: &Path) -> String {
    path.file_stem().unwrap().to_str().unwrap().to_owned()
}

fn case(advisory: &str, path: &Path) -> Result<(), Failed> {
    let text = fs::read_to_string(path).unwrap();
    let (input, expected) =
        text.split_once("----\n").unwrap_or_else(|| panic!("{} has no ----", path.display()));
    let files = bundle::parse(input);
    let verdicts = |files: &[File], slice| run::verdicts(&run::triage(files, slice), advisory);
    let actual = verdicts(&files, 1 << 20);
    if std::env::var_os("UPDATE_CASES").is_some() {
        fs::write(path, format!("{input}----\n{actual}")).unwrap();
        return Ok(());
    }
    let same = |name: &str, actual: &str| {
        if actual == expected {
            Ok(())
        } else {
            Err(format!("{}\n{name}:\n{actual}instead of:\n{expected}", path.display()))
        }
    };
    same("as files", &actual)?;
    same("in slices of seven bytes", &verdicts(&files, 7))?;
    same("as a zip", &verdicts(&[zipped(&files)], 64))?;
    Ok(())
}

fn zipped(files: &[File]) -> File {
    let members = files.iter().map(|file| Member::new(&file.path, &file.text)).collect();
    File { path: "bundle.zip".to_owned(), text: Zip { members, ..Zip::default() }.bytes() }
}

fn nothing_fires(path: &Path) {
    let text = fs::read_to_string(path).unwrap();
    let report = run::triage(&bundle::parse(&text), 4096);
    assert!(
        !report.verdict().asks_for_action(),
        "{} fires:\n{}",
        path.display(),
        run::verdicts(&report, "")
    );
    assert!(report.input.bytes_read > 0, "{}: nothing was read", path.display());
    assert_eq!(report.input.unread, [], "{}: something was not read", path.display());
    let mut verdicts: Vec<_> = report
        .advisories
        .iter()
        .map(|advisory| format!("{} {}", advisory.id, advisory.verdict.as_str()))
        .collect();
    verdicts.sort();
    let missing: Vec<_> =
        report.advisories.iter().flat_map(|advisory| &advisory.coverage.missing).collect();
    assert_eq!(verdicts.join(", "), declared(&text), "{}: {missing:#?}", path.display());
}

/// What a healthy bundle says that each advisory comes to.
fn declared(text: &str) -> &str {
    text.lines().nth(1).unwrap().trim_start_matches("# ")
}

fn is_decided(path: &Path) -> bool {
    !declared(&fs::read_to_string(path).unwrap()).contains("cannot_tell")
}
