//! Random access to one file of the input, whatever holds it.

use std::fmt;
use std::future::{Future, ready};

/// One file of the input. Reads are asynchronous because a browser's are; natively they complete at once.
pub trait Source {
    /// Size in bytes when it was handed in.
    fn len(&self) -> u64;

    /// Whether it holds nothing.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Reads `len` bytes at `offset` into `buffer` (whose content is replaced and whose memory is reused) and
    /// gives it back. Shorter only at the end of the file. The read starts when this is called, not when the
    /// future is first polled, so that a caller can read ahead.
    ///
    /// # Errors
    /// The file changed, vanished, or cannot be read.
    fn read_at(
        &self,
        offset: u64,
        len: usize,
        buffer: Vec<u8>,
    ) -> impl Future<Output = Result<Vec<u8>, ReadError>>;

    /// Whether what was read so far is one state of the file, the one that was handed in. Asked at the end of what
    /// has no checksum of its own. A file that only grows natively is read up to its length at the beginning; that
    /// is such a state.
    ///
    /// # Errors
    /// The file changed or vanished while it was being read.
    fn unchanged(&self) -> impl Future<Output = Result<(), ReadError>> {
        ready(Ok(()))
    }
}

/// A read failed; the message is for a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadError(pub String);

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for ReadError {}
