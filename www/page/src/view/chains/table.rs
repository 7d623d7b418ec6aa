//! What the picture of a chain draws, as a table: every layer, operation and restore on its own.

use crdb_triage::model::{LayerKind, SortSmall, Time};
use crdb_triage::report::{Chain, ChainOperation, Finding, Report, wording};

use super::{Item, last_safe};
use crate::view::format;
use crate::view::map::table::cut_lines;

/// One line of the table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// What it stands for.
    pub item: Item,
    /// What it is.
    pub what: String,
    /// Id of its job.
    pub job: String,
    /// The time as of which it is, or when it begins.
    pub from: Option<Time>,
    /// By how many seconds that may be off.
    pub slack: u32,
    /// When it ends.
    pub to: Option<Time>,
    /// What became of its job.
    pub state: String,
    /// The part that it plays; empty for most layers.
    pub part: String,
    /// More of it.
    pub detail: String,
}

/// Lines that belong together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Section {
    /// What they are.
    pub name: &'static str,
    /// The lines, by time; never none.
    pub lines: Vec<Line>,
}

/// Layers, operations and restores of a chain; for a finding, with the layer that this one calls the latest to restore to.
#[must_use]
pub fn sections(report: &Report, chain: &Chain, finding: Option<&Finding>) -> Vec<Section> {
    let all = [
        ("Layers", layers(report, chain, finding)),
        ("Operations", operations(chain)),
        ("Restores", restores(chain)),
    ];
    all.into_iter()
        .filter(|(_, lines)| !lines.is_empty())
        .map(|(name, mut lines)| {
            lines.sort_small_by_key(|line| line.from);
            Section { name, lines }
        })
        .collect()
}

fn layers(report: &Report, chain: &Chain, finding: Option<&Finding>) -> Vec<Line> {
    let safe = last_safe(report, chain, finding);
    let line = |(at, layer): (usize, &_)| {
        let mut part = wording::layer_parts(chain, layer);
        if safe.contains(&layer.job.as_str()) {
            part.push("latest layer to restore to".to_owned());
        }
        Line {
            item: Item::Layer(at),
            what: match layer.kind {
                LayerKind::Unknown => "backup of unknown kind".to_owned(),
                kind => format!("{} backup", wording::layer_kind(kind)),
            },
            job: layer.job.clone(),
            from: Some(layer.as_of),
            slack: layer.as_of_slack,
            to: None,
            state: wording::layer_state(layer),
            part: part.join("; "),
            detail: wording::layer_detail(layer),
        }
    };
    chain.layers.iter().enumerate().map(line).collect()
}

fn operations(chain: &Chain) -> Vec<Line> {
    let line = |(at, op): (usize, &ChainOperation)| Line {
        item: Item::Operation(at),
        what: wording::chain_operation(&op.operation).into_owned(),
        job: op.job.clone(),
        from: Some(op.from),
        slack: 0,
        to: op.to,
        state: op.status.clone(),
        part: match wording::captured_by(chain, &op.captured_by, format::exact) {
            Some(layers) => format!("captured by {layers}"),
            None => "captured by no layer".to_owned(),
        },
        detail: wording::operation_on(op),
    };
    chain.operations.iter().enumerate().map(line).collect()
}

fn restores(chain: &Chain) -> Vec<Line> {
    let line = |(at, restore): (usize, &_)| Line {
        item: Item::Restore(at),
        what: format!("RESTORE{}", wording::elsewhere(chain, restore)),
        job: restore.job.clone(),
        from: restore.created,
        slack: 0,
        to: None,
        state: restore.status.clone(),
        part: wording::restore_read(chain, restore, format::exact),
        detail: String::new(),
    };
    chain.restores.iter().enumerate().map(line).collect()
}

/// At most `most` lines of `sections`, and how many are left out.
#[must_use]
pub fn cut(mut sections: Vec<Section>, most: usize) -> (Vec<Section>, usize) {
    let left_out = cut_lines(sections.iter_mut().map(|section| &mut section.lines), most);
    sections.retain(|section| !section.lines.is_empty());
    (sections, left_out)
}
