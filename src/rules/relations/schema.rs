//! `table`, `index`, `column`, `object`: a row for each thing of the schema of which something is of note.

use std::borrow::Cow;
use std::collections::{BTreeSet, HashSet};

use crate::advisories::coverage;
use crate::facts::{Lost, Ran, SchemaOf};
use crate::model::{Evidence, Location, Time, ZipPart};
use crate::parse::schema::{Fact, FactSet, Known, On, SchemaRow, Thing};
use crate::rules::form::rule::{Is, Test, Value};
use crate::rules::form::schema::{self, Column};
use crate::rules::relation::{Cell, Row, Rows, Wanted};
use crate::rules::truth::Missing;
use crate::rules::view::View;

/// The rows of one of the relations.
pub(in crate::rules) fn rows(view: &View<'_>, wanted: Wanted<'_>) -> Rows {
    let of = view.facts.schema.of(view.tenancy);
    let on = match wanted.from {
        "table" => On::Table,
        "index" => On::Index,
        "column" => On::Column,
        _ => On::Object,
    };
    let columns = schema::relation(wanted.from).map_or(&[][..], |relation| relation.columns);
    let mut things: Vec<Cow<'_, SchemaRow>> =
        of.rows().filter(|row| row.on == on).map(Cow::Borrowed).collect();
    if on == On::Table {
        add_lost_ttl(view, of, &mut things);
    }
    let rows = things.iter().map(|row| self::row(view, of, columns, row)).collect();
    Rows { rows, missing: missing(view, of, on, wanted.filter) }
}

/// Adds the fact that a schedule deletes the expired rows of a table of which nothing says when they expire.
fn add_lost_ttl(view: &View<'_>, of: SchemaOf<'_>, things: &mut Vec<Cow<'_, SchemaRow>>) {
    let Some(expiry) = view.facts.expiry.get(view.tenancy).filter(|all| !all.tables.is_empty())
    else {
        return;
    };
    let lasting: HashSet<u32> = of.without_ttl().collect();
    for (id, _) in expiry.tables.iter().filter(|(id, _)| lasting.contains(id)) {
        if let Some(known) = things.iter_mut().find(|row| row.id == *id) {
            known.to_mut().facts.set(Fact::TtlLost, true);
            continue;
        }
        let mut facts = FactSet::default();
        facts.set(Fact::TtlLost, true);
        // Nothing else of it is of note, so its name is not kept.
        things.push(Cow::Owned(SchemaRow {
            on: On::Table,
            id: *id,
            name: id.to_string(),
            table: id.to_string(),
            thing: Thing::Table,
            unique: false,
            created: None,
            facts,
            details: Vec::new(),
            line: 1,
            offset: 0,
        }));
    }
}

/// Why there may be more rows with what is asked for.
fn missing(view: &View<'_>, of: SchemaOf<'_>, on: On, filter: &[Test]) -> BTreeSet<Missing> {
    let whose = view.facts.clusters.get(&view.tenancy.cluster);
    let several = whose.is_some_and(|whose| whose.tenants.len() > 1);
    let named = |what: String| {
        Missing::Fact(if several {
            format!("{what}, of virtual cluster {}", view.tenancy)
        } else {
            what
        })
    };
    let needed = |missing: Missing| {
        let part = ZipPart::Table("system.descriptor".to_owned());
        let need = coverage::zip_need(&view.tenancy.cluster, part);
        Missing::Needed { said: missing.to_string(), need }
    };
    let mut missing: BTreeSet<Missing> =
        of.missing().map(|one| needed(named(format!("the schema: {one}")))).into_iter().collect();
    let ttl = |test: &Test| test.column == Fact::TtlLost.name() && asks_for(&test.is);
    if on == On::Table && filter.iter().any(ttl) {
        match view.facts.expiry.get(view.tenancy) {
            Some(expiry) if expiry.is_whole => {}
            Some(expiry) => {
                missing.insert(named(format!(
                    "the schedules: system.scheduled_jobs ({}) is not complete",
                    expiry.path
                )));
            }
            None => {
                missing.insert(named(
                    "the schedules: system.scheduled_jobs is not in the input, or was not read"
                        .to_owned(),
                ));
            }
        }
    }
    for fact in Fact::ALL.iter().filter(|fact| fact.on() == on) {
        let asked = filter.iter().any(|test| test.column == fact.name() && asks_for(&test.is));
        let left = if asked { of.left_out(*fact) } else { 0 };
        if left > 0 {
            missing.insert(named(format!(
                "{left} more things of the schema with {}, which are too many to list",
                fact.name()
            )));
        }
    }
    missing
}

/// Whether a condition holds only where something is so.
fn asks_for(is: &Is) -> bool {
    matches!(is, Is::OneOf(values) if *values == [Value::Bool(true)])
}

