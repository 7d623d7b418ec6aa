//! Files that change under the page's hands, and reads that fail. The files are real and so are the changes; only
//! the moment is chosen: a worker's read waits until the change has been made.

use std::fs;
use std::io::{self, Write as _};
use std::path::Path;

use anyhow::Result;
use crdb_triage_e2e::reads::{HELD, before_each_read, hold};
use crdb_triage_e2e::{Page, Site, bundle};
use serde_json::Value;

const LOG: &str = "debug/nodes/1/logs/cockroach.log";

const BEFORE_ANYTHING: &str = "true";
const AFTER_THE_FIRST_SLICE: &str = "large === 2";
/// In the midst of what the browser reads ahead without looking whether the file changed.
const FAR_IN: &str = "large === 9";

/// Something that is done to a file, and a word of the sentence that the page says of it.
struct Change(fn(&Path) -> io::Result<()>, &'static str);

const CHANGES: [Change; 4] = [
    Change(|file| fs::remove_file(file), "moved or deleted"),
    Change(|file| fs::File::options().write(true).open(file)?.set_len(5 << 20), "changed"),
    Change(|file| fs::write(file, vec![b'\n'; fs::metadata(file)?.len() as usize]), "changed"),
    // The log of a node that runs.
    Change(
        |file| {
            fs::File::options()
                .append(true)
                .open(file)?
                .write_all(b"I250422 12:32:00.000000 7 a.go:1  more\n")
        },
        "changed",
    ),
];

/// What page and report must say when the large log could not be read, and `cause` is why.
async fn unread(page: &Page, cause: &str) -> Result<Value> {
    let report = page.finished().await?;
    let verdict = page.element("verdict").await?.attr("data-verdict").await?;
    // What was read may name an affected build, which is enough to be exposed.
    assert!(matches!(verdict.as_deref(), Some("cannot_tell" | "exposed")), "{cause}: {verdict:?}");
    assert_eq!(bundle::verdict(&report, "A-144650"), "cannot_tell", "{cause}");
    let unread = &report["input"]["unread"];
    assert_eq!(unread.as_array().map(Vec::len), Some(1), "{unread}");
    assert_eq!(unread[0]["path"], LOG);
    assert_eq!(unread[0]["reason"], "READ_FAILED");
    let weakens = unread[0]["weakens"].as_array().map_or(&[][..], Vec::as_slice);
    assert!(weakens.iter().any(|id| id == "A-144650"), "{unread}");
    assert!(unread[0]["detail"].to_string().contains(cause), "{unread}");
    let shown = page.text("unread-list").await?;
    assert!(shown.contains(LOG) && shown.contains(cause), "{shown}");
    let files = &report["input"]["files"];
    assert_eq!(
        (&files["total"], &files["read"], &files["unread"]),
        (&4.into(), &3.into(), &1.into())
    );
    page.nothing_complained().await?;
    Ok(report)
}

/// Changes the large log of a dropped bundle of so many MiB while a worker's read waits at `moment`.
async fn changed(folder: &str, mebibytes: usize, moment: &str, change: Change) -> Result<Value> {
    let Change(change, cause) = change;
    let folder = bundle::whole(&bundle::folder(folder)?, mebibytes)?;
    let site = Site::start()?;
    let page = site.open().await?;
    page.before_workers(&hold(moment))?;
    page.drop_paths(&[&folder]).await?;
    page.wait_in_workers(HELD).await?;
    change(&folder.join("nodes/1/logs/cockroach.log"))?;
    // Every later worker must not wait any more.
    page.before_workers("")?;
    page.in_workers("globalThis.go?.()")?;
    unread(&page, cause).await
}

#[tokio::test]
async fn undisturbed_the_bundle_of_these_tests_has_no_sign() -> Result<()> {
    let folder = bundle::whole(&bundle::folder("undisturbed")?, 17)?;
    let site = Site::start()?;
    let page = site.open().await?;
    page.choose_folder(&folder).await?;
    let report = page.finished().await?;
    assert_eq!(bundle::verdict(&report, "A-144650"), "no_sign");
    assert_eq!(report["input"]["files"]["read"], 4);
    page.nothing_complained().await
}

#[tokio::test]
async fn a_file_that_changes_while_it_is_read_is_unread_and_the_verdict_knows() -> Result<()> {
    for change in CHANGES {
        let report = changed("changed", 17, AFTER_THE_FIRST_SLICE, change).await?;
        let detail = report["input"]["unread"][0]["detail"].to_string();
        assert!(detail.contains("Until then 1048576 bytes of text were read"), "{detail}");
    }
    Ok(())
}

#[tokio::test]
async fn a_file_that_changes_behind_what_the_browser_read_ahead_is_unread() -> Result<()> {
    for change in CHANGES {
        changed("changed-late", 12, FAR_IN, change).await?;
    }
    Ok(())
}

#[tokio::test]
async fn where_blobs_are_no_byte_streams_the_report_is_the_same() -> Result<()> {
    let folder = bundle::whole(&bundle::folder("no-streams")?, 17)?;
    let (expected, _) = bundle::command(&folder, "json")?;
    for lack in [
        "delete Blob.prototype.stream;",
        "const stream = Blob.prototype.stream;
         Blob.prototype.stream = function () {
             const reader = stream.call(this).getReader();
             return new ReadableStream({ pull: async (to) => {
                 const { done, value } = await reader.read();
                 if (done) to.close(); else to.enqueue(value);
             } });
         };",
    ] {
        let site = Site::start()?;
        let page = site.open().await?;
        page.before_workers(lack)?;
        page.choose_folder(&folder).await?;
        page.wait_for_state("done").await?;
        let report = page.report().await?;
        assert_eq!(bundle::without_run(&report)?, bundle::without_run(&expected)?);
        page.nothing_complained().await?;
    }
    Ok(())
}

#[tokio::test]
async fn a_file_that_changes_between_the_drop_and_the_reading_is_unread() -> Result<()> {
    for change in CHANGES {
        changed("changed-early", 17, BEFORE_ANYTHING, change).await?;
    }
    Ok(())
}

#[tokio::test]
async fn what_was_found_before_a_file_vanished_is_still_reported() -> Result<()> {
    let folder = bundle::whole(&bundle::folder("vanished")?, 17)?;
    let log = folder.join("nodes/1/logs/cockroach.log");
    let text = fs::read_to_string(&log)?;
    let success = "I250422 06:30:39";
    let warning = "W250422 06:22:39.852238 6885 kv/bulk/sst_batcher.go:432 ⋮ [T1,n1,job=1065722008981340161] 1249  closing with flushes in-progress encountered an error: addsstable [‹/Table/106/1/1/0›,‹/Table/106/1/99/0›): ‹boom›\n";
    fs::write(&log, text.replacen(success, &format!("{warning}{success}"), 1))?;
    let site = Site::start()?;
    let page = site.open().await?;
    page.before_workers(&hold(AFTER_THE_FIRST_SLICE))?;
    page.choose_folder(&folder).await?;
    page.wait_in_workers(HELD).await?;
    fs::remove_file(&log)?;
    page.in_workers("globalThis.go?.()")?;
    let report = page.finished().await?;
    assert_eq!(bundle::verdict(&report, "A-144650"), "suspect");
    assert_eq!(report["input"]["unread"][0]["reason"], "READ_FAILED");

    page.evaluate("document.querySelector('[data-testid=evidence-line] button').click()").await?;
    let script = "return document.querySelector('[data-testid=evidence-line]').textContent";
    let moved = |text: &Value| text.to_string().contains("moved or deleted");
    page.eventually(script, moved).await?;
    page.nothing_complained().await
}

#[tokio::test]
async fn a_slice_that_cannot_be_read_ends_its_file_and_no_other() -> Result<()> {
    let folder = bundle::whole(&bundle::folder("slice")?, 17)?;
    for (name, cause) in [
        ("NotReadableError", "could not read the file"),
        ("SecurityError", "refused to read the file"),
        ("AbortError", "(AbortError)"),
    ] {
        let site = Site::start()?;
        let page = site.open().await?;
        let throw = format!("throw new DOMException('injected', '{name}')");
        page.before_workers(&before_each_read(&format!("if (first && large === 3) {throw};")))?;
        page.choose_folder(&folder).await?;
        let report = unread(&page, cause).await?;
        let detail = report["input"]["unread"][0]["detail"].to_string();
        assert!(detail.contains("Until then 2097152 bytes of text were read"), "{detail}");
    }
    Ok(())
}
