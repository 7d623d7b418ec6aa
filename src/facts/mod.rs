//! What several artifacts together say: nodes, versions over time, coverage, job histories, MOLT's runs.

mod asked;
mod backups;
mod bundles;
mod clusters;
mod collection;
mod files;
mod gather;
mod holes;
mod jobs;
mod kept;
mod lacks;
mod life;
mod log;
mod molt;
mod named;
mod nodes;
mod operation;
mod processes;
mod records;
mod schedules;
mod schema;
mod settings;
mod signals;
mod signs;
mod stated;
mod strays;
mod upgrades;
mod versions;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

pub use asked::{AskedRead, AskedRows};
pub use backups::{
    ALL_INDEXES, Backups, BulkOperation, Chain, Covers, Ended, KindTold, Layer, NotPlaced,
    OperationKind, ReadFrom, RestoreRun, Slack, Source, Touches, Unplaced, Within,
};
pub use collection::JobsTable;
pub use files::group_of;
pub use kept::KeptLog;
pub use lacks::Lacks;
pub use life::Life;
pub use molt::{MoltTable, MoltVerify};
pub use nodes::{Filtered, Node};
pub use operation::may_store_rows;
pub use schedules::{Expiry, Schedule};
pub use schema::{MissingSchema, Schema, SchemaOf};
pub use settings::{KnownSetting, MissingSetting, Setting, SettingChange, Settings, Why};
pub use signals::SIGNATURES;
pub use stated::StatedBuilds;
pub use strays::{StrayFile, StrayKind};
pub use upgrades::{Step, Upgrades};
pub use versions::{AtLeast, Lost, Origin, Ran, RanVersion};

use crate::ingest::{Standing, Table, Unsearched};
use crate::model::{
    Cluster, Entry, Gap, Job, JobId, JobStatus, Location, Missing, NodeId, Operation, Redaction,
    Tenancy, Tenant, Time, Unread, Version,
};
use crate::parse::asked::AskedTable;
use crate::parse::schedules::ScheduleRow;
use crate::parse::schema::SchemaRows;
use crate::parse::settings::SettingRows;
use crate::parse::{cluster::ClusterRecord, job_tag::JobTag, jobs_table::JobRow};

/// What reading one artifact gave.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Content {
    /// A log.
    Log(Box<KeptLog>),
    /// A table of jobs.
    Jobs(Table, Vec<JobRow>),
    /// The table of schedules.
    Schedules(Vec<ScheduleRow>),
    /// A table or document about settings of the cluster.
    Settings(Table, SettingRows),
    /// A table about the schema.
    Schema(Table, SchemaRows),
    /// A table or document about nodes, versions and events.
    Cluster(Table, Vec<ClusterRecord>),
    /// A table or document of which nothing but the rows is read that rules ask for.
    Asked,
    /// Nothing that this tool knows.
    NotRecognized,
}

/// One artifact that was read: where it is from and what it gave.
#[derive(Clone, Debug)]
pub struct Reading {
    /// Path as evidence names it.
    pub path: Arc<str>,
    /// Virtual cluster, from the path.
    pub tenant: Tenant,
    /// Node, from the path.
    pub node: Option<NodeId>,
    /// How far it can be trusted to be all of its table; of a log, [`Standing::Whole`].
    pub standing: Standing,
    /// What it gave.
    pub content: Content,
    /// Rows of it that rules ask for.
    pub asked: Option<AskedTable>,
}

/// An entry by which an advisory recognises its first sign.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sign {
    /// Name of the signature.
    pub signature: &'static str,
    /// Cluster and virtual cluster whose work it concerns.
    pub tenancy: Tenancy,
    /// Node that wrote it.
    pub node: Option<NodeId>,
    /// What its tags say of a job.
    pub tag: JobTag,
    /// The job, from its own tags or from the tags of another entry of the same flow.
    pub job: Option<JobId>,
    /// Versions that the node may have run then.
    pub ran: Ran,
    /// The entry.
    pub entry: Entry,
    /// Where it stands.
    pub source: Location,
    /// Its first lines as they stand.
    pub raw: String,
}

