//! Job histories: rows of the tables and lines of the logs, put together by tenant and id.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::model::{
    Cluster, CollectSmall, Job, JobDetails, JobEvent, JobEventKind, JobId, JobStatus, Location,
    NodeId, Operation, SortSmall, Tenancy, Time,
};
use crate::parse::jobs_table::JobRow;

use super::signals::Signal;
use super::{Sign, operation};

/// Histories being put together.
#[derive(Default)]
pub(super) struct Histories {
    /// The jobs of each id. It is one job almost always: only clusters and virtual clusters have ids of their own.
    jobs: BTreeMap<JobId, Vec<Job>>,
}

/// A line of a log, apart from what it says.
pub(super) struct LogLine {
    pub(super) time: Time,
    pub(super) node: Option<NodeId>,
    pub(super) source: Location,
    /// Empty if it was not kept.
    pub(super) text: String,
    pub(super) counter: Option<u64>,
}

impl Histories {
    fn job(&mut self, tenancy: &Tenancy, id: JobId) -> &mut Job {
        let jobs = self.jobs.entry(id).or_default();
        let at = jobs.iter().position(|job| job.tenancy == *tenancy).unwrap_or_else(|| {
            jobs.push(Job::new(tenancy, id));
            jobs.len() - 1
        });
        &mut jobs[at]
    }

    /// Adds a row of a jobs table. Of several rows of one job, add the one to trust last: what it does not say is
    /// left as the others say it.
    pub(super) fn add_row(&mut self, path: &Arc<str>, tenancy: &Tenancy, row: JobRow) {
        let source = Location { path: Arc::clone(path), line: row.line, offset: row.offset };
        let job = self.job(tenancy, row.id);
        if !row.job_type.is_empty() {
            job.job_type = row.job_type;
        }
        if !row.description.is_empty() {
            job.description = row.description;
        }
        job.operation = operation::from_table(&job.job_type, &job.description);
        job.created = row.created.or(job.created);
        // Raw rows tell the latest (re)start only as the time when a node last took the job up.
        job.started = row.started.or(row.last_run).or(job.started);
        // A job that is at work again has not ended, whatever an older row says.
        job.finished = row.finished.or(job.finished.filter(|_| row.status.is_none()));
        if !row.descriptor_ids.is_empty() {
            job.descriptor_ids = row.descriptor_ids;
        }
        job.modified = row.modified.or(job.modified);
        job.running_status = row.running_status.or(job.running_status.take());
        job.error = row.error.or(job.error.take());
        job.schedule = row.schedule.or(job.schedule);
        // The decoded table has no payload; the raw one beside it has.
        if row.details.is_known() || job.details == JobDetails::Missing {
            job.details = row.details;
        }
        job.status = row.status.or(job.status.take());
        job.row = Some(source);
    }

    /// Adds what a log line says, and that it says so.
    pub(super) fn add_signal(&mut self, tenancy: &Tenancy, signal: Signal, line: LogLine) {
        let job = self.job(tenancy, signal.job);
        let job_type = signal.job_type.filter(|_| job.job_type.is_empty());
        let description = signal.description.filter(|_| job.description.is_empty());
        // Most lines about a job tell nothing new of it.
        if job_type.is_some() || description.is_some() {
            job.job_type = job_type.unwrap_or(std::mem::take(&mut job.job_type));
            job.description = description.unwrap_or(std::mem::take(&mut job.description));
            let told = operation::from_table(&job.job_type, &job.description);
            job.operation = operation::better(job.operation, told);
        }
        job.operation =
            operation::better(job.operation, signal.operation.unwrap_or(Operation::Unknown));
        if let JobEventKind::Completed { rows: Some(rows) } = signal.kind {
            job.rows = Some(rows);
        }
        let (LogLine { time, node, source, text, counter }, kind) = (line, signal.kind);
        job.events.push(JobEvent { time, node, kind, source, text, counter });
    }

