//! What the tasks need: installed when it is missing, below `target/` or, for the browsers, by the system.
//!
//! Before each installation stands a line that says what comes and how long it takes. With everything in place
//! nothing is installed and nothing is printed.

use std::{
    env,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result, bail};

use crate::shell;

const WASM: &str = "wasm32-unknown-unknown";
const CARGO_DENY: &str = "0.20.2";
const AXE: &str = "4.14.1";

/// A browser that the tests run in.
pub(crate) struct Browser {
    /// What people call it.
    pub(crate) name: &'static str,
    /// The program that drives it; it comes with the browser.
    pub(crate) driver: &'static str,
    /// The variable that tells wasm-bindgen's test runner to use this one.
    pub(crate) driver_variable: &'static str,
    /// The packages of Debian and its relatives.
    packages: &'static [&'static str],
    /// How long it takes to install.
    takes: &'static str,
}

/// All of them.
pub(crate) const BROWSERS: [Browser; 1] = [Browser {
    name: "Chromium",
    driver: "chromedriver",
    driver_variable: "CHROMEDRIVER",
    packages: &["chromium", "chromium-driver", "fonts-dejavu-core"],
    takes: "about 100 MB, half a minute",
}];

/// `cargo xtask setup`.
pub(crate) fn everything() -> Result<()> {
    wasm_target()?;
    lints()?;
    cargo_deny()?;
    for browser in &BROWSERS {
        browser.driver()?;
    }
    axe()?;
    nginx()?;
    Ok(())
}

/// The standard library for wasm.
pub(crate) fn wasm_target() -> Result<()> {
    let library =
        shell::output(shell::command("rustc").args(["--print", "target-libdir", "--target", WASM]));
    if PathBuf::from(library.trim()).is_dir() {
        return Ok(());
    }
    println!("setup: Rust's standard library for {WASM} (about 20 MB, ten seconds)");
    shell::run(shell::command("rustup").args(["target", "add", WASM]))
        .with_context(|| format!("install the target {WASM} for this toolchain"))
}

/// rustfmt and clippy.
pub(crate) fn lints() -> Result<()> {
    let there = |tool: &str| {
        shell::succeeds(shell::cargo([tool, "--version"]).env("CARGO_TERM_QUIET", "true"))
    };
    if there("fmt") && there("clippy") {
        return Ok(());
    }
    println!("setup: rustfmt and clippy (about 10 MB, ten seconds)");
    shell::run(shell::command("rustup").args(["component", "add", "rustfmt", "clippy"]))
}

/// cargo-deny, built below `target/tools`.
pub(crate) fn cargo_deny() -> Result<PathBuf> {
    let tools = shell::target().join("tools");
    let program = tools.join("bin").join(format!("cargo-deny{}", env::consts::EXE_SUFFIX));
    let version = shell::output(shell::command(&program).arg("--version"));
    if version.split_whitespace().nth(1) != Some(CARGO_DENY) {
        println!("setup: cargo-deny {CARGO_DENY} (compiled from source, about a minute)");
        let version = format!("={CARGO_DENY}");
        let mut install =
            shell::cargo(["install", "--quiet", "--locked", "--debug", "--force", "cargo-deny"]);
        install
            .args(["--version", &version, "--root"])
            .arg(&tools)
            .env("CARGO_PROFILE_DEV_DEBUG", "0");
        shell::run(&mut install)?;
    }
    Ok(program)
}

/// axe-core, the accessibility checker: `None`, with a line that says so, where npm is missing.
pub(crate) fn axe() -> Result<Option<PathBuf>> {
    let tools = shell::target().join("tools");
    let package = tools.join("node_modules/axe-core");
    let manifest = std::fs::read_to_string(package.join("package.json")).unwrap_or_default();
    if !manifest.contains(&format!(r#""version": "{AXE}""#)) {
        let Some(npm) = shell::find("npm") else {
            println!("setup: npm is not installed, so axe-core {AXE} is not either");
            return Ok(None);
        };
        println!("setup: axe-core {AXE} from npm (3 MB, some seconds)");
        let mut install = shell::command(npm);
        install.args([
            "install",
            "--silent",
            "--no-save",
            "--no-audit",
            "--no-fund",
            "--ignore-scripts",
            "--prefix",
        ]);
        shell::run(install.arg(&tools).arg(format!("axe-core@{AXE}")))?;
    }
    Ok(Some(package.join("axe.min.js")))
}

/// `unzip`, which the benchmarks measure against; without it, a line says so.
pub(crate) fn unzip() -> Result<Option<PathBuf>> {
    system("unzip", "unzip", &["unzip"], "less than 1 MB, some seconds")
}

/// ripgrep, likewise.
pub(crate) fn ripgrep() -> Result<Option<PathBuf>> {
    system("ripgrep", "rg", &["ripgrep"], "about 5 MB, some seconds")
}

/// nginx, which runs the configuration of `docs/hosting.md`; without it, a line says so.
pub(crate) fn nginx() -> Result<Option<PathBuf>> {
    const PACKAGE: &str = "nginx-light";
    // Debian starts a server when it is installed. On a machine of somebody's that is for them to decide.
    if shell::find("nginx").is_none() && Path::new("/run/systemd/system").is_dir() {
        println!("setup: nginx is missing; install it with: sudo apt-get install {PACKAGE}");
        return Ok(None);
    }
    system("nginx", "nginx", &[PACKAGE], "about 2 MB, some seconds")
}

impl Browser {
    /// The program that drives it, installed if that is possible without asking: otherwise `None`, and a line
    /// says what to type.
    pub(crate) fn driver(&self) -> Result<Option<PathBuf>> {
        system(self.name, self.driver, self.packages, self.takes)
    }
}

/// The program of a package of the system, installed if that is possible without asking: otherwise `None`, and a
/// line says what to type.
fn system(name: &str, program: &str, packages: &[&str], takes: &str) -> Result<Option<PathBuf>> {
    if let Some(program) = shell::find(program) {
        return Ok(Some(program));
    }
    let mut install = vec!["apt-get", "install", "-y", "--no-install-recommends"];
    install.extend(packages);
    let Some(become_root) = may_install() else {
        println!("setup: {name} is missing; install it with: sudo {}", install.join(" "));
        return Ok(None);
    };
    println!("setup: {} ({takes})", packages.join(", "));
    for arguments in [&["apt-get", "update"][..], &install] {
        let mut words = become_root.iter().chain(arguments);
        let mut apt = shell::command(words.next().copied().unwrap_or_default());
        apt.args(words).args(["-q"]).env("DEBIAN_FRONTEND", "noninteractive");
        shell::run(&mut apt)?;
    }
    match shell::find(program) {
        Some(program) => Ok(Some(program)),
        None => bail!("{name} is installed, but there is no {program}"),
    }
}

/// How to run apt-get as root without a password, if that can be.
fn may_install() -> Option<&'static [&'static str]> {
    shell::find("apt-get")?;
    if shell::output(shell::command("id").arg("-u")).trim() == "0" {
        Some(&[])
    } else {
        let sudo: &'static [&'static str] = &["sudo", "-n"];
        shell::succeeds(shell::command("sudo").args(["-n", "true"])).then_some(sudo)
    }
}
