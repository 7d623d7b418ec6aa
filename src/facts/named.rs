//! Who is named by anything that was read: nodes by jobs and events, virtual clusters by tables, tags and folders.
//!
//! Nodes and virtual clusters are the union of every source. That a source is missing never removes one.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::{Cluster, CollectSmall, NodeId, SortSmall, Tenancy, Tenant, Time};
use crate::parse::cluster::ClusterFact;
use crate::scan::TenantSeen;

use super::{Facts, life};

/// What is named, until it is known whose it is.
#[derive(Default)]
pub(super) struct Named {
    /// Processes that work of a virtual cluster names, and first and last when.
    nodes: BTreeMap<Tenancy, BTreeMap<NodeId, Option<(Time, Time)>>>,
    pub(super) tenants: BTreeMap<Cluster, Tenants>,
    /// How far whole lists of events reach.
    pub(super) events: Vec<(Cluster, Time, Time)>,
    /// Series of the active version when jobs were created, the first instant of each.
    active: BTreeMap<Cluster, BTreeMap<(u16, u16), Time>>,
    /// Earliest instant that anything names.
    existed: BTreeMap<Cluster, Time>,
}

/// The virtual clusters of one cluster.
#[derive(Default)]
pub(super) struct Tenants {
    named: BTreeSet<Tenant>,
    /// Numbers of those of which no name is known where they are named.
    numbered: BTreeSet<u64>,
    /// The same of those that a table lists.
    listed: BTreeSet<u64>,
    names: BTreeMap<u64, Tenant>,
    sql_pods: Vec<TenantSeen>,
}

impl Tenants {
    /// Takes note of a virtual cluster that a folder names.
    pub(super) fn folder(&mut self, tenant: &Tenant) {
        self.named.insert(tenant.clone());
    }

    /// Takes note of a row of `system.tenants`.
    pub(super) fn list(&mut self, id: u64, name: Option<&str>) {
        match name {
            Some(name) => self.name(Some(id), name),
            None => {
                self.listed.insert(id);
            }
        }
    }

    /// Takes note of a virtual cluster that log entries in the folder of `home` name. Those that name only a number there
    /// mean the one whose folder it is.
    pub(super) fn tagged(&mut self, seen: &TenantSeen, home: &Tenant) {
        match (&seen.name, seen.id) {
            (Some(name), id) => self.name(id, name),
            (None, Some(id)) if *home == Tenant::system() => {
                self.numbered.insert(id);
            }
            (None, Some(id)) => {
                self.names.entry(id).or_insert_with(|| home.clone());
            }
            (None, None) => {}
        }
        if seen.sql_pod {
            let name =
                seen.name.clone().or_else(|| (*home != Tenant::system()).then(|| home.0.clone()));
            self.sql_pods.push(TenantSeen { name, ..seen.clone() });
        }
    }

    fn name(&mut self, id: Option<u64>, name: &str) {
        let tenant = Tenant(name.to_owned());
        if let Some(id) = id {
            self.names.insert(id, tenant.clone());
        }
        self.named.insert(tenant);
    }

    /// The name of the virtual cluster with this number.
    fn of(&self, id: u64) -> Tenant {
        self.names.get(&id).cloned().unwrap_or_else(|| Tenant(format!("tenant-{id}")))
    }
}

impl Named {
    /// Takes note of a process that work of a virtual cluster names.
    pub(super) fn node(&mut self, tenancy: &Tenancy, node: NodeId, time: Option<Time>) {
        // There are many lines and few nodes.
        let nodes = match self.nodes.get_mut(tenancy) {
            Some(nodes) => nodes,
            None => self.nodes.entry(tenancy.clone()).or_default(),
        };
        let known = nodes.entry(node).or_default();
        if let Some(time) = time {
            let (first, last) = known.unwrap_or((time, time));
            *known = Some((first.min(time), last.max(time)));
        }
    }

    /// Takes note of the series of the active version of a cluster at an instant.
    pub(super) fn active(&mut self, cluster: &Cluster, series: (u16, u16), time: Time) {
        let first = self.active.entry(cluster.clone()).or_default().entry(series).or_insert(time);
        *first = time.min(*first);
    }

    /// Takes note that a cluster existed at an instant.
    pub(super) fn existed(&mut self, cluster: &Cluster, time: Option<Time>) {
        let Some(time) = time else { return };
        let known = self.existed.entry(cluster.clone()).or_insert(time);
        *known = time.min(*known);
    }

    /// Adds everything to the facts, which hold the nodes of logs, paths, tables and documents already.
    pub(super) fn add_to(self, facts: &mut Facts) {
        for (cluster, known) in &mut facts.clusters {
            known.existed = self.existed.get(cluster).copied();
            let active = self.active.get(cluster).into_iter().flatten();
            known.active = active.map(|(series, time)| (*time, *series)).collect();
            known.active.sort_small();
            known.tenants.insert(Tenant::system());
            let Some(tenants) = self.tenants.get(cluster) else { continue };
            known.tenants.extend(tenants.named.iter().cloned());
            known.tenants.extend(tenants.numbered.iter().map(|id| tenants.of(*id)));
            let nameless =
                |id: &&u64| !tenants.names.contains_key(*id) && !tenants.numbered.contains(*id);
            known.unnamed_tenants = tenants.listed.iter().filter(nameless).copied().collect_small();
            known.sql_pods = tenants
                .sql_pods
                .iter()
                .filter_map(|seen| match (&seen.name, seen.id) {
                    (Some(name), _) => Some(Tenant(name.clone())),
                    (None, id) => id.map(|id| tenants.of(id)),
                })
                .collect_small();
        }
        for (tenancy, _) in facts.nodes.keys() {
            if let Some(known) = facts.clusters.get_mut(&tenancy.cluster) {
                known.tenants.insert(tenancy.tenant.clone());
            }
        }
        let owners: BTreeSet<Tenancy> =
            facts.nodes.keys().map(|(tenancy, _)| tenancy.clone()).collect_small();
        for (tenancy, nodes) in self.nodes {
            // A virtual cluster without pods shares the processes of the system tenant.
            let owner = if facts.is_served_by_pods(&tenancy) {
                tenancy
            } else {
                Tenancy::new(&tenancy.cluster, &Tenant::system())
            };
            for (node, ran) in nodes {
                let known = facts.nodes.entry((owner.clone(), node)).or_default();
                if let Some((first, last)) = ran {
                    known.life.learn(&ClusterFact::Ran(first));
                    known.life.learn(&ClusterFact::Ran(last));
                }
            }
        }
        share(facts, &owners);
        life::settle(facts, &self.events);
    }
}

/// Gives each virtual cluster with a tree of its own the nodes of the system tenant whose folder its tree lacks: they serve
/// it too. SQL pods are numbered otherwise.
fn share(facts: &mut Facts, owners: &BTreeSet<Tenancy>) {
    let system: Vec<(Tenancy, NodeId)> = facts
        .nodes
        .keys()
        .filter(|(tenancy, _)| tenancy.tenant == Tenant::system())
        .cloned()
        .collect();
    for tenancy in owners.iter().filter(|tenancy| tenancy.tenant != Tenant::system()) {
        if facts.is_served_by_pods(tenancy) {
            continue;
        }
        let nodes = system.iter().filter(|(of, _)| of.cluster == tenancy.cluster);
        for (_, id) in nodes {
            facts.nodes.entry((tenancy.clone(), *id)).or_default();
        }
    }
}
