//! Tar archives of every shape, written by hand.

/// A tar archive.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tar {
    bytes: Vec<u8>,
}

impl Tar {
    /// An archive of files with the POSIX mark.
    pub(crate) fn of(members: &[(&str, &str)]) -> Self {
        members.iter().fold(Self::default(), |tar, (name, text)| tar.file(name, text.as_bytes()))
    }

    /// The same with one file more. A name over 100 bytes is split into prefix and name, as POSIX has it.
    pub(crate) fn file(self, name: &str, data: &[u8]) -> Self {
        self.member(name, b'0', data)
    }

    /// The same with a member of this kind more.
    pub(crate) fn member(mut self, name: &str, kind: u8, data: &[u8]) -> Self {
        let (prefix, name) = match name.len() {
            ..=100 => ("", name),
            _ => name.split_at(name[..155.min(name.len())].rfind('/').unwrap()),
        };
        let mut block = [0; 512];
        let mut put =
            |at: usize, text: &str| block[at..at + text.len()].copy_from_slice(text.as_bytes());
        put(0, name.trim_start_matches('/'));
        put(100, "0000644\0");
        put(124, &format!("{:011o} ", data.len()));
        put(257, "ustar\x0000");
        put(345, prefix);
        put(148, "        ");
        block[156] = kind;
        let sum: u32 = block.iter().map(|byte| u32::from(*byte)).sum();
        block[148..155].copy_from_slice(format!("{sum:06o}\0").as_bytes());
        self.bytes.extend(block);
        self.bytes.extend(data);
        self.bytes.resize(self.bytes.len().next_multiple_of(512), 0);
        self
    }

    /// Its bytes, with the mark of the end and the filling of a record.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        let mut bytes = self.bytes.clone();
        bytes.resize((bytes.len() + 1024).next_multiple_of(10_240), 0);
        bytes
    }
}
