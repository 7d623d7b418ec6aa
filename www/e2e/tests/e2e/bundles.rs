//! What people hand in, by every way there is, and the same report as the command's.

use std::fs;

use anyhow::Result;
use crdb_triage_e2e::{Page, Site, bundle, single_file};

const WARNING: &str = "W250422 06:22:39.852238 6885 kv/bulk/sst_batcher.go:432 ⋮ [T1,n1,f1a2b3c4d,job=1065722008981340161] 1249  closing with flushes in-progress encountered an error: addsstable [‹/Table/106/1/1/0›,‹/Table/106/1/99/0/NULL›): ‹boom›\n";
const SUCCESS: &str = "I250422 06:30:39.852238 6885 jobs/registry.go:1650 ⋮ [T1,n1] 1300  IMPORT job 1065722008981340161: stepping through state succeeded\n";

#[tokio::test]
async fn a_dropped_zip_gives_the_report_of_the_command() -> Result<()> {
    let site = Site::start()?;
    let page = site.open().await?;
    let before = site.loaded().await?;
    let zip = bundle::folder("zip")?.join("debug.zip");
    bundle::zip(&bundle::root().join("www/sample"), "debug", &zip)?;
    page.drop_paths(&[&zip]).await?;
    page.wait_for_state("done").await?;
    let report = page.says_what_the_command_says(&zip).await?;
    assert_eq!(report["input"]["sources"][0]["kind"], "zip");
    let verdict = page.element("verdict").await?.attr("data-verdict").await?;
    assert_eq!(verdict.as_deref(), Some("suspect"));
    assert_eq!(bundle::command(&zip, "json")?.1, Some(1));
    assert_eq!(site.requests().len(), before, "requests after the page has loaded");
    page.nothing_complained().await
}

#[tokio::test]
async fn what_is_dropped_on_the_single_file_arrives() -> Result<()> {
    let zip = bundle::folder("zip-on-file")?.join("debug.zip");
    bundle::zip(&bundle::root().join("www/sample"), "debug", &zip)?;
    for dropped in [zip, bundle::root().join("www/sample/debug")] {
        let page = Page::open(&single_file()?).await?;
        page.wait_for_state("idle").await?;
        page.drop_paths(&[&dropped]).await?;
        page.wait_for_state("done").await?;
        page.says_what_the_command_says(&dropped).await?;
        page.nothing_complained().await?;
    }
    Ok(())
}

#[tokio::test]
async fn a_dropped_folder_of_250_files_arrives_whole() -> Result<()> {
    let folder = bundle::folder("logs")?;
    for number in 0..250 {
        let text = format!("I250422 06:00:00.{number:06} 7 server/node.go:1 ⋮ [n1] {number}  up\n");
        fs::write(folder.join(format!("cockroach.{number:03}.log")), text)?;
    }
    fs::write(folder.join("cockroach.249.log"), format!("{WARNING}{SUCCESS}"))?;
    for dropped in [true, false] {
        let site = Site::start()?;
        let page = site.open().await?;
        if dropped {
            page.drop_paths(&[&folder]).await?;
        } else {
            page.choose_folder(&folder).await?;
        }
        page.wait_for_state("done").await?;
        let report = page.says_what_the_command_says(&folder).await?;
        assert_eq!(report["input"]["files"]["total"], 250);
        assert_eq!(report["input"]["files"]["read"], 250);
        assert_eq!(report["findings"][0]["evidence"][0]["path"], "logs/cockroach.249.log");
        page.nothing_complained().await?;
    }
    Ok(())
}

#[tokio::test]
async fn a_loose_log_of_any_name_is_read() -> Result<()> {
    let site = Site::start()?;
    let page = site.open().await?;
    let log = bundle::folder("loose")?.join("from the customer.txt");
    fs::write(&log, format!("{WARNING}{SUCCESS}"))?;
    page.drop_paths(&[&log]).await?;
    page.wait_for_state("done").await?;
    let report = page.says_what_the_command_says(&log).await?;
    assert_eq!(report["advisories"][0]["verdict"], "possible", "no version is known");

    page.click("download-markdown").await?;
    let markdown = String::from_utf8(page.downloaded("crdb-triage-report.md").await?)?;
    assert!(markdown.contains("1065722008981340161"), "{markdown}");
    page.nothing_complained().await
}

#[tokio::test]
async fn what_is_no_bundle_is_explained_and_cannot_be_told() -> Result<()> {
    let site = Site::start()?;
    let page = site.open().await?;
    let picture = bundle::folder("picture")?.join("holiday.jpg");
    fs::write(&picture, b"\xff\xd8\xff\xe0 not a bundle")?;
    page.choose_files(&[&picture]).await?;
    page.wait_for_state("done").await?;
    let verdict = page.element("verdict").await?.attr("data-verdict").await?;
    assert_eq!(verdict.as_deref(), Some("cannot_tell"));
    let unread = page.text("unread-list").await?;
    assert!(unread.contains("holiday.jpg"), "{unread}");
    assert_eq!(bundle::command(&picture, "json")?.1, Some(3));
    page.nothing_complained().await
}

#[tokio::test]
async fn evidence_opens_in_its_surroundings() -> Result<()> {
    let site = Site::start()?;
    let page = site.open().await?;
    let before = site.loaded().await?;
    page.click("sample-button").await?;
    page.wait_for_state("done").await?;
    let line = page.element("evidence-line").await?;
    let number = line.attr("data-line").await?.unwrap_or_default();
    assert!(line.attr("data-path").await?.is_some_and(|path| path.contains("/logs/")));
    page.evaluate("document.querySelector('[data-testid=evidence-line] button').click()").await?;
    let script = "return document.querySelector('[data-testid=evidence-line] [aria-current]')?.textContent ?? ''";
    let shown = page.eventually(script, |shown| shown != "").await?.to_string();
    assert!(shown.contains(&number) && shown.contains("closing with flushes"), "{shown}");
    assert_eq!(site.requests().len(), before, "requests after the page has loaded");
    page.nothing_complained().await
}

#[tokio::test]
async fn names_and_texts_never_become_markup() -> Result<()> {
    let site = Site::start()?;
    let page = site.open().await?;
    let markup = "<img src=x onerror=document.title='pwned'>";
    let log = bundle::folder("hostile")?.join(format!("{markup}.log"));
    let cause = format!("‹{markup}<script>document.title='pwned'</script>›");
    fs::write(&log, format!("{}{SUCCESS}", WARNING.replace("‹boom›", &cause)))?;
    page.choose_files(&[&log]).await?;
    page.wait_for_state("done").await?;
    let script =
        "return [document.querySelectorAll('main img, main script').length, document.title]";
    let found = page.evaluate(script).await?;
    assert_eq!(found[0], 0);
    assert_ne!(found[1], "pwned");
    let evidence = page
        .evaluate("return document.querySelector('[data-testid=evidence-line]').textContent")
        .await?;
    assert!(evidence.to_string().contains("<img src=x"), "{evidence}");
    page.nothing_complained().await
}
