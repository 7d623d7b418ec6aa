//! Which versions a node ran when, from every source that says so.

use crate::ingest::Table;
use crate::model::{Gap, Location, NodeId, SortSmall, Time, Version};
use crate::parse::time::is_undated;
use crate::scan::{LogSummary, SILENCE, VersionSeen};

use super::processes::Run;

/// What names a version, the most trusted first (`docs/cockroachdb/debug-zip.md#sources-of-the-version`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Origin {
    /// A log: its preamble, or the entry itself.
    Log,
    /// `crdb_internal.node_build_info`.
    BuildInfo,
    /// `nodes.json`, `status.json` or `details.json`.
    Document,
    /// `crdb_internal.kv_node_status`.
    NodeStatus,
    /// A person, in place of any input.
    Stated,
}

impl Origin {
    /// The origin of what a table or document says.
    pub(super) fn of(table: Table) -> Self {
        match table {
            Table::NodeBuildInfo => Self::BuildInfo,
            Table::KvNodeStatus => Self::NodeStatus,
            _ => Self::Document,
        }
    }

    /// The word of the report.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Log => "log",
            Self::BuildInfo => "node_build_info",
            Self::Document => "document",
            Self::NodeStatus => "kv_node_status",
            Self::Stated => "stated",
        }
    }
}

/// A version that a node ran, and when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RanVersion {
    /// The version; none for a build whose version is no number.
    pub version: Option<Version>,
    /// As it was written.
    pub text: String,
    /// First time it is known to have run; none where nothing dates it but that the bundle was collected.
    pub from: Option<Time>,
    /// Last time it is known to have run; none together with `from`.
    pub until: Option<Time>,
    /// Where it says so first.
    pub source: Location,
    /// What says so.
    pub origin: Origin,
    /// Another source names another version for the same node and time. Neither is dropped.
    pub conflict: bool,
}

/// The oldest version that a node can have run at some time and later.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AtLeast {
    /// First build of the series of the active cluster version.
    pub version: Version,
    /// Since when it is known; none where nothing dates it.
    pub since: Option<Time>,
    /// Where the active cluster version is written.
    pub source: Location,
}

/// Which versions may have run at some time. Clusters are upgraded, not downgraded across releases: before the
/// first thing that is known, a node ran that version or an older one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ran {
    /// Builds that did or may have run, by their text; unparsable ones have no version.
    pub candidates: Vec<(String, Option<Version>)>,
    /// The version was any up to this one.
    pub at_most: Option<Version>,
    /// Nothing names the version, but it was this one or a later one: the active cluster version allows no older
    /// binary. Never set beside the other two.
    pub at_least: Option<Version>,
    /// Besides the candidates, any build may have run of which nothing is known: that of a process whose logs are
    /// missing.
    pub lost: Option<Lost>,
}

/// Where a process may have run of which nothing is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Lost {
    /// Between two that are known.
    Between,
    /// After the last one that is known.
    After,
}

impl Ran {
    /// Nothing is known.
    #[must_use]
    pub fn is_unknown(&self) -> bool {
        self.candidates.is_empty() && self.at_most.is_none() && self.at_least.is_none()
    }

    /// Exactly this build ran.
    #[must_use]
    pub fn exactly(version: &Version) -> Self {
        Self { candidates: vec![(version.to_string(), Some(version.clone()))], ..Self::default() }
    }

    pub(super) fn of(seen: &RanVersion) -> Self {
        Self { candidates: vec![(seen.text.clone(), seen.version.clone())], ..Self::default() }
    }

    /// Either of the two; one of which nothing is known adds nothing.
    #[must_use]
    pub fn or(mut self, other: Self) -> Self {
        for candidate in other.candidates {
            if !self.candidates.contains(&candidate) {
                self.candidates.push(candidate);
            }
        }
        self.at_most = match (self.at_most, other.at_most) {
            (Some(a), Some(b)) => Some(a.max(b)),
            (a, b) => a.or(b),
        };
        self.at_least = match (self.at_least, other.at_least) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        };
        self.lost = self.lost.max(other.lost);
        self
    }
}

