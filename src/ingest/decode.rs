//! Slices of a source to the text of an artifact, for each way in which it can be packed.

use std::ops::{ControlFlow, Range};

use super::inflate::{Fault, Fed, Inflater};
use super::zip::{DEFLATE, LOCAL_HEADER, LocalHeader, Passed};
use super::{Chunk, Container, ReadError, Unit};

/// Why reading an artifact ended.
#[derive(Debug)]
pub(super) enum End {
    /// There is no more.
    Complete,
    /// The reader wanted no more.
    Stopped,
    /// The source could not be read.
    ReadFailed(ReadError),
    /// The source ended before the compressed data did.
    CutOff,
    /// The compressed data is no such data.
    Invalid,
    /// There is no local header where the archive's directory says.
    NoHeader,
    /// Something follows the gzip stream.
    Trailing,
    /// Text, checksum and size do not belong together.
    Checksum,
    /// The text is longer than allowed.
    LimitReached,
}

/// Where text goes, and how much went there.
pub(super) struct Output<F> {
    sink: F,
    limit: u64,
    /// Bytes of text that were delivered.
    pub(super) text: u64,
    /// Bytes of the source that led to them.
    pub(super) done: u64,
}

/// What makes text of slices.
pub(super) enum Decoder {
    /// The slices are the text.
    Plain,
    /// Gzip members, one after the other.
    Gzip(Gzip),
    /// A member of a zip archive, from its local header on.
    Zip(Box<ZipMember>),
}

/// A gzip stream, which may have several members.
pub(super) struct Gzip {
    inflater: Inflater,
    /// How many members have ended.
    ended: u64,
    /// Whether the current one has begun.
    within: bool,
}

/// A member of a zip archive.
pub(super) struct ZipMember {
    header_at: u64,
    header: LocalHeader,
    in_data: bool,
    /// Nothing if it is stored.
    inflater: Option<Inflater>,
    compressed: u64,
    left: u64,
    uncompressed: u64,
    crc32: u32,
    hasher: crc32fast::Hasher,
}

impl<F: FnMut(Chunk<'_>) -> ControlFlow<()>> Output<F> {
    pub(super) fn new(sink: F, limit: u64) -> Self {
        Self { sink, limit, text: 0, done: 0 }
    }

    /// Delivers text that it took the source up to byte `done` to get.
    fn deliver(&mut self, text: &[u8], done: u64) -> ControlFlow<End> {
        self.text += text.len() as u64;
        self.done = done;
        if text.is_empty() {
            return ControlFlow::Continue(());
        }
        match (self.sink)(Chunk { text, done }) {
            ControlFlow::Continue(()) => ControlFlow::Continue(()),
            ControlFlow::Break(()) => ControlFlow::Break(End::Stopped),
        }
    }

    /// The same for text that was inflated, up to the limit.
    fn deliver_inflated(&mut self, text: &[u8], done: u64) -> ControlFlow<End> {
        let room = usize::try_from(self.limit - self.text).unwrap_or(usize::MAX);
        self.deliver(&text[..text.len().min(room)], done)?;
        if text.len() > room {
            ControlFlow::Break(End::LimitReached)
        } else {
            ControlFlow::Continue(())
        }
    }
}

impl Decoder {
    pub(super) fn new(container: &Container) -> Self {
        match *container {
            Container::Plain => Self::Plain,
            Container::Gzip => {
                Self::Gzip(Gzip { inflater: Inflater::gzip(), ended: 0, within: false })
            }
            Container::ZipMember { header, compressed, uncompressed, crc32, method } => {
                Self::Zip(Box::new(ZipMember {
                    header_at: header,
                    header: LocalHeader::default(),
                    in_data: false,
                    inflater: (method == DEFLATE).then(Inflater::deflate),
                    compressed,
                    left: compressed,
                    uncompressed,
                    crc32,
                    hasher: crc32fast::Hasher::new(),
                }))
            }
        }
    }

    /// The stretch of the source to read, as far as it is known before the first byte.
    pub(super) fn range(unit: &Unit, source_len: u64) -> Range<u64> {
        /// Room for name and extra field in a local header; a longer header moves the end when it is read.
        const NAME_AND_EXTRA: u64 = 512;
        match unit.container {
            Container::Plain | Container::Gzip => 0..source_len,
            Container::ZipMember { header, compressed, .. } => {
                let room = LOCAL_HEADER + NAME_AND_EXTRA;
                header..header.saturating_add(room).saturating_add(compressed)
            }
        }
    }

