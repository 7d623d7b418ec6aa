//! The report as a table for spreadsheets and databases: a row for each finding, and one for each advisory without any.
//!
//! Comma-separated values as RFC 4180 describes them. A cell that a spreadsheet would take for a formula begins with an
//! apostrophe, so no text of the input is ever calculated.

use serde::Serialize;

use super::{Advisory, Finding, Reason, Report, visible};

/// The names of the columns.
const COLUMNS: [&str; 18] = [
    "advisory",
    "title",
    "severity",
    "basis",
    "origin",
    "applicability",
    "advisory_verdict",
    "why",
    "subject_kind",
    "cluster",
    "tenant",
    "subject_id",
    "verdict",
    "effective_verdict",
    "code",
    "reason",
    "evidence",
    "evidence_time",
];

/// The report as a table, with a line of names above it.
#[must_use]
pub fn print(report: &Report) -> String {
    let mut table = COLUMNS.join(",");
    table.push_str("\r\n");
    for advisory in &report.advisories {
        let findings = advisory.findings.iter();
        let findings: Vec<&Finding> =
            findings.filter_map(|at| report.findings.get(*at as usize)).collect();
        if findings.is_empty() {
            row(&mut table, advisory, None);
        }
        findings.into_iter().for_each(|finding| row(&mut table, advisory, Some(finding)));
    }
    table
}

fn row(table: &mut String, advisory: &Advisory, finding: Option<&Finding>) {
    let of = |text: &dyn Fn(&Finding) -> String| finding.map(text).unwrap_or_default();
    let cells: [String; COLUMNS.len()] = [
        advisory.id.clone(),
        advisory.title.clone(),
        advisory.severity.clone(),
        advisory.basis.clone(),
        word(&advisory.origin),
        word(&advisory.applicability),
        advisory.verdict.to_string(),
        advisory.why.clone(),
        of(&|finding| word(&finding.subject.kind)),
        of(&|finding| finding.subject.cluster.clone().unwrap_or_default()),
        of(&|finding| finding.subject.tenant.clone()),
        of(&|finding| finding.subject.id.clone()),
        of(&|finding| finding.verdict.to_string()),
        of(&|finding| finding.effective_verdict.to_string()),
        of(&|finding| first(finding, |reason| &reason.code)),
        of(&|finding| first(finding, |reason| &reason.text)),
        of(&|finding| {
            finding
                .evidence
                .first()
                .map(|at| format!("{}:{}", at.path, at.line))
                .unwrap_or_default()
        }),
        of(&|finding| {
            let time = finding.evidence.first().and_then(|at| at.time);
            time.map(|time| time.to_string()).unwrap_or_default()
        }),
    ];
    let cells: Vec<String> = cells.iter().map(|text| cell(text)).collect();
    table.push_str(&cells.join(","));
    table.push_str("\r\n");
}

/// A word of an enum, as the JSON report has it.
fn word(value: &impl Serialize) -> String {
    let value = serde_json::to_value(value).unwrap_or_default();
    value.as_str().unwrap_or_default().to_owned()
}

/// What the first reason has, which decides.
fn first(finding: &Finding, part: impl Fn(&Reason) -> &String) -> String {
    finding.reasons.first().map(|reason| part(reason).clone()).unwrap_or_default()
}

/// One cell, on one line.
fn cell(text: &str) -> String {
    let text = visible::line(text);
    let guard = if text.starts_with(['=', '+', '-', '@']) { "'" } else { "" };
    if guard.is_empty() && !text.contains(['"', ',']) {
        return text.into_owned();
    }
    format!("\"{guard}{}\"", text.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_quoted_and_never_a_formula() {
        for (text, expected) in [
            ("plain", "plain"),
            ("a, b", "\"a, b\""),
            ("say \"x\"", "\"say \"\"x\"\"\""),
            ("=1+1", "\"'=1+1\""),
            ("@SUM(A1)", "\"'@SUM(A1)\""),
            ("", ""),
        ] {
            assert_eq!(cell(text), expected);
        }
        assert!(!cell("a\r\nb").contains('\n'));
    }

    #[test]
    fn table_has_a_row_for_each_finding_and_each_advisory_without() {
        let report: Report =
            serde_json::from_str(include_str!("../../tests/samples/report.json")).unwrap();
        let table = print(&report);
        let without = report.advisories.iter().filter(|one| one.findings.is_empty()).count();
        assert_eq!(table.lines().count(), 1 + report.findings.len() + without);
        assert!(table.starts_with("advisory,title,"));
        assert!(table.contains("job,,demoapp,1065722008981340161,suspect,suspect,"), "{table}");
    }
}