fn from_log(seen: &VersionSeen) -> RanVersion {
    let dated = |time: Time| (!is_undated(seen.time)).then_some(time);
    RanVersion {
        version: seen.version.clone(),
        text: seen.text.clone(),
        from: dated(seen.time),
        until: dated(seen.until),
        source: seen.location.clone(),
        origin: Origin::Log,
        conflict: false,
    }
}

/// The versions of a log that are, or may be, of the node. One of several preambles without an entry between them holds as long as the last one: whose
/// the entries are, nothing tells.
pub(super) fn from_logs(log: &LogSummary, node: Option<NodeId>) -> Vec<RanVersion> {
    let mut versions: Vec<RanVersion> = Vec::new();
    let mut next: Option<(&VersionSeen, Option<Time>)> = None;
    for seen in log.versions.iter().rev().filter(|seen| seen.may_be_of(node)) {
        let mut version = from_log(seen);
        if let Some((_, until)) = next.filter(|(next, _)| next.beside) {
            version.until = version.until.max(until);
        }
        next = Some((seen, version.until));
        versions.push(version);
    }
    versions.reverse();
    versions
}

/// The versions that may have written the entry of a node at a line of a log, as far as the log tells. In one that holds
/// the entries of several nodes, the last preamble may be that of any of them, unless its node is known.
pub(super) fn before(log: &LogSummary, line: u64, node: Option<NodeId>) -> Vec<RanVersion> {
    let several = !log.other_nodes.is_empty();
    let mut found = Vec::new();
    let versions = log.versions.iter().rev().filter(|seen| seen.may_be_of(node));
    for seen in versions.filter(|seen| seen.location.line <= line) {
        if several && seen.of.is_none() {
            return Vec::new();
        }
        found.push(from_log(seen));
        if !seen.beside {
            break;
        }
    }
    found
}

/// What a table or document says of a build. Some name no more than the series (`24.3`), whose builds nobody can tell
/// apart by that: it is read as a build of the series that nobody published.
pub(super) fn told(text: &str) -> Option<Version> {
    Version::parse(text).or_else(|| {
        let whole = Version::parse(&format!("{text}.0"))?;
        (whole.custom.is_none() && whole.pre.is_none())
            .then(|| Version { custom: Some(SERIES_ONLY.to_owned()), ..whole })
    })
}

/// Stands where the patch of a build would.
const SERIES_ONLY: &str = " or another build of this series";

fn is_series_only(version: &RanVersion) -> bool {
    version.version.as_ref().is_some_and(|v| v.custom.as_deref() == Some(SERIES_ONLY))
}

/// The first build of the series of an active cluster version, as written (`24.3`, `24.3-upgrading-to-25.1-step-006`,
/// `22.2-8`). Nothing for a development build's, which is no series.
pub(super) fn oldest_binary(active: &str) -> Option<Version> {
    let series: String =
        active.trim().chars().take_while(|c| c.is_ascii_digit() || *c == '.').collect();
    let (major, minor) = series.split_once('.')?;
    // A testing build of the series is older than its `.0`, and may run with its cluster version.
    Version::parse(&format!("v{major}.{minor}.0-alpha.0"))
}

/// The parts of a stretch of a version in one file that each are of one process, or of processes that follow each other
/// soon: between others any build may have run.
pub(super) fn split(seen: RanVersion, runs: &[Run]) -> Vec<RanVersion> {
    let (Some(_), Some(until)) = (seen.from, seen.until) else { return vec![seen] };
    let mut parts = vec![seen];
    let mut runs: Vec<&Run> = runs.iter().collect();
    runs.sort_small_by_key(|run| (run.from, run.to));
    let mut reached: Option<Time> = None;
    for run in runs {
        if let (Some(end), Some(last)) = (reached, parts.last_mut())
            && run.from > end.plus(SILENCE)
            && last.from.is_some_and(|from| from <= end)
            && run.from <= until
        {
            let next = RanVersion { from: Some(run.from), ..last.clone() };
            last.until = Some(end);
            parts.push(next);
        }
        reached = reached.max(Some(run.to));
    }
    parts
}

