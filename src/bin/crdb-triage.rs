//! The command: the engine over files and folders of this machine.

use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use clap::{Parser, Subcommand, ValueEnum};
use crdb_triage::ingest::native::{self, FileSource, block_on};
use crdb_triage::ingest::{Input, Limits, Plan};
use crdb_triage::model::{Verdict, Version};
use crdb_triage::report::{self, Report, Run};
use crdb_triage::rules::{RuleSet, document};
use crdb_triage::triage::{Engine, UnitResult, example};
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
    /// input that cannot be opened; 3 undecided, because something needed was missing or unreadable, or the cluster is
    /// exposed.
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
        /// A rule of your own, or a folder of them; can be given more than once.
        #[arg(long, value_name = "FILE|DIR")]
        rules: Vec<PathBuf>,
        /// A version that the cluster ran in the past, such as 23.1 or 23.1.4@2024-05-01; nothing older ran.
        #[arg(long, value_name = "VERSION[@TIME]")]
        history: Vec<String>,
    },
    /// Tells what is known of builds, without any input.
    ///
    /// The same rules decide what a version alone can decide, and say what to collect for the rest. Exit status as of scan.
    Check {
        /// A build that the cluster runs, such as 24.3.9; can be given more than once.
        #[arg(long = "version", value_name = "VERSION", required = true)]
        versions: Vec<String>,
        /// The first version that the cluster ever ran, such as 23.1 or 23.1.4@2024-05-01.
        #[arg(long, value_name = "VERSION[@TIME]")]
        history: Vec<String>,
        /// Form of the report on standard output.
        #[arg(long, value_enum, default_value_t = Format::Text)]
        format: Format,
        /// A rule of your own, or a folder of them; can be given more than once.
        #[arg(long, value_name = "FILE|DIR")]
        rules: Vec<PathBuf>,
    },
    /// Says what an advisory is about and what it concludes from what, or what a code means.
    Explain {
        /// Such as A-96029 or AFFECTED_BUILD_RAN.
        name: String,
        /// A rule of your own, or a folder of them.
        #[arg(long, value_name = "FILE|DIR")]
        rules: Vec<PathBuf>,
    },
    /// Checks and lists rules.
    Rules {
        #[command(subcommand)]
        command: Rules,
    },
}

#[derive(Subcommand)]
enum Rules {
    /// Reads rules, names every mistake with its line, and runs their examples.
    Check {
        /// Files of rules, or folders of them.
        #[arg(required = true)]
        paths: Vec<PathBuf>,
        /// They are rules of published advisories, as in the folder `advisories` of this project.
        #[arg(long)]
        advisories: bool,
    },
    /// Lists the rules of this program.
    List,
}

#[derive(Clone, Copy, ValueEnum)]
enum Format {
    /// For a terminal.
    Text,
    /// The document that scripts rely on.
    Json,
    /// The same on one line.
    Ndjson,
    /// A row for each finding, and one for each advisory without any.
    Csv,
    /// For a ticket.
    Markdown,
    /// One file for a browser or for paper; the page opens it again.
    Html,
}

fn main() -> ExitCode {
    let done = match Arguments::parse().command {
        Command::Scan { paths, format, redact, rules, history } => {
            print_scan(&paths, format, redact, &rules, &history)
        }
        Command::Check { versions, history, format, rules } => {
            print_check(&versions, &history, format, &rules)
        }
        Command::Explain { name, rules } => explain(&name, &rules),
        Command::Rules { command: Rules::Check { paths, advisories } } => check(&paths, advisories),
        Command::Rules { command: Rules::List } => {
            print(&document::list(&RuleSet::shipped()));
            Ok(0)
        }
    };
    ExitCode::from(done.unwrap_or_else(|message| {
        complain(&message);
        2
    }))
}

/// A reader that has seen enough (`| head`) closes the pipe; the exit status is the same all the same.
fn print(text: &str) {
    io::stdout().lock().write_all(text.as_bytes()).ok();
}

/// Nothing more can be done when even the error stream is closed.
fn complain(message: &str) {
    writeln!(io::stderr(), "crdb-triage: {message}").ok();
}

/// Scans and prints. The error is a sentence about wrong usage or an input that cannot be opened at all.
fn print_scan(
    paths: &[PathBuf],
    format: Format,
    redact: bool,
    rules: &[PathBuf],
    history: &[String],
) -> Result<u8, String> {
    let report = scan(paths, rule_set(rules, history)?)?;
    let status = status(&report);
    print_report(&if redact { report::redact(&report) } else { report }, format);
    Ok(status)
}

/// Decides of builds alone, and prints. The error is a sentence about a version that is none.
fn print_check(
    versions: &[String],
    history: &[String],
    format: Format,
    rules: &[PathBuf],
) -> Result<u8, String> {
    let started = Instant::now();
    let build = |text: &String| {
        Version::parse(text).ok_or_else(|| format!("`{text}` is no build such as 24.3.9"))
    };
    let builds: Vec<Version> = versions.iter().map(build).collect::<Result<_, _>>()?;
    let engine = Engine::new(Limits::default(), rule_set(rules, history)?);
    let outcome = engine.check(builds);
    let seconds = started.elapsed().as_secs_f64();
    let run = Run { host: "command".to_owned(), seconds, ..Run::default() };
    let report = report::compose(&outcome, run);
    print_report(&report, format);
    Ok(status(&report))
}

