//! Who: nodes, virtual clusters and jobs.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Number of a node, or of a SQL instance of a virtual cluster. Unique only together with its [`Tenant`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct NodeId(pub u32);

impl fmt::Display for NodeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "n{}", self.0)
    }
}

/// Name of a virtual cluster; `system` for everything outside `cluster/<name>/`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Tenant(pub String);

impl Tenant {
    /// Name of the tenant that every cluster has.
    pub const SYSTEM: &'static str = "system";

    /// The tenant that every cluster has.
    #[must_use]
    pub fn system() -> Self {
        Self(Self::SYSTEM.to_owned())
    }
}

impl Default for Tenant {
    fn default() -> Self {
        Self::system()
    }
}

impl fmt::Display for Tenant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Which of several clusters: its id, or the name of its bundle where no id is known. Empty while the input holds only
/// one, so that nothing has to be said of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Cluster(pub String);

impl Cluster {
    /// Its name, if the input holds more than one cluster.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        (!self.0.is_empty()).then_some(self.0.as_str())
    }
}

/// Whose: a virtual cluster of a cluster. Ids of jobs and numbers of nodes are unique only within it.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Tenancy {
    /// The cluster.
    pub cluster: Cluster,
    /// The virtual cluster in it.
    pub tenant: Tenant,
}

impl Tenancy {
    /// The virtual cluster `tenant` of `cluster`.
    #[must_use]
    pub fn new(cluster: &Cluster, tenant: &Tenant) -> Self {
        Self { cluster: cluster.clone(), tenant: tenant.clone() }
    }
}

impl fmt::Display for Tenancy {
    /// `system`, or `<cluster>/system` where there are several clusters.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.cluster.name() {
            Some(cluster) => write!(f, "{cluster}/{}", self.tenant),
            None => self.tenant.fmt(f),
        }
    }
}

/// Id of a job. Larger than 2^53 in practice, therefore a string wherever a person or a script reads it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct JobId(pub u64);

impl JobId {
    /// The id written in decimal, or nothing for text that is no id. `0` is what tests and untagged flows
    /// carry, not a job (`docs/cockroachdb/log-formats.md#job-references`).
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let digits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        text.parse().ok().filter(|id| digits && *id != 0).map(Self)
    }
}

impl fmt::Display for JobId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Serialize for JobId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if serializer.is_human_readable() {
            serializer.collect_str(self)
        } else {
            self.0.serialize(serializer)
        }
    }
}

impl<'de> Deserialize<'de> for JobId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if deserializer.is_human_readable() {
            let text = String::deserialize(deserializer)?;
            Self::parse(&text).ok_or_else(|| serde::de::Error::custom("a job id is decimal digits"))
        } else {
            u64::deserialize(deserializer).map(Self)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_beyond_two_to_the_53_survive_json_as_strings() {
        let id = JobId(1_065_722_008_981_340_161);
        let json = serde_json::to_string(&id).unwrap();
        assert_eq!(json, "\"1065722008981340161\"");
        assert_eq!(serde_json::from_str::<JobId>(&json).unwrap(), id);
    }

    #[test]
    fn zero_signs_and_words_are_no_job() {
        for text in ["0", "", "+7", "-7", "×", "99999999999999999999"] {
            assert_eq!(JobId::parse(text), None, "{text}");
        }
    }
}
