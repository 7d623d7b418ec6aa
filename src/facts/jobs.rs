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
    jobs: BTreeMap<JobId, Vec<History>>,
}

/// One job being put together.
struct History {
    job: Job,
    /// Whether a line about it names the virtual cluster itself. Of other lines it is known only in whose file they are.
    tagged: bool,
}

/// The jobs that were joined with that of another virtual cluster, and which that is.
pub(super) type Moved = BTreeMap<(Tenancy, JobId), Tenancy>;

/// A line of a log, apart from what it says.
pub(super) struct LogLine {
    pub(super) time: Time,
    pub(super) node: Option<NodeId>,
    pub(super) source: Location,
    /// Empty if it was not kept.
    pub(super) text: String,
    pub(super) counter: Option<u64>,
    /// Whether its own tags name the virtual cluster.
    pub(super) tagged: bool,
}

impl Histories {
    fn job(&mut self, tenancy: &Tenancy, id: JobId) -> &mut History {
        let jobs = self.jobs.entry(id).or_default();
        let at = jobs.iter().position(|known| known.job.tenancy == *tenancy).unwrap_or_else(|| {
            jobs.push(History { job: Job::new(tenancy, id), tagged: false });
            jobs.len() - 1
        });
        &mut jobs[at]
    }

    /// Adds a row of a jobs table. Of several rows of one job, add the one to trust last: what it does not say is
    /// left as the others say it.
    pub(super) fn add_row(&mut self, path: &Arc<str>, tenancy: &Tenancy, row: JobRow) {
        let source = Location { path: Arc::clone(path), line: row.line, offset: row.offset };
        let job = &mut self.job(tenancy, row.id).job;
        // What was removed from one table may be known from another, or from a log.
        replace(&mut job.job_type, row.job_type);
        replace(&mut job.description, row.description);
        let told = operation::from_table(&job.job_type, &job.description);
        job.operation = operation::better(told, job.operation);
        if let Some(status) = row.status.clone().filter(is_end)
            && !job.end_states.iter().any(|(known, _)| *known == status)
        {
            job.end_states.push((status, source.clone()));
        }
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
        job.tells_error |= row.tells_error;
        replace(&mut job.user, row.user);
        job.coordinator = row.coordinator_id.or(job.coordinator);
        job.num_runs = row.num_runs.or(job.num_runs);
        job.high_water = row.high_water.or(job.high_water);
        job.fraction = row.fraction.or(job.fraction);
        job.payload_bytes = row.payload_bytes.or(job.payload_bytes);
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
        let History { job, tagged } = self.job(tenancy, signal.job);
        *tagged |= line.tagged;
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
        let (LogLine { time, node, source, text, counter, .. }, kind) = (line, signal.kind);
        job.events.push(JobEvent { time, node, kind, source, text, counter });
    }

    /// Adds an advisory's sign to the history of its job.
    pub(super) fn add_sign(&mut self, sign: &Sign) {
        let Some(id) = sign.job else { return };
        let History { job, tagged } = self.job(&sign.tenancy, id);
        *tagged |= sign.entry.tenant_id.is_some() || sign.entry.tenant_name.is_some();
        job.operation = operation::with_tags(job, &sign.tag);
        if let Some(job_type) = sign.tag.job_type.clone().filter(|_| job.job_type.is_empty()) {
            job.job_type = job_type;
        }
        job.events.push(JobEvent {
            time: sign.entry.time,
            node: sign.node,
            kind: JobEventKind::Sign,
            source: sign.source.clone(),
            text: sign.raw.clone(),
            counter: sign.entry.counter,
        });
    }

    /// The histories, each by time, with the steps that the tables name; and which of them are known under another
    /// virtual cluster than before, so that whoever has the old key finds them.
    pub(super) fn finish(
        mut self,
        tables: &BTreeSet<Tenancy>,
    ) -> (BTreeMap<(Tenancy, JobId), Job>, Moved) {
        let mut moved = Moved::new();
        for jobs in self.jobs.values_mut().filter(|jobs| jobs.len() > 1) {
            join_tenants(jobs, tables, &mut moved);
        }
        let mut finished = BTreeMap::new();
        for History { mut job, .. } in self.jobs.into_values().flatten() {
            add_row_events(&mut job);
            job.events.sort_small_by(|a, b| {
                (a.time, &a.source, a.counter).cmp(&(b.time, &b.source, b.counter))
            });
            if job.status.is_none() {
                job.status = job.events.iter().rev().find_map(|event| match &event.kind {
                    JobEventKind::State(status) if status.is_known() => Some(status.clone()),
                    JobEventKind::Completed { .. } => Some(JobStatus::Succeeded),
                    _ => None,
                });
            }
            finished.insert((job.tenancy.clone(), job.id), job);
        }
        (finished, moved)
    }
}

/// Whether a state is one after which nothing comes.
fn is_end(status: &JobStatus) -> bool {
    status.is_final() || *status == JobStatus::RevertFailed
}

/// Replaces what is known by what a row says, unless the row says nothing.
fn replace(known: &mut String, said: String) {
    if operation::is_told(&said) || (known.is_empty() && !said.is_empty()) {
        *known = said;
    }
}

