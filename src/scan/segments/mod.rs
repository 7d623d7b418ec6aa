//! Where the record of a file is whole, and where entries are missing from its middle.

use serde::{Deserialize, Serialize};

use crate::model::{NodeId, Time};

/// A silence of so many microseconds says that entries may be missing, unless counters show that none is: a quiet node
/// writes to its main log at least every few minutes.
pub const SILENCE: i64 = 10 * 60 * Time::SECOND;

/// So many segments are kept of one file. Beyond that the shortest are given up, so what they covered counts as not
/// seen.
const KEPT: usize = 256;

/// So many of the last segments can still grow at either end. Goroutines take the counter before they wait for the file, so
/// neighbours change places; they do not wander.
const OPEN: usize = 32;

/// A stretch of a file in which nothing is missing, as far as the file can tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Segment {
    /// Earliest entry, or the preamble before it.
    pub from: Time,
    /// Latest entry.
    pub to: Time,
    /// Counter of the first and of the last entry of any channel, where they have one. A sink counts all its entries,
    /// whatever their channel.
    pub counters: Option<(u64, u64)>,
    /// An entry of channel DEV is in it: the sink is one that DEV is written to.
    pub dev: bool,
    /// The node that its entries name, if any does.
    pub node: Option<NodeId>,
}

/// An entry, as far as segments need it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Placed {
    pub(super) time: Time,
    pub(super) counter: Option<u64>,
    pub(super) dev: bool,
    pub(super) node: Option<NodeId>,
}

/// How segments are told apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rule {
    /// Where a counter does not follow on, entries are missing, however short the silence.
    Counters,
    /// Only a silence counts that no counter explains. For files from which somebody took the entries of others out.
    Silence,
}

/// The segments of a file in the making.
#[derive(Debug)]
pub(super) struct Segments {
    rule: Rule,
    list: Vec<Open>,
    /// The lines that begin a file, until an entry follows them.
    preamble: Option<Time>,
    /// How often the counters began anew.
    process: u32,
    /// The highest counter since then.
    highest: u64,
}

#[derive(Clone, Copy, Debug)]
struct Open {
    segment: Segment,
    process: u32,
    /// Between the one before and this one, segments were given up.
    torn: bool,
}

impl Segments {
    pub(super) fn new(rule: Rule) -> Self {
        Self { rule, list: Vec::new(), preamble: None, process: 0, highest: 0 }
    }

    /// Takes note of a dated line of a preamble.
    pub(super) fn preamble(&mut self, time: Time) {
        self.preamble = Some(self.preamble.map_or(time, |first| first.min(time)));
    }

    /// Takes note of a dated entry.
    pub(super) fn entry(&mut self, entry: Placed) {
        // Nearly every entry follows the last one.
        if let (Some(last), Some(counter), None) =
            (self.list.last_mut(), entry.counter, self.preamble)
            && let Some((_, end)) = &mut last.segment.counters
            && end.checked_add(1) == Some(counter)
            && same_node(last.segment.node, entry.node)
        {
            *end = counter;
            last.segment.take(entry.time, entry.time, entry.dev, entry.node);
            // Only where a later counter was seen before, there may be something to close.
            if counter < self.highest {
                self.close_hole(self.list.len() - 1);
            }
            self.highest = self.highest.max(counter);
            return;
        }
        self.out_of_line(entry);
    }

    /// The counter of an entry of `node` that would only follow the last one.
    pub(super) fn next_counter(&self, node: NodeId) -> Option<u64> {
        let Segment { counters, node: known, .. } = self.list.last()?.segment;
        let (_, end) = counters?;
        let follows =
            self.preamble.is_none() && end >= self.highest && same_node(known, Some(node));
        end.checked_add(1).filter(|_| follows)
    }

    /// Takes note of entries that follow each other, of which [`Segments::next_counter`] is the first.
    pub(super) fn run(&mut self, entries: u64, (from, to): (Time, Time), dev: bool, node: NodeId) {
        let Some(Open { segment, .. }) = self.list.last_mut() else { return };
        if let Some((_, end)) = &mut segment.counters {
            *end += entries;
            self.highest = *end;
        }
        segment.take(from, to, dev, Some(node));
    }

    fn out_of_line(&mut self, entry: Placed) {
        let Placed { time, counter, dev, node } = entry;
        let preamble = self.preamble.take();
        if counter == Some(1) {
            self.begin();
        } else if let Some(at) = self.home(&entry) {
            let known = &mut self.list[at].segment;
            known.take(time, time, dev, node);
            if let (Some((first, last)), Some(counter)) = (&mut known.counters, counter) {
                (*first, *last) = match self.rule {
                    Rule::Counters => ((*first).min(counter), (*last).max(counter)),
                    Rule::Silence => (*first, counter),
                };
            } else if counter.is_some() {
                known.counters = counter.map(|counter| (counter, counter));
            }
            self.highest = self.highest.max(counter.unwrap_or(0));
            self.close_hole(at);
            return;
        } else if preamble.is_some() && counter.is_some() {
            self.begin();
        }
        self.highest = self.highest.max(counter.unwrap_or(0));
        // What comes first in a file comes right after its preamble; the first entry of a process does so by its counter.
        let after = |start: &Time| counter == Some(1) || near(*start, *start, time);
        let from = preamble.filter(after).map_or(time, |start| start.min(time));
        let counters = counter.map(|counter| (counter, counter));
        let segment = Segment { from, to: time, counters, dev, node };
        self.list.push(Open { segment, process: self.process, torn: false });
        self.bound();
    }

