//! Which time was seen: spans of what was read, and what is missing between them.

use serde::{Deserialize, Serialize};

use super::Time;

/// A stretch of time that log files cover, both ends included.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Span {
    /// First entry.
    pub from: Time,
    /// Last entry.
    pub to: Time,
    /// How many files it was put together from.
    pub files: u64,
    /// How many bytes of text those files held.
    pub bytes: u64,
}

/// A stretch of time that no log file covers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Gap {
    /// Last entry before it, or the start of the time asked about.
    pub from: Time,
    /// First entry after it, or the end of the time asked about.
    pub to: Time,
}

/// The parts of `from..=to` that none of `spans` covers. `spans` are ordered and disjoint.
#[must_use]
pub fn uncovered(spans: &[Span], from: Time, to: Time) -> Vec<Gap> {
    let mut gaps = Vec::new();
    let mut reached = from;
    for span in spans.iter().filter(|span| span.to >= from && span.from <= to) {
        if span.from > reached {
            gaps.push(Gap { from: reached, to: span.from });
        }
        reached = reached.max(span.to);
    }
    let nothing_seen =
        gaps.is_empty() && reached == from && !spans.iter().any(|s| s.from <= from && from <= s.to);
    if reached < to || nothing_seen {
        gaps.push(Gap { from: reached, to });
    }
    gaps
}

#[cfg(test)]
mod tests {
    use super::*;

    fn span(from: i64, to: i64) -> Span {
        Span { from: Time(from), to: Time(to), files: 1, bytes: 10 }
    }

    fn gap(from: i64, to: i64) -> Gap {
        Gap { from: Time(from), to: Time(to) }
    }

    #[test]
    fn what_lies_between_and_around_is_uncovered() {
        let spans = [span(10, 20), span(30, 40)];
        assert_eq!(uncovered(&spans, Time(0), Time(50)), [gap(0, 10), gap(20, 30), gap(40, 50)]);
        assert_eq!(uncovered(&spans, Time(12), Time(18)), []);
        assert_eq!(uncovered(&spans, Time(20), Time(30)), [gap(20, 30)]);
    }

    #[test]
    fn nothing_read_covers_not_even_an_instant() {
        assert_eq!(uncovered(&[], Time(5), Time(5)), [gap(5, 5)]);
        assert_eq!(uncovered(&[span(0, 9)], Time(5), Time(5)), []);
    }
}
