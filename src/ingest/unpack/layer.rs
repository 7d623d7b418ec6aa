//! One thing in a unit: a file, a compressed stream, or an archive.

use std::ops::ControlFlow;

use crate::ingest::Artifact;
use crate::ingest::codec::{Compression, Streams};
use crate::ingest::kinds::{classify_asked, classify_unpacked_asked};
use crate::ingest::names::inside;
use crate::ingest::sniff::{HEAD, Packing, sniff};
use crate::model::UnreadReason;

use super::tar::TarWalk;
use super::zip::ZipWalk;
use super::{Context, End, explain};

/// How many archives may lie in each other.
const ARCHIVES: u8 = 3;

/// How many compressions may lie around one thing, archives' own not counted.
const COMPRESSIONS: u8 = 4;

/// Something whose bytes arrive in pieces.
pub(in crate::ingest) struct Layer {
    path: String,
    /// What stands before the paths of its members, if it is an archive.
    inside: String,
    depth: Depth,
    state: State,
}

/// What lies around a layer.
#[derive(Clone, Copy, Debug, Default)]
pub(in crate::ingest) struct Depth {
    /// How many archives.
    pub(in crate::ingest) archives: u8,
    /// How many compressions.
    pub(in crate::ingest) compressions: u8,
}

enum State {
    /// Its first bytes are awaited. What it is if it is not packed.
    Head(Artifact, Vec<u8>),
    /// A file that is read: how much of it came.
    File {
        text: u64,
        expected: Option<u64>,
    },
    Compressed(Box<Streams>, Box<Layer>),
    Zip(Box<ZipWalk>),
    Tar(Box<TarWalk>),
    /// Nothing more is to be had of it, or wanted.
    Closed,
}

impl Layer {
    /// Something at `path` that is `artifact` if it is not packed.
    pub(in crate::ingest) fn new(path: &str, artifact: Artifact, depth: Depth) -> Self {
        let state = State::Head(artifact, Vec::new());
        Self { path: path.to_owned(), inside: inside(path), depth, state }
    }

    /// The same with another prefix for the paths of its members.
    pub(in crate::ingest) fn with_inside(self, inside: &str) -> Self {
        Self { inside: inside.to_owned(), ..self }
    }

    /// A member of an archive, if it is one to read; takes note of it in any case.
    pub(super) fn member(path: &str, depth: Depth, context: &mut Context<'_>) -> Option<Self> {
        let artifact = context.file(path, classify_asked)?;
        Some(Self::new(path, artifact, depth))
    }

    /// Whether it is a file for other purposes, of which nothing was read yet.
    pub(super) fn is_aside(&self) -> bool {
        matches!(self.state, State::Head(Artifact::Aside, _))
    }

    /// Takes the next piece. Breaks if nothing more is wanted of the whole unit.
    pub(in crate::ingest) fn feed(
        &mut self,
        piece: &[u8],
        context: &mut Context<'_>,
    ) -> ControlFlow<End> {
        match &mut self.state {
            State::Head(_, head) if head.len() + piece.len() < HEAD => {
                head.extend_from_slice(piece);
                ControlFlow::Continue(())
            }
            State::Head(artifact, head) => {
                let (artifact, mut head) = (*artifact, std::mem::take(head));
                if head.is_empty() {
                    self.open(artifact, piece, context);
                    return self.feed(piece, context);
                }
                let (first, rest) = piece.split_at(HEAD - head.len());
                head.extend_from_slice(first);
                self.open(artifact, &head, context);
                self.feed(&head, context)?;
                self.feed(rest, context)
            }
            State::File { text, .. } => {
                *text += piece.len() as u64;
                context.deliver(piece)
            }
            State::Compressed(streams, child) => {
                let fed = streams.feed(piece, |text| {
                    context.unpack(text, |text, context| child.feed(text, context))
                })?;
                if let Err(fault) = fed {
                    child.finish(End::Broken(fault), context);
                    self.state = State::Closed;
                }
                ControlFlow::Continue(())
            }
            State::Zip(walk) => walk.feed(piece, context),
            State::Tar(walk) => walk.feed(piece, context),
            State::Closed => ControlFlow::Continue(()),
        }
    }

