//! The main paths in each browser engine, from the site and from the single file.

use anyhow::Result;
use crdb_triage_e2e::copies::{add_to_asset, copy_of_the_site, replace};
use crdb_triage_e2e::reads::trap;
use crdb_triage_e2e::{Engine, Page, Scheme, Site, built_site, bundle, single_file};
use crdb_triage_server::Server;
use serde_json::{Value, json};

/// One test of each name in each engine.
macro_rules! in_each_engine {
    ($($test:ident),* $(,)?) => {
        in_each_engine!(chromium Chromium $($test)*);
        in_each_engine!(firefox Firefox $($test)*);
        in_each_engine!(webkit WebKit $($test)*);
    };
    ($module:ident $engine:ident $($test:ident)*) => {
        mod $module {
            use crdb_triage_e2e::Engine;
            $(
                #[tokio::test]
                async fn $test() -> anyhow::Result<()> {
                    if Engine::$engine.is_here() { super::$test(Engine::$engine).await } else { Ok(()) }
                }
            )*
        }
    };
}

in_each_engine!(
    the_sample_is_triaged_and_saved,
    a_zip_gives_the_report_of_the_command,
    a_folder_gives_the_report_of_the_command,
    a_loose_log_is_read,
    a_run_can_be_cancelled,
    a_worker_that_dies_costs_its_file,
    without_its_host_the_page_starts_and_reads,
    what_is_not_refused_is_said,
    the_keyboard_is_enough,
    what_the_page_tries_to_send_is_refused,
    the_result_fits_and_is_accessible,
);

/// The page in `engine` from `url`, ready.
async fn ready(engine: Engine, url: &str) -> Result<Page> {
    let page = Page::open_in(engine, Scheme::Light, url).await?;
    page.wait_for_state("idle").await?;
    Ok(page)
}

async fn the_sample_is_triaged_and_saved(engine: Engine) -> Result<()> {
    let site = Site::start()?;
    for url in [site.url(), single_file()?] {
        let page = ready(engine, &url).await?;
        let before = site.loaded().await?;
        page.click("sample-button").await?;
        let report = page.finished().await?;
        assert_eq!(report["findings"][0]["verdict"], "suspect", "{url}");
        page.click("download-markdown").await?;
        let markdown = String::from_utf8(page.downloaded("crdb-triage-report.md").await?)?;
        assert!(markdown.starts_with("# "), "{markdown}");
        page.click("download-redacted-json").await?;
        let redacted = page.downloaded("crdb-triage-report-redacted.json").await?;
        let redacted: Value = serde_json::from_slice(&redacted)?;
        assert_eq!(redacted["input"]["names_replaced"], true);

        // What was saved is shown again.
        page.click("download-html").await?;
        let html = page.downloaded("crdb-triage-report.html").await?;
        let file = bundle::folder(&format!("{}-saved", engine.name()))?.join("report.html");
        std::fs::write(&file, html)?;
        page.evaluate("[...document.querySelectorAll('button')].find((button) => button.textContent.includes('Start over')).click()")
            .await?;
        page.wait_for_state("idle").await?;
        page.choose_files(&[&file]).await?;
        page.wait_for_state("done").await?;
        let again = page.element("finding-row").await?.attr("data-verdict").await?;
        assert_eq!(again.as_deref(), Some("suspect"));
        assert_eq!(site.requests().len(), before, "requests after the page has loaded");
        page.nothing_complained().await?;
    }
    Ok(())
}

async fn a_zip_gives_the_report_of_the_command(engine: Engine) -> Result<()> {
    let site = Site::start()?;
    let zip = bundle::folder(&format!("{}-zip", engine.name()))?.join("debug.zip");
    bundle::zip(&bundle::root().join("www/sample"), "debug", &zip)?;
    for url in [site.url(), single_file()?] {
        let page = ready(engine, &url).await?;
        page.choose_files(&[&zip]).await?;
        page.says_what_the_command_says(&zip).await?;
        page.evaluate("document.querySelector('[data-testid=evidence-line] button').click()")
            .await?;
        let script = "return document.querySelector('[data-testid=evidence-line] [aria-current]')?.textContent ?? ''";
        page.eventually(script, |shown| shown.to_string().contains("closing with flushes")).await?;
        page.nothing_complained().await?;
    }
    Ok(())
}

