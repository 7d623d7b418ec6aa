//! Advisories in parts: those of which there is something to look at, those that many facts are missing for, and those
//! that do not concern the input. What is the same of many is said once.

use std::collections::BTreeMap;

use crate::model::{SortSmall, Verdict};

use super::super::Advisory;

/// The advisories of a report in the order in which they are read.
pub struct Parts<'r> {
    /// Those of which everything is said.
    pub shown: Vec<&'r Advisory>,
    /// Those that lack a fact and have no finding.
    pub undecided: Undecided<'r>,
    /// Those that do not concern the input, by the reason.
    pub settled: Vec<Settled<'r>>,
}

/// Advisories that lack a fact and have no finding.
#[derive(Default)]
pub struct Undecided<'r> {
    /// What several of them lack, with their ids.
    pub shared: Vec<(&'r str, Vec<&'r str>)>,
    /// Each of them, with what it lacks beside that.
    pub each: Vec<(&'r Advisory, Vec<&'r str>)>,
}

/// Advisories that do not concern the input for one reason.
pub struct Settled<'r> {
    /// The reason; of several, about any of them.
    pub why: String,
    /// The advisories.
    pub advisories: Vec<&'r Advisory>,
}

/// Parts advisories. The order within a part is theirs.
#[must_use]
pub fn parts(advisories: Vec<&Advisory>) -> Parts<'_> {
    let (settled, others): (Vec<_>, Vec<_>) =
        advisories.into_iter().partition(|advisory| is_settled(advisory));
    let (open, shown): (Vec<_>, Vec<_>) =
        others.into_iter().partition(|advisory| lacks_facts(advisory));
    Parts { shown, undecided: undecided(&open), settled: self::settled(&settled) }
}

/// Whether of an advisory no more has to be said than why: nothing of it is to be looked at.
fn is_settled(advisory: &Advisory) -> bool {
    advisory.verdict == Verdict::NotAffected && advisory.findings.is_empty()
}

/// Whether nothing is known of it but which facts are missing.
fn lacks_facts(advisory: &Advisory) -> bool {
    advisory.verdict == Verdict::CannotTell
        && advisory.findings.is_empty()
        && !advisory.coverage.missing.is_empty()
}

fn undecided<'r>(advisories: &[&'r Advisory]) -> Undecided<'r> {
    let mut by_fact: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for advisory in advisories {
        for missing in &advisory.coverage.missing {
            by_fact.entry(missing).or_default().push(&advisory.id);
        }
    }
    by_fact.retain(|_, ids| ids.len() > 1);
    let own = |advisory: &'r Advisory| {
        let missing = advisory.coverage.missing.iter().map(String::as_str);
        missing.filter(|one| !by_fact.contains_key(one)).collect()
    };
    let each = advisories.iter().map(|advisory| (*advisory, own(advisory))).collect();
    let mut shared: Vec<_> = by_fact.into_iter().collect();
    // What most of them lack comes first.
    shared.sort_small_by(|a, b| b.1.len().cmp(&a.1.len()).then_with(|| a.0.cmp(b.0)));
    Undecided { shared, each }
}

fn settled<'r>(advisories: &[&'r Advisory]) -> Vec<Settled<'r>> {
    let mut all: Vec<Settled<'r>> = Vec::new();
    for advisory in advisories {
        let why = advisory.why.replace(&advisory.id, "any of these");
        match all.iter_mut().find(|settled| settled.why == why) {
            Some(settled) => settled.advisories.push(advisory),
            None => all.push(Settled { why, advisories: vec![advisory] }),
        }
    }
    for settled in &mut all {
        if let [only] = settled.advisories[..] {
            settled.why.clone_from(&only.why);
        }
    }
    all
}

impl Undecided<'_> {
    /// Above them; nothing if there are none.
    #[must_use]
    pub fn heading(&self) -> Option<String> {
        let number = self.each.len();
        (number > 0).then(|| format!("Cannot tell ({number}): something that decides is missing"))
    }

    /// Of how many of them a shared fact is missing, as a sentence begins.
    #[must_use]
    pub fn of(&self, ids: &[&str]) -> String {
        if ids.len() == self.each.len() {
            "Missing for all of them".to_owned()
        } else {
            format!("Missing for {} of them", ids.len())
        }
    }
}

/// Above the advisories that do not concern the input; nothing if there are none.
#[must_use]
pub fn settled_heading(settled: &[Settled<'_>]) -> Option<String> {
    let number: usize = settled.iter().map(|settled| settled.advisories.len()).sum();
    (number > 0).then(|| format!("Not affected ({number})"))
}
