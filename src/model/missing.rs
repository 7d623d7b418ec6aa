//! Facts that would decide and that the input does not have, and what would have to be handed in for them.

use std::fmt;

use super::{Cluster, NodeId, Time};

/// A fact that would decide and that the input does not have.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Missing {
    /// The builds of nodes, of now.
    Builds {
        /// Nodes as the report names them.
        nodes: Vec<String>,
        /// What they may have run, for people; empty where anything.
        bounds: String,
    },
    /// The builds of a node in a time that is over.
    BuildsThen {
        /// The node as the report names it.
        node: String,
        /// Of when, for people.
        bounds: String,
        /// The logs that would name them.
        need: Box<Need>,
    },
    /// Whether a build has the fault that no window names: a testing build, one that the advisory passes over, or one that
    /// was made from commits after a release.
    NotNamed {
        /// The build, as it was written.
        build: String,
        /// The node that ran it, if it is known.
        node: Option<String>,
    },
    /// Which builds ran before the first that is known.
    History {
        /// The first instant that is known; none where no build is dated.
        before: Option<Time>,
        /// The cluster, where the input holds several; else empty.
        cluster: String,
    },
    /// Nodes may exist of which nothing was handed in.
    NodeList {
        /// The cluster, where the input holds several; else empty.
        cluster: String,
    },
    /// A part of the input that was not read.
    Unread {
        /// Its path.
        path: String,
        /// What happened.
        detail: String,
    },
    /// The value of a setting.
    Setting {
        /// Its name.
        name: String,
        /// Why it is not known.
        why: String,
    },
    /// When something was so.
    Instant {
        /// Of what.
        of: String,
    },
    /// Another fact of which it is known what to hand in.
    Needed {
        /// A sentence without its end.
        said: String,
        /// What to hand in.
        need: Box<Need>,
    },
    /// Another named fact, in a sentence without its end.
    Fact(String),
}

/// What would have to be handed in.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Need {
    /// What every debug zip of a cluster has beside logs.
    Zip {
        /// The cluster, where the input holds several; else empty.
        cluster: String,
        /// What of it.
        part: ZipPart,
    },
    /// Logs.
    Logs(LogsNeed),
    /// A statement of a person: which versions ran before.
    History {
        /// The first instant that is known.
        before: Option<Time>,
        /// The cluster, where the input holds several; else empty.
        cluster: String,
    },
}

/// A part of a debug zip that is not a log.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ZipPart {
    /// The list of all nodes.
    Nodes,
    /// The builds of all nodes.
    Builds,
    /// The jobs of a virtual cluster, by its name.
    Jobs(String),
    /// The settings of the cluster.
    Settings,
    /// Another table, by its name.
    Table(String),
}

/// Logs that are missing.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct LogsNeed {
    /// The cluster, where the input holds several; else empty.
    pub cluster: String,
    /// Of these nodes; of all if empty.
    pub nodes: Vec<NodeId>,
    /// From then on; none where nothing tells.
    pub from: Option<Time>,
    /// Until then; none where nothing tells.
    pub to: Option<Time>,
    /// What the logs lack that were handed in.
    pub lack: LogsLack,
}

/// What logs lack.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum LogsLack {
    /// They are not there.
    All,
    /// Text that redaction removed.
    Text,
    /// Entries of severity INFO.
    Info,
}

impl Missing {
    /// The list of the nodes of `cluster`.
    #[must_use]
    pub fn node_list(cluster: &Cluster) -> Self {
        Self::NodeList { cluster: cluster.name().unwrap_or_default().to_owned() }
    }

    /// What would have to be handed in; none where nothing is known that would tell, or where the rest of the input decides
    /// what it is.
    #[must_use]
    pub fn need(&self) -> Option<Need> {
        let zip = |cluster: &str, part| Some(Need::Zip { cluster: cluster.to_owned(), part });
        match self {
            Self::Builds { .. } => zip("", ZipPart::Builds),
            Self::NodeList { cluster } => zip(cluster, ZipPart::Nodes),
            Self::BuildsThen { need, .. } | Self::Needed { need, .. } => {
                Some(need.as_ref().clone())
            }
            Self::History { before, cluster } => {
                Some(Need::History { before: *before, cluster: cluster.clone() })
            }
            Self::NotNamed { .. }
            | Self::Unread { .. }
            | Self::Setting { .. }
            | Self::Instant { .. }
            | Self::Fact(_) => None,
        }
    }
}

impl fmt::Display for Missing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let of = |cluster: &str| match cluster {
            "" => String::new(),
            name => format!(" of {name}"),
        };
        match self {
            Self::Builds { nodes, bounds } => {
                write!(f, "the version that ran on {}{bounds}", listed(nodes))
            }
            Self::BuildsThen { node, bounds, .. } => {
                write!(f, "the version that ran on {node}{bounds}")
            }
            Self::NotNamed { build, node } => {
                let on = node.as_ref().map(|node| format!(" on {node}")).unwrap_or_default();
                write!(
                    f,
                    "whether {build}{on} has the fault: the advisory does not name this build"
                )
            }
            Self::History { before: Some(time), cluster } => write!(
                f,
                "history before {time}: which versions the cluster{} ran until then",
                of(cluster)
            ),
            Self::History { before: None, cluster } => {
                write!(f, "history: which versions the cluster{} ran before", of(cluster))
            }
            Self::NodeList { cluster } => write!(
                f,
                "the list of nodes{}: no whole nodes.json or crdb_internal.kv_node_status was read, so nodes may exist that run another version",
                of(cluster)
            ),
            Self::Unread { path, detail } => write!(f, "{path}: {}", detail.trim_end_matches('.')),
            Self::Setting { name, why } => write!(f, "the value of {name}: {why}"),
            Self::Instant { of } => write!(f, "when {of}"),
            Self::Needed { said, .. } | Self::Fact(said) => f.write_str(said),
        }
    }
}

/// Names in a sentence, the first few of them.
#[must_use]
pub fn listed(names: &[String]) -> String {
    const SHOWN: usize = 5;
    match names {
        [] => "no node".to_owned(),
        [only] => only.clone(),
        [first @ .., last] if names.len() <= SHOWN => format!("{} and {last}", first.join(", ")),
        _ => format!("{} and {} more", names[..SHOWN].join(", "), names.len() - SHOWN),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn missing_facts_are_named() {
        let time = Time::parse_rfc3339("2023-01-31T00:00:00Z");
        let history = Missing::History { before: time, cluster: String::new() };
        assert_eq!(
            history.to_string(),
            "history before 2023-01-31T00:00:00.000000Z: which versions the cluster ran until then"
        );
        let nodes = (1..=7).map(|n| format!("n{n}")).collect();
        let builds = Missing::Builds { nodes, bounds: String::new() };
        assert_eq!(builds.to_string(), "the version that ran on n1, n2, n3, n4, n5 and 2 more");
    }
}
