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
            last.segment.take(&entry);
            // Only where a later counter was seen before, there may be something to close.
            if counter < self.highest {
                self.close_hole(self.list.len() - 1);
            }
            self.highest = self.highest.max(counter);
            return;
        }
        self.out_of_line(entry);
    }

    fn out_of_line(&mut self, entry: Placed) {
        let Placed { time, counter, dev, node } = entry;
        let preamble = self.preamble.take();
        if counter == Some(1) {
            self.begin();
        } else if let Some(at) = self.home(&entry) {
            let known = &mut self.list[at].segment;
            known.take(&entry);
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
        (open..=last).rev().find(|&at| {
            let Open { segment, process, .. } = self.list[at];
            if !same_node(segment.node, entry.node) {
                return false;
            }
            let near = near(segment.from, segment.to, time);
            match (segment.counters, counter, self.rule) {
                (Some((first, end)), Some(counter), rule) => {
                    let follows = end.checked_add(1) == Some(counter);
                    let precedes = counter.checked_add(1) == Some(first);
                    let known = (first..=end).contains(&counter);
                    let here = process == self.process;
                    follows && here && (near || at == last)
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
    fn take(&mut self, entry: &Placed) {
        self.from = self.from.min(entry.time);
        self.to = self.to.max(entry.time);
        self.dev |= entry.dev;
        self.node = self.node.or(entry.node);
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
mod tests {
    use super::*;

    const MINUTE: i64 = 60 * Time::SECOND;

    /// Segments as `from-to first-last` in minutes; an entry without counter is written with counter 0.
    fn segments(rule: Rule, preamble: Option<i64>, entries: &[(i64, u64)]) -> Vec<String> {
        let mut segments = Segments::new(rule);
        if let Some(minute) = preamble {
            segments.preamble(Time(minute * MINUTE));
        }
        for (minute, counter) in entries {
            segments.entry(Placed {
                time: Time(minute * MINUTE),
                counter: (*counter > 0).then_some(*counter),
                dev: true,
                node: None,
            });
        }
        let show = |s: Segment| {
            let times = format!("{}-{}", s.from.0 / MINUTE, s.to.0 / MINUTE);
            s.counters.map_or(times.clone(), |(first, last)| format!("{times} {first}-{last}"))
        };
        segments.finish().into_iter().map(show).collect()
    }

    #[test]
    fn entries_of_one_node_cover_no_time_of_another() {
        let mut segments = Segments::new(Rule::Counters);
        for (minute, counter, node) in
            [(0, 1, Some(1)), (0, 90, Some(2)), (1, 2, Some(1)), (3, 91, Some(2)), (4, 92, None)]
        {
            let (time, node) = (Time(minute * MINUTE), node.map(NodeId));
            segments.entry(Placed { time, counter: Some(counter), dev: true, node });
        }
        let found: Vec<_> =
            segments.finish().into_iter().map(|s| (s.to.0 / MINUTE, s.counters, s.node)).collect();
        assert_eq!(
            found,
            [(1, Some((1, 2)), Some(NodeId(1))), (4, Some((90, 92)), Some(NodeId(2)))]
        );
    }

    fn strict(entries: &[(i64, u64)]) -> Vec<String> {
        segments(Rule::Counters, None, entries)
    }

    #[test]
    fn counters_that_follow_on_bridge_any_silence() {
        assert_eq!(strict(&[(0, 7), (1, 8), (600, 9)]), ["0-600 7-9"]);
    }

    #[test]
    fn a_counter_that_jumps_is_a_gap_however_short() {
        assert_eq!(strict(&[(0, 7), (1, 8), (2, 11), (3, 12)]), ["0-1 7-8", "2-3 11-12"]);
    }

    #[test]
    fn neighbours_that_changed_places_leave_no_gap() {
        assert_eq!(strict(&[(0, 5), (1, 7), (1, 9), (1, 6), (1, 8), (2, 10)]), ["0-2 5-10"]);
        assert_eq!(strict(&[(0, 6), (0, 5), (1, 7)]), ["0-1 5-7"]);
    }

    #[test]
    fn without_counters_a_silence_is_a_gap() {
        assert_eq!(strict(&[(0, 0), (9, 0), (19, 0), (30, 0)]), ["0-19", "30-30"]);
    }

    #[test]
    fn times_out_of_order_make_neither_gaps_nor_wide_spans() {
        assert_eq!(strict(&[(5, 0), (3, 0), (6, 0)]), ["3-6"]);
        // One entry from a clock that was ahead for a moment, and two files put together in the wrong order.
        assert_eq!(strict(&[(0, 0), (900, 0), (1, 0), (2, 0)]), ["0-2", "900-900"]);
        assert_eq!(strict(&[(900, 0), (905, 0), (0, 0), (5, 0)]), ["900-905", "0-5"]);
        // A clock that steps back while the counter goes on: nothing is missing.
        assert_eq!(strict(&[(100, 4), (40, 5), (41, 6)]), ["40-100 4-6"]);
    }

    #[test]
    fn a_restart_soon_after_leaves_no_gap_and_a_late_one_does() {
        assert_eq!(strict(&[(0, 40), (5, 1), (6, 2)]), ["0-6 40-2"]);
        assert_eq!(strict(&[(0, 40), (50, 1), (51, 2)]), ["0-0 40-40", "50-51 1-2"]);
        // Its first entries are missing.
        assert_eq!(strict(&[(0, 40), (5, 3), (6, 4)]), ["0-0 40-40", "5-6 3-4"]);
    }

    #[test]
    fn the_counters_of_one_process_do_not_bridge_another() {
        let entries = [(0, 39), (1, 40), (500, 1), (501, 2), (502, 38), (503, 41)];
        assert_eq!(
            strict(&entries),
            ["0-1 39-40", "500-501 1-2", "502-502 38-38", "503-503 41-41"]
        );
        // Not even one that ended just before.
        let entries = [(0, 40), (3, 1), (4, 2), (5, 38), (6, 41)];
        assert_eq!(strict(&entries), ["0-4 40-2", "5-5 38-38", "6-6 41-41"]);
    }

    #[test]
    fn a_preamble_belongs_to_what_follows_soon_or_counts_from_one() {
        let after = |entries: &[(i64, u64)]| segments(Rule::Counters, Some(0), entries);
        assert_eq!(after(&[(5, 70)]), ["0-5 70-70"]);
        assert_eq!(after(&[(50, 70)]), ["50-50 70-70"]);
        assert_eq!(after(&[(50, 1)]), ["0-50 1-1"]);
        assert_eq!(after(&[(50, 0)]), ["50-50"]);
    }

    #[test]
    fn where_entries_of_others_were_taken_out_only_silence_counts() {
        let lenient = |entries: &[(i64, u64)]| segments(Rule::Silence, None, entries);
        assert_eq!(lenient(&[(0, 3), (5, 9), (6, 30)]), ["0-6 3-30"]);
        assert_eq!(lenient(&[(0, 3), (50, 9)]), ["0-0 3-3", "50-50 9-9"]);
        assert_eq!(lenient(&[(0, 3), (50, 4)]), ["0-50 3-4"]);
    }

    #[test]
    fn more_gaps_than_are_kept_leave_less_covered_and_no_gap_less() {
        let mut entries: Vec<(i64, u64)> = (0..2000).map(|n| (n, 2 + 2 * n as u64)).collect();
        entries.extend((0..50).map(|n| (2000 + n, 9000 + n as u64)));
        let found = strict(&entries);
        assert_eq!(found.len(), KEPT);
        assert_eq!(found.last().map(String::as_str), Some("2000-2049 9000-9049"));
        // A restart right after what was given up does not hide it.
        let mut entries: Vec<(i64, u64)> = vec![(0, 500), (1, 501), (2, 600), (2, 1), (4, 2)];
        entries.extend((0..400).map(|n| (5 + n, 10 + 2 * n as u64)));
        assert_eq!(strict(&entries)[..2], ["0-1 500-501", "2-4 1-2"]);
    }
}
