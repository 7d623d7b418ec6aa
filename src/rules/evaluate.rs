//! From rows to a verdict: all lines are evaluated for each subject, and the strongest that holds decides.
//!
//! A stronger line of which it is not known whether it holds keeps the word from being a clean one.

use std::collections::BTreeSet;

use crate::advisories::{self, Decision};
use crate::model::{Evidence, Finding, Subject, SubjectKind, Tenancy, Tenant, Verdict};

use super::asks::Asks;
use super::builds::{Fleet, Stretch, Whose};
use super::conclude::{Come, declared, without_detector};
use super::derived;
use super::form::rule::{Builds, Line, Rule, When};
use super::form::schema;
use super::form::windows::{Lies, Windows};
use super::joins;
use super::limits::{self, Doubt};
use super::relation::{self, Row, Rows};
use super::relations;
use super::say;
use super::set::RuleSet;
use super::test;
use super::truth::{Missing, Truth};
use super::view::{Ground, View};

/// At most so many lines of evidence a finding.
pub(super) const EVIDENCE: usize = 20;

/// At most so many subjects of a rule have findings of their own; how many more there are is said.
const FINDINGS: usize = 1000;

/// Decides one rule.
pub(super) fn decide(rule: &Rule, set: &RuleSet, ground: &Ground<'_>) -> Decision {
    let facts = ground.facts;
    if let Some(named) = &rule.detector {
        return match advisories::detector(&named.name) {
            Some(detector) => {
                let missing = (detector.missing)(&declared(rule), facts);
                derived::decide(rule, set, facts, missing)
            }
            None => without_detector(rule, &named.name),
        };
    }
    let asks = |from: &str| rule.rows.iter().any(|rows| rows.from == from);
    let own = [
        "setting", "log", "job", "upgrade", "table", "index", "column", "object", "row", "event",
        "range",
    ];
    let all = own.iter().any(|from| asks(from) || rule.subject.from == *from);
    let mut come = Come::default();
    let mut affected = Truth::False;
    // The stores are those of the system tenant, whatever virtual clusters keep in them.
    let of_stores = ["store", "metric"].iter().any(|of| asks(of) || rule.subject.from == *of);
    let is_asked = |fleet: &&Fleet<'_>| !of_stores || fleet.tenancy().tenant == Tenant::system();
    for fleet in ground.fleets(all).filter(is_asked) {
        let case = Case::new(rule, set, View { facts, tenancy: fleet.tenancy() }, fleet);
        affected = affected.or(fleet.holds(rule, Builds::Affected, Whose::Cluster, set.stated()));
        case.judge(&mut come);
    }
    come.conclude(rule, ground, &affected)
}

/// What one subject came to.
struct Outcome {
    word: Verdict,
    /// The line that decides, by its place; none where the windows or nothing decides.
    line: Option<usize>,
    doubts: Vec<Doubt>,
    missing: BTreeSet<Missing>,
}

/// The rows of a set, and whether each is one that is asked for.
pub(super) struct Asked {
    pub(super) rows: Rows,
    pub(super) truths: Vec<Truth>,
}

/// One rule for one virtual cluster.
pub(super) struct Case<'a> {
    pub(super) rule: &'a Rule,
    pub(super) set: &'a RuleSet,
    pub(super) view: View<'a>,
    pub(super) fleet: &'a Fleet<'a>,
    /// In the order of the rule's sets of rows.
    pub(super) asked: Vec<Asked>,
}

/// A subject of a rule.
#[derive(Clone, Copy)]
pub(super) struct Of<'r> {
    /// Its row; none for what is beside the rows that are known.
    pub(super) row: Option<&'r Row>,
    /// Whose builds it is about.
    pub(super) whose: Whose,
    /// Of what is beside the rows of a relation of things: why there may be more.
    pub(super) beside: Option<&'r BTreeSet<Missing>>,
    /// Code and verdict of what decided, once that is known.
    pub(super) decided: Option<(&'r str, Verdict)>,
    /// How many rows of the subject its finding does not tell.
    pub(super) untold: usize,
    /// Whether no line holds of another row with the same value in a column; only known of derived rows.
    pub(super) unsaid: Option<&'r dyn Fn(&str) -> bool>,
}

