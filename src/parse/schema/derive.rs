//! From what a table is like to what is of note about it (`docs/cockroachdb/tables.md#schema-facts`).

use std::collections::BTreeSet;

use super::expression;
use super::fact::{Fact, FactSet, Known, On};
use super::shape::{Index, IndexKind, Shape};
use crate::model::{SortSmall, Time};

/// Of a table with more indexes than this the pairs are not gone through.
const PAIRED: usize = 256;

/// Columns, families and parts of indexes of a table that are looked at. A table of people has a tenth of that.
const PARTS: usize = 10_000;

/// Names in a list that is shown.
const SHOWN: usize = 8;

/// Bytes of a name that are kept.
pub(super) const NAME: usize = 256;

/// What is of note about a table and its parts.
#[derive(Debug, Default)]
pub(super) struct Noted {
    pub(super) table: FactSet,
    pub(super) details: Vec<(Fact, String)>,
    pub(super) parts: Vec<Part>,
}

/// An index or a column of which something is of note.
#[derive(Debug)]
pub(super) struct Part {
    pub(super) is_index: bool,
    pub(super) name: String,
    pub(super) unique: bool,
    pub(super) created: Option<Time>,
    pub(super) facts: FactSet,
    pub(super) details: Vec<(Fact, String)>,
}

/// What is of note about a table.
pub(super) fn noted(shape: &Shape<'_>) -> Noted {
    let mut noted = Noted::default();
    if !shape.is_live_table() {
        return noted;
    }
    if parts(shape) > PARTS {
        return Noted::unknown();
    }
    let table = &mut noted.table;
    table.set(Fact::MultiFamily, shape.families.len() > 1);
    table.set(Fact::RegionalByRow, shape.regional_by_row);
    table.set(Fact::TableBuilding, !shape.building.is_empty());
    table.set(Fact::PublicWithDropJob, shape.is_public() && shape.drop_job != 0);
    table.set(Fact::Replaced, shape.replaces != 0);
    table.set(Fact::RowLevelTtl, shape.has_ttl);
    let enums = shape.columns.iter().any(|column| column.of.family == super::descriptor::ENUM);
    table.set(Fact::EnumColumn, enums);
    let all = || shape.primary.iter().chain(&shape.indexes);
    table.set(Fact::Partitioned, shape.partition_all_by || all().any(|index| index.is_partitioned));
    for known in all().filter_map(|index| index.default_partition) {
        table.set(Fact::DefaultPartition, known);
    }
    let mut details = equal_predicates(shape, table);
    details.extend(pairs(shape, table));
    dropped(shape, table);
    indexes(shape, &mut noted);
    columns(shape, &mut noted);
    noted.details.extend(details);
    noted
}

impl Noted {
    /// Nothing is known of a table, nor of any index or column of it.
    fn unknown() -> Self {
        let unknown = |on: On| {
            let mut facts = FactSet::default();
            let of = Fact::ALL.iter().filter(|fact| fact.on() == on);
            of.for_each(|fact| facts.set(*fact, Known::Unknown));
            facts
        };
        let part = |is_index, on| Part {
            is_index,
            name: "…".to_owned(),
            unique: true,
            created: None,
            facts: unknown(on),
            details: Vec::new(),
        };
        Self {
            table: unknown(On::Table),
            details: Vec::new(),
            parts: vec![part(true, On::Index), part(false, On::Column)],
        }
    }
}

/// How much there is to look at.
fn parts(shape: &Shape<'_>) -> usize {
    let all = shape.primary.iter().chain(&shape.indexes).chain(&shape.building);
    let of = |index: &Index<'_>| {
        1 + index.key.len() + index.suffix.len() + index.store.len() + index.predicate.len() / 8
    };
    let families = shape.families.iter().map(Vec::len).sum::<usize>();
    shape.columns.len() + shape.dropping.len() + families + all.map(of).sum::<usize>()
}

impl Shape<'_> {
    fn is_public(&self) -> bool {
        self.state == super::shape::State::Public
    }

    /// Names of columns, in a sentence.
    fn listed(&self, ids: impl Iterator<Item = u32>) -> String {
        let names: Vec<&str> = ids
            .map(|id| self.column(id).map_or("?", |column| &*column.name))
            .take(SHOWN + 1)
            .collect();
        let more = names.len() > SHOWN;
        let names: Vec<&str> = names.iter().take(SHOWN).map(|name| cut(name)).collect();
        format!("{}{}", names.join(", "), if more { ", …" } else { "" })
    }
}

/// A name, not too long.
pub(super) fn cut(name: &str) -> &str {
    match name.char_indices().nth(NAME) {
        Some((end, _)) => &name[..end],
        None => name,
    }
}

