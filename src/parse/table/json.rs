//! `--format=json`: an array of one object per row, all of whose values are strings
//! (`docs/cockroachdb/debug-zip.md#json-tables`). Objects over several lines, objects without an array around them,
//! numbers and nested values are read too.

use std::sync::Arc;

use super::row::{CELLS, Cell, Row, keep, named};
use super::{Dead, Place, Sink};
use crate::model::UnreadReason;
use crate::parse::json::string_text;
use crate::parse::json_stream::{At, JsonStream, Token};

#[derive(Debug, Default)]
pub(super) struct JsonTable {
    stream: Option<JsonStream>,
    rows: Rows,
}

/// What is known of the rows.
#[derive(Debug, Default)]
struct Rows {
    /// Containers that are open.
    depth: usize,
    /// How deep rows are: 1 within an array, else 0.
    base: usize,
    /// The names of the row before, which mostly are those of this one.
    names: Arc<[String]>,
    accepted: bool,
    refused: Option<String>,
    row: Option<OpenRow>,
}

#[derive(Debug)]
struct OpenRow {
    names: Vec<String>,
    cells: Vec<Cell>,
    /// Bytes of the cell of the last name that are kept.
    keep: usize,
    at: At,
}

impl JsonTable {
    pub(super) fn feed(&mut self, text: &[u8], place: Place, sink: &mut dyn Sink) -> Option<Dead> {
        let stream = self.stream.get_or_insert_with(|| JsonStream::new(place.line, place.offset));
        let rows = &mut self.rows;
        let broken = stream.feed(text, &mut |token, at| rows.token(token, at, sink));
        let what = match (rows.refused.take(), broken) {
            (Some(what), _) => what,
            (None, Some(broken)) => {
                let what = format!("{broken}; what follows was not read");
                rows.end_row(sink);
                what
            }
            (None, None) => return None,
        };
        Some((UnreadReason::MalformedTable, what))
    }

    pub(super) fn finish(&mut self, sink: &mut dyn Sink) -> Option<Dead> {
        let rows = &mut self.rows;
        let whole = self
            .stream
            .as_mut()
            .is_some_and(|stream| stream.finish(&mut |token, at| rows.token(token, at, sink)));
        rows.end_row(sink);
        let what = if let Some(what) = rows.refused.take() {
            what
        } else if whole {
            return None;
        } else {
            "it ends before its last bracket, so that rows may be missing".to_owned()
        };
        Some((UnreadReason::MalformedTable, what))
    }
}

impl Rows {
    fn token(&mut self, token: Token<'_>, at: At, sink: &mut dyn Sink) {
        if self.refused.is_some() {
            return;
        }
        match token {
            Token::Begin(kind) => {
                if self.depth == 0 {
                    self.base = usize::from(kind == b'[');
                }
                self.depth += 1;
                match &mut self.row {
                    Some(row) => row.nested(&[kind]),
                    None if kind == b'{' && self.depth == self.base + 1 => {
                        self.row =
                            Some(OpenRow { names: Vec::new(), cells: Vec::new(), keep: 0, at });
                    }
                    None => {}
                }
            }
            Token::End => {
                self.depth = self.depth.saturating_sub(1);
                if self.depth == self.base {
                    self.end_row(sink);
                } else if let Some(row) = &mut self.row {
                    row.nested(b"}");
                }
            }
            Token::Key(key) if self.depth == self.base + 1 => {
                if let Some(row) = &mut self.row
                    && row.names.len() < CELLS
                {
                    let name = string_text(&key[..key.len().min(256)]);
                    row.names.push(name.trim().to_ascii_lowercase());
                    row.keep = keep(&row.names, sink);
                }
            }
            Token::Text(value, length) => self.value(value, length, true, at, sink),
            Token::Word(value) => self.value(value, value.len() as u64, false, at, sink),
            Token::Key(_) => {}
        }
    }

    fn value(&mut self, value: &[u8], length: u64, quoted: bool, at: At, sink: &mut dyn Sink) {
        let Some(row) = &mut self.row else {
            return sink.problem(at.line, "it is no object");
        };
        if self.depth > self.base + 1 {
            let text = if quoted {
                string_text(value)
            } else {
                String::from_utf8_lossy(value).into_owned()
            };
            row.nested(text.as_bytes());
            return row.nested(b",");
        }
        if row.cells.len() >= row.names.len() {
            return;
        }
        let keep = row.keep;
        let mut cell = Cell::default();
        if quoted {
            // A backslash and what follows it are one character.
            let end = value.len().min(keep.saturating_mul(2));
            cell.push(string_text(&value[..end]).as_bytes(), keep);
            cell.longer((length + 1).saturating_sub(end as u64));
        } else {
            cell.push(if value == b"null" { b"NULL" } else { value }, keep);
        }
        row.cells.push(cell);
    }

    fn end_row(&mut self, sink: &mut dyn Sink) {
        let Some(mut row) = self.row.take() else { return };
        row.names.truncate(row.cells.len());
        if *row.names != *self.names {
            self.names = named(row.names.into_iter());
        }
        if !self.accepted {
            if let Err(what) = sink.names(&self.names) {
                self.refused = Some(what);
                return;
            }
            self.accepted = true;
        }
        let names = Arc::clone(&self.names);
        let (cells, count) = (row.cells, names.len());
        sink.row(Row { names, cells, count, line: row.at.line, offset: row.at.offset });
    }
}

impl OpenRow {
    /// Adds to the cell of the last key, whose value is no string.
    fn nested(&mut self, text: &[u8]) {
        if self.names.is_empty() {
            return;
        }
        if self.cells.len() < self.names.len() {
            self.cells.push(Cell::default());
        }
        if let Some(cell) = self.cells.last_mut() {
            cell.push(text, self.keep);
        }
    }
}
