//! What is known of backups as steps in the lives of their jobs.

use std::collections::BTreeMap;

use crate::model::{
    Job, JobEvent, JobEventKind, JobId, LayerKind, LayerState, Location, Tenancy, Time,
};

use super::{Backups, Layer};

/// So many layers are told in the life of one operation; a paused import can outlast hundreds.
const TOLD: usize = 50;

type Jobs = BTreeMap<(Tenancy, JobId), Job>;

/// Adds to the jobs which instant a backup holds, which backups hold the midst of an operation, and what a restore read.
pub(in crate::facts) fn add(backups: &Backups, jobs: &mut Jobs) {
    for chain in &backups.chains {
        for layer in &chain.layers {
            let text = format!("{} of {} holds the state of this time", kind(layer), chain.id());
            add_to(
                jobs,
                &chain.tenancy,
                layer.job,
                (layer.as_of, JobEventKind::AsOf, text),
                layer.row.as_ref(),
            );
        }
    }
    for operation in &backups.operations {
        let around = backups.around(operation).into_iter();
        let held = around.flat_map(|chain| chain.midst_of(operation).map(move |(l, _)| (chain, l)));
        let done = held.filter(|(_, layer)| layer.state == LayerState::Done);
        for (chain, layer) in done.take(TOLD) {
            let text =
                format!("backup {} of {} holds the state of this time", layer.job, chain.id());
            let event = (layer.as_of, JobEventKind::Captured, text);
            add_to(jobs, &operation.tenancy, operation.job, event, layer.row.as_ref());
        }
    }
    for restore in &backups.restores {
        let Some((read, created)) = backups.read_by(restore).zip(restore.created) else { continue };
        let until = match read.newest {
            Some(layer) => format!("up to backup {}", layer.job),
            None => "none of whose backups is among the jobs".to_owned(),
        };
        let text = format!("reads {}, {until}", read.chain.id());
        if let Some(job) = jobs.get_mut(&(restore.tenancy.clone(), restore.job)) {
            push(job, (created, JobEventKind::Reads, text), restore.row.as_ref());
        }
    }
}

fn add_to(
    jobs: &mut Jobs,
    tenancy: &Tenancy,
    job: JobId,
    event: (Time, JobEventKind, String),
    source: Option<&Location>,
) {
    if let Some(job) = jobs.get_mut(&(tenancy.clone(), job)) {
        push(job, event, source);
    }
}

fn push(job: &mut Job, event: (Time, JobEventKind, String), source: Option<&Location>) {
    let (time, kind, text) = event;
    let Some(source) = source.cloned() else { return };
    let at = job.events.partition_point(|other| other.time <= time);
    job.events.insert(at, JobEvent { time, node: None, kind, source, text, counter: None });
}

fn kind(layer: &Layer) -> &'static str {
    match layer.kind {
        LayerKind::Full => "the full backup",
        LayerKind::Incremental => "the incremental backup",
        LayerKind::Unknown => "the backup, full or incremental,",
    }
}
