//! Whatever is packed in a unit, to files: compressed streams, archives, and archives in archives, in one pass.
//!
//! A [`Layer`] gets the bytes of one thing, finds out by its first bytes what that is, and hands what comes out of it to
//! layers of its own. So nothing is ever held whole, and nothing has to be read twice.
//!
//! Why: `docs/decisions/0014-salvage.md`.

mod end;
mod layer;
mod tar;
mod zip;

use std::collections::HashSet;
use std::ops::ControlFlow;

pub(super) use end::{End, explain};
pub(super) use layer::{Depth, Layer};
pub(super) use tar::is_header as is_tar;

use serde::{Deserialize, Serialize};

use crate::model::{NodeId, Tenant, Unread};

use super::dumps::Wanted;
use super::kinds::Kind;
use super::place::place;
use super::tally::Tally;
use super::{Artifact, Chunk, Limits};

/// A file of the input whose text is read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileInfo {
    /// Its path as evidence names it.
    pub path: String,
    /// What it is.
    pub artifact: Artifact,
    /// Virtual cluster, from `cluster/<name>/` in the path.
    pub tenant: Tenant,
    /// Node, from `nodes/<id>/` in the path.
    pub node: Option<NodeId>,
}

/// Who takes the files of a unit: one after the other, each from [`Sink::begin`] to [`Sink::end`].
pub trait Sink {
    /// Which tables and documents are asked for, of which nothing else needs the rows.
    fn wanted(&self) -> Wanted<'_> {
        Wanted::NONE
    }

    /// A file begins.
    fn begin(&mut self, file: FileInfo);

    /// The next piece of its text; pieces end anywhere. To break is to want nothing more of the whole unit.
    fn text(&mut self, chunk: Chunk<'_>) -> ControlFlow<()>;

    /// It ended; what is missing or wrong, if anything.
    fn end(&mut self, lack: Option<Unread>);
}

/// What all layers of a unit share.
pub(super) struct Context<'a> {
    sink: &'a mut dyn Sink,
    limits: Limits,
    /// Account of the files that are not read.
    pub(super) tally: Tally,
    /// Paths of the files that are read.
    taken: HashSet<String>,
    /// Bytes of the source that were used so far.
    pub(super) done: u64,
    /// Bytes that came out of all decoders so far.
    unpacked: u64,
    /// Bytes of text that were delivered.
    pub(super) text: u64,
}

impl<'a> Context<'a> {
    pub(super) fn new(sink: &'a mut dyn Sink, limits: Limits) -> Self {
        Self {
            sink,
            limits,
            tally: Tally::default(),
            taken: HashSet::new(),
            done: 0,
            unpacked: 0,
            text: 0,
        }
    }

    /// Takes note of a file, by what its path says with what is asked for; what it is if it is one to read.
    fn file(&mut self, path: &str, kind: fn(&str, Wanted<'_>) -> Kind) -> Option<Artifact> {
        let kind = kind(path, self.sink.wanted());
        self.tally.file(path, kind, 0)
    }

    /// Begins a file, whose path is made unique: an archive can hold two of one name.
    fn begin(&mut self, path: &str, artifact: Artifact) -> String {
        let mut unique = path.to_owned();
        let mut number = 1_u32;
        while !self.taken.insert(unique.clone()) {
            number += 1;
            unique = format!("{path} ({number})");
        }
        let (tenant, node) = place(&unique);
        let (tenant, path) = (Tenant(tenant.to_owned()), unique.clone());
        self.sink.begin(FileInfo { path, artifact, tenant, node });
        unique
    }

    fn deliver(&mut self, text: &[u8]) -> ControlFlow<End> {
        if text.is_empty() {
            return ControlFlow::Continue(());
        }
        self.text += text.len() as u64;
        match self.sink.text(Chunk { text, done: self.done }) {
            ControlFlow::Continue(()) => ControlFlow::Continue(()),
            ControlFlow::Break(()) => ControlFlow::Break(End::Stopped),
        }
    }

    fn end(&mut self, lack: Option<Unread>) {
        self.sink.end(lack);
    }

    /// Hands on what came out of a decoder, as much of it as may be looked at. A small input can unpack to any amount,
    /// and archives in archives multiply that.
    pub(super) fn unpack(
        &mut self,
        text: &[u8],
        take: impl FnOnce(&[u8], &mut Self) -> ControlFlow<End>,
    ) -> ControlFlow<End> {
        let by_ratio = Limits::FREE.saturating_add(self.done.saturating_mul(self.limits.ratio));
        let room = by_ratio.min(self.limits.text).saturating_sub(self.unpacked);
        let allowed = usize::try_from(room).unwrap_or(usize::MAX).min(text.len());
        self.unpacked += allowed as u64;
        take(&text[..allowed], self)?;
        if allowed < text.len() {
            ControlFlow::Break(End::LimitReached)
        } else {
            ControlFlow::Continue(())
        }
    }
}
