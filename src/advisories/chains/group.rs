//! The rows of one subject: what shows them, and the chain of backups that a finding about them is about.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::hash::Hash;

use crate::facts::{Chain, Layer};
use crate::model::{
    BackupPart, Evidence, JobId, LayerKind, LayerMark, LayerRole, Subject, Tenancy, Verdict,
};

use super::refusal::refused_table;
use super::{Captured, Entry, View, remedy, words};

/// At most so many layers that capture an operation are shown.
const CAPS: usize = 10;

/// The rows of one subject.
pub(crate) struct Group<'a> {
    pub(super) view: View<'a>,
    pub(super) subject: Subject,
    pub(super) rows: Vec<Entry<'a>>,
}

impl<'a> Group<'a> {
    /// The subject of the finding.
    pub(crate) fn subject(&self) -> &Subject {
        &self.subject
    }

    /// The rows.
    pub(crate) fn rows(&self) -> &[Entry<'a>] {
        &self.rows
    }

    /// The input of the rule.
    pub(crate) fn view(&self) -> View<'a> {
        self.view
    }

    /// The parts that layers play if a row comes to a verdict. A verdict that rules the harm out marks none.
    pub(crate) fn marks(&self, place: usize, verdict: Verdict) -> Vec<LayerMark> {
        let Some(entry) = self.rows.get(place).filter(|_| verdict > Verdict::Cleared) else {
            return Vec::new();
        };
        let (captured, layer) = match entry {
            Entry::Capture(captured) => (captured, None),
            Entry::During(captured, place) => (captured, captured.during(*place)),
            Entry::After(captured, place) => (captured, captured.after(*place)),
            _ => return Vec::new(),
        };
        let mark = |layer, role| mark(captured.chain(), layer, role);
        let caps = captured.capture.caps.iter();
        let mut marks: Vec<LayerMark> =
            caps.map(|(layer, _)| mark(layer, LayerRole::Captures)).collect();
        let role = match verdict {
            Verdict::Suspect | Verdict::Confirmed => Some(LayerRole::Suspect),
            Verdict::Possible | Verdict::AtRisk => Some(LayerRole::Possible),
            _ => None,
        };
        marks.extend(layer.zip(role).map(|((layer, _), role)| mark(layer, role)));
        marks
    }

    /// The evidence of rows, in their order: log entries first, then rows of jobs.
    pub(crate) fn evidence(&self, told: &[usize], most: usize) -> Vec<Evidence> {
        let rows = || told.iter().filter_map(|place| self.rows.get(*place));
        let entries = rows().filter_map(|entry| match entry {
            Entry::RefusalInLog(sign, _) => Some(Evidence {
                source: sign.source.clone(),
                node: sign.node,
                time: Some(sign.entry.time),
                text: sign.raw.clone(),
            }),
            _ => None,
        });
        let jobs = rows().flat_map(jobs);
        let jobs = jobs.filter_map(|(tenancy, job)| words::of_job(self.view, tenancy, job));
        let mut seen = BTreeSet::new();
        let unique = |evidence: &Evidence| seen.insert(evidence.source.clone());
        entries.chain(jobs).filter(unique).take(most).collect()
    }

    /// The chain, operation and layers that a finding is about: of the first row that is told, with the names of the others.
    pub(crate) fn backup(
        &self,
        told: &[usize],
        untold: &[usize],
        marks: &BTreeSet<LayerMark>,
    ) -> Option<BackupPart> {
        let part = |place: &usize| self.rows.get(*place).map(|entry| self.part(entry));
        let mut first = part(told.first()?)?;
        let mut tables = Distinct::default();
        let mut indexes = Distinct::default();
        let mut captured_by = Distinct::default();
        for part in told.iter().chain(untold).filter_map(part) {
            part.tables.into_iter().for_each(|table| tables.add(table));
            part.indexes.into_iter().for_each(|index| indexes.add(index));
            part.captured_by.into_iter().for_each(|job| captured_by.add(job));
        }
        first.tables = tables.list;
        first.indexes = indexes.list;
        first.captured_by = captured_by.list;
        first.last_safe = self.last_safe(&first, marks);
        (first != BackupPart::default()).then_some(first)
    }

    /// What is known for the steps, by placeholder.
    pub(crate) fn values(&self, part: Option<&BackupPart>) -> BTreeMap<&'static str, String> {
        let none = BackupPart::default();
        remedy::values(self.view, &self.subject, part.unwrap_or(&none))
    }

    fn part(&self, entry: &Entry<'_>) -> BackupPart {
        let of_operation = |captured: &Captured<'_>| BackupPart {
            chain: Some(captured.chain().id()),
            operation: Some(captured.operation().job),
            ends_with: self.view.ends_with(captured.operation()).map(|layer| layer.job),
            ..BackupPart::default()
        };
        match entry {
            Entry::Capture(captured) | Entry::During(captured, _) | Entry::After(captured, _) => {
                let part = of_operation(captured);
                let operation = captured.operation();
                // A full backup of another tenant does not end what a chain of the system tenant contains.
                let own = captured.chain().tenancy == operation.tenancy;
                BackupPart {
                    captured_by: captured.capture.caps.iter().map(|(layer, _)| layer.job).collect(),
                    tables: operation.touches.names(),
                    indexes: operation.indexes.clone(),
                    ends_with: part.ends_with.filter(|_| own),
                    ..part
                }
            }
            Entry::Read { restore, captured, .. } => BackupPart {
                tables: words::restored_names(captured.operation(), restore),
                indexes: captured.operation().indexes.clone(),
                ..of_operation(captured)
            },
            Entry::Refused(restore) => BackupPart {
                chain: self.view.backups().read_by(restore).map(|read| read.chain.id()),
                tables: restore.error.as_deref().and_then(refused_table).into_iter().collect(),
                ..BackupPart::default()
            },
            Entry::RefusalInLog(sign, _) => BackupPart {
                tables: refused_table(&sign.entry.message).into_iter().collect(),
                ..BackupPart::default()
            },
            Entry::Beginning(begun) => {
                BackupPart { chain: Some(begun.chain.id()), ..BackupPart::default() }
            }
            Entry::Tenants(chain, ..) => {
                BackupPart { chain: Some(chain.id()), ..BackupPart::default() }
            }
            Entry::Elsewhere(_) | Entry::Unassigned(_) => BackupPart::default(),
        }
    }

    /// The newest layer of the chain before the first one that a finding is about. A full backup that captures an operation
    /// is sound as a full one; an incremental one is not relied on.
    fn last_safe(&self, part: &BackupPart, marks: &BTreeSet<LayerMark>) -> Option<JobId> {
        let backups = self.view.backups();
        let chain = backups.chain(&self.subject.tenancy, part.chain.as_ref()?)?;
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
}

