//! Where the record of a file is whole, and where entries are missing from its middle.

use serde::{Deserialize, Serialize};

use crate::model::{NodeId, Severity, Time};

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
    /// An entry of channel DEV with severity INFO or WARNING was written to this file by the process that wrote this
    /// segment. A sink counts entries after its filter, so only then do consecutive counters say that no warning was
    /// written: those of a sink at ERROR never do.
    pub warnings: bool,
    /// The process that wrote it: numbers of one file, which grow in its order. Another configuration may hold after a
    /// restart.
    pub process: u32,
    /// Nothing is missing between the segment before in this file and this one: a process began soon after the last
    /// entry of the one before.
    pub follows: bool,
    /// The node that its entries name, if any does.
    pub node: Option<NodeId>,
}

/// An entry, as far as segments need it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Placed {
    pub(super) time: Time,
    pub(super) counter: Option<u64>,
    /// Its severity, if it is of channel DEV.
    pub(super) dev: Option<Severity>,
    pub(super) node: Option<NodeId>,
}

/// Entries of channel DEV, as far as segments need them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Dev {
    /// There are any.
    pub(super) any: bool,
    /// There are some of severity INFO or WARNING. An entry of unknown severity proves nothing.
    pub(super) warnings: bool,
}

impl Dev {
    fn of(severity: Option<Severity>) -> Self {
        let warnings = matches!(severity, Some(Severity::Info | Severity::Warning));
        Self { any: severity.is_some(), warnings }
    }
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
    /// They name another build than those before: another process follows.
    other_build: bool,
    /// How often the counters began anew.
    process: u32,
    /// The highest counter since then.
    highest: u64,
}

#[derive(Clone, Copy, Debug)]
struct Open {
    segment: Segment,
    /// Between the one before and this one, segments were given up.
    torn: bool,
}

impl Segments {
    pub(super) fn new(rule: Rule) -> Self {
        Self { rule, list: Vec::new(), preamble: None, other_build: false, process: 0, highest: 0 }
    }

    /// Takes note of a dated line of a preamble.
    pub(super) fn preamble(&mut self, time: Time) {
        self.preamble = Some(self.preamble.map_or(time, |first| first.min(time)));
    }

    /// Takes back that there was a preamble: it is no node's.
    pub(super) fn forget_preamble(&mut self) {
        (self.preamble, self.other_build) = (None, false);
    }

    /// Takes note that the build changed: the next entry is of another process.
    pub(super) fn build_changed(&mut self) {
        self.other_build = true;
    }

