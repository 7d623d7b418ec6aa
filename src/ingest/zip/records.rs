//! The records of a zip archive, from bytes to plain values.

/// Length of the end record without its comment.
pub(super) const END: usize = 22;
/// Length of the zip64 end locator, which stands right before the end record.
pub(super) const LOCATOR: usize = 20;
/// Length of the zip64 end record as everybody writes it.
pub(super) const END64: usize = 56;
/// First bytes of an end record.
pub(super) const END_MAGIC: &[u8] = b"PK\x05\x06";
/// First bytes of an entry of the central directory.
pub(super) const ENTRY_MAGIC: &[u8] = b"PK\x01\x02";

const ENTRY: usize = 46;

/// Where the central directory is, as an end record tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct End {
    /// How many entries it has. From an end record without zip64 only the lower 16 bits.
    pub(super) entries: u64,
    /// Its size.
    pub(super) size: u64,
    /// Where it begins, counted from where the archive begins.
    pub(super) offset: u64,
    /// Length of the comment that follows.
    pub(super) comment: usize,
    /// Whether it lies in another file of a split archive.
    pub(super) split: bool,
}

/// The end record that `bytes` begin with.
pub(super) fn end(bytes: &[u8]) -> Option<End> {
    bytes.starts_with(END_MAGIC).then_some(())?;
    let disks = (u16_at(bytes, 4)?, u16_at(bytes, 6)?);
    Some(End {
        entries: u64::from(u16_at(bytes, 10)?),
        size: u64::from(u32_at(bytes, 12)?),
        offset: u64::from(u32_at(bytes, 16)?),
        comment: usize::from(u16_at(bytes, 20)?),
        split: !matches!(disks, (0 | u16::MAX, 0 | u16::MAX)),
    })
}

/// Where the zip64 end record is, by the locator that `bytes` begin with.
pub(super) fn locator(bytes: &[u8]) -> Option<u64> {
    bytes.starts_with(b"PK\x06\x07").then(|| u64_at(bytes, 8))?
}

/// The zip64 end record that `bytes` begin with.
pub(super) fn end64(bytes: &[u8]) -> Option<End> {
    bytes.starts_with(b"PK\x06\x06").then_some(())?;
    Some(End {
        entries: u64_at(bytes, 32)?,
        size: u64_at(bytes, 40)?,
        offset: u64_at(bytes, 48)?,
        comment: 0,
        split: u32_at(bytes, 16)? != u32_at(bytes, 20)?,
    })
}

/// One entry of the central directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::ingest) struct Entry<'a> {
    /// Its name as stored, in whatever encoding.
    pub(in crate::ingest) name: &'a [u8],
    /// Compression method.
    pub(in crate::ingest) method: u16,
    /// Whether its data is encrypted.
    pub(in crate::ingest) encrypted: bool,
    /// Whether it is a symbolic link: its data is the path of another file.
    pub(in crate::ingest) link: bool,
    /// CRC-32 of its text.
    pub(in crate::ingest) crc32: u32,
    /// Size of its data in the archive.
    pub(in crate::ingest) compressed: u64,
    /// Size of its text.
    pub(in crate::ingest) uncompressed: u64,
    /// Where its local header begins, counted from where the archive begins.
    pub(in crate::ingest) header: u64,
}

/// What the bytes at a place of the central directory are.
pub(super) enum Parsed<'a> {
    /// An entry of so many bytes.
    Entry(Entry<'a>, usize),
    /// The beginning of an entry.
    Incomplete,
    /// No entry.
    Broken,
}

/// The entry that `bytes` begin with.
pub(super) fn entry(bytes: &[u8]) -> Parsed<'_> {
    let magic = &bytes[..bytes.len().min(ENTRY_MAGIC.len())];
    if !ENTRY_MAGIC.starts_with(magic) {
        return Parsed::Broken;
    }
    whole_entry(bytes).map_or(Parsed::Incomplete, |(entry, len)| Parsed::Entry(entry, len))
}

fn whole_entry(bytes: &[u8]) -> Option<(Entry<'_>, usize)> {
    let name_len = usize::from(u16_at(bytes, 28)?);
    let extra_len = usize::from(u16_at(bytes, 30)?);
    let comment_len = usize::from(u16_at(bytes, 32)?);
    let len = ENTRY + name_len + extra_len + comment_len;
    let bytes = bytes.get(..len)?;
    let (name, rest) = bytes[ENTRY..].split_at(name_len);
    let mut entry = Entry {
        name,
        method: u16_at(bytes, 10)?,
        encrypted: u16_at(bytes, 8)? & 1 != 0,
        link: is_link(u16_at(bytes, 4)?, u32_at(bytes, 38)?),
        crc32: u32_at(bytes, 16)?,
        compressed: u64::from(u32_at(bytes, 20)?),
        uncompressed: u64::from(u32_at(bytes, 24)?),
        header: u64::from(u32_at(bytes, 42)?),
    };
    let Entry { uncompressed, compressed, header, .. } = &mut entry;
    widen([uncompressed, compressed, header], &rest[..extra_len]);
    Some((entry, len))
}

/// Takes from the zip64 extra field what did not fit into 32 bits. The field holds only those values, in this order.
pub(super) fn widen<const N: usize>(values: [&mut u64; N], mut extra: &[u8]) {
    while let (Some(id), Some(len)) = (u16_at(extra, 0), u16_at(extra, 2)) {
        let field = &extra[4..];
        let (mut field, rest) = field.split_at(field.len().min(usize::from(len)));
        if id == 1 {
            for value in values {
                if *value == u64::from(u32::MAX)
                    && let Some(wide) = u64_at(field, 0)
                {
                    *value = wide;
                    field = &field[8..];
                }
            }
            return;
        }
        extra = rest;
    }
}

/// Whether an entry made on Unix has the mode of a symbolic link.
fn is_link(made_by: u16, attributes: u32) -> bool {
    const UNIX: u16 = 3;
    const KIND: u32 = 0o170_000;
    const LINK: u32 = 0o120_000;
    made_by >> 8 == UNIX && (attributes >> 16) & KIND == LINK
}

/// The little-endian number at `at`.
pub(super) fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    bytes.get(at..)?.first_chunk().map(|b| u16::from_le_bytes(*b))
}

pub(super) fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..)?.first_chunk().map(|b| u32::from_le_bytes(*b))
}

fn u64_at(bytes: &[u8], at: usize) -> Option<u64> {
    bytes.get(at..)?.first_chunk().map(|b| u64::from_le_bytes(*b))
}
