//! What the entries of one log add to what the whole input says.

use std::borrow::Cow;
use std::collections::hash_map::{DefaultHasher, Entry};
use std::collections::{HashMap, HashSet};
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use crate::model::{Location, NodeId, Tenancy, Tenant, Time, unmarked};
use crate::parse::time::is_undated;
use crate::scan::Hit;

use super::jobs::{Histories, LogLine};
use super::kept::{Kept, KeptLog, gateway, identity};
use super::named::Named;
use super::signs::Found;
use super::{DuplicateFile, Facts, signals, versions};

/// What the entries of the logs so far say of jobs and for advisories. Each counts once, whoever wrote it down.
#[derive(Default)]
pub(super) struct Said {
    pub(super) histories: Histories,
    pub(super) found: Vec<Found>,
    seen: HashSet<(Time, u64)>,
    /// Where in `found` the entries of advisories are.
    places: HashMap<(Time, u64), Vec<usize>>,
    /// The files so far, and the path of the first of each.
    files: HashMap<FileIdentity, Arc<str>>,
}

/// One log file and whose it is.
pub(super) struct LogReading {
    pub(super) path: Arc<str>,
    pub(super) tenancy: Tenancy,
    pub(super) node: Option<NodeId>,
    pub(super) log: Box<KeptLog>,
}

