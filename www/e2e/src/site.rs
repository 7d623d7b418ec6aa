//! What the browser is pointed at: the built site, or the single file.

use std::{
    env,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result, ensure};
use crdb_triage_server::{Request, Server};

/// The site, served as a static host would: from a folder of it, not from its root.
#[derive(Debug)]
pub struct Site(Server);

impl Site {
    /// Serves `dist/site/`.
    ///
    /// # Errors
    /// When it has not been built.
    pub fn start() -> Result<Self> {
        Self::of(&built_site())
    }

    /// Serves another folder in the same way.
    ///
    /// # Errors
    /// When there is no such folder.
    pub fn of(folder: &Path) -> Result<Self> {
        let missing = || format!("{} is missing: run `cargo xtask build` first", folder.display());
        Server::start(folder, "/deep/sub/").map(Self).with_context(missing)
    }

    /// The address of the page.
    #[must_use]
    pub fn url(&self) -> String {
        self.0.url()
    }

    /// Every request so far.
    #[must_use]
    pub fn requests(&self) -> Vec<Request> {
        self.0.requests()
    }
}

/// `dist/site/`.
#[must_use]
pub fn built_site() -> PathBuf {
    repository().join("dist/site")
}

/// The `file://` address of `dist/crdb-triage.html`.
///
/// # Errors
/// When it has not been built.
pub fn single_file() -> Result<String> {
    let file = repository().join("dist/crdb-triage.html");
    ensure!(file.is_file(), "{} is missing: run `cargo xtask build` first", file.display());
    Ok(format!("file://{}", file.display()))
}

/// Cargo's folder; what the tests leave behind is in `e2e/` of it.
#[must_use]
pub fn target() -> PathBuf {
    repository().join(env::var_os("CARGO_TARGET_DIR").unwrap_or_else(|| "target".into()))
}

fn repository() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().nth(2).unwrap_or(here).to_owned()
}
