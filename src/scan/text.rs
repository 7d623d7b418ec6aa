//! The search for signs in text of which nothing else is read.

use serde::{Deserialize, Serialize};

use super::net::{self, Part};
use super::{RAW_LIMIT, Signatures, Stray, Strays};
use crate::parse::scrub::scrub;
use crate::parse::{crdb_text, quoted};

/// Text that is searched at once.
const BLOCK: usize = 256 << 10;

/// So much of the block before is searched again with the next one: a sign, however it is dressed, is shorter.
const OVERLAP: usize = 4 << 10;

/// How much of a long line is shown before a sign.
const BEFORE: usize = RAW_LIMIT / 2;

/// The two parts of a sign may stand on lines that are so far apart.
const APART: u64 = 2;

/// Of a text at most one byte in so many is a control character.
const CONTROLS: u64 = 100;

/// 1 for each control character that text does not hold.
const CONTROL: [u8; 256] = {
    let mut table = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        table[byte] = matches!(byte, 0x01..=0x08 | 0x0e..=0x1a | 0x1c..=0x1f | 0x7f) as u8;
        byte += 1;
    }
    table
};

/// Searches a text for the signs of all advisories, piece by piece. The result depends on the bytes alone, not on where
/// the pieces are cut; memory does not depend on the length of the text.
#[derive(Debug)]
pub struct TextSearch {
    signatures: Signatures,
    /// What was searched last, as far as it is searched again, and what comes after it.
    block: Vec<u8>,
    /// Bytes of the block that were searched before.
    searched: usize,
    /// Where the block begins: its byte, and the number and first byte of its line.
    offset: u64,
    line: u64,
    line_start: u64,
    squeezed: Vec<u8>,
    controls: u64,
    found: Strays,
    last: Option<Last>,
    heads: Heads,
}

/// The sign that was found last.
#[derive(Clone, Copy, Debug)]
struct Last {
    signature: u16,
    part: Part,
    line: u64,
    /// Byte of the text at which it begins.
    start: u64,
}

impl TextSearch {
    /// A search for the signs among `signatures`.
    #[must_use]
    pub fn new(signatures: &Signatures) -> Self {
        Self {
            signatures: signatures.clone(),
            block: Vec::new(),
            searched: 0,
            offset: 0,
            line: 1,
            line_start: 0,
            squeezed: Vec::new(),
            controls: 0,
            found: Strays::default(),
            last: None,
            heads: Heads::default(),
        }
    }

    /// Searches the next piece.
    pub fn feed(&mut self, mut piece: &[u8]) {
        while !piece.is_empty() {
            let (now, rest) = piece.split_at(piece.len().min(BLOCK - self.block.len()));
            self.block.extend_from_slice(now);
            piece = rest;
            if self.block.len() == BLOCK {
                self.search();
            }
        }
    }

    /// Ends the text and hands over what was found.
    #[must_use]
    pub fn finish(mut self) -> Searched {
        self.search();
        let bytes = self.offset + self.block.len() as u64;
        Searched {
            strays: self.found,
            is_text: self.controls * CONTROLS <= bytes,
            heads: self.heads,
        }
    }

    fn search(&mut self) {
        let controls =
            self.block[self.searched..].iter().map(|b| u64::from(CONTROL[usize::from(*b)]));
        self.controls += controls.sum::<u64>();
        let mut squeezed = std::mem::take(&mut self.squeezed);
        squeezed.clear();
        net::squeeze(&self.block, &mut squeezed);
        let signatures = self.signatures.clone();
        let block = std::mem::take(&mut self.block);
        let (mut places, mut lines) = (net::Places::of(&block), self.lines(&block));
        for found in signatures.net().find(&squeezed) {
            let start = places.place(found.start);
            let end = places.place(found.end - 1) + 1;
            if end > self.searched {
                let (line, line_start) = lines.to(start);
                let place = Place { at: start, line, line_start };
                self.found(&block, found.pattern.signature, found.pattern.part, place);
            }
        }
        self.squeezed = squeezed;
        let mut lines = self.lines(&block);
        for at in crdb_text::heads(&block) {
            let place = self.offset + at as u64;
            if place >= self.heads.next {
                let (line, _) = lines.to(at);
                self.heads.add(line, place);
            }
        }
        let passed = block.len().saturating_sub(OVERLAP);
        (self.line, self.line_start) = self.lines(&block).to(passed);
        self.offset += passed as u64;
        self.block = block;
        self.block.drain(..passed);
        self.searched = self.block.len();
    }

