//! A-144650: every warning ends in exactly one finding, whatever else is known of its job, and is cleared only where
//! something in the history can prove it.

use std::fmt::Write;

use proptest::prelude::*;

use crdb_triage::model::Verdict;
use crdb_triage::report::{Finding, Report};

use crate::support::bundle;
use crate::support::run;

const JOB: &str = "1080330000000000257";
const WARNING: &str = "closing with flushes in-progress encountered an error";

/// What lines say of the job, with their source files; `J` stands for its id.
const LINES: [(&str, &str, &str); 16] = [
    ("jobs/adopt.go", "", "job J: resuming execution"),
    ("jobs/registry.go", "", "IMPORT job J: stepping through state running"),
    ("jobs/registry.go", "", "IMPORT job J: stepping through state succeeded"),
    ("jobs/registry.go", "", "SCHEMA CHANGE job J: stepping through state succeeded"),
    ("jobs/registry.go", "", "IMPORT job J: stepping through state failed with error: x"),
    ("jobs/registry.go", "", "job J: stepping through state canceled"),
    ("jobs/registry.go", "", "IMPORT job J: stepping through state reverting with error: x"),
    ("jobs/registry.go", "", "IMPORT job J: stepping through state succ"),
    ("jobs/registry.go", "", "job J: stepping through state failedI250611 05:00:00"),
    ("jobs/registry.go", "", "job J: running execution encountered retriable error: x"),
    ("sql/importer/import_job.go", ",job=IMPORT id=J", "encountered retryable error: x"),
    ("sql/exec_log.go", ",job=IMPORT id=J", "encountered retryable error: x"),
    (
        "sql/schema_changer.go",
        ",job=SCHEMA CHANGE id=J",
        "error while running schema change, retrying: x",
    ),
    (
        "sql/schema_changer.go",
        ",job=SCHEMA CHANGE id=J,scExec,id=120",
        "starting backfill for CREATE TABLE AS with query x",
    ),
    ("sql/schema_changer.go", ",job=SCHEMA CHANGE id=J", "skipping backfill for CREATE TABLE t"),
    ("crosscluster/physical/stream_ingestion_job.go", ",job=J", "hit retryable error x"),
];

const TAGS: [&str; 8] = [
    ",job=J",
    ",f00112233,job=‹IMPORT id=J›",
    ",f00112233,job=‹SCHEMA CHANGE id=J›,scExec,id=120",
    ",f00112233,job=‹SCHEMA CHANGE id=J›,scExec,id=120,mutation=1",
    ",job=J,proc=3",
    ",f00112233,job=‹×›",
    ",job=0",
    "",
];

const TENANTS: [&str; 4] = ["T1,Vsystem,", "T3,Vyard,", "T1,", ""];

const KINDS: [(&str, &str); 9] = [
    ("IMPORT", "IMPORT INTO yard.public.logs(a) CSV DATA ('s3://yard/logs.csv')"),
    ("SCHEMA CHANGE", "CREATE UNLOGGED TABLE yard.public.planks AS SELECT 1"),
    ("SCHEMA CHANGE", "REFRESH MATERIALIZED VIEW yard.public.stack"),
    ("SCHEMA CHANGE", "CREATE MATERIALIZED VIEW yard.public.stack AS SELECT 1"),
    ("SCHEMA CHANGE", "‹×›"),
    ("SCHEMA CHANGE", "DROP TABLE yard.public.bark"),
    ("REPLICATION STREAM INGESTION", "CREATE VIRTUAL CLUSTER a FROM REPLICATION OF b ON 'x'"),
    ("NULL", "NULL"),
    ("A TYPE OF TOMORROW", "NULL"),
];

const STATES: [&str; 9] = [
    "running",
    "pending",
    "succeeded",
    "failed",
    "canceled",
    "reverting",
    "cancel-requested",
    "revert-failed",
    "NULL",
];

/// One line of the history: which, second, node, virtual cluster.
type Line = (usize, u32, bool, usize);

/// One row: kind, state, whether it says when it ended.
type Row = (usize, usize, bool);

/// A small history of one job with one warning.
#[derive(Clone, Debug)]
struct History {
    lines: Vec<Line>,
    rows: Vec<Row>,
    warning: (usize, u32, bool, usize),
}

fn history() -> impl Strategy<Value = History> {
    let line = (0..LINES.len(), 0u32..3000, any::<bool>(), 0..TENANTS.len());
    let row = (0..KINDS.len(), 0..STATES.len(), any::<bool>());
    let warning = (0..TAGS.len(), 0u32..3000, any::<bool>(), 0..TENANTS.len());
    let lines = proptest::collection::vec(line, 0..6);
    (lines, proptest::collection::vec(row, 0..3), warning)
        .prop_map(|(lines, rows, warning)| History { lines, rows, warning })
}

