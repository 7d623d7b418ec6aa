//! Layers put together to chains.

use std::collections::{BTreeMap, HashSet};

use crate::model::{LayerKind, LayerState, SortSmall, Tenancy, Time};
use crate::parse::statement::{self, Address};

use super::layers::{Draft, Home, Slack};
use super::{Backups, Chain, KindTold, Layer, NotPlaced, Unplaced};

/// A full backup is as of the time of its subdirectory, cut to ten milliseconds.
const CUT: i64 = Time::SECOND / 100;
/// The same where the AS OF time is known from `created` only.
const ABOUT: i64 = 30 * Time::SECOND;

type Key = (Tenancy, Address, Option<String>);

/// Adds the chains of `drafts`. `is_19` says whether every build that can have run was one of 19.x.
pub(super) fn assemble(
    backups: &mut Backups,
    drafts: Vec<Draft>,
    is_19: impl Fn(&Tenancy, Time) -> bool,
) {
    let mut chains = BTreeMap::<Key, (Vec<Layer>, HashSet<u64>)>::new();
    let mut latest = Vec::new();
    for Draft { tenancy, layer, descriptor_ids, home } in drafts {
        let key = match home {
            Home::Collection(collection, name) => (tenancy, collection, Some(name)),
            Home::Address(address) => (tenancy, address, None),
            Home::Latest(collection) => {
                latest.push((tenancy, collection, layer, descriptor_ids));
                continue;
            }
        };
        let (layers, ids) = chains.entry(key).or_default();
        layers.push(layer);
        ids.extend(descriptor_ids);
    }
    let mut chains: Vec<Chain> = chains
        .into_iter()
        .map(|((tenancy, address, subdirectory), (layers, descriptor_ids))| {
            let base = subdirectory.as_deref().and_then(statement::dated);
            let is_19 = |time| is_19(&tenancy, time);
            let layers = ordered(layers, base, subdirectory.is_some(), is_19);
            let tenancy = tenancy.clone();
            Chain { tenancy, address, subdirectory, base, layers, descriptor_ids, widest: 0 }
        })
        .collect();
    for (tenancy, collection, layer, descriptor_ids) in latest {
        match newest(&mut chains, &tenancy, &collection, &layer) {
            Some(chain) => {
                let at = chain.layers.partition_point(|other| other.as_of <= layer.as_of);
                chain.layers.insert(at, layer);
                chain.descriptor_ids.extend(descriptor_ids);
            }
            None => backups.unplaced.push(Unplaced {
                tenancy,
                job: layer.job,
                why: NotPlaced::NoFullSeen(collection),
                state: layer.state,
                created: layer.created,
                finished: layer.finished,
                row: layer.row,
            }),
        }
    }
    for chain in &mut chains {
        let mut earlier = 0;
        for layer in &mut chain.layers {
            layer.widen(earlier);
            chain.widest = chain.widest.max(layer.slack.widest());
            earlier += usize::from(layer.state == LayerState::Done);
        }
    }
    backups.chains = chains;
}

/// The chain of a collection that was the latest when a layer was planned.
fn newest<'a>(
    chains: &'a mut [Chain],
    tenancy: &Tenancy,
    collection: &Address,
    layer: &Layer,
) -> Option<&'a mut Chain> {
    let planned = layer.created.unwrap_or(layer.as_of);
    chains
        .iter_mut()
        .filter(|chain| chain.tenancy == *tenancy && chain.address == *collection)
        .filter(|chain| chain.subdirectory.is_some() && chain.stood_at(planned))
        .max_by_key(|chain| chain.begins())
}

/// The layers of one chain by the instants that they hold, with their kinds.
fn ordered(
    mut layers: Vec<Layer>,
    base: Option<Time>,
    in_collection: bool,
    is_19: impl Fn(Time) -> bool,
) -> Vec<Layer> {
    layers.sort_small_by_key(|layer| (layer.as_of, layer.job));
    if let Some(base) = base {
        kinds_by_time(&mut layers, base);
    }
    let mut begun = false;
    for layer in &mut layers {
        if layer.told_by == KindTold::FirstSeen {
            (layer.kind, layer.told_by) = if in_collection && begun {
                (LayerKind::Incremental, KindTold::LaterInSubdirectory)
            } else if !in_collection && is_19(layer.created.unwrap_or(layer.as_of)) {
                (LayerKind::Full, KindTold::Version19)
            } else if begun {
                (LayerKind::Incremental, KindTold::LaterAtAddress)
            } else {
                (LayerKind::Unknown, KindTold::FirstSeen)
            };
        }
        begun |= layer.state == LayerState::Done;
    }
    // The subdirectory may have told the time of one anew.
    layers.sort_small_by_key(|layer| (layer.as_of, layer.job));
    layers
}

