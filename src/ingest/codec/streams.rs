//! One compressed file, which may be several streams, one after the other.

use std::ops::ControlFlow;

use super::bzip2::Bzip2;
use super::gzip::Gzip;
use super::xz::Xz;
use super::zstd::Zstd;
use super::{Compression, Fault, Fed};

/// Decodes a compressed file that arrives in pieces. Rotation tools append stream to stream (`cat a.gz b.gz`), and
/// tapes fill up with zeros.
pub(in crate::ingest) struct Streams {
    engine: Engine,
    /// Whether a stream has ended.
    ended: bool,
    /// Whether the current one has begun.
    within: bool,
    /// Whether text of the current one has come out.
    has_text: bool,
}

enum Engine {
    Gzip(Box<Gzip>),
    Zstd(Box<Zstd>),
    Bzip2(Box<Bzip2>),
    Xz(Box<Xz>),
}

impl Streams {
    pub(in crate::ingest) fn new(compression: Compression) -> Self {
        let engine = match compression {
            Compression::Gzip => Engine::Gzip(Box::default()),
            Compression::Zstd => Engine::Zstd(Box::default()),
            Compression::Bzip2 => Engine::Bzip2(Box::default()),
            Compression::Xz => Engine::Xz(Box::default()),
        };
        Self { engine, ended: false, within: false, has_text: false }
    }

    /// Decodes the next piece of the file, handing text to `deliver`. Text that comes before a fault is delivered
    /// first; after a fault there is no more.
    pub(in crate::ingest) fn feed<B>(
        &mut self,
        piece: &[u8],
        mut deliver: impl FnMut(&[u8]) -> ControlFlow<B>,
    ) -> ControlFlow<B, Result<(), Fault>> {
        let mut rest = piece;
        loop {
            if !self.within && self.ended {
                let zeros = rest.iter().take_while(|byte| **byte == 0).count();
                rest = &rest[zeros..];
            }
            if rest.is_empty() {
                return ControlFlow::Continue(Ok(()));
            }
            if !self.within {
                self.engine.begin();
                (self.within, self.has_text) = (true, false);
            }
            let has_text = &mut self.has_text;
            let fed = self.engine.feed(rest, |text| {
                *has_text = true;
                deliver(text)
            })?;
            match fed {
                Fed::Hungry => return ControlFlow::Continue(Ok(())),
                Fed::Ended(used) => {
                    rest = rest.get(used..).unwrap_or_default();
                    (self.within, self.ended) = (false, true);
                }
                Fed::Broken(Fault::Invalid) if self.ended && !self.has_text => {
                    return ControlFlow::Continue(Err(Fault::Trailing));
                }
                Fed::Broken(fault) => return ControlFlow::Continue(Err(fault)),
            }
        }
    }

    /// Whether the file may end here.
    pub(in crate::ingest) fn is_complete(&self) -> bool {
        self.ended && !self.within
    }
}

impl Engine {
    /// Ready for a stream from its first byte.
    fn begin(&mut self) {
        match self {
            Self::Gzip(gzip) => gzip.restart(),
            Self::Zstd(zstd) => zstd.restart(),
            Self::Bzip2(bzip2) => bzip2.restart(),
            Self::Xz(xz) => xz.restart(),
        }
    }

    fn feed<B>(
        &mut self,
        input: &[u8],
        deliver: impl FnMut(&[u8]) -> ControlFlow<B>,
    ) -> ControlFlow<B, Fed> {
        match self {
            Self::Gzip(gzip) => gzip.feed(input, deliver),
            Self::Zstd(zstd) => zstd.feed(input, deliver),
            Self::Bzip2(bzip2) => bzip2.feed(input, deliver),
            Self::Xz(xz) => xz.feed(input, deliver),
        }
    }
}
