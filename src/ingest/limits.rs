//! How much is read at once, and how much at most.

/// What reading one artifact may take.
///
/// There is no limit on the ratio of text to compressed bytes: deflate cannot exceed 1032:1, members of an
/// archive that share bytes are refused when it is planned, and memory does not depend on the ratio. So a bomb
/// costs time, in proportion to its own size, and the limit on text bounds what a single artifact can cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of the source that are read at once. Two such buffers are in memory.
    pub slice: usize,
    /// Bytes of text that a compressed artifact may have. Plain files are as large as they are.
    pub text: u64,
}

impl Limits {
    /// Few enough bytes that two buffers per worker fit into a small machine, enough that the cost of asking for
    /// them does not show.
    pub const SLICE: usize = 4 << 20;

    /// A hundred times the largest log that is known.
    pub const TEXT: u64 = 64 << 30;
}

impl Default for Limits {
    fn default() -> Self {
        Self { slice: Self::SLICE, text: Self::TEXT }
    }
}
