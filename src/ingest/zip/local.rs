//! The header before a member's data.

use super::LOCAL_HEADER;
use super::records::{u16_at, u32_at, widen};

/// Passes over a local header that arrives in pieces.
#[derive(Default)]
pub(in crate::ingest) struct LocalHeader {
    bytes: Vec<u8>,
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

/// What a local header says of its member.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::ingest) struct Local {
    /// Its name as stored.
    pub(in crate::ingest) name: Vec<u8>,
    /// Compression method.
    pub(in crate::ingest) method: u16,
    /// Whether its data is encrypted.
    pub(in crate::ingest) encrypted: bool,
    /// Whether checksum and sizes stand after the data; then those here are mostly 0.
    pub(in crate::ingest) has_descriptor: bool,
    /// CRC-32 of its text.
    pub(in crate::ingest) crc32: u32,
    /// Size of its data in the archive.
    pub(in crate::ingest) compressed: u64,
    /// Size of its text.
    pub(in crate::ingest) uncompressed: u64,
    version: u16,
}

impl LocalHeader {
    /// Length of the whole header, once its fixed part has arrived.
    pub(in crate::ingest) fn len(&self) -> Option<u64> {
        let fixed = self.bytes.get(..LOCAL_HEADER as usize)?;
        let (name, extra) = (u16_at(fixed, 26)?, u16_at(fixed, 28)?);
        Some(LOCAL_HEADER + u64::from(name) + u64::from(extra))
    }

    /// Takes the next piece.
    pub(in crate::ingest) fn pass(&mut self, piece: &[u8]) -> Passed {
        let before = self.passed;
        self.passed += piece.len() as u64;
        // Twice, because only the fixed part tells how long the rest is.
        let mut rest = piece;
        for _ in 0..2 {
            let wanted = self.len().unwrap_or(LOCAL_HEADER) as usize;
            let missing = wanted.saturating_sub(self.bytes.len()).min(rest.len());
            self.bytes.extend_from_slice(&rest[..missing]);
            rest = &rest[missing..];
        }
        let magic = b"PK\x03\x04";
        if !magic.starts_with(&self.bytes[..self.bytes.len().min(magic.len())]) {
            return Passed::Broken;
        }
        match self.len() {
            Some(len) if len <= self.passed => Passed::At((len - before) as usize),
            _ => Passed::Later,
        }
    }

    /// What it says, once it is whole.
    pub(in crate::ingest) fn local(&self) -> Option<Local> {
        let bytes = &self.bytes;
        let name_len = usize::from(u16_at(bytes, 26)?);
        let (name, extra) = bytes.get(LOCAL_HEADER as usize..)?.split_at_checked(name_len)?;
        let flags = u16_at(bytes, 6)?;
        let mut local = Local {
            name: name.to_vec(),
            method: u16_at(bytes, 8)?,
            encrypted: flags & 1 != 0,
            has_descriptor: flags & 8 != 0,
            crc32: u32_at(bytes, 14)?,
            compressed: u64::from(u32_at(bytes, 18)?),
            uncompressed: u64::from(u32_at(bytes, 22)?),
            version: u16_at(bytes, 4)?,
        };
        widen([&mut local.uncompressed, &mut local.compressed], extra);
        Some(local)
    }
}

impl Local {
    /// Whether this can be a header, and not bytes that look like the beginning of one by chance.
    pub(in crate::ingest) fn is_plausible(&self) -> bool {
        /// The highest version of the format, 6.3, and the highest number of a method (AES encryption).
        const LIMITS: (u16, u16) = (63, 99);
        let (version, method) = LIMITS;
        self.version & 0xff <= version
            && self.method <= method
            && !self.name.is_empty()
            && !self.name.contains(&0)
    }
}
