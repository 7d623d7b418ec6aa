//! When: instants in UTC with the resolution that CockroachDB logs, microseconds.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::civil;

/// An instant, as microseconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Time(pub i64);

impl Time {
    /// One second, in the unit of [`Time`].
    pub const SECOND: i64 = 1_000_000;

    /// The instant of an RFC 3339 text, or nothing.
    #[must_use]
    pub fn parse_rfc3339(text: &str) -> Option<Self> {
        civil::read(text)
    }

    /// This instant, `micros` microseconds later (earlier when negative).
    #[must_use]
    pub fn plus(self, micros: i64) -> Self {
        Self(self.0.saturating_add(micros))
    }
}

impl fmt::Display for Time {
    /// RFC 3339 in UTC with exactly six fraction digits, the only form that leaves the tool.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        civil::write(*self, f)
    }
}

impl Serialize for Time {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if serializer.is_human_readable() {
            serializer.collect_str(self)
        } else {
            self.0.serialize(serializer)
        }
    }
}

impl<'de> Deserialize<'de> for Time {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if deserializer.is_human_readable() {
            let text = String::deserialize(deserializer)?;
            Self::parse_rfc3339(&text)
                .ok_or_else(|| serde::de::Error::custom("a time is RFC 3339 text"))
        } else {
            i64::deserialize(deserializer).map(Self)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prints_six_digits_in_utc_and_reads_itself_back() {
        let time = Time::parse_rfc3339("2025-04-22T08:22:39.8+02:00").unwrap();
        assert_eq!(time.to_string(), "2025-04-22T06:22:39.800000Z");
        assert_eq!(Time::parse_rfc3339(&time.to_string()), Some(time));
    }
}
