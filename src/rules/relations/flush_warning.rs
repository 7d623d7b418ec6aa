//! `flush_warning`: a row for each warning of the batcher, and for each run of a job that the logs do not cover.

use std::collections::BTreeMap;

use crate::advisories::Declared;
use crate::advisories::flush_warnings::{self, FlushWarning, Group, OfJob, Verified};
use crate::advisories::ranges::Placement;
use crate::facts::Facts;
use crate::model::{BackupPart, Evidence, Subject, Time};
use crate::rules::evaluate::EVIDENCE;
use crate::rules::form::rule::Value;
use crate::rules::limits::Doubt;
use crate::rules::relation::{Cell, Derived, Row, Told};

pub(in crate::rules) fn groups<'a>(
    declared: &'a Declared,
    facts: &'a Facts,
) -> Vec<Box<dyn Derived + 'a>> {
    let groups = flush_warnings::groups(declared, facts).into_iter();
    groups.map(|group| Box::new(group) as Box<dyn Derived>).collect()
}

impl Derived for Group<'_> {
    fn subject(&self) -> Subject {
        Group::subject(self)
    }

    fn len(&self) -> usize {
        Group::len(self)
    }

    fn row(&self, place: usize) -> Row {
        let warning = Group::row(self, place);
        let subject = Group::subject(self);
        Row {
            cells: cells(self, &warning),
            id: subject.id,
            node: warning.sign.and_then(|sign| sign.node),
            ran: warning.sign.map(|sign| sign.ran.clone()),
            evidence: Group::evidence(self, place),
            redacted: false,
            doubts: doubts(self, &warning),
        }
    }

    /// The rows, and what else shows the one that decides.
    fn evidence(&self, told: &Told) -> Vec<Evidence> {
        // The rows may be thousands; what decides must not fall behind the limit.
        let rows = (0..Group::len(self)).take(EVIDENCE / 2);
        let mut evidence: Vec<Evidence> =
            rows.filter_map(|place| Group::evidence(self, place)).collect();
        evidence.extend(told.places.iter().flat_map(|place| self.beside(*place)));
        evidence.dedup();
        evidence.truncate(EVIDENCE);
        evidence
    }

    fn values(&self, _: Option<&BackupPart>) -> BTreeMap<&'static str, String> {
        Group::values(self)
    }
}

/// What is uncertain about the build that wrote a warning of a job.
fn doubts(group: &Group<'_>, warning: &FlushWarning<'_>) -> Vec<Doubt> {
    let builds = warning.builds.clone();
    match (group, warning.placed) {
        // Whose it is is in doubt already.
        (Group::Alone(_), _) | (_, Placement::Affected | Placement::NotAffected) => Vec::new(),
        _ if warning.sign.is_none() => Vec::new(),
        (_, Placement::Unknown) => vec![Doubt::Build { sign: "warning", builds }],
        (_, Placement::NotNamed) => vec![Doubt::TestingBuild { build: builds }],
    }
}

