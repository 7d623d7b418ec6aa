//! The bare deflate stream of a zip member to text.

use std::ops::ControlFlow;

use crdb_triage_hot::deflate::{self, Inflate};

use super::{Fault, Fed};

/// Inflates one stream that arrives in pieces.
#[derive(Default)]
pub(in crate::ingest) struct Inflater {
    inflate: Inflate,
}

impl Inflater {
    /// Ready for another stream.
    pub(super) fn restart(&mut self) {
        self.inflate.restart();
    }

    /// Inflates `input`, handing each piece of text to `deliver` together with how much of `input` it took.
    /// Text that comes before a fault is delivered first.
    pub(in crate::ingest) fn feed<B>(
        &mut self,
        input: &[u8],
        deliver: impl FnMut(&[u8], usize) -> ControlFlow<B>,
    ) -> ControlFlow<B, Fed> {
        ControlFlow::Continue(match self.inflate.feed(input, deliver)? {
            deflate::Fed::Hungry => Fed::Hungry,
            deflate::Fed::Ended(used) => Fed::Ended(used),
            deflate::Fed::Broken => Fed::Broken(Fault::Invalid),
        })
    }
}
