//! What a log file is, gathered entry by entry.

use std::borrow::Borrow;
use std::sync::Arc;

use crate::model::{Location, LogFormat, NodeId, Severity, Tenant, Time, Version};
use crate::parse::client;
use crate::parse::preamble::Preamble;
use crate::parse::time::{UNDATED, is_undated};

use super::segments::{Dev, Placed, Rule, Segments};
use super::shares::Shares;
use super::{LogSummary, SeverityCounts, TenantSeen, VersionSeen};
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
    /// A client command wrote it, and no node: see [`Summary::is_client`].
    pub(super) client: bool,
}

/// The summary in the making.
#[derive(Debug)]
pub(super) struct Summary {
    path: Arc<str>,
    summary: LogSummary,
    nodes: Shares,
    tenants: Votes<String>,
    preamble_node: Option<u32>,
    /// The last writer.
    writer: TenantSeen,
    segments: [Segments; 2],
    header: Header,
    /// Who wrote the line that is being read, where a collector tells; and the open preambles of the others.
    source: Option<u64>,
    others: Vec<(Option<u64>, Header)>,
    /// Counter of the next entry of the client that wrote the last one.
    client_next: Option<u64>,
}

/// The lines of a preamble, until the entry after them shows whether a node wrote them.
#[derive(Debug, Default)]
struct Header {
    said: Vec<(Preamble, Time, (u64, u64))>,
    span: Option<(Time, Time)>,
    /// It names the command line of a client.
    client: bool,
    /// The last entry is one of its lines.
    open: bool,
}

impl Summary {
    pub(super) fn new(path: &str) -> Self {
        Self {
            path: path.into(),
            summary: LogSummary::default(),
            nodes: Shares::default(),
            tenants: Votes::default(),
            preamble_node: None,
            writer: TenantSeen::default(),
            segments: [Segments::new(Rule::Counters), Segments::new(Rule::Silence)],
            header: Header::default(),
            source: None,
            others: Vec::new(),
            client_next: None,
        }
    }

    /// Says who wrote the line that comes next, where a collector tells: the lines of a preamble, and the entry that shows
    /// whose it is, are of one source, whatever others wrote between them.
    #[inline]
    pub(super) fn source(&mut self, source: Option<u64>) {
        if source != self.source {
            self.change_source(source);
        }
    }

    #[cold]
    fn change_source(&mut self, source: Option<u64>) {
        let known = self.others.iter().position(|(known, _)| *known == source);
        let next = known.map(|at| self.others.swap_remove(at).1).unwrap_or_default();
        let last = std::mem::replace(&mut self.header, next);
        let last_source = std::mem::replace(&mut self.source, source);
        if last.open || last.client {
            if self.others.len() == CANDIDATES {
                let (_, oldest) = self.others.swap_remove(0);
                self.settle_other(oldest);
            }
            self.others.push((last_source, last));
        }
    }

    /// Counts what a preamble said behind which no entry of its source came.
    fn settle_other(&mut self, other: Header) {
        let header = std::mem::replace(&mut self.header, other);
        self.settle(self.header.client, None);
        self.header = header;
    }

    pub(super) fn entries(&self) -> u64 {
        self.summary.entries
    }

    /// Whether the next entry, which is no line of a preamble, is a client command's: it names no node, and its source
    /// file, the preamble before it or its counter tell. An entry of a node's early start names no node either. Call it
    /// before anything else is said of the entry.
    pub(super) fn is_client(
        &mut self,
        node: Option<u32>,
        file: &[u8],
        counter: Option<u64>,
    ) -> bool {
        let follows = counter.is_some() && counter == self.client_next;
        let client = node.is_none() && (self.header.client || follows || client::is_file(file));
        if self.header.open || self.header.span.is_some() {
            let of = self.source.and(node).map(NodeId);
            self.settle(self.header.client || client, of);
        }
        self.header.client &= node.is_none();
        if client {
            self.client_next = counter.and_then(|counter| counter.checked_add(1));
        } else if node.is_some() {
            self.client_next = None;
        }
        client
    }

    /// Counts what the preamble said, which is of the node `of` if that is known, or drops it if a client wrote it.
    fn settle(&mut self, drop: bool, of: Option<NodeId>) {
        self.header.open = false;
        let span = self.header.span.take();
        if drop && (span.is_some() || !self.header.said.is_empty()) {
            self.header.said.clear();
            self.segments.iter_mut().for_each(Segments::forget_preamble);
            return;
        }
        if let Some(span) = span {
            widen(&mut self.summary.span, span);
        }
        if !self.header.said.is_empty() {
            let mut named = false;
            for (said, time, at) in std::mem::take(&mut self.header.said) {
                let (known, version) = (self.summary.versions.len(), is_version(&said));
                self.tell_of(said, time, at, of);
                if let Some(new) = self.summary.versions.get_mut(known) {
                    new.beside = named;
                }
                named |= version;
            }
        }
    }