/// In the order of the relation's columns.
fn cells(group: &Group<'_>, warning: &FlushWarning<'_>) -> Vec<Cell> {
    let FlushWarning { sign, error, restarted, end: (end, state, ended), .. } = warning;
    let (of, fits) = match group {
        Group::Job(of) => (Some(&**of), &[][..]),
        Group::Alone(alone) => (None, &alone.fits[..]),
    };
    let job = of.map(|of| of.job);
    let id = job.map(|job| job.id).or(sign.and_then(|sign| sign.job));
    let kind = match (of, sign) {
        (None, _) => "unattributed",
        (Some(_), Some(_)) => "warning",
        (Some(_), None) => "run",
    };
    let fits: Vec<String> = fits.iter().map(|job| job.id.to_string()).collect();
    let placed = match warning.placed {
        Placement::Affected => "affected",
        Placement::NotNamed => "not_named",
        Placement::NotAffected => "not_affected",
        Placement::Unknown => "unknown",
    };
    let indexes = error.indexes.filter(|_| of.is_none_or(OfJob::is_numbered));
    let uncovered = of.and_then(|of| of.uncovered.as_ref());
    let run = match uncovered.map(|uncovered| uncovered.missing.is_empty()) {
        None => "covered",
        Some(false) => "not_covered",
        Some(true) => "not_in_logs",
    };
    let verified = of.map_or(&Verified::No, |of| &of.verified);
    let (verify, missing, equal, why) = match verified {
        Verified::No => ("no", None, None, None),
        Verified::Missing(rows) => ("missing", Some(*rows), None, None),
        Verified::Whole(rows) => ("whole", None, Some(*rows), None),
        Verified::DoesNotCount(why) => ("not_counted", None, None, Some(why.clone())),
    };
    vec![
        Cell::text(kind),
        text(id.map(|id| id.to_string())),
        flag(sign.is_some_and(|sign| sign.tag.redacted)),
        text((!fits.is_empty()).then(|| fits.join(", "))),
        Cell::text(group.job().map_or("unknown", |job| job.operation.as_str())),
        text(job.map(|job| job.job_type.clone())),
        text(state.as_ref().map(ToString::to_string)),
        Cell::text(end),
        time(*ended),
        text(of.and_then(|of| of.contradiction.clone())),
        time(sign.map(|sign| sign.entry.time)),
        flag(sign.is_some_and(|sign| sign.tag.index_backfiller.is_some())),
        Cell::text(placed),
        Cell::text(&warning.builds),
        Cell::text(restarted.word),
        text(restarted.gap.clone()),
        flag(restarted.retried),
        text(warning.refreshed_by.map(|id| id.to_string())),
        flag(of.is_some_and(|of| of.no_data)),
        Cell::text(verify),
        number(missing),
        number(equal),
        text(why),
        flag(warning.source_known),
        flag(error.teardown),
        flag(error.redacted),
        number(error.table),
        number(indexes.map(|(first, _)| first)),
        number(indexes.map(|(_, last)| last)),
        text(indexes.map(|(first, last)| {
            if first == last {
                format!("index {last}")
            } else {
                format!("indexes {first} to {last}")
            }
        })),
        number(job.and_then(|job| job.rows)),
        flag(of.is_some_and(|of| of.torn_state)),
        flag(of.is_some_and(|of| of.script_reports)),
        Cell::text(run),
        text(uncovered.map(|uncovered| uncovered.time.clone())),
        text(uncovered.map(|uncovered| uncovered.missing.join("; "))),
        flag(uncovered.is_none_or(|uncovered| uncovered.named)),
    ]
}

fn text(text: Option<String>) -> Cell {
    text.map_or(Cell::Absent, |text| Cell::Value(Value::Text(text)))
}

fn flag(flag: bool) -> Cell {
    Cell::Value(Value::Bool(flag))
}

fn number(number: Option<u64>) -> Cell {
    number.map_or(Cell::Absent, Cell::number)
}

fn time(time: Option<Time>) -> Cell {
    time.map_or(Cell::Absent, |time| Cell::Value(Value::Time(time)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Job, JobId, JobStatus, Tenancy};
    use crate::rules::form::schema::{Kind, relation};

    /// An open import of which no log was read.
    #[test]
    fn rows_have_a_cell_of_its_kind_for_each_column() {
        let mut facts = Facts::default();
        let mut job = Job::new(&Tenancy::default(), JobId(7));
        job.operation = crate::model::Operation::Import;
        job.status = Some(JobStatus::Running);
        facts.jobs.insert((Tenancy::default(), JobId(7)), job);
        let declared = Declared::default();
        let groups = groups(&declared, &facts);
        assert_eq!(groups.len(), 1);
        let row = groups[0].row(0);
        let columns = relation("flush_warning").unwrap().columns;
        assert_eq!(row.cells.len(), columns.len());
        for (cell, column) in row.cells.iter().zip(columns) {
            let Cell::Value(value) = cell else { continue };
            let said = column.kind == Kind::Said && matches!(value, Value::Text(_));
            assert!(said || column.kind.takes(value), "{}: {value:?}", column.name);
        }
        assert_eq!(row.cell("flush_warning", "run"), Some(&Cell::text("not_covered")));
    }
}
