//! From a crate to wasm and its glue.

use std::{
    env, fs,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result};

use crate::shell;

/// How the glue is to be loaded.
#[derive(Clone, Copy)]
pub(crate) enum Glue {
    /// `import`.
    Module,
    /// A plain script that defines `wasm_bindgen`: for classic workers and for `file://`.
    Classic,
}

/// Wasm with the script that it needs.
pub(crate) struct Bound {
    /// The script.
    pub(crate) glue: String,
    /// The module.
    pub(crate) wasm: Vec<u8>,
}

impl Bound {
    pub(crate) fn kilobytes(&self) -> usize {
        self.wasm.len() / 1000
    }
}

/// Compiles a package for the browser.
///
/// Each package is a Cargo call of its own: in one call Cargo would give both the features of both.
pub(crate) fn compile(package: &str, profile: &str) -> Result<PathBuf> {
    let mut cargo = shell::cargo(["build", "--lib", "--target", "wasm32-unknown-unknown"]);
    cargo.args(["--package", package, "--profile", profile]);
    cargo.env("CARGO_ENCODED_RUSTFLAGS", flags().join("\u{1f}"));
    shell::run(&mut cargo)?;
    let file = format!("{}.wasm", package.replace('-', "_"));
    Ok(shell::target().join("wasm32-unknown-unknown").join(profile).join(file))
}

/// The instruction set of `.cargo/config.toml`, and no folder of this machine in the messages of panics:
/// the same sources give the same bytes everywhere.
fn flags() -> Vec<String> {
    let mut flags = vec!["-Ctarget-feature=+simd128".to_owned()];
    let mut remap =
        |from: &Path, to: &str| flags.push(format!("--remap-path-prefix={}={to}", from.display()));
    for registry in registries() {
        remap(&registry, "registry");
    }
    remap(&shell::root(), ".");
    flags
}

/// The folders with the sources of dependencies: one for each registry, named after its address.
fn registries() -> Vec<PathBuf> {
    let home = env::var_os("HOME").or_else(|| env::var_os("USERPROFILE"));
    let cargo_home = env::var_os("CARGO_HOME")
        .map(PathBuf::from)
        .or_else(|| Some(PathBuf::from(home?).join(".cargo")));
    let sources = cargo_home.and_then(|folder| fs::read_dir(folder.join("registry/src")).ok());
    let mut folders: Vec<_> =
        sources.into_iter().flatten().flatten().map(|entry| entry.path()).collect();
    folders.sort();
    folders
}

/// Runs wasm-bindgen over the module at `input`.
pub(crate) fn bind(input: &Path, name: &str, glue: Glue) -> Result<Bound> {
    let target = match glue {
        Glue::Module => "web",
        Glue::Classic => "no-modules",
    };
    let out = shell::target().join("xtask").join(format!("{name}-{target}"));
    let options =
        ["wasm-bindgen", "--no-typescript", "--remove-name-section", "--remove-producers-section"];
    let mut arguments: Vec<_> = options.iter().map(Into::into).collect();
    arguments.extend(
        ["--omit-default-module-path", "--target", target, "--out-name", name].map(Into::into),
    );
    arguments.extend([
        "--out-dir".into(),
        out.clone().into_os_string(),
        input.as_os_str().to_owned(),
    ]);
    wasm_bindgen_cli::wasm_bindgen::run_cli_with_args::<_, std::ffi::OsString>(arguments)?;
    let missing = || format!("wasm-bindgen wrote no {name} to {}", out.display());
    Ok(Bound {
        glue: fs::read_to_string(out.join(format!("{name}.js"))).with_context(missing)?,
        wasm: fs::read(out.join(format!("{name}_bg.wasm"))).with_context(missing)?,
    })
}
