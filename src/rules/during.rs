//! Whether a build of the windows ran in a time, such as that of a job, on any node that may have had a part in it.
//!
//! Where a node's build of then is not known, every build counts that its cluster allows: what is known of any node at that
//! time or beside it bounds all of them (`docs/cockroachdb/versions.md#builds-that-share-a-cluster`), and so does the active
//! version.

use std::collections::BTreeSet;

use crate::advisories::coverage;
use crate::facts::Ran;
use crate::model::{CollectSmall, NodeId, Time, Version};

use super::builds::{Fleet, Whose};
use super::form::rule::{Builds, Rule};
use super::form::windows::{Lies, Series, Window, Windows, can_share};
use super::history::Stated;
use super::truth::{Missing, Truth};

/// What bounds every node of a cluster in a time.
struct Bounds<'a> {
    /// Builds that ran when it began, or before: afterwards nothing older ran that shares no cluster with them.
    before: BTreeSet<Series>,
    /// Builds that ran when it ended, or after.
    after: BTreeSet<Series>,
    /// The active version of when it began: no binary is older.
    active: Option<Series>,
    stated: &'a Stated,
}

impl Bounds<'_> {
    /// Whether a build of a window can have run.
    fn allow(&self, window: &Window) -> bool {
        let series = window.series;
        let after = self.after.iter().all(|known| series <= *known || can_share(series, *known));
        let before = self.before.iter().all(|known| series >= *known || can_share(series, *known));
        before
            && after
            && self.active.is_none_or(|active| series >= active)
            && self.stated.may_have_run(series)
            && !self.stated.is_past(window.to.as_ref())
    }
}

impl Fleet<'_> {
    /// Whether a build of the windows ran at any time. Of a rule whose damage does not stay, what ran before the first known
    /// build is not asked for otherwise, so it is not known here.
    pub(super) fn ever(&self, rule: &Rule, stated: &Stated) -> Truth {
        let truth = self.holds(rule, Builds::Affected, Whose::Cluster, stated);
        match truth {
            Truth::False if !rule.damage_stays && rule.windows != Windows::None => {
                let cluster = self.tenancy().cluster.name().unwrap_or_default().to_owned();
                Truth::unknown(Missing::History { before: None, cluster })
            }
            truth => truth,
        }
    }

    /// Whether a build of the windows ran on any node between two instants.
    pub(super) fn during(&self, rule: &Rule, stated: &Stated, from: Time, until: Time) -> Truth {
        let windows = &rule.windows;
        match windows {
            Windows::None => return Truth::False,
            Windows::All => return Truth::True,
            Windows::Some(_) => {}
        }
        let bounds = self.bounds(stated, from, until);
        let may = |windows: &Windows| windows.list().iter().any(|window| bounds.allow(window));
        let mut found = Truth::False;
        for (id, node) in self.nodes() {
            let Some((from, until)) = node.life.within(from, until) else { continue };
            for ran in node.ran_between(from, until) {
                found = found.or(self.of_ran(windows, &bounds, *id, &ran, (from, until)));
            }
        }
        for stretch in self.of(Whose::Rest) {
            if stretch.is_within(from, until) {
                found = found.or(self.place(windows, stretch));
            }
        }
        if found == Truth::True || !may(windows) {
            return found;
        }
        let facts = self.facts();
        if self.nodes().is_empty() && self.stretches().is_empty() {
            let (nodes, bounds) = (vec!["any node".to_owned()], format!(" from {from} to {until}"));
            found = found.or(Truth::unknown(Missing::Builds { nodes, bounds }));
        }
        if let Some(missing) = facts.missing_nodes(self.tenancy()) {
            found = found.or(Truth::unknown(missing));
        }
        for unread in facts.unread.iter().filter(|unread| coverage::is_needed(unread)) {
            let (path, detail) = (unread.path.clone(), unread.detail.clone());
            found = found.or(Truth::unknown(Missing::Unread { path, detail }));
        }
        found
    }

    /// Whether one stretch of a node lies in a window, as far as it is known.
    fn of_ran(
        &self,
        windows: &Windows,
        bounds: &Bounds<'_>,
        id: NodeId,
        ran: &Ran,
        (from, until): (Time, Time),
    ) -> Truth {
        let name = || coverage::name(self.tenancy(), id);
        let mut truths: Vec<Truth> = ran
            .candidates
            .iter()
            .map(|(text, version)| match version.as_ref().map(|version| windows.place(version)) {
                Some(Lies::Inside) => Truth::True,
                Some(Lies::Outside) => Truth::False,
                _ => Truth::unknown(Missing::NotNamed { build: text.clone(), node: Some(name()) }),
            })
            .collect();
        let open = ran.candidates.is_empty() || ran.lost.is_some() || ran.at_most.is_some();
        let missing =
            || Missing::Builds { nodes: vec![name()], bounds: format!(" from {from} to {until}") };
        if open || ran.at_least.is_some() {
            let least = ran.at_least.as_ref().map(Version::series);
            let known: BTreeSet<Series> = ran
                .candidates
                .iter()
                .filter_map(|(_, build)| Some(build.as_ref()?.series()))
                .collect_small();
            let near = |series: Series| {
                known.first().is_none_or(|first| series >= *first || can_share(series, *first))
                    && known.last().is_none_or(|last| series <= *last || can_share(series, *last))
            };
            let may = |window: &Window| {
                ran.at_most.as_ref().is_none_or(|most| window.from <= *most)
                    && least.is_none_or(|least| window.series >= least)
                    && near(window.series)
                    && bounds.allow(window)
            };
            let may = windows.list().iter().any(may);
            truths.push(if may { Truth::unknown(missing()) } else { Truth::False });
        }
        // It is certain only if every build that may have run agrees.
        let all = Truth::all(truths.iter().cloned());
        match (all, Truth::any(truths)) {
            (Truth::True, _) => Truth::True,
            (_, Truth::False) => Truth::False,
            (Truth::Unknown(missing), _) | (_, Truth::Unknown(missing)) => Truth::Unknown(missing),
            (Truth::False, Truth::True) => Truth::unknown(missing()),
        }
    }

    fn bounds<'s>(&self, stated: &'s Stated, from: Time, until: Time) -> Bounds<'s> {
        let series = |version: &Option<Version>| version.as_ref().map(Version::series);
        let stretches = || self.stretches().iter().map(|stretch| stretch.seen);
        let known = self.facts().cluster(&self.tenancy().cluster);
        let before = stretches().filter(|seen| seen.from.is_some_and(|began| began <= from));
        // What nothing dates was so when the input was collected.
        let after = stretches().filter(|seen| seen.until.is_none_or(|ended| ended >= until));
        let active_after = known.active.iter().filter(|(at, _)| *at >= until);
        Bounds {
            before: before.filter_map(|seen| series(&seen.version)).collect_small(),
            after: after
                .filter_map(|seen| series(&seen.version))
                .chain(active_after.map(|(_, series)| *series))
                .collect_small(),
            active: known.active_at(from),
            stated,
        }
    }
}
