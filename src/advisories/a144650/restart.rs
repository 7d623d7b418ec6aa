//! Whether a job started over after a warning, by operation, and whether other work replaced what it wrote.

use crate::facts::{Facts, Sign};
use crate::model::{Job, JobEvent, JobEventKind, JobId, Operation, Time};
use crate::parse::statement::{Fill, SchemaChange, schema_change};

use super::derive::OfJob;
use super::end::{self, End};
use super::order::{self, Order};

/// An import saves its progress on a ticker of about ten seconds (`docs/cockroachdb/jobs.md#import-progress`). When the
/// ticker last fired is not logged, so a restart this soon probably reads the lost rows again, and one later less so;
/// neither is certain.
const PROGRESS_TICK: i64 = 10 * Time::SECOND;

/// Whether a job started over after a warning.
pub(crate) struct Restarted<'a> {
    /// A word of the column `restarted`.
    pub(crate) word: &'static str,
    /// How long after the warning an import did.
    pub(crate) gap: Option<String>,
    /// Whether a statement that fills a table or view certainly logged afterwards that it starts over.
    pub(crate) retried: bool,
    /// What shows it.
    pub(crate) event: Option<&'a JobEvent>,
}

impl<'a> Restarted<'a> {
    pub(super) fn none() -> Self {
        Self { word: "no", gap: None, retried: false, event: None }
    }

    fn of(word: &'static str, event: &'a JobEvent) -> Self {
        Self { word, event: Some(event), ..Self::none() }
    }
}

/// A restart of a job, seen from a warning.
#[derive(Clone, Copy)]
enum Restart<'a> {
    /// It certainly came later.
    After(&'a JobEvent),
    /// Its stamp is as good as the warning's, and nothing tells the order.
    Unordered(&'a JobEvent),
    /// There was none.
    None,
}

impl<'a> OfJob<'a> {
    /// Whether the job started over after a warning. The frontier of a replication stream passes the lost keys at once, so
    /// there no restart matters.
    pub(super) fn restarted(&self, sign: &Sign) -> Restarted<'a> {
        match self.job.operation {
            Operation::Import
            | Operation::MoltFetch
            | Operation::SchemaChange
            | Operation::Unknown => self.import(sign),
            Operation::CreateTableAs | Operation::CreateView | Operation::RefreshView => {
                self.fill(sign)
            }
            Operation::Replication
            | Operation::IndexBackfill
            | Operation::Restore
            | Operation::Backup
            | Operation::Other => Restarted::none(),
        }
    }

    /// An import starts over from its saved progress.
    fn import(&self, sign: &Sign) -> Restarted<'a> {
        match self.restart(sign, &[JobEventKind::Retry, JobEventKind::Resuming]) {
            Restart::After(event) => {
                let soon = event.time.0 - sign.entry.time.0 <= PROGRESS_TICK;
                let gap = Some(seconds(sign.entry.time, event.time));
                Restarted { gap, ..Restarted::of(if soon { "soon" } else { "late" }, event) }
            }
            Restart::Unordered(event) => Restarted::of("unordered", event),
            Restart::None => Restarted::none(),
        }
    }

    /// Each attempt of these runs the whole query into a new table or index, if its backfill had not been done. Taken up
    /// again, a job whose table or view is public already has nothing to run.
    fn fill(&self, sign: &Sign) -> Restarted<'a> {
        let rerun = self.restart(sign, &[JobEventKind::BackfillStarted]);
        let retry = self.restart(sign, &[JobEventKind::Retry]);
        let resumed = self.restart(sign, &[JobEventKind::Resuming]);
        let restarted = match (rerun, retry, resumed) {
            (Restart::After(event), ..) => Restarted::of("from_start", event),
            (Restart::Unordered(event), ..) => Restarted::of("unordered", event),
            (_, Restart::After(event), _) | (_, _, Restart::After(event)) => {
                Restarted::of("not_shown", event)
            }
            (_, Restart::Unordered(event), _) | (_, _, Restart::Unordered(event)) => {
                Restarted::of("unordered", event)
            }
            _ => Restarted::none(),
        };
        Restarted { retried: matches!(retry, Restart::After(_)), ..restarted }
    }

    /// The refresh that replaced everything, if it certainly began after a warning.
    pub(super) fn refreshed_after(&self, sign: &Sign) -> Option<JobId> {
        let later = self.refresh?;
        order::is_after(later.created?, sign.entry.time).then_some(later.id)
    }

    /// The first restart of one of `kinds` that came after a warning and before the end.
    fn restart(&self, sign: &Sign, kinds: &[JobEventKind]) -> Restart<'a> {
        let end = match self.end {
            End::Succeeded(time) | End::Contradicted(time) => time,
            _ => None,
        };
        let mut unordered = None;
        for event in self.restarts.iter().copied().filter(|event| kinds.contains(&event.kind)) {
            // An adoption after the end finds nothing to do.
            if end.is_some_and(|end| event.time > end) {
                continue;
            }
            match order::seen_from(sign, event) {
                Order::After => return Restart::After(event),
                Order::Unordered => unordered = Some(event),
                Order::Before => {}
            }
        }
        unordered.map_or(Restart::None, Restart::Unordered)
    }
}

