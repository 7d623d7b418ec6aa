//! Zip archives without use of their directory: member by member, by the headers before their data.
//!
//! So are read an archive that lost its end (a full disk, a killed `debug zip`, a cut upload) and one that lies within
//! another and arrives as a stream. `cockroach debug zip` writes sizes and checksum of a member after it
//! (`docs/cockroachdb/debug-zip.md#data-descriptors` and `docs/cockroachdb/debug-zip.md#zip64`), so the end of a member
//! is where its deflate stream ends.

mod deflated;
mod descriptor;
mod member;

use std::ops::ControlFlow;

use crdb_triage_hot::crc32::Crc32;
use memchr::memmem;

use crate::ingest::codec::Inflater;
use crate::ingest::names::member_path;
use crate::ingest::zip::{DEFLATE, Local, LocalHeader, Passed, unreadable};
use crate::model::UnreadReason;

use super::end::explain_archive;
use super::layer::Depth;
use super::{Context, End, Layer};
use descriptor::DESCRIPTOR;
use member::Member;

/// First bytes of what can stand between members, or after the last.
const LOCAL: [u8; 4] = *b"PK\x03\x04";
const ENTRY: [u8; 4] = *b"PK\x01\x02";
/// What a directory and its end begin with.
const DIRECTORY: [[u8; 4]; 5] =
    [ENTRY, *b"PK\x05\x06", *b"PK\x06\x06", *b"PK\x06\x07", *b"PK\x06\x08"];

/// Reads an archive member by member.
pub(super) struct ZipWalk {
    path: String,
    inside: String,
    depth: Depth,
    state: State,
    /// Bytes that wait for more.
    part: Vec<u8>,
    files: u64,
    /// Bytes that belong to no member.
    lost: u64,
    /// A broken member did not tell where it ends, and what its decoder took in before it noticed is not looked
    /// through again.
    unsure: bool,
}

enum State {
    /// Here should be a signature.
    Between,
    /// Something that is no member is passed over until the next signature; whether that is a loss.
    Lost(bool),
    Header(LocalHeader),
    Deflated(Box<Member>, Box<Inflater>),
    /// Stored data whose size stands in the header.
    Stored(Box<Member>),
    /// Stored data that ends where a descriptor fits it.
    StoredToDescriptor(Box<Member>),
    /// The descriptor after a member's data.
    Descriptor(Box<Member>),
    /// Data that nobody needs, so many bytes of it, and whether a descriptor follows.
    Pass(u64, bool),
    /// The directory is reached, so there was no member more.
    Ended,
}

impl ZipWalk {
    pub(super) fn new(path: &str, inside: &str, depth: Depth) -> Self {
        Self {
            path: path.to_owned(),
            inside: inside.to_owned(),
            depth,
            state: State::Between,
            part: Vec::new(),
            files: 0,
            lost: 0,
            unsure: false,
        }
    }

    pub(super) fn feed(&mut self, piece: &[u8], context: &mut Context<'_>) -> ControlFlow<End> {
        let mut rest = piece;
        while !rest.is_empty() {
            rest = match std::mem::replace(&mut self.state, State::Ended) {
                State::Between => self.between(rest),
                State::Lost(counts) => self.lost(rest, counts),
                State::Header(header) => self.header(header, rest, context),
                State::Deflated(member, inflater) => {
                    self.deflated(member, inflater, rest, context)?
                }
                State::Stored(member) => self.stored(member, rest, context)?,
                State::StoredToDescriptor(member) => {
                    self.stored_to_descriptor(member, rest, context)?
                }
                State::Descriptor(member) => self.descriptor(member, rest, context)?,
                State::Pass(left, descriptor) => {
                    let taken = usize::try_from(left).unwrap_or(usize::MAX).min(rest.len());
                    self.state = State::passing(left - taken as u64, descriptor);
                    &rest[taken..]
                }
                State::Ended => return ControlFlow::Continue(()),
            };
        }
        ControlFlow::Continue(())
    }

    pub(super) fn finish(&mut self, end: End, context: &mut Context<'_>) {
        // What waits for more is all there is; it can hold whole members.
        let state = loop {
            let state = std::mem::replace(&mut self.state, State::Ended);
            let fed = match state {
                State::Descriptor(member) => {
                    let part = std::mem::take(&mut self.part);
                    self.last_descriptor(*member, &part, context)
                }
                State::Deflated(member, inflater) if !self.part.is_empty() => {
                    self.last_block(member, inflater, context)
                }
                state => break state,
            };
            if let ControlFlow::Break(end) = fed {
                return self.finish(end, context);
            }
        };
        let ended = matches!(state, State::Ended);
        match state {
            State::StoredToDescriptor(mut member) => {
                let part = std::mem::take(&mut self.part);
                if member.take(&part, context).is_continue() {
                    member.finish(end.within(), context);
                }
            }
            State::Deflated(mut member, _) | State::Stored(mut member) => {
                member.finish(end.within(), context);
            }
            _ => {}
        }
        let broken = match end {
            // What follows the members is no loss.
            End::Complete | End::CutOff | End::Broken(_) | End::ReadFailed(_) if ended => None,
            // Whether the search reached the directory again depends on where it began.
            End::Complete | End::CutOff if self.unsure => None,
            end => explain_archive(&end, self.files),
        };
        if let Some((reason, detail)) = broken {
            context.tally.closed(&self.path, reason, detail);
        } else if self.unsure {
            let detail = "A file in this archive is broken, and where it ends cannot be known: files after it may be \
                          missing. What was found before and after it was read as far as it goes.";
            context.tally.closed(&self.path, UnreadReason::Damaged, detail.to_owned());
        } else if self.lost > 0 {
            let detail = format!(
                "{} bytes of this archive are no part of any file: it is damaged there, and files may be missing. The \
                 files before and after were read.",
                self.lost
            );
            context.tally.closed(&self.path, UnreadReason::Damaged, detail);
        }
    }

