//! What is said of a job and of a piece of evidence.

use crate::model::{SubjectKind, Time, Verdict};

use super::super::{Evidence, Finding, Job, JobEvent, Report, Subject, visible};
use super::{count, event_word, operation, subject_kind};

/// What a finding is about, such as `job 1065722008981340161`. Names the virtual cluster unless it is `system`.
#[must_use]
pub fn subject(subject: &Subject) -> String {
    let mut words = match subject.kind {
        SubjectKind::Cluster => "the cluster".to_owned(),
        kind => subject_kind(kind).to_owned(),
    };
    if !subject.id.is_empty() {
        words = format!("{words} {}", visible::line(&subject.id));
    }
    if subject.tenant != "system" {
        words = format!("{words} of virtual cluster {}", visible::line(&subject.tenant));
    }
    if let Some(cluster) = &subject.cluster {
        words = format!("{words} of cluster {}", visible::line(cluster));
    }
    words
}

/// Whether a finding is about a job; a backup and a restore go by the ids of their jobs.
#[must_use]
pub fn is_a_job(subject: &Subject) -> bool {
    matches!(
        subject.kind,
        SubjectKind::Job | SubjectKind::Backup | SubjectKind::Restore | SubjectKind::Changefeed
    )
}

/// The job that a finding is about, if the report has it.
#[must_use]
pub fn job_of<'a>(report: &'a Report, finding: &Finding) -> Option<&'a Job> {
    let of = &finding.subject;
    report.jobs.iter().find(|job| is_a_job(of) && is_the_same(job, of))
}

/// Whether a job and a subject have the same id in the same virtual cluster of the same cluster.
fn is_the_same(job: &Job, of: &Subject) -> bool {
    job.id == of.id && job.tenant == of.tenant && job.cluster == of.cluster
}

/// Kind, state, times and rows of a job.
#[must_use]
pub fn job_state(job: &Job) -> String {
    let known = |text: &str, unknown: &str| {
        if text.is_empty() { unknown.to_owned() } else { visible::line(text).into_owned() }
    };
    let time = |time: Option<Time>| time.map_or("at an unknown time".to_owned(), |t| t.to_string());
    let mut words = known(&job.job_type, "type unknown");
    let operation = operation(&job.operation);
    if operation != words {
        words = format!("{words} ({operation})");
    }
    let status = known(&job.status, "state unknown");
    words = format!("{words}, {status}, created {}", time(job.created));
    if job.finished.is_some() {
        words = format!("{words}, ended {}", time(job.finished));
    }
    if let Some(rows) = &job.rows {
        words = format!("{words}, {} rows by its own count", visible::line(rows));
    }
    words
}

/// When, what, and where it is written.
#[must_use]
pub fn job_event(event: &JobEvent) -> String {
    let node = event.node.map_or(String::new(), |node| format!(" n{node}"));
    // The sign is what the reader looks for among them.
    let what = match event.event.as_str() {
        "SIGN" => event_word("SIGN").to_uppercase(),
        code => event_word(code).into_owned(),
    };
    let path = visible::line(&event.source.path);
    format!("{} {what}{node} {path}:{}", event.time, event.source.line)
}

/// The events of a life, or other things in order, that fit on a page: the first ones, how many are left out, the last ones.
#[must_use]
pub fn ends<T>(events: &[T]) -> (&[T], usize, &[T]) {
    const EACH: usize = 6;
    if events.len() <= 2 * EACH {
        return (events, 0, &[]);
    }
    let (first, rest) = events.split_at(EACH);
    let (middle, last) = rest.split_at(rest.len() - EACH);
    (first, middle.len(), last)
}

/// Says that things such as events are left out and where they are.
#[must_use]
pub fn left_out(number: usize, thing: &str) -> String {
    let more = count(number as u64, &format!("more {thing}"));
    format!("({more} between these; the JSON report has all)")
}

/// Where a piece of evidence stands, who wrote it and when.
#[must_use]
pub fn place(evidence: &Evidence) -> String {
    let node = evidence.node.map_or(String::new(), |node| format!(", n{node}"));
    let time = evidence.time.map_or(String::new(), |time| format!(", {time}"));
    let (path, line, offset) = (visible::line(&evidence.path), evidence.line, evidence.offset);
    format!("{path}:{line} (byte {offset}{node}{time})")
}

/// Said in place of steps where a finding has none.
#[must_use]
pub fn no_steps(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Cleared => "Nothing has to be done for this one.",
        _ => "Follow the published advisory.",
    }
}