    /// There is no more, for this reason.
    pub(in crate::ingest) fn finish(&mut self, end: End, context: &mut Context<'_>) {
        if let State::Head(artifact, head) = &mut self.state {
            let (artifact, head) = (*artifact, std::mem::take(head));
            self.open(artifact, &head, context);
            if let ControlFlow::Break(end) = self.feed(&head, context) {
                return self.finish(end, context);
            }
        }
        match std::mem::replace(&mut self.state, State::Closed) {
            State::File { text, expected } => {
                context.end(explain(&self.path, &end, text, expected));
            }
            State::Compressed(streams, mut child) => {
                let end = match end {
                    End::Complete if !streams.is_complete() => End::CutOff,
                    end => end,
                };
                child.finish(end, context);
            }
            State::Zip(mut walk) => walk.finish(end, context),
            State::Tar(mut walk) => walk.finish(end, context),
            State::Head(..) | State::Closed => {}
        }
    }

    /// Whether nothing more is to be had of it.
    pub(in crate::ingest) fn is_closed(&self) -> bool {
        matches!(self.state, State::Closed)
    }

    /// How long its text should be, if it is a file.
    pub(in crate::ingest) fn expect(&mut self, bytes: Option<u64>) {
        if let State::File { expected, .. } = &mut self.state {
            *expected = bytes;
        }
    }

    /// Decides what it is, from its first bytes.
    fn open(&mut self, artifact: Artifact, head: &[u8], context: &mut Context<'_>) {
        let packing = match sniff(head) {
            // It is searched as it is; what it may hold, nobody needs.
            Packing::Zip | Packing::Tar | Packing::Other(_)
                if matches!(artifact, Artifact::Aside | Artifact::Asked) =>
            {
                Packing::Plain
            }
            packing => packing,
        };
        self.state = match packing {
            Packing::Plain => {
                self.path = context.begin(&self.path, artifact);
                State::File { text: 0, expected: None }
            }
            Packing::Compressed(_) if self.depth.compressions == COMPRESSIONS => {
                self.refuse("It is compressed more often than any tool does it.", context)
            }
            Packing::Compressed(compression) => self.compressed(compression, context),
            Packing::Zip | Packing::Tar if self.depth.archives == ARCHIVES => self.refuse(
                "It is an archive within three others, and deeper none is opened.",
                context,
            ),
            Packing::Zip => {
                State::Zip(Box::new(ZipWalk::new(&self.path, &self.inside, self.inner())))
            }
            Packing::Tar => {
                State::Tar(Box::new(TarWalk::new(&self.path, &self.inside, self.inner())))
            }
            Packing::Other(name) => {
                self.refuse(&format!("It is packed with {name}, which is not read."), context)
            }
        };
    }

    fn compressed(&mut self, compression: Compression, context: &mut Context<'_>) -> State {
        // What the name says without the compression's ending: `goroutines.txt.gz` is not needed, `x.log.gz` a log.
        let Some(artifact) = context.file(&self.path, classify_unpacked_asked) else {
            return State::Closed;
        };
        let compressions = self.depth.compressions + 1;
        let child = Self {
            inside: self.inside.clone(),
            ..Self::new(&self.path, artifact, Depth { compressions, ..self.depth })
        };
        State::Compressed(Box::new(Streams::new(compression)), Box::new(child))
    }

    fn refuse(&self, why: &str, context: &mut Context<'_>) -> State {
        let detail = format!("{why} Unpack it and hand in what comes out.");
        context.tally.closed(&self.path, UnreadReason::Unsupported, detail);
        State::Closed
    }

    fn inner(&self) -> Depth {
        Depth { archives: self.depth.archives + 1, compressions: 0 }
    }
}
