//! The layers of a chain on the axis; those that would stand on each other become one mark.

use crdb_triage::model::{LayerKind, LayerRole, LayerState, SortSmall, SubjectKind, Time};
use crdb_triage::report::{Chain, Layer, wording};

use super::{Axis, Glyph, Item, Of, Part, Shape, Stretch, Track, View, role};
use crate::view::format;

/// Closer than this, in per cent, two marks would touch on a narrow screen.
pub(super) const APART: f64 = 8.0;
/// More lanes than this are no picture any more: what comes then joins its neighbour.
const LANES: usize = 2;

/// A mark while it is made.
struct Mark {
    x: f64,
    lane: usize,
    glyph: Glyph,
    strong: bool,
    layers: Vec<usize>,
}

pub(super) fn track(view: &View<'_>, safe: &[&str], axis: &Axis) -> Track {
    let layers = &view.chain.layers;
    let mut order: Vec<usize> = (0..layers.len()).collect();
    order.sort_small_by_key(|at| layers.get(*at).map(|layer| layer.as_of));
    let mut marks: Vec<Mark> = Vec::new();
    let (mut before, mut after) = (Vec::new(), Vec::new());
    for at in order {
        let Some(layer) = layers.get(at) else { continue };
        if layer.as_of < axis.from {
            before.push(at);
        } else if layer.as_of > axis.to {
            after.push(at);
        } else {
            let strong = view.speaks_of_layer(layer) || safe.contains(&layer.job.as_str());
            stand(&mut marks, axis.at(layer.as_of), glyph(view, safe, layer), strong, at);
        }
    }
    let lanes = marks.iter().map(|mark| mark.lane + 1).max().unwrap_or(1);
    let mut parts: Vec<Part> = Vec::new();
    parts.extend(beyond(view, safe, &before, false));
    parts.extend(marks.into_iter().map(|mark| part(view, safe, mark)));
    parts.extend(beyond(view, safe, &after, true));
    let about = match before.len() + after.len() {
        0 => format!("{} in all", format::count(layers.len() as u64)),
        beyond => format!(
            "{} of {} drawn; the others are counted at the ends",
            format::count((layers.len() - beyond) as u64),
            format::count(layers.len() as u64),
        ),
    };
    Track { of: Of::Layers, name: "Layers".to_owned(), about, across: None, lanes, parts }
}

fn number(layers: usize) -> String {
    format::counted(layers, "layer", "layers")
}

fn glyph(view: &View<'_>, safe: &[&str], layer: &Layer) -> Glyph {
    Glyph {
        kind: Some(layer.kind),
        state: Some(layer.state),
        role: role(layer),
        captures: layer.marks.iter().any(|mark| mark.role == LayerRole::Captures),
        safe: safe.contains(&layer.job.as_str()),
        subject: view.is_subject(SubjectKind::Backup, &layer.job),
        number: 1,
    }
}

impl Glyph {
    /// Whether two look the same but for their number.
    fn is_like(&self, other: &Self) -> bool {
        Self { number: 1, ..*self } == Self { number: 1, ..*other }
    }

    fn join(&mut self, other: &Self) {
        *self = Self {
            kind: self.kind.filter(|kind| other.kind == Some(*kind)),
            state: self.state.filter(|state| other.state == Some(*state)),
            role: self.role.max(other.role),
            captures: self.captures || other.captures,
            safe: self.safe || other.safe,
            subject: self.subject || other.subject,
            number: self.number + other.number,
        };
    }
}

/// Puts a layer to its like, or into the first lane that has room, or to the neighbour that is in its way. Layers
/// come by time.
fn stand(marks: &mut Vec<Mark>, x: f64, glyph: Glyph, strong: bool, at: usize) {
    let last = |marks: &[Mark], lane: usize| {
        marks.iter().rposition(|mark| mark.lane == lane && (mark.x - x).abs() < APART)
    };
    let in_the_way: Vec<Option<usize>> = (0..LANES).map(|lane| last(marks, lane)).collect();
    let like = in_the_way.iter().flatten().copied().find(|mark| {
        marks.get(*mark).is_some_and(|mark| mark.glyph.is_like(&glyph) && mark.strong == strong)
    });
    let free = in_the_way.iter().position(Option::is_none);
    match (like, free) {
        (None, Some(lane)) => marks.push(Mark { x, lane, glyph, strong, layers: vec![at] }),
        (like, _) => {
            let neighbour = like.or(in_the_way.last().copied().flatten());
            if let Some(mark) = neighbour.and_then(|mark| marks.get_mut(mark)) {
                mark.glyph.join(&glyph);
                mark.strong |= strong;
                mark.layers.push(at);
            }
        }
    }
}

