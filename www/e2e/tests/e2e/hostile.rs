//! A hostile bundle, and a hostile report: everything in them tries to be markup, a link or a command, wherever text of
//! the input can stand. On the page and in the HTML report nothing comes of it.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use crdb_triage_e2e::{Page, Site, bundle, target};
use serde_json::{Value, json};

/// What anything that ran would leave behind.
const MARK: &str = "pwned";

const PAYLOADS: [&str; 9] = [
    "<img src=x onerror=document.title='pwned'>",
    "<script>document.title='pwned';fetch('https://evil.invalid/')</script>",
    "\"><svg onload=document.title='pwned'></svg><a href=javascript:document.title='pwned'>x</a>",
    "</title></style></template></textarea><iframe src=javascript:top.document.title='pwned'></iframe>",
    "[x](javascript:document.title='pwned') ![x](https://evil.invalid/p.png) # x ```",
    "gpj\u{202e}exe\u{2066}\u{200b}",
    "\u{1b}]0;pwned\u{7}\u{1b}[2J\u{9b}31m",
    "=HYPERLINK(\"https://evil.invalid/\") @SUM(A1) +1 -1",
    "{{constructor.constructor('document.title=1')()}} ${x} %3Cscript%3E &lt;script&gt;",
];

/// A bundle with all payloads in names of files and folders, in lines, tags and causes, and in cells of tables.
fn hostile() -> Result<PathBuf> {
    let folder = bundle::folder("hostile-all")?;
    let all = PAYLOADS.join(" ");
    // In the names of files, a slash would be a folder.
    let name = |payload: &str| payload.replace('/', "∕");
    let case = "src/advisories/a144650/cases/import_succeeds_after_a_swallowed_error.txt";
    bundle::write_case(&bundle::root().join(case), &folder)?;
    let logs = folder.join("debug/nodes/1/logs");
    let log = fs::read_to_string(logs.join("cockroach.log"))?;
    let sign = "encountered an error:";
    let log = log.replace(sign, &format!("{sign} {all} ‹{all}›"));
    for payload in PAYLOADS {
        fs::write(logs.join(format!("cockroach-{}.log", name(payload))), &log)?;
        fs::write(folder.join("debug").join(name(payload)), payload)?;
    }
    fs::write(logs.join("cockroach.log"), &log)?;
    let table = folder.join("debug/crdb_internal.jobs.txt");
    let cell = all.replace('"', "\"\"");
    if let Ok(text) = fs::read_to_string(&table) {
        let text = text.replace("IMPORT INTO ", "IMPORT INTO \"PAYLOAD\".");
        let mut rows: Vec<String> = text.lines().map(str::to_owned).collect();
        for row in rows.iter_mut().skip(1) {
            let cells: Vec<String> = row
                .split('\t')
                .map(|one| match one.contains("PAYLOAD") {
                    true => format!("\"{}\"", one.replace('"', "\"\"").replace("PAYLOAD", &cell)),
                    false => one.to_owned(),
                })
                .collect();
            *row = cells.join("\t");
        }
        fs::write(&table, rows.join("\n") + "\n")?;
    }
    fs::write(folder.join("debug/nodes/2.skipped"), &all)?;
    Ok(folder.join("debug"))
}

/// Nothing was made, nothing ran, nobody was asked.
async fn harmless(page: &Page, within: &str) -> Result<()> {
    let script = format!(
        "const made = document.querySelectorAll('{within} :is(img, script, iframe, form, object, embed, style, link, meta)');
         const own = new Set(['https://www.cockroachlabs.com']);
         const links = [...document.querySelectorAll('{within} a')].filter((a) =>
             !a.getAttribute('href')?.startsWith('#') && !(a.protocol === 'https:' && own.has(a.origin)));
         const handlers = [...document.querySelectorAll('{within} *')].filter((e) =>
             [...e.attributes].some((a) => a.name.startsWith('on') || a.name === 'style' && e.tagName !== 'DIV'));
         return [[...made].map((e) => e.tagName), links.map((a) => a.href), handlers.length, document.title];"
    );
    let found = page.evaluate(&script).await?;
    assert_eq!(found[0], json!([]), "elements");
    assert_eq!(found[1], json!([]), "links");
    assert_eq!(found[2], 0, "handlers");
    assert!(!found[3].to_string().contains(MARK), "{}", found[3]);
    assert!(page.web().get_alert_text().await.is_err(), "a dialogue");
    page.nothing_complained().await
}

/// The payloads stand there, letter by letter, with what a screen would hide named.
async fn shown(page: &Page) -> Result<()> {
    let text = page.evaluate("return document.body.textContent").await?;
    let text = text.as_str().context("no text")?;
    for payload in PAYLOADS {
        let parts =
            payload.split(|c: char| c.is_control() || "\u{202e}\u{2066}\u{200b}".contains(c));
        for part in parts {
            assert!(text.contains(part), "{part:?} is not shown");
        }
    }
    for (code, hidden) in [("U+202E", '\u{202e}'), ("U+001B", '\u{1b}'), ("U+009B", '\u{9b}')] {
        assert!(text.contains(code), "{code}");
        assert!(!text.contains(hidden), "{code} itself");
    }
    Ok(())
}

