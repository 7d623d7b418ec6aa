//! Which builds ran, as a rule sees them: inside its windows, outside, or not known, now and ever.
//!
//! Two bounds are used. A known binary bounds every other node of its cluster at that time, because only some series share a
//! cluster; and clusters are not downgraded across series, so nothing older than what is known ran later. What ran before the
//! first build that is known is the history of the cluster: it matters to an advisory whose damage stays.

use std::collections::BTreeSet;

use crate::advisories::coverage;
use crate::facts::{Facts, Node, Origin, RanVersion};
use crate::model::{Evidence, LogsLack, NodeId, SortSmall, Tenancy, Tenant, Time, Version};
use crate::scan::SILENCE;

use super::form::rule::{Builds, Rule};
use super::form::windows::{Lies, Series, Window, Windows, can_share};
use super::history::Stated;
use super::say::CLUSTER;
use super::truth::{Missing, Truth};

/// So long before the collection may a build have been seen last that counts as the one that runs now. Ours: an upgrade is
/// planned for a quiet day, and collecting a bundle is a reaction to trouble.
const LATELY: i64 = 24 * 3600 * Time::SECOND;

/// A build of a node, and since and until when.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stretch<'a> {
    /// The node; none of a log that names no node.
    pub(super) node: Option<NodeId>,
    /// What is known of it.
    pub(super) seen: &'a RanVersion,
    /// Whether it is the last one of its node that is known.
    pub(super) now: bool,
}

/// The builds of one virtual cluster, or of the processes that serve it.
pub(super) struct Fleet<'a> {
    facts: &'a Facts,
    tenancy: &'a Tenancy,
    nodes: Vec<(NodeId, &'a Node)>,
    stretches: Vec<Stretch<'a>>,
    /// The last instant that is known.
    end: Option<Time>,
    /// The last instant at which its cluster is known to have worked: when it was collected, or a job's.
    collected: Option<Time>,
}

/// Of whose builds something is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Whose {
    /// One node's.
    Node(NodeId),
    /// Those of everything beside the nodes that are known, and what ran before.
    Rest,
    /// All of them.
    Cluster,
}

/// What is known of builds in relation to windows.
struct Asked {
    now: Truth,
    past: Truth,
}

impl<'a> Fleet<'a> {
    pub(super) fn new(facts: &'a Facts, tenancy: &'a Tenancy) -> Self {
        let nodes: Vec<(NodeId, &Node)> = facts.nodes_of(tenancy).collect();
        let mut stretches = Vec::new();
        for (id, node) in &nodes {
            let last = last(node);
            let now = |seen: &RanVersion| match last {
                None => seen.from.is_none(),
                Some(last) => seen.from.is_none() || seen.until.is_some_and(|until| until >= last),
            };
            // What nothing dates was so at the collection, after everything that is dated.
            let undated = node.versions.iter().any(|seen| seen.from.is_none());
            stretches.extend(node.versions.iter().map(|seen| Stretch {
                node: Some(*id),
                seen,
                now: if undated { seen.from.is_none() } else { now(seen) },
            }));
        }
        let system = Tenancy::new(&tenancy.cluster, &Tenant::system());
        let homeless = facts.builds_without_node.iter();
        let homeless = homeless.filter(|(of, _)| of == tenancy || *of == system);
        stretches.extend(homeless.map(|(_, seen)| Stretch { node: None, seen, now: false }));
        let end = nodes.iter().filter_map(|(_, node)| end(node)).max();
        let end = end.max(stretches.iter().filter_map(|stretch| stretch.seen.until).max());
        let of_cluster = &tenancy.cluster;
        let jobs = facts.jobs.values().filter(|job| job.tenancy.cluster == *of_cluster);
        let worked = jobs.filter_map(|job| job.finished.max(job.created)).max();
        let collected = facts.cluster(of_cluster).collected.max(worked);
        let mut fleet = Self { facts, tenancy, nodes, stretches, end, collected };
        fleet.settle_homeless();
        fleet
    }

