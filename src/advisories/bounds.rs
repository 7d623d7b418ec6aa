//! What the builds that are known say of the nodes that were not seen: builds of series far apart share no cluster
//! (`docs/cockroachdb/versions.md#builds-that-share-a-cluster`).

use crate::facts::{ClusterFacts, Facts, Origin, RanVersion};
use crate::ingest::table_at;
use crate::model::{Cluster, Missing, SortSmall, Time, Unread};
use crate::scan::SILENCE;

use super::chains::SERIES_APART;
use super::decision::Declared;
use super::ranges::{Placement, apart};

/// Builds that are named in one sentence.
const NAMED: usize = 5;

/// Returns the first instant of a time in which no node of any cluster can have run an affected build, seen or not; none if
/// one can have. All logs that were read are of that time.
pub(super) fn since(declared: &Declared, facts: &Facts) -> Option<Time> {
    let of_clusters =
        facts.clusters.iter().map(|(cluster, known)| of_cluster(declared, facts, cluster, known));
    of_clusters.reduce(|a, b| Some(a?.min(b?))).flatten()
}

fn of_cluster(
    declared: &Declared,
    facts: &Facts,
    cluster: &Cluster,
    known: &ClusterFacts,
) -> Option<Time> {
    let nodes = || facts.nodes.iter().filter(|((of, _), _)| of.cluster == *cluster);
    let nameless = facts.builds_without_node.iter().filter(|(of, _)| of.cluster == *cluster);
    let builds: Vec<&RanVersion> = nodes()
        .flat_map(|(_, node)| &node.versions)
        .chain(nameless.map(|(_, seen)| seen))
        .collect();
    let from = builds.iter().filter_map(|seen| seen.from).min()?;
    let until = builds.iter().filter_map(|seen| seen.until).max()?;
    let series: Option<Vec<(u16, u16)>> =
        builds.iter().map(|seen| Some(seen.version.as_ref()?.series())).collect();
    let series = series?;
    let (oldest, newest) = (series.iter().min()?, series.iter().max()?);
    let (first, last) = (declared.ranges.first_affected()?, declared.ranges.last_affected()?);
    let seen = || nodes().filter_map(|(_, node)| node.seen);
    // The active version only grows: builds that are too new for affected ones stay so, and those that are too old were so
    // before. So far from them, no row of a job and no chain of backups is of their time either.
    let newer =
        apart(last, *oldest) > SERIES_APART && seen().all(|(first, _)| from <= first.plus(SILENCE));
    let latest = seen().map(|(_, last)| last).chain(known.collected).max();
    let older = apart(*newest, first.series()) > SERIES_APART
        && latest.is_none_or(|latest| latest <= until.plus(SILENCE));
    (newer || older).then_some(from)
}

/// Returns whether it says nothing of a cluster in which no node can have run an affected build that a file is unread: a table
/// or document, which is of no other time. A log may be.
pub(super) fn is_moot(unread: &Unread) -> bool {
    table_at(&unread.path).is_some()
}

/// Returns the sentence beside `not_affected` about nodes that were not seen, and about the time before all that is known.
pub(super) fn sentence(since: Time) -> String {
    format!(
        " Nodes that were not seen cannot have run one either: builds of releases so far apart share no cluster. Which versions ran before {since} is not known; the first version that the cluster ever ran would settle that."
    )
}

/// Returns what is missing of the time before the builds that a person states in place of an input: nothing where no older
/// build is affected, or where the person states the first one.
pub(super) fn before_stated(declared: &Declared, facts: &Facts) -> Option<Missing> {
    let stated = facts.stated.as_ref().filter(|_| declared.history)?;
    let (first, last) = (declared.ranges.first_affected()?, declared.ranges.last_affected()?);
    let newest = stated.builds.iter().max()?;
    let began_after = stated.first.as_ref().is_some_and(|began| began.series() > last);
    let open = newest.series() >= first.series() && !began_after;
    open.then(|| Missing::History { before: None, cluster: String::new() })
}

/// Returns what is missing of nodes that ran an affected build and that no file names.
pub(super) fn nameless(declared: &Declared, facts: &Facts) -> Option<Missing> {
    let harmless = |seen: &RanVersion| {
        let placed = seen.version.as_ref().map(|version| declared.ranges.placement(version));
        placed == Some(Placement::NotAffected)
    };
    let of_files = |seen: &&RanVersion| seen.origin != Origin::Stated;
    let builds = facts.builds_without_node.iter().map(|(_, seen)| seen).filter(of_files);
    let mut named: Vec<String> = builds
        .filter(|seen| !harmless(seen))
        .map(|seen| format!("{} ({})", seen.text, seen.source.path))
        .collect();
    named.sort_small();
    named.dedup();
    let more = named.len().saturating_sub(NAMED);
    named.truncate(NAMED);
    let rest = if more > 0 { format!(", and {more} more") } else { String::new() };
    (!named.is_empty()).then(|| {
        Missing::Fact(format!(
            "the nodes that ran builds which logs name without a node: {}{rest}",
            named.join(", ")
        ))
    })
}
