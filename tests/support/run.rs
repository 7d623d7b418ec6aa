//! The whole engine over files in memory.

use std::sync::LazyLock;

use crdb_triage::ingest::native::block_on;
use crdb_triage::ingest::{Input, Limits, MemorySource};
use crdb_triage::report::{self, Report, Run};
use crdb_triage::rules::RuleSet;
use crdb_triage::triage::Engine;

use super::bundle::File;

/// Every report of every test is held against the schema.
static SCHEMA: LazyLock<jsonschema::Validator> = LazyLock::new(|| {
    let schema = include_str!("../../schema/report-2.schema.json");
    jsonschema::validator_for(&serde_json::from_str(schema).unwrap()).unwrap()
});

/// The report over `files`, read in slices of `slice` bytes.
pub(crate) fn triage(files: &[File], slice: usize) -> Report {
    let inputs: Vec<Input<MemorySource>> = files
        .iter()
        .map(|file| Input { path: file.path.clone(), source: MemorySource(file.text.clone()) })
        .collect();
    let engine = Engine::new(Limits { slice, ..Limits::default() }, RuleSet::shipped());
    let report = block_on(async {
        let plan = engine.plan(&inputs).await;
        let mut results = Vec::new();
        for unit in &plan.units {
            let source = &inputs[unit.source as usize].source;
            results.push(Some(engine.scan(source, unit, |_, _| {}).await));
        }
        report::compose(&engine.conclude(plan, results), Run::default())
    })
    .unwrap();
    follows_schema(&report);
    report
}

/// Holds a report against the schema.
pub(crate) fn follows_schema(report: &Report) {
    let json = serde_json::from_str(&report::json::print(report)).unwrap();
    let faults: Vec<String> = SCHEMA
        .iter_errors(&json)
        .map(|fault| format!("{}: {fault}", fault.instance_path()))
        .collect();
    assert!(faults.is_empty(), "the report is not of its schema: {faults:#?}");
}

/// The virtual cluster, with its cluster before it where there are several.
fn whose(subject: &report::Subject) -> String {
    let cluster = subject.cluster.as_ref().map(|name| format!("{name}/")).unwrap_or_default();
    format!("{cluster}{}", subject.tenant)
}

/// The part of a report that cases state: a line for the advisory `own` and for any other of which something asks for
/// action or whose detector has a finding, and a line per finding with the codes of its reasons.
pub(crate) fn verdicts(report: &Report, own: &str) -> String {
    let mut lines = Vec::new();
    let detected = |id: &str| ["A-144650", "A-63162", "A-88042"].contains(&id);
    let shown = |advisory: &&report::Advisory| {
        own == advisory.id
            || advisory.verdict.asks_for_action()
            || detected(&advisory.id) && !advisory.findings.is_empty()
    };
    for advisory in report.advisories.iter().filter(shown) {
        lines.push(format!("{} {}", advisory.id, advisory.verdict));
        for index in &advisory.findings {
            let finding = &report.findings[*index as usize];
            let kind = serde_json::to_value(finding.subject.kind).unwrap();
            let codes: Vec<&str> =
                finding.reasons.iter().map(|reason| reason.code.as_str()).collect();
            lines.push(format!(
                "  {} {} {} {} {}",
                kind.as_str().unwrap(),
                whose(&finding.subject),
                finding.subject.id,
                finding.verdict,
                codes.join(" ")
            ));
        }
    }
    lines.join("\n") + "\n"
}
