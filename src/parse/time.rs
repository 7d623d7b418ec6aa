//! Times as logs and tables write them, to microseconds in UTC. Never through a float, never compared as text.

use crate::model::Time;
use crate::model::civil::{days, time_of_day};

const DAY: i64 = 86_400 * Time::SECOND;

/// The time of an entry that has none. CockroachDB dates a line that it cannot read to the year 2000 when it prints a
/// log again for a debug zip, and its writer clamps earlier years to it
/// (`docs/cockroachdb/log-formats.md#placeholder-entries`).
pub const UNDATED: Time = Time(946_684_800 * Time::SECOND);

const YEAR_2001: Time = Time(978_307_200 * Time::SECOND);

/// Whether `time` is of the year 2000, the placeholder of an entry without a time.
#[must_use]
pub fn is_undated(time: Time) -> bool {
    (UNDATED..YEAR_2001).contains(&time)
}

/// The instant of a text header: `yymmdd` and `hh:mm:ss.uuuuuu` as written, in a zone that is `zone_seconds` ahead of
/// UTC (0 unless the line has a suffix `±hhmmss`, since v23.2; `docs/cockroachdb/log-formats.md#time-zone-offsets`).
/// Nothing when the digits are no date or no time of day.
#[must_use]
pub fn header(date: &[u8; 6], clock: &[u8; 15], zone_seconds: i64) -> Option<Time> {
    let two = |high: u8, low: u8| i64::from(high - b'0') * 10 + i64::from(low - b'0');
    let [y1, y2, m1, m2, d1, d2] = *date;
    let [h1, h2, _, n1, n2, _, s1, s2, _, u1, u2, u3, u4, u5, u6] = *clock;
    let days = days(2000 + two(y1, y2), two(m1, m2), two(d1, d2))?;
    let micros = (two(u1, u2) * 100 + two(u3, u4)) * 100 + two(u5, u6);
    let day = time_of_day(two(h1, h2), two(n1, n2), two(s1, s2))?;
    Some(Time(days * DAY + (day - zone_seconds) * Time::SECOND + micros))
}

/// The instant of a JSON entry's `"secs.nnnnnnnnn"`, cut to microseconds.
#[must_use]
pub fn epoch(text: &[u8]) -> Option<Time> {
    let at = text.iter().position(|b| *b == b'.')?;
    let (seconds, fraction) = (&text[..at], &text[at + 1..]);
    let digits = |t: &[u8]| !t.is_empty() && t.iter().all(u8::is_ascii_digit);
    if !digits(seconds) || !digits(fraction) || seconds.len() > 12 {
        return None;
    }
    let seconds = i64::try_from(super::number(seconds)).ok()?;
    Some(Time(seconds * Time::SECOND + micros(fraction)))
}

/// The instant of a table's cell: `2023-06-09 00:16:04.219552` (UTC when no zone follows), the same with a
/// zone (`+00`, ` +0000`, `-05:30`, ` +0000 UTC`, `Z`), or RFC 3339. Nothing for `NULL` and other text.
#[must_use]
pub fn cell(text: &str) -> Option<Time> {
    let bytes = text.trim_ascii().as_bytes();
    let (date, rest) = bytes.split_at_checked(10)?;
    let [b' ' | b'T' | b't', rest @ ..] = rest else { return None };
    let (clock, rest) = rest.split_at_checked(8)?;
    let days = match date {
        [y @ .., b'-', m1, m2, b'-', d1, d2] if y.len() == 4 => {
            days(field(y)?, field(&[*m1, *m2])?, field(&[*d1, *d2])?)?
        }
        _ => return None,
    };
    let day = match clock {
        [h1, h2, b':', n1, n2, b':', s1, s2] => {
            time_of_day(field(&[*h1, *h2])?, field(&[*n1, *n2])?, field(&[*s1, *s2])?)?
        }
        _ => return None,
    };
    let (fraction, rest) = match rest {
        [b'.', rest @ ..] => rest.split_at(super::leading_digits(rest)),
        _ => (&b""[..], rest),
    };
    let zone = zone_seconds(rest.trim_ascii())?;
    Some(Time(days * DAY + (day - zone) * Time::SECOND + micros(fraction)))
}