/// Two partial indexes with one predicate.
fn equal_predicates(shape: &Shape<'_>, table: &mut FactSet) -> Vec<(Fact, String)> {
    let mut partial: Vec<&Index<'_>> =
        shape.indexes.iter().filter(|index| index.is_partial()).collect();
    partial.sort_small_by(|a, b| a.predicate.trim().cmp(b.predicate.trim()));
    let equal = partial.windows(2).filter_map(|two| match two {
        [one, other] if one.predicate.trim() == other.predicate.trim() => {
            let redacted = expression::is_redacted(&one.predicate);
            let fact = if redacted { Fact::EqualRedacted } else { Fact::EqualPredicates };
            Some((fact, format!("{} and {}", cut(&one.name), cut(&other.name))))
        }
        _ => None,
    });
    let mut details: Vec<(Fact, String)> = Vec::new();
    for (fact, pair) in equal {
        table.set(fact, true);
        table.set(Fact::SamePredicate, true);
        if !details.iter().any(|(known, _)| *known == fact) {
            details.push((fact, pair));
        }
    }
    details
}

/// Pairs of indexes by which the optimizer can plan a zigzag join: both are forward and not partial, begin with different
/// columns and end in the same ones after at least one that a filter fixes. That the last columns of a pair are what the
/// join equates is our reading (`docs/cockroachdb/tables.md#zigzag-pairs`).
fn pairs(shape: &Shape<'_>, table: &mut FactSet) -> Vec<(Fact, String)> {
    let forward: Vec<&Index<'_>> = shape
        .indexes
        .iter()
        .filter(|index| index.kind == IndexKind::Forward && !index.is_partial())
        .collect();
    if forward.len() > PAIRED {
        table.set(Fact::ZigzagDirection, Known::Unknown);
        table.set(Fact::ZigzagNullable, Known::Unknown);
        return Vec::new();
    }
    // The columns of each with their directions, last one first. Those that are added are in ascending order.
    let full: Vec<Vec<(u32, bool)>> = forward
        .iter()
        .map(|index| {
            let way = |at: usize| index.descending.get(at).copied().unwrap_or_default();
            let key = index.key.iter().enumerate().map(|(at, id)| (*id, way(at)));
            let suffix = index.suffix.iter().map(|id| (*id, false));
            key.chain(suffix).rev().collect()
        })
        .collect();
    let mut details: Vec<(Fact, String)> = Vec::new();
    for (at, one) in full.iter().enumerate() {
        for (other_at, other) in full.iter().enumerate().skip(at + 1) {
            if one.last().map(|c| c.0) == other.last().map(|c| c.0) {
                continue;
            }
            let room = one.len().min(other.len()).saturating_sub(1);
            let same = one.iter().zip(other).take(room).take_while(|(a, b)| a.0 == b.0);
            let (mut direction, mut nullable) = (false, false);
            for (a, b) in same {
                direction |= a.1 != b.1;
                nullable |= shape.column(a.0).is_some_and(|column| column.nullable);
            }
            for (fact, so) in [(Fact::ZigzagDirection, direction), (Fact::ZigzagNullable, nullable)]
            {
                table.set(fact, so);
                if so && !details.iter().any(|(known, _)| *known == fact) {
                    let (a, b) = (&forward[at].name, &forward[other_at].name);
                    details.push((fact, format!("{} and {}", cut(a), cut(b))));
                }
            }
        }
    }
    details
}

/// A column that is being dropped and that a predicate names. While it is dropped it may have another name.
fn dropped(shape: &Shape<'_>, table: &mut FactSet) {
    if shape.dropping.is_empty() {
        return;
    }
    for index in shape.indexes.iter().filter(|index| index.is_partial()) {
        for name in expression::names(&index.predicate) {
            let known = if shape.dropping.iter().any(|dropping| dropping == name) {
                Known::Yes
            } else if shape.columns.iter().any(|column| column.name == name) {
                Known::No
            } else {
                Known::Unknown
            };
            table.set(Fact::PredicateColumnDropped, known);
        }
    }
}

fn indexes(shape: &Shape<'_>, noted: &mut Noted) {
    let pending = shape.building.iter().map(|index| (index, true));
    for (index, building) in shape.indexes.iter().map(|index| (index, false)).chain(pending) {
        let mut facts = FactSet::default();
        let mut details = Vec::new();
        let partial = index.is_partial();
        facts.set(Fact::IsPartial, partial);
        facts.set(Fact::IsInverted, index.kind == IndexKind::Inverted);
        facts.set(Fact::Building, building);
        noted.table.set(Fact::PartialIndex, partial);
        noted.table.set(Fact::InvertedIndex, index.kind == IndexKind::Inverted);
        if partial && let Some(outside) = uncovered(shape, index) {
            facts.set(Fact::Uncovered, true);
            details.push((Fact::Uncovered, outside));
        }
        if !building {
            let encoded = index.has_primary_encoding;
            facts.set(Fact::SecondaryEncoding, encoded);
            noted.table.set(Fact::TableSecondaryEncoding, encoded);
            noted.table.set(Fact::StoredOddly, encoded);
            if encoded && let Some(elsewhere) = elsewhere(shape, index) {
                facts.set(Fact::StoredElsewhere, true);
                noted.table.set(Fact::TableStoredElsewhere, true);
                details.push((Fact::StoredElsewhere, elsewhere));
            }
            let less = index.id != 0 && shape.primary.as_ref().is_some_and(|p| p.id > index.id);
            facts.set(Fact::PrimaryId, less);
            noted.table.set(Fact::TablePrimaryId, less);
            if let Some(column) = volatile(shape, index) {
                facts.set(Fact::Volatile, true);
                noted.table.set(Fact::TableVolatile, true);
                details.push((Fact::Volatile, column));
            }
        }
        if !facts.is_empty() {
            noted.parts.push(Part {
                is_index: true,
                name: cut(&index.name).to_owned(),
                unique: index.unique,
                created: (index.created > 0).then_some(Time(index.created / 1000)),
                facts,
                details,
            });
        }
    }
}

