//! Numbers, times and durations as a person reads them.

use crdb_triage::model::Time;

/// Bytes in decimal units, as file managers and network cards count: `612 B`, `4.2 MB`, `1.08 GB`.
#[must_use]
pub fn bytes(count: u64) -> String {
    const UNITS: [&str; 5] = ["kB", "MB", "GB", "TB", "PB"];
    if count < 1000 {
        return format!("{count} B");
    }
    let mut value = count as f64 / 1000.0;
    let mut unit = 0;
    // 999.5 would print as `1000`.
    while value >= 999.5 && unit + 1 < UNITS.len() {
        value /= 1000.0;
        unit += 1;
    }
    let digits = if value < 9.995 { 2 } else { usize::from(value < 99.95) };
    format!("{value:.digits$} {}", UNITS[unit])
}

/// Bytes per second.
#[must_use]
pub fn rate(bytes_per_second: f64) -> String {
    format!("{}/s", bytes(bytes_per_second.max(0.0) as u64))
}

/// A whole number with thin spaces between groups of three, which no language reads as a decimal mark.
#[must_use]
pub fn count(number: u64) -> String {
    digits(&number.to_string())
}

/// The same for digits that came as text; anything else stays as it is.
#[must_use]
pub fn digits(text: &str) -> String {
    if text.is_empty() || !text.bytes().all(|b| b.is_ascii_digit()) {
        return text.to_owned();
    }
    let mut grouped = String::with_capacity(text.len() * 2);
    for (at, digit) in text.chars().enumerate() {
        if at > 0 && (text.len() - at).is_multiple_of(3) {
            grouped.push('\u{202f}');
        }
        grouped.push(digit);
    }
    grouped
}

/// A number and its noun: `1 job`, `2 jobs`.
#[must_use]
pub fn counted(number: usize, one: &str, many: &str) -> String {
    format!("{} {}", count(number as u64), if number == 1 { one } else { many })
}

/// How long, in the two largest units that matter: `350 ms`, `2.5 s`, `8 min 20 s`, `4 h 42 min`, `3 d 2 h`.
#[must_use]
pub fn duration(micros: i64) -> String {
    let micros = micros.unsigned_abs();
    let seconds = micros / 1_000_000;
    let (minutes, hours, days) = (seconds / 60, seconds / 3600, seconds / 86_400);
    match seconds {
        0 if micros < 1000 => format!("{micros} µs"),
        0 => format!("{} ms", micros / 1000),
        1..10 => format!("{:.1} s", micros as f64 / 1e6),
        10..60 => format!("{seconds} s"),
        60..3600 => format!("{minutes} min {} s", seconds % 60),
        3600..86_400 => format!("{hours} h {} min", minutes % 60),
        _ => format!("{days} d {} h", hours % 24),
    }
}

/// Time left, rounded so that it does not flicker: `a few seconds`, `25 s`, `3 min`, `1 h 10 min`.
#[must_use]
pub fn time_left(seconds: f64) -> String {
    let seconds = seconds.max(0.0).ceil() as u64;
    match seconds {
        0..5 => "a few seconds".to_owned(),
        5..60 => format!("{} s", seconds.div_ceil(5) * 5),
        60..3600 => format!("{} min", seconds.div_ceil(60)),
        _ => format!("{} h {} min", seconds / 3600, seconds % 3600 / 60),
    }
}

/// An instant to the microsecond: `2025-04-22 06:22:39.852238 UTC`.
#[must_use]
pub fn instant(time: Time) -> String {
    let text = time.to_string();
    match text.strip_suffix('Z') {
        Some(civil) => format!("{} UTC", civil.replacen('T', " ", 1)),
        None => text, // beyond the calendar: microseconds with their unit
    }
}

/// An instant to the minute, without the zone: `2025-04-22 06:22`.
#[must_use]
pub fn minute(time: Time) -> String {
    let text = instant(time);
    text.get(..16).map_or(text.clone(), str::to_owned)
}

/// An instant to the second, without the zone: `2025-04-22 06:22:39`.
#[must_use]
pub fn second(time: Time) -> String {
    let text = instant(time);
    text.get(..19).map_or(text.clone(), str::to_owned)
}

