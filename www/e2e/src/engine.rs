//! The browsers that the tests run in, and how each is started for them.

use std::env;
use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};

use anyhow::{Context as _, Result, bail};
use serde_json::{Value, json};

use crate::look::Scheme;
use crate::site::target;

/// No first-run pages, and no traffic but that of the page: what the server sees is what the page asked for.
const CHROMIUM: [&str; 10] = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-default-apps",
];

/// What `cargo xtask test` says is not there, by name.
const MISSING: &str = "CRDB_TRIAGE_WITHOUT";

/// A browser engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    /// Chromium, by chromedriver.
    Chromium,
    /// Firefox, by geckodriver.
    Firefox,
    /// WebKitGTK's own browser, by WebKitWebDriver. It has no headless mode: Xvfb is its screen.
    WebKit,
}

impl Engine {
    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Chromium => "Chromium",
            Self::Firefox => "Firefox",
            Self::WebKit => "WebKit",
        }
    }

    /// Whether it is here. Where it is not, a line says so, and `cargo xtask test` has said why.
    #[must_use]
    #[expect(
        clippy::print_stderr,
        reason = "who reads that a test passed must read that it did not run"
    )]
    pub fn is_here(self) -> bool {
        let missing = env::var(MISSING).unwrap_or_default();
        let here = !missing.split(',').any(|name| name == self.name());
        if !here {
            eprintln!("skipped: {} is not installed", self.name());
        }
        here
    }

    /// Whether it needs a screen.
    pub(crate) fn needs_screen(self) -> bool {
        self == Self::WebKit
    }

    /// The program that drives it, to listen on `port`.
    pub(crate) fn command(self, port: u16) -> Command {
        match self {
            Self::Chromium => with(Command::new("chromedriver"), &[&format!("--port={port}")]),
            Self::Firefox => {
                // Not in Debian; `cargo xtask setup` builds it.
                let built = target().join("tools/bin/geckodriver");
                let program = if built.is_file() { built } else { "geckodriver".into() };
                let port = port.to_string();
                with(Command::new(program), &["--port", &port, "--websocket-port", "0"])
            }
            Self::WebKit => with(Command::new("WebKitWebDriver"), &[&format!("--port={port}")]),
        }
    }

    /// A fresh browser with its files below `scratch`, that tells us everything that it has to say. `flags` are for the
    /// command line of the browser.
    pub(crate) fn wishes(self, scratch: &Path, scheme: Scheme, flags: &[&str]) -> Result<Value> {
        let downloads = scratch.join("downloads");
        Ok(match self {
            Self::Chromium => {
                let profile = format!("--user-data-dir={}", scratch.join("profile").display());
                let arguments: Vec<&str> =
                    CHROMIUM.iter().chain(flags).copied().chain([profile.as_str()]).collect();
                json!({
                    "browserName": "chrome",
                    "goog:loggingPrefs": { "browser": "ALL" },
                    "goog:chromeOptions": { "args": arguments, "prefs": {
                        "download.default_directory": downloads,
                        "download.prompt_for_download": false,
                    } },
                })
            }
            Self::Firefox => {
                let arguments: Vec<&str> = ["-headless"].iter().chain(flags).copied().collect();
                json!({
                    "browserName": "firefox",
                    "moz:firefoxOptions": { "binary": firefox()?, "args": arguments, "prefs": {
                        // As it is for people; drivers switch it off.
                        "security.fileuri.strict_origin_policy": true,
                        "layout.css.prefers-color-scheme.content-override":
                            if scheme == Scheme::Dark { 0 } else { 1 },
                        "browser.download.folderList": 2,
                        "browser.download.dir": downloads,
                        "browser.helperApps.neverAsk.saveToDisk":
                            "application/json,text/markdown,text/html",
                        "browser.download.alwaysOpenPanel": false,
                    } },
                })
            }
            Self::WebKit => {
                let arguments: Vec<&str> = ["--automation"].iter().chain(flags).copied().collect();
                json!({
                    "browserName": "MiniBrowser",
                    "webkitgtk:browserOptions": { "binary": mini_browser()?, "args": arguments },
                })
            }
        })
    }

    /// What the browser finds around it.
    pub(crate) fn environment(
        self,
        scratch: &Path,
        scheme: Scheme,
    ) -> Vec<(&'static str, PathBuf)> {
        if self != Self::WebKit {
            return Vec::new();
        }
        let theme = if scheme == Scheme::Dark { "Adwaita:dark" } else { "Adwaita" };
        vec![("HOME", scratch.to_owned()), ("GTK_THEME", theme.into())]
    }
}

fn with(mut command: Command, arguments: &[&str]) -> Command {
    command.args(arguments);
    command
}

/// Debian's, or anybody's.
fn firefox() -> Result<PathBuf> {
    ["firefox-esr", "firefox"].into_iter().find_map(on_path).context("there is no Firefox")
}

/// It is no program for people and so not where programs are.
fn mini_browser() -> Result<PathBuf> {
    let libraries = std::fs::read_dir("/usr/lib").context("/usr/lib")?;
    let folders = libraries.flatten().map(|folder| folder.path());
    let mut found: Vec<PathBuf> = folders
        .flat_map(|folder| ["4.1", "4.0", "6.0"].map(|version| (folder.clone(), version)))
        .map(|(folder, version)| folder.join(format!("webkit2gtk-{version}/MiniBrowser")))
        .filter(|program| program.is_file())
        .collect();
    found.sort();
    found.pop().context("there is no MiniBrowser")
}

fn on_path(name: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    env::split_paths(&path).map(|folder| folder.join(name)).find(|program| program.is_file())
}

/// A port on which nobody listens, below those that systems give to whoever asks for any: drivers and browsers ask for
/// many, and one that was free a moment ago would be one of theirs.
///
/// # Errors
/// When all of them are taken.
pub fn free_port() -> Result<u16> {
    const FIRST: u32 = 10_000;
    const PORTS: u32 = 20_000;
    static NEXT: AtomicU32 = AtomicU32::new(0);
    for _ in 0..PORTS {
        let number =
            NEXT.fetch_add(1, Ordering::Relaxed).wrapping_add(std::process::id().wrapping_mul(97));
        let port = u16::try_from(FIRST + number % PORTS)?;
        if TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok() {
            return Ok(port);
        }
    }
    bail!("no free port")
}
