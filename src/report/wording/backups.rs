//! What is said of chains of backups, and of what a finding says about one.
//!
//! Times are told by whoever prints them: a [`Clock`] makes text of an instant.

use std::borrow::Cow;

use crate::model::{LayerKind, LayerRole, LayerState, Time};

use super::super::{Chain, ChainOperation, ChainRestore, Finding, Layer, Report, visible};
use super::{count, ends, left_out, listed};

/// How an instant is written: exactly, with its zone.
pub type Clock = fn(Time) -> String;

/// Whether a layer holds everything.
#[must_use]
pub fn layer_kind(kind: LayerKind) -> &'static str {
    match kind {
        LayerKind::Full => "full",
        LayerKind::Incremental => "incremental",
        LayerKind::Unknown => "of unknown kind",
    }
}

/// What tells the kind of a layer, for the codes of [`Layer::kind_told_by`].
#[must_use]
pub fn kind_told_by(code: &str) -> Cow<'_, str> {
    Cow::Borrowed(match code {
        "PAYLOAD" => "kind told by the job's payload",
        "INCREMENTAL_FROM" => "incremental because its statement names what it builds on",
        "LATEST" => "incremental because it was taken into the latest backup",
        "SUBDIRECTORY_TIME" => "kind told by the time in its subdirectory's name",
        "LATER_IN_SUBDIRECTORY" => {
            "incremental because its subdirectory held an earlier backup already"
        }
        "LATER_AT_ADDRESS" => "incremental because its address held an earlier backup already",
        "FIRST_SEEN" => "the first backup known at its place: nothing tells its kind",
        "VERSION_19" => "full because its version never appends by itself",
        other => return visible::line(other),
    })
}

/// The part that a layer plays in a finding.
#[must_use]
pub fn layer_role(role: LayerRole) -> &'static str {
    match role {
        LayerRole::Captures => "captures an operation",
        LayerRole::Possible => "possible",
        LayerRole::Suspect => "suspect",
    }
}

/// What an operation over a chain does, for the codes of [`ChainOperation::operation`].
#[must_use]
pub fn chain_operation(code: &str) -> Cow<'_, str> {
    Cow::Borrowed(match code {
        "import_into" => "IMPORT INTO",
        "import" => "IMPORT",
        "restore" => "RESTORE",
        "index_build" => "index build",
        other => return visible::line(other),
    })
}

/// `incremental backup 1065722008981340161`.
#[must_use]
pub fn layer_name(layer: &Layer) -> String {
    let job = visible::line(&layer.job);
    match layer.kind {
        LayerKind::Unknown => format!("backup {job} of unknown kind"),
        kind => format!("{} backup {job}", layer_kind(kind)),
    }
}

/// The instant whose state a layer holds, and by how much it may be off.
#[must_use]
pub fn as_of(layer: &Layer, clock: Clock) -> String {
    match layer.as_of_slack {
        0 => clock(layer.as_of),
        slack => format!("{} ± {slack} s", clock(layer.as_of)),
    }
}

/// Whether the layer exists, and the status of its job.
#[must_use]
pub fn layer_state(layer: &Layer) -> String {
    let status = visible::line(&layer.status);
    match (layer.state, status.is_empty()) {
        (LayerState::Done, true) => "done".to_owned(),
        (LayerState::Done, false) => status.into_owned(),
        (LayerState::Unfinished, true) => "not finished".to_owned(),
        (LayerState::Unfinished, false) => format!("not finished ({status})"),
        (LayerState::Failed, true) => "no backup came of it".to_owned(),
        (LayerState::Failed, false) => format!("no backup came of it ({status})"),
    }
}

/// What part a layer plays: the operations that it captured, then what advisories suspect. Nothing for most.
#[must_use]
pub fn layer_parts(chain: &Chain, layer: &Layer) -> Vec<String> {
    let by = |role: LayerRole| {
        let marks = layer.marks.iter().filter(|mark| mark.role == role);
        let mut names: Vec<&str> = marks.map(|mark| mark.advisory.as_str()).collect();
        names.dedup();
        names
    };
    let captured = chain.operations.iter().filter(|op| op.captured_by.contains(&layer.job));
    let captured: Vec<String> = captured.map(operation_name).collect();
    let advisories = by(LayerRole::Captures);
    let mut parts = Vec::new();
    if !captured.is_empty() || !advisories.is_empty() {
        let what = if captured.is_empty() { "an operation".to_owned() } else { listed(&captured) };
        parts.push(match advisories.is_empty() {
            true => format!("captures {what}"),
            false => format!("captures {what} ({})", listed(&advisories)),
        });
    }
    for role in [LayerRole::Possible, LayerRole::Suspect] {
        let advisories = by(role);
        if !advisories.is_empty() {
            parts.push(format!("{} ({})", layer_role(role), listed(&advisories)));
        }
    }
    parts
}

/// What a layer holds and how it was taken.
#[must_use]
pub fn layer_detail(layer: &Layer) -> String {
    let mut words = Vec::new();
    if !layer.scope.is_empty() {
        words.push(visible::line(&layer.scope).into_owned());
    }
    if layer.revision_history {
        words.push("with revision history".to_owned());
    }
    if let Some(schedule) = &layer.schedule {
        words.push(format!("schedule {}", visible::line(schedule)));
    }
    words.push(kind_told_by(&layer.kind_told_by).into_owned());
    words.join("; ")
}

