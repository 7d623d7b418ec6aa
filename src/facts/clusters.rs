//! Which cluster each reading is of. Each bundle is a cluster of its own unless cluster ids say that it is not.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::model::{Cluster, CollectSmall, LogFormat, NodeId, Tenant};
use crate::parse::cluster::ClusterFact;

use super::bundles::{Bundle, Bundles};
use super::{Content, Reading};

/// Where a reading belongs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Home {
    /// Its cluster; none for what could be of any of several, such as a log of MOLT.
    pub(super) cluster: Option<Cluster>,
    /// Number of its bundle.
    pub(super) bundle: usize,
    /// Whether the bundle is the tree of a debug zip.
    pub(super) tree: bool,
}

/// What a cluster is known by.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Key<'a> {
    Id(String),
    Bundle(Bundle<'a>),
}

/// The home of each reading, in their order.
///
/// - A reading with a cluster id is of that cluster, whatever bundle it came in.
/// - One without is of the only cluster that its bundle names; where the bundle names several, of the only one that
///   its node's folder names; else the bundle itself is its cluster.
/// - A virtual cluster has an id of its own, made from that of its cluster, so ids below `cluster/<name>/` are
///   asked only where the rest of the bundle names none.
/// - Two bundles that hold one and the same log are of one cluster: no two clusters write the same microseconds.
/// - Loose tables, which never name a cluster, are of the only cluster there is besides them.
pub(super) fn homes(readings: &[Reading]) -> Vec<Home> {
    let bundles = Bundles::of(readings.iter().map(|reading| &*reading.path));
    let of: Vec<Bundle<'_>> = readings.iter().map(|r| bundles.bundle(&r.path)).collect();
    let named = Named::new(readings, &of);
    let mut keys: Vec<Option<Key<'_>>> = readings
        .iter()
        .zip(&of)
        .map(|(reading, bundle)| is_of_cluster(reading).then(|| named.key(reading, *bundle)))
        .collect();
    join_copies(readings, &mut keys);
    join_tables(readings, &mut keys);

    let known: BTreeSet<&Key<'_>> = keys.iter().flatten().collect_small();
    let only = known.len() <= 1;
    let mut in_bundle = BTreeMap::<Bundle<'_>, BTreeSet<&Key<'_>>>::new();
    for (bundle, key) in of.iter().zip(&keys) {
        in_bundle.entry(*bundle).or_default().extend(key.as_ref());
    }
    let numbers: BTreeMap<Bundle<'_>, usize> =
        in_bundle.keys().enumerate().map(|(number, bundle)| (*bundle, number)).collect_small();
    let homes = of.iter().zip(&keys).map(|(bundle, key)| {
        // What is of no cluster by itself is of the one that it came with.
        let key = key.as_ref().or_else(|| {
            let mut keys = in_bundle.get(bundle)?.iter();
            keys.next().filter(|_| keys.next().is_none()).copied()
        });
        Home {
            cluster: if only { Some(Cluster::default()) } else { key.map(name) },
            bundle: numbers.get(bundle).copied().unwrap_or_default(),
            tree: matches!(bundle, Bundle::Tree(_)),
        }
    });
    homes.collect()
}

fn name(key: &Key<'_>) -> Cluster {
    match key {
        Key::Id(id) => Cluster(id.clone()),
        Key::Bundle(bundle) => Cluster(bundle.name()),
    }
}

/// Whether a reading shows that there is a cluster: entries of CockroachDB or rows of its tables.
fn is_of_cluster(reading: &Reading) -> bool {
    match &reading.content {
        Content::Log(log) => log.summary.formats.iter().any(|format| *format != LogFormat::Molt),
        Content::Jobs(..) | Content::Schedules(_) | Content::Schema(..) | Content::Cluster(..) => {
            true
        }
        // Other programs have documents of that name.
        Content::Settings(_, rows) => rows.read > 0,
        // Its name alone is one of CockroachDB's.
        Content::Asked | Content::NotRecognized => false,
    }
}

