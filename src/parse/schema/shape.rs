//! What a table is like, whichever source tells it.

use std::borrow::Cow;

use super::fact::{Known, Thing};

/// A table, view or sequence.
#[derive(Clone, Debug, Default)]
pub(super) struct Shape<'a> {
    pub(super) id: u32,
    /// Its database.
    pub(super) parent: u32,
    /// Its schema; 0 or 29 is `public`.
    pub(super) schema: u32,
    pub(super) name: Cow<'a, str>,
    pub(super) state: State,
    pub(super) is_view: bool,
    pub(super) is_materialized: bool,
    pub(super) is_sequence: bool,
    pub(super) columns: Vec<Column<'a>>,
    pub(super) primary: Option<Index<'a>>,
    /// Secondary ones.
    pub(super) indexes: Vec<Index<'a>>,
    /// Those that are being built.
    pub(super) building: Vec<Index<'a>>,
    /// Names of columns that are being dropped.
    pub(super) dropping: Vec<Cow<'a, str>>,
    /// Column ids of each family.
    pub(super) families: Vec<Vec<u32>>,
    pub(super) regional_by_row: bool,
    pub(super) partition_all_by: bool,
    pub(super) has_foreign_key: bool,
    pub(super) has_ttl: bool,
    pub(super) drop_job: u64,
    pub(super) replaces: u64,
    /// Jobs that delete what was dropped of it.
    pub(super) gc_jobs: Vec<u64>,
    pub(super) depended_on_by: Vec<Dependent>,
}

/// The state of a table.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum State {
    #[default]
    Public,
    Add,
    Drop,
    Offline,
}

/// What depends on an object.
#[derive(Clone, Debug, Default)]
pub(super) struct Dependent {
    pub(super) id: u32,
    /// A reference by id that names the column 0.
    pub(super) by_id_of_column_zero: bool,
}

#[derive(Clone, Debug, Default)]
pub(super) struct Column<'a> {
    pub(super) id: u32,
    pub(super) name: Cow<'a, str>,
    pub(super) nullable: bool,
    pub(super) default: Cow<'a, str>,
    pub(super) is_virtual: bool,
    pub(super) of: Type,
}

/// A type.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Type {
    /// The number of its family (`docs/cockroachdb/tables.md#descriptor-fields`).
    pub(super) family: u32,
    pub(super) oid: u32,
    /// A record with an enum among its parts.
    pub(super) holds_enum: bool,
    /// A record whose parts are listed.
    pub(super) has_parts: bool,
}

#[derive(Clone, Debug, Default)]
pub(super) struct Index<'a> {
    pub(super) id: u32,
    pub(super) name: Cow<'a, str>,
    pub(super) unique: bool,
    pub(super) key: Vec<u32>,
    /// Whether each column of the key is in descending order.
    pub(super) descending: Vec<bool>,
    /// Columns of the primary key that are added to the key.
    pub(super) suffix: Vec<u32>,
    pub(super) store: Vec<u32>,
    pub(super) is_partitioned: bool,
    pub(super) default_partition: Option<Known>,
    pub(super) kind: IndexKind,
    /// How the primary index is written; below 4 it does not list what it stores.
    pub(super) version: u32,
    pub(super) has_primary_encoding: bool,
    pub(super) predicate: Cow<'a, str>,
    /// Made for the time in which another one is built.
    pub(super) is_temporary: bool,
    /// Nanoseconds; 0 where it is not known.
    pub(super) created: i64,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum IndexKind {
    #[default]
    Forward,
    Inverted,
    Other,
}

impl Index<'_> {
    pub(super) fn is_partial(&self) -> bool {
        !self.predicate.is_empty()
    }

    /// Whether it holds a column, in its key or beside.
    pub(super) fn holds(&self, column: u32) -> bool {
        self.key.contains(&column) || self.store.contains(&column)
    }
}

impl Shape<'_> {
    /// Whether it is a table that holds rows of people: no view, no sequence, not dropped and not of the database `system`.
    pub(super) fn is_live_table(&self) -> bool {
        !self.is_view
            && !self.is_sequence
            && matches!(self.state, State::Public | State::Offline)
            && self.parent != SYSTEM
    }

    /// What it is.
    pub(super) fn thing(&self) -> Thing {
        match (self.is_sequence, self.is_materialized, self.is_view) {
            (true, ..) => Thing::Sequence,
            (_, true, _) => Thing::MaterializedView,
            (_, _, true) => Thing::View,
            _ => Thing::Table,
        }
    }

    pub(super) fn column(&self, id: u32) -> Option<&Column<'_>> {
        self.columns.iter().find(|column| column.id == id)
    }
}

/// The id of the database `system`.
pub(super) const SYSTEM: u32 = 1;
