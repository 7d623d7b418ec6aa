//! A-63162: incremental backups that miss what an index build, a RESTORE or an IMPORT wrote.
//!
//! The rule and its sources: `docs/cockroachdb/backups.md#bulk-writes-between-layers` and
//! `docs/cockroachdb/backups.md#rule-for-bulk-writes`. A layer holds the midst of the operation, and with it claims
//! spans whose data is written afterwards with older timestamps; the next incremental layer then exports only what is
//! newer. The preliminary notice left the range of versions open; the final one closed it.

mod layers;
mod restores;

use crate::advisories::coverage;
use crate::facts::Facts;
use crate::model::{Operation, Tenancy};

use super::chains::{Findings, Remedy, View, unseen};
use super::{Decides, Decision, Declared, Detector};

/// Decides A-63162.
pub(super) static DETECTOR: Detector = Detector {
    name: "a63162",
    decides: Decides::Itself(decide),
    signatures: &[],
    takes: |_| false,
    operations: &[Operation::Backup, Operation::Restore, Operation::Import],
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