async fn a_folder_gives_the_report_of_the_command(engine: Engine) -> Result<()> {
    let site = Site::start()?;
    let folder = bundle::root().join("www/sample/debug");
    for url in [site.url(), single_file()?] {
        let page = ready(engine, &url).await?;
        page.hand_in_folder(&folder).await?;
        page.says_what_the_command_says(&folder).await?;
        page.nothing_complained().await?;
    }
    Ok(())
}

async fn a_loose_log_is_read(engine: Engine) -> Result<()> {
    let site = Site::start()?;
    let log = bundle::root().join("www/sample/debug/nodes/1/logs");
    let log = std::fs::read_dir(log)?.flatten().map(|entry| entry.path()).max().unwrap_or_default();
    for url in [site.url(), single_file()?] {
        let page = ready(engine, &url).await?;
        page.choose_files(&[&log]).await?;
        page.says_what_the_command_says(&log).await?;
        page.nothing_complained().await?;
    }
    Ok(())
}

async fn a_run_can_be_cancelled(engine: Engine) -> Result<()> {
    let site = Site::start()?;
    let folder = bundle::whole(&bundle::folder(&format!("{}-cancel", engine.name()))?, 400)?;
    let log = folder.join("nodes/1/logs/cockroach.log");
    let page = ready(engine, &site.url()).await?;
    page.choose_files(&[&log]).await?;
    page.wait_for_state("scanning").await?;
    page.click("cancel-button").await?;
    page.wait_for_state("idle").await?;
    page.click("sample-button").await?;
    page.wait_for_state("done").await?;
    page.nothing_complained().await
}

async fn a_worker_that_dies_costs_its_file(engine: Engine) -> Result<()> {
    let name = engine.name();
    let site = copy_of_the_site(&format!("{name}-deadly"))?;
    add_to_asset(&site, "worker", "js", &format!("\n{}", trap("taken > 3 << 20")))?;
    let site = Site::of(&site)?;
    let folder = bundle::whole(&bundle::folder(&format!("{name}-dies"))?, 17)?;
    let page = ready(engine, &site.url()).await?;
    page.hand_in_folder(&folder).await?;
    let report = page.finished().await?;
    assert_eq!(bundle::verdict(&report, "A-144650"), "cannot_tell");
    let unread = &report["input"]["unread"];
    assert_eq!(unread.as_array().map(Vec::len), Some(1), "{unread}");
    assert_eq!(unread[0]["path"], "debug/nodes/1/logs/cockroach.log");
    assert_eq!(unread[0]["reason"], "WORKER_DIED");
    assert_eq!(report["input"]["files"]["read"], 3);
    Ok(())
}

async fn without_its_host_the_page_starts_and_reads(engine: Engine) -> Result<()> {
    let host = Server::start(&built_site(), "/deep/sub/")?;
    let page = ready(engine, &host.url()).await?;
    let kept = "return navigator.serviceWorker.getRegistration().then((found) => found?.active?.state ?? '')";
    page.eventually(kept, |state| state == "activated").await?;
    drop(host);
    page.evaluate("delete document.documentElement.dataset.state; location.reload()").await?;
    page.wait_for_state("idle").await?;
    page.click("sample-button").await?;
    page.wait_for_state("done").await?;
    let verdict = page.element("verdict").await?.attr("data-verdict").await?;
    assert_eq!(verdict.as_deref(), Some("suspect"));
    page.nothing_complained().await
}

