//! A whole run with the sample: the verdicts of its README, the downloads, and not one request.

use anyhow::Result;
use crdb_triage_e2e::{Page, Site, single_file};
use serde_json::{Value, json};

/// What `www/sample/README.md` says of the jobs, the strongest verdict first.
const VERDICTS: [(&str, &str); 6] = [
    ("1066014881602600961", "suspect"),
    ("1066024932702060545", "possible"),
    ("1066075729338466305", "at_risk"),
    ("1064540068912529410", "cannot_tell"),
    ("1066033220361748481", "cleared"),
    ("1066042224964763649", "cleared"),
];

#[tokio::test]
async fn the_sample_gives_what_its_readme_says_and_asks_nobody() -> Result<()> {
    let site = Site::start()?;
    for url in [site.url(), single_file()?] {
        let page = Page::open(&url).await?;
        page.wait_for_state("idle").await?;
        let before = site.loaded().await?;
        page.click("sample-button").await?;
        page.wait_for_state("done").await?;
        let rows = page
            .evaluate(
                "return [...document.querySelectorAll('[data-testid=finding-row][data-advisory=A-144650]')]
                    .map(({ dataset }) => [dataset.subject, dataset.verdict])",
            )
            .await?;
        assert_eq!(rows, json!(VERDICTS), "{url}");
        let report: Value = serde_json::from_str(&page.report().await?)?;
        assert_eq!(report["schema"], "crdb-triage/report/2");
        let findings = report["findings"].as_array().into_iter().flatten();
        let findings = findings.filter(|finding| finding["advisory"] == "A-144650");
        assert_eq!(findings.count(), VERDICTS.len());
        for part in ["collect-item", "upgrade-advice", "cluster-summary"] {
            assert!(!page.elements(part).await?.is_empty(), "{part}");
        }
        page.click("download-markdown").await?;
        let markdown = String::from_utf8(page.downloaded("crdb-triage-report.md").await?)?;
        assert!(markdown.starts_with("# ") && markdown.contains(VERDICTS[0].0), "{markdown}");

        assert_eq!(site.requests().len(), before, "requests after the page has loaded");
        page.nothing_complained().await?;
    }
    Ok(())
}

#[tokio::test]
async fn the_result_fits_a_telephone_and_is_accessible() -> Result<()> {
    let site = Site::start()?;
    let page = Page::open(&site.url()).await?;
    page.wait_for_state("idle").await?;
    page.click("sample-button").await?;
    page.wait_for_state("done").await?;
    page.fits_and_is_accessible("result").await?;
    page.nothing_complained().await
}
