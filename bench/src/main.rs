//! What `cargo xtask bench` runs: every row of `BENCHMARKS.md`, as a ratio of two things measured side by side.
//!
//! ```text
//! corpus ─▶ rows: zip, folder, workers, single file, size, literals, transfer, typing ─▶ report.json, table
//! ```
//!
//! Nothing here decides whether a figure is good enough to pass: it says so and goes on.
#![expect(clippy::print_stdout, reason = "a command talks to the person who runs it")]

use std::path::PathBuf;
use std::process::ExitCode;
use std::{env, fs};

use anyhow::{Context as _, Result, bail};

mod browser;
mod corpus;
mod figure;
mod literals;
mod machine;
mod memory;
mod native;
mod rows;
mod transfer;
mod typing;
mod zip;

use corpus::Corpus;
use figure::Row;

/// What was asked for.
#[derive(Debug)]
struct Options {
    /// A corpus of 16 MiB, and one round: to see that everything works.
    small: bool,
    /// How often everything is measured.
    rounds: usize,
    /// A script to be measured against, in place of six passes of ripgrep.
    peer: Option<PathBuf>,
    /// The command.
    command: PathBuf,
}

#[tokio::main]
async fn main() -> Result<ExitCode> {
    let options = options(env::args().skip(1))?;
    let bench = crdb_triage_e2e::target().join("bench");
    fs::create_dir_all(&bench).with_context(|| bench.display().to_string())?;
    let corpus = Corpus::get(&bench, options.small)?;
    let mut rows = Vec::new();
    rows.extend(rows::zip(&options, &corpus).await);
    rows.extend(rows::folder(&options, &corpus).await);
    rows.extend(rows::workers(&options, &corpus).await);
    rows.extend(rows::single(&options, &corpus).await);
    rows.extend(literals::rows(&options, &bench).await);
    rows.extend(rows::size(&options, &corpus).await);
    rows.push(transfer::row().await);
    rows.push(typing::row(&options, &bench).await);
    let report = figure::report(&options, &corpus, &rows, &bench);
    let file = bench.join("report.json");
    fs::write(&file, serde_json::to_string_pretty(&report)? + "\n")?;
    println!("\n{}\n{}", figure::table(&rows), file.display());
    let failed = rows.iter().any(Row::failed);
    Ok(if failed { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

fn options(mut words: impl Iterator<Item = String>) -> Result<Options> {
    let (mut small, mut rounds, mut peer, mut command) = (false, None, None, None);
    while let Some(word) = words.next() {
        let mut value = || words.next().with_context(|| format!("{word} takes a value"));
        match word.as_str() {
            "--small" => small = true,
            "--rounds" => rounds = Some(value()?.parse().context("--rounds takes a number")?),
            "--peer" => peer = Some(fs::canonicalize(value()?).context("--peer takes a script")?),
            "--command" => command = Some(PathBuf::from(value()?)),
            other => bail!("unknown option: {other}"),
        }
    }
    let rounds = rounds.unwrap_or(if small { 1 } else { 5 });
    Ok(Options {
        small,
        rounds: rounds.max(1),
        peer,
        command: command.context("--command is missing")?,
    })
}

/// Says what is being done: a whole run takes minutes.
fn progress(text: &str) {
    println!("bench: {text}");
}
