//! Nodes: which versions they ran when, and which times their logs cover.

use crate::model::{Gap, Span, Time, merge_spans, uncovered};
use crate::scan::LogSummary;

use super::versions::{self, AtLeast, Ran, RanVersion};

/// Files of one node that follow each other within this many microseconds are taken as one record even where
/// no counter proves it: a quiet node writes to its main log at least every few minutes.
const ROTATION_TOLERANCE: i64 = 10 * 60 * Time::SECOND;

/// A node, or a SQL instance of a virtual cluster.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Node {
    /// Versions by time; those of which nothing says the time come last.
    pub versions: Vec<RanVersion>,
    /// What the active version of the cluster says of the version, where nothing names one.
    pub at_least: Option<AtLeast>,
    /// Times covered by logs that hold channel DEV, by time.
    pub spans: Vec<Span>,
    /// Earliest and latest entry of any of its logs.
    pub seen: Option<(Time, Time)>,
    files: Vec<File>,
}

/// One file with entries of channel DEV.
#[derive(Clone, Debug, PartialEq, Eq)]
struct File {
    from: Time,
    to: Time,
    bytes: u64,
    counters: Option<(u64, u64)>,
    /// Number of the bundle that it came in.
    bundle: usize,
}

impl Node {
    /// Adds what one log file says of this node.
    pub(super) fn add_log(&mut self, log: &LogSummary, bundle: usize) {
        if let Some((from, to)) = log.span {
            let (first, last) = self.seen.unwrap_or((from, to));
            self.seen = Some((first.min(from), last.max(to)));
        }
        if let Some((from, to)) = log.dev_span {
            // The preamble, written when the file was opened, is older than the first entry on DEV.
            let from = log.span.map_or(from, |(start, _)| start.min(from));
            self.files.push(File { from, to, bytes: log.bytes, counters: log.counters, bundle });
        }
        self.versions.extend(log.versions.iter().map(versions::from_log));
    }

    /// Says that the newest log of a bundle was fetched at `collected` or later. True of the tree of a debug zip,
    /// which is one collection of a running cluster: silence after the last entry is then a silent node and not a
    /// missing file.
    pub(super) fn extend(&mut self, bundle: usize, collected: Time) {
        let of_bundle = self.files.iter_mut().filter(|file| file.bundle == bundle);
        if let Some(newest) = of_bundle.max_by_key(|file| file.to) {
            newest.to = newest.to.max(collected);
        }
    }

    /// Puts everything in order.
    pub(super) fn finish(&mut self) {
        self.files.sort_by_key(|file| (file.from, file.to));
        let mut spans: Vec<Span> = Vec::new();
        let mut last_counter = None;
        for file in &self.files {
            let follows_on = match (last_counter, file.counters) {
                (Some(last), Some((first, _))) => first == last + 1_u64,
                _ => false,
            };
            match spans.last_mut() {
                Some(span) if follows_on && file.from > span.to => {
                    span.to = file.to;
                    span.files += 1;
                    span.bytes += file.bytes;
                }
                _ => spans.push(Span { from: file.from, to: file.to, files: 1, bytes: file.bytes }),
            }
            last_counter = file.counters.map(|(_, last)| last);
        }
        self.spans = merge_spans(spans, ROTATION_TOLERANCE);
        versions::order(&mut self.versions);
    }

    /// The parts of `from..=to` that no log with channel DEV covers.
    #[must_use]
    pub fn uncovered(&self, from: Time, to: Time) -> Vec<Gap> {
        uncovered(&self.spans, from, to)
    }

    /// The times between covered ones.
    #[must_use]
    pub fn gaps(&self) -> Vec<Gap> {
        self.spans.windows(2).map(|pair| Gap { from: pair[0].to, to: pair[1].from }).collect()
    }

    /// The versions that may have run at an instant.
    #[must_use]
    pub fn ran_at(&self, time: Time) -> Ran {
        let mut ran = versions::ran_at(&self.versions, time);
        let active = self.at_least.as_ref().filter(|least| least.since.is_some_and(|t| t <= time));
        if ran.is_unknown() {
            ran.at_least = active.map(|least| least.version.clone());
        }
        ran
    }

    /// The versions that may have run between two instants, one element per stretch.
    #[must_use]
    pub fn ran_between(&self, from: Time, to: Time) -> Vec<Ran> {
        let mut ran = vec![self.ran_at(from)];
        let later = |seen: &&RanVersion| seen.from.is_some_and(|since| since > from && since <= to);
        ran.extend(self.versions.iter().filter(later).map(Ran::of));
        ran
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Location, Version};
    use crate::scan::VersionSeen;

    fn seen(text: &str, from: i64, until: i64) -> VersionSeen {
        VersionSeen {
            time: Time(from),
            until: Time(until),
            version: Version::parse(text),
            text: text.to_owned(),
            location: Location { path: "p".into(), line: 1, offset: 0 },
        }
    }

    fn log(from: i64, to: i64, counters: Option<(u64, u64)>) -> LogSummary {
        LogSummary {
            span: Some((Time(from), Time(to))),
            dev_span: Some((Time(from), Time(to))),
            counters,
            ..LogSummary::default()
        }
    }

    #[test]
    fn counters_that_follow_on_bridge_any_silence() {
        let hour = 3600 * Time::SECOND;
        let mut node = Node::default();
        node.add_log(&log(0, hour, Some((1, 40))), 0);
        node.add_log(&log(5 * hour, 6 * hour, Some((41, 90))), 0);
        node.add_log(&log(9 * hour, 10 * hour, Some((95, 99))), 0);
        node.finish();
        assert_eq!(node.gaps(), [Gap { from: Time(6 * hour), to: Time(9 * hour) }]);
    }

    #[test]
    fn a_file_without_channel_dev_covers_nothing() {
        let mut node = Node::default();
        node.add_log(&LogSummary { dev_span: None, ..log(0, 9, None) }, 0);
        node.extend(0, Time(10));
        node.finish();
        assert_eq!(node.uncovered(Time(1), Time(2)), [Gap { from: Time(1), to: Time(2) }]);
        assert_eq!(node.seen, Some((Time(0), Time(9))));
    }

    #[test]
    fn a_collection_extends_the_logs_of_its_own_bundle_alone() {
        let hour = 3600 * Time::SECOND;
        let mut node = Node::default();
        node.add_log(&log(0, hour, None), 0);
        node.extend(0, Time(2 * hour));
        node.extend(1, Time(9 * hour));
        node.finish();
        assert_eq!(node.spans.len(), 1);
        assert_eq!(node.spans[0].to, Time(2 * hour));
    }

    #[test]
    fn versions_are_exact_where_seen_and_open_where_not() {
        let mut node = Node::default();
        let mut summary = log(10, 90, None);
        summary.versions = vec![seen("v24.3.9", 10, 40), seen("v24.3.11", 60, 90)];
        node.add_log(&summary, 0);
        node.finish();
        let names = |ran: Ran| ran.candidates.into_iter().map(|(text, _)| text).collect::<Vec<_>>();
        assert_eq!(names(node.ran_at(Time(20))), ["v24.3.9"]);
        assert_eq!(names(node.ran_at(Time(50))), ["v24.3.9", "v24.3.11"]);
        assert_eq!(names(node.ran_at(Time(95))), ["v24.3.11"]);
        assert_eq!(node.ran_at(Time(5)).at_most, Version::parse("v24.3.9"));
        assert_eq!(node.ran_between(Time(20), Time(95)).len(), 2);
    }
}
