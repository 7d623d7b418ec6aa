//! Zip archives written by hand, so that each oddity can be written too.

use flate2::{Compress, Compression, FlushCompress};

/// An archive to be.
#[derive(Clone, Default)]
pub(crate) struct Zip {
    /// Bytes before the archive, which its offsets do not count.
    pub(crate) prefix: Vec<u8>,
    /// Its comment.
    pub(crate) comment: Vec<u8>,
    /// Whether it ends with a zip64 end record and locator, as with 65,535 members or more.
    pub(crate) zip64_end: bool,
    /// Number of this file, if it was split.
    pub(crate) disk: u16,
    /// What it holds.
    pub(crate) members: Vec<Member>,
}

/// A member to be.
#[derive(Clone)]
pub(crate) struct Member {
    /// Its name, in whatever encoding.
    pub(crate) name: Vec<u8>,
    /// Its text.
    pub(crate) text: Vec<u8>,
    /// Compression method to write; data is deflated for 8 and as it is for all others.
    pub(crate) method: u16,
    /// Its general flags.
    pub(crate) flags: u16,
    /// Another checksum than its own.
    pub(crate) wrong_crc: bool,
    /// Whether sizes follow the data and the local header has zeros, as Go writes.
    pub(crate) descriptor: bool,
    /// Whether sizes and offset stand in a zip64 extra field.
    pub(crate) zip64: bool,
    /// Length of an extra field that only the local header has.
    pub(crate) local_extra: u16,
    /// Unix mode, in the external attributes.
    pub(crate) mode: u32,
}

impl Member {
    /// As `cockroach debug zip` writes them.
    pub(crate) fn new(name: impl AsRef<[u8]>, text: impl AsRef<[u8]>) -> Self {
        Self {
            name: name.as_ref().to_vec(),
            text: text.as_ref().to_vec(),
            method: 8,
            flags: 0,
            wrong_crc: false,
            descriptor: true,
            zip64: false,
            local_extra: 0,
            mode: 0o100_644,
        }
    }

    fn data(&self) -> Vec<u8> {
        if self.method == 8 { deflate(&self.text) } else { self.text.clone() }
    }

    fn crc(&self) -> u32 {
        crc32fast::hash(&self.text) ^ u32::from(self.wrong_crc)
    }

    fn flags(&self) -> u16 {
        self.flags | if self.descriptor { 8 } else { 0 }
    }

    fn local(&self, data: &[u8]) -> Vec<u8> {
        let known = |value: u32| if self.descriptor { 0 } else { value };
        let mut out = b"PK\x03\x04".to_vec();
        put16(&mut out, &[20, self.flags(), self.method, 0, 0]);
        put32(
            &mut out,
            &[known(self.crc()), known(data.len() as u32), known(self.text.len() as u32)],
        );
        put16(&mut out, &[self.name.len() as u16, self.local_extra]);
        out.extend_from_slice(&self.name);
        out.resize(out.len() + usize::from(self.local_extra), 0xee);
        out.extend_from_slice(data);
        if self.descriptor {
            out.extend(self.descriptor(data.len(), true, false));
        }
        out
    }

    fn descriptor(&self, data: usize, signature: bool, wide: bool) -> Vec<u8> {
        let mut out = if signature { b"PK\x07\x08".to_vec() } else { Vec::new() };
        put32(&mut out, &[self.crc()]);
        if wide {
            put64(&mut out, &[data as u64, self.text.len() as u64]);
        } else {
            put32(&mut out, &[data as u32, self.text.len() as u32]);
        }
        out
    }

    /// The member as it stands in an archive, with a descriptor of this shape.
    pub(crate) fn local_with(&self, signature: bool, wide: bool) -> Vec<u8> {
        let data = self.data();
        let mut out = self.local(&data);
        out.truncate(out.len() - self.descriptor(data.len(), true, false).len());
        out.extend(self.descriptor(data.len(), signature, wide));
        out
    }

