//! Archives and files of every shape, healthy and hostile, to plans and text.

mod damage;
mod packed;
mod properties;
mod salvage;
mod shapes;

use std::ops::ControlFlow;

use crdb_triage::ingest::native::block_on;
use crdb_triage::ingest::{
    Artifact, Attempt, Chunk, Container, FileInfo, Input, Limits, MemorySource, Plan, ReadOutcome,
    Sink, SourceKind, Standing, Table, Tally, Unit, plan, read_range, read_unit, settle,
};
use crdb_triage::model::{NodeId, Tenant, Unread, UnreadReason};

use crate::support::tar::Tar;
use crate::support::zip::{Member, Zip, deflate, gzip};

const LOG: &str = "debug/nodes/1/logs/cockroach.h.u.2024-01-01T00_00_00Z.01.log";

fn input(path: &str, bytes: impl Into<Vec<u8>>) -> Input<MemorySource> {
    Input { path: path.to_owned(), source: MemorySource(bytes.into()) }
}

/// One file that was read.
struct File {
    info: FileInfo,
    text: Vec<u8>,
    lack: Option<Unread>,
}

/// The plan, after checking what holds for each.
fn planned(inputs: &[Input<MemorySource>]) -> Plan {
    let plan = block_on(plan(inputs)).unwrap();
    let units = plan.units.iter().map(|unit| &unit.path);
    let mut paths: Vec<_> =
        units.clone().chain(plan.tally.unread.iter().map(|u| &u.path)).collect();
    let total = paths.len();
    paths.sort();
    paths.dedup();
    assert_eq!(paths.len(), total, "paths are unique");
    assert!(units.is_sorted());
    assert!(plan.tally.unread.is_sorted_by_key(|unread| &unread.path));
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

/// Collects the files of a unit.
#[derive(Default)]
struct Collector {
    files: Vec<File>,
    open: bool,
    done: u64,
}

impl Sink for Collector {
    fn begin(&mut self, info: FileInfo) {
        assert!(!self.open, "{} begins within another", info.path);
        self.open = true;
        self.files.push(File { info, text: Vec::new(), lack: None });
    }

    fn text(&mut self, chunk: Chunk<'_>) -> ControlFlow<()> {
        assert!(self.open && !chunk.text.is_empty() && chunk.done >= self.done);
        self.done = chunk.done;
        self.files.last_mut().unwrap().text.extend_from_slice(chunk.text);
        ControlFlow::Continue(())
    }

    fn end(&mut self, lack: Option<Unread>) {
        assert!(std::mem::take(&mut self.open));
        self.files.last_mut().unwrap().lack = lack;
    }
}

/// The files of a unit, and what is said of it as a whole.
fn unpacked(
    inputs: &[Input<MemorySource>],
    unit: &Unit,
    limits: &Limits,
) -> (Vec<File>, ReadOutcome) {
    let mut collector = Collector::default();
    let source = &inputs[unit.source as usize].source;
    let outcome = block_on(read_unit(source, unit, limits, &mut collector)).unwrap();
    assert!(!collector.open, "the last file has an end");
    let text: usize = collector.files.iter().map(|file| file.text.len()).sum();
    assert_eq!(outcome.text, text as u64);
    assert!(outcome.source_bytes <= unit.bytes, "{outcome:?} {unit:?}");
    (collector.files, outcome)
}

/// The text of a unit that is one file, and what is missing of it.
fn read(inputs: &[Input<MemorySource>], unit: &Unit, limits: &Limits) -> (Vec<u8>, Option<Unread>) {
    let (mut files, outcome) = unpacked(inputs, unit, limits);
    assert_eq!((files.len(), outcome.tally.files()), (1, 0));
    let file = files.remove(0);
    assert_eq!(file.info.path, unit.path);
    (file.text, file.lack)
}

/// Everything that is in the input.
#[derive(Default)]
struct Everything {
    files: Vec<File>,
    tally: Tally,
}

fn everything_within(inputs: &[Input<MemorySource>], limits: &Limits) -> Everything {
    let plan = planned(inputs);
    let mut all = Everything { tally: plan.tally, ..Everything::default() };
    for unit in &plan.units {
        let (files, outcome) = unpacked(inputs, unit, limits);
        all.files.extend(files);
        all.tally.absorb(outcome.tally);
    }
    all.files.sort_by(|a, b| a.info.path.cmp(&b.info.path));
    all.tally.unread.sort_by(|a, b| a.path.cmp(&b.path));
    all
}

fn everything(inputs: &[Input<MemorySource>]) -> Everything {
    everything_within(inputs, &Limits::default())
}

impl Everything {
    /// Paths and texts of all files that were read.
    fn texts(&self) -> Vec<(String, String)> {
        let text = |file: &File| {
            (file.info.path.clone(), String::from_utf8_lossy(&file.text).into_owned())
        };
        self.files.iter().map(text).collect()
    }

    /// Everything that is not read, or not wholly.
    fn unread(&self) -> Vec<(&str, UnreadReason)> {
        let lacks = self.files.iter().filter_map(|file| file.lack.as_ref());
        let mut unread: Vec<_> = lacks
            .chain(&self.tally.unread)
            .map(|unread| (unread.path.as_str(), unread.reason))
            .collect();
        unread.sort();
        unread
    }

    /// The sentence about the file or archive at `path`.
    fn sentence(&self, path: &str) -> &str {
        let lacks = self.files.iter().filter_map(|file| file.lack.as_ref());
        let mut unread = lacks.chain(&self.tally.unread);
        &unread.find(|unread| unread.path == path).unwrap().detail
    }
}

/// Paths and texts of all files, each of which must be read without complaint.
fn texts(inputs: &[Input<MemorySource>]) -> Vec<(String, String)> {
    let all = everything(inputs);
    assert_eq!(all.unread(), []);
    all.texts()
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
