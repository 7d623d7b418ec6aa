//! The harness itself: it does what a person does, on a page of its own.

use std::path::{Path, PathBuf};

use anyhow::Result;
use crdb_triage_e2e::{Page, Scheme, Site};

fn own_page() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/harness")
}

async fn open() -> Result<(Site, Page)> {
    let site = Site::of(&own_page())?;
    let page = Page::open(&site.url()).await?;
    Ok((site, page))
}

#[tokio::test]
async fn files_are_chosen() -> Result<()> {
    let (_site, page) = open().await?;
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    page.choose_files(&[&here.join("Cargo.toml"), &own_page().join("index.html")]).await?;
    page.wait_for_state("done").await?;
    assert_eq!(page.text("verdict").await?, "Cargo.toml index.html");
    Ok(())
}

#[tokio::test]
async fn a_folder_is_chosen() -> Result<()> {
    let (_site, page) = open().await?;
    page.choose_folder(&own_page()).await?;
    page.wait_for_state("done").await?;
    assert_eq!(page.text("verdict").await?, "harness/index.html");
    Ok(())
}

#[tokio::test]
async fn a_folder_and_a_file_are_dropped() -> Result<()> {
    let (_site, page) = open().await?;
    page.drop_paths(&[&own_page(), &own_page().join("index.html")]).await?;
    page.wait_for_state("done").await?;
    assert_eq!(page.text("verdict").await?, "folder harness file index.html");
    Ok(())
}

#[tokio::test]
async fn a_saved_file_is_read_back() -> Result<()> {
    let (_site, page) = open().await?;
    page.click("download-json").await?;
    assert_eq!(page.downloaded("saved.txt").await?, b"saved");
    Ok(())
}

#[tokio::test]
async fn the_window_is_narrow_and_dark_when_it_should_be() -> Result<()> {
    let (_site, page) = open().await?;
    let script = "return [innerWidth, matchMedia('(prefers-color-scheme: dark)').matches]";
    page.look(390, Scheme::Dark).await?;
    page.screenshot("harness-dark-390").await?;
    assert_eq!(page.evaluate(script).await?.to_string(), "[390,true]");
    page.look(1280, Scheme::Light).await?;
    assert_eq!(page.evaluate(script).await?.to_string(), "[1280,false]");
    Ok(())
}
