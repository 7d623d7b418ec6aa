//! A zip archive as `cockroach debug zip` writes them, as far as the corpus needs it: deflated members below 4 GiB.

use std::fs::File;
use std::io::{self, BufWriter, Read as _, Write as _};
use std::path::Path;

use flate2::{Compress, Compression, FlushCompress, Status};

/// A member, deflated.
#[derive(Clone, Debug, Default)]
pub(crate) struct Member {
    pub(crate) name: String,
    pub(crate) crc32: u32,
    /// Size of its text.
    pub(crate) size: u32,
    pub(crate) data: Vec<u8>,
}

/// Deflates a member piece by piece.
pub(crate) struct Deflate {
    member: Member,
    sum: crc32fast::Hasher,
    engine: Compress,
}

impl Deflate {
    pub(crate) fn new(name: &str) -> Self {
        Self {
            member: Member { name: name.to_owned(), ..Member::default() },
            sum: crc32fast::Hasher::new(),
            // What zip and Go take where nobody says otherwise.
            engine: Compress::new(Compression::new(6), false),
        }
    }

    pub(crate) fn feed(&mut self, text: &[u8]) -> io::Result<()> {
        self.sum.update(text);
        self.push(text, FlushCompress::None)
    }

    pub(crate) fn finish(mut self) -> io::Result<Member> {
        self.push(&[], FlushCompress::Finish)?;
        self.member.crc32 = self.sum.finalize();
        self.member.size = u32::try_from(self.engine.total_in()).map_err(io::Error::other)?;
        Ok(self.member)
    }

    fn push(&mut self, mut text: &[u8], flush: FlushCompress) -> io::Result<()> {
        loop {
            let before = self.engine.total_in();
            self.member.data.reserve(64 << 10);
            let status = self
                .engine
                .compress_vec(text, &mut self.member.data, flush)
                .map_err(io::Error::other)?;
            text = &text[(self.engine.total_in() - before) as usize..];
            let done = match flush {
                FlushCompress::Finish => status == Status::StreamEnd,
                _ => text.is_empty(),
            };
            if done {
                return Ok(());
            }
        }
    }
}

/// Writes an archive.
pub(crate) struct Writer {
    file: BufWriter<File>,
    at: u32,
    directory: Vec<u8>,
    members: u16,
}

impl Writer {
    pub(crate) fn create(path: &Path) -> io::Result<Self> {
        let file = BufWriter::new(File::create(path)?);
        Ok(Self { file, at: 0, directory: Vec::new(), members: 0 })
    }

    pub(crate) fn add(&mut self, member: &Member) -> io::Result<()> {
        let common = common(member)?;
        let local =
            [b"PK\x03\x04", common.as_slice(), member.name.as_bytes(), &member.data].concat();
        // Version and system of the maker stand before what both headers have; comment, disk, attributes and the
        // place behind it.
        self.directory.extend(b"PK\x01\x02\x14\x03");
        self.directory.extend(&common);
        self.directory.extend([0; 6]);
        self.directory.extend((0o100_644u32 << 16).to_le_bytes());
        self.directory.extend(self.at.to_le_bytes());
        self.directory.extend(member.name.as_bytes());
        self.file.write_all(&local)?;
        let size = u32::try_from(local.len()).map_err(io::Error::other)?;
        self.at =
            self.at.checked_add(size).ok_or_else(|| io::Error::other("4 GiB are too many"))?;
        self.members += 1;
        Ok(())
    }

    pub(crate) fn finish(mut self) -> io::Result<()> {
        let size = u32::try_from(self.directory.len()).map_err(io::Error::other)?;
        self.file.write_all(&self.directory)?;
        self.file.write_all(b"PK\x05\x06\0\0\0\0")?;
        self.file.write_all(&self.members.to_le_bytes())?;
        self.file.write_all(&self.members.to_le_bytes())?;
        self.file.write_all(&size.to_le_bytes())?;
        self.file.write_all(&self.at.to_le_bytes())?;
        self.file.write_all(&[0, 0])?;
        self.file.flush()
    }
}

/// What the two headers of a member have in common: version, flags, method, time, sum, sizes, length of name and of
/// extra fields.
fn common(member: &Member) -> io::Result<Vec<u8>> {
    let data = u32::try_from(member.data.len()).map_err(io::Error::other)?;
    let name = u16::try_from(member.name.len()).map_err(io::Error::other)?;
    let mut out = vec![20, 0, 0, 0, 8, 0];
    // 2025-04-22, midnight.
    out.extend([0, 0, 0x96, 0x5a]);
    out.extend(member.crc32.to_le_bytes());
    out.extend(data.to_le_bytes());
    out.extend(member.size.to_le_bytes());
    out.extend(name.to_le_bytes());
    out.extend([0, 0]);
    Ok(out)
}

/// The members of an archive that [`Writer`] wrote, one after the other, as they stand in it.
pub(crate) fn each_member(
    path: &Path,
    mut take: impl FnMut(Member) -> io::Result<()>,
) -> io::Result<()> {
    let mut file = File::open(path)?;
    let mut head = [0; 30];
    loop {
        file.read_exact(&mut head)?;
        let four =
            |at: usize| u32::from_le_bytes([head[at], head[at + 1], head[at + 2], head[at + 3]]);
        if !head.starts_with(b"PK\x03\x04") {
            return Ok(());
        }
        let mut name = vec![0; usize::from(u16::from_le_bytes([head[26], head[27]]))];
        file.read_exact(&mut name)?;
        let mut data = vec![0; four(18) as usize];
        file.read_exact(&mut data)?;
        let name = String::from_utf8(name).map_err(io::Error::other)?;
        take(Member { name, crc32: four(14), size: four(22), data })?;
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use super::*;

    #[test]
    fn others_read_what_is_written_and_so_does_this() -> anyhow::Result<()> {
        let path = std::env::temp_dir().join(format!("crdb-triage-zip-{}", std::process::id()));
        let text = |number: usize| format!("{number} of many\n").repeat(50_000);
        let mut writer = Writer::create(&path)?;
        for number in 0..3 {
            let mut deflate = Deflate::new(&format!("debug/{number}.log"));
            for piece in text(number).as_bytes().chunks(70_001) {
                deflate.feed(piece)?;
            }
            writer.add(&deflate.finish()?)?;
        }
        writer.finish()?;
        let mut archive = zip::ZipArchive::new(File::open(&path)?)?;
        let mut own = Vec::new();
        each_member(&path, |member| {
            own.push(member.name);
            Ok(())
        })?;
        assert_eq!(own, ["debug/0.log", "debug/1.log", "debug/2.log"]);
        assert_eq!(archive.len(), 3);
        for number in 0..3 {
            let mut read = String::new();
            archive.by_index(number)?.read_to_string(&mut read)?;
            assert!(read == text(number));
        }
        Ok(std::fs::remove_file(path)?)
    }
}