    fn lines<'a>(&self, block: &'a [u8]) -> Lines<'a> {
        let Self { offset, line, line_start, .. } = *self;
        Lines { block, offset, at: 0, line, line_start }
    }

    fn found(&mut self, block: &[u8], signature: u16, part: Part, place: Place) {
        let Place { at, line, line_start } = place;
        let start = self.offset + at as u64;
        let again = self.last.is_some_and(|last| {
            let rest =
                last.part == Part::First && part == Part::Second && line <= last.line + APART;
            last.signature == signature && (rest || last.start == start)
        });
        self.last = Some(Last { signature, part, line, start });
        if again {
            return;
        }
        let (text, sign) = self.shown(block, at, line_start);
        // Somebody's query for this very message.
        if quoted::is_in_string(&text, sign, false) {
            return;
        }
        // In UTF-16 with the low byte first, the line begins behind the high byte of the newline.
        let byte = line_start.checked_sub(self.offset).and_then(|at| usize::try_from(at).ok());
        let zero = byte.and_then(|at| block.get(at)) == Some(&0);
        let offset = line_start + u64::from(zero && line_start % 2 == 1);
        self.found.push(Stray { signature, line, offset, text });
    }

    /// The line of a sign at the byte `at` of the block: its start, or what stands around the sign; and where in it the
    /// sign begins.
    fn shown(&self, block: &[u8], at: usize, line_start: u64) -> (String, usize) {
        let begin = usize::try_from(line_start.saturating_sub(self.offset)).unwrap_or(0).min(at);
        let begin = if at - begin > BEFORE { at - BEFORE } else { begin };
        let end = memchr::memchr(b'\n', &block[at..]).map_or(block.len(), |n| at + n);
        let line = &block[begin..end];
        let wide = memchr::memchr_iter(0, line).count() > line.len() / 4;
        let text = |bytes: &[u8]| {
            let kept = bytes.iter().copied().filter(|byte| !wide || *byte != 0);
            let bytes: Vec<u8> = kept.take(RAW_LIMIT + 4).collect();
            scrub(&String::from_utf8_lossy(&bytes)).into_owned()
        };
        let sign = text(&block[begin..at]).len();
        let mut shown = text(line);
        shown.truncate(shown.floor_char_boundary(RAW_LIMIT));
        shown.truncate(shown.trim_end_matches(['\r', '\0']).len());
        (shown, sign)
    }
}

/// Where a sign begins in a block.
#[derive(Clone, Copy, Debug)]
struct Place {
    at: usize,
    /// The number of its line, and the byte of the text at which that begins.
    line: u64,
    line_start: u64,
}

/// The lines of a block, asked for in order.
struct Lines<'a> {
    block: &'a [u8],
    offset: u64,
    at: usize,
    line: u64,
    line_start: u64,
}

impl Lines<'_> {
    /// The number and the first byte, in the text, of the line in which the byte `at` of the block stands. Not less than
    /// what was asked for last.
    fn to(&mut self, at: usize) -> (u64, u64) {
        let passed = self.block.get(self.at..at).unwrap_or_default();
        self.line += memchr::memchr_iter(b'\n', passed).count() as u64;
        if let Some(end) = memchr::memrchr(b'\n', passed) {
            self.line_start = self.offset + (self.at + end) as u64 + 1;
        }
        self.at = at;
        (self.line, self.line_start)
    }
}

/// Places that look like the start of an entry of a log.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Heads {
    /// How many.
    pub count: u64,
    /// The line of the first, from 1; 0 if there is none.
    pub first: u64,
    /// Behind the start of the last one: what lies before it was counted.
    next: u64,
}

impl Heads {
    fn add(&mut self, line: u64, at: u64) {
        if self.count == 0 {
            self.first = line;
        }
        self.count += 1;
        self.next = at + 1;
    }
}

