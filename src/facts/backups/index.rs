//! What finds chains, layers and operations where there are many: an input can have a hundred thousand jobs.

use std::collections::BTreeMap;

use crate::model::{JobId, LayerKind, LayerState, SortSmall, Tenancy, Tenant, Time};

use super::{Backups, BulkOperation, Chain, Layer, Within};

/// Places in the lists of [`Backups`].
#[derive(Clone, Debug, Default)]
pub(super) struct Index {
    /// Chains by the id that subjects name.
    chains: BTreeMap<String, Vec<usize>>,
    /// Operations by job.
    operations: BTreeMap<(Tenancy, JobId), usize>,
    /// Chains and places of their layers, by job.
    layers: BTreeMap<(Tenancy, JobId), (usize, usize)>,
    /// What each layer holds and its chain, by time.
    instants: BTreeMap<Tenancy, Vec<(Time, usize)>>,
    /// The most by which the instant of any layer may be off.
    widest: i64,
    /// The same of full backups that exist, with their places.
    fulls: BTreeMap<Tenancy, Vec<(Time, usize, usize)>>,
}

impl Index {
    /// Of lists that do not change afterwards.
    pub(super) fn of(backups: &Backups) -> Self {
        let mut index = Self::default();
        for (at, chain) in backups.chains.iter().enumerate() {
            index.chains.entry(chain.id()).or_default().push(at);
            let instants = index.instants.entry(chain.tenancy.clone()).or_default();
            instants.extend(chain.layers.iter().map(|layer| (layer.as_of, at)));
            index.widest = index.widest.max(chain.widest);
            for (place, layer) in chain.layers.iter().enumerate() {
                index.layers.insert((chain.tenancy.clone(), layer.job), (at, place));
            }
            let full = |(_, layer): &(usize, &Layer)| {
                layer.kind == LayerKind::Full && layer.state == LayerState::Done
            };
            let fulls = chain.layers.iter().enumerate().filter(full);
            let of = index.fulls.entry(chain.tenancy.clone()).or_default();
            of.extend(fulls.map(|(place, layer)| (layer.as_of, at, place)));
        }
        index.instants.values_mut().for_each(|instants| instants.sort_small());
        index.fulls.values_mut().for_each(|fulls| fulls.sort_small());
        for (at, operation) in backups.operations.iter().enumerate() {
            index.operations.insert((operation.tenancy.clone(), operation.job), at);
        }
        index
    }
}

impl Backups {
    /// A chain by its id: the virtual cluster's own, else one that another wrote to the same place.
    #[must_use]
    pub fn chain(&self, tenancy: &Tenancy, id: &str) -> Option<&Chain> {
        let all = || self.index.chains.get(id).into_iter().flatten().map(|at| &self.chains[*at]);
        all().find(|chain| chain.tenancy == *tenancy).or_else(|| all().next())
    }

    /// An operation by its job.
    #[must_use]
    pub fn operation(&self, tenancy: &Tenancy, job: JobId) -> Option<&BulkOperation> {
        let at = self.index.operations.get(&(tenancy.clone(), job))?;
        self.operations.get(*at)
    }

    /// A layer by its job.
    #[must_use]
    pub fn layer(&self, tenancy: &Tenancy, job: JobId) -> Option<&Layer> {
        let (chain, place) = self.index.layers.get(&(tenancy.clone(), job))?;
        self.chains[*chain].layers.get(*place)
    }

    /// The chains that have a layer about the time of an operation and may hold its tables: those of its own virtual cluster,
    /// and those of the system tenant, whose backups can hold virtual clusters.
    #[must_use]
    pub fn around(&self, operation: &BulkOperation) -> Vec<&Chain> {
        let (begin, end) = operation.about(self.index.widest);
        let system = Tenancy::new(&operation.tenancy.cluster, &Tenant::system());
        let is_virtual = operation.tenancy != system;
        let owners = [Some(&operation.tenancy), Some(&system).filter(|_| is_virtual)];
        let mut chains = Vec::new();
        for instants in owners.into_iter().flatten().filter_map(|of| self.index.instants.get(of)) {
            let from = instants.partition_point(|(at, _)| *at < begin);
            let within = instants[from..].iter().take_while(|(at, _)| *at <= end);
            chains.extend(within.map(|(_, chain)| *chain));
        }
        chains.sort_small();
        chains.dedup();
        chains.into_iter().map(|at| &self.chains[at]).collect()
    }

    /// The full backups of a virtual cluster that hold an instant or a later one, the earliest first.
    pub fn fulls_since(
        &self,
        tenancy: &Tenancy,
        time: Time,
    ) -> impl Iterator<Item = (&Chain, &Layer)> {
        let fulls = self.index.fulls.get(tenancy).map_or(&[][..], Vec::as_slice);
        let from = fulls.partition_point(|(at, _, _)| *at < time);
        let both = |(_, chain, place): &(Time, usize, usize)| {
            let chain = &self.chains[*chain];
            (chain, &chain.layers[*place])
        };
        fulls[from..].iter().map(both).filter(move |(_, full)| full.since(time) == Within::Yes)
    }
}
