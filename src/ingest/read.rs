//! The files of one unit, as streams of text.

use std::ops::ControlFlow;

use crate::model::{Unread, UnreadReason};

use super::decode::Decoder;
use super::slices::for_each_slice;
use super::tally::Tally;
use super::unpack::{Context, Depth, End, FileInfo, Layer, Sink, explain};
use super::{Container, Limits, Source, Unit};

/// A piece of the text of a file. Pieces follow each other without gaps; they end anywhere.
#[derive(Clone, Copy, Debug)]
pub struct Chunk<'a> {
    /// The piece.
    pub text: &'a [u8],
    /// How many bytes of the source were read for the unit so far, this piece included; at most
    /// [`Unit::bytes`] in the end, if the archive's directory tells the truth.
    pub done: u64,
}

/// How reading a unit ended. How each of its files did is told to the [`Sink`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadOutcome {
    /// Bytes of text that were delivered.
    pub text: u64,
    /// Bytes of the source that it took.
    pub source_bytes: u64,
    /// What it holds besides the files that were delivered, and what is wrong with it as a whole.
    pub tally: Tally,
}

/// A part of a file's text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Window {
    /// The text; shorter than asked for at the end of the file, or where it cannot be read.
    pub text: Vec<u8>,
    /// What kept it from being read.
    pub unread: Option<Unread>,
}

/// Reads the files of `unit` from the `source` that holds it, piece by piece, until it ends or `sink` breaks. Most units
/// are one file; what is packed in whatever way can hold any number of them.
///
/// The source is read in slices of [`Limits::slice`], one ahead of the one that is worked on. Whatever comes out
/// before damage is delivered; the damage is told at the end of the file, or in the outcome.
pub async fn read_unit<S: Source>(
    source: &S,
    unit: &Unit,
    limits: &Limits,
    sink: &mut dyn Sink,
) -> ReadOutcome {
    let mut decoder = Decoder::new(&unit.container);
    let mut context = Context::new(sink, *limits);
    let archives = match unit.container {
        Container::Plain => 0,
        Container::ZipMember { .. } => 1,
    };
    let depth = Depth { archives, compressions: 0 };
    let mut layer = Layer::new(&unit.path, unit.artifact, depth).with_inside(&unit.inside);
    let range = Decoder::range(unit, source.len());
    let read = for_each_slice(source, range, limits.slice, |slice, end| {
        decoder.feed(slice, end, &mut layer, &mut context)
    })
    .await;
    let end = match read {
        Ok(Some(end)) => end,
        Ok(None) => match source.unchanged().await {
            Ok(()) => decoder.finish(),
            Err(error) => End::ReadFailed(error),
        },
        Err(error) => End::ReadFailed(error),
    };
    layer.expect(decoder.expected());
    layer.finish(end, &mut context);
    let Context { text, done, mut tally, .. } = context;
    if let Some(doubt) = &unit.doubt
        && tally.unread.iter().all(|unread| unread.path != unit.path)
    {
        tally.closed(&unit.path, UnreadReason::Damaged, doubt.clone());
    }
    ReadOutcome { text, source_bytes: done, tally }
}

/// Reads `len` bytes of the text of the file at `path` in `unit`, from byte `from` on. Of what is packed everything
/// before is unpacked and dropped; memory is that of the window.
pub async fn read_range<S: Source>(
    source: &S,
    unit: &Unit,
    path: &str,
    limits: &Limits,
    from: u64,
    len: usize,
) -> Window {
    if unit.container == Container::Plain && unit.is_plain {
        let left = usize::try_from(source.len().saturating_sub(from)).unwrap_or(usize::MAX);
        return match source.read_at(from, len.min(left), Vec::new()).await {
            Ok(text) => Window { text, unread: None },
            Err(error) => {
                let unread = explain(path, &End::ReadFailed(error), 0, None);
                Window { text: Vec::new(), unread }
            }
        };
    }
    let mut part = Part { path, from, len, at: 0, open: false, window: Window::default() };
    let outcome = read_unit(source, unit, limits, &mut part).await;
    let mut window = part.window;
    if window.text.is_empty() && window.unread.is_none() {
        window.unread = outcome.tally.unread.into_iter().next();
    }
    window
}

/// Keeps a part of one file.
struct Part<'a> {
    path: &'a str,
    from: u64,
    len: usize,
    at: u64,
    open: bool,
    window: Window,
}

impl Sink for Part<'_> {
    fn begin(&mut self, file: FileInfo) {
        self.open = file.path == self.path;
    }

    fn text(&mut self, chunk: Chunk<'_>) -> ControlFlow<()> {
        if !self.open {
            return ControlFlow::Continue(());
        }
        let text = &mut self.window.text;
        let before = self.from.saturating_sub(self.at).min(chunk.text.len() as u64) as usize;
        self.at += chunk.text.len() as u64;
        let piece = &chunk.text[before..];
        text.extend_from_slice(&piece[..piece.len().min(self.len - text.len())]);
        if text.len() == self.len { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }

    fn end(&mut self, lack: Option<Unread>) {
        if std::mem::take(&mut self.open) {
            self.window.unread = lack;
        }
    }
}
