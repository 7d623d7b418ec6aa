//! The entries by which advisories recognise their first signs: the versions that may have written them, and their jobs.

use std::collections::HashMap;
use std::sync::Arc;

use crate::model::{JobId, Location, NodeId, SortSmall, Tenancy};
use crate::parse::job_tag;
use crate::scan::Hit;

use super::versions::{Ran, RanVersion};
use super::{Facts, Sign};

/// An advisory's hit before the versions of all nodes are known.
pub(super) struct Found {
    pub(super) signature: &'static str,
    pub(super) tenancy: Tenancy,
    pub(super) home: Tenancy,
    pub(super) node: Option<NodeId>,
    /// The versions that its files name for the entry.
    pub(super) versions: Vec<RanVersion>,
    pub(super) hit: Hit,
    pub(super) path: Arc<str>,
}

/// Adds versions and jobs to the hits of advisories, by time.
pub(super) fn signs(facts: &Facts, found: Vec<Found>) -> Vec<Sign> {
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
    if let Some(ran) = found.versions.iter().map(Ran::of).reduce(Ran::or) {
        return ran;
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
