//! Marks of layers of backups, and what they mean: each thing by a shape or a letter of its own, which colour repeats.

use crdb_triage::model::{LayerKind, LayerRole, LayerState};

use super::element::{Content, El, html, svg};

use crate::view::chains::{self as view, Glyph, Picture, Shape};

/// A square for full, a circle for incremental, a diamond where the kind is not known; the parts that it plays around
/// it, each with a shape of its own.
pub(super) fn draw(glyph: Glyph) -> El {
    let letter = match (glyph.number, glyph.kind) {
        (1, Some(LayerKind::Full)) => "F".to_owned(),
        (1, Some(LayerKind::Incremental)) => "I".to_owned(),
        (1, _) => "?".to_owned(),
        // Four digits have no room on a narrow screen; whoever points at it reads the exact number.
        (1000.., _) => format!("{}k+", glyph.number / 1000),
        (number, _) => number.to_string(),
    };
    let half = if glyph.number == 1 { 9 } else { 11 };
    let name = if letter.len() > 2 { "name small" } else { "name" };
    let body = |half: u32, radius: &'static str| {
        svg("rect")
            .attr("x", format!("-{half}"))
            .attr("width", (2 * half).to_string())
            .attr("y", "-9")
            .attr("height", "18")
            .attr("rx", radius)
    };
    let body = match glyph.kind {
        Some(LayerKind::Full) => body(half, "1"),
        Some(LayerKind::Incremental) => body(half, "9"),
        Some(LayerKind::Unknown) if glyph.number == 1 => {
            svg("path").attr("d", "M0-12 12 0 0 12-12 0z")
        }
        _ => body(half, "5"),
    };
    let kind = match glyph.kind {
        Some(LayerKind::Full) => "full",
        _ => "incremental",
    };
    let state = match glyph.state {
        Some(LayerState::Unfinished) => "unfinished",
        Some(LayerState::Failed) => "failed",
        _ => "done",
    };
    let role = match glyph.role {
        Some(LayerRole::Suspect) => "suspect",
        Some(LayerRole::Possible) => "possible",
        _ => "",
    };
    let ring = glyph.captures.then(|| around("ring", half + 5, 14, "14"));
    let frame = glyph.subject.then(|| around("frame", half + 9, 30, "6"));
    let cross = (glyph.state == Some(LayerState::Failed))
        .then(|| svg("path").attr("class", "cross").attr("d", "M-11-11 11 11M11-11-11 11"));
    svg("g").attr("class", format!("glyph {kind} {state} {role}")).child((
        frame,
        ring,
        svg("g").attr("class", "body").child(body),
        cross,
        svg("text").attr("class", name).attr("text-anchor", "middle").attr("y", "4").child(letter),
        glyph.role.and_then(badge),
        below(glyph),
    ))
}

fn around(class: &'static str, half: u32, high: u32, radius: &'static str) -> El {
    svg("rect")
        .attr("class", class)
        .attr("x", format!("-{half}"))
        .attr("width", (2 * half).to_string())
        .attr("y", format!("-{high}"))
        .attr("height", (2 * high).to_string())
        .attr("rx", radius)
}

/// Above the layer: a triangle with a ! for suspect, a diamond with a ? for possible, as in the tags of verdicts.
fn badge(role: LayerRole) -> Option<El> {
    let (path, sign, y) = match role {
        LayerRole::Suspect => ("M0-29 8-16H-8z", "!", "-17.5"),
        LayerRole::Possible => ("M0-31 7.5-23 0-15-7.5-23z", "?", "-19"),
        LayerRole::Captures => return None,
    };
    Some(svg("g").attr("class", "badge").child((
        svg("path").attr("d", path),
        svg("text").attr("text-anchor", "middle").attr("y", y).child(sign),
    )))
}

/// Below the layer: C for captures, a tick for the latest to restore to.
fn below(glyph: Glyph) -> [Option<El>; 2] {
    let aside = if glyph.captures && glyph.safe { 7 } else { 0 };
    let letter = glyph.captures.then(|| {
        svg("text")
            .attr("class", "letter")
            .attr("text-anchor", "middle")
            .attr("x", format!("-{aside}"))
            .attr("y", "27")
            .child("C")
    });
    let tick = glyph.safe.then(|| {
        svg("path")
            .attr("class", "tick-mark")
            .attr("transform", format!("translate({aside} 0)"))
            .attr("d", "M-5 22.5-1.5 26.5 5.5 18")
    });
    [letter, tick]
}

/// What the shapes mean: all, or those that occur in a picture.
pub(super) fn legend(of: Option<&Picture>) -> El {
    let occurs = |is: &dyn Fn(&Shape) -> bool| {
        let any = |picture: &Picture| {
            picture.tracks.iter().flat_map(|track| &track.parts).any(|part| is(&part.shape))
        };
        of.is_none_or(any)
    };
    let entries = view::GLYPHS.into_iter().filter(|(glyph, _)| {
        // Only the picture for a finding shows what that is about.
        (of.is_some() || !glyph.subject)
            && occurs(&|shape| matches!(shape, Shape::Layers(drawn) if drawn.shows(*glyph)))
    });
    let entries = entries.map(|(glyph, word)| {
        let drawn = svg("g").attr("class", "part layer strong").child(draw(glyph));
        // What stands above and below a layer needs room.
        let alone = glyph.role.is_none() && !(glyph.captures || glyph.safe || glyph.subject);
        let (view_box, height) =
            if alone { ("-18 -14 36 28", "22") } else { ("-18 -31 36 62", "48") };
        html("li").child((sample(view_box, height, drawn), word))
    });
    let run = occurs(&|shape| *shape == Shape::Run).then(|| {
        let bar =
            svg("rect").attr("x", "1").attr("width", "26").attr("y", "7").attr("height", "12");
        let bar = svg("g").attr("class", "part run strong").child(bar.attr("rx", "2"));
        html("li").child((sample("0 0 28 26", "26", bar), "operation"))
    });
    let restored = |shape: &Shape| matches!(shape, Shape::Reads(_) | Shape::Restored);
    let reads = occurs(&restored).then(|| {
        let line = svg("path").attr("d", "M6 1 11 10H7V16H22V18H5V10H1z");
        let dot = svg("circle").attr("cx", "22").attr("cy", "17").attr("r", "4.5");
        let drawn = svg("g").attr("class", "part reads strong").child((line, dot));
        html("li").child((sample("0 0 28 26", "26", drawn), "restore, and the layer it read"))
    });
    let entries: Vec<_> = entries.chain(run).chain(reads).collect();
    html("ul").class("map-legend").attr("aria-hidden", "true").child(entries)
}

fn sample(view_box: &'static str, height: &'static str, shape: impl Content) -> El {
    svg("svg").attr("viewBox", view_box).attr("width", "28").attr("height", height).child(shape)
}
