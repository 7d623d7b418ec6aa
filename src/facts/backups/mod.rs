//! Chains of backups, what ran beside them, and the restores that read them
//! (`docs/cockroachdb/backups.md#backup-chains`).
//!
//! A backup is a point in time: what it holds is decided by its AS OF time and not by when its job ran. So everything
//! here compares the *interval* of an operation with the *instant* of a layer.

mod chains;
mod events;
mod index;
mod instants;
mod layers;
mod operations;
mod restores;
mod scope;

use std::collections::{BTreeMap, HashSet};

use crate::model::{
    Job, JobDetails, JobId, JobStatus, LayerKind, LayerState, Location, SortSmall, Tenancy, Time,
    Version,
};
use crate::parse::statement::{self, Address, Targets, Unparsed};

use super::{Facts, Ran};
pub(super) use events::add as add_events;
pub use instants::Within;
pub use layers::Slack;
pub use operations::{ALL_INDEXES, BulkOperation, Ended, OperationKind};
pub use restores::{ReadFrom, RestoreRun, Source};
pub use scope::{Covers, Touches};

/// What the tables of jobs say about backups.
#[derive(Clone, Debug, Default)]
pub struct Backups {
    /// Chains, by who wrote them and where.
    pub chains: Vec<Chain>,
    /// Imports, restores and index builds, by time.
    pub operations: Vec<BulkOperation>,
    /// Restores, by time.
    pub restores: Vec<RestoreRun>,
    /// Backups of which nobody can tell what chain they are in.
    pub unplaced: Vec<Unplaced>,
    /// When the earliest job of each virtual cluster ended that is over: what ended before may be no longer in its
    /// tables. A job that is not over is never deleted, and says nothing of those that are
    /// (`docs/cockroachdb/jobs.md#retention`).
    pub horizons: BTreeMap<Tenancy, Time>,
    index: index::Index,
}

/// A full backup and the incremental ones on it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chain {
    /// Who wrote it. A collection on a node's own disk is another one in another cluster.
    pub tenancy: Tenancy,
    /// Collection of `BACKUP INTO`, or address of the full backup of `BACKUP TO`.
    pub address: Address,
    /// Subdirectory in the collection.
    pub subdirectory: Option<String>,
    /// Time of the full backup that the subdirectory's name tells, to ten milliseconds.
    pub base: Option<Time>,
    /// Layers by the instant that they hold.
    pub layers: Vec<Layer>,
    /// Descriptors that any of its layers lists: one leaves out what was offline at its moment.
    pub descriptor_ids: HashSet<u64>,
    /// The most by which the instant of any of its layers may be off, in microseconds.
    pub widest: i64,
}

/// One backup.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layer {
    /// Its job.
    pub job: JobId,
    /// Kind.
    pub kind: LayerKind,
    /// What tells the kind.
    pub told_by: KindTold,
    /// The instant that it holds.
    pub as_of: Time,
    /// By how much `as_of` may be off.
    pub slack: Slack,
    /// Whether a build before 22.1 may have planned it.
    pub early: bool,
    /// Whether it exists.
    pub state: LayerState,
    /// Status of its job.
    pub status: Option<JobStatus>,
    /// When its job was created.
    pub created: Option<Time>,
    /// When its job ended.
    pub finished: Option<Time>,
    /// What it holds.
    pub targets: Targets,
    /// Whether it holds every revision since the layer before it.
    pub revision_history: bool,
    /// Schedule that took it.
    pub schedule: Option<u64>,
    /// Its own address, of `BACKUP TO`.
    pub address: Option<Address>,
    /// Addresses of the backups that it says it builds on, of `INCREMENTAL FROM`.
    pub builds_on: Vec<Address>,
    /// Where its job has its row.
    pub row: Option<Location>,
}

/// What tells the kind of a layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KindTold {
    /// The payload of its job.
    Payload,
    /// `INCREMENTAL FROM`.
    IncrementalFrom,
    /// `INTO LATEST`.
    Latest,
    /// The subdirectory bears the time of the full backup.
    SubdirectoryTime,
    /// An earlier layer stands in the same subdirectory, which bears no time.
    LaterInSubdirectory,
    /// An earlier layer stands at the same address: from 20.1 on the next one is appended.
    LaterAtAddress,
    /// Nothing: it is the first that was seen of its chain.
    FirstSeen,
    /// Until 19.2 `BACKUP TO` without `INCREMENTAL FROM` is full.
    Version19,
}

