//! Reports that nobody's engine wrote: whatever is read is laid out and printed without a fall.

use std::hint::black_box;

use crdb_triage::report::{self, Report, html, markdown, text, wording};
use proptest::prelude::*;
use proptest::sample::Index;
use serde_json::{Value, json};

use super::{chains, coverage, format, map, saved, table, timeline};
use crate::view::fixture;

/// Every value of a document, by its pointer.
fn pointers(value: &Value, at: String, found: &mut Vec<String>) {
    match value {
        Value::Object(fields) => {
            fields.iter().for_each(|(name, value)| pointers(value, format!("{at}/{name}"), found));
        }
        Value::Array(items) => {
            let items = items.iter().enumerate();
            items.for_each(|(index, value)| pointers(value, format!("{at}/{index}"), found));
        }
        _ => {}
    }
    found.push(at);
}

/// Another value in the place of one: of the same type, and as far away as that allows.
fn change(value: &mut Value, how: usize) {
    const TIMES: [&str; 4] = [
        "0000-01-01T00:00:00.000000Z",
        "9999-12-31T23:59:59.999999Z",
        "1970-01-01T00:00:00.000000Z",
        "2025-04-22T06:22:39.852238Z",
    ];
    let is_time = |text: &str| text.len() == 27 && text.ends_with('Z');
    match value {
        Value::Array(items) if how < 4 => items.clear(),
        Value::Array(items) if how < 8 => items.extend(items.clone()),
        Value::Array(items) => items.reverse(),
        Value::Number(_) => {
            *value = [json!(0), json!(u32::MAX), json!(u64::MAX), json!(1)][how % 4].clone()
        }
        Value::String(text) if is_time(text) => TIMES[how % 4].clone_into(text),
        Value::String(text) => {
            ["", "system", "\u{202e}字", "18446744073709551616"][how % 4].clone_into(text);
        }
        Value::Bool(is) => *is = !*is,
        Value::Null => *value = json!(TIMES[how % 4]),
        Value::Object(_) => {}
    }
}

/// All that the page makes of a report.
fn show(report: &Report) {
    black_box(coverage::summary(report));
    let map = map::map(report);
    map.rows().for_each(drop);
    black_box(map::table::of_nodes(report));
    black_box(map::table::of_jobs(report));
    for at in chains::order(report) {
        let chain = &report.chains[at];
        black_box(chains::picture(report, chain, None));
        black_box(chains::table::sections(report, chain, None));
    }
    for finding in &report.findings {
        if let Some(chain) = wording::chain_of(report, finding) {
            black_box(chains::picture(report, chain, Some(finding)));
            black_box(chains::table::sections(report, chain, Some(finding)));
        }
        if let Some(job) = wording::job_of(report, finding) {
            black_box(timeline::layout(&job.timeline));
        }
    }
    let rows = table::rows(report);
    black_box(table::order(&rows, table::Sorting::default()));
    for advisory in &report.advisories {
        if let (Some(from), Some(to)) = (advisory.coverage.from, advisory.coverage.to) {
            black_box(format::range(from, to));
            black_box(format::exactly(from, to));
        }
    }
    for report in [report, &report::redact(report)] {
        black_box((html::print(report), markdown::print(report), text::print(report)));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn a_report_of_any_values_is_shown_or_refused(
        changes in prop::collection::vec((any::<Index>(), 0usize..12), 1..6),
        of_backups in any::<bool>(),
    ) {
        let report = if of_backups { fixture::backups() } else { fixture::report() };
        let mut document = serde_json::to_value(report).unwrap();
        for (which, how) in changes {
            let mut all = Vec::new();
            pointers(&document, String::new(), &mut all);
            change(document.pointer_mut(which.get(&all[..]).as_str()).unwrap(), how);
        }
        if let Ok(printed) = saved::read(format!("{document:#}").as_bytes()) {
            show(&printed.report);
        }
    }
}
