//! Values of cluster settings: typed, so that `0`, `0s` and `00:00:00` are one duration and `64 MiB` is a number.
//!
//! `cluster_settings` prints values for people, `system.settings` as they are stored, and events as they were typed
//! (`docs/cockroachdb/tables.md#setting-types-and-values`, `docs/cockroachdb/tables.md#explicit-settings`).

use std::cmp::Ordering;
use std::fmt;

use serde::{Deserialize, Serialize};

/// Type of a setting, by the letter in its row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Kind {
    /// `b`: true or false.
    Bool,
    /// `z`: a number of bytes.
    Bytes,
    /// `d`: a length of time.
    Duration,
    /// `e`: one of a few words.
    Enum,
    /// `f`: a number with a fraction.
    Float,
    /// `i`: a whole number.
    Int,
    /// `s`: any text.
    Text,
    /// `m`: the active version of the cluster.
    Version,
    /// The source has no type, or one that is not known.
    Unknown,
}

impl Kind {
    /// Returns the kind that a cell of the column `type` or `valueType` names.
    #[must_use]
    pub fn parse(letter: &str) -> Self {
        match letter.trim() {
            "b" => Self::Bool,
            "z" => Self::Bytes,
            "d" => Self::Duration,
            "e" => Self::Enum,
            "f" => Self::Float,
            "i" => Self::Int,
            "s" => Self::Text,
            "m" => Self::Version,
            _ => Self::Unknown,
        }
    }
}

/// The active version of a cluster, such as `22.1`, `22.1-26` or `23.1-upgrading-to-23.2-step-004`
/// (`docs/cockroachdb/versions.md#cluster-versions`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActiveVersion {
    /// As written.
    pub text: String,
    /// The series that is active wholly.
    pub series: (u16, u16),
    /// An upgrade to the next series has begun and is not finalized.
    pub upgrading: bool,
    /// The cluster was made by a development build, which adds 1,000,000 to the major.
    pub development: bool,
}

impl ActiveVersion {
    /// Reads the text of the row `version`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let (series, rest) = text.split_at(text.find('-').unwrap_or(text.len()));
        let (major, minor) = series.split_once('.')?;
        let (major, minor) = (major.parse::<u32>().ok()?, minor.parse().ok()?);
        let development = major >= DEVELOPMENT;
        let major = u16::try_from(if development { major - DEVELOPMENT } else { major }).ok()?;
        let upgrading = !rest.is_empty();
        Some(Self { text: text.to_owned(), series: (major, minor), upgrading, development })
    }
}

/// Added to the major of the active version by development builds.
const DEVELOPMENT: u32 = 1_000_000;

/// Value of a setting. Text is kept only where it can be no secret.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Value {
    /// True or false.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A finite number.
    Float(f64),
    /// Nanoseconds.
    Duration(i64),
    /// Bytes. Printed sizes are rounded to a tenth of their unit.
    Bytes(u64),
    /// The word of an enum.
    Enum(String),
    /// The number of an enum's word, which `system.settings` has in its place.
    EnumNumber(i64),
    /// Text, which may be empty.
    Text(String),
    /// The active version of the cluster.
    Version(ActiveVersion),
    /// Text that is not empty and that the reader does not keep: it may be a secret.
    Withheld,
    /// The bundle was made without the value.
    Redacted,
    /// Not of the type that its row names, or in a form that is not read.
    Unreadable,
}

// Floats are finite, so equality is reflexive.
impl Eq for Value {}

impl Value {
    /// Reads `text` as a value of this kind.
    #[must_use]
    pub fn parse(kind: Kind, text: &str) -> Self {
        let text = text.trim();
        let value = match kind {
            Kind::Bool => boolean(text).map(Self::Bool),
            Kind::Int => text.parse().ok().map(Self::Int),
            Kind::Float => float(text).map(Self::Float),
            Kind::Duration => duration(text).map(Self::Duration),
            Kind::Bytes => bytes(text).map(Self::Bytes),
            Kind::Enum => {
                let number = text.parse().ok().map(Self::EnumNumber);
                number.or_else(|| Some(Self::Enum(text.to_owned())))
            }
            Kind::Text => Some(Self::Text(text.to_owned())),
            Kind::Version => ActiveVersion::parse(text).map(Self::Version),
            Kind::Unknown => return Self::guess(text),
        };
        value.unwrap_or(Self::Unreadable)
    }

