//! Quoted text with tabs or commas: `--format=tsv` and `csv`, with the names of the columns in the first row.

use std::sync::Arc;

use csv_core::{ReadFieldResult, Reader, ReaderBuilder, Terminator};

use super::row::{CELLS, Cell, Row, keeps, named};
use super::{Dead, Place, Sink};
use crate::model::UnreadReason;

/// Bytes of a column's name that are kept.
const NAME: usize = 256;

#[derive(Debug)]
pub(super) struct Separated {
    csv: Reader,
    delimiter: u8,
    /// The reader is within a cell.
    inside: bool,
    names: Option<Arc<[String]>>,
    keep: Vec<usize>,
    cell: Cell,
    cells: Vec<Cell>,
    /// How many cells the row has so far, kept or not.
    count: usize,
    /// Where the row begins; none between rows.
    start: Option<Place>,
    /// The text ended within a row, and within a quote.
    cut: bool,
    open: bool,
}

impl Separated {
    pub(super) fn new(delimiter: u8) -> Self {
        Self {
            csv: ReaderBuilder::new()
                .delimiter(delimiter)
                .terminator(Terminator::Any(b'\n'))
                .build(),
            delimiter,
            inside: false,
            names: None,
            keep: Vec::new(),
            cell: Cell::default(),
            cells: Vec::new(),
            count: 0,
            start: None,
            cut: false,
            open: false,
        }
    }

    pub(super) fn feed(
        &mut self,
        mut text: &[u8],
        place: &mut Place,
        sink: &mut dyn Sink,
    ) -> Option<Dead> {
        let mut output = [0; 4096];
        while !text.is_empty() {
            if self.start.is_none() {
                // The reader skips empty lines between rows; so that a row begins where it begins, they go first.
                let blank = text.iter().take_while(|b| matches!(b, b'\n' | b'\r')).count();
                place.advance(&text[..blank]);
                text = &text[blank..];
                if text.is_empty() {
                    return None;
                }
                self.start = Some(*place);
            }
            let keep =
                if self.names.is_some() { self.keep.get(self.count).copied() } else { Some(NAME) };
            // A whole cell without quotes is what it is; most are, and some are long.
            if !self.inside
                && text.first() != Some(&b'"')
                && let Some(end) = memchr::memchr2(self.delimiter, b'\n', text)
            {
                self.cell.push(&text[..end], keep.unwrap_or(NAME));
                let record_end = text[end] == b'\n';
                place.offset += end as u64 + 1;
                place.line += u64::from(record_end);
                text = &text[end + 1..];
                self.end_cell();
                if record_end && let Some(dead) = self.end_row(sink) {
                    return Some(dead);
                }
                continue;
            }
            let (result, read, written) = self.csv.read_field(text, &mut output);
            place.advance(&text[..read]);
            text = &text[read..];
            self.inside = !matches!(result, ReadFieldResult::Field { .. });
            self.cell.push(&output[..written], keep.unwrap_or(NAME));
            if let ReadFieldResult::Field { record_end } = result {
                self.end_cell();
                if record_end && let Some(dead) = self.end_row(sink) {
                    return Some(dead);
                }
            }
        }
        None
    }

    pub(super) fn finish(&mut self, place: &mut Place, sink: &mut dyn Sink) -> Option<Dead> {
        if self.start.is_some() {
            // The last row has no newline. A quote that is still open swallowed what follows it.
            self.cut = true;
            if let Some(dead) = self.feed(b"\n", place, sink) {
                return Some(dead);
            }
            if let Some(start) = self.start {
                sink.problem(start.line, "a quote is open to the end of the file");
                // What it swallowed is no cell; those before it are.
                self.cell = Cell::default();
                self.open = true;
                return self.end_row(sink);
            }
        }
        None
    }

    fn end_cell(&mut self) {
        let cell = std::mem::take(&mut self.cell);
        if self.cells.len() < CELLS {
            self.cells.push(cell);
        }
        self.count += 1;
    }

    fn end_row(&mut self, sink: &mut dyn Sink) -> Option<Dead> {
        let start = self.start.take()?;
        let count = std::mem::take(&mut self.count);
        let mut cells = std::mem::take(&mut self.cells);
        if let Some(last) = cells.last_mut() {
            last.chomp();
        }
        let Some(names) = &self.names else {
            let names = named(cells.iter().map(Cell::text));
            if let Err(what) = sink.names(&names) {
                return Some((UnreadReason::MalformedTable, what));
            }
            self.keep = keeps(&names, sink);
            self.names = Some(names);
            return None;
        };
        let comment = cells.first().is_some_and(|cell| cell.bytes().starts_with(b"# "));
        if comment || cells.iter().all(Cell::is_empty) {
            return None;
        }
        if count != names.len() && !self.open {
            sink.problem(start.line, &format!("{count} cells under {} columns", names.len()));
            if self.cut && count < names.len() {
                // Nobody knows how much of the last cell is missing, be it an id or a state.
                cells.pop();
            }
        }
        let names = Arc::clone(names);
        sink.row(Row { names, cells, count, line: start.line, offset: start.offset });
        None
    }
}
