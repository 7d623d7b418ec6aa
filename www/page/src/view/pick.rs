//! Which part of a picture is picked, and where the keys lead that go from part to part.

/// One part of a picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pick {
    /// The row, from above.
    pub row: usize,
    /// The part of the row, from the left.
    pub part: usize,
}

/// The part that a key leads to, for the keys that move; from nowhere each leads to the first part. `rows` says where
/// the parts of each row stand.
#[must_use]
pub fn moved(rows: &[Vec<f64>], from: Option<Pick>, key: &str) -> Option<Pick> {
    if !["ArrowUp", "ArrowDown", "ArrowLeft", "ArrowRight", "Home", "End"].contains(&key) {
        return None;
    }
    let filled = || rows.iter().enumerate().filter(|(_, parts)| !parts.is_empty());
    let first = || filled().next().map(|(row, _)| Pick { row, part: 0 });
    let place = |pick: Pick| rows.get(pick.row)?.get(pick.part).copied();
    let Some((pick, x)) = from.and_then(|pick| Some((pick, place(pick)?))) else {
        return first();
    };
    let nearest = |(row, parts): (usize, &Vec<f64>)| {
        let far = |place: &f64| (place - x).abs();
        let near = parts.iter().enumerate();
        let near = near.min_by(|(_, a), (_, b)| far(a).total_cmp(&far(b)));
        near.map(|(part, _)| Pick { row, part })
    };
    let parts = rows.get(pick.row).map_or(0, Vec::len);
    let beside = |part: usize| Some(Pick { row: pick.row, part: part.min(parts.max(1) - 1) });
    match key {
        "ArrowLeft" => beside(pick.part.saturating_sub(1)),
        "ArrowRight" => beside(pick.part + 1),
        "ArrowUp" => filled().rfind(|(row, _)| *row < pick.row).and_then(nearest),
        "ArrowDown" => filled().find(|(row, _)| *row > pick.row).and_then(nearest),
        "Home" => first(),
        _ => filled().next_back().and_then(nearest),
    }
    .or(Some(pick))
}
