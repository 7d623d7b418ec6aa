//! How many entries are missing in a gap of a node's logs.

use std::collections::BTreeMap;

use crate::model::{Gap, Time};

use super::files::File;

/// How many entries are missing in a gap, at most: by the sink in which the counters before and after the gap are the
/// nearest. None where no sink counts over the gap.
pub(super) fn lost(files: &[File], gap: &Gap) -> Option<u64> {
    let mut sinks: BTreeMap<&str, Edges> = BTreeMap::new();
    for file in files {
        let edges = sinks.entry(file.sink()).or_default();
        for segment in &file.segments {
            let counters = segment.counters;
            if segment.to <= gap.from {
                edges.before = edges.before.max(Some((segment.to, counters.map(|(_, last)| last))));
            } else if segment.from >= gap.to {
                let first = (segment.from, counters.map(|(first, _)| first));
                edges.after = Some(edges.after.map_or(first, |known| known.min(first)));
            }
        }
    }
    sinks.into_values().filter_map(|edges| edges.lost()).min()
}

/// The segments of a sink next to a gap: end and last counter of the one, start and first counter of the other.
#[derive(Default)]
struct Edges {
    before: Option<(Time, Option<u64>)>,
    after: Option<(Time, Option<u64>)>,
}

impl Edges {
    fn lost(&self) -> Option<u64> {
        let (_, last) = self.before?;
        let (_, first) = self.after?;
        // A counter that is not higher is another process's, of which nobody knows what it wrote before.
        first?.checked_sub(last?)?.checked_sub(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scan::{LogSummary, Segment};

    fn file(path: &str, segments: &[(i64, i64, u64, u64)]) -> File {
        let segments: Vec<Segment> = segments
            .iter()
            .map(|&(from, to, first, last)| Segment {
                from: Time(from),
                to: Time(to),
                counters: (first > 0).then_some((first, last)),
                dev: true,
                warnings: true,
                process: 0,
                follows: false,
                node: None,
            })
            .collect();
        let dev_span = Some((Time(0), Time(999)));
        let log = LogSummary { dev_span, segments, ..LogSummary::default() };
        File::new(path, 0, &log, false).unwrap()
    }

    #[test]
    fn counters_on_both_sides_of_a_gap_count_what_is_missing() {
        let gap = Gap { from: Time(10), to: Time(20) };
        let lost =
            |segments: &[(i64, i64, u64, u64)]| lost(&[file("cockroach.log", segments)], &gap);
        assert_eq!(lost(&[(0, 10, 1, 5), (20, 30, 9, 12)]), Some(3));
        assert_eq!(lost(&[(0, 10, 1, 5), (20, 30, 1, 12)]), None);
        assert_eq!(lost(&[(0, 10, 0, 0), (20, 30, 9, 12)]), None);
        assert_eq!(lost(&[(0, 10, 1, 5)]), None);
        let files =
            [file("cockroach.log", &[(0, 10, 1, 5)]), file("other.log", &[(20, 30, 9, 12)])];
        assert_eq!(super::lost(&files, &gap), None, "another sink counts by itself");
    }
}