/// Makes bundles that share a log one cluster, unless each names an id of its own.
fn join_copies(readings: &[Reading], keys: &mut [Option<Key<'_>>]) {
    let mut first = HashMap::new();
    let mut same = Vec::new();
    for (index, reading) in readings.iter().enumerate() {
        let Content::Log(log) = &reading.content else { continue };
        let summary = &log.summary;
        if summary.entries > 0 {
            let of = (&reading.tenant, reading.node);
            let what = (summary.bytes, summary.entries, summary.span, summary.fingerprint);
            let known = *first.entry((of, what)).or_insert(index);
            same.extend((known != index).then_some((known, index)));
        }
    }
    for (one, other) in same {
        let (Some(a), Some(b)) = (keys[one].clone(), keys[other].clone()) else { continue };
        let (kept, gone) = match (&a, &b) {
            (Key::Id(_), Key::Id(_)) => continue,
            (Key::Bundle(_), Key::Id(_)) => (b, a),
            _ => (a, b),
        };
        for key in keys.iter_mut().flatten().filter(|key| **key == gone) {
            *key = kept.clone();
        }
    }
}

/// Gives loose tables to the only other cluster.
fn join_tables<'a>(readings: &[Reading], keys: &mut [Option<Key<'a>>]) {
    let mut has_more = BTreeMap::<&Key<'a>, bool>::new();
    for (reading, key) in readings.iter().zip(keys.iter()) {
        let Some(key) = key else { continue };
        let table = !matches!(reading.content, Content::Log(_))
            && matches!(key, Key::Bundle(Bundle::Loose(_)));
        *has_more.entry(key).or_default() |= !table;
    }
    let mut others = has_more.iter().filter(|(_, more)| **more);
    let (Some((only, _)), None) = (others.next(), others.next()) else { return };
    let only = (*only).clone();
    for key in keys.iter_mut().flatten() {
        *key = only.clone();
    }
}

/// The cluster ids that are named in each bundle and each folder of a node.
struct Named<'a> {
    bundles: BTreeMap<Bundle<'a>, BTreeSet<String>>,
    nodes: BTreeMap<(Bundle<'a>, NodeId), BTreeSet<String>>,
    /// Bundles in which only virtual clusters name an id.
    only_virtual: BTreeSet<Bundle<'a>>,
}

