//! Slices of a source to the bytes of a unit, by the place where they are.

use std::ops::{ControlFlow, Range};

use crdb_triage_hot::crc32::Crc32;

use super::codec::{Fault, Fed, Inflater};
use super::unpack::{Context, End, Layer};
use super::zip::{DEFLATE, LOCAL_HEADER, LocalHeader, Passed};
use super::{Container, Unit};

/// What makes the bytes of a unit of slices.
pub(super) enum Decoder {
    /// The slices are the bytes.
    Plain,
    /// A member of a zip archive, from its local header on.
    Zip(Box<ZipMember>),
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
    text: u64,
    crc32: u32,
    hasher: Crc32,
}

impl Decoder {
    pub(super) fn new(container: &Container) -> Self {
        match *container {
            Container::Plain => Self::Plain,
            Container::ZipMember { header, compressed, uncompressed, crc32, method } => {
                Self::Zip(Box::new(ZipMember {
                    header_at: header,
                    header: LocalHeader::default(),
                    in_data: false,
                    inflater: (method == DEFLATE).then(Inflater::default),
                    compressed,
                    left: compressed,
                    uncompressed,
                    text: 0,
                    crc32,
                    hasher: Crc32::default(),
                }))
            }
        }
    }

    /// The stretch of the source to read, as far as it is known before the first byte.
    pub(super) fn range(unit: &Unit, source_len: u64) -> Range<u64> {
        /// Room for name and extra field in a local header; a longer header moves the end when it is read.
        const NAME_AND_EXTRA: u64 = 512;
        match unit.container {
            Container::Plain => 0..source_len,
            Container::ZipMember { header, compressed, .. } => {
                let room = LOCAL_HEADER + NAME_AND_EXTRA;
                header..header.saturating_add(room).saturating_add(compressed)
            }
        }
    }

    /// Takes the next slice; `end` is where the stretch ends.
    pub(super) fn feed(
        &mut self,
        slice: &[u8],
        end: &mut u64,
        layer: &mut Layer,
        context: &mut Context<'_>,
    ) -> ControlFlow<End> {
        let fed = match self {
            Self::Plain => {
                context.done += slice.len() as u64;
                layer.feed(slice, context)
            }
            Self::Zip(member) => member.feed(slice, end, layer, context),
        };
        fed?;
        // Nobody needs the rest of what turned out to be unneeded or unreadable.
        if layer.is_closed() { ControlFlow::Break(End::Stopped) } else { ControlFlow::Continue(()) }
    }

    /// What it means that the source has no more.
    pub(super) fn finish(&self) -> End {
        match self {
            Self::Plain => End::Complete,
            Self::Zip(member) if !member.in_data => End::NoHeader,
            Self::Zip(_) => End::CutOff,
        }
    }

    /// How long the bytes of the unit should be.
    pub(super) fn expected(&self) -> Option<u64> {
        match self {
            Self::Plain => None,
            Self::Zip(member) => Some(member.uncompressed),
        }
    }
}

impl ZipMember {
    fn feed(
        &mut self,
        mut slice: &[u8],
        end: &mut u64,
        layer: &mut Layer,
        context: &mut Context<'_>,
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
        self.feed_data(&slice[..within], layer, context)
    }

    fn feed_data(
        &mut self,
        data: &[u8],
        layer: &mut Layer,
        context: &mut Context<'_>,
    ) -> ControlFlow<End> {
        let base = context.done;
        let (hasher, length) = (&mut self.hasher, &mut self.text);
        let Some(inflater) = &mut self.inflater else {
            hasher.update(data);
            *length += data.len() as u64;
            context.done = base + data.len() as u64;
            layer.feed(data, context)?;
            return if self.left == 0 { self.check() } else { ControlFlow::Continue(()) };
        };
        let fed = inflater.feed(data, |text, taken| {
            hasher.update(text);
            *length += text.len() as u64;
            context.done = base + taken as u64;
            context.unpack(text, |text, context| layer.feed(text, context))
        })?;
        match fed {
            Fed::Ended(taken) => {
                context.done = base + taken as u64;
                self.check()
            }
            Fed::Broken(_) => ControlFlow::Break(End::Broken(Fault::Invalid)),
            // Some writers deflate nothing to nothing.
            Fed::Hungry if self.compressed == 0 => self.check(),
            Fed::Hungry => {
                context.done = base + data.len() as u64;
                ControlFlow::Continue(())
            }
        }
    }

    /// Whether the text is what was packed.
    fn check(&self) -> ControlFlow<End> {
        let same = self.text == self.uncompressed && self.hasher.sum() == self.crc32;
        ControlFlow::Break(if same { End::Complete } else { End::Broken(Fault::Checksum) })
    }
}