    fn central(&self, data: &[u8], offset: u64) -> Vec<u8> {
        let mut extra = vec![0x55, 0x54, 5, 0, 1, 0, 0, 0, 0];
        let narrow = |value: u64| if self.zip64 { u32::MAX } else { value as u32 };
        let (compressed, uncompressed) = (data.len() as u64, self.text.len() as u64);
        if self.zip64 {
            put16(&mut extra, &[1, 24]);
            put64(&mut extra, &[uncompressed, compressed, offset]);
        }
        let mut out = b"PK\x01\x02".to_vec();
        put16(&mut out, &[3 << 8 | 20, 20, self.flags(), self.method, 0, 0]);
        put32(&mut out, &[self.crc(), narrow(compressed), narrow(uncompressed)]);
        put16(&mut out, &[self.name.len() as u16, extra.len() as u16, 0, 0, 0]);
        put32(&mut out, &[self.mode << 16, narrow(offset)]);
        out.extend_from_slice(&self.name);
        out.extend_from_slice(&extra);
        out
    }
}

impl Zip {
    /// An archive of members as `cockroach debug zip` writes them.
    pub(crate) fn of(members: &[(&str, &str)]) -> Self {
        let members = members.iter().map(|(name, text)| Member::new(name, text)).collect();
        Self { members, ..Self::default() }
    }

    /// The same with one member more.
    pub(crate) fn and(mut self, member: Member) -> Self {
        self.members.push(member);
        self
    }

    /// Its bytes.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        let mut out = self.prefix.clone();
        let mut directory = Vec::new();
        for member in &self.members {
            let data = member.data();
            directory.extend(member.central(&data, (out.len() - self.prefix.len()) as u64));
            out.extend(member.local(&data));
        }
        let offset = (out.len() - self.prefix.len()) as u64;
        let (size, count) = (directory.len() as u64, self.members.len() as u64);
        out.extend(directory);
        if self.zip64_end {
            let record = out.len() - self.prefix.len();
            out.extend_from_slice(b"PK\x06\x06");
            put64(&mut out, &[44]);
            put16(&mut out, &[45, 45]);
            put32(&mut out, &[0, 0]);
            put64(&mut out, &[count, count, size, offset]);
            out.extend_from_slice(b"PK\x06\x07");
            put32(&mut out, &[0]);
            put64(&mut out, &[record as u64]);
            put32(&mut out, &[1]);
        }
        let narrow = |value: u64| if self.zip64_end { u32::MAX } else { value as u32 };
        let short = if self.zip64_end { u16::MAX } else { count as u16 };
        out.extend_from_slice(b"PK\x05\x06");
        put16(&mut out, &[self.disk, self.disk, short, short]);
        put32(&mut out, &[narrow(size), narrow(offset)]);
        put16(&mut out, &[self.comment.len() as u16]);
        out.extend_from_slice(&self.comment);
        out
    }
}

/// The bare deflate stream of `text`.
pub(crate) fn deflate(text: &[u8]) -> Vec<u8> {
    compress(Compress::new(Compression::default(), false), text)
}

/// A gzip member that holds `text`.
pub(crate) fn gzip(text: &[u8]) -> Vec<u8> {
    compress(Compress::new_gzip(Compression::default(), 15), text)
}

fn compress(mut engine: Compress, text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len() + text.len() / 100 + 64);
    engine.compress_vec(text, &mut out, FlushCompress::Finish).unwrap();
    assert_eq!(engine.total_in(), text.len() as u64);
    out
}

fn put16(out: &mut Vec<u8>, values: &[u16]) {
    values.iter().for_each(|value| out.extend_from_slice(&value.to_le_bytes()));
}

fn put32(out: &mut Vec<u8>, values: &[u32]) {
    values.iter().for_each(|value| out.extend_from_slice(&value.to_le_bytes()));
}

fn put64(out: &mut Vec<u8>, values: &[u64]) {
    values.iter().for_each(|value| out.extend_from_slice(&value.to_le_bytes()));
}
