//! Imports, restores and index builds: the operations whose midst a backup must not hold.

use crate::model::{Job, JobDetails, JobEventKind, JobId, JobStatus, Location, Tenancy, Time};
use crate::parse::statement::{self, Import, Name, Restore, Targets, Unparsed};

use super::scope::by_name;
use super::{Chain, Covers, Layer, Touches};

/// Stands among the indexes of an operation that builds them all; no index has that name.
pub const ALL_INDEXES: &str = "all indexes of the table";

/// What an operation is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OperationKind {
    /// `IMPORT INTO`: its table exists and is offline meanwhile.
    ImportInto,
    /// An import that makes its tables.
    Import,
    /// An import of which nobody can tell whether its table existed.
    SomeImport,
    /// A restore.
    Restore,
    /// A schema change that builds an index.
    IndexBuild,
    /// A schema change of which nobody can tell whether it builds one.
    SomeSchemaChange,
}

impl OperationKind {
    /// The word of the report.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ImportInto => "import_into",
            Self::Import | Self::SomeImport => "import",
            Self::Restore => "restore",
            Self::IndexBuild | Self::SomeSchemaChange => "index_build",
        }
    }
}

/// How an operation ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// Then, undoing its work included.
    At(Time),
    /// It is over, and nothing tells since when but that its row last changed then.
    By(Time),
    /// It is over since nobody knows when.
    Sometime,
    /// Undoing its work failed: its tables may be offline for good.
    RevertFailed,
    /// It is not over: what is paused is offline too.
    Open,
}

/// An operation over an interval.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BulkOperation {
    /// Whose.
    pub tenancy: Tenancy,
    /// Its job.
    pub job: JobId,
    /// What it is.
    pub kind: OperationKind,
    /// When it began; of a job that no table lists, when a log first speaks of it.
    pub from: Time,
    /// How it ended.
    pub ended: Ended,
    /// Status of its job.
    pub status: Option<JobStatus>,
    /// Its tables.
    pub touches: Touches,
    /// Names of its indexes.
    pub indexes: Vec<String>,
    /// Its descriptors.
    pub descriptor_ids: Vec<u64>,
    /// Whether its payload says that it has not written anything yet.
    pub wrote_nothing: bool,
    /// Why its tables cannot be told, if so.
    pub unreadable: Option<Unparsed>,
    /// Where its job has its row.
    pub row: Option<Location>,
}

impl BulkOperation {
    fn new(job: &Job, kind: OperationKind, touches: Touches) -> Option<Self> {
        Some(Self {
            tenancy: job.tenancy.clone(),
            job: job.id,
            kind,
            from: job.created.or_else(|| Some(job.events.first()?.time))?,
            ended: ended(job),
            status: job.status.clone(),
            touches,
            indexes: Vec::new(),
            descriptor_ids: job.descriptor_ids.clone(),
            wrote_nothing: false,
            unreadable: None,
            row: job.row.clone(),
        })
    }

    /// When it is known to have been over, by the latest.
    #[must_use]
    pub fn over(&self) -> Option<Time> {
        match self.ended {
            Ended::At(time) | Ended::By(time) => Some(time),
            Ended::Sometime | Ended::RevertFailed | Ended::Open => None,
        }
    }

    /// Whether a layer of a chain of its own virtual cluster holds any of its tables. A layer does not list what was
    /// offline at that moment, so numbers prove only that it does, and any layer of the chain may prove it.
    #[must_use]
    pub fn is_in(&self, chain: &Chain, layer: &Layer) -> Covers {
        let shared = self.descriptor_ids.iter().any(|id| chain.descriptor_ids.contains(id));
        if shared { Covers::Yes } else { by_name(&layer.targets, &self.touches) }
    }

    /// Whether a restore, which names tables as they were backed up, is about any of its tables.
    #[must_use]
    pub fn is_restored_by(&self, targets: &Targets) -> Covers {
        by_name(targets, &self.touches)
    }
}