    /// Reads text of which nothing names the type: what looks like a number, a length of time or a size is one.
    #[must_use]
    pub fn guess(text: &str) -> Self {
        let text = text.trim();
        None.or_else(|| text.parse().ok().map(Self::Int))
            .or_else(|| matches!(text, "true" | "false").then(|| Self::Bool(text == "true")))
            .or_else(|| float(text).map(Self::Float))
            .or_else(|| duration(text).map(Self::Duration))
            .or_else(|| bytes(text).map(Self::Bytes))
            .unwrap_or_else(|| Self::Text(text.to_owned()))
    }

    /// Compares with `text`, read in the type of this value. None where that cannot be known: the value is hidden or
    /// unreadable, or `text` is of another type.
    #[must_use]
    pub fn compare(&self, text: &str) -> Option<Ordering> {
        let text = text.trim();
        match self {
            Self::Bool(own) => Some(own.cmp(&boolean(text)?)),
            Self::Int(own) => match Self::guess(text) {
                Self::Int(other) => Some(own.cmp(&other)),
                #[expect(clippy::cast_precision_loss, reason = "compared with a fraction anyway")]
                Self::Float(other) => (*own as f64).partial_cmp(&other),
                Self::Bytes(other) => Some(i128::from(*own).cmp(&i128::from(other))),
                // Without a unit only nothing is a length of time.
                Self::Duration(other) if *own == 0 => Some(0.cmp(&other)),
                _ => None,
            },
            Self::Float(own) => own.partial_cmp(&float(text)?),
            Self::Duration(own) => Some(own.cmp(&duration(text)?)),
            Self::Bytes(own) => Some(own.cmp(&bytes(text)?)),
            Self::Enum(own) => Some(own.to_ascii_lowercase().cmp(&text.to_ascii_lowercase())),
            Self::EnumNumber(own) => Some(own.cmp(&text.parse().ok()?)),
            Self::Text(own) => Some(own.as_str().cmp(text)),
            Self::Version(own) => {
                let other = ActiveVersion::parse(text)?;
                Some((own.series, own.upgrading).cmp(&(other.series, other.upgrading)))
            }
            Self::Withheld if text.is_empty() => Some(Ordering::Greater),
            Self::Withheld | Self::Redacted | Self::Unreadable => None,
        }
    }

    /// Returns whether it is text that is empty; none if that is not shown.
    #[must_use]
    pub fn is_empty(&self) -> Option<bool> {
        match self {
            Self::Text(text) => Some(text.is_empty()),
            Self::Redacted | Self::Unreadable => None,
            _ => Some(false),
        }
    }
}

impl fmt::Display for Value {
    /// Prints the value as `cluster_settings` does; a size as a number of bytes, because that is exact.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bool(value) => value.fmt(f),
            Self::Int(value) | Self::EnumNumber(value) => value.fmt(f),
            Self::Float(value) => value.fmt(f),
            Self::Duration(nanos) => {
                let seconds = nanos / SECOND;
                let (hours, minutes, rest) = (seconds / 3600, seconds / 60 % 60, nanos % MINUTE);
                #[expect(clippy::cast_precision_loss, reason = "less than a minute")]
                let rest = rest as f64 / SECOND as f64;
                match (hours, minutes) {
                    (0, 0) => write!(f, "{rest}s"),
                    (0, _) => write!(f, "{minutes}m{}s", rest.abs()),
                    _ => write!(f, "{hours}h{}m{}s", minutes.abs(), rest.abs()),
                }
            }
            Self::Bytes(value) => write!(f, "{value} bytes"),
            Self::Enum(value) | Self::Text(value) => value.fmt(f),
            Self::Version(value) => value.text.fmt(f),
            Self::Withheld => f.write_str("(text that is not shown)"),
            Self::Redacted => f.write_str("(redacted)"),
            Self::Unreadable => f.write_str("(unreadable)"),
        }
    }
}

fn boolean(text: &str) -> Option<bool> {
    match text {
        "true" | "t" => Some(true),
        "false" | "f" => Some(false),
        _ => None,
    }
}

/// A number in digits; words such as `inf` and `nan` are none.
fn float(text: &str) -> Option<f64> {
    let digits =
        text.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b'e' | b'E' | b'+' | b'-'));
    text.parse().ok().filter(|number: &f64| digits && number.is_finite())
}

const SECOND: i64 = 1_000_000_000;
const MINUTE: i64 = 60 * SECOND;

