//! The page as a static site: files with their hash in the name, every URL relative.

use std::{fs, path::Path};

use anyhow::{Context as _, Result};

use super::{Parts, hash, template};

/// What the page may do. Everything that is not here is forbidden.
const POLICY: [&str; 10] = [
    "default-src 'none'",
    "script-src 'self' 'wasm-unsafe-eval'",
    "style-src 'self'",
    "img-src 'self' data:",
    "connect-src 'self'",
    // A worker from a URL gets its policy from that URL's headers, which a static host does not send. One from a
    // Blob gets the page's own, and its script can be checked like everything else.
    "worker-src blob:",
    "base-uri 'none'",
    "form-action 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types crdb-triage",
];

/// Writes the site into `folder`, which holds nothing else afterwards.
pub(crate) fn write(parts: &Parts, folder: &Path) -> Result<()> {
    if folder.exists() {
        fs::remove_dir_all(folder).with_context(|| format!("cannot clear {}", folder.display()))?;
    }
    fs::create_dir_all(folder.join("assets"))?;
    let asset = |name: &str, extension: &str, content: &[u8]| -> Result<Asset> {
        let url = format!("assets/{}", hash::name(name, extension, content));
        fs::write(folder.join(&url), content).with_context(|| format!("cannot write {url}"))?;
        Ok(Asset { url, integrity: hash::integrity(content) })
    };
    let style = asset("style", "css", parts.style.as_bytes())?;
    let [boot, _] = &parts.boot;
    let boot = asset("boot", "js", boot.as_bytes())?;
    let glue = asset("page", "js", parts.page.glue.as_bytes())?;
    let page = asset("page", "wasm", &parts.page.wasm)?;
    let worker = asset("worker", "js", parts.worker.glue.as_bytes())?;
    let engine = asset("worker", "wasm", &parts.worker.wasm)?;

    let early = [
        format!(r#"<link rel="modulepreload" {}>"#, glue.link("href")),
        format!(
            r#"<link rel="preload" as="fetch" crossorigin data-wasm="page" {}>"#,
            page.fetched()
        ),
        format!(
            r#"<link rel="preload" as="fetch" crossorigin data-wasm="worker" {}>"#,
            engine.fetched()
        ),
        format!(
            r#"<link rel="preload" as="fetch" crossorigin data-script="worker" {}>"#,
            worker.fetched()
        ),
    ];
    let template = template::link_icons(&parts.template, |name| {
        let (stem, extension) = name.rsplit_once('.').unwrap_or((name, "bin"));
        Ok(asset(stem, extension, parts.icon(name)?)?.url)
    })?;
    let page = template::fill(
        &template,
        &[
            (template::POLICY, &template::policy(&POLICY)),
            (template::PRELOAD, &early.join("\n    ")),
            (template::STYLE, &format!(r#"<link rel="stylesheet" {}>"#, style.link("href"))),
            (template::BOOT, &format!(r#"<script type="module" {}></script>"#, boot.link("src"))),
        ],
    )?;
    fs::write(folder.join("index.html"), page).context("cannot write index.html")
}

struct Asset {
    url: String,
    integrity: String,
}

impl Asset {
    /// Browsers do not check what they preload for `fetch`, and say so: boot-site.js has it checked.
    fn fetched(&self) -> String {
        format!(r#"href="{}" data-integrity="{}""#, self.url, self.integrity)
    }

    fn link(&self, attribute: &str) -> String {
        format!(r#"{attribute}="{}" integrity="{}""#, self.url, self.integrity)
    }
}
