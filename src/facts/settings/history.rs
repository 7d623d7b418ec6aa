//! What a setting was at an instant: what a collection says, as far back as it did not change, and events of changes.

use std::sync::Arc;

use super::state::Snapshot;
use super::{KnownSetting, MissingSetting, Part, Setting, Settings, Why};
use crate::ingest::{Standing, Table, table_at};
use crate::model::{Location, SortSmall, Tenancy, Time};
use crate::parse::settings::{Value, canonical};

/// One change of a setting, from a table or an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SettingChange {
    /// The one name of the setting; none where the event was stripped of it.
    pub name: Option<String>,
    /// Its value from then on; of one that was reset that of its default, if the row names it.
    pub value: Value,
    /// It was set, and not reset.
    pub set: bool,
    /// When.
    pub time: Time,
    /// The row.
    pub source: Location,
}

/// The changes of a virtual cluster's settings.
#[derive(Clone, Debug, Default)]
pub(super) struct History {
    changes: Vec<SettingChange>,
    /// Times in which no change is missing.
    reaches: Vec<(Time, Time)>,
}

impl History {
    /// Adds the rows of `cluster_settings_history`. They are those of the events that are still kept, so no change is
    /// missing from the first until they were `collected`.
    pub(super) fn add(&mut self, part: &Part, collected: Option<Time>) {
        let changes: Vec<SettingChange> = part
            .rows
            .rows
            .iter()
            .filter_map(|row| {
                Some(SettingChange {
                    name: Some(row.name.clone()),
                    value: row.value.clone(),
                    set: row.explicit == Some(true),
                    time: row.changed?,
                    source: Location {
                        path: Arc::clone(&part.path),
                        line: row.line,
                        offset: row.offset,
                    },
                })
            })
            .collect();
        let times = || changes.iter().map(|change| change.time);
        let reach = times().min().zip(times().max().max(collected));
        self.add_events(&changes, reach.filter(|_| part.standing == Standing::Whole));
    }

    /// Adds changes, and the time in which none is missing.
    pub(super) fn add_events(&mut self, changes: &[SettingChange], reach: Option<(Time, Time)>) {
        let named = changes.iter().all(|change| change.name.is_some());
        self.reaches.extend(reach.filter(|_| named));
        self.changes.extend(changes.iter().filter(|change| change.name.is_some()).cloned());
        self.changes.sort_small_by_key(|change| (change.time, change.source.path.clone()));
        self.changes.dedup_by(|next, kept| (&next.name, next.time) == (&kept.name, kept.time));
    }
}

impl Settings {
    /// Returns the changes of a setting that are known, by time. There may have been others.
    pub fn changes(&self, tenancy: &Tenancy, name: &str) -> impl Iterator<Item = &SettingChange> {
        let name = canonical(name).to_owned();
        let all = self.history.get(tenancy).into_iter().flat_map(|history| &history.changes);
        all.filter(move |change| change.name.as_deref() == Some(&*name))
    }

    /// Returns what a setting was at an instant. After the last collection it is taken to be as it was then.
    #[must_use]
    pub fn at(&self, tenancy: &Tenancy, name: &str, time: Time) -> Setting {
        let name = canonical(name);
        let Some(snapshots) = self.snapshots.get(tenancy) else { return self.state(tenancy, name) };
        let later = |one: &&Snapshot| one.collected.is_none_or(|collected| collected >= time);
        let Some(next) = snapshots.iter().find(later) else { return self.state(tenancy, name) };
        let then = self.of_snapshot(next, tenancy, name);
        let since = then.known().and_then(|known| known.changed_at);
        let end = next.collected.unwrap_or(Time(i64::MAX));
        let last = self.changes(tenancy, name).filter(|change| change.time <= time).last();
        let changed =
            self.changes(tenancy, name).any(|change| time < change.time && change.time <= end);
        match (&then, last) {
            (Setting::Unknown(_), None) => then,
            // It was set last before that instant.
            _ if since.is_some_and(|since| since <= time) => then,
            (_, Some(change)) if self.reaches(tenancy, name, change.time, time) => was(change),
            _ if !changed && since.is_none() && self.reaches(tenancy, name, time, end) => then,
            (Setting::Unknown(_), _) => then,
            (
                Setting::Known(KnownSetting { source, .. }) | Setting::DefaultAssumed { source },
                _,
            ) => {
                let table =
                    table_at(&source.path).map_or(Table::ClusterSettings, |(table, _)| table);
                let path = Some(Arc::clone(&source.path));
                Setting::Unknown(vec![MissingSetting { table, path, why: Why::LaterOnly }])
            }
        }
    }

    /// Returns what a setting was in a time, one after the other; what is unknown of a part of it is among them.
    #[must_use]
    pub fn during(&self, tenancy: &Tenancy, name: &str, from: Time, to: Time) -> Vec<Setting> {
        let name = canonical(name);
        let snapshots = self.snapshots.get(tenancy).into_iter().flatten();
        let dated = snapshots.clone().filter_map(|one| {
            let Setting::Known(KnownSetting { changed_at, .. }) =
                self.of_snapshot(one, tenancy, name)
            else {
                return None;
            };
            changed_at
        });
        let reaches = self.history.get(tenancy).into_iter().flat_map(|history| &history.reaches);
        let mut edges: Vec<Time> = dated
            .chain(snapshots.filter_map(|one| one.collected))
            .chain(self.changes(tenancy, name).map(|change| change.time))
            .chain(reaches.flat_map(|(from, to)| [*from, *to]))
            .filter(|edge| from < *edge && *edge < to)
            .chain([from, to])
            .collect();
        edges.sort_small();
        edges.dedup();
        let between = edges.windows(2).map(|pair| Time(pair[0].0.midpoint(pair[1].0)));
        let mut instants: Vec<Time> = edges.iter().copied().chain(between).collect();
        instants.sort_small();
        let mut found: Vec<Setting> = Vec::new();
        for instant in instants {
            let state = self.at(tenancy, name, instant);
            if found.last() != Some(&state) {
                found.push(state);
            }
        }
        found
    }

    /// Whether a list of changes has all of those of a setting between two instants.
    fn reaches(&self, tenancy: &Tenancy, name: &str, from: Time, to: Time) -> bool {
        let mut snapshots = self.snapshots.get(tenancy).into_iter().flatten();
        if !snapshots.any(|one| one.is_asked(name)) {
            return false;
        }
        let reaches = self.history.get(tenancy).into_iter().flat_map(|history| &history.reaches);
        reaches.into_iter().any(|(first, last)| *first <= from && to <= *last)
    }
}

/// The state after a change.
fn was(change: &SettingChange) -> Setting {
    if change.value == Value::Redacted && !change.set {
        let hidden = MissingSetting {
            table: Table::SettingsHistory,
            path: Some(Arc::clone(&change.source.path)),
            why: Why::Redacted,
        };
        return Setting::Unknown(vec![hidden]);
    }
    if !change.set && change.value == Value::Unreadable {
        return Setting::DefaultAssumed { source: change.source.clone() };
    }
    Setting::Known(KnownSetting {
        value: change.value.clone(),
        explicit: Some(change.set),
        is_default: (!change.set).then_some(true),
        changed_at: Some(change.time),
        source: change.source.clone(),
        dated_by: None,
    })
}
