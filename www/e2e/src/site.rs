//! What the browser is pointed at: the built site, or the single file.

use std::{
    env, fs,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, ensure};
use crdb_triage_server::{Request, Server};

use crate::Page;
use crate::page::{PATIENCE, POLL};

/// So long nothing must be asked for until the page is taken to have all that it loads.
const QUIET: Duration = Duration::from_millis(500);

/// The site, served as a static host would: from a folder of it, not from its root.
#[derive(Debug)]
pub struct Site {
    server: Server,
    folder: PathBuf,
}

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
        let server = Server::start(folder, "/deep/sub/").with_context(missing)?;
        Ok(Self { server, folder: folder.to_owned() })
    }

    /// A browser in which the page has started and has all that it loads.
    ///
    /// # Errors
    /// When it does not come so far.
    pub async fn open(&self) -> Result<Page> {
        let page = Page::open(&self.url()).await?;
        page.wait_for_state("idle").await?;
        self.loaded().await?;
        Ok(page)
    }

    /// How many requests there were when the page had all that it loads and the browser all that it keeps of the site
    /// for later. The page is `idle` before that: the engine comes when it comes, and then the service worker.
    ///
    /// # Errors
    /// When something that the page needs is never asked for.
    pub async fn loaded(&self) -> Result<usize> {
        let begin = Instant::now();
        let mut quiet_since = (0, begin);
        loop {
            let requests = self.requests();
            if quiet_since.0 != requests.len() {
                quiet_since = (requests.len(), Instant::now());
            }
            let missing = self.never_asked_for(&requests)?;
            if missing.is_empty() && quiet_since.1.elapsed() > QUIET {
                return Ok(requests.len());
            }
            ensure!(begin.elapsed() < PATIENCE, "never asked for: {missing:?}");
            tokio::time::sleep(POLL).await;
        }
    }

    /// All files of the site, because the service worker keeps them all; `index.html` by that name.
    fn never_asked_for(&self, requests: &[Request]) -> Result<Vec<String>> {
        let asked = |name: &str| requests.iter().any(|request| request.path.ends_with(name));
        let mut missing = files_of(&self.folder)?;
        missing.retain(|name| !asked(name));
        Ok(missing)
    }

    /// The address of the page.
    #[must_use]
    pub fn url(&self) -> String {
        self.server.url()
    }

    /// Every request so far.
    #[must_use]
    pub fn requests(&self) -> Vec<Request> {
        self.server.requests()
    }
}

/// Every file of the site in `folder`, by its path there.
///
/// # Errors
/// When it cannot be read.
pub fn files_of(folder: &Path) -> Result<Vec<String>> {
    let mut files = Vec::new();
    for below in ["", "assets/"] {
        for file in fs::read_dir(folder.join(below))? {
            let file = file?;
            if file.file_type()?.is_file() {
                files.push(format!("{below}{}", file.file_name().to_string_lossy()));
            }
        }
    }
    Ok(files)
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