/// Seconds that a zone is ahead of UTC: nothing, `Z`, `UTC`, `±hh`, `±hhmm`, `±hh:mm`, `±hhmmss`; a name
/// after the number says the same once more.
fn zone_seconds(zone: &[u8]) -> Option<i64> {
    let (sign, rest) = match zone {
        [] | b"Z" | b"z" | b"UTC" => return Some(0),
        [b'+', rest @ ..] => (1, rest),
        [b'-', rest @ ..] => (-1, rest),
        _ => return None,
    };
    let number = rest.split(|b| *b == b' ').next()?;
    let digits: Vec<u8> = number.iter().copied().filter(|b| *b != b':').collect();
    let part = |at: usize| digits.get(at..at + 2).map_or(Some(0), field);
    if !matches!(digits.len(), 2 | 4 | 6) {
        return None;
    }
    let (hours, minutes, seconds) = (part(0)?, part(2)?, part(4)?);
    (hours < 24 && minutes < 60 && seconds < 60)
        .then_some(sign * (hours * 3600 + minutes * 60 + seconds))
}

fn field(digits: &[u8]) -> Option<i64> {
    digits.iter().all(u8::is_ascii_digit).then(|| super::number(digits).cast_signed())
}

/// The first six digits of a fraction of a second, padded with zeros.
fn micros(fraction: &[u8]) -> i64 {
    (0..6).fold(0, |n, at| n * 10 + fraction.get(at).map_or(0, |d| i64::from(d - b'0')))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(rfc3339: &str) -> Option<Time> {
        Some(Time::parse_rfc3339(rfc3339).unwrap())
    }

    #[test]
    fn a_suffix_is_local_time_ahead_of_utc() {
        let local = header(b"231030", b"14:17:23.674909", -4 * 3600);
        assert_eq!(local, at("2023-10-30T18:17:23.674909Z"));
        assert_eq!(header(b"240229", b"00:00:00.000000", 0), at("2024-02-29T00:00:00Z"));
        assert_eq!(header(b"230229", b"00:00:00.000000", 0), None);
        assert_eq!(header(b"231350", b"00:00:00.000000", 0), None);
        assert_eq!(header(b"231201", b"24:00:00.000000", 0), None);
    }

    #[test]
    fn dates_agree_with_the_library() {
        for day in (0..40_000).step_by(13) {
            let text = jiff::Timestamp::from_second(day * 86_400 + 3723).unwrap().to_string();
            assert_eq!(cell(&text), at(&text), "{text}");
        }
    }

    #[test]
    fn nineteen_digits_keep_their_microseconds() {
        assert_eq!(epoch(b"1699305954.983614000"), Some(Time(1_699_305_954_983_614)));
        assert_eq!(epoch(b"1699305954.983614999"), Some(Time(1_699_305_954_983_614)));
        for text in ["1699305954", "", ".", "-1.5", "1e9.0", "9999999999999.0"] {
            assert_eq!(epoch(text.as_bytes()), None, "{text}");
        }
    }

    #[test]
    fn cells_with_and_without_a_zone() {
        let expected = at("2023-06-09T00:16:04.219552Z");
        for text in [
            "2023-06-09 00:16:04.219552",
            "2023-06-09 00:16:04.219552+00",
            "2023-06-09 00:16:04.219552+00:00",
            "2023-06-09 00:16:04.219552 +0000",
            "2023-06-09 00:16:04.219552 +0000 UTC",
            "2023-06-09T00:16:04.219552Z",
            "2023-06-09 02:16:04.219552+02",
            "2023-06-08 19:46:04.219552-04:30",
        ] {
            assert_eq!(cell(text), expected, "{text}");
        }
        assert_eq!(cell("2023-06-09 00:16:04"), at("2023-06-09T00:16:04Z"));
        assert_eq!(cell("2023-06-09 00:16:04.5"), at("2023-06-09T00:16:04.5Z"));
        for text in
            ["NULL", "", "2023-06-09", "2023-06-09 00:16", "2023-02-30 00:00:00", "é2023-06-09"]
        {
            assert_eq!(cell(text), None, "{text}");
        }
    }

    #[test]
    fn the_whole_year_2000_is_a_placeholder() {
        assert!(is_undated(header(b"000101", b"00:00:00.000000", 0).unwrap()));
        assert!(is_undated(header(b"001231", b"23:59:59.999999", 0).unwrap()));
        assert!(!is_undated(header(b"010101", b"00:00:00.000000", 0).unwrap()));
    }
}
