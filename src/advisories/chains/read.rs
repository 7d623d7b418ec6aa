//! What restores read of layers that something is said of.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use crate::facts::{BulkOperation, Chain, Covers, Layer, ReadFrom, RestoreRun, Within};
use crate::model::{JobId, Reason, Verdict};

use super::{Doubt, Said};

/// The most that is said of a layer because of one operation.
pub(in crate::advisories) struct Bad<'a> {
    pub(in crate::advisories) operation: &'a BulkOperation,
    pub(in crate::advisories) chain: &'a Chain,
    pub(in crate::advisories) layer: &'a Layer,
    pub(in crate::advisories) verdict: Verdict,
    /// Why it is not more.
    pub(in crate::advisories) limits: Vec<Reason>,
}

impl Bad<'_> {
    /// What a restore that read it cannot be above.
    pub(in crate::advisories) fn limit(&self, said: Said) -> Said {
        let known = |reason: &Reason| said.reasons.iter().any(|other| other.code == reason.code);
        let new: Vec<Reason> = self.limits.iter().filter(|r| !known(r)).cloned().collect();
        let mut said = said.at_most(self.verdict, new);
        said.verdict = said.verdict.min(self.verdict);
        said
    }
}

/// All of them by chain.
#[derive(Default)]
pub(in crate::advisories) struct BadLayers<'a>(BTreeMap<*const Chain, Vec<Bad<'a>>>);

impl<'a> Extend<Bad<'a>> for BadLayers<'a> {
    fn extend<T: IntoIterator<Item = Bad<'a>>>(&mut self, bad: T) {
        for bad in bad {
            self.0.entry(std::ptr::from_ref(bad.chain)).or_default().push(bad);
        }
    }
}

impl<'a> BadLayers<'a> {
    /// Of each operation that a restore is about the worst layer that it read, with what is doubtful of that.
    pub(in crate::advisories) fn read_by(
        &self,
        restore: &RestoreRun,
        read: ReadFrom<'_>,
    ) -> Vec<(&Bad<'a>, Vec<Doubt>)> {
        let mut worst = BTreeMap::<JobId, (&Bad<'a>, Vec<Doubt>)>::new();
        for bad in self.0.get(&std::ptr::from_ref(read.chain)).into_iter().flatten() {
            let Some(doubts) = doubts(restore, read.chain, bad) else { continue };
            let rank = |(bad, doubts): &(&Bad<'_>, Vec<Doubt>)| {
                (Reverse(bad.verdict), doubts.len(), bad.layer.as_of)
            };
            let new = (bad, doubts);
            match worst.get_mut(&bad.operation.job) {
                Some(known) if rank(known) <= rank(&new) => {}
                Some(known) => *known = new,
                None => drop(worst.insert(bad.operation.job, new)),
            }
        }
        worst.into_values().collect()
    }
}

/// Why it is not certain that a restore read a layer and the tables of its operation; nothing if it certainly did not.
fn doubts(restore: &RestoreRun, chain: &Chain, bad: &Bad<'_>) -> Option<Vec<Doubt>> {
    if restore.brings_no_rows() {
        return None;
    }
    let mut doubts = Vec::new();
    match restore.reads(chain, bad.layer) {
        Within::Yes => {}
        Within::Maybe => doubts.push(Doubt::Read),
        Within::No => {
            let over = bad.operation.over()?;
            if !restore.reads_part_of(chain, bad.layer, over) {
                return None;
            }
            doubts.push(Doubt::Part);
        }
    }
    match bad.operation.is_restored_by(chain, &restore.targets) {
        Covers::Yes => {}
        Covers::Unknown => doubts.push(Doubt::Scope),
        Covers::No => return None,
    }
    Some(doubts)
}
