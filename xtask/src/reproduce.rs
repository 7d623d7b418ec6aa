//! `cargo xtask reproduce`: whether the same commit gives the same bytes, wherever it is built.
//!
//! Two folders of different depth, each with all that is compiled of its own, one of them a fresh clone; then `dist/` of
//! the one is held against that of the other, byte for byte. The other is this repository, where the tests need the same
//! build; or a second clone, where there are changes that no commit has.

use std::{
    collections::BTreeMap,
    env, fs,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result, bail};

use crate::{build, shell};

/// Where the clones are, below `target/reproduce`; the second is made only if this repository is not as the commit.
const CLONES: [&str; 2] = ["one/in a/folder/further/down", "two"];

/// The files of a folder by their paths in it.
type Files = BTreeMap<String, Vec<u8>>;

/// Builds twice and compares.
pub(crate) fn run() -> Result<()> {
    let git = |arguments: &[&str]| shell::output(shell::command("git").args(arguments));
    let commit = git(&["rev-parse", "HEAD"]).trim().to_owned();
    let folder = shell::target().join("reproduce");
    clear(&folder)?;
    let [one, two] = CLONES.map(|clone| folder.join(clone));
    let one = in_clone(&commit, &one)?;
    let two = if git(&["status", "--porcelain"]).is_empty() {
        here(&commit)?
    } else {
        println!("reproduce: what is not committed is not in it");
        in_clone(&commit, &two)?
    };
    let found = differences(&one, &two);
    if !found.is_empty() || one.is_empty() {
        bail!("{commit} is not reproducible, see {}:\n  {}", folder.display(), found.join("\n  "));
    }
    println!("\nreproducible: {} files of dist/ are the same, byte for byte", one.len());
    clear(&folder)
}

/// Clones the commit and builds it there, with nothing that is compiled already but this program.
fn in_clone(commit: &str, clone: &Path) -> Result<Files> {
    println!("\n== {commit} in {}", clone.display());
    let mut git = shell::command("git");
    shell::run(git.args(["clone", "--quiet", "--local", "--no-checkout", "."]).arg(clone))?;
    let mut git = shell::command("git");
    git.arg("-C").arg(clone).args(["checkout", "--quiet", "--detach", commit]);
    shell::run(&mut git)?;
    let itself = env::current_exe().context("cannot find this program itself")?;
    let mut build = shell::command(itself);
    build.arg("build").current_dir(clone).env(shell::ROOT, clone).env_remove("CARGO_TARGET_DIR");
    shell::run(&mut build)?;
    clear(&clone.join("target"))?;
    files(&clone.join("dist"))
}

/// Builds it in this repository, which is as the commit.
fn here(commit: &str) -> Result<Files> {
    println!("\n== {commit} in {}", shell::root().display());
    let dist = shell::root().join("dist");
    clear(&dist)?;
    build::run()?;
    files(&dist)
}

fn clear(folder: &Path) -> Result<()> {
    if folder.exists() {
        fs::remove_dir_all(folder).with_context(|| format!("cannot clear {}", folder.display()))?;
    }
    Ok(())
}

/// All files below `folder`.
fn files(folder: &Path) -> Result<Files> {
    let mut files = Files::new();
    let mut folders = vec![PathBuf::new()];
    while let Some(inner) = folders.pop() {
        let path = folder.join(&inner);
        for entry in fs::read_dir(&path).with_context(|| path.display().to_string())? {
            let entry = entry?;
            let name = inner.join(entry.file_name());
            if entry.file_type()?.is_dir() {
                folders.push(name);
            } else {
                files.insert(name.display().to_string(), fs::read(entry.path())?);
            }
        }
    }
    Ok(files)
}

/// What is not the same, a line for each file.
fn differences(one: &Files, two: &Files) -> Vec<String> {
    let mut found = Vec::new();
    for (name, content) in one {
        match two.get(name) {
            None => found.push(format!("{name}: only the first has it")),
            Some(other) if other != content => {
                let same = content.iter().zip(other).take_while(|(a, b)| a == b).count();
                let (first, second) = (content.len(), other.len());
                found.push(format!(
                    "{name}: {first} and {second} bytes, different from byte {same} on"
                ));
            }
            Some(_) => {}
        }
    }
    let only = two.keys().filter(|name| !one.contains_key(*name));
    found.extend(only.map(|name| format!("{name}: only the second has it")));
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(files: &[(&str, &str)]) -> Files {
        files.iter().map(|(name, text)| ((*name).to_owned(), text.as_bytes().to_vec())).collect()
    }

    #[test]
    fn each_difference_is_named() {
        let one = of(&[("a", "same"), ("b", "one"), ("c", "abc")]);
        let two = of(&[("a", "same"), ("c", "abde"), ("d", "")]);
        assert!(differences(&one, &one).is_empty());
        assert_eq!(
            differences(&one, &two),
            [
                "b: only the first has it",
                "c: 3 and 4 bytes, different from byte 2 on",
                "d: only the second has it"
            ]
        );
    }
}
