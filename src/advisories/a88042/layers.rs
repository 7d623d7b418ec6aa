//! Layers after an import that was rolled back.

use crate::advisories::chains::{
    Bad, BadLayers, Capture, Doubt, Findings, Said, View, layer_name, not_told, operation_name,
    was_undone,
};
use crate::advisories::ranges::Placement;
use crate::facts::{Ended, OperationKind};
use crate::model::{JobStatus, Reason, Verdict};

/// Judges every import into an existing table over every chain that holds its midst. What is bad, for the restores.
pub(super) fn judge<'a>(view: View<'a>, findings: &mut Findings) -> BadLayers<'a> {
    let mut bad = BadLayers::default();
    for operation in &view.backups().operations {
        let may_be_into_existing = matches!(
            operation.kind,
            OperationKind::ImportInto | OperationKind::SomeImport | OperationKind::SomeJob
        );
        if !may_be_into_existing {
            continue;
        }
        let placement = view.worked(operation);
        if placement == Placement::NotAffected {
            continue;
        }
        for chain in view.backups().around(operation) {
            if let Some(capture) = Capture::of(operation, chain) {
                bad.extend(Import { view, capture, placement }.judge(findings));
            }
        }
    }
    bad
}

/// An import whose midst a chain holds.
struct Import<'a> {
    view: View<'a>,
    capture: Capture<'a>,
    placement: Placement,
}

