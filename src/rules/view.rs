//! What one evaluation looks at: the facts, and whose.

use crate::advisories::{Coverage, coverage};
use crate::facts::Facts;
use crate::model::{Tenancy, Tenant};

use super::builds::Fleet;

/// One virtual cluster in everything that is known.
#[derive(Clone, Copy)]
pub(super) struct View<'a> {
    pub(super) facts: &'a Facts,
    pub(super) tenancy: &'a Tenancy,
}

/// What all rules look at, made once.
pub(super) struct Ground<'a> {
    pub(super) facts: &'a Facts,
    /// The builds of each virtual cluster, and whether processes of its own serve it.
    pub(super) fleets: Vec<(Fleet<'a>, bool)>,
    /// Nodes and times that were seen.
    pub(super) coverage: Coverage,
}

impl<'a> Ground<'a> {
    pub(super) fn new(facts: &'a Facts, tenancies: &'a [(Tenancy, bool)]) -> Self {
        let fleet = |(tenancy, own): &'a (Tenancy, bool)| (Fleet::new(facts, tenancy), *own);
        Self {
            facts,
            fleets: tenancies.iter().map(fleet).collect(),
            coverage: coverage::of_nodes(facts),
        }
    }

    /// The virtual clusters that are judged one by one: those with processes of their own, or all of them, because each has
    /// settings and log entries.
    pub(super) fn fleets(&self, all: bool) -> impl Iterator<Item = &Fleet<'a>> {
        self.fleets.iter().filter(move |(_, own)| all || *own).map(|(fleet, _)| fleet)
    }
}

/// Each virtual cluster, and whether processes of its own serve it, as they do the system tenant.
pub(super) fn tenancies(facts: &Facts) -> Vec<(Tenancy, bool)> {
    let mut found = Vec::new();
    for (cluster, known) in &facts.clusters {
        let system = Tenancy::new(cluster, &Tenant::system());
        found.push((system.clone(), true));
        for tenant in known.tenants.iter().filter(|tenant| **tenant != system.tenant) {
            let tenancy = Tenancy::new(cluster, tenant);
            let own = facts.nodes.keys().any(|(of, id)| {
                *of == tenancy
                    && (facts.is_served_by_pods(&tenancy)
                        || !facts.nodes.contains_key(&(system.clone(), *id)))
            });
            found.push((tenancy, own));
        }
    }
    found
}
