//! A row: what was measured, what it should be, and what it is.

use std::path::Path;

use serde_json::{Map, Value, json};

use crate::corpus::Corpus;
use crate::{Options, machine};

/// A line of the table.
#[derive(Debug)]
pub(crate) struct Row {
    /// Its name in the report, which stays.
    pub(crate) id: &'static str,
    /// What people read.
    pub(crate) what: &'static str,
    pub(crate) target: Target,
    pub(crate) outcome: Outcome,
}

/// What a figure should be.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Target {
    AtLeast(f64, &'static str),
    AtMost(f64, &'static str),
}

/// What became of a row.
#[derive(Debug)]
pub(crate) enum Outcome {
    Measured(Measured),
    /// It was left out; the sentence says why.
    Skipped(String),
    /// It could not run; the sentence says why.
    Failed(String),
}

/// A figure, and what it was made from.
#[derive(Debug)]
pub(crate) struct Measured {
    pub(crate) figure: f64,
    /// What was measured in each round, by name and unit.
    pub(crate) samples: Vec<(&'static str, Vec<f64>)>,
}

impl Target {
    fn is_met(self, figure: f64) -> bool {
        match self {
            Self::AtLeast(value, _) => figure >= value,
            Self::AtMost(value, _) => figure <= value,
        }
    }

    fn parts(self) -> (&'static str, f64, &'static str) {
        match self {
            Self::AtLeast(value, unit) => ("at_least", value, unit),
            Self::AtMost(value, unit) => ("at_most", value, unit),
        }
    }
}

impl Row {
    /// A row from what measuring it gave.
    pub(crate) fn new(
        id: &'static str,
        what: &'static str,
        target: Target,
        measured: Result<Measured, Outcome>,
    ) -> Self {
        Self { id, what, target, outcome: measured.map_or_else(|no| no, Outcome::Measured) }
    }

    pub(crate) fn failed(&self) -> bool {
        matches!(self.outcome, Outcome::Failed(_))
    }

    fn verdict(&self) -> &'static str {
        match &self.outcome {
            Outcome::Measured(measured) if self.target.is_met(measured.figure) => "met",
            Outcome::Measured(_) => "missed",
            Outcome::Skipped(_) => "skipped",
            Outcome::Failed(_) => "failed",
        }
    }
}

impl Outcome {
    /// An error with all that led to it.
    pub(crate) fn failed(error: &anyhow::Error) -> Self {
        Self::Failed(format!("{error:#}"))
    }

    /// The same for another row that needed the same measurement.
    pub(crate) fn again(&self) -> Self {
        match self {
            Self::Skipped(why) => Self::Skipped(why.clone()),
            Self::Failed(why) => Self::Failed(why.clone()),
            Self::Measured(_) => Self::Failed("it was measured".to_owned()),
        }
    }
}

/// The middle one.
pub(crate) fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    match sorted.len() {
        0 => f64::NAN,
        count if count % 2 == 1 => sorted[count / 2],
        count => f64::midpoint(sorted[count / 2 - 1], sorted[count / 2]),
    }
}

/// How many times as large the median of `a` is as that of `b`, with both.
pub(crate) fn ratio(a: (&'static str, &[f64]), b: (&'static str, &[f64])) -> Measured {
    Measured {
        figure: median(a.1) / median(b.1),
        samples: vec![(a.0, a.1.to_vec()), (b.0, b.1.to_vec())],
    }
}

