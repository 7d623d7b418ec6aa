//! What is in the input and how each needed artifact is reached.

use std::collections::{HashMap, HashSet};

use serde::{Deserialize, Serialize};

use crate::model::{SortSmall, Unread};

use super::tally::Tally;

/// One file that was handed in.
#[derive(Clone, Debug)]
pub struct Input<S> {
    /// Its name, or folder and name with `/` between, as a browser gives it (`webkitRelativePath`).
    pub path: String,
    /// Its bytes.
    pub source: S,
}

/// How something that was handed in is packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum SourceKind {
    /// A zip archive.
    Zip,
    /// A tar archive.
    Tar,
    /// A gzip stream.
    Gzip,
    /// A zstd stream.
    Zstd,
    /// A bzip2 stream.
    Bzip2,
    /// An xz stream.
    Xz,
    /// A folder of files.
    Directory,
    /// A file as it is.
    File,
}

/// One thing that was handed in: an archive, a file, or all files of one folder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceInfo {
    /// Its name, without the folders above it.
    pub name: String,
    /// How it is packed.
    pub kind: SourceKind,
    /// Its size.
    pub bytes: u64,
}

/// What a debug zip tells of its cluster besides logs, as far as it is of use: tables that it dumps by SQL, and
/// documents that it asks of its nodes (`docs/cockroachdb/debug-zip.md#tree` and
/// `docs/cockroachdb/debug-zip.md#sources-of-the-version`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Table {
    /// `crdb_internal.jobs`: the decoded list of jobs.
    Jobs,
    /// `crdb_internal.system_jobs` (23.1 on): raw rows with payload and progress joined.
    CrdbSystemJobs,
    /// `system.jobs`: raw rows, with payload and progress until 22.2.
    SystemJobs,
    /// `system.job_info` (22.2 on): payload and progress as values under a key.
    JobInfo,
    /// `system.scheduled_jobs` (20.2 on): schedules of backups and of other work.
    ScheduledJobs,
    /// `crdb_internal.node_build_info` of one node.
    NodeBuildInfo,
    /// `crdb_internal.kv_node_status`.
    KvNodeStatus,
    /// `crdb_internal.cluster_settings`: every setting and its value.
    ClusterSettings,
    /// `system.settings` (late 21.2 on): the settings that are set, and since when.
    SystemSettings,
    /// `cluster_settings_history` (25.4 on): changes of settings.
    SettingsHistory,
    /// `settings.json`: the settings as the API lists them.
    SettingsJson,
    /// `system.descriptor`: everything in the schema, encoded.
    Descriptor,
    /// `nodes.json`: the status of all nodes.
    NodesJson,
    /// `status.json` of one node.
    StatusJson,
    /// `details.json` of one node.
    DetailsJson,
    /// `crdb_internal.kv_node_liveness`: the liveness record of every node that the cluster ever had.
    NodeLiveness,
    /// `crdb_internal.gossip_liveness` of one node: the records that it knows by gossip.
    GossipLiveness,
    /// `crdb_internal.gossip_nodes` of one node: the nodes that it knows by gossip.
    GossipNodes,
    /// `liveness.json`: the liveness records as the API has them.
    LivenessJson,
    /// `system.tenants`: the virtual clusters.
    Tenants,
    /// `system.eventlog`: events of nodes and of SQL.
    EventLog,
    /// `events.json`: the newest of the same events, from the API.
    EventsJson,
    /// `system.migrations` (21.1 on): the steps of upgrades that are done.
    Migrations,
}

impl Table {
    /// All of them, with the name of the file without ending.
    pub const NAMES: [(&'static str, Self); 23] = [
        ("crdb_internal.jobs", Self::Jobs),
        ("crdb_internal.system_jobs", Self::CrdbSystemJobs),
        ("system.jobs", Self::SystemJobs),
        ("system.job_info", Self::JobInfo),
        ("system.scheduled_jobs", Self::ScheduledJobs),
        ("crdb_internal.node_build_info", Self::NodeBuildInfo),
        ("crdb_internal.kv_node_status", Self::KvNodeStatus),
        ("crdb_internal.cluster_settings", Self::ClusterSettings),
        ("system.settings", Self::SystemSettings),
        ("cluster_settings_history", Self::SettingsHistory),
        ("settings", Self::SettingsJson),
        ("system.descriptor", Self::Descriptor),
        ("nodes", Self::NodesJson),
        ("status", Self::StatusJson),
        ("details", Self::DetailsJson),
        ("crdb_internal.kv_node_liveness", Self::NodeLiveness),
        ("crdb_internal.gossip_liveness", Self::GossipLiveness),
        ("crdb_internal.gossip_nodes", Self::GossipNodes),
        ("liveness", Self::LivenessJson),
        ("system.tenants", Self::Tenants),
        ("system.eventlog", Self::EventLog),
        ("events", Self::EventsJson),
        ("system.migrations", Self::Migrations),
    ];

    /// The name of its file without ending.
    #[must_use]
    pub fn name(self) -> &'static str {
        Self::NAMES.iter().find(|(_, known)| *known == self).map_or("", |(name, _)| name)
    }

    /// Whether its rows are jobs.
    #[must_use]
    pub fn has_jobs(self) -> bool {
        matches!(self, Self::Jobs | Self::CrdbSystemJobs | Self::SystemJobs | Self::JobInfo)
    }