impl<'r> Of<'r> {
    pub(super) fn new(row: Option<&'r Row>, whose: Whose) -> Self {
        Self { row, whose, beside: None, decided: None, untold: 0, unsaid: None }
    }
}

impl<'a> Case<'a> {
    pub(super) fn new(
        rule: &'a Rule,
        set: &'a RuleSet,
        view: View<'a>,
        fleet: &'a Fleet<'a>,
    ) -> Self {
        let mut case = Self { rule, set, view, fleet, asked: Vec::new() };
        for (place, rows) in rule.rows.iter().enumerate() {
            let asks = Asks::new(set, rule, Some(place));
            let rows = relation::rows(&view, fleet, rows.asked(rule, set.stated(), asks));
            let truths = vec![Truth::False; rows.rows.len()];
            case.asked.push(Asked { rows, truths });
        }
        // Those that compare with others come after them; the reader of rules lets no others do so.
        for with_others in [false, true] {
            for (place, rows) in rule.rows.iter().enumerate() {
                if rows.compares_with_others() != with_others {
                    continue;
                }
                let truths = case.asked[place].rows.rows.iter();
                let truths = truths
                    .map(|row| {
                        let other = |set: &str, column: &str| case.cell_of(None, set, column);
                        let tests = rows.filter.iter().filter(|test| !joins::is_of_subject(test));
                        test::all(tests, &rows.from, row, set.patterns(), &other)
                    })
                    .collect();
                case.asked[place].truths = truths;
            }
        }
        case
    }

    /// How many rows of a set are asked for, whether or not they are kept.
    pub(super) fn count(&self, set: &str) -> u64 {
        let place = self.rule.row_set(set);
        relations::row::count(&self.view, Asks::new(self.set, self.rule, place))
    }

    fn judge(&self, come: &mut Come) {
        let subject = &self.rule.subject;
        let asks = Asks::new(self.set, self.rule, None);
        let Rows { rows, missing } = relation::rows(
            &self.view,
            self.fleet,
            subject.rows(self.rule, self.set.stated(), asks),
        );
        let other = |set: &str, column: &str| self.cell_of(None, set, column);
        let mut rows: Vec<(Row, Truth)> = rows
            .into_iter()
            .map(|row| {
                let truth =
                    test::all(&subject.filter, &subject.from, &row, self.set.patterns(), &other);
                (row, truth)
            })
            .collect();
        rows.retain(|(_, truth)| *truth != Truth::False);
        let of_nodes = subject.from == "node";
        let of_things = self.is_of_things();
        let mut outcomes: Vec<(Option<&Row>, Whose, Outcome)> = Vec::new();
        for (row, truth) in &rows {
            let whose = match row.node {
                Some(id) if of_nodes || subject.from == "store" => Whose::Node(id),
                _ => Whose::Cluster,
            };
            let mut outcome = self.outcome(Of::new(Some(row), whose));
            // Whether it is a subject at all is not known.
            if let Truth::Unknown(missing) = truth {
                outcome.line = None;
                // What would be ruled out of a subject need not be one.
                if outcome.word <= Verdict::Mitigated && outcome.missing.is_empty() {
                    outcome.word = outcome.word.min(Verdict::NoSign);
                } else {
                    outcome.missing.extend(missing.iter().cloned());
                    outcome.word = Verdict::CannotTell;
                }
            }
            outcomes.push((Some(row), whose, outcome));
        }
        if of_nodes {
            outcomes.push((None, Whose::Rest, self.outcome(Of::new(None, Whose::Rest))));
        } else if of_things && (outcomes.is_empty() || !missing.is_empty()) {
            let rest = Of { beside: Some(&missing), ..Of::new(None, Whose::Cluster) };
            outcomes.push((None, Whose::Cluster, self.outcome(rest)));
        } else if !of_things {
            self.beside(outcomes.is_empty(), &missing, come);
        }
        for (_, _, outcome) in &outcomes {
            come.add(outcome.word, &outcome.missing);
        }
        if let Some(said) = self.clean(&outcomes) {
            come.said.get_or_insert(said);
        }
        let mut outcomes: Vec<_> =
            outcomes.into_iter().filter(|(_, _, outcome)| outcome.is_finding()).collect();
        if of_nodes {
            outcomes = self.merged(outcomes);
        }
        for (row, whose, outcome) in outcomes {
            if come.findings.len() >= FINDINGS {
                come.more += 1;
                continue;
            }
            let beside = (of_things && row.is_none()).then_some(&missing);
            let of = Of { beside, ..Of::new(row, whose) };
            come.findings.extend(self.finding(of, &outcome));
        }
    }

