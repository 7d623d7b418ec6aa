//! What rules ask of the rows of tables, which are filtered while they are read.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::parse::asked::{Question, Shape, Told};

use super::form::rule::{Is, Rule, Test, When};
use super::form::schema;
use super::relation::Cell;
use super::set::RuleSet;
use super::test::{self, Patterns};
use super::truth::{Missing, Truth};

/// Tables and documents of events; the first has all that are kept.
pub(super) const EVENTS: [&str; 2] = ["system.eventlog", "events"];

/// The documents of ranges.
pub(super) const RANGES: &str = "ranges";

/// One question about a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Ask {
    /// What the rows are.
    shape: Shape,
    /// Name of the table's file without ending.
    pub(super) table: String,
    /// What holds of the rows.
    filter: Vec<Test>,
    /// Columns that are compared or said.
    pub(super) columns: Vec<String>,
}

impl Ask {
    /// What a rule asks of tables for its set of rows at `place`, or for its subject.
    pub(super) fn of(rule: &Rule, place: Option<usize>) -> Vec<Self> {
        let set = place.map(|place| &rule.rows[place]);
        let (from, table, filter) = set.map_or_else(
            || (&rule.subject.from, &rule.subject.table, &rule.subject.filter),
            |set| (&set.from, &set.table, &set.filter),
        );
        let (shape, tables): (Shape, Vec<&str>) = match from.as_str() {
            "row" => (Shape::Row, table.iter().map(String::as_str).collect()),
            "event" => (Shape::Event, EVENTS.to_vec()),
            "range" => (Shape::Range, vec![RANGES]),
            _ => return Vec::new(),
        };
        let columns = columns(rule, place, from, filter);
        let ask = |table: &str| Self {
            shape,
            table: table.to_owned(),
            filter: filter.clone(),
            columns: columns.iter().cloned().collect(),
        };
        tables.into_iter().map(ask).collect()
    }

    /// The question as the readers of tables are asked it.
    pub(super) fn question(&self, patterns: &Patterns) -> Question {
        let (filter, patterns) = (self.filter.clone(), patterns.clone());
        let holds = move |cell: &dyn Fn(&str) -> Told| {
            // What it is compared with is not known yet.
            let other =
                |_: &str, _: &str| Cell::Unknown(Missing::Fact("the rows of others".to_owned()));
            let truths = filter.iter().map(|test| {
                let cell = told(cell(&test.column), String::new);
                test::of_table_cell(&test.is, &cell, &patterns, &other)
            });
            match Truth::all(truths) {
                Truth::True => Some(true),
                Truth::False => Some(false),
                Truth::Unknown(_) => None,
            }
        };
        let (shape, table, columns) = (self.shape, self.table.clone(), self.columns.clone());
        Question { shape, table, columns, holds: Arc::new(holds) }
    }
}

/// The columns of a set of rows, or of the subject, that a rule compares or says.
fn columns(rule: &Rule, place: Option<usize>, from: &str, filter: &[Test]) -> BTreeSet<String> {
    let name = place.map_or("subject", |place| rule.rows[place].name.as_str());
    let mut columns: BTreeSet<String> = filter.iter().map(|test| test.column.clone()).collect();
    match place {
        Some(place) => columns.extend(rule.rows[place].same.iter().cloned()),
        None => {
            let asked = rule.conditions().flat_map(When::of_subject);
            columns.extend(asked.map(|test| test.column.clone()));
            columns.extend(rule.rows.iter().flat_map(|set| set.same.iter().cloned()));
            columns.extend(rule.subject.named.iter().map(|(column, _)| column.clone()));
        }
    }
    let filters = rule.rows.iter().map(|set| &set.filter).chain([&rule.subject.filter]);
    let of_lines = rule.conditions().flat_map(When::of_subject);
    for test in filters.flatten().chain(of_lines) {
        if let Is::ComparesWith(_, rows, column) = &test.is
            && rows == name
        {
            columns.insert(column.clone());
        }
    }
    let slots = rule.templates().flat_map(|template| template.slots());
    let said = slots.filter(|slot| slot.name == name).filter_map(|slot| slot.column.clone());
    columns.extend(said);
    let own = schema::relation(from).map(|relation| relation.columns).unwrap_or_default();
    let own = own.iter().map(|column| column.name).filter(|name| *name != schema::OTHERS);
    columns.extend(own.map(str::to_owned));
    // Which node it is, the folder may tell.
    columns.remove("node");
    columns
}

/// The cell of a column from what a table tells. `of` names row and column for what is missing.
pub(super) fn told(told: Told, of: impl FnOnce() -> String) -> Cell {
    use super::form::rule::Value;
    let unknown = |why: &str| {
        let of = of();
        Cell::Unknown(Missing::Fact(format!("{of}: {why}")))
    };
    match told {
        Told::Text(text) => Cell::Value(Value::Text(text)),
        Told::Null => Cell::Absent,
        Told::Hidden => unknown("it is redacted"),
        Told::TooLong => unknown("it is longer than what is read of a cell"),
        Told::NoColumn => unknown("the table has no such column"),
    }
}

/// What one set of rows, or the subject, of a rule asks of tables.
#[derive(Clone, Copy)]
pub(super) struct Asks<'r> {
    set: &'r RuleSet,
    rule: &'r Rule,
    place: Option<usize>,
}

impl<'r> Asks<'r> {
    pub(super) fn new(set: &'r RuleSet, rule: &'r Rule, place: Option<usize>) -> Self {
        Self { set, rule, place }
    }

    /// Each question with its place among all.
    pub(super) fn each(self) -> Vec<(u32, &'r Ask)> {
        let asked = Ask::of(self.rule, self.place);
        let all = (0..).zip(self.set.asks());
        all.filter(|(_, ask)| asked.contains(ask)).collect()
    }

    /// The column by which a finding names a row.
    pub(super) fn named(self) -> Option<&'r str> {
        let named = self.rule.subject.named.as_ref().filter(|_| self.place.is_none());
        named.map(|(column, _)| column.as_str())
    }
}
