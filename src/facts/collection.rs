//! When and how bundles were collected, and what follows for their clusters: nodes, rows, the end of the logs.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::ingest::{Standing, Table, Tally};
use crate::model::{Cluster, CollectSmall, NodeId, SortSmall, Tenancy, Tenant, Time};
use crate::parse::jobs_table::JobRow;
use crate::parse::redacted::told;
use crate::parse::time::is_undated;
use crate::scan::SILENCE;

use super::Facts;
use super::clusters::Home;
use super::jobs::Histories;
use super::named::Named;

/// What the readings of one bundle say of when and how it was collected.
#[derive(Default)]
pub(super) struct Bundle {
    clusters: BTreeSet<Cluster>,
    tree: bool,
    /// Whether a table or document of the whole cluster lists all of its nodes.
    pub(super) lists_nodes: bool,
    /// Latest instant that a table of jobs names and that other sources come near to. The tables of a debug zip are dumped
    /// before the logs are fetched.
    pub(super) dumped: Option<Time>,
    /// Latest instant that a document names; its node's logs may have been fetched before.
    pub(super) named: Option<Time>,
    pub(super) latest_entry: Option<Time>,
}

impl Bundle {
    /// Takes note of one of its readings.
    pub(super) fn see(&mut self, home: &Home) {
        self.clusters.extend(home.cluster.clone());
        self.tree |= home.tree;
    }

    /// It was collected then or later.
    pub(super) fn collected(&self) -> Option<Time> {
        self.dumped.max(self.named).max(self.latest_entry)
    }
}

/// What a jobs table of a virtual cluster, or several of one, can vouch for: that there was no other job.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct JobsTable {
    /// One of them holds all its rows, as far as the bundle says.
    pub whole: bool,
    /// Latest instant that a whole one names: jobs that began later are not in it.
    pub reach: Option<Time>,
    /// One of them lists jobs of `root` or `node`, as every cluster has, or names no user.
    pub of_all_users: bool,
}

impl JobsTable {
    /// Adds a table with these rows.
    pub(super) fn add(&mut self, standing: Standing, rows: &[JobRow]) {
        self.whole |= standing == Standing::Whole;
        let mut users = rows.iter().filter_map(|row| told(&row.user)).peekable();
        self.of_all_users |=
            users.peek().is_none() || users.any(|user| matches!(user, "root" | "node"));
    }
}

/// The instants that a row names.
fn instants(row: &JobRow) -> impl Iterator<Item = Time> {
    let times = [row.created, row.started, row.finished, row.modified, row.last_run];
    times.into_iter().flatten()
}

/// The latest instant that a row names.
fn latest(row: &JobRow) -> Option<Time> {
    instants(row).max()
}

/// Says when bundles were dumped and how far their jobs tables reach. A row of a time to which nothing else comes near is
/// no sign that it was collected then: a clock was wrong, or a person wrote the table.
pub(super) fn date(facts: &mut Facts, bundles: &mut BTreeMap<usize, Bundle>, rows: &[Row]) {
    let other = |bundle: &Bundle| bundle.named.max(bundle.latest_entry);
    // A table that was handed in alone is held against everything else of its cluster.
    let anywhere = bundles.values().filter_map(other).max();
    let limits: BTreeMap<usize, Option<Time>> = bundles
        .iter()
        .map(|(number, bundle)| {
            let limit = other(bundle).or(anywhere);
            (*number, limit.map(|limit| limit.plus(SILENCE)))
        })
        .collect_small();
    for row in rows {
        let limit = limits.get(&row.bundle).copied().flatten();
        let fits = |time: &Time| limit.is_none_or(|limit| *time <= limit);
        let Some(latest) = instants(&row.row).filter(fits).max() else { continue };
        if let Some(bundle) = bundles.get_mut(&row.bundle) {
            bundle.dumped = bundle.dumped.max(Some(latest));
        }
        let cluster = facts.clusters.get_mut(&row.tenancy.cluster);
        let table = cluster.and_then(|known| known.jobs_tables.get_mut(&row.tenancy.tenant));
        if let Some(table) = table.filter(|_| row.vouches && row.standing == Standing::Whole) {
            table.reach = table.reach.max(Some(latest));
        }
    }
}

