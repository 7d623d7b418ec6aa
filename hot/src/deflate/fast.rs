//! Literals and matches where neither input nor output ends soon. Nearly all of the time goes here.
//!
//! What takes long is the way from one symbol to the next: a lookup tells how many bits it takes, and only then the next
//! lookup can begin. So one lookup tells of two symbols where it can, of which the first is a literal. And the next entry
//! is looked up before a match is copied: where the processor guessed wrong how long the match is, it goes on with an entry
//! that is there already.

use super::Stop;
use super::bits::{Bits, Input};
use super::output::{Buffer, Output, is_full};
use super::table::{
    AFTER_LITERAL, DEEPER, LITERAL, PAIR, SPECIAL, Tables, bits_of, byte_of, code_of, is_end,
    length_of, value_of,
};

/// Bytes of the input that one round may need: it fills up twice at most, by seven bytes, and loads eight.
const AHEAD: usize = 16;

/// After filling up there are at least so many bits: enough for three literals, or for two and a length with its extra
/// bits.
const FILLED: u32 = 56;

/// The bits of the longest distance: its code, and extra bits.
const DISTANCE: u32 = 15 + 13;

/// Bits of the input, in registers.
struct Now<'a> {
    bytes: &'a [u8],
    at: usize,
    bits: u64,
    count: u32,
}

impl Now<'_> {
    /// Fills up if there are `ahead` bytes more, eight at least. What is loaded above [`Now::count`] is loaded again the
    /// next time.
    #[inline(always)]
    fn fill(&mut self, ahead: usize) -> Option<()> {
        let bytes = self.bytes.get(self.at..self.at + ahead)?;
        self.bits |= u64::from_le_bytes(*bytes.first_chunk()?) << self.count;
        self.at += ((63 - self.count) >> 3) as usize;
        self.count |= FILLED;
        Some(())
    }

    #[inline(always)]
    fn skip(&mut self, n: u32) {
        self.bits >>= n;
        self.count -= n;
    }
}

/// A match: how far back, and how long.
type Match = (usize, usize);

/// Decodes until input or output end soon, or the block ends, which is true.
pub(super) fn symbols(
    bits: &mut Bits,
    input: &mut Input<'_>,
    tables: &Tables,
    output: &mut Output,
) -> Result<bool, Stop> {
    let mut now = Now { bytes: input.rest(), at: 0, bits: bits.bits, count: bits.count };
    let mut end = output.end;
    let buffer = &mut output.buffer;
    if is_full(end) || now.fill(AHEAD).is_none() {
        return Ok(false);
    }
    let mut entry = tables.literal(now.bits);
    let over = loop {
        let matched = match round(&mut now, entry, tables, buffer, &mut end) {
            Ok(matched) => matched,
            Err(over) => break over,
        };
        let filled = now.fill(AHEAD).is_some();
        entry = tables.literal(now.bits);
        if let Some((distance, length)) = matched {
            match buffer.repeat(end, distance, length) {
                Some(longer) => end = longer,
                None => break Err(Stop::Broken),
            }
        }
        if !filled || is_full(end) {
            break Ok(false);
        }
    };
    *bits = Bits { bits: now.bits & ((1 << now.count) - 1), count: now.count };
    output.end = end;
    input.take(now.at);
    over
}

/// Decodes a few literals, of which the first or a length is `entry`, and the match after them if there is one.
#[inline(always)]
fn round(
    now: &mut Now<'_>,
    mut entry: u32,
    tables: &Tables,
    buffer: &mut Buffer,
    end: &mut usize,
) -> Result<Option<Match>, Result<bool, Stop>> {
    let mut literal = |now: &mut Now<'_>, entry: u32| {
        buffer.two(*end, ((entry >> 16) as u16).to_le_bytes());
        *end += 1 + usize::from(entry & PAIR != 0);
        now.skip(bits_of(entry));
    };
    if entry & LITERAL != 0 {
        literal(now, entry);
        entry = tables.literal(now.bits);
        if entry & LITERAL != 0 {
            literal(now, entry);
            entry = tables.literal(now.bits);
            if entry & LITERAL != 0 {
                literal(now, entry);
                return Ok(None);
            }
        }
    }
    if entry & SPECIAL != 0 {
        if entry & DEEPER == DEEPER {
            now.skip(code_of(entry));
            entry = tables.deeper_literal(entry, now.bits);
            if entry & LITERAL != 0 {
                literal(now, entry);
                return Ok(None);
            }
        }
        if entry & SPECIAL != 0 {
            now.skip(bits_of(entry));
            return Err(if is_end(entry) { Ok(true) } else { Err(Stop::Broken) });
        }
    }
    // Where there is no literal before the match, it overwrites what is written here.
    buffer.two(*end, [byte_of(entry), 0]);
    *end += usize::from(entry & AFTER_LITERAL != 0);
    let length = length_of(entry, now.bits);
    now.skip(bits_of(entry));
    if now.count < DISTANCE {
        now.fill(8).ok_or(Err(Stop::Broken))?;
    }
    let mut entry = tables.distance(now.bits);
    if entry & SPECIAL != 0 {
        if entry & DEEPER == DEEPER {
            now.skip(code_of(entry));
            entry = tables.deeper_distance(entry, now.bits);
        }
        if entry & SPECIAL != 0 {
            return Err(Err(Stop::Broken));
        }
    }
    let distance = value_of(entry, now.bits);
    now.skip(bits_of(entry));
    Ok(Some((distance, length)))
}
