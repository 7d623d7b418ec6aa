//! Documents: what they say of the code holds, and each citation, link and test that they name exists.
//!
//! A citation is how a reader finds the reason for a line of code. One that leads nowhere is worse than none.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Component, Path, PathBuf};

use regex::Regex;

/// Kinds of files that cite documents.
const CITING: [&str; 8] = ["rs", "js", "css", "html", "toml", "md", "json", "sql"];

/// All files of the repository of a kind that cites, by path from its root.
fn files() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = Vec::new();
    let mut folders = vec![root.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            let built = ["target", "dist", "node_modules", "artifacts"].contains(&name.as_str());
            if path.is_dir() && !built && !name.starts_with('.') {
                folders.push(path);
            } else if path.extension().is_some_and(|end| CITING.iter().any(|kind| end == *kind)) {
                found.push(path.strip_prefix(root).unwrap().to_path_buf());
            }
        }
    }
    found.sort();
    found
}

fn text(path: &Path) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap()
}

fn is_document(path: &Path) -> bool {
    path.extension().is_some_and(|end| end == "md")
}

/// The lines of a document outside blocks of code, by number.
fn prose(document: &str) -> Vec<(usize, &str)> {
    let mut code = false;
    let mut lines = Vec::new();
    for (number, line) in document.lines().enumerate() {
        if line.trim_start().starts_with("```") {
            code = !code;
        } else if !code {
            lines.push((number + 1, line));
        }
    }
    lines
}

/// The anchors of a document's headings, as GitHub makes them.
fn anchors(document: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let headings = prose(document).into_iter().filter_map(|(_, line)| {
        let text = line.trim_start_matches('#');
        (text.len() < line.len() && text.starts_with(' ')).then(|| text.trim())
    });
    for heading in headings {
        let plain: String = heading
            .to_lowercase()
            .chars()
            .filter(|c| c.is_alphanumeric() || [' ', '-', '_'].contains(c))
            .map(|c| if c == ' ' { '-' } else { c })
            .collect();
        let mut anchor = plain.clone();
        let mut copies = 0;
        while !found.insert(anchor) {
            copies += 1;
            anchor = format!("{plain}-{copies}");
        }
    }
    found
}

/// Documents by path, each with its anchors.
struct Documents(BTreeMap<PathBuf, BTreeSet<String>>);

impl Documents {
    fn read() -> Self {
        let documents = files().into_iter().filter(|path| is_document(path));
        Self(documents.map(|path| (path.clone(), anchors(&text(&path)))).collect())
    }

    /// What is wrong with a reference to `path` and `anchor`.
    fn fault(&self, path: &Path, anchor: Option<&str>) -> Option<String> {
        let Some(anchors) = self.0.get(path) else {
            return Some(format!("there is no {}", path.display()));
        };
        let anchor = anchor.filter(|anchor| !anchors.contains(*anchor))?;
        Some(format!("{} has no heading #{anchor}", path.display()))
    }
}

/// Citations of our documents in `text`, with what is wrong with those that lead nowhere. CockroachDB has a folder
/// `docs/generated` of its own, which its facts name as a source.
fn bad_citations(documents: &Documents, text: &str) -> (usize, Vec<String>) {
    let citation = Regex::new(r"\bdocs/((?:[\w-]+/)*[\w-]+\.md)(?:#([\w-]+))?").unwrap();
    let mut count = 0;
    let mut bad = Vec::new();
    for found in citation.captures_iter(text) {
        if found[1].starts_with("generated/") {
            continue;
        }
        count += 1;
        let path = Path::new("docs").join(&found[1]);
        bad.extend(documents.fault(&path, found.get(2).map(|anchor| anchor.as_str())));
    }
    (count, bad)
}

#[test]
fn citations_lead_to_headings() {
    let documents = Documents::read();
    let mut count = 0;
    let mut bad = Vec::new();
    for path in files() {
        let (found, faults) = bad_citations(&documents, &text(&path));
        count += found;
        bad.extend(faults.into_iter().map(|fault| format!("{}: {fault}", path.display())));
    }
    assert!(bad.is_empty(), "citations that lead nowhere: {bad:#?}");
    assert!(count > 80, "{count} citations found: the search for them is broken");
}

