//! Which bundle a path belongs to: the tree of a debug zip, or the loose files of one input.

use std::collections::BTreeSet;

use crate::model::CollectSmall;

use crate::ingest::SEPARATOR;

/// The bundles of an input, told from the paths of all that was read.
pub(super) struct Bundles<'a> {
    /// What stands before `nodes/<id>/` or `cluster/<name>/`, with the separator at its end; empty where nothing does.
    trees: BTreeSet<&'a str>,
}

/// A bundle, by what all its paths begin with. What is left of a name ends in a separator, or is empty.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Bundle<'a> {
    /// The tree of a debug zip.
    Tree(&'a str),
    /// Files that lie in no tree: all of one archive, of one folder that was handed in, or handed in one by one.
    Loose(&'a str),
}

impl<'a> Bundles<'a> {
    pub(super) fn of(paths: impl Iterator<Item = &'a str>) -> Self {
        Self { trees: paths.filter_map(tree).collect_small() }
    }

    /// The bundle of a path. A file that lies beside or below a tree's own files is one of them.
    pub(super) fn bundle<'b>(&'b self, path: &'b str) -> Bundle<'b> {
        if let Some(root) = tree(path) {
            return Bundle::Tree(root);
        }
        let above = self.trees.iter().filter(|root| path.starts_with(**root));
        match above.max_by_key(|root| root.len()) {
            Some(root) => Bundle::Tree(root),
            None => Bundle::Loose(&path[..input(path)]),
        }
    }
}

impl Bundle<'_> {
    /// The name of its folder or archive, for a person.
    pub(super) fn name(&self) -> String {
        let (Self::Tree(root) | Self::Loose(root)) = self;
        let name = root.trim_end_matches(['/', '»', ' ']);
        if name.is_empty() { "files without a folder".to_owned() } else { name.to_owned() }
    }
}

/// What stands before the folders by which a debug zip is known (`docs/cockroachdb/debug-zip.md#path-prefixes`):
/// `nodes/<id>/` and `cluster/<virtual cluster>/`. None for a path that has none of them.
fn tree(path: &str) -> Option<&str> {
    let inner = path.rfind(SEPARATOR).map_or(0, |at| at + SEPARATOR.len());
    let mut at = inner;
    let mut parts = path[inner..].split('/').peekable();
    while let Some(part) = parts.next() {
        let mut after = parts.clone();
        let (name, below) = (after.next(), after.next());
        let found = match part {
            "nodes" => name.is_some_and(|name| {
                is_number(name.strip_suffix(".skipped").unwrap_or(name))
                    && (below.is_some() || name.ends_with(".skipped"))
            }),
            // A folder that somebody made around the bundle, `cluster/prod/debug/…`, names no virtual cluster.
            "cluster" | "tenants" => below.is_some_and(|below| below != "debug"),
            _ => false,
        };
        if found {
            return Some(&path[..at]);
        }
        at += part.len() + 1;
    }
    None
}

/// Length of what names the input that a loose file came with: its archive, or the folder that was handed in.
fn input(path: &str) -> usize {
    let archive = path.rfind(SEPARATOR).map(|at| at + SEPARATOR.len());
    archive.or_else(|| path.find('/').map(|at| at + 1)).unwrap_or(0)
}

fn is_number(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|b| b.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bundle<'a>(path: &'a str, others: &[&'a str]) -> Bundle<'a> {
        let bundles = Bundles::of(others.iter().copied().chain([path]));
        match bundles.bundle(path) {
            Bundle::Tree(root) => Bundle::Tree(&path[..root.len()]),
            Bundle::Loose(root) => Bundle::Loose(&path[..root.len()]),
        }
    }

    #[test]
    fn a_tree_begins_before_its_nodes_and_virtual_clusters() {
        for (path, root) in [
            ("debug/nodes/1/logs/cockroach.log", "debug/"),
            ("nodes/12/status.json", ""),
            ("mydump/debug/nodes/3.skipped", "mydump/debug/"),
            ("debug/cluster/demo/nodes/2/logs/cockroach.log", "debug/"),
            ("debug/cluster/demo/crdb_internal.jobs.txt", "debug/"),
            ("cluster/prod/debug/nodes/1/logs/x.log", "cluster/prod/debug/"),
            ("a.zip » nodes/4/logs/cockroach.log", "a.zip » "),
            ("up/a.zip » b.zip » debug/nodes/4/logs/x.log", "up/a.zip » b.zip » debug/"),
        ] {
            assert_eq!(bundle(path, &[]), Bundle::Tree(root), "{path}");
        }
    }

    #[test]
    fn what_lies_beside_the_nodes_of_a_tree_is_of_that_tree() {
        let tree = ["debug/nodes/1/logs/a.log", "b.zip » debug/nodes/1/logs/a.log"];
        assert_eq!(bundle("debug/crdb_internal.jobs.txt", &tree), Bundle::Tree("debug/"));
        assert_eq!(bundle("debug/extra/a.log", &tree), Bundle::Tree("debug/"));
        assert_eq!(bundle("b.zip » debug/nodes.json", &tree), Bundle::Tree("b.zip » debug/"));
        assert_eq!(bundle("debugger/nodes.json", &tree), Bundle::Loose("debugger/"));
    }

    #[test]
    fn loose_files_belong_to_what_they_were_handed_in_with() {
        for (path, root) in [
            ("cockroach.log", ""),
            ("logs/n1/cockroach.log", "logs/"),
            ("logs/n2/cockroach.log", "logs/"),
            ("a.zip » n1/cockroach.log", "a.zip » "),
            ("nodes/all/x.log", "nodes/"),
            ("cluster/readme.txt", "cluster/"),
        ] {
            assert_eq!(bundle(path, &[]), Bundle::Loose(root), "{path}");
        }
    }

    #[test]
    fn a_bundle_is_called_by_its_folder_or_archive() {
        assert_eq!(Bundle::Tree("a.zip » debug/").name(), "a.zip » debug");
        assert_eq!(Bundle::Tree("a.zip » ").name(), "a.zip");
        assert_eq!(Bundle::Loose("").name(), "files without a folder");
    }
}
