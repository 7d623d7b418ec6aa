//! SQL tables about the cluster and its nodes: `node_build_info`, `kv_node_status`, liveness, gossip,
//! events and virtual clusters.

use std::collections::BTreeSet;

use super::events::{self, Changes, Event};
use super::{ClusterFact, ClusterRecord, life, told, widen};
use crate::ingest::Table;
use crate::model::{NodeId, Time};
use crate::parse::table::{Problems, Row, Sink};
use crate::parse::time;

/// Bytes of a cell that are kept; the values that are asked for are short, but for events, which hold their statement.
const CELL: usize = 4 << 10;

/// The table that has these columns, if it is one about the cluster.
#[must_use]
pub fn table_of(names: &[String]) -> Option<Table> {
    let has = |name: &str| names.iter().any(|n| n == name);
    if has("node_id") && has("field") && has("value") {
        Some(Table::NodeBuildInfo)
    } else if has("node_id") && has("epoch") && has("expiration") {
        Some(if has("decommissioning") { Table::GossipLiveness } else { Table::NodeLiveness })
    } else if has("node_id") && has("is_live") {
        // It has most columns of `kv_node_status`, and is no list of all nodes.
        Some(Table::GossipNodes)
    } else if has("id") && has("active") && has("info") {
        Some(Table::Tenants)
    } else if has("timestamp") && has("eventtype") && has("reportingid") {
        Some(Table::EventLog)
    } else if has("major") && has("minor") && has("completed_at") {
        Some(Table::Migrations)
    } else if has("node_id") && has("server_version") && has("started_at") {
        Some(Table::KvNodeStatus)
    } else {
        None
    }
}

/// The table that the name of the file says, if these columns are enough to read it; redaction may take others.
fn least(table: Table, names: &[String]) -> Option<Table> {
    let needed: &[&str] = match table {
        Table::NodeBuildInfo => &["field", "value"],
        Table::KvNodeStatus => &["node_id"],
        Table::NodeLiveness | Table::GossipLiveness | Table::GossipNodes => &["node_id"],
        Table::Tenants => &["id"],
        Table::EventLog => &["timestamp", "eventtype"],
        Table::Migrations => &["major", "minor", "completed_at"],
        _ => return None,
    };
    needed.iter().all(|name| names.iter().any(|n| n == name)).then_some(table)
}

/// The records so far.
#[derive(Debug)]
pub(super) struct Rows {
    pub(super) table: Table,
    nodes: BTreeSet<NodeId>,
    /// Earliest and latest event, and the line of the last row.
    events: Option<(Time, Time)>,
    pub(super) records: Vec<ClusterRecord>,
    pub(super) problems: Problems,
    pub(super) changes: Changes,
}

impl Rows {
    pub(super) fn new(table: Table) -> Self {
        let (nodes, records) = (BTreeSet::new(), Vec::new());
        let (changes, problems) = (Changes::default(), Problems::default());
        Self { table, nodes, events: None, records, problems, changes }
    }

