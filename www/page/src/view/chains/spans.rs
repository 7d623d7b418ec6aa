//! What ran over a chain and what read it: a track for each that matters, and one for all others.

use crdb_triage::model::{SortSmall, SubjectKind, Time};
use crdb_triage::report::{ChainOperation, ChainRestore, wording};

use super::{Axis, Item, Of, Part, Shape, Stretch, Track, View};
use crate::view::format;

/// More tracks than this of either would push the layers out of sight; the others share one.
const MOST: usize = 5;
/// As many have tracks of their own even if no finding speaks of them.
const FEW: usize = 3;
/// An operation is drawn at least as wide, in per cent.
const THIN: f64 = 0.8;
/// On the shared track, what is closer than this, in per cent, is drawn as one.
const CLOSE: f64 = 2.0;

/// The operations: those that a finding speaks of first, then those that a layer captured.
pub(super) fn operations(view: &View<'_>, axis: &Axis) -> Vec<Track> {
    let all = &view.chain.operations;
    let urgency = |op: &ChainOperation| {
        let shown = axis.shows(op.from, op.to.unwrap_or(axis.to));
        let spoken_of = view.speaks_of_operation(op);
        (shown || spoken_of).then_some((!spoken_of, op.captured_by.is_empty()))
    };
    let spoken_of = all.iter().filter(|op| view.speaks_of_operation(op)).count();
    let (drawn, others) = split(all.iter().map(urgency).collect(), spoken_of);
    let time = |at: &usize| all.get(*at).map(|op| op.from);
    let drawn = in_order(drawn, time);
    let mut tracks: Vec<Track> =
        drawn.into_iter().filter_map(|at| Some(operation(view, axis, at, all.get(at)?))).collect();
    let spans = others.into_iter().filter_map(|at| {
        let op = all.get(at)?;
        let said = wording::operation_said(view.chain, op, format::exact);
        Some(Span { item: Item::Operation(at), from: op.from, to: op.to, said })
    });
    tracks.extend(shared(Of::Operations, "operation", axis, spans.collect()));
    tracks
}

/// The restores: those that a finding speaks of first.
pub(super) fn restores(view: &View<'_>, axis: &Axis, layers: &Track) -> Vec<Track> {
    let all = &view.chain.restores;
    let is_subject = |restore: &ChainRestore| view.is_subject(SubjectKind::Restore, &restore.job);
    let urgency = |restore: &ChainRestore| {
        // Of one that read what lies beyond the axis nothing could be drawn but its end.
        let layer = layer_of(view, restore).map(|layer| view.chain.layers.get(layer));
        let shown = match layer.flatten() {
            Some(layer) => axis.shows(layer.as_of, layer.as_of),
            None => all.len() <= FEW || restore.created.is_some_and(|time| axis.shows(time, time)),
        };
        (shown || is_subject(restore)).then_some(!view.speaks_of_restore(restore))
    };
    let spoken_of = all.iter().filter(|restore| view.speaks_of_restore(restore)).count();
    let (drawn, others) = split(all.iter().map(urgency).collect(), spoken_of);
    let time = |at: &usize| all.get(*at).map(|restore| restore.created);
    let drawn = in_order(drawn, time);
    let mut tracks: Vec<Track> = drawn
        .into_iter()
        .filter_map(|at| Some(restore(view, axis, layers, at, all.get(at)?)))
        .collect();
    let spans = others.into_iter().filter_map(|at| {
        let restore = all.get(at)?;
        let said = wording::restore_said(view.chain, restore, format::exact);
        // Without a time of its own it stands at the end, where its words say so.
        let time = restore.created.unwrap_or(axis.to);
        Some(Span { item: Item::Restore(at), from: time, to: Some(time), said })
    });
    tracks.extend(shared(Of::Restores, "restore", axis, spans.collect()));
    tracks
}

/// The layer that a restore read, by its place in the chain.
fn layer_of(view: &View<'_>, restore: &ChainRestore) -> Option<usize> {
    let job = restore.layer.as_ref()?;
    view.chain.layers.iter().position(|layer| layer.job == *job)
}

/// Those that get tracks of their own, the most urgent of those that have any urgency, and the others.
fn split<K: Ord>(urgency: Vec<Option<K>>, spoken_of: usize) -> (Vec<usize>, Vec<usize>) {
    let number = urgency.len();
    let mut able: Vec<(K, usize)> =
        urgency.into_iter().enumerate().filter_map(|(at, key)| Some((key?, at))).collect();
    able.sort_small();
    let most = spoken_of.clamp(FEW, MOST);
    // One that is left would have the shared track for itself.
    let most = if able.len() == number && most + 1 == number { number } else { most };
    able.truncate(most);
    let own: Vec<usize> = able.into_iter().map(|(_, at)| at).collect();
    let others = (0..number).filter(|at| !own.contains(at)).collect();
    (own, others)
}

fn in_order<K: Ord>(mut all: Vec<usize>, time: impl Fn(&usize) -> K) -> Vec<usize> {
    all.sort_small_by_key(|at| time(at));
    all
}

fn operation(view: &View<'_>, axis: &Axis, at: usize, op: &ChainOperation) -> Track {
    let (place, across) = lies(axis, op.from, op.to);
    let mut about = vec![status(&op.status)];
    let on = wording::operation_on(op);
    if !on.is_empty() {
        about.push(on);
    }
    let part = Part {
        shape: Shape::Run,
        place,
        lane: 0,
        strong: view.speaks_of_operation(op),
        items: vec![Item::Operation(at)],
        text: format!(
            "{}.",
            wording::capital(&wording::operation_said(view.chain, op, format::exact))
        ),
    };
    Track {
        of: Of::Operations,
        name: wording::capital(&wording::operation_name(op)),
        about: about.join("; "),
        across,
        lanes: 1,
        parts: vec![part],
    }
}

