//! How long a node lived: for that time, and for no other, it owes logs.
//!
//! A node that joined while a job was at work wrote nothing before, and one that was decommissioned before it nothing
//! after. Where nothing shows a beginning or an end, the node lived all along.

use std::collections::BTreeMap;

use crate::model::{Cluster, NodeId, Tenancy, Tenant, Time};
use crate::parse::cluster::ClusterFact;
use crate::scan::SILENCE;

use super::{Facts, Node};

/// So much may the start of a process, as different sources tell it, differ from its first log entry.
pub(super) const SLACK: i64 = 60 * Time::SECOND;

/// What is known of the beginning and the end of a node.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Life {
    /// When it began for the first time; none if it may have lived at any time before.
    pub from: Option<Time>,
    /// When it ended for good, at the latest; none if it may live still.
    pub until: Option<Time>,
    joined: Option<Time>,
    /// A process of it began that was not the first.
    restarted: bool,
    /// First and last instant at which anything but its own logs names it.
    named: Option<(Time, Time)>,
    /// Latest instant of its liveness record.
    renewed: Option<Time>,
    decommissioned: bool,
}

impl Life {
    /// The part of `from..=to` in which it may have lived, if there is any.
    #[must_use]
    pub fn within(&self, from: Time, to: Time) -> Option<(Time, Time)> {
        let from = self.from.map_or(from, |began| from.max(began));
        let to = self.until.map_or(to, |ended| to.min(ended));
        (from <= to).then_some((from, to))
    }

    /// Takes note of a start that the node's own log describes.
    pub(super) fn started(&mut self, time: Time, first: bool) {
        self.learn(&if first { ClusterFact::Joined(time) } else { ClusterFact::Restarted(time) });
    }

    /// Takes note of what a table, a document or an event says of it.
    pub(super) fn learn(&mut self, fact: &ClusterFact) {
        match *fact {
            ClusterFact::Joined(time) => {
                self.joined = Some(self.joined.map_or(time, |known| known.min(time)));
            }
            ClusterFact::Restarted(time) => {
                self.restarted = true;
                self.name(time);
            }
            ClusterFact::Lived(time) | ClusterFact::Ran(time) => self.name(time),
            ClusterFact::Build { started: Some(started), .. } => self.name(started),
            ClusterFact::Liveness { epoch, last, decommissioned } => {
                // Each process of a node begins with the next epoch; the first has 1.
                self.restarted |= epoch.is_some_and(|epoch| epoch > 1);
                self.renewed = self.renewed.max(last);
                self.decommissioned |= decommissioned;
            }
            _ => {}
        }
    }

    fn name(&mut self, time: Time) {
        let (first, last) = self.named.unwrap_or((time, time));
        self.named = Some((first.min(time), last.max(time)));
    }

    /// Takes the beginning and end of `other`, which is the same process under another virtual cluster, unless what is
    /// known here contradicts them.
    fn follow(&mut self, other: &Self, seen: Option<(Time, Time)>) {
        let first = self.first(seen);
        let last = self.named.map(|(_, last)| last).max(seen.map(|(_, last)| last));
        self.from =
            other.from.filter(|began| first.is_none_or(|first| first >= began.plus(-SLACK)));
        self.until = other.until.map(|until| last.map_or(until, |last| last.max(until)));
    }

    /// The first instant at which it lived for certain.
    fn first(&self, seen: Option<(Time, Time)>) -> Option<Time> {
        let named = self.named.map(|(first, _)| first);
        named.into_iter().chain(seen.map(|(first, _)| first)).min()
    }

    /// Decides when it began and ended. `seen` are its own earliest and latest log entry, `begins` when its logs begin
    /// if they do so with the first entry of a process, and `elder` says whether another node lived before an instant.
    /// `listed` says of an instant whether a list of events would name a first start then.
    fn decide(
        &mut self,
        seen: Option<(Time, Time)>,
        begins: Option<Time>,
        elder: impl Fn(Time) -> bool,
        listed: impl Fn(Time) -> bool,
    ) {
        let first = self.first(seen);
        let fits = |began: &Time| first.is_none_or(|first| first >= began.plus(-SLACK));
        // A restart, too, begins to count with 1: only of a node that nothing names before is it the first start.
        let inferred = begins.filter(|began| !self.restarted && elder(*began) && !listed(*began));
        // The banner of a start comes after the first entries.
        let joined = self.joined.map(|joined| {
            let near = |began: &Time| *began <= joined && joined <= began.plus(SILENCE);
            begins.filter(near).unwrap_or(joined)
        });
        self.from = joined.or(inferred).filter(fits);
        self.until = self.renewed.filter(|_| self.decommissioned).map(|renewed| {
            let named = self.named.map_or(renewed, |(_, last)| last.max(renewed));
            seen.map_or(named, |(_, last)| last.max(named))
        });
    }
}

