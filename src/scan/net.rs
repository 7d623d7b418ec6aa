//! The search of the net: the signs of advisories in text of any form, reduced to its letters and digits.
//!
//! A sign is copied by hand, by a pager, a spreadsheet or a browser before it gets here, and each of them dresses it:
//! lines are wrapped, spaces become `&nbsp;` or `%20`, a match is coloured, characters are written in UTF-16. Letters and
//! digits survive all that. So a text is *squeezed*: of it only ASCII letters, in lower case, and digits are kept, and
//! escapes are undone. A sign of which the parts stand on two lines with something between them, such as the time that a
//! collector puts before each line, is found by one half of it, if the halves are long enough to say anything.
//!
//! Why: `docs/decisions/0016-literal-net.md`.

use super::{Prefilter, Signature};

/// A literal of this length or longer is found by either half of it.
const HALVED: usize = 40;

/// Squeezed literals shorter than this would be found in ordinary text.
const SHORTEST: usize = 12;

/// The signs, ready to be searched for in squeezed text.
#[derive(Debug)]
pub(super) struct Net {
    patterns: Vec<Pattern>,
    search: Prefilter,
}

/// One form of a sign.
#[derive(Clone, Debug)]
pub(super) struct Pattern {
    /// Index of the signature.
    pub(super) signature: u16,
    /// How much of the sign it is.
    pub(super) part: Part,
    /// Its letters and digits.
    squeezed: Vec<u8>,
}

/// How much of a sign a pattern is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    Whole,
    First,
    Second,
}

/// A pattern at a place of the squeezed text.
pub(super) struct Match<'a> {
    pub(super) pattern: &'a Pattern,
    pub(super) start: usize,
    /// Behind its last character.
    pub(super) end: usize,
}

/// Both halves of a literal that is long enough for each to be found by itself: wherever one line break falls, one of
/// them is whole.
pub(super) fn halves(literal: &str) -> Option<[&str; 2]> {
    let (first, second) = literal.split_at_checked(literal.len() / 2)?;
    (literal.len() >= HALVED).then_some([first, second])
}

/// How a search shows what it found, `grep --color` and `rg --color`, the latter pair in UTF-16. They may do so within a
/// sign, so a line that holds one is looked at.
pub(super) const COLOURS: [&[u8]; 4] = [
    b"\x1b[01;31m\x1b[K",
    b"\x1b[1m\x1b[31m",
    b"\x1b\0[\x000\x001\0;\x003\x001\0m",
    b"\x1b\0[\x001\0m\0\x1b\0[\x003\x001\0m",
];

/// The bytes of ASCII text in UTF-16 of either byte order, without the zero at its outer end.
pub(super) fn utf16(text: &str) -> Vec<u8> {
    let mut bytes: Vec<u8> = text.bytes().flat_map(|byte| [byte, 0]).collect();
    bytes.pop();
    bytes
}

/// The words of a sign as they stand in an address or a form that a browser sent: the spaces between them escaped. Other
/// characters are escaped by some and not by others, so the longest part without any is taken.
pub(super) fn in_addresses(text: &str) -> Vec<Vec<u8>> {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || c == ' ';
    let parts = text.split(|c| !is_plain(c)).map(str::trim);
    let longest = parts.max_by_key(|part| part.len()).filter(|part| part.contains(' '));
    let escaped = |space| longest.map(|part| part.replace(' ', space).into_bytes());
    ["%20", "+"].into_iter().filter_map(escaped).collect()
}

impl Net {
    /// A search for the signatures from the index `first` on, which are the signs of advisories.
    pub(super) fn new(list: &[Signature], first: usize) -> Self {
        let mut patterns = Vec::new();
        for (signature, one) in (0u16..).zip(list).skip(first) {
            let mut add = |part, literal: &str| {
                let squeezed = squeezed(literal.as_bytes());
                if squeezed.len() >= SHORTEST {
                    patterns.push(Pattern { signature, part, squeezed });
                }
            };
            add(Part::Whole, one.literal);
            if let Some([first, second]) = halves(one.literal) {
                add(Part::First, first);
                add(Part::Second, second);
            }
        }
        let literals: Vec<&[u8]> = patterns.iter().map(|one| &*one.squeezed).collect();
        let search = Prefilter::new(&literals);
        Self { patterns, search }
    }

    /// The patterns in squeezed text, in its order and none within another.
    pub(super) fn find<'a>(&'a self, text: &'a [u8]) -> impl Iterator<Item = Match<'a>> {
        let mut from = 0;
        std::iter::from_fn(move || {
            let start = self.search.find(text, from)?;
            let here = self.patterns.iter().filter(|one| text[start..].starts_with(&one.squeezed));
            let pattern = here.max_by_key(|one| one.squeezed.len())?;
            let end = start + pattern.squeezed.len();
            from = end;
            Some(Match { pattern, start, end })
        })
    }