/// A host that serves the page without its policy is found out.
async fn what_is_not_refused_is_said(engine: Engine) -> Result<()> {
    let folder = copy_of_the_site(&format!("{}-open", engine.name()))?;
    replace(&folder, &[("http-equiv=\"Content-Security-Policy\"", "name=\"no-policy\"")])?;
    let site = Site::of(&folder)?;
    let page = ready(engine, &site.url()).await?;
    let tried = try_to_send(&page).await?;
    let channels = ["fetch", "WebSocket", "beacon", "image"];
    assert_eq!(tried, json!(channels.map(|channel| [channel, "false"])), "the form is not risked");
    let rules = page.text("privacy-rules").await?;
    assert_eq!(rules.matches("not blocked").count(), 7, "{rules}");
    Ok(())
}

/// Presses "Try it", and gives each way with whether it was refused.
async fn try_to_send(page: &Page) -> Result<Value> {
    page.evaluate("document.querySelector('#privacy summary').click()").await?;
    let there = "return document.querySelector('[data-testid=privacy-try]') !== null";
    page.eventually(there, |is| *is == true).await?;
    page.click("privacy-try").await?;
    let tried =
        "return [...document.querySelectorAll('[data-testid=privacy-tried] [data-channel]')]
        .map(({ dataset }) => [dataset.channel, dataset.refused])";
    page.eventually(tried, |tried| *tried != json!([])).await
}

async fn the_keyboard_is_enough(engine: Engine) -> Result<()> {
    let site = Site::start()?;
    let page = ready(engine, &site.url()).await?;
    page.tab_to("sample-button").await?;
    page.press_enter().await?;
    page.wait_for_state("done").await?;
    page.tab_to("download-markdown").await?;
    page.press_enter().await?;
    assert!(!page.downloaded("crdb-triage-report.md").await?.is_empty());
    page.nothing_complained().await
}

async fn what_the_page_tries_to_send_is_refused(engine: Engine) -> Result<()> {
    let site = Site::start()?;
    for url in [site.url(), single_file()?] {
        let page = ready(engine, &url).await?;
        let before = site.loaded().await?;
        let tried = try_to_send(&page).await?;
        let channels = ["fetch", "WebSocket", "beacon", "image", "form"];
        assert_eq!(tried, json!(channels.map(|channel| [channel, "true"])), "{url}");
        // What was tried on purpose is no news, and the page is still there.
        page.click("sample-button").await?;
        page.wait_for_state("done").await?;
        let seen = page.text("privacy-seen").await?;
        assert_eq!(seen.matches("none").count(), 2, "{seen}");
        let rules = page.text("privacy-rules").await?;
        let connect =
            if url.starts_with("file") { "connect-src 'none'" } else { "connect-src 'self'" };
        assert!(rules.contains(connect), "{rules}");
        assert_eq!(site.requests().len(), before, "requests after the page has loaded");
    }
    Ok(())
}

async fn the_result_fits_and_is_accessible(engine: Engine) -> Result<()> {
    let site = Site::start()?;
    for (scheme, name) in [(Scheme::Light, "light"), (Scheme::Dark, "dark")] {
        for width in [390, 1280] {
            let page = if width == 390 {
                Page::open_narrow(engine, scheme, &site.url()).await?
            } else {
                let page = Page::open_in(engine, scheme, &site.url()).await?;
                page.look(width, scheme).await?;
                page
            };
            page.wait_for_state("idle").await?;
            page.click("sample-button").await?;
            page.wait_for_state("done").await?;
            page.screenshot(&format!("{}-{name}-{width}", engine.name())).await?;
            let seen = "return [innerWidth, matchMedia('(prefers-color-scheme: dark)').matches]";
            let seen = page.evaluate(seen).await?.to_string();
            assert_eq!(seen, format!("[{width},{}]", scheme == Scheme::Dark));
            page.is_accessible_as_it_is(&format!("{} {name} {width}", engine.name())).await?;
            page.nothing_complained().await?;
        }
    }
    Ok(())
}
