//! From what all subjects of a rule came to, the decision.

use std::collections::BTreeSet;

use crate::advisories::ranges::{Range, Ranges};
use crate::advisories::{Coverage, Decision, Declared};
use crate::model::{Applicability, Finding, SortSmall, Verdict};

use super::form::rule::{Origin, Rule};
use super::form::windows::{Window, Windows};
use super::say;
use super::truth::{Missing, Truth};
use super::view::Ground;

/// What the subjects came to.
#[derive(Default)]
pub(super) struct Come {
    pub(super) findings: Vec<Finding>,
    missing: BTreeSet<Missing>,
    /// The strongest word of any subject.
    word: Option<Verdict>,
    /// What a clean word rests on, where a line says so.
    pub(super) said: Option<String>,
    /// How many subjects are not listed.
    pub(super) more: usize,
}

impl Come {
    /// Adds what one subject came to.
    pub(super) fn add(&mut self, word: Verdict, missing: &BTreeSet<Missing>) {
        self.missing.extend(missing.iter().cloned());
        self.word = self.word.max(Some(word));
    }

    /// The decision.
    pub(super) fn conclude(
        mut self,
        rule: &Rule,
        ground: &Ground<'_>,
        affected: &Truth,
    ) -> Decision {
        self.findings.sort_small_by(|a, b| {
            b.verdict.cmp(&a.verdict).then_with(|| a.subject.cmp(&b.subject))
        });
        let declared = declared(rule);
        let verdict = self.word.unwrap_or(Verdict::NoSign);
        let applicability = match (affected, &rule.windows) {
            (_, Windows::None) if verdict == Verdict::NotAffected => Applicability::NotAffected,
            (Truth::True, _) | (_, Windows::None) => Applicability::Affected,
            (Truth::False, _) => Applicability::NotAffected,
            (Truth::Unknown(_), _) => Applicability::Unknown,
        };
        let first = self.findings.first().and_then(|finding| finding.reasons.first());
        let more = match self.findings.len().saturating_sub(1) + self.more {
            0 => String::new(),
            1 => " One more finding says the like.".to_owned(),
            more => format!(" {more} more findings say the like."),
        };
        let id = &rule.id;
        let why = match verdict {
            Verdict::CannotTell => None,
            Verdict::NotAffected | Verdict::NoSign => Some(match self.said.take() {
                Some(said) => said,
                None if verdict == Verdict::NoSign => {
                    format!("None of the conditions of {id} holds in what was read.")
                }
                None => say::not_affected(rule, ground),
            }),
            _ => first.map(|reason| format!("{}{more}", reason.text)),
        };
        let weakened = self.missing.iter().any(|one| matches!(one, Missing::Unread { .. }));
        let missing = self.missing.into_iter().collect();
        let coverage = Coverage { missing, ..ground.coverage.clone() };
        Decision::of_rule(declared, applicability, verdict, why, coverage, self.findings, weakened)
    }
}

/// What the report repeats of a rule.
pub(super) fn declared(rule: &Rule) -> Declared {
    let range = |window: &Window| Range {
        series: window.series,
        from: window.from.clone(),
        to: window.to.clone(),
        fixed: window.fixed.clone(),
    };
    Declared {
        id: rule.id.clone(),
        title: rule.title.clone(),
        url: rule.url.clone(),
        published: rule.published.clone(),
        basis: rule.basis.as_str(),
        of_user: rule.origin == Origin::User,
        detector: rule.detector.as_ref().map(|detector| detector.name.clone()).unwrap_or_default(),
        severity: rule.severity.clone(),
        history: rule.detector.as_ref().is_some_and(|detector| detector.history),
        ranges: Ranges { affected: rule.windows.list().iter().map(range).collect() },
    }
}

/// A rule whose detector this program does not have decides nothing.
pub(super) fn without_detector(rule: &Rule, name: &str) -> Decision {
    let fact = format!("the detector {name}, which this version does not have");
    let missing = vec![Missing::Fact(fact)];
    let coverage = Coverage { missing, ..Coverage::default() };
    let (applicability, verdict) = (Applicability::Unknown, Verdict::CannotTell);
    Decision::of_rule(declared(rule), applicability, verdict, None, coverage, Vec::new(), false)
}