/// Adds the nodes and virtual clusters that paths name, and says of which clusters all nodes are known.
pub(super) fn add_plan(
    facts: &mut Facts,
    named: &mut Named,
    tally: &Tally,
    bundles: &BTreeMap<usize, Bundle>,
) {
    let clusters: BTreeSet<Cluster> =
        bundles.values().flat_map(|bundle| bundle.clusters.iter().cloned()).collect_small();
    for cluster in &clusters {
        let known = facts.clusters.entry(cluster.clone()).or_default();
        let of = || bundles.values().filter(|bundle| bundle.clusters.contains(cluster));
        known.collected = of().filter_map(Bundle::collected).max();
        // The account of the files says whether there is any tree that is incomplete, and names nodes without saying in which tree.
        // That all nodes of a tree are known is said by a list of them alone: a folder may have been taken out.
        let complete = |bundle: &Bundle| bundle.clusters.len() == 1 && bundle.lists_nodes;
        let mut trees = of().filter(|bundle| bundle.tree).peekable();
        known.all_nodes_known =
            tally.complete_tree() && trees.peek().is_some() && trees.all(complete);
    }
    let in_trees: BTreeSet<&Cluster> = bundles
        .values()
        .filter(|bundle| bundle.tree)
        .flat_map(|bundle| &bundle.clusters)
        .collect_small();
    let only = Cluster::default();
    // Of which tree it is, the path does not tell: it may be of each.
    let owners: Vec<&Cluster> =
        if clusters.len() > 1 { in_trees.iter().copied().collect() } else { vec![&only] };
    for (tenant, id) in &tally.nodes {
        let seen = facts.nodes.keys().any(|(of, node)| of.tenant == *tenant && node == id);
        if seen && clusters.len() > 1 {
            continue;
        }
        for cluster in &owners {
            facts.nodes.entry((Tenancy::new(cluster, tenant), *id)).or_default();
        }
    }
    for tenant in &tally.tenants {
        let known = |cluster: &&Cluster| {
            let tables = facts.clusters.get(*cluster).map(|known| &known.jobs_tables);
            tables.is_some_and(|tables| tables.contains_key(tenant))
        };
        if clusters.len() > 1 && owners.iter().any(known) {
            continue;
        }
        for cluster in &owners {
            named.tenants.entry((*cluster).clone()).or_default().folder(tenant);
        }
    }
    for (number, bundle) in bundles.iter().filter(|(_, bundle)| bundle.tree) {
        let Some(collected) = bundle.dumped.filter(|_| tally.complete_tree()) else { continue };
        facts.nodes.values_mut().for_each(|node| node.extend(*number, collected));
    }
}

/// Whether a table says what jobs there are, what they do and how they ended. `system.job_info` has no state, and the
/// rows of `system.jobs` say what a job does only with their payload, which from 23.1 on is elsewhere
/// (`docs/cockroachdb/debug-zip.md#raw-job-rows`).
pub(super) fn says_how_jobs_ended(table: Table, rows: &[JobRow]) -> bool {
    let has_payload = |row: &JobRow| row.details.is_known() || !row.description.is_empty();
    match table {
        // Every cluster has automatic jobs, so a table without rows is none of any cluster.
        Table::Jobs => !rows.is_empty(),
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
    pub(super) standing: Standing,
    /// Its table says how jobs ended.
    pub(super) vouches: bool,
    pub(super) path: Arc<str>,
    pub(super) tenancy: Tenancy,
    pub(super) row: JobRow,
}

impl Row {
    /// Takes note of the process that it names as the one that ran the job last, and of the time that it names.
    pub(super) fn add_to(&self, named: &mut Named) {
        let Self { tenancy, row, .. } = self;
        let first =
            [row.created, row.started, row.finished, row.last_run].into_iter().flatten().min();
        named.existed(&tenancy.cluster, first.filter(|first| !is_undated(*first)));
        // A virtual cluster has a version of its own.
        if let (Some(series), Some(created)) = (row.created_on, row.created)
            && tenancy.tenant == Tenant::system()
        {
            named.active(&tenancy.cluster, series, created);
        }
        let id = row.coordinator_id.and_then(|id| u32::try_from(id).ok()).filter(|id| *id > 0);
        if let Some(id) = id {
            let taken_up = row.last_run.or(row.started).or(row.created);
            named.node(tenancy, NodeId(id), taken_up);
        }
    }
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
        let counts = row.standing != Standing::Superseded;
        (collected, row.bundle, counts, trust(row.table), latest(&row.row))
    };
    // There may be very many: each is asked for its key once.
    let mut rows: Vec<_> = rows.into_iter().map(|row| (key(&row), row)).collect();
    rows.sort_small_by(|(a, _), (b, _)| a.cmp(b));
    for (_, Row { path, tenancy, row, .. }) in rows {
        histories.add_row(&path, &tenancy, row);
    }
}