/// What is known of one cluster as a whole.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ClusterFacts {
    /// Whether all its nodes are among [`Facts::nodes`].
    pub all_nodes_known: bool,
    /// Virtual clusters of which a jobs table with rows was read.
    pub jobs_tables: BTreeMap<Tenant, JobsTable>,
    /// Virtual clusters that anything names, the system tenant among them.
    pub tenants: BTreeSet<Tenant>,
    /// Virtual clusters that `system.tenants` lists without a name and that no jobs table can be of.
    pub unnamed_tenants: BTreeSet<u64>,
    /// Virtual clusters that SQL pods serve, processes that are no nodes: nothing lists those that ended.
    pub sql_pods: BTreeSet<Tenant>,
    /// Latest instant that a table or a log names: it was collected then or later. A row whose time nothing else comes
    /// near to does not count.
    pub collected: Option<Time>,
    /// Earliest instant that a table or a log names: the cluster existed then.
    pub existed: Option<Time>,
    /// Series of the active cluster version at instants, by instant: no binary of then or later is older.
    pub active: Vec<(Time, (u16, u16))>,
    /// Whether any log entry was read.
    pub any_entry: bool,
}

/// What the whole input says. It may hold several clusters; nothing that is known of one says anything of another.
#[derive(Clone, Debug, Default)]
pub struct Facts {
    /// The clusters; one, without a name, unless there are several.
    pub clusters: BTreeMap<Cluster, ClusterFacts>,
    /// Nodes by virtual cluster and number: those with logs, and those that a path, a table or a document names.
    pub nodes: BTreeMap<(Tenancy, NodeId), Node>,
    /// Builds that logs name which name no node and lie in no node's folder.
    pub builds_without_node: Vec<(Tenancy, RanVersion)>,
    /// Jobs, from tables and logs.
    pub jobs: BTreeMap<(Tenancy, JobId), Job>,
    /// Schedules of backups by virtual cluster and id, as far as a table lists them. One that is not here may exist all
    /// the same.
    pub schedules: BTreeMap<(Tenancy, u64), Schedule>,
    /// Steps of upgrades by virtual cluster, as far as a table lists them.
    pub upgrades: BTreeMap<Tenancy, Upgrades>,
    /// Rows of tables that rules ask for.
    pub asked: AskedRows,
    /// Schedules that delete expired rows, of each virtual cluster of which a table of schedules was read.
    pub expiry: BTreeMap<Tenancy, Expiry>,
    /// Settings of the cluster, as far as they are asked for or set.
    pub settings: Settings,
    /// What is of note about tables and other objects.
    pub schema: Schema,
    /// Signs of all advisories, by time.
    pub signs: Vec<Sign>,
    /// Signs of all advisories in text that was not understood.
    pub strays: Vec<StrayFile>,
    /// Files that nobody needs and that were not searched for signs either.
    pub unsearched: Unsearched,
    /// What MOLT Fetch and Verify logged of each table.
    pub molt: Vec<MoltTable>,
    /// Chains of backups, and what ran beside them.
    pub backups: Backups,
    /// Strongest redaction seen.
    pub redaction: Redaction,
    /// What was not read, or not wholly.
    pub unread: Vec<Unread>,
    /// Logs that came more than once; each counts once.
    pub duplicates: Vec<DuplicateFile>,
    /// What a person states in place of an input.
    pub stated: Option<StatedBuilds>,
}

/// A log that is the same as another, under another name or in another bundle.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DuplicateFile {
    /// Its path.
    pub path: String,
    /// The path of the one that counts.
    pub of: String,
}

pub use gather::gather;

impl ClusterFacts {
    /// The series of the active version at an instant, as far as a job tells that was created then or before: no binary
    /// that ran then is older.
    #[must_use]
    pub fn active_at(&self, time: Time) -> Option<(u16, u16)> {
        self.active.iter().filter(|(since, _)| *since <= time).map(|(_, series)| *series).max()
    }
}