/// What the search of a text came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Searched {
    /// The signs.
    pub strays: Strays,
    /// Whether it is text and no picture or program: in the latter, what a person reads is not in the bytes.
    pub is_text: bool,
    /// What looks like entries of a log in it.
    pub heads: Heads,
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::scan::Signature;

    const LITERAL: &str = "closing with flushes in-progress encountered an error";

    fn signatures() -> Signatures {
        let state = Signature { name: "state", literal: "stepping through state" };
        Signatures::with_signs(vec![state, Signature { name: "flush", literal: LITERAL }], 1)
    }

    fn search(text: &[u8], piece: usize) -> Searched {
        let mut search = TextSearch::new(&signatures());
        text.chunks(piece.max(1)).for_each(|piece| search.feed(piece));
        search.finish()
    }

    fn places(text: &[u8]) -> Vec<(u64, u64)> {
        search(text, 1 << 20).strays.iter().map(|stray| (stray.line, stray.offset)).collect()
    }

    #[test]
    fn a_sign_has_its_line_and_byte() {
        let text = format!("a\nb,{LITERAL}: x\n\nstepping through state\n{LITERAL}");
        assert_eq!(places(text.as_bytes()), [(2, 2), (5, 85)]);
        let strays = search(text.as_bytes(), 7).strays;
        assert_eq!(strays[0].text, format!("b,{LITERAL}: x"));
        assert_eq!((strays.count(1), strays.count(0)), (2, 0));
    }

    #[test]
    fn a_sign_on_two_lines_is_one() {
        let wrapped = format!("x\n06:00 {}\n06:01 {}\n", &LITERAL[..30], &LITERAL[30..]);
        assert_eq!(places(wrapped.as_bytes()), [(2, 2)]);
        let prefixed = format!("{}\n{}\n", &LITERAL[..26], "2025 ogress encountered an error");
        assert_eq!(places(prefixed.as_bytes()), [(1, 0)]);
    }

    #[test]
    fn lines_of_utf_16_begin_at_whole_characters() {
        for (big, mark) in [(false, [0xff, 0xfe]), (true, [0xfe, 0xff])] {
            let text = format!("first\r\nsecond {LITERAL}\r\n");
            let bytes = text.bytes().flat_map(|b| if big { [0, b] } else { [b, 0] });
            let bytes: Vec<u8> = mark.into_iter().chain(bytes).collect();
            assert_eq!(places(&bytes), [(2, 16)], "big end first: {big}");
            assert_eq!(search(&bytes, 5).strays[0].text, format!("second {LITERAL}"));
        }
    }

    #[test]
    fn the_surroundings_of_a_sign_in_a_long_line_are_shown() {
        let text = format!("{}{LITERAL}{}", "x".repeat(600_000), "y".repeat(9000));
        let strays = search(text.as_bytes(), 1 << 16).strays;
        assert_eq!((strays.len(), strays[0].line, strays[0].offset), (1, 1, 0));
        assert!(strays[0].text.contains(LITERAL) && strays[0].text.len() <= RAW_LIMIT);
    }

    #[test]
    fn heads_of_entries_behind_other_text_are_counted() {
        let entry = "W250422 06:25:00.000001 77 a/b.go:432 ⋮ [n1] 77  x";
        let line = format!("2025,host,\"{entry}\"\n");
        let text = format!("time,host,message\n{}", line.repeat(20_000));
        for piece in [1 << 20, 7, 100_000] {
            let Heads { count, first, .. } = search(text.as_bytes(), piece).heads;
            assert_eq!((count, first), (20_000, 2), "pieces of {piece}");
        }
        assert_eq!(search(b"no entry\n", 3).heads, Heads::default());
    }

    #[test]
    fn pictures_are_no_text() {
        let picture: Vec<u8> = (0..9000u32).map(|n| (n * 7 % 251) as u8).collect();
        assert!(!search(&picture, 100).is_text);
        assert!(search("fünf\t\r\n\x1b[0m".as_bytes(), 100).is_text);
        assert!(search(b"", 1).is_text);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]

        #[test]
        fn pieces_make_no_difference(
            before in 0..300_000usize,
            after in 0..300_000usize,
            cut in 0..LITERAL.len(),
            piece in 100..70_000usize,
        ) {
            let filler = "an ordinary line of eighty bytes at most, and nothing else of interest \n";
            let filler = |bytes: usize| filler.repeat(bytes / filler.len() + 1)[..bytes].to_owned();
            let (one, other) = LITERAL.split_at(cut);
            let text = format!("{}{one}\n  {other}{}{LITERAL}", filler(before), filler(after));
            let whole = search(text.as_bytes(), text.len());
            prop_assert_eq!(whole.strays.count(1), 2);
            prop_assert_eq!(&search(text.as_bytes(), piece), &whole);
            for stray in whole.strays.iter() {
                let line = text[..usize::try_from(stray.offset).unwrap()].matches('\n').count();
                prop_assert_eq!(stray.line, line as u64 + 1);
            }
        }
    }
}
