//! What each node has of a file. Merged logs and those of several containers hold the entries of many.

use crate::model::{NodeId, Time};

use super::summary::{CANDIDATES, widen};
use super::{LogSummary, NodeShare};

/// The entries of each node that a file names.
#[derive(Debug, Default)]
pub(super) struct Shares {
    shares: Vec<Share>,
    last: usize,
}

#[derive(Debug)]
struct Share {
    node: u32,
    entries: u64,
    span: Option<(Time, Time)>,
    dev_span: Option<(Time, Time)>,
}

impl Shares {
    /// Adds so many entries to the share of the node that they name: from when to when they are, as far as they are dated,
    /// and those of channel DEV.
    pub(super) fn add(
        &mut self,
        node: u32,
        entries: u64,
        span: Option<(Time, Time)>,
        dev_span: Option<(Time, Time)>,
    ) {
        // Neighbours mostly agree.
        if self.shares.get(self.last).is_none_or(|share| share.node != node) {
            match self.shares.iter().position(|share| share.node == node) {
                Some(at) => self.last = at,
                None if self.shares.len() < CANDIDATES => {
                    self.last = self.shares.len();
                    self.shares.push(Share { node, entries: 0, span: None, dev_span: None });
                }
                None => return,
            }
        }
        let Some(share) = self.shares.get_mut(self.last) else { return };
        share.entries += entries;
        if let Some(span) = span {
            widen(&mut share.span, span);
        }
        if let Some(span) = dev_span {
            widen(&mut share.dev_span, span);
        }
    }

    /// Names the node with most entries, the first of equals. Where there are others, the times and counters of the
    /// summary become its own, because nobody may take the entries of one node for a sign of life of another.
    pub(super) fn tell(mut self, summary: &mut LogSummary) {
        let Some(most) = self.shares.iter().map(|share| share.entries).max() else { return };
        let Some(at) = self.shares.iter().position(|share| share.entries == most) else { return };
        let winner = self.shares.remove(at);
        summary.node = Some(NodeId(winner.node));
        if self.shares.is_empty() {
            return;
        }
        summary.span = winner.span;
        summary.dev_span = winner.dev_span;
        summary.other_nodes = self
            .shares
            .into_iter()
            .map(|share| NodeShare { node: NodeId(share.node), span: share.span })
            .collect();
    }
}
