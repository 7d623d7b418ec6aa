//! Rows of relations: typed cells, whose rows they are, what shows them, and whether there may be more.

use std::collections::{BTreeMap, BTreeSet};

use crate::advisories::Declared;
use crate::facts::{Facts, Ran};
use crate::model::{BackupPart, Evidence, LayerMark, NodeId, Subject, Time, Verdict, Version};

use super::asks::Asks;
use super::builds::Fleet;
use super::form::rule::{self, RowSet, Rule, Test, Value};
use super::form::schema;
use super::form::windows::Windows;
use super::history::Stated;
use super::limits::Doubt;
use super::relations;
use super::truth::Missing;
use super::view::View;

/// One cell of a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Cell {
    /// A value.
    Value(Value),
    /// There is none, for certain.
    Absent,
    /// It is not known.
    Unknown(Missing),
    /// The cells of all columns that only the input names.
    Others(BTreeMap<String, Cell>),
}

impl Cell {
    /// A value, or a fact that is missing.
    pub(super) fn known<T>(value: Option<T>, make: impl Fn(T) -> Value, missing: Missing) -> Self {
        value.map_or_else(|| Self::Unknown(missing), |value| Self::Value(make(value)))
    }

    /// A number.
    pub(super) fn number(number: impl Into<i128>) -> Self {
        Self::Value(Value::Number(number.into() * MILLION))
    }

    /// An instant.
    pub(super) fn time(time: Option<Time>, of: &str) -> Self {
        Self::known(time, Value::Time, Missing::Instant { of: of.to_owned() })
    }

    /// A build.
    pub(super) fn version(version: Option<&Version>, missing: Missing) -> Self {
        Self::known(version.cloned(), Value::Version, missing)
    }

    /// A text.
    pub(super) fn text(text: &str) -> Self {
        Self::Value(Value::Text(text.to_owned()))
    }
}

/// Numbers are kept in millionths.
pub(super) const MILLION: i128 = 1_000_000;

/// One row.
#[derive(Clone, Debug)]
pub(super) struct Row {
    /// In the order of the relation's columns.
    pub(super) cells: Vec<Cell>,
    /// What a report calls it, where it is the subject of a finding.
    pub(super) id: String,
    /// Node that it is about.
    pub(super) node: Option<NodeId>,
    /// The builds that ran when and where it happened, if it happened once.
    pub(super) ran: Option<Ran>,
    /// What shows it.
    pub(super) evidence: Option<Evidence>,
    /// Whether a part of what it says was removed before we got it.
    pub(super) redacted: bool,
    /// What else is uncertain about it.
    pub(super) doubts: Vec<Doubt>,
}

/// Rows that a detector derives about one subject: they are one finding.
pub(super) trait Derived {
    /// What the finding is about.
    fn subject(&self) -> Subject;
    /// How many rows there are: at least one.
    fn len(&self) -> usize;
    /// The row at a place. There may be many, so each is made when it is looked at.
    fn row(&self, place: usize) -> Row;
    /// The parts that layers of backup chains play if the row at a place comes to a verdict.
    fn marks(&self, _place: usize, _verdict: Verdict) -> Vec<LayerMark> {
        Vec::new()
    }
    /// The evidence of a finding.
    fn evidence(&self, told: &Told) -> Vec<Evidence>;
    /// The backup chain that a finding is about, from the parts that layers play in all findings of the rule.
    fn backup(&self, _told: &Told, _marks: &BTreeSet<LayerMark>) -> Option<BackupPart> {
        None
    }
    /// The values of placeholders for the steps.
    fn values(&self, part: Option<&BackupPart>) -> BTreeMap<&'static str, String>;
}

/// The rows of a group of which a line holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Told {
    /// Places of those that the finding tells, the strongest first.
    pub(super) places: Vec<usize>,
    /// Places of the others.
    pub(super) untold: Vec<usize>,
}

/// The rows of a relation that a detector derives, by subject.
pub(super) fn derived<'a>(
    from: &str,
    declared: &'a Declared,
    facts: &'a Facts,
) -> Vec<Box<dyn Derived + 'a>> {
    match from {
        "backup_chain" => relations::backup_chain::groups(declared, facts),
        "flush_warning" => relations::flush_warning::groups(declared, facts),
        // The reader of rules knows no other.
        _ => Vec::new(),
    }
}

/// The rows of a relation for one virtual cluster.
#[derive(Clone, Debug, Default)]
pub(super) struct Rows {
    /// Those that were read.
    pub(super) rows: Vec<Row>,
    /// Why there may be more; nothing if the source was read completely.
    pub(super) missing: BTreeSet<Missing>,
}

impl Row {
    /// The cell of a column.
    pub(super) fn cell(&self, relation: &str, column: &str) -> Option<&Cell> {
        let (place, _) = schema::relation(relation)?.column(column)?;
        match self.cells.get(place)? {
            Cell::Others(others) => others.get(column),
            cell => Some(cell),
        }
    }
}

/// Rows that a rule asks for.
#[derive(Clone, Copy)]
pub(super) struct Wanted<'r> {
    /// Name of the relation.
    pub(super) from: &'r str,
    /// What holds of them.
    pub(super) filter: &'r [Test],
    /// Of a setting without a value of its own, the value that the builds of the windows have.
    pub(super) default: Option<&'r Value>,
    /// Builds that the rule is about.
    pub(super) windows: &'r Windows,
    /// The rule.
    pub(super) rule: &'r Rule,
    /// What a person says of the history of the cluster.
    pub(super) stated: &'r Stated,
    /// What is asked of tables for them.
    pub(super) asks: Asks<'r>,
}

impl RowSet {
    pub(super) fn asked<'r>(
        &'r self,
        rule: &'r Rule,
        stated: &'r Stated,
        asks: Asks<'r>,
    ) -> Wanted<'r> {
        let Self { from, filter, default, .. } = self;
        let (default, windows) = (default.as_ref(), &rule.windows);
        Wanted { from, filter, default, windows, rule, stated, asks }
    }
}

impl rule::Subject {
    pub(super) fn rows<'r>(
        &'r self,
        rule: &'r Rule,
        stated: &'r Stated,
        asks: Asks<'r>,
    ) -> Wanted<'r> {
        let Self { from, filter, default, .. } = self;
        let (default, windows) = (default.as_ref(), &rule.windows);
        Wanted { from, filter, default, windows, rule, stated, asks }
    }
}

/// The rows of a relation, and of those at least the ones that are asked for.
pub(super) fn rows(view: &View<'_>, fleet: &Fleet<'_>, wanted: Wanted<'_>) -> Rows {
    match wanted.from {
        "cluster" => relations::cluster::rows(view, fleet),
        "node" => relations::node::rows(view, fleet),
        "build" => relations::build::rows(view, fleet, wanted),
        "setting" => relations::setting::rows(view, wanted),
        "log" => relations::log::rows(view, wanted),
        "table" | "index" | "column" | "object" => relations::schema::rows(view, wanted),
        "job" => relations::job::rows(view, fleet, wanted),
        "upgrade" => relations::upgrade::rows(view, fleet),
        "row" => relations::row::rows(view, wanted),
        "event" => relations::row::events(view, wanted),
        "range" => relations::row::ranges(view, wanted),
        "store" => relations::store::stores(view),
        "metric" => relations::store::metrics(view, wanted),
        // The reader of rules knows no other.
        _ => Rows::default(),
    }
}