#[test]
fn citation_of_a_missing_heading_is_a_fault() {
    let documents = Documents(
        [(Path::new("docs").join("a.md"), anchors("# A\n## NUL bytes\n```\n# no heading\n```\n"))]
            .into_iter()
            .collect(),
    );
    let faults = |cited: &[&str]| {
        let text: String = cited.iter().map(|rest| format!("`docs/{rest}`, ")).collect();
        bad_citations(&documents, &text).1.len()
    };
    assert_eq!(faults(&["a.md#nul-bytes", "a.md#a", "a.md"]), 0);
    assert_eq!(faults(&["a.md#nul-byte"]), 1);
    assert_eq!(faults(&["a.md#no-heading"]), 1);
    assert_eq!(faults(&["b.md", "folder/a.md"]), 2);
    assert_eq!(faults(&["generated/eventlog.md"]), 0);
}

/// `path` without `.` and `..`; none if it leads out of the repository.
fn resolved(path: &Path) -> Option<PathBuf> {
    let mut plain = PathBuf::new();
    for part in path.components() {
        match part {
            Component::ParentDir => {
                plain.pop().then_some(())?;
            }
            Component::CurDir => {}
            part => plain.push(part),
        }
    }
    Some(plain)
}

#[test]
fn links_of_documents_lead_somewhere() {
    let documents = Documents::read();
    let link = Regex::new(r"\]\(([^)\s]+)\)").unwrap();
    for path in documents.0.keys() {
        let whole = text(path);
        for (number, line) in prose(&whole) {
            for target in link.captures_iter(line).map(|found| found.get(1).unwrap().as_str()) {
                if target.contains("://") || target.starts_with("mailto:") {
                    continue;
                }
                let (file, anchor) = target.split_once('#').unwrap_or((target, ""));
                let file = match file {
                    "" => path.clone(),
                    file => resolved(&path.parent().unwrap().join(file))
                        .unwrap_or_else(|| panic!("{}:{number}: {target}", path.display())),
                };
                let fault = if is_document(&file) {
                    documents.fault(&file, Some(anchor).filter(|anchor| !anchor.is_empty()))
                } else {
                    let there = Path::new(env!("CARGO_MANIFEST_DIR")).join(&file).exists();
                    (!there).then(|| format!("there is no {}", file.display()))
                };
                assert_eq!(fault, None, "{}:{number} links to {target}", path.display());
            }
        }
    }
}

/// The tests that a row of `docs/faults.md` names, as file and start of the test's name: `file.rs`: `name_…`, `name`.
fn named_tests(row: &str) -> Vec<(String, String)> {
    let mut file = String::new();
    let mut tests = Vec::new();
    for quoted in row.rsplit_once("| ").map_or("", |(_, last)| last).split('`').skip(1).step_by(2) {
        if quoted.ends_with(".rs") {
            quoted.clone_into(&mut file);
            tests.push((file.clone(), String::new()));
        } else {
            tests.push((file.clone(), quoted.trim_end_matches('…').to_owned()));
        }
    }
    tests
}

#[test]
fn tests_of_the_fault_tables_exist() {
    let faults = text(Path::new("docs/faults.md"));
    let sources: Vec<(PathBuf, String)> = files()
        .into_iter()
        .filter(|path| path.extension().is_some_and(|end| end == "rs"))
        .map(|path| (path.clone(), text(&path)))
        .collect();
    let rows: Vec<&str> = faults
        .lines()
        .filter_map(|line| line.strip_prefix("| ")?.strip_suffix(" |"))
        .filter(|row| !row.starts_with("fault ") && !row.starts_with("---"))
        .collect();
    assert!(rows.len() > 30, "{} rows: the tables were not found", rows.len());
    for row in rows {
        let named = named_tests(row);
        assert!(!named.is_empty(), "no test is named: {row}");
        for (file, name) in named {
            let there = sources
                .iter()
                .any(|(path, text)| path.ends_with(&file) && text.contains(&format!("fn {name}")));
            assert!(there, "{file} has no test {name}: {row}");
        }
    }
}

/// The comments of `code`, those of adjacent lines as one text; of a document everything.
fn comments(path: &Path, text: &str) -> Vec<String> {
    let mark = match path.extension().and_then(|end| end.to_str()) {
        Some("rs" | "js") => "//",
        Some("toml") => "#",
        Some("md") => "",
        _ => return Vec::new(),
    };
    let mut blocks = vec![String::new()];
    for line in text.lines() {
        let line = line.trim_start();
        let comment = line.strip_prefix(mark).filter(|comment| !comment.is_empty());
        match comment {
            Some(comment) => {
                let block = blocks.last_mut().unwrap();
                block.push_str(comment.trim_start_matches(['/', '!', '#']).trim());
                block.push(' ');
            }
            None => blocks.push(String::new()),
        }
    }
    blocks.retain(|block| !block.is_empty());
    blocks
}

