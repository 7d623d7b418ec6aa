//! How fast the reading goes and how long it will still take.

use std::collections::VecDeque;

/// How far back the speed looks, in milliseconds: long enough not to flicker, short enough to follow.
const WINDOW_MS: f64 = 4000.0;

/// Before this much time has passed, any speed would be a guess.
const FIRST_MS: f64 = 600.0;

/// Remembers how much was done when.
#[derive(Clone, Debug, Default)]
pub struct Pace {
    samples: VecDeque<(f64, u64)>,
}

impl Pace {
    /// Notes that `done` bytes are done at `now_ms`.
    pub fn note(&mut self, now_ms: f64, done: u64) {
        self.samples.push_back((now_ms, done));
        while self.samples.len() > 2
            && self.samples.get(1).is_some_and(|s| now_ms - s.0 > WINDOW_MS)
        {
            self.samples.pop_front();
        }
    }

    /// Bytes per second over the last seconds, once there is something to measure.
    #[must_use]
    pub fn bytes_per_second(&self) -> Option<f64> {
        let ((from, before), (to, after)) = (self.samples.front()?, self.samples.back()?);
        let ms = to - from;
        (ms >= FIRST_MS).then(|| after.saturating_sub(*before) as f64 * 1000.0 / ms)
    }

    /// Seconds until `total` is reached at this speed.
    #[must_use]
    pub fn seconds_left(&self, total: u64) -> Option<f64> {
        let speed = self.bytes_per_second().filter(|speed| *speed > 0.0)?;
        let done = self.samples.back()?.1;
        Some(total.saturating_sub(done) as f64 / speed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn follows_the_last_seconds_only() {
        let mut pace = Pace::default();
        pace.note(0.0, 0);
        assert_eq!(pace.bytes_per_second(), None, "nothing to measure yet");
        for second in 1..=10u64 {
            pace.note(second as f64 * 1000.0, second * 100);
        }
        assert_eq!(pace.bytes_per_second(), Some(100.0));
        assert_eq!(pace.seconds_left(1500), Some(5.0));
        for second in 11..=16u64 {
            pace.note(second as f64 * 1000.0, 1000);
        }
        assert_eq!(pace.bytes_per_second(), Some(0.0));
        assert_eq!(pace.seconds_left(1500), None, "standing still has no end");
    }
}