impl KindTold {
    /// The code of the report.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Payload => "PAYLOAD",
            Self::IncrementalFrom => "INCREMENTAL_FROM",
            Self::Latest => "LATEST",
            Self::SubdirectoryTime => "SUBDIRECTORY_TIME",
            Self::LaterInSubdirectory => "LATER_IN_SUBDIRECTORY",
            Self::LaterAtAddress => "LATER_AT_ADDRESS",
            Self::FirstSeen => "FIRST_SEEN",
            Self::Version19 => "VERSION_19",
        }
    }
}

/// A backup of which nobody can tell what chain it is in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unplaced {
    /// Whose.
    pub tenancy: Tenancy,
    /// Its job.
    pub job: JobId,
    /// Why.
    pub why: NotPlaced,
    /// Whether it exists.
    pub state: LayerState,
    /// When its job was created.
    pub created: Option<Time>,
    /// When its job ended.
    pub finished: Option<Time>,
    /// Where its job has its row.
    pub row: Option<Location>,
}

/// Why a backup is in no chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotPlaced {
    /// Its description cannot be read.
    Description(Unparsed),
    /// It was appended to the latest backup of a collection of which no full backup was seen.
    NoFullSeen(Address),
    /// Nothing dates it.
    Undated,
    /// Neither type nor description of the job can be read: it may be a backup or a restore, or neither.
    Untyped(Unparsed),
}

impl Chain {
    /// As subjects name it.
    #[must_use]
    pub fn id(&self) -> String {
        match &self.subdirectory {
            Some(subdirectory) => format!("{} » /{subdirectory}", self.address.0),
            // The form of `docs/contract.md#subjects`, with nothing below the address.
            None => format!("{} » /", self.address.0),
        }
    }

    /// Whether `LATEST` may have meant this chain at an instant: it names a full backup from when that is done.
    fn stood_at(&self, at: Time) -> bool {
        let mut first = self.done().filter(|layer| layer.kind != LayerKind::Incremental).peekable();
        if first.peek().is_none() {
            // Its full backup was not seen, and what was taken on it was.
            return self.done().next().is_some() && self.begins().is_some_and(|begins| begins < at);
        }
        first.any(|layer| layer.as_of < at && layer.finished.is_none_or(|done| done <= at))
    }

    /// Layers that exist.
    pub fn done(&self) -> impl Iterator<Item = &Layer> {
        self.layers.iter().filter(|layer| layer.state == LayerState::Done)
    }

    /// Whether the full backup at its beginning is among its layers.
    #[must_use]
    pub fn has_full(&self) -> bool {
        self.done().any(|layer| layer.kind == LayerKind::Full)
    }

    /// When it begins, as far as anything tells.
    #[must_use]
    pub fn begins(&self) -> Option<Time> {
        self.base.into_iter().chain(self.layers.first().map(|layer| layer.as_of)).min()
    }
}