    /// Takes the next slice; `end` is where the stretch ends.
    pub(super) fn feed<F: FnMut(Chunk<'_>) -> ControlFlow<()>>(
        &mut self,
        slice: &[u8],
        end: &mut u64,
        output: &mut Output<F>,
    ) -> ControlFlow<End> {
        match self {
            Self::Plain => output.deliver(slice, output.done + slice.len() as u64),
            Self::Gzip(gzip) => gzip.feed(slice, output),
            Self::Zip(member) => member.feed(slice, end, output),
        }
    }

    /// What it means that the source has no more.
    pub(super) fn finish(&self) -> End {
        match self {
            Self::Plain => End::Complete,
            Self::Gzip(gzip) if gzip.ended > 0 && !gzip.within => End::Complete,
            Self::Zip(member) if !member.in_data => End::NoHeader,
            Self::Gzip(_) | Self::Zip(_) => End::CutOff,
        }
    }
}

impl Gzip {
    fn feed<F: FnMut(Chunk<'_>) -> ControlFlow<()>>(
        &mut self,
        slice: &[u8],
        output: &mut Output<F>,
    ) -> ControlFlow<End> {
        let base = output.done;
        let mut used = 0;
        loop {
            if !self.within {
                if self.ended > 0 {
                    // Tapes and block devices fill up with zeros.
                    used += slice[used..].iter().take_while(|byte| **byte == 0).count();
                    self.inflater.restart_gzip();
                }
                self.within = used < slice.len();
            }
            let before = base + used as u64;
            let fed = self.inflater.feed(&slice[used..], |text, taken| {
                output.deliver_inflated(text, before + taken as u64)
            })?;
            match fed {
                Fed::Hungry => {
                    output.done = base + slice.len() as u64;
                    return ControlFlow::Continue(());
                }
                Fed::Ended(taken) => {
                    used += taken;
                    self.ended += 1;
                    self.within = false;
                    output.done = base + used as u64;
                }
                Fed::Broken(Fault::Checksum) => return ControlFlow::Break(End::Checksum),
                Fed::Broken(Fault::Invalid) if self.ended > 0 && !self.inflater.has_text() => {
                    return ControlFlow::Break(End::Trailing);
                }
                Fed::Broken(Fault::Invalid) => return ControlFlow::Break(End::Invalid),
            }
        }
    }
}

impl ZipMember {
    fn feed<F: FnMut(Chunk<'_>) -> ControlFlow<()>>(
        &mut self,
        mut slice: &[u8],
        end: &mut u64,
        output: &mut Output<F>,
    ) -> ControlFlow<End> {
        if !self.in_data {
            let passed = self.header.pass(slice);
            if let Some(len) = self.header.len() {
                *end = self.header_at.saturating_add(len).saturating_add(self.compressed);
            }
            match passed {
                Passed::Broken => return ControlFlow::Break(End::NoHeader),
                Passed::Later => return ControlFlow::Continue(()),
                Passed::At(data) => slice = &slice[data..],
            }
            self.in_data = true;
        }
        // The first slice was read before it was known where the data ends.
        let within = usize::try_from(self.left).unwrap_or(usize::MAX).min(slice.len());
        self.left -= within as u64;
        self.feed_data(&slice[..within], output)
    }

    fn feed_data<F: FnMut(Chunk<'_>) -> ControlFlow<()>>(
        &mut self,
        data: &[u8],
        output: &mut Output<F>,
    ) -> ControlFlow<End> {
        let base = output.done;
        let hasher = &mut self.hasher;
        let Some(inflater) = &mut self.inflater else {
            hasher.update(data);
            output.deliver(data, base + data.len() as u64)?;
            return if self.left == 0 {
                self.check(output.text)
            } else {
                ControlFlow::Continue(())
            };
        };
        let fed = inflater.feed(data, |text, taken| {
            hasher.update(text);
            output.deliver_inflated(text, base + taken as u64)
        })?;
        match fed {
            Fed::Ended(taken) => {
                output.done = base + taken as u64;
                self.check(output.text)
            }
            Fed::Broken(_) => ControlFlow::Break(End::Invalid),
            // Some writers deflate nothing to nothing.
            Fed::Hungry if self.compressed == 0 => self.check(output.text),
            Fed::Hungry => {
                output.done = base + data.len() as u64;
                ControlFlow::Continue(())
            }
        }
    }

    /// Whether the text is what was packed.
    fn check(&self, text: u64) -> ControlFlow<End> {
        let same = text == self.uncompressed && self.hasher.clone().finalize() == self.crc32;
        ControlFlow::Break(if same { End::Complete } else { End::Checksum })
    }
}
