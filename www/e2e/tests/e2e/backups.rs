//! Chains of backups on the page: two clusters, one of which backs up and the other restores, handed in together.

use anyhow::Result;
use crdb_triage_e2e::{Page, Site, bundle};
use serde_json::{Value, json};

const CASE: &str = "src/advisories/a88042/cases/one_cluster_backs_up_and_another_restores.txt";

/// The page with the bundles of both clusters, each in a zip of its own.
async fn both(name: &str) -> Result<(Site, Page)> {
    let folder = bundle::folder(name)?;
    bundle::write_case(&bundle::root().join(CASE), &folder)?;
    let zips = ["east", "west"].map(|cluster| folder.join(format!("{cluster}.zip")));
    for (cluster, zip) in ["east", "west"].iter().zip(&zips) {
        bundle::zip(&folder, cluster, zip)?;
    }
    let site = Site::start()?;
    let page = Page::open(&site.url()).await?;
    page.wait_for_state("idle").await?;
    page.drop_paths(&[&zips[0], &zips[1]]).await?;
    page.wait_for_state("done").await?;
    Ok((site, page))
}

#[tokio::test]
async fn a_restore_in_one_cluster_finds_its_chain_in_the_other() -> Result<()> {
    let (_site, page) = both("two-clusters").await?;
    let rows = page
        .evaluate(
            "return [...document.querySelectorAll('[data-testid=finding-row][data-advisory=A-88042]')]
                .map(({ dataset }) => [dataset.advisory, dataset.subject, dataset.verdict])",
        )
        .await?;
    let expected = json!([
        ["A-88042", "801350000000007303", "suspect"],
        ["A-88042", "801350000000007304", "suspect"],
    ]);
    assert_eq!(rows, expected);
    let report: Value = serde_json::from_str(&page.report().await?)?;
    bundle::follows_schema(&report)?;
    let chain = &report["chains"][0];
    assert_eq!(chain["layers"][1]["marks"][0]["role"], "suspect");
    assert_eq!(chain["restores"][0]["job"], "801350000000007304");
    assert_ne!(chain["restores"][0]["cluster"], chain["cluster"]);
    let findings = report["findings"].as_array().into_iter().flatten();
    for finding in findings.filter(|finding| finding["advisory"] == "A-88042") {
        assert_eq!(finding["backup"]["chain"], chain["id"]);
        assert_eq!(finding["backup"]["last_safe"], "801350000000007302");
    }
    page.nothing_complained().await
}

#[tokio::test]
async fn the_picture_of_a_chain_and_its_table_say_the_same() -> Result<()> {
    let (_site, page) = both("picture-of-chains").await?;
    let picture = page.text("chain-picture").await?;
    page.evaluate("document.querySelector('[data-testid=chain] summary').click()").await?;
    // It is made when somebody opens it.
    let script = "return [...document.querySelectorAll('[data-testid=chain] table')]
        .map((table) => table.textContent).join(' ')";
    let made = |table: &Value| table.to_string().contains("801350000000007303");
    let table = page.eventually(script, made).await?.to_string();
    // The import, what it was about, and the restore stand beside their bars; the layers are marks.
    for word in ["801350000000007301", "ferry.public.tickets", "801350000000007304"] {
        assert!(picture.contains(word) && table.contains(word), "{word}: {picture}\n{table}");
    }
    for word in ["801350000000007302", "801350000000007303", "suspect", "captures"] {
        assert!(table.to_lowercase().contains(word), "{word}: {table}");
    }
    page.nothing_complained().await
}

#[tokio::test]
async fn chains_fit_a_telephone_and_are_accessible() -> Result<()> {
    let (_site, page) = both("chains").await?;
    page.evaluate(
        "for (const button of document.querySelectorAll('[data-testid=finding-row] button')) button.click();
         for (const part of document.querySelectorAll('details')) part.open = true;",
    )
    .await?;
    page.fits_and_is_accessible("chains").await?;
    page.nothing_complained().await
}