/// Whether no other process can have run between two instants: they lie no further apart than a silence, or within the
/// time of one process.
fn holds_on(processes: &[(Time, Time)], from: Time, to: Time) -> bool {
    to <= from.plus(SILENCE) || processes.iter().any(|(start, end)| *start <= from && to <= *end)
}

/// The times between the versions that are known, and up to `seen`, in which a process may have run of which nothing is
/// known.
pub(super) fn lost(
    versions: &[RanVersion],
    processes: &[(Time, Time)],
    seen: Option<Time>,
) -> Vec<Gap> {
    let mut known: Vec<(Time, Time)> =
        versions.iter().filter_map(|seen| seen.from.zip(seen.until)).collect();
    known.sort_small();
    let mut lost = Vec::new();
    let mut reached: Option<Time> = None;
    let ends = seen.map(|seen| (seen, seen));
    for (from, until) in known.into_iter().chain(ends) {
        if let Some(end) = reached
            && from > end
            && !holds_on(processes, end, from)
        {
            lost.push(Gap { from: end, to: from });
        }
        reached = reached.max(Some(until));
    }
    // Without any version that is dated there is nothing between.
    if versions.iter().any(|seen| seen.from.is_some()) { lost } else { Vec::new() }
}

/// By time; what nothing dates comes last, and the most trusted first of what is told of one time.
pub(super) fn order(versions: &mut Vec<RanVersion>, processes: &[(Time, Time)]) {
    // A series says nothing beside a build of that series.
    let series = |v: &RanVersion| v.version.as_ref().map(Version::series);
    let builds: Vec<_> =
        versions.iter().filter(|v| !is_series_only(v)).filter_map(series).collect();
    versions.retain(|v| !is_series_only(v) || series(v).is_none_or(|of| !builds.contains(&of)));
    let key = |v: &RanVersion| (v.from.is_none(), v.from, v.until, v.origin);
    versions.sort_small_by(|a, b| key(a).cmp(&key(b)).then_with(|| a.text.cmp(&b.text)));
    versions.dedup_by(|next, kept| {
        let holds =
            kept.until.zip(next.from).is_none_or(|(until, from)| holds_on(processes, until, from));
        let same = holds && is_same(next, kept);
        if same {
            kept.until = kept.until.max(next.until);
            if next.origin < kept.origin {
                kept.origin = next.origin;
                kept.source = next.source.clone();
            }
        }
        same
    });
    for index in 0..versions.len() {
        let conflict = versions
            .iter()
            .any(|other| !is_same(other, &versions[index]) && overlap(other, &versions[index]));
        versions[index].conflict = conflict;
    }
}

/// Whether two sources name the same build; the `v` before it may be missing.
fn is_same(a: &RanVersion, b: &RanVersion) -> bool {
    match (&a.version, &b.version) {
        (Some(a), Some(b)) => a == b,
        (None, None) => a.text == b.text,
        _ => false,
    }
}

/// Whether two sources speak of the same time. Two that nothing dates both speak of the collection.
fn overlap(a: &RanVersion, b: &RanVersion) -> bool {
    match ((a.from, a.until), (b.from, b.until)) {
        ((Some(from), Some(until)), (Some(other), Some(end))) => from <= end && other <= until,
        ((None, _), (None, _)) => true,
        _ => false,
    }
}