/// A job of type `IMPORT`.
pub(super) fn import(job: &Job) -> Option<BulkOperation> {
    let (kind, touches, unreadable) = match statement::import(&job.description) {
        Ok(Import::Into(table)) => (OperationKind::ImportInto, Touches::Tables(vec![table]), None),
        Ok(Import::Table(table)) => (OperationKind::Import, Touches::Tables(vec![table]), None),
        Ok(Import::Dump) => (OperationKind::Import, Touches::Unknown, None),
        Err(why) => (OperationKind::SomeImport, Touches::Unknown, Some(why)),
    };
    let mut operation = BulkOperation::new(job, kind, touches)?;
    operation.unreadable = unreadable;
    // Without a write time or before its tables are prepared there is nothing to undo (backups facts, section 1.1).
    operation.wrote_nothing = matches!(
        &job.details,
        JobDetails::Import(details) if !details.prepared || details.write_time.is_none()
    );
    Some(operation)
}

/// A job of type `RESTORE`, by the names that its tables have afterwards.
pub(super) fn restore(job: &Job) -> Option<BulkOperation> {
    let (touches, unreadable) = match statement::restore(&job.description) {
        Ok(restore) => (restored(&restore), None),
        Err(why) => (Touches::Unknown, Some(why)),
    };
    let mut operation = BulkOperation::new(job, OperationKind::Restore, touches)?;
    operation.unreadable = unreadable;
    Some(operation)
}

/// The tables of a restore under the names that they have afterwards.
pub(super) fn restored(restore: &Restore) -> Touches {
    match (&restore.targets, &restore.into_db) {
        (Targets::Cluster, _) => Touches::Cluster,
        (Targets::Databases(_), Some(database)) => Touches::Databases(vec![database.clone()]),
        (Targets::Databases(names), None) => Touches::Databases(names.clone()),
        (Targets::Tables(tables), Some(database)) => {
            Touches::Tables(tables.iter().map(|table| moved(table, database)).collect())
        }
        (Targets::Tables(tables), None) => Touches::Tables(tables.clone()),
        (Targets::Tenants | Targets::Other, _) => Touches::Unknown,
    }
}

/// A table under its name in another database.
fn moved(table: &Name, database: &str) -> Name {
    let last = table.0.last().cloned().unwrap_or_default();
    let schema = match table.0.as_slice() {
        [_, schema, _] => schema.clone(),
        _ => "public".to_owned(),
    };
    Name(vec![database.to_owned(), schema, last])
}

/// A schema change, if it builds an index or may do so.
pub(super) fn index_build(job: &Job) -> Option<BulkOperation> {
    let build = match statement::index_build(&job.description) {
        Ok(build) => build,
        Err(Unparsed::NotThis) => return None,
        Err(why) => {
            let unknown = Touches::Unknown;
            let mut operation = BulkOperation::new(job, OperationKind::SomeSchemaChange, unknown)?;
            operation.unreadable = Some(why);
            return Some(operation);
        }
    };
    let mut operation =
        BulkOperation::new(job, OperationKind::IndexBuild, Touches::Tables(vec![build.table]))?;
    operation.indexes = build.indexes;
    if build.rebuilds_all {
        operation.indexes.push(ALL_INDEXES.to_owned());
    }
    Some(operation)
}

fn ended(job: &Job) -> Ended {
    let in_logs = || {
        job.events.iter().rev().find_map(|event| match &event.kind {
            JobEventKind::State(status) if status.is_final() => Some(event.time),
            _ => None,
        })
    };
    match &job.status {
        Some(JobStatus::Succeeded | JobStatus::Failed | JobStatus::Canceled) => {
            match (job.finished.or_else(in_logs), job.modified) {
                (Some(time), _) => Ended::At(time),
                (None, Some(time)) => Ended::By(time),
                (None, None) => Ended::Sometime,
            }
        }
        Some(JobStatus::RevertFailed) => Ended::RevertFailed,
        _ => Ended::Open,
    }
}
