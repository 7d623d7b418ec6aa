//! Tables of every format in which a debug zip dumps them, to rows of named cells
//! (`docs/cockroachdb/debug-zip.md#tables`).
//!
//! The content decides which format it is; the ending of the file's name says nothing
//! (`docs/cockroachdb/debug-zip.md#table-format-by-content`). Text comes in pieces of any size; memory holds one row.

mod ascii;
mod json;
mod row;
mod separated;

pub(crate) use row::{Cell, Row};

use crate::model::{Unread, UnreadReason};
use crate::parse::sniff::BYTE_ORDER_MARK;
use ascii::Ascii;
use json::JsonTable;
use separated::Separated;

/// So much of the first line is enough to tell the format.
const HEAD: usize = 64 << 10;

/// How many diagnostics name their row; the others are counted.
const NAMED: usize = 8;

/// Where the rows of a table go.
pub(crate) trait Sink {
    /// The names of the columns (of JSON, where each row names its own, those of the first row), before any row. A
    /// sentence if they are not those of a table that the sink reads: then nothing more is read.
    fn names(&mut self, names: &[String]) -> Result<(), String>;

    /// Bytes of a cell that are kept, by the name of its column.
    fn keep(&self, name: &str) -> usize;

    /// The next row.
    fn row(&mut self, row: Row);

    /// Something is wrong with the row that begins at this line.
    fn problem(&mut self, line: u64, what: &str);
}

/// Where the reading stands: bytes before it, and its line from 1.
#[derive(Clone, Copy, Debug)]
struct Place {
    line: u64,
    offset: u64,
}

impl Place {
    fn advance(&mut self, text: &[u8]) {
        self.offset += text.len() as u64;
        self.line += memchr::memchr_iter(b'\n', text).count() as u64;
    }
}

/// Why no (further) row of a table can be read: a code and a sentence.
pub(crate) type Dead = (UnreadReason, String);

/// Reads a table piece by piece.
#[derive(Debug)]
pub(crate) struct TableReader {
    format: Format,
    /// The bytes before the format is decided.
    head: Vec<u8>,
    /// Whether the bytes in which a byte order mark may stand are behind us.
    begun: bool,
    place: Place,
    dead: Option<Dead>,
}

#[derive(Debug)]
enum Format {
    Undecided,
    Separated(Box<Separated>),
    Ascii(Box<Ascii>),
    Json(Box<JsonTable>),
}

impl Default for TableReader {
    fn default() -> Self {
        let place = Place { line: 1, offset: 0 };
        Self { format: Format::Undecided, head: Vec::new(), begun: false, place, dead: None }
    }
}

impl TableReader {
    /// Reads the next piece.
    pub(crate) fn feed(&mut self, piece: &[u8], sink: &mut dyn Sink) {
        if self.dead.is_some() {
            return;
        }
        if !matches!(self.format, Format::Undecided) {
            return self.read(piece, sink);
        }
        self.head.extend_from_slice(piece);
        if !self.begun && self.head.len() < BYTE_ORDER_MARK.len() {
            return;
        }
        self.begin();
        if self.head.len() >= HEAD || self.head.contains(&b'\n') {
            self.decide(sink);
        }
    }

    /// Reads what is left, and tells why the table was not read to its end, if so.
    pub(crate) fn finish(&mut self, sink: &mut dyn Sink) -> Option<Dead> {
        if matches!(self.format, Format::Undecided) && self.dead.is_none() {
            self.begin();
            self.decide(sink);
        }
        if self.dead.is_none() {
            self.dead = match &mut self.format {
                Format::Undecided => None,
                Format::Separated(table) => table.finish(&mut self.place, sink),
                Format::Ascii(table) => table.finish(&mut self.place, sink),
                Format::Json(table) => table.finish(sink),
            };
        }
        self.dead.take()
    }

    /// Leaves out a byte order mark and empty lines at the start.
    fn begin(&mut self) {
        if !self.begun {
            self.begun = true;
            if self.head.starts_with(BYTE_ORDER_MARK) {
                self.head.drain(..BYTE_ORDER_MARK.len());
                self.place.offset += BYTE_ORDER_MARK.len() as u64;
            }
        }
        let blank = self.head.iter().take_while(|b| matches!(b, b'\n' | b'\r')).count();
        let rest = self.head.split_off(blank);
        self.place.advance(&self.head);
        self.head = rest;
    }

