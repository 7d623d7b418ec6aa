//! Which layers of a chain capture an operation, and which come after it.

use crate::advisories::ranges::Placement;
use crate::facts::{BulkOperation, Chain, Covers, Ended, Layer, OperationKind, Within};
use crate::model::{LayerKind, LayerState, Tenancy};
use crate::parse::statement::{Address, Targets, Unparsed};

use super::builds::all;
use super::{Builds, View};

/// Whether a layer contains a table of an operation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Holds {
    /// It does.
    #[default]
    Yes,
    /// Names in descriptions do not show it.
    Unknown,
    /// The layer may contain tables of virtual clusters, and the operation ran in another virtual cluster.
    OfTenant,
}

/// Whether a description can be read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Described {
    /// It can.
    #[default]
    Yes,
    /// Redaction removed it.
    Redacted,
    /// It is missing or of no known form.
    NotUnderstood,
    /// No table has the row of the job.
    NoRow,
}

/// Returns whether the description of an operation can be read.
pub(crate) fn described(operation: &BulkOperation) -> Described {
    match &operation.unreadable {
        _ if operation.row.is_none() => Described::NoRow,
        Some(why) => unparsed(why),
        None => Described::Yes,
    }
}

pub(super) fn unparsed(why: &Unparsed) -> Described {
    match why {
        Unparsed::Redacted => Described::Redacted,
        _ => Described::NotUnderstood,
    }
}

/// Reasons for which it is not certain that a layer captures an operation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Doubts {
    /// Whether it contains a table of the operation.
    pub(crate) holds: Holds,
    /// The AS OF time is inferred, and close to an end of the operation.
    pub(crate) close: bool,
    /// It is not known when the operation ended.
    pub(crate) end_unknown: bool,
    /// Why it is not certain what the operation did.
    pub(crate) unreadable: Described,
    /// The layer was still being taken.
    pub(crate) unfinished: bool,
}

impl Doubts {
    fn count(&self) -> usize {
        let Self { holds, close, end_unknown, unreadable, unfinished } = self;
        let all = [
            *holds != Holds::Yes,
            *close,
            *end_unknown,
            *unreadable != Described::Yes,
            *unfinished,
        ];
        all.into_iter().filter(|doubt| *doubt).count()
    }

    /// Returns how grave they are; 0 if there are none.
    pub(super) fn rank(&self, kind: LayerKind) -> u8 {
        if self.holds == Holds::OfTenant {
            3
        } else if self.unfinished {
            2
        } else {
            u8::from(self.count() > 0 || kind == LayerKind::Unknown)
        }
    }
}

