//! Files that somebody wrapped: physical lines to the lines that CockroachDB wrote, at the places where they stand.

use std::collections::VecDeque;

use crate::model::SortSmall;
use crate::parse::wrap::{Encoding, Transcoder, Unwrapper, Wrapping, bare, bare_start};

use super::lines::{Line, Partial};
use super::sections::Sections;
use super::{RAW_LIMIT, ScannedLog};

/// So many sources may have an unfinished line at the same time. Each holds at most [`super::ENTRY_LIMIT`] bytes.
const UNFINISHED: usize = 8;

/// Reads a wrapped file. Line numbers and offsets are those of the file as it stands.
#[derive(Debug)]
pub(super) struct Wrapped {
    transcoder: Option<Transcoder>,
    unwrapper: Unwrapper,
    partial: Partial,
    /// Byte that comes next, and byte and number of the line that is being read.
    next: u64,
    place: Place,
    unfinished: VecDeque<Unfinished>,
}

#[derive(Clone, Copy, Debug)]
struct Place {
    number: u64,
    offset: u64,
}

/// A line that a collector cut into pieces.
#[derive(Debug)]
struct Unfinished {
    source: Option<u64>,
    place: Place,
    decoded: bool,
    /// A piece of it was too long to be kept whole.
    cut: bool,
    partial: Partial,
    /// The start of the first piece as it stands in the file.
    raw: Vec<u8>,
}

impl Wrapped {
    pub(super) fn new(wrapping: Wrapping) -> Self {
        let encoding = wrapping.encoding;
        Self {
            transcoder: (encoding != Encoding::Utf8).then(|| Transcoder::new(encoding)),
            unwrapper: Unwrapper::new(wrapping),
            partial: Partial::default(),
            next: 0,
            place: Place { number: 1, offset: 0 },
            unfinished: VecDeque::new(),
        }
    }

    pub(super) fn feed(&mut self, chunk: &[u8], sections: &mut Sections) {
        if let Some(mut transcoder) = self.transcoder.take() {
            for byte in chunk {
                self.next += 1;
                for c in transcoder.feed(*byte).into_iter().flatten() {
                    self.character(c, sections);
                }
            }
            self.transcoder = Some(transcoder);
            return;
        }
        let mut rest = chunk;
        while let Some(end) = memchr::memchr(b'\n', rest) {
            self.partial.push(&rest[..end]);
            self.next += end as u64 + 1;
            self.end_line(sections);
            rest = &rest[end + 1..];
        }
        self.partial.push(rest);
        self.next += rest.len() as u64;
    }

    fn character(&mut self, c: char, sections: &mut Sections) {
        match c {
            '\n' => self.end_line(sections),
            c => self.partial.push(c.encode_utf8(&mut [0; 4]).as_bytes()),
        }
    }

    pub(super) fn finish(mut self, mut sections: Sections) -> ScannedLog {
        if let Some(c) = self.transcoder.take().and_then(Transcoder::finish) {
            self.character(c, &mut sections);
        }
        if self.next > self.place.offset {
            self.end_line(&mut sections);
        }
        while let Some(unfinished) = self.unfinished.pop_front() {
            emit_unfinished(&unfinished, &mut sections);
        }
        let mut log = sections.finish(self.next);
        // A line that came in pieces is read when its last piece is there.
        log.hits.sort_small_by_key(|hit| hit.offset);
        log
    }

    /// Unwraps the physical line that ends here.
    fn end_line(&mut self, sections: &mut Sections) {
        let partial = std::mem::take(&mut self.partial);
        let place = self.place;
        self.place = Place { number: place.number + 1, offset: self.next };
        let raw = bare(partial.kept());
        let (_, cut) = partial.measure();
        let unwrapped = self.unwrapper.unwrap(raw);
        let mut pieces = unwrapped.text.split(|b| *b == b'\n').peekable();
        while let Some(text) = pieces.next() {
            // What a cut record held at its end nobody knows; most lines end with their record.
            let goes_on = unwrapped.goes_on && pieces.peek().is_none() && !cut;
            let line = Line {
                text,
                number: place.number,
                offset: place.offset,
                cut,
                literal: false,
                raw: Some(raw),
                source: unwrapped.source,
            };
            self.piece(&line, (goes_on, unwrapped.decoded), sections);
        }
        self.partial = partial;
        self.partial.clear();
    }

    /// Reads a line, or keeps a piece of one until the rest of it comes.
    fn piece(
        &mut self,
        line: &Line<'_>,
        (goes_on, decoded): (bool, bool),
        sections: &mut Sections,
    ) {
        let waiting = self
            .unfinished
            .iter()
            .position(|unfinished| line.source.is_some() && unfinished.source == line.source);
        match waiting {
            Some(at) => {
                if let Some(unfinished) = self.unfinished.get_mut(at) {
                    unfinished.partial.push(line.text);
                    unfinished.cut |= line.cut;
                }
                if !goes_on && let Some(unfinished) = self.unfinished.remove(at) {
                    emit_unfinished(&unfinished, sections);
                }
            }
            None if goes_on => {
                if self.unfinished.len() == UNFINISHED
                    && let Some(oldest) = self.unfinished.pop_front()
                {
                    emit_unfinished(&oldest, sections);
                }
                let mut partial = Partial::default();
                partial.push(line.text);
                let raw = line.raw.unwrap_or_default();
                self.unfinished.push_back(Unfinished {
                    source: line.source,
                    place: Place { number: line.number, offset: line.offset },
                    decoded,
                    cut: line.cut,
                    partial,
                    raw: raw[..raw.len().min(RAW_LIMIT + 4)].to_vec(),
                });
            }
            None => emit(line, decoded, sections),
        }
    }
}

fn emit_unfinished(unfinished: &Unfinished, sections: &mut Sections) {
    let line = Line {
        text: unfinished.partial.kept(),
        number: unfinished.place.number,
        offset: unfinished.place.offset,
        cut: unfinished.cut || unfinished.partial.measure().1,
        literal: false,
        raw: Some(&unfinished.raw),
        source: unfinished.source,
    };
    emit(&line, unfinished.decoded, sections);
}

fn emit(line: &Line<'_>, decoded: bool, sections: &mut Sections) {
    let text = if decoded { bare(line.text) } else { bare_start(line.text) };
    let literal = sections.literals(text).are_before(text.len(), text, sections);
    sections.line(&Line { text, literal, ..*line });
}
