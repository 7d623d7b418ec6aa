//! Facts without any input: a person states which builds run, and which was the first.

use crate::model::{Cluster, Location, Tenancy, Tenant, Version};

use super::versions::{Origin, RanVersion};
use super::{ClusterFacts, Facts};

/// What a person states in place of an input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatedBuilds {
    /// Builds that run.
    pub builds: Vec<Version>,
    /// The first build that the cluster ever ran; none where nobody states it.
    pub first: Option<Version>,
}

impl Facts {
    /// The facts of a cluster of which a person states the builds of all nodes, and of which nothing else is known.
    #[must_use]
    pub fn of_builds(stated: StatedBuilds) -> Self {
        let cluster = Cluster::default();
        let system = Tenancy::new(&cluster, &Tenant::system());
        let known = ClusterFacts {
            all_nodes_known: true,
            tenants: [Tenant::system()].into(),
            ..ClusterFacts::default()
        };
        let ran = stated.builds.iter().map(|version| {
            let seen = RanVersion {
                version: Some(version.clone()),
                text: version.to_string(),
                from: None,
                until: None,
                source: Location { path: "".into(), line: 1, offset: 0 },
                origin: Origin::Stated,
                conflict: false,
            };
            (system.clone(), seen)
        });
        Self {
            clusters: [(cluster, known)].into(),
            builds_without_node: ran.collect(),
            stated: Some(stated),
            ..Self::default()
        }
    }
}
