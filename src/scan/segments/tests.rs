//! Where segments begin and end, by counters and by silence.

use super::*;

const MINUTE: i64 = 60 * Time::SECOND;

/// Segments as `from-to first-last` in minutes; an entry without counter is written with counter 0.
fn segments(rule: Rule, preamble: Option<i64>, entries: &[(i64, u64)]) -> Vec<String> {
    let mut segments = Segments::new(rule);
    if let Some(minute) = preamble {
        segments.preamble(Time(minute * MINUTE));
    }
    for (minute, counter) in entries {
        segments.entry(Placed {
            time: Time(minute * MINUTE),
            counter: (*counter > 0).then_some(*counter),
            dev: true,
            node: None,
        });
    }
    let show = |s: Segment| {
        let times = format!("{}-{}", s.from.0 / MINUTE, s.to.0 / MINUTE);
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
        segments.entry(Placed { time, counter: Some(counter), dev: true, node });
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
            dev: true,
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
    assert_eq!(strict(&[(0, 40), (5, 1), (6, 2)]), ["0-6 40-2"]);
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
    assert_eq!(strict(&entries), ["0-4 40-2", "5-5 38-38", "6-6 41-41"]);
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
