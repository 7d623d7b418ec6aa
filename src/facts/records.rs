//! What tables and documents say of nodes and versions, added to what the logs say.

use std::sync::Arc;

use crate::ingest::Table;
use crate::model::{Cluster, Location, NodeId, Tenancy, Tenant, Time};
use crate::parse::cluster::{ClusterFact, ClusterRecord};

use super::versions::{AtLeast, Origin, RanVersion, oldest_binary, told};
use super::{Facts, Reading};

/// So much later than anything else names no time is taken for that of a collection, which takes hours at most.
const AHEAD: i64 = 24 * 60 * 60 * Time::SECOND;

/// The records of one table or document, and whose they are.
pub(super) struct Records {
    pub(super) table: Table,
    pub(super) path: Arc<str>,
    pub(super) tenancy: Tenancy,
    pub(super) node: Option<NodeId>,
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

    /// Whether they list the nodes of a whole cluster.
    pub(super) fn lists_nodes(&self) -> bool {
        matches!(self.table, Table::NodesJson | Table::KvNodeStatus)
            && self.tenancy.tenant == Tenant::system()
            && self.records.iter().any(|record| record.node.is_some())
    }

    /// Adds nodes and builds. `collected` is when their bundle was, and `others` the latest instant that anything else in
    /// it names: a clock that is far ahead of all others stretches nothing.
    pub(super) fn add_to(&self, facts: &mut Facts, collected: Option<Time>, others: Option<Time>) {
        for record in &self.records {
            let source = self.place(record);
            // What a document of the whole cluster says of a node, it says of that node.
            let node = record.node.or(self.node);
            match (&record.fact, node) {
                (ClusterFact::Node, Some(node)) => {
                    facts.nodes.entry((self.tenancy.clone(), node)).or_default();
                }
                (ClusterFact::Build { version, started, updated }, Some(node)) => {
                    let named = (*updated).or(collected);
                    let limit = others.map(|others| others.plus(AHEAD));
                    let ahead = named.zip(limit).is_some_and(|(named, limit)| named > limit);
                    let until = if ahead { others } else { named }.max(*started);
                    let node = facts.nodes.entry((self.tenancy.clone(), node)).or_default();
                    if let (Some(started), Some(until)) = (*started, until) {
                        node.lived(started, until);
                    }
                    node.versions.push(RanVersion {
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
                (ClusterFact::Node | ClusterFact::Build { .. }, None)
                | (ClusterFact::ActiveVersion(_) | ClusterFact::ClusterId(_), _) => {}
            }
        }
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
