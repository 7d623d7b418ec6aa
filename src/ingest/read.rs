//! The text of one artifact, as a stream.

use std::ops::ControlFlow;

use crate::model::{Unread, UnreadReason};

use super::decode::{Decoder, End, Output};
use super::slices::for_each_slice;
use super::{Container, Limits, ReadError, Source, Unit};

/// A piece of the text of an artifact. Pieces follow each other without gaps; they end anywhere.
#[derive(Clone, Copy, Debug)]
pub struct Chunk<'a> {
    /// The piece.
    pub text: &'a [u8],
    /// How many bytes of the source were read for the artifact so far, this piece included; at most
    /// [`Unit::bytes`] in the end, if the archive's directory tells the truth.
    pub done: u64,
}

/// How reading an artifact ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadOutcome {
    /// Bytes of text that were delivered.
    pub text: u64,
    /// Bytes of the source that it took.
    pub source_bytes: u64,
    /// What is missing or wrong, if anything. A reader that broke off itself misses nothing.
    pub unread: Option<Unread>,
}

/// A part of an artifact's text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Window {
    /// The text; shorter than asked for at the end of the artifact, or where it cannot be read.
    pub text: Vec<u8>,
    /// What kept it from being read.
    pub unread: Option<Unread>,
}

/// Reads the text of `unit` from the `source` that holds it, piece by piece, until it ends or `sink` breaks.
///
/// The source is read in slices of [`Limits::slice`], one ahead of the one that is worked on. Whatever comes out
/// before damage is delivered; the damage is in the outcome.
pub async fn read_unit<S: Source>(
    source: &S,
    unit: &Unit,
    limits: &Limits,
    sink: impl FnMut(Chunk<'_>) -> ControlFlow<()>,
) -> ReadOutcome {
    let mut decoder = Decoder::new(&unit.container);
    let mut output = Output::new(sink, limits.text);
    let range = Decoder::range(unit, source.len());
    let read = for_each_slice(source, range, limits.slice, |slice, end| {
        decoder.feed(slice, end, &mut output)
    })
    .await;
    let end = match read {
        Ok(Some(end)) => end,
        Ok(None) => decoder.finish(),
        Err(error) => End::ReadFailed(error),
    };
    ReadOutcome {
        text: output.text,
        source_bytes: output.done,
        unread: explain(unit, &end, output.text),
    }
}

/// Reads `len` bytes of the text of `unit` from byte `from` on. Of a compressed artifact everything before is
/// inflated and dropped; memory is that of the window.
pub async fn read_range<S: Source>(
    source: &S,
    unit: &Unit,
    limits: &Limits,
    from: u64,
    len: usize,
) -> Window {
    if unit.container == Container::Plain {
        let left = usize::try_from(source.len().saturating_sub(from)).unwrap_or(usize::MAX);
        return match source.read_at(from, len.min(left), Vec::new()).await {
            Ok(text) => Window { text, unread: None },
            Err(error) => {
                Window { text: Vec::new(), unread: explain(unit, &End::ReadFailed(error), 0) }
            }
        };
    }
    let mut text = Vec::new();
    let mut at = 0_u64;
    let outcome = read_unit(source, unit, limits, |chunk| {
        let before = from.saturating_sub(at).min(chunk.text.len() as u64) as usize;
        at += chunk.text.len() as u64;
        let piece = &chunk.text[before..];
        text.extend_from_slice(&piece[..piece.len().min(len - text.len())]);
        if text.len() == len { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    })
    .await;
    Window { text, unread: outcome.unread }
}

/// The sentence about how reading ended after `text` bytes; nothing if it ended well.
fn explain(unit: &Unit, end: &End, text: u64) -> Option<Unread> {
    let read = match unit.container {
        Container::ZipMember { uncompressed, .. } => {
            format!("{text} of {uncompressed} bytes of text were read")
        }
        Container::Gzip | Container::Plain => format!("{text} bytes of text were read"),
    };
    let (reason, detail) = match end {
        End::Complete | End::Stopped => return None,
        End::ReadFailed(ReadError(message)) => {
            (UnreadReason::ReadFailed, format!("{message} Until then {read}."))
        }
        End::CutOff => (
            UnreadReason::Damaged,
            format!("The compressed data ends too early: {read}, what followed is missing."),
        ),
        End::Invalid => (
            UnreadReason::Damaged,
            format!("The compressed data is broken: {read}, what follows the break is missing."),
        ),
        End::NoHeader => (
            UnreadReason::Damaged,
            "The archive is damaged: this file does not begin where the archive's directory says, \
             so nothing of it was read."
                .to_owned(),
        ),
        End::Trailing => (
            UnreadReason::Damaged,
            format!("After the gzip data something else follows, which is not read: {read}."),
        ),
        End::Checksum => (
            UnreadReason::ChecksumMismatch,
            format!("The text is not what was packed, by its size or checksum: {read}."),
        ),
        End::LimitReached => (
            UnreadReason::LimitReached,
            format!("Reading stopped at the limit for one compressed file: {read}."),
        ),
    };
    Some(Unread { path: unit.path.clone(), reason, detail })
}
