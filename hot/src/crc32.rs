//! The sum that zip and gzip keep of their text: CRC-32 as in RFC 1952, section 8.
//!
//! WebAssembly has no multiplication without carries, by which processors make this sum, and tables take a byte at a
//! time: the best of them read 4 GB/s, a third of what inflating costs. But the sum is the remainder of the text, as a
//! polynomial over GF(2), by a fixed polynomial, so any multiple of that can be subtracted from the text first. One
//! multiple has five terms only. Squaring keeps terms apart (`P(x)² = P(x²)` over GF(2)), so its 64th power has the same
//! five terms, 64 times as far apart: whole words. Each word is then cancelled by four others that come after it, and only
//! the last 300 words are left for the tables. That reads 19 GB/s.
//!
//! Why: `docs/decisions/0007-own-crc32.md`.

use std::sync::LazyLock;

/// The polynomial, with the bits of each byte in the order in which they are sent.
const POLYNOMIAL: u32 = 0xEDB8_8320;

/// `x³⁰⁰ + x¹⁵⁵ + x¹¹⁷ + x⁸⁹ + 1`, a multiple of the polynomial: so many words after one come those that cancel it.
const DISTANCES: [usize; 4] = [145, 183, 211, SPAN];

/// Words that stay behind.
const SPAN: usize = 300;

/// Words that are cancelled at a time. No distance is shorter, so they do not meet each other.
const BLOCK: usize = 144;

/// Room for what was cancelled: what is still reached, and some blocks, so that it is seldom moved. It stays in the
/// smallest cache of a processor core.
const ROOM: usize = SPAN + 7 * BLOCK;

/// `TABLES[n][byte]`: the sum of a byte that `n` zeros follow. Made when they are needed, for they do not compress.
static TABLES: LazyLock<[[u32; 256]; 8]> = LazyLock::new(|| {
    let mut tables = [[0; 256]; 8];
    for byte in 0..=255u8 {
        tables[0][usize::from(byte)] = (0..8).fold(u32::from(byte), |sum, _| {
            if sum & 1 == 0 { sum >> 1 } else { sum >> 1 ^ POLYNOMIAL }
        });
    }
    for zeros in 1..8 {
        for byte in 0..256 {
            tables[zeros][byte] = zero(&tables[0], tables[zeros - 1][byte]);
        }
    }
    tables
});

/// The sum of what has come so far.
#[derive(Clone, Copy, Debug)]
pub struct Crc32 {
    inverted: u32,
}

impl Default for Crc32 {
    fn default() -> Self {
        Self { inverted: !0 }
    }
}

impl Crc32 {
    /// The sum, as zip and gzip write it. That of nothing is 0.
    #[must_use]
    pub fn sum(self) -> u32 {
        !self.inverted
    }

    /// Takes the next bytes.
    pub fn update(&mut self, bytes: &[u8]) {
        let (words, rest) = bytes.as_chunks::<8>();
        self.inverted = if words.len() < SPAN + BLOCK {
            by_tables(self.inverted, words)
        } else {
            by_cancelling(self.inverted, words)
        };
        self.inverted =
            rest.iter().fold(self.inverted, |sum, byte| zero(&TABLES[0], sum ^ u32::from(*byte)));
    }
}

/// The sum once a byte of zeros has followed.
fn zero(table: &[u32; 256], sum: u32) -> u32 {
    sum >> 8 ^ table[(sum & 0xFF) as usize]
}

/// The sum once a word has followed.
#[inline]
fn word(tables: &[[u32; 256]; 8], sum: u32, word: u64) -> u32 {
    let bytes = (word ^ u64::from(sum)).to_le_bytes();
    let each = std::array::from_fn::<_, 8, _>(|at| tables[7 - at][usize::from(bytes[at])]);
    (each[0] ^ each[1]) ^ (each[2] ^ each[3]) ^ ((each[4] ^ each[5]) ^ (each[6] ^ each[7]))
}

fn by_tables(sum: u32, words: &[[u8; 8]]) -> u32 {
    let tables = &*TABLES;
    words.iter().fold(sum, |sum, bytes| word(tables, sum, u64::from_le_bytes(*bytes)))
}

