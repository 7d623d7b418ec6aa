//! Compressed streams to text, push by push: every decoder takes what it is given and says what came of it.

mod bzip2;
mod gzip;
mod inflate;
mod streams;
mod xz;
mod zstd;

pub(super) use inflate::Inflater;
pub(super) use streams::Streams;

/// Size of the buffer that text comes out through: it stays in the cache of a processor core, and calls are rare
/// enough not to show.
const TEXT_BUFFER: usize = 256 << 10;

/// The largest window that a stream may ask for. The usual tools stay below it unless they are told otherwise
/// (`zstd --ultra --long`, `xz --lzma2=dict=…`).
const WINDOW: u64 = 128 << 20;

/// What one piece of a stream led to.
pub(super) enum Fed {
    /// All of it was used; more is needed.
    Hungry,
    /// The stream ended after so many bytes of the piece.
    Ended(usize),
    /// The stream is broken.
    Broken(Fault),
}

/// How a stream is broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// It is no such stream.
    Invalid,
    /// The checksum or length that it holds is not that of the text.
    Checksum,
    /// It ended well, and something follows that is no such stream.
    Trailing,
    /// It needs a larger window than is given.
    Window,
}

/// A compression of single files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Compression {
    /// gzip.
    Gzip,
    /// Zstandard.
    Zstd,
    /// bzip2.
    Bzip2,
    /// xz.
    Xz,
}
