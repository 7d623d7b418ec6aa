//! What the scan looks for, and what it hands up.

use serde::{Deserialize, Serialize};

use crate::model::{Entry, Location, LogFormat, NodeId, Redaction, Time, Unread, Version};

/// Text by which an entry is recognised: the literal must occur in the entry's joined message (redaction
/// markers not counted) or in its structured event. A floor above decides what a recognised entry means.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Signature {
    /// Name, such as `jobs.state` or `a144650.flush_error`.
    pub name: &'static str,
    /// The literal, in ASCII without quotes or backslashes, so that it reads the same inside JSON.
    pub literal: &'static str,
}

/// An entry in which at least one signature occurs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hit {
    /// Indices of the signatures, ascending.
    pub signatures: Vec<u16>,
    /// The entry, joined over its physical lines.
    pub entry: Entry,
    /// Line, from 1, at which it begins.
    pub line: u64,
    /// Byte of the artifact's text at which it begins.
    pub offset: u64,
    /// Its first physical lines as they stand, decoded lossily and cut to a bounded length.
    pub raw: String,
}

/// A version that a preamble or a JSON entry names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VersionSeen {
    /// First entry that names it after another version or none.
    pub time: Time,
    /// Last entry for which it holds.
    pub until: Time,
    /// The version; none for a build whose version is no number (`beta-2016…`).
    pub version: Option<Version>,
    /// As it was written.
    pub text: String,
    /// Where it is named.
    pub location: Location,
}

/// What a log file is, apart from its hits.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogSummary {
    /// Formats of its entries, in order of appearance.
    pub formats: Vec<LogFormat>,
    /// Number of entries.
    pub entries: u64,
    /// Bytes of text.
    pub bytes: u64,
    /// Earliest and latest entry, placeholders of the year 2000 left out.
    pub span: Option<(Time, Time)>,
    /// Earliest and latest entry of channel DEV that is no preamble. A file without one cannot show what
    /// CockroachDB logs to DEV, however long it is.
    pub dev_span: Option<(Time, Time)>,
    /// Most frequent node in tags or fields, or the preamble's `nodeID`.
    pub node: Option<NodeId>,
    /// Virtual cluster named by tags or fields, if any entry names one.
    pub tenant_name: Option<String>,
    /// The preamble's `clusterID`, or JSON's `cluster_id`.
    pub cluster_id: Option<String>,
    /// Versions in order of appearance.
    pub versions: Vec<VersionSeen>,
    /// Counter of the first and of the last DEV entry, if they have one: `n + 1` in the next file means that
    /// nothing is missing between.
    pub counters: Option<(u64, u64)>,
    /// Strongest redaction seen.
    pub redaction: Redaction,
}

/// What the scan says of one log file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScannedLog {
    /// About the file.
    pub summary: LogSummary,
    /// Candidate entries, in the order of the file.
    pub hits: Vec<Hit>,
    /// What could not be read of it.
    pub unread: Vec<Unread>,
}
