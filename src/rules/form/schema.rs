//! The relations that a rule can ask, and the columns of their rows.
//!
//! To add one, add it to [`RELATIONS`] and write the file of `rules/relations` that makes its rows; `docs/rules.md` is made
//! from this list.

mod backup_chain;
mod flush_warning;
mod job;
mod objects;
mod tables;
mod upgrade;

use super::rule::Value;
use backup_chain::BACKUP_CHAIN;
use flush_warning::FLUSH_WARNING;
use job::JOB;
use objects::{COLUMN, INDEX, OBJECT, TABLE};
use upgrade::UPGRADE;

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Text.
    Text,
    /// A number; of a duration, its seconds.
    Number,
    /// Yes or no.
    Bool,
    /// A build.
    Version,
    /// An instant.
    Time,
    /// Text, a number or yes or no, by the type of the setting.
    Any,
    /// A cell of a table: text, or what it is compared with.
    Cell,
    /// One of these words.
    Word(&'static [&'static str]),
    /// An instant that is said to the last digit, because the order of log entries depends on it.
    Instant,
    /// Text of the input that is said to its end.
    Whole,
    /// A part of a sentence, which can be said and not compared.
    Said,
}

impl Kind {
    /// What it is called in documents and errors.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Text | Self::Whole => "text",
            Self::Number => "number",
            Self::Bool => "bool",
            Self::Version => "version",
            Self::Time => "time",
            Self::Any => "any",
            Self::Cell => "cell",
            Self::Word(_) => "word",
            Self::Instant => "time",
            Self::Said => "sentence",
        }
    }

    /// Whether a column of this kind holds instants.
    #[must_use]
    pub fn is_time(self) -> bool {
        matches!(self, Self::Time | Self::Instant | Self::Cell)
    }

    /// Whether a column of this kind can be compared with `value`.
    #[must_use]
    pub fn takes(self, value: &Value) -> bool {
        match value {
            Value::Text(text) => match self {
                Self::Text | Self::Whole | Self::Any | Self::Cell => true,
                Self::Word(words) => words.contains(&text.as_str()),
                _ => false,
            },
            Value::Number(_) => matches!(self, Self::Number | Self::Any | Self::Cell),
            Value::Bool(_) => matches!(self, Self::Bool | Self::Any | Self::Cell),
            Value::Version(_) => self == Self::Version,
            Value::Time(_) => self.is_time(),
        }
    }
}

/// One column.
#[derive(Clone, Copy, Debug)]
pub struct Column {
    /// By which rules name it.
    pub name: &'static str,
    /// What it holds.
    pub kind: Kind,
    /// What it says, for people.
    pub about: &'static str,
}

/// One relation.
#[derive(Clone, Copy, Debug)]
pub struct Relation {
    /// By which rules name it.
    pub name: &'static str,
    /// What one row is, for people.
    pub about: &'static str,
    /// From what it is read.
    pub sources: &'static str,
    /// Whether its rows can be the subject of a rule.
    pub subject: bool,
    /// A column that a rule must compare with given values, because only what is named is read.
    pub named_by: Option<&'static str>,
    /// The detectors in Rust that derive the rows; none of a relation that is read. Only a rule that names one of them has the
    /// rows, as its subject.
    pub derived_by: &'static [&'static str],
    /// Its columns.
    pub columns: &'static [Column],
}

impl Relation {
    /// Whether its rows are things of the schema. Only those are kept of which something is of note.
    #[must_use]
    pub fn is_of_schema(&self) -> bool {
        matches!(self.name, "table" | "index" | "column" | "object")
    }

    /// The place and content of a column.
    #[must_use]
    pub fn column(&self, name: &str) -> Option<(usize, &'static Column)> {
        let columns = self.columns.iter().enumerate();
        let known = columns.clone().find(|(_, column)| column.name == name && name != OTHERS);
        known.or_else(|| columns.clone().find(|(_, column)| column.name == OTHERS && is_cell(name)))
    }

    /// The columns that say from and until when a row is about: the same of what happened at once.
    #[must_use]
    pub fn span(&self) -> Option<(&'static str, &'static str)> {
        const SPANS: [(&str, &str); 4] =
            [("from", "until"), ("created", "finished"), ("time", "time"), ("changed", "changed")];
        let own = |name: &str| self.columns.iter().find(|column| column.name == name);
        let is_time = |name| own(name).is_some_and(|column| column.kind.is_time());
        SPANS.into_iter().find(|(from, until)| is_time(from) && is_time(until))
    }

