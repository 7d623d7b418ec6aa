//! Tables about the schema to what is of note in it (`docs/cockroachdb/tables.md#descriptors`).
//!
//! A cluster may have hundreds of thousands of tables, and most of them are nobody's concern. So a table becomes facts where
//! it is read, and only what is of note is kept: a row for it, with its names, and for its indexes and columns. What one
//! descriptor says of another is put together when all of a file were read. Memory holds one row of the file, a few numbers
//! of each descriptor and the result.

mod derive;
mod descriptor;
mod expression;
mod fact;
mod gather;
mod shape;

use serde::{Deserialize, Serialize};

use crate::ingest::Table;
use crate::model::{Time, Unread};
use crate::parse::encoded::{Encoded, decode};
use crate::parse::table::{Cell, Problems, Row, Sink, TableReader};
pub use fact::{Fact, FactSet, Known, On, Thing};
use gather::Gather;

/// Bytes of a cell that are kept. The text of a descriptor takes two for each of its bytes; no table has so many columns.
const CELL: usize = 16 << 20;

/// What is of note about one thing of the schema.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SchemaRow {
    /// What it is.
    pub on: On,
    /// The id of its descriptor; of an index or a column, that of its table.
    pub id: u32,
    /// Its name as people write it, `db.schema.table`, `db.schema.table@index` or `db.schema.table.column`. A part that is
    /// not known is its id.
    pub name: String,
    /// Of an index or a column: the name of its table.
    pub table: String,
    /// What it is, or its table.
    pub thing: Thing,
    /// Whether an index is unique.
    pub unique: bool,
    /// When an index was made, where its descriptor says it.
    pub created: Option<Time>,
    /// What is known of it.
    pub facts: FactSet,
    /// What a fact is about, in names: two indexes, or columns.
    pub details: Vec<(Fact, String)>,
    /// Line, from 1, at which its row begins.
    pub line: u64,
    /// Byte at which it begins, from 0.
    pub offset: u64,
}

/// What one table says of the schema.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SchemaRows {
    /// What is of note, in the order of the table.
    pub rows: Vec<SchemaRow>,
    /// How many rows it has.
    pub read: u64,
    /// It has no column that says what things are like.
    pub redacted: bool,
    /// The ids of live tables whose rows do not expire, each as what it is more than the one before.
    pub lasting: Vec<u32>,
    /// Facts of which rows were left out, beyond a bound, and how many.
    pub left_out: Vec<(Fact, u64)>,
}

impl SchemaRows {
    /// The ids of live tables whose rows do not expire.
    pub fn without_ttl(&self) -> impl Iterator<Item = u32> {
        self.lasting.iter().scan(0_u32, |id, more| {
            *id = id.wrapping_add(*more);
            Some(*id)
        })
    }

    /// How many rows with a fact were left out.
    #[must_use]
    pub fn left_out(&self, fact: Fact) -> u64 {
        self.left_out.iter().find(|(of, _)| *of == fact).map_or(0, |(_, count)| *count)
    }
}

/// Reads a table about the schema piece by piece.
#[derive(Debug)]
pub struct SchemaTable {
    path: String,
    reader: TableReader,
    rows: Rows,
}

/// The rows so far.
#[derive(Debug, Default)]
struct Rows {
    gather: Gather,
    problems: Problems,
    redacted: bool,
    /// A wrong number of cells in the row that comes next. Old tables have fewer cells than names; what decodes is whole.
    uneven: Option<(u64, String)>,
    read: u64,
}

impl SchemaTable {
    /// The table at `path`, which diagnostics name.
    #[must_use]
    pub fn new(path: &str) -> Self {
        Self { path: path.to_owned(), reader: TableReader::default(), rows: Rows::default() }
    }

    /// Reads the next piece.
    pub fn feed(&mut self, piece: &[u8]) {
        self.reader.feed(piece, &mut self.rows);
    }

    /// Returns what is of note, and what could not be read.
    #[must_use]
    pub fn finish(mut self) -> (SchemaRows, Vec<Unread>) {
        let dead = self.reader.finish(&mut self.rows);
        let Rows { mut gather, mut problems, redacted, uneven, read } = self.rows;
        if let Some((line, what)) = uneven {
            problems.add(line, &what);
        }
        if gather.has_too_many() {
            problems.add(read, "there are more descriptors than this version puts together");
        }
        let lasting = gather.lasting();
        let (rows, left_out) = gather.finish();
        let rows = SchemaRows { rows, read, redacted, lasting, left_out };
        (rows, problems.unread(&self.path, dead))
    }
}

/// The table about the schema that has these columns.
#[must_use]
pub fn table_of(names: &[String]) -> Option<Table> {
    let has = |name: &str| names.iter().any(|n| n == name);
    (has("id") && (has("hex_descriptor") || names.len() == 2 && has("descriptor")))
        .then_some(Table::Descriptor)
}

impl Sink for Rows {
    fn names(&mut self, names: &[String]) -> Result<(), String> {
        let has = |name: &str| names.iter().any(|n| n == name);
        // One writer of tests put blanks between the names.
        let blanks = names.len() == 1 && names[0].starts_with("id ");
        if !has("id") && !blanks {
            let what = "its first row does not name the columns of system.descriptor; none of its rows were read";
            return Err(what.to_owned());
        }
        self.redacted = !has("descriptor") && !has("hex_descriptor") && !blanks;
        Ok(())
    }

    fn keep(&self, _name: &str) -> usize {
        CELL
    }

    fn row(&mut self, row: Row) {
        let uneven = self.uneven.take();
        self.read += 1;
        if self.redacted {
            return;
        }
        let line = row.line;
        let first = row.cell(&["id"]).map_or_else(|| row.first(), Cell::bytes).trim_ascii();
        let id = std::str::from_utf8(first).ok().and_then(|id| id.parse::<u32>().ok());
        let Some(id) = id else {
            let what = uneven.map_or_else(|| "its id is no number".to_owned(), |(_, what)| what);
            return self.problems.add(line, &what);
        };
        let named = row.cell(&["hex_descriptor"]).or_else(|| row.cell(&["descriptor"]));
        // Without names, the last cell is the one that is most exact.
        let unnamed = || row.last_two().iter().rfind(|cell| cell.bytes() != first);
        let Some(cell) = named.or_else(unnamed) else {
            self.gather.unreadable(id);
            let what = uneven.map_or_else(|| "it has no descriptor".to_owned(), |(_, what)| what);
            return self.problems.add(line, &what);
        };
        if !cell.is_whole() {
            self.gather.unreadable(id);
            return self.problems.add(line, "its descriptor is longer than 16 MiB");
        }
        let read = match decode(cell.bytes()) {
            Encoded::Bytes(bytes) => {
                descriptor::read(&bytes).map(|found| self.gather.add(id, found, line, row.offset))
            }
            Encoded::Redacted => Err("its descriptor is redacted"),
            Encoded::Nothing => Err("it has no descriptor"),
        };
        if let Err(what) = read {
            self.gather.unreadable(id);
            self.problems.add(line, what);
        }
    }

    fn problem(&mut self, line: u64, what: &str) {
        if let Some((line, what)) = self.uneven.replace((line, what.to_owned())) {
            self.problems.add(line, &what);
        }
    }
}
