//! Job histories: rows of the tables and lines of the logs, put together by tenant and id.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::{
    Job, JobEvent, JobEventKind, JobId, JobStatus, Location, NodeId, Operation, Tenant, Time,
};
use crate::parse::jobs_table::JobRow;
use crate::scan::Hit;

use super::gather::by_id;
use super::signals::Signal;
use super::{Sign, operation};

/// Histories being put together.
#[derive(Default)]
pub(super) struct Histories {
    jobs: BTreeMap<(Tenant, JobId), Job>,
}

impl Histories {
    fn job(&mut self, tenant: &Tenant, id: JobId) -> &mut Job {
        self.jobs.entry((tenant.clone(), id)).or_insert_with(|| Job {
            tenant: tenant.clone(),
            id,
            job_type: String::new(),
            operation: Operation::Unknown,
            description: String::new(),
            status: None,
            created: None,
            started: None,
            finished: None,
            descriptor_ids: Vec::new(),
            rows: None,
            row: None,
            events: Vec::new(),
        })
    }

    /// Adds a row of a jobs table. A second row of the same job (a retried dump) wins where it is newer.
    pub(super) fn add_row(&mut self, path: &str, tenant: &Tenant, row: JobRow) {
        let source = Location { path: path.to_owned(), line: row.line, offset: row.offset };
        let job = self.job(tenant, row.id);
        job.job_type = row.job_type;
        job.description = row.description;
        job.operation = operation::from_table(&job.job_type, &job.description);
        job.created = row.created.or(job.created);
        job.started = row.started.or(job.started);
        job.finished = row.finished.or(job.finished);
        job.descriptor_ids = row.descriptor_ids;
        job.status = row.status;
        job.row = Some(source);
    }

    /// Adds what a log line says.
    pub(super) fn add_signal(
        &mut self,
        tenant: &Tenant,
        node: Option<NodeId>,
        signal: Signal,
        hit: &Hit,
        source: Location,
    ) {
        let job = self.job(tenant, signal.job);
        if let Some(job_type) = signal.job_type.filter(|_| job.job_type.is_empty()) {
            job.job_type = job_type;
        }
        if let Some(description) = signal.description.filter(|_| job.description.is_empty()) {
            job.description = description;
        }
        let told = operation::from_table(&job.job_type, &job.description);
        job.operation = operation::better(
            operation::better(job.operation, told),
            signal.operation.unwrap_or(Operation::Unknown),
        );
        if let JobEventKind::Completed { rows: Some(rows) } = signal.kind {
            job.rows = Some(rows);
        }
        job.events.push(JobEvent {
            time: hit.entry.time,
            node,
            kind: signal.kind,
            source,
            text: hit.raw.clone(),
            counter: hit.entry.counter,
        });
    }

    /// Adds an advisory's sign to the history of its job.
    pub(super) fn add_sign(&mut self, sign: &Sign) {
        let Some(id) = sign.job else { return };
        let job = self.job(&sign.tenant, id);
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
    pub(super) fn finish(mut self, tables: &BTreeSet<Tenant>) -> BTreeMap<(Tenant, JobId), Job> {
        self.join_tenants(tables);
        for job in self.jobs.values_mut() {
            add_row_events(job);
            job.events.sort_by(|a, b| {
                (a.time, &a.source, a.counter).cmp(&(b.time, &b.source, b.counter))
            });
            if job.status.is_none() {
                job.status = job.events.iter().rev().find_map(|event| match &event.kind {
                    JobEventKind::State(status) => Some(status.clone()),
                    JobEventKind::Completed { .. } => Some(JobStatus::Succeeded),
                    _ => None,
                });
            }
        }
        self.jobs
    }

    /// A table that a person exported from a virtual cluster has no folder that says so. A job that the logs
    /// give to a tenant without a table of its own, and that exactly one other table knows, is one job.
    fn join_tenants(&mut self, tables: &BTreeSet<Tenant>) {
        for (id, tenants) in by_id(&self.jobs) {
            let with_row: Vec<_> =
                tenants.iter().filter(|t| self.jobs[&((*t).clone(), id)].row.is_some()).collect();
            let without: Vec<_> = tenants.iter().filter(|t| !tables.contains(*t)).collect();
            if let ([home], [guest]) = (with_row.as_slice(), without.as_slice()) {
                let Some(row) = self.jobs.remove(&((*home).clone(), id)) else { continue };
                let job = self.job(guest, id);
                let events = std::mem::take(&mut job.events);
                let operation = operation::better(row.operation, job.operation);
                let rows = row.rows.or(job.rows);
                *job = Job { tenant: (*guest).clone(), operation, rows, ..row };
                job.events.extend(events);
            }
        }
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
