//! What must hold for any bytes whatever. The fuzz targets look for bytes for which it does not; a test replays those
//! that they are given to begin with, and those that they found.

use std::collections::BTreeSet;
use std::ops::ControlFlow;

use crdb_triage::ingest::native::block_on;
use crdb_triage::ingest::{
    Chunk, FileInfo, Input, Limits, MemorySource, Sink, Tally, plan, read_unit,
};
use crdb_triage::model::{Unread, Verdict};
use crdb_triage::parse::jobs_table::JobsTable;
use crdb_triage::parse::statement::{RestoreFrom, backup, import, index_build, restore};
use crdb_triage::report::{self, Run, markdown, text};
use crdb_triage::rules::RuleSet;
use crdb_triage::scan::{LogScanner, ScannedLog, Signature, Signatures};
use crdb_triage::triage::Engine;

use super::{bundle, dresses, literals};

/// A target's name and what it checks.
pub(crate) type Target = (&'static str, fn(&[u8]));

/// All of them.
pub(crate) const TARGETS: [Target; 7] = [
    ("zip", zip),
    ("streams", streams),
    ("log_text", log_text),
    ("tables", tables),
    ("triage", triage),
    ("prefilter", prefilter),
    ("net", net),
];

/// So much text may come out of a unit: enough to fill every buffer, little enough to be quick.
const TEXT: u64 = 1 << 20;

/// The bytes as a zip archive, read by its directory and, as if that were missing, by its local headers.
pub(crate) fn zip(bytes: &[u8]) {
    same_in_all_slices("debug.zip", bytes);
    let directory = bytes.windows(4).position(|four| four == b"PK\x01\x02");
    if let Some(without) = directory.and_then(|at| bytes.get(..at)) {
        same_in_all_slices("debug.zip", without);
    }
}

/// The bytes as something compressed, a tar archive, or both.
pub(crate) fn streams(bytes: &[u8]) {
    same_in_all_slices("debug.tgz", bytes);
}

/// The first four bytes are lengths of pieces, the rest is a log: in those pieces it says what it says in one.
pub(crate) fn log_text(bytes: &[u8]) {
    let Some((pieces, log)) = bytes.split_first_chunk::<4>() else { return };
    let signatures = Signatures::new(SIGNATURES.to_vec());
    let scan = |pieces: &[&[u8]]| -> ScannedLog {
        let mut scanner = LogScanner::new(&signatures, "log");
        pieces.iter().for_each(|piece| scanner.feed(piece));
        scanner.finish()
    };
    assert_eq!(scan(&cut(log, *pieces)), scan(&[log]), "pieces of {pieces:?} bytes");
}

/// The same for a table of jobs, whose descriptions are read or refused.
pub(crate) fn tables(bytes: &[u8]) {
    let Some((pieces, rows)) = bytes.split_first_chunk::<4>() else { return };
    let read = |pieces: &[&[u8]]| {
        let mut table = JobsTable::new("debug/crdb_internal.jobs.txt");
        pieces.iter().for_each(|piece| table.feed(piece));
        table.finish()
    };
    let whole = read(&[rows]);
    assert_eq!(read(&cut(rows, *pieces)), whole, "pieces of {pieces:?} bytes");
    whole.0.iter().for_each(|row| description(&row.description));
}

/// A description is of one kind of statement at most, and what is read of it agrees with itself.
fn description(text: &str) {
    let (backup, restore) = (backup(text), restore(text));
    let (import, index) = (import(text), index_build(text));
    let kinds = [backup.is_ok(), restore.is_ok(), import.is_ok(), index.is_ok()];
    assert!(kinds.iter().filter(|is_read| **is_read).count() <= 1, "{text}");
    if let Ok(RestoreFrom::Addresses(addresses)) = restore.map(|restore| restore.from) {
        for (collection, subdirectory) in addresses.iter().filter_map(|from| from.split_dated()) {
            assert!(addresses.iter().any(|from| from.0.starts_with(&collection.0)));
            assert!(crdb_triage::parse::statement::dated(&subdirectory).is_some());
        }
    }
    if let Ok(build) = index {
        assert!(build.table.may_be(&build.table), "{text}");
    }
}

/// The first byte says as what the rest is handed in; its report adds up, and nothing read is never clean.
pub(crate) fn triage(bytes: &[u8]) {
    let Some((kind, bytes)) = bytes.split_first() else { return };
    let path = PATHS[usize::from(*kind) % PATHS.len()];
    let inputs = [Input { path: path.to_owned(), source: MemorySource(bytes.to_vec()) }];
    let engine = Engine::new(limits(1 << 12), RuleSet::shipped());
    let outcome = block_on(async {
        let plan = engine.plan(&inputs).await;
        let mut results = Vec::new();
        for unit in &plan.units {
            let source = &inputs[unit.source as usize].source;
            results.push(Some(engine.scan(source, unit, |_, _| {}).await));
        }
        engine.conclude(plan, results)
    })
    .unwrap();
    let report = report::compose(&outcome, Run::default());
    let files = report.input.files;
    assert_eq!(files.total, files.read + files.skipped + files.unread, "{files:?}");
    let named: BTreeSet<&str> =
        report.input.unread.iter().map(|unread| unread.path.as_str()).collect();
    assert!(named.len() as u64 <= files.unread, "named {named:?}, counted {files:?}");
    assert_eq!(named.is_empty(), files.unread == 0);
    // A file that was read in part may hold a finding, or name an affected build, but never the lack of one.
    if files.read == 0 {
        let verdict = report.verdict();
        assert!(
            !matches!(verdict, Verdict::NoSign | Verdict::NotAffected | Verdict::Mitigated),
            "nothing was read of {path}, and it is {verdict}"
        );
    }
    let json = report::json::print(&report);
    assert_eq!(serde_json::from_str::<report::Report>(&json).unwrap(), report);
    assert!(!markdown::print(&report).is_empty());
    assert!(!text::print(&report).is_empty());
}

/// The bytes choose literals and a text, in which they are found where a slow search finds them.
pub(crate) fn prefilter(bytes: &[u8]) {
    literals::check(bytes);
}

/// The bytes choose a sign, its dress, and where in a bundle that has no sign it is put; what is left of them stands before
/// and behind it on its line. It is never passed over in silence.
pub(crate) fn net(bytes: &[u8]) {
    let Some((choice, around)) = bytes.split_first_chunk::<7>() else { return };
    let [sign, inner, outer, file, line, join, half] = choice.map(usize::from);
    let (advisory, sign) = dresses::SIGNS[sign % dresses::SIGNS.len()];
    let (inner_name, dress) = dresses::DRESSES[inner % dresses::DRESSES.len()];
    let mut dressed = dress(sign.as_bytes());
    let (outer_name, dress) = dresses::DRESSES[outer % dresses::DRESSES.len()];
    if dresses::fits_around(outer_name, inner_name) {
        dressed = dress(&dressed);
    }
    // A quotation may be somebody's query for the sign.
    if around.iter().any(|byte| matches!(byte, b'\'' | b'"')) {
        return;
    }
    let (before, behind) = around.split_at(half.min(around.len()));
    let dressed = [before, &dressed, behind].concat();
    let mut files = bundle::parse(BUNDLE);
    let join = dresses::JOINS[join % dresses::JOINS.len()];
    let path = dresses::insert(&mut files, file, line, join, &dressed);
    if dresses::is_lost(advisory, &[inner_name, outer_name], &path) {
        return;
    }
    let outcome = dresses::outcome(&files);
    assert!(
        !dresses::is_passed_over(&outcome, advisory, &path),
        "{advisory}, {inner_name} in {outer_name}, in {path}, {join:?}"
    );
}

/// A bundle that is rightly without signs.
const BUNDLE: &str = include_str!("../healthy/covered_imports_on_24_3_9.txt");

/// What a single file may be called, so that each reader is reached.
const PATHS: [&str; 6] = [
    "debug.zip",
    "debug/nodes/1/logs/cockroach.log",
    "debug/crdb_internal.jobs.txt",
    "something",
    "debug/nodes/1/crdb_internal.node_build_info.txt",
    "debug/nodes.json",
];

/// Of every shape that the advisories look for.
const SIGNATURES: [Signature; 4] = [
    Signature { name: "flush", literal: "closing with flushes in-progress encountered an error" },
    Signature { name: "resume", literal: "resuming execution" },
    Signature { name: "state", literal: "stepping through state" },
    Signature { name: "event", literal: "recovery_event" },
];

fn limits(slice: usize) -> Limits {
    Limits { slice, text: TEXT, ..Limits::default() }
}

/// A text in pieces of these lengths by turns; 0 stands for 256.
fn cut(text: &[u8], lengths: [u8; 4]) -> Vec<&[u8]> {
    let mut rest = text;
    let mut pieces = Vec::new();
    for length in lengths.iter().cycle() {
        if rest.is_empty() {
            break;
        }
        let length = if *length == 0 { 256 } else { usize::from(*length) };
        let (piece, after) = rest.split_at(length.min(rest.len()));
        pieces.push(piece);
        rest = after;
    }
    pieces
}

/// One file that came out: its path, how much text, its sum, and what is missing of it.
type Read = (String, usize, u32, Option<Unread>);

/// Notes what comes out, and that files come one after the other.
#[derive(Default)]
struct Notes {
    files: Vec<Read>,
    open: Option<(FileInfo, usize, crc32fast::Hasher)>,
    done: u64,
}

impl Sink for Notes {
    fn begin(&mut self, file: FileInfo) {
        assert!(self.open.is_none(), "{} begins within another", file.path);
        self.open = Some((file, 0, crc32fast::Hasher::new()));
    }

    fn text(&mut self, chunk: Chunk<'_>) -> ControlFlow<()> {
        assert!(chunk.done >= self.done, "what is read is not taken back");
        self.done = chunk.done;
        let (_, text, sum) = self.open.as_mut().expect("text of no file");
        *text += chunk.text.len();
        sum.update(chunk.text);
        ControlFlow::Continue(())
    }

    fn end(&mut self, lack: Option<Unread>) {
        let (file, text, sum) = self.open.take().expect("the end of no file");
        self.files.push((file.path, text, sum.finalize(), lack));
    }
}

/// Everything in one file, unpacked. The only place here that knows how that is asked for.
fn unpack(path: &str, bytes: &[u8], slice: usize) -> Vec<(Vec<Read>, Tally)> {
    let inputs = [Input { path: path.to_owned(), source: MemorySource(bytes.to_vec()) }];
    let read = block_on(async {
        let mut read = Vec::new();
        for unit in &plan(&inputs).await.units {
            let mut notes = Notes::default();
            let outcome = read_unit(&inputs[0].source, unit, &limits(slice), &mut notes).await;
            assert!(notes.open.is_none(), "the last file has an end");
            let text: usize = notes.files.iter().map(|file| file.1).sum();
            assert_eq!(outcome.text, text as u64);
            assert!(outcome.source_bytes <= unit.bytes, "{outcome:?} {unit:?}");
            read.push((notes.files, outcome.tally));
        }
        read
    });
    read.unwrap()
}

/// However the input is sliced, the same comes out. Only how much text comes out before a break in compressed data may
/// differ, and what lies in that text: a decoder that is given more at once notices sooner or later, and that of xz does
/// not say how much of its last buffer it had filled. Then both must say that something is missing.
fn same_in_all_slices(path: &str, bytes: &[u8]) {
    let (small, large) = (unpack(path, bytes, 7), unpack(path, bytes, 1 << 16));
    let xz = bytes.windows(XZ.len()).any(|magic| magic == XZ);
    if lacks(&small, xz) && lacks(&large, xz) {
        return;
    }
    assert_eq!(small, large);
}

const XZ: [u8; 6] = *b"\xfd7zXZ\0";

/// Whether compressed data broke; with `any`, whether anything is missing.
fn lacks(read: &[(Vec<Read>, Tally)], any: bool) -> bool {
    let of_files = |files: &[Read]| files.iter().filter_map(|file| file.3.clone()).collect();
    read.iter().any(|(files, tally)| {
        let all: Vec<Unread> = [of_files(files), tally.unread.clone()].concat();
        all.iter().any(|unread| any || unread.detail.contains("compressed data is broken"))
    })
}
