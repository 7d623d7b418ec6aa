//! Tables drawn with `|` and `-`, as debug zips held them until 19.2.6 and 20.1.0
//! (`docs/cockroachdb/debug-zip.md#ascii-tables`).
//!
//! Two drawings exist: a box (`+----+` above, between and below, `|` at both sides), and lines between the columns
//! only, below whose names stands `+----+----+` or `-----+-----`. Both may end with `(N rows)`. A cell of several
//! lines goes on below, where the first cell is blank, which that of a row never is; a mark (`+` at the edge of the
//! cell, or `␤`) may say so too.
//! Text may hold `|`, so that cells are told by their place below the names.

use std::sync::Arc;

use super::row::{CELLS, Cell, Row, keeps, named};
use super::{Dead, Place, Sink};
use crate::model::UnreadReason;

/// Bytes of one line that are read. Lines are as wide as the widest row.
const LINE: usize = 8 << 20;

#[derive(Debug, Default)]
pub(super) struct Ascii {
    /// The line that is being read, where it began, and its length.
    line: Vec<u8>,
    start: Option<Place>,
    length: u64,
    header: Option<Vec<u8>>,
    ruler: Vec<u8>,
    /// Columns of text at which a `|` parts two cells.
    parts: Vec<usize>,
    boxed: bool,
    names: Option<Arc<[String]>>,
    keep: Vec<usize>,
    row: Option<Row>,
    rows: u64,
    /// The line that counts the rows was read.
    counted: bool,
}

impl Ascii {
    pub(super) fn feed(
        &mut self,
        mut text: &[u8],
        place: &mut Place,
        sink: &mut dyn Sink,
    ) -> Option<Dead> {
        while !text.is_empty() {
            self.start.get_or_insert(*place);
            let newline = memchr::memchr(b'\n', text);
            let end = newline.unwrap_or(text.len());
            let room = LINE.saturating_sub(self.line.len());
            self.line.extend_from_slice(&text[..end.min(room)]);
            self.length += end as u64;
            let read = newline.map_or(end, |at| at + 1);
            place.advance(&text[..read]);
            text = &text[read..];
            if newline.is_some()
                && let Some(dead) = self.end_line(false, sink)
            {
                return Some(dead);
            }
        }
        None
    }

    pub(super) fn finish(&mut self, _place: &mut Place, sink: &mut dyn Sink) -> Option<Dead> {
        if self.start.is_some()
            && let Some(dead) = self.end_line(true, sink)
        {
            return Some(dead);
        }
        self.end_row(sink);
        let what = if self.names.is_none() {
            "it ends before the names of its columns do"
        } else if !self.counted {
            "it ends without the line that counts its rows, so that rows may be missing"
        } else {
            return None;
        };
        Some((UnreadReason::MalformedTable, what.to_owned()))
    }

    fn end_line(&mut self, cut: bool, sink: &mut dyn Sink) -> Option<Dead> {
        let start = self.start.take()?;
        let line = std::mem::take(&mut self.line);
        let length = std::mem::take(&mut self.length);
        if length > line.len() as u64 {
            sink.problem(start.line, "the line is longer than 8 MiB; the rest of it was not read");
        }
        let line = line.strip_suffix(b"\r").unwrap_or(&line);
        if self.names.is_none() {
            return self.head(line, sink);
        }
        if self.counted || line.is_empty() {
            return None;
        }
        if line.trim_ascii_end() == self.ruler {
            self.end_row(sink);
        } else if let Some(count) = footer(line) {
            self.end_row(sink);
            self.counted = true;
            if count != self.rows {
                let what = format!("it counts {count} rows, and {} are there", self.rows);
                sink.problem(start.line, &what);
            }
        } else if !(cut && line.starts_with(b"(")) {
            self.data(line, start, cut, sink);
        }
        None
    }

    /// Takes a line above the rows.
    fn head(&mut self, line: &[u8], sink: &mut dyn Sink) -> Option<Dead> {
        let is_ruler = is_ruler(line);
        let Some(header) = &self.header else {
            if !is_ruler {
                self.boxed = line.starts_with(b"|");
                self.header = Some(line.to_vec());
            }
            return None;
        };
        if !is_ruler {
            let what = "its first row is not followed by a line below the names of columns; none of its rows were read";
            return Some((UnreadReason::MalformedTable, what.to_owned()));
        }
        self.ruler = line.trim_ascii_end().to_vec();
        let at_plus = |at: usize| self.ruler.get(at) == Some(&b'+');
        let bars = widths(header).filter(|(_, at, c)| *c == '|' && at_plus(*at));
        self.parts = bars.map(|(_, at, _)| at).take(CELLS).collect();
        if self.boxed {
            self.parts.pop();
            self.parts.drain(..self.parts.len().min(1));
        }
        let cells = cells(header, &self.parts, self.boxed);
        let names = named(cells.iter().map(|cell| String::from_utf8_lossy(cell).into_owned()));
        if let Err(what) = sink.names(&names) {
            return Some((UnreadReason::MalformedTable, what));
        }
        self.keep = keeps(&names, sink);
        self.names = Some(names);
        None
    }

