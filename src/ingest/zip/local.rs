//! The header before a member's data, which says only how long it is itself.

use super::LOCAL_HEADER;
use super::records::u16_at;

/// Passes over a local header that arrives in pieces.
#[derive(Default)]
pub(in crate::ingest) struct LocalHeader {
    fixed: Vec<u8>,
    passed: u64,
}

/// What a piece led to.
pub(in crate::ingest) enum Passed {
    /// The data begins after so many bytes of the piece.
    At(usize),
    /// It begins later.
    Later,
    /// This is no local header.
    Broken,
}

impl LocalHeader {
    /// Length of the whole header, once its fixed part has arrived.
    pub(in crate::ingest) fn len(&self) -> Option<u64> {
        (self.fixed.len() as u64 == LOCAL_HEADER).then_some(())?;
        let name = u16_at(&self.fixed, 26)?;
        let extra = u16_at(&self.fixed, 28)?;
        Some(LOCAL_HEADER + u64::from(name) + u64::from(extra))
    }

    /// Takes the next piece.
    pub(in crate::ingest) fn pass(&mut self, piece: &[u8]) -> Passed {
        let missing = LOCAL_HEADER as usize - self.fixed.len();
        self.fixed.extend_from_slice(&piece[..piece.len().min(missing)]);
        let magic = b"PK\x03\x04";
        if !magic.starts_with(&self.fixed[..self.fixed.len().min(magic.len())]) {
            return Passed::Broken;
        }
        let before = self.passed;
        self.passed += piece.len() as u64;
        match self.len() {
            Some(len) if len <= self.passed => Passed::At((len - before) as usize),
            _ => Passed::Later,
        }
    }
}
