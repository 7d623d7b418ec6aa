//! Nodes: which versions they ran when, and which times their logs cover.

use std::collections::BTreeSet;

use crate::model::{Gap, NodeId, SortSmall, Span, Time, uncovered};
use crate::scan::{LogSummary, SILENCE};

use super::files::{self, File};
use super::holes;
use super::lacks::Lacks;
use super::life::{self, Life};
use super::processes::{self, Run};
use super::versions::{self, AtLeast, Origin, Ran, RanVersion};

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
    /// Groups of its log files by name, such as `cockroach-health`, of which entries were read.
    pub groups: BTreeSet<String>,
    /// What its logs lack although their time is covered.
    pub lacks: Lacks,
    /// Files that have entries of channel DEV and cannot show a warning, because their filter may have kept it out.
    pub filtered: Vec<Filtered>,
    /// Times between the end of its newest log and the collection of the bundle that holds it, where that is longer than
    /// a silence: a node that is up writes every few minutes.
    pub ends: Vec<Gap>,
    /// How long it lived.
    pub life: Life,
    files: Vec<File>,
    runs: Vec<Run>,
    /// Times of one process each that documents name, from its start on.
    lives: Vec<(Time, Time)>,
    /// The times in which one process ran, by time.
    processes: Vec<(Time, Time)>,
    /// Versions that files name which hold the entries of several nodes: of any of them.
    merged: Vec<RanVersion>,
}

/// A part of a log file in which a process wrote entries of channel DEV, all of severity ERROR or higher.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filtered {
    /// The file.
    pub path: String,
    /// First entry of the part.
    pub from: Time,
    /// Last entry of the part.
    pub to: Time,
}

impl Node {
    /// Adds what one log file says of this node: `path` and number of the bundle that it came in. From the file of a
    /// virtual cluster a debug zip may have taken the entries of others out (`others_removed`); its counters then show what
    /// is whole and never what is missing.
    pub(super) fn add_log(
        &mut self,
        path: &str,
        bundle: usize,
        log: &LogSummary,
        others_removed: bool,
    ) {
        self.see(log.span);
        if log.span.is_some() {
            self.groups.insert(files::group(path));
        }
        log.starts.iter().for_each(|(time, first)| self.life.started(*time, *first));
        self.lacks.add(Lacks::of(log));
        self.files.extend(File::new(path, bundle, log, others_removed));
        let runs = processes::runs(path, log);
        if log.other_nodes.is_empty() {
            // Whatever its entries say, it is the log of one node.
            let told = versions::from_logs(log, log.node).into_iter();
            self.versions.extend(told.flat_map(|seen| versions::split(seen, &runs)));
        } else {
            self.add_merged(log, log.node, log.span);
        }
        self.runs.extend(runs);
    }

    /// Adds what the preambles of a file with the entries of several nodes say of this one, which is `node` there; its
    /// entries are within `span`. Which of the nodes wrote a preamble, only a collector tells.
    pub(super) fn add_merged(
        &mut self,
        log: &LogSummary,
        node: Option<NodeId>,
        span: Option<(Time, Time)>,
    ) {
        let until = span.map(|(_, to)| to);
        let told = versions::from_logs(log, node).into_iter();
        self.merged.extend(told.map(|seen| RanVersion { until: seen.until.max(until), ..seen }));
    }

    /// Takes note that one process ran from its start to a later time.
    pub(super) fn lived(&mut self, start: Time, until: Time) {
        self.lives.push((start, until));
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
        if let Some(file) = self.files.iter_mut().find(|file| file.path() == path) {
            file.bundles.push(bundle);
        }
    }

    /// Says that the newest log of a bundle was fetched at `collected` or later. True of the tree of a debug zip,
    /// which is one collection of a running cluster: a short silence after the last entry is then a silent node and not
    /// a missing file. After a longer one the end of the log is missing: files were left out, the node was down, or its
    /// disk was full.
    pub(super) fn extend(&mut self, bundle: usize, collected: Time) {
        let of_bundle = self.files.iter_mut().filter(|file| file.bundles.contains(&bundle));
        let newest =
            of_bundle.filter_map(|file| Some((file.end()?, file))).max_by_key(|(end, _)| *end);
        let Some((end, newest)) = newest else { return };
        if collected <= end.plus(SILENCE) {
            newest.extend(collected);
        } else {
            self.ends.push(Gap { from: end, to: collected });
        }
    }

    /// Puts everything in order.
    pub(super) fn finish(&mut self) {
        let mut runs = std::mem::take(&mut self.runs);
        processes::sort(&mut runs);
        self.clip(&processes::restarts(&runs));
        let starts: Vec<Time> = self.lives.iter().map(|(start, _)| *start).collect();
        self.spans = files::spans(&self.files, &starts);
        // Another collection may hold what this one lacks.
        let ends = std::mem::take(&mut self.ends);
        self.ends = ends.iter().flat_map(|gap| uncovered(&self.spans, gap.from, gap.to)).collect();
        // A node that goes on in its other logs was up: the end of the logs that cover anything is missing.
        if let (Some(last), Some((_, seen))) = (self.spans.last(), self.seen)
            && seen > last.to.plus(SILENCE)
        {
            self.ends.push(Gap { from: last.to, to: seen });
        }
        for file in &mut self.files {
            let path = file.path().to_owned();
            let parts = std::mem::take(&mut file.filtered).into_iter();
            self.filtered.extend(parts.map(|(from, to)| Filtered { path: path.clone(), from, to }));
        }
        self.processes = processes::processes(&runs, &self.lives);
        let named = |seen: &RanVersion| seen.from.zip(seen.until);
        let known = |time| {
            self.versions.iter().filter_map(named).any(|(from, to)| from <= time && time <= to)
        };
        // What its own files and tables name is not in doubt.
        let merged: Vec<RanVersion> = std::mem::take(&mut self.merged)
            .into_iter()
            .filter(|seen| named(seen).is_none_or(|(from, to)| !known(from) || !known(to)))
            .collect();
        self.versions.extend(merged);
        versions::order(&mut self.versions, &self.processes);
    }

