//! When and how bundles were collected, and what follows for their clusters: nodes, rows, the end of the logs.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::ingest::{Table, Tally};
use crate::model::{Cluster, CollectSmall, SortSmall, Tenancy, Time};
use crate::parse::jobs_table::JobRow;

use super::clusters::Home;
use super::jobs::Histories;
use super::{Content, Facts, Reading};

/// What the readings of one bundle say of when and how it was collected.
#[derive(Default)]
pub(super) struct Bundle {
    clusters: BTreeSet<Cluster>,
    tree: bool,
    has_cluster_table: bool,
    /// Whether a table or document of the whole cluster lists its nodes.
    pub(super) lists_nodes: bool,
    /// Latest instant that a table of jobs names. The tables of a debug zip are dumped before the logs are fetched.
    pub(super) dumped: Option<Time>,
    /// Latest instant that a document names; its node's logs may have been fetched before.
    pub(super) named: Option<Time>,
    pub(super) latest_entry: Option<Time>,
}

impl Bundle {
    /// Takes note of one of its readings.
    pub(super) fn see(&mut self, reading: &Reading, home: &Home) {
        self.clusters.extend(home.cluster.clone());
        self.tree |= home.tree;
        self.has_cluster_table |= reading.node.is_none()
            && !matches!(reading.content, Content::Log(_) | Content::NotRecognized);
    }

    /// It was collected then or later.
    pub(super) fn collected(&self) -> Option<Time> {
        self.dumped.max(self.named).max(self.latest_entry)
    }
}

/// The latest instant that a row names.
pub(super) fn latest(row: &JobRow) -> Option<Time> {
    [row.created, row.started, row.finished, row.modified].into_iter().flatten().max()
}

/// Adds the nodes that paths name, and says of which clusters all nodes are known.
pub(super) fn add_plan(
    facts: &mut Facts,
    tally: &Tally,
    trees: usize,
    bundles: &BTreeMap<usize, Bundle>,
) {
    let clusters: BTreeSet<Cluster> =
        bundles.values().flat_map(|bundle| bundle.clusters.iter().cloned()).collect_small();
    for cluster in &clusters {
        let known = facts.clusters.entry(cluster.clone()).or_default();
        let of = || bundles.values().filter(|bundle| bundle.clusters.contains(cluster));
        known.collected = of().filter_map(Bundle::collected).max();
        // The account of the files says whether there is any tree that is incomplete, and names nodes without saying in which tree.
        // Beside another tree, a tree's own list of its nodes stands in for that.
        let complete = |bundle: &Bundle| {
            bundle.clusters.len() == 1
                && (trees <= 1 || bundle.has_cluster_table && bundle.lists_nodes)
        };
        known.all_nodes_known = tally.complete_tree()
            && (trees == 0 || of().any(|bundle| bundle.tree))
            && of().filter(|bundle| bundle.tree).all(complete);
    }
    let in_trees: BTreeSet<&Cluster> = bundles
        .values()
        .filter(|bundle| bundle.tree)
        .flat_map(|bundle| &bundle.clusters)
        .collect_small();
    let only = Cluster::default();
    for (tenant, id) in &tally.nodes {
        let seen = facts.nodes.keys().any(|(of, node)| of.tenant == *tenant && node == id);
        if seen && clusters.len() > 1 {
            continue;
        }
        // Of which tree it is, nobody knows: it may be missing in each.
        let owners =
            if clusters.len() > 1 { in_trees.iter().copied().collect() } else { vec![&only] };
        for cluster in owners {
            facts.nodes.entry((Tenancy::new(cluster, tenant), *id)).or_default();
        }
    }
    for (number, bundle) in bundles.iter().filter(|(_, bundle)| bundle.tree) {
        let Some(collected) = bundle.dumped.filter(|_| tally.complete_tree()) else { continue };
        facts.nodes.values_mut().for_each(|node| node.extend(*number, collected));
    }
}

/// Whether a table says what jobs there are, what they do and how they ended. `system.job_info` has no state, and the
/// rows of `system.jobs` say what a job does only with their payload, which from 23.1 on is elsewhere (debug-zip
/// section 4).
pub(super) fn says_how_jobs_ended(table: Table, rows: &[JobRow]) -> bool {
    let has_payload = |row: &JobRow| row.details.is_known() || !row.description.is_empty();
    match table {
        Table::Jobs => true,
        Table::CrdbSystemJobs | Table::SystemJobs => {
            !rows.is_empty() && rows.iter().all(has_payload)
        }
        _ => false,
    }
}

/// A row of a table of jobs, and where it is from.
pub(super) struct Row {
    pub(super) bundle: usize,
    pub(super) table: Table,
    pub(super) path: Arc<str>,
    pub(super) tenancy: Tenancy,
    pub(super) row: JobRow,
}

/// Adds the rows so that the last word stands: of two collections the later, of two tables of one collection the
/// decoded one.
pub(super) fn add_rows(
    histories: &mut Histories,
    rows: Vec<Row>,
    bundles: &BTreeMap<usize, Bundle>,
) {
    let trust = |table| match table {
        Table::Jobs => 3,
        Table::CrdbSystemJobs => 2,
        Table::SystemJobs => 1,
        _ => 0,
    };
    let key = |row: &Row| {
        let collected = bundles.get(&row.bundle).and_then(Bundle::collected);
        (collected, row.bundle, trust(row.table), latest(&row.row))
    };
    // There may be very many: each is asked for its key once.
    let mut rows: Vec<_> = rows.into_iter().map(|row| (key(&row), row)).collect();
    rows.sort_small_by(|(a, _), (b, _)| a.cmp(b));
    for (_, Row { path, tenancy, row, .. }) in rows {
        histories.add_row(&path, &tenancy, row);
    }
}
