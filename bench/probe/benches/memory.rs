//! The engine on bytes in memory, natively: inflating, scanning, both, and reading a table.

use std::hint::black_box;
use std::io::Write as _;
use std::ops::ControlFlow;

use crdb_triage::ingest::native::block_on;
use crdb_triage::ingest::{Chunk, FileInfo, Input, Limits, MemorySource, Sink, read_unit};
use crdb_triage::model::Unread;
use crdb_triage::scan::{LogScanner, Prefilter};
use crdb_triage::triage::Engine;
use crdb_triage_corpus::{IMPORT_EVERY, Log, SEED, table};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use flate2::Compression;
use flate2::write::GzEncoder;

/// Counts what comes and looks at nothing.
#[derive(Default)]
struct Count(usize);

impl Sink for Count {
    fn begin(&mut self, _: FileInfo) {}

    fn text(&mut self, chunk: Chunk<'_>) -> ControlFlow<()> {
        self.0 += chunk.text.len();
        ControlFlow::Continue(())
    }

    fn end(&mut self, _: Option<Unread>) {}
}

fn input(path: &str, bytes: Vec<u8>) -> [Input<MemorySource>; 1] {
    [Input { path: path.to_owned(), source: MemorySource(bytes) }]
}

/// Reads all units of an input.
fn scan(engine: &Engine, input: &[Input<MemorySource>]) {
    let Ok(plan) = block_on(engine.plan(input)) else { return };
    for unit in &plan.units {
        black_box(block_on(engine.scan(&input[0].source, unit, |_, _| {}))).ok();
    }
}

fn memory(criterion: &mut Criterion) {
    let small = std::env::var_os("CRDB_TRIAGE_BENCH_SMALL").is_some_and(|small| small == "1");
    let (bytes, jobs) = if small { (1 << 20, 2000) } else { (32 << 20, 100_000) };
    let mut text = Vec::new();
    Log::new(SEED, 1).fill(&mut text, bytes);
    let mut packed = GzEncoder::new(Vec::new(), Compression::new(6));
    let Ok(packed) = packed.write_all(&text).and_then(|()| packed.finish()) else { return };
    let table = table(SEED, jobs, IMPORT_EVERY).into_bytes();
    let engine = Engine::default();
    let signatures = engine.signatures();
    let literals: Vec<_> = signatures.list().iter().map(|one| one.literal.as_bytes()).collect();
    let prefilter = Prefilter::new(&literals);

    let mut group = criterion.benchmark_group("memory");
    group.sample_size(10);
    group.throughput(Throughput::Bytes(text.len() as u64));
    let log = input("debug/nodes/1/logs/cockroach.log.gz", packed);
    group.bench_function("inflate", |bencher| {
        let plan = block_on(engine.plan(&log));
        let limits = Limits::default();
        bencher.iter(|| {
            let mut count = Count::default();
            for unit in plan.iter().flat_map(|plan| &plan.units) {
                let read = read_unit(&log[0].source, unit, &limits, &mut count);
                black_box(block_on(read)).ok();
            }
            assert_eq!(count.0, text.len());
        });
    });
    group.bench_function("scan", |bencher| {
        bencher.iter(|| {
            let mut scanner = LogScanner::new(signatures, "cockroach.log");
            text.chunks(256 << 10).for_each(|chunk| scanner.feed(chunk));
            black_box(scanner.finish())
        });
    });
    group.bench_function("first_pass", |bencher| {
        bencher.iter(|| {
            let (mut found, mut from) = (0, 0);
            while let Some(at) = prefilter.find(&text, from) {
                found += 1;
                let end = text[at..].iter().position(|byte| *byte == b'\n');
                from = end.map_or(text.len(), |end| at + end + 1);
            }
            black_box(found)
        });
    });
    group.bench_function("inflate_and_scan", |bencher| bencher.iter(|| scan(&engine, &log)));
    group.throughput(Throughput::Bytes(table.len() as u64));
    let jobs = input("debug/crdb_internal.jobs.txt", table);
    group.bench_function("jobs_table", |bencher| bencher.iter(|| scan(&engine, &jobs)));
    group.finish();
}

criterion_group!(benches, memory);
criterion_main!(benches);
