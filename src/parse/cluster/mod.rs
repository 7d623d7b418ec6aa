//! Tables and documents about nodes, versions and settings to records (debug-zip section 7).

mod document;
mod rows;

use serde::{Deserialize, Serialize};

use crate::ingest::Table;
use crate::model::{NodeId, Time, Unread, UnreadReason};
use crate::parse::redacted::told;
use crate::parse::table::{Dead, Problems, TableReader};
use document::Document;
use rows::Rows;
pub use rows::table_of;

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
    /// The binary that the node runs, as written (`v24.3.9`, `v24.2.0-alpha.2-dev-…`; only `24.3` where nothing else
    /// is told).
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

/// Reads such a table or document piece by piece. Memory holds one row, or one value, and the result.
#[derive(Debug)]
pub struct ClusterTable {
    path: String,
    format: Format,
    dead: Option<Dead>,
}

#[derive(Debug)]
enum Format {
    Rows(TableReader, Box<Rows>),
    Document(Box<Document>),
}

impl ClusterTable {
    /// The table or document at `path`, which diagnostics name.
    #[must_use]
    pub fn new(table: Table, path: &str) -> Self {
        let format = if table.is_document() {
            Format::Document(Box::new(Document::new()))
        } else {
            Format::Rows(TableReader::default(), Box::new(Rows::new(table)))
        };
        Self { path: path.to_owned(), format, dead: None }
    }

    /// Reads the next piece.
    pub fn feed(&mut self, piece: &[u8]) {
        match &mut self.format {
            Format::Rows(reader, rows) => reader.feed(piece, rows.as_mut()),
            Format::Document(document) => {
                if self.dead.is_none() {
                    self.dead = document.feed(piece).map(|what| {
                        (UnreadReason::MalformedTable, format!("{what}; what follows was not read"))
                    });
                }
            }
        }
    }

    /// The records in their order, and what could not be read.
    #[must_use]
    pub fn finish(self) -> (Vec<ClusterRecord>, Vec<Unread>) {
        match self.format {
            Format::Rows(mut reader, mut rows) => {
                let dead = reader.finish(rows.as_mut());
                let unread = rows.problems.unread(&self.path, dead);
                (rows.records, unread)
            }
            Format::Document(document) => {
                let (records, what) = document.finish();
                let said = what.map(|what| (UnreadReason::MalformedTable, what.to_owned()));
                let dead = self.dead.or(said);
                (records, Problems::default().unread(&self.path, dead))
            }
        }
    }
}
