//! Settings of the cluster: what each is, since when, and what is missing where that cannot be known.
//!
//! A setting without a row has the default of the build only if a table was read that has all rows
//! (`docs/cockroachdb/tables.md#missing-setting-rows`). A value in the past is known only where a table or a list of events
//! says that it did not change since.

mod history;
mod state;

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use crate::ingest::{Standing, Table, table_at};
use crate::model::{Location, SortSmall, Tenancy, Tenant, Time, Unread, UnreadReason};
use crate::parse::cluster::{ClusterFact, ClusterRecord};
use crate::parse::settings::{SettingRow, SettingRows, Value, canonical};

use history::History;
pub use history::SettingChange;
use state::Snapshot;

/// The settings of all virtual clusters.
///
/// Answers for the settings that the engine was asked to read ([`crate::parse::settings::Names`]), and for others only where
/// a row says that they are set.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// What was read of each, by the time of the collection; what nothing dates comes last.
    snapshots: BTreeMap<Tenancy, Vec<Snapshot>>,
    history: BTreeMap<Tenancy, History>,
    /// Tables of which no file was read, by virtual cluster: the path of what says why.
    lost: BTreeMap<(Tenant, Table), (Arc<str>, Why)>,
}

/// What is known of a setting.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Setting {
    /// A row tells.
    Known(KnownSetting),
    /// A table that has a row for each setting, or for each that is set, has none for this one: it has the default of the
    /// build.
    DefaultAssumed {
        /// The table.
        source: Location,
    },
    /// Nothing tells; what is missing, the most telling first. Never empty.
    Unknown(Vec<MissingSetting>),
}

/// What a row tells of a setting.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownSetting {
    /// Its value. Of most settings of type text no more is kept than whether there is any.
    pub value: Value,
    /// Whether it is set explicitly, be it to the value of its default.
    pub explicit: Option<bool>,
    /// Whether its value is its default.
    pub is_default: Option<bool>,
    /// Since when it has this value: the last time that it was set.
    pub changed_at: Option<Time>,
    /// The row with the value.
    pub source: Location,
    /// The row with the time, where that is another one.
    pub dated_by: Option<Location>,
}

/// A fact that is missing to know a setting.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MissingSetting {
    /// The table that would tell.
    pub table: Table,
    /// Its file, or that which says why there is none.
    pub path: Option<Arc<str>>,
    /// Why it does not.
    pub why: Why,
}

/// Why a table does not tell of a setting.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Why {
    /// The engine was not asked to read this setting.
    NotAsked,
    /// There is no file of it.
    Absent,
    /// The bundle says that it could not be collected.
    NotCollected,
    /// Its file could not be read.
    Unread,
    /// Not all of it was read, or the bundle says that rows are missing.
    Incomplete,
    /// It has the names of its columns and no rows.
    NoRows,
    /// It does not list all settings.
    NotListed,
    /// The value is redacted.
    Redacted,
    /// It tells of a later time only.
    LaterOnly,
}

impl Why {
    /// Returns the end of a sentence that begins with the table.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NotAsked => "was not read for this setting",
            Self::Absent => "is not in the input",
            Self::NotCollected => "could not be collected, as the bundle itself says",
            Self::Unread => "could not be read",
            Self::Incomplete => "is not complete, and has no row for it",
            Self::NoRows => "has no rows",
            Self::NotListed => "does not list every setting, and has no row for this one",
            Self::Redacted => "has the value redacted",
            Self::LaterOnly => "tells of a later time only",
        }
    }
}

impl fmt::Display for MissingSetting {
    /// `crdb_internal.cluster_settings is not in the input`, with the path where there is a file.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.table.name())?;
        if let Some(path) = &self.path {
            write!(f, " ({path})")?;
        }
        write!(f, " {}", self.why.as_str())
    }
}

