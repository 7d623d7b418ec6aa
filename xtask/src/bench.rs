//! `cargo xtask bench`: builds all that is measured, and measures it. What is measured stands in `bench/`.

use std::fs;
use std::process::ExitCode;

use anyhow::{Context as _, Result};

use crate::{build, setup, shell};

/// The wasm that exists to be measured: the first pass of the scan on bytes in memory.
const PROBE: &str = "crdb-triage-bench-probe";

/// Runs the benchmarks; `options` are theirs. A target that is missed is no failure, a row that cannot run is one.
pub(crate) fn run(options: &[&str]) -> Result<ExitCode> {
    let small = options.contains(&"--small");
    setup::chromium()?;
    setup::unzip()?;
    if !options.contains(&"--peer") {
        setup::ripgrep()?;
    }
    build::run()?;
    let pages = shell::target().join("bench/pages");
    fs::create_dir_all(&pages).with_context(|| pages.display().to_string())?;
    build::probe(PROBE, &pages)?;
    // To see that everything works, what the tests have built will do.
    let profile = if small { "dev" } else { "release" };
    shell::run(&mut shell::cargo(["build", "--package", "crdb-triage", "--profile", profile]))?;
    let mut criterion =
        shell::cargo(["bench", "--package", "crdb-triage-bench-probe", "--bench", "memory"]);
    criterion.args(["--profile", if small { "dev" } else { "bench" }, "--", "--noplot"]);
    if small {
        criterion.arg("--quick");
    }
    shell::run(criterion.env("CRDB_TRIAGE_BENCH_SMALL", if small { "1" } else { "0" }))?;
    let folder = if small { "debug" } else { "release" };
    let command = format!("{folder}/crdb-triage{}", std::env::consts::EXE_SUFFIX);
    let mut bench = shell::cargo(["run", "--quiet", "--package", "crdb-triage-bench", "--"]);
    bench.args(options).arg("--command").arg(shell::target().join(command));
    let status = bench.status().context("cannot start the benchmarks")?;
    Ok(if status.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
