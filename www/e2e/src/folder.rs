//! Folders, by what each engine lets a driver do.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use serde_json::json;
use thirtyfour::By;

use crate::{engine::Engine, page::Page};

/// Adds an input for files that the page knows nothing of.
const ADD_INPUT: &str = "const input = document.createElement('input');
    input.type = 'file';
    input.multiple = true;
    input.id = 'carrier';
    document.body.append(input);";

/// Drops the files of that input as the folder that they were in: entries as the File and Directory Entries API has
/// them, of files that the browser itself opened.
const DROP: &str = "const paths = arguments[0];
    const input = document.getElementById('carrier');
    const root = { children: new Map() };
    [...input.files].forEach((file, at) => {
        let folder = root;
        const names = paths[at].split('/');
        for (const name of names.slice(0, -1)) {
            if (!folder.children.has(name)) folder.children.set(name, { children: new Map() });
            folder = folder.children.get(name);
        }
        folder.children.set(names.at(-1), { file });
    });
    const entry = (node, name, fullPath) => ({
        name, fullPath, isFile: !!node.file, isDirectory: !node.file,
        file: (resolve) => resolve(node.file),
        createReader: () => {
            const left = [...node.children].map(([name, child]) => entry(child, name, `${fullPath}/${name}`));
            return { readEntries: (resolve) => resolve(left.splice(0, 100)) };
        },
    });
    input.remove();
    const items = [...root.children].map(([name, node]) => ({
        kind: 'file', webkitGetAsEntry: () => entry(node, name, `/${name}`), getAsFile: () => null,
    }));
    const drop = new DragEvent('drop', { bubbles: true, cancelable: true });
    Object.defineProperty(drop, 'dataTransfer', { value: { items, files: [], types: ['Files'] } });
    document.querySelector('[data-testid=drop-zone]').dispatchEvent(drop);";

impl Page {
    /// Hands in a folder: chosen in its dialogue where a driver can do that, else dropped.
    ///
    /// # Errors
    /// When the folder cannot be read or the browser refuses.
    pub async fn hand_in_folder(&self, folder: &Path) -> Result<()> {
        if self.engine() == Engine::Chromium {
            return self.choose_folder(folder).await;
        }
        let folder = folder.canonicalize()?;
        let parent = folder.parent().context("a folder without a parent")?;
        let files = files(&folder)?;
        let below: Result<Vec<String>> =
            files.iter().map(|file| text(file.strip_prefix(parent)?)).collect();
        let paths: Result<Vec<String>> = files.iter().map(|file| text(file)).collect();
        self.evaluate(ADD_INPUT).await?;
        self.web().find(By::Id("carrier")).await?.send_keys(paths?.join("\n")).await?;
        self.web().execute(DROP, vec![json!(below?)]).await?;
        Ok(())
    }
}

/// All files below a folder.
fn files(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut waiting = vec![folder.to_owned()];
    while let Some(folder) = waiting.pop() {
        for entry in fs::read_dir(&folder)? {
            let path = entry?.path();
            if path.is_dir() { waiting.push(path) } else { found.push(path) }
        }
    }
    found.sort();
    Ok(found)
}

fn text(path: &Path) -> Result<String> {
    Ok(path.to_str().context("a path that is not text")?.to_owned())
}
