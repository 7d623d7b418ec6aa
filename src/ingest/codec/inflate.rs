//! Deflate and gzip streams to text, through one buffer that is used again and again.

use std::ops::ControlFlow;

use flate2::{Decompress, DecompressError, FlushDecompress, Status};

use super::{Fault, Fed, TEXT_BUFFER};

/// The largest window that a stream may use, which all do.
const WINDOW_BITS: u8 = 15;

/// Inflates one stream that arrives in pieces.
pub(in crate::ingest) struct Inflater {
    engine: Decompress,
    buffer: Vec<u8>,
}

impl Inflater {
    /// For the bare stream of a zip member.
    pub(in crate::ingest) fn deflate() -> Self {
        Self { engine: Decompress::new(false), buffer: vec![0; TEXT_BUFFER] }
    }

    /// For a gzip member with its header and trailer.
    pub(in crate::ingest) fn gzip() -> Self {
        Self { engine: Decompress::new_gzip(WINDOW_BITS), buffer: vec![0; TEXT_BUFFER] }
    }

    /// Ready for the next gzip member.
    pub(in crate::ingest) fn restart_gzip(&mut self) {
        self.engine = Decompress::new_gzip(WINDOW_BITS);
    }

    /// Inflates `input`, handing each piece of text to `deliver` together with how much of `input` it took.
    /// Text that comes before a fault is delivered first.
    pub(in crate::ingest) fn feed<B>(
        &mut self,
        input: &[u8],
        mut deliver: impl FnMut(&[u8], usize) -> ControlFlow<B>,
    ) -> ControlFlow<B, Fed> {
        let mut used = 0;
        loop {
            let (taken, produced, result) = self.step(&input[used..]);
            used += taken;
            if produced > 0 {
                deliver(&self.buffer[..produced], used)?;
            }
            match result {
                Ok(Status::StreamEnd) => return ControlFlow::Continue(Fed::Ended(used)),
                Err(error) => return ControlFlow::Continue(Fed::Broken(Fault::of(&error))),
                // A full buffer may have left text behind in the engine, even if no input is left.
                Ok(_) if produced == self.buffer.len() => {}
                Ok(_) if used == input.len() => return ControlFlow::Continue(Fed::Hungry),
                Ok(_) if taken == 0 && produced == 0 => {
                    return ControlFlow::Continue(Fed::Broken(Fault::Invalid));
                }
                Ok(_) => {}
            }
        }
    }

    fn step(&mut self, input: &[u8]) -> (usize, usize, Result<Status, DecompressError>) {
        let (before_in, before_out) = (self.engine.total_in(), self.engine.total_out());
        let result = self.engine.decompress(input, &mut self.buffer, FlushDecompress::None);
        let taken = self.engine.total_in() - before_in;
        let produced = self.engine.total_out() - before_out;
        // Both are at most the length of a slice.
        (taken as usize, produced as usize, result)
    }
}

impl Fault {
    fn of(error: &DecompressError) -> Self {
        match error.message() {
            Some("incorrect data check" | "incorrect length check") => Self::Checksum,
            _ => Self::Invalid,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::{Compress, Compression, FlushCompress};

    #[test]
    fn text_that_ends_near_the_end_of_the_buffer_comes_out_whole() {
        // The last byte of the stream can hold both a long repetition, for which the buffer has no room, and the
        // end: then text is left in the engine when no input is left.
        for len in (TEXT_BUFFER - 20..TEXT_BUFFER + 600).step_by(7) {
            let mut stream = Vec::with_capacity(1 << 16);
            let mut engine = Compress::new(Compression::best(), false);
            engine.compress_vec(&vec![b'0'; len], &mut stream, FlushCompress::Finish).unwrap();
            let mut text = 0;
            let fed = Inflater::deflate().feed(&stream, |piece, _| {
                text += piece.len();
                ControlFlow::<()>::Continue(())
            });
            assert!(matches!(fed, ControlFlow::Continue(Fed::Ended(used)) if used == stream.len()));
            assert_eq!(text, len);
        }
    }
}
