//! Tables about cluster settings to rows: which are asked for, and which differ from their defaults
//! (`docs/cockroachdb/tables.md#settings`).
//!
//! A cluster has a thousand settings and some of them are secrets, so a row is kept only if its setting is asked for or is
//! set, and text only where it is known to be none.

mod document;
mod names;
mod rows;
mod value;

use serde::{Deserialize, Serialize};

use crate::ingest::Table;
use crate::model::{Time, Unread, UnreadReason, unmarked};
use crate::parse::table::{Dead, Problems, TableReader};
use document::Document;
pub use names::{Names, VERSION, canonical, is_renamed};
use rows::Rows;
pub use rows::{changed, table_of};
pub use value::{ActiveVersion, Kind, Value};

/// Rows of one table that are kept because their settings are asked for. A table has one of each; one of changes has more.
const ASKED_ROWS: usize = 4096;

/// Rows of one table that are kept because their settings are set, without being asked for.
const SET_ROWS: usize = 512;

/// One row about one setting. What its table does not have is none.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SettingRow {
    /// The one name of the setting ([`canonical`]).
    pub name: String,
    /// Its value.
    pub value: Value,
    /// Its value unless set, where the table has it.
    pub default: Option<Value>,
    /// Whether it is set explicitly, whatever the value; of a change, whether it sets or resets.
    pub explicit: Option<bool>,
    /// When it was set last; of a change, when that was made.
    pub changed: Option<Time>,
    /// Line, from 1, at which the row begins.
    pub line: u64,
    /// Byte at which the row begins, from 0.
    pub offset: u64,
}

/// What one table or document says of settings.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SettingRows {
    /// The rows that are kept, in the order of the table.
    pub rows: Vec<SettingRow>,
    /// How many rows it has.
    pub read: u64,
    /// How many rows of settings that are set were left out, beyond a bound.
    pub left_out: u64,
    /// It has a row for each setting of its kind, so that an absent row says something. `SHOW CLUSTER SETTINGS` omits
    /// hidden settings, and the document of the API may.
    pub lists_all: bool,
    /// The settings that it was read for. Of another one an absent row says nothing.
    pub asked: Vec<String>,
}

/// Keeps rows within the bounds.
#[derive(Debug)]
struct Keeper {
    rows: SettingRows,
    asked: usize,
    set: usize,
}

impl Keeper {
    fn new(names: &Names) -> Self {
        let asked = names.iter().map(str::to_owned).collect();
        let rows = SettingRows { asked, lists_all: true, ..SettingRows::default() };
        Self { rows, asked: 0, set: 0 }
    }

    /// Keeps a row, or counts it as left out. False for one that is asked for and beyond its bound.
    fn keep(&mut self, row: SettingRow, asked: bool) -> bool {
        let (kept, bound) =
            if asked { (&mut self.asked, ASKED_ROWS) } else { (&mut self.set, SET_ROWS) };
        if *kept < bound {
            *kept += 1;
            self.rows.rows.push(row);
            return true;
        }
        self.rows.left_out += u64::from(!asked);
        !asked
    }
}

/// Reads a table or document about settings piece by piece. Memory holds one row and the result.
#[derive(Debug)]
pub struct SettingsTable {
    path: String,
    named: Table,
    format: Format,
    dead: Option<Dead>,
}

#[derive(Debug)]
enum Format {
    Rows(TableReader, Box<Rows>),
    Document(Box<Document>),
}

impl SettingsTable {
    /// The table at `path`, which diagnostics name, read for the settings `names`.
    #[must_use]
    pub fn new(table: Table, path: &str, names: &Names) -> Self {
        let format = if table.is_document() {
            Format::Document(Box::new(Document::new(names)))
        } else {
            Format::Rows(TableReader::default(), Box::new(Rows::new(table, names)))
        };
        Self { path: path.to_owned(), named: table, format, dead: None }
    }

    /// Reads the next piece.
    pub fn feed(&mut self, piece: &[u8]) {
        match &mut self.format {
            Format::Rows(reader, rows) => reader.feed(piece, rows.as_mut()),
            Format::Document(document) if self.dead.is_none() => {
                self.dead = document.feed(piece).map(|what| {
                    (UnreadReason::MalformedTable, format!("{what}; what follows was not read"))
                });
            }
            Format::Document(_) => {}
        }
    }

    /// Returns the table by its columns, its rows, and what could not be read.
    #[must_use]
    pub fn finish(self) -> (Table, SettingRows, Vec<Unread>) {
        match self.format {
            Format::Rows(mut reader, mut rows) => {
                let dead = reader.finish(rows.as_mut());
                let (table, rows, problems) = rows.finish();
                (table, rows, problems.unread(&self.path, dead))
            }
            Format::Document(document) => {
                let (rows, what) = document.finish();
                let dead =
                    self.dead.or(what.map(|what| (UnreadReason::MalformedTable, what.to_owned())));
                (self.named, rows, Problems::default().unread(&self.path, dead))
            }
        }
    }
}

/// Reads the value of a setting: of text only whether there is any, unless it can be no secret.
fn value(name: &str, kind: Kind, text: &str, whole: bool) -> Value {
    let text = &*unmarked(text);
    if is_redacted(text) {
        return Value::Redacted;
    }
    let value =
        if name == VERSION { Value::parse(Kind::Version, text) } else { Value::parse(kind, text) };
    match value {
        Value::Text(text) if text.is_empty() => Value::Text(text),
        Value::Text(text) if whole && names::is_plain_text(name) => Value::Text(text),
        // Without a type, the words of enums look like text.
        Value::Text(text) if kind == Kind::Unknown && WORDS.contains(&text.as_str()) => {
            Value::Enum(text)
        }
        Value::Text(_) => Value::Withheld,
        Value::Enum(word) if word.len() > WORD || !whole => Value::Unreadable,
        value if whole => value,
        _ => Value::Unreadable,
    }
}

/// The longest word of an enum that is kept.
const WORD: usize = 64;

/// Words of enums that are recognized without a type.
const WORDS: [&str; 7] =
    ["on", "off", "auto", "unsafe", "unsafe_always", "crdb-bcrypt", "scram-sha-256"];

/// Whether a debug zip hides the value (`docs/cockroachdb/tables.md#redacted-settings`).
fn is_redacted(text: &str) -> bool {
    matches!(text.trim(), "<redacted>" | "×" | "redacted")
}
