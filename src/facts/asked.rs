//! Rows of tables that rules ask for, of all files.

use std::sync::Arc;

use crate::ingest::Standing;
use crate::model::{NodeId, SortSmall, Tenancy, Time};
use crate::parse::asked::AskedTable;

/// What one file gave.
#[derive(Clone, Debug)]
pub struct AskedRead {
    /// Number of the bundle that holds it.
    pub bundle: usize,
    /// Its virtual cluster.
    pub tenancy: Tenancy,
    /// The node in whose folder it lies.
    pub node: Option<NodeId>,
    /// Its path.
    pub path: Arc<str>,
    /// Whether it is all of its table.
    pub standing: Standing,
    /// When its bundle was collected, as far as anything tells.
    pub collected: Option<Time>,
    /// The earliest event that it has, if it is a table of events.
    pub since: Option<Time>,
    /// The rows.
    pub table: AskedTable,
}

/// What all files gave.
#[derive(Clone, Debug, Default)]
pub struct AskedRows {
    /// Those of the last collection come last.
    reads: Vec<AskedRead>,
}

impl AskedRows {
    pub(super) fn new(
        mut reads: Vec<AskedRead>,
        collected: impl Fn(usize) -> Option<Time>,
    ) -> Self {
        for read in &mut reads {
            read.collected = collected(read.bundle);
        }
        reads.sort_small_by_key(|read| (read.collected.is_none(), read.collected, read.bundle));
        Self { reads }
    }

    /// All files of a table of one virtual cluster, but attempts in whose place another counts.
    pub fn all<'a>(
        &'a self,
        tenancy: &'a Tenancy,
        table: &'a str,
    ) -> impl DoubleEndedIterator<Item = &'a AskedRead> + Clone {
        let counts = |read: &&AskedRead| read.standing != Standing::Superseded;
        let of = move |read: &&AskedRead| read.tenancy == *tenancy && read.table.table == table;
        self.reads.iter().filter(counts).filter(of)
    }

    /// The files of the last collection of a table of one virtual cluster: one, or one a node.
    pub fn latest<'a>(
        &'a self,
        tenancy: &'a Tenancy,
        table: &'a str,
    ) -> impl DoubleEndedIterator<Item = &'a AskedRead> + Clone {
        let last = self.all(tenancy, table).next_back().map(|read| read.bundle);
        self.all(tenancy, table).filter(move |read| Some(read.bundle) == last)
    }
}
