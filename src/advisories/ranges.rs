//! Which versions an advisory is about, and which one ends it.

use crate::model::Version;

/// Where a build lies in relation to an advisory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Placement {
    /// In a range that the advisory states.
    Affected,
    /// A testing build of an affected series, older than the first build that the advisory names. The advisory
    /// does not speak of it; the fault was usually in the code by then.
    NotNamed,
    /// In no range.
    NotAffected,
    /// A build that nobody published: its code is not told by its number.
    Unknown,
}

/// One range of builds of one series, both ends included.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Range {
    /// Such as `24.3`.
    pub series: (u16, u16),
    /// First affected build.
    pub from: Version,
    /// Last affected build; none where every later build of the series is affected.
    pub to: Option<Version>,
    /// The build to upgrade to: the first fixed one of the series, or of the next where the series has none.
    pub fixed: Version,
}

/// All ranges of an advisory.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ranges {
    /// In ascending order.
    pub affected: Vec<Range>,
}

impl Ranges {
    /// Where a build lies.
    #[must_use]
    pub fn placement(&self, version: &Version) -> Placement {
        if version.custom.is_some() {
            // A build without any affected series around it is harmless whatever it was patched with.
            let series = self.affected.iter().any(|range| range.series == version.series());
            return if series { Placement::Unknown } else { Placement::NotAffected };
        }
        let Some(range) = self.range(version) else { return Placement::NotAffected };
        if *version < range.from {
            return Placement::NotNamed;
        }
        match &range.to {
            Some(to) if version > to => Placement::NotAffected,
            _ => Placement::Affected,
        }
    }

    /// The build to upgrade to from an affected series.
    #[must_use]
    pub fn fix_for(&self, version: &Version) -> Option<&Version> {
        self.range(version).map(|range| &range.fixed)
    }

    /// Which build to go to from the newest that was seen, as a step begins with it.
    #[must_use]
    pub fn upgrade(&self, newest: Option<&Version>) -> String {
        match newest.map(|version| (version, self.placement(version))) {
            Some((version, Placement::NotAffected)) => format!(
                "{version}, the newest build that was seen, does not have the fault: see that no node runs an older one"
            ),
            Some((version, _)) => match self.fix_for(version) {
                Some(fix) => format!("Upgrade first, from {version} to {fix} or later"),
                None => "Upgrade first".to_owned(),
            },
            None => {
                let fixes: Vec<String> =
                    self.affected.iter().map(|range| range.fixed.to_string()).collect();
                format!(
                    "Upgrade first, to a build without the fault (the first ones are {})",
                    fixes.join(", ")
                )
            }
        }
    }

    /// The oldest build that the advisory may be about: the first testing build of its first series.
    #[must_use]
    pub fn first_affected(&self) -> Option<&Version> {
        self.affected.iter().map(|range| &range.from).min()
    }

    /// The newest series that the advisory is about.
    #[must_use]
    pub fn last_affected(&self) -> Option<(u16, u16)> {
        self.affected.iter().map(|range| range.series).max()
    }

    /// Whether no build of the ranges can have run on a node between two that ran `oldest` and `newest` and of which
    /// one process is lost: builds of series so far apart share no cluster
    /// (`docs/cockroachdb/versions.md#builds-that-share-a-cluster`). After the last known build, `newest` is not a
    /// bound.
    #[must_use]
    pub fn out_of_reach(&self, oldest: &Version, newest: Option<&Version>) -> bool {
        let (Some(first), Some(last)) = (self.first_affected(), self.last_affected()) else {
            return true;
        };
        apart(last, oldest.series()) > SHARED
            || newest.is_some_and(|newest| apart(newest.series(), first.series()) > SHARED)
    }

    fn range(&self, version: &Version) -> Option<&Range> {
        self.affected.iter().find(|range| range.series == version.series())
    }
}

/// Builds of series further apart than this, as [`apart`] counts, share no cluster: 25.4 supports clusters of 24.3, and no
/// other build those of an older one.
const SHARED: u16 = 3;

