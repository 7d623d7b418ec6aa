//! `crdb_internal.cluster_settings`, `system.settings` and `cluster_settings_history`.

use serde::Deserialize;

use super::names::VERSION;
use super::{Keeper, Kind, Names, SettingRow, SettingRows, Value, is_redacted, value};
use crate::ingest::Table;
use crate::model::{Time, unmarked};
use crate::parse::table::{Cell, Problems, Row, Sink};
use crate::parse::time;

/// Bytes of a cell that are kept; the values that are read are short.
const CELL: usize = 1 << 10;

/// Returns the table about settings that has these columns.
#[must_use]
pub fn table_of(names: &[String]) -> Option<Table> {
    let has = |name: &str| names.iter().any(|n| n == name);
    let shown = has("variable") && has("value");
    if shown && (has("type") || has("setting_type") || has("description"))
        || has("name") && has("current_value") && has("type")
    {
        Some(Table::ClusterSettings)
    } else if has("setting_name") && has("value") && has("timestamp") {
        Some(Table::SettingsHistory)
    } else if has("name") && has("value") && has("lastupdated") && has("valuetype") {
        Some(Table::SystemSettings)
    } else {
        None
    }
}

/// Whether a table of this name can be read by these columns; redaction may take others.
fn is_enough(table: Table, names: &[String]) -> bool {
    let has = |wanted: &[&str]| wanted.iter().any(|name| names.iter().any(|n| n == name));
    match table {
        Table::ClusterSettings => has(&["variable", "name"]) && has(&["value", "current_value"]),
        Table::SystemSettings => has(&["name"]) && has(&["value"]),
        Table::SettingsHistory => has(&["setting_name"]) && has(&["timestamp"]),
        _ => false,
    }
}

/// The rows so far.
#[derive(Debug)]
pub(super) struct Rows {
    table: Table,
    names: Names,
    columns: Columns,
    kept: Keeper,
    problems: Problems,
    /// A wrong number of cells in the row that comes next.
    uneven: Option<(u64, String)>,
    /// The row `version` of `system.settings` was cut by a newline within its value.
    open: Option<(u64, String)>,
}

/// Columns that say how a table was made.
#[derive(Clone, Copy, Debug, Default)]
struct Columns {
    default: bool,
    reportable: bool,
}

impl Rows {
    pub(super) fn new(table: Table, names: &Names) -> Self {
        Self {
            table,
            names: names.clone(),
            columns: Columns::default(),
            kept: Keeper::new(names),
            problems: Problems::default(),
            uneven: None,
            open: None,
        }
    }

    /// Returns the table, the rows and the problems, once there are no more rows.
    pub(super) fn finish(mut self) -> (Table, SettingRows, Problems) {
        for (line, what) in self.open.take().into_iter().chain(self.uneven.take()) {
            self.problems.add(line, &what);
        }
        (self.table, self.kept.rows, self.problems)
    }

    fn keep(&mut self, asked: bool, row: SettingRow) {
        let line = row.line;
        if !self.kept.keep(row, asked) {
            self.problems.add(line, "there are too many rows of the settings that are asked for");
        }
    }

    /// A row of `crdb_internal.cluster_settings`.
    fn shown(&mut self, row: &Row) {
        let Some(shown) = row.text(&["variable", "name"]) else { return };
        let key = row.text(&["key"]);
        let (name, asked) = self.names.of_row(shown.trim(), key.as_deref().map(str::trim));
        let kind =
            row.text(&["type", "setting_type"]).map_or(Kind::Unknown, |kind| Kind::parse(&kind));
        let cell = |column: &[&str]| read(row, column, &name, kind);
        let Some(value) = cell(&["value", "current_value"]) else { return };
        let default = cell(&["default_value"]);
        let origin = row.text(&["origin"]);
        let explicit = match origin.as_deref().map(str::trim) {
            Some("default") => Some(false),
            Some(origin) if origin.contains("override") => Some(true),
            // Where the default is beside it, only a value that differs is hidden; not so from 25.4 on.
            _ if value == Value::Redacted && self.columns.default && !self.columns.reportable => {
                Some(true)
            }
            _ => None,
        };
        let differs = default.as_ref().is_some_and(|default| *default != value && is_shown(&value));
        if asked || explicit == Some(true) || explicit.is_none() && differs {
            let (line, offset) = (row.line, row.offset);
            self.keep(
                asked,
                SettingRow { name, value, default, explicit, changed: None, line, offset },
            );
        }
    }

    /// A row of `system.settings`, which has those that are set and no others.
    fn set(&mut self, row: &Row) {
        let Some(key) = row.text(&["name"]) else { return };
        let (name, asked) = self.names.of_row(key.trim(), None);
        let kind = row.text(&["valuetype"]).map_or(Kind::Unknown, |kind| Kind::parse(&kind));
        let value = match &*name {
            // Its value is encoded.
            VERSION => Value::Unreadable,
            name => read(row, &["value"], name, kind).unwrap_or(Value::Unreadable),
        };
        let changed = self.time(row, "lastupdated");
        let (line, offset) = (row.line, row.offset);
        let explicit = Some(true);
        self.keep(
            asked,
            SettingRow { name, value, default: None, explicit, changed, line, offset },
        );
    }

