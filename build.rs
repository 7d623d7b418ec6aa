//! Reads and checks each rule of `advisories/`, with the code that reads a person's own, and writes them in the compact form
//! in which the program has them: so a mistake in one is a mistake of the build, and a browser fetches no reader of TOML for
//! them. And lists the words that the program can say, so that a redacted report can keep them.

use std::error::Error;

// The rules are made of the model's nouns; the rest of the engine is not part of this.
#[cfg(feature = "engine")]
#[path = "src/rules/form/mod.rs"]
#[expect(dead_code, unreachable_pub, reason = "these files are part of the engine")]
mod form;
#[cfg(feature = "engine")]
#[path = "src/model/mod.rs"]
#[expect(dead_code, unused_imports, unreachable_pub, reason = "these files are part of the engine")]
mod model;

fn main() -> Result<(), Box<dyn Error>> {
    #[cfg(feature = "engine")]
    {
        rules()?;
        words()?;
    }
    Ok(())
}

#[cfg(feature = "engine")]
fn rules() -> Result<(), Box<dyn Error>> {
    use std::path::Path;
    use std::{env, fs};

    println_rerun(Path::new("advisories"))?;
    let entries: Result<Vec<_>, _> = fs::read_dir("advisories")?.collect();
    let mut paths: Vec<_> = entries?.into_iter().map(|entry| entry.path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "toml"));
    paths.sort();
    let mut rules = Vec::new();
    let mut problems = Vec::new();
    for path in &paths {
        println_rerun(path)?;
        let text = fs::read_to_string(path)?;
        let name = path.display().to_string();
        match form::load::load(&name, &text, form::rule::Origin::Shipped) {
            Ok(mut rule) if path.file_stem().is_some_and(|stem| *stem == *rule.id) => {
                let guide = path.with_extension("md");
                if guide.exists() {
                    println_rerun(&guide)?;
                    rule.guide = model::Guide::parse(&fs::read_to_string(guide)?);
                }
                let missing = form::load::sections_missing(&name, &rule);
                problems.extend(missing.iter().map(ToString::to_string));
                rules.push(rule);
            }
            Ok(rule) => problems
                .push(format!("{name}:1: the file has another name than its id {}", rule.id)),
            Err(found) => problems.extend(found.iter().map(ToString::to_string)),
        }
    }
    if !problems.is_empty() {
        return Err(problems.join("\n").into());
    }
    let bytes = postcard::to_allocvec(&rules)?;
    fs::write(Path::new(&env::var("OUT_DIR")?).join("rules.bin"), bytes)?;
    Ok(())
}

/// Every word in the texts of the floors below the report, in lower case, one on each line.
#[cfg(feature = "engine")]
fn words() -> Result<(), Box<dyn Error>> {
    use std::collections::BTreeSet;
    use std::path::{Path, PathBuf};
    use std::{env, fs};

    let floors = ["advisories", "facts", "ingest", "model", "parse", "rules", "scan", "triage"];
    let mut waiting: Vec<PathBuf> = floors.map(|f| Path::new("src").join(f)).into();
    waiting.push("advisories".into());
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
        if name.ends_with("tests.rs") || name.ends_with(".cases") {
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
