//! The prefix that every crdb-v1 and crdb-v2 entry begins with, up to the tags.

use super::tail::{Tagged, tagged};
use crate::model::{Severity, Time};
use crate::parse::{leading_digits, number, tags, time};

/// The prefix of a text entry, read without copying.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head<'a> {
    /// `I`, `W`, `E` or `F`.
    pub severity: Severity,
    /// Instant in UTC; [`time::UNDATED`] for digits that are no time.
    pub time: Time,
    /// Goroutine id, 0 when there is none.
    pub goroutine: u64,
    /// Channel number, 0 (DEV) when there is none.
    pub channel: u16,
    /// Source file; may be empty.
    pub file: &'a [u8],
    /// Source line.
    pub line: u32,
    /// Whether `⋮` stands before the tags.
    pub redactable: bool,
    /// Tags, counter and message.
    pub rest: &'a [u8],
    /// The same with the tags split off.
    pub tagged: Tagged<'a>,
}

const MARK: &[u8] = "⋮".as_bytes();

/// Reads the prefix of a line, or nothing when the line does not begin an entry:
///
/// ```text
/// Lyymmdd hh:mm:ss.uuuuuu[±hhmmss] [goid ][(gostd) ][chan@]file:line[ ⋮| ] rest
/// ```
///
/// The grammar of log-formats section 1 to the letter: the whole prefix is required, because text that quotes
/// a log at the start of a line must not become an entry more often than need be (trap 33).
#[must_use]
pub fn head(line: &[u8]) -> Option<Head<'_>> {
    let (stamp, rest) = line.split_first_chunk::<23>()?;
    let [letter, date @ .., b' ', _, _, b':', _, _, b':', _, _, b'.', _, _, _, _, _, _] = stamp
    else {
        return None;
    };
    let severity = match letter {
        b'I' => Severity::Info,
        b'W' => Severity::Warning,
        b'E' => Severity::Error,
        b'F' => Severity::Fatal,
        _ => return None,
    };
    let clock: &[u8; 15] = stamp.last_chunk()?;
    let digit = |at: usize| stamp[at].is_ascii_digit();
    let all_digits =
        (1..7).all(digit) && [8, 9, 11, 12, 14, 15].into_iter().all(digit) && (17..23).all(digit);
    if !all_digits {
        return None;
    }
    let (zone, rest) = zone(rest)?;
    let rest = rest.strip_prefix(b" ")?;
    let (goroutine, rest) = goroutine(rest);
    let rest = rest.strip_prefix(b"(gostd) ").unwrap_or(rest);
    let (channel, rest) = channel(rest);

    let colon = memchr::memchr(b':', rest)?;
    let (file, after) = (&rest[..colon], &rest[colon + 1..]);
    let digits = leading_digits(after);
    let rest = after[digits..].strip_prefix(b" ").filter(|_| digits > 0)?;
    let (redactable, rest) = match rest.strip_prefix(MARK) {
        Some(rest) => (true, rest),
        None => (false, rest),
    };
    let rest = rest.strip_prefix(b" ").unwrap_or(rest);
    Some(Head {
        severity,
        time: time::header(date, clock, zone).unwrap_or(time::UNDATED),
        goroutine,
        channel,
        file,
        line: u32::try_from(number(&after[..digits])).unwrap_or(u32::MAX),
        redactable,
        rest,
        tagged: tagged(rest),
    })
}

impl Head<'_> {
    /// Whether the entry belongs to a file's preamble.
    #[must_use]
    pub fn is_preamble(&self) -> bool {
        self.tagged.tags.is_some_and(tags::is_preamble)
    }
}

/// `±hhmmss` directly after the microseconds, in seconds.
fn zone(rest: &[u8]) -> Option<(i64, &[u8])> {
    let sign = match rest.first()? {
        b' ' => return Some((0, rest)),
        b'+' => 1,
        b'-' => -1,
        _ => return None,
    };
    let digits = rest.get(1..7).filter(|d| d.iter().all(u8::is_ascii_digit))?;
    let part = |at: usize| number(&digits[at..at + 2]).cast_signed();
    Some((sign * (part(0) * 3600 + part(2) * 60 + part(4)), &rest[7..]))
}

fn goroutine(rest: &[u8]) -> (u64, &[u8]) {
    let digits = leading_digits(rest);
    match rest.get(digits) {
        Some(b' ') if digits > 0 => (number(&rest[..digits]), &rest[digits + 1..]),
        _ => (0, rest),
    }
}

fn channel(rest: &[u8]) -> (u16, &[u8]) {
    let digits = leading_digits(rest);
    match rest.get(digits) {
        Some(b'@') if digits > 0 => {
            (u16::try_from(number(&rest[..digits])).unwrap_or(u16::MAX), &rest[digits + 1..])
        }
        _ => (0, rest),
    }
}
