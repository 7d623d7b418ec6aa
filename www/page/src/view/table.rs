//! The table of findings: what a row says, which rows are shown, in which order.

use std::cmp::{Ordering, Reverse};

use crdb_triage::model::{SortSmall, Time, Verdict};
use crdb_triage::report::wording::{self, capital};
use crdb_triage::report::{Finding, Report};

use super::jobs::Jobs;

/// One finding as a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Index in [`Report::findings`].
    pub finding: usize,
    /// Its verdict.
    pub verdict: Verdict,
    /// Id of the advisory.
    pub advisory: String,
    /// Kind of the subject as a noun.
    pub kind: String,
    /// Id of the subject.
    pub subject: String,
    /// Virtual cluster.
    pub tenant: String,
    /// Cluster, where the input holds several; else empty.
    pub cluster: String,
    /// The subject in the words of a sentence, with virtual cluster and cluster.
    pub named: String,
    /// What the job does; empty for other subjects.
    pub operation: String,
    /// State of the job; empty for other subjects.
    pub status: String,
    /// First dated piece of evidence.
    pub first_seen: Option<Time>,
    /// The reason that decides.
    pub reason: String,
    /// All that the filter looks into, in lower case.
    text: String,
}

/// By what the rows are ordered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Column {
    /// By strength; the report's own order.
    Verdict,
    /// By kind and id.
    Subject,
    /// By what the job does.
    Operation,
    /// By state.
    Status,
    /// By the first dated piece of evidence.
    FirstSeen,
}

impl Column {
    /// All columns, from left to right.
    pub const ALL: [Self; 5] =
        [Self::Verdict, Self::Subject, Self::Operation, Self::Status, Self::FirstSeen];

    /// Its heading.
    #[must_use]
    pub fn heading(self) -> &'static str {
        match self {
            Self::Verdict => "Verdict",
            Self::Subject => "Subject",
            Self::Operation => "Operation",
            Self::Status => "State",
            Self::FirstSeen => "First seen (UTC)",
        }
    }
}

/// An order of the rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sorting {
    /// By which column.
    pub column: Column,
    /// Against the column's natural order.
    pub reversed: bool,
}

impl Default for Sorting {
    fn default() -> Self {
        Self { column: Column::Verdict, reversed: false }
    }
}

impl Sorting {
    /// What a click on a heading makes of it: another column, or the other way round.
    #[must_use]
    pub fn clicked(self, column: Column) -> Self {
        Self { column, reversed: self.column == column && !self.reversed }
    }

    /// The value of `aria-sort` for a column. Strength comes down from the strongest, all else goes up.
    #[must_use]
    pub fn aria(self, column: Column) -> &'static str {
        match (self.column == column, (column == Column::Verdict) != self.reversed) {
            (false, _) => "none",
            (true, true) => "descending",
            (true, false) => "ascending",
        }
    }
}

/// Which rows are shown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Words that all have to occur, in lower case.
    words: Vec<String>,
    /// Verdicts that are not shown.
    hidden: Vec<Verdict>,
}

impl Filter {
    /// Shows only what has all words of `text`, whatever their case.
    pub fn search(&mut self, text: &str) {
        self.words = text.to_lowercase().split_whitespace().map(str::to_owned).collect();
    }

    /// Shows or hides a verdict.
    pub fn show(&mut self, verdict: Verdict, shown: bool) {
        self.hidden.retain(|hidden| *hidden != verdict);
        if !shown {
            self.hidden.push(verdict);
        }
    }

    /// Whether a row is shown.
    #[must_use]
    pub fn shows(&self, row: &Row) -> bool {
        !self.hidden.contains(&row.verdict) && self.words.iter().all(|word| row.text.contains(word))
    }
}

/// The findings as rows, in the order of the report.
#[must_use]
pub fn rows(report: &Report) -> Vec<Row> {
    let jobs = Jobs::of(report);
    report.findings.iter().enumerate().map(|(at, finding)| row(&jobs, at, finding)).collect()
}

