//! The processes of a node: which parts of which files one of them wrote.

use crate::model::{SortSmall, Time};
use crate::scan::{LogSummary, SILENCE, Segment};

/// Pids below this one tell no process: in a container the first process has the same after each restart.
const CONTAINER_PIDS: u64 = 100;

/// A log file of a node: who wrote it, as far as its name tells.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Name {
    pub(super) path: String,
    /// The sink, which is what its name begins with before host, user and time: `cockroach`, `cockroach-health`.
    pub(super) sink: String,
    /// The process, where the name has the form of CockroachDB's files: `cockroach.host.user.2025-04-22T06_00_00Z.000123.log`.
    pid: Option<u64>,
}

impl Name {
    pub(super) fn of(path: &str) -> Self {
        let name = path.rsplit(['/', '\\', '»']).next().unwrap_or(path).trim();
        let mut parts = name.split('.');
        let sink = parts.next().unwrap_or(name).to_owned();
        let pid = parts
            .skip_while(|part| !is_timestamp(part))
            .nth(1)
            .and_then(|digits| digits.parse().ok());
        Self { path: path.to_owned(), sink, pid }
    }
}

/// Whether a part of a file's name is `2025-04-22T06_00_00Z`, with or without an offset for the zone.
fn is_timestamp(part: &str) -> bool {
    let digits = |range: std::ops::Range<usize>| {
        part.get(range).is_some_and(|text| text.bytes().all(|b| b.is_ascii_digit()))
    };
    digits(0..4) && digits(5..7) && digits(8..10) && part.as_bytes().get(10) == Some(&b'T')
}

/// The first and the last build that a file names, as written.
pub(super) type Builds = Option<(String, String)>;

/// One process in one file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Run {
    pub(super) name: Name,
    pub(super) from: Time,
    pub(super) to: Time,
    pub(super) counters: Option<(u64, u64)>,
    pub(super) builds: Builds,
}

/// The processes that wrote a file, by time. Of a merged file, those of its main node.
pub(super) fn runs(path: &str, log: &LogSummary) -> Vec<Run> {
    let (name, builds) = (Name::of(path), builds(log));
    let mut runs: Vec<(u32, Run)> = Vec::new();
    for segment in &log.segments {
        match runs.last_mut() {
            Some((process, run)) if *process == segment.process => {
                run.from = run.from.min(segment.from);
                run.to = run.to.max(segment.to);
                run.counters = match (run.counters, segment.counters) {
                    (Some(a), Some(b)) => Some((a.0.min(b.0), a.1.max(b.1))),
                    (a, b) => a.or(b),
                };
            }
            _ => {
                let (name, builds) = (name.clone(), builds.clone());
                let Segment { from, to, counters, process, .. } = *segment;
                runs.push((process, Run { name, from, to, counters, builds }));
            }
        }
    }
    runs.into_iter().map(|(_, run)| run).collect()
}

pub(super) fn builds(log: &LogSummary) -> Builds {
    let (first, last) = (log.versions.first()?, log.versions.last()?);
    Some((first.text.clone(), last.text.clone()))
}

/// How the end of one file and the beginning of another of the same sink relate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Relation {
    /// One process wrote both, and nothing between them.
    GoesOn,
    /// The same, but only if no more than a silence lies between.
    GoesOnSoon,
    /// One process wrote both, and files between them are missing.
    SameProcess,
    /// Nothing tells that one process wrote both.
    Unknown,
}

impl Relation {
    /// `starts` are the times at which a process is known to have started.
    pub(super) fn of(before: &Run, after: &Run, starts: &[Time]) -> Self {
        let (Some((_, last)), Some((first, _))) = (before.counters, after.counters) else {
            return Self::Unknown;
        };
        // Within a file, its own scan knows.
        if before.name.path == after.name.path {
            return Self::Unknown;
        }
        let rebuilt = before
            .builds
            .as_ref()
            .zip(after.builds.as_ref())
            .is_some_and(|((_, last_build), (first_build, _))| last_build != first_build);
        let restarted = starts.iter().any(|start| before.to < *start && *start <= after.from);
        if first == 1 || rebuilt || restarted || before.name.sink != after.name.sink {
            return Self::Unknown;
        }
        let follows = last.checked_add(1) == Some(first);
        match (before.name.pid, after.name.pid) {
            (Some(a), Some(b)) if a != b => Self::Unknown,
            (Some(_), None) | (None, Some(_)) if follows => Self::GoesOnSoon,
            _ if follows => Self::GoesOn,
            (Some(pid), Some(_)) if pid >= CONTAINER_PIDS && last < first => Self::SameProcess,
            _ => Self::Unknown,
        }
    }
}

/// Puts runs in the order in which [`restarts`] and [`processes`] want them: by sink, then by time.
pub(super) fn sort(runs: &mut [Run]) {
    runs.sort_small_by(|a, b| (&a.name.sink, a.from, a.to).cmp(&(&b.name.sink, b.from, b.to)));
}

/// Each run, and the one of its sink before it that reaches furthest.
fn pairs(runs: &[Run]) -> impl Iterator<Item = (Option<&Run>, &Run)> {
    let mut reached: Option<&Run> = None;
    runs.iter().map(move |run| {
        let before = reached.filter(|before| before.name.sink == run.name.sink);
        if before.is_none_or(|before| before.to <= run.to) {
            reached = Some(run);
        }
        (before, run)
    })
}

