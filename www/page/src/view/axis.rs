//! A common axis of time: from when to when, where an instant lies on it, and which instants to name.
//!
//! All times are UTC.

use crdb_triage::model::Time;

use super::format;

/// A part of the axis, in per cent of its length.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Stretch {
    /// Where it begins.
    pub x: f64,
    /// How long it is; an instant has no length.
    pub width: f64,
    /// It begins before the axis does.
    pub before: bool,
    /// It ends after the axis does.
    pub after: bool,
}

impl Stretch {
    /// The same, but at least so long that it is seen, and still on the axis.
    #[must_use]
    pub fn at_least(self, width: f64) -> Self {
        let width = self.width.max(width);
        Self { x: self.x.min(100.0 - width).max(0.0), width, ..self }
    }
}

/// An instant that is named on the axis.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tick {
    /// When.
    pub time: Time,
    /// The hour, the day or the year, whatever its neighbours do not share.
    pub label: String,
    /// The day or the year, where the tick before it bears another.
    pub context: Option<String>,
    /// Its context if only the ticks of narrow screens are shown; none where it is not one of them.
    pub narrow: Option<Option<String>>,
}

/// The axis.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Axis {
    /// Where it begins.
    pub from: Time,
    /// Where it ends, later than `from`.
    pub to: Time,
    /// What is named on it, by time.
    pub ticks: Vec<Tick>,
}

const MINUTE: i64 = 60 * Time::SECOND;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;
/// 1970-01-05, the first Monday of the count.
const MONDAY: i64 = 4 * DAY;

/// What the ticks are apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    /// Microseconds, counted from 1970.
    Micros(i64),
    /// Weeks, counted from a Monday.
    Weeks(i64),
    /// Months of the calendar; years are twelve of them.
    Months(i64),
}

/// More labels than this do not fit beside each other on a wide screen.
const MOST: i128 = 8;
/// The same for labels with a fraction of a second, which are long.
const MOST_FINE: i128 = 4;
/// More labels than this do not fit on a narrow screen.
const MOST_NARROW: usize = 3;

impl Axis {
    /// An axis over all of `logs`, and over `others` as far as that leaves the logs in sight: what lies further from
    /// them than they are long (an hour for short ones) does not lengthen the axis. Nothing if there is no time at
    /// all.
    #[must_use]
    pub fn over(logs: Option<(Time, Time)>, others: &[Time]) -> Option<Self> {
        let all = || others.iter().copied();
        let (mut from, mut to) = match logs {
            Some(logs) => logs,
            None => (all().min()?, all().max()?),
        };
        let reach = to.0.saturating_sub(from.0).max(HOUR);
        let (earliest, latest) = (from.plus(-reach), to.plus(reach));
        for near in all().filter(|time| (earliest..=latest).contains(time)) {
            (from, to) = (from.min(near), to.max(near));
        }
        if from >= to {
            // One instant: it stands in the middle of a minute.
            (from, to) = (from.plus(-MINUTE / 2), from.plus(MINUTE / 2));
        }
        Some(Self { from, to, ticks: ticks(from, to) })
    }

    /// Where an instant lies, in per cent; one beyond an end lies at the end.
    #[must_use]
    pub fn at(&self, time: Time) -> f64 {
        let part = length(self.from, time.clamp(self.from, self.to)) as f64;
        (part / length(self.from, self.to).max(1) as f64 * 100.0).clamp(0.0, 100.0)
    }

    /// Where a time from one instant to another lies.
    #[must_use]
    pub fn stretch(&self, from: Time, to: Time) -> Stretch {
        let x = self.at(from);
        Stretch {
            x,
            width: (self.at(to) - x).max(0.0),
            before: from < self.from,
            after: to > self.to,
        }
    }

    /// Whether any of it lies on the axis.
    #[must_use]
    pub fn shows(&self, from: Time, to: Time) -> bool {
        from <= self.to && to >= self.from
    }
}

/// Microseconds from one instant to another, without overflow.
fn length(from: Time, to: Time) -> i128 {
    i128::from(to.0) - i128::from(from.0)
}

fn ticks(from: Time, to: Time) -> Vec<Tick> {
    let step = step(length(from, to));
    let times = instants(from, to, step);
    let thin = times.len().div_ceil(MOST_NARROW).max(1);
    let (mut last, mut last_narrow) = (None, None);
    let mut ticks = Vec::new();
    for (at, time) in times.into_iter().enumerate() {
        let (label, context) = words(time, step);
        let changed = |last: &mut Option<String>| {
            let new = context.clone().filter(|context| last.as_ref() != Some(context));
            last.clone_from(&context);
            new
        };
        ticks.push(Tick {
            time,
            label,
            context: changed(&mut last),
            narrow: at.is_multiple_of(thin).then(|| changed(&mut last_narrow)),
        });
    }
    ticks
}

