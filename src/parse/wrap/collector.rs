//! What collectors of container and system logs put before every line.

use std::borrow::Cow;
use std::hash::{DefaultHasher, Hash, Hasher};

use super::record;
use crate::parse::begins_like;

/// Something that wraps every line of a log in the same way. The time that it adds is never the entry's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Collector {
    /// A container runtime: `2021-06-01T12:00:00.000000000Z stderr F `, with `P` on a line that goes on in the next.
    Cri,
    /// `kubectl logs --prefix`: `[pod/cockroachdb-0/db] `.
    Pod,
    /// journald and syslog: `Jun 01 12:00:00 host cockroach[123]: `, and with a time in ISO 8601 or with a zone's name.
    Journal,
    /// `kubectl logs --timestamps`, `docker logs --timestamps`: `2021-06-01T12:00:00.000000000Z `.
    Time,
    /// `cockroach debug merge-logs`: `host> `, `> `.
    Merge,
    /// docker compose: `roach-1  | `.
    Compose,
    /// One JSON object per line, or after the time and tag that fluentd writes: docker's `log`, journald's `MESSAGE`,
    /// fluentd's `message`.
    Record {
        /// The text ends with a newline where the line ended; a text without one goes on in the next.
        ends_lines: bool,
    },
}

/// What a collector wrapped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found<'a> {
    /// The text within.
    pub text: Cow<'a, [u8]>,
    /// A number for who wrote it: stream, container, process.
    pub source: u64,
    /// The collector says that the line goes on.
    pub goes_on: bool,
}

/// Longest name before a line, in bytes.
const NAME: usize = 255;

impl Collector {
    /// In the order in which they are tried: the more a collector demands of a line, the earlier.
    pub const ALL: [Self; 7] = [
        Self::Record { ends_lines: false },
        Self::Cri,
        Self::Pod,
        Self::Journal,
        Self::Time,
        Self::Merge,
        Self::Compose,
    ];

    /// Whether its prefix is so plain that other text looks like it too.
    pub(super) fn is_guess(self) -> bool {
        matches!(self, Self::Merge | Self::Compose)
    }

    /// What `line` holds, if it is wrapped so.
    #[must_use]
    pub fn unwrap(self, line: &[u8]) -> Option<Found<'_>> {
        match self {
            Self::Cri => cri(line),
            Self::Pod => {
                let end = memchr::memmem::find(line.get(..line.len().min(NAME))?, b"] ")?;
                let name = line.get(..end)?.strip_prefix(b"[pod/")?;
                found(name, line.get(end + 2..)?)
            }
            Self::Journal => journal(line),
            Self::Time => found(b"", line.get(timestamp(line)?..)?.strip_prefix(b" ")?),
            Self::Merge => {
                let end = line.iter().take(NAME).position(|b| !is_host(*b))?;
                found(line.get(..end)?, line.get(end..)?.strip_prefix(b"> ")?)
            }
            Self::Compose => {
                let end =
                    line.iter().take(NAME).position(|b| !is_host(*b)).filter(|end| *end > 0)?;
                let rest = line.get(end..)?;
                let bar = rest.iter().take(NAME).position(|b| *b != b' ').filter(|at| *at > 0)?;
                let text = rest.get(bar..)?.strip_prefix(b"|")?;
                found(line.get(..end)?, text.strip_prefix(b" ").unwrap_or(text))
            }
            Self::Record { .. } => record::unwrap(line),
        }
    }
}

#[expect(clippy::unnecessary_wraps, reason = "it ends every reader of a prefix")]
fn found<'a>(source: &[u8], text: &'a [u8]) -> Option<Found<'a>> {
    Some(Found { text: Cow::Borrowed(text), source: number(source), goes_on: false })
}

/// A number that tells names apart.
pub(super) fn number(name: &[u8]) -> u64 {
    let mut hasher = DefaultHasher::new();
    name.hash(&mut hasher);
    hasher.finish()
}

fn is_host(b: u8) -> bool {
    b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-' | b':')
}

fn cri(line: &[u8]) -> Option<Found<'_>> {
    let rest = line.get(timestamp(line)?..)?.strip_prefix(b" ")?;
    let (stream, rest) = rest.split_at_checked(6)?;
    let rest = rest.strip_prefix(b" ").filter(|_| matches!(stream, b"stdout" | b"stderr"))?;
    // The tag is the first of a list, and nothing may follow it.
    let (goes_on, rest) = match rest {
        [b'P', rest @ ..] => (true, rest),
        [b'F', rest @ ..] => (false, rest),
        _ => return None,
    };
    let text = match rest {
        [] => rest,
        [b' ', text @ ..] => text,
        [b':', more @ ..] => more.get(more.iter().position(|b| *b == b' ')? + 1..)?,
        _ => return None,
    };
    Some(Found { text: Cow::Borrowed(text), source: number(stream), goes_on })
}

fn journal(line: &[u8]) -> Option<Found<'_>> {
    let rest = line.get(journal_time(line)?..)?.strip_prefix(b" ")?;
    let token = |text: &[u8]| text.iter().take(NAME).position(|b| *b == b' ');
    let first = token(rest)?;
    // The host may be left out.
    let end = match rest.get(..first)?.last() {
        Some(b':') => first,
        _ => first + 1 + token(rest.get(first + 1..)?)?,
    };
    let process = rest.get(..end)?.strip_suffix(b":").filter(|name| !name.is_empty())?;
    found(process, rest.get(end + 1..)?)
}

/// The length of the time before a line of the journal.
fn journal_time(line: &[u8]) -> Option<usize> {
    const MONTHS: &[u8] = b"JanFebMarAprMayJunJulAugSepOctNovDec";
    if let Some(length) = timestamp(line) {
        return Some(length);
    }
    let word = line.get(..3)?;
    if MONTHS.chunks_exact(3).any(|month| month == word) {
        let day = line.get(3..7)?;
        let is_day = day[0] == b' '
            && (day[1] == b' ' || day[1].is_ascii_digit())
            && day[2].is_ascii_digit()
            && day[3] == b' ';
        return is_day.then_some(7 + clock(line.get(7..)?)?);
    }
    // `Tue 2021-06-01 12:00:00 UTC`
    let date = line.get(3..)?.strip_prefix(b" ")?;
    (begins_like(date, b"0000-00-00 ")).then_some(())?;
    let at = 4 + 11;
    let at = at + clock(line.get(at..)?)?;
    let zone = line.get(at..)?.strip_prefix(b" ")?;
    let length = zone.iter().take(8).position(|b| *b == b' ')?;
    Some(at + 1 + length)
}

/// The length of `2021-06-01T12:00:00.000000000Z` at the start of a line: fraction and zone as they come.
fn timestamp(line: &[u8]) -> Option<usize> {
    begins_like(line, b"0000-00-00T").then_some(())?;
    let at = 11 + clock(line.get(11..)?)?;
    let zone = line.get(at..)?;
    match zone.first()? {
        b'Z' => Some(at + 1),
        b'+' | b'-' if begins_like(&zone[1..], b"00:00") => Some(at + 6),
        b'+' | b'-' if begins_like(&zone[1..], b"0000") => Some(at + 5),
        _ => None,
    }
}

/// The length of `12:00:00` with or without a fraction.
fn clock(text: &[u8]) -> Option<usize> {
    begins_like(text, b"00:00:00").then_some(())?;
    match text.get(8) {
        Some(b'.' | b',') => Some(9 + crate::parse::leading_digits(&text[9..])),
        _ => Some(8),
    }
}