fn row(jobs: &Jobs, at: usize, finding: &Finding) -> Row {
    let job = jobs.find(finding);
    let mut row = Row {
        finding: at,
        verdict: finding.verdict,
        advisory: finding.advisory.clone(),
        kind: capital(wording::subject_kind(finding.subject.kind)),
        subject: finding.subject.id.clone(),
        tenant: finding.subject.tenant.clone(),
        cluster: finding.subject.cluster.clone().unwrap_or_default(),
        named: wording::subject(&finding.subject),
        operation: job.map(|job| capital(&wording::operation(&job.operation))).unwrap_or_default(),
        status: job.map(|job| job.status.clone()).unwrap_or_default(),
        first_seen: finding.evidence.iter().filter_map(|evidence| evidence.time).min(),
        reason: finding.reasons.first().map(|reason| reason.text.clone()).unwrap_or_default(),
        text: String::new(),
    };
    let text = [
        wording::verdict_word(row.verdict),
        &row.advisory,
        &row.kind,
        &row.subject,
        &row.tenant,
        &row.cluster,
        &row.operation,
        &row.status,
        job.map_or("", |job| &job.description),
        &row.reason,
    ];
    row.text = text.join(" ").to_lowercase();
    row
}

/// The places of the rows in order. Rows that are equal in the chosen column keep the order of the report.
#[must_use]
pub fn order(rows: &[Row], sorting: Sorting) -> Vec<usize> {
    let mut places: Vec<usize> = (0..rows.len()).collect();
    places.sort_small_by(|a, b| {
        let (a, b) = (&rows[*a], &rows[*b]);
        let order = match sorting.column {
            Column::Verdict => b.verdict.cmp(&a.verdict),
            Column::Subject => {
                a.kind.cmp(&b.kind).then_with(|| numbers_as_numbers(&a.subject, &b.subject))
            }
            Column::Operation => a.operation.cmp(&b.operation),
            Column::Status => a.status.cmp(&b.status),
            // What has no time comes last, whichever way round.
            Column::FirstSeen => match (a.first_seen, b.first_seen) {
                (Some(a), Some(b)) => a.cmp(&b),
                (a, b) if sorting.reversed => a.is_some().cmp(&b.is_some()),
                (a, b) => b.is_some().cmp(&a.is_some()),
            },
        };
        if sorting.reversed { order.reverse() } else { order }
    });
    places
}

/// How many rows are in the document, of how many that the filter shows, of how many that there are.
#[must_use]
pub fn told(listed: usize, shown: usize, all: usize) -> String {
    match (listed == shown, shown == all) {
        (true, _) => format!("{shown} of {all} shown"),
        (false, true) => format!("The first {listed} of {all} shown"),
        (false, false) => format!("{shown} of {all} match, the first {listed} shown"),
    }
}

/// Ids are text, but those of digits compare by value, however long.
fn numbers_as_numbers(a: &str, b: &str) -> Ordering {
    let number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if number(a) && number(b) {
        let (a, b) = (a.trim_start_matches('0'), b.trim_start_matches('0'));
        a.len().cmp(&b.len()).then_with(|| a.cmp(b))
    } else {
        a.cmp(b)
    }
}

/// Which verdicts occur and how often, the strongest first.
#[must_use]
pub fn tally(rows: &[Row]) -> Vec<(Verdict, usize)> {
    let mut tally: Vec<(Verdict, usize)> = Vec::new();
    for row in rows {
        match tally.iter_mut().find(|(verdict, _)| *verdict == row.verdict) {
            Some((_, count)) => *count += 1,
            None => tally.push((row.verdict, 1)),
        }
    }
    tally.sort_small_by_key(|(verdict, _)| Reverse(*verdict));
    tally
}

#[cfg(test)]
#[path = "table_tests.rs"]
mod tests;
