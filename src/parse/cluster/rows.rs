//! SQL tables about the cluster and its nodes: `node_build_info`, `kv_node_status` and `cluster_settings`.

use std::collections::BTreeSet;

use super::{ClusterFact, ClusterRecord, told};
use crate::ingest::Table;
use crate::model::NodeId;
use crate::parse::table::{Problems, Row, Sink};
use crate::parse::time;

/// Bytes of a cell that are kept; the values that are asked for are short.
const CELL: usize = 1 << 10;

/// The table that has these columns, if it is one about the cluster.
#[must_use]
pub fn table_of(names: &[String]) -> Option<Table> {
    let has = |name: &str| names.iter().any(|n| n == name);
    if has("node_id") && has("field") && has("value") {
        Some(Table::NodeBuildInfo)
    } else if has("node_id") && has("server_version") && has("started_at") {
        Some(Table::KvNodeStatus)
    } else if has("variable") && has("value") && (has("type") || has("description")) {
        Some(Table::ClusterSettings)
    } else {
        None
    }
}

/// The table that the name of the file says, if these columns are enough to read it; redaction may take others.
fn least(table: Table, names: &[String]) -> Option<Table> {
    let needed: &[&str] = match table {
        Table::NodeBuildInfo => &["field", "value"],
        Table::KvNodeStatus => &["node_id"],
        Table::ClusterSettings => &["variable", "value"],
        _ => return None,
    };
    needed.iter().all(|name| names.iter().any(|n| n == name)).then_some(table)
}

/// The records so far.
#[derive(Debug)]
pub(super) struct Rows {
    table: Table,
    nodes: BTreeSet<NodeId>,
    pub(super) records: Vec<ClusterRecord>,
    pub(super) problems: Problems,
}

impl Rows {
    pub(super) fn new(table: Table) -> Self {
        let (nodes, records) = (BTreeSet::new(), Vec::new());
        Self { table, nodes, records, problems: Problems::default() }
    }

    fn add(&mut self, row: &Row, node: Option<NodeId>, fact: ClusterFact) {
        self.records.push(ClusterRecord { node, fact, line: row.line, offset: row.offset });
    }

    /// The node of a row, said to exist where it comes first.
    fn node(&mut self, row: &Row) -> Option<NodeId> {
        let text = row.text(&["node_id"])?;
        let Ok(node) = text.trim().parse().map(NodeId) else {
            self.problems.add(row.line, "its node_id is no number");
            return None;
        };
        if self.nodes.insert(node) {
            self.add(row, Some(node), ClusterFact::Node);
        }
        Some(node)
    }

    fn build(&mut self, row: &Row, node: Option<NodeId>, version: String) {
        let mut time = |name: &str| {
            let text = row.text(&[name])?;
            let time = time::cell(&text);
            if time.is_none() {
                self.problems.add(row.line, &format!("its {name} is no time"));
            }
            time
        };
        let (started, updated) = (time("started_at"), time("updated_at"));
        self.add(row, node, ClusterFact::Build { version, started, updated });
    }
}

impl Sink for Rows {
    fn names(&mut self, names: &[String]) -> Result<(), String> {
        let Some(table) = table_of(names).or_else(|| least(self.table, names)) else {
            return Err(
                "its first row names other columns than it should; none of its rows were read"
                    .to_owned(),
            );
        };
        self.table = table;
        Ok(())
    }

    fn keep(&self, _name: &str) -> usize {
        CELL
    }

    fn row(&mut self, row: Row) {
        let row = &row;
        let value = |name: &str| row.text(&[name]).as_deref().and_then(told).map(str::to_owned);
        if self.table == Table::ClusterSettings {
            if row.text(&["variable"]).is_some_and(|name| name.trim() == "version")
                && let Some(version) = value("value")
            {
                self.add(row, None, ClusterFact::ActiveVersion(version));
            }
            return;
        }
        let node = self.node(row);
        if self.table == Table::KvNodeStatus {
            if node.is_some()
                && let Some(version) = value("tag").or_else(|| value("server_version"))
            {
                self.build(row, node, version);
            }
            return;
        }
        let field = row.text(&["field"]).unwrap_or_default();
        match (field.trim(), value("value")) {
            ("Version", Some(version)) => self.build(row, node, version),
            ("ClusterID", Some(id)) => {
                self.add(row, None, ClusterFact::ClusterId(id.to_ascii_lowercase()));
            }
            _ => {}
        }
    }

    fn problem(&mut self, line: u64, what: &str) {
        self.problems.add(line, what);
    }
}
