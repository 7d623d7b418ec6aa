//! Copies of the site that a test may change, and that are whole all the same: every hash is that of what is there.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use base64::{Engine as _, prelude::BASE64_STANDARD};
use sha2::{Digest as _, Sha384};

use crate::{
    bundle,
    site::{built_site, files_of},
};

/// The site in a folder of its own.
///
/// # Errors
/// When it was not built or cannot be copied.
pub fn copy_of_the_site(name: &str) -> Result<PathBuf> {
    let folder = bundle::folder(name)?;
    copy(&built_site(), &folder)?;
    Ok(folder)
}

/// Copies a site.
///
/// # Errors
/// When it cannot be copied.
pub fn copy(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to.join("assets"))?;
    for file in files_of(from)? {
        fs::copy(from.join(&file), to.join(&file))?;
    }
    Ok(())
}

/// Adds text to the end of the site's file `assets/{stem}-….{extension}`, as another build would. Gives its new path.
///
/// # Errors
/// When there is no such file, or it cannot be changed.
pub fn add_to_asset(folder: &Path, stem: &str, extension: &str, text: &str) -> Result<String> {
    let worker = fs::read_to_string(folder.join("sw.js"))?;
    let mut names = worker.split('"').filter(|name| {
        name.starts_with(&format!("assets/{stem}-")) && name.ends_with(&format!(".{extension}"))
    });
    let old = names.next().with_context(|| format!("no {stem}.{extension}"))?;
    let new = format!("assets/{stem}-changed.{extension}");
    let before = fs::read(folder.join(old))?;
    let after = [&before[..], text.as_bytes()].concat();
    fs::remove_file(folder.join(old))?;
    fs::write(folder.join(&new), &after)?;
    replace(folder, &[(old, &new), (&integrity(&before), &integrity(&after))])?;
    Ok(new)
}

/// Replaces text wherever it stands in the page and its service worker.
///
/// # Errors
/// When one of the two is not there.
pub fn replace(folder: &Path, pairs: &[(&str, &str)]) -> Result<()> {
    let read = |name| fs::read_to_string(folder.join(name));
    let (mut index, mut worker) = (read("index.html")?, read("sw.js")?);
    let before = integrity(index.as_bytes());
    for (old, new) in pairs {
        index = index.replace(old, new);
        worker = worker.replace(old, new);
    }
    worker = worker.replace(&before, &integrity(index.as_bytes()));
    fs::write(folder.join("index.html"), index)?;
    fs::write(folder.join("sw.js"), worker)?;
    Ok(())
}

fn integrity(content: &[u8]) -> String {
    format!("sha384-{}", BASE64_STANDARD.encode(Sha384::digest(content)))
}