    /// Ends what documents say of the time before a restart that logs show: they speak of the process that ran when they
    /// were made.
    fn clip(&mut self, restarts: &[(Time, Time)]) {
        let start = |from: Time, until: Time| {
            let within = restarts.iter().filter(|(before, at)| from <= *before && *at <= until);
            within.map(|(_, at)| *at).max().unwrap_or(from)
        };
        for (from, until) in &mut self.lives {
            *from = start(*from, *until);
        }
        for version in self.versions.iter_mut().filter(|version| version.origin != Origin::Log) {
            let times = version.from.zip(version.until);
            version.from = times.map(|(from, until)| start(from, until)).or(version.from);
        }
    }

    /// The parts of `from..=to` in which it lived and that no log with channel DEV covers.
    #[must_use]
    pub fn uncovered(&self, from: Time, to: Time) -> Vec<Gap> {
        let lived = self.life.within(from, to);
        lived.map_or_else(Vec::new, |(from, to)| uncovered(&self.spans, from, to))
    }

    /// The gaps after `time` in which at least `entries` entries are missing, or an unknown number.
    #[must_use]
    pub fn holes(&self, time: Option<Time>, entries: u64) -> Vec<Gap> {
        let after = |gap: &Gap| time.is_none_or(|time| gap.to > time);
        let gaps: Vec<Gap> = self.gaps().into_iter().filter(after).collect();
        let lost = gaps.iter().map(|gap| holes::lost(&self.files, gap)).sum::<Option<u64>>();
        if lost.is_some_and(|lost| lost < entries) { Vec::new() } else { gaps }
    }

    /// When its first process began that its logs show from its first entry on, if nothing in its logs is older.
    pub(super) fn begins(&self) -> Option<Time> {
        let (first, _) = self.seen?;
        let segments = self.files.iter().flat_map(|file| &file.segments);
        let (from, counters) = segments
            .map(|segment| (segment.from, segment.counters))
            .min_by_key(|(from, _)| *from)?;
        counters.filter(|(first, _)| *first == 1)?;
        (first >= from.plus(-life::SLACK)).then_some(from)
    }

    /// The times between covered ones, and those behind the end of a newest log.
    #[must_use]
    pub fn gaps(&self) -> Vec<Gap> {
        let between = self.spans.windows(2).map(|pair| Gap { from: pair[0].to, to: pair[1].from });
        let mut gaps: Vec<Gap> = between.chain(self.ends.iter().copied()).collect();
        gaps.sort_small();
        gaps.dedup();
        gaps
    }

    /// When its processes began that its logs show, but the first.
    pub fn restarts(&self) -> impl Iterator<Item = Time> {
        self.processes.iter().skip(1).map(|(from, _)| *from)
    }

    /// Since when it ran versions that nothing names, if the first version that is known ran so much later that another
    /// may have run before: since its first log entry, or since `existed`, an instant at which its cluster existed. A
    /// preamble may be stamped a little later than the first entries of its file
    /// (`docs/cockroachdb/log-formats.md#order-of-entries`).
    #[must_use]
    pub fn unversioned_since(&self, existed: Option<Time>) -> Option<Time> {
        let existed = existed.map(|time| self.life.from.map_or(time, |began| began.max(time)));
        let first = self.seen.map(|(first, _)| first).into_iter().chain(existed).min()?;
        let known = self.versions.iter().filter_map(|version| version.from).min();
        known.is_none_or(|known| known > first.plus(SILENCE)).then_some(first)
    }

    /// The times in which a process may have run of which nothing names the version: between two that are known, or
    /// after the last one up to the last log entry.
    #[must_use]
    pub fn unversioned(&self) -> Vec<Gap> {
        versions::lost(&self.versions, &self.processes, self.seen.map(|(_, last)| last))
    }

    /// The versions that may have run at an instant.
    #[must_use]
    pub fn ran_at(&self, time: Time) -> Ran {
        let mut ran = versions::ran_at(&self.versions, &self.processes, time);
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
        // The end itself tells what ran after the last version.
        let lost = versions::lost(&self.versions, &self.processes, Some(to));
        let within = lost.iter().filter(|gap| gap.from < to && from < gap.to);
        ran.extend(within.map(|gap| self.ran_at(Time(gap.from.0.midpoint(gap.to.0)))));
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
            beside: false,
            of: None,
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
        node.add_log("a.log", 0, &summary, false);
        node.finish();
        let names = |ran: Ran| ran.candidates.into_iter().map(|(text, _)| text).collect::<Vec<_>>();
        assert_eq!(names(node.ran_at(Time(20))), ["v24.3.9"]);
        assert_eq!(names(node.ran_at(Time(50))), ["v24.3.9", "v24.3.11"]);
        assert_eq!(names(node.ran_at(Time(95))), ["v24.3.11"]);
        assert_eq!(node.ran_at(Time(5)).at_most, Version::parse("v24.3.9"));
        assert_eq!(node.ran_between(Time(20), Time(95)).len(), 2);
    }
}
