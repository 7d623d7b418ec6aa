//! The log files of one node, put together to the times that they cover.

use std::collections::BTreeMap;

use crate::model::{SortSmall, Span, Time};
use crate::scan::{LogSummary, SILENCE, Segment};

use super::processes::{Builds, Name, Relation, Run, builds};

/// One file with entries of channel DEV.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct File {
    name: Name,
    /// Numbers of the bundles that hold it.
    pub(super) bundles: Vec<usize>,
    bytes: u64,
    builds: Builds,
    /// The entries of others were taken out of it, so counters that jump say nothing.
    others_removed: bool,
    /// Where nothing is missing of channel DEV.
    pub(super) segments: Vec<Segment>,
    /// Where its filter may have kept warnings of channel DEV out.
    pub(super) filtered: Vec<(Time, Time)>,
}

impl File {
    /// The file, if it has entries of channel DEV. It covers time where its process showed that warnings of DEV are
    /// written to it: only then does a counter that follows on say that there was none.
    pub(super) fn new(
        path: &str,
        bundle: usize,
        log: &LogSummary,
        others_removed: bool,
    ) -> Option<Self> {
        let (_, last) = log.dev_span?;
        let mut file = Self {
            name: Name::of(path),
            bundles: vec![bundle],
            bytes: log.bytes,
            builds: builds(log),
            others_removed,
            segments: Vec::new(),
            filtered: Vec::new(),
        };
        let mut before_counts = false;
        let segments = if others_removed { &log.stretches } else { &log.segments };
        for segment in segments {
            // Without counters, entries of other channels do not show that the sink of DEV is whole.
            let counts = segment.warnings && (segment.counters.is_some() || segment.dev);
            if counts {
                let to = match segment.counters {
                    Some(_) => segment.to,
                    None => segment.to.min(last),
                };
                let follows = segment.follows && before_counts;
                file.segments.push(Segment { to, follows, ..*segment });
            } else if segment.dev {
                file.filtered.push((segment.from, segment.to));
            }
            before_counts = counts;
        }
        Some(file)
    }

    pub(super) fn path(&self) -> &str {
        &self.name.path
    }

    /// Its last covered instant.
    pub(super) fn end(&self) -> Option<Time> {
        self.segments.iter().map(|segment| segment.to).max()
    }

    /// Nothing was written to it between its last entry and `time`.
    pub(super) fn extend(&mut self, time: Time) {
        if let Some(last) = self.segments.iter_mut().max_by_key(|segment| segment.to) {
            last.to = last.to.max(time);
        }
    }

    /// The sink that writes it, by the name before host, user and time: `cockroach`, `cockroach-health`.
    pub(super) fn sink(&self) -> &str {
        &self.name.sink
    }

    fn run(&self, segment: &Segment) -> Run {
        let Segment { from, to, counters, .. } = *segment;
        Run { name: self.name.clone(), from, to, counters, builds: self.builds.clone() }
    }
}

/// Channels that have files of their own, with the group of those (`docs/cockroachdb/log-formats.md#file-names`).
const GROUPS: [(&str, &str); 11] = [
    ("HEALTH", "cockroach-health"),
    ("STORAGE", "cockroach-pebble"),
    ("SQL_SCHEMA", "cockroach-sql-schema"),
    ("USER_ADMIN", "cockroach-security"),
    ("PRIVILEGES", "cockroach-security"),
    ("SENSITIVE_ACCESS", "cockroach-sql-audit"),
    ("SQL_EXEC", "cockroach-sql-exec"),
    ("SQL_PERF", "cockroach-sql-slow"),
    ("TELEMETRY", "cockroach-telemetry"),
    ("KV_DISTRIBUTION", "cockroach-kv-distribution"),
    ("CHANGEFEED", "cockroach-changefeed"),
];

/// The group of the files that a channel has for itself, by its name; none for one that shares the main log.
#[must_use]
pub fn group_of(channel: &str) -> Option<&'static str> {
    GROUPS.iter().find(|(name, _)| *name == channel).map(|(_, group)| *group)
}

/// The group of a log file, by its name before host, user and time.
pub(super) fn group(path: &str) -> String {
    Name::of(path).sink
}

