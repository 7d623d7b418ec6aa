//! What is not in logs although their time is covered: entries whose text was removed, and whole severities.

use crate::scan::LogSummary;

/// So many entries and none of INFO: the bundle was made without them. Fewer can be what a short file holds.
const ENOUGH: u64 = 20;

/// What the logs of a node lack on channel DEV.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Lacks {
    /// Entries whose whole message redaction removed: any of them could have been what an advisory asks for.
    pub removed: u64,
    /// Entries of all severities.
    entries: u64,
    /// Entries of INFO.
    info: u64,
}

impl Lacks {
    /// What one log lacks, by its counts on channel DEV.
    pub(super) fn new(removed: u64, entries: u64, info: u64) -> Self {
        Self { removed, entries, info }
    }

    /// What the scan of a log counted.
    pub(super) fn of(log: &LogSummary) -> Self {
        Self::new(log.dev_removed, log.dev_severities.total(), log.dev_severities.info)
    }

    /// Adds what another log of the node lacks.
    pub(super) fn add(&mut self, other: Self) {
        self.removed += other.removed;
        self.entries += other.entries;
        self.info += other.info;
    }

    /// Whether the entries of severity INFO were left out (`--exclude-log-severities`,
    /// `docs/cockroachdb/log-formats.md#absent-lines`), and with them every line about the state of a job.
    #[must_use]
    pub fn without_info(&self) -> bool {
        self.info == 0 && self.entries >= ENOUGH
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_entries_and_none_of_info_were_made_without_them() {
        let mut lacks = Lacks::new(1, 15, 0);
        assert!(!lacks.without_info());
        lacks.add(Lacks::new(2, 15, 0));
        assert!(lacks.without_info());
        assert_eq!(lacks.removed, 3);
        lacks.add(Lacks::new(0, 1, 1));
        assert!(!lacks.without_info());
    }
}
