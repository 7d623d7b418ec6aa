//! The rules of a run, as a value that the engine owns.

use crate::facts::Facts;

use super::asks::Ask;
use super::evaluate;
use super::form::literals;
use super::form::load::{self, Problem};
use super::form::rule::{Is, Origin, Rule, When};
use super::history::Stated;
use super::needs::Needs;
use super::test::Patterns;
use super::view::{self, Ground};
use crate::advisories::Decision;
use crate::model::Guide;
use crate::parse::asked::Questions;

/// The shipped rules as `build.rs` wrote them, after it checked them.
static SHIPPED: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/rules.bin"));

/// Rules, and what a person states beside the input.
#[derive(Clone, Debug, Default)]
pub struct RuleSet {
    rules: Vec<Rule>,
    patterns: Patterns,
    files: Vec<RuleFile>,
    stated: Stated,
    asks: Vec<Ask>,
}

/// A file of rules that a person handed in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleFile {
    /// Its name.
    pub name: String,
    /// The id of its rule, if it can be used.
    pub id: Option<String>,
    /// What is wrong with it otherwise.
    pub problems: Vec<Problem>,
}

impl RuleSet {
    /// The rules that are part of this program.
    #[must_use]
    #[expect(
        clippy::expect_used,
        reason = "the bytes are compiled in and tested; there is nothing to recover"
    )]
    pub fn shipped() -> Self {
        let rules: Vec<Rule> = postcard::from_bytes(SHIPPED).expect("rules that this build wrote");
        let mut set = Self::default();
        rules.into_iter().for_each(|rule| set.add(rule));
        set
    }

    /// One rule alone.
    #[must_use]
    pub fn of(rule: Rule) -> Self {
        let mut set = Self::default();
        set.add(rule);
        set
    }

    /// Adds a person's own rule. One that cannot be used is named with its mistakes, and changes nothing else.
    pub fn add_text(&mut self, name: &str, text: &str) {
        self.add_of(name, text, "", Origin::User);
    }

    /// Adds the rule of a published advisory, as the build does with those of this program: to check it. `guide` is the text
    /// of the `.md` beside it, or empty.
    pub fn add_advisory(&mut self, name: &str, text: &str, guide: &str) {
        self.add_of(name, text, guide, Origin::Shipped);
    }

    fn add_of(&mut self, name: &str, text: &str, guide: &str, origin: Origin) {
        let loaded = load::load(name, text, origin).and_then(|rule| {
            let rule = Rule { guide: Guide::parse(guide), ..rule };
            let problems = load::sections_missing(name, &rule);
            if !problems.is_empty() {
                return Err(problems);
            }
            if self.rules.iter().any(|other| other.id == rule.id) {
                let text = format!("there is another rule with the id `{}`", rule.id);
                return Err(vec![Problem { file: name.to_owned(), line: 1, text }]);
            }
            Ok(rule)
        });
        let (id, problems) = match loaded {
            Ok(rule) => {
                let id = rule.id.clone();
                self.add(rule);
                (Some(id), Vec::new())
            }
            Err(problems) => (None, problems),
        };
        self.files.push(RuleFile { name: name.to_owned(), id, problems });
    }

    /// Names a file of rules that could not be read.
    pub fn add_unreadable(&mut self, name: &str, why: &str) {
        let problem = Problem { file: name.to_owned(), line: 1, text: why.to_owned() };
        self.files.push(RuleFile { name: name.to_owned(), id: None, problems: vec![problem] });
    }

    fn add(&mut self, rule: Rule) {
        let subject = rule.subject.filter.iter();
        let rows = rule.rows.iter().flat_map(|set| &set.filter);
        let tests = subject.chain(rows).chain(rule.conditions().flat_map(When::of_subject));
        for test in tests {
            if let Is::Matches(pattern) = &test.is
                && let Ok(compiled) = literals::compile(pattern)
            {
                self.patterns.insert(pattern.clone(), compiled);
            }
        }
        for place in std::iter::once(None).chain((0..rule.rows.len()).map(Some)) {
            for ask in Ask::of(&rule, place) {
                if !self.asks.contains(&ask) {
                    self.asks.push(ask);
                }
            }
        }
        self.rules.push(rule);
    }

    /// What is asked of the rows of tables, in the order in which it is answered.
    #[must_use]
    pub fn questions(&self) -> Questions {
        let Needs { statuses, metrics, .. } = self.needs();
        let rows = self.asks.iter().map(|ask| ask.question(&self.patterns)).collect();
        Questions { rows, statuses, metrics }
    }

    pub(super) fn asks(&self) -> &[Ask] {
        &self.asks
    }

    /// Takes note of what a person states of the cluster's history, such as `23.1@2024-05-01`.
    ///
    /// # Errors
    /// It is no such statement; a sentence.
    pub fn state(&mut self, text: &str) -> Result<(), String> {
        self.stated.add(text)
    }

    /// What a person states of the cluster's history.
    #[must_use]
    pub fn stated(&self) -> &Stated {
        &self.stated
    }

    /// The rules.
    #[must_use]
    pub fn rules(&self) -> &[Rule] {
        &self.rules
    }

    /// The rule of an id.
    #[must_use]
    pub fn get(&self, id: &str) -> Option<&Rule> {
        self.rules.iter().find(|rule| rule.id == id)
    }

    /// The files of rules that a person handed in.
    #[must_use]
    pub fn files(&self) -> &[RuleFile] {
        &self.files
    }

    /// What has to be read for them.
    #[must_use]
    pub fn needs(&self) -> Needs {
        let mut needs = Needs::default();
        self.rules.iter().for_each(|rule| needs.add(rule));
        needs
    }

    /// What each rule comes to.
    #[must_use]
    pub fn decide(&self, facts: &Facts) -> Vec<Decision> {
        let tenancies = view::tenancies(facts);
        let ground = Ground::new(facts, &tenancies);
        self.rules.iter().map(|rule| evaluate::decide(rule, self, &ground)).collect()
    }

    pub(super) fn patterns(&self) -> &Patterns {
        &self.patterns
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn set_refuses_a_section_that_no_text_of_steps_has() {
        let rule = include_str!("../../advisories/A-144650.toml");
        let mut set = RuleSet::default();
        let guide = include_str!("../../advisories/A-144650.md");
        let wrong = rule.replace("section = \"Import\"", "section = \"Imports\"");
        set.add_advisory("a.toml", &wrong, guide);
        let problems = &set.files()[0].problems;
        assert_eq!(problems.len(), 1, "{problems:?}");
        let end = "there is no section `Imports` with steps; did you mean `Import`?";
        assert!(problems[0].to_string().ends_with(end), "{}", problems[0]);
        assert!(problems[0].line > 1);
    }

    #[test]
    fn shipped_rules_are_read_and_named_by_their_files() {
        let set = RuleSet::shipped();
        let mut ids: Vec<String> = std::fs::read_dir("advisories")
            .unwrap()
            .filter_map(|entry| {
                let path = entry.unwrap().path();
                let toml = path.extension().is_some_and(|e| e == "toml");
                toml.then(|| path.file_stem().unwrap().to_str().unwrap().to_owned())
            })
            .collect();
        ids.sort();
        let mut shipped: Vec<&str> = set.rules().iter().map(|rule| rule.id.as_str()).collect();
        shipped.sort();
        assert_eq!(shipped, ids);
    }

    #[test]
    fn patterns_of_lines_are_found_as_those_of_rows() {
        let rule = "id = \"x\"\ntitle = \"X\"\n[subject]\nfrom = \"log\"\nwhere = { message = { contains = \"stalled\" } }\n[[line]]\nverdict = \"possible\"\nwhen = { any = [{ not = { subject = { message = { matches = \"a+b\" } } } }] }\ncode = \"X\"\nsay = \"x\"\n";
        let mut set = RuleSet::default();
        set.add_text("a.toml", rule);
        assert_eq!(set.patterns().keys().collect::<Vec<_>>(), ["a+b"], "{:?}", set.files());
    }

    #[test]
    fn set_keeps_what_works_beside_a_bad_rule() {
        let mut set = RuleSet::default();
        let good = "id = \"x\"\ntitle = \"X\"\n[[line]]\nverdict = \"no_sign\"\nwhen = \"always\"\ncode = \"X\"\nsay = \"x\"\n";
        set.add_text("a.toml", good);
        set.add_text("b.toml", good);
        set.add_text("c.toml", "id = ");
        assert_eq!(set.rules().len(), 1);
        let bad: Vec<(&str, usize)> =
            set.files().iter().map(|file| (file.name.as_str(), file.problems.len())).collect();
        assert_eq!(bad, [("a.toml", 0), ("b.toml", 1), ("c.toml", 1)]);
    }
}
