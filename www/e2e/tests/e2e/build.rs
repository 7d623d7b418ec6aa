//! What `cargo xtask build` says of itself: the sums of all files, and the build that the page shows.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result};
use crdb_triage_e2e::{Page, Site, built_site, single_file};
use sha2::{Digest as _, Sha256};

#[test]
fn the_sums_are_those_of_every_file_in_dist() -> Result<()> {
    let site = built_site();
    let dist = site.parent().context("a site without a folder around it")?;
    let mut sums = BTreeMap::new();
    for folder in ["", "site", "site/assets"] {
        for file in fs::read_dir(dist.join(folder))? {
            let file = file?;
            let path = Path::new(folder).join(file.file_name()).display().to_string();
            if file.file_type()?.is_file() && path != "SHA256SUMS" {
                sums.insert(path, hex(&fs::read(file.path())?));
            }
        }
    }
    let lines: String = sums.iter().map(|(path, sum)| format!("{sum}  {path}\n")).collect();
    assert_eq!(fs::read_to_string(dist.join("SHA256SUMS"))?, lines);
    Ok(())
}

#[tokio::test]
async fn the_site_and_the_single_file_show_the_same_build() -> Result<()> {
    let site = Site::start()?;
    let mut shown = Vec::new();
    for url in [site.url(), single_file()?] {
        let page = Page::open(&url).await?;
        page.wait_for_state("idle").await?;
        shown.push(page.text("build").await?);
    }
    assert_eq!(shown[0], shown[1]);
    assert!(shown[0].len() == 64 && shown[0].bytes().all(|b| b.is_ascii_hexdigit()), "{shown:?}");
    Ok(())
}

fn hex(content: &[u8]) -> String {
    Sha256::digest(content).iter().map(|byte| format!("{byte:02x}")).collect()
}