/// How many release series lie between two; counted as two a year, which later years have more of.
pub(super) fn apart(from: (u16, u16), to: (u16, u16)) -> u16 {
    (to.0 * 2 + to.1).saturating_sub(from.0 * 2 + from.1)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Those of A-144650.
    fn ranges() -> Ranges {
        let version = |text: &str| Version::parse(text).unwrap();
        let range = |(from, to, fixed): (&str, Option<&str>, &str)| {
            let from = version(from);
            Range { series: from.series(), from, to: to.map(version), fixed: version(fixed) }
        };
        let ranges = [
            ("23.2.0", Some("23.2.23"), "23.2.24"),
            ("24.1.0", Some("24.1.16"), "24.1.17"),
            ("24.2.0-alpha.1", None, "24.3.11"),
            ("24.3.0", Some("24.3.10"), "24.3.11"),
            ("25.1.0", Some("25.1.4"), "25.1.5"),
            ("25.2.0-alpha.1", Some("25.2.0-beta.1"), "25.2.0-beta.2"),
        ];
        Ranges { affected: ranges.map(range).into() }
    }

    fn placement(text: &str) -> Placement {
        ranges().placement(&Version::parse(text).unwrap())
    }

    #[test]
    fn the_ends_of_every_range_belong_to_it() {
        use Placement::*;
        for (version, expected) in [
            ("v22.2.19", NotAffected),
            ("v23.1.30", NotAffected),
            ("v23.2.0-beta.3", NotNamed),
            ("v23.2.0", Affected),
            ("v23.2.23", Affected),
            ("v23.2.24", NotAffected),
            ("v24.1.0-rc.1", NotNamed),
            ("v24.1.16", Affected),
            ("v24.1.17", NotAffected),
            ("v24.1.30", NotAffected),
            ("v24.2.0-alpha.1", Affected),
            ("v24.2.0", Affected),
            ("v24.2.10", Affected),
            ("v24.2.99", Affected),
            ("v24.3.0-alpha.2", NotNamed),
            ("v24.3.10", Affected),
            ("v24.3.11", NotAffected),
            ("v25.1.4", Affected),
            ("v25.1.5", NotAffected),
            ("v25.2.0-alpha.3", Affected),
            ("v25.2.0-beta.1", Affected),
            ("v25.2.0-beta.2", NotAffected),
            ("v25.2.0-beta.10", NotAffected),
            ("v25.2.0-rc.1", NotAffected),
            ("v25.2.0", NotAffected),
            ("v25.3.0", NotAffected),
            ("v24.3.9-12-gabc0123", Unknown),
            ("v24.3.12-1-gabc", Unknown),
            ("v25.4.0-3-gabc", NotAffected),
        ] {
            assert_eq!(placement(version), expected, "{version}");
        }
    }

    #[test]
    fn far_series_are_out_of_reach_of_a_lost_process() {
        let version = |text: &str| Version::parse(text).unwrap();
        let between = |oldest: &str, newest: &str| {
            ranges().out_of_reach(&version(oldest), Some(&version(newest)))
        };
        assert!(between("v20.1.0", "v21.2.4"));
        assert!(!between("v20.1.0", "v22.2.0"));
        assert!(!between("v24.3.11", "v24.3.11"));
        assert!(!between("v25.4.2", "v26.1.0"));
        assert!(between("v27.2.0", "v27.2.1"));
        assert!(!ranges().out_of_reach(&version("v20.1.0"), None));
        assert!(ranges().out_of_reach(&version("v27.2.0"), None));
    }

    #[test]
    fn the_fix_is_in_the_series_or_in_the_next() {
        for (version, fix) in
            [("v23.2.5", Some("v23.2.24")), ("v24.2.3", Some("v24.3.11")), ("v25.3.0", None)]
        {
            let version = Version::parse(version).unwrap();
            assert_eq!(ranges().fix_for(&version).map(ToString::to_string).as_deref(), fix);
        }
        assert_eq!(ranges().first_affected(), Version::parse("23.2.0").as_ref());
    }
}