    /// The signature of each sign of which `text` holds the whole or a half, in its order: one for each time.
    pub(super) fn signatures_in(&self, text: &[u8]) -> Vec<u16> {
        let squeezed = squeezed(text);
        let mut found = Vec::new();
        let mut half = None;
        for Match { pattern, .. } in self.find(&squeezed) {
            // The rest of the one before.
            if pattern.part == Part::Second && half.take() == Some(pattern.signature) {
                continue;
            }
            half = (pattern.part == Part::First).then_some(pattern.signature);
            found.push(pattern.signature);
        }
        found
    }
}

/// Bytes to what is kept of them: letters in lower case and digits, [`SKIP`] or [`SPECIAL`].
static KEPT: [u8; 256] = kept();

/// Nothing is kept of the byte.
const SKIP: u8 = 0;
/// The byte may begin an escape.
const SPECIAL: u8 = 1;

const ESCAPE: u8 = 0x1b;

/// No escape is longer.
const LONGEST: usize = 24;

const fn kept() -> [u8; 256] {
    let mut table = [SKIP; 256];
    let mut byte = 0;
    while byte < 128 {
        let it = byte as u8;
        table[byte] = match it {
            b'a'..=b'z' | b'0'..=b'9' => it,
            b'A'..=b'Z' => it.to_ascii_lowercase(),
            b'&' | b'%' | b'=' | b'\\' | ESCAPE => SPECIAL,
            _ => SKIP,
        };
        byte += 1;
    }
    table
}

/// The letters and digits of a text.
pub(super) fn squeezed(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    squeeze(text, &mut out);
    out
}

/// Adds the letters and digits of a text to `out`.
pub(super) fn squeeze(text: &[u8], out: &mut Vec<u8>) {
    out.reserve(text.len());
    each(text, |_, kept| {
        out.push(kept);
        true
    });
}

/// The places of the letters and digits of a text, asked for in order: each step goes on from the last one.
#[derive(Debug)]
pub(super) struct Places<'a> {
    text: &'a [u8],
    at: usize,
    /// Letters and digits before `at`.
    passed: usize,
}

impl<'a> Places<'a> {
    pub(super) fn of(text: &'a [u8]) -> Self {
        Self { text, at: 0, passed: 0 }
    }

    /// Where the letter or digit of number `nth` stands, from 0; the end of the text if there are not so many. Not less
    /// than what was asked for last.
    pub(super) fn place(&mut self, nth: usize) -> usize {
        let (start, mut left) = (self.at, nth - self.passed.min(nth));
        self.at = self.text.len();
        each(&self.text[start..], |place, _| {
            if left == 0 {
                self.at = start + place;
                return false;
            }
            left -= 1;
            true
        });
        self.passed = nth - left;
        self.at
    }
}

/// Calls `on` with each letter and digit and its place, until it is told to stop.
fn each(text: &[u8], mut on: impl FnMut(usize, u8) -> bool) {
    let mut at = 0;
    while let Some(byte) = text.get(at) {
        let (length, kept) = match KEPT[usize::from(*byte)] {
            SKIP => (1, SKIP),
            SPECIAL => special(&text[at..]),
            kept => (1, kept),
        };
        if kept > SPECIAL && !on(at, kept) {
            return;
        }
        at += length;
    }
}

/// The length of the escape that `text` begins with, and what is kept of it. In UTF-16 a zero stands behind each character.
fn special(text: &[u8]) -> (usize, u8) {
    if text.get(1) == Some(&0) {
        let narrow: Vec<u8> = text.iter().copied().step_by(2).take(LONGEST).collect();
        let (length, kept) = escape(&narrow);
        return (length * 2 - 1, kept);
    }
    escape(text)
}

fn escape(text: &[u8]) -> (usize, u8) {
    let escape = match text {
        [ESCAPE, b'[', ..] => terminal(text),
        [b'&', ..] => entity(text),
        [b'%' | b'=', ..] => hexadecimal(text, 1, 2),
        [b'\\', b'u', ..] => hexadecimal(text, 2, 4),
        [b'\\', b'x', ..] => hexadecimal(text, 2, 2),
        [b'\\', b'n' | b'r' | b't', ..] => Some((2, SKIP)),
        _ => None,
    };
    escape.unwrap_or((1, SKIP))
}

/// A sequence by which a terminal is told of colours.
fn terminal(text: &[u8]) -> Option<(usize, u8)> {
    let parameters = text[2..].iter().take(16).take_while(|b| matches!(b, 0x20..=0x3f)).count();
    let end = text.get(2 + parameters)?;
    matches!(end, 0x40..=0x7e).then_some((3 + parameters, SKIP))
}

