//! Jobs without a warning that counts: only logs that cover their whole run on all nodes can say that there was none.
//!
//! A debug zip holds two days of logs and two weeks of jobs, so this is the usual case.

use std::collections::HashMap;

use crate::advisories::Declared;
use crate::advisories::ranges::Placement;
use crate::facts::{Facts, Node, may_store_rows};
use crate::model::{
    Evidence, Finding, Gap, Job, JobEventKind, JobStatus, NodeId, Operation, Subject, Tenant, Time,
    Verdict,
};

use super::end::{self, End};
use super::judge::{Judge, unknown_states};
use super::rules::{later_refresh, without_data};
use super::verify::Verified;
use super::{finding, job_subject, reason, remedy};

/// Adds what is to be said of jobs that may have run on an affected version and whose run is not covered: a finding
/// of its own, or, where a named fact rules out the harm of the warnings that were read, that there may be others.
pub(super) fn add(declared: &Declared, facts: &Facts, findings: &mut Vec<Finding>) {
    let known: HashMap<Subject, usize> =
        findings.iter().enumerate().map(|(index, f)| (f.subject.clone(), index)).collect();
    for job in facts.jobs.values().filter(|job| may_store_rows(job)) {
        let known = known.get(&job_subject(&job.tenancy, job.id)).copied();
        // What asks for action already says what to validate.
        if known.is_some_and(|index| findings[index].verdict > Verdict::Cleared) {
            continue;
        }
        if !leaves_data(facts, job) || verified(declared, facts, job) {
            continue;
        }
        let Some(finding) = uncovered(declared, facts, job) else { continue };
        match known {
            Some(index) => {
                let cleared = &mut findings[index];
                cleared.verdict = finding.verdict;
                cleared.reasons.splice(..0, finding.reasons);
                cleared.remediation = finding.remediation;
            }
            None => findings.push(finding),
        }
    }
}

/// Whether a later Verify of MOLT compared every row that the job wrote.
fn verified(declared: &Declared, facts: &Facts, job: &Job) -> bool {
    let judge = Judge { declared, facts, job, end: end::of(job) };
    matches!(judge.verified(), Verified::Decides(outcome) if outcome.verdict == Verdict::Cleared)
}

/// Whether anything of the job's work is in use.
fn leaves_data(facts: &Facts, job: &Job) -> bool {
    let replaced = matches!(job.operation, Operation::CreateView | Operation::RefreshView)
        && later_refresh(facts, job).is_some();
    let not_begun = matches!(end::of(job), End::Open(JobStatus::Pending));
    !replaced && !without_data(job) && !not_begun && !matches!(end::of(job), End::Undone(..))
}

fn uncovered(declared: &Declared, facts: &Facts, job: &Job) -> Option<Finding> {
    let (from, to) = run(facts, job);
    if let (Some(from), Some(to)) = (from, to) {
        let ran = facts.ran_between(&job.tenancy, from, to);
        if ran.iter().all(|ran| declared.placement(ran) == Placement::NotAffected) {
            return None;
        }
    }
    let missing = missing(facts, job, from, to);
    let named = is_named_in_logs(job) || lacks_entries_of_others(facts, job);
    if missing.is_empty() && named {
        return None;
    }
    let told = |time: Option<Time>| time.map_or("unknown".to_owned(), |time| time.to_string());
    let run = format!("{} to {}", told(from), told(to));
    let (code, text) = if missing.is_empty() {
        let text = format!(
            "By their times and counters the logs cover the whole run of this job ({run}), and yet no line of any node names it: no adoption, no state and no event. A node writes such lines for every job of this kind, so they are missing where nothing seems to be, and a warning may be among them."
        );
        ("JOB_NOT_IN_LOGS", text)
    } else {
        let unnamed = if named { "" } else { " No line of any log names this job." };
        let text = format!(
            "The logs do not cover the whole run of this job ({run}), so a warning may be missing from what was read. Missing: {}.{unnamed}",
            missing.join("; "),
        );
        ("RUN_NOT_COVERED", text)
    };
    let evidence = job.row.iter().map(|row| Evidence {
        source: row.clone(),
        node: None,
        time: job.created,
        text: format!("{} {}", job.job_type, job.description),
    });
    let mut finding = finding(
        job_subject(&job.tenancy, job.id),
        Verdict::CannotTell,
        vec![reason(code, text)],
        evidence.collect(),
    );
    finding.reasons.extend(unknown_states(job));
    finding.evidence.extend(
        end::events(job).filter(|event| Some(&event.source) != job.row.as_ref()).map(|event| {
            Evidence {
                source: event.source.clone(),
                node: event.node,
                time: Some(event.time),
                text: event.said().to_owned(),
            }
        }),
    );
    finding.remediation = remedy::steps(declared, facts, &job.tenancy, Some(job), &[]);
    Some(finding)
}

