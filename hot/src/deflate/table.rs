//! Prefix codes as tables: the next bits of the stream look up what they begin with.
//!
//! An entry has 32 bits, so that one load tells everything:
//!
//! | bits | literal | length | distance | smaller table | end of the block, no code |
//! | --- | --- | --- | --- | --- | --- |
//! | 0–5 | bits to use | bits to use, extra ones included | the same | bits that it takes | bits to use |
//! | 6, 7 | | [`AFTER_LITERAL`] | | [`DEEPER`] | [`SPECIAL`] |
//! | 8–11 | bits of the (first) code | the same | bits of the code | bits of the first table | bits of the code |
//! | 12–15 | [`PAIR`], [`LITERAL`] | extra bits | | | |
//! | 16–23 | byte | the literal, if there is one | least value | where it begins | 0, or 1 |
//! | 24–31 | the second | least length, less three | | | |
//!
//! A code that is longer than the bits of the first lookup goes on in a smaller table behind it. A literal and what follows
//! it, another one or a length, are one entry if their codes fit into the bits of one lookup: in logs every second match
//! has literals before it.

/// A literal, and no length.
pub(super) const LITERAL: u32 = 1 << 15;
/// A literal and another one behind it.
pub(super) const PAIR: u32 = 1 << 12;
/// A length that has a literal before it.
pub(super) const AFTER_LITERAL: u32 = 1 << 6;
/// Neither literal nor value.
pub(super) const SPECIAL: u32 = 1 << 7;
/// Where to look further, and with how many bits.
pub(super) const DEEPER: u32 = SPECIAL | 1 << 6;
/// What is in no code. The end of the block is [`SPECIAL`] alone.
const NO_CODE: u32 = SPECIAL | 1 << 16;

/// How many literals and lengths there are, and distances; two of each are in no code.
pub(super) const LITERALS: usize = 288;
pub(super) const DISTANCES: usize = 32;
/// How many lengths of codes a block can have.
pub(super) const ALL: usize = LITERALS + DISTANCES;

/// The longest code.
const LONGEST: usize = 15;

/// Bytes of the shortest match, and of the longest.
const SHORTEST_MATCH: usize = 3;
const LONGEST_MATCH: usize = 258;

/// Bits of the first lookup, and room for the smaller tables behind it: no complete code needs more (the `enough` of
/// zlib's examples counts 2342 and 594).
const LITERAL_BITS: u32 = 11;
const LITERAL_ROOM: usize = 2400;
const DISTANCE_BITS: u32 = 9;
const DISTANCE_ROOM: usize = 600;
const LENGTH_BITS: u32 = 7;
const LENGTH_ROOM: usize = 1 << LENGTH_BITS;

/// The tables of a block.
#[derive(Debug)]
pub(super) struct Tables {
    literals: [u32; LITERAL_ROOM],
    distances: [u32; DISTANCE_ROOM],
    lengths: [u32; LENGTH_ROOM],
}

impl Default for Tables {
    fn default() -> Self {
        Self {
            literals: [0; LITERAL_ROOM],
            distances: [0; DISTANCE_ROOM],
            lengths: [0; LENGTH_ROOM],
        }
    }
}

/// What literals and lengths stand for (RFC 1951, section 3.2.5).
const OF_LITERALS: [u32; LITERALS] = {
    let mut entries = [NO_CODE; LITERALS];
    let mut at = 0;
    while at < 256 {
        entries[at] = LITERAL | (at as u32) << 16;
        at += 1;
    }
    entries[256] = SPECIAL;
    let mut least = SHORTEST_MATCH;
    at = 257;
    while at < 285 {
        let extra = if at < 265 { 0 } else { (at as u32 - 261) / 4 };
        entries[at] = length(least, extra);
        least += 1 << extra;
        at += 1;
    }
    entries[285] = length(LONGEST_MATCH, 0);
    entries
};

/// What distances stand for.
const OF_DISTANCES: [u32; DISTANCES] = {
    let mut entries = [NO_CODE; DISTANCES];
    let (mut at, mut least) = (0, 1);
    while at < 30 {
        let extra = if at < 4 { 0 } else { (at as u32 - 2) / 2 };
        entries[at] = value(least, extra);
        least += 1 << extra;
        at += 1;
    }
    entries
};

/// What the code of the lengths stands for.
const OF_LENGTHS: [u32; 19] = {
    let mut entries = [0; 19];
    let mut at = 0;
    while at < entries.len() {
        entries[at] = value(at, 0);
        at += 1;
    }
    entries
};

const fn length(least: usize, extra: u32) -> u32 {
    ((least - SHORTEST_MATCH) as u32) << 24 | extra << 12 | extra
}

