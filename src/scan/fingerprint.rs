//! What tells a copy of a file from another file, without keeping either.
//!
//! Why: `docs/decisions/0030-copies-by-both-ends.md`.

use std::hash::Hasher;

/// So much of the start and of the end of a file is hashed.
const EACH: usize = 16 << 10;

/// Hashes the first and the last 16 KiB of a text that comes in pieces. The result does not depend on the pieces.
#[derive(Debug, Default)]
pub(super) struct Fingerprint {
    head: Vec<u8>,
    /// The last bytes, and at most as many before them.
    tail: Vec<u8>,
}

impl Fingerprint {
    pub(super) fn feed(&mut self, piece: &[u8]) {
        let room = EACH.saturating_sub(self.head.len()).min(piece.len());
        self.head.extend_from_slice(&piece[..room]);
        if piece.len() >= EACH {
            self.tail.clear();
        }
        self.tail.extend_from_slice(&piece[piece.len().saturating_sub(EACH)..]);
        if self.tail.len() >= 2 * EACH {
            self.tail.drain(..self.tail.len() - EACH);
        }
    }

    /// The hash; 0 of nothing.
    pub(super) fn finish(&self) -> u64 {
        if self.head.is_empty() {
            return 0;
        }
        // Not a secret: whoever forges two files with one print wins nothing, since all else must agree too.
        let mut hasher = Fnv(0xcbf2_9ce4_8422_2325);
        hasher.write(&self.head);
        hasher.write(&self.tail[self.tail.len().saturating_sub(EACH)..]);
        hasher.finish()
    }
}

/// FNV-1a: the same on every machine and in every build, which the standard library's hasher does not promise.
struct Fnv(u64);

impl Hasher for Fnv {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn print(text: &[u8], piece: usize) -> u64 {
        let mut print = Fingerprint::default();
        text.chunks(piece).for_each(|piece| print.feed(piece));
        print.finish()
    }

    #[test]
    fn pieces_make_no_difference_and_both_ends_do() {
        let text: Vec<u8> = (0..300_000u32).map(|n| (n % 251) as u8).collect();
        let whole = print(&text, text.len());
        for piece in [1000, EACH - 1, EACH, EACH + 1, 100_000] {
            assert_eq!(print(&text, piece), whole, "{piece}");
        }
        for at in [0, 299_999] {
            let mut other = text.clone();
            other[at] ^= 1;
            assert_ne!(print(&other, 7000), whole, "{at}");
        }
        assert_ne!(print(b"a", 1), print(b"b", 1));
    }
}
