//! Turns each `advisory.toml` into JSON, which the program reads anyway: so it needs no reader of TOML, and a browser
//! does not have to fetch one. And lists the words that the program can say, so that a redacted report can keep them.

use std::error::Error;

fn main() -> Result<(), Box<dyn Error>> {
    #[cfg(feature = "engine")]
    {
        advisories()?;
        words()?;
    }
    Ok(())
}

#[cfg(feature = "engine")]
fn advisories() -> Result<(), Box<dyn Error>> {
    use std::io::Write;
    use std::path::Path;
    use std::{env, fs, io};

    // The modules that are called `a` and a number.
    let modules = Path::new("src/advisories");
    let list = modules.join("mod.rs");
    let text = fs::read_to_string(&list)?;
    let names = text.lines().filter_map(|line| line.strip_prefix("mod ")?.strip_suffix(';'));
    let advisories = names.filter(|name| {
        name.strip_prefix('a').is_some_and(|number| number.bytes().all(|b| b.is_ascii_digit()))
    });

    // Cargo listens on standard output.
    let mut cargo = io::stdout();
    writeln!(cargo, "cargo::rerun-if-changed={}", list.display())?;
    let out = env::var("OUT_DIR")?;
    for name in advisories {
        let file = modules.join(name).join("advisory.toml");
        writeln!(cargo, "cargo::rerun-if-changed={}", file.display())?;
        let in_file = |error: &dyn Error| format!("{}: {error}", file.display());
        let text = fs::read_to_string(&file).map_err(|error| in_file(&error))?;
        let content: serde_json::Value = toml::from_str(&text).map_err(|error| in_file(&error))?;
        fs::write(Path::new(&out).join(format!("{name}.json")), content.to_string())?;
    }
    Ok(())
}

/// Every word in the texts of the floors below the report, in lower case, one on each line.
#[cfg(feature = "engine")]
fn words() -> Result<(), Box<dyn Error>> {
    use std::collections::BTreeSet;
    use std::path::{Path, PathBuf};
    use std::{env, fs};

    let mut waiting: Vec<PathBuf> =
        ["advisories", "facts", "ingest", "model", "parse", "scan", "triage"]
            .map(|f| Path::new("src").join(f))
            .into();
    let mut words = BTreeSet::new();
    while let Some(path) = waiting.pop() {
        println_rerun(&path)?;
        if path.is_dir() {
            // What the tests read is not what the program says.
            if !path.ends_with("cases") && !path.ends_with("samples") {
                let entries: Result<Vec<_>, _> = fs::read_dir(&path)?.collect();
                waiting.extend(entries?.into_iter().map(|entry| entry.path()));
            }
            continue;
        }
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        if name.ends_with("tests.rs") {
            continue;
        }
        let text = fs::read_to_string(&path)?;
        if !name.ends_with(".rs") {
            words.extend(split(&text));
            continue;
        }
        let code = text.split("#[cfg(test)]").next().unwrap_or_default();
        for literal in literals(code) {
            // Sentences, names of files, codes and states; names of the program's own things are none of these.
            let says = literal.contains([' ', '.', '/'])
                || literal.chars().all(|c| c.is_uppercase() || c == '_');
            if says || !path.starts_with("src/parse") {
                words.extend(split(&literal));
            }
        }
    }
    let words: Vec<String> = words.into_iter().collect();
    fs::write(Path::new(&env::var("OUT_DIR")?).join("words.txt"), words.join("\n"))?;
    Ok(())
}

#[cfg(feature = "engine")]
fn println_rerun(path: &std::path::Path) -> std::io::Result<()> {
    use std::io::Write;
    writeln!(std::io::stdout(), "cargo::rerun-if-changed={}", path.display())
}

#[cfg(feature = "engine")]
fn split(text: &str) -> impl Iterator<Item = String> {
    let word = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    text.split(move |c| !word(c))
        .map(|w| w.trim_matches('-').to_lowercase())
        .filter(|w| !w.is_empty())
}

/// What stands between quotes in lines of code that are no comments.
#[cfg(feature = "engine")]
fn literals(code: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut open: Option<String> = None;
    for line in code.lines() {
        if open.is_none() && line.trim_start().starts_with("//") {
            continue;
        }
        let mut chars = line.chars().peekable();
        let mut before = ' ';
        while let Some(c) = chars.next() {
            match (&mut open, c) {
                // What an escape stands for is no part of a word.
                (Some(text), '\\') => {
                    chars.next();
                    text.push(' ');
                }
                (Some(_), '"') => found.extend(open.take()),
                (Some(text), c) => text.push(c),
                (None, '"') if before != '\'' => open = Some(String::new()),
                (None, _) => {}
            }
            before = c;
        }
        if let Some(text) = &mut open {
            text.push(' ');
        }
    }
    found
}