/// A stretch of time that is covered, by a file or between two.
#[derive(Clone, Copy)]
struct Piece {
    from: Time,
    to: Time,
    file: Option<usize>,
    /// What comes before its first entry in its sink is known: nothing, or it cannot be told.
    begins: bool,
    /// Nothing is missing between the piece of the same file before and this one.
    follows: bool,
}

/// What `files` cover, by time. `starts` are the times at which a process is known to have started.
pub(super) fn spans(files: &[File], starts: &[Time]) -> Vec<Span> {
    let mut pieces: Vec<Piece> = Vec::new();
    let mut sinks: BTreeMap<&str, Vec<(usize, Segment)>> = BTreeMap::new();
    for (index, file) in files.iter().enumerate() {
        let segments = file.segments.iter().map(|segment| (index, *segment));
        sinks.entry(&file.name.sink).or_default().extend(segments);
        pieces.extend(file.segments.iter().map(|segment| Piece {
            from: segment.from,
            to: segment.to,
            file: Some(index),
            begins: file.others_removed || segment.counters.is_none_or(|(first, _)| first == 1),
            follows: segment.follows,
        }));
    }
    sinks.into_values().for_each(|segments| pieces.extend(bridges(files, segments, starts)));
    pieces.sort_small_by_key(|piece| (piece.from, piece.to, piece.file));

    let mut spans: Vec<(Piece, Vec<usize>)> = Vec::new();
    for piece in pieces {
        match spans.last_mut() {
            Some((span, of)) if joins(span, &piece) => {
                if piece.to > span.to {
                    (span.to, span.file) = (piece.to, piece.file);
                }
                of.extend(piece.file);
            }
            _ => spans.push((piece, piece.file.into_iter().collect())),
        }
    }
    let span = |(Piece { from, to, .. }, mut of): (Piece, Vec<usize>)| {
        of.sort_small();
        of.dedup();
        let bytes = of.iter().filter_map(|index| files.get(*index)).map(|file| file.bytes).sum();
        Span { from, to, files: of.len() as u64, bytes }
    };
    spans.into_iter().map(span).collect()
}

/// Whether nothing is missing between what is covered and the next piece.
fn joins(span: &Piece, next: &Piece) -> bool {
    if next.from <= span.to {
        return true;
    }
    // Within a file, only its own scan knows.
    let same_file = span.file.is_some() && span.file == next.file;
    let joins = if same_file { next.follows } else { next.begins };
    joins && next.from <= span.to.plus(SILENCE)
}

/// The silences of one sink between files whose counters follow on: nothing was written in them. Two processes count
/// alike by chance only, so the files must be of one.
fn bridges(files: &[File], mut segments: Vec<(usize, Segment)>, starts: &[Time]) -> Vec<Piece> {
    segments.sort_small_by_key(|(_, segment)| (segment.from, segment.to));
    let mut bridges = Vec::new();
    let mut reached: Option<(usize, Segment)> = None;
    for (file, segment) in segments {
        if let Some((before_file, before)) = reached.filter(|(_, before)| before.to < segment.from)
        {
            let goes_on = if before_file == file {
                before.process == segment.process && follows(&before, &segment)
            } else {
                let runs = (files[before_file].run(&before), files[file].run(&segment));
                match Relation::of(&runs.0, &runs.1, starts) {
                    Relation::GoesOn => true,
                    Relation::GoesOnSoon => segment.from <= before.to.plus(SILENCE),
                    Relation::SameProcess | Relation::Unknown => false,
                }
            };
            let (from, to) = (before.to, segment.from);
            if goes_on {
                bridges.push(Piece { from, to, file: None, begins: false, follows: false });
            }
        }
        if reached.is_none_or(|(_, before)| before.to <= segment.to) {
            reached = Some((file, segment));
        }
    }
    bridges
}