/// The versions that may have run at an instant, from what [`order`] has ordered.
pub(super) fn ran_at(versions: &[RanVersion], processes: &[(Time, Time)], time: Time) -> Ran {
    let all = |known: &mut dyn Iterator<Item = &RanVersion>| known.map(Ran::of).reduce(Ran::or);
    let holds = |seen: &&RanVersion| {
        seen.from.is_some_and(|from| from <= time) && seen.until.is_some_and(|until| time <= until)
    };
    if let Some(ran) = all(&mut versions.iter().filter(holds)) {
        return ran;
    }
    let last = versions.iter().filter_map(|seen| seen.until).filter(|until| *until < time).max();
    let before = all(&mut versions.iter().filter(|seen| last.is_some() && seen.until == last));
    // What nothing dates was so at the collection, after everything that is dated.
    let first = versions.iter().filter_map(|seen| seen.from).filter(|from| *from > time).min();
    let next = || versions.iter().filter(|seen| seen.from == first);
    match before {
        // Between the last word of one version and the first of the next, either may have run, and any other if these
        // are of two processes.
        Some(before) => {
            let mut ran = next().map(Ran::of).fold(before, Ran::or);
            let kind = if next().next().is_some() { Lost::Between } else { Lost::After };
            let holds = last.is_none_or(|last| holds_on(processes, last, first.unwrap_or(time)));
            ran.lost = Some(kind).filter(|_| !holds);
            ran
        }
        None => Ran {
            // What is no number cannot bound anything.
            at_most: next()
                .map(|seen| seen.version.clone())
                .reduce(|a, b| Some(a?.max(b?)))
                .flatten(),
            ..Ran::default()
        },
    }
}

#[cfg(test)]
mod tests {
    use super::super::processes::Name;
    use super::*;

    fn ran(text: &str, times: Option<(i64, i64)>, origin: Origin) -> RanVersion {
        RanVersion {
            version: Version::parse(text),
            text: text.to_owned(),
            from: times.map(|(from, _)| Time(from)),
            until: times.map(|(_, until)| Time(until)),
            source: Location { path: origin.as_str().into(), line: 1, offset: 0 },
            origin,
            conflict: false,
        }
    }

    fn ran_at(versions: &[RanVersion], time: Time) -> Ran {
        super::ran_at(versions, &[], time)
    }

    fn ordered(mut versions: Vec<RanVersion>) -> Vec<RanVersion> {
        order(&mut versions, &[]);
        versions
    }

    fn names(ran: Ran) -> Vec<String> {
        ran.candidates.into_iter().map(|(text, _)| text).collect()
    }

    #[test]
    fn sources_that_agree_are_one_and_the_log_is_named() {
        let versions = ordered(vec![
            ran("24.3.9", Some((5, 100)), Origin::NodeStatus),
            ran("v24.3.9", Some((10, 90)), Origin::Log),
            ran("v24.3.9", None, Origin::BuildInfo),
        ]);
        assert_eq!(versions.len(), 1);
        assert_eq!((versions[0].from, versions[0].until), (Some(Time(5)), Some(Time(100))));
        assert_eq!((versions[0].origin, versions[0].conflict), (Origin::Log, false));
    }

    #[test]
    fn sources_that_disagree_are_both_possible_and_marked() {
        let versions = ordered(vec![
            ran("v24.3.9", Some((10, 90)), Origin::Log),
            ran("v24.3.11", Some((50, 100)), Origin::BuildInfo),
        ]);
        assert!(versions.iter().all(|seen| seen.conflict));
        assert_eq!(names(ran_at(&versions, Time(20))), ["v24.3.9"]);
        assert_eq!(names(ran_at(&versions, Time(60))), ["v24.3.9", "v24.3.11"]);
        assert_eq!(names(ran_at(&versions, Time(95))), ["v24.3.11"]);
    }

    #[test]
    fn a_series_alone_is_no_build_and_contradicts_none_of_its_own() {
        let series = |text| RanVersion {
            version: told(text),
            ..ran(text, Some((95, 95)), Origin::NodeStatus)
        };
        let log = || ran("v24.3.9", Some((10, 90)), Origin::Log);
        assert_eq!(names(ran_at(&ordered(vec![log(), series("24.3")]), Time(95))), ["v24.3.9"]);
        let upgraded = ordered(vec![log(), series("25.1")]);
        assert_eq!(names(ran_at(&upgraded, Time(93))), ["v24.3.9", "25.1"]);
        assert_eq!(told("24.3").map(|v| (v.series(), v.custom.is_some())), Some(((24, 3), true)));
        assert_eq!(told("v24.3.9"), Version::parse("v24.3.9"));
        assert_eq!(told("nightly"), None);
    }

