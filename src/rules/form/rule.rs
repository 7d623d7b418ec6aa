//! One rule as data: what an `advisories/*.toml` or a rule of a person's own says, after it was checked.
//!
//! Everything here is plain and derives serde's traits, because `build.rs` writes the shipped rules in a compact form that
//! the engine reads without a reader of TOML.

use serde::{Deserialize, Serialize};

use crate::model::{Guide, Safety, SubjectKind, Time, Verdict, Version};

use super::template::Template;
use super::windows::Windows;

/// Which fact about the cluster decides whether a rule applies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Basis {
    /// The build that runs.
    RunningVersion,
    /// The build that ran when something happened.
    VersionAtEvent,
    /// The steps by which the cluster was upgraded.
    UpgradePath,
    /// The value of a setting.
    Setting,
    /// The machine on which a node runs. Such an advisory is a note: it is listed last and is in no headline.
    Environment,
    /// A service and a time, and no build.
    CloudWindow,
    /// Nothing: a statement.
    None,
}

impl Basis {
    /// All of them, with their words.
    pub const WORDS: [(&'static str, Self); 7] = [
        ("running-version", Self::RunningVersion),
        ("version-at-event", Self::VersionAtEvent),
        ("upgrade-path", Self::UpgradePath),
        ("setting", Self::Setting),
        ("environment", Self::Environment),
        ("cloud-window", Self::CloudWindow),
        ("none", Self::None),
    ];

    /// The word of the report.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        Self::WORDS.iter().find(|(_, one)| *one == self).map_or("none", |(word, _)| word)
    }
}

/// The classes of harm.
pub const SEVERITIES: [&str; 7] = [
    "data-loss",
    "corruption",
    "wrong-results",
    "unavailability",
    "security",
    "performance",
    "other",
];

/// Whose rule it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Origin {
    /// Part of this program.
    Shipped,
    /// Handed in by a person.
    User,
}

/// One piece of knowledge: when it applies, what it concludes from which rows, and what it says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rule {
    /// Such as `A-98779`; a person's own rule is named otherwise.
    pub id: String,
    /// Whose it is.
    pub origin: Origin,
    /// One line in our own words.
    pub title: String,
    /// The published text; empty where there is none.
    pub url: String,
    /// Day of publication, `YYYY-MM-DD`; empty where there is none.
    pub published: String,
    /// Class of harm, one of [`SEVERITIES`].
    pub severity: String,
    /// Which fact decides whether it applies.
    pub basis: Basis,
    /// Whether harm that was done stays after the upgrade, so that `not_affected` needs the history of the cluster.
    pub damage_stays: bool,
    /// Builds that it is about.
    pub windows: Windows,
    /// The detector in Rust that derives the rows of its subject.
    pub detector: Option<Detector>,
    /// What its lines are evaluated for.
    pub subject: Subject,
    /// Rows that its lines ask for, by name.
    pub rows: Vec<RowSet>,
    /// What it concludes.
    pub lines: Vec<Line>,
    /// Bounds of what its lines conclude, in the order in which they are said.
    pub limits: Vec<Limit>,
    /// What is said beside what decides.
    pub notes: Vec<Note>,
    /// Parts of sentences; of those with one name the first that holds is said.
    pub phrases: Vec<Phrase>,
    /// Sections of its guide; the first whose condition holds says what to do.
    pub guides: Vec<Guided>,
    /// The sections: the text of the `.md` beside the rule.
    pub guide: Guide,
    /// What to do, by name.
    pub steps: Vec<Step>,
    /// Inputs written as text that come with it.
    pub examples: Vec<Example>,
}

/// The module in Rust that derives the rows of a relation, for which the rule has lines.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Detector {
    /// Name of the module in `advisories`.
    pub name: String,
    /// Whether rows of jobs may be gone that it needs, so that what ran before the first known build matters.
    pub history: bool,
}

/// The rows for which all lines are evaluated, one by one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subject {
    /// Name of the relation.
    pub from: String,
    /// As in [`RowSet::table`].
    pub table: Option<String>,
    /// Of `row`: the column by which its finding names it, and what it is called.
    pub named: Option<(String, SubjectKind)>,
    /// Which of its rows.
    pub filter: Vec<Test>,
    /// As in [`RowSet::default`].
    pub default: Option<Value>,
    /// Whether the first line that holds decides, and not the strongest.
    pub first: bool,
    /// How many rows of one subject are told in its finding, the strongest first.
    pub tells: u32,
    /// Whether limits that lower the word are told before the line, because they are what a reader must settle.
    pub limits_lead: bool,
    /// The column that says when it happened, or the two from and until when: `affected` asks for the builds of then.
    pub at: Vec<String>,
}

