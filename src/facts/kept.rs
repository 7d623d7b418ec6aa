//! What is kept of a log that was read: its summary, and of each entry as much as can matter later.
//!
//! A cluster writes lines about jobs all day, and most jobs are nobody's concern. So an entry of the jobs system becomes
//! what it says and where it stands. Its text is not kept where it says that the job is of a type that no advisory is about
//! and nothing in the file says otherwise. And all of that stays in the form in which it travels until it is put together
//! with the rest. It is done where the log was read: results wait for each other, and there they must be small.

use std::collections::BTreeSet;
use std::collections::hash_map::DefaultHasher;
use std::fmt;
use std::hash::{Hash, Hasher};

use serde::de::{Error, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::operation;
use super::signals::{self, Signal};
use crate::model::{CollectSmall, Entry, JobId, LogFormat, NodeId, Operation, Time, unmarked};
use crate::parse::cluster::{self, ClusterFact};
use crate::parse::job_tag;
use crate::scan::{Hit, LogSummary, ScannedLog};

/// What is kept of a log.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct KeptLog {
    /// What the file is.
    pub summary: LogSummary,
    /// Its entries, in its order.
    pub(super) entries: Packed,
    /// What structured events say of nodes.
    pub(super) nodes: Vec<(NodeId, ClusterFact)>,
}

/// One entry. What is of a job has its texts where they were read from: there are many, and few are needed.
#[derive(Serialize, Deserialize)]
pub(super) enum Kept<'a> {
    /// Of an advisory or of MOLT: the whole entry.
    Whole(Box<Hit>),
    /// Of a job.
    #[serde(borrow)]
    Told(Told<'a>),
}

/// What an entry says of a job, and what tells it from others.
#[derive(Serialize, Deserialize)]
pub(super) struct Told<'a> {
    pub(super) time: Time,
    pub(super) node: Option<NodeId>,
    /// The node on which the flow began that wrote it.
    pub(super) gateway: Option<NodeId>,
    #[serde(borrow)]
    pub(super) tenant_name: Option<&'a str>,
    pub(super) tenant_id: Option<u64>,
    pub(super) counter: Option<u64>,
    pub(super) line: u64,
    pub(super) offset: u64,
    pub(super) identity: u64,
    pub(super) signal: Signal,
    /// Empty if it is not kept.
    pub(super) text: &'a str,
}

impl From<ScannedLog> for KeptLog {
    fn from(log: ScannedLog) -> Self {
        let signals: Vec<Option<Signal>> =
            log.hits.iter().map(|hit| signals::read(&hit.entry)).collect();
        let concern = of_concern(&log.hits, &signals);
        let nodes = log.hits.iter().filter_map(|hit| hit.entry.event.as_deref());
        let nodes = nodes.flat_map(cluster::of_log).collect_small();
        let mut entries = Packed::default();
        for (hit, signal) in log.hits.into_iter().zip(signals) {
            if hit.entry.format == LogFormat::Molt || is_of_advisory(&hit) {
                entries.push(&Kept::Whole(Box::new(hit)));
            } else if let Some(signal) = signal {
                let nobodys = type_of(&signal).is_some_and(is_nobodys);
                let kept = !nobodys || concern.contains(&signal.job);
                let tenant_name = hit.entry.tenant_name.as_deref().map(unmarked);
                let text = if kept { &hit.raw } else { "" };
                let told = Told::new(signal, &hit, tenant_name.as_deref(), text);
                entries.push(&Kept::Told(told));
            }
            // What is left says nothing: a literal that stands in another line.
        }
        entries.0.shrink_to_fit();
        Self { summary: log.summary, entries, nodes }
    }
}

/// The jobs of which another line of the file says that they can matter.
fn of_concern(hits: &[Hit], signals: &[Option<Signal>]) -> BTreeSet<JobId> {
    let of_sign = |hit: &Hit| job_tag::read(&hit.entry.tags).id.filter(|_| is_of_advisory(hit));
    let typed = |signal: &Signal| type_of(signal).is_some_and(|name| !is_nobodys(name));
    let signs = hits.iter().filter_map(of_sign);
    let others = signals.iter().flatten().filter(|signal| typed(signal)).map(|signal| signal.job);
    signs.chain(others).collect_small()
}

fn is_of_advisory(hit: &Hit) -> bool {
    hit.signatures.iter().any(|index| signals::is_of_advisory(*index))
}

fn type_of(signal: &Signal) -> Option<&str> {
    signal.job_type.as_deref()
}

/// Whether no advisory is about jobs of this type.
fn is_nobodys(job_type: &str) -> bool {
    operation::from_table(job_type, "") == Operation::Other
}

impl<'a> Told<'a> {
    fn new(signal: Signal, hit: &Hit, tenant_name: Option<&'a str>, text: &'a str) -> Self {
        let Hit { entry, line, offset, .. } = hit;
        Self {
            time: entry.time,
            node: entry.node().map(NodeId),
            gateway: gateway(entry),
            tenant_name,
            tenant_id: entry.tenant_id,
            counter: entry.counter,
            line: *line,
            offset: *offset,
            identity: identity(entry),
            signal,
            text,
        }
    }
}

/// The node of the tag `distsql.gateway`.
pub(super) fn gateway(entry: &Entry) -> Option<NodeId> {
    let id = unmarked(entry.tag("distsql.gateway")?).parse().ok()?;
    (id > 0).then_some(NodeId(id))
}

/// What makes two records of one instant, node and virtual cluster the same entry: goroutine, place in the source and
/// message. Counters differ between the sinks of one process (`docs/cockroachdb/log-formats.md#copies-of-an-entry`). A
/// hash of them: two entries of one microsecond and node would have to share its 64 bits.
pub(super) fn identity(entry: &Entry) -> u64 {
    let mut hasher = DefaultHasher::new();
    (entry.goroutine, &entry.file, entry.line, &entry.message).hash(&mut hasher);
    hasher.finish()
}

