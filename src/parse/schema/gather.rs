//! What the descriptors of one table say of each other, and the rows that are kept.

use std::collections::{HashMap, HashSet};

use super::SchemaRow;
use super::derive::{self, Noted, cut};
use super::descriptor::{Descriptor, ENUM, Function};
use super::fact::{Fact, FactSet, Known, On, Thing};
use super::shape::{Dependent, Shape, State, Type};
use crate::model::{SortSmall, Time};

/// Rows that are kept with one fact; those beyond are counted.
const ROWS: usize = 2_000;

/// Descriptors that are put together. A cluster has far fewer.
const DESCRIPTORS: usize = 1_000_000;

/// Types that people made have the id of their descriptor, this much higher (unverified).
const OID: u32 = 100_000;

/// The id of the schema `public` where databases do not have one of their own.
const PUBLIC: u32 = 29;

/// Families of records and arrays.
const TUPLE: u32 = 20;
const ARRAY: u32 = 15;

/// What was read so far.
#[derive(Debug, Default)]
pub(super) struct Gather {
    ids: HashSet<u32>,
    databases: HashMap<u32, Database>,
    schemas: HashMap<u32, String>,
    /// Enums of regions, and what refers to them.
    region_enums: HashMap<u32, Vec<u32>>,
    /// Live tables, as they are compared with others.
    tables: Vec<(Place, bool)>,
    lasting: Vec<u32>,
    with_enum: HashSet<u32>,
    regional: Vec<Place>,
    functions: Vec<(Place, Vec<Type>)>,
    depends: Vec<(Place, Vec<u32>)>,
    rows: Vec<Kept>,
    counts: HashMap<Fact, Count>,
    too_many: bool,
}

#[derive(Debug)]
struct Database {
    name: String,
    region_enum: Option<u32>,
    has_regions: bool,
}

/// How many rows with a fact are kept, and how many are not.
#[derive(Clone, Copy, Debug, Default)]
struct Count {
    kept: usize,
    left: u64,
}

/// Whose row something is, and where.
#[derive(Clone, Debug)]
struct Place {
    id: u32,
    parent: u32,
    schema: u32,
    name: Box<str>,
    thing: Thing,
    line: u64,
    offset: u64,
}

/// A row before all names are known.
#[derive(Debug)]
struct Kept {
    place: Place,
    on: On,
    part: String,
    unique: bool,
    created: Option<Time>,
    facts: FactSet,
    details: Vec<(Fact, String)>,
}

impl Kept {
    fn new(place: Place, on: On, facts: FactSet) -> Self {
        let (part, details) = (String::new(), Vec::new());
        Self { place, on, part, unique: false, created: None, facts, details }
    }
}

impl Gather {
    /// Takes note of a descriptor that is there and cannot be read.
    pub(super) fn unreadable(&mut self, id: u32) {
        if self.ids.len() < DESCRIPTORS {
            self.ids.insert(id);
        }
    }

    /// Whether there are more descriptors than are put together.
    pub(super) fn has_too_many(&self) -> bool {
        self.too_many
    }

    /// The ids of live tables whose rows do not expire, each as what it is more than the one before.
    pub(super) fn lasting(&mut self) -> Vec<u32> {
        let mut ids = std::mem::take(&mut self.lasting);
        ids.sort_small();
        let mut before = 0;
        for id in &mut ids {
            (before, *id) = (*id, *id - before);
        }
        ids
    }

    /// Adds a descriptor.
    pub(super) fn add(&mut self, id: u32, found: Descriptor<'_>, line: u64, offset: u64) {
        if self.ids.len() >= DESCRIPTORS {
            self.too_many = true;
            return;
        }
        self.ids.insert(id);
        match found {
            Descriptor::Table(shape) => self.table(&shape, line, offset),
            Descriptor::Database { id, name, region_enum, has_regions } => {
                let name = cut(&name).to_owned();
                self.databases.insert(id, Database { name, region_enum, has_regions });
            }
            Descriptor::Schema { id, name } => {
                self.schemas.insert(id, cut(&name).to_owned());
            }
            Descriptor::Type { id, is_of_regions, referencing } => {
                if is_of_regions {
                    self.region_enums.insert(id, referencing);
                }
            }
            Descriptor::Function(function) => self.function(function, line, offset),
        }
    }

