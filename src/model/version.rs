//! Which build: CockroachDB versions and their order.

use std::cmp::Ordering;
use std::fmt;

use serde::{Deserialize, Serialize};

/// The stage of a testing build, in the order in which CockroachDB publishes them; its number is numeric,
/// so `beta.10` follows `beta.2`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum PreRelease {
    /// `-alpha.N`
    Alpha(u32),
    /// `-beta.N`
    Beta(u32),
    /// `-rc.N`
    Rc(u32),
}

/// The version of a server binary, such as `v24.3.9` or `v25.2.0-beta.1`.
///
/// Ordered by major, minor, patch and stage: alpha < beta < rc < release
/// (`docs/cockroachdb/versions.md#order-of-builds`).
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Version {
    /// First number: the year since 19.1.
    pub major: u16,
    /// Second number: the release of that year.
    pub minor: u16,
    /// Third number: the maintenance release.
    pub patch: u16,
    /// Stage of a testing build; none for a release.
    pub pre: Option<PreRelease>,
    /// Whatever follows that no published build has (`-12-gabc0123`, `-cloudonly.1`). Such a build may carry
    /// other code than its number says, so nobody can place it in a range for certain.
    pub custom: Option<String>,
}

impl Version {
    /// Reads `v24.3.9`, `24.3.9`, `v25.2.0-beta.1`, `v22.1.0-alpha.3-328-gd4e3d21328`. Nothing for other text.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.strip_prefix('v').unwrap_or(text);
        let (numbers, suffix) = match text.find(['-', '+']) {
            Some(at) => text.split_at(at),
            None => (text, ""),
        };
        let mut numbers = numbers.split('.').map(|n| n.parse::<u16>().ok());
        let version = (numbers.next()??, numbers.next()??, numbers.next()??);
        if numbers.next().is_some() {
            return None;
        }
        let (pre, rest) = pre_release(suffix);
        Some(Self {
            major: version.0,
            minor: version.1,
            patch: version.2,
            pre,
            custom: (!rest.is_empty()).then(|| rest.to_owned()),
        })
    }

    /// The release series, such as `24.3`.
    #[must_use]
    pub fn series(&self) -> (u16, u16) {
        (self.major, self.minor)
    }
}

/// Splits `-beta.1-12-gabc` into the stage and what is left.
fn pre_release(suffix: &str) -> (Option<PreRelease>, &str) {
    for (name, make) in [
        ("-alpha.", PreRelease::Alpha as fn(u32) -> PreRelease),
        ("-beta.", PreRelease::Beta),
        ("-rc.", PreRelease::Rc),
    ] {
        if let Some(tail) = suffix.strip_prefix(name) {
            let digits = tail.bytes().take_while(u8::is_ascii_digit).count();
            if let Ok(number) = tail[..digits].parse() {
                return (Some(make(number)), &tail[digits..]);
            }
        }
    }
    (None, suffix)
}

impl PartialOrd for Version {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Version {
    fn cmp(&self, other: &Self) -> Ordering {
        let stage = |v: &Self| (v.pre.is_none(), v.pre);
        (self.major, self.minor, self.patch)
            .cmp(&(other.major, other.minor, other.patch))
            .then_with(|| stage(self).cmp(&stage(other)))
            .then_with(|| self.custom.cmp(&other.custom))
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "v{}.{}.{}", self.major, self.minor, self.patch)?;
        match self.pre {
            Some(PreRelease::Alpha(n)) => write!(f, "-alpha.{n}")?,
            Some(PreRelease::Beta(n)) => write!(f, "-beta.{n}")?,
            Some(PreRelease::Rc(n)) => write!(f, "-rc.{n}")?,
            None => {}
        }
        f.write_str(self.custom.as_deref().unwrap_or(""))
    }
}

/// The release series in their order (`docs/cockroachdb/versions.md#order-of-series`).
const SERIES: [(u16, u16); 23] = [
    (1, 0),
    (1, 1),
    (2, 0),
    (2, 1),
    (19, 1),
    (19, 2),
    (20, 1),
    (20, 2),
    (21, 1),
    (21, 2),
    (22, 1),
    (22, 2),
    (23, 1),
    (23, 2),
    (24, 1),
    (24, 2),
    (24, 3),
    (25, 1),
    (25, 2),
    (25, 3),
    (25, 4),
    (26, 1),
    (26, 2),
];

/// The release series after one; none after the last that is known.
#[must_use]
pub fn following(series: (u16, u16)) -> Option<(u16, u16)> {
    let place = SERIES.iter().position(|one| *one == series)?;
    SERIES.get(place + 1).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn version(text: &str) -> Version {
        Version::parse(text).unwrap()
    }

    #[test]
    fn stages_come_in_order_and_their_numbers_count() {
        let ascending = [
            "v25.1.5",
            "v25.2.0-alpha.1",
            "v25.2.0-alpha.3",
            "v25.2.0-beta.1",
            "v25.2.0-beta.2",
            "v25.2.0-beta.10",
            "v25.2.0-rc.1",
            "v25.2.0",
            "v25.2.1",
            "v25.2.10",
        ];
        for pair in ascending.windows(2) {
            assert!(version(pair[0]) < version(pair[1]), "{pair:?}");
        }
    }

    #[test]
    fn prints_what_it_read() {
        for text in ["v24.3.9", "v22.1.0-alpha.3-328-gd4e3d21328", "v24.1.0-12-gabc-dirty"] {
            assert_eq!(version(text).to_string(), text);
        }
        assert_eq!(version("22.1.7-12-gabc").custom.as_deref(), Some("-12-gabc"));
    }

    #[test]
    fn other_text_is_no_version() {
        for text in ["", "v24", "24.3", "beta-20160609", "v24.3.x", "1.2.3.4"] {
            assert_eq!(Version::parse(text), None, "{text}");
        }
    }
}