/// Whether any line of a log speaks of the job.
fn is_named_in_logs(job: &Job) -> bool {
    job.events.iter().any(|event| {
        matches!(
            event.kind,
            JobEventKind::Resuming
                | JobEventKind::State(_)
                | JobEventKind::Retry
                | JobEventKind::GaveUp
                | JobEventKind::BackfillStarted
                | JobEventKind::BackfillSkipped
                | JobEventKind::Completed { .. }
                | JobEventKind::Sign
                | JobEventKind::Note
        )
    })
}

/// Whether the job's logs are those below `cluster/<name>/` of a debug zip. It takes the entries of others out of them
/// (cockroachdb/cockroach#94861), and lines about a job that bear no tag of the virtual cluster go with those: that none
/// names the job proves nothing there, as counters that jump do not.
fn lacks_entries_of_others(facts: &Facts, job: &Job) -> bool {
    job.tenancy.tenant != Tenant::system()
        && facts.nodes.keys().any(|(tenancy, _)| *tenancy == job.tenancy)
}

/// From when to when the job ran. An open job runs until the input was collected.
fn run(facts: &Facts, job: &Job) -> (Option<Time>, Option<Time>) {
    let from = job.created.or_else(|| job.events.first().map(|event| event.time));
    let to = match end::of(job) {
        End::Succeeded(Some(time)) => Some(time),
        End::Succeeded(None) => None,
        // What its own row says was so, even if nothing else is as late.
        _ => facts.cluster(&job.tenancy.cluster).collected.max(job.modified).max(job.started),
    };
    (from, to.map(|to| from.map_or(to, |from| to.max(from))))
}

/// Why the logs of a node have gaps, where something tells.
fn causes(id: NodeId, node: &Node, gaps: &[Gap]) -> String {
    let meets = |from: Time, to: Time| gaps.iter().any(|gap| gap.from < to && from < gap.to);
    let ends = node.ends.iter().filter(|end| meets(end.from, end.to)).map(|Gap { from, to }| {
        format!("the log of {id} ends at {from}, and the bundle was collected at {to} or later")
    });
    let filtered = node.filtered.iter().filter(|part| meets(part.from, part.to)).map(|part| {
        format!("{} holds no entry of channel DEV below severity ERROR then, so it cannot show a warning", part.path)
    });
    let causes: Vec<String> = ends.chain(filtered).collect();
    if causes.is_empty() { String::new() } else { format!(" ({})", causes.join("; ")) }
}

/// Which nodes and times are missing, in words.
fn missing(facts: &Facts, job: &Job, from: Option<Time>, to: Option<Time>) -> Vec<String> {
    let mut missing = Vec::new();
    if !facts.all_nodes_known(&job.tenancy) {
        missing.push("the list of all nodes".to_owned());
    }
    let (Some(from), Some(to)) = (from, to) else {
        missing.push("when the job began or ended".to_owned());
        return missing;
    };
    if job.created.is_none() {
        missing.push("when the job began (its row in the jobs table)".to_owned());
    }
    let mut nodes = 0;
    for (id, node) in facts.nodes_of(&job.tenancy) {
        nodes += 1;
        let gaps = node.uncovered(from, to);
        if !gaps.is_empty() {
            let times: Vec<String> =
                gaps.iter().map(|Gap { from, to }| format!("{from} to {to}")).collect();
            missing.push(format!("{id} from {}{}", times.join(" and "), causes(id, node, &gaps)));
        }
    }
    if nodes == 0 {
        missing.push("logs of any node".to_owned());
    }
    missing
}
