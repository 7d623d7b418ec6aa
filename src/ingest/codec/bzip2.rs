//! bzip2 streams.

use std::ops::ControlFlow;

use bzip2::{Decompress, Status};

use super::{Fault, Fed, TEXT_BUFFER};

/// Decodes one stream that arrives in pieces.
pub(super) struct Bzip2 {
    engine: Decompress,
    buffer: Vec<u8>,
}

impl Default for Bzip2 {
    fn default() -> Self {
        Self { engine: Decompress::new(false), buffer: vec![0; TEXT_BUFFER] }
    }
}

impl Bzip2 {
    pub(super) fn restart(&mut self) {
        self.engine = Decompress::new(false);
    }

    pub(super) fn feed<B>(
        &mut self,
        input: &[u8],
        mut deliver: impl FnMut(&[u8]) -> ControlFlow<B>,
    ) -> ControlFlow<B, Fed> {
        let mut used = 0;
        loop {
            let (before_in, before_out) = (self.engine.total_in(), self.engine.total_out());
            let result = self.engine.decompress(&input[used..], &mut self.buffer);
            // Both are at most the length of a slice.
            let taken = (self.engine.total_in() - before_in) as usize;
            let produced = (self.engine.total_out() - before_out) as usize;
            used += taken;
            if produced > 0 {
                deliver(&self.buffer[..produced])?;
            }
            match result {
                Ok(Status::StreamEnd) => return ControlFlow::Continue(Fed::Ended(used)),
                Ok(Status::MemNeeded) => return ControlFlow::Continue(Fed::Broken(Fault::Window)),
                // Its checksums are checked per block, and a wrong one is an error of the data like others.
                Err(_) => return ControlFlow::Continue(Fed::Broken(Fault::Invalid)),
                Ok(_) if produced == self.buffer.len() => {}
                Ok(_) if used == input.len() => return ControlFlow::Continue(Fed::Hungry),
                Ok(_) if taken == 0 && produced == 0 => {
                    return ControlFlow::Continue(Fed::Broken(Fault::Invalid));
                }
                Ok(_) => {}
            }
        }
    }
}
