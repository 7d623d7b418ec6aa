//! Which builds an advisory is about, and where a build lies.

use serde::{Deserialize, Serialize};

use crate::model::{PreRelease, Version};

/// A release series, such as `(22, 1)`.
pub type Series = (u16, u16);

/// The builds of a rule.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Windows {
    /// It is about no build.
    #[default]
    None,
    /// It is about every build.
    All,
    /// It is about these, in ascending order.
    Some(Vec<Window>),
}

/// Builds of one series, both ends included.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Window {
    /// The series.
    pub series: Series,
    /// First affected build.
    pub from: Version,
    /// Last affected build; none where every later build of the series is affected.
    pub to: Option<Version>,
    /// The first build without the fault: of this series, or of a later one where this one has none.
    pub fixed: Version,
}

/// Where a build lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lies {
    /// In a window.
    Inside,
    /// In none.
    Outside,
    /// Nothing tells: the advisory does not name it, or its code is not that of its number.
    Unknown,
}

impl Windows {
    /// The windows; none if it is about every build or about none.
    #[must_use]
    pub fn list(&self) -> &[Window] {
        match self {
            Self::Some(list) => list,
            Self::None | Self::All => &[],
        }
    }

    /// Where a build lies.
    ///
    /// A build made from commits after a release (`-12-gabc`) is judged as that release, but next to an end of a window:
    /// there it may have what the next release has. The same code under another name (`-fips`, `-cloudonly`) is the release.
    /// Testing builds of the release with which a window begins, and builds between the last affected and the first
    /// fixed one, are not named by the advisory: nothing tells.
    #[must_use]
    pub fn place(&self, version: &Version) -> Lies {
        let list = match self {
            Self::None => return Lies::Outside,
            Self::All => return Lies::Inside,
            Self::Some(list) => list,
        };
        if !is_numbered(version) {
            let named = list.iter().any(|window| window.series == version.series());
            return if named { Lies::Unknown } else { Lies::Outside };
        }
        let released = Version { custom: None, ..version.clone() };
        let of_series = list.iter().filter(|window| window.series == version.series());
        let placed: Vec<Lies> = of_series
            .map(|window| {
                let lies = window.place(&released);
                if is_ahead(version) && window.changes_after(&released) {
                    return Lies::Unknown;
                }
                lies
            })
            .collect();
        [Lies::Inside, Lies::Unknown]
            .into_iter()
            .find(|lies| placed.contains(lies))
            .unwrap_or(Lies::Outside)
    }

    /// The first fixed build for somebody who runs `version`.
    #[must_use]
    pub fn fix_for(&self, version: &Version) -> Option<&Version> {
        let of_series = self.list().iter().filter(|window| window.series == version.series());
        of_series.map(|window| &window.fixed).find(|fixed| *fixed > version)
    }

    /// The first series of any window; none if it is about every build or about none.
    #[must_use]
    pub fn first(&self) -> Option<Series> {
        self.list().iter().map(|window| window.series).min()
    }

    /// The last series of any window.
    #[must_use]
    pub fn last(&self) -> Option<Series> {
        self.list().iter().map(|window| window.series).max()
    }

    /// Whether a build of one of these series can lie in a window.
    #[must_use]
    pub fn may_hold(&self, holds: impl Fn(Series) -> bool) -> bool {
        match self {
            Self::None => false,
            Self::All => true,
            Self::Some(list) => list.iter().any(|window| holds(window.series)),
        }
    }
}

impl Window {
    /// Where a published build of the series lies.
    fn place(&self, version: &Version) -> Lies {
        if *version < self.from {
            // The code of a testing build is that of the release that it precedes, or older.
            let precedes = version.pre.is_some() && version.patch == self.from.patch;
            return if precedes { Lies::Unknown } else { Lies::Outside };
        }
        match &self.to {
            None => Lies::Inside,
            Some(to) if version <= to => Lies::Inside,
            Some(_) if self.fixed.series() == self.series && *version < self.fixed => Lies::Unknown,
            Some(_) => Lies::Outside,
        }
    }