impl Setting {
    /// Returns the order of its value and `text`, which is read in the type of the value. None where that cannot be known.
    /// `default` is the value of the default in the build, as the table would print it, if that is known.
    #[must_use]
    pub fn compare(&self, text: &str, default: Option<&str>) -> Option<Ordering> {
        match self {
            Self::Known(known) => {
                let hidden = matches!(known.value, Value::Redacted | Value::Withheld);
                let own = known.value.compare(text);
                // What is hidden and not set is the default.
                let assumed = || Value::guess(default?).compare(text);
                own.or_else(|| (hidden && known.is_default == Some(true)).then(assumed).flatten())
            }
            Self::DefaultAssumed { .. } => Value::guess(default?).compare(text),
            Self::Unknown(_) => None,
        }
    }

    /// Returns whether a setting whose default is empty or off has a value of its own: it is set, and not to an empty text.
    /// None where that cannot be known, as for strings of bundles that hide all of them.
    #[must_use]
    pub fn is_set(&self) -> Option<bool> {
        match self {
            Self::Known(known) => {
                match (known.value.is_empty(), known.explicit, known.is_default) {
                    (Some(true), ..) | (_, Some(false), _) | (_, _, Some(true)) => Some(false),
                    (_, Some(true), _) | (_, _, Some(false)) => Some(true),
                    // Without its default, only text that is present proves that it was set.
                    (Some(false), None, None) if known.value == Value::Withheld => Some(true),
                    _ => None,
                }
            }
            Self::DefaultAssumed { .. } => Some(false),
            Self::Unknown(_) => None,
        }
    }

    /// Returns what is missing; nothing if it is known.
    #[must_use]
    pub fn missing(&self) -> &[MissingSetting] {
        match self {
            Self::Unknown(missing) => missing,
            _ => &[],
        }
    }

    /// Returns what a row tells.
    #[must_use]
    pub fn known(&self) -> Option<&KnownSetting> {
        match self {
            Self::Known(known) => Some(known),
            _ => None,
        }
    }
}

/// What one table says of settings, and where it is from.
#[derive(Clone, Debug)]
pub(super) struct Part {
    pub(super) bundle: usize,
    pub(super) table: Table,
    pub(super) standing: Standing,
    pub(super) path: Arc<str>,
    pub(super) tenancy: Tenancy,
    pub(super) rows: SettingRows,
}

impl Part {
    /// Returns what a row alone says of a setting.
    fn known(&self, row: &SettingRow) -> Setting {
        Setting::Known(KnownSetting {
            value: row.value.clone(),
            explicit: row.explicit,
            is_default: None,
            changed_at: row.changed,
            source: self.place(row),
            dated_by: None,
        })
    }

    fn place(&self, row: &SettingRow) -> Location {
        Location { path: Arc::clone(&self.path), line: row.line, offset: row.offset }
    }
}

impl Settings {
    /// Returns what is known of a setting, by either of its names, as of the last collection.
    #[must_use]
    pub fn state(&self, tenancy: &Tenancy, name: &str) -> Setting {
        match self.snapshots.get(tenancy).and_then(|all| all.last()) {
            Some(last) => self.of_snapshot(last, tenancy, canonical(name)),
            None => Setting::Unknown(self.absent(tenancy)),
        }
    }

    /// Returns when the last collection was made that [`Settings::state`] is of.
    #[must_use]
    pub fn as_of(&self, tenancy: &Tenancy) -> Option<Time> {
        self.snapshots.get(tenancy)?.last()?.collected
    }

    /// Returns the settings that are set, or differ from their defaults, as of the last collection, and how many more there
    /// are, beyond a bound.
    #[must_use]
    pub fn all_set(&self, tenancy: &Tenancy) -> (Vec<(String, KnownSetting)>, u64) {
        let Some(last) = self.snapshots.get(tenancy).and_then(|all| all.last()) else {
            return (Vec::new(), 0);
        };
        let known = last.names().into_iter().filter_map(|name| {
            let Setting::Known(known) = self.of_snapshot(last, tenancy, name) else { return None };
            let set = known.explicit == Some(true) || known.is_default == Some(false);
            set.then(|| (name.to_owned(), known))
        });
        (known.collect(), last.left_out())
    }

