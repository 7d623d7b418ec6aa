//! Schedules of backups, from the tables that list them.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::model::{Location, SortSmall, Tenancy, Time};
use crate::parse::schedules::ScheduleRow;

use super::collection::Bundle;

/// A schedule of backups, as the last table that lists it says. What that does not say is none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Schedule {
    /// Its label. That of full and that of incremental backups have the same if one statement made both.
    pub name: Option<String>,
    /// When it was created.
    pub created: Option<Time>,
    /// When it was to run next.
    pub next_run: Option<Time>,
    /// Whether it did not run then: somebody paused it, or it takes incremental backups and the first full one was not
    /// done.
    pub paused: Option<bool>,
    /// When it runs, as crontab has it: `@daily`, `0 3 * * 0`.
    pub expression: Option<String>,
    /// The row that says so.
    pub source: Location,
}

/// The rows of one table, and where it is from.
pub(super) struct Listed {
    pub(super) bundle: usize,
    pub(super) path: Arc<str>,
    pub(super) tenancy: Tenancy,
    pub(super) rows: Vec<ScheduleRow>,
}

/// Puts the tables together; of two that list a schedule, the one that was collected later has the last word.
pub(super) fn gather(
    mut tables: Vec<Listed>,
    bundles: &BTreeMap<usize, Bundle>,
) -> BTreeMap<(Tenancy, u64), Schedule> {
    let collected = |table: &Listed| bundles.get(&table.bundle).and_then(Bundle::collected);
    tables.sort_small_by_key(|table| (collected(table), table.bundle));
    let mut schedules = BTreeMap::new();
    for Listed { path, tenancy, rows, .. } in tables {
        for row in rows {
            let ScheduleRow { id, name, created, next_run, paused, expression, line, offset } = row;
            let source = Location { path: Arc::clone(&path), line, offset };
            let schedule = Schedule { name, created, next_run, paused, expression, source };
            schedules.insert((tenancy.clone(), id), schedule);
        }
    }
    schedules
}