impl<'a> Import<'a> {
    fn judge(&self, findings: &mut Findings) -> Vec<Bad<'a>> {
        let operation = self.capture.operation;
        match &operation.status {
            status if was_undone(status.as_ref()) => self.rolled_back(findings),
            _ if operation.kind == OperationKind::SomeJob => {
                self.some_job(findings);
                Vec::new()
            }
            Some(JobStatus::Succeeded) => {
                self.succeeded(findings);
                Vec::new()
            }
            _ => {
                self.open(findings);
                Vec::new()
            }
        }
    }

    fn rolled_back(&self, findings: &mut Findings) -> Vec<Bad<'a>> {
        let Self { view, capture, .. } = self;
        let operation = capture.operation;
        let name = operation_name(operation);
        if operation.kind == OperationKind::SomeJob {
            self.some_job(findings);
            return Vec::new();
        }
        if operation.kind == OperationKind::SomeImport {
            let text = format!(
                "{} was taken while {name} ran, which was rolled back afterwards. What was imported cannot be read from its description: it may have been a new table, which would be harmless, or one that existed.",
                self.caught()
            );
            findings.captured(capture);
            let said = Said::new(Verdict::CannotTell, not_told(operation), text);
            findings.chain(capture.chain, said.about(*view, capture).steps("Chain at risk"));
            return Vec::new();
        }
        if operation.wrote_nothing {
            let text = format!(
                "{name} was rolled back before it had written anything, as its payload says: there was nothing that could come back."
            );
            let said = Said::new(Verdict::Cleared, "NOTHING_WRITTEN", text);
            findings.chain(capture.chain, said.about(*view, capture));
            return Vec::new();
        }
        if operation.ended == Ended::Sometime {
            let text = format!(
                "{name} was rolled back, and nothing tells when that was done. So it cannot be told which backups of this chain came after it."
            );
            findings.captured(capture);
            let said = Said::new(Verdict::CannotTell, "MISSING_FINISH", text);
            findings.chain(capture.chain, said.about(*view, capture).steps("Chain at risk"));
            return Vec::new();
        }
        if capture.after.is_empty() && capture.ended {
            return Vec::new();
        }
        findings.captured(capture);
        if capture.after.is_empty() {
            let text = format!(
                "{} was taken while {name} ran, which was rolled back afterwards. The next incremental backup on this chain completes the pattern: take a full one instead.",
                self.caught()
            );
            let said = Said::new(Verdict::AtRisk, "NEXT_INCREMENTAL", text);
            let said = self.limited(said, &capture.doubts()).coming(capture);
            findings.chain(capture.chain, said.about(*view, capture).steps("Chain at risk"));
            return Vec::new();
        }
        let mut bad = Vec::new();
        for (layer, within) in &capture.after {
            let text = format!(
                "{} was taken while {name} ran; that was rolled back, and {} was taken after it on the same chain. A restore to this time or later by an affected build brings back rows that the rollback removed.",
                self.caught(),
                layer_name(layer)
            );
            let said = Said::new(Verdict::Suspect, "CAPTURED_THEN_ROLLED_BACK", text);
            let said = self.limited(said, &capture.doubts_after(layer, *within));
            let said = said
                .about(*view, capture)
                .seen(&capture.chain.tenancy, layer.job)
                .steps("Suspect backup");
            let (verdict, limits) = (said.verdict, said.limits.clone());
            bad.push(Bad { operation, chain: capture.chain, layer, verdict, limits });
            findings.backup(capture.chain, layer, said);
        }
        bad
    }

    /// A job that may have been an import into an existing table. What succeeded was not rolled back, and what a later full
    /// backup follows without an incremental one is harmless.
    fn some_job(&self, findings: &mut Findings) {
        let Self { view, capture, .. } = self;
        let operation = capture.operation;
        let succeeded = operation.status == Some(JobStatus::Succeeded);
        if succeeded || (capture.after.is_empty() && capture.ended) {
            return;
        }
        let text = format!(
            "{} was taken while {} was at work. Neither its type nor its description can be read: it may have been an IMPORT INTO that was or will be rolled back.",
            self.caught(),
            operation_name(operation)
        );
        findings.captured(capture);
        let said = Said::new(Verdict::CannotTell, not_told(operation), text);
        findings.chain(capture.chain, said.about(*view, capture).steps("Chain at risk"));
    }

    /// "Sequence 2" of issue 88042, which the advisory does not speak of
    /// (`docs/cockroachdb/backups.md#succeeded-imports-with-revision-history`).
    fn succeeded(&self, findings: &mut Findings) {
        let Self { view, capture, .. } = self;
        if capture.holds_offline_tables() || !capture.has_history() {
            return;
        }
        for (layer, within) in &capture.after {
            let text = format!(
                "{} was taken with revision history while {} ran, which succeeded; {} may lack rows that it imported. The advisory does not speak of this, but the issue that it is about does.",
                self.caught(),
                operation_name(capture.operation),
                layer_name(layer)
            );
            let said = Said::new(Verdict::Possible, "RELATED_ISSUE", text);
            let said = self.limited(said, &capture.doubts_after(layer, *within));
            findings.captured(capture);
            findings.backup(
                capture.chain,
                layer,
                said.about(*view, capture)
                    .seen(&capture.chain.tenancy, layer.job)
                    .steps("Suspect backup"),
            );
        }
    }

    fn open(&self, findings: &mut Findings) {
        let Self { view, capture, .. } = self;
        let name = operation_name(capture.operation);
        findings.captured(capture);
        let said = if capture.operation.ended == Ended::RevertFailed {
            let text = format!(
                "{} was taken while {name} ran, and rolling that back failed: its table may still be offline, with some of its rows. What later backups hold of it cannot be told.",
                self.caught()
            );
            Said::new(Verdict::CannotTell, "REVERT_FAILED", text)
        } else {
            let text = format!(
                "{} was taken while {name} ran, which is not over. If it is rolled back, the next incremental backup on this chain completes the pattern: take a full one when it is over.",
                self.caught()
            );
            self.limited(Said::new(Verdict::AtRisk, "OP_NOT_FINISHED", text), &capture.doubts())
        };
        findings.chain(capture.chain, said.about(*view, capture).steps("Chain at risk"));
    }

    fn caught(&self) -> String {
        self.capture.newest_name()
    }

    fn limited(&self, said: Said, doubts: &[Doubt]) -> Said {
        let mut doubts = doubts.to_vec();
        doubts.extend(Doubt::of(self.placement));
        let mut said = said.doubted(&doubts);
        if !self.capture.holds_offline_tables() && !self.capture.has_history() {
            said = said.at_most(Verdict::Possible, vec![Reason {
                code: "WITHOUT_REVISION_HISTORY".to_owned(),
                text: "Backups of databases and tables without revision history leave out tables that are offline, so most likely this one does not hold the midst of the import, and the next incremental one fails.".to_owned(),
            }]);
        }
        said
    }
}
