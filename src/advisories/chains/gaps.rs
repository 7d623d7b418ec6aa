//! What is not known of chains: their beginnings, the jobs of virtual clusters, and backups in no chain.

use std::collections::BTreeMap;

use crate::advisories::ranges::Placement;
use crate::facts::{Chain, Layer, NotPlaced, Unplaced};
use crate::model::{LayerKind, LayerState, Tenancy, Tenant, Time};
use crate::parse::statement::{Targets, Unparsed};

use super::builds::Builds;
use super::capture::{Described, unparsed};
use super::{Entry, View};

/// So many backups are named one by one; of more that are alike, one row is about all.
const EACH: usize = 10;

/// How a chain begins whose first operations may have left no row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Begins {
    /// Its full backup was seen.
    FullSeen,
    /// Before the earliest end of a job in the tables.
    Before,
    /// After that, and its full backup was not seen.
    After,
    /// Not known.
    Unknown,
}

/// A chain whose first operations may have left no row: jobs that ended are deleted from the table.
#[derive(Clone, Copy)]
pub(crate) struct Begun<'a> {
    pub(crate) chain: &'a Chain,
    /// The first layer that exists.
    pub(crate) first: &'a Layer,
    pub(crate) begins: Begins,
    /// The earliest end of a job in the tables.
    pub(crate) horizon: Time,
    /// Where the builds lie that ran while rows may be missing.
    pub(crate) unseen_by: Placement,
    /// Where the builds lie that wrote the chain until then.
    pub(crate) written_by: Placement,
}

/// Backups or jobs in no chain that are alike.
pub(crate) struct Unassigned<'a> {
    pub(crate) jobs: Vec<&'a Unplaced>,
    pub(crate) described: Described,
    /// Whether neither type nor description of the job can be read.
    pub(crate) untyped: bool,
    pub(crate) written_by: Placement,
    pub(crate) builds: Builds,
}

impl<'a> Begun<'a> {
    /// Returns none of a chain whose beginning is known.
    pub(super) fn of(view: View<'a>, chain: &'a Chain) -> Option<Self> {
        let first = chain.done().next()?;
        let horizon = horizon(view, chain)?;
        if chain.has_full() {
            return Self::full_seen(view, chain, first, horizon);
        }
        let (from, begins) = match chain.base {
            Some(base) if base < horizon => (base, Begins::Before),
            // Its full backup failed, or its row is missing although others of its time are there.
            Some(base) => (base, Begins::After),
            // A single backup at an address of its own is most likely a full one.
            None if first.kind != LayerKind::Incremental && chain.layers.len() < 2 => return None,
            None => (horizon, Begins::Unknown),
        };
        Some(Self {
            chain,
            first,
            begins,
            horizon,
            unseen_by: view.placement(&chain.tenancy, from.min(horizon), horizon),
            written_by: view.placement(&chain.tenancy, from, first.as_of),
        })
    }

    /// The jobs table does not reach back to the AS OF time of the full backup: an operation that was at work then and ended
    /// before the earliest job of the table did has left no row.
    fn full_seen(
        view: View<'a>,
        chain: &'a Chain,
        first: &'a Layer,
        horizon: Time,
    ) -> Option<Self> {
        let from = first.earliest();
        let builds_on_it =
            |layer: &&Layer| layer.as_of > first.as_of && layer.kind != LayerKind::Full;
        let there = chain.layers.iter().filter(|layer| layer.state != LayerState::Failed);
        let mut later = there.filter(builds_on_it).peekable();
        if horizon <= from || later.peek().is_none() {
            return None;
        }
        // The first layer that certainly comes after the end of such an operation, or the last of all.
        let mut next = None;
        for layer in later {
            next = Some(layer);
            if layer.earliest() >= horizon {
                break;
            }
        }
        let until = next.map_or(horizon, |layer| view.run_of_layer(chain, layer).1).max(horizon);
        let placed = view.placement(&chain.tenancy, from, until);
        let begins = Begins::FullSeen;
        Some(Self { chain, first, begins, horizon, unseen_by: placed, written_by: placed })
    }
}