/// The document that is written, `crdb-triage/bench/1`:
///
/// ```text
/// { "schema", "small": bool, "rounds": n, "peer": "…",
///   "machine": { "processor", "processors": n, "memory_bytes": n, "system", "browser" },
///   "corpus":  { "version": n, "text_bytes": n, "zip_bytes": n },
///   "rows":    [{ "id", "what", "target": { "kind": "at_least|at_most", "value": x, "unit" },
///                 "figure": x | null, "verdict": "met|missed|skipped|failed", "reason": "…" | null,
///                 "samples": { name: [x, …] } }],
///   "in_memory": [{ "id", "bytes_per_second": x }] }
/// ```
///
/// Names of samples end with their unit. Figures may be added; none is renamed without another number of the schema.
pub(crate) fn report(options: &Options, corpus: &Corpus, rows: &[Row], bench: &Path) -> Value {
    let peer = options.peer.as_ref().and_then(|path| path.file_name());
    let peer = peer.map_or("six passes of ripgrep".into(), |name| name.to_string_lossy());
    json!({
        "schema": "crdb-triage/bench/1",
        "small": options.small,
        "rounds": options.rounds,
        "peer": peer,
        "machine": machine::describe(),
        "corpus": {
            "version": crdb_triage_corpus::VERSION,
            "text_bytes": corpus.text,
            "zip_bytes": corpus.zip_bytes(),
        },
        "rows": rows.iter().map(row).collect::<Vec<_>>(),
        "in_memory": machine::in_memory(bench),
    })
}

fn row(row: &Row) -> Value {
    let (kind, value, unit) = row.target.parts();
    let mut samples = Map::new();
    let (figure, reason) = match &row.outcome {
        Outcome::Measured(measured) => {
            for (name, values) in &measured.samples {
                samples.insert((*name).to_owned(), json!(values));
            }
            (Some(measured.figure), None)
        }
        Outcome::Skipped(why) | Outcome::Failed(why) => (None, Some(why)),
    };
    json!({
        "id": row.id,
        "what": row.what,
        "target": { "kind": kind, "value": value, "unit": unit },
        "figure": figure,
        "verdict": row.verdict(),
        "reason": reason,
        "samples": samples,
    })
}

/// The table that is printed; in `BENCHMARKS.md` it stands as it is.
pub(crate) fn table(rows: &[Row]) -> String {
    let mut text =
        String::from("| what | target | figure | verdict |\n| --- | --- | --- | --- |\n");
    for row in rows {
        let (kind, value, unit) = row.target.parts();
        let sign = if kind == "at_least" { "≥" } else { "≤" };
        let figure = match &row.outcome {
            Outcome::Measured(measured) => {
                let of: Vec<String> = measured
                    .samples
                    .iter()
                    .map(|(name, values)| format!("{name} {}", short(median(values))))
                    .collect();
                let figure = measured.figure;
                format!("{} {unit} ({})", short(figure), of.join(", "))
            }
            Outcome::Skipped(why) | Outcome::Failed(why) => why.clone(),
        };
        let line =
            format!("| {} | {sign} {value} {unit} | {figure} | {} |\n", row.what, row.verdict());
        text.push_str(&line);
    }
    text
}

/// Three digits, or all in front of the point.
fn short(value: f64) -> String {
    match value.abs() {
        0.0..10.0 => format!("{value:.2}"),
        10.0..100.0 => format!("{value:.1}"),
        _ => format!("{value:.0}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_in_the_middle_whatever_the_order() {
        assert_eq!(median(&[3.0, 9.0, 1.0]).to_bits(), 3.0f64.to_bits());
        assert_eq!(median(&[4.0, 1.0, 2.0, 9.0]).to_bits(), 3.0f64.to_bits());
    }

    #[test]
    fn a_row_says_what_became_of_it() {
        let verdict = |target, measured| Row::new("id", "what", target, measured).verdict();
        let two = || Ok(ratio(("a s", &[4.0]), ("b s", &[2.0])));
        assert_eq!(verdict(Target::AtLeast(2.0, "×"), two()), "met");
        assert_eq!(verdict(Target::AtLeast(2.1, "×"), two()), "missed");
        assert_eq!(verdict(Target::AtMost(1.9, "×"), two()), "missed");
        assert_eq!(
            verdict(Target::AtMost(1.9, "×"), Err(Outcome::Skipped(String::new()))),
            "skipped"
        );
    }
}