/// From one instant to another in UTC; the day is said once if it is the same.
#[must_use]
pub fn range(from: Time, to: Time) -> String {
    if from == to {
        return format!("{} UTC", second(from));
    }
    // Within a minute, seconds tell the two apart.
    let shown = if minute(from) == minute(to) { second } else { minute };
    let (from, to) = (shown(from), shown(to));
    match (from.split_once(' '), to.split_once(' ')) {
        (Some((day, _)), Some((same, hour))) if day == same => format!("{from} – {hour} UTC"),
        _ => format!("{from} – {to} UTC"),
    }
}

/// An instant as exactly as it is known, without the zone: a fraction of nothing is left out.
#[must_use]
pub fn stamp(time: Time) -> String {
    let text = instant(time);
    let civil = text.strip_suffix(" UTC").unwrap_or(&text);
    civil.strip_suffix(".000000").unwrap_or(civil).to_owned()
}

/// The same with the zone: `2025-04-22 06:22:39.852238 UTC`, `2025-04-22 06:22:39 UTC`.
#[must_use]
pub fn exact(time: Time) -> String {
    format!("{} UTC", stamp(time))
}

/// From one instant to another, exactly.
#[must_use]
pub fn exactly(from: Time, to: Time) -> String {
    format!("from {} to {}", stamp(from), exact(to))
}

/// Whether a word should stay on one line: an id or a time with hyphens. A longer one, such as the name of a
/// bundle or the id of a cluster, would not fit on a narrow screen.
#[must_use]
pub fn holds_together(word: &str) -> bool {
    /// A time to the microsecond and a full stop.
    const LONGEST: usize = 28;
    word.contains('-') && word.contains(|c: char| c.is_ascii_digit()) && word.len() <= LONGEST
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_keep_three_digits() {
        let shown = [0, 999, 1000, 9_996, 99_960, 999_499, 999_500, 1_080_000_000].map(bytes);
        assert_eq!(
            shown,
            ["0 B", "999 B", "1.00 kB", "10.0 kB", "100 kB", "999 kB", "1.00 MB", "1.08 GB"]
        );
        assert_eq!(rate(1.5e9), "1.50 GB/s");
        assert_eq!(bytes(u64::MAX), "18447 PB");
    }

    #[test]
    fn numbers_are_grouped_and_text_is_left_alone() {
        assert_eq!(count(2_964_940), "2\u{202f}964\u{202f}940");
        assert_eq!(digits("12"), "12");
        assert_eq!(digits("12x456"), "12x456");
        assert_eq!(
            (counted(1, "job", "jobs"), counted(0, "job", "jobs")),
            ("1 job".into(), "0 jobs".into())
        );
    }

    #[test]
    fn durations_use_the_two_largest_units() {
        let shown =
            [1, 350_000, 2_500_000, 59_999_999, 500_000_000, 16_920_000_000, 266_400_000_000]
                .map(duration);
        assert_eq!(
            shown,
            ["1 µs", "350 ms", "2.5 s", "59 s", "8 min 20 s", "4 h 42 min", "3 d 2 h"]
        );
        assert_eq!(duration(-350_000), "350 ms");
        assert_eq!(
            [0.1, 21.0, 61.0, 4200.0].map(time_left),
            ["a few seconds", "25 s", "2 min", "1 h 10 min"]
        );
    }

    #[test]
    fn times_are_in_utc_and_say_so() {
        let time = Time::parse_rfc3339("2025-04-22T08:22:39.852238+02:00").unwrap();
        assert_eq!(instant(time), "2025-04-22 06:22:39.852238 UTC");
        assert_eq!(minute(time), "2025-04-22 06:22");
        assert_eq!(second(time), "2025-04-22 06:22:39");
        assert_eq!(range(time, time.plus(3_600_000_000)), "2025-04-22 06:22 – 07:22 UTC");
        assert_eq!(
            range(time, time.plus(86_400_000_000)),
            "2025-04-22 06:22 – 2025-04-23 06:22 UTC"
        );
    }

    #[test]
    fn ids_and_times_hold_together_and_what_is_too_long_does_not() {
        for word in ["A-144650.", "(A-144650).", "2025-04-22T06:30:39.852238Z."] {
            assert!(holds_together(word), "{word}");
        }
        for word in ["read-only", "144650", "0f7ac6de-1c29-4b43-9ac2-6b5bd10d4d2a."] {
            assert!(!holds_together(word), "{word}");
        }
    }

    #[test]
    fn a_time_beyond_the_calendar_is_still_shown() {
        assert!(instant(Time(i64::MAX)).ends_with("µs"));
        assert!(!minute(Time(i64::MAX)).is_empty());
    }
}
