//! `cargo xtask lint`: what can be said about the code without running it.

use anyhow::Result;

use crate::{packages, setup, shell};

/// Everything a reviewer should not have to look for, as arguments of cargo.
const CHECKS: [&str; 4] = [
    "fmt --all --check",
    "clippy --quiet --workspace --all-targets -- -Dwarnings",
    "clippy --quiet --target wasm32-unknown-unknown --package crdb-triage --lib --no-default-features \
     --features engine -- -Dwarnings",
    "doc --quiet --workspace --no-deps",
];

/// What comes in from outside, as arguments of cargo-deny; deny.toml has the rules.
const DENY: &str = "--workspace --locked check --hide-inclusion-graph bans licenses sources";

/// The same against the known vulnerabilities.
const VULNERABLE: &str =
    "--workspace --locked check --disable-fetch --hide-inclusion-graph advisories";

/// Runs all checks; the first that finds something ends it.
pub(crate) fn run() -> Result<()> {
    setup::wasm_target()?;
    setup::lints()?;
    let program = setup::cargo_deny()?;
    for check in CHECKS {
        cargo(check.split_whitespace())?;
    }
    let wasm = packages::for_browsers()?;
    let wasm =
        || wasm.iter().map(String::as_str).chain(["--quiet", "--target", "wasm32-unknown-unknown"]);
    cargo(["clippy"].into_iter().chain(wasm()).chain(["--all-targets", "--", "-Dwarnings"]))?;
    cargo(["doc", "--no-deps"].into_iter().chain(wasm()))?;
    let deny = |check: &str| {
        let mut deny = shell::command(&program);
        deny.args(check.split_whitespace());
        println!("lint: {}", shell::words(&deny));
        shell::run(&mut deny)
    };
    deny(DENY)?;
    if shell::succeeds(shell::command(&program).args(["fetch", "db"])) {
        return deny(VULNERABLE);
    }
    println!("SKIPPED: known vulnerabilities, because their database cannot be reached");
    Ok(())
}

fn cargo<'a>(arguments: impl IntoIterator<Item = &'a str>) -> Result<()> {
    let mut cargo = shell::cargo(arguments);
    println!("lint: {}", shell::words(&cargo));
    shell::run(cargo.env("RUSTDOCFLAGS", "-Dwarnings"))
}