    /// Whether the build after `version` lies otherwise than `version` itself, as far as numbers tell.
    fn changes_after(&self, version: &Version) -> bool {
        self.place(version) != self.place(&next(version)) || self.to.as_ref() == Some(version)
    }
}

/// The next number after that of a published build.
fn next(version: &Version) -> Version {
    match version.pre {
        Some(pre) => Version { pre: Some(after(pre)), ..version.clone() },
        None => Version { patch: version.patch.saturating_add(1), ..version.clone() },
    }
}

fn after(pre: PreRelease) -> PreRelease {
    match pre {
        PreRelease::Alpha(n) => PreRelease::Alpha(n.saturating_add(1)),
        PreRelease::Beta(n) => PreRelease::Beta(n.saturating_add(1)),
        PreRelease::Rc(n) => PreRelease::Rc(n.saturating_add(1)),
    }
}

/// Whether a build has commits that its number does not have: `-12-gabc0123`.
fn is_ahead(version: &Version) -> bool {
    let Some(custom) = version.custom.as_deref().and_then(|c| c.strip_prefix('-')) else {
        return false;
    };
    let mut parts = custom.split('-');
    let commits =
        parts.next().is_some_and(|n| !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit()));
    commits && parts.next().is_some_and(|hash| hash.starts_with('g'))
}

/// The published builds of which a build may have the code: one, or two where it was made from commits after a release.
#[must_use]
pub fn may_be(version: &Version) -> Vec<Version> {
    let released = Version { custom: None, ..version.clone() };
    if !is_ahead(version) {
        return vec![released];
    }
    let next = next(&released);
    vec![released, next]
}

/// Whether the number of a build is known: some sources name no more than the series.
fn is_numbered(version: &Version) -> bool {
    version.custom.as_deref().is_none_or(|custom| custom.starts_with(['-', '+']))
}

/// The release series in their order, each with the oldest series whose binaries can share a cluster with its own
/// (`docs/cockroachdb/versions.md`). Where the minimum supported version was not read, the wider of what is likely.
const SHARES: [(Series, Series); 23] = [
    ((1, 0), (1, 0)),
    ((1, 1), (1, 0)),
    ((2, 0), (1, 1)),
    ((2, 1), (2, 0)),
    ((19, 1), (2, 1)),
    ((19, 2), (19, 1)),
    ((20, 1), (19, 2)),
    ((20, 2), (20, 1)),
    ((21, 1), (20, 2)),
    ((21, 2), (21, 1)),
    ((22, 1), (21, 2)),
    ((22, 2), (22, 1)),
    ((23, 1), (22, 2)),
    ((23, 2), (22, 2)),
    ((24, 1), (23, 1)),
    ((24, 2), (23, 1)),
    ((24, 3), (24, 1)),
    ((25, 1), (24, 1)),
    ((25, 2), (24, 3)),
    ((25, 3), (24, 3)),
    ((25, 4), (24, 3)),
    ((26, 1), (25, 2)),
    ((26, 2), (25, 2)),
];

/// The oldest series whose binaries can share a cluster with those of `series`. Of series newer than the table nothing is
/// known but that they came later: they are taken to reach back as far as the newest of it.
#[must_use]
pub fn oldest_beside(series: Series) -> Series {
    let known = SHARES.iter().rev().find(|(one, _)| *one <= series);
    known.map_or(series, |(_, oldest)| *oldest)
}

/// Whether binaries of two series can share a cluster.
#[must_use]
pub fn can_share(one: Series, other: Series) -> bool {
    let (older, newer) = (one.min(other), one.max(other));
    oldest_beside(newer) <= older
}

