//! Rules about rows that a detector derives: all rows of a subject are one finding, and the strongest verdict decides.

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};

use crate::advisories::Decision;
use crate::facts::Facts;
use crate::model::{Finding, LayerMark, Reason, Remediation, SortSmall, Tenancy, Verdict};

use super::builds::{Fleet, Whose};
use super::conclude::declared;
use super::evaluate::{Case, Of};
use super::form::rule::{Bound, Limit, Rule, Value, When};
use super::limits;
use super::relation::{self, Derived, Row, Told};
use super::say;
use super::set::RuleSet;
use super::test;
use super::truth::{Missing, Truth};
use super::view::View;

/// Decides a rule from the rows that its detector derives. `missing` are the facts that the detector lacks beyond them.
pub(super) fn decide(
    rule: &Rule,
    set: &RuleSet,
    facts: &Facts,
    mut missing: Vec<Missing>,
) -> Decision {
    let declared = declared(rule);
    let mut of_tenancies: BTreeMap<Tenancy, Vec<Box<dyn Derived>>> = BTreeMap::new();
    for group in relation::derived(&rule.subject.from, &declared, facts) {
        of_tenancies.entry(group.subject().tenancy).or_default().push(group);
    }
    let fleets: Vec<Fleet<'_>> =
        of_tenancies.keys().map(|tenancy| Fleet::new(facts, tenancy)).collect();
    let case = |fleet| Case::new(rule, set, View { facts, tenancy: Fleet::tenancy(fleet) }, fleet);
    let cases: Vec<Case<'_>> = fleets.iter().map(case).collect();
    let mut open = BTreeSet::new();
    let mut layers = BTreeSet::new();
    let mut outcomes: Vec<Vec<Outcome<'_>>> = Vec::new();
    for (case, groups) in cases.iter().zip(of_tenancies.values()) {
        let mut of_tenancy = case.outcomes(groups);
        for outcome in &mut of_tenancy {
            open.append(&mut outcome.open);
            layers.extend(outcome.marks.drain(..));
        }
        outcomes.push(of_tenancy);
    }
    // A restore may have read a chain of another cluster, so the parts of all layers are needed for each finding.
    let mut findings: Vec<Finding> = Vec::new();
    for ((case, groups), outcomes) in cases.iter().zip(of_tenancies.values()).zip(&outcomes) {
        let both = groups.iter().zip(outcomes);
        findings.extend(both.filter_map(|(group, one)| case.finding_of(&**group, one, &layers)));
    }
    findings
        .sort_small_by(|a, b| b.verdict.cmp(&a.verdict).then_with(|| a.subject.cmp(&b.subject)));
    missing.extend(open);
    let mut decision = Decision::conclude(&declared, facts, findings, missing);
    decision.layers = layers.into_iter().collect();
    decision
}

/// The verdict of one row.
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

/// The verdicts of the rows of one group.
#[derive(Default)]
struct Outcome<'r> {
    /// Those that the finding tells, the strongest first.
    told: Vec<Came<'r>>,
    /// Places of the others.
    untold: Vec<usize>,
    /// Parts that layers of backup chains play.
    marks: Vec<LayerMark>,
    /// Facts that would decide.
    open: BTreeSet<Missing>,
    /// Whether a line asked whether anything holds of other rows.
    asks: bool,
}

/// Columns with the values of rows of which a line holds.
type Said = BTreeSet<(String, String)>;

/// Evaluates a condition `unsaid`.
type Unsaid<'r> = &'r dyn Fn(&str, &Row) -> bool;

fn of(row: &Row) -> Of<'_> {
    Of::new(Some(row), Whose::Cluster)
}