/// The times between two entries of a sink within which a process certainly started: the pid is another, or the sink
/// counts from the beginning. The first entry of a sink alone does not show a start: a sink for rare events may be
/// silent for long.
pub(super) fn restarts(runs: &[Run]) -> Vec<(Time, Time)> {
    let restarted = |before: &Run, run: &Run| {
        let pids = before.name.pid.zip(run.name.pid);
        let counters = before.counters.zip(run.counters);
        pids.is_some_and(|(a, b)| a != b)
            || counters.is_some_and(|((_, last), (first, _))| first <= last)
    };
    pairs(runs)
        .filter_map(|(before, run)| Some((before?, run)))
        .filter(|(before, run)| before.to < run.from && restarted(before, run))
        .map(|(before, run)| (before.to, run.from))
        .collect()
}

/// The times in which one process ran, by time and disjoint: no other ran on the node meanwhile. `lives` are such times
/// that documents name, from the start of a process on.
pub(super) fn processes(runs: &[Run], lives: &[(Time, Time)]) -> Vec<(Time, Time)> {
    let starts: Vec<Time> = lives.iter().map(|(start, _)| *start).collect();
    let mut spans: Vec<(Time, Time)> = lives.to_vec();
    for (before, run) in pairs(runs) {
        spans.push((run.from, run.to));
        let Some(before) = before else { continue };
        let soon = run.from <= before.to.plus(SILENCE);
        match Relation::of(before, run, &starts) {
            Relation::GoesOn | Relation::SameProcess => spans.push((before.to, run.from)),
            Relation::GoesOnSoon if soon => spans.push((before.to, run.from)),
            Relation::GoesOnSoon | Relation::Unknown => {}
        }
    }
    spans.retain(|(from, to)| from <= to);
    spans.sort_small();
    let mut joined: Vec<(Time, Time)> = Vec::new();
    for (from, to) in spans {
        match joined.last_mut() {
            Some((_, end)) if from <= *end => *end = (*end).max(to),
            _ => joined.push((from, to)),
        }
    }
    joined
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: i64 = 60 * Time::SECOND;

    /// The name of a file of the process with this pid.
    fn of(pid: u64, hour: u64) -> String {
        format!("debug/nodes/1/logs/cockroach.h.r.2025-04-22T{hour:02}_00_00Z.{pid:06}.log")
    }

    #[test]
    fn a_process_is_known_by_pid_and_rising_counters() {
        let run = |path: &str, counters, from: i64, to: i64| Run {
            name: Name::of(path),
            from: Time(from),
            to: Time(to),
            counters: Some(counters),
            builds: None,
        };
        let far = 100 * MINUTE;
        let pair = |one: &str, other: &str, first| {
            let runs = [run(one, (1, 40), 0, 10), run(other, (first, 999), far, far + 10)];
            processes(&runs, &[]).len()
        };
        assert_eq!(pair(&of(111, 6), &of(111, 9), 500), 1, "files between are missing");
        assert_eq!(pair(&of(111, 6), &of(111, 9), 2), 2, "counted less than before");
        assert_eq!(pair(&of(111, 6), &of(111, 9), 1), 2, "begins anew");
        assert_eq!(pair(&of(111, 6), &of(333, 9), 500), 2);
        assert_eq!(pair(&of(1, 6), &of(1, 9), 500), 2, "a container's pid is no proof");
        assert_eq!(pair(&of(1, 6), &of(1, 9), 41), 1);
        assert_eq!(pair("cockroach.log", "cockroach.log", 41), 2, "one file, two processes");
        // Another sink of the process wrote all the time.
        let runs = [
            run(&of(1, 6), (1, 40), 0, 10),
            run(&of(1, 9), (500, 999), far, far + 10),
            run("cockroach-health.log", (1, 9999), 5, far + 5),
        ];
        assert_eq!(processes(&runs, &[]), [(Time(0), Time(far + 10))]);
    }

    #[test]
    fn names_tell_sink_and_pid() {
        for (path, sink, pid) in [
            (of(111, 6), "cockroach", Some(111)),
            (
                "a.zip » cockroach-health.h.r.2025-04-22T06_00_00Z.000007.log".into(),
                "cockroach-health",
                Some(7),
            ),
            ("cockroach.h.r.2017-07-05T19_29_23-04_00.004642.log".into(), "cockroach", Some(4642)),
            ("cockroach.log".into(), "cockroach", None),
            ("cockroach.2025-04-22.log".into(), "cockroach", None),
            ("n1.000111.log".into(), "n1", None),
        ] {
            let name = Name::of(&path);
            assert_eq!((name.sink.as_str(), name.pid), (sink, pid), "{path}");
        }
    }

    #[test]
    fn a_restart_is_certain_only_within_a_sink() {
        let run = |path: &str, counters, from: i64, to: i64| Run {
            name: Name::of(path),
            from: Time(from),
            to: Time(to),
            counters: Some(counters),
            builds: None,
        };
        let restarted = |one: &str, other: &str, counters| {
            let mut runs = [run(one, (1, 40), 0, 10), run(other, counters, 100, 110)];
            sort(&mut runs);
            restarts(&runs)
        };
        let between = [(Time(10), Time(100))];
        assert_eq!(restarted(&of(111, 6), &of(111, 9), (1, 5)), between);
        assert_eq!(restarted(&of(111, 6), &of(333, 9), (500, 510)), between);
        assert_eq!(restarted("a.log", "a.log", (30, 45)), between);
        assert_eq!(restarted(&of(111, 6), &of(111, 9), (500, 510)), []);
        assert_eq!(restarted(&of(111, 6), "cockroach-health.log", (1, 5)), []);
    }
}
