//! Runs of ordinary entries: most of a log, read without looking at its entries one by one.
//!
//! An entry of crdb-v2 is ordinary if it is of the same day and the same writer as the one before, bears the next
//! counter, and has nothing that needs a closer look. Of a run of them all that is told is what they have in common, how
//! many they are, and from when to when. Whatever is not ordinary ends the run, and is read by whoever asked.
//!
//! Why: `docs/decisions/0011-runs-of-ordinary-entries.md`.

use crate::digits::{leading, number, two};

/// What an entry has to be like to be ordinary.
#[derive(Clone, Copy, Debug)]
pub struct Ordinary<'a> {
    /// The day, `yymmdd`, in UTC.
    pub day: [u8; 6],
    /// Its first instant in microseconds.
    pub midnight: i64,
    /// What the list of tags begins with, up to the end of a tag.
    pub writer: &'a [u8],
    /// The counter of the next entry.
    pub counter: u64,
}

/// A run of ordinary entries, each with all its lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Run {
    /// How long they are, with the newline of the last line.
    pub bytes: usize,
    /// How many lines they have.
    pub lines: u64,
    /// How many they are, at least one.
    pub entries: u64,
    /// Of those in channel DEV: how many of severity I, W, E and F.
    pub dev: [u64; 4],
    /// The time of the first, and the earliest and the latest, in microseconds.
    pub first: i64,
    /// From when to when.
    pub span: (i64, i64),
    /// The same of those in channel DEV.
    pub dev_span: Option<(i64, i64)>,
}

/// An ordinary entry's first line.
struct Entry {
    time: i64,
    /// Which of I, W, E and F.
    severity: usize,
    dev: bool,
    /// How long the prefix is that its other lines repeat, up to the mark.
    prefix: usize,
}

/// The entries that `text`, which is whole lines, begins with, as far as they are ordinary; nothing if the first is not.
/// The last entry is not told: where it ends is not known before the next one begins.
#[must_use]
pub fn run(text: &[u8], ordinary: &Ordinary<'_>) -> Option<Run> {
    let mut run: Option<Run> = None;
    let mut counter = ordinary.counter;
    let (mut open, mut open_line): (Option<(Entry, u64)>, &[u8]) = (None, &[]);
    let mut start = 0;
    for end in memchr::memchr_iter(b'\n', text) {
        let line = &text[start..end];
        if let Some((entry, lines)) = &mut open
            && goes_on(line, open_line, entry.prefix)
        {
            *lines += 1;
        } else {
            let Some(entry) = first_line(line, ordinary, counter) else { break };
            if let Some((before, lines)) = open.replace((entry, 1)) {
                add(&mut run, &before, lines);
                if let Some(run) = &mut run {
                    run.bytes = start;
                }
            }
            open_line = line;
            counter = counter.checked_add(1)?;
        }
        start = end + 1;
    }
    run
}

fn add(run: &mut Option<Run>, entry: &Entry, lines: u64) {
    let time = entry.time;
    let run = run.get_or_insert(Run {
        bytes: 0,
        lines: 0,
        entries: 0,
        dev: [0; 4],
        first: time,
        span: (time, time),
        dev_span: None,
    });
    run.lines += lines;
    run.entries += 1;
    let widen = |(from, to): (i64, i64)| (from.min(time), to.max(time));
    run.span = widen(run.span);
    if entry.dev {
        run.dev[entry.severity] += 1;
        run.dev_span = Some(widen(run.dev_span.unwrap_or((time, time))));
    }
}

/// Whether a line goes on with the entry that begins with `first`: it repeats its prefix, and a mark follows. A line that
/// only goes on with the line before it (`|`) may hold what is looked for in two parts.
fn goes_on(line: &[u8], first: &[u8], prefix: usize) -> bool {
    matches!(line.get(prefix), Some(b'+' | b'!'))
        && same(&line[..prefix], &first[..prefix.min(first.len())])
        && ends_well(line)
}

/// Whether both are the same; the ends first, where the counters are.
fn same(one: &[u8], other: &[u8]) -> bool {
    let ((heads, eights), (other_heads, other_eights)) =
        (one.as_rchunks(), other.as_rchunks::<8>());
    let number = |eight: &[u8; 8]| u64::from_le_bytes(*eight);
    one.len() == other.len()
        && eights.iter().zip(other_eights).rev().all(|(a, b)| number(a) == number(b))
        && heads == other_heads
}

/// Whether nothing is at the end of a line that belongs to no text, and no message can be the word for one that was
/// removed.
fn ends_well(line: &[u8]) -> bool {
    !matches!(line.last(), None | Some(0 | b'P' | b' ' | b'\t' | b'\r' | 0x0C))
}