    fn between<'a>(&mut self, rest: &'a [u8]) -> &'a [u8] {
        let taken = (LOCAL.len() - self.part.len()).min(rest.len());
        self.part.extend_from_slice(&rest[..taken]);
        let signature: Option<[u8; 4]> = self.part.first_chunk().copied();
        self.state = match signature {
            None => State::Between,
            Some(LOCAL) => {
                let mut header = LocalHeader::default();
                let part = std::mem::take(&mut self.part);
                header.pass(&part);
                State::Header(header)
            }
            // The mark of a split archive before its first member.
            Some(DESCRIPTOR) if self.files == 0 => {
                self.part.clear();
                State::Between
            }
            Some(signature) if DIRECTORY.contains(&signature) => State::Ended,
            Some(_) => State::Lost(true),
        };
        &rest[taken..]
    }

    /// Looks for the next signature.
    fn lost<'a>(&mut self, rest: &'a [u8], counts: bool) -> &'a [u8] {
        let kept = self.part.len();
        let joined = [&self.part[..], rest].concat();
        let signature = memmem::find_iter(&joined, b"PK")
            .find(|at| joined[*at..].starts_with(&LOCAL) || joined[*at..].starts_with(&ENTRY));
        let passed = signature.unwrap_or(joined.len().saturating_sub(LOCAL.len() - 1));
        if counts {
            self.lost += passed as u64;
        }
        self.part.clear();
        match signature {
            // It stands in the new bytes at least with its end.
            Some(at) if at >= kept => {
                self.state = State::Between;
                &rest[at - kept..]
            }
            Some(at) => {
                self.part.extend_from_slice(&joined[at..kept]);
                self.state = State::Between;
                rest
            }
            None => {
                self.part.extend_from_slice(&joined[passed..]);
                self.state = State::Lost(counts);
                &[]
            }
        }
    }

    fn header<'a>(
        &mut self,
        mut header: LocalHeader,
        rest: &'a [u8],
        context: &mut Context<'_>,
    ) -> &'a [u8] {
        match header.pass(rest) {
            Passed::Later => {
                self.state = State::Header(header);
                &[]
            }
            Passed::At(data) => {
                match header.local() {
                    Some(local) if local.is_plausible() => self.member(local, context),
                    _ => self.state = State::Lost(true),
                }
                &rest[data..]
            }
            Passed::Broken => {
                self.state = State::Lost(true);
                rest
            }
        }
    }

    /// Begins a member.
    fn member(&mut self, local: Local, context: &mut Context<'_>) {
        let path = member_path(&self.inside, &local.name);
        let size_known = !local.has_descriptor || local.compressed > 0;
        let pass = State::passing(local.compressed, local.has_descriptor);
        if path.ends_with('/') {
            self.state = pass;
            return;
        }
        self.files += 1;
        let layer = Layer::member(&path, self.depth, context);
        if let Some(detail) = unreadable(local.method, local.encrypted) {
            if layer.as_ref().is_some_and(Layer::is_aside) {
                context.tally.aside_unsearched();
            } else if layer.is_some() {
                context.tally.unread(&path, UnreadReason::Unsupported, detail);
            }
            self.state = pass;
            return;
        }
        if layer.is_none() && size_known {
            self.state = pass;
            return;
        }
        let method = local.method;
        let mut member = Box::new(Member {
            layer,
            left: size_known.then_some(local.compressed),
            local,
            crc32: Crc32::default(),
            compressed: 0,
            uncompressed: 0,
        });
        self.state = if member.left == Some(0) {
            member.finish(End::Complete, context);
            State::Between
        } else if method == DEFLATE {
            State::Deflated(member, Box::default())
        } else if size_known {
            State::Stored(member)
        } else {
            State::StoredToDescriptor(member)
        };
    }

    fn stored<'a>(
        &mut self,
        mut member: Box<Member>,
        rest: &'a [u8],
        context: &mut Context<'_>,
    ) -> ControlFlow<End, &'a [u8]> {
        let (data, after) = rest.split_at(member.within(rest));
        let taken = member.take(data, context);
        member.pass(data.len());
        if taken.is_continue() && member.left == Some(0) {
            if member.local.has_descriptor {
                self.state = State::Descriptor(member);
            } else {
                let end = member.checked();
                member.finish(end, context);
                self.state = State::Between;
            }
        } else {
            self.state = State::Stored(member);
        }
        taken.map_continue(|()| after)
    }
}

impl State {
    /// Passes over so many bytes, and over the descriptor that follows them, whose own length nothing tells.
    fn passing(left: u64, descriptor: bool) -> Self {
        match left {
            0 if descriptor => Self::Lost(false),
            0 => Self::Between,
            left => Self::Pass(left, descriptor),
        }
    }
}
