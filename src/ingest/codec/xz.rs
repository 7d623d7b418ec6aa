//! xz streams.

use std::ops::ControlFlow;

use xz4rust::{XzDecoder, XzError, XzNextBlockResult};

use super::{Fault, Fed, WINDOW};

/// Size of the buffer that text comes out through. The decoder does not say how much of it was filled when it meets a
/// fault, so that much text before the break is lost at most.
const TEXT_BUFFER: usize = 16 << 10;

/// The decoder's window at first; it grows to what the stream asks for.
const FIRST_WINDOW: usize = 64 << 10;

/// Decodes one stream that arrives in pieces.
pub(super) struct Xz {
    engine: Box<XzDecoder<'static>>,
    buffer: Vec<u8>,
    /// What the decoder could not use before it sees more.
    kept: Vec<u8>,
}

impl Default for Xz {
    fn default() -> Self {
        Self {
            engine: XzDecoder::in_heap_with_alloc_dict_size(FIRST_WINDOW, WINDOW as usize),
            buffer: vec![0; TEXT_BUFFER],
            kept: Vec::new(),
        }
    }
}

impl Xz {
    pub(super) fn restart(&mut self) {
        self.engine.reset();
        self.kept.clear();
    }

    pub(super) fn feed<B>(
        &mut self,
        input: &[u8],
        mut deliver: impl FnMut(&[u8]) -> ControlFlow<B>,
    ) -> ControlFlow<B, Fed> {
        let before = self.kept.len();
        let joined;
        let input = if before == 0 {
            input
        } else {
            self.kept.extend_from_slice(input);
            joined = std::mem::take(&mut self.kept);
            &joined[..]
        };
        let mut used = 0;
        loop {
            let rest = &input[used..];
            let (taken, produced, ended) = match self.engine.decode(rest, &mut self.buffer) {
                Ok(XzNextBlockResult::NeedMoreData(taken, produced)) => (taken, produced, false),
                Ok(XzNextBlockResult::EndOfStream(taken, produced)) => (taken, produced, true),
                Err(XzError::NeedsLargerInputBuffer) => (0, 0, false),
                Err(error) => return ControlFlow::Continue(Fed::Broken(fault(&error))),
            };
            used += taken;
            if produced > 0 {
                deliver(&self.buffer[..produced])?;
            }
            if ended {
                // What was kept belonged to this stream: its end lies in the new bytes.
                return ControlFlow::Continue(Fed::Ended(used.saturating_sub(before)));
            }
            if taken == 0 && produced == 0 {
                self.kept = input[used..].to_vec();
                return ControlFlow::Continue(Fed::Hungry);
            }
        }
    }
}

fn fault(error: &XzError) -> Fault {
    match error {
        XzError::ContentCrc32Mismatch(..)
        | XzError::ContentCrc64Mismatch(..)
        | XzError::ContentSha256Mismatch(..) => Fault::Checksum,
        XzError::DictionaryTooLarge(_) => Fault::Window,
        _ => Fault::Invalid,
    }
}
