//! How much is read at once, and how much at most.

/// What reading one unit may take. A unit is a file, or an archive that has to be read from end to end; when it
/// reaches a limit, that is said of it, and the rest of the input is read all the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of the source that are read at once. Two such buffers are in memory.
    pub slice: usize,
    /// Bytes that may come out of all that is compressed in a unit. Plain files are as large as they are.
    pub text: u64,
    /// How many bytes may come out for each byte of the source, beyond [`Limits::FREE`]. A bomb costs time in
    /// proportion to its own size, however often it is packed; memory does not depend on it.
    pub ratio: u64,
}

impl Limits {
    /// Few enough bytes that two buffers per worker fit into a small machine, enough that the cost of asking for
    /// them does not show.
    pub const SLICE: usize = 1 << 20;

    /// A hundred times the largest log that is known.
    pub const TEXT: u64 = 64 << 30;

    /// Above what deflate can do (1032:1): a log that ends in gigabytes of NUL stays readable. Logs are
    /// compressed to a tenth or a twentieth.
    pub const RATIO: u64 = 2000;

    /// So many bytes may come out whatever the ratio.
    pub const FREE: u64 = 64 << 20;
}

impl Default for Limits {
    fn default() -> Self {
        Self { slice: Self::SLICE, text: Self::TEXT, ratio: Self::RATIO }
    }
}
