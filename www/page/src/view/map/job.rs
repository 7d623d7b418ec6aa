//! A job as a row: its run as a bar, its signs as marks.

use crdb_triage::model::{SortSmall, Time};
use crdb_triage::report::{Finding, Job, JobEvent, wording};

use super::home::within;
use super::{Axis, Kind, Part, Row, SEEN, THIN};
use crate::view::format;

/// When a job ran, as far as that is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Run {
    pub(super) from: Time,
    /// Whether it may have begun earlier.
    pub(super) from_is_vague: bool,
    pub(super) to: End,
}

/// How a run ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// It ended then.
    At(Time),
    /// It ended, then or later.
    After(Time),
    /// It had not ended when the input was collected, or nothing says that it had.
    Open,
}

/// The run; nothing where nothing of the job is dated.
pub(super) fn run(job: &Job) -> Option<Run> {
    let events = || job.timeline.iter().map(|event| event.time);
    let from = job.created.or_else(|| events().min()).or(job.finished)?;
    let over = ["succeeded", "failed", "canceled"].contains(&job.status.as_str());
    let to = match job.finished {
        Some(at) => End::At(at.max(from)),
        None if over => End::After(events().max().unwrap_or(from).max(from)),
        None => End::Open,
    };
    Some(Run { from, from_is_vague: job.created.is_none(), to })
}

pub(super) fn signs(job: &Job) -> impl Iterator<Item = &JobEvent> {
    job.timeline.iter().filter(|event| event.event == "SIGN")
}

/// The instants that the axis should reach.
pub(super) fn times(job: &Job) -> Vec<Time> {
    let mut times: Vec<Time> = signs(job).map(|event| event.time).collect();
    if let Some(run) = run(job) {
        times.push(run.from);
        match run.to {
            End::At(to) | End::After(to) => times.push(to),
            End::Open => {}
        }
    }
    times
}

pub(super) fn row(job: &Job, finding: &Finding, axis: Option<&Axis>) -> Row {
    let in_full = within(name(finding), finding.subject.cluster.as_deref());
    let mut parts = Vec::new();
    let mut across = Some("nothing dates this job".to_owned());
    if let (Some(axis), Some(run)) = (axis, run(job)) {
        let to = match run.to {
            End::At(to) | End::After(to) => to,
            End::Open => axis.to.max(run.from),
        };
        let mut place = axis.stretch(run.from, to).at_least(THIN);
        place.before |= run.from_is_vague;
        place.after |= run.to == End::Open;
        across = match () {
            () if run.from > axis.to => Some(format!("later: {}", format::range(run.from, to))),
            () if to < axis.from => Some(format!("earlier: {}", format::range(run.from, to))),
            () => None,
        };
        let text = format!("{in_full}: {}.", in_words(run));
        parts.push(Part { kind: Kind::Run, place, text });
        parts.extend(marks(job, &in_full, axis));
    }
    let operation = wording::operation(&job.operation);
    Row {
        about: match job.status.as_str() {
            "" => format!("{operation}, state unknown"),
            status => format!("{operation}, {status}"),
        },
        notice: match signs(job).count() {
            0 => String::new(),
            number => format::counted(number, "sign", "signs"),
        },
        across,
        verdict: Some(finding.verdict),
        parts,
        name: name(finding),
    }
}

/// `Job 1065722008981340161`, with the virtual cluster where that is not the system's. The cluster stands above.
pub(super) fn name(finding: &Finding) -> String {
    let of = &finding.subject;
    let kind = wording::capital(wording::subject_kind(of.kind));
    if of.tenant == "system" {
        format!("{kind} {}", of.id)
    } else {
        format!("{kind} {} in {}", of.id, of.tenant)
    }
}

/// From when to when it ran, and what of that is not known.
pub(super) fn in_words(run: Run) -> String {
    let from = match run.from_is_vague {
        true => format!("first seen {}", format::exact(run.from)),
        false => format!("ran from {}", format::exact(run.from)),
    };
    match run.to {
        End::At(to) => {
            let length = format::duration(to.0.saturating_sub(run.from.0));
            format!("{from} to {} ({length})", format::exact(to))
        }
        End::After(to) => {
            format!("{from}, last seen {}; when it ended is not known", format::exact(to))
        }
        End::Open => format!("{from}; nothing says that it ended"),
    }
}

/// What its times do not say themselves.
pub(super) fn beside_its_times(run: Run) -> String {
    let end = match run.to {
        End::At(to) => format::duration(to.0.saturating_sub(run.from.0)),
        End::After(_) => "when it ended is not known".to_owned(),
        End::Open => "nothing says that it ended".to_owned(),
    };
    if run.from_is_vague { format!("first seen then; {end}") } else { end }
}

/// Signs, those that would stand on each other as one.
fn marks(job: &Job, name: &str, axis: &Axis) -> Vec<Part> {
    let mut sorted: Vec<&JobEvent> =
        signs(job).filter(|event| axis.shows(event.time, event.time)).collect();
    sorted.sort_small_by_key(|event| event.time);
    let mut marks: Vec<Vec<&JobEvent>> = Vec::new();
    for event in sorted {
        let near = |first: &&JobEvent| axis.at(event.time) - axis.at(first.time) < SEEN;
        match marks.last_mut() {
            Some(mark) if mark.first().is_some_and(near) => mark.push(event),
            _ => marks.push(vec![event]),
        }
    }
    let part = |mark: Vec<&JobEvent>| {
        let (first, last) = (mark.first()?, mark.last()?);
        let text = match mark.len() {
            1 => {
                let node = first.node.map_or(String::new(), |node| format!(" on n{node}"));
                format!("{name}: sign of an advisory{node}, {}.", format::exact(first.time))
            }
            many => format!(
                "{name}: {many} signs of an advisory {}.",
                format::exactly(first.time, last.time)
            ),
        };
        Some(Part { kind: Kind::Sign, place: axis.stretch(first.time, first.time), text })
    };
    marks.into_iter().filter_map(part).collect()
}
