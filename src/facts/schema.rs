//! What is of note in the schema of each virtual cluster, and what is missing where that cannot be known.
//!
//! The last collection counts. That something is not of note is known only where a table of descriptors was read wholly.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use crate::ingest::{Standing, Table, table_at};
use crate::model::{SortSmall, Tenancy, Tenant, Time, Unread, UnreadReason};
use crate::parse::schema::{Fact, SchemaRow, SchemaRows};

use super::Why;

/// The schema of all virtual clusters.
#[derive(Clone, Debug, Default)]
pub struct Schema {
    /// The part of the last collection that counts.
    parts: BTreeMap<Tenancy, Part>,
    /// Tables of which no file was read, by virtual cluster: the path of what says why.
    lost: BTreeMap<(Tenant, Table), (Arc<str>, Why)>,
}

/// What one table says of the schema, and where it is from.
#[derive(Clone, Debug)]
pub(super) struct Part {
    pub(super) bundle: usize,
    pub(super) standing: Standing,
    pub(super) path: Arc<str>,
    pub(super) tenancy: Tenancy,
    pub(super) rows: SchemaRows,
}

/// The schema of one virtual cluster.
#[derive(Clone, Copy, Debug)]
pub struct SchemaOf<'a> {
    schema: &'a Schema,
    tenancy: &'a Tenancy,
}

/// A table that is missing to know the schema.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MissingSchema {
    /// The table that would tell.
    pub table: Table,
    /// Its file, or that which says why there is none.
    pub path: Option<Arc<str>>,
    /// Why it does not.
    pub why: Why,
}

impl fmt::Display for MissingSchema {
    /// `system.descriptor is not in the input`, with the path where there is a file.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.table.name())?;
        if let Some(path) = &self.path {
            write!(f, " ({path})")?;
        }
        f.write_str(match self.why {
            Why::Absent => " is not in the input",
            Why::NotCollected => " could not be collected, as the bundle itself says",
            Why::Incomplete => " is not complete",
            Why::NoRows => " has no rows",
            Why::Redacted => " is redacted: it says which objects there are, and nothing of them",
            _ => " could not be read",
        })
    }
}

impl Schema {
    /// The schema of a virtual cluster.
    #[must_use]
    pub fn of<'a>(&'a self, tenancy: &'a Tenancy) -> SchemaOf<'a> {
        SchemaOf { schema: self, tenancy }
    }
}

impl<'a> SchemaOf<'a> {
    fn part(self) -> Option<&'a Part> {
        self.schema.parts.get(self.tenancy)
    }

    /// What is of note.
    pub fn rows(self) -> impl Iterator<Item = &'a SchemaRow> {
        self.part().into_iter().flat_map(|part| &part.rows.rows)
    }

    /// The ids of live tables whose rows do not expire.
    pub fn without_ttl(self) -> impl Iterator<Item = u32> {
        self.part().into_iter().flat_map(|part| part.rows.without_ttl())
    }

    /// The file that tells.
    #[must_use]
    pub fn path(self) -> Option<&'a Arc<str>> {
        self.part().map(|part| &part.path)
    }

    /// What is missing to know that nothing else is of note; none if everything was read.
    #[must_use]
    pub fn missing(self) -> Option<MissingSchema> {
        let table = Table::Descriptor;
        let Some(part) = self.part() else {
            let lost = self.schema.lost.get(&(self.tenancy.tenant.clone(), table));
            let (path, why) =
                lost.map_or((None, Why::Absent), |(path, why)| (Some(Arc::clone(path)), *why));
            return Some(MissingSchema { table, path, why });
        };
        let why = if part.rows.redacted {
            Why::Redacted
        } else if part.standing != Standing::Whole {
            Why::Incomplete
        } else if part.rows.read == 0 {
            // Every cluster has the descriptors of its system tables.
            Why::NoRows
        } else {
            return None;
        };
        Some(MissingSchema { table, path: Some(Arc::clone(&part.path)), why })
    }

    /// How many rows with a fact were left out, beyond a bound.
    #[must_use]
    pub fn left_out(self, fact: Fact) -> u64 {
        self.part().map_or(0, |part| part.rows.left_out(fact))
    }
}

/// Puts the tables together. `collected` says when a bundle was collected.
pub(super) fn gather(
    parts: Vec<Part>,
    collected: impl Fn(usize) -> Option<Time>,
    unread: &[Unread],
) -> Schema {
    let mut schema = Schema::default();
    let mut by_tenancy = BTreeMap::<Tenancy, Vec<Part>>::new();
    for part in parts {
        by_tenancy.entry(part.tenancy.clone()).or_default().push(part);
    }
    let trust = |part: &Part| match part.standing {
        Standing::Whole => 2,
        Standing::Partial => 1,
        Standing::Superseded => 0,
    };
    for (tenancy, mut parts) in by_tenancy {
        // What nothing dates comes first, and of one collection what is most to be trusted comes last.
        parts.sort_small_by_key(|part| {
            (collected(part.bundle), part.bundle, trust(part), part.path.clone())
        });
        let Some(mut last) = parts.pop() else { continue };
        if last.standing != Standing::Whole {
            // What an object refers to may be in what was not read.
            for row in &mut last.rows.rows {
                row.facts.doubt(Fact::Dangling);
            }
        }
        schema.parts.insert(tenancy, last);
    }
    for lost in unread {
        let Some((table, tenant)) = table_at(&lost.path) else { continue };
        if table.has_schema() {
            let why = match lost.reason {
                UnreadReason::CollectionFailed => Why::NotCollected,
                _ => Why::Unread,
            };
            schema.lost.insert((tenant, table), (lost.path.as_str().into(), why));
        }
    }
    schema
}