/// Units of a length of time as Go prints it, in nanoseconds. Of two that begin alike the longer comes first.
const UNITS: [(&str, i64); 8] = [
    ("ns", 1),
    ("us", 1_000),
    ("\u{b5}s", 1_000),
    ("\u{3bc}s", 1_000),
    ("ms", 1_000_000),
    ("s", SECOND),
    ("m", MINUTE),
    ("h", 60 * MINUTE),
];

/// Nanoseconds of a length of time: `72h0m0s`, `1.5s`, `-10ms`, `0`; as an interval of SQL `00:00:10`, `3 days 00:00:00`.
fn duration(text: &str) -> Option<i64> {
    if text == "0" {
        return Some(0);
    }
    let (sign, text) = match text.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, text.strip_prefix('+').unwrap_or(text)),
    };
    let nanos = if text.contains(':') { interval(text)? } else { units(text)? };
    i64::try_from(sign * nanos).ok()
}

/// Parts of a number and a unit each, without blanks between them.
fn units(mut text: &str) -> Option<i128> {
    let mut sum = None;
    while !text.is_empty() {
        let digits = text.bytes().take_while(|b| b.is_ascii_digit() || *b == b'.').count();
        let (number, rest) = text.split_at(digits);
        let (unit, nanos) = UNITS.iter().find(|(unit, _)| rest.starts_with(unit))?;
        sum = Some(sum.unwrap_or(0) + scaled(number, i128::from(*nanos))?);
        text = &rest[unit.len()..];
    }
    sum
}

/// `HH:MM:SS`, with a fraction and days before it if any.
fn interval(text: &str) -> Option<i128> {
    let (days, clock) = match text.split_once(" day") {
        Some((days, clock)) => {
            (days.parse::<u32>().ok()?, clock.strip_prefix('s').unwrap_or(clock).trim_start())
        }
        None => (0, text),
    };
    let mut parts = clock.split(':');
    let (hours, minutes, seconds) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() {
        return None;
    }
    let whole =
        |text: &str, unit: i64| Some(i128::from(text.parse::<u32>().ok()?) * i128::from(unit));
    let time = whole(hours, 60 * MINUTE)? + whole(minutes, MINUTE)?;
    Some(i128::from(days) * i128::from(24 * 60 * MINUTE) + time + scaled(seconds, SECOND.into())?)
}

/// A decimal number times a unit, cut to a whole.
fn scaled(number: &str, unit: i128) -> Option<i128> {
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    if whole.is_empty() && fraction.is_empty()
        || whole.len() > 20
        || !digits(whole)
        || !digits(fraction)
    {
        return None;
    }
    let whole: i128 = if whole.is_empty() { 0 } else { whole.parse().ok()? };
    // Beyond this many digits nothing of a unit is left.
    let fraction = &fraction[..fraction.len().min(15)];
    let parts: i128 = if fraction.is_empty() { 0 } else { fraction.parse().ok()? };
    let power = 10i128.checked_pow(u32::try_from(fraction.len()).ok()?)?;
    whole.checked_mul(unit)?.checked_add(parts * unit / power)
}