impl Case<'_> {
    /// Evaluates the groups of one virtual cluster.
    fn outcomes(&self, groups: &[Box<dyn Derived + '_>]) -> Vec<Outcome<'_>> {
        let columns = asked_columns(self.rule);
        let mut said = Said::new();
        let mut outcomes: Vec<Outcome<'_>> = groups
            .iter()
            .map(|group| self.evaluated(&**group, None, &columns, &mut said))
            .collect();
        let unsaid = |column: &str, row: &Row| {
            let text = self.text_in(row, column);
            text.is_some_and(|text| !said.contains(&(column.to_owned(), text)))
        };
        let mut rest = Said::new();
        for (group, outcome) in groups.iter().zip(&mut outcomes).filter(|(_, one)| one.asks) {
            *outcome = self.evaluated(&**group, Some(&unsaid), &columns, &mut rest);
        }
        outcomes
    }

    fn text_in(&self, row: &Row, column: &str) -> Option<String> {
        match row.cell(&self.rule.subject.from, column) {
            Some(relation::Cell::Value(Value::Text(text))) => Some(text.clone()),
            _ => None,
        }
    }

    /// Evaluates the rows of a group. Without `unsaid` a condition of that kind does not hold and the outcome takes note that it
    /// was asked; the values of `columns` in other rows of which a line holds are added to `said`.
    fn evaluated(
        &self,
        group: &dyn Derived,
        unsaid: Option<Unsaid<'_>>,
        columns: &[&str],
        said: &mut Said,
    ) -> Outcome<'_> {
        let tells = self.rule.subject.tells as usize;
        let mut outcome = Outcome::default();
        for place in 0..group.len() {
            let row = group.row(place);
            let asked = Cell::new(false);
            let asks = |column: &str| match unsaid {
                Some(unsaid) => unsaid(column, &row),
                None => {
                    asked.set(true);
                    false
                }
            };
            let came = self.came(Of { unsaid: Some(&asks), ..of(&row) }, &row, &mut outcome.open);
            if asked.get() {
                outcome.asks = true;
                continue;
            }
            let Some((code, line, word, limits)) = came else { continue };
            let texts = columns
                .iter()
                .filter_map(|column| Some(((*column).to_owned(), self.text_in(&row, column)?)));
            said.extend(texts);
            outcome.marks.extend(group.marks(place, word));
            // Of two that are as strong the first stays first.
            let at = outcome.told.partition_point(|kept| kept.word >= word);
            if at < tells {
                outcome.told.insert(at, Came { place, code, line, word, limits });
                let weakest = outcome.told.len().checked_sub(tells + 1);
                let last = weakest.and_then(|_| outcome.told.pop());
                outcome.untold.extend(last.map(|came| came.place));
            } else {
                outcome.untold.push(place);
            }
        }
        outcome
    }

    fn finding_of(
        &self,
        group: &dyn Derived,
        outcome: &Outcome<'_>,
        marks: &BTreeSet<LayerMark>,
    ) -> Option<Finding> {
        let best = outcome.told.first()?;
        let row = group.row(best.place);
        let mut reasons = self.all_reasons(group, outcome);
        let raised = self.raised(best, &row);
        let verdict = raised.map_or(best.word, |(word, _)| word);
        if let Some((_, limit)) = raised {
            reasons.insert(0, self.reason(limit, &row));
        }
        let places = outcome.told.iter().map(|came| came.place).collect();
        let told = Told { places, untold: outcome.untold.clone() };
        let backup = group.backup(&told, marks);
        let values = || group.values(backup.as_ref());
        let remediation = self.steps(verdict, &row, values);
        Some(Finding {
            advisory: self.rule.id.clone(),
            subject: group.subject(),
            verdict,
            reasons,
            evidence: group.evidence(&told),
            remediation,
            backup,
        })
    }

    /// The reasons of all rows that are told, each once, and the notes.
    fn all_reasons(&self, group: &dyn Derived, outcome: &Outcome<'_>) -> Vec<Reason> {
        let mut reasons: Vec<Reason> = Vec::new();
        let one_row = self.rule.subject.tells == 1;
        for came in &outcome.told {
            let row = group.row(came.place);
            let mut own = self.reasons(came, &row);
            let places = if one_row { 0..group.len() } else { came.place..came.place + 1 };
            own.extend(self.notes(group, places, came, 0));
            let first = reasons.is_empty();
            own.retain(|reason| first || !reasons.contains(reason));
            reasons.extend(own);
        }
        // With one row, every finding would leave rows untold: the notes are about all of them.
        if let Some(best) = outcome.told.first().filter(|_| !one_row && !outcome.untold.is_empty())
        {
            let places = best.place..best.place + 1;
            let mut notes = self.notes(group, places, best, outcome.untold.len());
            notes.retain(|reason| !reasons.contains(reason));
            reasons.extend(notes);
        }
        reasons
    }

    /// The code and place of the line that decides a row, its verdict after all limits, and the limits.
    fn came<'s>(
        &'s self,
        of: Of<'_>,
        row: &Row,
        open: &mut BTreeSet<Missing>,
    ) -> Option<(&'s str, usize, Verdict, Vec<&'s Limit>)> {
        let subject = &self.rule.subject;
        let other = |set: &str, column: &str| self.cell_of(None, set, column);
        let asked = test::all(&subject.filter, &subject.from, row, self.set.patterns(), &other);
        if asked == Truth::False {
            return None;
        }
        let mut best: Option<(&str, usize, Verdict, Vec<&Limit>)> = None;
        let mut unknown: Vec<(Verdict, BTreeSet<Missing>)> = Vec::new();
        for (number, line) in self.rule.lines.iter().enumerate() {
            match self.when(&line.when, of, false) {
                Truth::False => {}
                Truth::Unknown(missing) => unknown.push((line.verdict, missing)),
                Truth::True => {
                    let limits = self.at_most(line.verdict, &line.code, row);
                    let word = self.bounded(line.verdict, &limits, row);
                    if best.as_ref().is_none_or(|best| word > best.2) {
                        best = Some((&line.code, number, word, limits));
                    }
                    if subject.first {
                        break;
                    }
                }
            }
        }
        let word = best.as_ref().map(|best| best.2);
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
        let of = Of { decided: Some((code, word)), ..of(row) };
        let limits = self.rule.limits.iter().filter(|limit| {
            matches!(limit.bound, Bound::AtMost(_))
                && limit.code != code
                && self.when(&limit.when, of, false) != Truth::False
        });
        limits.collect()
    }

    fn bounded(&self, word: Verdict, limits: &[&Limit], row: &Row) -> Verdict {
        let word = limits.iter().filter_map(|limit| most(limit)).fold(word, Verdict::min);
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
        say::reason(self, of(row), &limit.code, &limit.say)
    }

    /// What decides, and what bounds it: of limits with one code the first.
    fn reasons(&self, came: &Came<'_>, row: &Row) -> Vec<Reason> {
        let line = &self.rule.lines[came.line];
        let mut limits: Vec<&Limit> = Vec::new();
        for limit in &came.limits {
            if !limits.iter().any(|known| known.code == limit.code) {
                limits.push(limit);
            }
        }
        let lowers = |limit: &&Limit| most(limit).is_some_and(|most| most < line.verdict);
        let lead = self.rule.subject.limits_lead;
        let (before, after): (Vec<&Limit>, Vec<&Limit>) =
            limits.into_iter().partition(|limit| lead && lowers(limit));
        let mut reasons: Vec<Reason> =
            before.into_iter().map(|limit| self.reason(limit, row)).collect();
        reasons.push(say::reason(self, of(row), &line.code, &line.say));
        reasons.extend(after.into_iter().map(|limit| self.reason(limit, row)));
        if came.word > Verdict::Cleared {
            reasons.extend(limits::limited(came.word, &row.doubts).1);
        }
        reasons
    }

    /// The notes, each once: of the first of some rows for which it holds.
    fn notes(
        &self,
        group: &dyn Derived,
        places: std::ops::Range<usize>,
        came: &Came<'_>,
        untold: usize,
    ) -> Vec<Reason> {
        let mut notes: Vec<Option<Reason>> = vec![None; self.rule.notes.len()];
        for place in places {
            let row = group.row(place);
            let of = Of { decided: Some((came.code, came.word)), untold, ..of(&row) };
            for (note, said) in self.rule.notes.iter().zip(&mut notes) {
                if said.is_none() && self.when(&note.when, of, false).holds() {
                    *said = Some(say::reason(self, of, &note.code, &note.say));
                }
            }
        }
        notes.into_iter().flatten().collect()
    }

    /// What to do, unless the harm is ruled out.
    fn steps(
        &self,
        verdict: Verdict,
        row: &Row,
        values: impl Fn() -> BTreeMap<&'static str, String>,
    ) -> Vec<Remediation> {
        let mut guides = self.rule.guides.iter().filter(|_| verdict > Verdict::Cleared);
        let section = guides.find(|guided| self.when(&guided.when, of(row), false).holds());
        let steps = |section: &str| self.rule.guide.steps(section, &values());
        section.map(|guided| steps(&guided.section)).unwrap_or_default()
    }
}

