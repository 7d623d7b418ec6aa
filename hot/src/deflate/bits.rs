//! Bytes to bits, the lowest first.

/// A piece of a stream, and how far it is read.
#[derive(Debug)]
pub(super) struct Input<'a> {
    bytes: &'a [u8],
    at: usize,
}

/// Bits that were read and not yet used, of which the lowest comes first.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Bits {
    /// Above [`Bits::count`] all are 0.
    pub(super) bits: u64,
    /// How many there are, at most 63.
    pub(super) count: u32,
}

impl<'a> Input<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    /// How many bytes were read.
    pub(super) fn used(&self) -> usize {
        self.at
    }

    /// Reads at most `len` bytes.
    pub(super) fn take(&mut self, len: usize) -> &'a [u8] {
        let rest = self.rest();
        let bytes = &rest[..len.min(rest.len())];
        self.at += bytes.len();
        bytes
    }

    /// What is not read.
    pub(super) fn rest(&self) -> &'a [u8] {
        self.bytes.get(self.at..).unwrap_or_default()
    }
}

impl Bits {
    /// Reads as many bytes as there is room for.
    pub(super) fn fill(&mut self, input: &mut Input<'_>) {
        while self.count < u64::BITS - 8 {
            let [byte] = *input.take(1) else { return };
            self.bits |= u64::from(byte) << self.count;
            self.count += 8;
        }
    }

    /// Uses `n` bits, at most 32; nothing if there are fewer.
    pub(super) fn take(&mut self, n: u32, input: &mut Input<'_>) -> Option<u32> {
        if self.count < n {
            self.fill(input);
        }
        let value = self.low(n) as u32;
        self.skip(n).then_some(value)
    }

    /// The lowest `n` bits, as far as they are there.
    pub(super) fn low(self, n: u32) -> u64 {
        self.bits & ((1 << n) - 1)
    }

    /// Uses `n` bits up, or none if there are fewer.
    pub(super) fn skip(&mut self, n: u32) -> bool {
        let enough = n <= self.count;
        if enough {
            self.bits >>= n;
            self.count -= n;
        }
        enough
    }

    /// Drops what is left of a byte that is in use.
    pub(super) fn drop_to_byte(&mut self) {
        self.skip(self.count % 8);
    }

    /// Uses a whole byte.
    pub(super) fn take_byte(&mut self) -> Option<u8> {
        let byte = self.bits as u8;
        self.skip(8).then_some(byte)
    }

    /// How many bytes were read of which nothing was used.
    pub(super) fn whole_bytes(self) -> usize {
        self.count as usize / 8
    }
}
