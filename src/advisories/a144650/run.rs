//! Whether there may be warnings that were not read: only logs that cover the whole run of a job on all nodes can say that
//! there was none.
//!
//! A debug zip holds two days of logs and two weeks of jobs, so this is the usual case.

use crate::advisories::ranges::Placement;
use crate::facts::{Facts, Node, may_store_rows};
use crate::model::{Gap, Job, JobEventKind, JobStatus, NodeId, Operation, Tenant, Time};

use super::derive::OfJob;
use super::end::End;
use super::restart::without_data;
use super::verify::Verified;

/// What the logs lack of a run.
pub(crate) struct Uncovered {
    /// From when to when it was, in words.
    pub(crate) time: String,
    /// Nodes and times that are missing, in words; nothing if times and counters show no gap.
    pub(crate) missing: Vec<String>,
    /// Whether any line names the job, or need not.
    pub(crate) named: bool,
}

/// Whether anything of the job's work is in use that a warning could concern.
fn leaves_data(of: &OfJob<'_>) -> bool {
    let views = matches!(of.job.operation, Operation::CreateView | Operation::RefreshView);
    let replaced = views && of.refresh.is_some();
    let not_begun = matches!(of.end, End::Open(JobStatus::Pending));
    let verified = matches!(of.verified, Verified::Whole(_));
    let undone = matches!(of.end, End::Undone(..));
    !replaced && !without_data(of.job) && !not_begun && !undone && !verified
}

/// What the logs lack of the run of a job that may have run on an affected version.
pub(super) fn uncovered(of: &OfJob<'_>) -> Option<Uncovered> {
    let OfJob { declared, facts, job, .. } = of;
    if !may_store_rows(job) || !leaves_data(of) {
        return None;
    }
    let (from, to) = run(of);
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
    Some(Uncovered { time: format!("{} to {}", told(from), told(to)), missing, named })
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
fn run(of: &OfJob<'_>) -> (Option<Time>, Option<Time>) {
    let OfJob { facts, job, .. } = of;
    let from = job.created.or_else(|| job.events.first().map(|event| event.time));
    let to = match of.end {
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
