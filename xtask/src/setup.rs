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
const GECKODRIVER: &str = "0.37.1";
const AXE: &str = "4.14.1";

/// A browser that the tests run in.
pub(crate) struct Browser {
    /// What people call it; the end-to-end tests know it by this name.
    pub(crate) name: &'static str,
    /// Installs it with what drives it, if that is possible without asking, and gives the driver: otherwise `None`,
    /// and a line says what to type.
    pub(crate) driver: fn() -> Result<Option<PathBuf>>,
}

/// All of them.
pub(crate) const BROWSERS: [Browser; 3] = [
    Browser { name: "Chromium", driver: chromium },
    Browser { name: "Firefox", driver: firefox },
    Browser { name: "WebKit", driver: webkit },
];

/// `cargo xtask setup`.
pub(crate) fn everything() -> Result<()> {
    wasm_target()?;
    lints()?;
    cargo_deny()?;
    for browser in &BROWSERS {
        (browser.driver)()?;
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
    cargo_tool("cargo-deny", CARGO_DENY, "about a minute")
}

/// A program from crates.io, built below `target/tools`.
fn cargo_tool(name: &str, wanted: &str, takes: &str) -> Result<PathBuf> {
    let tools = shell::target().join("tools");
    let program = tools.join("bin").join(format!("{name}{}", env::consts::EXE_SUFFIX));
    let version = shell::output(shell::command(&program).arg("--version"));
    if version.split_whitespace().nth(1) != Some(wanted) {
        println!("setup: {name} {wanted} (compiled from source, {takes})");
        let version = format!("={wanted}");
        let mut install =
            shell::cargo(["install", "--quiet", "--locked", "--debug", "--force", name]);
        install
            .args(["--version", &version, "--root"])
            .arg(&tools)
            .env("CARGO_PROFILE_DEV_DEBUG", "0");
        shell::run(&mut install)?;
    }
    Ok(program)
}

/// Chromium and chromedriver.
pub(crate) fn chromium() -> Result<Option<PathBuf>> {
    let packages = ["chromium", "chromium-driver", "fonts-dejavu-core"];
    system("Chromium", "chromedriver", &packages, "about 100 MB, half a minute")
}

/// Firefox and geckodriver, which Debian has no package of.
fn firefox() -> Result<Option<PathBuf>> {
    let there = shell::find("firefox-esr").or_else(|| shell::find("firefox"));
    let packages = ["firefox-esr", "fonts-dejavu-core"];
    if there.is_none()
        && system("Firefox", "firefox-esr", &packages, "about 70 MB, half a minute")?.is_none()
    {
        return Ok(None);
    }
    match shell::find("geckodriver") {
        Some(driver) => Ok(Some(driver)),
        None => cargo_tool("geckodriver", GECKODRIVER, "a minute or two").map(Some),
    }
}

/// WebKitGTK's own browser with its driver, and the screen that it needs.
fn webkit() -> Result<Option<PathBuf>> {
    let screen = system("Xvfb", "Xvfb", &["xvfb"], "about 10 MB, some seconds")?;
    let packages = ["webkit2gtk-driver", "fonts-dejavu-core"];
    let driver = system("WebKit", "WebKitWebDriver", &packages, "about 100 MB, half a minute")?;
    Ok(screen.and(driver))
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