/// Decides of each node when it began and ended, once everything that names it is known. `events` says how far back and
/// forth whole lists of events reach, by cluster.
pub(super) fn settle(facts: &mut Facts, events: &[(Cluster, Time, Time)]) {
    let firsts: Vec<(Cluster, NodeId, Time)> = facts
        .nodes
        .iter()
        .filter_map(|((of, id), node)| Some((of.cluster.clone(), *id, node.seen?.0)))
        .collect();
    let decide = |tenancy: &Tenancy, id: NodeId, node: &mut Node| {
        let elder = |time: Time| {
            firsts
                .iter()
                .any(|(of, other, first)| *of == tenancy.cluster && *other != id && *first < time)
        };
        let listed = |time: Time| {
            let mut reaches = events.iter().filter(|(of, ..)| *of == tenancy.cluster);
            reaches.any(|(_, from, to)| (*from..=*to).contains(&time))
        };
        node.life.decide(node.seen, node.begins(), elder, listed);
    };
    let mut nodes = std::mem::take(&mut facts.nodes);
    let mut lives = BTreeMap::new();
    for ((tenancy, id), node) in &mut nodes {
        if tenancy.tenant == Tenant::system() {
            decide(tenancy, *id, node);
            lives.insert((tenancy.cluster.clone(), *id), node.life.clone());
        }
    }
    for ((tenancy, id), node) in &mut nodes {
        if tenancy.tenant == Tenant::system() {
            continue;
        }
        match lives.get(&(tenancy.cluster.clone(), *id)) {
            // One process serves the system tenant and the virtual cluster.
            Some(life) if !facts.is_served_by_pods(tenancy) => node.life.follow(life, node.seen),
            _ => decide(tenancy, *id, node),
        }
    }
    facts.nodes = nodes;
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: i64 = 3600 * Time::SECOND;

    fn hour(hour: i64) -> Time {
        Time(hour * HOUR)
    }

    /// The beginning of a node whose logs begin with the first entry of a process at hour 5.
    fn began(facts: &[ClusterFact], elder: bool, listed: bool) -> Option<Time> {
        let mut life = Life::default();
        facts.iter().for_each(|fact| life.learn(fact));
        life.decide(Some((hour(5), hour(9))), Some(hour(5)), |_| elder, |_| listed);
        life.from
    }

    #[test]
    fn logs_that_begin_with_a_process_are_a_first_start_only_where_nothing_is_older() {
        let epoch =
            |epoch| ClusterFact::Liveness { epoch: Some(epoch), last: None, decommissioned: false };
        assert_eq!(began(&[], true, false), Some(hour(5)));
        assert_eq!(began(&[epoch(1)], true, false), Some(hour(5)));
        assert_eq!(began(&[], false, false), None, "no other node is older: all began anew");
        assert_eq!(
            began(&[], true, true),
            None,
            "a list of events reaches there and names no start"
        );
        for fact in [
            epoch(2),
            ClusterFact::Lived(hour(4)),
            ClusterFact::Ran(hour(4)),
            ClusterFact::Restarted(hour(5)),
        ] {
            assert_eq!(began(std::slice::from_ref(&fact), true, false), None, "{fact:?}");
        }
    }

    #[test]
    fn an_event_of_the_first_start_needs_no_log() {
        let joined = |hour: i64| ClusterFact::Joined(Time(hour * HOUR));
        assert_eq!(began(&[joined(5)], false, true), Some(hour(5)));
        assert_eq!(began(&[joined(7)], false, true), None, "its own log is older");
        assert_eq!(began(&[joined(5), ClusterFact::Ran(hour(2))], false, true), None);
    }

    #[test]
    fn only_a_decommissioned_node_has_an_end_and_nothing_of_it_is_later() {
        let ended = |facts: &[ClusterFact], seen| {
            let mut life = Life::default();
            facts.iter().for_each(|fact| life.learn(fact));
            life.decide(seen, None, |_| true, |_| false);
            life.until
        };
        let record =
            |last, decommissioned| ClusterFact::Liveness { epoch: None, last, decommissioned };
        assert_eq!(ended(&[record(Some(hour(3)), true)], None), Some(hour(3)));
        assert_eq!(ended(&[record(Some(hour(3)), false)], None), None);
        assert_eq!(ended(&[record(None, true)], None), None, "when, nothing says");
        let later = [record(Some(hour(3)), true), record(Some(hour(4)), false)];
        assert_eq!(ended(&later, None), Some(hour(4)));
        assert_eq!(ended(&later, Some((hour(1), hour(6)))), Some(hour(6)));
        let named = [record(Some(hour(3)), true), ClusterFact::Ran(hour(8))];
        assert_eq!(ended(&named, None), Some(hour(8)));
    }

    #[test]
    fn a_node_owes_what_lies_in_its_life() {
        let life = Life { from: Some(hour(2)), until: Some(hour(6)), ..Life::default() };
        assert_eq!(life.within(hour(0), hour(9)), Some((hour(2), hour(6))));
        assert_eq!(life.within(hour(7), hour(9)), None);
        assert_eq!(life.within(hour(0), hour(1)), None);
        assert_eq!(Life::default().within(hour(0), hour(9)), Some((hour(0), hour(9))));
    }
}
