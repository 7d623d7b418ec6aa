//! The row about what a visitor downloads: everything that the page asks its host for until it can be used.

use std::fs;
use std::io::Write as _;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use crdb_triage_e2e::{Page, Site, built_site};

use crate::figure::{Measured, Row, Target};
use crate::{browser, progress};

/// So long nothing more may be asked for.
const QUIET: Duration = Duration::from_secs(1);

pub(crate) async fn row() -> Row {
    progress("what the site transfers");
    let measured = browser::measured(measure()).await;
    let what = "everything the site transfers before it is usable, brotli";
    Row::new("transfer", what, Target::AtMost(400.0, "kB"), measured)
}

async fn measure() -> Result<Measured> {
    let site = Site::start()?;
    let page = Page::open(&site.url()).await?;
    page.wait_for_state("idle").await?;
    let mut asked = 0;
    while site.requests().len() > asked {
        asked = site.requests().len();
        tokio::time::sleep(QUIET).await;
    }
    let (mut plain, mut packed) = (0.0, 0.0);
    let mut wasm = 0;
    // What follows is kept for later, by the service worker.
    let requests = site.requests();
    let before = requests.iter().take_while(|request| !request.path.ends_with("/sw.js"));
    for request in before {
        ensure!(request.status == 200, "{} was answered with {}", request.path, request.status);
        let name = request.path.strip_prefix("/deep/sub/").context("outside of the site")?;
        let name = if name.is_empty() { "index.html" } else { name };
        let file = fs::read(built_site().join(name)).with_context(|| name.to_owned())?;
        wasm += usize::from(name.ends_with(".wasm"));
        plain += file.len() as f64 / 1000.0;
        packed += brotli(&file)? as f64 / 1000.0;
    }
    ensure!(wasm == 2, "{wasm} parts of wasm were asked for, not page and engine");
    Ok(Measured {
        figure: packed,
        samples: vec![("brotli kB", vec![packed]), ("plain kB", vec![plain])],
    })
}

/// How large something is when a host that cares sends it: quality 11, window of 4 MiB.
fn brotli(bytes: &[u8]) -> Result<usize> {
    let mut writer = brotli::CompressorWriter::new(Vec::new(), 1 << 16, 11, 22);
    writer.write_all(bytes)?;
    Ok(writer.into_inner().len())
}