/// Gathers them from the jobs.
pub(super) fn gather(facts: &Facts) -> Backups {
    let mut backups = Backups::default();
    let builds = Builds(facts);
    let mut drafts = Vec::new();
    for ((tenancy, _), job) in &facts.jobs {
        if let Some(ended) = layers::ended(job) {
            let horizon = backups.horizons.entry(tenancy.clone()).or_insert(ended);
            *horizon = ended.min(*horizon);
        }
        let at = job.created.or_else(|| Some(job.events.first()?.time));
        let operation = match Kind::of(job) {
            Kind::Backup => {
                let early = at.is_none_or(|at| !builds.are_since((22, 1), tenancy, at));
                match layers::draft(job, early) {
                    Ok(draft) => drafts.push(draft),
                    Err(why) => backups.unplaced.push(layers::unplaced(job, why)),
                }
                None
            }
            Kind::Restore => {
                backups.restores.push(restores::run(job));
                operations::restore(job)
            }
            Kind::Import => operations::import(job),
            Kind::SchemaChange => operations::index_build(job, OperationKind::SomeSchemaChange),
            Kind::Unknown => {
                let operation = operations::index_build(job, OperationKind::SomeJob);
                // Logs name many jobs without their type; what no table lists was deleted or is younger than the table.
                let unreadable =
                    operation.as_ref().and_then(|operation| operation.unreadable.clone());
                if let Some(why) = unreadable.filter(|_| job.row.is_some()) {
                    backups.unplaced.push(layers::unplaced(job, NotPlaced::Untyped(why)));
                }
                operation
            }
            Kind::Other => None,
        };
        backups.operations.extend(operation.map(|operation| {
            let schemas = at.is_none_or(|at| !builds.are_before((20, 2), tenancy, at));
            BulkOperation { schemas, ..operation }
        }));
    }
    let is_19 = |tenancy: &Tenancy, time| builds.are_before((20, 1), tenancy, time);
    chains::assemble(&mut backups, drafts, is_19);
    // A job that is not over has its row: of one that only logs name, and that began before the earliest end in the table,
    // the row was deleted after it had ended.
    let Backups { operations, horizons, .. } = &mut backups;
    for operation in operations.iter_mut().filter(|one| one.kind == OperationKind::SomeJob) {
        let horizon = horizons.get(&operation.tenancy).filter(|at| operation.from < **at);
        if let (None, Ended::Open, Some(horizon)) = (&operation.row, operation.ended, horizon) {
            operation.ended = Ended::By(*horizon);
        }
    }
    backups.operations.sort_small_by_key(|operation| (operation.from, operation.job));
    backups.restores.sort_small_by_key(|restore| (restore.created, restore.job));
    backups.index = index::Index::of(&backups);
    backups
}

/// What kind of job a job is for chains of backups.
enum Kind {
    Backup,
    Restore,
    Import,
    SchemaChange,
    /// Its type is missing, and neither payload nor description tells it.
    Unknown,
    Other,
}

impl Kind {
    fn of(job: &Job) -> Self {
        match job.job_type.trim().to_ascii_uppercase().replace('_', " ").as_str() {
            "BACKUP" => Self::Backup,
            "RESTORE" => Self::Restore,
            "IMPORT" => Self::Import,
            "SCHEMA CHANGE" | "NEW SCHEMA CHANGE" => Self::SchemaChange,
            _ if !statement::is_missing(&job.job_type) => Self::Other,
            _ => match (&job.details, statement::first_keyword(&job.description)) {
                (JobDetails::Backup(_), _) | (_, Some("backup")) => Self::Backup,
                (JobDetails::Restore(_), _) | (_, Some("restore")) => Self::Restore,
                (JobDetails::Import(_), _) | (_, Some("import")) => Self::Import,
                _ => Self::Unknown,
            },
        }
    }
}

/// The builds that may have run at an instant. Nodes of which nothing is known are left out if others are known.
struct Builds<'a>(&'a Facts);

impl Builds<'_> {
    /// Whether all of them are certainly of this release series or a later one.
    fn are_since(&self, series: (u16, u16), tenancy: &Tenancy, at: Time) -> bool {
        self.all(tenancy, at, |ran| ran.at_most.is_none(), |build| build.series() >= series)
    }

    /// Whether all of them are certainly of a series before this one.
    fn are_before(&self, series: (u16, u16), tenancy: &Tenancy, at: Time) -> bool {
        self.all(tenancy, at, |ran| ran.at_least.is_none(), |build| build.series() < series)
    }

    fn all(
        &self,
        tenancy: &Tenancy,
        at: Time,
        is_bounded: impl Fn(&Ran) -> bool,
        is: impl Fn(&Version) -> bool,
    ) -> bool {
        let mut ran = self.0.ran_between(tenancy, at, at);
        ran.retain(|ran| !ran.is_unknown());
        let each = |ran: &Ran| {
            let candidates = ran.candidates.iter().map(|(_, build)| build.as_ref());
            let bounds = ran.at_most.iter().chain(&ran.at_least).map(Some);
            candidates.chain(bounds).all(|build| build.is_some_and(&is)) && is_bounded(ran)
        };
        !ran.is_empty() && ran.iter().all(each)
    }
}
