//! Tables of jobs about backups, made by tests.

use crdb_triage::model::Time;
use crdb_triage::report::Report;

use super::bundle::{self, File};

/// Midnight of 2021-03-22, from which tests count minutes.
pub(crate) const MIDNIGHT: i64 = 1_616_371_200;

/// An instant so many seconds after midnight, as tables write it.
pub(crate) fn at(seconds: i64) -> String {
    let text = Time((MIDNIGHT + seconds) * 1_000_000).to_string();
    text.replace('T', " ").trim_end_matches('Z').to_owned()
}

/// A row of `crdb_internal.jobs`.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    pub(crate) id: u64,
    pub(crate) job_type: &'static str,
    pub(crate) description: String,
    pub(crate) status: &'static str,
    pub(crate) created: i64,
    pub(crate) finished: Option<i64>,
}

impl Row {
    pub(crate) fn new(
        id: u64,
        job_type: &'static str,
        description: String,
        from: i64,
        to: i64,
    ) -> Self {
        Self { id, job_type, description, status: "succeeded", created: from, finished: Some(to) }
    }

    /// With another status; one that is not over has no end.
    pub(crate) fn status(self, status: &'static str) -> Self {
        let over = ["succeeded", "failed", "canceled"].contains(&status);
        Self { status, finished: self.finished.filter(|_| over), ..self }
    }

    fn cells(&self) -> [String; 6] {
        let end = self.finished.map_or("NULL".to_owned(), at);
        let id = self.id.to_string();
        let text = self.description.clone();
        [id, self.job_type.to_owned(), text, self.status.to_owned(), at(self.created), end]
    }
}

const NAMES: [&str; 6] = ["job_id", "job_type", "description", "status", "created", "finished"];

/// How a table is written.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Form {
    Tsv,
    Csv,
    Json,
}

/// A job that every cluster runs by itself; it ended before the rows of tests begin, so that the table reaches back to then.
fn automatic() -> Row {
    let text = "Table statistics refresh for shop.public.orders".to_owned();
    Row::new(700_001, "AUTO CREATE STATS", text, -12 * 3600, -12 * 3600 + 4)
}

/// The rows as a table, after that of an automatic job.
pub(crate) fn table(rows: &[Row], form: Form) -> String {
    let rows: Vec<Row> = std::iter::once(automatic()).chain(rows.iter().cloned()).collect();
    let line = |cells: &[String], tab: &str| {
        let quoted = |cell: &String| match cell.contains([',', '"']) && tab == "," {
            true => format!("\"{}\"", cell.replace('"', "\"\"")),
            false => cell.clone(),
        };
        cells.iter().map(quoted).collect::<Vec<_>>().join(tab) + "\n"
    };
    let names = NAMES.map(str::to_owned);
    let separated = |tab| {
        let rows = rows.iter().map(|row| line(&row.cells(), tab));
        std::iter::once(line(&names, tab)).chain(rows).collect()
    };
    match form {
        Form::Tsv => separated("\t"),
        Form::Csv => separated(","),
        Form::Json => {
            let object = |row: &Row| -> serde_json::Value {
                let cells = row.cells().map(|cell| match cell.as_str() {
                    "NULL" => serde_json::Value::Null,
                    _ => cell.into(),
                });
                names.iter().cloned().zip(cells).collect()
            };
            serde_json::to_string_pretty(&rows.iter().map(object).collect::<Vec<_>>()).unwrap()
        }
    }
}

/// A bundle below a folder: a log of one node that runs a version from 20 March on, and the table of jobs.
pub(crate) fn bundle(folder: &str, version: &str, cluster: u32, rows: &[Row]) -> Vec<File> {
    bundle_in(folder, version, cluster, &table(rows, Form::Tsv), "txt")
}

/// The same with the text of the table.
pub(crate) fn bundle_in(
    folder: &str,
    version: &str,
    cluster: u32,
    table: &str,
    ending: &str,
) -> Vec<File> {
    let text = format!(
        "//- {folder}debug/nodes/1/logs/cockroach.log\n\
         @binary {version} n1 210320 00:00:00.000000\n\
         I210320 00:00:00.000000 1 util/log/file_sync_buffer.go:237 ⋮ [T1,config]   clusterID: {cluster:08x}-13c4-4d58-9e6a-2f81a0c7d394\n\
         I210327 00:00:00.000000 88 server/node.go:900 ⋮ [n1] 1  still here\n\
         //- {folder}debug/crdb_internal.jobs.{ending}\n{table}"
    );
    bundle::parse(&text)
}

/// What an advisory says of backups, restores and chains: kind, id, verdict and codes of each finding.
pub(crate) fn findings(
    report: &Report,
    advisory: &str,
) -> Vec<(String, String, String, Vec<String>)> {
    let of = report.advisories.iter().find(|of| of.id == advisory).unwrap();
    let shown = |index: &u32| {
        let finding = &report.findings[*index as usize];
        let kind = serde_json::to_value(finding.subject.kind).unwrap();
        let codes = finding.reasons.iter().map(|reason| reason.code.clone()).collect();
        let id = finding.subject.id.clone();
        (kind.as_str().unwrap().to_owned(), id, finding.verdict.to_string(), codes)
    };
    of.findings.iter().map(shown).collect()
}
