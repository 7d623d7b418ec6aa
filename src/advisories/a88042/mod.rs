//! A-88042: a RESTORE that brings back rows of an `IMPORT INTO` that was rolled back.
//!
//! The rule and its sources: `docs/cockroachdb/backups.md#rolled-back-imports` and
//! `docs/cockroachdb/backups.md#rule-for-rolled-back-imports`. A layer holds the midst of an import into an existing
//! table, the import is rolled back, an incremental layer follows on the same chain, and an affected build restores the
//! chain to that layer or a later one. Nothing in a bundle shows that rows came back.

mod layers;
mod restores;

use crate::advisories::coverage;
use crate::facts::Facts;
use crate::model::{Operation, Tenancy};
use crate::scan::Signature;

use super::chains::{Findings, Remedy, View, unseen};
use super::{Decides, Decision, Declared, Detector};

/// The message by which fixed builds refuse to restore a damaged chain
/// (`docs/cockroachdb/backups.md#refused-restores`).
const REFUSAL: Signature =
    Signature { name: "a88042.refusal", literal: "affected by issue #88042" };

/// Decides A-88042.
pub(super) static DETECTOR: Detector = Detector {
    name: "a88042",
    decides: Decides::Itself(decide),
    signatures: &[REFUSAL],
    takes: restores::is_refusal,
    operations: &[Operation::Backup, Operation::Restore, Operation::Import, Operation::MoltFetch],
};

fn decide(declared: &Declared, facts: &Facts) -> Decision {
    let view = View { declared, facts };
    let mut findings = Findings::default();
    let bad = layers::judge(view, &mut findings);
    restores::judge(view, &bad, &mut findings);
    let may_restore = |of: &Tenancy, from, to| restores::concerns(view, of, from, to);
    unseen(view, may_restore, &mut findings);
    let remedy = Remedy::new(view, include_str!("remediation.md"));
    let (findings, layers) = findings.finish(view, |subject, said| remedy.steps(subject, said));
    let missing = coverage::jobs_tables_missing(facts);
    let mut decision = Decision::conclude(declared, facts, findings, missing);
    decision.layers = layers;
    decision
}