    /// Whether its subjects are things of the schema.
    fn is_of_schema(&self) -> bool {
        schema::relation(&self.rule.subject.from).is_some_and(schema::Relation::is_of_schema)
    }

    /// What follows from the rows that are no subjects because they are not known, or because there are none. Where no build
    /// of the windows ran, they do not matter.
    fn beside(&self, none: bool, missing: &BTreeSet<Missing>, come: &mut Come) {
        let about_builds = self.rule.windows != Windows::None;
        let ran =
            || self.fleet.holds(self.rule, Builds::Affected, Whose::Cluster, self.set.stated());
        if (none || !missing.is_empty()) && about_builds && ran() == Truth::False {
            come.add(Verdict::NotAffected, &BTreeSet::new());
        } else if !missing.is_empty() {
            come.add(Verdict::CannotTell, missing);
        }
    }

    /// Whether its subjects are things of the cluster, which are there or not whatever happened.
    fn is_of_things(&self) -> bool {
        self.is_of_schema() || matches!(self.rule.subject.from.as_str(), "row" | "range" | "store")
    }

    /// Findings of nodes that rest on one line are one finding about the cluster where all nodes have it.
    fn merged<'r>(
        &self,
        mut outcomes: Vec<(Option<&'r Row>, Whose, Outcome)>,
    ) -> Vec<(Option<&'r Row>, Whose, Outcome)> {
        let nodes = self.fleet.nodes().len();
        let Some((_, _, first)) = outcomes.first() else { return outcomes };
        let line = first.line;
        let same = outcomes.iter().all(|(_, _, outcome)| outcome.line == line);
        let known = outcomes.iter().filter(|(row, ..)| row.is_some()).count();
        if !same || known < nodes {
            return outcomes;
        }
        outcomes.truncate(1);
        for (row, whose, _) in &mut outcomes {
            (*row, *whose) = (None, Whose::Cluster);
        }
        outcomes
    }

    /// What the line says by which all subjects are clean, if one line decides of all.
    fn clean(&self, outcomes: &[(Option<&Row>, Whose, Outcome)]) -> Option<String> {
        let (row, whose, first) = outcomes.first()?;
        let line = self.rule.lines.get(first.line?)?;
        let clean = matches!(line.verdict, Verdict::NoSign | Verdict::NotAffected);
        clean.then(|| say::text(self, Of::new(*row, *whose), &line.say))
    }

