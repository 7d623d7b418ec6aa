//! Which layers of a chain hold the midst of an operation, and which come after it.

use crate::advisories::ranges::Placement;
use crate::facts::{BulkOperation, Chain, Covers, Ended, Layer, Within};
use crate::model::{LayerKind, LayerState, Reason, SortSmall};
use crate::parse::statement::{Address, Targets, Unparsed};

use super::words;

/// Why a pattern is not certain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::advisories) enum Doubt {
    Tenants,
    Time,
    Read,
    Part,
    Kind,
    Scope,
    Finish,
    Redacted,
    NotUnderstood,
    Unfinished,
    Version,
    NotNamed,
}

impl Doubt {
    /// What is doubtful about a build that is not known to be an affected one.
    pub(in crate::advisories) fn of(placement: Placement) -> Option<Self> {
        match placement {
            Placement::Unknown => Some(Self::Version),
            Placement::NotNamed => Some(Self::NotNamed),
            Placement::Affected | Placement::NotAffected => None,
        }
    }

    pub(in crate::advisories) fn reason(self) -> Reason {
        let (code, text) = match self {
            Self::Tenants => (
                "SCOPE_UNKNOWN",
                "The backup may hold tables of virtual clusters, and the operation belongs to another one or to the system tenant: names do not tell whether it holds a table of the operation.",
            ),
            Self::Time => (
                "TIME_AMBIGUOUS",
                "The instant that a backup holds is told by the time of its job only, and it lies so close to the beginning or the end of the operation that it may be on either side.",
            ),
            Self::Read => (
                "TIME_AMBIGUOUS",
                "The time to which the restore goes, or the end of the backup, is so close to the other that it is not certain that the restore read it.",
            ),
            Self::Part => (
                "READ_IN_PART",
                "The restore stops after the end of the operation and before the time of this backup, which holds the revisions between, so that it read a part of it.",
            ),
            Self::Kind => (
                "KIND_UNKNOWN",
                "Nothing tells whether this backup is a full or an incremental one; a full one is not concerned. `SHOW BACKUP` says which it is.",
            ),
            Self::Scope => (
                "SCOPE_UNKNOWN",
                "The names in the descriptions do not tell for certain whether the backup holds a table of the operation.",
            ),
            Self::Finish => (
                "MISSING_FINISH",
                "The job is over, but its row does not say since when; it was over when the row last changed.",
            ),
            Self::Redacted => (
                "REDACTED",
                "The description of the operation was removed before the bundle was handed in, so it is not certain what it did.",
            ),
            Self::NotUnderstood => (
                "NOT_UNDERSTOOD",
                "The description of the operation is missing or of no known form, so it is not certain what it did.",
            ),
            Self::Unfinished => (
                "BACKUP_NOT_FINISHED",
                "The backup was still being taken when the bundle was made.",
            ),
            Self::Version => {
                ("VERSION_UNKNOWN", "It is not known for certain which build was at work then.")
            }
            Self::NotNamed => (
                "VERSION_NOT_NAMED",
                "A testing build was at work then that is older than the first build that the advisory names.",
            ),
        };
        Reason { code: code.to_owned(), text: text.to_owned() }
    }
}

