//! Puts the readings of all artifacts together.

use std::collections::{BTreeMap, HashMap, HashSet};

use crate::ingest::Tally;
use crate::model::{Entry, JobId, Location, NodeId, Tenant, Time, Unread, unmarked};
use crate::parse::job_tag;
use crate::scan::{Hit, ScannedLog};

use super::jobs::Histories;
use super::nodes::{Ran, RanVersion, ran_version};
use super::{Content, Facts, Reading, Sign, molt, signals};

/// Puts the readings together. `signatures` are the names of all signatures of the scan, in its order;
/// those after [`signals::SIGNATURES`] belong to advisories. Readings come in the order of their paths.
#[must_use]
pub fn gather(
    tally: &Tally,
    readings: Vec<Reading>,
    unread: Vec<Unread>,
    signatures: &[&'static str],
) -> Facts {
    let complete_tree = tally.complete_tree();
    let mut facts = Facts { all_nodes_known: complete_tree, unread, ..Facts::default() };
    for id in &tally.nodes {
        facts.nodes.entry(id.clone()).or_default();
    }
    let mut histories = Histories::default();
    let mut found = Vec::new();
    let mut verifies = Vec::new();
    let mut seen = HashSet::new();
    for reading in readings {
        match reading.content {
            Content::Log(log) => {
                let log = LogReading {
                    path: reading.path,
                    tenant: reading.tenant,
                    node: reading.node,
                    log,
                };
                log.add_to(&mut facts, &mut histories, &mut found, &mut seen, signatures);
                molt::read(&log.path, &log.log.hits, &mut facts.molt, &mut verifies);
            }
            Content::Jobs(_, rows) => {
                facts.jobs_tables.insert(reading.tenant.clone());
                for row in rows {
                    let latest = [row.created, row.started, row.finished, row.modified]
                        .into_iter()
                        .flatten()
                        .max();
                    facts.collected = facts.collected.max(latest);
                    histories.add_row(&reading.path, &reading.tenant, row);
                }
            }
            Content::Cluster(..) | Content::NotRecognized => {}
        }
    }
    molt::pair(&mut facts.molt, verifies);
    let collected = facts.collected.filter(|_| complete_tree);
    for node in facts.nodes.values_mut() {
        node.finish(collected);
    }
    let last_entry = facts.nodes.values().filter_map(|node| node.seen).map(|(_, last)| last).max();
    facts.collected = facts.collected.max(last_entry);
    facts.signs = signs(&facts, found);
    for sign in &facts.signs {
        histories.add_sign(sign);
    }
    facts.jobs = histories.finish(&facts.jobs_tables);
    facts
}

/// One log file and whose it is.
struct LogReading {
    path: String,
    tenant: Tenant,
    node: Option<NodeId>,
    log: Box<ScannedLog>,
}

/// An advisory's hit before the versions of all nodes are known.
struct Found {
    signature: &'static str,
    tenant: Tenant,
    home: Tenant,
    node: Option<NodeId>,
    /// The last version that the file named before the entry.
    version: Option<RanVersion>,
    hit: Hit,
    path: String,
}

impl LogReading {
    fn add_to(
        &self,
        facts: &mut Facts,
        histories: &mut Histories,
        found: &mut Vec<Found>,
        seen: &mut HashSet<Identity>,
        signatures: &[&'static str],
    ) {
        let summary = &self.log.summary;
        facts.redaction = facts.redaction.max(summary.redaction);
        facts.any_entry |= summary.entries > 0;
        let node = self.node.or(summary.node);
        if let Some(node) = node {
            facts.nodes.entry((self.tenant.clone(), node)).or_default().add_log(summary);
        }
        for hit in &self.log.hits {
            let entry = &hit.entry;
            let tenant = self.tenant_of(entry);
            let node = entry.node().map(NodeId).or(node);
            // Every warning of any channel is written to the main log too; it is one entry all the same.
            if !seen.insert(Identity::of(&tenant, node, entry)) {
                continue;
            }
            let source = Location { path: self.path.clone(), line: hit.line, offset: hit.offset };
            if let Some(signal) = signals::read(entry) {
                histories.add_signal(&tenant, node, signal, hit, source);
            }
            for index in hit
                .signatures
                .iter()
                .filter(|index| usize::from(**index) >= signals::SIGNATURES.len())
            {
                let Some(signature) = signatures.get(usize::from(*index)) else { continue };
                found.push(Found {
                    signature,
                    tenant: tenant.clone(),
                    home: self.tenant.clone(),
                    node,
                    version: self.version_before(hit),
                    hit: hit.clone(),
                    path: self.path.clone(),
                });
            }
        }
    }

    /// Whose work an entry is about: its own tag, else the folder it came from.
    fn tenant_of(&self, entry: &Entry) -> Tenant {
        match (&entry.tenant_name, entry.tenant_id) {
            (Some(name), _) => Tenant(unmarked(name).into_owned()),
            (None, Some(id)) if id > 1 && self.tenant == Tenant::system() => {
                Tenant(format!("tenant-{id}"))
            }
            _ => self.tenant.clone(),
        }
    }

    fn version_before(&self, hit: &Hit) -> Option<RanVersion> {
        self.log
            .summary
            .versions
            .iter()
            .rev()
            .find(|seen| seen.location.line <= hit.line)
            .map(ran_version)
    }
}

/// What makes two records the same entry; counters differ between the sinks of one process.
#[derive(PartialEq, Eq, Hash)]
struct Identity {
    tenant: Tenant,
    node: Option<NodeId>,
    time: Time,
    goroutine: u64,
    file: String,
    line: u32,
    message: String,
}

impl Identity {
    fn of(tenant: &Tenant, node: Option<NodeId>, entry: &Entry) -> Self {
        Self {
            tenant: tenant.clone(),
            node,
            time: entry.time,
            goroutine: entry.goroutine,
            file: entry.file.clone(),
            line: entry.line,
            message: entry.message.clone(),
        }
    }
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
                tenant: found.tenant,
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
    signs.sort_by(|a, b| (a.entry.time, &a.source).cmp(&(b.entry.time, &b.source)));
    signs
}

/// The versions that may have written an entry: what the entry says itself, else what its file said before it,
/// else what is known of the node, else of all nodes.
fn ran(facts: &Facts, found: &Found) -> Ran {
    if let Some(version) = &found.hit.entry.version {
        return Ran::exactly(version);
    }
    if let Some(seen) = &found.version {
        return Ran { candidates: vec![(seen.text.clone(), seen.version.clone())], at_most: None };
    }
    let time = found.hit.entry.time;
    let of_node = found
        .node
        .and_then(|node| facts.nodes.get(&(found.home.clone(), node)))
        .map(|node| node.ran_at(time))
        .filter(|ran| !ran.is_unknown());
    of_node.unwrap_or_else(|| {
        facts.nodes.values().map(|node| node.ran_at(time)).fold(Ran::default(), Ran::or)
    })
}

/// A flow has one id on all nodes: an entry whose job is not readable has the job of another entry of its flow,
/// if all of them name the same.
fn join_flows(signs: &mut [Sign]) {
    let mut jobs: HashMap<(Tenant, String), Option<JobId>> = HashMap::new();
    for sign in signs.iter() {
        if let (Some(job), Some(flow)) = (sign.job, &sign.tag.flow) {
            jobs.entry((sign.tenant.clone(), flow.clone()))
                .and_modify(|known| *known = known.filter(|known| *known == job))
                .or_insert(Some(job));
        }
    }
    for sign in signs.iter_mut().filter(|sign| sign.job.is_none()) {
        if let Some(flow) = &sign.tag.flow {
            sign.job = jobs.get(&(sign.tenant.clone(), flow.clone())).copied().flatten();
        }
    }
}

/// Tenants by job, for rows and lines that name different ones.
pub(super) fn by_id<T>(jobs: &BTreeMap<(Tenant, JobId), T>) -> HashMap<JobId, Vec<Tenant>> {
    let mut tenants: HashMap<JobId, Vec<Tenant>> = HashMap::new();
    for (tenant, id) in jobs.keys() {
        tenants.entry(*id).or_default().push(tenant.clone());
    }
    tenants
}
