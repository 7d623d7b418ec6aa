//! `cargo xtask bench`: builds all that is measured, and measures it. What is measured stands in `bench/`.

use std::process::ExitCode;
use std::{env, fs};

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
    let (folder, mut criterion) = if small {
        // To see that everything works, what the tests need will do: the same call builds both.
        shell::run(&mut shell::cargo(["build", "--workspace", "--all-targets"]))?;
        ("debug", shell::cargo(["bench", "--workspace", "--profile", "dev"]))
    } else {
        shell::run(&mut shell::cargo(["build", "--package", "crdb-triage", "--release"]))?;
        shell::run(&mut shell::cargo(["build", "--package", "crdb-triage-bench"]))?;
        ("release", shell::cargo(["bench", "--package", "crdb-triage-bench-probe"]))
    };
    criterion.args(["--bench", "memory", "--", "--noplot"]);
    if small {
        criterion.arg("--quick");
    }
    shell::run(criterion.env("CRDB_TRIAGE_BENCH_SMALL", if small { "1" } else { "0" }))?;
    let built = |folder: &str, name: &str| {
        shell::target().join(folder).join(format!("{name}{}", env::consts::EXE_SUFFIX))
    };
    let mut bench = shell::command(built("debug", "crdb-triage-bench"));
    bench.args(options).arg("--command").arg(built(folder, "crdb-triage"));
    let status = bench.status().context("cannot start the benchmarks")?;
    Ok(if status.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