fn mark(chain: &Chain, layer: &Layer, role: LayerRole) -> LayerMark {
    LayerMark { tenancy: chain.tenancy.clone(), job: layer.job, role }
}

/// The jobs whose rows show a row of the relation.
fn jobs<'e>(entry: &'e Entry<'_>) -> Vec<(&'e Tenancy, JobId)> {
    let about = |captured: &'e Captured<'_>| {
        let operation = captured.operation();
        let of_chain = &captured.chain().tenancy;
        let caps = captured.capture.caps.iter().take(CAPS);
        std::iter::once((&operation.tenancy, operation.job))
            .chain(caps.map(move |(layer, _)| (of_chain, layer.job)))
            .collect::<Vec<_>>()
    };
    let with_layer = |captured: &'e Captured<'_>, layer: Option<&Layer>| {
        let layer = layer.map(|layer| (&captured.chain().tenancy, layer.job));
        about(captured).into_iter().chain(layer).collect()
    };
    match entry {
        Entry::Capture(captured) => about(captured),
        Entry::During(captured, place) => {
            with_layer(captured, captured.during(*place).map(|(layer, _)| layer))
        }
        Entry::After(captured, place) => {
            with_layer(captured, captured.after(*place).map(|(layer, _)| layer))
        }
        Entry::Read { restore, captured, read, .. } => {
            let operation = captured.operation();
            let layer = captured.after(read.after);
            let mut jobs =
                vec![(&restore.tenancy, restore.job), (&operation.tenancy, operation.job)];
            jobs.extend(layer.map(|(layer, _)| (&captured.chain().tenancy, layer.job)));
            jobs
        }
        Entry::Elsewhere(restore)
        | Entry::Refused(restore)
        | Entry::RefusalInLog(_, Some(restore)) => vec![(&restore.tenancy, restore.job)],
        Entry::RefusalInLog(_, None) => Vec::new(),
        Entry::Beginning(begun) => vec![(&begun.chain.tenancy, begun.first.job)],
        Entry::Tenants(chain, first, _) => vec![(&chain.tenancy, first.job)],
        Entry::Unassigned(alike) => {
            alike.jobs.iter().map(|unplaced| (&unplaced.tenancy, unplaced.job)).collect()
        }
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