    /// The counters begin anew.
    fn begin(&mut self) {
        self.process += 1;
        self.highest = 0;
    }

    /// The segment that an entry belongs to; none if it begins one.
    fn home(&self, entry: &Placed) -> Option<usize> {
        let Placed { time, counter, .. } = *entry;
        let last = self.list.len().checked_sub(1)?;
        let open = self.list.len().saturating_sub(OPEN);
        let mut latest = None;
        (open..=last).rev().find(|&at| {
            let Open { segment, process, .. } = self.list[at];
            if !same_node(segment.node, entry.node) {
                return false;
            }
            let latest = *latest.get_or_insert(at);
            let near = near(segment.from, segment.to, time);
            match (segment.counters, counter, self.rule) {
                (Some((first, end)), Some(counter), rule) => {
                    let follows = end.checked_add(1) == Some(counter);
                    let precedes = counter.checked_add(1) == Some(first);
                    let known = (first..=end).contains(&counter);
                    let here = process == self.process;
                    follows && here && (near || at == latest)
                        || near && here && (precedes || known)
                        || near && rule == Rule::Silence
                }
                _ => near,
            }
        })
    }

    /// Joins the segment at `at` with one that it now reaches.
    fn close_hole(&mut self, at: usize) {
        let Some((first, last)) = self.list[at].segment.counters else { return };
        let open = self.list.len().saturating_sub(OPEN);
        let reached = (open..self.list.len()).find(|&other| {
            let Open { segment, process, .. } = self.list[other];
            let meets = segment.counters.is_some_and(|(begin, end)| {
                last.checked_add(1) == Some(begin) || end.checked_add(1) == Some(first)
            });
            let known = self.list[at].segment;
            other != at
                && meets
                && same_node(segment.node, self.list[at].segment.node)
                && process == self.list[at].process
                && (near(segment.from, segment.to, known.from)
                    || near(segment.from, segment.to, known.to))
        });
        if let Some(other) = reached {
            let (keep, gone) = (at.min(other), at.max(other));
            let gone = self.list.remove(gone);
            self.list[keep].segment.join(&gone.segment);
        }
    }

    /// Gives the shortest segment up when there are too many: what it covered counts as not seen.
    fn bound(&mut self) {
        if self.list.len() <= KEPT {
            return;
        }
        let settled = self.list.len() - OPEN;
        let length = |open: &Open| open.segment.to.0.saturating_sub(open.segment.from.0);
        let shortest = (0..settled).min_by_key(|&at| length(&self.list[at]));
        if let Some(at) = shortest {
            self.list.remove(at);
            if let Some(next) = self.list.get_mut(at) {
                next.torn = true;
            }
        }
    }

    /// The segments in the order of the file. A process that began soon after the last entry of the one before leaves no
    /// gap.
    pub(super) fn finish(self) -> Vec<Segment> {
        let mut joined: Vec<Segment> = Vec::new();
        for Open { segment, torn, .. } in self.list {
            let begins = segment.counters.is_none_or(|(first, _)| first == 1);
            match joined.last_mut() {
                Some(last)
                    if !torn
                        && begins
                        && same_node(last.node, segment.node)
                        && (near(last.from, last.to, segment.from)
                            || near(last.from, last.to, segment.to)) =>
                {
                    let end = segment.counters.map(|(_, end)| end);
                    let first = last.counters.or(segment.counters).map(|(first, _)| first);
                    last.from = last.from.min(segment.from);
                    last.to = last.to.max(segment.to);
                    last.dev |= segment.dev;
                    last.node = last.node.or(segment.node);
                    last.counters = first.zip(end.or(last.counters.map(|(_, end)| end)));
                }
                _ => joined.push(segment),
            }
        }
        joined
    }
}

impl Segment {
    fn take(&mut self, from: Time, to: Time, dev: bool, node: Option<NodeId>) {
        self.from = self.from.min(from);
        self.to = self.to.max(to);
        self.dev |= dev;
        self.node = self.node.or(node);
    }

    fn join(&mut self, other: &Self) {
        self.from = self.from.min(other.from);
        self.to = self.to.max(other.to);
        self.dev |= other.dev;
        self.node = self.node.or(other.node);
        self.counters = match (self.counters, other.counters) {
            (Some(a), Some(b)) => Some((a.0.min(b.0), a.1.max(b.1))),
            (a, b) => a.or(b),
        };
    }
}

/// Whether two entries can be of one node; what names none can be of any.
fn same_node(a: Option<NodeId>, b: Option<NodeId>) -> bool {
    a.is_none() || b.is_none() || a == b
}

/// Whether an instant lies in a stretch of time or at most a silence away from it.
fn near(from: Time, to: Time, time: Time) -> bool {
    time >= from.plus(-SILENCE) && time <= to.plus(SILENCE)
}

#[cfg(test)]
mod tests;
