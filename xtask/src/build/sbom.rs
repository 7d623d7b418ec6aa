//! The bill of materials: which crates are in what the browser gets, in CycloneDX's JSON.
//!
//! Cargo itself says what is linked: `cargo tree` for the two packages and their target, with the features that they
//! are built with. There is no time and no random number in it, so the same sources give the same document. The crate
//! `cyclonedx-bom` was looked at: it brings XML, clocks and UUIDs for a document of this size, and knows no Cargo.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
};

use anyhow::{Context as _, Result, bail, ensure};
use serde::Serialize;

use crate::shell;

/// What runs in the browser.
pub(crate) const PACKAGES: [&str; 2] = ["crdb-triage-page", "crdb-triage-worker"];

/// How the document calls the page as a whole.
const WHOLE: &str = "page";

/// The crates and who uses whom, by names like `serde@1.0.0`.
#[derive(Debug, Default, PartialEq, Eq)]
struct Linked {
    licences: BTreeMap<String, String>,
    uses: BTreeMap<String, BTreeSet<String>>,
}

/// The document; `build` is the hash that the page shows.
pub(crate) fn document(build: &str) -> Result<String> {
    let mut linked = Linked::default();
    for package in PACKAGES {
        let mut tree = shell::cargo(["tree", "--quiet", "--locked", "--package", package]);
        // Macros run when it is built; what is left of them is code of those who use them.
        tree.args(["--target", "wasm32-unknown-unknown", "--edges", "normal,no-proc-macro"]);
        linked.add(&shell::output(tree.args(["--prefix", "depth", "--format", "{p}|{l}"])))?;
    }
    let root = shell::root();
    let lock = fs::read_to_string(root.join("Cargo.lock")).context("cannot read Cargo.lock")?;
    let toolchain = fs::read_to_string(root.join("rust-toolchain.toml"));
    let toolchain = toolchain.context("cannot read rust-toolchain.toml")?;
    let rust = value(&toolchain, "channel").context("no channel in rust-toolchain.toml")?;
    let document = linked.document(&checksums(&lock), rust, build)?;
    Ok(serde_json::to_string_pretty(&document)? + "\n")
}

impl Linked {
    /// Takes in what `cargo tree` printed.
    fn add(&mut self, tree: &str) -> Result<()> {
        let mut path: Vec<String> = Vec::new();
        for line in tree.lines() {
            let digits = line.find(|c: char| !c.is_ascii_digit()).unwrap_or_default();
            let (depth, line) = line.split_at(digits);
            let depth: usize = depth.parse().with_context(|| format!("no depth: {line}"))?;
            let (package, licence) = line.split_once('|').context("no licence column")?;
            let mut words = package.split(' ');
            let (Some(name), Some(version)) = (words.next(), words.next()) else {
                bail!("no crate: {line}");
            };
            let id = format!("{name}@{}", version.trim_start_matches('v'));
            let licence = licence.trim_end_matches(" (*)").replace('/', " OR ");
            ensure!(!licence.is_empty(), "{id} names no licence");
            path.truncate(depth);
            if let Some(user) = path.last() {
                self.uses.entry(user.clone()).or_default().insert(id.clone());
            }
            self.uses.entry(id.clone()).or_default();
            self.licences.insert(id.clone(), licence);
            path.push(id);
        }
        ensure!(!path.is_empty(), "cargo tree says nothing");
        Ok(())
    }

