//! Rules about rows that a detector derives: all rows of a subject are one finding, and the strongest of what they come to
//! decides.

use std::collections::{BTreeMap, BTreeSet};

use crate::advisories::Decision;
use crate::facts::Facts;
use crate::model::{Evidence, Finding, Guide, Reason, Remediation, SortSmall, Tenancy, Verdict};

use super::builds::{Fleet, Whose};
use super::conclude::declared;
use super::evaluate::{Case, EVIDENCE, Of};
use super::form::rule::{Bound, Limit, Rule};
use super::limits;
use super::relation::{self, Derived, Row};
use super::say;
use super::set::RuleSet;
use super::test;
use super::truth::{Missing, Truth};
use super::view::View;

/// Decides a rule from the rows that its detector derives. `missing` is what the detector lacks beyond them, and `guide` has
/// the sections of steps that the rule names.
pub(super) fn decide(
    rule: &Rule,
    set: &RuleSet,
    facts: &Facts,
    mut missing: Vec<String>,
    guide: &str,
) -> Decision {
    let declared = declared(rule);
    let guide = Guide::parse(guide);
    let mut of_tenancies: BTreeMap<Tenancy, Vec<Box<dyn Derived>>> = BTreeMap::new();
    for group in relation::derived(&rule.subject.from, &declared, facts) {
        of_tenancies.entry(group.subject().tenancy).or_default().push(group);
    }
    let mut findings = Vec::new();
    let mut open = BTreeSet::new();
    for (tenancy, groups) in &of_tenancies {
        let fleet = Fleet::new(facts, tenancy);
        let case = Case::new(rule, set, View { facts, tenancy }, &fleet);
        for group in groups {
            findings.extend(case.of_group(&**group, &guide, &mut open));
        }
    }
    findings
        .sort_small_by(|a, b| b.verdict.cmp(&a.verdict).then_with(|| a.subject.cmp(&b.subject)));
    missing.extend(open.iter().map(ToString::to_string));
    Decision::conclude(&declared, facts, findings, missing)
}

/// What one row comes to.
struct Came<'r> {
    /// Its place in the group.
    place: usize,
    /// Code of the line that decides.
    code: &'r str,
    line: usize,
    word: Verdict,
    /// What bounds the word.
    limits: Vec<&'r Limit>,
}

fn of(row: &Row) -> Of<'_> {
    Of::new(Some(row), Whose::Cluster)
}

