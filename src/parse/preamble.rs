//! The lines that CockroachDB writes at the start of every log file, and the banner that a node writes when it starts
//! (`docs/cockroachdb/log-formats.md#file-header`).
//!
//! Its `log format` line is not read: a debug zip keeps the line and prints the file in another format
//! (`docs/cockroachdb/log-formats.md#zip-logs-are-re-rendered`).

use super::client;
use crate::model::{Version, unmarked};

/// What a line of a preamble says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Preamble {
    /// `binary: CockroachDB CCL v24.3.9 (…)`: the version as written, and read if it is a number.
    Version(String, Option<Version>),
    /// `clusterID: …`
    ClusterId(String),
    /// `nodeID: n1`
    Node(u32),
    /// `arguments: [cockroach workload run …]`: a client command writes this file, and no node.
    Client,
    /// `status: initialized new node, joined pre-existing cluster`, or `restarted pre-existing node`.
    Start {
        /// The node began for the first time.
        first: bool,
    },
}

/// Reads the first line of a preamble's message; nothing for lines that say something else or whose value was removed.
#[must_use]
pub fn read(message: &str) -> Option<Preamble> {
    let message = unmarked(message);
    let (key, value) = message.lines().next()?.trim_ascii().split_once(": ")?;
    let value = value.trim_ascii();
    match key {
        "binary" => version(value),
        "clusterID" => cluster(value),
        "nodeID" => node(value),
        "arguments" => client::is_command_line(value).then_some(Preamble::Client),
        _ => None,
    }
}

/// Whether an entry from this source file may be the banner of a node's start.
#[must_use]
pub fn may_be_banner(file: &[u8]) -> bool {
    matches!(file, [b'c', b'l', b'i', b'/', ..])
}

/// What the message of an entry from `cli/` says, if it is a banner: one line that names the product and its build
/// (2016 and later), or the list below `node startup completed:`. Logs that a collector took from a node's standard
/// error have no other place for it.
#[must_use]
pub fn banner(message: &str) -> Vec<Preamble> {
    let message = unmarked(message);
    if message.starts_with("CockroachDB ") && !message.starts_with("CockroachDB node ") {
        return version(message.lines().next().unwrap_or_default()).into_iter().collect();
    }
    if !message.starts_with("node startup completed") {
        return Vec::new();
    }
    let said = message.lines().skip(1).filter_map(|line| {
        let (key, value) = line.trim_ascii().split_once(':')?;
        let value = value.trim_ascii();
        match key {
            "build" => build(value.split_ascii_whitespace().take_while(|word| *word != "@")),
            "clusterID" => cluster(value),
            "nodeID" => node(value),
            "status" => start(value),
            _ => None,
        }
    });
    said.collect()
}

fn cluster(value: &str) -> Option<Preamble> {
    (!value.is_empty() && value != "×").then(|| Preamble::ClusterId(value.to_owned()))
}

/// What a banner says of the start that it describes (`reportServerInfo` of `pkg/cli/start.go`).
fn start(value: &str) -> Option<Preamble> {
    if value.starts_with("initialized new") {
        Some(Preamble::Start { first: true })
    } else {
        value.starts_with("restarted").then_some(Preamble::Start { first: false })
    }
}

fn node(value: &str) -> Option<Preamble> {
    value.strip_prefix('n').unwrap_or(value).parse().ok().map(Preamble::Node)
}

/// The version after the name of the product.
fn version(value: &str) -> Option<Preamble> {
    build(value.strip_prefix("CockroachDB ")?.split_ascii_whitespace())
}

/// The version, since 2017 after that of the edition: `CCL` or `OSS`.
fn build<'a>(words: impl Iterator<Item = &'a str>) -> Option<Preamble> {
    let words: Vec<&str> = words.collect();
    let known = words.iter().take(2).find_map(|word| Some((*word, Version::parse(word)?)));
    if let Some((word, version)) = known {
        return Some(Preamble::Version(word.to_owned(), Some(version)));
    }
    let word =
        words.iter().find(|word| !matches!(**word, "CCL" | "OSS") && !word.starts_with('('))?;
    Some(Preamble::Version((*word).to_owned(), None))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_edition_names_its_version() {
        for (message, expected) in [
            (
                "binary: CockroachDB CCL v24.3.9 (x86_64-pc-linux-gnu, built 2025/03/01, go1.22)",
                "v24.3.9",
            ),
            ("  binary: CockroachDB OSS v19.2.7 (x)", "v19.2.7"),
            ("binary: CockroachDB v2.0.1 (x)", "v2.0.1"),
            (
                "binary: CockroachDB CCL v22.1.0-alpha.3-328-gd4e3d21328 (x)",
                "v22.1.0-alpha.3-328-gd4e3d21328",
            ),
        ] {
            let version = Version::parse(expected);
            assert!(version.is_some());
            assert_eq!(
                read(message),
                Some(Preamble::Version(expected.to_owned(), version)),
                "{message}"
            );
        }
        let beta = read("binary: CockroachDB beta-20160609-386-gf447eb0 (linux amd64, built x)");
        assert_eq!(beta, Some(Preamble::Version("beta-20160609-386-gf447eb0".to_owned(), None)));
        assert_eq!(read("binary: CockroachDB CCL (x)"), None);
    }

    #[test]
    fn a_node_that_starts_names_its_build() {
        let started = "node startup completed:\nCockroachDB node starting at 2021-06-01 12:00:00 (took 0.4s)\nbuild:               CCL v21.1.1 @ 2021/05/24 12:00:00 (go1.15.11)\nwebui:               ‹http://db:8080›\nstatus:              initialized new node, joined pre-existing cluster\nclusterID:           ‹0f7ac6de-1c29-4b43-9ac2-6b5bd10d4d2a›\nnodeID:              3";
        assert_eq!(
            banner(started),
            [
                Preamble::Version("v21.1.1".to_owned(), Version::parse("v21.1.1")),
                Preamble::Start { first: true },
                Preamble::ClusterId("0f7ac6de-1c29-4b43-9ac2-6b5bd10d4d2a".to_owned()),
                Preamble::Node(3),
            ]
        );
        let again = "node startup completed:\nstatus:  restarted pre-existing node\n";
        assert_eq!(banner(again), [Preamble::Start { first: false }]);
        let beta = "CockroachDB beta-20160609-386-gf447eb0 (linux amd64, built 2016/06/22 13:18:56, go1.6.2)";
        assert_eq!(
            banner(beta),
            [Preamble::Version("beta-20160609-386-gf447eb0".to_owned(), None)]
        );
        for other in
            ["CockroachDB node starting at 2021", "x build: CCL v21.1.1", "", "build: v1.0.0"]
        {
            assert_eq!(banner(other), [], "{other}");
        }
    }

    #[test]
    fn identity_with_and_without_markers() {
        let id = "0f7ac6de-1c29-4b43-9ac2-6b5bd10d4d2a";
        assert_eq!(read(&format!("clusterID: ‹{id}›")), Some(Preamble::ClusterId(id.to_owned())));
        assert_eq!(read("clusterID: ‹×›"), None);
        assert_eq!(read("nodeID: n12"), Some(Preamble::Node(12)));
        assert_eq!(read("nodeID: 12"), Some(Preamble::Node(12)));
        assert_eq!(read("log format (utf8=✓): crdb-v2"), None);
        assert_eq!(read("REDACTEDBYZIP"), None);
    }
}
