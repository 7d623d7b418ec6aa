//! Nodes: which versions they ran when, and which times their logs cover.

use crate::model::{Gap, Location, Span, Time, Version, merge_spans, uncovered};
use crate::scan::{LogSummary, VersionSeen};

/// Files of one node that follow each other within this many microseconds are taken as one record even where
/// no counter proves it: a quiet node writes to its main log at least every few minutes.
const ROTATION_TOLERANCE: i64 = 10 * 60 * Time::SECOND;

/// A version that a node ran, and when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RanVersion {
    /// The version; none for a build whose version is no number.
    pub version: Option<Version>,
    /// As it was written.
    pub text: String,
    /// First time it is known to have run.
    pub from: Time,
    /// Last time it is known to have run.
    pub until: Time,
    /// Where it says so first.
    pub source: Location,
}

/// Which versions may have run at some time. Clusters are upgraded, not downgraded across releases: before the
/// first thing that is known, a node ran that version or an older one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ran {
    /// Builds that did or may have run, by their text; unparsable ones have no version.
    pub candidates: Vec<(String, Option<Version>)>,
    /// The version was any up to this one.
    pub at_most: Option<Version>,
}

impl Ran {
    /// Nothing is known.
    #[must_use]
    pub fn is_unknown(&self) -> bool {
        self.candidates.is_empty() && self.at_most.is_none()
    }

    /// Exactly this build ran.
    #[must_use]
    pub fn exactly(version: &Version) -> Self {
        Self { candidates: vec![(version.to_string(), Some(version.clone()))], at_most: None }
    }

    fn of(seen: &RanVersion) -> Self {
        Self { candidates: vec![(seen.text.clone(), seen.version.clone())], at_most: None }
    }

    /// Either of the two.
    pub(super) fn or(mut self, other: Self) -> Self {
        for candidate in other.candidates {
            if !self.candidates.contains(&candidate) {
                self.candidates.push(candidate);
            }
        }
        self.at_most = match (self.at_most, other.at_most) {
            (Some(a), Some(b)) => Some(a.max(b)),
            (a, b) => a.or(b),
        };
        self
    }
}

/// A node, or a SQL instance of a virtual cluster.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Node {
    /// Versions by time.
    pub versions: Vec<RanVersion>,
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
}

impl Node {
    /// Adds what one log file says of this node.
    pub(super) fn add_log(&mut self, log: &LogSummary) {
        if let Some((from, to)) = log.span {
            let (first, last) = self.seen.unwrap_or((from, to));
            self.seen = Some((first.min(from), last.max(to)));
        }
        if let Some((from, to)) = log.dev_span {
            // The preamble, written when the file was opened, is older than the first entry on DEV.
            let from = log.span.map_or(from, |(start, _)| start.min(from));
            self.files.push(File { from, to, bytes: log.bytes, counters: log.counters });
        }
        self.versions.extend(log.versions.iter().map(ran_version));
    }

    /// Puts everything in order. `collected` is set where the input is one collection of a running cluster:
    /// each node's newest log was then fetched at that instant or later, so silence after its last entry is
    /// a silent node and not a missing file.
    pub(super) fn finish(&mut self, collected: Option<Time>) {
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
        if let (Some(last), Some(collected)) = (self.spans.last_mut(), collected) {
            last.to = last.to.max(collected);
        }
        self.versions.sort_by(|a, b| (a.from, a.until, &a.text).cmp(&(b.from, b.until, &b.text)));
        self.versions.dedup_by(|next, kept| {
            let same = next.text == kept.text;
            if same {
                kept.until = kept.until.max(next.until);
            }
            same
        });
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
        let after = self.versions.iter().find(|seen| seen.from > time);
        match self.versions.iter().rev().find(|seen| seen.from <= time) {
            // Between the last word of one version and the first of the next, either may have run.
            Some(seen) if time > seen.until => {
                after.map_or_else(|| Ran::of(seen), |next| Ran::of(seen).or(Ran::of(next)))
            }
            Some(seen) => Ran::of(seen),
            None => after.map_or_else(Ran::default, before),
        }
    }

    /// The versions that may have run between two instants, one element per stretch.
    #[must_use]
    pub fn ran_between(&self, from: Time, to: Time) -> Vec<Ran> {
        let mut ran = vec![self.ran_at(from)];
        ran.extend(
            self.versions.iter().filter(|seen| seen.from > from && seen.from <= to).map(Ran::of),
        );
        ran
    }
}

/// What ran before the first version that is known.
fn before(first: &RanVersion) -> Ran {
    Ran { candidates: Vec::new(), at_most: first.version.clone() }
}

pub(super) fn ran_version(seen: &VersionSeen) -> RanVersion {
    RanVersion {
        version: seen.version.clone(),
        text: seen.text.clone(),
        from: seen.time,
        until: seen.until,
        source: seen.location.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
        node.add_log(&log(0, hour, Some((1, 40))));
        node.add_log(&log(5 * hour, 6 * hour, Some((41, 90))));
        node.add_log(&log(9 * hour, 10 * hour, Some((95, 99))));
        node.finish(None);
        assert_eq!(node.gaps(), [Gap { from: Time(6 * hour), to: Time(9 * hour) }]);
    }

    #[test]
    fn a_file_without_channel_dev_covers_nothing() {
        let mut node = Node::default();
        node.add_log(&LogSummary { dev_span: None, ..log(0, 9, None) });
        node.finish(Some(Time(10)));
        assert_eq!(node.uncovered(Time(1), Time(2)), [Gap { from: Time(1), to: Time(2) }]);
        assert_eq!(node.seen, Some((Time(0), Time(9))));
    }

    #[test]
    fn versions_are_exact_where_seen_and_open_where_not() {
        let mut node = Node::default();
        let mut summary = log(10, 90, None);
        summary.versions = vec![seen("v24.3.9", 10, 40), seen("v24.3.11", 60, 90)];
        node.add_log(&summary);
        node.finish(None);
        let names = |ran: Ran| ran.candidates.into_iter().map(|(text, _)| text).collect::<Vec<_>>();
        assert_eq!(names(node.ran_at(Time(20))), ["v24.3.9"]);
        assert_eq!(names(node.ran_at(Time(50))), ["v24.3.9", "v24.3.11"]);
        assert_eq!(names(node.ran_at(Time(95))), ["v24.3.11"]);
        assert_eq!(node.ran_at(Time(5)).at_most, Version::parse("v24.3.9"));
        assert_eq!(node.ran_between(Time(20), Time(95)).len(), 2);
    }
}
