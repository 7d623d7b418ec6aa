//! `cargo xtask build`: the page as a static site and as one file, from the same parts.

use std::{
    collections::BTreeMap,
    env, fs,
    path::{Path, PathBuf},
    thread,
};

use anyhow::{Context as _, Result, anyhow};

use crate::{setup, shell};

mod hash;
mod sbom;
mod single;
mod site;
mod template;
mod wasm;

/// The page as one file, in `dist/`.
const SINGLE: &str = "crdb-triage.html";
/// The bill of materials, in `dist/`.
const SBOM: &str = "crdb-triage.cdx.json";
/// The sums of all files in `dist/` but itself.
const SUMS: &str = "SHA256SUMS";

/// Everything that both forms of the page are made of.
struct Parts {
    /// `www/index.html`.
    template: String,
    /// `www/style.css`.
    style: String,
    /// `www/manifest.webmanifest`.
    manifest: String,
    /// The files of `www/icons/` that these two name.
    icons: BTreeMap<String, Vec<u8>>,
    /// `www/sw.js`.
    service_worker: String,
    /// `www/witness.js` and `www/boot.js` with what differs behind it: the site's, then the single file's.
    boot: [String; 2],
    /// The page for the site: glue that is a module.
    page: wasm::Bound,
    /// The page for the single file: glue that is a classic script.
    page_classic: wasm::Bound,
    /// The worker, and its glue with `www/worker-start.js` behind it.
    worker: wasm::Bound,
}

/// The page in its two forms.
struct Page {
    /// The hash that both show.
    build: String,
    /// The files of the site by their paths.
    site: BTreeMap<String, Vec<u8>>,
    /// The single file.
    single: String,
}

/// Builds `dist/`: the site, the single file, what they are made of, and the sums of it all.
pub(crate) fn run() -> Result<()> {
    setup::wasm_target()?;
    let parts = parts()?;
    let page = page(&parts)?;
    let dist = shell::root().join("dist");
    site::write(&page.site, &dist.join("site"))?;
    let mut files = with_prefix(page.site);
    let size = page.single.len();
    let sbom = sbom::document(&page.build)?;
    let beside = [(SINGLE, page.single.into_bytes()), (SBOM, sbom.into_bytes())];
    for (name, content) in beside {
        write(&dist.join(name), &content)?;
        files.insert(name.to_owned(), content);
    }
    write(&dist.join(SUMS), hash::sums(&files).as_bytes())?;
    println!(
        "dist/site/                  page {} kB, engine {} kB",
        parts.page.kilobytes(),
        parts.worker.kilobytes()
    );
    println!("dist/{SINGLE}       {} kB", size / 1000);
    println!("dist/{SBOM}   what is in both");
    println!("dist/{SUMS}             the sums of these {} files", files.len());
    println!("build {}", page.build);
    Ok(())
}

/// Assembles both forms. The hash that they show is that of all their files where they show none yet: the same
/// sources give the same one, and whatever changes in either form changes it.
fn page(parts: &Parts) -> Result<Page> {
    let mut files = with_prefix(site::files(parts, "")?);
    files.insert(SINGLE.to_owned(), single::assemble(parts, "")?.into_bytes());
    let build = hash::sum(hash::sums(&files).as_bytes());
    Ok(Page { site: site::files(parts, &build)?, single: single::assemble(parts, &build)?, build })
}

/// Files of the site by their paths below `dist/`.
fn with_prefix(site: BTreeMap<String, Vec<u8>>) -> BTreeMap<String, Vec<u8>> {
    site.into_iter().map(|(path, content)| (format!("site/{path}"), content)).collect()
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
    site::write(&page(&parts()?)?.site, Path::new(&stage))
}

/// The site's folder.
pub(crate) fn site_folder() -> PathBuf {
    shell::root().join("dist/site")
}

fn parts() -> Result<Parts> {
    let www = shell::root().join("www");
    let [page, worker] = sbom::PACKAGES;
    // Side by side: optimising all of a module at once is the most of it, and takes one processor.
    let (page, worker) = thread::scope(|scope| {
        let worker = scope.spawn(|| wasm::compile(worker, "wasm"));
        (wasm::compile(page, "wasm-page"), worker.join())
    });
    let worker = worker.map_err(|_| anyhow!("compiling the worker stopped this program"))??;
    let page = page?;
    let start = [read(&www.join("witness.js"))?, read(&www.join("boot.js"))?].join("\n");
    let boot = |name: &str| Ok::<_, anyhow::Error>(format!("{start}\n{}", read(&www.join(name))?));
    let mut worker = wasm::bind(&worker, "worker", wasm::Glue::Classic)?;
    worker.glue = format!("{}\n{}", worker.glue, read(&www.join("worker-start.js"))?);
    let template = read(&www.join("index.html"))?;
    let manifest = read(&www.join("manifest.webmanifest"))?;
    let mut icons = BTreeMap::new();
    for name in [&template, &manifest].into_iter().flat_map(|text| template::icons(text)) {
        let file = www.join("icons").join(&name);
        icons.insert(
            name,
            fs::read(&file).with_context(|| format!("cannot read {}", file.display()))?,
        );
    }
    Ok(Parts {
        template,
        manifest,
        icons,
        service_worker: read(&www.join("sw.js"))?,
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

fn write(path: &Path, content: &[u8]) -> Result<()> {
    fs::write(path, content).with_context(|| format!("cannot write {}", path.display()))
}

fn read(path: &Path) -> Result<String> {
    fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))
}
