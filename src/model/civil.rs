//! The calendar: dates to days and back, and times as RFC 3339 writes them.

use std::fmt;

use super::Time;

const DAY: i64 = 86_400;

/// Days from 1970-01-01 to a date of the Gregorian calendar; nothing if there is no such date. Years are counted from
/// March, so that the leap day is the last of its year, in eras of 400 years.
#[must_use]
pub fn days(year: i64, month: i64, day: i64) -> Option<i64> {
    const LENGTHS: [i64; 12] = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let index = usize::try_from(month).ok()?.checked_sub(1)?;
    let length = LENGTHS.get(index)? - i64::from(month == 2 && !leap);
    if !(1..=length).contains(&day) {
        return None;
    }
    let year = if month <= 2 { year - 1 } else { year };
    let (era, of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    Some(era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468)
}

/// Seconds from midnight to a time of day; nothing if there is no such time. A leap second is none: clocks repeat
/// another one for it.
#[must_use]
pub fn time_of_day(hour: i64, minute: i64, second: i64) -> Option<i64> {
    (hour < 24 && minute < 60 && second < 60).then_some(hour * 3600 + minute * 60 + second)
}

/// What [`days`] was made of.
fn date(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let (era, of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    // Each 4 years but the 100th and each 400 have a day more.
    let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (year * 365 + year / 4 - year / 100);
    let from_march = (5 * of_year + 2) / 153;
    let day = of_year - (153 * from_march + 2) / 5 + 1;
    let month = (from_march + 2) % 12 + 1;
    (era * 400 + year + i64::from(month <= 2), month, day)
}

/// Writes RFC 3339 in UTC with six digits of a second. What is in no year of four digits is written as microseconds.
pub(super) fn write(time: Time, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let (seconds, micros) = (time.0.div_euclid(Time::SECOND), time.0.rem_euclid(Time::SECOND));
    let (days, of_day) = (seconds.div_euclid(DAY), seconds.rem_euclid(DAY));
    let (year, month, day) = date(days);
    if !(0..=9999).contains(&year) {
        return write!(f, "{}µs", time.0);
    }
    let (hour, minute, second) = (of_day / 3600, of_day / 60 % 60, of_day % 60);
    write!(f, "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{micros:06}Z")
}

/// Reads RFC 3339, cut to microseconds.
pub(super) fn read(text: &str) -> Option<Time> {
    let (date, rest) = text.as_bytes().split_first_chunk()?;
    let [y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2] = date else { return None };
    let (clock, rest) = rest.split_first_chunk()?;
    let [b'T' | b't' | b' ', h1, h2, b':', n1, n2, b':', s1, s2] = clock else { return None };
    let days = days(number(&[*y1, *y2, *y3, *y4])?, number(&[*m1, *m2])?, number(&[*d1, *d2])?)?;
    let day = time_of_day(number(&[*h1, *h2])?, number(&[*n1, *n2])?, number(&[*s1, *s2])?)?;
    let (fraction, zone) = match rest {
        [b'.', rest @ ..] => {
            let digits = rest.iter().take_while(|b| b.is_ascii_digit()).count();
            rest.split_at_checked(digits).filter(|_| digits > 0)?
        }
        _ => (&b""[..], rest),
    };
    let ahead = match zone {
        b"Z" | b"z" => 0,
        [sign @ (b'+' | b'-'), h1, h2, b':', n1, n2] => {
            let ahead = time_of_day(number(&[*h1, *h2])?, number(&[*n1, *n2])?, 0)?;
            if *sign == b'+' { ahead } else { -ahead }
        }
        _ => return None,
    };
    let micro = |n: i64, at: usize| n * 10 + fraction.get(at).map_or(0, |d| i64::from(d - b'0'));
    let micros = (0..6).fold(0, micro);
    Some(Time((days * DAY + day - ahead) * Time::SECOND + micros))
}

fn number(digits: &[u8]) -> Option<i64> {
    digits.iter().try_fold(0, |n, d| d.is_ascii_digit().then(|| n * 10 + i64::from(d - b'0')))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The years of four digits, but for the first and the last day, which the library does not have in every zone.
    const YEARS: std::ops::Range<i64> = -62_167_132_800_000_000..253_402_128_000_000_000;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]

        #[test]
        fn times_are_written_and_read_as_the_library_does(micros in YEARS) {
            let time = Time(micros);
            let library = jiff::Timestamp::from_microsecond(micros).unwrap();
            prop_assert_eq!(time.to_string(), format!("{library:.6}"));
            prop_assert_eq!(read(&time.to_string()), Some(time));
        }

        #[test]
        fn what_is_read_is_what_the_library_reads(
            text in "(19|20)[0-9]{2}-[01][0-9]-[0-3][0-9][Tt ][0-2][0-9]:[0-5][0-9]:[0-5][0-9]([.][0-9]{1,9})?([Zz]|[+-][01][0-9]:[0-5][0-9])"
        ) {
            let library = text.parse::<jiff::Timestamp>().ok();
            let micros = library.map(|instant| instant.as_nanosecond().div_euclid(1000));
            prop_assert_eq!(read(&text).map(|time| i128::from(time.0)), micros);
        }

        #[test]
        fn any_text_is_read_or_refused(text in "[0-9TZz:. +-]{0,30}") {
            if let Some(time) = read(&text) {
                prop_assert!(text.parse::<jiff::Timestamp>().is_ok(), "{time}");
            }
        }
    }

    #[test]
    fn every_day_of_five_eras_is_one_more_than_that_before() {
        let mut expected = days(-400, 1, 1).unwrap();
        for year in -400..=1600 {
            for month in 1..=12 {
                for day in (1..=31).take_while(|day| days(year, month, *day).is_some()) {
                    assert_eq!(days(year, month, day), Some(expected));
                    assert_eq!(date(expected), (year, month, day));
                    expected += 1;
                }
            }
        }
    }
}