impl Facts {
    /// What is known of a cluster.
    #[must_use]
    pub fn cluster(&self, cluster: &Cluster) -> ClusterFacts {
        self.clusters.get(cluster).cloned().unwrap_or_default()
    }

    /// Whether all processes on which work of `tenancy` may have run are among [`Facts::nodes_of`].
    #[must_use]
    pub fn all_nodes_known(&self, tenancy: &Tenancy) -> bool {
        let known = self.clusters.get(&tenancy.cluster);
        known.is_some_and(|known| known.all_nodes_known) && !self.is_served_by_pods(tenancy)
    }

    /// Returns the list of nodes as a missing fact, unless [`Facts::all_nodes_known`].
    #[must_use]
    pub fn missing_nodes(&self, tenancy: &Tenancy) -> Option<Missing> {
        (!self.all_nodes_known(tenancy)).then(|| Missing::node_list(&tenancy.cluster))
    }

    /// Whether SQL pods serve a virtual cluster: processes that are no nodes, and of which nothing lists those that
    /// ended.
    #[must_use]
    pub fn is_served_by_pods(&self, tenancy: &Tenancy) -> bool {
        let known = self.clusters.get(&tenancy.cluster);
        known.is_some_and(|known| known.sql_pods.contains(&tenancy.tenant))
    }

    /// The nodes on which work of `tenancy` may have run: its own where the input has a tree of its own for it,
    /// else those of the system tenant, whose processes also serve shared-process virtual clusters.
    pub fn nodes_of(&self, tenancy: &Tenancy) -> impl Iterator<Item = (NodeId, &Node)> {
        let own = self.nodes.keys().any(|(owner, _)| owner == tenancy);
        let owner =
            if own { tenancy.clone() } else { Tenancy::new(&tenancy.cluster, &Tenant::system()) };
        self.nodes
            .iter()
            .filter(move |((of, _), _)| *of == owner)
            .map(|((_, id), node)| (*id, node))
    }

    /// The newest version that any node of `tenancy` ran.
    #[must_use]
    pub fn newest_version(&self, tenancy: &Tenancy) -> Option<&Version> {
        self.nodes_of(tenancy).filter_map(|(_, node)| node.versions.last()?.version.as_ref()).max()
    }

    /// Whether work that an advisory may be about can have run on the cluster of `tenancy` within a time: a job did, or
    /// no table of jobs reaches over it and says that none did.
    #[must_use]
    pub fn may_have_worked(&self, tenancy: &Tenancy, within: Gap) -> bool {
        let of_cluster = || self.jobs.values().filter(|job| job.tenancy.cluster == tenancy.cluster);
        let worked = of_cluster().filter(|job| job.operation != Operation::Other).any(|job| {
            let from = job.created.or_else(|| job.events.first().map(|event| event.time));
            let over = job.status.as_ref().is_some_and(JobStatus::is_final);
            let last = || job.events.last().map(|event| event.time).filter(|_| over);
            let to = job.finished.or_else(last);
            from.is_none_or(|from| from <= within.to) && to.is_none_or(|to| within.from <= to)
        });
        let table = self.clusters.get(&tenancy.cluster);
        let reach = table.and_then(|known| known.jobs_tables.get(&tenancy.tenant)?.reach);
        worked || reach.is_none_or(|reach| reach < within.to)
    }

    /// The versions that the nodes of `tenancy` may have run between two instants.
    #[must_use]
    pub fn ran_between(&self, tenancy: &Tenancy, from: Time, to: Time) -> Vec<Ran> {
        let mut ran: Vec<_> =
            self.nodes_of(tenancy).flat_map(|(_, node)| node.ran_between(from, to)).collect();
        if ran.is_empty() {
            ran.push(Ran::default());
        }
        ran
    }
}
