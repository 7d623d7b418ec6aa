//! One encoded descriptor to what it describes. The numbers of fields are in
//! `docs/cockroachdb/tables.md#descriptor-fields`; those that are not known are passed over.

use std::borrow::Cow;

use super::fact::Known;
use super::shape::{Column, Dependent, Index, IndexKind, Shape, State, Type};
use crate::parse::protobuf::{self, End, Value, numbers};

/// What one row of `system.descriptor` describes.
#[derive(Debug)]
pub(super) enum Descriptor<'a> {
    Table(Box<Shape<'a>>),
    Database { id: u32, name: Cow<'a, str>, region_enum: Option<u32>, has_regions: bool },
    Type { id: u32, is_of_regions: bool, referencing: Vec<u32> },
    Schema { id: u32, name: Cow<'a, str> },
    Function(Function<'a>),
}

/// A function of a person.
#[derive(Debug, Default)]
pub(super) struct Function<'a> {
    pub(super) id: u32,
    pub(super) parent: u32,
    pub(super) schema: u32,
    pub(super) name: Cow<'a, str>,
    pub(super) is_dropped: bool,
    /// What it takes and returns.
    pub(super) types: Vec<Type>,
    pub(super) depended_on_by: Vec<Dependent>,
}

/// Reads a descriptor.
///
/// # Errors
/// It is none, or it ends early; the end of a sentence.
pub(super) fn read(bytes: &[u8]) -> Result<Descriptor<'_>, &'static str> {
    let mut reader = Reader { end: End::Whole };
    let mut found = None;
    reader.walk(bytes, |reader, number, value| {
        let Value::Bytes(body) = value else { return };
        match number {
            1 => found = Some(Descriptor::Table(Box::new(reader.table(body)))),
            2 => found = Some(reader.database(body)),
            3 => found = Some(reader.of_type(body)),
            4 => found = Some(reader.schema(body)),
            5 => found = Some(Descriptor::Function(reader.function(body))),
            _ => {}
        }
    });
    match (reader.end, found) {
        (End::Whole, Some(found)) => Ok(found),
        (End::Cut, _) => Err("its descriptor ends early"),
        _ => Err("its descriptor cannot be decoded"),
    }
}

/// Reads messages, and knows whether all of them were whole.
struct Reader {
    end: End,
}

impl Reader {
    fn walk<'a>(&mut self, message: &'a [u8], mut found: impl FnMut(&mut Self, u64, Value<'a>)) {
        let end = protobuf::fields(message, |number, value| found(self, number, value));
        if self.end == End::Whole {
            self.end = end;
        }
    }

    fn text<'a>(&mut self, value: Value<'a>) -> Cow<'a, str> {
        let Value::Bytes(bytes) = value else { return Cow::default() };
        match std::str::from_utf8(bytes) {
            Ok(text) => Cow::Borrowed(text),
            Err(_) => {
                self.end = End::Broken;
                Cow::default()
            }
        }
    }

    fn table<'a>(&mut self, body: &'a [u8]) -> Shape<'a> {
        let mut shape = Shape::default();
        self.walk(body, |reader, number, value| match (number, value) {
            (1, name) => shape.name = reader.text(name),
            (3, id) => shape.id = small(id),
            (4, id) => shape.parent = small(id),
            (40, id) => shape.schema = small(id),
            (8, Value::Bytes(column)) => shape.columns.push(reader.column(column)),
            (10, Value::Bytes(index)) => shape.primary = Some(reader.index(index)),
            (11, Value::Bytes(index)) => shape.indexes.push(reader.index(index)),
            (14, Value::Bytes(mutation)) => reader.mutation(mutation, &mut shape),
            (19, Value::Varint(state)) => {
                shape.state = match state {
                    1 => State::Add,
                    2 => State::Drop,
                    3 => State::Offline,
                    _ => State::Public,
                }
            }
            (22, Value::Bytes(family)) => {
                let mut columns = Vec::new();
                reader.walk(family, |_, number, value| {
                    if number == 4 {
                        add_ids(&mut columns, value);
                    }
                });
                shape.families.push(columns);
            }
            (24, Value::Bytes(query)) => shape.is_view |= !query.is_empty(),
            (26, Value::Bytes(body)) => shape.depended_on_by.push(reader.dependent(body)),
            (28, Value::Bytes(_)) => shape.is_sequence = true,
            (30, Value::Bytes(body)) => {
                reader.walk(body, |_, number, value| {
                    if let (1, Value::Varint(id)) = (number, value) {
                        shape.replaces = id;
                    }
                });
            }
            (32, Value::Varint(job)) => shape.drop_job = job,
            (33, Value::Bytes(body)) => {
                reader.walk(body, |_, number, value| {
                    if let (3, Value::Varint(job)) = (number, value) {
                        shape.gc_jobs.push(job);
                    }
                });
            }
            (36 | 37, Value::Bytes(_)) => shape.has_foreign_key = true,
            (41, Value::Varint(is)) => shape.is_materialized = is != 0,
            (42, Value::Bytes(locality)) => {
                reader.walk(locality, |_, number, _| shape.regional_by_row |= number == 3);
            }
            (44, Value::Varint(is)) => shape.partition_all_by = is != 0,
            (47, Value::Bytes(_)) => shape.has_ttl = true,
            _ => {}
        });
        shape
    }

    fn column<'a>(&mut self, body: &'a [u8]) -> Column<'a> {
        let mut column = Column::default();
        self.walk(body, |reader, number, value| match (number, value) {
            (1, name) => column.name = reader.text(name),
            (2, id) => column.id = small(id),
            (3, Value::Bytes(of)) => column.of = reader.type_of(of),
            (4, Value::Varint(is)) => column.nullable = is != 0,
            (5, default) => column.default = reader.text(default),
            (16, Value::Varint(is)) => column.is_virtual = is != 0,
            _ => {}
        });
        column
    }

    fn type_of(&mut self, body: &[u8]) -> Type {
        let mut of = Type::default();
        self.walk(body, |reader, number, value| match (number, value) {
            (1, family) => of.family = small(family),
            (8, Value::Bytes(part)) => {
                let mut family = 0;
                reader.walk(part, |_, number, value| {
                    if number == 1 {
                        family = small(value);
                    }
                });
                of.has_parts = true;
                of.holds_enum |= family == ENUM;
            }
            (10, oid) => of.oid = small(oid),
            _ => {}
        });
        of
    }

    fn index<'a>(&mut self, body: &'a [u8]) -> Index<'a> {
        let mut index = Index::default();
        self.walk(body, |reader, number, value| match (number, value) {
            (1, name) => index.name = reader.text(name),
            (2, id) => index.id = small(id),
            (3, Value::Varint(is)) => index.unique = is != 0,
            (6, value) => add_ids(&mut index.key, value),
            (7, value) => add_ids(&mut index.suffix, value),
            (8, Value::Varint(way)) => index.descending.push(way != 0),
            (8, packed) => index.descending.extend(numbers(packed).into_iter().map(|way| way != 0)),
            (14, value) => add_ids(&mut index.store, value),
            (15, Value::Bytes(body)) => reader.partitioning(body, &mut index),
            (16, Value::Varint(kind)) => {
                index.kind = match kind {
                    0 => IndexKind::Forward,
                    1 => IndexKind::Inverted,
                    _ => IndexKind::Other,
                }
            }
            (18, version) => index.version = small(version),
            (19, Value::Varint(encoding)) => index.has_primary_encoding = encoding == 1,
            (23, predicate) => index.predicate = reader.text(predicate),
            (24, Value::Varint(is)) => index.is_temporary = is != 0,
            (25, Value::Varint(created)) => index.created = i64::try_from(created).unwrap_or(0),
            _ => {}
        });
        index
    }

    /// Whether an index is partitioned, and by lists of which one may be DEFAULT. That is expected in two bytes a column
    /// and not verified, so any other list may be one too; but none of those that regions make.
    fn partitioning(&mut self, body: &[u8], index: &mut Index<'_>) {
        let (mut of_regions, mut lists) = (false, None);
        self.walk(body, |reader, number, value| match (number, value) {
            (1, Value::Varint(columns)) => index.is_partitioned |= columns > 0,
            (2, Value::Bytes(list)) => {
                reader.walk(list, |_, number, value| {
                    let (2, Value::Bytes(values)) = (number, value) else { return };
                    let default = !values.is_empty() && values.chunks(2).all(|two| two == [2, 0]);
                    if default {
                        lists = Some(Known::Yes);
                    }
                    lists.get_or_insert(Known::Unknown);
                });
            }
            (4, Value::Varint(implicit)) => of_regions = implicit > 0,
            _ => {}
        });
        index.default_partition = lists.filter(|_| !of_regions);
    }

    fn mutation<'a>(&mut self, body: &'a [u8], shape: &mut Shape<'a>) {
        let (mut column, mut index, mut direction) = (None, None, 0);
        self.walk(body, |reader, number, value| match (number, value) {
            (1, Value::Bytes(body)) => column = Some(reader.column(body)),
            (2, Value::Bytes(body)) => index = Some(reader.index(body)),
            (4, Value::Varint(way)) => direction = way,
            _ => {}
        });
        match direction {
            // A build has an index of its own for what is written meanwhile.
            1 => shape.building.extend(index.filter(|index| !index.is_temporary)),
            2 => shape.dropping.extend(column.map(|column| column.name)),
            _ => {}
        }
    }

    fn dependent(&mut self, body: &[u8]) -> Dependent {
        let (mut id, mut by_id, mut zero) = (0, false, false);
        self.walk(body, |_, number, value| match (number, value) {
            (1, value) => id = small(value),
            (3, columns) => zero |= numbers(columns).contains(&0),
            (4, Value::Varint(is)) => by_id = is != 0,
            _ => {}
        });
        Dependent { id, by_id_of_column_zero: by_id && zero }
    }

    fn database<'a>(&mut self, body: &'a [u8]) -> Descriptor<'a> {
        let (mut id, mut name, mut region_enum) = (0, Cow::default(), None);
        let mut has_regions = false;
        self.walk(body, |reader, number, value| match (number, value) {
            (1, value) => name = reader.text(value),
            (2, value) => id = small(value),
            (10, Value::Bytes(regions)) => {
                has_regions = true;
                reader.walk(regions, |_, number, value| {
                    if number == 4 {
                        region_enum = Some(small(value));
                    }
                });
            }
            _ => {}
        });
        Descriptor::Database { id, name, region_enum, has_regions }
    }

    fn of_type<'a>(&mut self, body: &'a [u8]) -> Descriptor<'a> {
        let (mut id, mut is_of_regions, mut referencing) = (0, false, Vec::new());
        self.walk(body, |_, number, value| match (number, value) {
            (4, value) => id = small(value),
            (5, Value::Varint(kind)) => is_of_regions = kind == 2,
            (12, value) => add_ids(&mut referencing, value),
            _ => {}
        });
        Descriptor::Type { id, is_of_regions, referencing }
    }

    fn schema<'a>(&mut self, body: &'a [u8]) -> Descriptor<'a> {
        let (mut id, mut name) = (0, Cow::default());
        self.walk(body, |reader, number, value| match number {
            2 => name = reader.text(value),
            3 => id = small(value),
            _ => {}
        });
        Descriptor::Schema { id, name }
    }

    fn function<'a>(&mut self, body: &'a [u8]) -> Function<'a> {
        let mut function = Function::default();
        self.walk(body, |reader, number, value| match (number, value) {
            (1, name) => function.name = reader.text(name),
            (2, id) => function.id = small(id),
            (3, id) => function.parent = small(id),
            (4, id) => function.schema = small(id),
            // A parameter has its type as field 3, the returned value as field 1.
            (5 | 6, Value::Bytes(body)) => {
                let at = if number == 5 { 3 } else { 1 };
                reader.walk(body, |reader, number, value| {
                    if let Value::Bytes(of) = value
                        && number == at
                    {
                        function.types.push(reader.type_of(of));
                    }
                });
            }
            (15, Value::Bytes(body)) => function.depended_on_by.push(reader.dependent(body)),
            (16, Value::Varint(state)) => function.is_dropped = state == 2,
            _ => {}
        });
        function
    }
}

/// The family of enum types.
pub(super) const ENUM: u32 = 24;

/// An id; 0 for what can be none.
fn small(value: Value<'_>) -> u32 {
    match value {
        Value::Varint(number) => u32::try_from(number).unwrap_or(0),
        _ => 0,
    }
}

/// Adds the ids of a list, which is packed into one field or is one of several.
fn add_ids(ids: &mut Vec<u32>, value: Value<'_>) {
    match value {
        Value::Varint(_) => ids.push(small(value)),
        packed => ids.extend(numbers(packed).into_iter().map(|id| u32::try_from(id).unwrap_or(0))),
    }
}