fn status(status: &str) -> String {
    if status.is_empty() { "state unknown".to_owned() } else { status.to_owned() }
}

/// Where something lies that may have no end, and words in its place where that is beyond the axis.
fn lies(axis: &Axis, from: Time, to: Option<Time>) -> (Stretch, Option<String>) {
    let end = to.unwrap_or(axis.to).max(from);
    let mut place = axis.stretch(from, end).at_least(THIN);
    place.after |= to.is_none();
    let words = match () {
        () if from > axis.to => Some("later"),
        () if end < axis.from => Some("earlier"),
        () => None,
    };
    (place, words.map(|word| format!("{word}: {}", format::range(from, end))))
}

fn restore(
    view: &View<'_>,
    axis: &Axis,
    layers: &Track,
    at: usize,
    restore: &ChainRestore,
) -> Track {
    let chain = view.chain;
    let layer = layer_of(view, restore);
    let reads = layer.and_then(|layer| place_of(layers, layer));
    let x = restore.created.map(|time| axis.at(time));
    let late = restore.created.is_some_and(|time| time > axis.to);
    let early = restore.created.is_some_and(|time| time < axis.from);
    let (shape, from, to) = match (reads, x) {
        (Some(reads), x) => {
            (Shape::Reads(reads), reads.min(x.unwrap_or(reads)), reads.max(x.unwrap_or(reads)))
        }
        (None, x) => (Shape::Restored, x.unwrap_or(100.0), x.unwrap_or(100.0)),
    };
    let place = Stretch { x: from, width: to - from, before: early, after: late };
    let created = restore.created.map_or("at a time that is not known".to_owned(), |time| {
        format!("{} UTC", format::second(time))
    });
    Track {
        of: Of::Restores,
        name: wording::restore_name(chain, restore),
        about: format!("{}, {created}", status(&restore.status)),
        across: layer.is_none().then(|| "which layer it read is not known".to_owned()),
        lanes: 1,
        parts: vec![Part {
            shape,
            place,
            lane: 0,
            strong: view.speaks_of_restore(restore),
            items: vec![Item::Restore(at)],
            text: format!("{}.", wording::restore_said(chain, restore, format::exact)),
        }],
    }
}

/// Where the mark stands that a layer is in.
fn place_of(layers: &Track, layer: usize) -> Option<f64> {
    let part = layers.parts.iter().find(|part| part.items.contains(&Item::Layer(layer)))?;
    Some(part.place.x)
}

/// Something that shares a track with others.
struct Span {
    item: Item,
    from: Time,
    to: Option<Time>,
    said: String,
}

/// All of `spans` on one track: what would lie on each other as one, and what lies beyond an end counted there.
fn shared(of: Of, thing: &str, axis: &Axis, mut spans: Vec<Span>) -> Option<Track> {
    if spans.is_empty() {
        return None;
    }
    spans.sort_small_by_key(|span| span.from);
    let number = spans.len();
    let many = format!("{thing}s");
    let (mut before, mut after) = (Vec::new(), Vec::new());
    let mut parts: Vec<(Stretch, Vec<Span>)> = Vec::new();
    for span in spans {
        let (place, beyond) = lies(axis, span.from, span.to);
        match (beyond, parts.last_mut()) {
            (Some(_), _) if span.from > axis.to => after.push(span),
            (Some(_), _) => before.push(span),
            (None, Some((last, held))) if place.x < last.x + last.width + CLOSE => {
                let end = (last.x + last.width).max(place.x + place.width);
                last.width = end - last.x;
                last.before |= place.before;
                last.after |= place.after;
                held.push(span);
            }
            (None, _) => parts.push((place, vec![span])),
        }
    }
    let said = |held: &[Span]| match held {
        [one] => wording::capital(&one.said),
        _ => {
            let from = held.iter().map(|span| span.from).min().unwrap_or(axis.from);
            let last = |span: &Span| span.to.unwrap_or(span.from);
            let to = held.iter().map(last).max().unwrap_or(axis.to);
            let times = format::exactly(from, to);
            format!("{} {times}", format::counted(held.len(), thing, &many))
        }
    };
    let whole = |shape: Shape, place: Stretch, held: Vec<Span>, text: String| Part {
        shape,
        place,
        lane: 0,
        strong: false,
        text,
        items: held.into_iter().map(|span| span.item).collect(),
    };
    let at_end = |held: Vec<Span>, side: &str, x: f64| {
        let words = format!("{} {side}", format::counted(held.len(), thing, &many));
        let text = format!("{} what the picture shows: {}.", wording::capital(side), said(&held));
        let place = Stretch { x, width: 0.0, before: x == 0.0, after: x > 0.0 };
        (!held.is_empty()).then(|| whole(Shape::Beyond(words), place, held, text))
    };
    let mut all: Vec<Part> = at_end(before, "before", 0.0).into_iter().collect();
    all.extend(parts.into_iter().map(|(place, held)| {
        let text = format!("{}.", said(&held));
        let shape = if of == Of::Operations { Shape::Run } else { Shape::Restored };
        whole(shape, place, held, text)
    }));
    all.extend(at_end(after, "after", 100.0));
    Some(Track {
        of,
        name: format::counted(number, &format!("other {thing}"), &format!("other {many}")),
        about: format!("the table names {}", if number == 1 { "it" } else { "them" }),
        across: None,
        lanes: 1,
        parts: all,
    })
}
