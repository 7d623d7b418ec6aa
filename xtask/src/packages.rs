//! Which packages are for the browser.

use std::fs;

use anyhow::{Context as _, Result};

use crate::shell;

/// Arguments that make cargo take the packages below `www/` that have tests for a browser: all that run in one.
pub(crate) fn for_browsers() -> Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(shell::root().join("www")).context("cannot read www/")? {
        let Ok(manifest) = fs::read_to_string(entry?.path().join("Cargo.toml")) else { continue };
        let name =
            manifest.lines().find_map(|line| line.strip_prefix("name = \"")?.strip_suffix('"'));
        if manifest.contains("wasm-bindgen-test") {
            names.push(name.context("a package of www/ without a name")?.to_owned());
        }
    }
    names.sort();
    Ok(names.into_iter().flat_map(|name| ["--package".to_owned(), name]).collect())
}
