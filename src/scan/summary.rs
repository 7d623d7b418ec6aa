//! What a log file is, gathered entry by entry.

use std::borrow::Borrow;
use std::sync::Arc;

use crate::model::{Location, LogFormat, NodeId, Severity, Time, Version};
use crate::parse::preamble::Preamble;
use crate::parse::time::{UNDATED, is_undated};

use super::segments::{Placed, Rule, Segments};
use super::shares::Shares;
use super::{LogSummary, SeverityCounts, VersionSeen};
use crdb_triage_hot::run::Run;

/// Distinct values that are told apart: more nodes or virtual clusters than one file has.
pub(super) const CANDIDATES: usize = 256;

/// One entry, as far as the summary needs it.
#[derive(Clone, Debug)]
pub(super) struct Seen {
    pub(super) format: LogFormat,
    pub(super) time: Time,
    /// The entry is a line of a preamble.
    pub(super) preamble: bool,
    /// The entry is of channel DEV, and no preamble.
    pub(super) dev: bool,
    pub(super) counter: Option<u64>,
    pub(super) node: Option<u32>,
    pub(super) severity: Severity,
    /// Redaction removed the whole message.
    pub(super) removed: bool,
}

/// The summary in the making.
#[derive(Debug)]
pub(super) struct Summary {
    path: Arc<str>,
    summary: LogSummary,
    nodes: Shares,
    tenants: Votes<String>,
    preamble_node: Option<u32>,
    segments: [Segments; 2],
}

impl Summary {
    pub(super) fn new(path: &str) -> Self {
        Self {
            path: path.into(),
            summary: LogSummary::default(),
            nodes: Shares::default(),
            tenants: Votes::default(),
            preamble_node: None,
            segments: [Segments::new(Rule::Counters), Segments::new(Rule::Silence)],
        }
    }

    pub(super) fn entries(&self) -> u64 {
        self.summary.entries
    }

    /// Counts an entry.
    pub(super) fn entry(&mut self, seen: &Seen) {
        let summary = &mut self.summary;
        summary.entries += 1;
        if summary.formats.last() != Some(&seen.format) && !summary.formats.contains(&seen.format) {
            summary.formats.push(seen.format);
        }
        let span = (!is_undated(seen.time)).then_some((seen.time, seen.time));
        let dev_span = span.filter(|_| seen.dev);
        if let Some(node) = seen.node {
            self.nodes.add(node, 1, span, dev_span);
        }
        summary.dev_removed += u64::from(seen.dev && seen.removed);
        let Some(span) = span else { return };
        if seen.dev {
            summary.dev_severities.add(seen.severity);
        }
        for segments in &mut self.segments {
            if seen.preamble {
                segments.preamble(seen.time);
            } else {
                segments.entry(Placed {
                    time: seen.time,
                    counter: seen.counter,
                    dev: seen.dev,
                    node: seen.node.map(NodeId),
                });
            }
        }
        widen(&mut summary.span, span);
        if let Some(span) = dev_span {
            widen(&mut summary.dev_span, span);
        }
        if let Some(last) = summary.versions.last_mut() {
            last.seen(seen.time, seen.time);
        }
    }

    /// The counter of an entry of `node` that only follows the last one: none if more has to be looked at.
    pub(super) fn next_counter(&self, node: u32) -> Option<u64> {
        let [counters, silence] = &self.segments;
        let next = counters.next_counter(NodeId(node))?;
        (silence.next_counter(NodeId(node)) == Some(next)).then_some(next)
    }

    /// Counts the entries of a run, which are of `node` and begin with [`Summary::next_counter`].
    pub(super) fn run(&mut self, run: &Run, node: u32) {
        let span = |(from, to)| (Time(from), Time(to));
        let dev_span = run.dev_span.map(span);
        let (from, to) = span(run.span);
        let summary = &mut self.summary;
        summary.entries += run.entries;
        if !summary.formats.contains(&LogFormat::CrdbV2) {
            summary.formats.push(LogFormat::CrdbV2);
        }
        self.nodes.add(node, run.entries, Some((from, to)), dev_span);
        let [info, warning, error, fatal] = run.dev;
        let dev = SeverityCounts { unknown: 0, info, warning, error, fatal };
        summary.dev_severities.add_all(&dev);
        for segments in &mut self.segments {
            segments.run(run.entries, (from, to), dev_span.is_some(), NodeId(node));
        }
        widen(&mut summary.span, (from, to));
        if let Some(span) = dev_span {
            widen(&mut summary.dev_span, span);
        }
        if let Some(last) = summary.versions.last_mut() {
            last.seen(Time(run.first), to);
        }
    }

