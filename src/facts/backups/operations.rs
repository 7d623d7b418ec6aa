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
    /// A schema change that may build one, or not.
    SomeSchemaChange,
    /// A job without a readable type or description: any of these, or none.
    SomeJob,
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
            Self::SomeJob => "unknown",
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
    /// Whether there can have been schemas of users, so that the first of two parts of a name may be one.
    pub schemas: bool,
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
            schemas: true,
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

    /// Whether a layer holds any of its tables. A layer does not list what was offline at that moment, so numbers prove
    /// only that it does, and any layer of the chain may prove it.
    #[must_use]
    pub fn is_in(&self, chain: &Chain, layer: &Layer) -> Covers {
        if self.tenancy != chain.tenancy {
            // Names and numbers of one virtual cluster mean nothing in another.
            let may_hold =
                self.tenancy.cluster == chain.tenancy.cluster && layer.may_hold_tenants();
            return if may_hold { Covers::Unknown } else { Covers::No };
        }
        let shared = self.descriptor_ids.iter().any(|id| chain.descriptor_ids.contains(id));
        if shared { Covers::Yes } else { by_name(&layer.targets, &self.touches, self.schemas) }
    }

    /// Whether a restore of a chain, which names tables as they were backed up, is about any of its tables.
    #[must_use]
    pub fn is_restored_by(&self, chain: &Chain, targets: &Targets) -> Covers {
        if self.tenancy != chain.tenancy {
            let whole = matches!(targets, Targets::Cluster | Targets::Tenants | Targets::Other);
            return if whole { Covers::Unknown } else { Covers::No };
        }
        by_name(targets, &self.touches, self.schemas)
    }
}

impl Layer {
    /// Whether a layer of the system tenant may hold tables of virtual clusters: one of the whole cluster does until 22.2
    /// (cockroachdb/cockroach#52096, #95673), and one of databases or tables may until 21.2 (#72871).
    #[must_use]
    pub fn may_hold_tenants(&self) -> bool {
        match self.targets {
            Targets::Cluster | Targets::Tenants | Targets::Other => true,
            Targets::Databases(_) | Targets::Tables(_) => self.early,
            Targets::Users => false,
        }
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
    // Without a write time or before its tables are prepared there is nothing to undo
    // (`docs/cockroachdb/backups.md#imports-without-anything-to-undo`).
    operation.wrote_nothing = matches!(
        &job.details,
        JobDetails::Import(details) if !details.prepared || details.write_time.is_none()
    );
    Some(operation)
}

/// A job of type `RESTORE`, by the names that its tables have afterwards.
pub(super) fn restore(job: &Job) -> Option<BulkOperation> {
    let (touches, unreadable) = match statement::restore(&job.description) {
        // Without rows it writes nothing that a layer could lack.
        Ok(restore) => match restored(&restore, moved) {
            Touches::Nothing => return None,
            touches => (touches, None),
        },
        Err(why) => (Touches::Unknown, Some(why)),
    };
    let mut operation = BulkOperation::new(job, OperationKind::Restore, touches)?;
    operation.unreadable = unreadable;
    Some(operation)
}

/// The tables of a restore under the names that they have afterwards, as `moved` reads them.
pub(super) fn restored(restore: &Restore, moved: fn(&Name, &str) -> Vec<Name>) -> Touches {
    if restore.schema_only {
        return Touches::Nothing;
    }
    match (&restore.targets, &restore.into_db) {
        (Targets::Users, _) => Touches::Nothing,
        (Targets::Cluster, _) => Touches::Cluster,
        (Targets::Databases(_), Some(database)) => Touches::Databases(vec![database.clone()]),
        (Targets::Databases(names), None) => Touches::Databases(names.clone()),
        (Targets::Tables(tables), Some(database)) => {
            Touches::Tables(tables.iter().flat_map(|table| moved(table, database)).collect())
        }
        (Targets::Tables(tables), None) => Touches::Tables(tables.clone()),
        (Targets::Tenants | Targets::Other, _) => Touches::Unknown,
    }
}

/// A table under its most likely name in another database.
pub(super) fn moved_directly(table: &Name, database: &str) -> Vec<Name> {
    moved(table, database).into_iter().take(1).collect()
}

/// A table under its names in another database, the most likely first: the first of two parts may be its schema.
fn moved(table: &Name, database: &str) -> Vec<Name> {
    let public = || "public".to_owned();
    let in_schema = |schema: String| {
        Name(vec![database.to_owned(), schema, table.0.last().cloned().unwrap_or_default()])
    };
    match table.0.as_slice() {
        [_, star] if star == "*" => vec![Name(vec![database.to_owned(), star.clone()])],
        [_, schema, _] => vec![in_schema(schema.clone())],
        [first, _] if *first != public() => vec![in_schema(public()), in_schema(first.clone())],
        _ => vec![in_schema(public())],
    }
}

/// A schema change or a job of unknown type, if it builds an index, or may: then it is of kind `unknown`.
pub(super) fn index_build(job: &Job, unknown: OperationKind) -> Option<BulkOperation> {
    let build = match statement::index_build(&job.description) {
        Ok(build) => build,
        Err(Unparsed::NotThis) => return None,
        Err(why) => {
            let mut operation = BulkOperation::new(job, unknown, Touches::Unknown)?;
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
