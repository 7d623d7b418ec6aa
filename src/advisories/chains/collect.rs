//! Findings about backups, put together by subject: one backup can be concerned by several operations.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use crate::facts::{BulkOperation, Chain, Layer};
use crate::model::{
    BackupPart, Evidence, Finding, JobId, LayerKind, LayerMark, LayerRole, Reason, Remediation,
    Subject, SubjectKind, Tenancy, Verdict,
};

use super::{Capture, Doubt, View, words};

/// At most so many operations are told of one subject, and so many pieces of evidence shown; the picture has them all.
const TOLD: usize = 5;
const EVIDENCE: usize = 20;

/// What is said of a subject because of one operation.
#[derive(Clone, Debug)]
pub(in crate::advisories) struct Said {
    pub(in crate::advisories) verdict: Verdict,
    /// The first decides.
    pub(in crate::advisories) reasons: Vec<Reason>,
    pub(in crate::advisories) evidence: Vec<Evidence>,
    pub(in crate::advisories) part: BackupPart,
    /// Section of the advisory's remediation; empty for none.
    pub(in crate::advisories) section: &'static str,
}

impl Said {
    /// What `code` says of a subject.
    pub(in crate::advisories) fn new(verdict: Verdict, code: &str, text: String) -> Self {
        Self {
            verdict,
            reasons: vec![Reason { code: code.to_owned(), text }],
            evidence: Vec::new(),
            part: BackupPart::default(),
            section: "",
        }
    }

    /// Not above `limit`, with the reasons why not. Where they lower the verdict the first of them decides, because it is
    /// what a reader must settle.
    pub(in crate::advisories) fn at_most(mut self, limit: Verdict, limits: Vec<Reason>) -> Self {
        if limits.is_empty() {
            return self;
        }
        if self.verdict > limit {
            self.verdict = limit;
            self.reasons.splice(0..0, limits);
        } else {
            self.reasons.extend(limits);
        }
        self
    }

    /// At most `possible` for each doubt.
    pub(in crate::advisories) fn doubted(self, doubts: &[Doubt]) -> Self {
        let limit =
            if doubts.contains(&Doubt::Unfinished) { Verdict::AtRisk } else { Verdict::Possible };
        self.at_most(limit, doubts.iter().map(|doubt| doubt.reason()).collect())
    }

    /// Adds that the next layer is being taken.
    pub(in crate::advisories) fn coming(mut self, capture: &Capture<'_>) -> Self {
        if let Some(layer) = capture.coming() {
            self.reasons.push(Reason {
                code: "BACKUP_NOT_FINISHED".to_owned(),
                text: format!(
                    "Backup {} was being taken when the bundle was made, and will be that one.",
                    layer.job
                ),
            });
        }
        self
    }

    /// Adds what the finding is about: the operation, the layers that hold its midst, and what ends it.
    pub(in crate::advisories) fn about(mut self, view: View<'_>, capture: &Capture<'_>) -> Self {
        let operation = capture.operation;
        self.part = BackupPart {
            chain: Some(capture.chain.id()),
            operation: Some(operation.job),
            captured_by: capture.caps.iter().map(|(layer, _)| layer.job).collect(),
            tables: operation.touches.names(),
            indexes: operation.indexes.clone(),
            last_safe: None,
            ends_with: view.ends_with(operation).map(|layer| layer.job),
        };
        self.evidence.extend(words::of_job(view, &operation.tenancy, operation.job));
        let caps = capture.caps.iter().take(EVIDENCE / 2);
        self.evidence.extend(
            caps.flat_map(|(layer, _)| words::of_job(view, &capture.chain.tenancy, layer.job)),
        );
        self
    }

    /// Adds the row of a job as evidence.
    pub(in crate::advisories) fn seen(
        mut self,
        view: View<'_>,
        tenancy: &Tenancy,
        job: JobId,
    ) -> Self {
        self.evidence.extend(words::of_job(view, tenancy, job));
        self
    }

    /// Which steps help.
    pub(in crate::advisories) fn steps(mut self, section: &'static str) -> Self {
        self.section = section;
        self
    }
}

/// Findings of one advisory about backups.
#[derive(Default)]
pub(in crate::advisories) struct Findings {
    said: BTreeMap<Subject, Vec<Said>>,
    marks: BTreeSet<LayerMark>,
}

/// The most that is said of a layer because of one operation.
pub(in crate::advisories) struct Bad<'a> {
    pub(in crate::advisories) operation: &'a BulkOperation,
    pub(in crate::advisories) chain: &'a Chain,
    pub(in crate::advisories) layer: &'a Layer,
    pub(in crate::advisories) verdict: Verdict,
}

impl Findings {
    /// Says something of a backup.
    pub(in crate::advisories) fn backup(&mut self, chain: &Chain, layer: &Layer, said: Said) {
        let role = match said.verdict {
            Verdict::Suspect | Verdict::Confirmed => Some(LayerRole::Suspect),
            Verdict::Possible | Verdict::AtRisk => Some(LayerRole::Possible),
            _ => None,
        };
        self.marks.extend(role.map(|role| mark(chain, layer, role)));
        self.add(SubjectKind::Backup, &layer.job.to_string(), &chain.tenancy, said);
    }