/// The instant before which operations over a chain may have left no row. Backups of the system tenant may contain tables of
/// virtual clusters, whose jobs are in tables of their own.
fn horizon(view: View<'_>, chain: &Chain) -> Option<Time> {
    let horizons = &view.backups().horizons;
    let own = horizons.get(&chain.tenancy).copied();
    let holds_tenants = chain.tenancy.tenant == Tenant::system()
        && chain.layers.iter().any(Layer::may_hold_tenants);
    let of_tenants = horizons
        .iter()
        .filter(|(of, _)| holds_tenants && of.cluster == chain.tenancy.cluster)
        .map(|(_, horizon)| *horizon);
    own.into_iter().chain(of_tenants).max()
}

/// A chain of backups of virtual clusters, none of whose jobs are in the input: its first layer, and where the builds lie
/// that wrote it.
pub(super) fn tenants_without_jobs<'a>(
    view: View<'a>,
    chain: &'a Chain,
) -> Option<(&'a Layer, Placement)> {
    let layers = || chain.layers.iter().filter(|layer| layer.state != LayerState::Failed);
    let (first, last) = (layers().next()?, layers().next_back()?);
    let of_tenants = layers().any(|layer| layer.targets == Targets::Tenants);
    let builds_on_it = layers().skip(1).any(|layer| layer.kind != LayerKind::Full);
    let known = view.facts.cluster(&chain.tenancy.cluster);
    let has_jobs = known.jobs_tables.keys().any(|tenant| *tenant != Tenant::system());
    if !of_tenants || !builds_on_it || has_jobs {
        return None;
    }
    let until = view.run_of_layer(chain, last).1;
    Some((first, view.placement(&chain.tenancy, first.earliest(), until)))
}

/// Returns a row for each backup in no chain, or one for all that are alike where they are many.
pub(super) fn unassigned(view: View<'_>) -> Vec<Entry<'_>> {
    type Key<'a> = (&'a Tenancy, Described, bool);
    let mut groups = BTreeMap::<Key<'_>, Vec<Unassigned<'_>>>::new();
    for unplaced in &view.backups().unplaced {
        if unplaced.state == LayerState::Failed {
            continue;
        }
        let untyped = matches!(unplaced.why, NotPlaced::Untyped(_));
        let described = match &unplaced.why {
            NotPlaced::Description(why) | NotPlaced::Untyped(why) => unparsed(why),
            NotPlaced::NoFullSeen(_) | NotPlaced::Undated => Described::Yes,
        };
        let (written_by, builds) = view.ran_unassigned(unplaced);
        // Whether it restored is a question about an untyped job only.
        let builds = if untyped { builds } else { Builds::default() };
        let alike = groups.entry((&unplaced.tenancy, described, untyped)).or_default();
        match alike.iter_mut().find(|one| one.written_by == written_by && one.builds == builds) {
            Some(one) => one.jobs.push(unplaced),
            None => {
                let jobs = vec![unplaced];
                alike.push(Unassigned { jobs, described, untyped, written_by, builds });
            }
        }
    }
    groups.into_values().flatten().flat_map(split).map(Entry::Unassigned).collect()
}

/// One by one, unless they are many.
fn split(all: Unassigned<'_>) -> Vec<Unassigned<'_>> {
    if all.jobs.len() > EACH {
        return vec![all];
    }
    let Unassigned { described, untyped, written_by, builds, .. } = all;
    let one = |job| Unassigned {
        jobs: vec![job],
        described,
        untyped,
        written_by,
        builds: builds.clone(),
    };
    all.jobs.into_iter().map(one).collect()
}

impl Unassigned<'_> {
    /// The unknown part of the description of the first whose description has one.
    pub(crate) fn form(&self) -> Option<&str> {
        self.jobs.iter().find_map(|unplaced| match &unplaced.why {
            NotPlaced::Description(Unparsed::Unknown(what)) => Some(what.as_str()),
            _ => None,
        })
    }
}