/// Whether the counter of one segment goes on where that of another ends.
fn follows(before: &Segment, after: &Segment) -> bool {
    let counters = before.counters.zip(after.counters);
    counters.is_some_and(|((_, last), (first, _))| last.checked_add(1) == Some(first))
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: i64 = 60 * Time::SECOND;

    fn segment((from, to, first, last): (i64, i64, u64, u64)) -> Segment {
        Segment {
            from: Time(from * MINUTE),
            to: Time(to * MINUTE),
            counters: (first > 0).then_some((first, last)),
            dev: true,
            warnings: true,
            process: 0,
            follows: false,
            node: None,
        }
    }

    fn file(path: &str, segments: &[(i64, i64, u64, u64)]) -> File {
        let segments: Vec<Segment> = segments.iter().copied().map(segment).collect();
        let end = segments.iter().map(|segment| segment.to).max().unwrap();
        let log = LogSummary {
            dev_span: Some((Time(0), end)),
            segments,
            bytes: 10,
            ..LogSummary::default()
        };
        File::new(path, 0, &log, false).unwrap()
    }

    fn covered(files: &[File]) -> Vec<(i64, i64, u64)> {
        let show = |span: Span| (span.from.0 / MINUTE, span.to.0 / MINUTE, span.files);
        spans(files, &[]).into_iter().map(show).collect()
    }

    #[test]
    fn counters_that_follow_on_bridge_any_silence() {
        let files = [
            file("cockroach.a.log", &[(0, 60, 1, 40)]),
            file("cockroach.b.log", &[(300, 360, 41, 90)]),
            file("cockroach.c.log", &[(540, 600, 95, 99)]),
        ];
        assert_eq!(covered(&files), [(0, 360, 2), (540, 600, 1)]);
    }

    #[test]
    fn a_file_is_missing_where_counters_jump_however_short_the_silence() {
        let files = [
            file("cockroach.a.log", &[(0, 60, 1, 40)]),
            file("cockroach.b.log", &[(61, 90, 80, 90)]),
        ];
        assert_eq!(covered(&files), [(0, 60, 1), (61, 90, 1)]);
    }

    #[test]
    fn a_restart_or_files_without_counters_leave_no_gap_when_they_follow_soon() {
        let restarted = [
            file("cockroach.a.log", &[(0, 60, 7, 40)]),
            file("cockroach.b.log", &[(65, 90, 1, 9)]),
        ];
        assert_eq!(covered(&restarted), [(0, 90, 2)]);
        let plain =
            [file("cockroach.a.log", &[(0, 60, 0, 0)]), file("cockroach.b.log", &[(65, 90, 0, 0)])];
        assert_eq!(covered(&plain), [(0, 90, 2)]);
        let late = [
            file("cockroach.a.log", &[(0, 60, 7, 40)]),
            file("cockroach.b.log", &[(75, 90, 1, 9)]),
        ];
        assert_eq!(covered(&late), [(0, 60, 1), (75, 90, 1)]);
    }

    #[test]
    fn a_gap_inside_a_file_stays_a_gap_unless_another_file_covers_it() {
        let cut = file("cockroach.a.log", &[(0, 30, 1, 40), (33, 60, 50, 90)]);
        assert_eq!(covered(std::slice::from_ref(&cut)), [(0, 30, 1), (33, 60, 1)]);
        let whole = file("cockroach.b.log", &[(20, 40, 30, 60)]);
        assert_eq!(covered(&[cut, whole]), [(0, 60, 2)]);
    }

    #[test]
    fn the_counters_of_another_sink_bridge_nothing() {
        let files = [
            file("cockroach.a.log", &[(0, 60, 1, 40)]),
            file("cockroach-all.b.log", &[(300, 360, 41, 90)]),
        ];
        assert_eq!(covered(&files), [(0, 60, 1), (300, 360, 1)]);
    }

    #[test]
    fn files_of_two_sinks_that_rotate_in_turn_are_each_followed() {
        let files = [
            file("cockroach.a.log", &[(0, 10, 1, 40)]),
            file("cockroach-all.a.log", &[(0, 12, 1, 900)]),
            file("cockroach.b.log", &[(300, 310, 41, 50)]),
        ];
        assert_eq!(covered(&files), [(0, 310, 3)]);
    }

    #[test]
    fn a_shorter_copy_of_a_file_hides_nothing() {
        let files = [
            file("x/cockroach.a.log", &[(0, 60, 1, 100)]),
            file("y/cockroach.a.log", &[(1, 30, 2, 50)]),
            file("x/cockroach.b.log", &[(300, 310, 101, 110)]),
        ];
        assert_eq!(covered(&files), [(0, 310, 3)]);
    }

    /// The name of a file of the process with this pid.
    fn of(pid: u64, hour: u64) -> String {
        format!("debug/nodes/1/logs/cockroach.h.r.2025-04-22T{hour:02}_00_00Z.{pid:06}.log")
    }

    #[test]
    fn counters_of_two_processes_bridge_nothing() {
        let pair = |one: &str, other: &str, later: i64| {
            let first = file(one, &[(0, 60, 1, 40)]);
            covered(&[first, file(other, &[(later, later + 10, 41, 90)])]).len()
        };
        for (one, other, later, spans) in [
            // Of one process, as far as the names tell.
            (of(111, 6), of(111, 9), 300, 1),
            (of(1, 6), of(1, 9), 300, 1),
            ("cockroach.log".into(), "x/cockroach.log".into(), 300, 1),
            // Of two.
            (of(111, 6), of(222, 9), 300, 2),
            (of(111, 6), of(222, 9), 61, 2),
            // Of one file the name does not tell.
            (of(111, 6), "cockroach.log".into(), 300, 2),
            (of(111, 6), "cockroach.log".into(), 61, 1),
        ] {
            assert_eq!(pair(&one, &other, later), spans, "{one} {other} {later}");
        }
    }

    #[test]
    fn a_known_start_or_another_build_between_two_files_is_another_process() {
        let files = || [file(&of(1, 6), &[(0, 60, 1, 40)]), file(&of(1, 9), &[(300, 310, 41, 90)])];
        assert_eq!(spans(&files(), &[Time(0), Time(310 * MINUTE)]).len(), 1);
        assert_eq!(spans(&files(), &[Time(200 * MINUTE)]).len(), 2);
        let mut rebuilt = files();
        for (file, build) in rebuilt.iter_mut().zip(["v24.3.9", "v24.3.11"]) {
            file.builds = Some((build.to_owned(), build.to_owned()));
        }
        assert_eq!(covered(&rebuilt).len(), 2);
    }

    #[test]
    fn other_channels_and_filtered_processes_cover_nothing() {
        let log = LogSummary::default();
        assert_eq!(File::new("cockroach-health.log", 0, &log, false), None);
        let log = LogSummary { dev_span: Some((Time(0), Time(20 * MINUTE))), ..log };
        let whole = Segment { follows: true, ..segment((0, 50, 1, 9)) };
        let segments = vec![
            Segment { dev: false, ..whole },
            Segment { warnings: false, ..segment((60, 90, 1, 9)) },
            Segment { from: Time(91 * MINUTE), to: Time(95 * MINUTE), ..whole },
            Segment { dev: false, counters: None, ..whole },
            Segment { counters: None, ..whole },
        ];
        let log = LogSummary { segments, ..log };
        let file = File::new("cockroach.log", 0, &log, false).unwrap();
        let kept: Vec<_> =
            file.segments.iter().map(|s| (s.from.0 / MINUTE, s.to.0 / MINUTE, s.follows)).collect();
        assert_eq!(kept, [(0, 50, false), (91, 95, false), (0, 20, false)]);
        assert_eq!(file.filtered, [(Time(60 * MINUTE), Time(90 * MINUTE))]);
        assert_eq!(file.end(), Some(Time(95 * MINUTE)));
    }

    #[test]
    fn counters_that_jump_between_files_say_nothing_where_entries_of_others_were_taken_out() {
        let mut files = [
            file("cockroach.a.log", &[(0, 60, 1, 40)]),
            file("cockroach.b.log", &[(65, 90, 80, 90)]),
            file("cockroach.c.log", &[(101, 110, 120, 130)]),
        ];
        assert_eq!(covered(&files).len(), 3);
        files.iter_mut().for_each(|file| file.others_removed = true);
        assert_eq!(covered(&files), [(0, 90, 2), (101, 110, 1)]);
    }

    #[test]
    fn an_extension_moves_the_last_end_alone() {
        let mut cut = file("cockroach.a.log", &[(0, 30, 1, 40), (33, 60, 50, 90)]);
        cut.extend(Time(100 * MINUTE));
        assert_eq!(covered(&[cut]), [(0, 30, 1), (33, 100, 1)]);
    }
}
