//! Which rows belong to a subject: those that agree with it in columns, happened in its time, or compare with its times.

use std::collections::BTreeSet;

use crate::model::Time;

use super::evaluate::{Case, Of};
use super::form::rule::{Is, RowSet, Test, Value, When};
use super::form::schema;
use super::relation::{Cell, Row};
use super::test;
use super::truth::{Missing, Truth};

/// Whether a test compares with the row of the subject, and so has to wait for it.
pub(super) fn is_of_subject(test: &Test) -> bool {
    matches!(&test.is, Is::ComparesWith(_, of, _) if of == "subject")
}

impl Case<'_> {
    /// The cell of a column in the first row of a set that is asked for, and that belongs to the subject where there is one;
    /// of the name `subject`, of its own row.
    pub(super) fn cell_of(&self, of: Option<Of<'_>>, set: &str, column: &str) -> Cell {
        if set == "subject" {
            let row = of.and_then(|of| of.row);
            let cell = row.and_then(|row| row.cell(&self.rule.subject.from, column));
            return cell.cloned().unwrap_or(Cell::Absent);
        }
        let Some(place) = self.rule.row_set(set) else { return Cell::Absent };
        let (asked, from) = (&self.asked[place], &self.rule.rows[place].from);
        let rows = || asked.rows.rows.iter().zip(&asked.truths);
        let belongs = |row: &Row| of.is_none_or(|of| self.belongs(place, row, of).holds());
        let first = rows().find(|(row, truth)| truth.holds() && belongs(row));
        let first = first.or(rows().find(|(_, truth)| truth.holds())).or(rows().next());
        first.and_then(|(row, _)| row.cell(from, column)).cloned().unwrap_or(Cell::Absent)
    }

    /// Whether there are enough rows of a set for a subject.
    pub(super) fn rows(&self, place: usize, of: Of<'_>) -> Truth {
        let (set, asked) = (&self.rule.rows[place], &self.asked[place]);
        let (mut held, mut open, mut missing) = (0_usize, 0_usize, BTreeSet::new());
        let (mut sum, mut sum_open) = (0_i128, false);
        for (row, truth) in asked.rows.rows.iter().zip(&asked.truths) {
            if *truth == Truth::False {
                continue;
            }
            match truth.clone().and(self.belongs(place, row, of)) {
                Truth::True => held += 1,
                Truth::False => continue,
                Truth::Unknown(facts) => {
                    open += 1;
                    sum_open = true;
                    missing.extend(facts);
                    continue;
                }
            }
            let summed = set.sum.as_ref().and_then(|(column, _)| row.cell(&set.from, column));
            match summed {
                Some(Cell::Value(Value::Number(number))) => sum = sum.saturating_add(*number),
                Some(Cell::Unknown(fact)) => {
                    sum_open = true;
                    missing.insert(fact.clone());
                }
                _ => {}
            }
        }
        let min = set.min as usize;
        let least = set.sum.as_ref().map_or(0, |(_, least)| *least);
        if held >= min && sum >= least {
            return Truth::True;
        }
        missing.extend(asked.rows.missing.iter().cloned());
        let may = held + open >= min && (sum >= least || sum_open);
        if may || !asked.rows.missing.is_empty() {
            return Truth::Unknown(missing);
        }
        Truth::False
    }

    /// Whether a row belongs to the subject: in the columns in which it has to agree, by its time, and by what its filter
    /// compares with the subject.
    fn belongs(&self, place: usize, row: &Row, of: Of<'_>) -> Truth {
        let set = &self.rule.rows[place];
        let same = Truth::all(set.same.iter().map(|column| {
            let own = row.cell(&set.from, column);
            let subject = of.row.and_then(|subject| subject.cell(&self.rule.subject.from, column));
            match (own, subject) {
                (Some(Cell::Value(one)), Some(Cell::Value(other))) => (one == other).into(),
                (Some(Cell::Unknown(missing)), _) | (_, Some(Cell::Unknown(missing))) => {
                    Truth::unknown(missing.clone())
                }
                _ => Truth::False,
            }
        }));
        if same == Truth::False {
            return same;
        }
        let other = |set: &str, column: &str| self.cell_of(Some(of), set, column);
        let tests = set.filter.iter().filter(|test| is_of_subject(test));
        let compared = test::all(tests, &set.from, row, self.set.patterns(), &other);
        same.and(compared).and(self.within(set, row, of))
    }

    /// Whether a row happened, at least in part, in the time of the subject. What has no end goes on.
    fn within(&self, set: &RowSet, row: &Row, of: Of<'_>) -> Truth {
        let Some((from, until)) = &set.within else { return Truth::True };
        let span = schema::relation(&set.from).and_then(schema::Relation::span);
        let Some((began, ended)) = span else { return Truth::False };
        let subject =
            |column: &str| of.row.and_then(|subject| subject.cell(&self.rule.subject.from, column));
        let starts = before(row.cell(&set.from, began), subject(until));
        starts.and(before(subject(from), row.cell(&set.from, ended)))
    }

    /// The rows of the sets by which a condition holds.
    pub(super) fn rows_of(&self, when: &When, of: Of<'_>) -> Vec<&Row> {
        match when {
            When::Rows(place) => {
                let asked = &self.asked[*place];
                let rows = asked.rows.rows.iter().zip(&asked.truths);
                rows.filter(|(row, truth)| truth.holds() && self.belongs(*place, row, of).holds())
                    .map(|(row, _)| row)
                    .collect()
            }
            When::All(each) | When::Any(each) => {
                each.iter().flat_map(|one| self.rows_of(one, of)).collect()
            }
            When::Always
            | When::Builds(_)
            | When::Subject(_)
            | When::Not(_)
            | When::Unless(_)
            | When::Decided { .. }
            | When::Unsaid(_)
            | When::Untold => Vec::new(),
        }
    }

    /// From and until when what the subject is about happened, as far as it is known.
    pub(super) fn event(&self, row: &Row) -> Option<(Time, Time)> {
        let subject = &self.rule.subject;
        let time = |column: Option<&String>| match row.cell(&subject.from, column?)? {
            Cell::Value(Value::Time(time)) => Some(*time),
            _ => None,
        };
        let from = time(subject.at.first())?;
        let until = time(subject.at.last()).or(self.fleet.last()).unwrap_or(from);
        Some((from, until.max(from)))
    }

    /// Whether a build of the windows ran on any node when the subject happened.
    pub(super) fn at_event(&self, row: &Row) -> Truth {
        let subject = &self.rule.subject;
        let cells = subject.at.iter().filter_map(|column| row.cell(&subject.from, column));
        let unknown: BTreeSet<Missing> = cells
            .filter_map(|cell| match cell {
                Cell::Unknown(missing) => Some(missing.clone()),
                _ => None,
            })
            .collect();
        let ever = || self.fleet.ever(self.rule, self.set.stated());
        let Some((from, until)) = self.event(row) else {
            return if ever() == Truth::False { Truth::False } else { Truth::Unknown(unknown) };
        };
        let truth = self.fleet.during(self.rule, self.set.stated(), from, until);
        match truth {
            // It may have ended before.
            Truth::True if !unknown.is_empty() => Truth::Unknown(unknown),
            truth => truth,
        }
    }
}

/// Whether one time is not after another; an end that is not there is after everything.
fn before(one: Option<&Cell>, other: Option<&Cell>) -> Truth {
    match (one, other) {
        (Some(Cell::Value(Value::Time(one))), Some(Cell::Value(Value::Time(other)))) => {
            (one <= other).into()
        }
        (Some(Cell::Value(_)), Some(Cell::Absent)) => Truth::True,
        (Some(Cell::Unknown(missing)), _) | (_, Some(Cell::Unknown(missing))) => {
            Truth::unknown(missing.clone())
        }
        _ => Truth::False,
    }
}
