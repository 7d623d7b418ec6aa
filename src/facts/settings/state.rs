//! The state of a setting in one collection, from all tables that tell of it.

use std::collections::BTreeSet;

use super::{KnownSetting, MissingSetting, Part, Setting, Why};
use crate::ingest::{Standing, Table};
use crate::model::{CollectSmall, Location, SortSmall, Tenancy, Tenant, Time};
use crate::parse::settings::{SettingRow, VERSION, Value, is_renamed};

/// The tables of one collection of one virtual cluster.
#[derive(Clone, Debug)]
pub(super) struct Snapshot {
    /// When they were collected, as far as anything tells.
    pub(super) collected: Option<Time>,
    /// Those that count most come last.
    parts: Vec<Part>,
}

/// A row, and the table that it is of.
type Found<'a> = (&'a Part, &'a SettingRow);

impl Snapshot {
    pub(super) fn new(collected: Option<Time>, mut parts: Vec<Part>) -> Self {
        let trust = |part: &Part| match part.standing {
            Standing::Whole => 2,
            Standing::Partial => 1,
            Standing::Superseded => 0,
        };
        parts.sort_small_by_key(|part| (trust(part), part.path.clone()));
        Self { collected, parts }
    }

    /// The settings of which there are rows.
    pub(super) fn names(&self) -> BTreeSet<&str> {
        let rows = self.parts.iter().flat_map(|part| &part.rows.rows);
        rows.map(|row| row.name.as_str()).filter(|name| *name != VERSION).collect_small()
    }

    /// How many rows of settings that are set were left out.
    pub(super) fn left_out(&self) -> u64 {
        self.parts.iter().map(|part| part.rows.left_out).max().unwrap_or_default()
    }

    /// Whether it was read for a setting.
    pub(super) fn is_asked(&self, name: &str) -> bool {
        self.parts.iter().any(|part| part.rows.asked.iter().any(|asked| asked == name))
    }

    fn of(&self, table: Table) -> impl DoubleEndedIterator<Item = &Part> {
        self.parts.iter().filter(move |part| part.table == table)
    }

    fn find(&self, table: Table, name: &str) -> Option<Found<'_>> {
        let row = |part: &'_ Part| part.rows.rows.iter().rposition(|row| row.name == name);
        self.of(table).rev().find_map(|part| Some((part, &part.rows.rows[row(part)?])))
    }

    /// The table that proves by having no row for a setting that it is not set.
    fn proves_absence(&self, table: Table, name: &str) -> Option<&Part> {
        self.of(table).rev().find(|part| why_not(part, name).is_none())
    }

    /// The state of a setting. `lost` says why there is no file of a table.
    pub(super) fn state(
        &self,
        name: &str,
        tenancy: &Tenancy,
        lost: impl Fn(Table) -> MissingSetting,
    ) -> Setting {
        let shown = self.find(Table::ClusterSettings, name);
        let set = self.find(Table::SystemSettings, name);
        // The operator of the whole cluster can set what a virtual cluster did not, and joined tables lack what was renamed
        // (docs/cockroachdb/tables.md#missing-setting-rows).
        let of_system = tenancy.tenant == Tenant::system() && !is_renamed(name);
        let unset = || self.proves_absence(Table::SystemSettings, name).filter(|_| of_system);
        match (shown, set) {
            (Some(shown), set) => shown_and_set(shown, set, unset().is_some())
                .unwrap_or_else(|| self.redacted(shown, name, of_system, lost)),
            (None, Some((part, row))) => part.known(row),
            (None, None) => {
                let proof = self.proves_absence(Table::ClusterSettings, name).or_else(unset);
                if let Some(part) = proof {
                    let source = Location { path: part.path.clone(), line: 1, offset: 0 };
                    return Setting::DefaultAssumed { source };
                }
                match self.find(Table::SettingsJson, name) {
                    Some((part, row)) if row.value != Value::Redacted => part.known(row),
                    _ => Setting::Unknown(self.missing(name, of_system, lost)),
                }
            }
        }
    }

    /// Unknown because its value is redacted where it is shown.
    fn redacted(
        &self,
        (part, _): Found<'_>,
        name: &str,
        of_system: bool,
        lost: impl Fn(Table) -> MissingSetting,
    ) -> Setting {
        let path = Some(part.path.clone());
        let hidden = MissingSetting { table: Table::ClusterSettings, path, why: Why::Redacted };
        let set = self.without_row(Table::SystemSettings, name, lost).filter(|_| of_system);
        Setting::Unknown(std::iter::once(hidden).chain(set).collect())
    }

    /// What is missing where no row tells.
    fn missing(
        &self,
        name: &str,
        of_system: bool,
        lost: impl Fn(Table) -> MissingSetting,
    ) -> Vec<MissingSetting> {
        let shown = self.without_row(Table::ClusterSettings, name, &lost);
        let set = self.without_row(Table::SystemSettings, name, &lost).filter(|_| of_system);
        let missing: Vec<_> = shown.into_iter().chain(set).collect();
        if missing.is_empty() { vec![lost(Table::ClusterSettings)] } else { missing }
    }

    /// Why a table without a row proves nothing; none if it does.
    fn without_row(
        &self,
        table: Table,
        name: &str,
        lost: impl Fn(Table) -> MissingSetting,
    ) -> Option<MissingSetting> {
        match self.of(table).next_back() {
            Some(part) => why_not(part, name).map(|why| MissingSetting {
                table,
                path: Some(part.path.clone()),
                why,
            }),
            None => Some(lost(table)),
        }
    }
}

/// Why it proves nothing that a table has no row for a setting; none if it does.
fn why_not(part: &Part, name: &str) -> Option<Why> {
    if !part.rows.asked.iter().any(|asked| asked == name) {
        return Some(Why::NotAsked);
    }
    match part.standing {
        Standing::Whole if part.rows.read == 0 => Some(Why::NoRows),
        Standing::Whole if !part.rows.lists_all => Some(Why::NotListed),
        Standing::Whole => None,
        Standing::Partial | Standing::Superseded => Some(Why::Incomplete),
    }
}

/// What the row of a setting in `cluster_settings` tells, with its row in `system.settings`, or that it has none there.
/// None where all of them hide it.
fn shown_and_set(
    (part, row): Found<'_>,
    set: Option<Found<'_>>,
    is_unset: bool,
) -> Option<Setting> {
    let explicit = row.explicit.or(set.map(|_| true)).or(is_unset.then_some(false));
    let hidden = row.value == Value::Redacted;
    if hidden && explicit.is_none() {
        return None;
    }
    // A size is printed rounded and stored exactly.
    let exact = set.filter(|(_, set)| match (&row.value, &set.value) {
        (Value::Redacted, value) => *value != Value::Redacted,
        (Value::Bytes(_), Value::Bytes(_)) => true,
        _ => false,
    });
    let (value, source) = match exact {
        Some((part, set)) => (set.value.clone(), part.place(set)),
        None => (row.value.clone(), part.place(row)),
    };
    // Two texts that are not kept may differ.
    let default = row.default.as_ref().filter(|default| !hidden && **default != Value::Withheld);
    let same = default.map(|default| *default == value);
    Some(Setting::Known(KnownSetting {
        value,
        explicit,
        is_default: if explicit == Some(false) { Some(true) } else { same },
        changed_at: set.and_then(|(_, set)| set.changed),
        dated_by: set.filter(|(_, set)| set.changed.is_some()).map(|(part, set)| part.place(set)),
        source,
    }))
}