    /// The state of a setting in one collection. A virtual cluster does not list the settings of the whole cluster: what its
    /// own table lacks is as it is in the system tenant.
    fn of_snapshot(&self, snapshot: &Snapshot, tenancy: &Tenancy, name: &str) -> Setting {
        let own = snapshot.state(name, tenancy, |table| self.lost(tenancy, table));
        let system = Tenancy::new(&tenancy.cluster, &Tenant::system());
        if !matches!(own, Setting::DefaultAssumed { .. }) || *tenancy == system {
            return own;
        }
        match self.state(&system, name) {
            Setting::DefaultAssumed { .. } => own,
            other => other,
        }
    }

    fn lost(&self, tenancy: &Tenancy, table: Table) -> MissingSetting {
        match self.lost.get(&(tenancy.tenant.clone(), table)) {
            Some((path, why)) => MissingSetting { table, path: Some(Arc::clone(path)), why: *why },
            None => MissingSetting { table, path: None, why: Why::Absent },
        }
    }

    /// What is missing where no table of settings was read.
    fn absent(&self, tenancy: &Tenancy) -> Vec<MissingSetting> {
        let shown = self.lost(tenancy, Table::ClusterSettings);
        let set = self.lost(tenancy, Table::SystemSettings);
        let known = set.why != Why::Absent;
        std::iter::once(shown).chain(known.then_some(set)).collect()
    }
}

/// The record of the active version of the cluster, which its settings have.
pub(super) fn active_version(rows: &SettingRows) -> Vec<ClusterRecord> {
    let versions = rows.rows.iter().filter_map(|row| match &row.value {
        Value::Version(active) => {
            let fact = ClusterFact::ActiveVersion(active.text.clone());
            let (line, offset) = (row.line, row.offset);
            Some(ClusterRecord { node: None, fact, line, offset })
        }
        _ => None,
    });
    versions.collect()
}

/// Puts the tables together. `collected` says when a bundle was collected.
pub(super) fn gather(
    parts: Vec<Part>,
    collected: impl Fn(usize) -> Option<Time>,
    unread: &[Unread],
) -> Settings {
    let mut settings = Settings::default();
    let mut by_bundle = BTreeMap::<(Tenancy, usize), Vec<Part>>::new();
    for part in parts {
        if part.table == Table::SettingsHistory {
            let history = settings.history.entry(part.tenancy.clone()).or_default();
            history.add(&part, collected(part.bundle));
        } else if part.rows.read > 0 || part.table != Table::SettingsJson {
            by_bundle.entry((part.tenancy.clone(), part.bundle)).or_default().push(part);
        }
    }
    for ((tenancy, bundle), parts) in by_bundle {
        let snapshot = Snapshot::new(collected(bundle), parts);
        settings.snapshots.entry(tenancy).or_default().push(snapshot);
    }
    for snapshots in settings.snapshots.values_mut() {
        snapshots.sort_small_by_key(|one| (one.collected.is_none(), one.collected));
    }
    for lost in unread {
        let Some((table, tenant)) = table_at(&lost.path) else { continue };
        if table.has_settings() {
            let why = match lost.reason {
                UnreadReason::CollectionFailed => Why::NotCollected,
                _ => Why::Unread,
            };
            settings.lost.insert((tenant, table), (lost.path.as_str().into(), why));
        }
    }
    settings
}

impl Settings {
    /// Adds changes from a list of events, and the time in which it lacks none.
    pub(super) fn add_events(
        &mut self,
        tenancy: &Tenancy,
        changes: &[SettingChange],
        reach: Option<(Time, Time)>,
    ) {
        if !changes.is_empty() || reach.is_some() {
            self.history.entry(tenancy.clone()).or_default().add_events(changes, reach);
        }
    }
}
