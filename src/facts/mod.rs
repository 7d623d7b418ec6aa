//! What several artifacts together say: nodes, versions over time, coverage, job histories, MOLT's runs.

mod gather;
mod jobs;
mod molt;
mod nodes;
mod operation;
mod signals;

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

pub use molt::{MoltTable, MoltVerify};
pub use nodes::{Node, Ran, RanVersion};
pub use signals::SIGNATURES;

use crate::ingest::Table;
use crate::model::{Entry, Job, JobId, Location, NodeId, Redaction, Tenant, Time, Unread};
use crate::parse::{cluster::ClusterRecord, job_tag::JobTag, jobs_table::JobRow};
use crate::scan::ScannedLog;

/// What reading one artifact gave.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Content {
    /// A log.
    Log(Box<ScannedLog>),
    /// A table of jobs.
    Jobs(Table, Vec<JobRow>),
    /// A table or document about nodes, versions and settings.
    Cluster(Table, Vec<ClusterRecord>),
    /// Nothing that this tool knows.
    NotRecognized,
}

/// One artifact that was read: where it is from and what it gave.
#[derive(Clone, Debug)]
pub struct Reading {
    /// Path as evidence names it.
    pub path: String,
    /// Virtual cluster, from the path.
    pub tenant: Tenant,
    /// Node, from the path.
    pub node: Option<NodeId>,
    /// What it gave.
    pub content: Content,
}

/// An entry by which an advisory recognises its first sign.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sign {
    /// Name of the signature.
    pub signature: &'static str,
    /// Virtual cluster whose work it concerns.
    pub tenant: Tenant,
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

/// What the whole input says.
#[derive(Clone, Debug, Default)]
pub struct Facts {
    /// Nodes by tenant and number: those with logs and those that a path names.
    pub nodes: BTreeMap<(Tenant, NodeId), Node>,
    /// Whether `nodes` are all nodes of the cluster.
    pub all_nodes_known: bool,
    /// Jobs, from tables and logs.
    pub jobs: BTreeMap<(Tenant, JobId), Job>,
    /// Signs of all advisories, by time.
    pub signs: Vec<Sign>,
    /// What MOLT Fetch and Verify logged of each table.
    pub molt: Vec<MoltTable>,
    /// Tenants whose jobs table was read.
    pub jobs_tables: BTreeSet<Tenant>,
    /// Strongest redaction seen.
    pub redaction: Redaction,
    /// Latest instant that a table or a log names: the input was collected then or later.
    pub collected: Option<Time>,
    /// Whether any log entry was read.
    pub any_entry: bool,
    /// What was not read, or not wholly.
    pub unread: Vec<Unread>,
}

pub use gather::gather;

impl Facts {
    /// The nodes on which work of `tenant` may have run: its own where the input has a tree of its own for it,
    /// else those of the system tenant, whose processes also serve shared-process virtual clusters.
    pub fn nodes_of<'a>(&'a self, tenant: &'a Tenant) -> impl Iterator<Item = (NodeId, &'a Node)> {
        let own = self.nodes.keys().any(|(owner, _)| owner == tenant);
        let system = Tenant::system();
        self.nodes
            .iter()
            .filter(move |((owner, _), _)| if own { owner == tenant } else { *owner == system })
            .map(|((_, id), node)| (*id, node))
    }

    /// The versions that the nodes of `tenant` may have run between two instants.
    #[must_use]
    pub fn ran_between(&self, tenant: &Tenant, from: Time, to: Time) -> Vec<Ran> {
        let mut ran: Vec<_> =
            self.nodes_of(tenant).flat_map(|(_, node)| node.ran_between(from, to)).collect();
        if ran.is_empty() {
            ran.push(Ran::default());
        }
        ran
    }
}
