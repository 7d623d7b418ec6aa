//! Where segments begin and end, by counters and by silence.

use super::*;

const MINUTE: i64 = 60 * Time::SECOND;

const INFO: Option<Severity> = Some(Severity::Info);

/// Segments as `from-to first-last` in minutes, after `~` where nothing is missing before one; an entry without counter is
/// written with counter 0.
fn segments(rule: Rule, preamble: Option<i64>, entries: &[(i64, u64)]) -> Vec<String> {
    let mut segments = Segments::new(rule);
    if let Some(minute) = preamble {
        segments.preamble(Time(minute * MINUTE));
    }
    for (minute, counter) in entries {
        segments.entry(Placed {
            time: Time(minute * MINUTE),
            counter: (*counter > 0).then_some(*counter),
            dev: INFO,
            node: None,
        });
    }
    let show = |s: Segment| {
        let follows = if s.follows { "~" } else { "" };
        let times = format!("{follows}{}-{}", s.from.0 / MINUTE, s.to.0 / MINUTE);
        s.counters.map_or(times.clone(), |(first, last)| format!("{times} {first}-{last}"))
    };
    segments.finish().into_iter().map(show).collect()
}

#[test]
fn entries_of_one_node_cover_no_time_of_another() {
    let mut segments = Segments::new(Rule::Counters);
    for (minute, counter, node) in
        [(0, 1, Some(1)), (0, 90, Some(2)), (1, 2, Some(1)), (3, 91, Some(2)), (4, 92, None)]
    {
        let (time, node) = (Time(minute * MINUTE), node.map(NodeId));
        segments.entry(Placed { time, counter: Some(counter), dev: INFO, node });
    }
    let found: Vec<_> =
        segments.finish().into_iter().map(|s| (s.to.0 / MINUTE, s.counters, s.node)).collect();
    assert_eq!(found, [(1, Some((1, 2)), Some(NodeId(1))), (4, Some((90, 92)), Some(NodeId(2)))]);
    // Merged by time, each goes on where it was, whatever lies between.
    let mut segments = Segments::new(Rule::Counters);
    for (minute, counter, node) in [(0, 10, 1), (60, 90, 2), (120, 11, 1), (180, 91, 2)] {
        segments.entry(Placed {
            time: Time(minute * MINUTE),
            counter: Some(counter),
            dev: INFO,
            node: Some(NodeId(node)),
        });
    }
    let ends: Vec<_> = segments.finish().iter().map(|s| s.to.0 / MINUTE).collect();
    assert_eq!(ends, [120, 180]);
}

fn strict(entries: &[(i64, u64)]) -> Vec<String> {
    segments(Rule::Counters, None, entries)
}

#[test]
fn counters_that_follow_on_bridge_any_silence() {
    assert_eq!(strict(&[(0, 7), (1, 8), (600, 9)]), ["0-600 7-9"]);
}

#[test]
fn a_counter_that_jumps_is_a_gap_however_short() {
    assert_eq!(strict(&[(0, 7), (1, 8), (2, 11), (3, 12)]), ["0-1 7-8", "2-3 11-12"]);
}

#[test]
fn neighbours_that_changed_places_leave_no_gap() {
    assert_eq!(strict(&[(0, 5), (1, 7), (1, 9), (1, 6), (1, 8), (2, 10)]), ["0-2 5-10"]);
    assert_eq!(strict(&[(0, 6), (0, 5), (1, 7)]), ["0-1 5-7"]);
}

#[test]
fn without_counters_a_silence_is_a_gap() {
    assert_eq!(strict(&[(0, 0), (9, 0), (19, 0), (30, 0)]), ["0-19", "30-30"]);
}

