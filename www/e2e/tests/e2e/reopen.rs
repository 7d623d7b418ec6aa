//! Reports that were saved and come back; and that what the page saves is what the command prints.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result, ensure};
use crdb_triage_e2e::{Page, Site, bundle, target};
use serde_json::Value;

/// What the command prints of `path`.
fn printed(path: &Path, arguments: &[&str]) -> Result<String> {
    let mut command = Command::new(target().join("debug/crdb-triage"));
    let output = command.arg("scan").arg(path).args(arguments).output()?;
    Ok(String::from_utf8(output.stdout)?)
}

/// The sample as a zip, and its complete report in a form.
fn sample(name: &str, format: &str) -> Result<(std::path::PathBuf, String)> {
    let zip = bundle::folder(name)?.join("debug.zip");
    bundle::zip(&bundle::root().join("www/sample"), "debug", &zip)?;
    let report = printed(&zip, &["--format", format])?;
    Ok((zip, report))
}

async fn text_of(page: &Page, selector: &str) -> Result<String> {
    let script = format!("return document.querySelector('{selector}')?.textContent ?? ''");
    Ok(page.evaluate(&script).await?.as_str().context("no text")?.to_owned())
}

#[tokio::test]
async fn a_saved_report_is_shown_again_by_its_content() -> Result<()> {
    let (zip, json) = sample("saved", "json")?;
    let html = printed(&zip, &["--format", "html"])?;
    for (name, report) in [("notes.txt", &json), ("debug.zip", &html)] {
        let file = bundle::folder("saved-file")?.join(name);
        fs::write(&file, report)?;
        let site = Site::start()?;
        let page = site.open().await?;
        let before = site.loaded().await?;
        page.drop_paths(&[&file]).await?;
        page.wait_for_state("done").await?;
        let verdict = page.element("verdict").await?.attr("data-verdict").await?;
        assert_eq!(verdict.as_deref(), Some("suspect"));
        let note = text_of(&page, ".note").await?;
        assert!(note.contains("saved report, made by crdb-triage"), "{note}");
        let evidence = text_of(&page, "[data-testid=evidence-line]").await?;
        assert!(evidence.contains("files are not at hand"), "{evidence}");
        let buttons = page
            .evaluate(
                "return document.querySelectorAll('[data-testid=evidence-line] button').length",
            )
            .await?;
        assert_eq!(buttons, 0, "nothing is offered that is not there");
        // The very same report leaves again.
        let again = page.report().await?;
        assert_eq!(bundle::without_run(&again)?, bundle::without_run(&json)?);
        page.click("download-html").await?;
        let again = page.downloaded("crdb-triage-report.html").await?;
        assert_eq!(without_run(&String::from_utf8(again)?)?, without_run(&html)?);
        assert_eq!(site.requests().len(), before, "requests after the page has loaded");
        page.nothing_complained().await?;
    }
    Ok(())
}

/// An HTML report without the run of the report that it carries.
fn without_run(html: &str) -> Result<String> {
    bundle::without_run(&html.replace("&quot;", "\""))
}

#[tokio::test]
async fn what_is_not_whole_is_said_and_never_shown() -> Result<()> {
    let (_, json) = sample("not-whole", "json")?;
    let cut = json[..json.len() / 2].to_owned();
    let other = json.replacen("crdb-triage/report/2", "crdb-triage/report/9", 1);
    let better = json.replace("\"verdict\": \"suspect\"", "\"verdict\": \"no_sign\"");
    let deep = format!("{{\"schema\": \"crdb-triage/report/2\", \"tool\": {}", "[".repeat(1 << 20));
    for (report, said) in [
        (cut, "cut off or damaged"),
        (other, "another version: its schema is crdb-triage/report/9"),
        (
            better.replacen("\"verdict\": \"no_sign\"", "\"verdict\": \"not_affected\"", 1),
            "cannot be shown",
        ),
        (deep, "cut off or damaged"),
    ] {
        let file = bundle::folder("not-whole-file")?.join("report.json");
        fs::write(&file, report)?;
        let site = Site::start()?;
        let page = site.open().await?;
        page.choose_files(&[&file]).await?;
        page.wait_for_state("failed").await?;
        let told = text_of(&page, "main").await?;
        assert!(told.contains(said) && told.contains("this is not a result"), "{told}");
        assert!(page.elements("verdict").await?.is_empty());
        page.nothing_complained().await?;
    }
    Ok(())
}

#[tokio::test]
async fn beside_other_files_a_report_is_not_read_and_that_is_said() -> Result<()> {
    let (zip, json) = sample("beside", "json")?;
    let folder = bundle::folder("beside-files")?;
    let (one, two) = (folder.join("one.json"), folder.join("two.html"));
    fs::write(&one, &json)?;
    fs::write(&two, printed(&zip, &["--format", "html"])?)?;
    for (files, verdict, said) in [
        (vec![one.as_path(), two.as_path()], "cannot_tell", "2 saved reports were dropped"),
        (vec![zip.as_path(), one.as_path()], "suspect", "1 saved report was dropped"),
    ] {
        let site = Site::start()?;
        let page = site.open().await?;
        page.choose_files(&files).await?;
        page.wait_for_state("done").await?;
        let found = page.element("verdict").await?.attr("data-verdict").await?;
        assert_eq!(found.as_deref(), Some(verdict));
        let note = text_of(&page, ".note").await?;
        assert!(note.contains(said), "{note}");
        let unread = page.text("unread-list").await?;
        assert!(unread.contains("one.json") && unread.contains("no log"), "{unread}");
        page.nothing_complained().await?;
    }
    Ok(())
}

#[tokio::test]
async fn redacted_is_offered_first_and_is_what_the_command_prints() -> Result<()> {
    let (zip, complete) = sample("redacted", "json")?;
    let site = Site::start()?;
    let page = site.open().await?;
    page.drop_paths(&[&zip]).await?;
    page.wait_for_state("done").await?;
    let first = "return document.querySelector('[data-testid^=download-]').dataset.testid";
    assert_eq!(page.evaluate(first).await?, "download-redacted-json");
    for (format, ending) in [("json", "json"), ("markdown", "md"), ("html", "html")] {
        page.click(&format!("download-redacted-{format}")).await?;
        let bytes = page.downloaded(&format!("crdb-triage-report-redacted.{ending}")).await?;
        let (text, expected) =
            (String::from_utf8(bytes)?, printed(&zip, &["--format", format, "--redact"])?);
        match format {
            "json" => {
                assert_eq!(bundle::without_run(&text)?, bundle::without_run(&expected)?);
                let report: Value = serde_json::from_str(&text)?;
                bundle::follows_schema(&report)?;
                assert_eq!(report["input"]["names_replaced"], true);
            }
            "html" => assert_eq!(without_run(&text)?, without_run(&expected)?),
            _ => assert_eq!(text, expected),
        }
        let host = host_of(&complete)?;
        ensure!(!text.contains(&host), "{host} is in the redacted {format}");
    }
    let report = page.report().await?;
    assert_eq!(bundle::without_run(&report)?, bundle::without_run(&complete)?);
    page.nothing_complained().await
}

/// The name of a machine, out of the name of a log.
fn host_of(report: &str) -> Result<String> {
    let (_, name) = report.split_once("/logs/cockroach.").context("no log")?;
    Ok(name.split('.').next().context("no host")?.to_owned())
}