    /// Says something of a chain.
    pub(in crate::advisories) fn chain(&mut self, chain: &Chain, said: Said) {
        self.add(SubjectKind::Chain, &chain.id(), &chain.tenancy, said);
    }

    /// Says something of any other subject.
    pub(in crate::advisories) fn add(
        &mut self,
        kind: SubjectKind,
        id: &str,
        tenancy: &Tenancy,
        said: Said,
    ) {
        let subject = Subject { kind, id: id.to_owned(), tenancy: tenancy.clone() };
        self.said.entry(subject).or_default().push(said);
    }

    /// Whether anything is said because of a chain.
    pub(in crate::advisories) fn speak_of(&self, chain: &Chain) -> bool {
        let id = chain.id();
        self.said.iter().any(|(subject, said)| {
            subject.tenancy == chain.tenancy
                && said.iter().any(|said| said.part.chain.as_ref() == Some(&id))
        })
    }

    /// Takes note of the layers that hold the midst of an operation of which something is said.
    pub(in crate::advisories) fn captured(&mut self, capture: &Capture<'_>) {
        let caps = capture.caps.iter();
        self.marks.extend(caps.map(|(layer, _)| mark(capture.chain, layer, LayerRole::Captures)));
    }

    /// The findings and the layers that play a part in them. `steps` gives what to do.
    pub(in crate::advisories) fn finish(
        self,
        view: View<'_>,
        steps: impl Fn(&Subject, &Said) -> Vec<Remediation>,
    ) -> (Vec<Finding>, Vec<LayerMark>) {
        let Self { said, marks } = self;
        let findings = said
            .into_iter()
            .map(|(subject, said)| {
                let mut said = together(said);
                said.part.last_safe = last_safe(view, &subject, &said.part, &marks);
                let remediation =
                    if said.section.is_empty() { Vec::new() } else { steps(&subject, &said) };
                Finding {
                    advisory: view.declared.id.clone(),
                    subject,
                    verdict: said.verdict,
                    reasons: said.reasons,
                    evidence: said.evidence,
                    remediation,
                    backup: (said.part != BackupPart::default()).then_some(said.part),
                }
            })
            .collect();
        (findings, marks.into_iter().collect())
    }
}

fn mark(chain: &Chain, layer: &Layer, role: LayerRole) -> LayerMark {
    LayerMark { tenancy: chain.tenancy.clone(), job: layer.job, role }
}

/// Everything that is said of one subject; the strongest decides.
fn together(mut all: Vec<Said>) -> Said {
    all.sort_by_key(|said| Reverse(said.verdict));
    let more = all.len().saturating_sub(TOLD);
    let mut all = all.into_iter();
    let Some(mut first) = all.next() else {
        return Said::new(Verdict::CannotTell, "", String::new());
    };
    for (at, other) in all.enumerate() {
        if at + 1 < TOLD {
            // Word for word the same may be said because of several operations.
            let new = other.reasons.into_iter().filter(|reason| !first.reasons.contains(reason));
            let new: Vec<Reason> = new.collect();
            first.reasons.extend(new);
            first.evidence.extend(other.evidence);
        }
        merge(&mut first.part.tables, other.part.tables);
        merge(&mut first.part.indexes, other.part.indexes);
        merge(&mut first.part.captured_by, other.part.captured_by);
    }
    if more > 0 {
        first.reasons.push(Reason {
            code: "MORE_OPERATIONS".to_owned(),
            text: format!(
                "The same is so because of {more} more operations; all their tables are listed."
            ),
        });
    }
    let mut seen = BTreeSet::new();
    first.evidence.retain(|evidence| seen.insert(evidence.source.clone()));
    first.evidence.truncate(EVIDENCE);
    first
}

fn merge<T: PartialEq>(all: &mut Vec<T>, more: Vec<T>) {
    for item in more {
        if !all.contains(&item) {
            all.push(item);
        }
    }
}

/// The newest layer of the chain before the first one of which something is said. A full backup taken in the midst of an
/// operation is sound as a full one; an incremental one is not relied on.
fn last_safe(
    view: View<'_>,
    subject: &Subject,
    part: &BackupPart,
    marks: &BTreeSet<LayerMark>,
) -> Option<JobId> {
    let id = part.chain.as_ref()?;
    let chains = || view.backups().chains.iter().filter(|chain| chain.id() == *id);
    let chain =
        chains().find(|chain| chain.tenancy == subject.tenancy).or_else(|| chains().next())?;
    let has = |layer: &Layer, roles: &[LayerRole]| {
        roles.iter().any(|role| marks.contains(&mark(chain, layer, *role)))
    };
    let is_bad = |layer: &&Layer| has(layer, &[LayerRole::Possible, LayerRole::Suspect]);
    let first_bad = chain.layers.iter().find(is_bad).map(|layer| layer.as_of);
    chain
        .done()
        .filter(|layer| first_bad.is_none_or(|bad| layer.as_of < bad))
        .filter(|layer| layer.kind == LayerKind::Full || !has(layer, &[LayerRole::Captures]))
        .last()
        .map(|layer| layer.job)
}