#[test]
fn times_out_of_order_make_neither_gaps_nor_wide_spans() {
    assert_eq!(strict(&[(5, 0), (3, 0), (6, 0)]), ["3-6"]);
    // One entry from a clock that was ahead for a moment, and two files put together in the wrong order.
    assert_eq!(strict(&[(0, 0), (900, 0), (1, 0), (2, 0)]), ["0-2", "900-900"]);
    assert_eq!(strict(&[(900, 0), (905, 0), (0, 0), (5, 0)]), ["900-905", "0-5"]);
    // A clock that steps back while the counter goes on: nothing is missing.
    assert_eq!(strict(&[(100, 4), (40, 5), (41, 6)]), ["40-100 4-6"]);
}

#[test]
fn a_restart_soon_after_leaves_no_gap_and_a_late_one_does() {
    assert_eq!(strict(&[(0, 40), (5, 1), (6, 2)]), ["0-0 40-40", "~5-6 1-2"]);
    assert_eq!(strict(&[(0, 40), (50, 1), (51, 2)]), ["0-0 40-40", "50-51 1-2"]);
    // Its first entries are missing.
    assert_eq!(strict(&[(0, 40), (5, 3), (6, 4)]), ["0-0 40-40", "5-6 3-4"]);
}

#[test]
fn the_counters_of_one_process_do_not_bridge_another() {
    let entries = [(0, 39), (1, 40), (500, 1), (501, 2), (502, 38), (503, 41)];
    assert_eq!(strict(&entries), ["0-1 39-40", "500-501 1-2", "502-502 38-38", "503-503 41-41"]);
    // Not even one that ended just before.
    let entries = [(0, 40), (3, 1), (4, 2), (5, 38), (6, 41)];
    assert_eq!(strict(&entries), ["0-0 40-40", "~3-4 1-2", "5-5 38-38", "6-6 41-41"]);
}

#[test]
fn a_preamble_belongs_to_what_follows_soon_or_counts_from_one() {
    let after = |entries: &[(i64, u64)]| segments(Rule::Counters, Some(0), entries);
    assert_eq!(after(&[(5, 70)]), ["0-5 70-70"]);
    assert_eq!(after(&[(50, 70)]), ["50-50 70-70"]);
    assert_eq!(after(&[(50, 1)]), ["0-50 1-1"]);
    assert_eq!(after(&[(50, 0)]), ["50-50"]);
}

#[test]
fn where_entries_of_others_were_taken_out_only_silence_counts() {
    let lenient = |entries: &[(i64, u64)]| segments(Rule::Silence, None, entries);
    assert_eq!(lenient(&[(0, 3), (5, 9), (6, 30)]), ["0-6 3-30"]);
    assert_eq!(lenient(&[(0, 3), (50, 9)]), ["0-0 3-3", "50-50 9-9"]);
    assert_eq!(lenient(&[(0, 3), (50, 4)]), ["0-50 3-4"]);
}

#[test]
fn more_gaps_than_are_kept_leave_less_covered_and_no_gap_less() {
    let mut entries: Vec<(i64, u64)> = (0..2000).map(|n| (n, 2 + 2 * n as u64)).collect();
    entries.extend((0..50).map(|n| (2000 + n, 9000 + n as u64)));
    let found = strict(&entries);
    assert_eq!(found.len(), KEPT);
    assert_eq!(found.last().map(String::as_str), Some("2000-2049 9000-9049"));
    // A restart right after what was given up does not hide it.
    let mut entries: Vec<(i64, u64)> = vec![(0, 500), (1, 501), (2, 600), (2, 1), (4, 2)];
    entries.extend((0..400).map(|n| (5 + n, 10 + 2 * n as u64)));
    assert_eq!(strict(&entries)[..2], ["0-1 500-501", "2-4 1-2"]);
}

/// The segments of entries `(minute, counter, severity)` of channel DEV, a preamble before each counter that is written
/// negative: from which minute, of which process, and whether warnings would be there.
fn shown(entries: &[(i64, i64, Option<Severity>)]) -> Vec<(i64, u32, bool)> {
    let mut segments = Segments::new(Rule::Counters);
    for (minute, counter, dev) in entries {
        let time = Time(minute * MINUTE);
        if *counter < 0 {
            segments.preamble(time);
        }
        let counter = Some(counter.unsigned_abs()).filter(|counter| *counter > 0);
        segments.entry(Placed { time, counter, dev: *dev, node: None });
    }
    segments.finish().iter().map(|s| (s.from.0 / MINUTE, s.process, s.warnings)).collect()
}

