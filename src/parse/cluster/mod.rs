//! Tables and documents about nodes, versions and settings to records (debug-zip section 7).

use serde::{Deserialize, Serialize};

use crate::ingest::Table;
use crate::model::{NodeId, Time, Unread};

/// One thing that a table or document says of the cluster or of one of its nodes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClusterRecord {
    /// The node that it is about; none if it is about the cluster, or about the node in whose folder it lies.
    pub node: Option<NodeId>,
    /// What it says.
    pub fact: ClusterFact,
    /// Line, from 1, where it stands.
    pub line: u64,
    /// Byte at which that line begins, from 0.
    pub offset: u64,
}

/// What a record says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ClusterFact {
    /// The cluster has this node, whatever else is known of it.
    Node,
    /// The binary that the node runs, as written (`v24.3.9`, `v24.2.0-alpha.2-dev-…`).
    Build {
        /// The version as written.
        version: String,
        /// Since when the process has been running, if the document says it.
        started: Option<Time>,
        /// When this was so, if the document says it.
        updated: Option<Time>,
    },
    /// The active cluster version, as written (`24.3`, `24.3-upgrading-to-25.1-step-006`): no binary is older than it.
    ActiveVersion(String),
    /// Id of the cluster, a UUID in lower case.
    ClusterId(String),
}

/// Reads such a table or document piece by piece.
#[derive(Debug)]
pub struct ClusterTable;

impl ClusterTable {
    /// The table or document at `path`, which diagnostics name.
    #[must_use]
    pub fn new(_table: Table, _path: &str) -> Self {
        Self
    }

    /// Reads the next piece.
    pub fn feed(&mut self, _piece: &[u8]) {}

    /// The records in their order, and what could not be read.
    #[must_use]
    pub fn finish(self) -> (Vec<ClusterRecord>, Vec<Unread>) {
        (Vec::new(), Vec::new())
    }
}