    /// Whether it is about settings.
    #[must_use]
    pub fn has_settings(self) -> bool {
        matches!(
            self,
            Self::ClusterSettings
                | Self::SystemSettings
                | Self::SettingsHistory
                | Self::SettingsJson
        )
    }

    /// Whether it is about the schema.
    #[must_use]
    pub fn has_schema(self) -> bool {
        self == Self::Descriptor
    }

    /// Whether it is a document of the API and no SQL table: always JSON, and an error leaves no file beside its
    /// `.err.txt`.
    #[must_use]
    pub fn is_document(self) -> bool {
        matches!(
            self,
            Self::NodesJson
                | Self::StatusJson
                | Self::DetailsJson
                | Self::LivenessJson
                | Self::EventsJson
                | Self::SettingsJson
        )
    }

    /// Whether a failure to collect it leaves a question open: which jobs, schedules, nodes, virtual clusters, events or tables there
    /// were, or how the cluster was set. The document of settings only adds to the tables.
    #[must_use]
    pub fn is_list(self) -> bool {
        self.has_jobs()
            || self.has_schema()
            || matches!(self, Self::ScheduledJobs | Self::KvNodeStatus)
            || matches!(self, Self::Tenants | Self::EventLog)
            || self.has_settings() && !self.is_document()
    }
}

/// What an artifact is, as far as its name tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Artifact {
    /// A table or document about the cluster, by its name; the number of the attempt to dump it, 0 being the first.
    Table(Table, u32),
    /// A log by its name.
    Log,
    /// A table or document of which nothing but a rule asks rows.
    Asked,
    /// The name does not tell: its content decides.
    Unknown,
    /// A file that a debug zip holds for other purposes: it is searched for signs and not read otherwise.
    Aside,
}

/// How the bytes of a unit are reached in its source.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Container {
    /// The source itself.
    Plain,
    /// A member of a zip archive.
    ZipMember {
        /// Where its local header begins.
        header: u64,
        /// Size of its data in the archive.
        compressed: u64,
        /// Size of its text.
        uncompressed: u64,
        /// CRC-32 of its text.
        crc32: u32,
        /// Compression: 0 stored, 8 deflate.
        method: u16,
    },
}

/// One piece of work: a file, or something packed that has to be read from end to end and may hold any number of
/// files.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unit {
    /// Index of the [`Input`] that holds it.
    pub source: u32,
    /// Its path as evidence names it.
    pub path: String,
    /// What stands before the paths of its members, if it is an archive.
    pub inside: String,
    /// What it is, if it is one file.
    pub artifact: Artifact,
    /// How it is reached.
    pub container: Container,
    /// Whether its bytes are known not to be packed.
    pub is_plain: bool,
    /// What is wrong with the directory of the archive, for which it has to be read from end to end.
    pub doubt: Option<String>,
    /// Bytes of the source that it takes to read it.
    pub bytes: u64,
}

impl Unit {
    /// Whether its name says that it is one file, if not how it is packed.
    #[must_use]
    pub fn is_one_file(&self) -> bool {
        self.is_plain || self.artifact != Artifact::Unknown
    }

    /// Whether the file at `path` can be in it.
    #[must_use]
    pub fn may_hold(&self, path: &str) -> bool {
        self.path == path || !self.is_plain && path.starts_with(&self.inside)
    }
}

/// What is in the input.
///
/// Every file is in exactly one place: in a unit or in the tally. What goes wrong while a unit is read, and what it
/// holds besides files that are read, is told by [`super::ReadOutcome`].
///
/// An archive is not a file, its members are. One that cannot be opened, or not be followed to its end, counts as a
/// file of its own, which is unread. A member that is a folder or a link is not counted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// What was handed in.
    pub sources: Vec<SourceInfo>,
    /// What is to be read, ordered by path.
    pub units: Vec<Unit>,
    /// Account of everything else.
    pub tally: Tally,
}

impl Plan {
    /// Adds files that should have been in the input and could not be opened.
    pub fn add_unopened(&mut self, unopened: Vec<Unread>) {
        self.tally.unread.extend(unopened);
        self.order();
    }

    /// How many files there are, as far as that is known before reading: each unit counts as one.
    #[must_use]
    pub fn files(&self) -> u64 {
        self.units.len() as u64 + self.tally.files()
    }

    /// Orders units and unread files by path, after making each path unique: the second `a.log` becomes
    /// `a.log (2)`.
    pub(super) fn order(&mut self) {
        self.sort_by_path();
        let paths =
            self.units.iter().map(|u| &u.path).chain(self.tally.unread.iter().map(|u| &u.path));
        let mut taken: HashSet<String> = paths.cloned().collect();
        if taken.len() == self.units.len() + self.tally.unread.len() {
            return;
        }
        let mut last = HashMap::<String, u32>::new();
        let units = self.units.iter_mut().map(|unit| &mut unit.path);
        let unread = self.tally.unread.iter_mut().map(|unread| &mut unread.path);
        for path in units.chain(unread) {
            let number = last.entry(path.clone()).or_default();
            *number += 1;
            if *number == 1 {
                continue;
            }
            let mut name = format!("{path} ({number})");
            while !taken.insert(name.clone()) {
                *number += 1;
                name = format!("{path} ({number})");
            }
            *path = name;
        }
        self.sort_by_path();
    }

    fn sort_by_path(&mut self) {
        self.units.sort_small_by(|a, b| a.path.cmp(&b.path));
        self.tally.unread.sort_small_by(|a, b| a.path.cmp(&b.path));
    }
}
