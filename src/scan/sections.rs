//! Lines in order to entries: each part of a file votes on its format, then its lines are read.

use crdb_triage_hot::run::Run;

use crate::parse::crdb_text;

use super::lines::Line;
use super::reader::Reader;
use super::redaction::RedactionSearch;
use super::vote::Vote;
use super::{ScannedLog, Signatures};

/// The places of literals in whole lines.
#[derive(Debug)]
pub(super) struct Literals {
    next: Option<usize>,
    /// Where the line of the next begins, or the end of the text.
    line: usize,
}

impl Literals {
    fn of(next: Option<usize>, text: &[u8]) -> Self {
        let before = |at: usize| memchr::memrchr(b'\n', &text[..at]).map_or(0, |end| end + 1);
        Self { next, line: next.map_or(text.len(), before) }
    }

    /// Where the next line begins in which one stands, or the end of the text.
    pub(super) fn line(&self) -> usize {
        self.line
    }

    /// Whether one stands before the end of the next line, which is at `end`.
    pub(super) fn are_before(&mut self, end: usize, text: &[u8], sections: &mut Sections) -> bool {
        let Some(at) = self.next.filter(|at| *at < end) else { return false };
        // What follows in the line is not searched for a second literal.
        sections.redaction.look_for_removed(&text[at..end]);
        *self = Self::of(sections.literal(text, end + 1), text);
        true
    }
}

/// The parts of a file, each of which begins with a preamble and may have a format of its own.
#[derive(Debug)]
pub(super) struct Sections {
    signatures: Signatures,
    path: String,
    vote: Option<Vote>,
    in_preamble: bool,
    reader: Reader,
    redaction: RedactionSearch,
}

impl Sections {
    pub(super) fn new(signatures: &Signatures, path: &str) -> Self {
        Self {
            signatures: signatures.clone(),
            path: path.to_owned(),
            vote: Some(Vote::default()),
            in_preamble: false,
            reader: Reader::new(signatures, path),
            redaction: RedactionSearch::default(),
        }
    }

    /// Where in whole lines literals stand, one place for each line that holds any. Each line must pass here once,
    /// because what redaction leaves is looked for on the way.
    pub(super) fn literals(&mut self, text: &[u8]) -> Literals {
        self.redaction.look_at_values(text);
        Literals::of(self.literal(text, 0), text)
    }

    /// The first literal from a place on. As long as nothing is known to be removed, one search finds both.
    fn literal(&mut self, text: &[u8], mut from: usize) -> Option<usize> {
        if !self.redaction.has_removed() {
            let at = self.signatures.watchful().find(text, from)?;
            if !self.redaction.removed_at(&text[at..]) {
                return Some(at);
            }
            from = at;
        }
        self.signatures.prefilter().find(text, from)
    }

    /// Reads the ordinary entries that whole lines begin with, in which no literal stands. Nothing if the next line is to
    /// be read by itself.
    pub(super) fn run(&mut self, text: &[u8]) -> Option<Run> {
        if self.vote.is_some() {
            return None;
        }
        let run = self.reader.run(text)?;
        self.in_preamble = false;
        Some(run)
    }

    /// Reads the next line.
    pub(super) fn line(&mut self, line: &Line<'_>) {
        if self.vote.is_none() && self.reader.goes_on(line) {
            return;
        }
        let head = crdb_text::head(line.text);
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
                vote.push(line, head.as_ref());
                if vote.is_decided() {
                    self.decide();
                }
            }
            _ => self.reader.line(line, head.as_ref()),
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
            if !self.reader.goes_on(&line) {
                self.reader.line(&line, crdb_text::head(line.text).as_ref());
            }
        }
    }

    /// Ends the text, of which there were `bytes`, and hands over what was found.
    pub(super) fn finish(mut self, bytes: u64) -> ScannedLog {
        self.decide();
        let mut log = self.reader.finish(bytes, &self.path);
        self.redaction.tell(&mut log.summary);
        log
    }
}
