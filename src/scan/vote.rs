//! Which text format a part of a file is in. Its first lines wait here until they have voted.

use std::ops::Range;

use crate::parse::crdb_text::{self, Head, TextFormat};
use crate::parse::time::is_undated;

use super::RAW_LIMIT;
use super::lines::Line;

/// After so many votes the format is known (`docs/cockroachdb/log-formats.md#format-detection`).
const VOTES: u32 = 200;

/// After so much text, newlines included, the votes that were cast decide.
const WINDOW: usize = 64 << 10;

/// So much of the surroundings of wrapped lines is kept, in bytes.
const RAWS: usize = 1 << 20;

/// The lines of a part of a file before its format is known, from its first entry on.
#[derive(Debug, Default)]
pub(super) struct Vote {
    text: Vec<u8>,
    /// How wrapped lines stand in the file, as much of each as evidence shows.
    raws: Vec<u8>,
    lines: Vec<Kept>,
    entries: Ballot,
    /// Preambles, and lines that a debug zip printed without being able to read them, have a shape of their own and
    /// decide only where there is nothing else.
    odd: Ballot,
}

#[derive(Debug)]
struct Kept {
    end: usize,
    raw: Option<Range<usize>>,
    number: u64,
    offset: u64,
    cut: bool,
    literal: bool,
    source: Option<u64>,
}

#[derive(Debug, Default)]
struct Ballot {
    lines: u32,
    v2: u32,
    counted: u32,
}

impl Vote {
    pub(super) fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// Whether enough was seen.
    pub(super) fn is_decided(&self) -> bool {
        self.entries.lines >= VOTES
            || self.text.len() + self.lines.len() >= WINDOW
            || self.raws.len() >= RAWS
    }

    /// Keeps a line, and counts its vote if it has the prefix of an entry.
    pub(super) fn push(&mut self, line: &Line<'_>, head: Option<&Head<'_>>) {
        if let Some(head) = head {
            let tagged = &head.tagged;
            let odd = head.is_preamble() || is_undated(head.time);
            let ballot = if odd { &mut self.odd } else { &mut self.entries };
            ballot.lines += 1;
            ballot.v2 += u32::from(crdb_text::v2(tagged).is_some());
            ballot.counted += u32::from(crdb_text::split_counter(tagged.rest).is_some());
        }
        self.text.extend_from_slice(line.text);
        let raw = line.raw.map(|raw| {
            let start = self.raws.len();
            self.raws.extend_from_slice(&raw[..raw.len().min(RAW_LIMIT + 4)]);
            start..self.raws.len()
        });
        let Line { number, offset, cut, literal, source, .. } = *line;
        let end = self.text.len();
        self.lines.push(Kept { end, raw, number, offset, cut, literal, source });
    }

    /// crdb-v2 where nearly all lines have its shape; crdb-v1 with counters where most have one.
    pub(super) fn winner(&self) -> TextFormat {
        let ballot = if self.entries.lines > 0 { &self.entries } else { &self.odd };
        if ballot.lines > 0 && ballot.v2 * 100 >= ballot.lines * 95 {
            TextFormat::V2
        } else if ballot.counted * 2 > ballot.lines {
            TextFormat::V1Count
        } else {
            TextFormat::V1
        }
    }

    /// The lines that waited, in order.
    pub(super) fn lines(&self) -> impl Iterator<Item = Line<'_>> {
        let starts = std::iter::once(0).chain(self.lines.iter().map(|kept| kept.end));
        starts.zip(&self.lines).map(|(start, kept)| Line {
            text: &self.text[start..kept.end],
            number: kept.number,
            offset: kept.offset,
            cut: kept.cut,
            literal: kept.literal,
            raw: kept.raw.clone().and_then(|raw| self.raws.get(raw)),
            source: kept.source,
        })
    }
}
