//! What stands after a member's data, when its header could not tell yet: checksum and sizes.

use std::ops::ControlFlow;

use memchr::memmem;

use crate::ingest::codec::Fault;
use crate::ingest::unpack::{Context, End};

use super::member::Member;
use super::{State, ZipWalk};

/// Its first bytes, with most packers.
pub(super) const DESCRIPTOR: [u8; 4] = *b"PK\x07\x08";

/// Length of the longest one: signature, checksum, two sizes of 64 bits.
const LONGEST_DESCRIPTOR: usize = 24;

impl ZipWalk {
    pub(super) fn stored_to_descriptor<'a>(
        &mut self,
        mut member: Box<Member>,
        rest: &'a [u8],
        context: &mut Context<'_>,
    ) -> ControlFlow<End, &'a [u8]> {
        let kept = std::mem::take(&mut self.part);
        let joined = [&kept[..], rest].concat();
        let mut at = 0;
        loop {
            let found = memmem::find(&joined[at..], &DESCRIPTOR).map(|found| at + found);
            // A signature may be cut at the end, too.
            let until = found.unwrap_or(joined.len().saturating_sub(DESCRIPTOR.len() - 1).max(at));
            let taken = member.take(&joined[at..until], context);
            member.pass(until - at);
            if let ControlFlow::Break(end) = taken {
                self.state = State::StoredToDescriptor(member);
                return ControlFlow::Break(end);
            }
            let tail = &joined[until..];
            if found.is_none() || tail.len() < LONGEST_DESCRIPTOR && member.may_be_descriptor(tail)
            {
                self.part = tail.to_vec();
                self.state = State::StoredToDescriptor(member);
                return ControlFlow::Continue(&[]);
            }
            if let Some(len) = member.descriptor(tail) {
                member.finish(End::Complete, context);
                self.state = State::Between;
                let end = until + len;
                if let Some(in_rest) = end.checked_sub(kept.len()) {
                    return ControlFlow::Continue(rest.get(in_rest..).unwrap_or_default());
                }
                // What was kept for the longest descriptor can hold the beginning of the next member.
                self.feed(&kept[end..], context)?;
                return ControlFlow::Continue(rest);
            }
            let taken = member.take(&tail[..1], context);
            member.pass(1);
            if let ControlFlow::Break(end) = taken {
                self.state = State::StoredToDescriptor(member);
                return ControlFlow::Break(end);
            }
            at = until + 1;
        }
    }

    pub(super) fn descriptor<'a>(
        &mut self,
        mut member: Box<Member>,
        rest: &'a [u8],
        context: &mut Context<'_>,
    ) -> ControlFlow<End, &'a [u8]> {
        let taken = (LONGEST_DESCRIPTOR - self.part.len()).min(rest.len());
        self.part.extend_from_slice(&rest[..taken]);
        if self.part.len() < LONGEST_DESCRIPTOR {
            self.state = State::Descriptor(member);
            return ControlFlow::Continue(&[]);
        }
        let part = std::mem::take(&mut self.part);
        let (len, end) = match member.descriptor(&part) {
            Some(len) => (len, End::Complete),
            // The search for the next signature finds where it ends.
            None => (0, End::Broken(Fault::Checksum)),
        };
        self.state = if end == End::Complete { State::Between } else { State::Lost(false) };
        member.finish(end, context);
        self.feed(&part[len..], context)?;
        ControlFlow::Continue(&rest[taken..])
    }

    /// Reads a descriptor after which too little follows to wait for the longest.
    pub(super) fn last_descriptor(
        &mut self,
        mut member: Member,
        part: &[u8],
        context: &mut Context<'_>,
    ) -> ControlFlow<End> {
        /// Signature, checksum, two sizes of 32 bits.
        const USUAL: usize = 16;
        let Some(len) = member.descriptor(part) else {
            // The data is whole; what would prove it is cut off.
            let cut = part.len() < USUAL;
            member.finish(if cut { End::Complete } else { End::Broken(Fault::Checksum) }, context);
            self.state = State::Lost(false);
            return ControlFlow::Continue(());
        };
        member.finish(End::Complete, context);
        self.state = State::Between;
        self.feed(&part[len..], context)
    }
}
