//! Order and filter of the table of findings.

use super::*;
use crate::view::fixture;

fn shown(sorting: Sorting, filter: &Filter) -> Vec<usize> {
    let rows = rows(&fixture::report());
    order(&rows, sorting).into_iter().filter(|at| filter.shows(&rows[*at])).collect()
}

fn by(column: Column, reversed: bool) -> Vec<usize> {
    shown(Sorting { column, reversed }, &Filter::default())
}

fn filtered(text: &str) -> Vec<usize> {
    let mut filter = Filter::default();
    filter.search(text);
    shown(Sorting::default(), &filter)
}

#[test]
fn a_row_joins_finding_and_job() {
    let rows = rows(&fixture::report());
    assert_eq!(rows[0].operation, "IMPORT");
    assert_eq!(rows[0].status, "succeeded");
    assert_eq!(
        rows[0].first_seen.map(|t| t.to_string()).as_deref(),
        Some("2025-04-22T06:22:39.852238Z")
    );
    assert!(rows[0].reason.starts_with("A background flush failed"));
    assert_eq!((rows[1].kind.as_str(), rows[1].operation.as_str()), ("Log entry", ""));
}

#[test]
fn every_column_sorts_both_ways() {
    assert_eq!(by(Column::Verdict, false), [0, 1, 2, 3]);
    assert_eq!(by(Column::Verdict, true), [3, 2, 1, 0]);
    assert_eq!(by(Column::Subject, false), [0, 3, 2, 1]);
    assert_eq!(by(Column::Operation, false), [1, 3, 0, 2]);
    assert_eq!(by(Column::Status, false), [1, 2, 0, 3]);
    assert_eq!(by(Column::FirstSeen, false), [0, 3, 1, 2]);
    assert_eq!(by(Column::FirstSeen, true), [2, 1, 3, 0]);
}

#[test]
fn what_has_no_time_comes_last_either_way() {
    let mut report = fixture::report();
    report.findings[0].evidence.clear();
    for reversed in [false, true] {
        let sorting = Sorting { column: Column::FirstSeen, reversed };
        assert_eq!(order(&rows(&report), sorting)[3], 0);
    }
}

#[test]
fn a_click_chooses_a_column_and_a_second_one_turns_it_round() {
    let first = Sorting::default().clicked(Column::Subject);
    assert_eq!(
        (first.column, first.reversed, first.aria(Column::Subject)),
        (Column::Subject, false, "ascending")
    );
    assert_eq!(first.clicked(Column::Subject).aria(Column::Subject), "descending");
    assert_eq!(first.aria(Column::Verdict), "none");
    assert_eq!(Sorting::default().aria(Column::Verdict), "descending");
}

#[test]
fn the_filter_wants_all_words_in_any_order_and_case() {
    assert_eq!(filtered("  orders IMPORT "), [0]);
    assert_eq!(filtered("1065722008981340162"), [3]);
    assert_eq!(filtered("at risk"), [2]);
    assert_eq!(filtered("demoapp"), [0, 1]);
    assert_eq!(filtered("nothing like it"), [0; 0]);
    let mut filter = Filter::default();
    filter.show(Verdict::Cleared, false);
    filter.show(Verdict::Suspect, false);
    assert_eq!(shown(Sorting::default(), &filter), [1, 2]);
    filter.show(Verdict::Suspect, true);
    assert_eq!(shown(Sorting::default(), &filter), [0, 1, 2]);
}

#[test]
fn the_same_job_of_two_clusters_is_two_rows_that_the_filter_tells_apart() {
    let mut report = fixture::report();
    let (mut job, mut finding) = (report.jobs[0].clone(), report.findings[0].clone());
    report.jobs[0].cluster = Some("East".to_owned());
    report.findings[0].subject.cluster = Some("East".to_owned());
    job.cluster = Some("West".to_owned());
    job.status = "failed".to_owned();
    finding.subject.cluster = Some("West".to_owned());
    report.jobs.insert(0, job);
    report.findings.push(finding);
    let all = rows(&report);
    let found = |text: &str| -> Vec<(usize, &str)> {
        let mut filter = Filter::default();
        filter.search(text);
        let shown = all.iter().filter(|row| filter.shows(row));
        shown.map(|row| (row.finding, row.status.as_str())).collect()
    };
    assert_eq!(found("east"), [(0, "succeeded")]);
    assert_eq!(found("west"), [(4, "failed")]);
    assert_eq!(all[4].named, "job 1065722008981340161 of virtual cluster demoapp of cluster West");
}

#[test]
fn ids_of_digits_compare_by_value() {
    assert_eq!(numbers_as_numbers("99", "1065722008981340161"), Ordering::Less);
    assert_eq!(numbers_as_numbers("007", "7"), Ordering::Equal);
    assert_eq!(numbers_as_numbers("b", "a"), Ordering::Greater);
}

#[test]
fn what_is_not_in_the_document_is_said() {
    assert_eq!(told(4, 4, 4), "4 of 4 shown");
    assert_eq!(told(3, 3, 4), "3 of 4 shown");
    assert_eq!(told(0, 0, 4), "0 of 4 shown");
    assert_eq!(told(100, 10_000, 10_000), "The first 100 of 10000 shown");
    assert_eq!(told(100, 3000, 10_000), "3000 of 10000 match, the first 100 shown");
}

#[test]
fn the_tally_goes_from_strong_to_weak() {
    let tally = tally(&rows(&fixture::report()));
    let expected = [Verdict::Suspect, Verdict::Possible, Verdict::AtRisk, Verdict::Cleared];
    assert_eq!(tally, expected.map(|verdict| (verdict, 1)));
}
