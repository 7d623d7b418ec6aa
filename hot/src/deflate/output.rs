//! The text that comes out, and before it the window that matches reach into.

/// How far back a match can reach.
const WINDOW: usize = 32 << 10;

/// The longest match.
const MATCH: usize = 258;

/// Window and text together, up to which there is room for another match. At most so much text is delivered at once: it
/// stays in the cache of a processor core, and calls are rare enough not to show.
pub(super) const FULL: usize = (256 << 10) - MATCH;

/// Room behind that: the literals of a round, six at most, a match, and what copying in wide steps writes past the end.
const SIZE: usize = FULL + 8 + MATCH + STEPS * STEP;

/// Bytes that are copied at once.
const STEP: usize = 16;

/// So many steps are made before it is asked whether the match is over: nearly none is longer, and each wrong guess costs
/// more than the steps.
const STEPS: usize = 4;

/// Window and text in one buffer.
#[derive(Debug)]
pub(super) struct Output {
    pub(super) buffer: Buffer,
    /// Where the text ends.
    pub(super) end: usize,
    /// Where begins what was not yet taken.
    taken: usize,
}

/// The bytes alone.
#[derive(Debug)]
pub(super) struct Buffer(Box<[u8; SIZE]>);

impl Default for Output {
    fn default() -> Self {
        let bytes = vec![0; SIZE].into_boxed_slice();
        // The length is right, so there is no other way.
        let buffer = Buffer(bytes.try_into().unwrap_or_else(|_| Box::new([0; SIZE])));
        Self { buffer, end: 0, taken: 0 }
    }
}

impl Output {
    pub(super) fn clear(&mut self) {
        (self.end, self.taken) = (0, 0);
    }

    /// Whether there may be no room for another match.
    pub(super) fn is_full(&self) -> bool {
        is_full(self.end)
    }

    /// How many bytes can be appended.
    pub(super) fn room(&self) -> usize {
        FULL.saturating_sub(self.end)
    }

    /// The text since the last call.
    pub(super) fn take(&mut self) -> &[u8] {
        let from = std::mem::replace(&mut self.taken, self.end);
        self.buffer.0.get(from..self.end).unwrap_or_default()
    }

    /// Keeps the window and makes room. All text must have been taken.
    pub(super) fn slide(&mut self) {
        let from = self.end.saturating_sub(WINDOW);
        self.buffer.0.copy_within(from..self.end, 0);
        self.end -= from;
        self.taken = self.end;
    }

    pub(super) fn literal(&mut self, byte: u8) {
        self.buffer.0[self.end] = byte;
        self.end += 1;
    }

    pub(super) fn append(&mut self, bytes: &[u8]) {
        self.buffer.0[self.end..self.end + bytes.len()].copy_from_slice(bytes);
        self.end += bytes.len();
    }

    /// Repeats `length` bytes from `distance` bytes before the end; nothing if the text does not reach so far back.
    pub(super) fn repeat(&mut self, distance: usize, length: usize) -> Option<()> {
        self.end = self.buffer.repeat(self.end, distance, length)?;
        Some(())
    }
}

/// Whether there may be no room for another match after a text that ends there.
#[inline(always)]
pub(super) fn is_full(end: usize) -> bool {
    end >= FULL
}

impl Buffer {
    /// Writes two bytes at `at`, of which the second may be nothing.
    #[inline(always)]
    pub(super) fn two(&mut self, at: usize, bytes: [u8; 2]) {
        self.0[at..at + 2].copy_from_slice(&bytes);
    }

    /// Repeats `length` bytes from `distance` bytes before `end`, and gives the new end. May write some bytes more.
    #[inline(always)]
    pub(super) fn repeat(&mut self, end: usize, distance: usize, length: usize) -> Option<usize> {
        let (mut from, mut to) = (end.checked_sub(distance)?, end);
        let end = end + length;
        if distance >= STEP {
            loop {
                for _ in 0..STEPS {
                    self.copy::<STEP>(from, to);
                    (from, to) = (from + STEP, to + STEP);
                }
                if to >= end {
                    break;
                }
            }
        } else if distance == 1 {
            let byte = self.0[from];
            self.0[to..end].fill(byte);
        } else {
            // What a step reads was written by the one before, but for `distance` of its bytes.
            let step = distance.min(8);
            loop {
                self.copy::<8>(from, to);
                (from, to) = (from + step, to + step);
                if to >= end {
                    break;
                }
            }
        }
        Some(end)
    }

    #[inline(always)]
    fn copy<const N: usize>(&mut self, from: usize, to: usize) {
        let mut bytes = [0; N];
        bytes.copy_from_slice(&self.0[from..from + N]);
        self.0[to..to + N].copy_from_slice(&bytes);
    }
}
