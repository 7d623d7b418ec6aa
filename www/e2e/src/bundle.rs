//! Bundles for the browser: the cases of the engine, written out as the files that a person would drop.

use std::fs;
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, ensure};
use serde_json::Value;

use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use crate::target;

/// The text form in which the engine's cases are written.
#[path = "../../../tests/support/bundle.rs"]
mod case;

/// The root of the repository.
#[must_use]
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The folder `target/e2e/input/{name}`, empty. Each test takes a name of its own.
///
/// # Errors
/// When it cannot be made.
pub fn folder(name: &str) -> Result<PathBuf> {
    let folder = target().join("e2e/input").join(name);
    if folder.exists() {
        fs::remove_dir_all(&folder).with_context(|| folder.display().to_string())?;
    }
    fs::create_dir_all(&folder).with_context(|| folder.display().to_string())?;
    Ok(folder)
}

/// Writes the files of a case below `folder`.
///
/// # Errors
/// When the case cannot be read or the files cannot be written.
pub fn write_case(case: &Path, folder: &Path) -> Result<()> {
    let text = fs::read_to_string(case).with_context(|| case.display().to_string())?;
    let (input, _) = text.split_once("----\n").context("a case without ----")?;
    for file in case::parse(input) {
        let path = folder.join(&file.path);
        fs::create_dir_all(path.parent().context("a file without a folder")?)?;
        fs::write(path, &file.text)?;
    }
    Ok(())
}

/// Packs `parent/name` with all below it into `archive`.
///
/// # Errors
/// When something cannot be read or written.
pub fn zip(parent: &Path, name: &str, archive: &Path) -> Result<()> {
    let mut writer = ZipWriter::new(fs::File::create(archive)?);
    let mut waiting = vec![name.to_owned()];
    while let Some(name) = waiting.pop() {
        let path = parent.join(&name);
        if path.is_dir() {
            for entry in fs::read_dir(&path)? {
                waiting.push(format!("{name}/{}", entry?.file_name().to_string_lossy()));
            }
        } else {
            writer.start_file(name, SimpleFileOptions::default())?;
            writer.write_all(&fs::read(&path)?)?;
        }
    }
    writer.finish()?;
    Ok(())
}

/// What the command says of `path`, as JSON text, with its exit status.
///
/// # Errors
/// When it was not built or does not start.
pub fn command(path: &Path, format: &str) -> Result<(String, Option<i32>)> {
    let command = target().join("debug/crdb-triage");
    let output = Command::new(&command)
        .arg("scan")
        .arg(path)
        .args(["--format", format])
        .output()
        .with_context(|| format!("{} must be built first", command.display()))?;
    Ok((String::from_utf8(output.stdout)?, output.status.code()))
}

/// The verdict of an advisory in a report; null if the report does not speak of it.
#[must_use]
pub fn verdict<'a>(report: &'a Value, advisory: &str) -> &'a Value {
    let all = report["advisories"].as_array().map_or(&[][..], Vec::as_slice);
    all.iter().find(|one| one["id"] == advisory).map_or(&Value::Null, |one| &one["verdict"])
}

/// The text of a report without what differs between two runs: everything but the object `tool.run`.
///
/// # Errors
/// When it has no such object.
pub fn without_run(report: &str) -> Result<String> {
    let begin = report.find("\"run\": {").context("no run")?;
    let end = report[begin..].find('}').context("no end of run")? + begin;
    Ok(format!("{}{}", &report[..begin], &report[end..]))
}

/// Holds a report against the schema.
///
/// # Errors
/// When it is not of its shape.
pub fn follows_schema(report: &Value) -> Result<()> {
    let schema = fs::read_to_string(root().join("schema/report-2.schema.json"))?;
    let validator = jsonschema::validator_for(&serde_json::from_str(&schema)?)?;
    let faults: Vec<String> = validator.iter_errors(report).map(|f| f.to_string()).collect();
    ensure!(faults.is_empty(), "{faults:#?}");
    Ok(())
}

/// A bundle below `folder` in which nothing is missing: a node with one log of about so many MiB and a small one, the list
/// of nodes, and a jobs table with a job that their time covers. Gives the folder to hand in.
///
/// # Errors
/// When it cannot be written.
pub fn whole(folder: &Path, mebibytes: usize) -> Result<PathBuf> {
    let case = "src/advisories/a144650/cases/no_warning_in_logs_that_cover_the_whole_run.txt";
    write_case(&root().join(case), folder)?;
    let logs = folder.join("debug/nodes/1/logs");
    let quiet = |counter: usize| {
        let (second, micros) = (counter / 1_000_000 % 60, counter % 1_000_000);
        format!(
            "I250422 12:31:{second:02}.{micros:06} 7 server/node.go:1 ⋮ [T1,n1] {counter}  all is well, and nothing of note\n"
        )
    };
    fs::write(logs.join("cockroach-health.log"), quiet(1))?;
    let mut log =
        BufWriter::new(fs::File::options().append(true).open(logs.join("cockroach.log"))?);
    // The log of the case ends with 2; what follows on leaves no gap.
    let (mut counter, mut written) = (3, 0);
    while written < mebibytes << 20 {
        let line = quiet(counter);
        log.write_all(line.as_bytes())?;
        counter += 1;
        written += line.len();
    }
    log.flush()?;
    Ok(folder.join("debug"))
}