impl Case<'_> {
    /// The finding about a group of rows; none where no line holds. The missing facts are added to `open`.
    fn of_group(
        &self,
        group: &dyn Derived,
        guide: &Guide,
        open: &mut BTreeSet<Missing>,
    ) -> Option<Finding> {
        let mut best: Option<Came<'_>> = None;
        for place in 0..group.len() {
            let came = self.came(&group.row(place), place, open);
            // Of two that are as strong the first decides.
            if let Some(came) = came
                && best.as_ref().is_none_or(|best| came.word > best.word)
            {
                best = Some(came);
            }
        }
        let best = best?;
        let row = group.row(best.place);
        let mut reasons = self.reasons(&best, &row);
        reasons.extend(self.notes(group, &best));
        let raised = self.raised(&best, &row);
        let verdict = raised.map_or(best.word, |(word, _)| word);
        if let Some((_, limit)) = raised {
            reasons.insert(0, self.reason(limit, &row));
        }
        Some(Finding {
            advisory: self.rule.id.clone(),
            subject: group.subject(),
            verdict,
            reasons,
            evidence: evidence(group, best.place),
            remediation: self.steps(group, verdict, &row, guide),
            backup: None,
        })
    }

    fn came(&self, row: &Row, place: usize, open: &mut BTreeSet<Missing>) -> Option<Came<'_>> {
        let subject = &self.rule.subject;
        let other = |set: &str, column: &str| self.cell_of(None, set, column);
        let asked = test::all(&subject.filter, &subject.from, row, self.set.patterns(), &other);
        if asked == Truth::False {
            return None;
        }
        let mut best: Option<Came<'_>> = None;
        let mut unknown: Vec<(Verdict, BTreeSet<Missing>)> = Vec::new();
        for (number, line) in self.rule.lines.iter().enumerate() {
            match self.when(&line.when, of(row), false) {
                Truth::False => {}
                Truth::Unknown(missing) => unknown.push((line.verdict, missing)),
                Truth::True => {
                    let limits = self.at_most(line.verdict, &line.code, row);
                    let word = self.bounded(line.verdict, &limits, row);
                    if best.as_ref().is_none_or(|best| word > best.word) {
                        best = Some(Came { place, code: &line.code, line: number, word, limits });
                    }
                    if subject.first {
                        break;
                    }
                }
            }
        }
        let word = best.as_ref().map(|best| best.word);
        let stronger: Vec<_> = unknown
            .into_iter()
            .filter(|(verdict, _)| word.is_none_or(|word| *verdict > word))
            .collect();
        // A clean word does not stand where a stronger one may hold.
        let stands = stronger.is_empty() || word.is_some_and(|word| word > Verdict::Mitigated);
        open.extend(stronger.into_iter().flat_map(|(_, missing)| missing));
        best.filter(|_| stands)
    }

    /// The limits that bound a line from above. What rules the harm out is not bounded.
    fn at_most(&self, word: Verdict, code: &str, row: &Row) -> Vec<&Limit> {
        if word <= Verdict::Cleared {
            return Vec::new();
        }
        let limits = self.rule.limits.iter().filter(|limit| {
            matches!(limit.bound, Bound::AtMost(_))
                && limit.code != code
                && self.when(&limit.when, of(row), false) != Truth::False
        });
        limits.collect()
    }

    fn bounded(&self, word: Verdict, limits: &[&Limit], row: &Row) -> Verdict {
        let most = limits.iter().filter_map(|limit| match limit.bound {
            Bound::AtMost(most) => Some(most),
            Bound::AtLeast(_) => None,
        });
        let word = most.fold(word, Verdict::min);
        if word <= Verdict::Cleared { word } else { limits::limited(word, &row.doubts).0 }
    }

    /// The limit that keeps a word from ruling the harm out, with the word that it gives.
    fn raised(&self, best: &Came<'_>, row: &Row) -> Option<(Verdict, &Limit)> {
        let mut least = self.rule.limits.iter().filter_map(|limit| match limit.bound {
            Bound::AtLeast(least) => Some((least, limit)),
            Bound::AtMost(_) => None,
        });
        least.find(|(least, limit)| {
            best.word <= Verdict::Mitigated
                && *least > best.word
                && self.when(&limit.when, of(row), false) != Truth::False
        })
    }

    fn reason(&self, limit: &Limit, row: &Row) -> Reason {
        Reason { code: limit.code.clone(), text: say::text(self, of(row), &limit.say) }
    }

    /// What decides, and what bounds it.
    fn reasons(&self, best: &Came<'_>, row: &Row) -> Vec<Reason> {
        let line = &self.rule.lines[best.line];
        let text = say::text(self, of(row), &line.say);
        let mut reasons = vec![Reason { code: line.code.clone(), text }];
        reasons.extend(best.limits.iter().map(|limit| self.reason(limit, row)));
        if best.word > Verdict::Cleared {
            reasons.extend(limits::limited(best.word, &row.doubts).1);
        }
        reasons
    }

    /// What is said beside, each once: of the first row for which it holds.
    fn notes(&self, group: &dyn Derived, best: &Came<'_>) -> Vec<Reason> {
        let mut notes: Vec<Option<Reason>> = vec![None; self.rule.notes.len()];
        for place in 0..group.len() {
            let row = group.row(place);
            let of = Of { decided: Some((best.code, best.word)), ..of(&row) };
            for (note, said) in self.rule.notes.iter().zip(&mut notes) {
                if said.is_none() && self.when(&note.when, of, false).holds() {
                    let text = say::text(self, of, &note.say);
                    *said = Some(Reason { code: note.code.clone(), text });
                }
            }
        }
        notes.into_iter().flatten().collect()
    }

    /// What to do, unless the harm is ruled out.
    fn steps(
        &self,
        group: &dyn Derived,
        verdict: Verdict,
        row: &Row,
        guide: &Guide,
    ) -> Vec<Remediation> {
        let mut guides = self.rule.guides.iter().filter(|_| verdict > Verdict::Cleared);
        let section = guides.find(|guided| self.when(&guided.when, of(row), false).holds());
        section.map(|guided| guide.steps(&guided.section, &group.values())).unwrap_or_default()
    }
}

