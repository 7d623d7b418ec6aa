//! What is said of a whole chain of backups, and of what a finding says about one.

use crate::model::{LayerKind, LayerState, SortSmall};

use super::super::{Chain, Finding, Layer, Report, Schedule, visible};
use super::backups::{known, of_whom};
use super::{
    Clock, captured_by, count, ends, layer_kind, layer_parts, layer_said, layer_with_time,
    left_out, listed, operation_name, operation_said, operation_times, restore_said,
};

/// The address of a chain, and who wrote it where that does not go without saying.
#[must_use]
pub fn chain_name(chain: &Chain) -> String {
    let of = of_whom(&chain.tenant, chain.cluster.as_deref());
    format!("{}{of}", visible::line(&chain.id))
}

/// Whether a finding speaks of any layer of a chain.
#[must_use]
pub fn has_marks(chain: &Chain) -> bool {
    chain.layers.iter().any(|layer| !layer.marks.is_empty())
}

/// How many layers of which kind and from when to when, and what else is known.
#[must_use]
pub fn chain_in_short(chain: &Chain, clock: Clock) -> String {
    let number = |kind| chain.layers.iter().filter(|layer| layer.kind == kind).count();
    let kinds = [LayerKind::Full, LayerKind::Incremental, LayerKind::Unknown]
        .into_iter()
        .filter(|kind| number(*kind) > 0)
        .map(|kind| format!("{} {}", number(kind), layer_kind(kind)));
    let kinds: Vec<String> = kinds.collect();
    let times = || chain.layers.iter().map(|layer| layer.as_of);
    let mut words = vec![count(chain.layers.len() as u64, "layer")];
    if !kinds.is_empty() {
        words[0] = format!("{} ({})", words[0], kinds.join(", "));
    }
    match (times().min(), times().max()) {
        (Some(first), Some(last)) if first != last => {
            words.push(format!("as of {} to {}", clock(first), clock(last)));
        }
        (Some(only), _) => words.push(format!("as of {}", clock(only))),
        _ => {}
    }
    for (state, word) in [(LayerState::Unfinished, "not finished"), (LayerState::Failed, "failed")]
    {
        match chain.layers.iter().filter(|layer| layer.state == state).count() {
            0 => {}
            many => words.push(format!("{many} {word}")),
        }
    }
    let operations = chain.operations.len() as u64 + u64::from(chain.more_operations);
    for (number, thing) in [(operations, "operation"), (chain.restores.len() as u64, "restore")] {
        if number > 0 {
            words.push(count(number, thing));
        }
    }
    words.extend(chain.schedules.iter().map(|schedule| schedule_said(schedule, clock)));
    words.join(", ")
}

/// Which schedule takes layers, and when it does so next.
fn schedule_said(schedule: &Schedule, clock: Clock) -> String {
    let name =
        schedule.name.as_deref().map(|name| format!(" \u{201c}{}\u{201d}", visible::line(name)));
    let when = match (schedule.paused, schedule.next_run) {
        (Some(true), _) => " (paused)".to_owned(),
        (_, Some(next)) => format!(" (next at {})", clock(next)),
        _ => String::new(),
    };
    format!("by schedule {}{}{when}", schedule.id, name.unwrap_or_default())
}

/// The chain that a finding speaks of, if the report has it. A restore may have read what another cluster wrote.
#[must_use]
pub fn chain_of<'a>(report: &'a Report, finding: &Finding) -> Option<&'a Chain> {
    let id = finding.backup.as_ref()?.chain.as_ref()?;
    let mut all = report.chains.iter().filter(|chain| chain.id == *id);
    let of = &finding.subject;
    let own = |chain: &&Chain| chain.tenant == of.tenant && chain.cluster == of.cluster;
    if let Some(chain) = all.clone().find(own) {
        return Some(chain);
    }
    let only = all.next()?;
    all.next().is_none().then_some(only)
}

/// The layer that a job wrote: of this chain, or of another of the same cluster.
#[must_use]
pub fn layer_of<'a>(
    report: &'a Report,
    near: &'a Chain,
    job: &str,
) -> Option<(&'a Chain, &'a Layer)> {
    let same = |chain: &&Chain| chain.tenant == near.tenant && chain.cluster == near.cluster;
    std::iter::once(near).chain(report.chains.iter().filter(same)).find_map(|chain| {
        chain.layers.iter().find(|layer| layer.job == job).map(|layer| (chain, layer))
    })
}

/// What a finding says of a chain: each fact with its name. Nothing where it is not about backups.
#[must_use]
pub fn backup_facts(
    report: &Report,
    finding: &Finding,
    clock: Clock,
) -> Vec<(&'static str, String)> {
    let Some(part) = &finding.backup else { return Vec::new() };
    let chain = chain_of(report, finding);
    let mut facts = Vec::new();
    if let Some(id) = &part.chain {
        facts.push(("Chain", chain.map_or(visible::line(id).into_owned(), chain_name)));
    }
    if let Some(job) = &part.operation {
        let operation = chain.and_then(|chain| chain.operations.iter().find(|op| op.job == *job));
        facts.push(match operation {
            Some(operation) => {
                let (name, status) = (operation_name(operation), known(&operation.status));
                let times = operation_times(operation, clock);
                ("Operation", format!("{name}, {status}, {times}"))
            }
            None => ("Operation", format!("job {}", visible::line(job))),
        });
    }
    if !part.captured_by.is_empty() {
        let layers = chain.and_then(|chain| captured_by(chain, &part.captured_by, clock));
        facts.push(("Captured by", layers.unwrap_or_else(|| listed(&part.captured_by))));
    }
    for (name, names) in [("Tables", &part.tables), ("Indexes", &part.indexes)] {
        if !names.is_empty() {
            facts.push((name, visible::line(&names.join(", ")).into_owned()));
        }
    }
    facts.extend(bounds(report, finding, chain, clock));
    facts
}