/// The shipped rules and a person's own, with what a person states. Mistakes are said on the error stream.
fn rule_set(rules: &[PathBuf], history: &[String]) -> Result<RuleSet, String> {
    let mut set = RuleSet::shipped();
    history.iter().try_for_each(|text| set.state(text))?;
    let problems = add_rules(&mut set, rules)?;
    problems.iter().for_each(|problem| complain(problem));
    Ok(set)
}

fn print_report(report: &Report, format: Format) {
    print(&match format {
        Format::Text => report::text::print(report),
        Format::Json => report::json::print(report),
        Format::Ndjson => report::json::line(report),
        Format::Csv => report::csv::print(report),
        Format::Markdown => report::markdown::print(report),
        Format::Html => report::html::print(report),
    });
}

/// The files of rules that paths name: each file, and those of a folder that end in `.toml`, by name.
fn rule_files(paths: &[PathBuf]) -> Result<Vec<PathBuf>, String> {
    let mut files = Vec::new();
    for path in paths {
        let in_path = |error: io::Error| format!("{}: {error}", path.display());
        if !std::fs::metadata(path).map_err(in_path)?.is_dir() {
            files.push(path.clone());
            continue;
        }
        let entries: Result<Vec<_>, _> = std::fs::read_dir(path).map_err(in_path)?.collect();
        let mut found: Vec<PathBuf> =
            entries.map_err(in_path)?.into_iter().map(|entry| entry.path()).collect();
        found.retain(|file| file.extension().is_some_and(|extension| extension == "toml"));
        found.sort();
        files.extend(found);
    }
    Ok(files)
}

/// Adds a person's own rules. One that cannot be used stops nothing; each of its mistakes is a sentence of the answer.
fn add_rules(set: &mut RuleSet, paths: &[PathBuf]) -> Result<Vec<String>, String> {
    for file in rule_files(paths)? {
        let name = file.display().to_string();
        match read_rule(&file) {
            Ok(text) => set.add_text(&name, &text),
            Err(error) => set.add_unreadable(&name, &error),
        }
    }
    Ok(set.files().iter().flat_map(|file| &file.problems).map(ToString::to_string).collect())
}

/// The text of a rule. No more of a file is read than a rule can have.
fn read_rule(file: &Path) -> Result<String, String> {
    use io::Read as _;
    let limit = crdb_triage::rules::LONGEST as u64 + 1;
    let mut text = String::new();
    std::fs::File::open(file)
        .and_then(|file| file.take(limit).read_to_string(&mut text))
        .map(|_| text)
        .map_err(|error| error.to_string())
}

fn explain(name: &str, rules: &[PathBuf]) -> Result<u8, String> {
    let mut set = RuleSet::shipped();
    add_rules(&mut set, rules)?.iter().for_each(|problem| complain(problem));
    let found = set.get(name).map(document::explain);
    let said = found.or_else(|| document::explain_code(&set, name)).or_else(|| documented(name));
    print(&said.ok_or_else(|| format!("there is no advisory, rule or code {name}"))?);
    Ok(0)
}

/// What `docs/reasons.md` says of a code: its row with the columns above it.
fn documented(code: &str) -> Option<String> {
    const REASONS: &str = include_str!("../../docs/reasons.md");
    let row = REASONS.lines().find(|line| line.starts_with(&format!("| `{code}` |")))?;
    let cells: Vec<&str> = row.trim_matches('|').split(" | ").map(str::trim).collect();
    Some(cells.join("\n  ").replace('`', "") + "\n")
}

/// Checks rules and runs their examples: 0 if all is well, 1 if something is wrong.
fn check(paths: &[PathBuf], advisories: bool) -> Result<u8, String> {
    let mut set = RuleSet::default();
    for file in rule_files(paths)? {
        let name = file.display().to_string();
        match read_rule(&file) {
            Ok(text) if advisories => {
                // Not every advisory has a guide.
                let guide = std::fs::read_to_string(file.with_extension("md")).unwrap_or_default();
                set.add_advisory(&name, &text, &guide);
            }
            Ok(text) => set.add_text(&name, &text),
            Err(error) => set.add_unreadable(&name, &error),
        }
    }
    let mut wrong = 0;
    for file in set.files() {
        for problem in &file.problems {
            print(&format!("{problem}\n"));
        }
        wrong += file.problems.len();
        let Some(rule) = file.id.as_ref().and_then(|id| set.get(id)) else { continue };
        for one in &rule.examples {
            let verdict = example::run(rule, one)?;
            if verdict != one.verdict {
                wrong += 1;
                print(&format!(
                    "{}:{}: the example \"{}\" comes to {verdict}, and not to {}\n",
                    file.name, one.line, one.name, one.verdict
                ));
            }
        }
        let (id, examples) = (&rule.id, rule.examples.len());
        print(&format!("{}: rule {id} can be used; {examples} examples\n", file.name));
    }
    Ok(u8::from(wrong > 0))
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
fn scan(paths: &[PathBuf], rules: RuleSet) -> Result<Report, String> {
    for path in paths {
        std::fs::metadata(path).map_err(|error| format!("{}: {error}", path.display()))?;
    }
    let started = Instant::now();
    let (inputs, closed) = native::collect(paths);
    let engine = Engine::new(Limits::default(), rules);
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