/// Rows of one relation that a line asks for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RowSet {
    /// By which lines and templates name it.
    pub name: String,
    /// Name of the relation.
    pub from: String,
    /// Of `row`: name of the table's file without ending.
    pub table: Option<String>,
    /// Which of its rows.
    pub filter: Vec<Test>,
    /// Columns in which a row agrees with the row of the subject.
    pub same: Vec<String>,
    /// Columns of the subject's row: a row counts that happened, at least in part, in the time between them.
    pub within: Option<(String, String)>,
    /// How many rows there must be.
    pub min: u32,
    /// A column of which the rows must have so much together, in millionths.
    pub sum: Option<(String, i128)>,
    /// Of a setting without a value of its own: the value that the builds of the rule's windows have.
    pub default: Option<Value>,
}

/// A value that a rule names, of the type of its column.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Value {
    /// Text.
    Text(String),
    /// A number in millionths, so that it compares exactly; of a duration, its seconds.
    Number(i128),
    /// Yes or no.
    Bool(bool),
    /// A build.
    Version(Version),
    /// An instant.
    Time(Time),
}

/// A decimal number in millionths; none for one that has a finer part, or that is too large.
#[must_use]
pub fn millionths(text: &str) -> Option<i128> {
    let text = text.replace('_', "");
    let (negative, digits) = match text.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, text.strip_prefix('+').unwrap_or(&text)),
    };
    let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
    let all = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    if whole.is_empty() || part.len() > 6 || !all(whole) || !all(part) {
        return None;
    }
    let number: i128 = format!("{whole}{part:0<6}").parse().ok()?;
    Some(if negative { -number } else { number })
}

/// One condition on one column of a row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Test {
    /// Name of the column.
    pub column: String,
    /// What holds of it.
    pub is: Is,
}

/// What holds of a cell.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Is {
    /// It is one of these.
    OneOf(Vec<Value>),
    /// It is none of these.
    NoneOf(Vec<Value>),
    /// It compares so with a value.
    Compares(Order, Value),
    /// It compares so with a column of the first row of another set of the rule.
    ComparesWith(Order, String, String),
    /// Its text holds one of these.
    Contains(Vec<String>),
    /// Its text matches a regular expression.
    Matches(String),
    /// It has a value, or has none.
    Present(bool),
}

/// How two values compare.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Order {
    /// Less, or before.
    Less,
    /// Not greater.
    AtMost,
    /// Not less.
    AtLeast,
    /// Greater, or after.
    Greater,
}

/// A condition of a line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum When {
    /// It always holds.
    Always,
    /// Something about the builds that ran.
    Builds(Builds),
    /// There are enough rows of the set at this place of [`Rule::rows`].
    Rows(usize),
    /// Each of these holds of the subject's row.
    Subject(Vec<Test>),
    /// All of them hold.
    All(Vec<When>),
    /// One of them holds.
    Any(Vec<When>),
    /// It does not hold.
    Not(Box<When>),
    /// It is not known to hold: only for lines that are no clean word.
    Unless(Box<When>),
    /// A line with one of these codes or verdicts decided: for notes, limits, and phrases in them.
    Decided {
        /// Codes.
        codes: Vec<String>,
        /// Verdicts: of a limit that of the line alone, else after all limits that lower it.
        verdicts: Vec<Verdict>,
    },
    /// No line that does not ask this holds of another row that has the same value in this column.
    Unsaid(String),
    /// There are more rows of the subject than its finding tells: for notes.
    Untold,
}

/// What a line can ask about the builds of the subject's node, or of the subject's cluster.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Builds {
    /// A build in a window runs, or ran in the time that is known; of an advisory whose damage stays, at any time.
    Affected,
    /// A build in a window runs now.
    AffectedNow,
    /// A build in a window ran, and none runs now.
    AffectedBefore,
    /// Every build that runs now is older than all windows.
    OlderNow,
}

impl Builds {
    /// All of them, with their words.
    pub const WORDS: [(&'static str, Self); 4] = [
        ("affected", Self::Affected),
        ("affected.now", Self::AffectedNow),
        ("affected.before", Self::AffectedBefore),
        ("older.now", Self::OlderNow),
    ];
}

/// One conclusion.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// What is concluded.
    pub verdict: Verdict,
    /// From what.
    pub when: When,
    /// Code of the reason.
    pub code: String,
    /// Sentence of the reason.
    pub say: Template,
    /// Places of [`Rule::steps`], in the order in which they are to be done.
    pub steps: Vec<usize>,
}

