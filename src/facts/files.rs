//! The log files of one node, put together to the times that they cover.

use std::collections::BTreeMap;

use crate::model::{SortSmall, Span, Time};
use crate::scan::{LogSummary, SILENCE, Segment};

/// One file with entries of channel DEV.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct File {
    pub(super) path: String,
    /// Numbers of the bundles that hold it.
    pub(super) bundles: Vec<usize>,
    bytes: u64,
    /// Where nothing is missing of channel DEV.
    segments: Vec<Segment>,
}

impl File {
    /// The file, if it can cover any time: only what is written to the same sink as channel DEV says that nothing was
    /// written to DEV.
    pub(super) fn new(
        path: &str,
        bundle: usize,
        log: &LogSummary,
        segments: &[Segment],
    ) -> Option<Self> {
        let (_, last) = log.dev_span?;
        let mut segments: Vec<Segment> = segments.iter().filter(|s| s.dev).copied().collect();
        // Without counters, entries of other channels do not show that the sink of DEV is whole.
        for segment in segments.iter_mut().filter(|segment| segment.counters.is_none()) {
            segment.to = segment.to.min(last);
        }
        let path = path.to_owned();
        Some(Self { path, bundles: vec![bundle], bytes: log.bytes, segments })
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
    fn sink(&self) -> &str {
        let name = self.path.rsplit(['/', '»']).next().unwrap_or(&self.path).trim();
        name.split('.').next().unwrap_or(name)
    }
}

/// A stretch of time that is covered, by a file or between two.
#[derive(Clone, Copy)]
struct Piece {
    from: Time,
    to: Time,
    file: Option<usize>,
    /// What comes before its first entry in its sink is known: nothing, or it cannot be told.
    begins: bool,
}

/// What `files` cover, by time.
pub(super) fn spans(files: &[File]) -> Vec<Span> {
    let mut pieces: Vec<Piece> = Vec::new();
    let mut sinks: BTreeMap<&str, Vec<Segment>> = BTreeMap::new();
    for (index, file) in files.iter().enumerate() {
        sinks.entry(file.sink()).or_default().extend(&file.segments);
        pieces.extend(file.segments.iter().map(|segment| Piece {
            from: segment.from,
            to: segment.to,
            file: Some(index),
            begins: segment.counters.is_none_or(|(first, _)| first == 1),
        }));
    }
    sinks.into_values().for_each(|segments| pieces.extend(bridges(segments)));
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
    next.begins && !same_file && next.from <= span.to.plus(SILENCE)
}

/// The silences of one sink between segments whose counters follow on: nothing was written in them.
fn bridges(mut segments: Vec<Segment>) -> Vec<Piece> {
    segments.sort_small_by_key(|segment| (segment.from, segment.to));
    let mut bridges = Vec::new();
    let mut reached: Option<Segment> = None;
    for segment in segments {
        if let Some(before) = reached
            && let (Some((_, last)), Some((first, _))) = (before.counters, segment.counters)
            && last.checked_add(1) == Some(first)
            && before.to < segment.from
        {
            let (from, to) = (before.to, segment.from);
            bridges.push(Piece { from, to, file: None, begins: false });
        }
        if reached.is_none_or(|before| before.to <= segment.to) {
            reached = Some(segment);
        }
    }
    bridges
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: i64 = 60 * Time::SECOND;

    fn file(path: &str, segments: &[(i64, i64, u64, u64)]) -> File {
        let segments = segments.iter().map(|(from, to, first, last)| Segment {
            from: Time(from * MINUTE),
            to: Time(to * MINUTE),
            counters: (*first > 0).then_some((*first, *last)),
            dev: true,
            node: None,
        });
        File { path: path.into(), bundles: vec![0], bytes: 10, segments: segments.collect() }
    }

    fn covered(files: &[File]) -> Vec<(i64, i64, u64)> {
        let show = |span: Span| (span.from.0 / MINUTE, span.to.0 / MINUTE, span.files);
        spans(files).into_iter().map(show).collect()
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

    #[test]
    fn other_channels_cover_nothing() {
        let log = LogSummary::default();
        assert_eq!(File::new("cockroach-health.log", 0, &log, &[]), None);
        let segment =
            |dev| Segment { from: Time(0), to: Time(50), counters: None, dev, node: None };
        let log = LogSummary { dev_span: Some((Time(0), Time(20))), ..log };
        let file = File::new("cockroach.log", 0, &log, &[segment(true), segment(false)]).unwrap();
        assert_eq!(file.segments.len(), 1);
        assert_eq!(file.end(), Some(Time(20)));
    }

    #[test]
    fn an_extension_moves_the_last_end_alone() {
        let mut cut = file("cockroach.a.log", &[(0, 30, 1, 40), (33, 60, 50, 90)]);
        cut.extend(Time(100 * MINUTE));
        assert_eq!(covered(&[cut]), [(0, 30, 1), (33, 100, 1)]);
    }
}