/// Reads an ordinary entry's first line:
///
/// ```text
/// Lyymmdd hh:mm:ss.uuuuuu [goid ][chan@]file:line [⋮ ][tags] counter  message
/// ```
fn first_line(line: &[u8], ordinary: &Ordinary<'_>, counter: u64) -> Option<Entry> {
    let (stamp, rest) = line.split_first_chunk::<24>()?;
    let [letter, d1, d2, d3, d4, d5, d6, b' ', clock @ .., b' '] = stamp else { return None };
    let severity = b"IWEF".iter().position(|known| known == letter)?;
    if [*d1, *d2, *d3, *d4, *d5, *d6] != ordinary.day {
        return None;
    }
    let time = ordinary.midnight + clock_micros(clock)?;

    let rest = match (leading(rest), rest) {
        (digits, rest) if digits > 0 && rest.get(digits) == Some(&b' ') => &rest[digits + 1..],
        (_, rest) => rest,
    };
    let digits = leading(rest);
    let (dev, rest) = match rest.get(digits) {
        Some(b'@') if digits > 0 => {
            (rest[..digits].iter().all(|digit| *digit == b'0'), &rest[digits + 1..])
        }
        _ => (true, rest),
    };
    // In front of the file a mark for entries of Go's own, and files whose entries say more, are for a closer look.
    if matches!(rest, [b'(', ..] | [b'c', b'l', b'i', b'/', ..]) {
        return None;
    }
    let colon = memchr::memchr(b':', rest)?;
    let rest = &rest[colon + 1..];
    let digits = leading(rest);
    let rest = rest[digits..].strip_prefix(b" ").filter(|_| digits > 0)?;
    let rest = match rest {
        [0xE2, 0x8B, 0xAE, b' ', b'[', rest @ ..] | [b'[', rest @ ..] => rest,
        _ => return None,
    };
    let rest = rest.strip_prefix(ordinary.writer)?;
    if !matches!(rest.first(), Some(b',' | b']')) {
        return None;
    }
    let end = memchr::memchr_iter(b']', rest).find(|at| rest.get(at + 1) == Some(&b' '))?;
    let rest = &rest[end + 2..];
    let digits = leading(rest);
    if !(1..20).contains(&digits) || number(&rest[..digits]) != counter {
        return None;
    }
    let [b' ', b' ' | b'=', ..] = &rest[digits..] else { return None };
    let prefix = line.len() - rest.len() + digits + 1;
    ends_well(line).then_some(Entry { time, severity, dev, prefix })
}

/// `hh:mm:ss.uuuuuu` in microseconds since midnight.
fn clock_micros(clock: &[u8]) -> Option<i64> {
    let [h1, h2, b':', m1, m2, b':', s1, s2, b'.', u1, u2, u3, u4, u5, u6] = *clock else {
        return None;
    };
    let (hours, minutes, seconds) = (two(h1, h2)?, two(m1, m2)?, two(s1, s2)?);
    let micros = (two(u1, u2)? * 100 + two(u3, u4)?) * 100 + two(u5, u6)?;
    let day = hours < 24 && minutes < 60 && seconds < 60;
    day.then_some(((hours * 60 + minutes) * 60 + seconds) * 1_000_000 + micros)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ORDINARY: Ordinary<'_> =
        Ordinary { day: *b"250422", midnight: 1_000, writer: b"T1,n3", counter: 7 };

    fn line(counter: u64, rest: &str) -> String {
        format!("W250422 00:00:0{counter}.000000 12 a.go:1 ⋮ [T1,n3,raft] {counter} {rest}\n")
    }

    #[test]
    fn a_run_tells_all_but_the_last_entry() {
        let entries = [line(7, " one"), line(7, "+more"), line(8, " two"), line(9, " three")];
        let run = run(entries.concat().as_bytes(), &ORDINARY).unwrap();
        let span = (7_001_000, 8_001_000);
        let bytes = entries[..3].concat().len();
        let expected = Run {
            bytes,
            lines: 3,
            entries: 2,
            dev: [0, 2, 0, 0],
            first: 7_001_000,
            span,
            dev_span: Some(span),
        };
        assert_eq!(run, expected);
    }

    #[test]
    fn where_the_first_entry_is_not_ordinary_there_is_no_run() {
        let other = Ordinary { writer: b"T1,n4", ..ORDINARY };
        let text = [line(7, " one"), line(8, " two"), line(9, " three")].concat();
        assert_eq!(run(text.as_bytes(), &other), None);
        assert_eq!(run(&text.as_bytes()[line(7, " one").len()..], &ORDINARY), None);
        assert_eq!(run(b"", &ORDINARY), None);
    }

    #[test]
    fn what_is_not_ordinary_ends_the_run_before_the_entry_that_it_may_belong_to() {
        let first = [line(7, " one"), line(8, " two")].concat();
        for end in ["no prefix\n", "\n", &line(8, "|cut"), &line(9, " REDACTEDBYZIP")] {
            let run = run((first.clone() + end).as_bytes(), &ORDINARY).unwrap();
            assert_eq!((run.entries, run.bytes), (1, line(7, " one").len()), "{end}");
        }
    }
}