/// Entries in the compact form, one behind the other: a tenth of the memory that they take as values.
#[derive(Clone, Default, PartialEq)]
pub(super) struct Packed(Vec<u8>);

impl Packed {
    fn push(&mut self, entry: &Kept) {
        // Only a value that does not know its length cannot be written, and there is none.
        if let Ok(bytes) = postcard::to_allocvec(entry) {
            self.0.extend(bytes);
        }
    }

    /// The entries, each made when it is its turn.
    pub(super) fn iter(&self) -> impl Iterator<Item = Kept<'_>> {
        let mut rest = self.0.as_slice();
        std::iter::from_fn(move || {
            let (entry, after) = postcard::take_from_bytes(rest).ok()?;
            rest = after;
            Some(entry)
        })
    }
}

impl fmt::Debug for Packed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} bytes", self.0.len())
    }
}

// As a list, each byte would be read by itself.

impl Serialize for Packed {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_bytes(&self.0)
    }
}

impl<'de> Deserialize<'de> for Packed {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Bytes;
        impl Visitor<'_> for Bytes {
            type Value = Packed;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("bytes")
            }

            fn visit_bytes<E: Error>(self, bytes: &[u8]) -> Result<Packed, E> {
                Ok(Packed(bytes.to_vec()))
            }
        }
        from.deserialize_bytes(Bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::signals::SIGNATURES;
    use super::*;
    use crate::scan::{LogScanner, Signature, Signatures};

    const LOG: &str = "\
I250422 06:30:01.000001 11 jobs/adopt.go:261 ⋮ [T1,n1] 1  job 7: resuming execution
I250422 06:30:02.000001 11 jobs/registry.go:1650 ⋮ [T1,n1] 2  AUTO CREATE STATS job 8: stepping through state succeeded
I250422 06:30:03.000001 11 kv/bulk/sst_batcher.go:432 ⋮ [T1,n1,job=7] 3  closing with flushes in-progress
I250422 06:30:04.000001 11 jobs/registry.go:1650 ⋮ [T1,Vapp,n1] 4  IMPORT job 7: stepping through state succeeded
I250422 06:30:05.000001 11 sql/exec.go:9 ⋮ [T1,n1] 5  somebody typed 'resuming execution'
I250422 06:30:06.000001 11 jobs/registry.go:1650 ⋮ [T1,n1] 6  AUTO CREATE STATS job 9: stepping through state running
I250422 06:30:07.000001 11 jobs/registry.go:1650 ⋮ [T1,n1] 7  ROW LEVEL TTL job 7: stepping through state running
";

    /// What is kept, after the journey to where it is put together.
    fn travelled() -> KeptLog {
        let warning = Signature { name: "warning", literal: "closing with flushes" };
        let list = SIGNATURES.iter().cloned().chain([warning]).collect();
        let mut scanner = LogScanner::new(&Signatures::new(list), "cockroach.log");
        scanner.feed(LOG.as_bytes());
        let kept = KeptLog::from(scanner.finish());
        postcard::from_bytes(&postcard::to_allocvec(&kept).unwrap()).unwrap()
    }

    #[test]
    fn each_entry_has_its_own_text_type_and_place() {
        let lines: Vec<&str> = LOG.lines().collect();
        let mut seen = Vec::new();
        let kept = travelled();
        for entry in kept.entries.iter() {
            let Kept::Told(told) = entry else { continue };
            let Told { line, text, signal, tenant_name: tenant, .. } = told;
            if signal.job == JobId(7) {
                assert_eq!(text, lines[line as usize - 1]);
            } else {
                assert!(text.is_empty(), "{text}");
            }
            seen.push((line, signal.job.0, signal.job_type, tenant.map(str::to_owned)));
        }
        let some = |name: &str| Some(name.to_owned());
        assert_eq!(
            seen,
            [
                (1, 7, None, None),
                (2, 8, some("AUTO CREATE STATS"), None),
                (4, 7, some("IMPORT"), some("app")),
                (6, 9, some("AUTO CREATE STATS"), None),
                (7, 7, some("ROW LEVEL TTL"), None),
            ]
        );
    }

    #[test]
    fn an_advisorys_entry_is_whole_and_what_says_nothing_is_gone() {
        let line = |entry| match entry {
            Kept::Whole(hit) => (hit.line, true),
            Kept::Told(told) => (told.line, false),
        };
        let lines: Vec<_> = travelled().entries.iter().map(line).collect();
        assert_eq!(lines, [(1, false), (2, false), (3, true), (4, false), (6, false), (7, false)]);
    }

    #[test]
    fn the_same_message_of_another_goroutine_is_another_entry() {
        let scan = |text: &str| {
            let warning = Signature { name: "any", literal: "" };
            let mut scanner = LogScanner::new(&Signatures::new(vec![warning]), "cockroach.log");
            scanner.feed(text.as_bytes());
            identity(&scanner.finish().hits[0].entry)
        };
        let line =
            "I250422 06:30:01.000001 11 jobs/adopt.go:261 ⋮ [T1,n1] 1  job 7: resuming execution\n";
        assert_eq!(
            scan(line),
            scan(&line.replace("] 1  ", "] 9  ")),
            "counters differ between sinks"
        );
        for (from, to) in
            [(" 11 ", " 12 "), ("adopt.go", "other.go"), (":261", ":262"), ("job 7", "job 8")]
        {
            assert_ne!(scan(line), scan(&line.replace(from, to)), "{to}");
        }
    }
}