    #[test]
    fn a_version_ends_with_its_process() {
        const FAR: i64 = 2 * SILENCE;
        let log = |from, until| ran("v24.3.11", Some((from, until)), Origin::Log);
        let two = || vec![log(0, 10), log(FAR, FAR + 10)];
        let versions = ordered(two());
        assert_eq!(versions.len(), 2);
        assert_eq!(ran_at(&versions, Time(5)).lost, None);
        let between = ran_at(&versions, Time(SILENCE));
        assert_eq!((names(between.clone()).len(), between.lost), (1, Some(Lost::Between)));
        assert_eq!(ran_at(&versions, Time(FAR + 20)).lost, None, "a silence says nothing");
        assert_eq!(ran_at(&versions, Time(2 * FAR)).lost, Some(Lost::After));
        assert_eq!(lost(&versions, &[], None), [Gap { from: Time(10), to: Time(FAR) }]);
        assert_eq!(
            lost(&versions, &[], Some(Time(2 * FAR)))[1..],
            [Gap { from: Time(FAR + 10), to: Time(2 * FAR) }]
        );
        // One process, of whose files some are missing.
        let one = [(Time(0), Time(FAR + 10))];
        let mut versions = two();
        order(&mut versions, &one);
        assert_eq!((versions.len(), lost(&versions, &one, None).len()), (1, 0));
        assert_eq!(super::ran_at(&versions, &one, Time(SILENCE)).lost, None);
        // Soon after one another.
        assert_eq!(ordered(vec![log(0, 10), log(SILENCE, SILENCE + 5)]).len(), 1);
    }

    #[test]
    fn a_stretch_in_one_file_ends_with_its_process() {
        const FAR: i64 = 2 * SILENCE;
        let run = |from: i64, to: i64| Run {
            name: Name::of("cockroach.log"),
            from: Time(from),
            to: Time(to),
            counters: None,
            builds: None,
        };
        let whole = || ran("v24.3.11", Some((0, FAR + 9)), Origin::Log);
        let times = |parts: Vec<RanVersion>| {
            parts.into_iter().map(|part| (part.from, part.until)).collect::<Vec<_>>()
        };
        let far = [run(FAR, FAR + 9), run(1, 8)];
        assert_eq!(
            times(split(whole(), &far)),
            [(Some(Time(0)), Some(Time(8))), (Some(Time(FAR)), Some(Time(FAR + 9)))]
        );
        assert_eq!(split(whole(), &[run(1, 8), run(SILENCE, FAR)]), [whole()]);
        let early = ran("v24.3.11", Some((0, 5)), Origin::Log);
        assert_eq!(split(early.clone(), &far), [early]);
        assert_eq!(split(whole(), &[]), [whole()]);
    }

    #[test]
    fn an_upgrade_is_no_conflict() {
        let versions = ordered(vec![
            ran("v24.3.9", Some((10, 40)), Origin::Log),
            ran("v24.3.11", Some((100, 100)), Origin::NodeStatus),
        ]);
        assert!(versions.iter().all(|seen| !seen.conflict));
        assert_eq!(names(ran_at(&versions, Time(60))), ["v24.3.9", "v24.3.11"]);
        assert_eq!(ran_at(&versions, Time(5)).at_most, Version::parse("v24.3.9"));
    }

    #[test]
    fn a_version_that_nothing_dates_bounds_everything_before_the_collection() {
        let versions = ordered(vec![ran("v25.4.0", None, Origin::BuildInfo)]);
        let ran = ran_at(&versions, Time(5));
        assert_eq!((ran.at_most, ran.candidates), (Version::parse("v25.4.0"), Vec::new()));
    }

    #[test]
    fn the_active_version_allows_no_older_series() {
        for (active, oldest) in [
            ("24.3", Some("v24.3.0-alpha.0")),
            ("24.3-upgrading-to-25.1-step-006", Some("v24.3.0-alpha.0")),
            ("22.2-8", Some("v22.2.0-alpha.0")),
            ("1000024.3-upgrading-to-1000025.1-step-006", None),
            ("", None),
            ("24", None),
        ] {
            assert_eq!(oldest_binary(active), oldest.and_then(Version::parse), "{active}");
        }
    }
}
