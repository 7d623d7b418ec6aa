//! The rules of the house, as code: floors, file heads, file sizes, complete advisories, no markup from strings.
//!
//! Each rule says what it found and why that matters.

use std::fs;
use std::path::{Path, PathBuf};

/// From the ground up; `ARCHITECTURE.md` draws the same list.
const FLOORS: [&str; 10] = [
    "model",
    "ingest",
    "parse",
    "scan",
    "facts",
    "advisories",
    "rules",
    "triage",
    "report",
    "protocol",
];

fn files(folder: &str, extension: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![PathBuf::from(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                if !path.ends_with("target") {
                    folders.push(path);
                }
            } else if path.extension().is_some_and(|e| e == extension) {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

fn rust_files() -> Vec<PathBuf> {
    ["src", "hot", "www", "xtask", "tests", "bench"]
        .iter()
        .flat_map(|folder| files(folder, "rs"))
        .collect()
}

/// The floor that a file of `src/` is on; none for `lib.rs` and the command, which stand above all.
fn floor(path: &Path) -> Option<usize> {
    let room = path.components().nth(1)?.as_os_str().to_str()?;
    FLOORS.iter().position(|floor| *floor == room.trim_end_matches(".rs"))
}

#[test]
fn a_floor_uses_only_floors_below_it() {
    for path in files("src", "rs") {
        let Some(floor) = floor(&path) else { continue };
        let text = fs::read_to_string(&path).unwrap();
        for (above, name) in FLOORS.iter().enumerate().skip(floor + 1) {
            assert!(
                !uses(&text, name),
                "{} is on the floor `{}` and uses `{name}`, {} floors above it: a lower floor that knows a higher one cannot be understood or tested without it",
                path.display(),
                FLOORS[floor],
                above - floor
            );
        }
    }
}

/// Whether `text` names the module `crate::name`, also within braces after `crate::`.
fn uses(text: &str, name: &str) -> bool {
    let code: String = text
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"))
        .collect::<Vec<_>>()
        .join("\n");
    code.contains(&format!("crate::{name}")) || code.contains(&format!("crate::{{{name}"))
}

#[test]
fn advisories_do_not_know_each_other() {
    for own in advisories() {
        for path in files(&format!("src/advisories/{own}"), "rs") {
            let text = fs::read_to_string(&path).unwrap();
            for other in advisories().iter().filter(|other| **other != own) {
                let mut words = text.split(|c: char| !c.is_ascii_alphanumeric());
                assert!(
                    words.all(|word| word != other),
                    "{} names {other}: what two advisories need belongs into `facts`, or beside them",
                    path.display()
                );
            }
        }
    }
}

fn advisories() -> Vec<String> {
    let mut folders: Vec<String> = fs::read_dir("src/advisories")
        .unwrap()
        .map(|entry| entry.unwrap())
        .filter(|entry| entry.path().is_dir())
        .map(|entry| entry.file_name().into_string().unwrap())
        // Other folders hold what several of them share.
        .filter(|name| {
            name.strip_prefix('a').is_some_and(|number| number.bytes().all(|b| b.is_ascii_digit()))
        })
        .collect();
    folders.sort();
    folders
}

#[test]
fn layers_below_advisories_name_none() {
    let names_one = |line: &str| {
        let mut ids = line.split("A-").skip(1);
        ids.any(|id| id.bytes().take_while(u8::is_ascii_digit).count() >= 4)
    };
    for layer in FLOORS.iter().take_while(|layer| **layer != "advisories") {
        for path in files(&format!("src/{layer}"), "rs") {
            let text = fs::read_to_string(&path).unwrap();
            let mut code = text.lines().filter(|line| !line.trim_start().starts_with("//"));
            let named = code.find(|line| names_one(line));
            assert_eq!(
                named,
                None,
                "{} names an advisory: what is kept and derived must not depend on which advisories exist",
                path.display()
            );
        }
    }
}

#[test]
fn every_advisory_is_complete() {
    let listed = fs::read_to_string("src/advisories/mod.rs").unwrap();
    for name in advisories() {
        let folder = Path::new("src/advisories").join(&name);
        assert!(
            listed.contains(&format!("{name}::DETECTOR")),
            "{name} is not in the list of `advisories/mod.rs`, so nobody runs it"
        );
        let id = name.replacen('a', "A-", 1);
        let guide = fs::read_to_string(format!("advisories/{id}.md")).unwrap_or_default();
        for heading in ["What it means", "How we know", "What to do", "References"] {
            assert!(
                guide.contains(&format!("\n## {heading}\n")),
                "advisories/{id}.md lacks the heading `{heading}`"
            );
        }
        let cases = files(folder.join("cases").to_str().unwrap(), "txt");
        let expected: Vec<String> = cases
            .iter()
            .map(|case| {
                fs::read_to_string(case).unwrap().split_once("----\n").unwrap().1.to_owned()
            })
            .collect();
        let fires = |text: &String| {
            [" suspect ", " confirmed ", " possible ", " at_risk "]
                .iter()
                .any(|word| text.contains(word))
        };
        assert!(expected.iter().any(fires), "{name} has no case that fires");
        assert!(
            expected.iter().any(|text| !fires(text)),
            "{name} has no near miss that must not fire"
        );
    }
}

#[test]
fn every_file_says_what_it_is_for() {
    for path in rust_files() {
        let text = fs::read_to_string(&path).unwrap();
        assert!(
            text.starts_with("//! "),
            "{} does not begin with a `//!` sentence: a reader should know in one line why the file exists",
            path.display()
        );
    }
}

#[test]
fn no_file_is_a_warehouse() {
    for path in rust_files() {
        let lines = fs::read_to_string(&path).unwrap().lines().count();
        assert!(
            lines <= 800,
            "{} has {lines} lines: split it by what its parts are for",
            path.display()
        );
    }
}

#[test]
fn every_test_is_a_module_of_one_program() {
    let programs: Vec<PathBuf> = files("tests", "rs")
        .into_iter()
        .filter(|path| path.parent() == Some(Path::new("tests")) || path.ends_with("main.rs"))
        .collect();
    assert_eq!(
        programs.iter().map(|path| path.to_str().unwrap()).collect::<Vec<_>>(),
        ["tests/cases.rs", "tests/it/main.rs"],
        "each program links the whole engine: a test is a module of `tests/it`"
    );
    let lost = files("tests", "proptest-regressions");
    assert!(lost.is_empty(), "{lost:?}: proptest looks in `tests/proptest-regressions` only");
    let modules =
        ["tests/it", "www/e2e/tests/e2e"].into_iter().flat_map(|folder| files(folder, "rs"));
    for path in modules.filter(|path| !path.ends_with("main.rs")) {
        let module = if path.ends_with("mod.rs") { path.parent().unwrap() } else { &path };
        let above = module.parent().unwrap();
        let root = if above.join("main.rs").is_file() { "main.rs" } else { "mod.rs" };
        let listed = fs::read_to_string(above.join(root)).unwrap();
        assert!(
            listed.contains(&format!("mod {};", module.file_stem().unwrap().to_str().unwrap())),
            "{} is no module of {}, so nobody runs it",
            path.display(),
            above.join(root).display()
        );
    }
}

#[test]
fn lists_are_sorted_by_the_one_sort() {
    for path in files("src", "rs") {
        // The one sort itself, and what no browser fetches.
        if path.ends_with("model/sorting.rs") || path.starts_with("src/bin") {
            continue;
        }
        let text = fs::read_to_string(&path).unwrap();
        let code = text.split("#[cfg(test)]").next().unwrap();
        for method in ["sort", "sort_by", "sort_by_key", "sort_by_cached_key", "sort_unstable"] {
            assert!(
                !code.contains(&format!(".{method}(")),
                "{} calls `{method}`: each type that is sorted so costs a browser several kilobytes; `SortSmall` of `model` has one sort for all",
                path.display()
            );
        }
    }
}

#[test]
fn nothing_of_the_input_becomes_markup() {
    // Written in two parts so that this file does not name what it forbids.
    let forbidden = [
        concat!("inner_", "html"),
        concat!("inner", "HTML"),
        concat!("outer", "HTML"),
        concat!("insert_", "adjacent_html"),
        concat!("document.", "write"),
    ];
    for path in rust_files().into_iter().chain(files("www", "js")) {
        let text = fs::read_to_string(&path).unwrap();
        for word in forbidden {
            assert!(
                !text.contains(word),
                "{} uses {word}: log text and file names are hostile and never become markup",
                path.display()
            );
        }
    }
}

#[test]
fn the_page_links_no_parser() {
    // The workspace says how the engine is linked; the page may add no feature to that.
    for (path, without_engine) in [
        ("Cargo.toml", "crdb-triage = { path = \".\", default-features = false }"),
        ("www/page/Cargo.toml", "crdb-triage = { workspace = true }"),
    ] {
        let manifest = fs::read_to_string(path).unwrap();
        let line = manifest.lines().find(|line| line.starts_with("crdb-triage ")).unwrap();
        assert!(line.starts_with(without_engine), "the page links the whole engine: {line}");
    }
    for path in files("www/page/src", "rs") {
        let text = fs::read_to_string(&path).unwrap();
        // Its tests may hold it against the engine.
        let code = text.split("#[cfg(test)]").next().unwrap();
        for room in ["ingest", "parse", "scan", "facts", "advisories", "triage"] {
            assert!(
                !code.contains(&format!("crdb_triage::{room}")),
                "{} reaches into `{room}`; the page knows the report, not how it is made",
                path.display()
            );
        }
    }
}

#[test]
fn every_code_of_a_report_is_documented() {
    let documented = fs::read_to_string("docs/reasons.md").unwrap();
    let is_code = |word: &&str| {
        word.contains('_') && word.bytes().all(|b| b.is_ascii_uppercase() || b == b'_')
    };
    let sources = files("src/advisories", "rs")
        .into_iter()
        .chain([PathBuf::from("src/model/finding.rs"), PathBuf::from("src/model/job.rs")]);
    for path in sources {
        let mut text = fs::read_to_string(&path).unwrap();
        for word in ["SCREAMING_SNAKE_CASE", "OUT_DIR"] {
            text = text.replace(word, "");
        }
        let quoted = text.split('"').skip(1).step_by(2).filter(is_code);
        let reasons = text.split("reason(\"").skip(1).filter_map(|rest| rest.split('"').next());
        for code in quoted.chain(reasons) {
            assert!(
                documented.contains(&format!("`{code}`")),
                "{} says {code}, which docs/reasons.md does not explain to whoever reads the report",
                path.display()
            );
        }
    }
}
