//! Archives and files of every shape, healthy and hostile, to plans and text.
#![expect(clippy::unwrap_used, reason = "a test stops where something is not as it must be")]

mod damage;
mod properties;
mod shapes;
#[path = "../support/zip.rs"]
mod zip;

use std::ops::ControlFlow;

use crdb_triage::ingest::native::block_on;
use crdb_triage::ingest::{
    Artifact, Container, Input, Limits, MemorySource, Plan, ReadOutcome, SourceKind, Unit, plan,
    read_range, read_unit,
};
use crdb_triage::model::{NodeId, Tenant, UnreadReason};
use zip::{Member, Zip, deflate, gzip};

const LOG: &str = "debug/nodes/1/logs/cockroach.h.u.2024-01-01T00_00_00Z.01.log";

fn input(path: &str, bytes: impl Into<Vec<u8>>) -> Input<MemorySource> {
    Input { path: path.to_owned(), source: MemorySource(bytes.into()) }
}

/// The plan, after checking what holds for each.
fn planned(inputs: &[Input<MemorySource>]) -> Plan {
    let plan = block_on(plan(inputs)).unwrap();
    assert_eq!(plan.files, plan.units.len() as u64 + plan.skipped + plan.unread.len() as u64);
    let units = plan.units.iter().map(|unit| &unit.path);
    let mut paths: Vec<_> = units.clone().chain(plan.unread.iter().map(|u| &u.path)).collect();
    let total = paths.len();
    paths.sort();
    paths.dedup();
    assert_eq!(paths.len(), total, "paths are unique");
    assert!(units.is_sorted());
    assert!(plan.unread.is_sorted_by_key(|unread| &unread.path));
    for unit in &plan.units {
        assert!(unit.bytes <= inputs[unit.source as usize].source.0.len() as u64);
    }
    plan
}

fn planned_zip(zip: &Zip) -> (Vec<Input<MemorySource>>, Plan) {
    let inputs = vec![input("debug.zip", zip.bytes())];
    let plan = planned(&inputs);
    (inputs, plan)
}

fn read(inputs: &[Input<MemorySource>], unit: &Unit, limits: &Limits) -> (Vec<u8>, ReadOutcome) {
    let mut text = Vec::new();
    let mut done = 0;
    let source = &inputs[unit.source as usize].source;
    let outcome = block_on(read_unit(source, unit, limits, |chunk| {
        assert!(!chunk.text.is_empty() && chunk.done >= done);
        done = chunk.done;
        text.extend_from_slice(chunk.text);
        ControlFlow::Continue(())
    }))
    .unwrap();
    assert_eq!(outcome.text, text.len() as u64);
    assert!(outcome.source_bytes <= unit.bytes, "{outcome:?} {unit:?}");
    (text, outcome)
}

/// Paths and texts of all units, each of which must be read without complaint.
fn texts(inputs: &[Input<MemorySource>], plan: &Plan) -> Vec<(String, String)> {
    let text = |unit: &Unit| {
        let (text, outcome) = read(inputs, unit, &Limits::default());
        assert_eq!(outcome.unread, None);
        assert_eq!(outcome.source_bytes, unit.bytes);
        (unit.path.clone(), String::from_utf8(text).unwrap())
    };
    plan.units.iter().map(text).collect()
}

fn unread(plan: &Plan) -> Vec<(&str, UnreadReason)> {
    plan.unread.iter().map(|unread| (unread.path.as_str(), unread.reason)).collect()
}

fn pairs(expected: &[(&str, &str)]) -> Vec<(String, String)> {
    expected.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect()
}

/// Text that neither compresses to nothing nor is random.
fn logs(lines: usize) -> String {
    let line = |n: usize| {
        format!("I240101 00:00:{:02}.{:06} {n} a.go:{n}  entry {}\n", n % 60, n * 7, n * n)
    };
    (0..lines).map(line).collect()
}