    /// Whether it has columns that only the input names.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.columns.iter().any(|column| column.name == OTHERS)
    }
}

/// The name that stands for all columns that only the input names.
pub const OTHERS: &str = "*";

/// Whether a table can have a column of this name.
fn is_cell(name: &str) -> bool {
    !name.is_empty()
        && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
}

/// The relation of a name.
#[must_use]
pub fn relation(name: &str) -> Option<&'static Relation> {
    RELATIONS.iter().find(|relation| relation.name == name)
}

const fn column(name: &'static str, kind: Kind, about: &'static str) -> Column {
    Column { name, kind, about }
}

/// All relations.
pub const RELATIONS: [Relation; 18] = [
    Relation {
        name: "cluster",
        about: "The cluster, or one of its virtual clusters. The subject of a rule that names none.",
        sources: "everything that was read",
        subject: true,
        named_by: None,
        derived_by: &[],
        columns: &[
            column("nodes", Kind::Number, "How many nodes the input names."),
            column("oldest", Kind::Version, "The oldest build that runs."),
            column("newest", Kind::Version, "The newest build that runs."),
            column("existed", Kind::Time, "The earliest instant that anything names."),
            column(
                "collected",
                Kind::Time,
                "The latest instant that anything names: the input was collected then or later.",
            ),
        ],
    },
    Relation {
        name: "node",
        about: "A node, or a SQL process of a virtual cluster.",
        sources: "logs, nodes.json, status.json, crdb_internal.kv_node_status, crdb_internal.node_build_info, lists of nodes",
        subject: true,
        named_by: None,
        derived_by: &[],
        columns: &[
            column("node", Kind::Number, "Its number."),
            column("build", Kind::Version, "The build that runs, or ran last."),
            column("since", Kind::Time, "Since when that build is known to run."),
            column(
                "seen",
                Kind::Time,
                "Its last log entry, or the last instant at which its build is known.",
            ),
        ],
    },
    Relation {
        name: "build",
        about: "A stretch of time in which a node ran one build.",
        sources: "the preambles of logs, JSON entries, nodes.json, status.json, crdb_internal.kv_node_status, crdb_internal.node_build_info",
        subject: false,
        named_by: None,
        derived_by: &[],
        columns: &[
            column("node", Kind::Number, "The number of the node."),
            column("build", Kind::Version, "The build."),
            column("from", Kind::Time, "The first instant at which it is known to have run."),
            column("until", Kind::Time, "The last instant at which it is known to have run."),
            column("now", Kind::Bool, "Whether it is the last build of the node that is known."),
            column("affected", Kind::Bool, "Whether it lies in a window of the rule."),
        ],
    },
    Relation {
        name: "setting",
        about: "A cluster setting that a rule names.",
        sources: "crdb_internal.cluster_settings, system.settings, cluster_settings_history, settings.json",
        subject: true,
        named_by: Some("name"),
        derived_by: &[],
        columns: &[
            column("name", Kind::Text, "Its name; both spellings of a renamed one are read."),
            column(
                "value",
                Kind::Any,
                "Its value by its type; where none is set, the default that the rule names.",
            ),
            column(
                "set",
                Kind::Bool,
                "Whether a value was set by a person. Of a text setting that redaction hides, often the only thing known.",
            ),
            column("changed", Kind::Time, "When it was last changed."),
            column("origin", Kind::Text, "`set by a person`, or `the default of the build`."),
        ],
    },
    Relation {
        name: "log",
        about: "A log entry that holds a text that a rule names.",
        sources: "the logs of all nodes, in the formats crdb-v1, crdb-v2 and json",
        subject: true,
        named_by: Some("message"),
        derived_by: &[],
        columns: &[
            column(
                "message",
                Kind::Text,
                "The message, joined over its lines, without the marks of redaction.",
            ),
            column("severity", Kind::Text, "INFO, WARNING, ERROR or FATAL."),
            column("channel", Kind::Text, "The channel, such as DEV or HEALTH."),
            column("file", Kind::Text, "The source file that wrote it."),
            column("time", Kind::Time, "When it was written."),
            column("node", Kind::Number, "The node that wrote it."),
            column("build", Kind::Version, "The build that wrote it."),
        ],
    },
    TABLE,
    INDEX,
    COLUMN,
    OBJECT,
    JOB,
    UPGRADE,
    tables::ROW,
    tables::EVENT,
    tables::STORE,
    tables::METRIC,
    tables::RANGE,
    FLUSH_WARNING,
    BACKUP_CHAIN,
];