    /// The records and the problems, once there are no more rows.
    pub(super) fn finish(mut self) -> (Vec<ClusterRecord>, Problems) {
        if let Some((from, to)) = self.events {
            let fact = ClusterFact::Events { from, to };
            self.records.push(ClusterRecord { node: None, fact, line: 1, offset: 0 });
        }
        (self.records, self.problems)
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

    fn liveness(&mut self, row: &Row) {
        let Some(node) = self.node(row) else { return };
        let text = |name: &str| row.text(&[name]);
        let expiration = text("expiration").as_deref().and_then(expiration);
        let updated = text("updated_at").as_deref().and_then(time::cell);
        let fact = ClusterFact::Liveness {
            epoch: text("epoch").and_then(|epoch| epoch.trim().parse().ok()),
            last: expiration.max(updated),
            decommissioned: text("membership")
                .is_some_and(|word| life::is_decommissioned(word.trim())),
        };
        self.add(row, Some(node), fact);
    }

    fn virtual_cluster(&mut self, row: &Row) {
        let text = |name: &str| row.text(&[name]).as_deref().and_then(told).map(str::to_owned);
        let Some(id) = text("id").and_then(|id| id.parse().ok()) else {
            return self.problems.add(row.line, "its id is no number");
        };
        // The first is the system tenant.
        if id <= 1
            || !may_have_served(text("data_state").as_deref(), text("service_mode").as_deref())
        {
            return;
        }
        self.add(row, None, ClusterFact::VirtualCluster { id, name: text("name") });
    }

    fn event(&mut self, row: &Row) {
        let text = |name: &str| row.text(&[name]);
        let time = text("timestamp").as_deref().and_then(time::cell);
        let node = |name: &str| {
            let id = text(name)?.trim().parse().ok().filter(|id| *id > 0)?;
            Some(NodeId(id))
        };
        let (kind, info) = (text("eventtype").unwrap_or_default(), text("info"));
        let event =
            Event { kind: kind.trim(), time, target: node("targetid"), info: info.as_deref() };
        for (node, fact) in events::read(&event) {
            self.add(row, Some(node), fact);
        }
        let Some(time) = time else { return };
        if let Some(fact) = self.changes.read(event.kind, time, event.info) {
            self.add(row, None, fact);
        }
        let (first, last) = self.events.unwrap_or((time, time));
        self.events = Some((first.min(time), last.max(time)));
        if let Some(node) = node("reportingid") {
            let fact = ClusterFact::Ran(time);
            let (line, offset) = (row.line, row.offset);
            widen(&mut self.records, ClusterRecord { node: Some(node), fact, line, offset });
        }
    }

    /// A finished step of an upgrade. Those that every cluster takes at its first start are of no series.
    fn migration(&mut self, row: &Row) {
        let number = |name: &str| row.text(&[name])?.trim().parse::<u32>().ok();
        let at = row.text(&["completed_at"]).as_deref().and_then(time::cell);
        let (Some(major), Some(minor), Some(at)) = (number("major"), number("minor"), at) else {
            return self.problems.add(row.line, "it names no version and time");
        };
        // Development builds add a million to the major version.
        let series = u16::try_from(major).ok().zip(u16::try_from(minor).ok());
        let Some(series) = series.filter(|(major, _)| *major > 0) else { return };
        let step = number("internal").unwrap_or_default();
        self.add(row, None, ClusterFact::Migrated { series, step, at });
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
        match self.table {
            Table::NodeLiveness | Table::GossipLiveness => return self.liveness(row),
            Table::Tenants => return self.virtual_cluster(row),
            Table::EventLog => return self.event(row),
            Table::Migrations => return self.migration(row),
            _ => {}
        }
        let node = self.node(row);
        if self.table == Table::GossipNodes {
            let started = row.text(&["started_at"]).as_deref().and_then(time::cell);
            if let (Some(node), Some(started)) = (node, started) {
                self.add(row, Some(node), ClusterFact::Lived(started));
            }
            return;
        }
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

/// Whether a virtual cluster can have served SQL, by `data_state` and `service_mode` (as words or as numbers; before
/// 23.1, and in a redacted zip, there is neither). One that is being added and has no service never did: the standby of a
/// replication stream. One that is dropped has no data any more.
fn may_have_served(data_state: Option<&str>, service_mode: Option<&str>) -> bool {
    match (data_state, service_mode) {
        (Some("0" | "add"), Some("0" | "none")) => false,
        (state, _) => !matches!(state, Some("2" | "drop")),
    }
}

/// When a liveness record expires: `1745306000.123456789,0`, seconds and logical ticks, or a time.
fn expiration(text: &str) -> Option<Time> {
    let wall = text.trim().split(',').next().unwrap_or_default();
    time::epoch(wall.as_bytes()).or_else(|| time::cell(text))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse::cluster::ClusterTable;
    use crate::parse::settings::Value;

    fn read(table: Table, text: &str) -> (Table, Vec<(Option<u32>, ClusterFact)>) {
        let mut reader = ClusterTable::new(table, "x");
        reader.feed(text.as_bytes());
        let table = reader.table(table);
        let (records, unread) = reader.finish();
        assert_eq!(unread, []);
        let fact = |record: ClusterRecord| (record.node.map(|node| node.0), record.fact);
        (table, records.into_iter().map(fact).collect())
    }

    #[test]
    fn a_liveness_record_says_when_its_node_ended() {
        let text = "node_id\tepoch\texpiration\tdraining\tmembership\n2\t3\t1745306000.5,0\tt\tdecommissioned\n";
        let last = Some(Time(1_745_306_000_500_000));
        let gone = ClusterFact::Liveness { epoch: Some(3), last, decommissioned: true };
        let expected = vec![(Some(2), ClusterFact::Node), (Some(2), gone)];
        assert_eq!(read(Table::NodeLiveness, text), (Table::NodeLiveness, expected));
    }

    #[test]
    fn what_gossip_knows_is_no_list_of_all_nodes() {
        let text = "node_id\tserver_version\tbuild_tag\tstarted_at\tis_live\n4\t24.3\tv24.3.9\t2025-04-20 00:00:00\tf\n";
        let (table, records) = read(Table::KvNodeStatus, text);
        assert_eq!(table, Table::GossipNodes);
        let started = Time(1_745_107_200_000_000);
        assert_eq!(records, [(Some(4), ClusterFact::Node), (Some(4), ClusterFact::Lived(started))]);
    }

    #[test]
    fn virtual_clusters_that_never_served_or_are_gone_are_none() {
        let named = |text: &str| {
            let (_, records) = read(Table::Tenants, text);
            let name = |fact| match fact {
                ClusterFact::VirtualCluster { id, name } => (id, name),
                other => unreachable!("{other:?}"),
            };
            records.into_iter().map(|(_, fact)| name(fact)).collect::<Vec<_>>()
        };
        let some = |name: &str| Some(name.to_owned());
        assert_eq!(named("id\tactive\tinfo\n1\tt\tx\n5\tt\tx\n"), [(5, None)]);
        let text = "id\tactive\tinfo\tname\tdata_state\tservice_mode\n1\tt\tx\tsystem\t1\t2\n2\tt\tx\tapp\t1\t2\n3\tf\tx\tstandby\t0\t0\n4\tt\tx\tstopped\t1\t0\n5\tf\tx\tNULL\t2\t0\n";
        assert_eq!(named(text), [(2, some("app")), (4, some("stopped"))]);
    }

    #[test]
    fn events_say_who_ran_when_and_how_far_back_they_reach() {
        let text = "timestamp\teventType\ttargetID\treportingID\tinfo\tuniqueID\n\
2025-04-20 00:00:00\tset_cluster_setting\t0\t1\t{}\tx\n\
2025-04-20 00:00:01\tnode_join\t3\t3\t{}\tx\n\
2025-04-20 00:00:02\tset_cluster_setting\t0\t1\t{}\tx\n\
2025-04-20 00:00:03\tset_cluster_setting\t0\t1\t{}\tx\n";
        let at = |second: i64| Time(1_745_107_200_000_000 + second * Time::SECOND);
        let (_, records) = read(Table::EventLog, text);
        let (name, value, set, time) = (None, Value::Unreadable, true, at(0));
        assert_eq!(
            records,
            [
                // Which setting it was, the events do not tell; one of them is enough to know that.
                (None, ClusterFact::SettingChanged { name, value, set, time }),
                (Some(1), ClusterFact::Ran(at(0))),
                (Some(3), ClusterFact::Joined(at(1))),
                (Some(3), ClusterFact::Ran(at(1))),
                (Some(1), ClusterFact::Ran(at(3))),
                (None, ClusterFact::Events { from: at(0), to: at(3) }),
            ]
        );
    }
}