const fn value(least: usize, extra: u32) -> u32 {
    (least as u32) << 16 | extra
}

/// An entry with a code of so many bits.
fn coded(entry: u32, bits: u32) -> u32 {
    entry + (bits << 8 | bits)
}

/// Bits to use for what an entry says.
#[inline(always)]
pub(super) fn bits_of(entry: u32) -> u32 {
    entry & 63
}

/// Bits of an entry's code.
#[inline(always)]
pub(super) fn code_of(entry: u32) -> u32 {
    entry >> 8 & 15
}

/// The byte of an entry that begins with a literal.
#[inline(always)]
pub(super) fn byte_of(entry: u32) -> u8 {
    (entry >> 16) as u8
}

/// The length of an entry that has one, with its extra bits, which stand in `bits` after the codes.
#[inline(always)]
pub(super) fn length_of(entry: u32, bits: u64) -> usize {
    let extra = entry >> 12 & 7;
    let codes = bits_of(entry).wrapping_sub(extra) & 63;
    SHORTEST_MATCH + (entry >> 24) as usize + (bits >> codes & ((1 << extra) - 1)) as usize
}

/// The value of a distance, with its extra bits, which stand in `bits` after its code.
#[inline(always)]
pub(super) fn value_of(entry: u32, bits: u64) -> usize {
    let extra = bits_of(entry).wrapping_sub(code_of(entry)) & 15;
    (entry >> 16) as usize + (bits >> code_of(entry) & ((1 << extra) - 1)) as usize
}

/// Whether an entry that is [`SPECIAL`] is the end of the block.
pub(super) fn is_end(entry: u32) -> bool {
    entry >> 16 == 0
}

impl Tables {
    /// The entry of the literal or length that `bits` begin with.
    #[inline(always)]
    pub(super) fn literal(&self, bits: u64) -> u32 {
        self.literals[(bits & ((1 << LITERAL_BITS) - 1)) as usize]
    }

    /// The entry of the distance that `bits` begin with.
    #[inline(always)]
    pub(super) fn distance(&self, bits: u64) -> u32 {
        self.distances[(bits & ((1 << DISTANCE_BITS) - 1)) as usize]
    }

    /// Where the entry of a literal or length is [`DEEPER`]: what it is. `bits` go on after those of the first lookup.
    pub(super) fn deeper_literal(&self, entry: u32, bits: u64) -> u32 {
        deeper(&self.literals, entry, bits)
    }

    /// The same of a distance.
    pub(super) fn deeper_distance(&self, entry: u32, bits: u64) -> u32 {
        deeper(&self.distances, entry, bits)
    }

    /// The length of a code that `bits` begin with, and how many bits that takes. Where no length has a code all are 0,
    /// as for zlib, and the block has no end.
    pub(super) fn length(&self, bits: u64) -> (u8, u32) {
        let entry = self.lengths[(bits & ((1 << LENGTH_BITS) - 1)) as usize];
        (if entry & SPECIAL == 0 { (entry >> 16) as u8 } else { 0 }, bits_of(entry))
    }

    /// The code of the lengths.
    pub(super) fn lengths(&mut self, lengths: &[u8]) -> Option<()> {
        let all = lengths.iter().filter(|length| **length > 0).count();
        // Only of the others one alone is a code.
        if all == 1 { None } else { build(&mut self.lengths, LENGTH_BITS, lengths, &OF_LENGTHS) }
    }

    /// The tables of a block with codes of its own; nothing if there are no such codes.
    pub(super) fn dynamic(&mut self, literals: &[u8], distances: &[u8]) -> Option<()> {
        // Without an end it would have none.
        literals.get(256).filter(|length| **length > 0)?;
        build(&mut self.literals, LITERAL_BITS, literals, &OF_LITERALS)?;
        build(&mut self.distances, DISTANCE_BITS, distances, &OF_DISTANCES)?;
        self.join();
        Some(())
    }

    /// The tables of a block with the codes that need not be told.
    pub(super) fn fixed(&mut self) {
        let mut lengths = [8; LITERALS];
        lengths[144..256].fill(9);
        lengths[256..280].fill(7);
        // Both are complete codes, so neither fails.
        build(&mut self.literals, LITERAL_BITS, &lengths, &OF_LITERALS);
        build(&mut self.distances, DISTANCE_BITS, &[5; DISTANCES], &OF_DISTANCES);
        self.join();
    }

