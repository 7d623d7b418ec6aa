//! Workers that really die: the engine traps, memory is refused. What the page says of it, and the report.

use anyhow::Result;
use crdb_triage_e2e::reads::{HELD, before_each_read, hold, trap};
use crdb_triage_e2e::{Page, Site, bundle};

const LOG: &str = "debug/nodes/1/logs/cockroach.log";

/// Pages of 64 KiB that a browser grants: enough to start and to read small files, not enough for two slices.
const LITTLE_MEMORY: &str = "--js-flags=--wasm-max-mem-pages=44";

/// What page and report must say when the worker that read the large log died.
async fn died(page: &Page) -> Result<()> {
    let report = page.finished().await?;
    let verdict = page.element("verdict").await?.attr("data-verdict").await?;
    // What was read may name an affected build, which is enough to be exposed.
    assert!(matches!(verdict.as_deref(), Some("cannot_tell" | "exposed")), "{verdict:?}");
    assert_eq!(bundle::verdict(&report, "A-144650"), "cannot_tell");
    let unread = &report["input"]["unread"];
    assert_eq!(unread.as_array().map(Vec::len), Some(1), "{unread}");
    assert_eq!(unread[0]["path"], LOG);
    assert_eq!(unread[0]["reason"], "WORKER_DIED");
    let weakens = unread[0]["weakens"].as_array().map_or(&[][..], Vec::as_slice);
    assert!(weakens.iter().any(|id| id == "A-144650"), "{unread}");
    let shown = page.text("unread-list").await?;
    assert!(shown.contains(LOG), "{shown}");
    let files = &report["input"]["files"];
    assert_eq!(
        (&files["total"], &files["read"], &files["unread"]),
        (&4.into(), &3.into(), &1.into())
    );
    assert_eq!(
        report["jobs"][0]["id"], "1065722008981340161",
        "the table was read by another worker"
    );
    page.wait_for_workers(1).await?;
    Ok(())
}

#[tokio::test]
async fn a_trap_in_the_engine_costs_its_file_and_the_verdict_knows() -> Result<()> {
    let folder = bundle::whole(&bundle::folder("trap")?, 17)?;
    let site = Site::start()?;
    let page = Page::open(&site.url()).await?;
    page.wait_for_state("idle").await?;
    page.before_workers(&trap("taken > 3 << 20"))?;
    page.choose_folder(&folder).await?;
    died(&page).await
}

#[tokio::test]
async fn memory_that_is_refused_costs_its_file_and_the_verdict_knows() -> Result<()> {
    let folder = bundle::whole(&bundle::folder("memory")?, 17)?;
    let site = Site::start()?;
    let page = Page::open_with(&site.url(), &[LITTLE_MEMORY]).await?;
    page.wait_for_state("idle").await?;
    page.choose_folder(&folder).await?;
    died(&page).await
}

#[tokio::test]
async fn when_every_worker_dies_every_file_is_named() -> Result<()> {
    let folder = bundle::whole(&bundle::folder("all-die")?, 1)?;
    let site = Site::start()?;
    let page = Page::open(&site.url()).await?;
    page.wait_for_state("idle").await?;
    page.before_workers(&trap("asked === 'scan'"))?;
    page.choose_folder(&folder).await?;
    let report = page.finished().await?;
    assert_eq!(bundle::verdict(&report, "A-144650"), "cannot_tell");
    let unread = report["input"]["unread"].as_array().map(Vec::as_slice).unwrap_or_default();
    assert_eq!(unread.len(), 4, "{unread:?}");
    assert!(unread.iter().all(|unread| unread["reason"] == "WORKER_DIED"), "{unread:?}");
    assert_eq!(report["input"]["files"]["read"], 0);
    Ok(())
}

#[tokio::test]
async fn a_worker_that_dies_before_or_after_the_reading_leaves_no_verdict() -> Result<()> {
    let folder = bundle::whole(&bundle::folder("no-verdict")?, 1)?;
    for (request, word) in [("plan", "looked into the input"), ("conclude", "part that decides")] {
        let site = Site::start()?;
        let page = Page::open(&site.url()).await?;
        page.wait_for_state("idle").await?;
        page.before_workers(&trap(&format!("asked === '{request}'")))?;
        page.choose_folder(&folder).await?;
        page.wait_for_state("failed").await?;
        let said = page.evaluate("return document.querySelector('main').textContent").await?;
        let said = said.to_string();
        assert!(said.contains(word) && said.contains("this is not a result"), "{said}");
        assert!(page.elements("verdict").await?.is_empty());
        page.wait_for_workers(0).await?;
    }
    Ok(())
}

#[tokio::test]
async fn a_worker_that_ends_without_a_word_can_be_cancelled() -> Result<()> {
    let folder = bundle::whole(&bundle::folder("silent")?, 17)?;
    let site = Site::start()?;
    let page = Page::open(&site.url()).await?;
    page.wait_for_state("idle").await?;
    page.before_workers(&before_each_read("if (large) close();"))?;
    page.choose_folder(&folder).await?;
    page.wait_for_state("scanning").await?;
    let step = "return document.querySelector('.step').textContent";
    page.eventually(step, |step| step.to_string().contains("3 of 4 files read")).await?;
    page.click("cancel-button").await?;
    page.wait_for_state("idle").await?;
    page.before_workers("")?;
    page.choose_folder(&folder).await?;
    let report = page.finished().await?;
    assert_eq!(bundle::verdict(&report, "A-144650"), "no_sign");
    page.nothing_complained().await
}

#[tokio::test]
async fn who_only_warms_up_ends_when_it_is_done_and_makes_room_for_what_is_real() -> Result<()> {
    let folder = bundle::whole(&bundle::folder("warm")?, 1)?;
    let site = Site::start()?;
    let page = site.open().await?;
    page.wait_for_workers(0).await?;
    page.before_workers(&hold("true"))?;
    page.web().refresh().await?;
    page.wait_for_state("idle").await?;
    page.wait_in_workers(HELD).await?;
    page.before_workers("globalThis.real = true;")?;
    page.choose_folder(&folder).await?;
    let report = page.finished().await?;
    assert_eq!(bundle::verdict(&report, "A-144650"), "no_sign");
    assert_eq!(report["input"]["files"]["total"], 4, "nothing made up is in the report");
    page.wait_for_workers(1).await?;
    assert_eq!(page.in_workers("globalThis.real")?, [true]);
    page.nothing_complained().await
}