    /// A build that no node owns runs now if it was seen at the end of what is known.
    fn settle_homeless(&mut self) {
        let end = self.end;
        for stretch in self.stretches.iter_mut().filter(|stretch| stretch.node.is_none()) {
            let until = stretch.seen.until;
            stretch.now = until.zip(end).is_none_or(|(until, end)| until.plus(SILENCE) >= end);
        }
    }

    pub(super) fn facts(&self) -> &'a Facts {
        self.facts
    }

    /// The last instant at which its cluster is known to have worked, or else the last that is known of it.
    pub(super) fn last(&self) -> Option<Time> {
        self.collected.max(self.end)
    }

    pub(super) fn tenancy(&self) -> &'a Tenancy {
        self.tenancy
    }

    pub(super) fn nodes(&self) -> &[(NodeId, &'a Node)] {
        &self.nodes
    }

    pub(super) fn stretches(&self) -> &[Stretch<'a>] {
        &self.stretches
    }

    /// The stretches of somebody; those without a node are of the rest.
    pub(super) fn of(&self, whose: Whose) -> impl Iterator<Item = &Stretch<'a>> {
        self.stretches.iter().filter(move |stretch| match whose {
            Whose::Node(id) => stretch.node == Some(id),
            Whose::Rest => stretch.node.is_none(),
            Whose::Cluster => true,
        })
    }

    /// Whether something holds of builds.
    pub(super) fn holds(&self, rule: &Rule, asked: Builds, whose: Whose, stated: &Stated) -> Truth {
        if let Builds::OlderNow = asked {
            return self.older(&rule.windows, whose);
        }
        let Asked { now, past } = self.asked(rule, whose, stated);
        match asked {
            Builds::AffectedNow => now,
            Builds::Affected => now.or(past),
            Builds::AffectedBefore => past.and(now.not()),
            Builds::OlderNow => Truth::False,
        }
    }

    /// Whether every build that runs now is older than all windows; of nodes that nothing lists, nothing is asked.
    fn older(&self, windows: &Windows, whose: Whose) -> Truth {
        let Some(first) = windows.first() else { return Truth::False };
        let now: Vec<_> = self.of(whose).filter(|stretch| stretch.now).collect();
        let older = now.iter().map(|stretch| match &stretch.seen.version {
            Some(version) => Truth::from(version.series() < first),
            None => Truth::unknown(self.no_version(stretch.node)),
        });
        if now.is_empty() { Truth::False } else { Truth::all(older) }
    }

    fn asked(&self, rule: &Rule, whose: Whose, stated: &Stated) -> Asked {
        let nodes = || self.nodes.iter().map(|(id, _)| Whose::Node(*id));
        let each: Vec<Asked> = match whose {
            Whose::Node(id) => vec![self.of_node(rule, id)],
            Whose::Rest => vec![self.of_rest(rule, stated)],
            Whose::Cluster => {
                nodes().chain([Whose::Rest]).map(|whose| self.asked(rule, whose, stated)).collect()
            }
        };
        let (now, past): (Vec<_>, Vec<_>) =
            each.into_iter().map(|asked| (asked.now, asked.past)).unzip();
        Asked { now: Truth::any(now), past: Truth::any(past) }
    }

    fn of_node(&self, rule: &Rule, id: NodeId) -> Asked {
        let windows = &rule.windows;
        let of_node = || self.of(Whose::Node(id));
        let mut now = Truth::any(of_node().filter(|s| s.now).map(|s| self.place(windows, s)));
        let mut past = Truth::any(of_node().filter(|s| !s.now).map(|s| self.place(windows, s)));
        let Some((_, node)) = self.nodes.iter().find(|(of, _)| *of == id) else {
            return Asked { now, past };
        };
        // A node that ended before the others were seen last runs nothing now.
        let ended = node.life.until.zip(self.end).is_some_and(|(until, end)| until < end);
        if ended {
            past = past.or(now);
            now = Truth::False;
        } else if node.versions.is_empty() {
            if *windows == Windows::All {
                now = Truth::True;
            } else {
                let at = end(node).or(self.end);
                now = now.or(self.unless_bounded(windows, at, self.no_version(Some(id))));
            }
        }
        if !ended {
            now = now.or(self.since_last(windows, id, node));
        }
        if rule.damage_stays {
            past = past.or(self.gaps(windows, id, node));
        }
        Asked { now, past }
    }

    /// Whether a build in a window may run since the last one of a node that is known: the input was collected so much later
    /// that the node may have been upgraded.
    fn since_last(&self, windows: &Windows, id: NodeId, node: &Node) -> Truth {
        let (Some(collected), Some(last)) = (self.collected, last(node)) else {
            return Truth::False;
        };
        let undated = node.versions.iter().any(|seen| seen.from.is_none());
        if undated || collected <= last.plus(LATELY) {
            return Truth::False;
        }
        let builds = node.versions.iter().filter(|seen| seen.until == Some(last));
        let known = builds.filter_map(|seen| seen.version.as_ref()).max();
        let may_follow = |window: &Window| match known {
            None => true,
            Some(known) if window.series == known.series() => {
                window.to.as_ref().is_none_or(|to| to >= known)
            }
            Some(known) => window.series > known.series(),
        };
        if !windows.list().iter().any(may_follow) {
            return Truth::False;
        }
        let missing = self.builds_then(id, last, collected);
        self.unless_bounded(windows, Some(collected), missing)
    }

    /// Whether a build in a window ran in a time of a node of which nothing names the build.
    fn gaps(&self, windows: &Windows, id: NodeId, node: &Node) -> Truth {
        let mut found = Truth::False;
        for gap in node.unversioned() {
            let ran = node.ran_at(Time(gap.from.0.midpoint(gap.to.0)));
            let known: Vec<Series> = ran
                .candidates
                .iter()
                .filter_map(|(_, version)| version.as_ref().map(Version::series))
                .collect();
            let (Some(oldest), Some(newest)) = (known.iter().min(), known.iter().max()) else {
                continue;
            };
            let between = |series: Series| {
                (*oldest <= series || can_share(series, *oldest))
                    && (series <= *newest || can_share(series, *newest))
            };
            if windows.may_hold(between) {
                found = found.or(Truth::unknown(self.builds_then(id, gap.from, gap.to)));
            }
        }
        let first = node
            .versions
            .iter()
            .filter_map(|seen| Some((seen.from?, seen)))
            .min_by_key(|(at, _)| *at);
        if let (Some((seen, _)), Some((first, version))) = (node.seen, first)
            && first > seen.plus(SILENCE)
            && version.version.as_ref().is_none_or(|v| windows.may_hold(|s| s <= v.series()))
        {
            found = found.or(Truth::unknown(self.builds_then(id, seen, first)));
        }
        found
    }

    fn of_rest(&self, rule: &Rule, stated: &Stated) -> Asked {
        let windows = &rule.windows;
        let homeless = || self.of(Whose::Rest);
        let mut now = Truth::any(homeless().filter(|s| s.now).map(|s| self.place(windows, s)));
        let mut past = Truth::any(homeless().filter(|s| !s.now).map(|s| self.place(windows, s)));
        if *windows == Windows::All {
            let any = self.facts.cluster(&self.tenancy.cluster).any_entry || !self.nodes.is_empty();
            return Asked {
                now: if any { now.or(Truth::True) } else { now.or(self.nothing()) },
                past,
            };
        }
        if self.stretches.is_empty() {
            now = now.or(self.unless_bounded(windows, None, self.no_version(None)));
        }
        if let Some(missing) = self.facts.missing_nodes(self.tenancy) {
            now = now.or(self.unless_bounded(windows, self.end, missing));
        }
        for unread in self.facts.unread.iter().filter(|unread| coverage::is_needed(unread)) {
            let (path, detail) = (unread.path.clone(), unread.detail.clone());
            now = now.or(self.unless_bounded(windows, self.end, Missing::Unread { path, detail }));
        }
        if rule.damage_stays {
            past = past.or(self.history(windows, stated));
        }
        Asked { now, past }
    }

    /// Whether a build in a window ran before the first that is known.
    fn history(&self, windows: &Windows, stated: &Stated) -> Truth {
        let first: Vec<&RanVersion> = self
            .nodes
            .iter()
            .filter_map(|(_, node)| {
                let dated = node.versions.iter().filter(|seen| seen.from.is_some());
                dated.min_by_key(|seen| seen.from).or_else(|| node.versions.first())
            })
            .chain(self.of(Whose::Rest).map(|stretch| stretch.seen))
            .collect();
        let newest = first.iter().map(|seen| seen.version.as_ref().map(Version::series)).max();
        let before = first.iter().filter_map(|seen| seen.from).min();
        if self.is_whole() {
            return Truth::False;
        }
        let holds = |series: Series| {
            newest.flatten().is_none_or(|newest| series <= newest) && stated.may_have_run(series)
        };
        let open = match windows {
            Windows::Some(list) => list
                .iter()
                .any(|window| holds(window.series) && !stated.is_past(window.to.as_ref())),
            windows => windows.may_hold(holds),
        };
        if !open {
            return Truth::False;
        }
        let cluster = self.tenancy.cluster.name().unwrap_or_default().to_owned();
        Truth::unknown(Missing::History { before, cluster })
    }

    /// Whether the builds are known from the creation of the cluster on: its first node joined when its first build was
    /// seen, and so did every other.
    fn is_whole(&self) -> bool {
        let from_birth = |node: &Node| {
            let first = node.versions.iter().filter_map(|seen| seen.from).min();
            let began = node.life.from.zip(first);
            began.is_some_and(|(began, first)| first <= began.plus(SILENCE))
        };
        let first = self.nodes.iter().any(|(id, _)| id.0 == 1);
        first
            && self.facts.all_nodes_known(self.tenancy)
            && self.nodes.iter().all(|(_, node)| from_birth(node))
    }

    /// Not known because of `missing`, but not so where the known builds of the time share no cluster with any in a window.
    fn unless_bounded(&self, windows: &Windows, at: Option<Time>, missing: Missing) -> Truth {
        let beside: BTreeSet<Series> = self
            .stretches
            .iter()
            .filter(|stretch| match (stretch.seen.from, stretch.seen.until, at) {
                (Some(from), Some(until), Some(at)) => {
                    from <= at.plus(SILENCE) && at <= until.plus(SILENCE)
                }
                _ => stretch.now,
            })
            .filter_map(|stretch| stretch.seen.version.as_ref().map(Version::series))
            .collect();
        let may = |series: Series| beside.iter().all(|known| can_share(*known, series));
        if beside.is_empty() || windows.may_hold(may) {
            return Truth::unknown(missing);
        }
        Truth::False
    }

    /// Whether the build of a stretch lies in a window.
    pub(super) fn place(&self, windows: &Windows, stretch: &Stretch<'_>) -> Truth {
        let Some(version) = &stretch.seen.version else {
            return if *windows == Windows::All {
                Truth::True
            } else {
                Truth::unknown(self.no_version(stretch.node))
            };
        };
        match windows.place(version) {
            Lies::Inside => Truth::True,
            Lies::Outside => Truth::False,
            Lies::Unknown => Truth::unknown(Missing::NotNamed {
                build: stretch.seen.text.clone(),
                node: stretch.node.map(|id| coverage::name(self.tenancy, id)),
            }),
        }
    }

    /// The builds of a node in a time that is over, which its logs of then would name.
    fn builds_then(&self, id: NodeId, from: Time, to: Time) -> Missing {
        let need = coverage::logs_need(self.tenancy, [id], Some(from), Some(to), LogsLack::All);
        let bounds = format!(" from {from} to {to}");
        Missing::BuildsThen { node: coverage::name(self.tenancy, id), bounds, need }
    }

    fn no_version(&self, node: Option<NodeId>) -> Missing {
        let nodes = node.map(|id| coverage::name(self.tenancy, id));
        let nodes = vec![nodes.unwrap_or_else(|| "any node".to_owned())];
        Missing::Builds { nodes, bounds: String::new() }
    }

    fn nothing(&self) -> Truth {
        Truth::unknown(self.no_version(None))
    }

    /// The stretches of somebody whose build lies in a window.
    pub(super) fn inside(&self, windows: &Windows, whose: Whose) -> Vec<Stretch<'a>> {
        let inside = |stretch: &&Stretch<'a>| self.place(windows, stretch).holds();
        self.of(whose).filter(inside).copied().collect()
    }

    /// The stretches that a sentence about somebody names: those inside the windows, or where there are none, those that may
    /// be, or else what runs now.
    pub(super) fn concerned(&self, windows: &Windows, whose: Whose) -> Vec<Stretch<'a>> {
        let inside = self.inside(windows, whose);
        if !inside.is_empty() {
            return inside;
        }
        let now: Vec<Stretch<'a>> = self.of(whose).filter(|stretch| stretch.now).copied().collect();
        let open = |stretch: &&Stretch<'a>| self.place(windows, stretch) != Truth::False;
        let may: Vec<Stretch<'a>> = now.iter().filter(open).copied().collect();
        if may.is_empty() { now } else { may }
    }

    /// Names of nodes, for a sentence.
    pub(super) fn names(&self, stretches: &[Stretch<'_>]) -> Vec<String> {
        let mut names: Vec<(Option<NodeId>, String)> = stretches
            .iter()
            .map(|stretch| match stretch.node {
                Some(id) => (Some(id), id.to_string()),
                None if stretch.seen.origin == Origin::Stated => (None, CLUSTER.to_owned()),
                None => (None, "a node that its log does not name".to_owned()),
            })
            .collect();
        names.sort_small();
        names.dedup();
        names.into_iter().map(|(_, name)| name).collect()
    }

    /// The last instant that is known.
    pub(super) fn end(&self) -> Option<Time> {
        self.end
    }

    /// The newest build that runs now.
    pub(super) fn newest(&self) -> Option<&'a Version> {
        self.stretches.iter().filter(|s| s.now).filter_map(|s| s.seen.version.as_ref()).max()
    }

    /// The oldest build that runs now.
    pub(super) fn oldest(&self) -> Option<&'a Version> {
        self.stretches.iter().filter(|s| s.now).filter_map(|s| s.seen.version.as_ref()).min()
    }
}

impl Stretch<'_> {
    /// Whether it is known to have run between two instants. What nothing dates was so at the collection, which may be then.
    pub(super) fn is_within(&self, from: Time, until: Time) -> bool {
        let seen = self.seen.from.zip(self.seen.until);
        seen.is_none_or(|(began, ended)| began <= until && from <= ended)
    }

    /// The place that names the build; none where a person states it.
    pub(super) fn evidence(&self) -> Option<Evidence> {
        (self.seen.origin != Origin::Stated).then(|| Evidence {
            source: self.seen.source.clone(),
            node: self.node,
            time: self.seen.from,
            text: self.seen.text.clone(),
        })
    }
}

/// The last instant at which a build of a node is known.
fn last(node: &Node) -> Option<Time> {
    node.versions.iter().filter_map(|seen| seen.until).max()
}

/// The last instant at which anything of a node is known.
fn end(node: &Node) -> Option<Time> {
    last(node).max(node.seen.map(|(_, last)| last))
}
