//! What a person looks up first, what to collect next, and where to go.

use serde::{Deserialize, Serialize};

use crate::model::{Redaction, Time};

/// One cluster in short.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClusterSummary {
    /// Which of several clusters, as in [`super::Node::cluster`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cluster: Option<String>,
    /// Its virtual clusters.
    pub tenants: Vec<String>,
    /// Its nodes, as `tenant/n1`.
    pub nodes: Vec<String>,
    /// Builds that ran, the oldest first.
    pub builds: Vec<BuildSummary>,
    /// Changes of the build of a node, by time.
    pub upgrades: Vec<UpgradeStep>,
    /// Starts of processes after the first of a node, by time.
    pub restarts: Vec<Restart>,
    /// The latest instant that anything names: the input was collected then or later.
    pub collected: Option<Time>,
    /// What was removed before it was handed in.
    pub redaction: Redaction,
    /// Settings that were read and whose value is known to be changed from the default.
    pub settings: Vec<SettingSummary>,
    /// Jobs by virtual cluster, type and state.
    pub jobs: Vec<JobCount>,
}

/// A build that nodes ran.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BuildSummary {
    /// Such as `v24.3.9`.
    pub build: String,
    /// Nodes that ran it, as `tenant/n1`.
    pub nodes: Vec<String>,
    /// First time it is known to have run.
    pub from: Option<Time>,
    /// Last time it is known to have run.
    pub to: Option<Time>,
    /// Whether it is the last one that is known of one of these nodes.
    pub now: bool,
}

/// A node that came to run another build.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UpgradeStep {
    /// As `tenant/n1`.
    pub node: String,
    /// The build before.
    pub from: String,
    /// The build after.
    pub to: String,
    /// The first instant at which the build after is known.
    pub at: Option<Time>,
}

/// A process that started on a node that had run before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Restart {
    /// As `tenant/n1`.
    pub node: String,
    /// When.
    pub at: Time,
}

/// A setting that is changed from its default.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SettingSummary {
    /// Virtual cluster.
    pub tenant: String,
    /// Its name.
    pub name: String,
    /// Its value, or that it is not shown.
    pub value: String,
    /// When it was last changed.
    pub changed: Option<Time>,
}

/// How many jobs of a type are in a state.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct JobCount {
    /// Virtual cluster.
    pub tenant: String,
    /// Type as CockroachDB writes it; empty when unknown.
    #[serde(rename = "type")]
    pub job_type: String,
    /// State; empty when unknown.
    pub status: String,
    /// How many.
    pub count: u64,
}

/// Something to collect or to state, which would decide advisories.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CollectItem {
    /// What is missing, in a sentence.
    pub what: String,
    /// The command that gets it, for the builds that run; empty where no command does.
    pub command: String,
    /// Ids of the advisories that wait for it.
    pub decides: Vec<String>,
}

/// A move to another build.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Upgrade {
    /// Which of several clusters, as in [`super::Node::cluster`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cluster: Option<String>,
    /// Builds that run now.
    pub from: Vec<String>,
    /// The build to go to, or a later one of its series.
    pub to: String,
    /// Advisories that affect what runs now and not that build.
    pub leaves: Vec<String>,
    /// Advisories that the move does not settle: that build has the fault too, or the damage stays.
    pub keeps: Vec<String>,
    /// Advisories to look at before the move.
    pub checks_first: Vec<String>,
}