/// A bound of what lines conclude.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limit {
    /// Where it ends.
    pub bound: Bound,
    /// When it holds.
    pub when: When,
    /// Code of the reason.
    pub code: String,
    /// Sentence of the reason.
    pub say: Template,
}

/// The end of a bound.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Bound {
    /// Nothing stronger is concluded. It is said beside every word but those that rule the harm out.
    AtMost(Verdict),
    /// Where a line rules the harm out, this is concluded all the same.
    AtLeast(Verdict),
}

/// A sentence beside what decides.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Note {
    /// When it is said: for the first row of the subject for which this holds.
    pub when: When,
    /// Code of the reason.
    pub code: String,
    /// Sentence of the reason.
    pub say: Template,
}

/// A part of a sentence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Phrase {
    /// By which templates name it.
    pub name: String,
    /// When it is said.
    pub when: When,
    /// The words.
    pub say: Template,
}

/// A section of steps of the guide.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Guided {
    /// Its heading.
    pub section: String,
    /// When it says what to do.
    pub when: When,
    /// Line of the rule's file, from 1.
    pub line: u32,
}

/// One thing to do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// By which lines name it.
    pub name: String,
    /// What it does to the cluster.
    pub safety: Safety,
    /// In words.
    pub text: Template,
    /// To copy; empty where there is nothing to copy.
    pub sql: Template,
}

/// An input written as text, and the verdict that the rule must come to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Example {
    /// What it shows, in a sentence.
    pub name: String,
    /// The files, each after a line `//- path`.
    pub input: String,
    /// The verdict.
    pub verdict: Verdict,
    /// Line of the rule's file at which it begins, from 1.
    pub line: u32,
}

impl RowSet {
    /// Whether its rows are compared with those of another set.
    #[must_use]
    pub fn compares_with_others(&self) -> bool {
        let with = |test: &Test| matches!(&test.is, Is::ComparesWith(_, of, _) if of != "subject");
        self.filter.iter().any(with)
    }
}

impl When {
    /// Whether it can hold because something is not known.
    #[must_use]
    pub fn takes_ignorance(&self) -> bool {
        match self {
            Self::Unless(_) => true,
            Self::All(each) | Self::Any(each) => each.iter().any(Self::takes_ignorance),
            Self::Not(one) => one.takes_ignorance(),
            Self::Always
            | Self::Builds(_)
            | Self::Rows(_)
            | Self::Subject(_)
            | Self::Decided { .. }
            | Self::Unsaid(_)
            | Self::Untold => false,
        }
    }

    /// What it asks of the subject's row, in whatever it lies.
    #[must_use]
    pub fn of_subject(&self) -> Vec<&Test> {
        match self {
            Self::Subject(tests) => tests.iter().collect(),
            Self::All(each) | Self::Any(each) => each.iter().flat_map(Self::of_subject).collect(),
            Self::Not(one) | Self::Unless(one) => one.of_subject(),
            Self::Always
            | Self::Builds(_)
            | Self::Rows(_)
            | Self::Decided { .. }
            | Self::Unsaid(_)
            | Self::Untold => Vec::new(),
        }
    }
}

impl Rule {
    /// The place of a set of rows.
    #[must_use]
    pub fn row_set(&self, name: &str) -> Option<usize> {
        self.rows.iter().position(|set| set.name == name)
    }

    /// All sentences and commands that it can say.
    pub fn templates(&self) -> impl Iterator<Item = &Template> {
        let lines = self.lines.iter().map(|line| &line.say);
        let limits = self.limits.iter().map(|limit| &limit.say);
        let notes = self.notes.iter().map(|note| &note.say);
        let phrases = self.phrases.iter().map(|phrase| &phrase.say);
        let steps = self.steps.iter().flat_map(|step| [&step.text, &step.sql]);
        lines.chain(limits).chain(notes).chain(phrases).chain(steps)
    }

    /// All conditions under which it says something.
    pub fn conditions(&self) -> impl Iterator<Item = &When> {
        let lines = self.lines.iter().map(|line| &line.when);
        let limits = self.limits.iter().map(|limit| &limit.when);
        let notes = self.notes.iter().map(|note| &note.when);
        let phrases = self.phrases.iter().map(|phrase| &phrase.when);
        let guides = self.guides.iter().map(|guided| &guided.when);
        lines.chain(limits).chain(notes).chain(phrases).chain(guides)
    }

    /// Whether it is a note about the machines of the nodes, which is in no headline.
    #[must_use]
    pub fn is_note(&self) -> bool {
        self.basis == Basis::Environment
    }
}
