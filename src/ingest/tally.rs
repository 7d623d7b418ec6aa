//! Account of files that are not read, and what paths alone tell of the cluster.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::model::{NodeId, Tenant, Unread, UnreadReason};

use super::kinds::{Kind, is_table};
use super::place::{in_node_folder, place, tenant_of_ranges};
use super::{Artifact, Table};

/// A file that a debug zip holds for other purposes is searched for signs if it has at most so many packed bytes.
const SEARCHED_EACH: u64 = 1 << 20;

/// All such files of an account that are searched may have so many packed bytes.
const SEARCHED_BYTES: u64 = 16 << 20;

/// At most so many such files of an account are searched: each is a piece of work of its own.
const SEARCHED_FILES: u64 = 512;

/// Files that nobody needs and that were not searched for signs either.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unsearched {
    /// Profiles, traces, dumps of goroutines and ranges, and what operating systems leave behind.
    pub dumps: u64,
    /// Tables and documents for other purposes: those beyond the bounds, and those that are damaged.
    pub tables: u64,
    /// Pictures and pages whose bytes are no text.
    pub pictures: u64,
    /// Messages of why an attempt at a table failed, where another attempt succeeded.
    pub messages: u64,
}

impl Unsearched {
    /// How many files they are.
    #[must_use]
    pub fn files(&self) -> u64 {
        self.dumps + self.tables + self.pictures + self.messages
    }
}

/// What is known of files besides their text: kept while the input is planned, and while an archive is read whose
/// members are only known then.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    /// Files that nobody needs and that are not read.
    pub skipped: u64,
    /// Those of them that are not searched for signs.
    pub unsearched: Unsearched,
    /// Files for other purposes that are searched, and their packed bytes.
    pub searched: (u64, u64),
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
    /// The table; none for one of which nothing but a rule asks rows.
    pub table: Option<Table>,
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
            unsearched,
            searched,
            unread,
            failures,
            nodes,
            tenants,
            has_node_folder,
            has_cluster_table,
            nodes_missing,
        } = other;
        self.skipped += skipped;
        self.unsearched.dumps += unsearched.dumps;
        self.unsearched.tables += unsearched.tables;
        self.unsearched.pictures += unsearched.pictures;
        self.unsearched.messages += unsearched.messages;
        self.searched = (self.searched.0 + searched.0, self.searched.1 + searched.1);
        self.unread.extend(unread);
        self.failures.extend(failures);
        self.nodes.extend(nodes);
        self.tenants.extend(tenants);
        self.has_node_folder |= has_node_folder;
        self.has_cluster_table |= has_cluster_table;
        self.nodes_missing |= nodes_missing;
    }

    /// Takes note of a file of so many packed bytes; 0 if that is not known. Gives back what it is if it is one to read.
    pub(super) fn file(&mut self, path: &str, kind: Kind, packed: u64) -> Option<Artifact> {
        self.see(path);
        match kind {
            Kind::Log => return Some(Artifact::Log),
            // Only the name says that it is packed.
            Kind::Unknown | Kind::Packed => return Some(Artifact::Unknown),
            Kind::Table(table, attempt) => return Some(Artifact::Table(table, attempt)),
            Kind::Asked => return Some(Artifact::Asked),
            Kind::TableFailed(table, attempt) => {
                self.failures.push(Failure { table: Some(table), attempt, path: path.to_owned() });
            }
            Kind::AskedFailed(attempt) => {
                self.failures.push(Failure { table: None, attempt, path: path.to_owned() });
            }
            Kind::LogsFailed => {
                self.failed(path, "these logs could not be collected, or not wholly");
            }
            Kind::NodeSkipped => self.failed(path, "this node was left out"),
            Kind::NodeListFailed => {
                self.nodes_missing = true;
                self.failed(path, "the nodes could not be listed, so whole nodes may be missing");
            }
            Kind::Aside => {
                let (files, bytes) = (self.searched.0 + 1, self.searched.1 + packed);
                let fits = packed <= SEARCHED_EACH && bytes <= SEARCHED_BYTES;
                if fits && files <= SEARCHED_FILES {
                    self.searched = (files, bytes);
                    return Some(Artifact::Aside);
                }
                self.aside_unsearched();
            }
            Kind::Skip => {
                self.skipped += 1;
                self.unsearched.dumps += 1;
            }
        }
        None
    }

    /// A file for other purposes that is not searched, or not wholly.
    pub fn aside_unsearched(&mut self) {
        self.skipped += 1;
        self.unsearched.tables += 1;
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
