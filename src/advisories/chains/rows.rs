//! From facts to rows, by subject.

use std::collections::BTreeMap;
use std::rc::Rc;

use crate::advisories::Declared;
use crate::advisories::ranges::Placement;
use crate::facts::{Chain, Facts, Layer, RestoreRun, Sign};
use crate::model::{SortSmall, Subject, SubjectKind, Tenancy};

use super::refusal::{is_refusal, is_refused};
use super::{Begun, Captured, Group, Read, Unassigned, View, gaps};

/// A row.
pub(crate) enum Entry<'a> {
    /// A chain that captures an operation.
    Capture(Rc<Captured<'a>>),
    /// A layer that captures an operation, by its place.
    During(Rc<Captured<'a>>, usize),
    /// A layer after an operation, by its place.
    After(Rc<Captured<'a>>, usize),
    /// A restore that read a layer after an operation.
    Read {
        /// The restore.
        restore: &'a RestoreRun,
        /// The newest layer that it read.
        newest: &'a Layer,
        /// The operation.
        captured: Rc<Captured<'a>>,
        /// The layer after it.
        read: Read,
    },
    /// A restore whose backups are not in the input.
    Elsewhere(&'a RestoreRun),
    /// A restore that a fixed build refused.
    Refused(&'a RestoreRun),
    /// The error of a refused restore in a log, and the restore if it is known.
    RefusalInLog(&'a Sign, Option<&'a RestoreRun>),
    /// A chain whose first operations may have left no row.
    Beginning(Begun<'a>),
    /// A chain of backups of virtual clusters without their jobs: its first layer, and where the builds lie that wrote it.
    Tenants(&'a Chain, &'a Layer, Placement),
    /// Backups in no chain.
    Unassigned(Unassigned<'a>),
}

/// All rows, by subject.
pub(crate) fn groups<'a>(declared: &'a Declared, facts: &'a Facts) -> Vec<Group<'a>> {
    let view = View { declared, facts };
    let mut rows = Rows { view, by_subject: BTreeMap::new() };
    let captured = rows.operations();
    rows.restores(&captured);
    rows.refusals_in_logs();
    for chain in &view.backups().chains {
        if let Some(begun) = Begun::of(view, chain) {
            rows.of_chain(chain, Entry::Beginning(begun));
        }
        if let Some((first, placed)) = gaps::tenants_without_jobs(view, chain) {
            rows.of_chain(chain, Entry::Tenants(chain, first, placed));
        }
    }
    for entry in gaps::unassigned(view) {
        rows.unassigned(entry);
    }
    let groups = rows.by_subject.into_iter();
    groups.map(|(subject, rows)| Group { view, subject, rows }).collect()
}

/// Operations that each chain captures, by the chain's place in memory.
type OfChains<'a> = BTreeMap<*const Chain, Vec<Rc<Captured<'a>>>>;

struct Rows<'a> {
    view: View<'a>,
    by_subject: BTreeMap<Subject, Vec<Entry<'a>>>,
}

impl<'a> Rows<'a> {
    fn add(&mut self, kind: SubjectKind, id: String, tenancy: &Tenancy, entry: Entry<'a>) {
        let subject = Subject { kind, id, tenancy: tenancy.clone() };
        self.by_subject.entry(subject).or_default().push(entry);
    }

    fn of_chain(&mut self, chain: &Chain, entry: Entry<'a>) {
        self.add(SubjectKind::Chain, chain.id(), &chain.tenancy, entry);
    }

    fn of_layer(&mut self, chain: &Chain, layer: &Layer, entry: Entry<'a>) {
        self.add(SubjectKind::Backup, layer.job.to_string(), &chain.tenancy, entry);
    }

    fn of_restore(&mut self, restore: &RestoreRun, entry: Entry<'a>) {
        self.add(SubjectKind::Restore, restore.job.to_string(), &restore.tenancy, entry);
    }

    fn operations(&mut self) -> OfChains<'a> {
        let backups = self.view.backups();
        let revalidated: Vec<*const Chain> = backups
            .restores
            .iter()
            .filter(|restore| {
                restore.running_status.as_deref().is_some_and(|s| s.contains("re-validating"))
            })
            .filter_map(|restore| Some(std::ptr::from_ref(backups.read_by(restore)?.chain)))
            .collect();
        let mut captured = OfChains::new();
        for operation in &backups.operations {
            for chain in backups.around(operation) {
                let at = std::ptr::from_ref(chain);
                let again = revalidated.contains(&at);
                let Some(one) = Captured::of(self.view, operation, chain, again) else { continue };
                let one = Rc::new(one);
                for place in 0.. {
                    let Some((layer, _)) = one.after(place) else { break };
                    self.of_layer(chain, layer, Entry::After(Rc::clone(&one), place));
                }
                for place in 0.. {
                    let Some((layer, _)) = one.during(place) else { break };
                    self.of_layer(chain, layer, Entry::During(Rc::clone(&one), place));
                }
                self.of_chain(chain, Entry::Capture(Rc::clone(&one)));
                captured.entry(at).or_default().push(one);
            }
        }
        // Of operations that are as strong, findings about restores begin with the one that was created first.
        captured.values_mut().for_each(|all| all.sort_small_by_key(|one| one.operation().job));
        captured
    }

    fn restores(&mut self, captured: &OfChains<'a>) {
        for restore in &self.view.backups().restores {
            if is_refused(restore) {
                self.of_restore(restore, Entry::Refused(restore));
            }
            if restore.brings_no_rows() {
                continue;
            }
            let from = self.view.backups().read_by(restore);
            let Some((from, newest)) = from.and_then(|from| Some((from, from.newest?))) else {
                // No layer was seen that it can have read.
                self.of_restore(restore, Entry::Elsewhere(restore));
                continue;
            };
            let of_chain = captured.get(&std::ptr::from_ref(from.chain));
            for captured in of_chain.into_iter().flatten() {
                if let Some(read) = Read::of(restore, from, captured) {
                    let captured = Rc::clone(captured);
                    self.of_restore(restore, Entry::Read { restore, newest, captured, read });
                }
            }
        }
    }

    fn refusals_in_logs(&mut self) {
        let restores = &self.view.backups().restores;
        for sign in self.view.facts.signs.iter().filter(|sign| is_refusal(sign)) {
            let of_job = |r: &&RestoreRun| sign.job == Some(r.job) && sign.tenancy == r.tenancy;
            match restores.iter().find(of_job) {
                // Its own error is the same.
                Some(restore) if is_refused(restore) => {}
                Some(restore) => {
                    self.of_restore(restore, Entry::RefusalInLog(sign, Some(restore)));
                }
                None => {
                    let id = format!("{}:{}", sign.source.path, sign.source.line);
                    let entry = Entry::RefusalInLog(sign, None);
                    self.add(SubjectKind::LogEntry, id, &sign.tenancy, entry);
                }
            }
        }
    }

    fn unassigned(&mut self, entry: Entry<'a>) {
        let Entry::Unassigned(alike) = &entry else { return };
        let Some(first) = alike.jobs.first() else { return };
        let (kind, id) = match alike.jobs.as_slice() {
            [one] if alike.untyped => (SubjectKind::Job, one.job.to_string()),
            [one] => (SubjectKind::Backup, one.job.to_string()),
            _ => (SubjectKind::Cluster, String::new()),
        };
        let tenancy = first.tenancy.clone();
        self.add(kind, id, &tenancy, entry);
    }
}
