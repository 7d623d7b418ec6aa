//! Nodes: which versions they ran when, and which times their logs cover.

use crate::model::{Gap, Span, Time, uncovered};
use crate::scan::{LogSummary, SILENCE, Segment};

use super::files::{self, File};
use super::lacks::Lacks;
use super::versions::{self, AtLeast, Ran, RanVersion};

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
    /// What its logs lack although their time is covered.
    pub lacks: Lacks,
    files: Vec<File>,
}

impl Node {
    /// Adds what one log file says of this node: `path` and number of the bundle that it came in, and the part of its
    /// summary that says where it is whole.
    pub(super) fn add_log(
        &mut self,
        path: &str,
        bundle: usize,
        log: &LogSummary,
        segments: &[Segment],
    ) {
        self.see(log.span);
        self.lacks.add(Lacks::of(log));
        self.files.extend(File::new(path, bundle, log, segments));
        self.versions.extend(log.versions.iter().map(versions::from_log));
    }

    /// Takes note of its earliest and latest entry in some log.
    pub(super) fn see(&mut self, span: Option<(Time, Time)>) {
        if let Some((from, to)) = span {
            let (first, last) = self.seen.unwrap_or((from, to));
            self.seen = Some((first.min(from), last.max(to)));
        }
    }

    /// Takes note that a bundle holds a copy of a file that another has.
    pub(super) fn add_copy(&mut self, path: &str, bundle: usize) {
        if let Some(file) = self.files.iter_mut().find(|file| file.path == path) {
            file.bundles.push(bundle);
        }
    }

    /// Says that the newest log of a bundle was fetched at `collected` or later. True of the tree of a debug zip,
    /// which is one collection of a running cluster: silence after the last entry is then a silent node and not a
    /// missing file.
    pub(super) fn extend(&mut self, bundle: usize, collected: Time) {
        let of_bundle = self.files.iter_mut().filter(|file| file.bundles.contains(&bundle));
        if let Some(newest) = of_bundle.max_by_key(|file| file.end()) {
            newest.extend(collected);
        }
    }

    /// Puts everything in order.
    pub(super) fn finish(&mut self) {
        self.spans = files::spans(&self.files);
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

    /// The first log entry, if the first version that is known ran so much later that another may have run before. A
    /// preamble may be stamped a little later than the first entries of its file (log-formats trap 29).
    #[must_use]
    pub fn unversioned_since(&self) -> Option<Time> {
        let (first, _) = self.seen?;
        let known = self.versions.iter().filter_map(|version| version.from).min();
        known.is_none_or(|known| known > first.plus(SILENCE)).then_some(first)
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

    fn log(from: i64, to: i64) -> LogSummary {
        LogSummary { span: Some((Time(from), Time(to))), ..LogSummary::default() }
    }

    #[test]
    fn versions_are_exact_where_seen_and_open_where_not() {
        let mut node = Node::default();
        let mut summary = log(10, 90);
        summary.versions = vec![seen("v24.3.9", 10, 40), seen("v24.3.11", 60, 90)];
        node.add_log("a.log", 0, &summary, &[]);
        node.finish();
        let names = |ran: Ran| ran.candidates.into_iter().map(|(text, _)| text).collect::<Vec<_>>();
        assert_eq!(names(node.ran_at(Time(20))), ["v24.3.9"]);
        assert_eq!(names(node.ran_at(Time(50))), ["v24.3.9", "v24.3.11"]);
        assert_eq!(names(node.ran_at(Time(95))), ["v24.3.11"]);
        assert_eq!(node.ran_at(Time(5)).at_most, Version::parse("v24.3.9"));
        assert_eq!(node.ran_between(Time(20), Time(95)).len(), 2);
    }
}
