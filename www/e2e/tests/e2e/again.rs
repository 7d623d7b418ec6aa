//! People who change their minds, and who look elsewhere meanwhile: what they get in the end is right.

use std::fs;

use anyhow::Result;
use crdb_triage_e2e::reads::{HELD, hold};
use crdb_triage_e2e::{Site, bundle};

/// The second large slice: a worker that waits with it is surely in the middle of its work.
const SECOND: &str = "large === 2";

#[tokio::test]
async fn ten_times_cancelled_and_begun_again_the_report_is_that_of_one_run() -> Result<()> {
    let folder = bundle::whole(&bundle::folder("again")?, 17)?;
    let site = Site::start()?;
    let page = site.open().await?;
    let before = site.loaded().await?;
    page.before_workers(&hold(SECOND))?;
    for _ in 0..10 {
        page.choose_folder(&folder).await?;
        page.wait_for_state("scanning").await?;
        page.wait_in_workers(HELD).await?;
        assert!(page.workers()? <= 4, "{} workers for four files", page.workers()?);
        page.click("cancel-button").await?;
        page.wait_for_state("idle").await?;
        page.wait_for_workers(0).await?;
    }
    page.before_workers("")?;
    page.choose_folder(&folder).await?;
    let json = page.says_what_the_command_says(&folder).await?.to_string();
    assert!(json.contains("\"verdict\":\"no_sign\""), "{json}");
    page.wait_for_workers(1).await?;
    assert_eq!(site.requests().len(), before, "requests after the page has loaded");
    page.nothing_complained().await
}

#[tokio::test]
async fn behind_another_tab_the_reading_goes_on_and_ends_right() -> Result<()> {
    let folder = bundle::whole(&bundle::folder("behind")?, 17)?;
    let site = Site::start()?;
    let page = site.open().await?;
    page.before_workers(&hold(SECOND))?;
    page.choose_folder(&folder).await?;
    page.wait_in_workers(HELD).await?;
    let seen = page.web().window().await?;
    let other = page.web().new_tab().await?;
    page.web().switch_to_window(other).await?;
    page.wait_unseen("document.visibilityState === 'hidden'").await?;
    page.before_workers("")?;
    page.in_workers("globalThis.go?.()")?;
    let done = "document.documentElement.dataset.state === 'done' && document.visibilityState === 'hidden'";
    page.wait_unseen(done).await?;
    page.web().switch_to_window(seen).await?;
    let json = page.says_what_the_command_says(&folder).await?.to_string();
    assert!(json.contains("\"verdict\":\"no_sign\""), "{json}");
    page.nothing_complained().await
}

#[tokio::test]
async fn a_tab_that_the_browser_froze_goes_on_where_it_was() -> Result<()> {
    let folder = bundle::whole(&bundle::folder("frozen")?, 17)?;
    let site = Site::start()?;
    let page = site.open().await?;
    page.before_workers(&hold(SECOND))?;
    page.choose_folder(&folder).await?;
    page.wait_in_workers(HELD).await?;
    page.evaluate("globalThis.heard = []; for (const name of ['freeze', 'resume']) document.addEventListener(name, () => heard.push(name))").await?;
    page.before_workers("")?;
    page.freeze(true)?;
    page.freeze(false)?;
    page.in_workers("globalThis.go?.()")?;
    let json = page.says_what_the_command_says(&folder).await?.to_string();
    assert!(json.contains("\"verdict\":\"no_sign\""), "{json}");
    assert_eq!(page.evaluate("return heard").await?, serde_json::json!(["freeze", "resume"]));
    page.nothing_complained().await
}

#[tokio::test]
async fn a_second_drop_stops_the_first_and_nothing_of_it_is_in_the_result() -> Result<()> {
    let first = bundle::whole(&bundle::folder("first-drop")?, 17)?;
    let second = bundle::folder("second-drop")?.join("second.log");
    fs::copy(first.join("nodes/1/logs/cockroach-health.log"), &second)?;
    let site = Site::start()?;
    let page = site.open().await?;
    let before = site.loaded().await?;
    page.before_workers(&hold(SECOND))?;
    page.drop_paths(&[&first]).await?;
    page.wait_for_state("scanning").await?;
    page.wait_in_workers(HELD).await?;
    // Of the second nothing is read until the page has been looked at.
    page.before_workers(&hold("true"))?;
    page.drop_on("main", &[&second]).await?;
    page.wait_in_workers(HELD).await?;
    let said =
        page.evaluate("return document.querySelector('main').textContent").await?.to_string();
    assert!(
        said.contains("Reading second.log") && said.contains("Reading debug/ was stopped"),
        "{said}"
    );
    page.wait_for_workers(1).await?;
    page.before_workers("")?;
    page.in_workers("globalThis.go?.()")?;
    let json = page.says_what_the_command_says(&second).await?.to_string();
    assert!(!json.contains("debug/nodes") && !json.contains("1065722008981340161"), "{json}");

    page.before_workers(&hold("true"))?;
    page.drop_on("main", &[&first]).await?;
    page.wait_for_state("scanning").await?;
    page.wait_in_workers(HELD).await?;
    let said =
        page.evaluate("return document.querySelector('main').textContent").await?.to_string();
    assert!(said.contains("This takes the place of the result of second.log"), "{said}");
    page.before_workers("")?;
    page.in_workers("globalThis.go?.()")?;
    page.wait_for_state("done").await?;
    let row = "return document.querySelector('[data-testid=advisory-row][data-advisory=A-144650]').dataset.verdict";
    assert_eq!(page.evaluate(row).await?, "no_sign");
    assert_eq!(site.requests().len(), before, "requests after the page has loaded");
    page.nothing_complained().await
}