/// The smallest step that gives few enough ticks.
fn step(length: i128) -> Step {
    let fine = (0..6_u32).flat_map(|power| [1, 2, 5].map(|digit| digit * 10_i64.pow(power)));
    for micros in fine {
        if length / i128::from(micros) < MOST_FINE {
            return Step::Micros(micros);
        }
    }
    let seconds = [1, 2, 5, 10, 15, 30].map(|seconds| seconds * Time::SECOND);
    let minutes = [1, 2, 5, 10, 15, 30].map(|minutes| minutes * MINUTE);
    let hours = [1, 2, 3, 6, 12].map(|hours| hours * HOUR);
    let days = [1, 2].map(|days| days * DAY);
    for micros in seconds.into_iter().chain(minutes).chain(hours).chain(days) {
        if length / i128::from(micros) < MOST {
            return Step::Micros(micros);
        }
    }
    for weeks in [1, 2] {
        if length / i128::from(7 * weeks * DAY) < MOST {
            return Step::Weeks(weeks);
        }
    }
    let years = [12, 24, 60, 120, 240, 600, 1200, 2400, 6000, 12_000];
    let months = [1, 2, 3, 6].into_iter().chain(years);
    let fits = |months: &i64| length / i128::from(months * 30 * DAY) < MOST;
    Step::Months(months.into_iter().find(fits).unwrap_or(24_000))
}

/// The multiples of `step` from `from` to `to`.
fn instants(from: Time, to: Time, step: Step) -> Vec<Time> {
    let (every, start) = match step {
        Step::Micros(micros) => (micros, 0),
        Step::Weeks(weeks) => (7 * weeks * DAY, MONDAY),
        Step::Months(months) => return months_between(from, to, months),
    };
    let (every, start) = (i128::from(every), i128::from(start));
    // Rounded up to a multiple.
    let first = -(-(i128::from(from.0) - start)).div_euclid(every) * every + start;
    (0..=MOST)
        .filter_map(|at| i64::try_from(first + at * every).ok().map(Time))
        .filter(|time| (from..=to).contains(time))
        .collect()
}

fn months_between(from: Time, to: Time, every: i64) -> Vec<Time> {
    // Beyond the calendar nothing is named.
    let text = format::instant(from);
    let number = |range| text.get(range).and_then(|digits: &str| digits.parse::<i64>().ok());
    let (Some(year), Some(month)) = (number(0..4), number(5..7)) else { return Vec::new() };
    let first = (year * 12 + month - 1).div_euclid(every) * every;
    (0..=MOST as i64 + 1)
        .map(|at| first + at * every)
        .filter_map(|month| {
            let (year, month) = (month.div_euclid(12), month.rem_euclid(12) + 1);
            Time::parse_rfc3339(&format!("{year:04}-{month:02}-01T00:00:00Z"))
        })
        .filter(|time| (from..=to).contains(time))
        .collect()
}

