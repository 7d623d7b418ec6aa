//! How bytes are packed, by the bytes themselves.

use super::codec::Compression;
use super::unpack::is_tar;

/// How many bytes from the start [`sniff`] wants to see.
pub(super) const HEAD: usize = 512;

/// How something is packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Packing {
    /// A zip archive, or one part of a split one.
    Zip,
    /// A tar archive.
    Tar,
    /// One compressed file, or an archive within a compression.
    Compressed(Compression),
    /// A packing that is known and not read: its name.
    Other(&'static str),
    /// None that is known.
    Plain,
}

/// What the packings begin with.
const MAGICS: &[(&[u8], Packing)] = &[
    (b"PK\x03\x04", Packing::Zip),
    (b"PK\x05\x06", Packing::Zip),
    // The mark of a split archive; its first part has it before the first member.
    (b"PK\x07\x08", Packing::Zip),
    (b"\x1f\x8b", Packing::Compressed(Compression::Gzip)),
    (b"\x28\xb5\x2f\xfd", Packing::Compressed(Compression::Zstd)),
    (b"BZh", Packing::Compressed(Compression::Bzip2)),
    (b"\xfd7zXZ\0", Packing::Compressed(Compression::Xz)),
    (b"7z\xbc\xaf\x27\x1c", Packing::Other("7-Zip")),
    (b"Rar!\x1a\x07", Packing::Other("RAR")),
    (b"\x04\x22\x4d\x18", Packing::Other("LZ4")),
    (b"\x1f\x9d", Packing::Other("compress (.Z)")),
    (b"LZIP", Packing::Other("lzip")),
];

/// How the file that begins with `head` is packed.
pub(super) fn sniff(head: &[u8]) -> Packing {
    let known = MAGICS.iter().find(|(magic, _)| head.starts_with(magic));
    match known {
        Some((_, packing)) => *packing,
        None if is_tar(head) => Packing::Tar,
        None => Packing::Plain,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn content_tells_the_packing() {
        assert_eq!(sniff(b"PK\x03\x04rest"), Packing::Zip);
        assert_eq!(sniff(b"\x1f\x8b\x08"), Packing::Compressed(Compression::Gzip));
        assert_eq!(sniff(b"BZh91AY"), Packing::Compressed(Compression::Bzip2));
        assert_eq!(sniff(b"7z\xbc\xaf\x27\x1c\0\x04"), Packing::Other("7-Zip"));
        assert_eq!(sniff(b"I240101 00:00:00.000000 1 a.go:1  PK\x03\x04"), Packing::Plain);
        assert_eq!(sniff(&[0; 512]), Packing::Plain);
        assert_eq!(sniff(b""), Packing::Plain);
    }
}