fn row(view: &View<'_>, of: SchemaOf<'_>, columns: &[Column], row: &SchemaRow) -> Row {
    Row {
        cells: columns.iter().map(|column| cell(row, column.name)).collect(),
        id: row.name.clone(),
        node: None,
        ran: row.created.filter(|_| row.on == On::Index).map(|at| ran_at(view, at)),
        evidence: source(view, of, row).map(|source| Evidence {
            source,
            node: None,
            time: row.created,
            text: said(row),
        }),
        redacted: false,
        doubts: Vec::new(),
    }
}

/// The row that shows it: of a schedule without a meaning, that of the schedule.
fn source(view: &View<'_>, of: SchemaOf<'_>, row: &SchemaRow) -> Option<Location> {
    if row.facts.get(Fact::TtlLost) == Known::Yes {
        let expiry = view.facts.expiry.get(view.tenancy)?;
        return expiry.tables.iter().find(|(id, _)| *id == row.id).map(|(_, at)| at.clone());
    }
    let path = of.path()?.clone();
    Some(Location { path, line: row.line, offset: row.offset })
}

/// A row of encoded bytes for a person.
fn said(row: &SchemaRow) -> String {
    let facts: Vec<&str> = row
        .facts
        .each()
        .filter(|fact| row.facts.get(*fact) == Known::Yes)
        .map(Fact::name)
        .collect();
    let facts = facts.join(", ");
    match row.on {
        On::Index => format!("descriptor {}: index {}: {facts}", row.id, row.name),
        On::Column => format!("descriptor {}: column {}: {facts}", row.id, row.name),
        On::Table | On::Object => {
            format!("descriptor {}: {} {}: {facts}", row.id, row.thing.as_str(), row.name)
        }
    }
}

fn cell(row: &SchemaRow, column: &str) -> Cell {
    let fact = Fact::ALL.iter().find(|fact| fact.on() == row.on && fact.name() == column);
    if let Some(fact) = fact {
        return match row.facts.get(*fact) {
            Known::Yes => Cell::Value(Value::Bool(true)),
            Known::No => Cell::Value(Value::Bool(false)),
            Known::Unknown => {
                let (what, name) = (fact.name(), &row.name);
                Cell::Unknown(Missing::Fact(format!(
                    "{what} of {name}: its descriptor alone does not tell"
                )))
            }
        };
    }
    let detail = |facts: &[Fact]| {
        let found = facts.iter().find_map(|fact| row.details.iter().find(|(of, _)| of == fact));
        found.map_or(Cell::Absent, |(_, text)| Cell::text(text))
    };
    match column {
        "table" => Cell::text(&row.table),
        "name" => Cell::text(&row.name),
        "id" => Cell::number(row.id),
        "kind" => Cell::text(row.thing.as_str()),
        "unique" => Cell::Value(Value::Bool(row.unique)),
        "created" => Cell::time(row.created, &format!("{} was made", row.name)),
        "pair_predicate" => detail(&[Fact::EqualPredicates, Fact::EqualRedacted]),
        "pair_direction" => detail(&[Fact::ZigzagDirection]),
        "pair_nullable" => detail(&[Fact::ZigzagNullable]),
        "columns_unstored" => detail(&[Fact::TableUnstored]),
        "columns_mistyped" => detail(&[Fact::TableDefaultType]),
        "columns_uncovered" => detail(&[Fact::Uncovered]),
        "columns_elsewhere" => detail(&[Fact::StoredElsewhere]),
        "columns_volatile" => detail(&[Fact::Volatile]),
        // A test holds the columns against these.
        _ => Cell::Absent,
    }
}

/// What any node may have run at an instant: which of them did the work, nothing tells.
fn ran_at(view: &View<'_>, at: Time) -> Ran {
    let lost = Ran { lost: Some(Lost::Between), ..Ran::default() };
    let each = view.facts.nodes_of(view.tenancy).map(|(_, node)| {
        let ran = node.ran_at(at);
        if ran.is_unknown() { ran.or(lost.clone()) } else { ran }
    });
    let rest = (!view.facts.all_nodes_known(view.tenancy)).then(|| lost.clone());
    each.chain(rest).reduce(Ran::or).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_of_the_schema_are_the_facts_that_are_read() {
        for (name, on) in [
            ("table", On::Table),
            ("index", On::Index),
            ("column", On::Column),
            ("object", On::Object),
        ] {
            let columns = schema::relation(name).unwrap().columns;
            let asked: Vec<&str> = columns
                .iter()
                .filter(|column| column.kind == schema::Kind::Bool && column.name != "unique")
                .map(|column| column.name)
                .collect();
            let read: Vec<&str> =
                Fact::ALL.iter().filter(|fact| fact.on() == on).map(|fact| fact.name()).collect();
            assert_eq!(asked, read, "{name}");
        }
    }
}