/// An operation that layers of a chain capture.
pub(super) struct Capture<'a> {
    pub(super) operation: &'a BulkOperation,
    pub(super) chain: &'a Chain,
    /// Layers that capture it, or may.
    pub(super) caps: Vec<(&'a Layer, Within)>,
    /// Layers on the first of them that exist, are not full, and contain, or may, what was after its end.
    pub(super) after: Vec<(&'a Layer, Within)>,
    /// Whether a full backup at the same place came after its end, so that the next layer builds on that one.
    pub(super) replaced: bool,
}

impl<'a> Capture<'a> {
    /// Returns none if no layer of the chain captures the operation.
    pub(super) fn of(operation: &'a BulkOperation, chain: &'a Chain) -> Option<Self> {
        let there = |(layer, _): &(&Layer, Within)| layer.state != LayerState::Failed;
        let caps: Vec<_> = chain.midst_of(operation).filter(there).collect();
        let (first, _) = caps.first()?;
        let (mut after, mut replaced) = (Vec::new(), false);
        for layer in chain.done().skip_while(|layer| layer.as_of <= first.as_of) {
            let since = operation.over().map_or(Within::No, |over| layer.since(over));
            // Layers that follow a later full backup build on that one alone.
            if layer.kind == LayerKind::Full && since == Within::Yes {
                replaced = true;
                break;
            }
            let builds_on_it = || caps.iter().any(|(cap, _)| builds_on(chain, layer, cap));
            if layer.kind != LayerKind::Full && since != Within::No && builds_on_it() {
                after.push((layer, since));
            }
        }
        Some(Self { operation, chain, caps, after, replaced })
    }

    fn least_doubts(&self, of: impl Fn(&Layer) -> bool) -> Doubts {
        let caps = self.caps.iter().filter(|(layer, _)| of(layer));
        caps.map(|(layer, within)| self.doubts_of(layer, *within))
            .min_by_key(Doubts::count)
            .unwrap_or_default()
    }

    /// Returns why it is not certain that one of its layers captures the operation.
    fn doubts_of(&self, layer: &Layer, within: Within) -> Doubts {
        let certain = self.operation.is_in(self.chain, layer) == Covers::Yes;
        let tenants =
            layer.targets == Targets::Tenants || self.chain.tenancy != self.operation.tenancy;
        Doubts {
            holds: match (certain, tenants) {
                (true, _) => Holds::Yes,
                (false, true) => Holds::OfTenant,
                (false, false) => Holds::Unknown,
            },
            close: within == Within::Maybe,
            end_unknown: matches!(self.operation.ended, Ended::By(_)),
            unreadable: match &self.operation.unreadable {
                Some(why) if !certain => unparsed(why),
                _ => Described::Yes,
            },
            unfinished: layer.state == LayerState::Unfinished,
        }
    }

    /// Returns the same of a later layer, by the layers on which it builds.
    fn doubts_after(&self, layer: &Layer, within: Within) -> Doubts {
        let doubts = self.least_doubts(|cap| builds_on(self.chain, layer, cap));
        Doubts { close: doubts.close || within == Within::Maybe, ..doubts }
    }

    /// Returns whether a build that is not known to be outside of the windows may have run from the beginning of the
    /// operation until the last layer, or runs now.
    fn matters(&self, view: View<'_>) -> bool {
        let (begin, over) = view.run_of_operation(self.operation);
        let layers = self.caps.iter().chain(&self.after);
        let runs = layers.map(|(layer, _)| view.run_of_layer(self.chain, layer));
        let (from, to) =
            runs.fold((begin, over), |(from, to), run| (from.min(run.0), to.max(run.1)));
        let owners = [&self.operation.tenancy, &self.chain.tenancy];
        let harmless = |owner: &Tenancy| {
            let collected = view.facts.cluster(&owner.cluster).collected;
            let to = collected.map_or(to, |collected| collected.max(to));
            view.placement(owner, from, to) == Placement::NotAffected
        };
        !owners.into_iter().all(harmless)
    }
}

/// An operation that a chain captures, with the builds that were at work.
pub(crate) struct Captured<'a> {
    pub(super) view: View<'a>,
    pub(super) capture: Capture<'a>,
    /// Whether a restore of the chain validates indexes again.
    pub(crate) revalidated: bool,
    /// Where the build lies that took the newest layer that captures it.
    pub(crate) captured_by: Placement,
    /// The builds that may have taken that layer.
    pub(crate) builds: Builds,
    /// Where the build lies that took the first layer after it.
    pub(crate) followed_by: Option<Placement>,
    /// Where the builds lie that took any layer after it; only of a job of unknown type.
    pub(crate) later_by: Option<Placement>,
    /// Where the build lies that will take the next layer.
    pub(crate) next_by: Placement,
    /// Where the builds lie that ran the operation.
    pub(crate) worked_by: Placement,
}

impl<'a> Captured<'a> {
    /// Returns none if no layer captures the operation, or if no build that ran meanwhile can be in a window.
    pub(super) fn of(
        view: View<'a>,
        operation: &'a BulkOperation,
        chain: &'a Chain,
        revalidated: bool,
    ) -> Option<Self> {
        let capture = Capture::of(operation, chain).filter(|capture| capture.matters(view))?;
        let wrote = |(layer, _): &(&Layer, Within)| view.wrote(chain, layer);
        let captured_by = captured_by(&capture, wrote);
        let later = (operation.kind == OperationKind::SomeJob).then_some(&capture.after);
        let next = view.collected_by(&chain.tenancy);
        let next = next.or_else(|| capture.caps.last().map(wrote)).unwrap_or(Placement::Unknown);
        let (from, to) = view.run_of_operation(operation);
        Some(Self {
            view,
            revalidated,
            captured_by,
            builds: capture
                .caps
                .last()
                .map_or(Builds::default(), |(layer, _)| view.writers(chain, layer)),
            followed_by: capture.after.first().map(wrote),
            later_by: later.and_then(|layers| all(layers.iter().map(wrote))),
            next_by: next,
            worked_by: view.placement(&operation.tenancy, from, to),
            capture,
        })
    }

