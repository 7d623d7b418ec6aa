//! A source whose bytes are in memory: the made-up sample, and tests.

use std::future::{Future, ready};

use super::{ReadError, Source};

/// A file of the input that is in memory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MemorySource(pub Vec<u8>);

impl Source for MemorySource {
    fn len(&self) -> u64 {
        self.0.len() as u64
    }

    fn read_at(
        &self,
        offset: u64,
        len: usize,
        mut buffer: Vec<u8>,
    ) -> impl Future<Output = Result<Vec<u8>, ReadError>> {
        let from = usize::try_from(offset).map_or(self.0.len(), |from| from.min(self.0.len()));
        let to = from.saturating_add(len).min(self.0.len());
        buffer.clear();
        buffer.extend_from_slice(&self.0[from..to]);
        ready(Ok(buffer))
    }
}
