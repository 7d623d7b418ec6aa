//! Account of files that are not read, and what paths alone tell of the cluster.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::model::{NodeId, Tenant, Unread, UnreadReason};

use super::kinds::{Kind, is_table};
use super::place::{in_node_folder, place, tenant_of_ranges};
use super::{Artifact, Table};

/// What is known of files besides their text: kept while the input is planned, and while an archive is read whose
/// members are only known then.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    /// Files that nobody needs.
    pub skipped: u64,
    /// Files of which nothing is read, each with the reason.
    pub unread: Vec<Unread>,
    /// Files by which the bundle says that a table could not be dumped; what they mean depends on the other
    /// attempts.
    pub failures: Vec<Failure>,
    /// Nodes that paths name, whether or not anything of them is read. A debug zip has a folder for every node that
    /// it knows, also for those it could not reach.
    pub nodes: BTreeSet<(Tenant, NodeId)>,
    /// Virtual clusters that folders name: `cluster/<name>/`, `tenants/<name>/` and `tenant_ranges/<name>/`.
    pub tenants: BTreeSet<Tenant>,
    /// There is a folder of a node.
    pub has_node_folder: bool,
    /// There is a table of the whole cluster.
    pub has_cluster_table: bool,
    /// There may be nodes that no path names.
    pub nodes_missing: bool,
}

/// A file by which the bundle says that a table could not be dumped.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// The table.
    pub table: Table,
    /// Which attempt at it, 0 being the first.
    pub attempt: u32,
    /// The file's path.
    pub path: String,
}

impl Tally {
    /// How many files it accounts for.
    #[must_use]
    pub fn files(&self) -> u64 {
        self.skipped + self.unread.len() as u64 + self.failures.len() as u64
    }

    /// Whether the input has the tree of a debug zip, and nothing says that the tree or the list of nodes is
    /// incomplete: `nodes` are all nodes of the cluster.
    #[must_use]
    pub fn complete_tree(&self) -> bool {
        self.has_node_folder && self.has_cluster_table && !self.nodes_missing
    }

    /// Adds another account.
    pub fn absorb(&mut self, other: Self) {
        let Self {
            skipped,
            unread,
            failures,
            nodes,
            tenants,
            has_node_folder,
            has_cluster_table,
            nodes_missing,
        } = other;
        self.skipped += skipped;
        self.unread.extend(unread);
        self.failures.extend(failures);
        self.nodes.extend(nodes);
        self.tenants.extend(tenants);
        self.has_node_folder |= has_node_folder;
        self.has_cluster_table |= has_cluster_table;
        self.nodes_missing |= nodes_missing;
    }

    /// Takes note of a file. Gives back what it is if it is one to read.
    pub(super) fn file(&mut self, path: &str, kind: Kind) -> Option<Artifact> {
        self.see(path);
        match kind {
            Kind::Log => return Some(Artifact::Log),
            // Only the name says that it is packed.
            Kind::Unknown | Kind::Packed => return Some(Artifact::Unknown),
            Kind::Table(table, attempt) => return Some(Artifact::Table(table, attempt)),
            Kind::TableFailed(table, attempt) => {
                self.failures.push(Failure { table, attempt, path: path.to_owned() });
            }
            Kind::LogsFailed => {
                self.failed(path, "these logs could not be collected, or not wholly");
            }
            Kind::NodeSkipped => self.failed(path, "this node was left out"),
            Kind::NodeListFailed => {
                self.nodes_missing = true;
                self.failed(path, "the nodes could not be listed, so whole nodes may be missing");
            }
            Kind::Skip => self.skipped += 1,
        }
        None
    }

    /// A file of which nothing is read.
    pub(super) fn unread(&mut self, path: &str, reason: UnreadReason, detail: String) {
        self.unread.push(Unread { path: path.to_owned(), reason, detail });
    }

    /// An archive that cannot be opened, or not be followed to its end: nobody knows what else it holds. It counts
    /// as a file of its own.
    pub(super) fn closed(&mut self, path: &str, reason: UnreadReason, detail: String) {
        self.see(path);
        self.nodes_missing = true;
        self.unread(path, reason, detail);
    }

    /// Takes note of what a path tells about the cluster.
    pub(super) fn see(&mut self, path: &str) {
        let (tenant, node) = place(path);
        if let Some(node) = node {
            self.nodes.insert((Tenant(tenant.to_owned()), node));
        }
        let named = if tenant == Tenant::SYSTEM { tenant_of_ranges(path) } else { Some(tenant) };
        if let Some(named) =
            named.filter(|named| !self.tenants.iter().any(|known| known.0 == *named))
        {
            self.tenants.insert(Tenant(named.to_owned()));
        }
        let of_node = in_node_folder(path);
        self.has_node_folder |= of_node;
        self.has_cluster_table |= !of_node && is_table(path);
    }

    fn failed(&mut self, path: &str, what: &str) {
        let detail = format!("The bundle itself says that {what}.");
        self.unread(path, UnreadReason::CollectionFailed, detail);
    }
}
