//! Names in chains of backups.

use super::text::Redactor;
use super::words::Kind;
use crate::facts::ALL_INDEXES;
use crate::report::{BackupPart, Chain};

/// Takes note of the names and ids of chains.
pub(super) fn collect(names: &mut Redactor, chains: &[Chain]) {
    for chain in chains {
        names.whose(&chain.tenant, chain.cluster.as_deref());
        names.text(Kind::Statement, &chain.id);
        for layer in &chain.layers {
            names.names.keep(&layer.job);
            layer.schedule.iter().for_each(|id| names.names.keep(id));
            names.text(Kind::Statement, scope(&layer.scope).1);
        }
        for operation in &chain.operations {
            names.names.keep(&operation.job);
            operation.tables.iter().chain(&operation.indexes).for_each(|name| named(names, name));
        }
        for restore in &chain.restores {
            names.whose(&restore.tenant, restore.cluster.as_deref());
            names.names.keep(&restore.job);
        }
        for schedule in &chain.schedules {
            names.names.keep(&schedule.id);
            schedule.name.iter().for_each(|name| named(names, name));
        }
    }
}

/// Takes note of the names and ids of what a finding says about backups.
pub(super) fn collect_part(names: &mut Redactor, part: &BackupPart) {
    let ids = part.operation.iter().chain(&part.captured_by).chain(&part.last_safe);
    ids.chain(&part.ends_with).for_each(|id| names.names.keep(id));
    part.chain.iter().for_each(|chain| drop(names.text(Kind::Statement, chain)));
    part.tables.iter().chain(&part.indexes).for_each(|name| named(names, name));
}

/// Replaces the names of a chain.
pub(super) fn write(names: &mut Redactor, chain: &mut Chain) {
    names.tenant(&mut chain.tenant);
    names.cluster(&mut chain.cluster);
    names.statement(&mut chain.id);
    for layer in &mut chain.layers {
        names.id(&mut layer.job);
        layer.schedule.iter_mut().for_each(|id| names.id(id));
        layer.marks.iter_mut().for_each(|mark| names.code(&mut mark.advisory));
        names.code(&mut layer.kind_told_by);
        names.sentence(&mut layer.status);
        let (what, of) = scope(&layer.scope);
        layer.scope = format!("{what}{}", names.text(Kind::Statement, of));
    }
    for operation in &mut chain.operations {
        names.id(&mut operation.job);
        operation.captured_by.iter_mut().for_each(|id| names.id(id));
        names.sentence(&mut operation.operation);
        names.sentence(&mut operation.status);
        let all = operation.tables.iter_mut().chain(&mut operation.indexes);
        all.for_each(|name| rename(names, name));
    }
    for restore in &mut chain.restores {
        names.tenant(&mut restore.tenant);
        names.cluster(&mut restore.cluster);
        names.id(&mut restore.job);
        restore.layer.iter_mut().for_each(|id| names.id(id));
        names.sentence(&mut restore.status);
    }
    for schedule in &mut chain.schedules {
        names.id(&mut schedule.id);
        schedule.name.iter_mut().for_each(|name| rename(names, name));
        schedule.expression.iter_mut().for_each(|when| names.sentence(when));
    }
}

/// Replaces the names in what a finding says about backups.
pub(super) fn write_part(names: &mut Redactor, part: &mut BackupPart) {
    part.chain.iter_mut().for_each(|chain| names.statement(chain));
    let ids = part.operation.iter_mut().chain(&mut part.captured_by).chain(&mut part.last_safe);
    ids.chain(&mut part.ends_with).for_each(|id| names.id(id));
    part.tables.iter_mut().chain(&mut part.indexes).for_each(|name| rename(names, name));
}

/// What a layer holds: the words of the report before the names, and the names.
fn scope(scope: &str) -> (&str, &str) {
    const OURS: [&str; 5] = ["database ", "table ", "cluster", "virtual clusters", "not known"];
    let ours = OURS.iter().find(|ours| scope.starts_with(**ours)).map_or(0, |ours| ours.len());
    scope.split_at(ours)
}

/// A name, with the id that may stand in brackets behind it.
fn parts(name: &str) -> (&str, &str) {
    let id = name.rfind(" (").filter(|_| name.ends_with(')'));
    name.split_at(id.unwrap_or(name.len()))
}

fn named(names: &mut Redactor, name: &str) {
    if name == ALL_INDEXES {
        return;
    }
    names.text(Kind::Statement, parts(name).0);
}

fn rename(names: &mut Redactor, name: &mut String) {
    if name == ALL_INDEXES {
        return;
    }
    let (before, id) = parts(name);
    *name = format!("{}{}", names.text(Kind::Statement, before), names.text(Kind::Sentence, id));
}
