//! Jobs of type `BACKUP` as layers, before it is known which others are in their chain.

use crate::model::{Job, JobDetails, JobStatus, LayerKind, LayerState, Tenancy, Time};
use crate::parse::statement::{self, Address, AsOf, Backup, Destination, Subdirectory, Unparsed};

use super::{KindTold, Layer, NotPlaced, Unplaced};

/// From 22.1 on, the AS OF time of a backup whose statement does not name it is this close to `created` of its job.
const PLANNED: i64 = 5 * Time::SECOND;
/// Before 22.1 the AS OF time is taken first, then the manifests of earlier layers are read, and only then the job is
/// created (`docs/cockroachdb/backups.md#as-of-time`): it may be this much earlier than `created`, and more with each
/// earlier layer.
pub(super) const EARLY: i64 = 120 * Time::SECOND;
/// Time to read the manifest of one earlier layer.
const EARLY_PER_LAYER: i64 = 15 * Time::SECOND;
/// The same where an expression stands whose value nobody tells, such as `follower_read_timestamp()`.
pub(super) const EXPRESSION: i64 = 60 * Time::SECOND;

/// How far the instant that a layer holds may be from its `as_of`, in microseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Slack {
    /// It may be so much earlier.
    pub before: i64,
    /// It may be so much later.
    pub after: i64,
}

impl Slack {
    /// The same to either side.
    pub(super) fn both(slack: i64) -> Self {
        Self { before: slack, after: slack }
    }

    /// The larger of the two.
    #[must_use]
    pub fn widest(self) -> i64 {
        self.before.max(self.after)
    }
}

impl Layer {
    /// The earliest instant that it may hold.
    #[must_use]
    pub fn earliest(&self) -> Time {
        self.as_of.plus(-self.slack.before)
    }

    /// The latest instant that it may hold.
    #[must_use]
    pub fn latest(&self) -> Time {
        self.as_of.plus(self.slack.after)
    }

    /// Widens the slack of a layer that was planned by a build before 22.1, which read the manifests of `earlier` layers
    /// first. A full backup reads none.
    pub(super) fn widen(&mut self, earlier: usize) {
        if !self.early || self.slack.before == 0 || self.kind == LayerKind::Full {
            return;
        }
        let earlier = i64::try_from(earlier).unwrap_or(i64::MAX);
        let more = EARLY_PER_LAYER.saturating_mul(earlier);
        self.slack.before = self.slack.before.saturating_add(more);
    }
}

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

/// What a job says of a layer. `early` tells whether a build before 22.1 may have planned it.
pub(super) fn draft(job: &Job, early: bool) -> Result<Draft, NotPlaced> {
    let backup = statement::backup(&job.description).map_err(NotPlaced::Description)?;
    let (as_of, slack) = as_of(job, &backup, early).ok_or(NotPlaced::Undated)?;
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
        early,
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
        finished: job.finished,
        row: job.row.clone(),
    }
}

/// When a job of a table ended, as far as its row says; none while it is not over, and of a rollback that failed, because
/// such jobs are never deleted.
pub(super) fn ended(job: &Job) -> Option<Time> {
    job.row.as_ref()?;
    job.status.as_ref().filter(|status| status.is_final())?;
    // No job ends before it was created: a time of 1970 stands for none.
    job.finished.or(job.modified).or(job.created).max(job.created)
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
fn as_of(job: &Job, backup: &Backup, early: bool) -> Option<(Time, Slack)> {
    if let JobDetails::Backup(details) = &job.details
        && let Some(end) = details.end
    {
        return Some((end, Slack::default()));
    }
    instant(backup.as_of.as_ref(), job.created, early)
}

/// The instant of an AS OF clause of a statement whose job was created at `created`, and by how much that may be off.
/// `early` tells whether planning may have read manifests between the two.
pub(super) fn instant(
    as_of: Option<&AsOf>,
    created: Option<Time>,
    early: bool,
) -> Option<(Time, Slack)> {
    let planned = |slack: i64| {
        let before = if early { slack.max(EARLY) } else { slack };
        Slack { before, after: slack }
    };
    Some(match as_of {
        Some(AsOf::At(time)) => (*time, Slack::default()),
        Some(AsOf::Relative(offset)) => (created?.plus(*offset), planned(PLANNED)),
        Some(AsOf::Expression(_)) => (created?, planned(EXPRESSION)),
        None => (created?, planned(PLANNED)),
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
