//! The scanner of one log file: chunks in, hits and a summary out.

use crate::parse::wrap::{SAMPLE, Wrapping, bare};

use super::fingerprint::Fingerprint;
use super::lines::{Line, Partial};
use super::sections::Sections;
use super::wrapped::Wrapped;
use super::{ScannedLog, Signatures};

/// Text that is searched and then read line by line while it is still in the processor's cache.
const BLOCK: usize = 128 << 10;

/// Scans one log file, piece by piece. The result depends on the bytes alone, not on where the pieces are cut.
///
/// Memory does not depend on the size of the file, only on the number of hits: one entry of at most
/// [`super::ENTRY_LIMIT`] bytes, one unfinished line of the same length, and the lines that wait for the vote on their
/// format; of a file that a collector wrote, an unfinished line of each of a few sources.
#[derive(Debug)]
pub struct LogScanner {
    way: Way,
    sections: Sections,
    fingerprint: Fingerprint,
}

/// How the bytes of the file become lines.
#[derive(Debug)]
enum Way {
    /// Not decided: the start of the file, at most [`SAMPLE`] bytes.
    Start(Vec<u8>),
    /// The file is as CockroachDB wrote it.
    Plain(Plain),
    /// Somebody put something around it.
    Wrapped(Box<Wrapped>),
}

impl LogScanner {
    /// A scanner for the log at `path`, which locations and diagnostics name.
    #[must_use]
    pub fn new(signatures: &Signatures, path: &str) -> Self {
        Self {
            way: Way::Start(Vec::new()),
            sections: Sections::new(signatures, path),
            fingerprint: Fingerprint::default(),
        }
    }

    /// Reads the next piece of the text.
    pub fn feed(&mut self, mut chunk: &[u8]) {
        self.fingerprint.feed(chunk);
        if let Way::Start(start) = &mut self.way {
            if start.is_empty() && chunk.len() >= SAMPLE {
                // Nothing to keep: the whole sample is at hand.
                self.way = Way::of(chunk);
            } else {
                let (more, rest) = chunk.split_at(chunk.len().min(SAMPLE - start.len()));
                start.extend_from_slice(more);
                if start.len() < SAMPLE {
                    return;
                }
                self.decide();
                chunk = rest;
            }
        }
        self.read(chunk);
    }

    /// Ends the text and hands over what was found.
    #[must_use]
    pub fn finish(mut self) -> ScannedLog {
        self.decide();
        let mut log = match self.way {
            Way::Start(_) => self.sections.finish(0),
            Way::Plain(plain) => plain.finish(self.sections),
            Way::Wrapped(wrapped) => wrapped.finish(self.sections),
        };
        log.summary.fingerprint = self.fingerprint.finish();
        log
    }

    /// Decides by the start of the file, and reads it.
    fn decide(&mut self) {
        if let Way::Start(start) = &mut self.way {
            let start = std::mem::take(start);
            self.way = Way::of(&start);
            self.read(&start);
        }
    }

    fn read(&mut self, chunk: &[u8]) {
        match &mut self.way {
            Way::Start(_) => {}
            Way::Plain(plain) => plain.feed(chunk, &mut self.sections),
            Way::Wrapped(wrapped) => wrapped.feed(chunk, &mut self.sections),
        }
    }
}

impl Way {
    fn of(start: &[u8]) -> Self {
        let wrapping = Wrapping::detect(start).wrapping;
        if wrapping.is_none() {
            Self::Plain(Plain { partial: Partial::default(), offset: 0, number: 1 })
        } else {
            Self::Wrapped(Box::new(Wrapped::new(wrapping)))
        }
    }
}

/// Lines of a file that nobody wrapped.
#[derive(Debug)]
struct Plain {
    partial: Partial,
    /// Byte and number of the line that comes next.
    offset: u64,
    number: u64,
}

impl Plain {
    fn feed(&mut self, mut chunk: &[u8], sections: &mut Sections) {
        loop {
            let window = &chunk[..chunk.len().min(BLOCK)];
            if self.partial.is_empty()
                && let Some(end) = memchr::memrchr(b'\n', window)
            {
                self.block(&chunk[..=end], sections);
                chunk = &chunk[end + 1..];
            } else if let Some(end) = memchr::memchr(b'\n', chunk) {
                self.partial.push(&chunk[..end]);
                self.end_partial(sections);
                // The newline ends the line and belongs to no other.
                self.offset += 1;
                chunk = &chunk[end + 1..];
            } else {
                break;
            }
        }
        self.partial.push(chunk);
    }

    fn finish(mut self, mut sections: Sections) -> ScannedLog {
        if !self.partial.is_empty() {
            self.end_partial(&mut sections);
        }
        sections.finish(self.offset)
    }

    /// Reads the line that crossed chunks, or that no block can hold.
    fn end_partial(&mut self, sections: &mut Sections) {
        let partial = std::mem::take(&mut self.partial);
        let text = partial.kept();
        let literal = sections.literals(text).are_before(text.len(), text, sections);
        let (length, cut) = partial.measure();
        self.line(text, length, cut, literal, sections);
        self.partial = partial;
        self.partial.clear();
    }

    /// Reads whole lines, none of them longer than the limit.
    fn block(&mut self, block: &[u8], sections: &mut Sections) {
        let mut literals = sections.literals(block);
        let mut start = 0;
        while let Some(rest) = block.get(start..).filter(|rest| !rest.is_empty()) {
            let before_literal =
                rest.get(..literals.line().saturating_sub(start)).unwrap_or_default();
            if let Some(run) = sections.run(before_literal) {
                self.number += run.lines;
                self.offset += run.bytes as u64;
                start += run.bytes;
                continue;
            }
            let end = start + memchr::memchr(b'\n', rest).unwrap_or(rest.len());
            let literal = literals.are_before(end, block, sections);
            let text = &block[start..end];
            self.line(text, text.len() as u64, false, literal, sections);
            self.offset += 1;
            start = end + 1;
        }
    }

    /// Reads one line of `length` bytes: `text` is what is kept of it.
    fn line(
        &mut self,
        text: &[u8],
        length: u64,
        cut: bool,
        literal: bool,
        sections: &mut Sections,
    ) {
        let text = bare(text);
        let (number, offset) = (self.number, self.offset);
        self.number += 1;
        self.offset += length;
        sections.line(&Line { text, number, offset, cut, literal, raw: None, source: None });
    }
}