    /// Takes note of a dated entry.
    pub(super) fn entry(&mut self, entry: Placed) {
        // Nearly every entry follows the last one.
        if let (Some(last), Some(counter), None) =
            (self.list.last_mut(), entry.counter, self.preamble)
            && !self.other_build
            && let Some((_, end)) = &mut last.segment.counters
            && end.checked_add(1) == Some(counter)
            && same_node(last.segment.node, entry.node)
        {
            *end = counter;
            last.segment.take(entry.time, entry.time, Dev::of(entry.dev), entry.node);
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
        let follows = self.preamble.is_none()
            && !self.other_build
            && end >= self.highest
            && same_node(known, Some(node));
        end.checked_add(1).filter(|_| follows)
    }

    /// Takes note of entries that follow each other, of which [`Segments::next_counter`] is the first.
    pub(super) fn run(&mut self, entries: u64, (from, to): (Time, Time), dev: Dev, node: NodeId) {
        let Some(Open { segment, .. }) = self.list.last_mut() else { return };
        if let Some((_, end)) = &mut segment.counters {
            *end += entries;
            self.highest = *end;
        }
        segment.take(from, to, dev, Some(node));
    }

    fn out_of_line(&mut self, entry: Placed) {
        let Placed { time, counter, dev, node } = entry;
        let dev = Dev::of(dev);
        let (preamble, other_build) = (self.preamble.take(), std::mem::take(&mut self.other_build));
        if counter == Some(1) || other_build {
            self.begin();
        } else if let Some(at) = self.home(&entry, preamble.is_some()) {
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
        } else if preamble.is_some() {
            self.begin();
        }
        self.highest = self.highest.max(counter.unwrap_or(0));
        // What comes first in a file comes right after its preamble; the first entry of a process does so by its counter.
        let after = |start: &Time| counter == Some(1) || near(*start, *start, time);
        let from = preamble.filter(after).map_or(time, |start| start.min(time));
        let counters = counter.map(|counter| (counter, counter));
        let segment = Segment {
            from,
            to: time,
            counters,
            dev: dev.any,
            warnings: dev.warnings,
            process: self.process,
            follows: false,
            node,
        };
        self.list.push(Open { segment, torn: false });
        self.bound();
    }

    /// The counters begin anew.
    fn begin(&mut self) {
        self.process += 1;
        self.highest = 0;
    }

    /// The segment that an entry belongs to; none if it begins one. After a preamble the entry may be of another
    /// process: of the same it is only if its counter shows that soon after.
    fn home(&self, entry: &Placed, after_preamble: bool) -> Option<usize> {
        let Placed { time, counter, .. } = *entry;
        let last = self.list.len().checked_sub(1)?;
        let open = self.list.len().saturating_sub(OPEN);
        let mut latest = None;
        (open..=last).rev().find(|&at| {
            let Segment { from, to, counters, process, node, .. } = self.list[at].segment;
            if !same_node(node, entry.node) || process != self.process {
                return false;
            }
            let latest = *latest.get_or_insert(at);
            let near = near(from, to, time);
            match (counters, counter, self.rule) {
                (Some((first, end)), Some(counter), rule) => {
                    let follows = end.checked_add(1) == Some(counter);
                    let precedes = counter.checked_add(1) == Some(first);
                    // A process counts no entry twice.
                    let known = (first..=end).contains(&counter) && !after_preamble;
                    let silent = rule == Rule::Silence && !(after_preamble && counter <= end);
                    follows && (near || at == latest && !after_preamble)
                        || near && (precedes || known || silent)
                }
                _ => near && !after_preamble,
            }
        })
    }

    /// Joins the segment at `at` with one that it now reaches.
    fn close_hole(&mut self, at: usize) {
        let Some((first, last)) = self.list[at].segment.counters else { return };
        let open = self.list.len().saturating_sub(OPEN);
        let reached = (open..self.list.len()).find(|&other| {
            let segment = self.list[other].segment;
            let meets = segment.counters.is_some_and(|(begin, end)| {
                last.checked_add(1) == Some(begin) || end.checked_add(1) == Some(first)
            });
            let known = self.list[at].segment;
            other != at
                && meets
                && same_node(segment.node, self.list[at].segment.node)
                && segment.process == known.process
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
        for Open { mut segment, torn } in self.list {
            let begins = segment.counters.is_none_or(|(first, _)| first == 1);
            let Some(last) = joined.last_mut() else {
                joined.push(segment);
                continue;
            };
            segment.follows = !torn
                && begins
                && same_node(last.node, segment.node)
                && (near(last.from, last.to, segment.from) || near(last.from, last.to, segment.to));
            if segment.follows && segment.process == last.process {
                last.join(&segment);
            } else {
                joined.push(segment);
            }
        }
        let shown = joined.clone();
        let first = shown.iter().find_map(|one| one.node);
        let several = shown.iter().any(|one| !same_node(one.node, first));
        for segment in &mut joined {
            segment.warnings = shown.iter().any(|other| {
                let same_writer = if several {
                    other.node == segment.node
                } else {
                    same_node(other.node, segment.node)
                };
                other.warnings && other.process == segment.process && same_writer
            });
        }
        joined
    }
}

impl Segment {
    fn take(&mut self, from: Time, to: Time, dev: Dev, node: Option<NodeId>) {
        self.from = self.from.min(from);
        self.to = self.to.max(to);
        self.dev |= dev.any;
        self.warnings |= dev.warnings;
        self.node = self.node.or(node);
    }

    fn join(&mut self, other: &Self) {
        self.from = self.from.min(other.from);
        self.to = self.to.max(other.to);
        self.dev |= other.dev;
        self.warnings |= other.warnings;
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