/// What a chain holds of an operation.
pub(in crate::advisories) struct Capture<'a> {
    pub(in crate::advisories) operation: &'a BulkOperation,
    pub(in crate::advisories) chain: &'a Chain,
    /// Layers that hold, or may hold, its midst.
    pub(in crate::advisories) caps: Vec<(&'a Layer, Within)>,
    /// Layers on the first of them that exist, are not full, and hold, or may hold, what was after its end.
    pub(in crate::advisories) after: Vec<(&'a Layer, Within)>,
    /// Whether a full backup at the same place came after its end, so that the next layer builds on that one.
    pub(in crate::advisories) ended: bool,
}

impl<'a> Capture<'a> {
    /// Nothing if no layer of the chain holds its midst.
    pub(in crate::advisories) fn of(
        operation: &'a BulkOperation,
        chain: &'a Chain,
    ) -> Option<Self> {
        let there = |(layer, _): &(&Layer, Within)| layer.state != LayerState::Failed;
        let caps: Vec<_> = chain.midst_of(operation).filter(there).collect();
        let (first, _) = caps.first()?;
        let (mut after, mut ended) = (Vec::new(), false);
        for layer in chain.done().skip_while(|layer| layer.as_of <= first.as_of) {
            let since = operation.over().map_or(Within::No, |over| layer.since(over));
            // What is taken on a later full backup builds on that one alone.
            if layer.kind == LayerKind::Full && since == Within::Yes {
                ended = true;
                break;
            }
            let builds_on_it = || caps.iter().any(|(cap, _)| builds_on(chain, layer, cap));
            if layer.kind != LayerKind::Full && since != Within::No && builds_on_it() {
                after.push((layer, since));
            }
        }
        Some(Self { operation, chain, caps, after, ended })
    }

    /// Why it is not certain that the chain holds the midst of the operation: what is doubtful of the layer of which the
    /// least is.
    pub(in crate::advisories) fn doubts(&self) -> Vec<Doubt> {
        self.least_doubts(|_| true)
    }

    fn least_doubts(&self, of: impl Fn(&Layer) -> bool) -> Vec<Doubt> {
        let caps = self.caps.iter().filter(|(layer, _)| of(layer));
        caps.map(|(layer, within)| self.doubts_of(layer, *within))
            .min_by_key(Vec::len)
            .unwrap_or_default()
    }

    /// Why it is not certain that one of its layers holds the midst of the operation.
    pub(in crate::advisories) fn doubts_of(&self, layer: &Layer, within: Within) -> Vec<Doubt> {
        let mut doubts = Vec::new();
        let certain = self.operation.is_in(self.chain, layer) == Covers::Yes;
        let tenants = !certain
            && (layer.targets == Targets::Tenants || self.chain.tenancy != self.operation.tenancy);
        if tenants {
            doubts.push(Doubt::Tenants);
        }
        if within == Within::Maybe {
            doubts.push(Doubt::Time);
        }
        if !certain && !tenants {
            doubts.push(Doubt::Scope);
        }
        if matches!(self.operation.ended, Ended::By(_)) {
            doubts.push(Doubt::Finish);
        }
        match &self.operation.unreadable {
            Some(Unparsed::Redacted) if !certain => doubts.push(Doubt::Redacted),
            Some(_) if !certain => doubts.push(Doubt::NotUnderstood),
            _ => {}
        }
        if layer.state == LayerState::Unfinished {
            doubts.push(Doubt::Unfinished);
        }
        doubts
    }

    /// The same of a later layer.
    pub(in crate::advisories) fn doubts_after(&self, layer: &Layer, within: Within) -> Vec<Doubt> {
        let mut doubts = self.least_doubts(|cap| builds_on(self.chain, layer, cap));
        if within == Within::Maybe {
            doubts.push(Doubt::Time);
        }
        if layer.kind == LayerKind::Unknown {
            doubts.push(Doubt::Kind);
        }
        doubts.sort_small();
        doubts.dedup();
        doubts
    }

    /// The newest layer that holds its midst, as a sentence begins with it.
    pub(in crate::advisories) fn newest_name(&self) -> String {
        let mut name =
            self.caps.last().map(|(layer, _)| words::layer_name(layer)).unwrap_or_default();
        if let Some(first) = name.get_mut(..1) {
            first.make_ascii_uppercase();
        }
        name
    }

    /// A layer on them that is being taken, if it comes after the end of the operation.
    pub(in crate::advisories) fn coming(&self) -> Option<&'a Layer> {
        let over = self.operation.over()?;
        let unfinished = |layer: &&Layer| layer.state == LayerState::Unfinished;
        let mut coming = self.chain.layers.iter().filter(unfinished);
        coming.find(|layer| layer.kind != LayerKind::Full && layer.since(over) != Within::No)
    }

    /// Whether the chain holds tables that are offline: backups of the whole cluster do
    /// (`docs/cockroachdb/backups.md#offline-tables-in-backups`), and of virtual clusters the system tenant takes all
    /// keys (cockroachdb/cockroach#52096).
    pub(in crate::advisories) fn holds_offline_tables(&self) -> bool {
        let whole = |targets: &Targets| matches!(targets, Targets::Cluster | Targets::Tenants);
        self.chain.tenancy != self.operation.tenancy
            || self.caps.iter().any(|(layer, _)| whole(&layer.targets))
    }

    /// Whether the layers hold the revisions between them.
    pub(in crate::advisories) fn has_history(&self) -> bool {
        self.caps.iter().any(|(layer, _)| layer.revision_history)
    }
}

/// Whether a layer may build on an earlier one. A statement that names each layer that it builds on leaves out the others,
/// unless it names one that was not seen: two chains can begin with the same full backup.
fn builds_on(chain: &Chain, layer: &Layer, earlier: &Layer) -> bool {
    let (Some(address), [_, ..]) = (&earlier.address, layer.builds_on.as_slice()) else {
        return true;
    };
    let seen = |named: &Address| chain.layers.iter().any(|l| l.address.as_ref() == Some(named));
    layer.builds_on.contains(address) || !layer.builds_on.iter().all(seen)
}
