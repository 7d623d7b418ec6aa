//! Schedules of backups and of the deletion of expired rows, from the tables that list them.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::ingest::Standing;
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

/// The schedules that delete expired rows of tables, as the last table of a virtual cluster lists them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expiry {
    /// The id of the table of each, and its row.
    pub tables: Vec<(u32, Location)>,
    /// The file.
    pub path: Arc<str>,
    /// Whether it was read wholly.
    pub is_whole: bool,
}

/// What the tables come to: schedules of backups by id, and those that delete expired rows.
pub(super) type Gathered = (BTreeMap<(Tenancy, u64), Schedule>, BTreeMap<Tenancy, Expiry>);

/// The rows of one table, and where it is from.
pub(super) struct Listed {
    pub(super) bundle: usize,
    pub(super) standing: Standing,
    pub(super) path: Arc<str>,
    pub(super) tenancy: Tenancy,
    pub(super) rows: Vec<ScheduleRow>,
}

/// Puts the tables together; of two that list a schedule, the one that was collected later has the last word.
pub(super) fn gather(mut tables: Vec<Listed>, bundles: &BTreeMap<usize, Bundle>) -> Gathered {
    let collected = |table: &Listed| bundles.get(&table.bundle).and_then(Bundle::collected);
    let whole = |table: &Listed| table.standing == Standing::Whole;
    tables.sort_small_by_key(|table| (collected(table), table.bundle, whole(table)));
    let mut schedules = BTreeMap::new();
    let mut expiry = BTreeMap::new();
    for table in tables {
        let is_whole = whole(&table);
        let Listed { path, tenancy, rows, .. } = table;
        let mut expires = Expiry { tables: Vec::new(), path: Arc::clone(&path), is_whole };
        for row in rows {
            let (line, offset) = (row.line, row.offset);
            let source = Location { path: Arc::clone(&path), line, offset };
            if let Some(table) = row.expires {
                expires.tables.push((table, source));
                continue;
            }
            let ScheduleRow { id, name, created, next_run, paused, expression, .. } = row;
            let schedule = Schedule { name, created, next_run, paused, expression, source };
            schedules.insert((tenancy.clone(), id), schedule);
        }
        expiry.insert(tenancy, expires);
    }
    (schedules, expiry)
}
