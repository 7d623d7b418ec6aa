//! The page in Chromium, and beside it a page that only reads. Each run has a browser of its own, so that none finds
//! anything ready that another left behind.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail, ensure};
use crdb_triage_e2e::{Page, Site, target};
use serde_json::{Value, json};

use crate::corpus::Corpus;
use crate::figure::Outcome;
use crate::memory::Watch;

/// Between two looks at the page: they take time from it.
const POLL: Duration = Duration::from_millis(200);

/// What nobody waits for any longer.
const PATIENCE: Duration = Duration::from_secs(600);

/// So long people need to find their files. Until then the engine is compiled.
const BEFORE: Duration = Duration::from_millis(1000);

/// Takes the times in the page itself: from the drop or the choice to the state in which the verdict stands there.
const CLOCK: &str = "
    const clock = (globalThis.benchClock = {});
    const begin = () => { clock.begin ??= performance.now(); };
    addEventListener('drop', begin, { capture: true });
    addEventListener('input', begin, { capture: true });
    const root = document.documentElement;
    new MutationObserver(() => {
        if (['done', 'failed'].includes(root.dataset.state)) clock.end ??= performance.now();
    }).observe(root, { attributeFilter: ['data-state'] });";

const TIMES: &str =
    "const { begin, end } = globalThis.benchClock ?? {}; return [end ? end - begin : null]";

const VERDICT: &str = "return [document.documentElement.dataset.state,
    document.querySelector('[data-testid=verdict]')?.dataset.verdict ?? '']";

/// How something is handed in.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Way<'a> {
    /// Dropped on the page.
    Drop(&'a Path),
    /// Chosen as a folder.
    Folder(&'a Path),
}

/// What a run of the page gave.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) seconds: f64,
    pub(crate) verdict: String,
}

/// Whether there is a browser to measure in.
pub(crate) fn is_there() -> Result<(), Outcome> {
    let driver = std::process::Command::new("chromedriver").arg("--version").output();
    match driver {
        Ok(_) => Ok(()),
        Err(_) => Err(Outcome::Skipped("Chromium or its driver is not installed".to_owned())),
    }
}

/// What measuring in a browser gave, or why it did not.
pub(crate) async fn measured<T>(work: impl Future<Output = Result<T>>) -> Result<T, Outcome> {
    is_there()?;
    work.await.map_err(|error| Outcome::failed(&error))
}

/// Runs the page from `url`; it may be told that the machine has another number of processors.
pub(crate) async fn page(url: &str, way: Way<'_>, processors: Option<usize>) -> Result<Ran> {
    let page = ready(url, processors).await?;
    run(&page, way).await
}

/// The most memory, in bytes, that the browser has while the page from `url` runs. It is a run of its own: each look
/// takes the processors' time.
pub(crate) async fn memory(url: &str, way: Way<'_>) -> Result<f64> {
    let page = ready(url, None).await?;
    let watch = Watch::start(page.process());
    run(&page, way).await?;
    Ok(watch.peak() as f64)
}

/// The page from `url`, some time after it was opened.
async fn ready(url: &str, processors: Option<usize>) -> Result<Page> {
    let page = Page::open(url).await?;
    page.wait_for_state("idle").await?;
    if let Some(processors) = processors {
        pretend(&page, processors).await?;
    }
    page.evaluate(CLOCK).await?;
    tokio::time::sleep(BEFORE).await;
    Ok(page)
}

async fn run(page: &Page, way: Way<'_>) -> Result<Ran> {
    hand_in(page, way).await?;
    let times = wait(page, TIMES).await?;
    let end = page.evaluate(VERDICT).await?;
    ensure!(end[0] == "done", "the page ended with {end}");
    page.nothing_complained().await?;
    let verdict = end[1].as_str().unwrap_or_default().to_owned();
    Ok(Ran { seconds: times[0].as_f64().context("no time")? / 1000.0, verdict })
}

/// Reads the files of the folder in the same browser, in as many workers, and looks at nothing.
pub(crate) async fn reading(pages: &Site, corpus: &Corpus) -> Result<f64> {
    let page = Page::open(&pages.url()).await?;
    tokio::time::sleep(BEFORE).await;
    page.choose_folder(&corpus.folder()).await?;
    let times = wait(&page, "return [globalThis.benchReading ?? null]").await?;
    let (seconds, bytes) = (&times[0]["milliseconds"], &times[0]["bytes"]);
    let bytes = bytes.as_f64().context("reading failed")?;
    let all = corpus.text as f64;
    ensure!(bytes == all, "{bytes} bytes were read of {all}");
    Ok(seconds.as_f64().context("no time")? / 1000.0)
}

/// Makes the page believe that the machine has so many processors; by that it decides how many workers it starts.
async fn pretend(page: &Page, processors: usize) -> Result<()> {
    let number = json!({ "hardwareConcurrency": processors });
    page.devtools("Emulation.setHardwareConcurrencyOverride", number).await?;
    let seen = page.evaluate("return navigator.hardwareConcurrency").await?;
    ensure!(seen == processors, "the page sees {seen} processors, not {processors}");
    Ok(())
}

async fn hand_in(page: &Page, way: Way<'_>) -> Result<()> {
    match way {
        Way::Drop(path) => page.drop_paths(&[path]).await,
        Way::Folder(path) => page.choose_folder(path).await,
    }
}

/// Waits until the first value of what a script returns is there.
pub(crate) async fn wait(page: &Page, script: &str) -> Result<Value> {
    let begin = Instant::now();
    loop {
        let value = page.evaluate(script).await?;
        if !value[0].is_null() {
            return Ok(value);
        }
        if begin.elapsed() > PATIENCE {
            bail!("nothing came of it in {} minutes", PATIENCE.as_secs() / 60);
        }
        tokio::time::sleep(POLL).await;
    }
}

/// The pages that only the benchmarks use. `cargo xtask bench` has put the wasm beside them.
pub(crate) fn pages() -> Result<Site> {
    let folder = target().join("bench/pages");
    fs::create_dir_all(&folder)?;
    for (name, text) in [
        ("index.html", include_str!("../pages/index.html")),
        ("reading.js", include_str!("../pages/reading.js")),
        ("reading-worker.js", include_str!("../pages/reading-worker.js")),
        ("literals.js", include_str!("../pages/literals.js")),
    ] {
        fs::write(folder.join(name), text)?;
    }
    Site::of(&folder)
}