fn most(limit: &Limit) -> Option<Verdict> {
    match limit.bound {
        Bound::AtMost(most) => Some(most),
        Bound::AtLeast(_) => None,
    }
}

/// The columns that conditions `unsaid` of a rule name.
fn asked_columns(rule: &Rule) -> Vec<&str> {
    fn add<'r>(when: &'r When, columns: &mut Vec<&'r str>) {
        match when {
            When::Unsaid(column) if !columns.contains(&column.as_str()) => columns.push(column),
            When::All(each) | When::Any(each) => each.iter().for_each(|one| add(one, columns)),
            When::Not(one) | When::Unless(one) => add(one, columns),
            _ => {}
        }
    }
    let mut columns = Vec::new();
    rule.conditions().for_each(|when| add(when, &mut columns));
    columns
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{BackupPart, Evidence, Guide, Location, Subject, SubjectKind};
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

        fn evidence(&self, told: &Told) -> Vec<Evidence> {
            let rows = (0..self.0.len()).chain(told.places.iter().copied());
            rows.filter_map(|place| self.row(place).evidence).collect()
        }

        fn values(&self, _: Option<&BackupPart>) -> BTreeMap<&'static str, String> {
            BTreeMap::from([("job_id", "7".to_owned())])
        }
    }

    /// The finding of the rule of A-144650 about rows, and the facts that are missing.
    fn found(rows: Vec<Vec<(&'static str, Cell)>>) -> (Option<Finding>, BTreeSet<Missing>) {
        let set = RuleSet::shipped();
        let guide = Guide::parse("### Operation not known\n1. [read-only] Look at {job_id}.\n");
        let rule = Rule { guide, ..set.get("A-144650").unwrap().clone() };
        let (mut findings, open) = decided(&rule, &set, vec![rows]);
        (findings.pop(), open)
    }

    /// The findings of a rule about groups of rows, and the facts that are missing.
    fn decided(
        rule: &Rule,
        set: &RuleSet,
        groups: Vec<Vec<Vec<(&'static str, Cell)>>>,
    ) -> (Vec<Finding>, BTreeSet<Missing>) {
        let (facts, tenancy) = (Facts::default(), Tenancy::default());
        let fleet = Fleet::new(&facts, &tenancy);
        let case = Case::new(rule, set, View { facts: &facts, tenancy: &tenancy }, &fleet);
        let boxed = |rows| Box::new(Given(rows)) as Box<dyn Derived>;
        let groups: Vec<Box<dyn Derived>> = groups.into_iter().map(boxed).collect();
        let outcomes = case.outcomes(&groups);
        let marks = BTreeSet::new();
        let both = groups.iter().zip(&outcomes);
        let findings = both.filter_map(|(group, one)| case.finding_of(&**group, one, &marks));
        let open = outcomes.iter().flat_map(|outcome| outcome.open.clone()).collect();
        (findings.collect(), open)
    }

    /// A rule that tells two rows of a subject, and one line of which asks for other rows.
    const TELLS: &str = r#"id = "A-1"
title = "Flushes"
url = "https://example.org"
published = 2025-04-28
severity = "data-loss"
basis = "none"

[detector]
name = "a144650"

[subject]
from = "flush_warning"
decides = "first"
tells = 2
limits = "lead"

[[line]]
verdict = "suspect"
when = { subject = { kind = "warning", end = "succeeded" } }
code = "ENDED"
say = "It ended at row {subject.rows}."

[[line]]
verdict = "at_risk"
when = { subject = { kind = "warning" } }
code = "OPEN"
say = "It is open at row {subject.rows}."

[[line]]
verdict = "cannot_tell"
when = [{ subject = { kind = "run" } }, { unsaid = "job" }]
code = "ALONE"
say = "Nothing else is known of job {subject.job}."

[[limit]]
at_most = "possible"
when = [{ subject = { teardown = true } }, { decided = ["suspect", "at_risk"] }]
code = "TEARDOWN"
say = "It was torn down."

[[limit]]
at_most = "possible"
when = { subject = { redacted = true } }
code = "TEARDOWN"
say = "It may have been torn down."

[[note]]
when = "untold"
code = "MORE"
say = "{untold} more."
"#;

    fn tells(groups: Vec<Vec<Vec<(&'static str, Cell)>>>) -> Vec<Finding> {
        let mut set = RuleSet::default();
        set.add_advisory("a.toml", TELLS, "");
        let rule = set.get("A-1").unwrap_or_else(|| panic!("{:?}", set.files()));
        decided(rule, &set, groups).0
    }

    fn flagged(
        mut row: Vec<(&'static str, Cell)>,
        column: &'static str,
    ) -> Vec<(&'static str, Cell)> {
        row.push((column, Cell::Value(Value::Bool(true))));
        row
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
    fn told_rows_are_the_strongest_and_the_rest_is_counted() {
        let row = |end: &str, rows: i128| {
            let mut row = warning(&[("end", end)]);
            row.push(("rows", Cell::number(rows)));
            row
        };
        let rows = vec![row("open", 1), row("open", 2), row("succeeded", 3), row("open", 4)];
        let findings = tells(vec![rows]);
        assert_eq!(findings.len(), 1);
        let texts: Vec<&str> =
            findings[0].reasons.iter().map(|reason| reason.text.as_str()).collect();
        assert_eq!(texts, ["It ended at row 3.", "It is open at row 1.", "2 more."]);
        assert_eq!(findings[0].verdict, Verdict::Suspect);
        assert_eq!(codes(&findings[0]), ["ENDED", "OPEN", "MORE"]);
    }

    #[test]
    fn limits_that_lower_a_word_lead_and_each_code_is_said_once() {
        let both = |end: &str| flagged(flagged(warning(&[("end", end)]), "teardown"), "redacted");
        let lowered = &tells(vec![vec![both("succeeded")]])[0];
        assert_eq!(
            (lowered.verdict, codes(lowered)),
            (Verdict::Possible, vec!["TEARDOWN", "ENDED"])
        );
        assert_eq!(lowered.reasons[0].text, "It was torn down.");
        let weaker = &tells(vec![vec![both("open")]])[0];
        assert_eq!((weaker.verdict, codes(weaker)), (Verdict::AtRisk, vec!["OPEN", "TEARDOWN"]));
    }

    #[test]
    fn unsaid_holds_where_no_other_row_of_any_subject_has_the_value() {
        let run = |job: &str| vec![("kind", Cell::text("run")), ("job", Cell::text(job))];
        let told = warning(&[("end", "open"), ("job", "8")]);
        let findings = tells(vec![vec![run("8")], vec![told], vec![run("9")], vec![run("9")]]);
        let found: Vec<Vec<&str>> = findings.iter().map(codes).collect();
        assert_eq!(found, [vec!["OPEN"], vec!["ALONE"], vec!["ALONE"]]);
        let unknown = vec![("kind", Cell::text("run"))];
        assert_eq!(tells(vec![vec![unknown]]), []);
    }

    #[test]
    fn what_is_ruled_out_is_bounded_from_below_only() {
        let torn = |run: &str| {
            let mut row = warning(&[("end", "failed"), ("run", run)]);
            row.push(("teardown", Cell::Value(Value::Bool(true))));
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
