//! The smallest moves to builds with fewer faults, asked of the windows of all rules.
//!
//! A target is a build that a rule names as the first without its fault: the newest of the series that runs, and of the series
//! to which the cluster can go next. What that build itself is affected by comes out of the same windows.

use std::collections::BTreeSet;

use crate::advisories::Decision;
use crate::facts::Facts;
use crate::model::{Cluster, SortSmall, Tenancy, Tenant, Verdict, Version};

use super::builds::{Fleet, Whose};
use super::form::rule::{Builds, Origin, Rule, When};
use super::form::windows::{Lies, Series, Windows, can_share, follow, is_offered};
use super::set::RuleSet;

/// A move of a cluster to another build.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Move {
    /// The cluster.
    pub cluster: Cluster,
    /// Builds that run now, the oldest first.
    pub from: Vec<Version>,
    /// The build to go to.
    pub to: Version,
    /// Ids of the rules in whose windows a build of now lies, and that one not.
    pub leaves: Vec<String>,
    /// Ids of the rules in whose windows that one lies as well, and of those whose damage stays.
    pub keeps: Vec<String>,
    /// Ids of the rules in whose windows that one lies, or may lie, and no build of now, and of those about such an upgrade.
    pub checks_first: Vec<String>,
}

impl RuleSet {
    /// The smallest moves, by cluster: to the newest build of its series that is known to be without a fault, and to that of
    /// the next series. None where no build is known, and none that leaves nothing.
    #[must_use]
    pub fn moves(&self, facts: &Facts, decisions: &[Decision]) -> Vec<Move> {
        let rules: Vec<&Rule> =
            self.rules().iter().filter(|rule| rule.origin == Origin::Shipped).collect();
        let mut moves = Vec::new();
        for cluster in facts.clusters.keys() {
            let system = Tenancy::new(cluster, &Tenant::system());
            let fleet = Fleet::new(facts, &system);
            let now = fleet.of(Whose::Cluster).filter(|stretch| stretch.now);
            let mut from: Vec<Version> =
                now.filter_map(|stretch| stretch.seen.version.clone()).collect();
            from.sort_small();
            from.dedup();
            for to in targets(&rules, &from) {
                let one = judge(&rules, decisions, cluster, &from, to);
                if !one.leaves.is_empty() {
                    moves.push(one);
                }
            }
        }
        moves
    }
}

/// The builds to go to: one of the series of the newest that runs, and one of the next to which all that run can go.
fn targets(rules: &[&Rule], from: &[Version]) -> Vec<Version> {
    let (Some(oldest), Some(newest)) = (from.first(), from.last()) else { return Vec::new() };
    let series = newest.series();
    let mut targets = Vec::new();
    targets.extend(best(rules, series).filter(|best| best > newest));
    let reachable = |next: &Series| can_share(oldest.series(), *next);
    targets.extend(follow(series).filter(reachable).find_map(|next| best(rules, next)));
    targets
}

/// The build of a series that lies in the fewest windows of those that are named as fixes; of several the newest.
fn best(rules: &[&Rule], series: Series) -> Option<Version> {
    let fixes = rules.iter().flat_map(|rule| rule.windows.list()).map(|window| &window.fixed);
    let mut offered: Vec<&Version> = fixes
        .filter(|fixed| fixed.series() == series && fixed.pre.is_none() && is_offered(fixed))
        .collect();
    offered.sort_small();
    offered.dedup();
    let faults = |version: &Version| {
        rules.iter().filter(|rule| lies(&rule.windows, version) != Lies::Outside).count()
    };
    offered.into_iter().rev().min_by_key(|version| faults(version)).cloned()
}

/// Where a build lies in the windows of a rule that names builds.
fn lies(windows: &Windows, version: &Version) -> Lies {
    match windows {
        // Which build runs makes no difference.
        Windows::None | Windows::All => Lies::Outside,
        Windows::Some(_) => windows.place(version),
    }
}

fn judge(
    rules: &[&Rule],
    decisions: &[Decision],
    cluster: &Cluster,
    from: &[Version],
    to: Version,
) -> Move {
    let (mut leaves, mut keeps, mut first) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
    for rule in rules {
        let now = from.iter().any(|version| lies(&rule.windows, version) != Lies::Outside);
        let then = lies(&rule.windows, &to);
        let of_rule = decisions.iter().find(|decision| decision.declared.id == rule.id);
        let verdict = of_rule.map_or(Verdict::NotAffected, |decision| decision.verdict);
        let affected_before = verdict > Verdict::CannotTell;
        let list = match (now, then) {
            (true, Lies::Outside) => Some(&mut leaves),
            (true, _) => Some(&mut keeps),
            (false, Lies::Outside) => None,
            (false, _) => Some(&mut first),
        };
        list.into_iter().for_each(|list| {
            list.insert(rule.id.clone());
        });
        if rule.damage_stays && (affected_before || now && verdict == Verdict::CannotTell) {
            keeps.insert(rule.id.clone());
        }
        // It says itself what an upgrade of an older build does.
        let enters = rule.windows.first().is_some_and(|window| window <= to.series());
        if enters && affected_before && !now && rule.lines.iter().any(|line| older(&line.when)) {
            first.insert(rule.id.clone());
        }
    }
    let ids = |all: BTreeSet<String>| all.into_iter().collect();
    Move {
        cluster: cluster.clone(),
        from: from.to_vec(),
        to,
        leaves: ids(leaves),
        keeps: ids(keeps),
        checks_first: ids(first),
    }
}