fn part(view: &View<'_>, safe: &[&str], mark: Mark) -> Part {
    let layers = all(view.chain, &mark.layers);
    let text = match layers[..] {
        [one] => format!("{}.", said(view, safe, one)),
        _ => format!("{}.", several(safe, &layers)),
    };
    Part {
        shape: Shape::Layers(mark.glyph),
        place: Stretch { x: mark.x, width: 0.0, before: false, after: false },
        lane: mark.lane,
        strong: mark.strong,
        items: mark.layers.into_iter().map(Item::Layer).collect(),
        text,
    }
}

fn all<'a>(chain: &'a Chain, layers: &[usize]) -> Vec<&'a Layer> {
    layers.iter().filter_map(|at| chain.layers.get(*at)).collect()
}

/// One layer with everything that is to say of it.
fn said(view: &View<'_>, safe: &[&str], layer: &Layer) -> String {
    let name = wording::capital(&wording::layer_with_time(layer, format::exact));
    let mut words = vec![format!("{name}: {}", wording::layer_state(layer))];
    words.extend(wording::layer_parts(view.chain, layer));
    if safe.contains(&layer.job.as_str()) {
        words.push("the latest layer to restore to".to_owned());
    }
    if view.is_subject(SubjectKind::Backup, &layer.job) {
        words.push("this finding is about it".to_owned());
    }
    words.join("; ")
}

/// Several layers: from when to when, of which kinds, and the parts that they play.
fn several(safe: &[&str], layers: &[&Layer]) -> String {
    let times = || layers.iter().map(|layer| layer.as_of);
    let (from, to) = (times().min().unwrap_or(Time(0)), times().max().unwrap_or(Time(0)));
    let name = number(layers.len());
    let kinds = [LayerKind::Full, LayerKind::Incremental, LayerKind::Unknown].map(|kind| {
        (layers.iter().filter(|layer| layer.kind == kind).count(), wording::layer_kind(kind))
    });
    let of_role = |of: LayerRole| {
        layers.iter().filter(|layer| layer.marks.iter().any(|mark| mark.role == of)).count()
    };
    let of_state = |of| layers.iter().filter(|layer| layer.state == of).count();
    let safe = layers.iter().filter(|layer| safe.contains(&layer.job.as_str())).count();
    let others = [
        (of_state(LayerState::Unfinished), "not finished"),
        (of_state(LayerState::Failed), "failed"),
        (of_role(LayerRole::Captures), "capturing an operation"),
        (of_role(LayerRole::Possible), "possible"),
        (of_role(LayerRole::Suspect), "suspect"),
        (safe, "the latest to restore to"),
    ];
    let some = kinds.into_iter().chain(others).filter(|(number, _)| *number > 0);
    let some: Vec<String> = some.map(|(number, word)| format!("{number} {word}")).collect();
    let period = match from == to {
        true => format!("as of {}", format::exact(from)),
        false => format!("as of {} to {}", format::stamp(from), format::exact(to)),
    };
    format!("{name} {period}: {}", some.join(", "))
}

/// The layers beyond an end of the axis.
fn beyond(view: &View<'_>, safe: &[&str], layers: &[usize], after: bool) -> Option<Part> {
    let found = all(view.chain, layers);
    if found.is_empty() {
        return None;
    }
    let side = if after { "after" } else { "before" };
    let mut words = format!("{} {side}", number(found.len()));
    let of_role = |of: LayerRole| found.iter().filter(|layer| role(layer) == Some(of)).count();
    for (of, word) in [(LayerRole::Suspect, "suspect"), (LayerRole::Possible, "possible")] {
        match of_role(of) {
            0 => {}
            all if all == found.len() => words = format!("{words}, {word}"),
            some => words = format!("{words}, {some} {word}"),
        }
    }
    let subject = found.iter().any(|layer| view.is_subject(SubjectKind::Backup, &layer.job));
    if subject {
        words = format!("{words}, with this finding's");
    }
    let told = match found[..] {
        [one] => said(view, safe, one),
        _ => several(safe, &found),
    };
    let text = format!(
        "{side} what the picture shows: {told}. The table has {}.",
        if found.len() == 1 { "it" } else { "all" }
    );
    let strong =
        found.iter().any(|layer| view.speaks_of_layer(layer) || safe.contains(&layer.job.as_str()));
    Some(Part {
        shape: Shape::Beyond(words),
        place: Stretch { x: if after { 100.0 } else { 0.0 }, width: 0.0, before: !after, after },
        lane: 0,
        strong,
        items: layers.iter().copied().map(Item::Layer).collect(),
        text: wording::capital(&text),
    })
}
