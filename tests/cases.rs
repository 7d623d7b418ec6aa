//! Every case of every advisory, and every healthy bundle, each a test by its own name.
//!
//! A case says what goes in, and which verdicts come out: of its advisory, of any other that asks for action, and of those
//! with a detector that have a finding. It proves several things: the verdicts; the same verdicts when the input is read in
//! tiny slices; and the same when it comes as one zip. `UPDATE_CASES=1 cargo test --test cases` writes what came out; read it.
//!
//! Cases of a detector are a file each. Those beside a rule are many in a file, each after a line `=== name: what it shows`.
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
use std::sync::Mutex;

use bundle::File;
use libtest_mimic::{Arguments, Failed, Trial};
use zip::{Member, Zip};

/// So many there are at least: fewer, and they were not found.
const CASES: usize = 1900;
/// Advisories of which the healthy bundles lack a fact: what ran long ago, which jobs there were then, settings, that they
/// are of after January 2023, or what is not read for an advisory yet.
const LACK: &[&str] = &[
    "A-48860",
    "A-50587",
    "A-54418",
    "A-62842",
    "A-64325",
    "A-68005",
    "A-71553",
    "A-71655",
    "A-73024",
    "A-73629",
    "A-74385",
    "A-79066",
    "A-79281",
    "A-81448",
    "A-82079",
    "A-82309",
    "A-82576",
    "A-84144",
    "A-88047",
    "A-90146",
    "A-93314",
    "A-93398",
    "A-96465",
    "A-96924",
    "A-97090",
    "A-97932",
    "A-98779",
    "A-99049",
    "A-99561",
    "A-99796",
    "A-101963",
    "A-102375",
    "A-103220",
    "A-104309",
    "A-106617",
    "A-110363",
    "A-114393",
    "A-122372",
    "A-123371",
    "A-131639",
    "A-133479",
    "A-151050",
    "A-161317",
    "A-162085",
    "A-166122",
    "A-190483",
    "C20230118",
];
/// Likewise, of the healthy bundles that are decided.
const DECIDED: usize = 25;

fn main() -> ExitCode {
    let (cases, healthy) = (cases(), files("tests/healthy"));
    let (found, decided) = (cases.len(), healthy.iter().filter(|path| is_decided(path)).count());
    let mut trials = vec![
        Trial::test("the_cases_are_found", move || at_least(CASES, found)),
        Trial::test("healthy_bundles_are_decided", move || at_least(DECIDED, decided)),
    ];
    trials.extend(cases.into_iter().map(|case| {
        let name = format!("{}::{}", case.advisory, case.name);
        Trial::test(name, move || case.check())
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

/// One case.
struct Case {
    /// The id of the advisory that it is about.
    advisory: String,
    name: String,
    path: PathBuf,
    input: String,
    expected: String,
    /// Whether it is one of many in its file.
    beside_rule: bool,
}

fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for advisory in files("src/advisories") {
        let folder = advisory.join("cases");
        if folder.is_dir() {
            let id = stem(&advisory).replacen('a', "A-", 1);
            cases.extend(files(folder).into_iter().map(|path| {
                let text = fs::read_to_string(&path).unwrap();
                Case::new(&id, &stem(&path), &path, &text, false)
            }));
        }
    }
    for path in files("advisories").into_iter().filter(|path| path.extension().unwrap() == "cases")
    {
        let text = fs::read_to_string(&path).unwrap();
        for part in text.split("\n=== ").skip(1) {
            let (head, rest) = part.split_once('\n').unwrap();
            let (name, shows) =
                head.split_once(": ").unwrap_or_else(|| panic!("{head} says nothing"));
            assert!(!shows.is_empty(), "{}: {name} says nothing", path.display());
            cases.push(Case::new(&stem(&path), name, &path, &format!("{rest}\n"), true));
        }
    }
    cases
}

/// The name of a file or folder without what tells its kind.
fn stem(path: &Path) -> String {
    path.file_stem().unwrap().to_str().unwrap().to_owned()
}

impl Case {
    fn new(advisory: &str, name: &str, path: &Path, text: &str, beside_rule: bool) -> Self {
        let (input, expected) = text
            .split_once("----\n")
            .unwrap_or_else(|| panic!("{}: {name} has no ----", path.display()));
        // An empty line parts it from the next one.
        let expected =
            if beside_rule { format!("{}\n", expected.trim_end()) } else { expected.to_owned() };
        let (advisory, name) = (advisory.to_owned(), name.to_owned());
        let (path, input) = (path.to_owned(), input.to_owned());
        Self { advisory, name, path, input, expected, beside_rule }
    }

    fn check(&self) -> Result<(), Failed> {
        let files = bundle::parse(&self.input);
        let verdicts =
            |files: &[File], slice| run::verdicts(&run::triage(files, slice), &self.advisory);
        let actual = verdicts(&files, 1 << 20);
        if std::env::var_os("UPDATE_CASES").is_some() {
            self.update(&actual);
            return Ok(());
        }
        let same = |name: &str, actual: &str| {
            if actual == self.expected {
                return Ok(());
            }
            let (path, expected) = (self.path.display(), &self.expected);
            Err(format!("{path}\n{name}:\n{actual}instead of:\n{expected}"))
        };
        same("as files", &actual)?;
        same("in slices of seven bytes", &verdicts(&files, 7))?;
        same("as a zip", &verdicts(&[zipped(&files)], 64))?;
        Ok(())
    }

    /// Writes what came out in the place of what was expected. Cases of one file write it one after another.
    fn update(&self, actual: &str) {
        static ONE: Mutex<()> = Mutex::new(());
        let _one = ONE.lock().unwrap();
        let text = fs::read_to_string(&self.path).unwrap();
        let at = if self.beside_rule {
            text.find(&format!("\n=== {}: ", self.name)).unwrap()
        } else {
            0
        };
        let (before, after) = text.split_at(at);
        // In a new case nothing may stand between this and the next one.
        let (input, rest) = after.split_once("----").unwrap();
        let tail = rest.find("\n=== ").map_or("", |at| &rest[at..]);
        fs::write(&self.path, format!("{before}{input}----\n{actual}{tail}")).unwrap();
    }
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
    let declared = declared(&text);
    let is_declared = |id: &str| declared.contains(&format!("{id} "));
    let mut verdicts: Vec<_> = report
        .advisories
        .iter()
        .filter(|advisory| is_declared(&advisory.id))
        .map(|advisory| format!("{} {}", advisory.id, advisory.verdict.as_str()))
        .collect();
    verdicts.sort();
    let missing: Vec<_> =
        report.advisories.iter().flat_map(|advisory| &advisory.coverage.missing).collect();
    assert_eq!(verdicts.join(", "), declared, "{}: {missing:#?}", path.display());
    let undecided: Vec<_> = report
        .advisories
        .iter()
        .filter(|one| !is_declared(&one.id) && one.verdict.as_str() == "cannot_tell")
        .filter(|one| !LACK.contains(&one.id.as_str()))
        .map(|one| (&one.id, &one.coverage.missing))
        .collect();
    assert_eq!(undecided, [], "{}: nothing but these lacks a fact", path.display());
}

/// What a healthy bundle says that each advisory comes to.
fn declared(text: &str) -> &str {
    text.lines().nth(1).unwrap().trim_start_matches("# ")
}

fn is_decided(path: &Path) -> bool {
    !declared(&fs::read_to_string(path).unwrap()).contains("cannot_tell")
}
