//! What tables and documents say of nodes and versions, added to what the logs say.

use std::sync::Arc;

use crate::ingest::{Standing, Table};
use crate::model::{Cluster, Location, NodeId, Tenancy, Tenant, Time};
use crate::parse::cluster::{ClusterFact, ClusterRecord};

use super::named::Named;
use super::versions::{AtLeast, Origin, RanVersion, oldest_binary, told};
use super::{Facts, Reading, SettingChange, Settings, upgrades};

/// So much later than anything else names no time is taken for that of a collection, which takes hours at most.
const AHEAD: i64 = 24 * 60 * 60 * Time::SECOND;

/// The records of one table or document, and whose they are.
pub(super) struct Records {
    pub(super) table: Table,
    pub(super) path: Arc<str>,
    pub(super) tenancy: Tenancy,
    pub(super) node: Option<NodeId>,
    pub(super) standing: Standing,
    pub(super) records: Vec<ClusterRecord>,
    pub(super) bundle: usize,
}

impl Records {
    pub(super) fn new(
        table: Table,
        records: Vec<ClusterRecord>,
        reading: &Reading,
        cluster: &Cluster,
        bundle: usize,
    ) -> Self {
        Self {
            table,
            path: Arc::clone(&reading.path),
            tenancy: Tenancy::new(cluster, &reading.tenant),
            node: reading.node,
            standing: reading.standing,
            records,
            bundle,
        }
    }

    fn place(&self, record: &ClusterRecord) -> Location {
        Location { path: Arc::clone(&self.path), line: record.line, offset: record.offset }
    }

    /// The latest instant that they name.
    pub(super) fn latest(&self) -> Option<Time> {
        let times = self.records.iter().map(|record| match &record.fact {
            ClusterFact::Build { started, updated, .. } => (*updated).max(*started),
            _ => None,
        });
        times.flatten().max()
    }

    /// Whether they list all nodes of a whole cluster: nothing says that the list is cut, and it names one at least.
    pub(super) fn lists_nodes(&self) -> bool {
        let listed = |record: &ClusterRecord| {
            record.node.is_some()
                && matches!(record.fact, ClusterFact::Node | ClusterFact::Build { .. })
        };
        matches!(self.table, Table::NodesJson | Table::KvNodeStatus)
            && self.standing == Standing::Whole
            && self.tenancy.tenant == Tenant::system()
            && self.node.is_none()
            && self.records.iter().any(listed)
    }

    /// The tenancy of the nodes that they name. Liveness, gossip and events about nodes are of the nodes themselves,
    /// whichever virtual cluster was asked for them.
    fn owner(&self) -> Tenancy {
        match self.table {
            Table::NodeLiveness
            | Table::GossipLiveness
            | Table::GossipNodes
            | Table::LivenessJson
            | Table::EventLog
            | Table::EventsJson => Tenancy::new(&self.tenancy.cluster, &Tenant::system()),
            _ => self.tenancy.clone(),
        }
    }