/// A character of HTML by number or name.
fn entity(text: &[u8]) -> Option<(usize, u8)> {
    let end = text.iter().take(10).position(|b| *b == b';')?;
    let name = std::str::from_utf8(&text[1..end]).ok()?;
    let number = match name.strip_prefix('#') {
        Some(number) => match number.strip_prefix(['x', 'X']) {
            Some(digits) => u32::from_str_radix(digits, 16).ok()?,
            None => number.parse().ok()?,
        },
        None if !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphabetic()) => 0,
        None => return None,
    };
    Some((end + 1, of_character(number)))
}

/// A printable character as `digits` hexadecimal digits behind `start` bytes: `%2D`, `=2D`, `\u002d`.
fn hexadecimal(text: &[u8], start: usize, digits: usize) -> Option<(usize, u8)> {
    let number = std::str::from_utf8(text.get(start..start + digits)?).ok()?;
    // Only `+` is taken beside digits, and no escape has one.
    let number = u32::from_str_radix(number, 16).ok().filter(|_| !number.starts_with('+'))?;
    // What is not printable is text that happens to look so: `%af` in `'%affected'`.
    let printable = matches!(number, 0x20..=0x7e) || digits == 4;
    printable.then_some((start + digits, of_character(number)))
}

fn of_character(number: u32) -> u8 {
    let kept = u8::try_from(number).map_or(SKIP, |byte| KEPT[usize::from(byte)]);
    if kept == SPECIAL { SKIP } else { kept }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LITERAL: &str = "closing with flushes in-progress encountered an error";

    fn net() -> Net {
        let other = Signature { name: "other", literal: "resuming execution" };
        Net::new(&[other, Signature { name: "flush", literal: LITERAL }], 1)
    }

    #[test]
    fn a_sign_is_found_in_every_dress() {
        for text in [
            LITERAL.to_owned(),
            LITERAL.to_uppercase(),
            LITERAL.replace('-', "&#45;"),
            LITERAL.replace('-', "&#x2D;").replace(' ', "&nbsp;"),
            LITERAL.replace('-', "\\u002d").replace(' ', "\\u0020"),
            LITERAL.replace(' ', "%20").replace('-', "%2D"),
            LITERAL.replace(' ', "+"),
            LITERAL.replace(' ', "=20"),
            LITERAL.replace("with", "‹with›"),
            LITERAL.replace(
                "flushes in-progress",
                "\u{1b}[01;31m\u{1b}[Kflushes in-progress\u{1b}[m\u{1b}[K",
            ),
            LITERAL.replace("encountered", "encoun\n> tered"),
            LITERAL.replace("encountered", "encoun\\ntered"),
            LITERAL.replace("encountered", "encoun=\r\ntered"),
            String::from_utf8(utf16(LITERAL)).unwrap(),
            String::from_utf8(utf16(&LITERAL.replace(' ', "%20").replace('-', "&#45;"))).unwrap(),
            format!("LIKE '%{LITERAL}%'"),
        ] {
            let text = format!("before {text}: after");
            assert_eq!(net().signatures_in(text.as_bytes()), [1], "{text}");
        }
    }

    #[test]
    fn one_half_of_a_long_sign_is_enough_wherever_a_line_ends() {
        for at in 0..LITERAL.len() {
            let text = format!("{}\n2025-04-22T06:00:00Z {}", &LITERAL[..at], &LITERAL[at..]);
            assert_eq!(net().signatures_in(text.as_bytes()), [1], "{text}");
        }
    }

    #[test]
    fn other_text_holds_no_sign() {
        for text in [
            "closing with flushes",
            "encountered an error",
            "resuming execution",
            "closing the file with an error",
            "",
            "%",
            "&",
            "\u{1b}[",
            "\\u00",
        ] {
            assert!(net().signatures_in(text.as_bytes()).is_empty(), "{text}");
        }
    }

    #[test]
    fn a_place_in_squeezed_text_is_one_in_the_text() {
        let text = b"a-&#98;\x1b[0m %63 \\n d";
        assert_eq!(squeezed(text), b"abcd");
        let expected = [0, 2, 12, 19, text.len()];
        let mut places = Places::of(text);
        assert_eq!([0, 1, 2, 3, 4].map(|nth| places.place(nth)), expected);
        for from in 0..5 {
            let mut places = Places::of(text);
            places.place(from);
            for (nth, place) in expected.iter().enumerate().skip(from) {
                assert_eq!(places.place(nth), *place, "{nth} after {from}");
            }
        }
    }
}