/// Bytes of a size: `67108864`, `64 MiB`, `1.5GiB`, `0 B`, `10 MB`.
fn bytes(text: &str) -> Option<u64> {
    let digits = text.bytes().take_while(|b| b.is_ascii_digit() || *b == b'.').count();
    let (number, unit) = text.split_at(digits);
    let unit = unit.trim_start();
    let factor = match unit.strip_suffix('B') {
        None if unit.is_empty() => 1,
        None => return None,
        Some("") => 1,
        Some(prefix) => {
            let (letter, base) = match prefix.strip_suffix('i') {
                Some(letter) => (letter, 1024i128),
                None => (prefix, 1000),
            };
            let power = match letter {
                "K" | "k" => 1,
                "M" => 2,
                "G" => 3,
                "T" => 4,
                "P" => 5,
                "E" => 6,
                _ => return None,
            };
            base.pow(power)
        }
    };
    u64::try_from(scaled(number, factor)?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_numbers_however_they_are_written() {
        for (text, nanos) in [
            ("0", 0),
            ("0s", 0),
            ("00:00:00", 0),
            ("336h0m0s", 336 * 60 * MINUTE),
            ("14 days 00:00:00", 336 * 60 * MINUTE),
            ("1 day 00:00:00", 24 * 60 * MINUTE),
            ("1m30s", 90 * SECOND),
            ("00:01:30", 90 * SECOND),
            ("1.5s", 1_500_000_000),
            ("00:00:01.5", 1_500_000_000),
            ("-10ms", -10_000_000),
            ("2\u{b5}s", 2_000),
            ("2us", 2_000),
            ("7ns", 7),
        ] {
            assert_eq!(duration(text), Some(nanos), "{text}");
        }
        for text in
            ["", "1", "s", "10 s", "1h0", "1:2", "1:2:3:4", "x:00:00", "999999999999h", "1..5s"]
        {
            assert_eq!(duration(text), None, "{text}");
        }
    }

    #[test]
    fn sizes_are_numbers_of_bytes() {
        for (text, size) in [
            ("0", 0),
            ("0 B", 0),
            ("512 B", 512),
            ("64 MiB", 64 << 20),
            ("67108864", 64 << 20),
            ("1.5 GiB", 3 << 29),
            ("8.0 EiB", 8 << 60),
            ("10 MB", 10_000_000),
            ("2kB", 2_000),
        ] {
            assert_eq!(bytes(text), Some(size), "{text}");
        }
        for text in ["", "B", "64 mib", "64 XiB", "-1", "16 EiB", "64 Mi", "1e3"] {
            assert_eq!(bytes(text), None, "{text}");
        }
    }

    #[test]
    fn active_versions_of_all_ages() {
        for (text, series, upgrading, development) in [
            ("21.1", (21, 1), false, false),
            ("22.1-26", (22, 1), true, false),
            ("23.1-upgrading-to-23.2-step-004", (23, 1), true, false),
            ("1000023.1-8", (23, 1), true, true),
        ] {
            let version = ActiveVersion::parse(text).unwrap();
            assert_eq!(
                (version.series, version.upgrading, version.development),
                (series, upgrading, development),
                "{text}"
            );
        }
        for text in ["", "22", "v22.1", "22.x", "22.1.4"] {
            assert_eq!(ActiveVersion::parse(text), None, "{text}");
        }
    }

    #[test]
    fn values_compare_by_type() {
        use Ordering::*;
        let cases = [
            (Kind::Int, "20000", "10610", Some(Greater)),
            (Kind::Int, "119680", "119680", Some(Equal)),
            (Kind::Duration, "0s", "0", Some(Equal)),
            (Kind::Duration, "10ms", "0s", Some(Greater)),
            (Kind::Bytes, "64 MiB", "67108864", Some(Equal)),
            (Kind::Bool, "t", "true", Some(Equal)),
            (Kind::Float, "0.75", "0.5", Some(Greater)),
            (Kind::Enum, "scram-sha-256", "SCRAM-SHA-256", Some(Equal)),
            (Kind::Enum, "3", "scram-sha-256", None),
            (Kind::Text, "", "", Some(Equal)),
            (Kind::Version, "22.1-26", "22.1", Some(Greater)),
            (Kind::Version, "22.1-26", "22.2", Some(Less)),
            (Kind::Int, "many", "1", None),
            (Kind::Bool, "true", "1", None),
            (Kind::Unknown, "0", "0s", Some(Equal)),
            (Kind::Unknown, "67108864", "64 MiB", Some(Equal)),
            (Kind::Unknown, "00:00:10", "10s", Some(Equal)),
            (Kind::Unknown, "5", "5s", None),
        ];
        for (kind, own, other, expected) in cases {
            assert_eq!(Value::parse(kind, own).compare(other), expected, "{own} {other}");
        }
        assert_eq!(Value::Withheld.compare(""), Some(Greater));
        assert_eq!(Value::Withheld.compare("x"), None);
        assert_eq!(Value::Redacted.compare(""), None);
    }

    #[test]
    fn values_print_as_the_table_does() {
        for (kind, text, printed) in [
            (Kind::Duration, "336h0m0s", "336h0m0s"),
            (Kind::Duration, "90s", "1m30s"),
            (Kind::Duration, "100ms", "0.1s"),
            (Kind::Duration, "-90s", "-1m30s"),
            (Kind::Bytes, "64 MiB", "67108864 bytes"),
            (Kind::Bool, "t", "true"),
            (Kind::Version, "22.1-26", "22.1-26"),
        ] {
            assert_eq!(Value::parse(kind, text).to_string(), printed);
        }
    }
}
