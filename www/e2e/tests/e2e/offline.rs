//! The site without its host, and what becomes of a newer version: it waits, whole, until a person asks for it.

use std::fs;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context as _, Result};
use crdb_triage_e2e::copies::{add_to_asset, copy, copy_of_the_site, replace};
use crdb_triage_e2e::reads::{HELD, hold};
use crdb_triage_e2e::{Page, Site, built_site, bundle};
use crdb_triage_server::Server;
use serde_json::Value;

/// The hash that a second version shows.
const SECOND: &str = "second";

/// The caches of this host.
const CACHES: &str = "return caches.keys().then((names) => names.length)";

#[tokio::test]
async fn without_its_host_the_page_starts_and_reads() -> Result<()> {
    for prefix in ["/", "/deep/sub/"] {
        let host = Server::start(&built_site(), prefix)?;
        let page = Page::open(&host.url()).await?;
        kept(&page).await?;
        let url = host.url();
        drop(host);
        page.web().refresh().await?;
        page.wait_for_state("idle").await?;
        page.click("sample-button").await?;
        page.wait_for_state("done").await?;
        let verdict = page.element("verdict").await?.attr("data-verdict").await?;
        assert_eq!(verdict.as_deref(), Some("suspect"), "{prefix}");
        page.nothing_complained().await?;
        for name in ["index.html", "?from=a-link#here"] {
            page.web().goto(format!("{url}{name}")).await?;
            page.wait_for_state("idle").await?;
        }
        assert!(
            page.web().goto(format!("{url}elsewhere")).await.is_err(),
            "{prefix}: what is no file of the site is the host's"
        );
    }
    Ok(())
}

#[tokio::test]
async fn of_a_page_that_is_kept_the_host_hears_only_whether_there_is_a_newer_one() -> Result<()> {
    let site = Site::start()?;
    let page = site.open().await?;
    kept(&page).await?;
    let before = site.requests().len();
    page.web().refresh().await?;
    page.wait_for_state("idle").await?;
    page.click("sample-button").await?;
    page.wait_for_state("done").await?;
    // The browser looks for a newer version when the page has been loaded for a second.
    tokio::time::sleep(Duration::from_secs(4)).await;
    let asked: Vec<_> = site.requests().drain(before..).map(|request| request.path).collect();
    assert_eq!(asked, ["/deep/sub/sw.js"]);
    page.nothing_complained().await
}

#[tokio::test]
async fn a_newer_version_waits_for_a_person_and_never_ends_a_reading() -> Result<()> {
    let folder = copy_of_the_site("newer")?;
    let bundle = bundle::whole(&bundle::folder("newer-bundle")?, 17)?;
    let site = Site::of(&folder)?;
    let page = site.open().await?;
    kept(&page).await?;
    let first = page.text("build").await?;
    second_version(&folder)?;
    page.web().refresh().await?;
    page.wait_for_state("idle").await?;
    bar(&page).await?;
    assert_eq!(page.text("build").await?, first, "the newer version waits");

    page.before_workers(&hold("large === 2"))?;
    page.choose_folder(&bundle).await?;
    page.wait_in_workers(HELD).await?;
    let words = page.text("update-bar").await?;
    assert!(words.contains("once this reading has ended"), "{words}");
    let button = page.element("update-button").await?;
    assert!(!button.is_enabled().await?);
    page.evaluate("document.querySelector('[data-testid=update-button]').click()").await?;
    page.before_workers("")?;
    page.in_workers("globalThis.go?.()")?;
    page.wait_for_state("done").await?;
    assert_eq!(page.text("build").await?, first, "no version changes under a reading");
    let words = page.text("update-bar").await?;
    assert!(words.contains("download the report first"), "{words}");
    page.fits_and_is_accessible("update").await?;

    // Another tab takes the newer version; this one keeps its result.
    let here = page.web().window().await?;
    let other = page.web().new_tab().await?;
    page.web().switch_to_window(other).await?;
    page.web().goto(site.url()).await?;
    page.wait_for_state("idle").await?;
    bar(&page).await?;
    assert_eq!(page.text("build").await?, first);
    count_starts(&page).await?;
    page.click("update-button").await?;
    shows(&page, SECOND).await?;
    page.wait_for_state("idle").await?;
    assert_eq!(page.evaluate(CACHES).await?, 1, "the older version is forgotten");
    assert!(page.elements("update-bar").await?.is_empty());
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(page.evaluate("return sessionStorage.starts").await?, "1", "it starts anew once");

    page.web().switch_to_window(here).await?;
    assert_eq!(page.text("build").await?, first, "what the other tab did changes nothing here");
    assert_eq!(page.elements("verdict").await?.len(), 1);
    page.click("update-button").await?;
    shows(&page, SECOND).await?;
    page.nothing_complained().await
}

