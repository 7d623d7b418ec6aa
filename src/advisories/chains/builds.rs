//! Which builds wrote layers, ran operations and restored, and where they lie.

use crate::advisories::ranges::{Placement, apart};
use crate::facts::{BulkOperation, Chain, Layer, Ran, RestoreRun, Unplaced};
use crate::model::{Tenancy, Time, Version};

use super::View;

/// A cluster that is so many release series past the last affected one did not run that one during the life of a chain:
/// it would have been upgraded as often meanwhile. CockroachDB does not guarantee this; it keeps an advisory of 2021 from
/// being open about every chain of today whose beginning no log covers.
pub(crate) const SERIES_APART: u16 = 4;

/// Bounds of the builds that may have run in a time.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Builds {
    /// The oldest that may have run; none if it is not known.
    pub(crate) oldest: Option<Version>,
    /// The newest that may have run; none if it is not known.
    pub(crate) newest: Option<Version>,
    /// The oldest that is named for that time, whether or not an older one may have run; none if a name is no version.
    pub(crate) named: Option<Version>,
}

impl Builds {
    fn of(ran: &[Ran]) -> Self {
        let candidates = || ran.iter().flat_map(|ran| &ran.candidates);
        let candidates: Option<Vec<&Version>> =
            candidates().map(|(_, version)| version.as_ref()).collect();
        let Some(candidates) = candidates else { return Self::default() };
        let later = || ran.iter().filter_map(|ran| ran.at_most.as_ref());
        let earlier = || ran.iter().filter_map(|ran| ran.at_least.as_ref());
        let all = || candidates.iter().copied().chain(later()).chain(earlier());
        let lost = ran.iter().any(|ran| ran.lost.is_some());
        Self {
            oldest: all().min().filter(|_| !lost && later().next().is_none()).cloned(),
            newest: all().max().filter(|_| !lost && earlier().next().is_none()).cloned(),
            named: all().min().cloned(),
        }
    }
}

impl View<'_> {
    /// Returns the builds that the cluster may have run between two instants, from the nodes of which any is known.
    fn ran(self, tenancy: &Tenancy, from: Time, to: Time) -> Vec<Ran> {
        let mut ran = self.facts.ran_between(tenancy, from, to);
        ran.retain(|ran| !ran.is_unknown());
        ran
    }

    /// Returns where the builds lie that the cluster may have run between two instants.
    pub(super) fn placement(self, tenancy: &Tenancy, from: Time, to: Time) -> Placement {
        let placed = self.ran(tenancy, from, to).into_iter().map(|ran| self.place(&ran));
        all(placed).unwrap_or(Placement::Unknown)
    }

    fn place(self, ran: &Ran) -> Placement {
        let placement = self.declared.placement(ran);
        let bounded = ran.candidates.is_empty();
        let newer = || {
            let (known, last) = (ran.at_most.as_ref()?, self.declared.ranges.last_affected()?);
            Some(apart(last, known.series()) > SERIES_APART)
        };
        if placement == Placement::Unknown && bounded && newer() == Some(true) {
            return Placement::NotAffected;
        }
        placement
    }

    /// Returns the end of a job that began at `from`: a job that is not over was at work until the input was collected.
    fn until(self, tenancy: &Tenancy, from: Time, finished: Option<Time>) -> Time {
        let collected = || self.facts.cluster(&tenancy.cluster).collected;
        finished.or_else(collected).unwrap_or(from).max(from)
    }

    /// Returns when the backup ran that wrote a layer.
    pub(super) fn run_of_layer(self, chain: &Chain, layer: &Layer) -> (Time, Time) {
        let from = layer.created.unwrap_or(layer.as_of);
        (from, self.until(&chain.tenancy, from, layer.finished))
    }

    /// Returns where the builds lie that wrote a layer.
    pub(super) fn wrote(self, chain: &Chain, layer: &Layer) -> Placement {
        let (from, to) = self.run_of_layer(chain, layer);
        self.placement(&chain.tenancy, from, to)
    }

    /// Returns the builds that may have written a layer.
    pub(super) fn writers(self, chain: &Chain, layer: &Layer) -> Builds {
        let (from, to) = self.run_of_layer(chain, layer);
        Builds::of(&self.ran(&chain.tenancy, from, to))
    }

    /// Returns when an operation ran, its rollback included.
    pub(super) fn run_of_operation(self, operation: &BulkOperation) -> (Time, Time) {
        let to = self.until(&operation.tenancy, operation.from, operation.over());
        (operation.from, to)
    }

    /// Returns where the build lies that runs when the input is collected.
    pub(super) fn collected_by(self, tenancy: &Tenancy) -> Option<Placement> {
        let collected = self.facts.cluster(&tenancy.cluster).collected?;
        Some(self.placement(tenancy, collected, collected))
    }

    /// Returns where the builds lie that ran a job, and their bounds.
    pub(super) fn ran_job(
        self,
        tenancy: &Tenancy,
        created: Option<Time>,
        finished: Option<Time>,
    ) -> (Placement, Builds) {
        let Some(from) = created else { return (Placement::Unknown, Builds::default()) };
        let to = self.until(tenancy, from, finished);
        (self.placement(tenancy, from, to), Builds::of(&self.ran(tenancy, from, to)))
    }

    pub(crate) fn restored_by(self, restore: &RestoreRun) -> (Placement, Builds) {
        self.ran_job(&restore.tenancy, restore.created, restore.finished)
    }

    pub(super) fn ran_unassigned(self, unplaced: &Unplaced) -> (Placement, Builds) {
        self.ran_job(&unplaced.tenancy, unplaced.created, unplaced.finished)
    }
}

/// Returns where several builds lie; unknown if they lie differently, none if there are none.
pub(super) fn all(placed: impl IntoIterator<Item = Placement>) -> Option<Placement> {
    placed.into_iter().reduce(|a, b| if a == b { a } else { Placement::Unknown })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::Lost;

    fn version(text: &str) -> Version {
        Version::parse(text).unwrap()
    }

    fn bounds(ran: &[Ran]) -> [Option<String>; 3] {
        let Builds { oldest, newest, named } = Builds::of(ran);
        [oldest, newest, named].map(|one| one.map(|version| version.to_string()))
    }

    #[test]
    fn bounds_are_known_only_from_both_sides() {
        let some = |text: &str| Some(text.to_owned());
        let exact = [Ran::exactly(&version("v20.2.8")), Ran::exactly(&version("v21.1.0"))];
        assert_eq!(bounds(&exact), [some("v20.2.8"), some("v21.1.0"), some("v20.2.8")]);
        let before = Ran { at_most: Some(version("v21.1.0")), ..Ran::default() };
        assert_eq!(bounds(&[before]), [None, some("v21.1.0"), some("v21.1.0")]);
        let after = Ran { at_least: Some(version("v21.1.0")), ..Ran::default() };
        assert_eq!(bounds(&[after]), [some("v21.1.0"), None, some("v21.1.0")]);
        let lost = Ran { lost: Some(Lost::Between), ..Ran::exactly(&version("v20.2.8")) };
        assert_eq!(bounds(&[lost]), [None, None, some("v20.2.8")]);
        let unnamed = Ran { candidates: vec![("?".to_owned(), None)], ..Ran::default() };
        assert_eq!(bounds(&[unnamed]), [None, None, None]);
        assert_eq!(bounds(&[]), [None, None, None]);
    }
}