/// The statement of a job that fills a table or a view.
fn fill(job: &Job) -> Option<Fill<'_>> {
    match schema_change(&job.description) {
        Ok(SchemaChange::Fills(fill)) => Some(fill),
        _ => None,
    }
}

/// The events of a job that may be restarts.
pub(super) fn events(job: &Job) -> impl Iterator<Item = &JobEvent> {
    const KINDS: [JobEventKind; 3] =
        [JobEventKind::Retry, JobEventKind::Resuming, JobEventKind::BackfillStarted];
    job.events.iter().filter(|event| KINDS.contains(&event.kind))
}

/// Whether a job fills a table or a view with the rows of a query.
pub(super) fn fills(job: &Job) -> bool {
    matches!(
        job.operation,
        Operation::CreateTableAs | Operation::CreateView | Operation::RefreshView
    )
}

/// Whether nothing was written that could be missing.
pub(super) fn is_without_data(job: &Job) -> bool {
    let is = |kind: JobEventKind| job.events.iter().any(|event| event.kind == kind);
    let skipped = is(JobEventKind::BackfillSkipped) && !is(JobEventKind::BackfillStarted);
    without_data(job) || skipped
}

/// Whether the statement of a view says that nothing is to be written. The words close the statement; anywhere else
/// they are text in a query, which says nothing of the kind.
pub(super) fn without_data(job: &Job) -> bool {
    matches!(job.operation, Operation::CreateView | Operation::RefreshView)
        && fill(job).is_some_and(|fill| fill.without_data)
}

/// A refresh of the same view that certainly began after the job ended, and succeeded.
pub(super) fn later_refresh<'a>(facts: &'a Facts, job: &Job) -> Option<&'a Job> {
    let End::Succeeded(Some(ended)) = end::of(job) else { return None };
    let ended = job.finished.map_or(ended, |finished| finished.max(ended));
    facts.jobs.values().find(|later| {
        later.tenancy == job.tenancy
            && later.operation == Operation::RefreshView
            && later.created.is_some_and(|began| order::is_after(began, ended))
            && matches!(end::of(later), End::Succeeded(_))
            && !without_data(later)
            && is_same_view(job, later)
    })
}

/// Whether two jobs are certainly about one view: by the ids of their descriptors or, where a table has none, by names
/// with database and schema. A bare name means one view in one database and another in the next.
fn is_same_view(a: &Job, b: &Job) -> bool {
    if !a.descriptor_ids.is_empty() && !b.descriptor_ids.is_empty() {
        return a.descriptor_ids.len() == 1 && a.descriptor_ids == b.descriptor_ids;
    }
    let name = |job| fill(job).and_then(|fill| fill.name).filter(|name| name.0.len() == 3);
    matches!((name(a), name(b)), (Some(a), Some(b)) if a == b)
}

fn seconds(from: Time, to: Time) -> String {
    let seconds = (to.0 - from.0) / Time::SECOND;
    match seconds {
        0 => "less than a second".to_owned(),
        1 => "1 second".to_owned(),
        2..120 => format!("{seconds} seconds"),
        120..7200 => format!("{} minutes", seconds / 60),
        _ => format!("{} h {} min", seconds / 3600, seconds % 3600 / 60),
    }
}
