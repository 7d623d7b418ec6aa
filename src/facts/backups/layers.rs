//! Jobs of type `BACKUP` as layers, before it is known which others are in their chain.

use crate::model::{Job, JobDetails, JobStatus, LayerKind, LayerState, Tenancy, Time};
use crate::parse::statement::{self, Address, AsOf, Backup, Destination, Subdirectory, Unparsed};

use super::{KindTold, Layer, NotPlaced, Unplaced};

/// A time that is told by `created` may be so far from when the statement was planned.
const PLANNED: i64 = 5 * Time::SECOND;
/// The same where an expression stands whose value nobody tells, such as `follower_read_timestamp()`.
pub(super) const EXPRESSION: i64 = 60 * Time::SECOND;

/// A layer and where it says that it is.
pub(super) struct Draft {
    pub(super) tenancy: Tenancy,
    pub(super) layer: Layer,
    /// Descriptors that it lists.
    pub(super) descriptor_ids: Vec<u64>,
    pub(super) home: Home,
}

/// Where a backup says that its chain is.
pub(super) enum Home {
    /// `INTO 'subdirectory' IN 'collection'`.
    Collection(Address, String),
    /// `INTO LATEST IN 'collection'`, not resolved.
    Latest(Address),
    /// `TO 'address'`, or `INCREMENTAL FROM 'address'`.
    Address(Address),
}

/// What a job says of a layer.
pub(super) fn draft(job: &Job) -> Result<Draft, NotPlaced> {
    let backup = statement::backup(&job.description).map_err(NotPlaced::Description)?;
    let (as_of, slack) = as_of(job, &backup).ok_or(NotPlaced::Undated)?;
    let home = home(&backup)?;
    let (kind, told_by) = match (&job.details, &home) {
        // Without an end it is not planned yet, and a missing start says nothing.
        (JobDetails::Backup(details), _) if details.end.is_some() => {
            let full = details.start.is_none();
            (if full { LayerKind::Full } else { LayerKind::Incremental }, KindTold::Payload)
        }
        _ if !backup.incremental_from.is_empty() => {
            (LayerKind::Incremental, KindTold::IncrementalFrom)
        }
        (_, Home::Latest(_)) => (LayerKind::Incremental, KindTold::Latest),
        _ => (LayerKind::Unknown, KindTold::FirstSeen),
    };
    let address = match backup.destination {
        Destination::To(address) => Some(address),
        Destination::Into(..) => None,
    };
    let layer = Layer {
        job: job.id,
        kind,
        told_by,
        as_of,
        slack,
        state: state(job),
        status: job.status.clone(),
        created: job.created,
        finished: job.finished,
        targets: backup.targets,
        revision_history: backup.revision_history,
        schedule: job.schedule,
        address,
        builds_on: backup.incremental_from,
        row: job.row.clone(),
    };
    let descriptor_ids = job.descriptor_ids.clone();
    Ok(Draft { tenancy: job.tenancy.clone(), layer, descriptor_ids, home })
}

/// A backup that is in no chain.
pub(super) fn unplaced(job: &Job, why: NotPlaced) -> Unplaced {
    Unplaced {
        tenancy: job.tenancy.clone(),
        job: job.id,
        why,
        state: state(job),
        created: job.created,
        row: job.row.clone(),
    }
}

/// When a job of a table ended that is over, as far as its row says.
pub(super) fn ended(job: &Job) -> Option<Time> {
    job.row.as_ref()?;
    let over = job.status.as_ref().is_some_and(JobStatus::is_final);
    job.finished.or_else(|| job.modified.or(job.created).filter(|_| over))
}

/// Whether a backup exists: only what succeeded does.
fn state(job: &Job) -> LayerState {
    match job.status {
        Some(JobStatus::Succeeded) => LayerState::Done,
        Some(JobStatus::Failed | JobStatus::Canceled | JobStatus::RevertFailed) => {
            LayerState::Failed
        }
        _ => LayerState::Unfinished,
    }
}

/// The instant that a backup holds, and by how much that may be off.
fn as_of(job: &Job, backup: &Backup) -> Option<(Time, i64)> {
    if let JobDetails::Backup(details) = &job.details
        && let Some(end) = details.end
    {
        return Some((end, 0));
    }
    instant(backup.as_of.as_ref(), job.created)
}

/// The instant of an AS OF clause of a statement planned at `created`, and by how much that may be off.
pub(super) fn instant(as_of: Option<&AsOf>, created: Option<Time>) -> Option<(Time, i64)> {
    Some(match as_of {
        Some(AsOf::At(time)) => (*time, 0),
        Some(AsOf::Relative(offset)) => (created?.plus(*offset), PLANNED),
        Some(AsOf::Expression(_)) => (created?, EXPRESSION),
        None => (created?, PLANNED),
    })
}

fn home(backup: &Backup) -> Result<Home, NotPlaced> {
    // The layers of a chain of `BACKUP TO` are named by its first.
    if let Some(full) = backup.incremental_from.first() {
        return Ok(match full.split_dated() {
            Some((collection, subdirectory)) => Home::Collection(collection, subdirectory),
            None => Home::Address(full.clone()),
        });
    }
    match &backup.destination {
        Destination::To(address) => Ok(Home::Address(address.clone())),
        Destination::Into(Some(Subdirectory::Named(name)), collection) => {
            Ok(Home::Collection(collection.clone(), name.clone()))
        }
        Destination::Into(Some(Subdirectory::Latest), collection) => {
            Ok(Home::Latest(collection.clone()))
        }
        // The server prints the subdirectory once it has chosen it.
        Destination::Into(None, _) => Err(NotPlaced::Description(Unparsed::Unknown(
            "its subdirectory was not chosen yet".to_owned(),
        ))),
    }
}
