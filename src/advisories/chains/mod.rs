//! What the advisories about chains of backups share: which layers hold the midst of an operation, which come after it,
//! who read them, and how findings about them are put together (`docs/cockroachdb/backups.md#deciding-about-a-chain`).

mod capture;
mod collect;
mod gaps;
mod read;
mod remedy;
mod words;

use crate::advisories::Declared;
use crate::advisories::ranges::{Placement, apart};
use crate::facts::{
    Backups, BulkOperation, Chain, Covers, Facts, Layer, Ran, ReadFrom, RestoreRun, Unplaced,
};
use crate::model::{JobStatus, Reason, Tenancy, Time, Verdict};

pub(super) use capture::{Capture, Doubt};
pub(super) use collect::{Findings, Said};
pub(super) use gaps::{foreign, not_told, unseen};
pub(super) use read::{Bad, BadLayers};
pub(super) use remedy::Remedy;
pub(super) use words::{layer_name, operation_name, restored_names};

/// A cluster that is so many release series past the last affected one did not run that one during the life of a chain:
/// it would have been upgraded as often meanwhile. Nobody says so; it keeps an advisory of 2021 from being open about
/// every chain of today whose beginning no log covers.
pub(super) const SERIES_APART: u16 = 4;

/// What one advisory looks at.
#[derive(Clone, Copy)]
pub(super) struct View<'a> {
    pub(super) declared: &'a Declared,
    pub(super) facts: &'a Facts,
}

impl<'a> View<'a> {
    pub(super) fn backups(self) -> &'a Backups {
        &self.facts.backups
    }

    /// Which builds the cluster may have run between two instants; of nodes of which nothing is known, the others speak.
    pub(super) fn ran(self, tenancy: &Tenancy, from: Time, to: Time) -> Vec<Ran> {
        let mut ran = self.facts.ran_between(tenancy, from, to);
        ran.retain(|ran| !ran.is_unknown());
        ran
    }

    /// Where the builds lie that the cluster may have run between two instants.
    pub(super) fn placement(self, tenancy: &Tenancy, from: Time, to: Time) -> Placement {
        let placed = self.ran(tenancy, from, to).into_iter().map(|ran| self.place(&ran));
        placed
            .reduce(|a, b| if a == b { a } else { Placement::Unknown })
            .unwrap_or(Placement::Unknown)
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

    /// Whether every build that may have run between two instants is older than all affected ones.
    pub(super) fn is_older(self, tenancy: &Tenancy, from: Time, to: Time) -> bool {
        let Some(first) = self.declared.ranges.first_affected() else { return false };
        let ran = self.ran(tenancy, from, to);
        let older = |ran: &Ran| {
            let candidates = ran.candidates.iter().map(|(_, version)| version.as_ref());
            candidates
                .chain(ran.at_most.as_ref().map(Some))
                .all(|v| v.is_some_and(|v| v.series() < first.series()))
                && ran.at_least.is_none()
                && ran.lost.is_none()
        };
        !ran.is_empty() && ran.iter().all(older)
    }

    /// Whether every build that may have run between two instants is far newer than the affected ones.
    pub(super) fn is_far_newer(self, tenancy: &Tenancy, from: Time, to: Time) -> bool {
        let Some(last) = self.declared.ranges.last_affected() else { return false };
        let ran = self.ran(tenancy, from, to);
        let builds = ran.iter().flat_map(|ran| {
            let candidates = ran.candidates.iter().map(|(_, version)| version.as_ref());
            candidates.chain(ran.at_most.as_ref().map(Some)).chain(ran.at_least.as_ref().map(Some))
        });
        let far = builds.map(|v| v.is_some_and(|v| apart(last, v.series()) > SERIES_APART));
        far.reduce(|a, b| a && b).unwrap_or(false)
    }

    /// The end of a job that began at `from`: a job that is not over was at work until the input was collected.
    fn until(self, tenancy: &Tenancy, from: Time, finished: Option<Time>) -> Time {
        let collected = || self.facts.cluster(&tenancy.cluster).collected;
        finished.or_else(collected).unwrap_or(from).max(from)
    }

    /// From when until when the backup that wrote a layer ran.
    pub(super) fn run_of_layer(self, chain: &Chain, layer: &Layer) -> (Time, Time) {
        let from = layer.created.unwrap_or(layer.as_of);
        (from, self.until(&chain.tenancy, from, layer.finished))
    }

    /// Where the builds lie that wrote a layer.
    pub(super) fn wrote(self, chain: &Chain, layer: &Layer) -> Placement {
        let (from, to) = self.run_of_layer(chain, layer);
        self.placement(&chain.tenancy, from, to)
    }

    /// Where the builds lie that were at work on an operation, from its beginning to the end of its rollback.
    pub(super) fn worked(self, operation: &BulkOperation) -> Placement {
        let to = self.until(&operation.tenancy, operation.from, operation.over());
        self.placement(&operation.tenancy, operation.from, to)
    }

    /// From when until when a backup ran that is in no chain.
    pub(super) fn run_of_unplaced(self, unplaced: &Unplaced) -> Option<(Time, Time)> {
        let from = unplaced.created?;
        Some((from, self.until(&unplaced.tenancy, from, unplaced.finished)))
    }

    /// From when until when a restore ran.
    pub(super) fn run_of(self, restore: &RestoreRun) -> Option<(Time, Time)> {
        let from = restore.created?;
        Some((from, self.until(&restore.tenancy, from, restore.finished)))
    }

    /// Where the builds lie that ran a restore.
    pub(super) fn restored(self, restore: &RestoreRun) -> Placement {
        self.run_of(restore)
            .map_or(Placement::Unknown, |(from, to)| self.placement(&restore.tenancy, from, to))
    }

    /// What a restore read, if the chain is in the input.
    pub(super) fn read_by(self, restore: &RestoreRun) -> Option<ReadFrom<'a>> {
        self.backups().read_by(restore)
    }

    /// The first full backup after an operation that holds its tables and ends what it brought about: whatever builds on
    /// that one is sound.
    pub(super) fn ends_with(self, operation: &BulkOperation) -> Option<&'a Layer> {
        let over = operation.over()?;
        let mut fulls = self.backups().fulls_since(&operation.tenancy, over);
        fulls
            .find(|(chain, layer)| operation.is_in(chain, layer) == Covers::Yes)
            .map(|(_, layer)| layer)
    }
}

/// What is said of a restore that is not over.
pub(super) fn unfinished(said: Said) -> Said {
    let text = "The restore is not over: what it has brought so far is not to be used.";
    let reason = Reason { code: "RESTORE_NOT_FINISHED".to_owned(), text: text.to_owned() };
    said.at_most(Verdict::AtRisk, vec![reason])
}

/// Whether a job undid its work.
pub(super) fn was_undone(status: Option<&JobStatus>) -> bool {
    matches!(status, Some(JobStatus::Failed | JobStatus::Canceled))
}
