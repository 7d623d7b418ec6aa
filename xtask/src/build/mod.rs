//! `cargo xtask build`: the page as a static site and as one file, from the same parts.

use std::{
    collections::BTreeMap,
    env, fs,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result};

use crate::{setup, shell};

mod hash;
mod single;
mod site;
mod template;
mod wasm;

/// Everything that both forms of the page are made of.
struct Parts {
    /// `www/index.html`.
    template: String,
    /// `www/style.css`.
    style: String,
    /// The files of `www/icons/` that the template links to.
    icons: BTreeMap<String, Vec<u8>>,
    /// `www/witness.js` and `www/boot.js` with what differs behind it: the site's, then the single file's.
    boot: [String; 2],
    /// The page for the site: glue that is a module.
    page: wasm::Bound,
    /// The page for the single file: glue that is a classic script.
    page_classic: wasm::Bound,
    /// The worker, and its glue with `www/worker-start.js` behind it.
    worker: wasm::Bound,
}

/// Builds `dist/site/` and `dist/crdb-triage.html`.
pub(crate) fn run() -> Result<()> {
    setup::wasm_target()?;
    let parts = parts()?;
    let dist = shell::root().join("dist");
    site::write(&parts, &dist.join("site"))?;
    let single = single::assemble(&parts)?;
    let file = dist.join("crdb-triage.html");
    fs::write(&file, &single).with_context(|| format!("cannot write {}", file.display()))?;
    println!(
        "dist/site/              page {} kB, engine {} kB",
        parts.page.kilobytes(),
        parts.worker.kilobytes()
    );
    println!("dist/crdb-triage.html   {} kB", single.len() / 1000);
    Ok(())
}

/// Compiles a package that only the benchmarks use, to `probe.wasm` and `probe.js` in `folder`.
pub(crate) fn probe(package: &str, folder: &Path) -> Result<()> {
    setup::wasm_target()?;
    let module = wasm::compile(package, "wasm")?;
    let bound = wasm::bind(&module, "probe", wasm::Glue::Classic)?;
    for (name, content) in [("probe.js", bound.glue.as_bytes()), ("probe.wasm", &bound.wasm)] {
        fs::write(folder.join(name), content).with_context(|| format!("cannot write {name}"))?;
    }
    Ok(())
}

/// Writes the site to where Trunk expects it from its hook.
pub(crate) fn into_trunk() -> Result<()> {
    setup::wasm_target()?;
    let stage = env::var_os("TRUNK_STAGING_DIR")
        .context("this task is for Trunk, which says where to build")?;
    site::write(&parts()?, Path::new(&stage))
}

/// The site's folder.
pub(crate) fn site_folder() -> PathBuf {
    shell::root().join("dist/site")
}

fn parts() -> Result<Parts> {
    let www = shell::root().join("www");
    let page = wasm::compile("crdb-triage-page", "wasm-page")?;
    let worker = wasm::compile("crdb-triage-worker", "wasm")?;
    let start = [read(&www.join("witness.js"))?, read(&www.join("boot.js"))?].join("\n");
    let boot = |name: &str| Ok::<_, anyhow::Error>(format!("{start}\n{}", read(&www.join(name))?));
    let mut worker = wasm::bind(&worker, "worker", wasm::Glue::Classic)?;
    worker.glue = format!("{}\n{}", worker.glue, read(&www.join("worker-start.js"))?);
    let template = read(&www.join("index.html"))?;
    let mut icons = BTreeMap::new();
    for name in template::icons(&template) {
        let file = www.join("icons").join(&name);
        icons.insert(
            name,
            fs::read(&file).with_context(|| format!("cannot read {}", file.display()))?,
        );
    }
    Ok(Parts {
        template,
        icons,
        style: read(&www.join("style.css"))?,
        boot: [boot("boot-site.js")?, boot("boot-single.js")?],
        page: wasm::bind(&page, "page", wasm::Glue::Module)?,
        page_classic: wasm::bind(&page, "page", wasm::Glue::Classic)?,
        worker,
    })
}

impl Parts {
    fn icon(&self, name: &str) -> Result<&[u8]> {
        self.icons.get(name).map(Vec::as_slice).context("an icon appeared from nowhere")
    }
}

fn read(path: &Path) -> Result<String> {
    fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))
}
