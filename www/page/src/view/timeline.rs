//! The life of a job as a picture: three lanes, a linear axis, and no mark on top of another.

use crdb_triage::model::Time;
use crdb_triage::report::JobEvent;

use super::format;

/// What a mark tells: its lane and its shape.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Lane {
    /// By which an advisory recognises its first sign.
    Sign,
    /// The work was begun again.
    Restart,
    /// What became of the job.
    State,
}

impl Lane {
    /// All lanes, from top to bottom.
    pub const ALL: [Self; 3] = [Self::Sign, Self::Restart, Self::State];

    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Sign => "Signs",
            Self::Restart => "Restarts",
            Self::State => "States",
        }
    }

    /// The lane of an event, by its code.
    #[must_use]
    pub fn of(code: &str) -> Self {
        match code {
            "SIGN" => Self::Sign,
            "RESUMING" | "RETRY" | "BACKFILL_STARTED" | "STARTED" | "GAVE_UP" => Self::Restart,
            _ => Self::State,
        }
    }
}

/// One mark: an event, or several that lie too close to be told apart.
#[derive(Clone, Debug, PartialEq)]
pub struct Mark {
    /// Its lane.
    pub lane: Lane,
    /// Where on the axis, in per cent.
    pub x: f64,
    /// How many marks of its lane it had to move down, 0 for the first row of the lane.
    pub row: usize,
    /// Numbers of its events in the list, from 1.
    pub numbers: Vec<usize>,
}

impl Mark {
    /// What stands in the mark: the number of its event, or how many there are.
    #[must_use]
    pub fn text(&self) -> String {
        match self.numbers[..] {
            [one] => one.to_string(),
            _ => format!("×{}", self.numbers.len()),
        }
    }
}

/// The picture.
#[derive(Clone, Debug, PartialEq)]
pub struct Timeline {
    /// Its marks.
    pub marks: Vec<Mark>,
    /// Rows that each of [`Lane::ALL`] needs; 0 for a lane without marks.
    pub rows: [usize; 3],
    /// What stands at the begin and at the end of the axis.
    pub ends: [String; 2],
    /// How long it is, in words.
    pub span: String,
}

/// Room left and right of the first and the last mark, in per cent.
const MARGIN: f64 = 4.0;
/// Closer than this, two marks would touch on a narrow screen.
const APART: f64 = 8.0;
/// More rows than this are no picture any more: what comes then joins its neighbour.
const ROWS: usize = 3;

/// Lays out events that are ordered by time. Nothing for a job without events.
#[must_use]
pub fn layout(events: &[JobEvent]) -> Option<Timeline> {
    let from = events.iter().map(|event| event.time).min()?;
    let to = events.iter().map(|event| event.time).max()?;
    let mut marks: Vec<Mark> = Vec::new();
    for (at, event) in events.iter().enumerate() {
        place(&mut marks, Lane::of(&event.event), position(event.time, from, to), at + 1);
    }
    let rows = Lane::ALL.map(|lane| {
        marks.iter().filter(|mark| mark.lane == lane).map(|mark| mark.row + 1).max().unwrap_or(0)
    });
    let (first, last) = (format::second(from), format::second(to));
    // The day is said once if it is the same.
    let last = match (first.split_once(' '), last.split_once(' ')) {
        (Some((day, _)), Some((same, hour))) if day == same => hour.to_owned(),
        _ => last,
    };
    Some(Timeline {
        marks,
        rows,
        ends: [first, last],
        span: format::duration(to.0.saturating_sub(from.0)),
    })
}

/// Where an instant lies. A life of one instant lies in the middle.
fn position(time: Time, from: Time, to: Time) -> f64 {
    let whole = to.0.saturating_sub(from.0);
    if whole == 0 {
        return 50.0;
    }
    let part = time.0.saturating_sub(from.0) as f64 / whole as f64;
    MARGIN + part * (100.0 - 2.0 * MARGIN)
}

/// Puts an event into the first row of its lane that has room, or to the neighbour that is in its way.
fn place(marks: &mut Vec<Mark>, lane: Lane, x: f64, number: usize) {
    let near = |mark: &Mark| mark.lane == lane && (mark.x - x).abs() < APART;
    let free = (0..ROWS).find(|row| !marks.iter().any(|mark| near(mark) && mark.row == *row));
    match free {
        Some(row) => marks.push(Mark { lane, x, row, numbers: vec![number] }),
        None => {
            if let Some(last) = marks.iter_mut().rev().find(|mark| near(mark)) {
                last.numbers.push(number);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::fixture;
    use crdb_triage::report::EventSource;

    fn event(second: i64, code: &str) -> JobEvent {
        JobEvent {
            time: Time(second * Time::SECOND),
            event: code.to_owned(),
            node: None,
            source: EventSource { path: "a".to_owned(), line: 1, offset: 0 },
            text: String::new(),
        }
    }

    #[test]
    fn the_axis_is_linear_from_first_to_last() {
        let picture =
            layout(&[event(0, "CREATED"), event(50, "SIGN"), event(100, "STATE")]).unwrap();
        let x: Vec<f64> = picture.marks.iter().map(|mark| mark.x).collect();
        assert_eq!(x, [4.0, 50.0, 96.0]);
        assert_eq!(picture.rows, [1, 0, 1]);
        assert_eq!(picture.span, "1 min 40 s");
        assert_eq!(picture.ends, ["1970-01-01 00:00:00", "00:01:40"]);
    }

    #[test]
    fn no_mark_covers_another_and_no_event_is_lost() {
        let events: Vec<JobEvent> = (0..40).map(|second| event(second, "SIGN")).collect();
        let picture = layout(&events).unwrap();
        for (at, a) in picture.marks.iter().enumerate() {
            for b in &picture.marks[at + 1..] {
                assert!(a.row != b.row || (a.x - b.x).abs() >= APART, "{a:?} {b:?}");
            }
        }
        let mut numbers: Vec<usize> =
            picture.marks.iter().flat_map(|mark| mark.numbers.clone()).collect();
        numbers.sort_unstable();
        assert_eq!(numbers, (1..=40).collect::<Vec<_>>());
        assert_eq!(picture.rows, [ROWS, 0, 0]);
        assert!(picture.marks.iter().any(|mark| mark.text().starts_with('×')));
    }

    #[test]
    fn a_single_instant_stands_in_the_middle() {
        let picture = layout(&[event(7, "SIGN")]).unwrap();
        assert_eq!((picture.marks[0].x, picture.marks[0].text().as_str()), (50.0, "1"));
        assert_eq!(layout(&[]), None);
    }

    #[test]
    fn extreme_times_do_not_overflow() {
        let mut events = vec![event(0, "CREATED"), event(1, "SIGN")];
        events[0].time = Time(i64::MIN);
        events[1].time = Time(i64::MAX);
        assert!(layout(&events).unwrap().marks.iter().all(|mark| mark.x.is_finite()));
    }

    #[test]
    fn the_sample_job_has_all_three_lanes() {
        let picture = layout(&fixture::report().jobs[0].timeline).unwrap();
        assert_eq!(picture.rows, [2, 1, 3]);
    }
}
