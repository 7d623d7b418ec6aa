//! A page that reads stays at hand: it can be looked at, cancelled, and used with the keyboard.

use std::fs;
use std::io::Write as _;

use anyhow::Result;
use crdb_triage_e2e::{Page, Scheme, Site, bundle};

#[tokio::test]
async fn a_scan_can_be_cancelled_and_the_page_stays_at_hand() -> Result<()> {
    let site = Site::start()?;
    let page = Page::open(&site.url()).await?;
    page.wait_for_state("idle").await?;
    let log = bundle::folder("large")?.join("large.log");
    let mut file = fs::File::create(&log)?;
    let mut block = String::new();
    for number in 0..20_000 {
        let micros = number % 1_000_000;
        block += &format!(
            "I250422 06:00:00.{micros:06} 7 server/node.go:1 ⋮ [n1] {number}  all is well, and nothing of note\n"
        );
    }
    for _ in 0..700 {
        file.write_all(block.as_bytes())?;
    }
    drop(file);
    page.look(390, Scheme::Light).await?;
    page.evaluate("globalThis.ticks = 0; setInterval(() => globalThis.ticks++, 20)").await?;
    page.choose_files(&[&log]).await?;
    page.wait_for_state("scanning").await?;
    let moved = "return Number(document.querySelector('[data-testid=progress]')?.getAttribute('aria-valuenow') ?? 0)";
    let begun = page.eventually(moved, |value| value.as_f64() > Some(0.0)).await?.as_f64();
    page.evaluate(
        "globalThis.shifts = [];
         new PerformanceObserver((list) => shifts.push(...list.getEntries().map((shift) => shift.value)))
           .observe({ type: 'layout-shift' })",
    )
    .await?;
    page.eventually(moved, |value| value.as_f64() > begun.map(|begun| begun + 10.0)).await?;
    let shifts = page.evaluate("return shifts").await?;
    assert_eq!(shifts, serde_json::json!([]), "something moved while the numbers changed");
    let ticks = page.evaluate("return ticks").await?;
    assert!(ticks.as_u64() > Some(2), "the page stood still: {ticks} ticks");
    for (scheme, name) in [(Scheme::Light, "light"), (Scheme::Dark, "dark")] {
        for width in [390, 1280] {
            page.look(width, scheme).await?;
            page.screenshot(&format!("scanning-{name}-{width}")).await?;
            assert!(!page.scrolls_sideways().await?, "{name} {width}");
        }
        if let Some(violations) = page.axe_violations().await? {
            assert!(violations.is_empty(), "{name}: {violations:#?}");
        }
    }
    let state = page.evaluate("return document.documentElement.dataset.state").await?;
    assert_eq!(state, "scanning", "the pictures show something else; the log must be larger");
    page.click("cancel-button").await?;
    page.wait_for_state("idle").await?;
    fs::remove_file(log)?;
    page.click("sample-button").await?;
    page.wait_for_state("done").await?;
    let said = page.element("verdict").await?.attr("data-verdict").await?;
    assert_eq!(said.as_deref(), Some("suspect"));
    page.nothing_complained().await
}

#[tokio::test]
async fn the_keyboard_is_enough() -> Result<()> {
    let site = Site::start()?;
    let page = Page::open(&site.url()).await?;
    page.wait_for_state("idle").await?;
    page.tab_to("sample-button").await?;
    page.press_enter().await?;
    page.wait_for_state("done").await?;
    for id in ["download-json", "download-markdown"] {
        page.tab_to(id).await?;
        let outline = "const s = getComputedStyle(document.activeElement); return s.outlineStyle + s.outlineWidth";
        let outline = page.evaluate(outline).await?;
        assert!(outline != "none0px" && outline != "none", "no visible focus on {id}: {outline}");
    }
    page.press_enter().await?;
    page.downloaded("crdb-triage-report.md").await?;
    page.nothing_complained().await
}