    /// Adds an advisory's sign to the history of its job.
    pub(super) fn add_sign(&mut self, sign: &Sign) {
        let Some(id) = sign.job else { return };
        let job = self.job(&sign.tenancy, id);
        if let Some(job_type) = sign.tag.job_type.clone().filter(|_| job.job_type.is_empty()) {
            job.job_type = job_type;
        }
        job.operation = operation::better(job.operation, operation::from_tags(&sign.tag));
        job.events.push(JobEvent {
            time: sign.entry.time,
            node: sign.node,
            kind: JobEventKind::Sign,
            source: sign.source.clone(),
            text: sign.raw.clone(),
            counter: sign.entry.counter,
        });
    }

    /// The histories, each by time, with the steps that the tables name.
    pub(super) fn finish(mut self, tables: &BTreeSet<Tenancy>) -> BTreeMap<(Tenancy, JobId), Job> {
        for jobs in self.jobs.values_mut().filter(|jobs| jobs.len() > 1) {
            join_tenants(jobs, tables);
        }
        let mut finished = BTreeMap::new();
        for mut job in self.jobs.into_values().flatten() {
            add_row_events(&mut job);
            job.events.sort_small_by(|a, b| {
                (a.time, &a.source, a.counter).cmp(&(b.time, &b.source, b.counter))
            });
            if job.status.is_none() {
                job.status = job.events.iter().rev().find_map(|event| match &event.kind {
                    JobEventKind::State(status) => Some(status.clone()),
                    JobEventKind::Completed { .. } => Some(JobStatus::Succeeded),
                    _ => None,
                });
            }
            finished.insert((job.tenancy.clone(), job.id), job);
        }
        finished
    }
}

/// A table that a person exported from a virtual cluster has no folder that says so. Of the jobs of one id, one that the
/// logs give to a tenant without a table of its own, and one that exactly one other table of its cluster knows, are one.
fn join_tenants(jobs: &mut Vec<Job>, tables: &BTreeSet<Tenancy>) {
    let clusters: BTreeSet<Cluster> =
        jobs.iter().map(|job| job.tenancy.cluster.clone()).collect_small();
    for cluster in &clusters {
        let of_cluster = || (0..).zip(&*jobs).filter(|(_, job)| job.tenancy.cluster == *cluster);
        let mut with_row = of_cluster().filter(|(_, job)| job.row.is_some());
        let mut without = of_cluster().filter(|(_, job)| !tables.contains(&job.tenancy));
        let (Some((home, _)), None) = (with_row.next(), with_row.next()) else { continue };
        let (Some((guest, _)), None) = (without.next(), without.next()) else { continue };
        if home == guest {
            continue;
        }
        let row = jobs[home].clone();
        let job = &mut jobs[guest];
        let operation = operation::better(row.operation, job.operation);
        let rows = row.rows.or(job.rows);
        let events = std::mem::take(&mut job.events);
        *job = Job { tenancy: job.tenancy.clone(), operation, rows, ..row };
        job.events.extend(events);
        jobs.remove(home);
    }
}

/// The steps that the row itself names.
fn add_row_events(job: &mut Job) {
    let Some(row) = job.row.clone() else { return };
    let status = job.status.clone().unwrap_or(JobStatus::Other(String::new()));
    let steps: [(Option<Time>, JobEventKind, &str); 3] = [
        (job.created, JobEventKind::Created, "created"),
        (
            job.started.filter(|started| Some(*started) != job.created),
            JobEventKind::Started,
            "started",
        ),
        (job.finished, JobEventKind::Finished(status.clone()), "finished"),
    ];
    for (time, kind, column) in steps {
        let Some(time) = time else { continue };
        let text = match kind {
            JobEventKind::Finished(_) => format!("jobs table: {column}, status {status}"),
            _ => format!("jobs table: {column}"),
        };
        job.events.push(JobEvent {
            time,
            node: None,
            kind,
            source: row.clone(),
            text,
            counter: None,
        });
    }
}