/// Label and context of an instant.
fn words(time: Time, step: Step) -> (String, Option<String>) {
    let text = format::instant(time);
    let part = |from: usize, to: usize| text.get(from..to).unwrap_or_default().to_owned();
    match step {
        Step::Months(months) if months.rem_euclid(12) == 0 => (part(0, 4), None),
        Step::Months(_) => (part(0, 7), None),
        Step::Weeks(_) => (part(5, 10), Some(part(0, 4))),
        Step::Micros(micros) if micros >= DAY => (part(5, 10), Some(part(0, 4))),
        Step::Micros(micros) if micros >= MINUTE => (part(11, 16), Some(part(0, 10))),
        Step::Micros(micros) if micros >= Time::SECOND => (part(11, 19), Some(part(0, 10))),
        Step::Micros(micros) => {
            let digits = 6 - micros.ilog10() as usize;
            (part(11, 20 + digits), Some(part(0, 10)))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn time(text: &str) -> Time {
        Time::parse_rfc3339(text).unwrap()
    }

    fn axis(from: &str, to: &str) -> Axis {
        Axis::over(Some((time(from), time(to))), &[]).unwrap()
    }

    fn labels(axis: &Axis) -> Vec<String> {
        let context = |tick: &Tick| tick.context.clone().map(|c| format!(" {c}"));
        axis.ticks
            .iter()
            .map(|tick| format!("{}{}", tick.label, context(tick).unwrap_or_default()))
            .collect()
    }

    #[test]
    fn ticks_stand_at_round_times_of_a_fitting_unit() {
        let said = |from, to| labels(&axis(from, to)).join(", ");
        assert_eq!(
            said("2025-04-22T06:22:39.1Z", "2025-04-22T06:22:39.85Z"),
            "06:22:39.2 2025-04-22, 06:22:39.4, 06:22:39.6, 06:22:39.8"
        );
        assert_eq!(
            said("2025-04-22T06:22:39Z", "2025-04-22T06:23:09Z"),
            "06:22:40 2025-04-22, 06:22:45, 06:22:50, 06:22:55, 06:23:00, 06:23:05"
        );
        assert_eq!(
            said("2025-04-22T20:10:00Z", "2025-04-23T09:00:00Z"),
            "22:00 2025-04-22, 00:00 2025-04-23, 02:00, 04:00, 06:00, 08:00"
        );
        assert_eq!(
            said("2024-12-28T05:00:00Z", "2025-01-03T05:00:00Z"),
            "12-29 2024, 12-30, 12-31, 01-01 2025, 01-02, 01-03"
        );
        assert_eq!(
            said("2025-03-30T00:00:00Z", "2025-05-10T00:00:00Z"),
            "03-31 2025, 04-07, 04-14, 04-21, 04-28, 05-05",
            "Mondays"
        );
        assert_eq!(
            said("2024-11-11T00:00:00Z", "2025-04-02T00:00:00Z"),
            "2024-12, 2025-01, 2025-02, 2025-03, 2025-04"
        );
        assert_eq!(
            said("2016-05-01T00:00:00Z", "2026-04-02T00:00:00Z"),
            "2018, 2020, 2022, 2024, 2026"
        );
    }

    #[test]
    fn a_narrow_screen_shows_at_most_three_and_each_says_its_day() {
        let axis = axis("2025-04-22T20:10:00Z", "2025-04-23T09:00:00Z");
        let narrow: Vec<_> = axis
            .ticks
            .iter()
            .filter_map(|tick| Some((&*tick.label, tick.narrow.clone()?)))
            .collect();
        let day = |day: &str| Some(day.to_owned());
        assert_eq!(
            narrow,
            [("22:00", day("2025-04-22")), ("02:00", day("2025-04-23")), ("06:00", None)]
        );
    }

    #[test]
    fn every_length_has_some_ticks_and_never_too_many() {
        let from = time("2025-04-22T06:22:39.123456Z");
        let mut length = 40_i64;
        while let Some(to) = from.0.checked_add(length).map(Time) {
            let axis = Axis::over(Some((from, to)), &[]).unwrap();
            let calendar = format::instant(to).ends_with("UTC");
            let number = axis.ticks.len();
            assert!(!calendar || (1..=9).contains(&number), "{length} µs: {axis:?}");
            assert!(axis.ticks.iter().filter(|tick| tick.narrow.is_some()).count() <= MOST_NARROW);
            length = length.saturating_mul(3) / 2;
            if length > 5000 * 365 * DAY {
                break;
            }
        }
    }

    #[test]
    fn a_time_is_cut_at_the_ends_and_says_so() {
        let axis = axis("2025-04-22T06:00:00Z", "2025-04-22T10:00:00Z");
        let bar = axis.stretch(time("2025-04-22T05:00:00Z"), time("2025-04-22T07:00:00Z"));
        assert_eq!(bar, Stretch { x: 0.0, width: 25.0, before: true, after: false });
        let bar = axis.stretch(time("2025-04-22T09:00:00Z"), time("2025-04-22T17:00:00Z"));
        assert_eq!(bar, Stretch { x: 75.0, width: 25.0, before: false, after: true });
        let instant = time("2025-04-22T08:00:00Z");
        assert_eq!(
            (axis.stretch(instant, instant).x, axis.stretch(instant, instant).width),
            (50.0, 0.0)
        );
        assert!(!axis.shows(time("2025-04-21T05:00:00Z"), time("2025-04-21T07:00:00Z")));
    }

    #[test]
    fn what_is_near_the_logs_lengthens_the_axis_and_what_is_far_does_not() {
        let logs = (time("2025-04-22T06:00:00Z"), time("2025-04-22T10:00:00Z"));
        let near = time("2025-04-22T03:00:00Z");
        let far = time("2025-04-17T03:00:00Z");
        let axis = Axis::over(Some(logs), &[near, far]).unwrap();
        assert_eq!((axis.from, axis.to), (near, logs.1));
        let without = Axis::over(None, &[near, far]).unwrap();
        assert_eq!((without.from, without.to), (far, near));
        assert_eq!(Axis::over(None, &[]), None);
    }

    #[test]
    fn one_instant_stands_in_the_middle_and_extremes_do_not_overflow() {
        let noon = time("2025-04-22T12:00:00Z");
        assert_eq!(Axis::over(Some((noon, noon)), &[]).unwrap().at(noon), 50.0);
        let ends = (Time(i64::MIN), Time(i64::MAX));
        let axis = Axis::over(Some(ends), &[]).unwrap();
        assert_eq!((axis.at(ends.0), axis.at(ends.1)), (0.0, 100.0));
        for instant in [ends.0, ends.1] {
            let axis = Axis::over(Some((instant, instant)), &[Time(0)]).unwrap();
            assert!(axis.at(instant).is_finite() && axis.from < axis.to, "{axis:?}");
        }
    }
}