/// Tells the kinds of the layers in a subdirectory that bears the time of its full backup. Exactly one that succeeded is
/// that full backup: the one with that very AS OF time, else the first job that was created about then. Attempts before it
/// are of full backups too; later ones append to it.
fn kinds_by_time(layers: &mut [Layer], base: Time) {
    let after = |layer: &Layer| layer.as_of.0 - base.0;
    let is_exact = |layer: &Layer| layer.slack.widest() == 0 && (0..CUT).contains(&after(layer));
    let is_about = |layer: &Layer| {
        let off = if after(layer) < 0 { layer.slack.after } else { layer.slack.before };
        layer.slack.widest() > 0 && after(layer).abs() < off.max(ABOUT)
    };
    let is_payload = |layer: &Layer| layer.told_by == KindTold::Payload;
    let is_full = |layer: &Layer| {
        layer.state == LayerState::Done
            && if is_payload(layer) { layer.kind == LayerKind::Full } else { is_exact(layer) }
    };
    let created = |layer: &Layer| (layer.created.unwrap_or(layer.as_of), layer.job);
    let certain = layers.iter().filter(|layer| is_full(layer)).map(created).min();
    let may_be = |layer: &&Layer| {
        layer.told_by == KindTold::FirstSeen && layer.state == LayerState::Done && is_about(layer)
    };
    let full = certain.or_else(|| layers.iter().filter(may_be).map(created).min());
    let first = layers.iter().map(created).min();
    for layer in layers.iter_mut().filter(|layer| layer.told_by == KindTold::FirstSeen) {
        layer.told_by = KindTold::SubdirectoryTime;
        let is_attempt = full.is_none_or(|full| created(layer) <= full);
        layer.kind = if is_exact(layer) || (is_about(layer) && is_attempt) {
            LayerKind::Full
        } else if after(layer) > 0 || full.is_some_and(|full| created(layer) > full) {
            LayerKind::Incremental
        } else {
            LayerKind::Unknown
        };
        if layer.kind == LayerKind::Full && layer.slack.widest() > 0 {
            if first.is_none_or(|first| created(layer) == first) {
                // The subdirectory tells it better than the job does.
                (layer.as_of, layer.slack) = (base, Slack::both(CUT));
            } else {
                // The subdirectory may bear the time of an attempt before it.
                layer.slack.before = layer.slack.before.max(after(layer) + CUT);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::backups::layers::{EARLY, instant};
    use crate::model::JobId;
    use crate::parse::statement::{AsOf, Targets};

    const BASE: Time = Time(1_655_164_800_000_000);

    fn seconds(seconds: f64) -> i64 {
        (seconds * Time::SECOND as f64) as i64
    }

    /// A layer whose job was created so many seconds after the time of the subdirectory. `as_of` is its AS OF time in seconds
    /// after that time, if its statement names it.
    fn layer(job: u64, created: f64, as_of: Option<f64>, state: LayerState) -> Layer {
        let created = BASE.plus(seconds(created));
        let at = as_of.map(|after| AsOf::At(BASE.plus(seconds(after))));
        let (as_of, slack) = instant(at.as_ref(), Some(created), false).unwrap();
        Layer {
            job: JobId(job),
            kind: LayerKind::Unknown,
            told_by: KindTold::FirstSeen,
            as_of,
            slack,
            early: false,
            state,
            status: None,
            created: Some(created),
            finished: None,
            targets: Targets::Cluster,
            revision_history: false,
            schedule: None,
            address: None,
            builds_on: Vec::new(),
            row: None,
        }
    }

    /// Full layers are `F`, incremental ones `I`, others `?`, by job.
    fn kinds(layers: Vec<Layer>) -> String {
        let mut layers = ordered(layers, Some(BASE), true, |_| false);
        layers.sort_by_key(|layer| layer.job);
        let letter = |layer: &Layer| match layer.kind {
            LayerKind::Full => 'F',
            LayerKind::Incremental => 'I',
            LayerKind::Unknown => '?',
        };
        layers.iter().map(letter).collect()
    }

    #[test]
    fn one_layer_of_a_subdirectory_is_full() {
        use LayerState::{Done, Failed, Unfinished};
        for (layers, expected) in [
            (vec![(0.5, None, Done), (20.0, None, Done), (29.0, None, Done)], "FII"),
            (vec![(18.0, Some(0.0), Done), (25.0, None, Done)], "FI"),
            (vec![(18.0, Some(0.004), Done), (3_600.0, Some(3_598.0), Done)], "FI"),
            (vec![(0.5, None, Failed), (20.0, None, Done), (25.0, None, Done)], "FFI"),
            (vec![(0.5, None, Failed), (20.0, None, Failed)], "FF"),
            (vec![(0.5, None, Unfinished), (20.0, None, Unfinished)], "FF"),
            (vec![(0.5, None, Done), (20.0, None, Unfinished)], "FI"),
            (vec![(0.5, None, Done), (20.0, Some(-30.0), Done)], "FI"),
            (vec![(100.0, None, Done)], "I"),
            (vec![(5.0, Some(-60.0), Done)], "?"),
        ] {
            let made = || (1..).zip(&layers).map(|(job, l)| layer(job, l.0, l.1, l.2));
            assert_eq!(kinds(made().collect()), expected, "{layers:?}");
            let mut reversed: Vec<Layer> = made().collect();
            reversed.reverse();
            assert_eq!(kinds(reversed), expected, "reversed {layers:?}");
        }
    }

    #[test]
    fn planning_before_22_1_reads_manifests() {
        let mut early = layer(1, 600.0, None, LayerState::Done);
        (early.as_of, early.slack) = instant(None, early.created, true).unwrap();
        early.early = true;
        assert_eq!(early.slack.before, EARLY);
        early.widen(20);
        assert_eq!(early.earliest(), BASE.plus(seconds(600.0 - 120.0 - 20.0 * 15.0)));
        assert_eq!(early.latest(), BASE.plus(seconds(605.0)));

        let mut later = layer(1, 600.0, None, LayerState::Done);
        later.widen(20);
        assert_eq!(later.earliest(), BASE.plus(seconds(595.0)));
        let mut exact = layer(1, 600.0, Some(580.0), LayerState::Done);
        exact.early = true;
        exact.widen(20);
        assert_eq!((exact.earliest(), exact.latest()), (exact.as_of, exact.as_of));
    }
}