/// Whether a condition asks for builds that are older than all windows.
fn older(when: &When) -> bool {
    match when {
        When::Builds(asked) => *asked == Builds::OlderNow,
        When::All(each) | When::Any(each) => each.iter().any(older),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::form::load;

    fn rule(id: &str, affected: &str, more: &str) -> Rule {
        let text = format!(
            "id = \"{id}\"\ntitle = \"X\"\nurl = \"https://www.cockroachlabs.com/docs/advisories/x\"\npublished = 2023-01-01\nseverity = \"other\"\nbasis = \"running-version\"\naffected = [{affected}]\n{more}[[line]]\nverdict = \"exposed\"\nwhen = \"affected.now\"\ncode = \"X\"\nsay = \"x\"\n"
        );
        load::load("a.toml", &text, Origin::Shipped).unwrap()
    }

    fn moves(rules: &[Rule], from: &[&str]) -> Vec<String> {
        let rules: Vec<&Rule> = rules.iter().collect();
        let from: Vec<Version> = from.iter().map(|text| Version::parse(text).unwrap()).collect();
        let cluster = Cluster::default();
        let each = targets(&rules, &from).into_iter().map(|to| {
            let one = judge(&rules, &[], &cluster, &from, to);
            let said = |ids: &[String]| ids.join(" ");
            format!(
                "{}: leaves {}; keeps {}; checks {}",
                one.to,
                said(&one.leaves),
                said(&one.keeps),
                said(&one.checks_first)
            )
        });
        each.collect()
    }

    const OLD: &str =
        "{ series = \"22.2\", from = \"22.2.0\", to = \"22.2.6\", fixed = \"22.2.7\" }";
    /// Its fix in 22.2 was withdrawn.
    const WITHDRAWN: &str =
        "{ series = \"22.2\", from = \"22.2.0\", to = \"22.2.7\", fixed = \"22.2.8\" }";
    /// Only the next series has the fix, and there the one that runs first has another fault.
    const NEXT: &str = "{ series = \"22.2\", from = \"22.2.0\", fixed = \"23.1.9\" }";
    const REGRESSED: &str =
        "{ series = \"23.1\", from = \"23.1.9\", to = \"23.1.9\", fixed = \"23.1.10\" }";

    #[test]
    fn upgrade_leaves_windows_and_keeps_what_has_no_fix_in_the_series() {
        let rules = [rule("A-1", OLD, ""), rule("A-2", NEXT, "")];
        assert_eq!(
            moves(&rules, &["v22.2.3"]),
            ["v22.2.7: leaves A-1; keeps A-2; checks ", "v23.1.9: leaves A-1 A-2; keeps ; checks "]
        );
    }

    #[test]
    fn upgrade_never_goes_to_a_withdrawn_build() {
        let rules = [rule("A-1", OLD, ""), rule("A-2", WITHDRAWN, "")];
        assert_eq!(moves(&rules, &["v22.2.3"]), ["v22.2.7: leaves A-1; keeps A-2; checks "]);
    }

    #[test]
    fn upgrade_names_the_fault_that_a_fix_brings() {
        let rules = [rule("A-2", NEXT, ""), rule("A-3", REGRESSED, "")];
        assert_eq!(moves(&rules, &["v22.2.9"]), ["v23.1.10: leaves A-2; keeps ; checks "]);
        let only = "{ series = \"23.1\", from = \"23.1.9\", fixed = \"23.2.0\" }";
        let rules = [rule("A-2", NEXT, ""), rule("A-3", only, "")];
        assert_eq!(moves(&rules, &["v22.2.9"]), ["v23.1.9: leaves A-2; keeps ; checks A-3"]);
    }

    #[test]
    fn upgrade_passes_over_no_series_that_cannot_share_the_cluster() {
        let far = "{ series = \"22.2\", from = \"22.2.0\", fixed = \"24.1.0\" }";
        assert_eq!(moves(&[rule("A-1", far, "")], &["v22.2.3"]), [] as [&str; 0]);
        assert_eq!(moves(&[rule("A-1", OLD, "")], &[]), [] as [&str; 0]);
    }
}
