//! The scanner of one log file: chunks in, hits and a summary out.

use memchr::memmem;

use crate::model::Redaction;
use crate::parse::sniff::BYTE_ORDER_MARK;
use crate::parse::{clean, crdb_text};

use super::fingerprint::Fingerprint;
use super::lines::{Line, Partial};
use super::reader::Reader;
use super::vote::Vote;
use super::{ScannedLog, Signatures};

/// Text that is searched and then read line by line while it is still in the processor's cache.
const BLOCK: usize = 128 << 10;

/// Scans one log file, piece by piece. The result depends on the bytes alone, not on where the pieces are cut.
///
/// Memory does not depend on the size of the file, only on the number of hits: one entry of at most
/// [`super::ENTRY_LIMIT`] bytes, one unfinished line of the same length, and the lines that wait for the vote on their format.
#[derive(Debug)]
pub struct LogScanner {
    signatures: Signatures,
    path: String,
    partial: Partial,
    /// Byte and number of the line that comes next.
    offset: u64,
    number: u64,
    vote: Option<Vote>,
    in_preamble: bool,
    reader: Reader,
    redaction: RedactionSearch,
    fingerprint: Fingerprint,
}

#[derive(Debug)]
struct RedactionSearch {
    marker: memmem::Finder<'static>,
    removed: [memmem::Finder<'static>; 2],
}

impl LogScanner {
    /// A scanner for the log at `path`, which locations and diagnostics name.
    #[must_use]
    pub fn new(signatures: &Signatures, path: &str) -> Self {
        Self {
            signatures: signatures.clone(),
            path: path.to_owned(),
            partial: Partial::default(),
            offset: 0,
            number: 1,
            vote: Some(Vote::default()),
            in_preamble: false,
            reader: Reader::new(signatures, path),
            redaction: RedactionSearch {
                marker: memmem::Finder::new("‹"),
                removed: [memmem::Finder::new("‹×›"), memmem::Finder::new("REDACTEDBYZIP")],
            },
            fingerprint: Fingerprint::default(),
        }
    }

    /// Reads the next piece of the text.
    pub fn feed(&mut self, mut chunk: &[u8]) {
        self.fingerprint.feed(chunk);
        loop {
            let window = &chunk[..chunk.len().min(BLOCK)];
            if self.partial.is_empty()
                && let Some(end) = memchr::memrchr(b'\n', window)
            {
                self.block(&chunk[..=end]);
                chunk = &chunk[end + 1..];
            } else if let Some(end) = memchr::memchr(b'\n', chunk) {
                self.partial.push(&chunk[..end]);
                self.end_partial();
                // The newline ends the line and belongs to no other.
                self.offset += 1;
                chunk = &chunk[end + 1..];
            } else {
                break;
            }
        }
        self.partial.push(chunk);
    }

    /// Ends the text and hands over what was found.
    #[must_use]
    pub fn finish(mut self) -> ScannedLog {
        if !self.partial.is_empty() {
            self.end_partial();
        }
        self.decide();
        let mut log = self.reader.finish(self.offset, &self.path);
        log.summary.fingerprint = self.fingerprint.finish();
        log
    }

    /// Reads the line that crossed chunks, or that no block can hold.
    fn end_partial(&mut self) {
        let partial = std::mem::take(&mut self.partial);
        let text = partial.kept();
        self.look_for_redaction(text);
        let literal = self.signatures.prefilter().find(text, 0).is_some();
        let (length, cut) = partial.measure();
        self.line(text, length, cut, literal);
        self.partial = partial;
        self.partial.clear();
    }

    /// Reads whole lines, none of them longer than the limit.
    fn block(&mut self, block: &[u8]) {
        self.look_for_redaction(block);
        let signatures = self.signatures.clone();
        let mut next = signatures.prefilter().find(block, 0);
        let mut start = 0;
        for end in memchr::memchr_iter(b'\n', block) {
            let literal = next.is_some_and(|at| at < end);
            if literal {
                next = signatures.prefilter().find(block, end + 1);
            }
            let text = &block[start..end];
            self.line(text, text.len() as u64, false, literal);
            self.offset += 1;
            start = end + 1;
        }
    }

    /// Reads one line of `length` bytes: `text` is what is kept of it.
    fn line(&mut self, text: &[u8], length: u64, cut: bool, literal: bool) {
        let mut text = clean(text);
        if self.number == 1 {
            text = text.strip_prefix(BYTE_ORDER_MARK).unwrap_or(text);
        }
        let line = Line { text, number: self.number, offset: self.offset, cut, literal };
        self.number += 1;
        self.offset += length;

        let head = crdb_text::head(text);
        if let Some(head) = &head {
            let preamble = head.is_preamble();
            if preamble && !self.in_preamble {
                // The writer, and with it the format, may have changed here: the vote starts over.
                self.decide();
                self.vote = Some(Vote::default());
            }
            self.in_preamble = preamble;
        }
        match &mut self.vote {
            // Only the text formats need a vote.
            Some(vote) if head.is_some() || !vote.is_empty() => {
                vote.push(&line, head.as_ref());
                if vote.is_decided() {
                    self.decide();
                }
            }
            _ => self.reader.line(&line, head.as_ref()),
        }
    }

    /// Ends the vote, if one is open, and reads the lines that waited for it.
    fn decide(&mut self) {
        let Some(vote) = self.vote.take() else { return };
        if vote.is_empty() {
            return;
        }
        // An entry that is still open was written in the old format.
        self.reader.close();
        self.reader.format = vote.winner();
        for line in vote.lines() {
            self.reader.line(&line, crdb_text::head(line.text).as_ref());
        }
    }

    fn look_for_redaction(&mut self, text: &[u8]) {
        let found = self.reader.summary.redaction();
        if found == Redaction::Redacted {
            return;
        }
        let search = &self.redaction;
        let in_text = |finder: &memmem::Finder<'_>| finder.find(text).is_some();
        let redaction = if search.removed.iter().any(in_text) {
            Redaction::Redacted
        } else if found == Redaction::None && in_text(&search.marker) {
            Redaction::Markers
        } else {
            return;
        };
        self.reader.summary.set_redaction(redaction);
    }
}
