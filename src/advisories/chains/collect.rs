//! Findings about backups, put together by subject: one backup can be concerned by several operations.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::hash::Hash;

use crate::facts::{Chain, Layer};
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
    /// Jobs whose rows are evidence, after `evidence`. There can be very many, so only those that are shown are looked up.
    rows: Vec<(Tenancy, JobId)>,
    /// What kept the verdict down, or would have.
    pub(in crate::advisories) limits: Vec<Reason>,
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
            rows: Vec::new(),
            limits: Vec::new(),
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
        self.limits.extend(limits.iter().cloned());
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
        let limit = if doubts.contains(&Doubt::Tenants) {
            Verdict::CannotTell
        } else if doubts.contains(&Doubt::Unfinished) {
            Verdict::AtRisk
        } else {
            Verdict::Possible
        };
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
            // A full backup of another tenant does not end what a chain of the system tenant holds.
            ends_with: view
                .ends_with(operation)
                .filter(|_| capture.chain.tenancy == operation.tenancy)
                .map(|layer| layer.job),
        };
        let caps = capture.caps.iter().take(EVIDENCE / 2);
        self = self.seen(&operation.tenancy, operation.job);
        caps.fold(self, |said, (layer, _)| said.seen(&capture.chain.tenancy, layer.job))
    }

    /// Adds the row of a job as evidence.
    pub(in crate::advisories) fn seen(mut self, tenancy: &Tenancy, job: JobId) -> Self {
        self.rows.push((tenancy.clone(), job));
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
    said: BTreeMap<Subject, Told>,
    /// Chains because of which anything is said.
    chains: BTreeSet<(Tenancy, String)>,
    marks: BTreeSet<LayerMark>,
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
        if let Some(chain) = &said.part.chain {
            self.chains.insert((tenancy.clone(), chain.clone()));
        }
        self.said.entry(subject).or_default().add(said);
    }

    /// Whether anything is said because of a chain.
    pub(in crate::advisories) fn speak_of(&self, chain: &Chain) -> bool {
        self.chains.contains(&(chain.tenancy.clone(), chain.id()))
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
        let Self { said, marks, .. } = self;
        let findings = said
            .into_iter()
            .map(|(subject, said)| {
                let mut said = said.together(view);
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

/// Everything that is said of one subject.
#[derive(Default)]
struct Told {
    /// What is told one by one, the strongest first.
    kept: Vec<Said>,
    /// How many more there are.
    more: usize,
    tables: Distinct<String>,
    indexes: Distinct<String>,
    captured_by: Distinct<JobId>,
}

impl Told {
    fn add(&mut self, said: Said) {
        let at = self.kept.partition_point(|kept| kept.verdict >= said.verdict);
        self.kept.insert(at, said);
        if self.kept.len() > TOLD
            && let Some(Said { part, .. }) = self.kept.pop()
        {
            self.more += 1;
            self.list(part);
        }
    }

    fn list(&mut self, part: BackupPart) {
        part.tables.into_iter().for_each(|table| self.tables.add(table));
        part.indexes.into_iter().for_each(|index| self.indexes.add(index));
        part.captured_by.into_iter().for_each(|job| self.captured_by.add(job));
    }

    /// The strongest, with what the others add.
    fn together(mut self, view: View<'_>) -> Said {
        let mut all = std::mem::take(&mut self.kept).into_iter();
        let Some(mut first) = all.next() else {
            return Said::new(Verdict::CannotTell, "", String::new());
        };
        let others = std::mem::take(&mut self);
        self.list(first.part.clone());
        for other in all {
            // Word for word the same may be said because of several operations.
            let new = other.reasons.into_iter().filter(|reason| !first.reasons.contains(reason));
            let new: Vec<Reason> = new.collect();
            first.reasons.extend(new);
            first.evidence.extend(other.evidence);
            first.rows.extend(other.rows);
            self.list(other.part);
        }
        others.tables.list.into_iter().for_each(|table| self.tables.add(table));
        others.indexes.list.into_iter().for_each(|index| self.indexes.add(index));
        others.captured_by.list.into_iter().for_each(|job| self.captured_by.add(job));
        first.part.tables = self.tables.list;
        first.part.indexes = self.indexes.list;
        first.part.captured_by = self.captured_by.list;
        if others.more > 0 {
            first.reasons.push(Reason {
                code: "MORE_OPERATIONS".to_owned(),
                text: format!(
                    "The same is so because of {} more operations; all their tables are listed.",
                    others.more
                ),
            });
        }
        let rows = std::mem::take(&mut first.rows);
        first.evidence.extend(rows.iter().flat_map(|(of, job)| words::of_job(view, of, *job)));
        let mut seen = BTreeSet::new();
        first.evidence.retain(|evidence| seen.insert(evidence.source.clone()));
        first.evidence.truncate(EVIDENCE);
        first
    }
}

/// A list in which nothing is twice.
struct Distinct<T> {
    list: Vec<T>,
    known: HashSet<T>,
}

impl<T> Default for Distinct<T> {
    fn default() -> Self {
        Self { list: Vec::new(), known: HashSet::new() }
    }
}

impl<T: Clone + Eq + Hash> Distinct<T> {
    fn add(&mut self, item: T) {
        if self.known.insert(item.clone()) {
            self.list.push(item);
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
    let chain = view.backups().chain(&subject.tenancy, part.chain.as_ref()?)?;
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