    /// A row of `cluster_settings_history`: one change.
    fn change(&mut self, row: &Row) {
        let Some(name) = row.text(&["setting_name"]) else { return };
        let (name, true) = self.names.of_row(name.trim(), None) else { return };
        let Some(changed) = self.time(row, "timestamp") else { return };
        let text = row.text(&["value"]);
        let reset = text.as_deref().is_some_and(is_reset);
        let value = if reset { None } else { read(row, &["value"], &name, Kind::Unknown) };
        let default = read(row, &["default_value"], &name, Kind::Unknown);
        let value =
            value.or_else(|| default.clone().filter(|_| reset)).unwrap_or(Value::Unreadable);
        let (line, offset) = (row.line, row.offset);
        let (explicit, changed) = (Some(!reset), Some(changed));
        self.keep(true, SettingRow { name, value, default, explicit, changed, line, offset });
    }

    fn time(&mut self, row: &Row, column: &str) -> Option<Time> {
        let text = row.text(&[column])?;
        let time = time::cell(&text);
        if time.is_none() {
            self.problems.add(row.line, "its time cannot be read");
        }
        time
    }
}

/// Whether the value tells whether it differs from another.
fn is_shown(value: &Value) -> bool {
    !matches!(value, Value::Redacted | Value::Unreadable)
}

/// The value in a cell; none where the row ends before it or the table lacks the column.
fn read(row: &Row, columns: &[&str], name: &str, kind: Kind) -> Option<Value> {
    match row.cell(columns) {
        Some(cell) => Some(value(name, kind, &cell.text(), cell.is_whole())),
        None if columns.iter().any(|column| row.is_null(column)) => {
            Some(if kind == Kind::Text || kind == Kind::Unknown {
                Value::Text(String::new())
            } else {
                Value::Unreadable
            })
        }
        None => None,
    }
}

/// Whether a change is a RESET.
fn is_reset(text: &str) -> bool {
    text.trim() == "DEFAULT"
}

/// The fields of an event about a setting.
#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Info {
    setting_name: Option<String>,
    value: Option<String>,
}

/// Reads the `info` of an event `set_cluster_setting`: the setting, its new value, and whether it was set and not reset.
/// None for a setting that is not asked for; without a name if the event does not tell which setting it is.
#[must_use]
pub fn changed(info: Option<&str>, names: &Names) -> Option<(Option<String>, Value, bool)> {
    let info = info.map(unmarked);
    let info: Info = info.and_then(|info| serde_json::from_str(&info).ok()).unwrap_or_default();
    let Some(name) = info.setting_name.filter(|name| !is_redacted(name)) else {
        return Some((None, Value::Unreadable, true));
    };
    let name = names.find(name.trim())?;
    // An empty field is not written.
    let text = info.value.unwrap_or_default();
    let reset = is_reset(&text);
    let read = if reset {
        Value::Unreadable
    } else {
        value(name, Kind::Unknown, text.trim_matches('\''), true)
    };
    Some((Some(name.to_owned()), read, !reset))
}

impl Sink for Rows {
    fn names(&mut self, names: &[String]) -> Result<(), String> {
        if let Some(table) = table_of(names) {
            self.table = table;
        } else if !is_enough(self.table, names) {
            return Err(
                "its first row names other columns than it should; none of its rows were read"
                    .to_owned(),
            );
        }
        let has = |name: &str| names.iter().any(|n| n == name);
        self.columns = Columns { default: has("default_value"), reportable: has("reportable") };
        // `SHOW CLUSTER SETTINGS` calls the type otherwise, and omits hidden settings.
        self.kept.rows.lists_all = self.table != Table::SettingsHistory && !has("setting_type");
        Ok(())
    }

    fn keep(&self, name: &str) -> usize {
        if matches!(name, "description" | "application_name" | "hex_value") { 0 } else { CELL }
    }

    fn row(&mut self, mut row: Row) {
        let uneven = self.uneven.take_if(|(line, _)| *line == row.line);
        if self.table == Table::SystemSettings && self.is_version(&row, uneven.as_ref()) {
            return;
        }
        if let Some((line, what)) = uneven {
            self.problems.add(line, &what);
            // A tab that is not quoted shifts what follows it.
            row.distrust(|name| matches!(name, "value" | "current_value"));
        }
        self.kept.rows.read += 1;
        match self.table {
            Table::SystemSettings => self.set(&row),
            Table::SettingsHistory => self.change(&row),
            _ => self.shown(&row),
        }
    }

    fn problem(&mut self, line: u64, what: &str) {
        if let Some((line, what)) = self.uneven.replace((line, what.to_owned())) {
            self.problems.add(line, &what);
        }
    }
}

impl Rows {
    /// Whether a row is the one of `version` in `system.settings`, or a part of it, whose cells do not fit the columns. Its
    /// value is encoded, and may hold tabs and newlines that old writers do not quote.
    fn is_version(&mut self, row: &Row, uneven: Option<&(u64, String)>) -> bool {
        let Some(uneven) = uneven else {
            // A whole row ends what was open.
            if let Some((line, what)) = self.open.take() {
                self.problems.add(line, &what);
            }
            return false;
        };
        // The type is the last cell, or the one before it.
        let ends = || row.last_two().iter().any(is_letter_m);
        if self.open.is_some() {
            if ends() {
                self.open = None;
            }
            return true;
        }
        if row.text(&["name"]).is_none_or(|name| name.trim() != VERSION) {
            return false;
        }
        self.kept.rows.read += 1;
        if !ends() {
            self.open = Some(uneven.clone());
        }
        true
    }
}

/// Whether a cell names the type of the setting `version`.
fn is_letter_m(cell: &Cell) -> bool {
    cell.bytes().trim_ascii() == b"m"
}