    fn document(
        &self,
        checksums: &BTreeMap<String, String>,
        rust: &str,
        build: &str,
    ) -> Result<Document> {
        let licences = |expression: &str| vec![Licence { expression: expression.to_owned() }];
        let mut components = Vec::new();
        for (id, licence) in &self.licences {
            let (name, version) = id.split_once('@').context("an id without version")?;
            // What is in no registry is of this repository.
            let checksum = checksums.get(id);
            components.push(Component {
                kind: "library",
                reference: id.clone(),
                name: name.to_owned(),
                version: version.to_owned(),
                hashes: checksum.map(|sum| vec![Sum { alg: "SHA-256", content: sum.clone() }]),
                licenses: licences(licence),
                purl: checksum.map(|_| format!("pkg:cargo/{name}@{}", version.replace('+', "%2B"))),
            });
        }
        let std = format!("rust-std@{rust}");
        components.push(Component {
            kind: "library",
            reference: std.clone(),
            name: "rust-std".to_owned(),
            version: rust.to_owned(),
            hashes: None,
            licenses: licences("MIT OR Apache-2.0"),
            purl: Some(format!("pkg:generic/{std}")),
        });
        let mut uses = self.uses.clone();
        uses.entry(std.clone()).or_default();
        let own = |package: &&str| {
            let own = self.licences.keys().find(|id| id.split('@').next() == Some(package));
            own.cloned().with_context(|| format!("cargo tree does not know {package}"))
        };
        let mut of_whole = PACKAGES.iter().map(own).collect::<Result<BTreeSet<_>>>()?;
        of_whole.insert(std);
        uses.insert(WHOLE.to_owned(), of_whole);
        Ok(Document {
            bom_format: "CycloneDX",
            spec_version: "1.6",
            version: 1,
            metadata: Metadata {
                component: Component {
                    kind: "application",
                    reference: WHOLE.to_owned(),
                    name: "crdb-triage".to_owned(),
                    version: env!("CARGO_PKG_VERSION").to_owned(),
                    hashes: None,
                    licenses: licences("MIT OR Apache-2.0"),
                    purl: None,
                },
                properties: [Property { name: "crdb-triage:build", value: build.to_owned() }],
            },
            components,
            dependencies: uses
                .into_iter()
                .map(|(reference, depends_on)| Dependency { reference, depends_on })
                .collect(),
        })
    }
}

/// The checksums of `Cargo.lock`. Cargo writes it, one key a line.
fn checksums(lock: &str) -> BTreeMap<String, String> {
    let packages = lock.split("[[package]]").filter_map(|package| {
        let (name, version) = (value(package, "name")?, value(package, "version")?);
        Some((format!("{name}@{version}"), value(package, "checksum")?.to_owned()))
    });
    packages.collect()
}

/// The text of a key of a TOML table that stands on a line of its own.
fn value<'a>(table: &'a str, key: &str) -> Option<&'a str> {
    let mut lines = table.lines().filter_map(|line| line.strip_prefix(key)?.strip_prefix(" = \""));
    lines.next()?.split('"').next()
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Document {
    bom_format: &'static str,
    spec_version: &'static str,
    version: u32,
    metadata: Metadata,
    components: Vec<Component>,
    dependencies: Vec<Dependency>,
}

#[derive(Serialize)]
struct Metadata {
    component: Component,
    properties: [Property; 1],
}

#[derive(Serialize)]
struct Property {
    name: &'static str,
    value: String,
}

#[derive(Serialize)]
struct Component {
    #[serde(rename = "type")]
    kind: &'static str,
    #[serde(rename = "bom-ref")]
    reference: String,
    name: String,
    version: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    hashes: Option<Vec<Sum>>,
    licenses: Vec<Licence>,
    #[serde(skip_serializing_if = "Option::is_none")]
    purl: Option<String>,
}

#[derive(Serialize)]
struct Sum {
    alg: &'static str,
    content: String,
}

