//! Chunks to whole lines, in bounded memory.

use super::ENTRY_LIMIT;

/// One physical line.
#[derive(Clone, Copy, Debug)]
pub(super) struct Line<'a> {
    /// Its text as [`crate::parse::clean`] leaves it.
    pub(super) text: &'a [u8],
    /// Number, from 1.
    pub(super) number: u64,
    /// Byte at which it begins.
    pub(super) offset: u64,
    /// It is longer than [`ENTRY_LIMIT`], and `text` is only its start.
    pub(super) cut: bool,
    /// A literal stands in it.
    pub(super) literal: bool,
    /// How it stands in the file, where `text` is what a collector wrapped.
    pub(super) raw: Option<&'a [u8]>,
    /// Who wrote it, where a collector tells. A line of one source belongs to no entry of another.
    pub(super) source: Option<u64>,
}

/// The unfinished line between two chunks: its start is kept, its length counted.
#[derive(Debug, Default)]
pub(super) struct Partial {
    kept: Vec<u8>,
    length: u64,
    cut: bool,
}

impl Partial {
    pub(super) fn is_empty(&self) -> bool {
        self.length == 0
    }

    /// Adds text without a newline. A run of NUL at the start of a line is not kept: it may be far longer than the line
    /// (`docs/cockroachdb/log-formats.md#nul-bytes`).
    pub(super) fn push(&mut self, text: &[u8]) {
        self.length += text.len() as u64;
        let text = if self.kept.is_empty() { without_nul(text) } else { text };
        let room = ENTRY_LIMIT - self.kept.len();
        self.cut |= text.len() > room;
        self.kept.extend_from_slice(&text[..text.len().min(room)]);
    }

    /// What is kept of the line.
    pub(super) fn kept(&self) -> &[u8] {
        &self.kept
    }

    /// The length of the whole line, and whether more of it was pushed than is kept.
    pub(super) fn measure(&self) -> (u64, bool) {
        (self.length, self.cut)
    }

    /// Forgets the line, but not the memory.
    pub(super) fn clear(&mut self) {
        self.kept.clear();
        (self.length, self.cut) = (0, false);
    }
}

fn without_nul(text: &[u8]) -> &[u8] {
    match text.first() {
        Some(0) => &text[text.iter().position(|b| *b != 0).unwrap_or(text.len())..],
        _ => text,
    }
}
