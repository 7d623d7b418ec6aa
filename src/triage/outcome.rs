//! What a run came to, before it is put into the shape of a report.

use std::collections::BTreeSet;

use crate::advisories::{ADVISORIES, Decision};
use crate::facts::{Content, Facts, Reading};
use crate::ingest::{Plan, SourceInfo};
use crate::model::{Unread, UnreadReason};

use super::engine::UnitResult;

/// How many files were found. `total = read + skipped + unread`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FileCounts {
    /// All.
    pub total: u64,
    /// Read wholly.
    pub read: u64,
    /// Not needed.
    pub skipped: u64,
    /// Not read, or not wholly.
    pub unread: u64,
}

/// What a run came to.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// What was handed in.
    pub sources: Vec<SourceInfo>,
    /// How many files were in it.
    pub files: FileCounts,
    /// Bytes of text read.
    pub bytes_read: u64,
    /// What the input says.
    pub facts: Facts,
    /// One decision per checked advisory.
    pub decisions: Vec<Decision>,
}

impl Outcome {
    /// Decides, from the plan and the result of each unit; none for a unit whose worker died.
    pub(super) fn conclude(
        plan: Plan,
        results: Vec<Option<UnitResult>>,
        signatures: &[&'static str],
    ) -> Self {
        let mut readings = Vec::new();
        let mut unread = plan.unread.clone();
        let mut bytes_read = 0;
        let mut results = results.into_iter();
        for unit in &plan.units {
            match results.next().flatten() {
                Some(result) => {
                    bytes_read += result.text;
                    unread.extend(
                        result
                            .unread
                            .into_iter()
                            .map(|lack| Unread { path: unit.path.clone(), ..lack }),
                    );
                    if result.content == Content::NotRecognized {
                        unread.push(not_recognized(&unit.path));
                    }
                    readings.push(Reading {
                        path: unit.path.clone(),
                        tenant: unit.tenant.clone(),
                        node: unit.node,
                        content: result.content,
                    });
                }
                None => unread.push(died(&unit.path)),
            }
        }
        unread.sort_by(|a, b| (&a.path, a.reason, &a.detail).cmp(&(&b.path, b.reason, &b.detail)));
        unread.dedup();
        let files = count(&plan, &unread);
        let facts = crate::facts::gather(&plan, readings, unread, signatures);
        let decisions = ADVISORIES
            .iter()
            .map(|advisory| (advisory.decide)(&advisory.declared, &facts))
            .collect();
        Self { sources: plan.sources, files, bytes_read, facts, decisions }
    }
}

/// Each file counts once; one that was read in part counts as unread.
fn count(plan: &Plan, unread: &[Unread]) -> FileCounts {
    let lacking: BTreeSet<&str> = unread.iter().map(|unread| unread.path.as_str()).collect();
    let read =
        plan.units.iter().filter(|unit| !lacking.contains(unit.path.as_str())).count() as u64;
    let counts = FileCounts { total: plan.files, read, skipped: plan.skipped, unread: 0 };
    FileCounts { unread: counts.total.saturating_sub(counts.read + counts.skipped), ..counts }
}

fn not_recognized(path: &str) -> Unread {
    Unread {
        path: path.to_owned(),
        reason: UnreadReason::NotRecognized,
        detail: "Nothing in it looks like a CockroachDB log or a jobs table.".to_owned(),
    }
}

fn died(path: &str) -> Unread {
    Unread {
        path: path.to_owned(),
        reason: UnreadReason::WorkerDied,
        detail: "The worker that read it stopped before it was done, so nothing of it counts."
            .to_owned(),
    }
}