impl LogReading {
    /// Adds what it says, and goes: what was read is not kept beside what it comes to.
    pub(super) fn add_to(
        self,
        facts: &mut Facts,
        said: &mut Said,
        named: &mut Named,
        bundle: usize,
        signatures: &[&'static str],
    ) {
        let Said { histories, found, seen, places, files } = said;
        let summary = &self.log.summary;
        let cluster = facts.clusters.entry(self.tenancy.cluster.clone()).or_default();
        cluster.any_entry |= summary.entries > 0;
        self.name(facts, named);
        let node = self.writer();
        let original = self.original(node, files);
        facts.duplicates.extend(
            original
                .iter()
                .map(|of| DuplicateFile { path: self.path.to_string(), of: of.to_string() }),
        );
        if let Some(node) = node {
            // A debug zip leaves the entries of others out of a virtual cluster's files, so counters jump in them.
            let others_removed = self.tenancy.tenant != Tenant::system();
            let known = facts.nodes.entry((self.tenancy.clone(), node)).or_default();
            match &original {
                Some(original) => known.add_copy(original, bundle),
                None => known.add_log(&self.path, bundle, summary, others_removed),
            }
        } else if original.is_none() {
            let told = versions::from_logs(summary, None).into_iter();
            facts.builds_without_node.extend(told.map(|seen| (self.tenancy.clone(), seen)));
        }
        // Logs of several nodes that somebody merged: how much of the others' time is there, nothing tells.
        for share in &summary.other_nodes {
            let node = facts.nodes.entry((self.tenancy.clone(), share.node)).or_default();
            node.see(share.span);
            node.add_merged(summary, Some(share.node), share.span);
        }
        // Every warning of any channel is written to the main log too; it is one entry all the same. Without a time, only
        // the place tells entries apart, and a copy has another place.
        let key = |time, tenancy: &Tenancy, node: Option<NodeId>, id: u64, at: &Location| {
            let undated = is_undated(time);
            let mut hasher = DefaultHasher::new();
            (tenancy, node, id, undated.then_some(at)).hash(&mut hasher);
            (!undated || original.is_none()).then(|| (time, hasher.finish()))
        };
        for kept in self.log.entries.iter() {
            match kept {
                Kept::Told(told) => {
                    let tenancy = self.tenancy_of(told.tenant_name, told.tenant_id);
                    let (time, counter, node) = (told.time, told.counter, told.node.or(node));
                    let source = self.place(told.line, told.offset);
                    let dated = (!is_undated(time)).then_some(time);
                    for id in told.node.into_iter().chain(told.gateway) {
                        named.node(&tenancy, id, dated);
                    }
                    let key = key(time, &tenancy, node, told.identity, &source);
                    if key.is_some_and(|key| seen.insert(key)) {
                        let text = told.text.to_owned();
                        let tagged = told.tenant_name.is_some() || told.tenant_id.is_some();
                        let line = LogLine { time, node, source, text, counter, tagged };
                        histories.add_signal(&tenancy, told.signal, line);
                    }
                }
                Kept::Whole(hit) => {
                    let entry = &hit.entry;
                    let name = entry.tenant_name.as_deref().map(unmarked);
                    let tenancy = self.tenancy_of(name.as_deref(), entry.tenant_id);
                    let node = entry.node().map(NodeId).or(node);
                    let source = self.place(hit.line, hit.offset);
                    let dated = (!is_undated(entry.time)).then_some(entry.time);
                    for id in entry.node().map(NodeId).into_iter().chain(gateway(entry)) {
                        named.node(&tenancy, id, dated);
                    }
                    let Some(key) = key(entry.time, &tenancy, node, identity(entry), &source)
                    else {
                        continue;
                    };
                    let versions = versions::before(summary, hit.line, node);
                    if !seen.insert(key) {
                        // Of two copies in files that name different builds either may be right.
                        for at in places.get(&key).into_iter().flatten() {
                            let known = &mut found[*at].versions;
                            known.extend(versions.iter().cloned());
                        }
                        continue;
                    }
                    if let Some(signal) = signals::read(entry) {
                        let (time, counter, text) = (entry.time, entry.counter, hit.raw.clone());
                        let tagged = entry.tenant_name.is_some() || entry.tenant_id.is_some();
                        let line = LogLine { time, node, source, text, counter, tagged };
                        histories.add_signal(&tenancy, signal, line);
                    }
                    let indices = hit.signatures.iter().copied();
                    for index in indices.filter(|index| signals::is_of_advisory(*index)) {
                        let Some(signature) = signatures.get(usize::from(index)) else { continue };
                        places.entry(key).or_default().push(found.len());
                        found.push(Found {
                            signature,
                            tenancy: tenancy.clone().into_owned(),
                            home: self.tenancy.clone(),
                            node,
                            versions: versions.clone(),
                            hit: Hit::clone(&hit),
                            path: Arc::clone(&self.path),
                        });
                    }
                }
            }
        }
    }

    /// The node that wrote it: the one that its entries name, whatever folder it lies in. The log of a SQL pod below the
    /// system tenant's nodes is of none of them.
    fn writer(&self) -> Option<NodeId> {
        let Self { tenancy, log, .. } = self;
        let pod = log.summary.tenants.iter().any(|seen| seen.sql_pod);
        let folder = self.node.filter(|_| !pod || tenancy.tenant != Tenant::system());
        log.summary.node.or(folder)
    }

    /// Takes note of the virtual clusters and nodes that it names.
    fn name(&self, facts: &mut Facts, named: &mut Named) {
        let Tenancy { cluster, tenant } = &self.tenancy;
        let summary = &self.log.summary;
        named.existed(cluster, summary.span.map(|(first, _)| first));
        let tenants = named.tenants.entry(cluster.clone()).or_default();
        summary.tenants.iter().for_each(|seen| tenants.tagged(seen, tenant));
        let system = Tenancy::new(cluster, &Tenant::system());
        for (node, fact) in &self.log.nodes {
            facts.nodes.entry((system.clone(), *node)).or_default().life.learn(fact);
        }
    }

    fn place(&self, line: u64, offset: u64) -> Location {
        Location { path: Arc::clone(&self.path), line, offset }
    }

    /// The file of which this one is a copy, if one like it was seen before. A folder holds the newest log under the
    /// name of its symbolic link once more (`docs/cockroachdb/log-formats.md#copies-of-a-file`), and two bundles hold
    /// the same rotated files.
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