/// From where on a chain is exposed and what ends that; that neither is known is said too where the chain is.
fn bounds(
    report: &Report,
    finding: &Finding,
    chain: Option<&Chain>,
    clock: Clock,
) -> Vec<(&'static str, String)> {
    let Some(part) = &finding.backup else { return Vec::new() };
    let layer = |job: &String| match chain.and_then(|near| layer_of(report, near, job)) {
        Some((of, layer)) if chain.is_some_and(|own| std::ptr::eq(own, of)) => {
            layer_with_time(layer, clock)
        }
        Some((of, layer)) => format!("{} in {}", layer_with_time(layer, clock), chain_name(of)),
        None => format!("backup {}", visible::line(job)),
    };
    let advisory = visible::line(&finding.advisory);
    let safe = match &part.last_safe {
        Some(job) => Some(format!("{}, as far as {advisory} goes", layer(job))),
        None => part.chain.as_ref().map(|_| "none that is known".to_owned()),
    };
    let ends = match &part.ends_with {
        Some(job) => Some(layer(job)),
        None => part
            .chain
            .as_ref()
            .map(|_| "not yet: no full backup after the operation is known".to_owned()),
    };
    let facts = [("Latest layer to restore to", safe), ("Exposure ends with", ends)];
    facts.into_iter().filter_map(|(name, said)| Some((name, said?))).collect()
}

/// Said of operations that the report counts and does not name; nothing where there are none.
#[must_use]
pub fn more_operations(chain: &Chain) -> Option<String> {
    let number = chain.more_operations;
    let captured = if number == 1 { "it was" } else { "they were" };
    (number > 0).then(|| {
        let operations = count(u64::from(number), "more operation");
        format!("{operations} ran over this chain; {captured} captured by no layer")
    })
}

/// The chains with a layer that plays a part in a finding, and the others.
#[must_use]
pub fn chains_by_part(report: &Report) -> (Vec<&Chain>, Vec<&Chain>) {
    report.chains.iter().partition(|chain| has_marks(chain))
}

/// Said in place of the chains without a part that a page has no room for.
#[must_use]
pub fn chains_left_out(number: usize) -> String {
    let chains = count(number as u64, "more chain");
    format!("({chains} without a part in a finding; the JSON report has all)")
}

/// A chain line by line: layers by time, operations, restores. Each with its label, in which only the report speaks.
///
/// Of many layers that follow each other and play the same part, only the ends are told.
#[must_use]
pub fn chain_lines(chain: &Chain, clock: Clock) -> Vec<(String, String)> {
    let mut lines = Vec::new();
    for (parts, run) in runs(chain) {
        let line = |layer: &&Layer| {
            let kind = match layer.kind {
                LayerKind::Unknown => "kind unknown",
                kind => layer_kind(kind),
            };
            (format!("{}  {kind:<12}  ", clock(layer.as_of)), layer_said(layer, &parts))
        };
        lines.extend(of_many(&run, "layer", line));
    }
    let operation = |operation: &_| (String::new(), operation_said(chain, operation, clock));
    lines.extend(of_many(&chain.operations, "operation", operation));
    lines.extend(more_operations(chain).map(|said| (String::new(), said)));
    let restore = |restore: &_| (String::new(), restore_said(chain, restore, clock));
    lines.extend(of_many(&chain.restores, "restore", restore));
    lines
}

/// A line for each of the things that fit on a page, and one for what is left out.
fn of_many<T>(
    things: &[T],
    thing: &str,
    line: impl Fn(&T) -> (String, String),
) -> Vec<(String, String)> {
    let (first, more, last) = ends(things);
    let mut lines: Vec<_> = first.iter().map(&line).collect();
    if more > 0 {
        lines.push((String::new(), left_out(more, thing)));
    }
    lines.extend(last.iter().map(&line));
    lines
}

/// Layers in the order of time, those next to each other with the same part together.
fn runs(chain: &Chain) -> Vec<(Vec<String>, Vec<&Layer>)> {
    let mut layers: Vec<&Layer> = chain.layers.iter().collect();
    layers.sort_small_by_key(|layer| layer.as_of);
    let mut runs: Vec<(Vec<String>, Vec<&Layer>)> = Vec::new();
    for layer in layers {
        let parts = layer_parts(chain, layer);
        match runs.last_mut() {
            Some((same, run)) if *same == parts => run.push(layer),
            _ => runs.push((parts, vec![layer])),
        }
    }
    runs
}

#[cfg(test)]
#[path = "chains_tests.rs"]
mod tests;