/// Builds that were withdrawn, and builds that only CockroachDB Cloud runs
/// (`docs/cockroachdb/versions.md#builds-that-are-no-target`): nobody is sent to one.
const NO_TARGET: [(u16, u16, u16); 13] = [
    (20, 1, 4),
    (20, 1, 5),
    (21, 1, 8),
    (22, 1, 17),
    (22, 1, 19),
    (22, 2, 4),
    (22, 2, 8),
    (23, 1, 0),
    (24, 3, 29),
    (25, 2, 15),
    (25, 4, 6),
    (26, 1, 1),
    (26, 2, 2),
];

/// Whether a cluster can be upgraded to a build.
#[must_use]
pub fn is_offered(version: &Version) -> bool {
    !NO_TARGET.contains(&(version.major, version.minor, version.patch))
}

/// The series after one, in their order.
pub fn follow(series: Series) -> impl Iterator<Item = Series> {
    SHARES.iter().map(|(one, _)| *one).filter(move |one| *one > series)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn version(text: &str) -> Version {
        Version::parse(text).unwrap()
    }

    fn window(from: &str, to: Option<&str>, fixed: &str) -> Window {
        let from = version(from);
        Window { series: from.series(), from, to: to.map(version), fixed: version(fixed) }
    }

    fn windows() -> Windows {
        Windows::Some(vec![
            window("20.2.0", None, "21.1.16"),
            window("21.1.9", Some("21.1.9"), "21.1.10"),
            window("22.1.0-alpha.1", Some("22.1.8"), "22.1.9"),
            window("22.2.0", Some("22.2.3"), "22.2.5"),
        ])
    }

    #[test]
    fn windows_place_builds_at_both_ends() {
        use Lies::*;
        for (text, lies) in [
            ("v20.1.19", Outside),
            ("v20.2.0-rc.4", Unknown),
            ("v20.2.0", Inside),
            ("v20.2.19", Inside),
            ("v20.2.19-3-gabc0123", Inside),
            ("v21.1.0-beta.3", Outside),
            ("v21.1.8", Outside),
            ("v21.1.8-12-gabc0123", Unknown),
            ("v21.1.9-fips", Inside),
            ("v21.1.9-cloudonly.2", Inside),
            ("v21.1.9-1-gabc0123", Unknown),
            ("v21.1.10", Outside),
            ("v21.1.10-1-gabc0123", Outside),
            ("v22.1.0-alpha.1", Inside),
            ("v22.1.7-12-gabc0123", Inside),
            ("v22.1.8", Inside),
            ("v22.1.8-12-gabc0123", Unknown),
            ("v22.1.9", Outside),
            ("v22.2.0-beta.5", Unknown),
            ("v22.2.3", Inside),
            ("v22.2.4", Unknown),
            ("v22.2.5", Outside),
            ("v23.1.0", Outside),
        ] {
            assert_eq!(windows().place(&version(text)), lies, "{text}");
        }
        assert_eq!(Windows::All.place(&version("v26.2.0")), Inside);
        assert_eq!(Windows::None.place(&version("v26.2.0")), Outside);
    }

    #[test]
    fn windows_name_the_fix_of_the_series() {
        let fix = |text: &str| windows().fix_for(&version(text)).map(ToString::to_string);
        assert_eq!(fix("v20.2.4").as_deref(), Some("v21.1.16"));
        assert_eq!(fix("v22.1.8").as_deref(), Some("v22.1.9"));
        assert_eq!(fix("v23.1.0"), None);
    }

    #[test]
    fn series_share_a_cluster_within_their_supported_range() {
        for (one, other, share) in [
            ((20, 2), (21, 1), true),
            ((20, 2), (21, 2), false),
            ((24, 1), (24, 3), true),
            ((23, 2), (24, 3), false),
            ((24, 3), (25, 4), true),
            ((20, 2), (25, 4), false),
            ((25, 1), (26, 1), false),
            ((26, 2), (27, 1), true),
            ((24, 3), (24, 3), true),
        ] {
            assert_eq!(can_share(one, other), share, "{one:?} {other:?}");
            assert_eq!(can_share(other, one), share, "{other:?} {one:?}");
        }
    }
}