#[tokio::test]
async fn a_version_that_comes_damaged_is_not_taken_and_the_older_goes_on() -> Result<()> {
    let folder = copy_of_the_site("damaged")?;
    let site = Site::of(&folder)?;
    let page = site.open().await?;
    kept(&page).await?;
    let first = page.text("build").await?;
    let style = second_version(&folder)?;
    let whole = fs::read(folder.join(&style))?;
    fs::write(folder.join(&style), [&whole[..], b" "].concat())?;
    page.web().refresh().await?;
    page.wait_for_state("idle").await?;
    // Asked for, refused, and what came with it thrown away.
    site.loaded().await?;
    page.eventually(CACHES, |caches| *caches == 1).await?;
    let newer = "return navigator.serviceWorker.getRegistration() \
                 .then(({ installing, waiting }) => Boolean(installing || waiting))";
    page.eventually(newer, |newer| *newer == false).await?;
    assert!(page.elements("update-bar").await?.is_empty());
    page.web().refresh().await?;
    page.wait_for_state("idle").await?;
    assert_eq!(page.text("build").await?, first);
    page.click("sample-button").await?;
    page.wait_for_state("done").await?;

    // The host is repaired, and the version comes after all.
    fs::write(folder.join(&style), whole)?;
    page.web().refresh().await?;
    page.wait_for_state("idle").await?;
    bar(&page).await?;
    page.click("update-button").await?;
    shows(&page, SECOND).await
}

#[tokio::test]
async fn two_sites_of_one_host_leave_each_other_alone() -> Result<()> {
    let folder = bundle::folder("two-sites")?;
    for name in ["one", "two"] {
        copy(&built_site(), &folder.join(name))?;
    }
    let host = Server::start(&folder, "/")?;
    let one = format!("{}one/", host.url());
    let page = Page::open(&one).await?;
    kept(&page).await?;
    page.web().goto(format!("{}two/", host.url())).await?;
    kept(&page).await?;
    second_version(&folder.join("two"))?;
    page.web().refresh().await?;
    page.wait_for_state("idle").await?;
    bar(&page).await?;
    page.click("update-button").await?;
    shows(&page, SECOND).await?;
    assert_eq!(page.evaluate(CACHES).await?, 2);
    drop(host);
    page.web().goto(one).await?;
    page.wait_for_state("idle").await?;
    assert_ne!(page.text("build").await?, SECOND);
    Ok(())
}

#[tokio::test]
async fn when_what_was_kept_is_taken_away_the_host_is_asked_again() -> Result<()> {
    let site = Site::start()?;
    let page = site.open().await?;
    kept(&page).await?;
    page.evaluate("return caches.keys().then((names) => Promise.all(names.map((name) => caches.delete(name))))")
        .await?;
    drop(page.web().refresh().await);
    page.web().goto(site.url()).await?;
    page.wait_for_state("idle").await
}

#[tokio::test]
async fn a_page_that_is_taken_away_as_documented_is_gone() -> Result<()> {
    let folder = copy_of_the_site("taken-away")?;
    let site = Site::of(&folder)?;
    let page = site.open().await?;
    kept(&page).await?;
    let hosting = fs::read_to_string(bundle::root().join("docs/hosting.md"))?;
    let farewell = between(&hosting, "```js\n", "```")?;
    fs::write(folder.join("sw.js"), farewell)?;
    page.web().refresh().await?;
    page.wait_for_state("idle").await?;
    let none = "return navigator.serviceWorker.getRegistration().then((found) => !found)";
    page.eventually(none, |none| *none == true).await?;
    assert_eq!(page.evaluate(CACHES).await?, 0);
    Ok(())
}

#[tokio::test]
async fn where_browsers_keep_nothing_the_page_works_as_ever() -> Result<()> {
    let site = Site::start()?;
    // By a name that is not this machine's own, a host without TLS is insecure, and has no service workers.
    let url = site.url().replace("127.0.0.1", "triage.test");
    let page = Page::open_with(&url, &["--host-resolver-rules=MAP triage.test 127.0.0.1"]).await?;
    page.wait_for_state("idle").await?;
    assert_eq!(page.evaluate("return 'serviceWorker' in navigator").await?, false);
    page.click("sample-button").await?;
    page.wait_for_state("done").await?;
    page.nothing_complained().await
}

/// Waits until the page would start without its host.
async fn kept(page: &Page) -> Result<()> {
    page.wait_for_state("idle").await?;
    page.is_kept().await
}

/// Waits for the bar.
async fn bar(page: &Page) -> Result<()> {
    let shown = "return document.querySelector('[data-testid=update-bar]')?.textContent ?? ''";
    let words = |words: &Value| words.as_str().is_some_and(|words| words.contains("new version"));
    page.eventually(shown, words).await.map(drop)
}

/// Waits until the page shows this build.
async fn shows(page: &Page, build: &str) -> Result<()> {
    let shown = "return document.querySelector('[data-testid=build]')?.textContent ?? ''";
    page.eventually(shown, |shown| shown == build).await.map(drop)
}

/// From now on the tab counts in `sessionStorage.starts` how often the page begins.
async fn count_starts(page: &Page) -> Result<()> {
    let source = "sessionStorage.starts = Number(sessionStorage.starts ?? 0) + 1";
    let script = serde_json::json!({ "source": source });
    page.devtools("Page.addScriptToEvaluateOnNewDocument", script).await.map(drop)
}

/// Makes the site in `folder` a second version, as a build with another style would: gives the path of the style.
fn second_version(folder: &Path) -> Result<String> {
    let style = add_to_asset(folder, "style", "css", "\n/* second */\n")?;
    let index = fs::read_to_string(folder.join("index.html"))?;
    let build = between(&index, "name=\"build\" content=\"", "\"")?;
    replace(folder, &[(&build, SECOND)])?;
    Ok(style)
}

fn between(text: &str, before: &str, after: &str) -> Result<String> {
    let (_, rest) = text.split_once(before).context("not where it was")?;
    Ok(rest.split(after).next().unwrap_or_default().to_owned())
}
