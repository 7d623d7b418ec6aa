//! The command: the engine over files and folders of this machine.

use std::io::{self, IsTerminal, Write};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use clap::{Parser, Subcommand, ValueEnum};
use crdb_triage::ingest::native::{self, FileSource, block_on};
use crdb_triage::ingest::{Input, Plan};
use crdb_triage::model::Verdict;
use crdb_triage::report::{self, Report, Run};
use crdb_triage::triage::{Engine, UnitResult};
use indicatif::{ProgressBar, ProgressStyle};

/// Reads CockroachDB log bundles and tells which technical advisories concern the cluster.
#[derive(Parser)]
#[command(version, max_term_width = 100)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Reads debug zips, folders and logs, and prints a report.
    ///
    /// Exit status: 0 nothing found and everything needed was read; 1 something was found; 2 wrong usage, or an
    /// input that cannot be opened; 3 cannot tell, because something needed was missing or unreadable.
    Scan {
        /// Debug zips, other archives, folders, logs.
        #[arg(required = true)]
        paths: Vec<PathBuf>,
        /// Form of the report on standard output.
        #[arg(long, value_enum, default_value_t = Format::Text)]
        format: Format,
        /// Replace names, to hand the report on: nodes, tables, users, addresses, keys, and unknown words of log lines.
        #[arg(long)]
        redact: bool,
    },
}

#[derive(Clone, Copy, ValueEnum)]
enum Format {
    /// For a terminal.
    Text,
    /// The document that scripts rely on.
    Json,
    /// For a ticket.
    Markdown,
    /// One file for a browser or for paper; the page opens it again.
    Html,
}

fn main() -> ExitCode {
    let Arguments { command: Command::Scan { paths, format, redact } } = Arguments::parse();
    match scan(&paths) {
        Ok(report) => {
            let report = if redact { report::redact(&report) } else { report };
            let printed = match format {
                Format::Text => report::text::print(&report),
                Format::Json => report::json::print(&report),
                Format::Markdown => report::markdown::print(&report),
                Format::Html => report::html::print(&report),
            };
            // A reader that has seen enough (`| head`) closes the pipe; the verdict stands all the same.
            io::stdout().lock().write_all(printed.as_bytes()).ok();
            ExitCode::from(status(&report))
        }
        Err(message) => {
            // Nothing more can be done when even the error stream is closed.
            writeln!(io::stderr(), "crdb-triage: {message}").ok();
            ExitCode::from(2)
        }
    }
}

/// The exit status (`docs/contract.md#exit-status`).
fn status(report: &Report) -> u8 {
    let verdict = report.verdict();
    if verdict.asks_for_action() {
        1
    } else if matches!(verdict, Verdict::CannotTell | Verdict::Exposed) {
        3
    } else {
        0
    }
}

/// Scans with one thread per core. The error is a sentence about an input that cannot be opened at all.
fn scan(paths: &[PathBuf]) -> Result<Report, String> {
    for path in paths {
        std::fs::metadata(path).map_err(|error| format!("{}: {error}", path.display()))?;
    }
    let started = Instant::now();
    let (inputs, closed) = native::collect(paths);
    let engine = Engine::default();
    let mut plan = block_on(engine.plan(&inputs)).map_err(|error| error.to_string())?;
    plan.add_unopened(closed);
    let bar = progress_bar(plan.units.iter().map(|unit| unit.bytes).sum());
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let workers = cores.min(plan.units.len().max(1));
    let results = scan_units(&engine, &inputs, &plan, workers, &bar);
    bar.finish_and_clear();
    let bytes: u64 = plan.sources.iter().map(|source| source.bytes).sum();
    let outcome = engine.conclude(plan, results);
    let seconds = started.elapsed().as_secs_f64();
    let run = Run {
        host: "command".to_owned(),
        seconds,
        bytes_per_second: bytes as f64 / seconds.max(f64::MIN_POSITIVE),
        workers: u32::try_from(workers).unwrap_or(u32::MAX),
    };
    Ok(report::compose(&outcome, run))
}

/// Largest units first, so that no thread is left with a large one at the end.
fn scan_units(
    engine: &Engine,
    inputs: &[Input<FileSource>],
    plan: &Plan,
    workers: usize,
    bar: &ProgressBar,
) -> Vec<Option<UnitResult>> {
    let mut order: Vec<usize> = (0..plan.units.len()).collect();
    order.sort_by_key(|index| std::cmp::Reverse(plan.units[*index].bytes));
    let next = AtomicUsize::new(0);
    let done = AtomicU64::new(0);
    let results = Mutex::new(vec![None; plan.units.len()]);
    std::thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| {
                while let Some(&index) = order.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let unit = &plan.units[index];
                    let Some(input) = inputs.get(unit.source as usize) else { continue };
                    let mut before = 0;
                    let result = block_on(engine.scan(&input.source, unit, |bytes, _| {
                        let all =
                            done.fetch_add(bytes - before, Ordering::Relaxed) + bytes - before;
                        before = bytes;
                        bar.set_position(all);
                    }));
                    results.lock().unwrap_or_else(PoisonError::into_inner)[index] = result.ok();
                }
            });
        }
    });
    results.into_inner().unwrap_or_else(PoisonError::into_inner)
}

/// A bar on standard error when that is a terminal, else nothing.
fn progress_bar(total: u64) -> ProgressBar {
    if !io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::new(total);
    if let Ok(style) =
        ProgressStyle::with_template("{bar:30} {bytes}/{total_bytes} {bytes_per_sec} {eta}")
    {
        bar.set_style(style);
    }
    bar
}