    fn outcome(&self, of: Of<'_>) -> Outcome {
        let mut held: Vec<(Verdict, usize, Vec<Doubt>)> = Vec::new();
        let mut open: Vec<(Verdict, BTreeSet<Missing>)> = Vec::new();
        // What is missing by the lines that say so: it takes the place of what follows where no line holds.
        let mut told: BTreeSet<Missing> = BTreeSet::new();
        for (place, line) in self.rule.lines.iter().enumerate() {
            let mut truth = self.when(&line.when, of, false);
            // Without a row only clean words are said, whatever else holds.
            if let Some(missing) = of.beside
                && self.rule.subject.from == "row"
                && line.verdict >= Verdict::Cleared
            {
                truth = truth.and(if missing.is_empty() {
                    Truth::False
                } else {
                    Truth::Unknown(missing.clone())
                });
            }
            if line.verdict == Verdict::CannotTell {
                match truth {
                    Truth::True => {
                        let said = say::text(self, of, &line.say);
                        told.insert(Missing::Fact(said.trim_end_matches('.').to_owned()));
                    }
                    Truth::False => {}
                    Truth::Unknown(missing) => told.extend(missing),
                }
                continue;
            }
            match truth {
                Truth::True => {
                    let doubts = self.doubts(line, of);
                    let (verdict, _) = limits::limited(line.verdict, &doubts);
                    held.push((verdict, place, doubts));
                }
                Truth::False => {}
                Truth::Unknown(missing) => {
                    // The sign is there and only the build is not known. Where more than that is not, nothing follows; nor
                    // where the sign of something that happened once is approximate itself.
                    let dated = !self.rule.subject.at.is_empty();
                    let sign = line.verdict >= Verdict::Possible
                        && (line.verdict > Verdict::Possible || !dated)
                        && self.rests_on_rows(&line.when, of)
                        && !line.when.takes_ignorance();
                    if sign && self.when(&line.when, of, true).holds() {
                        let doubt = Doubt::Version(missing);
                        let (verdict, _) =
                            limits::limited(line.verdict, std::slice::from_ref(&doubt));
                        held.push((verdict, place, vec![doubt]));
                    } else {
                        open.push((line.verdict, missing));
                    }
                }
            }
        }
        // Of two lines of one rank the first decides.
        let best = held.into_iter().reduce(|a, b| if b.0 > a.0 { b } else { a });
        let (word, line, doubts) = match best {
            Some((verdict, place, doubts)) => (Some(verdict), Some(place), doubts),
            None if told.is_empty() => (self.without_line(of), None, Vec::new()),
            None => (None, None, Vec::new()),
        };
        let stronger =
            open.into_iter().filter(|(verdict, _)| word.is_none_or(|word| *verdict > word));
        let mut missing: BTreeSet<Missing> = stronger.flat_map(|(_, missing)| missing).collect();
        if word.is_none() {
            missing.extend(told);
        }
        let clean = word.is_none_or(|word| word <= Verdict::Mitigated);
        if clean && !missing.is_empty() {
            return Outcome { word: Verdict::CannotTell, line: None, doubts: Vec::new(), missing };
        }
        Outcome { word: word.unwrap_or(Verdict::NoSign), line, doubts, missing }
    }

    /// The word where no line holds: that no affected build ran, if the rule is about builds.
    fn without_line(&self, of: Of<'_>) -> Option<Verdict> {
        let about_builds = self.rule.windows != Windows::None;
        let affected = || self.builds(Builds::Affected, of, false);
        (about_builds && affected() == Truth::False).then_some(Verdict::NotAffected)
    }

    /// What is uncertain about the rows that a line rests on.
    fn doubts(&self, line: &Line, of: Of<'_>) -> Vec<Doubt> {
        let of_subject = of.row.is_some_and(|row| row.redacted);
        let redacted = of_subject || self.rows_of(&line.when, of).iter().any(|row| row.redacted);
        redacted.then_some(Doubt::Redacted).into_iter().collect()
    }