    fn decide(&mut self, sink: &mut dyn Sink) {
        let head = std::mem::take(&mut self.head);
        let line = head.split(|b| *b == b'\n').next().unwrap_or_default();
        match decide(&line[..line.len().min(HEAD)]) {
            Ok(format) => self.format = format,
            Err(dead) => self.dead = Some(dead),
        }
        self.read(&head, sink);
    }

    fn read(&mut self, text: &[u8], sink: &mut dyn Sink) {
        if self.dead.is_some() {
            return;
        }
        self.dead = match &mut self.format {
            Format::Undecided => None,
            Format::Separated(table) => table.feed(text, &mut self.place, sink),
            Format::Ascii(table) => table.feed(text, &mut self.place, sink),
            Format::Json(table) => table.feed(text, self.place, sink),
        };
    }
}

/// The format of a table by its first line.
fn decide(line: &[u8]) -> Result<Format, Dead> {
    let start = line.trim_ascii_start();
    let other = |what: &str| {
        Err((UnreadReason::Unsupported, format!("{what}; none of its rows were read")))
    };
    if start.is_empty() || start.starts_with(b"# no columns") || start.starts_with(b"# empty") {
        let what = "it is empty: not even the names of its columns are there";
        return Err((UnreadReason::MalformedTable, what.to_owned()));
    }
    if line.starts_with(b"\xff\xfe") || line.starts_with(b"\xfe\xff") {
        return other("it is written in UTF-16, which this version does not read");
    }
    let counts_columns =
        start.strip_prefix(b"# ").is_some_and(|n| n.iter().any(u8::is_ascii_digit));
    if counts_columns
        || [&b"<table"[..], b"-[ RECORD", b"CREATE TABLE "].iter().any(|s| start.starts_with(s))
    {
        return other("it was written with another --format than tsv, csv, json or table");
    }
    let has = |byte: u8| line.contains(&byte);
    Ok(if start.starts_with(b"[") || start.starts_with(b"{") {
        Format::Json(Box::default())
    } else if start.starts_with(b"+-") || (has(b'|') && !has(b'\t')) {
        Format::Ascii(Box::default())
    } else if has(b'\t') || !has(b',') {
        Format::Separated(Box::new(Separated::new(b'\t')))
    } else {
        Format::Separated(Box::new(Separated::new(b',')))
    })
}

/// The names of the columns of the table that begins with `sample`, in whatever format; none if it is no table.
pub(crate) fn names(sample: &[u8]) -> Vec<String> {
    struct Names(Vec<String>);
    impl Sink for Names {
        fn names(&mut self, names: &[String]) -> Result<(), String> {
            self.0 = names.to_vec();
            Err(String::new())
        }
        fn keep(&self, _name: &str) -> usize {
            0
        }
        fn row(&mut self, _row: Row) {}
        fn problem(&mut self, _line: u64, _what: &str) {}
    }
    let mut names = Names(Vec::new());
    let mut reader = TableReader::default();
    reader.feed(sample, &mut names);
    reader.finish(&mut names);
    names.0
}

/// What is wrong with a table, as sentences for a person.
#[derive(Debug, Default)]
pub(crate) struct Problems {
    named: Vec<String>,
    more: u64,
}

impl Problems {
    /// Something is wrong with the row that begins at `line`.
    pub(crate) fn add(&mut self, line: u64, what: &str) {
        if self.named.len() < NAMED {
            self.named.push(format!("the row at line {line}: {what}"));
        } else {
            self.more += 1;
        }
    }

    /// All of it, for the table at `path`.
    pub(crate) fn unread(self, path: &str, dead: Option<Dead>) -> Vec<Unread> {
        let more =
            (self.more > 0).then(|| format!("{} more rows have problems of this kind", self.more));
        let named = self.named.into_iter().chain(more);
        named
            .map(|detail| (UnreadReason::MalformedTable, detail))
            .chain(dead)
            .map(|(reason, detail)| Unread { path: path.to_owned(), reason, detail })
            .collect()
    }
}