    /// Counts an entry.
    pub(super) fn entry(&mut self, seen: &Seen) {
        let summary = &mut self.summary;
        summary.entries += 1;
        if summary.formats.last() != Some(&seen.format) && !summary.formats.contains(&seen.format) {
            summary.formats.push(seen.format);
        }
        if seen.client {
            return;
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
                    dev: seen.dev.then_some(seen.severity),
                    node: seen.node.map(NodeId),
                });
            }
        }
        if seen.preamble {
            widen(&mut self.header.span, span);
            return;
        }
        widen(&mut summary.span, span);
        if let Some(span) = dev_span {
            widen(&mut summary.dev_span, span);
        }
        let of = seen.node.map(NodeId);
        let mut versions = summary.versions.iter_mut().rev();
        if let Some(last) = versions.find(|last| of.is_none() || last.may_be_of(of)) {
            last.seen(seen.time, seen.time);
        }
    }

    /// The counter of an entry of `node` that only follows the last one: none if more has to be looked at.
    pub(super) fn next_counter(&self, node: u32) -> Option<u64> {
        if self.header.open {
            return None;
        }
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
        let dev = Dev { any: dev_span.is_some(), warnings: info + warning > 0 };
        for segments in &mut self.segments {
            segments.run(run.entries, (from, to), dev, NodeId(node));
        }
        widen(&mut summary.span, (from, to));
        if let Some(span) = dev_span {
            widen(&mut summary.dev_span, span);
        }
        let of = Some(NodeId(node));
        if let Some(last) = summary.versions.iter_mut().rev().find(|last| last.may_be_of(of)) {
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
        of: Option<NodeId>,
    ) {
        if self.last_version(of).is_some_and(|last| last == text) {
            return;
        }
        let time = if is_undated(time) { UNDATED } else { time };
        let location = Location { path: self.path.clone(), line: at.0, offset: at.1 };
        let text = text.to_owned();
        let until = time;
        self.summary.versions.push(VersionSeen {
            time,
            until,
            version,
            text,
            location,
            beside: false,
            of,
        });
    }

    /// The version that entries of a node, or of nobody knows whom, have had so far, as written.
    pub(super) fn last_version(&self, of: Option<NodeId>) -> Option<&str> {
        let last = self.summary.versions.iter().rev().find(|seen| seen.may_be_of(of));
        last.map(|last| last.text.as_str())
    }

    /// Takes note of a line of a preamble.
    pub(super) fn preamble(&mut self, line: Option<Preamble>, time: Time, at: (u64, u64)) {
        if !self.header.open {
            (self.header.open, self.header.client) = (true, false);
        }
        match line {
            Some(Preamble::Client) => self.header.client = true,
            Some(said) if self.header.said.last().is_none_or(|(last, ..)| *last != said) => {
                // Preambles without an entry between them, one behind the other: more than a node writes.
                if self.header.said.len() == CANDIDATES {
                    self.settle(self.header.client, None);
                    self.header.open = true;
                }
                self.header.said.push((said, time, at));
            }
            _ => {}
        }
    }

    /// Takes note of what a node says of itself: in a preamble, or in the banner of its start.
    pub(super) fn tell(&mut self, said: Preamble, time: Time, at: (u64, u64)) {
        self.tell_of(said, time, at, None);
    }

    /// The same of the node `of`, if that is known.
    fn tell_of(&mut self, said: Preamble, time: Time, at: (u64, u64), of: Option<NodeId>) {
        match said {
            Preamble::Version(text, version) => {
                let known = self.last_version(of).is_some_and(|known| known != text);
                if known {
                    self.segments.iter_mut().for_each(Segments::build_changed);
                }
                self.version(&text, version, time, at, of);
            }
            Preamble::ClusterId(id) => self.cluster_id(|| Some(id)),
            Preamble::Node(node) => self.preamble_node = Some(node),
            Preamble::Client => {}
            Preamble::Start { first } if self.summary.starts.len() < CANDIDATES => {
                self.summary.starts.push((time, first));
            }
            Preamble::Start { .. } => {}
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

    /// Takes note of the virtual cluster that wrote the entries from here on, by name and number, and whether a SQL pod
    /// did.
    pub(super) fn writer(&mut self, name: Option<&str>, id: Option<u64>, sql_pod: bool) {
        let last = &self.writer;
        if last.name.as_deref() == name && last.id == id && last.sql_pod == sql_pod {
            return;
        }
        self.writer = TenantSeen { id, name: name.map(str::to_owned), sql_pod };
        let system = name == Some(Tenant::SYSTEM) || id == Some(1);
        let nameless = name.is_none() && id.is_none() && !sql_pod;
        let known = &mut self.summary.tenants;
        if !system && !nameless && known.len() < CANDIDATES && !known.contains(&self.writer) {
            known.push(self.writer.clone());
        }
    }

    pub(super) fn finish(mut self, bytes: u64) -> LogSummary {
        self.settle(self.header.client, None);
        for (_, other) in std::mem::take(&mut self.others) {
            self.settle_other(other);
        }
        self.summary.bytes = bytes;
        self.summary.node = self.preamble_node.map(NodeId);
        self.nodes.tell(&mut self.summary);
        self.summary.tenant_name = self.tenants.winner();
        // In a file that merges the logs of several nodes, only what names the node says anything of it.
        if !self.summary.other_nodes.is_empty() {
            self.summary.starts.clear();
        }
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
    /// Whether it is, or may be, the version of the node `of`.
    pub(crate) fn may_be_of(&self, of: Option<NodeId>) -> bool {
        self.of.is_none() || self.of == of
    }

    /// It holds for dated entries, of which the first and the latest are these.
    fn seen(&mut self, first: Time, latest: Time) {
        // The first dated entry dates a version that an undated one named.
        if is_undated(self.time) {
            (self.time, self.until) = (first, first);
        }
        self.until = self.until.max(latest);
    }
}

fn is_version(said: &Preamble) -> bool {
    matches!(said, Preamble::Version(..))
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
