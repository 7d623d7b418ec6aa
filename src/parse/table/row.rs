//! One row of a table: cells that are found by the name of their column.

use std::sync::Arc;

use super::Sink;
use crate::parse::scrub::scrub;

/// Cells of one row that are kept; no table that is read has a tenth of that many columns.
pub(super) const CELLS: usize = 512;

/// Bytes of a row's text that are kept as evidence.
const EVIDENCE: usize = 2 << 10;

/// One cell, as far as it is kept.
#[derive(Clone, Debug, Default)]
pub(crate) struct Cell {
    /// Its first bytes.
    kept: Vec<u8>,
    /// Bytes that it has.
    length: u64,
}

impl Cell {
    pub(super) fn push(&mut self, bytes: &[u8], keep: usize) {
        let room = keep.saturating_sub(self.kept.len());
        self.kept.extend_from_slice(&bytes[..bytes.len().min(room)]);
        self.length += bytes.len() as u64;
    }

    /// Takes one carriage return from the end.
    pub(super) fn chomp(&mut self) {
        if self.is_whole() && self.kept.last() == Some(&b'\r') {
            self.kept.pop();
            self.length -= 1;
        }
    }

    /// Counts bytes that were left out before.
    pub(super) fn longer(&mut self, bytes: u64) {
        self.length += bytes;
    }

    pub(super) fn is_empty(&self) -> bool {
        self.length == 0
    }

    /// Whether all of it is kept.
    pub(crate) fn is_whole(&self) -> bool {
        self.kept.len() as u64 == self.length
    }

    /// Bytes that it has, kept or not.
    pub(crate) fn length(&self) -> u64 {
        self.length
    }

    /// What is kept of it.
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.kept
    }

    /// What is kept of it, decoded lossily. Of a cell that is cut within an address the host goes too: it may be half of
    /// a user and password, which nobody could tell from a host.
    pub(crate) fn text(&self) -> String {
        let mut text = String::from_utf8_lossy(&self.kept).into_owned();
        if !self.is_whole()
            && let Some(at) = text.rfind("://").map(|at| at + 3)
            && !text[at..].contains(['/', '?', '#', '@', ' ', '\'', '"'])
        {
            text.truncate(at);
        }
        text
    }
}

/// One row.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    /// Names of the columns, trimmed and in lower case.
    pub(super) names: Arc<[String]>,
    pub(super) cells: Vec<Cell>,
    /// How many cells stand in the text, kept or not.
    pub(super) count: usize,
    /// Line, from 1, at which it begins.
    pub(crate) line: u64,
    /// Byte at which it begins, from 0.
    pub(crate) offset: u64,
}

impl Row {
    /// The cell of the first of these columns that the table has; none if the row ends before it or says `NULL`.
    pub(crate) fn cell(&self, names: &[&str]) -> Option<&Cell> {
        let at = names.iter().find_map(|name| self.names.iter().position(|n| n == name))?;
        self.cells.get(at).filter(|cell| !cell.is_empty() && cell.bytes() != b"NULL")
    }

    /// Whether the row has this column and says nothing in it. Where it ends before it, nobody knows.
    pub(crate) fn is_null(&self, name: &str) -> bool {
        let cell = self.names.iter().position(|n| n == name).and_then(|at| self.cells.get(at));
        cell.is_some_and(|cell| cell.is_empty() || cell.bytes() == b"NULL")
    }

    /// The first cell that the row has, whatever the columns.
    pub(crate) fn first(&self) -> &[u8] {
        self.cells.first().map_or(&[], Cell::bytes)
    }

    /// The last two cells that the row has, whatever the columns.
    pub(crate) fn last_two(&self) -> &[Cell] {
        &self.cells[self.cells.len().saturating_sub(2)..]
    }

    /// The text of that cell.
    pub(crate) fn text(&self, names: &[&str]) -> Option<String> {
        self.cell(names).map(Cell::text)
    }

    /// Leaves out the first column of these and all behind it where there are more cells than columns: what nobody
    /// quoted may have shifted them.
    pub(crate) fn distrust(&mut self, shifts: impl Fn(&str) -> bool) {
        if self.count > self.names.len()
            && let Some(first) = self.names.iter().position(|name| shifts(name))
        {
            self.cells.truncate(first);
        }
    }

    /// The row for a person: its cells with tabs between them, in quotes where they need them, without secrets, and of encoded ones only their
    /// lengths. Cut to 2 KiB.
    pub(crate) fn evidence(&self, is_encoded: impl Fn(&str) -> bool) -> String {
        let mut out = String::new();
        for (at, cell) in self.cells.iter().enumerate() {
            if at > 0 {
                out.push('\t');
            }
            let encoded = self.names.get(at).is_none_or(|name| is_encoded(name));
            if encoded && !cell.is_empty() && cell.bytes() != b"NULL" {
                out.push_str(&format!("({} bytes)", cell.length));
            } else {
                let text = cell.text();
                let text = scrub(&text);
                if text.contains(['\t', '\n', '\r', '"']) {
                    out.push_str(&format!("\"{}\"", text.replace('"', "\"\"")));
                } else {
                    out.push_str(&text);
                }
            }
            if out.len() > EVIDENCE {
                let end = (0..=EVIDENCE).rev().find(|at| out.is_char_boundary(*at));
                out.truncate(end.unwrap_or_default());
                break;
            }
        }
        out
    }
}

/// Bytes of a cell of the last of these columns that are kept. A name that comes again is not asked for, so that a row
/// has a bound.
pub(super) fn keep(names: &[String], sink: &dyn Sink) -> usize {
    names.split_last().map_or(
        0,
        |(last, before)| {
            if before.contains(last) { 0 } else { sink.keep(last) }
        },
    )
}

/// The same for each of these columns.
pub(super) fn keeps(names: &[String], sink: &dyn Sink) -> Vec<usize> {
    (1..=names.len()).map(|end| keep(&names[..end], sink)).collect()
}

/// Names of columns as rows are asked for them.
pub(super) fn named(names: impl Iterator<Item = String>) -> Arc<[String]> {
    names.map(|name| name.trim().to_ascii_lowercase()).collect()
}