    fn table(&mut self, shape: &Shape<'_>, line: u64, offset: u64) {
        let place = Place {
            id: shape.id,
            parent: shape.parent,
            schema: shape.schema,
            name: cut(&shape.name).into(),
            thing: shape.thing(),
            line,
            offset,
        };
        self.object(shape, &place);
        if !shape.is_live_table() {
            return;
        }
        if shape.columns.iter().any(|column| column.of.family == ENUM) {
            self.with_enum.insert(shape.id);
        }
        self.tables.push((place.clone(), shape.has_foreign_key));
        self.lasting.extend((!shape.has_ttl).then_some(shape.id));
        if shape.regional_by_row {
            self.regional.push(place.clone());
        }
        let Noted { table, details, parts } = derive::noted(shape);
        if !table.is_empty() {
            self.keep(Kept { details, ..Kept::new(place.clone(), On::Table, table) });
        }
        for part in parts {
            let on = if part.is_index { On::Index } else { On::Column };
            self.keep(Kept {
                part: part.name,
                unique: part.unique,
                created: part.created,
                details: part.details,
                ..Kept::new(place.clone(), on, part.facts)
            });
        }
    }

    /// What is of note about a table, view or sequence in what other objects say of it.
    fn object(&mut self, shape: &Shape<'_>, place: &Place) {
        if shape.state == State::Drop {
            return;
        }
        self.depends(place, &shape.depended_on_by);
        let mut facts = FactSet::default();
        facts.set(Fact::MaterializedView, shape.is_materialized);
        let zero = shape.depended_on_by.iter().any(|of| of.by_id_of_column_zero);
        facts.set(Fact::SequenceColumnZero, shape.is_sequence && zero);
        if !facts.is_empty() {
            self.keep(Kept::new(place.clone(), On::Object, facts));
        }
    }

    fn depends(&mut self, place: &Place, on: &[Dependent]) {
        if !on.is_empty() {
            let ids = on.iter().map(|of| of.id).collect();
            self.depends.push((place.clone(), ids));
        }
    }

    fn function(&mut self, function: Function<'_>, line: u64, offset: u64) {
        if function.is_dropped {
            return;
        }
        let Function { id, parent, schema, name, types, depended_on_by, .. } = function;
        let name = cut(&name).into();
        let place = Place { id, parent, schema, name, thing: Thing::Function, line, offset };
        self.depends(&place, &depended_on_by);
        self.functions.push((place, types));
    }

    /// Keeps a row if one of its facts has room.
    fn keep(&mut self, row: Kept) {
        let room = |fact| self.counts.get(&fact).is_none_or(|count| count.kept < ROWS);
        let has_room = row.facts.each().any(room);
        for fact in row.facts.each() {
            let count = self.counts.entry(fact).or_default();
            if has_room {
                count.kept += 1;
            } else {
                count.left += 1;
            }
        }
        if has_room {
            self.rows.push(row);
        }
    }

    /// Adds what is known of a table or object to its row, or keeps one for it.
    fn add_to(
        &mut self,
        places: &mut HashMap<(On, u32), usize>,
        place: &Place,
        known: (Fact, Known),
    ) {
        let (fact, known) = known;
        let on = fact.on();
        if let Some(row) = places.get(&(on, place.id)).and_then(|at| self.rows.get_mut(*at)) {
            row.facts.set(fact, known);
            return;
        }
        let mut facts = FactSet::default();
        facts.set(fact, known);
        if facts.is_empty() {
            return;
        }
        let before = self.rows.len();
        self.keep(Kept::new(place.clone(), on, facts));
        if self.rows.len() > before {
            places.insert((on, place.id), before);
        }
    }

    /// The rows in the order of the table, and of which facts rows were left out.
    pub(super) fn finish(mut self) -> (Vec<SchemaRow>, Vec<(Fact, u64)>) {
        let rows = self.rows.iter().enumerate();
        let whole = rows.filter(|(_, row)| matches!(row.on, On::Table | On::Object));
        let mut places = whole.map(|(at, row)| ((row.on, row.place.id), at)).collect();
        self.put_together(&mut places);
        let Self { databases, schemas, mut rows, counts, .. } = self;
        rows.sort_small_by_key(|row| (row.place.line, row.on));
        let rows = rows.into_iter().map(|row| named(row, &databases, &schemas)).collect();
        let mut left: Vec<_> = counts
            .into_iter()
            .filter(|(_, count)| count.left > 0)
            .map(|(fact, count)| (fact, count.left))
            .collect();
        left.sort_small();
        (rows, left)
    }