    /// Takes note of an entry's version, as written. Call it before [`Summary::entry`] of the same entry, if the entry's
    /// first line tells it.
    pub(super) fn version(
        &mut self,
        text: &str,
        version: Option<Version>,
        time: Time,
        at: (u64, u64),
    ) {
        if self.summary.versions.last().is_some_and(|last| last.text == text) {
            return;
        }
        let time = if is_undated(time) { UNDATED } else { time };
        let location = Location { path: self.path.clone(), line: at.0, offset: at.1 };
        let text = text.to_owned();
        self.summary.versions.push(VersionSeen { time, until: time, version, text, location });
    }

    /// The version that entries have had so far, as written.
    pub(super) fn last_version(&self) -> Option<&str> {
        self.summary.versions.last().map(|last| last.text.as_str())
    }

    /// Takes note of a line of a preamble or a banner.
    pub(super) fn preamble(&mut self, preamble: Preamble, time: Time, at: (u64, u64)) {
        match preamble {
            Preamble::Version(text, version) => self.version(&text, version, time, at),
            Preamble::ClusterId(id) => self.cluster_id(|| Some(id)),
            Preamble::Node(node) => self.preamble_node = Some(node),
        }
    }

    pub(super) fn cluster_id(&mut self, id: impl FnOnce() -> Option<String>) {
        if self.summary.cluster_id.is_none() {
            self.summary.cluster_id = id();
        }
    }

    /// Takes note that so many entries name a virtual cluster.
    pub(super) fn tenant(&mut self, name: &str, entries: u64) {
        self.tenants.cast(name, entries);
    }

    pub(super) fn finish(mut self, bytes: u64) -> LogSummary {
        self.summary.bytes = bytes;
        self.summary.node = self.preamble_node.map(NodeId);
        self.nodes.tell(&mut self.summary);
        self.summary.tenant_name = self.tenants.winner();
        // In a file that merges the logs of several nodes, only what names the node says anything of it.
        let (main, several) = (self.summary.node, !self.summary.other_nodes.is_empty());
        let [segments, stretches] = self.segments.map(|segments| {
            let mut segments = segments.finish();
            segments.retain(|segment| !several || segment.node == main);
            segments
        });
        (self.summary.segments, self.summary.stretches) = (segments, stretches);
        self.summary
    }
}

impl VersionSeen {
    /// It holds for dated entries, of which the first and the latest are these.
    fn seen(&mut self, first: Time, latest: Time) {
        // The first dated entry dates a version that an undated one named.
        if is_undated(self.time) {
            (self.time, self.until) = (first, first);
        }
        self.until = self.until.max(latest);
    }
}

pub(super) fn widen(span: &mut Option<(Time, Time)>, by: (Time, Time)) {
    *span = Some(span.map_or(by, |(from, to)| (from.min(by.0), to.max(by.1))));
}

/// Counts how often each value was named.
#[derive(Debug)]
struct Votes<T> {
    counts: Vec<(T, u64)>,
    last: usize,
}

impl<T> Default for Votes<T> {
    fn default() -> Self {
        Self { counts: Vec::new(), last: 0 }
    }
}

impl<T> Votes<T> {
    fn cast<Q>(&mut self, value: &Q, votes: u64)
    where
        Q: ?Sized + PartialEq + ToOwned<Owned = T>,
        T: Borrow<Q>,
    {
        // Neighbours mostly agree.
        if self.counts.get(self.last).is_none_or(|(known, _)| known.borrow() != value) {
            match self.counts.iter().position(|(known, _)| known.borrow() == value) {
                Some(at) => self.last = at,
                None if self.counts.len() < CANDIDATES => {
                    self.last = self.counts.len();
                    self.counts.push((value.to_owned(), 0));
                }
                None => return,
            }
        }
        self.counts[self.last].1 += votes;
    }

    /// The value named most often; the first of equals.
    fn winner(self) -> Option<T> {
        let most = self.counts.iter().map(|(_, count)| *count).max()?;
        self.counts.into_iter().find(|(_, count)| *count == most).map(|(value, _)| value)
    }
}
