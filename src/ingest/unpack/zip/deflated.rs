//! A member's data that is deflated, in blocks that do not depend on how the archive arrives.
//!
//! A broken stream is noticed some way behind the break, and what follows is searched for the next member. So that the
//! same archive always gives the same files, the decoder gets the same blocks, and the search begins with the last one.

use std::ops::ControlFlow;

use crate::ingest::codec::{Fault, Fed, Inflater};
use crate::ingest::unpack::{Context, End};

use super::member::Member;
use super::{State, ZipWalk};

/// Length of a block, counted from the beginning of the member's data.
const BLOCK: usize = 16 << 10;

impl ZipWalk {
    pub(super) fn deflated<'a>(
        &mut self,
        member: Box<Member>,
        inflater: Box<Inflater>,
        rest: &'a [u8],
        context: &mut Context<'_>,
    ) -> ControlFlow<End, &'a [u8]> {
        let left = member.left.and_then(|left| usize::try_from(left).ok());
        let wanted = BLOCK.min(left.unwrap_or(BLOCK));
        if self.part.is_empty()
            && let Some(block) = rest.get(..wanted)
        {
            let used = self.block(member, inflater, block, context)?;
            return ControlFlow::Continue(&rest[used..]);
        }
        let taken = wanted.saturating_sub(self.part.len()).min(rest.len());
        self.part.extend_from_slice(&rest[..taken]);
        if self.part.len() < wanted {
            self.state = State::Deflated(member, inflater);
            return ControlFlow::Continue(&[]);
        }
        let block = std::mem::take(&mut self.part);
        let used = self.block(member, inflater, &block, context)?;
        self.feed(&block[used..], context)?;
        ControlFlow::Continue(&rest[taken..])
    }

    /// Takes the part of a block that came before the archive ended.
    pub(super) fn last_block(
        &mut self,
        member: Box<Member>,
        inflater: Box<Inflater>,
        context: &mut Context<'_>,
    ) -> ControlFlow<End> {
        let block = std::mem::take(&mut self.part);
        let used = self.block(member, inflater, &block, context)?;
        self.feed(&block[used..], context)
    }

    /// Inflates a block. How much of it belongs to the member: nothing if the stream broke in it.
    fn block(
        &mut self,
        mut member: Box<Member>,
        mut inflater: Box<Inflater>,
        block: &[u8],
        context: &mut Context<'_>,
    ) -> ControlFlow<End, usize> {
        let fed = inflater.feed(block, |text, _| {
            context.unpack(text, |text, context| member.take(text, context))
        });
        let fed = match fed {
            ControlFlow::Continue(fed) => fed,
            ControlFlow::Break(end) => {
                // What is open is ended with the archive.
                self.state = State::Stored(member);
                return ControlFlow::Break(end);
            }
        };
        let used = match fed {
            Fed::Hungry => {
                member.pass(block.len());
                self.state = if member.left == Some(0) {
                    member.finish(End::CutOff, context);
                    State::passing(0, member.local.has_descriptor)
                } else {
                    State::Deflated(member, inflater)
                };
                block.len()
            }
            Fed::Ended(used) => {
                member.pass(used);
                self.state = if member.local.has_descriptor {
                    State::Descriptor(member)
                } else {
                    let left = member.left.unwrap_or_default();
                    let end = member.checked();
                    member.finish(end, context);
                    State::passing(left, false)
                };
                used
            }
            Fed::Broken(_) => {
                member.finish(End::Broken(Fault::Invalid), context);
                self.state = match member.left {
                    Some(left) => State::passing(left, member.local.has_descriptor),
                    None => {
                        self.unsure = true;
                        State::Lost(false)
                    }
                };
                0
            }
        };
        ControlFlow::Continue(used)
    }
}
