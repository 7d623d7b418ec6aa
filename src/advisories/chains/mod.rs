//! Rows of `backup_chain`: which layers of chains capture an operation, which come after it, who read them, and what is not
//! known of chains (`docs/cockroachdb/backups.md#deciding-about-a-chain`). Rules conclude from the rows.

mod builds;
mod capture;
mod gaps;
mod group;
mod read;
mod refusal;
mod remedy;
mod rows;
mod words;

use crate::advisories::{Declared, coverage};
use crate::facts::{Backups, BulkOperation, Covers, Facts, Layer};
use crate::model::Missing;

pub(crate) use builds::{Builds, SERIES_APART};
pub(crate) use capture::{Captured, Described, Doubts, Holds, described};
pub(crate) use gaps::{Begins, Begun, Unassigned};
pub(crate) use group::Group;
pub(crate) use read::Read;
pub(crate) use refusal::is_refused;
pub(super) use refusal::{REFUSAL, is_refusal};
pub(crate) use rows::{Entry, groups};
pub(crate) use words::layer_name;

/// Facts about jobs that the rows lack, in sentences.
pub(super) fn missing(_: &Declared, facts: &Facts) -> Vec<Missing> {
    coverage::jobs_tables_missing(facts)
}

/// The input of one rule.
#[derive(Clone, Copy)]
pub(crate) struct View<'a> {
    pub(crate) declared: &'a Declared,
    pub(crate) facts: &'a Facts,
}

impl<'a> View<'a> {
    fn backups(self) -> &'a Backups {
        &self.facts.backups
    }

    /// The first full backup after an operation that contains its tables: later layers that build on it are sound.
    fn ends_with(self, operation: &BulkOperation) -> Option<&'a Layer> {
        let over = operation.over()?;
        let mut fulls = self.backups().fulls_since(&operation.tenancy, over);
        fulls
            .find(|(chain, layer)| operation.is_in(chain, layer) == Covers::Yes)
            .map(|(_, layer)| layer)
    }
}