impl History {
    fn bundle(&self) -> String {
        let mut text = String::new();
        for node in [1, 2] {
            let mut lines: Vec<(u32, String)> = Vec::new();
            for (which, second, other, tenant) in &self.lines {
                let (file, tags, message) = LINES[*which];
                if *other == (node == 2) {
                    let tags = format!("{}n{node}{tags}", TENANTS[*tenant]);
                    lines.push((*second, format!("{file}:261 ⋮ [{tags}] ? {message}")));
                }
            }
            let (tags, second, other, tenant) = self.warning;
            if other == (node == 2) {
                let tags = format!("{}n{node}{}", TENANTS[tenant], TAGS[tags]);
                lines.push((second, format!("kv/bulk/sst_batcher.go:432 ⋮ [{tags}] ? {WARNING}: addsstable [/Table/120/1/5,/Table/120/1/9): x")));
            }
            lines.sort();
            writeln!(text, "//- debug/nodes/{node}/logs/cockroach.log").unwrap();
            writeln!(text, "@binary v24.3.7 n{node} 250611 04:00:00.000000").unwrap();
            for (count, (second, line)) in lines.iter().enumerate() {
                let line = line.replace('J', JOB).replace(" ? ", &format!(" {}  ", count + 1));
                let (minute, second) = (second / 60, second % 60);
                writeln!(text, "W250611 05:{minute:02}:{second:02}.400000 77 {line}").unwrap();
            }
            let count = lines.len() + 1;
            writeln!(
                text,
                "I250611 06:30:00.000000 77 server/node.go:900 ⋮ [T1,n{node}] {count}  up"
            )
            .unwrap();
        }
        text += "//- debug/crdb_internal.jobs.txt\njob_id\tjob_type\tdescription\tdescriptor_ids\tstatus\tcreated\tfinished\n";
        for (kind, state, ended) in &self.rows {
            let (job_type, description) = KINDS[*kind];
            let state = STATES[*state];
            let finished = if *ended { "2025-06-11 05:30:00" } else { "NULL" };
            writeln!(text, "{JOB}\t{job_type}\t{description}\t{{120}}\t{state}\t2025-06-11 05:00:00\t{finished}").unwrap();
        }
        text + "//- debug/nodes.json\n{\"nodes\":[{\"desc\":{\"node_id\":1}},{\"desc\":{\"node_id\":2}}]}\n"
    }

    fn report(&self) -> Report {
        run::triage(&bundle::parse(&self.bundle()), 1 << 20)
    }

    /// Whether anything in it can prove that the lost rows do no harm: an end without success, a backfill that starts
    /// after the warning, or a view without data.
    fn may_clear(&self) -> bool {
        let lines =
            |words: &str| self.lines.iter().any(|(which, ..)| LINES[*which].2.contains(words));
        let rows =
            self.rows.iter().any(|(_, state, _)| matches!(STATES[*state], "failed" | "canceled"));
        let starts = |(which, second, ..): &Line| {
            LINES[*which].2.starts_with("starting backfill") && *second > self.warning.1
        };
        rows || lines("state failed with")
            || lines("state canceled")
            || self.lines.iter().any(starts)
    }
}

/// The findings of A-144650 that show the warning.
fn carriers(report: &Report) -> Vec<&Finding> {
    let shows = |finding: &&Finding| {
        finding.advisory == "A-144650"
            && finding.evidence.iter().any(|evidence| evidence.text.contains(WARNING))
    };
    report.findings.iter().filter(shows).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn a_warning_is_in_exactly_one_finding(history in history()) {
        let report = history.report();
        let carriers = carriers(&report);
        prop_assert_eq!(carriers.len(), 1, "{}", history.bundle());
        if carriers[0].verdict == Verdict::Cleared {
            prop_assert!(history.may_clear(), "{:?}\n{}", carriers[0].reasons, history.bundle());
        }
        let advisory = report.advisories.iter().find(|advisory| advisory.id == "A-144650");
        if !history.may_clear() {
            prop_assert!(advisory.unwrap().verdict >= Verdict::CannotTell);
        }
    }

    /// That a job is taken up again proves nothing by itself.
    #[test]
    fn an_adoption_never_clears(history in history(), second in 0u32..3000, node: bool) {
        prop_assume!(!history.may_clear());
        let mut adopted = history.clone();
        adopted.lines.push((0, second, node, 0));
        let report = adopted.report();
        for finding in carriers(&report) {
            prop_assert!(finding.verdict > Verdict::Cleared, "{}", adopted.bundle());
        }
    }
}