    fn put_together(&mut self, places: &mut HashMap<(On, u32), usize>) {
        for row in self.rows.iter_mut().filter(|row| row.on == On::Table) {
            let database = self.databases.get(&row.place.parent);
            let regions = database.map_or(Known::Unknown, |of| of.has_regions.into());
            if row.facts.get(Fact::Partitioned) == Known::Yes {
                row.facts.set(Fact::PartitionedInRegions, regions);
            }
        }
        for place in std::mem::take(&mut self.regional) {
            let of = self.databases.get(&place.parent).and_then(|of| of.region_enum);
            let known = match of.and_then(|of| self.region_enums.get(&of)) {
                Some(referencing) => Known::from(!referencing.contains(&place.id)),
                None => Known::Unknown,
            };
            self.add_to(places, &place, (Fact::MissingTypeReference, known));
        }
        for (place, dependents) in std::mem::take(&mut self.depends) {
            let dangling = dependents.iter().any(|id| !self.ids.contains(id));
            self.add_to(places, &place, (Fact::Dangling, dangling.into()));
        }
        for (place, types) in std::mem::take(&mut self.functions) {
            self.add_to(places, &place, (Fact::Function, Known::Yes));
            for of in types {
                let known = self.is_record_with_enum(of);
                self.add_to(places, &place, (Fact::RecordWithEnum, known));
            }
        }
        self.same_names(places);
    }

    /// Whether a type is that of the rows of a table with an enum.
    fn is_record_with_enum(&self, of: Type) -> Known {
        let table = of.oid.checked_sub(OID);
        if of.holds_enum {
            return Known::Yes;
        }
        match table {
            Some(id) if of.family == TUPLE && self.with_enum.contains(&id) => Known::Yes,
            _ if of.has_parts => Known::No,
            Some(id) if of.family == TUPLE => {
                if self.ids.contains(&id) {
                    Known::No
                } else {
                    Known::Unknown
                }
            }
            Some(_) if of.family == ARRAY => Known::Unknown,
            None if of.family == TUPLE => Known::Unknown,
            _ => Known::No,
        }
    }

    fn same_names(&mut self, places: &mut HashMap<(On, u32), usize>) {
        let mut tables = std::mem::take(&mut self.tables);
        tables.sort_small_by(|(a, _), (b, _)| (&a.name, a.line).cmp(&(&b.name, b.line)));
        for same in tables.chunk_by(|(a, _), (b, _)| a.name == b.name) {
            let several = same.iter().any(|(place, _)| place.parent != same[0].0.parent);
            if !several {
                continue;
            }
            let keys = same.iter().any(|(_, foreign_key)| *foreign_key);
            for (place, _) in same {
                self.add_to(places, place, (Fact::SameName, Known::Yes));
                self.add_to(places, place, (Fact::SameNameForeignKey, keys.into()));
            }
        }
    }
}

fn named(
    row: Kept,
    databases: &HashMap<u32, Database>,
    schemas: &HashMap<u32, String>,
) -> SchemaRow {
    let Kept { place, on, part, unique, created, facts, details } = row;
    let database = databases.get(&place.parent).map(|of| of.name.as_str());
    let schema = match place.schema {
        0 | PUBLIC => Some("public"),
        id => schemas.get(&id).map(String::as_str),
    };
    let whole = |name: Option<&str>, id: u32| name.map_or_else(|| id.to_string(), quoted);
    let table = format!(
        "{}.{}.{}",
        whole(database, place.parent),
        whole(schema, place.schema),
        quoted(&place.name)
    );
    let name = match on {
        On::Index => format!("{table}@{}", quoted(&part)),
        On::Column => format!("{table}.{}", quoted(&part)),
        On::Table | On::Object => table.clone(),
    };
    let Place { id, thing, line, offset, .. } = place;
    SchemaRow { on, id, name, table, thing, unique, created, facts, details, line, offset }
}

/// A name as SQL prints it: in quotes unless it is plain.
fn quoted(name: &str) -> String {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    let begins = name.starts_with(|c: char| c.is_ascii_lowercase() || c == '_');
    if begins && name.chars().all(plain) {
        name.to_owned()
    } else {
        format!("\"{}\"", name.replace('"', "\"\""))
    }
}
