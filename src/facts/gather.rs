//! Puts the readings of all artifacts together.

use std::borrow::Cow;
use std::collections::hash_map::{DefaultHasher, Entry};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use crate::ingest::Tally;
use crate::model::{
    Cluster, CollectSmall, JobEvent, JobId, Location, LogFormat, NodeId, SortSmall, Tenancy,
    Tenant, Time, Unread, unmarked,
};
use crate::parse::job_tag;
use crate::parse::time::is_undated;
use crate::scan::{Hit, LogSummary};

use super::collection::{Bundle, Row, add_plan, add_rows, latest, says_how_jobs_ended};
use super::jobs::Histories;
use super::kept::{Kept, KeptLog, identity};
use super::records::Records;
use super::schedules::{self, Listed};
use super::versions::{Ran, RanVersion, from_log};
use super::{Content, DuplicateFile, Facts, MoltTable, Reading, Sign, molt, signals};
use super::{backups, clusters};

/// Puts the readings together. `signatures` are the names of all signatures of the scan, in its order;
/// those after [`signals::SIGNATURES`] belong to advisories. Readings come in the order of their paths.
#[must_use]
pub fn gather(
    tally: &Tally,
    readings: Vec<Reading>,
    unread: Vec<Unread>,
    signatures: &[&'static str],
) -> Facts {
    let (homes, trees) = clusters::homes(&readings);
    let mut facts = Facts { unread, ..Facts::default() };
    let mut bundles = BTreeMap::<usize, Bundle>::new();
    let mut logs = Vec::new();
    let mut records = Vec::new();
    let mut rows = Vec::new();
    let mut schedules = Vec::new();
    for (reading, home) in readings.into_iter().zip(homes) {
        let cluster = home.cluster.clone().unwrap_or_default();
        let bundle = bundles.entry(home.bundle).or_default();
        bundle.see(&reading, &home);
        match reading.content {
            Content::Log(log) => {
                let tenancy = Tenancy::new(&cluster, &reading.tenant);
                let log = LogReading { path: reading.path, tenancy, node: reading.node, log };
                facts.redaction = facts.redaction.max(log.log.summary.redaction);
                // A log of MOLT beside several clusters: of which it speaks, nobody knows.
                if home.cluster.is_none() {
                    continue;
                }
                bundle.latest_entry = bundle.latest_entry.max(log.log.summary.span.map(|s| s.1));
                logs.push((log, home));
            }
            Content::Jobs(table, list) => {
                let of_cluster = facts.clusters.entry(cluster.clone()).or_default();
                if says_how_jobs_ended(table, &list) {
                    of_cluster.jobs_tables.insert(reading.tenant.clone());
                }
                let tenancy = Tenancy::new(&cluster, &reading.tenant);
                let latest = list.iter().filter_map(latest).max();
                bundle.dumped = bundle.dumped.max(latest);
                rows.extend(list.into_iter().map(|row| Row {
                    bundle: home.bundle,
                    table,
                    path: Arc::clone(&reading.path),
                    tenancy: tenancy.clone(),
                    row,
                }));
            }
            Content::Schedules(rows) => {
                let tenancy = Tenancy::new(&cluster, &reading.tenant);
                schedules.push(Listed { bundle: home.bundle, path: reading.path, tenancy, rows });
            }
            Content::Cluster(table, ref list) => {
                let list = Records::new(table, list.clone(), &reading, &cluster, home.bundle);
                bundle.lists_nodes |= list.lists_nodes();
                bundle.named = bundle.named.max(list.latest());
                records.push(list);
            }
            Content::NotRecognized => {}
        }
    }
    let mut gathering = Gathering::default();
    for (log, home) in logs {
        gathering.molt.read(home.cluster.as_ref(), &log);
        log.add_to(&mut facts, &mut gathering, home.bundle, signatures);
    }
    if bundles.is_empty() {
        facts.clusters.insert(Cluster::default(), super::ClusterFacts::default());
    }
    add_plan(&mut facts, tally, trees, &bundles);
    add_records(&mut facts, &records, &bundles);
    facts.schedules = schedules::gather(schedules, &bundles);
    let Gathering { mut histories, found, molt, .. } = gathering;
    facts.molt = molt.finish();
    add_rows(&mut histories, rows, &bundles);
    facts.signs = signs(&facts, found);
    for sign in &facts.signs {
        histories.add_sign(sign);
    }
    let tables: BTreeSet<Tenancy> = facts
        .clusters
        .iter()
        .flat_map(|(cluster, known)| {
            known.jobs_tables.iter().map(|tenant| Tenancy::new(cluster, tenant))
        })
        .collect_small();
    facts.jobs = histories.finish(&tables);
    facts.backups = backups::gather(&facts);
    backups::add_events(&facts.backups, &mut facts.jobs);
    facts
}

fn add_records(facts: &mut Facts, records: &[Records], bundles: &BTreeMap<usize, Bundle>) {
    let collected = |list: &Records| bundles.get(&list.bundle).and_then(Bundle::collected);
    for list in records {
        list.add_to(facts, collected(list));
    }
    for list in records {
        list.add_active(facts, collected(list));
    }
    facts.nodes.values_mut().for_each(super::Node::finish);
}

/// What is put together while the readings are gone through.
#[derive(Default)]
struct Gathering {
    histories: Histories,
    found: Vec<Found>,
    seen: HashSet<(Time, u64)>,
    /// The files seen so far, and the path of the first of each.
    files: HashMap<FileIdentity, Arc<str>>,
    molt: Molt,
}

/// Logs of MOLT by the cluster that they are known to be about.
#[derive(Default)]
struct Molt(BTreeMap<Cluster, (Vec<MoltTable>, Vec<molt::Verified>)>);

impl Molt {
    /// A log that could be about any of several clusters proves nothing of any.
    fn read(&mut self, cluster: Option<&Cluster>, log: &LogReading) {
        let Some(cluster) = cluster else { return };
        if !log.log.summary.formats.contains(&LogFormat::Molt) {
            return;
        }
        let (tables, verifies) = self.0.entry(cluster.clone()).or_default();
        let hits = log.log.entries.iter().filter_map(|kept| match kept {
            Kept::Whole(hit) => Some(hit),
            Kept::Told(_) => None,
        });
        molt::read(cluster, &log.path, hits, tables, verifies);
    }

    fn finish(self) -> Vec<MoltTable> {
        let mut all = Vec::new();
        for (mut tables, verifies) in self.0.into_values() {
            molt::pair(&mut tables, verifies);
            all.append(&mut tables);
        }
        all
    }
}

/// One log file and whose it is.
struct LogReading {
    path: Arc<str>,
    tenancy: Tenancy,
    node: Option<NodeId>,
    log: Box<KeptLog>,
}

/// An advisory's hit before the versions of all nodes are known.
struct Found {
    signature: &'static str,
    tenancy: Tenancy,
    home: Tenancy,
    node: Option<NodeId>,
    /// The last version that the file named before the entry.
    version: Option<RanVersion>,
    hit: Hit,
    path: Arc<str>,
}

impl LogReading {
    /// Adds what it says, and goes: what was read is not kept beside what it comes to.
    fn add_to(
        self,
        facts: &mut Facts,
        gathering: &mut Gathering,
        bundle: usize,
        signatures: &[&'static str],
    ) {
        let Gathering { histories, found, seen, files, .. } = gathering;
        let summary = &self.log.summary;
        let cluster = facts.clusters.entry(self.tenancy.cluster.clone()).or_default();
        cluster.any_entry |= summary.entries > 0;
        let node = self.node.or(summary.node);
        let original = self.original(node, files);
        facts.duplicates.extend(
            original
                .iter()
                .map(|of| DuplicateFile { path: self.path.to_string(), of: of.to_string() }),
        );
        if let Some(node) = node {
            // A debug zip leaves the entries of others out of a virtual cluster's files, so counters jump in them.
            let whole = if self.tenancy.tenant == Tenant::system() {
                &summary.segments
            } else {
                &summary.stretches
            };
            let known = facts.nodes.entry((self.tenancy.clone(), node)).or_default();
            match &original {
                Some(original) => known.add_copy(original, bundle),
                None => known.add_log(&self.path, bundle, summary, whole),
            }
        }
        // Logs of several nodes that somebody merged: how much of the others' time is there, nothing tells.
        for share in summary.other_nodes.iter().filter(|_| self.node.is_none()) {
            facts.nodes.entry((self.tenancy.clone(), share.node)).or_default().see(share.span);
        }
        // Every warning of any channel is written to the main log too; it is one entry all the same. Without a time, only
        // the place tells entries apart, and a copy has another place.
        let mut is_new = |time, tenancy: &Tenancy, node: Option<NodeId>, id: u64, at: &Location| {
            let undated = is_undated(time);
            let mut hasher = DefaultHasher::new();
            (tenancy, node, id, undated.then_some(at)).hash(&mut hasher);
            !(undated && original.is_some()) && seen.insert((time, hasher.finish()))
        };
        for kept in self.log.entries.iter() {
            match kept {
                Kept::Told(told) => {
                    let tenancy = self.tenancy_of(told.tenant_name, told.tenant_id);
                    let (time, counter, node) = (told.time, told.counter, told.node.or(node));
                    let source = self.place(told.line, told.offset);
                    if is_new(time, &tenancy, node, told.identity, &source) {
                        let (text, kind) = (told.text.to_owned(), told.signal.kind.clone());
                        let event = JobEvent { time, node, kind, source, text, counter };
                        histories.add_signal(&tenancy, told.signal, event);
                    }
                }
                Kept::Whole(hit) => {
                    let entry = &hit.entry;
                    let name = entry.tenant_name.as_deref().map(unmarked);
                    let tenancy = self.tenancy_of(name.as_deref(), entry.tenant_id);
                    let node = entry.node().map(NodeId).or(node);
                    let source = self.place(hit.line, hit.offset);
                    if !is_new(entry.time, &tenancy, node, identity(entry), &source) {
                        continue;
                    }
                    if let Some(signal) = signals::read(entry) {
                        let (time, counter, text) = (entry.time, entry.counter, hit.raw.clone());
                        let kind = signal.kind.clone();
                        let event = JobEvent { time, node, kind, source, text, counter };
                        histories.add_signal(&tenancy, signal, event);
                    }
                    let indices = hit.signatures.iter().copied();
                    for index in indices.filter(|index| signals::is_of_advisory(*index)) {
                        let Some(signature) = signatures.get(usize::from(index)) else { continue };
                        found.push(Found {
                            signature,
                            tenancy: tenancy.clone().into_owned(),
                            home: self.tenancy.clone(),
                            node,
                            version: version_before(summary, hit.line),
                            hit: Hit::clone(&hit),
                            path: Arc::clone(&self.path),
                        });
                    }
                }
            }
        }
    }

    fn place(&self, line: u64, offset: u64) -> Location {
        Location { path: Arc::clone(&self.path), line, offset }
    }

    /// The file of which this one is a copy, if one like it was seen before. A folder holds the newest log under the
    /// name of its symbolic link once more (log-formats trap 26), and two bundles hold the same rotated files.
    fn original(
        &self,
        node: Option<NodeId>,
        files: &mut HashMap<FileIdentity, Arc<str>>,
    ) -> Option<Arc<str>> {
        let summary = &self.log.summary;
        if summary.entries == 0 {
            return None;
        }
        let identity = FileIdentity {
            tenancy: self.tenancy.clone(),
            node,
            bytes: summary.bytes,
            entries: summary.entries,
            span: summary.span,
            fingerprint: summary.fingerprint,
        };
        match files.entry(identity) {
            Entry::Occupied(known) => Some(Arc::clone(known.get())),
            Entry::Vacant(new) => {
                new.insert(Arc::clone(&self.path));
                None
            }
        }
    }

    /// Whose work an entry is about: its own tag, else the folder it came from.
    fn tenancy_of(&self, name: Option<&str>, number: Option<u64>) -> Cow<'_, Tenancy> {
        let tenant = match (name, number) {
            (Some(name), _) => Tenant(name.to_owned()),
            (None, Some(id)) if id > 1 && self.tenancy.tenant == Tenant::system() => {
                Tenant(format!("tenant-{id}"))
            }
            _ => return Cow::Borrowed(&self.tenancy),
        };
        // Nearly all name the one whose file it is.
        if tenant == self.tenancy.tenant {
            return Cow::Borrowed(&self.tenancy);
        }
        Cow::Owned(Tenancy { cluster: self.tenancy.cluster.clone(), tenant })
    }
}

fn version_before(summary: &LogSummary, line: u64) -> Option<RanVersion> {
    summary.versions.iter().rev().find(|seen| seen.location.line <= line).map(from_log)
}

/// What makes two files of a node copies of one.
#[derive(PartialEq, Eq, Hash)]
struct FileIdentity {
    tenancy: Tenancy,
    node: Option<NodeId>,
    bytes: u64,
    entries: u64,
    span: Option<(Time, Time)>,
    fingerprint: u64,
}

/// Adds versions and jobs to the hits of advisories, by time.
fn signs(facts: &Facts, found: Vec<Found>) -> Vec<Sign> {
    let mut signs: Vec<Sign> = found
        .into_iter()
        .map(|found| {
            let ran = ran(facts, &found);
            let tag = job_tag::read(&found.hit.entry.tags);
            Sign {
                signature: found.signature,
                tenancy: found.tenancy,
                node: found.node,
                job: tag.id,
                tag,
                ran,
                source: Location {
                    path: found.path,
                    line: found.hit.line,
                    offset: found.hit.offset,
                },
                raw: found.hit.raw,
                entry: found.hit.entry,
            }
        })
        .collect();
    join_flows(&mut signs);
    signs.sort_small_by(|a, b| (a.entry.time, &a.source).cmp(&(b.entry.time, &b.source)));
    signs
}

/// The versions that may have written an entry: what the entry says itself, else what its file said before it,
/// else what is known of the node, else of all nodes.
fn ran(facts: &Facts, found: &Found) -> Ran {
    if let Some(version) = &found.hit.entry.version {
        return Ran::exactly(version);
    }
    if let Some(seen) = &found.version {
        return Ran::of(seen);
    }
    let time = found.hit.entry.time;
    let of_node = found
        .node
        .and_then(|node| facts.nodes.get(&(found.home.clone(), node)))
        .map(|node| node.ran_at(time))
        .filter(|ran| !ran.is_unknown());
    let named = |ran: &Ran| !ran.candidates.is_empty() || ran.at_most.is_some();
    let of_cluster = facts.nodes.iter().filter(|((of, _), _)| of.cluster == found.home.cluster);
    let others = || of_cluster.map(|(_, node)| node.ran_at(time)).filter(named).reduce(Ran::or);
    // A bound from the active version says less than the versions of the other nodes.
    match of_node {
        Some(ran) if named(&ran) => ran,
        bound => others().or(bound).unwrap_or_default(),
    }
}

/// A flow has one id on all nodes: an entry whose job is not readable has the job of another entry of its flow,
/// if all of them name the same.
fn join_flows(signs: &mut [Sign]) {
    let mut jobs: HashMap<(Tenancy, String), Option<JobId>> = HashMap::new();
    for sign in signs.iter() {
        if let (Some(job), Some(flow)) = (sign.job, &sign.tag.flow) {
            jobs.entry((sign.tenancy.clone(), flow.clone()))
                .and_modify(|known| *known = known.filter(|known| *known == job))
                .or_insert(Some(job));
        }
    }
    for sign in signs.iter_mut().filter(|sign| sign.job.is_none()) {
        if let Some(flow) = &sign.tag.flow {
            sign.job = jobs.get(&(sign.tenancy.clone(), flow.clone())).copied().flatten();
        }
    }
}
