//! `cargo xtask serve`: the page on this machine.

use std::{env, io, process::Stdio, thread};

use anyhow::{Context as _, Result};
use crdb_triage_server::Server;

use crate::{build, shell};

/// Where the page is if nothing else is there.
pub(crate) const DEFAULT_PORT: u16 = 8080;

/// How many ports after the wished one are tried.
const NEIGHBOURS: u16 = 100;

/// Builds, serves, and stays until Ctrl-C.
pub(crate) fn run(port: u16) -> Result<()> {
    build::run()?;
    let server = start(port)?;
    println!("\ncrdb-triage is at {}   (Ctrl-C ends it)", server.url());
    open(&server.url());
    loop {
        thread::park();
    }
}

fn start(wished: u16) -> Result<Server> {
    let folder = build::site_folder();
    for port in wished..=wished.saturating_add(NEIGHBOURS) {
        match Server::start_at(&folder, "/", port) {
            Err(error) if error.kind() == io::ErrorKind::AddrInUse => {}
            other => return other.with_context(|| format!("cannot serve on port {port}")),
        }
    }
    Server::start(&folder, "/").context("cannot serve on any port")
}

/// Opens a browser where there is a screen to show it; nobody is told if there is none.
fn open(url: &str) {
    let opener = if cfg!(target_os = "macos") {
        Some("open")
    } else if cfg!(windows) {
        Some("explorer")
    } else {
        let screen = ["DISPLAY", "WAYLAND_DISPLAY"].iter().any(|name| env::var_os(name).is_some());
        screen.then_some("xdg-open").filter(|program| shell::find(program).is_some())
    };
    if let Some(opener) = opener {
        let mut browser = shell::command(opener);
        let quiet =
            browser.arg(url).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        drop(quiet.spawn());
    }
}