/// The same for at least `SPAN + BLOCK` words.
fn by_cancelling(sum: u32, words: &[[u8; 8]]) -> u32 {
    let (cancelled, kept) = words.split_at(words.len() - SPAN);
    // What each word was when its turn came, after zeros that stand for what was before the first.
    let mut were = [0; ROOM];
    let mut end = SPAN;
    // What the sum was is part of the first word.
    let mut sum = u64::from(sum);
    let (blocks, rest) = cancelled.as_chunks::<BLOCK>();
    for block in blocks {
        cancel(&mut were, &mut end, block);
        were[end - BLOCK] ^= std::mem::take(&mut sum);
    }
    for bytes in rest {
        cancel(&mut were, &mut end, &[*bytes]);
    }
    // Of those that stay, none cancels another.
    let mut reach = [0; 2 * SPAN];
    reach[..SPAN].copy_from_slice(&were[end - SPAN..end]);
    let tables = &*TABLES;
    kept.iter().zip(SPAN..).fold(0, |sum, (bytes, at)| {
        let before = DISTANCES.map(|distance| reach[at - distance]);
        word(
            tables,
            sum,
            before.into_iter().fold(u64::from_le_bytes(*bytes), |word, other| word ^ other),
        )
    })
}

/// Takes as many words as there are into what they were, to which `end` moves on.
#[inline]
fn cancel<const WORDS: usize>(were: &mut [u64; ROOM], end: &mut usize, words: &[[u8; 8]; WORDS]) {
    if *end + WORDS > ROOM {
        were.copy_within(*end - SPAN..*end, 0);
        *end = SPAN;
    }
    let (past, next) = were.split_at_mut(*end);
    let before = DISTANCES.map(|distance| past[past.len() - distance..].first_chunk::<WORDS>());
    if let ([Some(a), Some(b), Some(c), Some(d)], Some(next)) =
        (before, next.first_chunk_mut::<WORDS>())
    {
        for (at, word) in next.iter_mut().enumerate() {
            *word = u64::from_le_bytes(words[at]) ^ a[at] ^ b[at] ^ c[at] ^ d[at];
        }
    }
    *end += WORDS;
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn sum(pieces: &[&[u8]]) -> u32 {
        let mut crc = Crc32::default();
        pieces.iter().for_each(|piece| crc.update(piece));
        crc.sum()
    }

    fn of_others(bytes: &[u8]) -> u32 {
        let mut crc = flate2::Crc::new();
        crc.update(bytes);
        crc.sum()
    }

    /// Bytes without a pattern.
    fn noise(len: usize) -> Vec<u8> {
        let mut state = 1u64;
        let step = |_| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            (state >> 56) as u8
        };
        (0..len).map(step).collect()
    }

    #[test]
    fn the_check_value_of_the_catalogue() {
        assert_eq!(sum(&[b"123456789"]), 0xCBF4_3926);
        assert_eq!(sum(&[]), 0);
    }

    #[test]
    fn every_length_around_those_where_something_changes() {
        let bytes = noise(8 * (ROOM + 3 * BLOCK));
        let words = [0, SPAN, SPAN + BLOCK, SPAN + 2 * BLOCK, ROOM, ROOM + BLOCK, ROOM + 2 * BLOCK];
        for len in
            words.into_iter().flat_map(|words| (8 * words).saturating_sub(20)..8 * words + 20)
        {
            assert_eq!(sum(&[&bytes[..len]]), of_others(&bytes[..len]), "{len}");
        }
    }

    #[test]
    fn a_bit_that_is_another_changes_the_sum() {
        let mut bytes = noise(20_000);
        let before = sum(&[&bytes]);
        for at in 0..bytes.len() {
            bytes[at] ^= 1 << (at % 8);
            assert_ne!(sum(&[&bytes]), before, "{at}");
            bytes[at] ^= 1 << (at % 8);
        }
    }

    proptest! {
        #[test]
        fn any_bytes_in_any_pieces(len in 0..40_000usize, cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..4), fill: bool) {
            let bytes = if fill { vec![0xFF; len] } else { noise(len) };
            let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut.index(len + 1)).chain([0, len]).collect();
            cuts.sort_unstable();
            let pieces: Vec<&[u8]> = cuts.windows(2).map(|cut| &bytes[cut[0]..cut[1]]).collect();
            prop_assert_eq!(sum(&pieces), of_others(&bytes));
        }
    }
}