/// A table that a person exported from a virtual cluster has no folder that says so. Of the jobs of one id, one that the
/// logs give to a tenant without a table of its own, and one that exactly one other table of its cluster knows, are one.
/// They are two where lines about the latter name its virtual cluster themselves.
fn join_tenants(jobs: &mut Vec<History>, tables: &BTreeSet<Tenancy>, moved: &mut Moved) {
    let clusters: BTreeSet<Cluster> =
        jobs.iter().map(|known| known.job.tenancy.cluster.clone()).collect_small();
    for cluster in &clusters {
        let of_cluster =
            || (0..).zip(&*jobs).filter(|(_, known)| known.job.tenancy.cluster == *cluster);
        let mut with_row = of_cluster().filter(|(_, known)| known.job.row.is_some());
        let mut without = of_cluster().filter(|(_, known)| !tables.contains(&known.job.tenancy));
        let (Some((home, with_row)), None) = (with_row.next(), with_row.next()) else { continue };
        let (Some((guest, _)), None) = (without.next(), without.next()) else { continue };
        if home == guest || with_row.tagged {
            continue;
        }
        let row = with_row.job.clone();
        let job = &mut jobs[guest].job;
        moved.insert((row.tenancy.clone(), row.id), job.tenancy.clone());
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{JobDetails, Tenant, Told};

    fn tenancy(tenant: &str) -> Tenancy {
        Tenancy::new(&Cluster::default(), &Tenant(tenant.to_owned()))
    }

    fn at(line: u64) -> Location {
        Location { path: "cockroach.log".into(), line, offset: 0 }
    }

    fn row(status: &str) -> JobRow {
        JobRow {
            id: JobId(7),
            job_type: "IMPORT".to_owned(),
            description: String::new(),
            statement: None,
            user: String::new(),
            descriptor_ids: Vec::new(),
            status: Some(JobStatus::parse(status)),
            running_status: None,
            created: Some(Time(0)),
            started: None,
            finished: None,
            modified: None,
            last_run: None,
            error: None,
            tells_error: false,
            coordinator_id: None,
            num_runs: None,
            high_water: Told::Unsaid,
            fraction: None,
            payload_bytes: None,
            schedule: None,
            details: JobDetails::Missing,
            created_on: None,
            line: 2,
            offset: 40,
            raw: String::new(),
        }
    }

    /// A line about the job in the files of a virtual cluster.
    fn line(histories: &mut Histories, tenant: &str, tagged: bool, state: &str) {
        let signal = Signal {
            job: JobId(7),
            kind: JobEventKind::State(JobStatus::parse(state)),
            job_type: None,
            operation: None,
            description: None,
        };
        let (time, source) = (Time(1), at(1));
        let line = LogLine { time, node: None, source, text: String::new(), counter: None, tagged };
        histories.add_signal(&tenancy(tenant), signal, line);
    }

    fn keys(jobs: &BTreeMap<(Tenancy, JobId), Job>) -> Vec<&str> {
        jobs.keys().map(|(tenancy, _)| tenancy.tenant.0.as_str()).collect()
    }

    #[test]
    fn what_was_known_by_a_joined_jobs_old_key_is_led_to_the_new_one() {
        let mut histories = Histories::default();
        histories.add_row(&"jobs".into(), &tenancy("system"), row("succeeded"));
        line(&mut histories, "system", false, "running");
        line(&mut histories, "app", true, "succeeded");
        let (jobs, moved) = histories.finish(&BTreeSet::from([tenancy("system")]));
        assert_eq!(keys(&jobs), ["app"]);
        assert_eq!(moved.get(&(tenancy("system"), JobId(7))), Some(&tenancy("app")));
    }

    #[test]
    fn jobs_that_lines_give_to_two_virtual_clusters_stay_two() {
        let mut histories = Histories::default();
        histories.add_row(&"jobs".into(), &tenancy("system"), row("failed"));
        line(&mut histories, "system", true, "failed");
        line(&mut histories, "app", true, "succeeded");
        let (jobs, moved) = histories.finish(&BTreeSet::from([tenancy("system")]));
        assert_eq!(keys(&jobs), ["app", "system"]);
        assert!(moved.is_empty());
    }

    #[test]
    fn each_end_that_a_row_names_is_kept() {
        let mut histories = Histories::default();
        for status in ["running", "succeeded", "succeeded", "canceled"] {
            histories.add_row(&"jobs".into(), &tenancy("system"), row(status));
        }
        let (jobs, _) = histories.finish(&BTreeSet::new());
        let job = jobs.values().next().unwrap();
        let ends: Vec<String> =
            job.end_states.iter().map(|(status, _)| status.to_string()).collect();
        assert_eq!(ends, ["succeeded", "canceled"]);
    }

    #[test]
    fn a_torn_state_does_not_become_the_jobs() {
        let mut histories = Histories::default();
        line(&mut histories, "system", true, "running");
        line(&mut histories, "system", true, "succ");
        let (jobs, _) = histories.finish(&BTreeSet::new());
        assert_eq!(jobs.values().next().unwrap().status, Some(JobStatus::Running));
    }
}
