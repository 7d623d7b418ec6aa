//! What is said of one layer of a chain of backups, of an operation over it, and of a restore.
//!
//! Times are told by whoever prints them: a [`Clock`] makes text of an instant.

use std::borrow::Cow;

use crate::model::{LayerKind, LayerRole, LayerState, Time};

use super::super::{Chain, ChainOperation, ChainRestore, Layer, visible};
use super::listed;

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
        "unknown" => "job of unknown type",
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

/// ` of virtual cluster demo of cluster east`, as far as it does not go without saying.
pub(super) fn of_whom(tenant: &str, cluster: Option<&str>) -> String {
    let mut words = String::new();
    if tenant != "system" {
        words = format!(" of virtual cluster {}", visible::line(tenant));
    }
    if let Some(cluster) = cluster {
        words = format!("{words} of cluster {}", visible::line(cluster));
    }
    words
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
    format!("RESTORE {}{}", visible::line(&restore.job), elsewhere(chain, restore))
}

/// Who restored, behind a noun, where that is not who wrote the chain.
#[must_use]
pub fn elsewhere(chain: &Chain, restore: &ChainRestore) -> String {
    let same = restore.tenant == chain.tenant && restore.cluster == chain.cluster;
    if same { String::new() } else { of_whom(&restore.tenant, restore.cluster.as_deref()) }
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

pub(super) fn known(status: &str) -> String {
    if status.is_empty() { "state unknown".to_owned() } else { visible::line(status).into_owned() }
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