#[derive(Serialize)]
struct Licence {
    expression: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Dependency {
    #[serde(rename = "ref")]
    reference: String,
    depends_on: BTreeSet<String>,
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    const PAGE: &str = "0crdb-triage-page v0.1.0 (/src/www/page)|MIT OR Apache-2.0\n\
                        1serde v1.0.9|MIT/Apache-2.0\n2serde_core v1.0.9|MIT OR Apache-2.0\n\
                        1draws v2.0.0+x|Zlib\n2serde v1.0.9|MIT/Apache-2.0 (*)\n";
    const WORKER: &str = "0crdb-triage-worker v0.1.0 (/src/www/worker)|MIT OR Apache-2.0\n";
    const LOCK: &str = "version = 4\n\n[[package]]\nname = \"serde\"\nversion = \"1.0.9\"\n\
                        source = \"registry+https://github.com/rust-lang/crates.io-index\"\nchecksum = \"ab12\"\n\n\
                        [[package]]\nname = \"crdb-triage-page\"\nversion = \"0.1.0\"\n";

    fn linked() -> Linked {
        let mut linked = Linked::default();
        linked.add(PAGE).unwrap();
        linked.add(WORKER).unwrap();
        linked
    }

    #[test]
    fn who_uses_whom_is_read_from_the_tree() {
        let uses = linked().uses;
        let of = |id: &str| uses[id].iter().map(String::as_str).collect::<Vec<_>>();
        assert_eq!(of("crdb-triage-page@0.1.0"), ["draws@2.0.0+x", "serde@1.0.9"]);
        assert_eq!(of("serde@1.0.9"), ["serde_core@1.0.9"]);
        assert_eq!(of("draws@2.0.0+x"), ["serde@1.0.9"]);
        assert_eq!(uses.len(), 5);
    }

    #[test]
    fn a_crate_without_a_licence_and_a_tree_without_crates_are_errors() {
        assert!(Linked::default().add("0a v1.0.0|\n").is_err());
        assert!(Linked::default().add("").is_err());
    }

    #[test]
    fn a_component_has_what_is_known_of_it() {
        let document = linked().document(&checksums(LOCK), "1.2.3", "b0").unwrap();
        let document = serde_json::to_value(document).unwrap();
        let component = |id: &str| {
            let components = document["components"].as_array().unwrap();
            components.iter().find(|component| component["bom-ref"] == id).unwrap()
        };
        let serde = component("serde@1.0.9");
        assert_eq!(serde["purl"], "pkg:cargo/serde@1.0.9");
        assert_eq!(serde["hashes"][0]["content"], "ab12");
        assert_eq!(serde["licenses"][0]["expression"], "MIT OR Apache-2.0");
        let own = component("crdb-triage-page@0.1.0");
        assert!(own["purl"].is_null() && own["hashes"].is_null(), "it is in no registry");
        assert_eq!(component("rust-std@1.2.3")["version"], "1.2.3");
    }

    /// Of this very repository, as `cargo xtask build` writes it.
    #[test]
    fn the_document_is_whole_and_always_the_same() {
        let text = document("b0").unwrap();
        assert_eq!(text, document("b0").unwrap());
        let document: Value = serde_json::from_str(&text).unwrap();
        let components = document["components"].as_array().unwrap();
        let mut known: Vec<_> =
            components.iter().map(|component| component["bom-ref"].as_str().unwrap()).collect();
        known.push(WHOLE);
        let all = known.len();
        known.sort_unstable();
        known.dedup();
        assert_eq!(known.len(), all, "one component twice");
        for component in components {
            let own = component["name"].as_str().unwrap().starts_with("crdb-triage");
            assert_eq!(component["purl"].is_null(), own, "{component}");
            let std = component["name"] == "rust-std";
            assert_eq!(component["hashes"].is_null(), own || std, "{component}");
        }
        // Nothing is named that is not there, and nothing is there that nobody uses.
        let dependencies = document["dependencies"].as_array().unwrap();
        assert_eq!(dependencies.len(), all);
        let mut used = BTreeSet::from([WHOLE]);
        for dependency in dependencies {
            for id in dependency["dependsOn"].as_array().unwrap() {
                let id = id.as_str().unwrap();
                assert!(known.contains(&id), "{id}");
                used.insert(id);
            }
        }
        assert_eq!(used.len(), all);
        let has = |name: &str| components.iter().any(|component| component["name"] == name);
        assert!(has("leptos") && has("ruzstd") && has("wasm-bindgen"), "page, engine, boundary");
        assert!(!has("clap"), "the command is not in the page");
        assert!(!has("serde_derive") && !has("zip"), "neither are macros and build scripts");
    }
}