    pub(super) fn when(&self, when: &When, of: Of<'_>, assume: bool) -> Truth {
        match when {
            When::Always => Truth::True,
            When::Builds(asked) => self.builds(*asked, of, assume),
            When::Rows(place) => self.rows(*place, of),
            When::Subject(tests) => match of.row {
                Some(row) => {
                    let other = |set: &str, column: &str| self.cell_of(Some(of), set, column);
                    let from = &self.rule.subject.from;
                    test::all(tests, from, row, self.set.patterns(), &other)
                }
                None if of.beside.is_some_and(BTreeSet::is_empty) => Truth::False,
                None if let Some(missing) = of.beside => Truth::Unknown(missing.clone()),
                None => self
                    .view
                    .facts
                    .missing_nodes(self.view.tenancy)
                    .map_or(Truth::False, Truth::unknown),
            },
            When::All(all) => {
                let mut truth = Truth::True;
                for one in all {
                    truth = truth.and(self.when(one, of, assume));
                    if truth == Truth::False {
                        break;
                    }
                }
                truth
            }
            When::Any(any) => Truth::any(any.iter().map(|one| self.when(one, of, assume))),
            When::Not(one) => self.when(one, of, false).not(),
            When::Unless(one) => (!self.when(one, of, false).holds()).into(),
            When::Decided { codes, verdicts } => {
                let asked = |(code, verdict): (&str, Verdict)| {
                    codes.iter().any(|one| one == code) || verdicts.contains(&verdict)
                };
                of.decided.is_some_and(asked).into()
            }
            When::Unsaid(column) => of.unsaid.is_some_and(|unsaid| unsaid(column)).into(),
            When::Untold => (of.untold > 0).into(),
        }
    }

    /// What holds of the builds of a subject: of something that happened once, of the builds of then.
    fn builds(&self, asked: Builds, of: Of<'_>, assume: bool) -> Truth {
        if let Some(row) = of.row.filter(|_| !self.rule.subject.at.is_empty())
            && asked == Builds::Affected
        {
            let truth = self.at_event(row);
            return if assume && truth != Truth::False { Truth::True } else { truth };
        }
        // A thing of the schema was made once and is there now.
        let then = asked == Builds::Affected || !self.is_of_schema();
        let Some(ran) = of.row.and_then(|row| row.ran.as_ref()).filter(|_| then) else {
            let truth = self.fleet.holds(self.rule, asked, of.whose, self.set.stated());
            let unknown = matches!(truth, Truth::Unknown(_));
            return if assume && unknown && asked == Builds::AffectedNow {
                Truth::True
            } else {
                truth
            };
        };
        let windows = &self.rule.windows;
        let unknown =
            || Missing::Builds { nodes: vec!["the node".to_owned()], bounds: " then".to_owned() };
        let mut truths: Vec<Truth> = ran
            .candidates
            .iter()
            .map(|(text, version)| match version.as_ref().map(|version| windows.place(version)) {
                Some(Lies::Inside) => Truth::True,
                Some(Lies::Outside) => Truth::False,
                _ => Truth::unknown(Missing::NotNamed { build: text.clone(), node: None }),
            })
            .collect();
        if let Some(most) = &ran.at_most {
            let older = windows.may_hold(|series| series <= most.series());
            truths.push(if older { Truth::unknown(unknown()) } else { Truth::False });
        }
        if truths.is_empty() || ran.lost.is_some() || ran.at_least.is_some() {
            truths.push(Truth::unknown(unknown()));
        }
        let all = Truth::all(truths.iter().cloned());
        let any = Truth::any(truths);
        // It is certain only if every build that may have run agrees.
        let truth = match (all, any) {
            (Truth::True, _) => Truth::True,
            (_, Truth::False) => Truth::False,
            (Truth::Unknown(missing), _) | (_, Truth::Unknown(missing)) => Truth::Unknown(missing),
            (Truth::False, Truth::True) => Truth::unknown(unknown()),
        };
        match asked {
            Builds::Affected | Builds::AffectedNow if assume && truth != Truth::False => {
                Truth::True
            }
            Builds::Affected | Builds::AffectedNow => truth,
            Builds::AffectedBefore | Builds::OlderNow => Truth::False,
        }
    }

    /// Whether a condition rests on a row that is there, and not on builds alone.
    fn rests_on_rows(&self, when: &When, of: Of<'_>) -> bool {
        let dated = !self.rule.subject.at.is_empty();
        let of_subject = of.row.is_some_and(|row| row.ran.is_some() || dated);
        let lasting = self.rule.subject.from == "setting" || self.is_of_schema();
        let of_setting = lasting && of.row.is_some() && asks_subject(when);
        of_subject || of_setting || !self.rows_of(when, of).is_empty()
    }

