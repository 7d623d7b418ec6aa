//! Truth with three values: what is not known keeps the names of the facts that are missing.
//!
//! `and`, `or` and `not` are Kleene's. So "could not be checked" can never be written as "does not hold", neither by us nor by
//! a person's own rule.

use std::collections::BTreeSet;
use std::fmt;

use crate::model::Time;

/// A fact that would decide and that the input does not have.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Missing {
    /// The builds of nodes.
    Builds {
        /// Nodes as the report names them.
        nodes: Vec<String>,
        /// What they may have run, for people; empty where anything.
        bounds: String,
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
    /// Another named fact, in a sentence without its end.
    Fact(String),
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
            Self::Fact(text) => f.write_str(text),
        }
    }
}

/// Names in a sentence, the first few of them.
pub(super) fn listed(names: &[String]) -> String {
    const SHOWN: usize = 5;
    match names {
        [] => "no node".to_owned(),
        [only] => only.clone(),
        [first @ .., last] if names.len() <= SHOWN => format!("{} and {last}", first.join(", ")),
        _ => format!("{} and {} more", names[..SHOWN].join(", "), names.len() - SHOWN),
    }
}

/// Whether a condition holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Truth {
    /// It holds.
    True,
    /// It does not hold.
    False,
    /// One of these facts is missing.
    Unknown(BTreeSet<Missing>),
}

impl Truth {
    /// Not known because of one fact.
    #[must_use]
    pub fn unknown(missing: Missing) -> Self {
        Self::Unknown(BTreeSet::from([missing]))
    }

    /// Both hold.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::False, _) | (_, Self::False) => Self::False,
            (Self::True, truth) | (truth, Self::True) => truth,
            (Self::Unknown(a), Self::Unknown(b)) => Self::Unknown(a.into_iter().chain(b).collect()),
        }
    }

    /// At least one holds.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        self.not().and(other.not()).not()
    }

    /// It does not hold.
    #[must_use]
    #[expect(clippy::should_implement_trait, reason = "the three are read as and, or, not")]
    pub fn not(self) -> Self {
        match self {
            Self::True => Self::False,
            Self::False => Self::True,
            unknown @ Self::Unknown(_) => unknown,
        }
    }

    /// All hold; so it is of none.
    #[must_use]
    pub fn all(each: impl IntoIterator<Item = Self>) -> Self {
        each.into_iter().fold(Self::True, Self::and)
    }

    /// At least one holds; so it is not of none.
    #[must_use]
    pub fn any(each: impl IntoIterator<Item = Self>) -> Self {
        each.into_iter().fold(Self::False, Self::or)
    }

    /// Whether it holds for certain.
    #[must_use]
    pub fn holds(&self) -> bool {
        *self == Self::True
    }
}

impl From<bool> for Truth {
    fn from(holds: bool) -> Self {
        if holds { Self::True } else { Self::False }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unknown(name: &str) -> Truth {
        Truth::unknown(Missing::Fact(name.to_owned()))
    }

    #[test]
    fn truth_is_kleenes() {
        use Truth::{False, True};
        assert_eq!(True.and(unknown("a")), unknown("a"));
        assert_eq!(False.and(unknown("a")), False);
        assert_eq!(unknown("a").or(True), True);
        assert_eq!(False.or(unknown("a")), unknown("a"));
        assert_eq!(unknown("a").not(), unknown("a"));
        assert_eq!(True.not(), False);
        assert_eq!(Truth::all([]), True);
        assert_eq!(Truth::any([]), False);
    }

    #[test]
    fn truth_keeps_every_missing_fact() {
        let both = unknown("a").and(unknown("b"));
        let Truth::Unknown(missing) = both.not() else { panic!("it is known") };
        let said: Vec<String> = missing.iter().map(ToString::to_string).collect();
        assert_eq!(said, ["a", "b"]);
    }

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
