//! How bytes are packed, by the bytes themselves.

use std::ops::ControlFlow;

use super::inflate::Inflater;

/// How many bytes from the start [`sniff`] wants to see.
pub(super) const HEAD: usize = 4096;

/// How something is packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Packing {
    /// A zip archive, or one part of a split one.
    Zip,
    /// A gzip stream.
    Gzip,
    /// A tar archive.
    Tar,
    /// A zstd stream.
    Zstd,
    /// A packing that is known and not read: its name.
    Other(&'static str),
    /// None that is known.
    Plain,
}

/// What the packings begin with, and where.
const MAGICS: &[(usize, &[u8], Packing)] = &[
    (0, b"PK\x03\x04", Packing::Zip),
    (0, b"PK\x05\x06", Packing::Zip),
    // The mark of a split archive; its first part has it before the first member.
    (0, b"PK\x07\x08", Packing::Zip),
    (0, b"\x1f\x8b", Packing::Gzip),
    (257, b"ustar", Packing::Tar),
    (0, b"\x28\xb5\x2f\xfd", Packing::Zstd),
    (0, b"BZh", Packing::Other("bzip2")),
    (0, b"\xfd7zXZ\0", Packing::Other("xz")),
    (0, b"7z\xbc\xaf\x27\x1c", Packing::Other("7-Zip")),
    (0, b"Rar!\x1a\x07", Packing::Other("RAR")),
    (0, b"\x04\x22\x4d\x18", Packing::Other("LZ4")),
];

/// How the file that begins with `head` is packed.
pub(super) fn sniff(head: &[u8]) -> Packing {
    MAGICS
        .iter()
        .find(|(at, magic, _)| head.get(*at..).is_some_and(|rest| rest.starts_with(magic)))
        .map_or(Packing::Plain, |(_, _, packing)| *packing)
}

/// How the text of the gzip stream that begins with `head` is packed in turn.
pub(super) fn sniff_inside_gzip(head: &[u8]) -> Packing {
    let mut text = Vec::new();
    let _: ControlFlow<(), _> = Inflater::gzip().feed(head, |piece, _| {
        text.extend_from_slice(&piece[..piece.len().min(HEAD)]);
        ControlFlow::Break(())
    });
    sniff(&text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn content_tells_the_packing() {
        let mut tar = vec![0; 512];
        tar[257..262].copy_from_slice(b"ustar");
        assert_eq!(sniff(&tar), Packing::Tar);
        assert_eq!(sniff(b"PK\x03\x04rest"), Packing::Zip);
        assert_eq!(sniff(b"\x1f\x8b\x08"), Packing::Gzip);
        assert_eq!(sniff(b"BZh91AY"), Packing::Other("bzip2"));
        assert_eq!(sniff(b"I240101 00:00:00.000000 1 a.go:1  PK\x03\x04"), Packing::Plain);
        assert_eq!(sniff(b""), Packing::Plain);
    }
}