    /// Adds nodes, builds and virtual clusters. `collected` is when their bundle was, and `others` the latest instant that
    /// anything else in it names: a clock that is far ahead of all others stretches nothing.
    pub(super) fn add_to(
        &self,
        facts: &mut Facts,
        named: &mut Named,
        collected: Option<Time>,
        others: Option<Time>,
    ) {
        let owner = self.owner();
        let cluster = &self.tenancy.cluster;
        if self.table == Table::Migrations {
            let known = facts.upgrades.entry(self.tenancy.clone()).or_default();
            known.whole |= self.standing == Standing::Whole && !self.records.is_empty();
        }
        for record in &self.records {
            let source = self.place(record);
            // What a document of the whole cluster says of a node, it says of that node.
            let node = record.node.or(self.node);
            match (&record.fact, node) {
                (ClusterFact::VirtualCluster { id, name }, _) => {
                    named.tenants.entry(cluster.clone()).or_default().list(*id, name.as_deref());
                }
                (&ClusterFact::Events { from, to }, _) => {
                    named.existed(cluster, Some(from));
                    if self.standing == Standing::Whole {
                        named.events.push((cluster.clone(), from, to));
                    }
                }
                // Whether the virtual cluster has processes of its own is known once everything is read.
                (ClusterFact::Ran(time), Some(node)) => {
                    named.node(&self.tenancy, node, Some(*time));
                }
                (
                    fact @ (ClusterFact::Node
                    | ClusterFact::Lived(_)
                    | ClusterFact::Joined(_)
                    | ClusterFact::Restarted(_)
                    | ClusterFact::Liveness { .. }),
                    Some(node),
                ) => {
                    facts.nodes.entry((owner.clone(), node)).or_default().life.learn(fact);
                    if let ClusterFact::Lived(time) | ClusterFact::Joined(time) = fact {
                        named.existed(cluster, Some(*time));
                    }
                }
                (fact @ ClusterFact::Build { version, started, updated }, Some(node)) => {
                    let last = (*updated).or(collected);
                    let limit = others.map(|others| others.plus(AHEAD));
                    let ahead = last.zip(limit).is_some_and(|(last, limit)| last > limit);
                    let until = if ahead { others } else { last }.max(*started);
                    named.existed(cluster, *started);
                    let known = facts.nodes.entry((owner.clone(), node)).or_default();
                    known.life.learn(fact);
                    if let (Some(started), Some(until)) = (*started, until) {
                        known.lived(started, until);
                    }
                    known.versions.push(RanVersion {
                        version: told(version.trim()),
                        text: version.trim().to_owned(),
                        // Without its start, it is known of that one instant only.
                        from: (*started).or(until),
                        until,
                        source,
                        origin: Origin::of(self.table),
                        conflict: false,
                    });
                }
                (&ClusterFact::Migrated { series, step, at }, _) => {
                    named.existed(cluster, Some(at));
                    // A virtual cluster has a version of its own.
                    if self.tenancy.tenant == Tenant::system() {
                        named.active(cluster, upgrades::least(series, step), at);
                    }
                    let known = facts.upgrades.entry(self.tenancy.clone()).or_default();
                    known.add(series, step, at, source);
                }
                (
                    ClusterFact::ActiveVersion(_)
                    | ClusterFact::ClusterId(_)
                    | ClusterFact::SettingChanged { .. },
                    _,
                )
                | (_, None) => {}
            }
        }
    }

    /// Adds changes of settings that they list. A list that is whole lacks none from its first event until it was
    /// `collected`.
    pub(super) fn add_changes(&self, settings: &mut Settings, collected: Option<Time>) {
        let mut reach = None;
        let mut changes = Vec::new();
        for record in &self.records {
            match &record.fact {
                ClusterFact::Events { from, to } if self.standing == Standing::Whole => {
                    reach = Some((*from, collected.max(Some(*to)).unwrap_or(*to)));
                }
                ClusterFact::SettingChanged { name, value, set, time } => {
                    changes.push(SettingChange {
                        name: name.clone(),
                        value: value.clone(),
                        set: *set,
                        time: *time,
                        source: self.place(record),
                    });
                }
                _ => {}
            }
        }
        settings.add_events(&self.tenancy, &changes, reach);
    }

    /// Adds what the active version of the cluster says of the binaries, once all nodes are known. A virtual cluster
    /// has a version of its own, which bounds the processes that serve it.
    pub(super) fn add_active(&self, facts: &mut Facts, collected: Option<Time>) {
        for record in &self.records {
            let ClusterFact::ActiveVersion(active) = &record.fact else { continue };
            let Some(version) = oldest_binary(active) else { continue };
            let source = self.place(record);
            let least = AtLeast { version, since: collected, source };
            let nodes = facts.nodes.iter_mut().filter(|((of, _), _)| *of == self.tenancy);
            for (_, node) in nodes {
                // The version only goes up, so the collection that came last says most.
                if node.at_least.as_ref().is_none_or(|known| known.since <= least.since) {
                    node.at_least = Some(least.clone());
                }
            }
        }
    }
}