/// The address of a chain, and who wrote it where that does not go without saying.
#[must_use]
pub fn chain_name(chain: &Chain) -> String {
    let of = of_whom(&chain.tenant, chain.cluster.as_deref());
    format!("{}{of}", visible::line(&chain.id))
}

/// ` of virtual cluster demo of cluster east`, as far as it does not go without saying.
fn of_whom(tenant: &str, cluster: Option<&str>) -> String {
    let mut words = String::new();
    if tenant != "system" {
        words = format!(" of virtual cluster {}", visible::line(tenant));
    }
    if let Some(cluster) = cluster {
        words = format!("{words} of cluster {}", visible::line(cluster));
    }
    words
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
    words.join(", ")
}

/// `IMPORT INTO 1065722008981340161`.
#[must_use]
pub fn operation_name(operation: &ChainOperation) -> String {
    format!("{} {}", chain_operation(&operation.operation), visible::line(&operation.job))
}

/// What an operation worked on: its tables and its indexes.
#[must_use]
pub fn operation_on(operation: &ChainOperation) -> String {
    let index = if operation.indexes.len() == 1 { "index" } else { "indexes" };
    match (operation.tables.is_empty(), operation.indexes.is_empty()) {
        (true, true) => String::new(),
        (false, true) => listed(&operation.tables),
        (true, false) => format!("{index} {}", listed(&operation.indexes)),
        (false, false) => {
            format!("{} ({index} {})", listed(&operation.tables), listed(&operation.indexes))
        }
    }
}

/// From when to when an operation ran, and what is not known of that.
#[must_use]
pub fn operation_times(operation: &ChainOperation, clock: Clock) -> String {
    let over = ["succeeded", "failed", "canceled"].contains(&operation.status.as_str());
    let from = clock(operation.from);
    match operation.to {
        Some(to) => format!("from {from} to {}", clock(to)),
        None if over => format!("from {from}; when it ended is not known"),
        None => format!("from {from}; nothing says that it ended"),
    }
}

/// An operation in a sentence without its full stop.
#[must_use]
pub fn operation_said(chain: &Chain, operation: &ChainOperation, clock: Clock) -> String {
    let mut words = vec![operation_name(operation), known(&operation.status)];
    let on = operation_on(operation);
    if !on.is_empty() {
        words.push(format!("on {on}"));
    }
    words.push(operation_times(operation, clock));
    let said = words.join(", ");
    match captured_by(chain, &operation.captured_by, clock) {
        None => format!("{said}; captured by no layer"),
        Some(layers) => format!("{said}; captured by {layers}"),
    }
}

/// The layers that captured an operation; nothing if there is none.
#[must_use]
pub fn captured_by(chain: &Chain, jobs: &[String], clock: Clock) -> Option<String> {
    let layers: Vec<String> = jobs
        .iter()
        .map(|job| match chain.layers.iter().find(|layer| layer.job == *job) {
            Some(layer) => layer_with_time(layer, clock),
            None => format!("backup {}", visible::line(job)),
        })
        .collect();
    (!layers.is_empty()).then(|| listed(&layers))
}

/// A layer by its kind, its job and its time.
#[must_use]
pub fn layer_with_time(layer: &Layer, clock: Clock) -> String {
    format!("{} (as of {})", layer_name(layer), as_of(layer, clock))
}

/// `RESTORE 1065722008981340161`, and who restored where that is not who wrote the chain.
#[must_use]
pub fn restore_name(chain: &Chain, restore: &ChainRestore) -> String {
    let elsewhere = restore.tenant != chain.tenant || restore.cluster != chain.cluster;
    let of = of_whom(&restore.tenant, restore.cluster.as_deref());
    format!("RESTORE {}{}", visible::line(&restore.job), if elsewhere { &of } else { "" })
}

/// What a restore read.
#[must_use]
pub fn restore_read(chain: &Chain, restore: &ChainRestore, clock: Clock) -> String {
    let layer = restore.layer.as_ref();
    let layer = layer.and_then(|job| chain.layers.iter().find(|layer| layer.job == *job));
    let read = match layer {
        Some(layer) => format!("read up to {}", layer_with_time(layer, clock)),
        None => "which layer it read is not known".to_owned(),
    };
    match restore.to {
        Some(to) => format!("asked for the state of {}; {read}", clock(to)),
        None => read,
    }
}

/// A restore in a sentence without its full stop.
#[must_use]
pub fn restore_said(chain: &Chain, restore: &ChainRestore, clock: Clock) -> String {
    let created = restore.created.map_or("at a time that is not known".to_owned(), clock);
    let (name, status) = (restore_name(chain, restore), known(&restore.status));
    format!("{name}, {status}, created {created}; {}", restore_read(chain, restore, clock))
}

fn known(status: &str) -> String {
    if status.is_empty() { "state unknown".to_owned() } else { visible::line(status).into_owned() }
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
        Some((of, layer)) if chain == Some(of) => layer_with_time(layer, clock),
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
    let facts = [("Last layer safe to restore to", safe), ("Exposure ends with", ends)];
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

/// A layer beside its time and its kind: its job, its state, and its part.
#[must_use]
pub fn layer_said(layer: &Layer, parts: &[String]) -> String {
    let mut words = format!("job {}, {}", visible::line(&layer.job), layer_state(layer));
    if layer.as_of_slack > 0 {
        words = format!("{words}, its time is ± {} s", layer.as_of_slack);
    }
    if parts.is_empty() { words } else { format!("{words}: {}", parts.join("; ")) }
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
    layers.sort_by_key(|layer| layer.as_of);
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
#[path = "backups_tests.rs"]
mod tests;
