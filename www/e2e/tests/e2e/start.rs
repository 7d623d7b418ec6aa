//! The page starts, with its worker, wherever it comes from.

use std::{fs, path::PathBuf};

use anyhow::Result;
use crdb_triage_e2e::{Page, Site, built_site, single_file, target};

#[tokio::test]
async fn the_site_starts_below_a_folder_and_asks_for_nothing_twice() -> Result<()> {
    let site = Site::start()?;
    let page = Page::open(&site.url()).await?;
    page.wait_for_state("idle").await?;
    let requests = site.requests();
    let mut paths: Vec<_> = requests.iter().map(|request| request.path.as_str()).collect();
    paths.sort_unstable();
    let all = paths.len();
    paths.dedup();
    assert_eq!(paths.len(), all, "asked twice: {requests:?}");
    assert!(requests.iter().all(|request| request.status == 200), "{requests:?}");
    page.nothing_complained().await
}

#[tokio::test]
async fn the_single_file_starts_by_double_click() -> Result<()> {
    let page = Page::open(&single_file()?).await?;
    page.wait_for_state("idle").await?;
    page.nothing_complained().await
}

#[tokio::test]
async fn the_page_fits_a_telephone_and_is_accessible() -> Result<()> {
    let site = Site::start()?;
    let page = Page::open(&site.url()).await?;
    page.wait_for_state("idle").await?;
    page.fits_and_is_accessible("landing").await?;
    page.nothing_complained().await
}

#[tokio::test]
async fn the_browser_forbids_every_way_out_and_the_harness_hears_it() -> Result<()> {
    let site = Site::start()?;
    for url in [site.url(), single_file()?] {
        let page = Page::open(&url).await?;
        page.wait_for_state("idle").await?;
        let before = site.loaded().await?;
        page.nothing_complained().await?;
        let script = "new Image().src = 'http://127.0.0.1:9/leak'; \
                      return fetch('http://127.0.0.1:9/leak').then(() => 'sent', () => 'blocked')";
        assert_eq!(page.evaluate(script).await?, "blocked");
        let complaint = page.nothing_complained().await.expect_err("two violations").to_string();
        assert!(complaint.contains("img-src") && complaint.contains("connect-src"), "{complaint}");
        assert_eq!(site.requests().len(), before, "requests after the page has loaded");
    }
    Ok(())
}

#[tokio::test]
async fn what_a_worker_complains_of_is_heard_too() -> Result<()> {
    let site = Site::start()?;
    for url in [site.url(), single_file()?] {
        let page = Page::open(&url).await?;
        page.wait_for_state("idle").await?;
        page.click("sample-button").await?;
        page.wait_for_state("done").await?;
        page.nothing_complained().await?;
        let before = site.loaded().await?;
        let leak = "fetch('http://127.0.0.1:9/leak').then(() => 'sent', () => 'blocked')";
        assert_eq!(page.in_workers(leak)?, ["blocked"], "one worker stays to look up evidence");
        let complaint = page.nothing_complained().await.expect_err("a violation").to_string();
        assert!(complaint.contains("connect-src"), "{complaint}");
        page.in_workers("console.error('a panic')")?;
        let complaint = page.nothing_complained().await.expect_err("an error").to_string();
        assert!(complaint.contains("a panic"), "{complaint}");
        page.nothing_complained().await?;
        assert_eq!(site.requests().len(), before, "requests after the page has loaded");
    }
    Ok(())
}

#[tokio::test]
async fn a_page_that_was_tampered_with_says_so_and_does_not_start() -> Result<()> {
    let site = Site::of(&tampered_copy()?)?;
    let page = Page::open(&site.url()).await?;
    page.wait_for_state("failed").await?;
    assert!(page.nothing_complained().await.is_err());
    let words = page.evaluate("return document.querySelector('[role=alert]').textContent").await?;
    assert!(words.to_string().contains("could not start"), "{words}");
    Ok(())
}

/// The site with an empty custom section behind the page's wasm, which would still run.
fn tampered_copy() -> Result<PathBuf> {
    let copy = target().join("e2e/tampered");
    drop(fs::remove_dir_all(&copy));
    fs::create_dir_all(copy.join("assets"))?;
    fs::copy(built_site().join("index.html"), copy.join("index.html"))?;
    for asset in fs::read_dir(built_site().join("assets"))? {
        let asset = asset?;
        let name = asset.file_name().to_string_lossy().into_owned();
        let mut content = fs::read(asset.path())?;
        if name.starts_with("page-") && name.ends_with(".wasm") {
            content.extend([0, 2, 1, b'x']);
        }
        fs::write(copy.join("assets").join(name), content)?;
    }
    Ok(copy)
}
