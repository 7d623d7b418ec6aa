//! What each node has of a file. Merged logs and those of several containers hold the entries of many.

use crate::model::{NodeId, Time};

use super::summary::{CANDIDATES, Seen, widen};
use super::{LogSummary, NodeShare};
use crate::parse::time::is_undated;

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
    /// Adds an entry to the share of the node that it names.
    pub(super) fn add(&mut self, node: u32, seen: &Seen) {
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
        share.entries += 1;
        if !is_undated(seen.time) {
            widen(&mut share.span, seen.time);
            if seen.dev {
                widen(&mut share.dev_span, seen.time);
            }
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