async fn look_at(file: &Path) -> Result<Page> {
    Page::open(&format!("file://{}", file.canonicalize()?.display())).await
}

#[tokio::test]
async fn a_hostile_bundle_makes_nothing_on_the_page_and_in_its_report() -> Result<()> {
    let folder = hostile()?;
    let site = Site::start()?;
    let page = site.open().await?;
    let before = site.loaded().await?;
    page.choose_folder(&folder).await?;
    page.wait_for_state("done").await?;
    let open = "for (const e of document.querySelectorAll('details')) e.open = true";
    page.evaluate(open).await?;
    harmless(&page, "main").await?;
    shown(&page).await?;
    page.click("download-html").await?;
    let html = page.downloaded("crdb-triage-report.html").await?;
    assert_eq!(site.requests().len(), before, "requests after the page has loaded");

    let file = bundle::folder("hostile-report")?.join("report.html");
    fs::write(&file, html)?;
    let report = look_at(&file).await?;
    harmless(&report, "body").await?;
    shown(&report).await?;
    // It is styled: the policy takes its own style sheet.
    let font = report
        .evaluate("return getComputedStyle(document.querySelector('.card')).borderLeftWidth")
        .await?;
    assert_eq!(font, "5px");
    // And shown again.
    page.drop_on("body", &[&file]).await?;
    let saved = "return document.querySelector('.note')?.textContent ?? ''";
    page.eventually(saved, |note| note.to_string().contains("saved report")).await?;
    harmless(&page, "main").await?;
    shown(&page).await
}

/// A report in which every text is one and the same.
fn fill(value: &mut Value, text: &str) {
    const FIXED: [&str; 24] = [
        "schema",
        "time",
        "from",
        "to",
        "created",
        "finished",
        "verdict",
        "applicability",
        "redaction",
        "safety",
        "since",
        "base",
        "as_of",
        "state",
        "role",
        "advisory",
        "event",
        "code",
        "weakens",
        "origin",
        "effective_verdict",
        "collected",
        "changed",
        "at",
    ];
    match value {
        Value::Object(fields) => {
            let of_advisory = fields.contains_key("severity");
            for (name, value) in fields.iter_mut() {
                let source_kind =
                    name == "kind" && ["zip", "directory"].iter().any(|kind| value == kind);
                let fixed = FIXED.contains(&name.as_str()) || name == "kind" && !source_kind;
                if !(fixed || of_advisory && name == "id") {
                    fill(value, text);
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|value| fill(value, text)),
        Value::String(old) => text.clone_into(old),
        _ => {}
    }
}

#[tokio::test]
async fn a_hostile_report_is_shown_as_text() -> Result<()> {
    let sample = fs::read_to_string(bundle::root().join("tests/samples/backups.json"))?;
    let site = Site::start()?;
    for text in [
        PAYLOADS.join(" ").as_str(),
        "javascript:document.title='pwned'",
        "https://evil.invalid/",
        "",
    ] {
        let mut report: Value = serde_json::from_str(&sample)?;
        fill(&mut report, text);
        let file = bundle::folder("hostile-saved")?.join("report.json");
        fs::write(
            &file,
            serde_json::to_string(&report)?
                .replacen("{", "{\"schema\":\"crdb-triage/report/2\",", 1)
                .replacen(",\"schema\":\"crdb-triage/report/2\"", "", 1),
        )?;
        let page = site.open().await?;
        page.choose_files(&[&file]).await?;
        page.wait_for_state("done").await?;
        harmless(&page, "main").await?;
        for (form, ending) in [("json", "json"), ("markdown", "md"), ("html", "html")] {
            page.click(&format!("download-{form}")).await?;
            page.downloaded(&format!("crdb-triage-report.{ending}")).await?;
        }
        harmless(&page, "main").await?;
    }
    Ok(())
}

#[tokio::test]
async fn the_html_report_fits_a_telephone_a_screen_and_paper() -> Result<()> {
    for sample in ["report", "backups"] {
        let json = bundle::root().join(format!("tests/samples/{sample}.json"));
        let site = Site::start()?;
        let page = site.open().await?;
        page.choose_files(&[&json]).await?;
        page.wait_for_state("done").await?;
        page.click("download-html").await?;
        let file = bundle::folder("paper")?.join("report.html");
        fs::write(&file, page.downloaded("crdb-triage-report.html").await?)?;
        let report = look_at(&file).await?;
        report.fits_and_is_accessible(&format!("html-{sample}")).await?;
        let paper = json!({ "printBackground": false, "preferCSSPageSize": true });
        let paper = report.devtools("Page.printToPDF", paper).await?;
        let paper = paper["data"].as_str().context("no paper")?.len();
        assert!(paper > 10_000, "{paper}");
        fs::write(target().join(format!("e2e/html-{sample}.html")), fs::read(&file)?)?;
        report.nothing_complained().await?;
    }
    Ok(())
}