    fn finding(&self, of: Of<'_>, outcome: &Outcome) -> Option<Finding> {
        let line = self.rule.lines.get(outcome.line?)?;
        let (verdict, added) = limits::limited(line.verdict, &outcome.doubts);
        let mut reasons = vec![say::reason(self, of, &line.code, &line.say)];
        reasons.extend(added);
        let mut evidence: Vec<Evidence> = Vec::new();
        evidence.extend(of.row.and_then(|row| row.evidence.clone()));
        evidence.extend(self.rows_of(&line.when, of).iter().filter_map(|row| row.evidence.clone()));
        if asks_builds(&line.when) && of.row.is_none_or(|row| row.ran.is_none()) {
            let inside = self.fleet.inside(&self.rule.windows, of.whose);
            let then = of.row.and_then(|row| self.event(row));
            let meets = |stretch: &&Stretch<'_>| {
                then.is_none_or(|(from, until)| stretch.is_within(from, until))
            };
            evidence.extend(inside.iter().filter(meets).filter_map(|stretch| stretch.evidence()));
        }
        let mut unique: Vec<Evidence> = Vec::new();
        for one in evidence {
            if unique.len() < EVIDENCE && !unique.contains(&one) {
                unique.push(one);
            }
        }
        Some(Finding {
            advisory: self.rule.id.clone(),
            subject: subject(self.rule, self.view.tenancy, of),
            verdict,
            reasons,
            evidence: unique,
            remediation: say::steps(self, of, line),
            backup: None,
        })
    }
}

impl Outcome {
    fn is_finding(&self) -> bool {
        self.line.is_some() && self.word >= Verdict::Cleared
    }
}

/// Whether a condition asks something of the subject's row.
fn asks_subject(when: &When) -> bool {
    match when {
        When::Subject(_) => true,
        When::All(each) | When::Any(each) => each.iter().any(asks_subject),
        When::Not(one) | When::Unless(one) => asks_subject(one),
        When::Always
        | When::Rows(_)
        | When::Builds(_)
        | When::Decided { .. }
        | When::Unsaid(_)
        | When::Untold => false,
    }
}

/// Whether a condition asks something of builds.
fn asks_builds(when: &When) -> bool {
    match when {
        When::Builds(_) => true,
        When::All(each) | When::Any(each) => each.iter().any(asks_builds),
        When::Not(one) | When::Unless(one) => asks_builds(one),
        When::Always
        | When::Rows(_)
        | When::Subject(_)
        | When::Decided { .. }
        | When::Unsaid(_)
        | When::Untold => false,
    }
}

fn subject(rule: &Rule, tenancy: &Tenancy, of: Of<'_>) -> Subject {
    let named = rule.subject.named.as_ref();
    let kind = match (of.row, rule.subject.from.as_str()) {
        (Some(_), "row") => named.map_or(SubjectKind::Cluster, |(_, kind)| *kind),
        (Some(_), "node") => SubjectKind::Node,
        (Some(_), "setting") => SubjectKind::Setting,
        (Some(_), "log") => SubjectKind::LogEntry,
        (Some(_), "table") => SubjectKind::Table,
        (Some(_), "index") => SubjectKind::Index,
        (Some(_), "object") => SubjectKind::Object,
        (Some(row), "job") => super::relations::job::kind(row),
        (Some(_), "range") => SubjectKind::Range,
        (Some(_), "store") => SubjectKind::Store,
        _ => SubjectKind::Cluster,
    };
    let id = of.row.filter(|_| kind != SubjectKind::Cluster).map(|row| match (kind, row.node) {
        (SubjectKind::Node, Some(node)) => node.0.to_string(),
        _ => row.id.clone(),
    });
    Subject { kind, id: id.unwrap_or_default(), tenancy: tenancy.clone() }
}
