//! The row about the result page: a large result, and somebody who types into its filter.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::time::Duration;

use anyhow::{Result, ensure};
use crdb_triage_corpus::{SEED, table};
use crdb_triage_e2e::{Page, Site};
use thirtyfour::By;

use crate::figure::{Measured, Row, Target};
use crate::{Options, browser, progress};

/// Jobs, and for each finding so many jobs.
const WHOLE: u32 = 100_000;
const SMALL: u32 = 1000;
const JOBS_PER_FINDING: u32 = 10;

/// What is typed and then taken back, key by key: it narrows the rows to few, to none, and widens them again to all.
const WORDS: &str = "import part-000 zz";

/// The key that takes back, in the words of WebDriver.
const BACKSPACE: &str = "\u{e003}";

const FILTER: &str = "input[type=search]";

/// Tasks that are longer than 50 ms; browsers tell of no others.
const OBSERVE: &str = "globalThis.benchTasks = [];
    new PerformanceObserver((list) => {
        for (const entry of list.getEntries()) benchTasks.push(entry.duration);
    }).observe({ type: 'longtask' });";

pub(crate) async fn row(options: &Options, bench: &Path) -> Row {
    progress("typing into the filter of a large result");
    let measured = browser::measured(measure(options, bench)).await;
    let what = "result page with 100,000 jobs and 10,000 findings: longest task while typing in the filter";
    Row::new("typing", what, Target::AtMost(50.0, "ms"), measured)
}

async fn measure(options: &Options, bench: &Path) -> Result<Measured> {
    let jobs = if options.small { SMALL } else { WHOLE };
    let folder = bench.join("typing/debug");
    write(&folder, jobs)?;
    let site = Site::start()?;
    let page = Page::open(&site.url()).await?;
    page.wait_for_state("idle").await?;
    page.choose_folder(&folder).await?;
    let state = "const { state } = document.documentElement.dataset; return [['done', 'failed'].includes(state) || null]";
    browser::wait(&page, state).await?;
    page.wait_for_state("done").await?;
    let filter = page.web().find(By::Css(FILTER)).await?;
    let shown = "return [document.querySelector('.shown').textContent]";
    let all = page.evaluate(shown).await?;
    let expected = jobs / JOBS_PER_FINDING;
    // The last number is how many there are; other advisories may add a few.
    let shown = all[0].as_str().unwrap_or_default().replace(',', "");
    let numbers = shown.split(|c: char| !c.is_ascii_digit());
    let findings = numbers.filter_map(|digits| digits.parse::<u32>().ok()).next_back();
    ensure!(findings >= Some(expected), "there are not {expected} findings: {all}");
    page.evaluate(OBSERVE).await?;
    let mut longest = Vec::new();
    for _ in 0..options.rounds {
        for key in WORDS.chars() {
            filter.send_keys(key.to_string()).await?;
        }
        for _ in WORDS.chars() {
            filter.send_keys(BACKSPACE).await?;
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
        let tasks = page.evaluate("return benchTasks.splice(0)").await?;
        let tasks = tasks.as_array().into_iter().flatten().filter_map(serde_json::Value::as_f64);
        longest.push(tasks.fold(0.0, f64::max));
    }
    fs::remove_dir_all(bench.join("typing"))?;
    // None may be longer, in no round. 0 stands for: none that the browser tells of.
    let figure = longest.iter().copied().fold(0.0, f64::max);
    Ok(Measured { figure, samples: vec![("longest of a round ms", longest)] })
}

/// A bundle with so many jobs; of each import among them a node dropped an error.
fn write(folder: &Path, jobs: u32) -> Result<()> {
    let text = table(SEED, jobs, JOBS_PER_FINDING);
    let logs = folder.join("nodes/1/logs");
    fs::create_dir_all(&logs)?;
    fs::write(folder.join("crdb_internal.jobs.txt"), &text)?;
    let mut log = String::from(
        "I250422 05:00:00.000000 1 util/log/file_sync_buffer.go:237 ⋮ [T1,config]   file created at: 2025/04/22 05:00:00\n\
         I250422 05:00:00.000000 1 util/log/file_sync_buffer.go:237 ⋮ [T1,config]   binary: CockroachDB CCL v24.3.9 (x86_64-pc-linux-gnu, built 2025/04/01 00:00:00, go1.22.8)\n\
         I250422 05:00:00.000000 1 util/log/file_sync_buffer.go:237 ⋮ [T1,config]   nodeID: 1\n",
    );
    let imports = text.lines().filter(|row| row.contains("\tIMPORT\t"));
    for (counter, row) in imports.enumerate() {
        let fields: Vec<&str> = row.split('\t').collect();
        // When it began is the ninth: two minutes later something went wrong.
        let (Some(id), Some(begin)) = (fields.first(), fields.get(8)) else { continue };
        let (hour, minute) = (begin.get(11..13).unwrap_or("06"), begin.get(14..16).unwrap_or("00"));
        let minute: u32 = minute.parse().unwrap_or(0) + 2;
        let second = counter % 60;
        writeln!(
            log,
            "W250422 {hour}:{minute:02}:{second:02}.{:06} 77 kv/bulk/sst_batcher.go:912 ⋮ [T1,n1,job={id}] {counter}  closing with flushes in-progress encountered an error: addsstable [‹/Table/106/1›,‹/Table/107›): disk is full",
            counter % 1_000_000
        )?;
    }
    Ok(fs::write(logs.join("cockroach.log"), log)?)
}