    /// Makes one entry of a literal and what follows it.
    fn join(&mut self) {
        // From the end: what an entry goes on with stands before it, and must still be one.
        for at in (1..1 << LITERAL_BITS).rev() {
            let first = self.literals[at];
            if first & LITERAL == 0 {
                continue;
            }
            let second = self.literals[at >> bits_of(first)];
            if second & SPECIAL != 0 || code_of(first) + code_of(second) > LITERAL_BITS {
                continue;
            }
            let both = if second & LITERAL == 0 {
                AFTER_LITERAL | second & 0xFF00_7000
            } else {
                LITERAL | PAIR | (second & 0xFF_0000) << 8
            };
            let (byte, code) = (first & 0xFF_0000, first & 0xF00);
            self.literals[at] = both | byte | code | (bits_of(first) + bits_of(second));
        }
    }
}

/// Looks further. What leads nowhere is no code.
fn deeper(table: &[u32], entry: u32, bits: u64) -> u32 {
    let at = (entry >> 16) as usize + (bits & ((1 << bits_of(entry)) - 1)) as usize;
    table.get(at).copied().unwrap_or(NO_CODE)
}

/// Makes the table of the code in which the symbols, whose `entries` these are, have these `lengths`. Nothing if there is
/// no such code, or one with room for more, unless it has one symbol, of one bit, or none.
fn build(table: &mut [u32], bits: u32, lengths: &[u8], entries: &[u32]) -> Option<()> {
    let mut counts = [0u16; LONGEST + 1];
    for length in lengths {
        counts[usize::from(length & 15)] += 1;
    }
    counts[0] = 0;
    let mut room = 1i32;
    for count in &counts[1..] {
        room = 2 * room - i32::from(*count);
        if room < 0 {
            return None;
        }
    }
    if room > 0 {
        return build_alone(table.get_mut(..1 << bits)?, lengths, entries);
    }
    let (sorted, used) = by_length(lengths, &counts);
    let mut symbols = sorted.iter().take(used).map(|symbol| entries[usize::from(*symbol)]);
    // Each bit more doubles the table; then the codes of that length take their places.
    let (mut code, mut filled) = (0, 1);
    for length in 1..=bits {
        table.copy_within(..filled, filled);
        filled *= 2;
        for symbol in symbols.by_ref().take(usize::from(counts[length as usize])) {
            table[code] = coded(symbol, length);
            code = next(code, length);
        }
    }
    let (mut end, mut first, mut begin) = (filled, None, 0);
    for length in bits + 1..=LONGEST as u32 {
        for nth in 0..counts[length as usize] {
            let symbol = symbols.next()?;
            if first != Some(code % filled) {
                // As wide as all codes need that begin alike.
                first = Some(code % filled);
                let mut wide = length - bits;
                let mut codes = i32::from(counts[length as usize] - nth);
                while codes < 1 << wide && ((bits + wide) as usize) < LONGEST {
                    wide += 1;
                    codes = 2 * codes + i32::from(counts[(bits + wide) as usize]);
                }
                begin = end;
                end += 1 << wide;
                *table.get_mut(code % filled)? = DEEPER | (begin as u32) << 16 | bits << 8 | wide;
            }
            let places = table.get_mut(begin..end)?.iter_mut().skip(code / filled);
            for place in places.step_by(1 << (length - bits)) {
                *place = coded(symbol, length - bits);
            }
            code = next(code, length);
        }
    }
    Some(())
}

/// A code of one symbol, or of none.
fn build_alone(table: &mut [u32], lengths: &[u8], entries: &[u32]) -> Option<()> {
    let mut used = lengths.iter().zip(entries).filter(|(length, _)| **length > 0);
    let sole = used.next();
    if used.next().is_some() || sole.is_some_and(|(length, _)| *length > 1) {
        return None;
    }
    table.fill(coded(NO_CODE, 1));
    if let Some((_, entry)) = sole {
        table.iter_mut().step_by(2).for_each(|place| *place = coded(*entry, 1));
    }
    Some(())
}

/// The symbols that have a code, by its length and then by their number, and how many they are.
fn by_length(lengths: &[u8], counts: &[u16; LONGEST + 1]) -> ([u16; LITERALS], usize) {
    let mut places = [0usize; LONGEST + 2];
    for length in 1..=LONGEST {
        places[length + 1] = places[length] + usize::from(counts[length]);
    }
    let used = places[LONGEST + 1];
    let mut sorted = [0; LITERALS];
    for (symbol, length) in (0..).zip(lengths) {
        if *length > 0 {
            let place = &mut places[usize::from(length & 15)];
            sorted[*place] = symbol;
            *place += 1;
        }
    }
    (sorted, used)
}

/// The code after `code`, of the same length. Codes count up from their first bit, which is the lowest here.
fn next(code: usize, length: u32) -> usize {
    let zeros = !code & ((1 << length) - 1);
    match zeros.checked_ilog2() {
        Some(highest) => code & ((1 << highest) - 1) | 1 << highest,
        None => 0,
    }
}
