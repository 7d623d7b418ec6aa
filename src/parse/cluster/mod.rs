//! Tables and documents about nodes, versions and settings to records
//! (`docs/cockroachdb/debug-zip.md#sources-of-the-version`).

mod document;
mod events;
mod life;
mod rows;

use serde::{Deserialize, Serialize};

use crate::ingest::Table;
use crate::model::{NodeId, Time, Unread, UnreadReason};
use crate::parse::redacted::told;
use crate::parse::settings::{Names, Value};
use crate::parse::table::{Dead, Problems, TableReader};
use document::Document;
pub use events::of_log;
use life::Life;
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
    /// The node of the cluster lived at this instant.
    Lived(Time),
    /// The process with this number ran at this instant: of the system tenant a node, of a virtual cluster the SQL
    /// instance, which is the node where both share their processes.
    Ran(Time),
    /// The first process of the node began then.
    Joined(Time),
    /// A later process of the node began then.
    Restarted(Time),
    /// The liveness record of the node.
    Liveness {
        /// How often a process of it began, or was taken for dead.
        epoch: Option<u64>,
        /// It lived until then at the latest, unless it renewed the record later.
        last: Option<Time>,
        /// It was decommissioned, for good.
        decommissioned: bool,
    },
    /// The events of the table or document reach from the one instant to the other.
    Events {
        /// The earliest event.
        from: Time,
        /// The latest event.
        to: Time,
    },
    /// A setting of the cluster was set or reset then.
    SettingChanged {
        /// The one name of the setting; none where the event was stripped of it.
        name: Option<String>,
        /// Its new value; of one that was reset, unreadable.
        value: Value,
        /// It was set, and not reset.
        set: bool,
        /// When.
        time: Time,
    },
    /// A step of an upgrade was done.
    Migrated {
        /// The series that was active wholly before the step.
        series: (u16, u16),
        /// The number of the step towards the next series; 0 of one that makes the series itself active.
        step: u32,
        /// When.
        at: Time,
    },
    /// A virtual cluster that can have served SQL; the system tenant is none.
    VirtualCluster {
        /// Its number.
        id: u64,
        /// Its name, where the table has one.
        name: Option<String>,
    },
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
    Life(Box<Life>),
}

impl ClusterTable {
    /// The table or document at `path`, which diagnostics name.
    #[must_use]
    pub fn new(table: Table, path: &str) -> Self {
        let format = match table {
            Table::LivenessJson | Table::EventsJson => Format::Life(Box::new(Life::new())),
            table if table.is_document() => Format::Document(Box::new(Document::new(table))),
            table => Format::Rows(TableReader::default(), Box::new(Rows::new(table))),
        };
        Self { path: path.to_owned(), format, dead: None }
    }

    /// The same, reading changes of these settings from events.
    #[must_use]
    pub fn asking(mut self, settings: &Names) -> Self {
        match &mut self.format {
            Format::Rows(_, rows) => rows.changes.asking(settings),
            Format::Life(life) => life.asking(settings),
            Format::Document(_) => {}
        }
        self
    }

    /// Reads the next piece.
    pub fn feed(&mut self, piece: &[u8]) {
        match &mut self.format {
            Format::Rows(reader, rows) => reader.feed(piece, rows.as_mut()),
            Format::Document(document) if self.dead.is_none() => {
                self.dead = document.feed(piece).map(cut_short);
            }
            Format::Life(life) if self.dead.is_none() => {
                self.dead = life.feed(piece).map(cut_short);
            }
            Format::Document(_) | Format::Life(_) => {}
        }
    }

    /// The table by its columns, once they are read; by the name of its file before, and for documents.
    #[must_use]
    pub fn table(&self, named: Table) -> Table {
        match &self.format {
            Format::Rows(_, rows) => rows.table,
            Format::Document(_) | Format::Life(_) => named,
        }
    }

    /// The records in their order, and what could not be read.
    #[must_use]
    pub fn finish(self) -> (Vec<ClusterRecord>, Vec<Unread>) {
        match self.format {
            Format::Rows(mut reader, mut rows) => {
                let dead = reader.finish(rows.as_mut());
                let (records, problems) = rows.finish();
                (records, problems.unread(&self.path, dead))
            }
            Format::Document(document) => {
                let (records, what) = document.finish();
                (records, unread(&self.path, self.dead, what))
            }
            Format::Life(life) => {
                let (records, what) = life.finish();
                (records, unread(&self.path, self.dead, what))
            }
        }
    }
}

fn cut_short(what: String) -> Dead {
    (UnreadReason::MalformedTable, format!("{what}; what follows was not read"))
}

/// What is wrong with a document: where its reading broke off, else what its end shows.
fn unread(path: &str, dead: Option<Dead>, what: Option<&str>) -> Vec<Unread> {
    let dead = dead.or(what.map(|what| (UnreadReason::MalformedTable, what.to_owned())));
    Problems::default().unread(path, dead)
}

/// Adds a record of [`ClusterFact::Ran`] to those so far, of which only the earliest and the latest of each node are
/// kept.
fn widen(records: &mut Vec<ClusterRecord>, new: ClusterRecord) {
    let ClusterFact::Ran(time) = new.fact else { return };
    let mut of_node =
        records.iter_mut().filter(|known| known.node == new.node).filter_map(|known| {
            match known.fact {
                ClusterFact::Ran(at) => Some((at, known)),
                _ => None,
            }
        });
    match (of_node.next(), of_node.next()) {
        (Some((first, known)), Some(_)) if time < first => *known = new,
        (Some(_), Some((last, known))) if time > last => *known = new,
        (Some(_), Some(_)) => {}
        (Some((first, known)), None) if time < first => {
            let last = std::mem::replace(known, new);
            records.push(last);
        }
        _ => records.push(new),
    }
}