impl<'a> Named<'a> {
    fn new(readings: &[Reading], of: &[Bundle<'a>]) -> Self {
        let mut named = Self {
            bundles: BTreeMap::new(),
            nodes: BTreeMap::new(),
            only_virtual: BTreeSet::new(),
        };
        let mut virtual_ids = BTreeMap::<Bundle<'a>, BTreeSet<String>>::new();
        for (reading, bundle) in readings.iter().zip(of) {
            let ids = ids(reading);
            if reading.tenant == Tenant::system() {
                named.bundles.entry(*bundle).or_default().extend(ids.iter().cloned());
                if let Some(node) = reading.node {
                    named.nodes.entry((*bundle, node)).or_default().extend(ids);
                }
            } else {
                virtual_ids.entry(*bundle).or_default().extend(ids);
            }
        }
        for (bundle, ids) in virtual_ids {
            let own = named.bundles.entry(bundle).or_default();
            if own.is_empty() {
                named.only_virtual.insert(bundle);
                *own = ids;
            }
        }
        named
    }

    fn key(&self, reading: &Reading, bundle: Bundle<'a>) -> Key<'a> {
        let asked = reading.tenant == Tenant::system() || self.only_virtual.contains(&bundle);
        let own = ids(reading).into_iter().next().filter(|_| asked);
        let of_node = || self.nodes.get(&(bundle, reading.node?)).and_then(only);
        own.or_else(|| self.bundles.get(&bundle).and_then(only))
            .or_else(of_node)
            .map_or(Key::Bundle(bundle), Key::Id)
    }
}

fn only(ids: &BTreeSet<String>) -> Option<String> {
    ids.first().filter(|_| ids.len() == 1).cloned()
}

/// The cluster ids that a reading names, in its order.
fn ids(reading: &Reading) -> Vec<String> {
    match &reading.content {
        Content::Log(log) => {
            log.summary.cluster_id.iter().map(|id| id.to_ascii_lowercase()).collect()
        }
        Content::Cluster(_, records) => records
            .iter()
            .filter_map(|record| match &record.fact {
                ClusterFact::ClusterId(id) => Some(id.to_ascii_lowercase()),
                _ => None,
            })
            .collect(),
        Content::Jobs(..)
        | Content::Schedules(_)
        | Content::Settings(..)
        | Content::Schema(..)
        | Content::Asked
        | Content::NotRecognized => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::{Standing, Table};
    use crate::scan::{LogSummary, ScannedLog};

    fn log(path: &str, node: u32, id: Option<&str>) -> Reading {
        let summary = LogSummary {
            formats: vec![LogFormat::CrdbV1Count],
            cluster_id: id.map(str::to_owned),
            ..LogSummary::default()
        };
        Reading {
            path: path.into(),
            tenant: Tenant::system(),
            node: Some(NodeId(node)),
            standing: Standing::Whole,
            content: Content::Log(Box::new(ScannedLog { summary, ..ScannedLog::default() }.into())),
            asked: None,
        }
    }

    fn table(path: &str) -> Reading {
        let content = Content::Jobs(Table::Jobs, Vec::new());
        Reading {
            path: path.into(),
            tenant: Tenant::system(),
            node: None,
            standing: Standing::Whole,
            content,
            asked: None,
        }
    }

    fn clusters(readings: &[Reading]) -> Vec<String> {
        let name = |home: Home| home.cluster.map_or("?".to_owned(), |cluster| cluster.0);
        homes(readings).into_iter().map(name).collect()
    }

    #[test]
    fn one_cluster_needs_no_name() {
        let readings = [log("debug/nodes/1/logs/a.log", 1, Some("c1")), table("debug/jobs.txt")];
        assert_eq!(clusters(&readings), ["", ""]);
        assert_eq!(
            clusters(&[log("a.log", 1, None), log("x/b.log", 2, None)]),
            ["files without a folder", "x"]
        );
    }

    #[test]
    fn bundles_are_apart_unless_their_ids_agree() {
        let readings = |a, b| {
            [
                log("a.zip » debug/nodes/1/logs/a.log", 1, a),
                table("a.zip » debug/crdb_internal.jobs.txt"),
                log("b.zip » debug/nodes/1/logs/a.log", 1, b),
            ]
        };
        assert_eq!(clusters(&readings(Some("c1"), Some("C1"))), ["", "", ""]);
        assert_eq!(clusters(&readings(Some("c1"), Some("c2"))), ["c1", "c1", "c2"]);
        assert_eq!(clusters(&readings(Some("c1"), None)), ["c1", "c1", "b.zip » debug"]);
    }

    #[test]
    fn bundles_that_hold_the_same_log_are_of_one_cluster() {
        let with = |path: &str, print, id| {
            let mut log = log(path, 1, id);
            let Content::Log(scanned) = &mut log.content else { unreachable!() };
            (scanned.summary.entries, scanned.summary.fingerprint) = (2, print);
            log
        };
        let two = |print, id| {
            let a = with("a.zip » debug/nodes/1/logs/a.log", 7, None);
            clusters(&[a, with("b.zip » debug/nodes/1/logs/a.log", print, id)])
        };
        assert_eq!(two(7, None), ["", ""]);
        assert_eq!(two(7, Some("c1")), ["", ""]);
        assert_eq!(two(8, None), ["a.zip » debug", "b.zip » debug"]);
    }

    #[test]
    fn one_bundle_with_two_ids_is_split_and_its_tables_are_of_neither() {
        let readings = [
            log("debug/nodes/1/logs/a.log", 1, Some("c1")),
            log("debug/nodes/1/logs/b.log", 1, None),
            log("debug/nodes/2/logs/a.log", 2, Some("c2")),
            table("debug/crdb_internal.jobs.txt"),
        ];
        assert_eq!(clusters(&readings), ["c1", "c1", "c2", "debug"]);
    }

    #[test]
    fn the_id_of_a_virtual_cluster_splits_nothing() {
        let mut guest = log("debug/cluster/app/nodes/1/logs/a.log", 1, Some("c1-app"));
        guest.tenant = Tenant("app".to_owned());
        let readings = [log("debug/nodes/1/logs/a.log", 1, Some("c1")), guest];
        assert_eq!(clusters(&readings), ["", ""]);
    }

    #[test]
    fn loose_tables_are_of_the_only_other_cluster() {
        let zip = log("a.zip » debug/nodes/1/logs/a.log", 1, Some("c1"));
        let other = log("b.zip » debug/nodes/1/logs/a.log", 1, Some("c2"));
        assert_eq!(clusters(&[zip.clone(), table("jobs.txt")]), ["", ""]);
        assert_eq!(clusters(&[zip, other, table("x/jobs.txt")]), ["c1", "c2", "x"]);
    }

    #[test]
    fn a_log_of_molt_is_of_its_bundle_or_of_nobody() {
        let molt = |path: &str| {
            let mut molt = log(path, 0, None);
            let Content::Log(log) = &mut molt.content else { unreachable!() };
            log.summary.formats = vec![LogFormat::Molt];
            molt
        };
        let a = log("a.zip » debug/nodes/1/logs/a.log", 1, Some("c1"));
        let b = log("b.zip » debug/nodes/1/logs/a.log", 1, Some("c2"));
        assert_eq!(clusters(&[a.clone(), molt("molt.log")]), ["", ""]);
        assert_eq!(
            clusters(&[a, b, molt("a.zip » debug/molt.log"), molt("molt.log")]),
            ["c1", "c2", "c1", "?"]
        );
    }
}