/// The rows, and what else shows what follows from the one that decides.
fn evidence(group: &dyn Derived, place: usize) -> Vec<Evidence> {
    // The rows may be thousands; what decides must not fall behind the limit.
    let rows = (0..group.len()).take(EVIDENCE / 2);
    let mut evidence: Vec<Evidence> = rows.filter_map(|place| group.row(place).evidence).collect();
    evidence.extend(group.beside(place));
    evidence.dedup();
    evidence.truncate(EVIDENCE);
    evidence
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Location, Subject, SubjectKind};
    use crate::rules::form::schema;
    use crate::rules::relation::Cell;

    /// Rows by the words of some columns; the others are absent.
    struct Given(Vec<Vec<(&'static str, Cell)>>);

    impl Derived for Given {
        fn subject(&self) -> Subject {
            Subject { kind: SubjectKind::Job, id: "7".into(), tenancy: Tenancy::default() }
        }

        fn len(&self) -> usize {
            self.0.len()
        }

        fn row(&self, place: usize) -> Row {
            let columns = schema::relation("flush_warning").unwrap().columns;
            let given = |name: &str| self.0[place].iter().find(|(one, _)| *one == name);
            let cell = |column: &schema::Column| {
                given(column.name).map_or(Cell::Absent, |(_, cell)| cell.clone())
            };
            let path = format!("row {place}").as_str().into();
            Row {
                cells: columns.iter().map(cell).collect(),
                id: "7".into(),
                node: None,
                ran: None,
                evidence: Some(Evidence {
                    source: Location { path, line: 1, offset: 0 },
                    node: None,
                    time: None,
                    text: String::new(),
                }),
                redacted: false,
                doubts: Vec::new(),
            }
        }

        fn beside(&self, place: usize) -> Vec<Evidence> {
            self.row(place).evidence.into_iter().collect()
        }

        fn values(&self) -> BTreeMap<&'static str, String> {
            BTreeMap::from([("job_id", "7".to_owned())])
        }
    }

    /// What the rule of A-144650 says of rows, and which facts are missing.
    fn found(rows: Vec<Vec<(&'static str, Cell)>>) -> (Option<Finding>, BTreeSet<Missing>) {
        let (set, facts) = (RuleSet::shipped(), Facts::default());
        let rule = set.get("A-144650").unwrap();
        let tenancy = Tenancy::default();
        let fleet = Fleet::new(&facts, &tenancy);
        let case = Case::new(rule, &set, View { facts: &facts, tenancy: &tenancy }, &fleet);
        let guide = Guide::parse("### Operation not known\n1. [read-only] Look at {job_id}.\n");
        let mut open = BTreeSet::new();
        (case.of_group(&Given(rows), &guide, &mut open), open)
    }

    fn codes(finding: &Finding) -> Vec<&str> {
        finding.reasons.iter().map(|reason| reason.code.as_str()).collect()
    }

    fn warning(words: &[(&'static str, &str)]) -> Vec<(&'static str, Cell)> {
        let words = words.iter().map(|(column, word)| (*column, Cell::text(word)));
        std::iter::once(("kind", Cell::text("warning"))).chain(words).collect()
    }

    #[test]
    fn strongest_row_decides_and_shows_itself() {
        let cleared = warning(&[("end", "failed")]);
        let suspect = warning(&[("end", "succeeded"), ("restarted", "no")]);
        let (finding, open) = found(vec![cleared.clone(), suspect, cleared]);
        let finding = finding.unwrap();
        assert_eq!(
            (finding.verdict, codes(&finding)[0]),
            (Verdict::Suspect, "SUCCEEDED_AFTER_ERROR")
        );
        let paths: Vec<&str> = finding.evidence.iter().map(|one| &*one.source.path).collect();
        assert_eq!(paths, ["row 0", "row 1", "row 2", "row 1"]);
        assert_eq!(finding.remediation[0].text, "Look at 7.");
        assert!(open.is_empty());
    }

    #[test]
    fn what_is_ruled_out_is_bounded_from_below_only() {
        let torn = |run: &str| {
            let mut row = warning(&[("end", "failed"), ("run", run)]);
            row.push(("teardown", Cell::Value(crate::rules::form::rule::Value::Bool(true))));
            found(vec![row]).0.unwrap()
        };
        let covered = torn("covered");
        assert_eq!((covered.verdict, codes(&covered)), (Verdict::Cleared, vec!["JOB_FAILED"]));
        assert_eq!(covered.remediation, []);
        let open = torn("not_covered");
        let both = vec!["RUN_NOT_COVERED", "JOB_FAILED"];
        assert_eq!((open.verdict, codes(&open)), (Verdict::CannotTell, both));
        assert_eq!(open.remediation.len(), 1);
    }

    #[test]
    fn clean_word_does_not_stand_where_a_stronger_line_is_not_known() {
        let missing = Missing::Fact("what MOLT said".into());
        let unknown = ("verify", Cell::Unknown(missing.clone()));
        let mut row = warning(&[("end", "succeeded"), ("restarted", "from_start")]);
        row.push(unknown.clone());
        let (finding, open) = found(vec![row]);
        assert_eq!((finding, open), (None, BTreeSet::from([missing.clone()])));
        let mut row = warning(&[("end", "succeeded"), ("restarted", "no")]);
        row.push(unknown);
        let (finding, open) = found(vec![row]);
        assert_eq!((finding.unwrap().verdict, open), (Verdict::Suspect, BTreeSet::from([missing])));
    }
}
