//! Over which time the axis of a chain reaches: over all of it, or over what a finding speaks of.

use crdb_triage::model::{LayerRole, SortSmall, SubjectKind, Time};
use crdb_triage::report::Layer;

use super::layers::APART;
use super::{Axis, View, role};

/// Room at both ends, as a part of the length.
const ROOM: f64 = 0.07;
/// An operation shorter than this many per cent of the axis hardly shows that a layer falls into it.
const SHORT: f64 = 1.5;
/// What is good to see does not make the axis longer than this many times what has to be seen.
const LONGER: i64 = 4;

/// A time from one instant to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Range {
    from: Time,
    to: Time,
}

impl Range {
    fn over(times: impl IntoIterator<Item = Time>) -> Option<Self> {
        times.into_iter().fold(None, |range: Option<Self>, time| match range {
            None => Some(Self { from: time, to: time }),
            Some(range) => Some(range.with(time)),
        })
    }

    fn with(self, time: Time) -> Self {
        Self { from: self.from.min(time), to: self.to.max(time) }
    }

    fn length(self) -> i64 {
        self.to.0.saturating_sub(self.from.0)
    }

    fn axis(self) -> Option<Axis> {
        let room = (self.length() as f64 * ROOM) as i64;
        Axis::over(Some((self.from.plus(-room), self.to.plus(room))), &[])
    }
}

/// The axis; nothing for a chain without layers.
pub(super) fn axis(view: &View<'_>, safe: &[&str]) -> Option<Axis> {
    let layers = &view.chain.layers;
    let core = core(view);
    let all = Range::over(layers.iter().map(|layer| layer.as_of).chain(core.iter().copied()))?;
    let Some(range) = Range::over(core.iter().copied()) else { return near(view, all).axis() };
    let whole = near(view, all).axis()?;
    if is_readable(view, &whole) {
        return Some(whole);
    }
    let focus = widened(view, range, safe);
    // What leaves out next to nothing might as well leave out nothing.
    if focus.length() > all.length() / 4 * 3 { Some(whole) } else { focus.axis() }
}

/// What has to be seen: the operations spoken of, the layers that captured them, and the first one after them.
fn core(view: &View<'_>) -> Vec<Time> {
    let mut times = Vec::new();
    for operation in view.chain.operations.iter().filter(|op| view.speaks_of_operation(op)) {
        times.push(operation.from);
        times.extend(operation.to);
    }
    let mut first: Option<(LayerRole, Time)> = None;
    for layer in view.chain.layers.iter().filter(|layer| view.speaks_of_layer(layer)) {
        let (role, time) = (role(layer), layer.as_of);
        if captures(view, layer) {
            times.push(time);
        }
        // The strongest, and of those the first.
        if let Some(role) = role
            && first.is_none_or(|(strong, before)| (role, before) > (strong, time))
        {
            first = Some((role, time));
        }
    }
    times.extend(first.map(|(_, time)| time));
    times
}

fn captures(view: &View<'_>, layer: &Layer) -> bool {
    match view.part {
        Some(part) => part.captured_by.contains(&layer.job),
        None => layer.marks.iter().any(|mark| mark.role == LayerRole::Captures),
    }
}

/// With the operations and restores that are not far from it.
fn near(view: &View<'_>, range: Range) -> Range {
    let reach = range.length() / 4;
    let (earliest, latest) = (range.from.plus(-reach), range.to.plus(reach));
    let operations = view.chain.operations.iter().flat_map(|op| [Some(op.from), op.to]);
    let restores = view.chain.restores.iter().map(|restore| restore.created);
    let others = operations.chain(restores).flatten();
    others.filter(|time| (earliest..=latest).contains(time)).fold(range, Range::with)
}

/// Whether what matters shows on `axis`: operations as bars, and layers that do not touch.
fn is_readable(view: &View<'_>, axis: &Axis) -> bool {
    let mut operations = view.chain.operations.iter().filter(|op| view.speaks_of_operation(op));
    let long = operations.all(|op| axis.stretch(op.from, op.to.unwrap_or(axis.to)).width >= SHORT);
    let mut places: Vec<(f64, bool)> = view
        .chain
        .layers
        .iter()
        .map(|layer| (axis.at(layer.as_of), view.speaks_of_layer(layer)))
        .collect();
    places.sort_small_by(|a, b| a.0.total_cmp(&b.0));
    let apart = |two: &[(f64, bool)]| match two {
        [(a, of), (b, or)] => !(*of || *or) || b - a >= APART,
        _ => true,
    };
    long && places.windows(2).all(apart)
}

/// With what is good to see too, as far as that leaves the rest in sight: the layer to restore to, the one that the
/// finding is about, and a neighbour on either side.
fn widened(view: &View<'_>, core: Range, safe: &[&str]) -> Range {
    let mut range = core;
    let most = core.length().saturating_mul(LONGER);
    let times = |of: &dyn Fn(&Layer) -> bool| -> Vec<Time> {
        view.chain.layers.iter().filter(|layer| of(layer)).map(|layer| layer.as_of).collect()
    };
    let before = times(&|layer| layer.as_of < core.from).into_iter().max();
    let after = times(&|layer| layer.as_of > core.to).into_iter().min();
    let safe = times(&|layer| safe.contains(&layer.job.as_str()));
    let subject = times(&|layer| view.is_subject(SubjectKind::Backup, &layer.job));
    for time in safe.into_iter().chain(subject).chain(before).chain(after) {
        let wider = range.with(time);
        if wider.length() <= most || core.length() == 0 {
            range = wider;
        }
    }
    range
}
