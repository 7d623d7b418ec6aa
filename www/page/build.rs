//! Packs the sample bundle as one zip, as `cockroach debug zip` would have written it: the page carries it, so that trying
//! the sample asks nothing of the host. And lists the advisories that the engine checks, from their rules.

use std::env;
use std::fs;
use std::io::{Cursor, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

/// What the members' paths begin with, whatever `folder` is called.
const ROOT: &str = "debug";

fn main() -> Result<()> {
    let folder = Path::new(&env::var("CARGO_MANIFEST_DIR")?).join("../sample/debug");
    // Cargo asks for this line on standard output.
    writeln!(std::io::stdout(), "cargo::rerun-if-changed={}", folder.display())?;
    let out = env::var("OUT_DIR")?;
    let archive = Path::new(&out).join("sample.zip");
    fs::write(&archive, zip(&folder)?).with_context(|| format!("writing {}", archive.display()))?;
    let rules = Path::new(&env::var("CARGO_MANIFEST_DIR")?).join("../../advisories");
    writeln!(std::io::stdout(), "cargo::rerun-if-changed={}", rules.display())?;
    let list = Path::new(&out).join("catalogue.rs");
    fs::write(&list, catalogue(&rules)?).with_context(|| format!("writing {}", list.display()))
}

/// Ids and titles of the rules in `folder` (`advisories`), the newest first, as a slice in Rust. The engine's own build has
/// checked them.
fn catalogue(folder: &Path) -> Result<String> {
    let mut rules = Vec::new();
    let entries = fs::read_dir(folder).with_context(|| format!("listing {}", folder.display()))?;
    for entry in entries {
        let path = entry.with_context(|| format!("listing {}", folder.display()))?.path();
        if path.extension().is_none_or(|extension| extension != "toml") {
            continue;
        }
        let text =
            fs::read_to_string(&path).with_context(|| format!("reading {}", path.display()))?;
        let rule: toml::Table =
            toml::from_str(&text).with_context(|| format!("reading {}", path.display()))?;
        let field = |name: &str| match rule.get(name) {
            Some(toml::Value::String(text)) => Ok(text.clone()),
            Some(toml::Value::Datetime(day)) => Ok(day.to_string()),
            _ => bail!("{} has no `{name}`", path.display()),
        };
        rules.push((field("published")?, field("id")?, field("title")?));
    }
    rules.sort_by(|a, b| b.cmp(a));
    let each = rules.iter().map(|(_, id, title)| format!("({id:?}, {title:?})"));
    Ok(format!("&[{}]", each.collect::<Vec<_>>().join(", ")))
}

/// Packs every file below `folder` (`www/sample/debug`) as `debug/…`.
///
/// The same files give the same bytes: members are sorted by name, and all bear the day on which the bundle says
/// that it was collected.
fn zip(folder: &Path) -> Result<Vec<u8>> {
    let mut files = Vec::new();
    list(folder, ROOT, &mut files)?;
    if files.is_empty() {
        bail!("{} holds no file", folder.display());
    }
    files.sort();
    let options = SimpleFileOptions::default()
        // Hosts and the single file pack the whole page, and that packs plain text better than what is packed already.
        .compression_method(CompressionMethod::Stored)
        .last_modified_time(DateTime::from_date_and_time(2025, 4, 23, 13, 0, 0)?)
        .unix_permissions(0o644);
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, path) in files {
        let text = fs::read(&path).with_context(|| format!("reading {}", path.display()))?;
        writer.start_file(name.as_str(), options).with_context(|| format!("packing {name}"))?;
        writer.write_all(&text).with_context(|| format!("packing {name}"))?;
    }
    Ok(writer.finish().context("closing the sample bundle")?.into_inner())
}

/// Adds the files below `folder`, each with the name that it gets in the archive.
fn list(folder: &Path, name: &str, files: &mut Vec<(String, PathBuf)>) -> Result<()> {
    let entries = fs::read_dir(folder).with_context(|| format!("listing {}", folder.display()))?;
    for entry in entries {
        let path = entry.with_context(|| format!("listing {}", folder.display()))?.path();
        let Some(base) = path.file_name().and_then(|base| base.to_str()) else {
            bail!("the name of {} is not UTF-8", path.display());
        };
        // Desktops leave their own files behind, and the zip must be the same everywhere.
        if base.starts_with('.') {
            continue;
        }
        let name = format!("{name}/{base}");
        if path.is_dir() {
            list(&path, &name, files)?;
        } else {
            files.push((name, path));
        }
    }
    Ok(())
}
