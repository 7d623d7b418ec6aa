//! `cargo xtask test`: every test, from the ground up.

use std::env;

use anyhow::{Context as _, Result, bail};

use crate::{
    build, packages,
    setup::{self, BROWSERS, Browser},
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
    shell::run(&mut shell::cargo(["test", "--workspace", "--exclude", "crdb-triage-e2e"]))?;
    if scope == Scope::WithoutBrowsers {
        return Ok(());
    }
    setup::wasm_target()?;
    let accessibility = setup::axe()?.is_some();
    let hosting = setup::nginx()?.is_some();
    build::run()?;
    let mut skipped = Vec::new();
    for browser in &BROWSERS {
        match browser.driver()? {
            Some(driver) => {
                title(&format!("wasm tests in {}", browser.name));
                wasm(browser, driver.as_os_str())?;
            }
            None => skipped.push(browser.name),
        }
    }
    if skipped.is_empty() {
        title("end-to-end tests");
        // They hold the page's reports against the command's.
        shell::run(&mut shell::cargo(["build", "--package", "crdb-triage"]))?;
        let mut cargo = shell::cargo(["test", "--package", "crdb-triage-e2e"]);
        if !accessibility {
            cargo.env("CRDB_TRIAGE_WITHOUT_AXE", "1");
        }
        if !hosting {
            cargo.env("CRDB_TRIAGE_WITHOUT_NGINX", "1");
        }
        shell::run(&mut cargo)?;
    } else {
        println!("\nSKIPPED: wasm and end-to-end tests in {}: see above", skipped.join(", "));
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

fn wasm(browser: &Browser, driver: &std::ffi::OsStr) -> Result<()> {
    let runner = env::current_exe().context("cannot find this program itself")?;
    let mut cargo = shell::cargo(["test", "--target", "wasm32-unknown-unknown", "--tests"]);
    cargo.args(packages::for_browsers()?);
    // The same runner as in .cargo/config.toml, without asking cargo for it once per test binary.
    cargo.env(
        "CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER",
        format!("{} test-runner", runner.display()),
    );
    cargo.env(browser.driver_variable, driver).env("WASM_BINDGEN_TEST_TIMEOUT", "120");
    shell::run(&mut cargo)
}

fn title(text: &str) {
    println!("\n== {text}");
}
