//! `cargo xtask test`: every test, from the ground up.

use std::env;

use anyhow::{Context as _, Result, bail};

use crate::{
    build, packages,
    setup::{self, BROWSERS},
    shell,
};

/// How much to test.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scope {
    /// All of it.
    Everything,
    /// What needs no browser.
    WithoutBrowsers,
}

/// Runs the tests; the first runner that fails ends it.
pub(crate) fn run(scope: Scope) -> Result<()> {
    title("native tests");
    // Always the whole workspace, by whatever name: another choice of packages is other features of what they share,
    // which is then compiled once more.
    shell::run(&mut shell::cargo(["test", "--workspace", "--exclude", "crdb-triage-e2e"]))?;
    if scope == Scope::WithoutBrowsers {
        return Ok(());
    }
    setup::wasm_target()?;
    let accessibility = setup::axe()?.is_some();
    let hosting = setup::nginx()?.is_some();
    build::run()?;
    let (mut chromium, mut missing) = (None, Vec::new());
    for browser in &BROWSERS {
        match (browser.driver)()? {
            Some(driver) if browser.name == "Chromium" => chromium = Some(driver),
            Some(_) => {}
            None => missing.push(browser.name),
        }
    }
    match chromium {
        Some(driver) => {
            title("wasm tests in Chromium");
            wasm(driver.as_os_str())?;
        }
        None => println!("\nSKIPPED: wasm tests, which need Chromium: see above"),
    }
    title("end-to-end tests");
    // They hold the page's reports against those of the command, which the native tests ran too.
    let mut cargo = shell::cargo(["test", "--workspace", "--test", "e2e"]);
    cargo.env("CRDB_TRIAGE_WITHOUT", missing.join(","));
    if !accessibility {
        cargo.env("CRDB_TRIAGE_WITHOUT_AXE", "1");
    }
    if !hosting {
        cargo.env("CRDB_TRIAGE_WITHOUT_NGINX", "1");
    }
    if missing.contains(&"Chromium") {
        // The faults that they cause are caused by its own protocol.
        println!("\nSKIPPED: all end-to-end tests but those in each engine, which need Chromium");
        cargo.args(["--", "engines::"]);
    }
    shell::run(&mut cargo)?;
    if !missing.is_empty() {
        println!("\nSKIPPED: tests in {}: see above", missing.join(", "));
        if env::var_os("CI").is_some() {
            bail!("no browser may be skipped where CI is set");
        }
    }
    if !accessibility {
        println!("\nSKIPPED: accessibility, which needs npm once to fetch axe-core");
    }
    if !hosting {
        println!(
            "\nSKIPPED: the documented configuration of nginx, which is not installed: see above"
        );
    }
    Ok(())
}

fn wasm(driver: &std::ffi::OsStr) -> Result<()> {
    let runner = env::current_exe().context("cannot find this program itself")?;
    let mut cargo = shell::cargo(["test", "--target", "wasm32-unknown-unknown", "--tests"]);
    cargo.args(packages::for_browsers()?);
    // The same runner as in .cargo/config.toml, without asking cargo for it once per test binary.
    cargo.env(
        "CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER",
        format!("{} test-runner", runner.display()),
    );
    cargo.env("CHROMEDRIVER", driver).env("WASM_BINDGEN_TEST_TIMEOUT", "120");
    shell::run(&mut cargo)
}

fn title(text: &str) {
    println!("\n== {text}");
}
