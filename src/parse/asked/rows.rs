//! SQL tables in any format, by the names of their columns.

use std::collections::BTreeSet;

use super::statuses::{each, plain};
use super::{AskedRow, Keeper, Shape, Told};
use crate::model::unmarked;
use crate::parse::scrub::scrub;
use crate::parse::table::{Problems, Row, Sink};

/// Bytes of a cell that are read.
const CELL: usize = 64 << 10;

/// What redaction leaves in the place of a part of a value.
const REMOVED: &str = "\u{2039}\u{d7}\u{203a}";

/// The rows so far.
#[derive(Debug)]
pub(super) struct Rows {
    pub(super) keepers: Vec<Keeper>,
    pub(super) rows: u64,
    pub(super) problems: Problems,
}

impl Rows {
    pub(super) fn new(keepers: Vec<Keeper>) -> Self {
        Self { keepers, rows: 0, problems: Problems::default() }
    }
}

impl Sink for Rows {
    fn names(&mut self, _names: &[String]) -> Result<(), String> {
        Ok(())
    }

    fn keep(&self, name: &str) -> usize {
        let name = name.trim().to_ascii_lowercase();
        let asked = |keeper: &Keeper| match keeper.question.shape {
            Shape::Event => EVENT.contains(&name.as_str()),
            Shape::Row | Shape::Range => keeper.question.columns.contains(&name),
        };
        if self.keepers.iter().any(asked) || NODE.contains(&name.as_str()) { CELL } else { 0 }
    }

    fn row(&mut self, row: Row) {
        self.rows += 1;
        let node = row.text(&NODE).and_then(|node| node.trim().parse().ok());
        for keeper in &mut self.keepers {
            let shape = keeper.question.shape;
            let of_row = |column: &str| match shape {
                Shape::Event => event(column, &|name| cell(&row, name)),
                Shape::Row | Shape::Range => cell(&row, column),
            };
            keeper.look(&of_row, &|question| {
                let mut asked: BTreeSet<&str> =
                    question.columns.iter().map(String::as_str).collect();
                if shape == Shape::Event {
                    asked.extend(EVENT);
                }
                let text = row.evidence(|name| !asked.contains(name));
                AskedRow { cells: Vec::new(), node, text, line: row.line, offset: row.offset }
            });
        }
    }

    fn problem(&mut self, line: u64, what: &str) {
        self.problems.add(line, what);
    }
}

/// Columns that name the node of a row.
const NODE: [&str; 2] = ["node_id", "reportingid"];

/// Columns of a table of events.
const EVENT: [&str; 5] = ["eventtype", "timestamp", "targetid", "reportingid", "info"];

/// What an event tells of a column, by its fields (`docs/cockroachdb/tables.md#events`).
pub(super) fn event(column: &str, field: &dyn Fn(&str) -> Told) -> Told {
    let own = match column {
        "time" => "timestamp",
        "type" => "eventtype",
        "target" => "targetid",
        "node" => "reportingid",
        _ => {
            let info = match field("info") {
                Told::Text(info) => info,
                Told::Null => return Told::Null,
                lost => return lost,
            };
            let (name, mut found) = (plain(column), Told::Null);
            let whole = each(info.as_bytes(), &mut |key, value| {
                if plain(key) == name {
                    found = if value == "null" { Told::Null } else { told(value) };
                }
            });
            // A field is not written where it is empty.
            return if whole { found } else { Told::Hidden };
        }
    };
    field(own)
}

/// What a cell of a row tells.
pub(super) fn cell(row: &Row, column: &str) -> Told {
    match row.cell(&[column]) {
        Some(cell) if !cell.is_whole() => Told::TooLong,
        Some(cell) => told(&cell.text()),
        None if row.is_null(column) => Told::Null,
        None => Told::NoColumn,
    }
}

/// What the text of a cell tells.
pub(super) fn told(text: &str) -> Told {
    let text = text.trim();
    if matches!(text, "<redacted>" | "redacted" | "\u{d7}") || text.contains(REMOVED) {
        Told::Hidden
    } else {
        Told::Text(scrub(&unmarked(text)).into_owned())
    }
}
