//! `cargo xtask`: everything this repository does besides compiling. Each task does its own set-up.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command talks to the person who runs it"
)]

use std::{env, process::ExitCode};

use anyhow::{Context as _, Result, bail};

mod bench;
mod build;
mod lint;
mod packages;
mod reproduce;
mod serve;
mod setup;
mod shell;
mod test;

const USAGE: &str = "\
usage: cargo xtask <task>

  serve [--port N]   build the page and serve it on 127.0.0.1 until Ctrl-C (port 8080, or the next free one)
  test [--quick]     run every test: native, wasm in a browser, end to end; --quick leaves the browsers out
  build              write dist/site/ (any static host, any sub-path) and dist/crdb-triage.html (one file), what they
                     are made of, and their sums
  reproduce          build the last commit here and in a clone, and compare dist/ byte for byte
  bench [--peer PATH] [--small] [--rounds N]
                     measure the page and the command, as ratios against a peer and the limits; --small is quick and
                     says nothing, --peer measures against a script of yours that is given the unzipped folder
  lint               rustfmt, clippy for native and wasm, documentation, cargo-deny
  setup              install what the tasks need, which each also does by itself
";

fn main() -> ExitCode {
    match run(&env::args().skip(1).collect::<Vec<_>>()) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &[String]) -> Result<ExitCode> {
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["serve"] => serve::run(serve::DEFAULT_PORT)?,
        ["serve", "--port", port] => {
            serve::run(port.parse().context("--port takes a number up to 65535")?)?
        }
        ["test"] => test::run(test::Scope::Everything)?,
        ["test", "--quick"] => test::run(test::Scope::WithoutBrowsers)?,
        ["build"] => build::run()?,
        ["reproduce"] => reproduce::run()?,
        ["bench", options @ ..] => return bench::run(options),
        ["lint"] => lint::run()?,
        ["setup"] => setup::everything()?,
        // The build step of Trunk, see Trunk.toml.
        ["trunk-hook"] => build::into_trunk()?,
        // Cargo's runner for wasm test binaries, see .cargo/config.toml.
        ["test-runner", rest @ ..] => {
            let arguments = ["wasm-bindgen-test-runner"].iter().chain(rest);
            wasm_bindgen_cli::wasm_bindgen_test_runner::run_cli_with_args(arguments)?;
        }
        [] | ["help" | "--help" | "-h"] => print!("{USAGE}"),
        _ => {
            eprint!("{USAGE}");
            bail!("unknown task or option: {}", words.join(" "));
        }
    }
    Ok(ExitCode::SUCCESS)
}