#[test]
fn only_an_entry_below_error_shows_that_warnings_pass() {
    let [error, fatal, unknown] = [Severity::Error, Severity::Fatal, Severity::Unknown].map(Some);
    for (dev, warnings) in [
        (INFO, true),
        (Some(Severity::Warning), true),
        (error, false),
        (fatal, false),
        (unknown, false),
        (None, false),
    ] {
        assert_eq!(shown(&[(0, 7, dev), (1, 8, error)]), [(0, 0, warnings)], "{dev:?}");
    }
}

#[test]
fn what_a_process_shows_holds_for_all_its_segments_and_for_no_other_process() {
    let error = Some(Severity::Error);
    // A gap between the error and the entry of INFO.
    let one = shown(&[(0, 7, error), (1, 90, INFO), (2, 91, None)]);
    assert_eq!(one, [(0, 0, true), (1, 0, true)]);
    // A restart changes the filter, in either direction.
    let stricter = shown(&[(0, 7, INFO), (1, 1, error), (2, 2, error)]);
    assert_eq!(stricter, [(0, 0, true), (1, 1, false)]);
    let laxer = shown(&[(0, 7, error), (1, 1, error), (2, 2, INFO)]);
    assert_eq!(laxer, [(0, 0, false), (1, 1, true)]);
    // Its first entries are missing, and the preamble tells.
    let cut = shown(&[(0, 7, INFO), (5, -70, error), (6, 71, error)]);
    assert_eq!(cut, [(0, 0, true), (5, 1, false)]);
}

#[test]
fn after_a_preamble_only_a_counter_that_follows_soon_is_of_the_same_process() {
    let same = shown(&[(0, 7, INFO), (1, -8, INFO), (2, 9, INFO)]);
    assert_eq!(same, [(0, 0, true)]);
    let late = shown(&[(0, 7, INFO), (50, -8, INFO), (51, 9, INFO)]);
    assert_eq!(late, [(0, 0, true), (50, 1, true)]);
    let repeated = shown(&[(0, 7, INFO), (1, 8, INFO), (2, -8, INFO), (3, 9, INFO)]);
    assert_eq!(repeated, [(0, 0, true), (2, 1, true)]);
    let uncounted = shown(&[(0, 0, INFO), (1, 0, INFO)]);
    assert_eq!(uncounted, [(0, 0, true)]);
}

#[test]
fn a_preamble_of_another_build_begins_a_process() {
    let mut segments = Segments::new(Rule::Counters);
    let entry = |minute, counter| Placed {
        time: Time(minute * MINUTE),
        counter: Some(counter),
        dev: INFO,
        node: Some(NodeId(1)),
    };
    segments.entry(entry(0, 7));
    segments.build_changed();
    assert_eq!(segments.next_counter(NodeId(1)), None);
    segments.entry(entry(1, 8));
    let found: Vec<_> = segments.finish().iter().map(|s| (s.process, s.follows)).collect();
    assert_eq!(found, [(0, false), (1, false)]);
}

#[test]
fn a_filter_is_one_nodes_where_entries_of_several_are_merged() {
    let mut segments = Segments::new(Rule::Counters);
    for (minute, counter, node, severity) in
        [(0, 7, 1, Severity::Error), (0, 30, 2, Severity::Info), (1, 8, 1, Severity::Error)]
    {
        segments.entry(Placed {
            time: Time(minute * MINUTE),
            counter: Some(counter),
            dev: Some(severity),
            node: Some(NodeId(node)),
        });
    }
    let found: Vec<_> = segments.finish().iter().map(|s| s.warnings).collect();
    assert_eq!(found, [false, true]);
}