/// The columns of families that a partial index does not hold and its predicate does not name, in a sentence.
fn uncovered(shape: &Shape<'_>, index: &Index<'_>) -> Option<String> {
    if shape.families.len() < 2 {
        return None;
    }
    let names = expression::names(&index.predicate);
    let of_predicate =
        shape.columns.iter().filter(|column| names.iter().any(|name| *name == column.name));
    let primary = shape.primary.iter().flat_map(|primary| &primary.key);
    let held: BTreeSet<u32> = index
        .key
        .iter()
        .chain(&index.store)
        .chain(&index.suffix)
        .chain(primary)
        .copied()
        .chain(of_predicate.map(|column| column.id))
        .collect();
    let mut outside = shape.families.iter().flatten().filter(|id| !held.contains(id)).peekable();
    outside.peek()?;
    Some(shape.listed(outside.copied()))
}

/// The columns that an index stores and the primary one does not, in a sentence. An old primary index lists none and stores
/// all (`docs/cockroachdb/tables.md#old-descriptor-encodings`).
fn elsewhere(shape: &Shape<'_>, index: &Index<'_>) -> Option<String> {
    let primary = shape.primary.as_ref().filter(|primary| primary.version >= LISTS_STORED)?;
    let mut missing = index.store.iter().filter(|id| !primary.holds(**id)).peekable();
    missing.peek()?;
    Some(shape.listed(missing.copied()))
}

/// The first version of a primary index that lists what it stores.
const LISTS_STORED: u32 = 4;

/// The columns of a NOT NULL column with a volatile default that an index holds, in a sentence. The primary key is not
/// among them: what changes it writes all indexes anew.
fn volatile(shape: &Shape<'_>, index: &Index<'_>) -> Option<String> {
    let primary = shape.primary.as_ref();
    let mut found = shape
        .columns
        .iter()
        .filter(|column| {
            !column.nullable
                && !column.default.is_empty()
                && index.holds(column.id)
                && primary.is_none_or(|primary| !primary.key.contains(&column.id))
                && expression::is_volatile(&column.default)
        })
        .map(|column| column.id)
        .peekable();
    found.peek()?;
    Some(shape.listed(found))
}

fn columns(shape: &Shape<'_>, noted: &mut Noted) {
    let primary = shape.primary.as_ref().filter(|primary| primary.version >= LISTS_STORED);
    let mut of = |column: &super::shape::Column<'_>, facts: FactSet| {
        noted.parts.push(Part {
            is_index: false,
            name: cut(&column.name).to_owned(),
            unique: false,
            created: None,
            facts,
            details: Vec::new(),
        });
    };
    let (mut unstored, mut mistyped) = (Vec::new(), Vec::new());
    let mut unknown = false;
    for column in &shape.columns {
        let mut facts = FactSet::default();
        let stored = primary.is_none_or(|primary| primary.holds(column.id));
        let in_another = || {
            let encoded = shape.indexes.iter().filter(|index| index.has_primary_encoding);
            encoded.into_iter().any(|index| index.store.contains(&column.id))
        };
        if !stored && !column.is_virtual && !in_another() {
            facts.set(Fact::Unstored, true);
            unstored.push(column.id);
        }
        if !column.default.is_empty() {
            match expression::differs_in_type(column) {
                Some(true) => {
                    facts.set(Fact::DefaultType, true);
                    mistyped.push(column.id);
                }
                Some(false) => {}
                None => unknown = true,
            }
        }
        if !facts.is_empty() {
            of(column, facts);
        }
    }
    for (fact, ids) in [(Fact::TableUnstored, unstored), (Fact::TableDefaultType, mistyped)] {
        if !ids.is_empty() {
            noted.table.set(fact, true);
            noted.details.push((fact, shape.listed(ids.into_iter())));
        }
    }
    noted.table.set(Fact::StoredOddly, noted.table.get(Fact::TableUnstored));
    if unknown {
        noted.table.set(Fact::TableDefaultType, Known::Unknown);
    }
}