/// Finds references to notes that are not in the repository.
struct Unpublished {
    /// The notes by their names, and numbered traps.
    names: Regex,
    section: Regex,
    /// What may be cited by section.
    standard: Regex,
}

impl Unpublished {
    fn new() -> Self {
        let names = [
            r"\b(?:log-formats|debug-zip|cluster-tables|version-bounds|backups|contract)`?,? (?:facts|traps?|sections?|§)",
            r"\bfacts,? (?:section|of the project|of version|on backups)",
            r"\bproject's (?:facts|notes)\b",
            r"\bresearch notes\b",
            r"\btraps? \d",
        ];
        Self {
            names: Regex::new(&format!("(?i){}", names.join("|"))).unwrap(),
            section: Regex::new(r"(?i)\bsections? \d").unwrap(),
            standard: Regex::new(r"\b(?:RFC|ISO|APPNOTE|CSP level)\b[\w .,-]{0,12}$").unwrap(),
        }
    }

    fn find<'a>(&self, comment: &'a str) -> Vec<&'a str> {
        let names = self.names.find_iter(comment);
        let sections = self
            .section
            .find_iter(comment)
            .filter(|place| !self.standard.is_match(&comment[..place.start()]));
        names.chain(sections).map(|found| found.as_str()).collect()
    }
}

#[test]
fn no_comment_cites_unpublished_notes() {
    let unpublished = Unpublished::new();
    let mut bad = Vec::new();
    for path in files() {
        for comment in comments(&path, &text(&path)) {
            let found = unpublished.find(&comment);
            bad.extend(found.iter().map(|cited| format!("{}: {cited}", path.display())));
        }
    }
    assert!(bad.is_empty(), "no reader can look these up; cite a heading below `docs/`: {bad:#?}");
}

#[test]
fn old_forms_of_citations_are_found() {
    let unpublished = Unpublished::new();
    for old in [
        concat!("(log-formats tra", "p 22)"),
        concat!("(debug-zip sec", "tion 4)"),
        concat!("(backups fac", "ts, sec", "tion 1.1)"),
        concat!("in the project's fac", "ts on backups"),
        concat!("(tra", "p 33)"),
        concat!("the contract, sec", "tion 2"),
    ] {
        assert!(!unpublished.find(old).is_empty(), "{old}");
    }
    assert!(unpublished.find("CRC-32 as in RFC 1952, section 8.").is_empty());
    assert!(unpublished.find("a trap of WebAssembly").is_empty());
}

#[test]
fn architecture_is_short_and_names_each_module() {
    let whole = text(Path::new("ARCHITECTURE.md"));
    assert!(whole.len() <= 10_000, "{} bytes: move details to `docs/`", whole.len());
    let named = |name: &str| whole.contains(&format!("\n| `{name}` |"));
    for entry in fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("src")).unwrap() {
        let name = entry.unwrap().path().file_stem().unwrap().to_string_lossy().into_owned();
        assert!(
            ["lib", "bin"].contains(&name.as_str()) || named(&name),
            "ARCHITECTURE.md has no row for the module `{name}`"
        );
    }
}

#[test]
fn index_lists_each_document() {
    let index = text(Path::new("docs/README.md"));
    let facts = text(Path::new("docs/cockroachdb/README.md"));
    for path in files().into_iter().filter(|path| is_document(path)) {
        let Ok(below) = path.strip_prefix("docs") else { continue };
        let linked = |index: &str, path: &Path| index.contains(&format!("]({})", path.display()));
        let there = below == Path::new("README.md")
            || linked(&index, below)
            || below.strip_prefix("cockroachdb").is_ok_and(|path| linked(&facts, path));
        assert!(there, "docs/README.md does not list {}", path.display());
    }
}

/// The words of a definition of the report's schema.
fn words_of_schema(definition: &str) -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("schema");
    let newest = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).max().unwrap();
    let schema: serde_json::Value =
        serde_json::from_str(&fs::read_to_string(newest).unwrap()).unwrap();
    let words = schema["$defs"][definition]["enum"].as_array().unwrap();
    words.iter().map(|word| word.as_str().unwrap().to_owned()).collect()
}

#[test]
fn contract_and_readme_explain_each_verdict() {
    let verdicts = words_of_schema("verdict");
    assert!(verdicts.len() >= 9, "{verdicts:?}");
    for document in ["docs/contract.md", "README.md"] {
        let whole = text(Path::new(document));
        for verdict in &verdicts {
            assert!(whole.contains(&format!("\n| `{verdict}` |")), "{document} lacks {verdict}");
        }
    }
}
