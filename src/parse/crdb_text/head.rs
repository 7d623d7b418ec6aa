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

/// Reads the prefix of a line, or nothing when the line does not begin an entry:
///
/// ```text
/// Lyymmdd hh:mm:ss.uuuuuu[±hhmmss] [goid ][(gostd) ][chan@]file:line[ ⋮| ] rest
/// ```
///
/// The grammar of `docs/cockroachdb/log-formats.md#line-grammar` to the letter: the whole prefix is required, because
/// text that quotes a log at the start of a line must not become an entry more often than need be
/// (`docs/cockroachdb/log-formats.md#quoted-log-lines`).
#[must_use]
pub fn head(line: &[u8]) -> Option<Head<'_>> {
    let (stamp, rest) = line.split_first_chunk::<23>()?;
    if !is_stamp(stamp) {
        return None;
    }
    let (letter, date) = (stamp[0], stamp[1..].first_chunk()?);
    let severity = match letter {
        b'I' => Severity::Info,
        b'W' => Severity::Warning,
        b'E' => Severity::Error,
        b'F' => Severity::Fatal,
        _ => return None,
    };
    let clock: &[u8; 15] = stamp.last_chunk()?;
    let (zone, rest) = zone(rest)?;
    let [b' ', rest @ ..] = rest else { return None };
    let (goroutine, rest) = goroutine(rest);
    let rest = match rest {
        [b'(', b'g', b'o', b's', b't', b'd', b')', b' ', rest @ ..] => rest,
        _ => rest,
    };
    let (channel, rest) = channel(rest);

    let colon = memchr::memchr(b':', rest)?;
    let (file, after) = (&rest[..colon], &rest[colon + 1..]);
    let digits = leading_digits(after);
    let [b' ', rest @ ..] = &after[digits..] else { return None };
    if digits == 0 {
        return None;
    }
    // `⋮` in UTF-8.
    let (redactable, rest) = match rest {
        [0xE2, 0x8B, 0xAE, rest @ ..] => (true, rest),
        _ => (false, rest),
    };
    let rest = match rest {
        [b' ', rest @ ..] => rest,
        _ => rest,
    };
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

/// Whether date and time of day stand where they should: digits, and what is between them.
fn is_stamp(stamp: &[u8; 23]) -> bool {
    const DATE: Shape = Shape::of(*b"000000 0");
    const CLOCK: Shape = Shape::of(*b"0:00:00.");
    const FRACTION: Shape = Shape::of(*b"0.000000");
    DATE.fits(&stamp[1..]) && CLOCK.fits(&stamp[9..]) && FRACTION.fits(&stamp[15..])
}

/// What eight bytes look like: a digit where a `0` stands, else the same byte. They are compared all at once, because
/// every line of a log is.
struct Shape {
    bytes: u64,
    room: u64,
}

impl Shape {
    const HIGH: u64 = u64::from_le_bytes([0x80; 8]);

    const fn of(bytes: [u8; 8]) -> Self {
        let mut room = [0x80 - 1; 8];
        let mut at = 0;
        while at < bytes.len() {
            if bytes[at] == b'0' {
                room[at] = 0x80 - 10;
            }
            at += 1;
        }
        Self { bytes: u64::from_le_bytes(bytes), room: u64::from_le_bytes(room) }
    }

    /// Whether the first eight of `bytes` look so.
    fn fits(&self, bytes: &[u8]) -> bool {
        let Some(bytes) = bytes.first_chunk() else { return false };
        // 0 to 9 where a digit is, 0 where the same byte is. What is more reaches the highest bit of its byte.
        let differs = u64::from_le_bytes(*bytes) ^ self.bytes;
        (((differs & !Self::HIGH) + self.room) | differs) & Self::HIGH == 0
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