    /// Takes a line of a row.
    fn data(&mut self, line: &[u8], start: Place, cut: bool, sink: &mut dyn Sink) {
        let Some(names) = self.names.clone() else { return };
        let mut pieces = cells(line, &self.parts, self.boxed);
        if pieces.len() < names.len() {
            let what = format!("{} cells under {} columns", pieces.len(), names.len());
            sink.problem(start.line, &what);
        } else if cut {
            // Nobody knows how much of the last cell is missing, be it an id or a state.
            pieces.pop();
        }
        let blank = pieces.first().is_none_or(|cell| cell.trim_ascii().is_empty());
        if !blank || self.row.is_none() {
            self.end_row(sink);
            let cells = Vec::with_capacity(names.len().min(CELLS));
            let (count, line, offset) = (names.len(), start.line, start.offset);
            self.row = Some(Row { names, cells, count, line, offset });
            self.rows += 1;
        }
        let Some(row) = &mut self.row else { return };
        let width = widths(line).last().map_or(0, |(_, at, c)| at + width(c));
        let count = row.names.len();
        // Before a `|` stands a blank, unless a mark says that the cell goes on; the last cell of an open line has
        // its mark where the line below the names ends.
        let closed = |at: usize| at + 1 < count || self.boxed || width == self.ruler.len();
        for (at, piece) in pieces.into_iter().take(CELLS).enumerate() {
            let text = piece.trim_ascii();
            let plus = text.strip_suffix(b"+").filter(|_| piece.ends_with(b"+") && closed(at));
            let marked = plus.or_else(|| text.strip_suffix("␤".as_bytes()));
            let text = marked.unwrap_or(text).trim_ascii_end();
            if row.cells.len() <= at {
                row.cells.push(Cell::default());
            }
            let Some(cell) = row.cells.get_mut(at) else { continue };
            let keep = self.keep.get(at).copied().unwrap_or_default();
            if start.line > row.line && !text.is_empty() && !cell.is_empty() {
                cell.push(b"\n", keep);
            }
            cell.push(text, keep);
        }
    }

    fn end_row(&mut self, sink: &mut dyn Sink) {
        if let Some(row) = self.row.take() {
            sink.row(row);
        }
    }
}

/// A line of `-` and `+`.
fn is_ruler(line: &[u8]) -> bool {
    let line = line.trim_ascii_end();
    line.len() > 1 && line.iter().all(|b| matches!(b, b'-' | b'+'))
}

/// The number of `(12 rows)`.
fn footer(line: &[u8]) -> Option<u64> {
    let inner = line.trim_ascii_end().strip_prefix(b"(")?.strip_suffix(b")")?;
    let digits = inner.strip_suffix(b" rows").or_else(|| inner.strip_suffix(b" row"))?;
    std::str::from_utf8(digits).ok()?.parse().ok()
}

/// The cells of a line. A cell that does not end where the names of its column do ends the row, unless there are
/// exactly as many `|` as there should be.
fn cells<'a>(line: &'a [u8], parts: &[usize], boxed: bool) -> Vec<&'a [u8]> {
    let mut ends = Vec::with_capacity(parts.len());
    let mut wanted = parts.iter();
    let mut next = wanted.next();
    for (byte, at, c) in widths(line) {
        if next.is_some_and(|part| at > *part) {
            break;
        }
        if next == Some(&at) && width(c) > 0 {
            if c != '|' {
                break;
            }
            ends.push(byte);
            next = wanted.next();
        }
    }
    let inner = line.trim_ascii_end();
    let (first, last) = match inner {
        [b'|', .., b'|'] if boxed => (1, inner.len() - 1),
        [b'|', ..] if boxed => (1, inner.len()),
        _ => (0, inner.len()),
    };
    if ends.len() < parts.len() {
        // Some letters are wider than they count.
        let bars: Vec<usize> =
            memchr::memchr_iter(b'|', inner).filter(|at| *at >= first && *at < last).collect();
        if bars.len() == parts.len() {
            ends = bars;
        }
    }
    let whole = ends.len() == parts.len();
    let starts = std::iter::once(first).chain(ends.iter().map(|at| at + 1));
    let stops = ends
        .iter()
        .copied()
        .chain(whole.then_some(last.max(ends.last().map_or(first, |at| at + 1))));
    starts.zip(stops).map(|(from, to)| line.get(from..to).unwrap_or_default()).collect()
}

/// The characters of a line: byte, column of text, and the character; what is no UTF-8 counts as one column each.
fn widths(line: &[u8]) -> impl Iterator<Item = (usize, usize, char)> {
    let mut byte = 0;
    let mut at = 0;
    line.utf8_chunks()
        .flat_map(|chunk| {
            let broken =
                (!chunk.invalid().is_empty()).then_some((chunk.invalid().len(), '\u{fffd}'));
            chunk.valid().chars().map(|c| (c.len_utf8(), c)).chain(broken)
        })
        .map(move |(length, c)| {
            let found = (byte, at, c);
            byte += length;
            at += width(c);
            found
        })
}

/// How many columns of text a character takes: two for East Asian letters and pictures, none for combining marks.
fn width(c: char) -> usize {
    match u32::from(c) {
        0x0300..=0x036F | 0x200B..=0x200F => 0,
        0x1100..=0x115F
        | 0x2E80..=0xA4CF
        | 0xAC00..=0xD7A3
        | 0xF900..=0xFAFF
        | 0xFE30..=0xFE6F
        | 0xFF00..=0xFF60
        | 0xFFE0..=0xFFE6
        | 0x1F300..=0x1FAFF
        | 0x20000..=0x3FFFD => 2,
        _ => 1,
    }
}
