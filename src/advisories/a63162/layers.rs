//! Layers taken during an operation, and those after it.

use crate::advisories::chains::{
    Bad, BadLayers, Capture, Doubt, Findings, Said, View, layer_name, not_told, operation_name,
    was_undone,
};
use crate::advisories::ranges::Placement;
use crate::facts::{BulkOperation, Chain, Ended, Layer, OperationKind, Within};
use crate::model::{JobStatus, LayerKind, LayerState, Reason, SortSmall, Verdict, Version};

/// Judges every operation over every chain that holds its midst. What is bad, for the restores.
pub(super) fn judge<'a>(view: View<'a>, findings: &mut Findings) -> BadLayers<'a> {
    let mut bad = BadLayers::default();
    for operation in &view.backups().operations {
        // What is rolled back is not in use; the advisory does not speak of it.
        if was_undone(operation.status.as_ref()) {
            continue;
        }
        for chain in view.backups().around(operation) {
            if let Some(capture) = Capture::of(operation, chain) {
                bad.extend(Midst { view, capture }.judge(findings));
            }
        }
    }
    bad
}

/// An operation whose midst a chain holds.
struct Midst<'a> {
    view: View<'a>,
    capture: Capture<'a>,
}

impl<'a> Midst<'a> {
    fn judge(&self, findings: &mut Findings) -> Vec<Bad<'a>> {
        let unknown = [OperationKind::SomeSchemaChange, OperationKind::SomeJob];
        if unknown.contains(&self.capture.operation.kind) {
            self.not_told(findings);
            return Vec::new();
        }
        let bad = self.after(findings);
        let during = self.during(findings);
        let next = self.next(findings);
        if during || next || !bad.is_empty() {
            findings.captured(&self.capture);
        }
        bad
    }

    fn is_index(&self) -> bool {
        is_index(self.capture.operation)
    }

    fn chain(&self) -> &'a Chain {
        self.capture.chain
    }

    /// A schema change that may have built an index, or a job that may have been any operation.
    fn not_told(&self, findings: &mut Findings) {
        let Self { view, capture } = self;
        let mut placed = vec![self.captured_by_build()];
        let what = if capture.operation.kind == OperationKind::SomeJob {
            placed.extend(capture.after.iter().map(|(layer, _)| view.wrote(self.chain(), layer)));
            placed.push(self.next_placement());
            "What that job did cannot be read: its type and its description are missing or of no known form."
        } else {
            "Whether that built an index cannot be read from its description."
        };
        if placed.iter().all(|placement| *placement == Placement::NotAffected) {
            return;
        }
        // Only full backups hold it, and the next one is full: whatever it was, nothing was skipped.
        let full = capture.caps.iter().all(|(layer, _)| layer.kind == LayerKind::Full);
        if full && capture.after.is_empty() && capture.ended {
            return;
        }
        let text = format!(
            "{} was taken while {} was at work. {what}",
            self.caught(),
            operation_name(capture.operation)
        );
        findings.captured(capture);
        let said = Said::new(Verdict::CannotTell, not_told(capture.operation), text);
        findings.chain(capture.chain, said.about(*view, capture).steps("Chain at risk"));
    }

    /// Layers after the end of an operation that succeeded.
    fn after(&self, findings: &mut Findings) -> Vec<Bad<'a>> {
        let Self { view, capture } = self;
        let operation = capture.operation;
        if operation.status != Some(JobStatus::Succeeded) {
            return Vec::new();
        }
        let mut bad = Vec::new();
        let Some((first, _)) = capture.after.first() else { return bad };
        // Whose fault it is decides which build matters (`docs/cockroachdb/backups.md#which-build-decides`): of an
        // index the one that took it as if it were complete; of tables the one that took the next layer, because fixed
        // builds look one layer back.
        let placement = if self.is_index() {
            self.captured_by_build()
        } else {
            view.wrote(self.chain(), first)
        };
        if placement == Placement::NotAffected {
            // Only where an affected build left something to repair.
            if !self.is_index() && self.captured_by_build() != Placement::NotAffected {
                self.taken_anew(first, findings);
            }
            return bad;
        }
        let limits = self.limits();
        for (layer, within) in &capture.after {
            let mut doubts = capture.doubts_after(layer, *within);
            doubts.extend(Doubt::of(placement));
            let text = format!(
                "{} was taken while {} was at work, and {} was taken on it afterwards. What the operation wrote with older timestamps is in neither, so {} restored from this time or later may lack entries.",
                self.caught(),
                operation_name(operation),
                layer_name(layer),
                if self.is_index() { "the index" } else { "tables" }
            );
            let said = Said::new(Verdict::Suspect, "CAPTURED_THEN_SKIPPED", text)
                .doubted(&doubts)
                .at_most(Verdict::Possible, limits.clone());
            let said = said
                .about(*view, capture)
                .seen(&self.chain().tenancy, layer.job)
                .steps("Suspect backup");
            let (verdict, limits) = (said.verdict, said.limits.clone());
            bad.push(Bad { operation, chain: capture.chain, layer, verdict, limits });
            findings.backup(capture.chain, layer, said);
        }
        bad
    }

    fn taken_anew(&self, layer: &Layer, findings: &mut Findings) {
        let Self { view, capture } = self;
        let text = format!(
            "{} was taken while {} was at work. A fixed build took the next backup, and such a build takes tables anew that were offline in the one before.",
            self.caught(),
            operation_name(capture.operation)
        );
        let said = Said::new(Verdict::Cleared, "TAKEN_ANEW", text);
        let said = said.about(*view, capture).seen(&self.chain().tenancy, layer.job);
        findings.backup(self.chain(), layer, said);
    }

    /// What keeps a whole pattern from being certain.
    fn limits(&self) -> Vec<Reason> {
        let reason =
            |code: &str, text: &str| Reason { code: code.to_owned(), text: text.to_owned() };
        if self.is_index() {
            if self.last_was_20_1_14() {
                return vec![reason(
                    "INDEX_FIX_IN_20_1_14",
                    "Build 20.1.14 has the part of the fix that is about indexes by its release notes, and is affected by the text of the advisory.",
                )];
            }
            let first = self.capture.after.first();
            let healed = first.is_some_and(|(layer, _)| {
                self.view.wrote(self.chain(), layer) == Placement::NotAffected
            });
            if healed && !self.revalidated() {
                return vec![reason(
                    "FIXED_LAYER_AFTER",
                    "A fixed build took the first backup after the index was built. Such a build does not export again what an earlier backup claimed to hold; nobody has verified that.",
                )];
            }
            return Vec::new();
        }
        if self.capture.holds_offline_tables() || self.before_19_2_2() {
            return Vec::new();
        }
        vec![reason(
            "TABLE_MAY_BE_LEFT_OUT",
            "From 19.2.2 on, backups of databases and tables leave out tables that are offline, and the next incremental backup normally fails then. This one did not fail, so it cannot be cleared.",
        )]
    }

    /// Incremental layers in the midst: the advisory says not to rely on them.
    fn during(&self, findings: &mut Findings) -> bool {
        let Self { view, capture } = self;
        let mut any = false;
        for (layer, within) in &capture.caps {
            if layer.kind == LayerKind::Full {
                continue;
            }
            let placement = view.wrote(capture.chain, layer);
            if placement == Placement::NotAffected {
                continue;
            }
            let text = format!(
                "It was taken while {} was at work. The advisory says not to rely on incremental backups of that time.",
                operation_name(capture.operation)
            );
            let mut doubts = capture.doubts_of(layer, *within);
            doubts.extend(Doubt::of(placement));
            if layer.kind == LayerKind::Unknown {
                doubts.push(Doubt::Kind);
            }
            doubts.sort_small();
            let said = Said::new(Verdict::Possible, "TAKEN_DURING", text)
                .doubted(&doubts)
                .about(*view, capture)
                .seen(&self.chain().tenancy, layer.job)
                .steps("Suspect backup");
            findings.backup(capture.chain, layer, said);
            any = true;
        }
        any
    }

    /// What the next incremental layer will be.
    fn next(&self, findings: &mut Findings) -> bool {
        let Self { view, capture } = self;
        let operation = capture.operation;
        let succeeded = operation.status == Some(JobStatus::Succeeded);
        let over = succeeded && (capture.ended || !capture.after.is_empty());
        if over || self.next_placement() == Placement::NotAffected {
            return false;
        }
        let name = operation_name(operation);
        let said = if operation.ended == Ended::RevertFailed {
            let text = format!(
                "{} was taken while {name} was at work, and undoing that failed: its tables may be offline for good. What later backups hold of them cannot be told.",
                self.caught()
            );
            Said::new(Verdict::CannotTell, "REVERT_FAILED", text)
        } else if operation.ended == Ended::Sometime {
            let text = format!(
                "{name} succeeded, and nothing tells when. So it cannot be told which backups of this chain came after it."
            );
            Said::new(Verdict::CannotTell, "MISSING_FINISH", text)
        } else if succeeded {
            let text = format!(
                "{} was taken while {name} was at work. The next incremental backup on this chain will lack what it wrote: take a full one instead.",
                self.caught()
            );
            Said::new(Verdict::AtRisk, "NEXT_INCREMENTAL", text)
        } else {
            let text = format!(
                "{} was taken while {name} was at work, which is not over. The next incremental backup after its end will lack what it wrote: take a full one then.",
                self.caught()
            );
            Said::new(Verdict::AtRisk, "OP_NOT_FINISHED", text)
        };
        let said = said
            .doubted(&capture.doubts())
            .coming(capture)
            .about(*view, capture)
            .steps("Chain at risk");
        findings.chain(capture.chain, said);
        true
    }

    /// Where the build lies whose fault the next layer will show: of an index the one that took the last layer in its
    /// midst, of tables the one that will take the next, most likely the newest that was seen.
    fn next_placement(&self) -> Placement {
        let Self { view, capture } = self;
        if self.is_index() {
            return self.captured_by_build();
        }
        let owner = &self.chain().tenancy;
        match view.facts.cluster(&owner.cluster).collected {
            Some(collected) => view.placement(owner, collected, collected),
            None => capture
                .caps
                .last()
                .map_or(Placement::Unknown, |(layer, _)| view.wrote(self.chain(), layer)),
        }
    }

    /// The newest layer in the midst.
    fn last(&self) -> Option<&'a Layer> {
        self.capture.caps.last().map(|(layer, _)| *layer)
    }

    /// Where the build lies that took the newest layer in the midst; whichever that is, if that is not certain.
    fn captured_by_build(&self) -> Placement {
        let caps = self.capture.caps.iter().rev();
        let certain = |(layer, within): &(&Layer, Within)| {
            *within == Within::Yes && layer.state == LayerState::Done
        };
        let mut placed = Vec::new();
        for cap in caps {
            placed.push(self.view.wrote(self.chain(), cap.0));
            if certain(cap) {
                break;
            }
        }
        let one = placed.into_iter().reduce(|a, b| if a == b { a } else { Placement::Unknown });
        one.unwrap_or(Placement::Unknown)
    }

    fn last_was_20_1_14(&self) -> bool {
        let exactly = Version::parse("v20.1.14");
        self.builds(|version| Some(version) == exactly.as_ref())
    }

    /// Until then every backup held tables that were offline (`docs/cockroachdb/backups.md#offline-tables-in-backups`).
    fn before_19_2_2(&self) -> bool {
        self.builds(|version| version.series() == (19, 2) && version.patch < 2)
    }

    /// Whether it is known of the build that took the newest layer in the midst.
    fn builds(&self, is: impl Fn(&Version) -> bool) -> bool {
        let Some(layer) = self.last() else { return false };
        let (from, to) = self.view.run_of_layer(self.chain(), layer);
        let ran = self.view.ran(&self.chain().tenancy, from, to);
        let mut candidates = ran.iter().flat_map(|ran| &ran.candidates).peekable();
        candidates.peek().is_some()
            && candidates.all(|(_, version)| version.as_ref().is_some_and(&is))
    }

    /// Whether a restore of this chain said that it found indexes caught in their building.
    fn revalidated(&self) -> bool {
        self.view.backups().restores.iter().any(|restore| {
            let says =
                restore.running_status.as_deref().is_some_and(|s| s.contains("re-validating"));
            says && self
                .view
                .read_by(restore)
                .is_some_and(|read| std::ptr::eq(read.chain, self.capture.chain))
        })
    }

    fn caught(&self) -> String {
        self.capture.newest_name()
    }
}

/// Whether what is missing is of an index, which a restore can build anew.
pub(super) fn is_index(operation: &BulkOperation) -> bool {
    matches!(operation.kind, OperationKind::IndexBuild | OperationKind::SomeSchemaChange)
}
