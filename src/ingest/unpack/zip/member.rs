//! One member of an archive, while its data passes.

use std::ops::ControlFlow;

use crdb_triage_hot::crc32::Crc32;

use crate::ingest::codec::Fault;
use crate::ingest::unpack::{Context, End, Layer};
use crate::ingest::zip::Local;

use super::descriptor::DESCRIPTOR;

/// The member that is being read.
pub(super) struct Member {
    /// None if nobody needs it.
    pub(super) layer: Option<Layer>,
    pub(super) local: Local,
    /// Bytes of data that are left, if the header says how many there are.
    pub(super) left: Option<u64>,
    pub(super) crc32: Crc32,
    pub(super) compressed: u64,
    pub(super) uncompressed: u64,
}

impl Member {
    /// How many of these bytes are its data, as far as the header tells.
    pub(super) fn within(&self, bytes: &[u8]) -> usize {
        let left = self.left.map_or(usize::MAX, |left| usize::try_from(left).unwrap_or(usize::MAX));
        left.min(bytes.len())
    }

    /// Counts bytes of its data.
    pub(super) fn pass(&mut self, bytes: usize) {
        self.compressed += bytes as u64;
        self.left = self.left.map(|left| left.saturating_sub(bytes as u64));
    }

    /// Takes a piece of its text.
    pub(super) fn take(&mut self, text: &[u8], context: &mut Context<'_>) -> ControlFlow<End> {
        self.crc32.update(text);
        self.uncompressed += text.len() as u64;
        match &mut self.layer {
            Some(layer) => layer.feed(text, context),
            None => ControlFlow::Continue(()),
        }
    }

    pub(super) fn finish(&mut self, end: End, context: &mut Context<'_>) {
        if let Some(mut layer) = self.layer.take() {
            layer.finish(end, context);
        }
    }

    /// Whether the text is what the header says.
    pub(super) fn checked(&self) -> End {
        let same =
            self.uncompressed == self.local.uncompressed && self.crc32.sum() == self.local.crc32;
        if same { End::Complete } else { End::Broken(Fault::Checksum) }
    }

    /// Length of the descriptor that `bytes` begin with, if it is that of this member: with a signature or without,
    /// with sizes of 32 or 64 bits.
    pub(super) fn descriptor(&self, bytes: &[u8]) -> Option<usize> {
        let crc32 = self.crc32.sum().to_le_bytes();
        let narrow =
            [self.compressed as u32, self.uncompressed as u32].map(u32::to_le_bytes).concat();
        let wide = [self.compressed, self.uncompressed].map(u64::to_le_bytes).concat();
        [&wide, &narrow]
            .into_iter()
            .flat_map(|sizes| {
                let bare = [&crc32[..], sizes].concat();
                [[&DESCRIPTOR[..], &bare].concat(), bare]
            })
            .find(|descriptor| bytes.starts_with(descriptor))
            .map(|descriptor| descriptor.len())
    }

    /// Whether what begins like that can be its descriptor when more has come.
    pub(super) fn may_be_descriptor(&self, bytes: &[u8]) -> bool {
        let start = [DESCRIPTOR, self.crc32.sum().to_le_bytes()].concat();
        let len = bytes.len().min(start.len());
        bytes[..len] == start[..len]
    }
}
