//! Literals and matches where neither input nor output ends soon. Nearly all of the time goes here.

use super::Stop;
use super::bits::{Bits, Input};
use super::output::{Output, is_full};
use super::table::{DEEPER, LITERAL, SPECIAL, Tables, bits_of, is_end, value_of};

/// Bytes of the input that one round may need: it fills up twice at most, by seven bytes, and loads eight.
const AHEAD: usize = 16;

/// After filling up there are at least so many bits: enough for three literals, or for two and a length with its extra
/// bits.
const FILLED: u32 = 56;

/// The bits of the longest distance: its code, and extra bits.
const DISTANCE: u32 = 15 + 13;

/// The state of the loop, in registers.
struct Now {
    bits: u64,
    count: u32,
    at: usize,
}

impl Now {
    /// Fills up from eight bytes. What is loaded above [`Now::count`] is loaded again the next time.
    #[inline(always)]
    fn fill(&mut self, eight: [u8; 8]) {
        self.bits |= u64::from_le_bytes(eight) << self.count;
        self.at += ((63 - self.count) >> 3) as usize;
        self.count |= FILLED;
    }

    #[inline(always)]
    fn skip(&mut self, n: u32) {
        self.bits >>= n;
        self.count -= n;
    }
}

/// Decodes until input or output end soon, or the block ends, which is true.
pub(super) fn symbols(
    bits: &mut Bits,
    input: &mut Input<'_>,
    tables: &Tables,
    output: &mut Output,
) -> Result<bool, Stop> {
    let bytes = input.rest();
    let mut now = Now { bits: bits.bits, count: bits.count, at: 0 };
    let mut end = output.end;
    let buffer = &mut output.buffer;
    let over = loop {
        if is_full(end) {
            break Ok(false);
        }
        let ahead = bytes.get(now.at..now.at + AHEAD).and_then(<[u8]>::first_chunk);
        let Some(eight) = ahead else { break Ok(false) };
        now.fill(*eight);
        let mut literal = |now: &mut Now, entry: u32| {
            buffer.two(end, ((entry >> 16) as u16).to_le_bytes());
            end += 1 + (entry >> 12 & 1) as usize;
            now.skip(bits_of(entry));
        };
        let mut entry = tables.literal(now.bits);
        if entry & LITERAL != 0 {
            literal(&mut now, entry);
            entry = tables.literal(now.bits);
            if entry & LITERAL != 0 {
                literal(&mut now, entry);
                entry = tables.literal(now.bits);
                if entry & LITERAL != 0 {
                    literal(&mut now, entry);
                    continue;
                }
            }
        }
        if entry & SPECIAL != 0 {
            if entry & DEEPER == DEEPER {
                let deeper = tables.deeper_literal(entry, skipped(&mut now, entry));
                entry = deeper;
                if entry & LITERAL != 0 {
                    literal(&mut now, entry);
                    continue;
                }
            }
            if entry & SPECIAL != 0 {
                now.skip(bits_of(entry));
                break if is_end(entry) { Ok(true) } else { Err(Stop::Broken) };
            }
        }
        let length = value_of(entry, now.bits);
        now.skip(bits_of(entry));
        if now.count < DISTANCE {
            let ahead = bytes.get(now.at..now.at + 8).and_then(<[u8]>::first_chunk);
            let Some(eight) = ahead else { break Err(Stop::Broken) };
            now.fill(*eight);
        }
        let mut entry = tables.distance(now.bits);
        if entry & SPECIAL != 0 {
            if entry & DEEPER == DEEPER {
                entry = tables.deeper_distance(entry, skipped(&mut now, entry));
            }
            if entry & SPECIAL != 0 {
                break Err(Stop::Broken);
            }
        }
        let distance = value_of(entry, now.bits);
        now.skip(bits_of(entry));
        match buffer.repeat(end, distance, length) {
            Some(longer) => end = longer,
            None => break Err(Stop::Broken),
        }
    };
    *bits = Bits { bits: now.bits & ((1 << now.count) - 1), count: now.count };
    output.end = end;
    input.take(now.at);
    over
}

/// Skips the bits of the first lookup and gives those that follow.
fn skipped(now: &mut Now, entry: u32) -> u64 {
    now.skip(super::table::code_of(entry));
    now.bits
}