    pub(crate) fn operation(&self) -> &'a BulkOperation {
        self.capture.operation
    }

    pub(crate) fn chain(&self) -> &'a Chain {
        self.capture.chain
    }

    /// The newest layer that captures it.
    pub(crate) fn newest(&self) -> Option<&'a Layer> {
        self.capture.caps.last().map(|(layer, _)| *layer)
    }

    /// Where the build lies that wrote a layer of the chain.
    pub(crate) fn wrote(&self, layer: &Layer) -> Placement {
        self.view.wrote(self.chain(), layer)
    }

    pub(crate) fn only_full(&self) -> bool {
        self.capture.caps.iter().all(|(layer, _)| layer.kind == LayerKind::Full)
    }

    pub(crate) fn is_followed(&self) -> bool {
        !self.capture.after.is_empty()
    }

    pub(crate) fn is_replaced(&self) -> bool {
        self.capture.replaced
    }

    /// A layer on them that is being taken, if it comes after the end of the operation.
    pub(crate) fn coming(&self) -> Option<&'a Layer> {
        let over = self.operation().over()?;
        let unfinished = |layer: &&Layer| layer.state == LayerState::Unfinished;
        let mut coming = self.chain().layers.iter().filter(unfinished);
        coming.find(|layer| layer.kind != LayerKind::Full && layer.since(over) != Within::No)
    }

    /// Whether the chain contains tables that are offline: backups of the whole cluster do
    /// (`docs/cockroachdb/backups.md#offline-tables-in-backups`), and of virtual clusters the system tenant takes all
    /// keys (cockroachdb/cockroach#52096).
    pub(crate) fn holds_offline_tables(&self) -> bool {
        let whole = |targets: &Targets| matches!(targets, Targets::Cluster | Targets::Tenants);
        self.chain().tenancy != self.operation().tenancy
            || self.capture.caps.iter().any(|(layer, _)| whole(&layer.targets))
    }

    /// Whether the layers contain the revisions between them.
    pub(crate) fn has_history(&self) -> bool {
        self.capture.caps.iter().any(|(layer, _)| layer.revision_history)
    }

    /// Why it is not certain that the chain captures the operation.
    pub(crate) fn doubts(&self) -> Doubts {
        self.capture.least_doubts(|_| true)
    }

    /// A layer that captures it, and why that is not certain.
    pub(crate) fn during(&self, place: usize) -> Option<(&'a Layer, Doubts)> {
        let (layer, within) = self.capture.caps.get(place)?;
        Some((layer, self.capture.doubts_of(layer, *within)))
    }

    /// A layer after it, and why that is not certain.
    pub(crate) fn after(&self, place: usize) -> Option<(&'a Layer, Doubts)> {
        let (layer, within) = self.capture.after.get(place)?;
        Some((layer, self.capture.doubts_after(layer, *within)))
    }
}

/// Where the build lies that took the newest of its layers; whichever that is, if that is not certain.
fn captured_by<'a>(
    capture: &Capture<'a>,
    wrote: impl Fn(&(&'a Layer, Within)) -> Placement,
) -> Placement {
    let certain = |(layer, within): &(&Layer, Within)| {
        *within == Within::Yes && layer.state == LayerState::Done
    };
    let mut placed = Vec::new();
    for cap in capture.caps.iter().rev() {
        placed.push(wrote(cap));
        if certain(cap) {
            break;
        }
    }
    all(placed).unwrap_or(Placement::Unknown)
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
