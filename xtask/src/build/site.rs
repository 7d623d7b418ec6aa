//! The page as a static site: files with their hash in the name, every URL relative.

use std::{collections::BTreeMap, fs, path::Path};

use anyhow::{Context as _, Result};

use super::{Parts, hash, template};

/// What the page may do. Everything that is not here is forbidden.
const POLICY: [&str; 11] = [
    "default-src 'none'",
    "script-src 'self' 'wasm-unsafe-eval'",
    "style-src 'self'",
    "img-src 'self' data:",
    "connect-src 'self'",
    // A worker from a URL gets its policy from that URL's headers, which a static host does not send. One from a
    // Blob gets the page's own, and its script can be checked like everything else. 'self' is for the service worker,
    // which browsers take from a URL only.
    "worker-src 'self' blob:",
    // What makes the site installable.
    "manifest-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types crdb-triage",
];

/// The service worker. It has no hash in its name, because browsers know it by its address.
const SERVICE_WORKER: &str = "sw.js";

/// The files of the site by their paths; `build` is the hash that it shows.
pub(crate) fn files(parts: &Parts, build: &str) -> Result<BTreeMap<String, Vec<u8>>> {
    let mut files = BTreeMap::new();
    let mut asset = |name: &str, extension: &str, content: &[u8]| {
        let url = format!("assets/{}", hash::name(name, extension, content));
        files.insert(url.clone(), content.to_vec());
        Asset { url, integrity: hash::integrity(content) }
    };
    let style = asset("style", "css", parts.style.as_bytes());
    let [boot, _] = &parts.boot;
    let boot = asset("boot", "js", boot.as_bytes());
    let glue = asset("page", "js", parts.page.glue.as_bytes());
    let page = asset("page", "wasm", &parts.page.wasm);
    let worker = asset("worker", "js", parts.worker.glue.as_bytes());
    let engine = asset("worker", "wasm", &parts.worker.wasm);

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
    let mut icon = |name: &str| {
        let (stem, extension) = name.rsplit_once('.').unwrap_or((name, "bin"));
        Ok(asset(stem, extension, parts.icon(name)?).url)
    };
    let template = template::link_icons(&parts.template, &mut icon)?;
    let manifest = template::link_icons(&parts.manifest, icon)?;
    let page = template::fill(
        &template,
        &[
            (template::POLICY, &template::policy(&POLICY)),
            (template::BUILD, &template::build(build)),
            (template::PRELOAD, &early.join("\n    ")),
            (template::STYLE, &format!(r#"<link rel="stylesheet" {}>"#, style.link("href"))),
            (template::BOOT, &format!(r#"<script type="module" {}></script>"#, boot.link("src"))),
        ],
    )?;
    files.insert("manifest.webmanifest".to_owned(), manifest.into_bytes());
    files.insert("index.html".to_owned(), page.into_bytes());
    let service_worker = service_worker(&files, build, &parts.service_worker);
    files.insert(SERVICE_WORKER.to_owned(), service_worker.into_bytes());
    Ok(files)
}

/// `www/sw.js` with what it is to keep: all other files.
fn service_worker(files: &BTreeMap<String, Vec<u8>>, build: &str, script: &str) -> String {
    let files: String = files
        .iter()
        .map(|(path, content)| format!("  \"{path}\": \"{}\",\n", hash::integrity(content)))
        .collect();
    format!("const FILES = {{\n{files}}};\nconst BUILD = \"{build}\";\n\n{script}")
}

/// Writes the site into `folder`, which holds nothing else afterwards.
pub(crate) fn write(files: &BTreeMap<String, Vec<u8>>, folder: &Path) -> Result<()> {
    if folder.exists() {
        fs::remove_dir_all(folder).with_context(|| format!("cannot clear {}", folder.display()))?;
    }
    fs::create_dir_all(folder.join("assets"))?;
    for (path, content) in files {
        fs::write(folder.join(path), content).with_context(|| format!("cannot write {path}"))?;
    }
    Ok(())
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
