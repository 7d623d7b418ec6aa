//! The log of one node, entry after entry.

use std::io::Write as _;

use crate::random::Random;
use crate::template::{Piece, Values, pieces};
use crate::templates::{ENTRIES, Template};

/// Where the node begins to write: 2025-04-22 06:00:00 UTC.
const BEGIN: u64 = 1_745_301_600;

/// Of so many entries the generator takes one by weight.
const DRAWS: usize = 4096;

/// The log of one node. It has no end.
#[derive(Debug)]
pub struct Log {
    node: u32,
    values: Values,
    /// Microseconds since the beginning.
    micros: u64,
    counter: u64,
    begun: bool,
    entries: Vec<Entry>,
    /// Which entry each draw gives.
    draws: Vec<u16>,
    /// Scratch: the entry's text before it is cut into lines.
    text: Vec<u8>,
}

/// A template, read.
#[derive(Debug)]
struct Entry {
    severity: char,
    channel: &'static str,
    file: &'static str,
    tags: Vec<Piece>,
    message: Vec<Piece>,
}

impl Log {
    /// The log of the node with this number.
    #[must_use]
    pub fn new(seed: u64, node: u32) -> Self {
        let total: u32 = ENTRIES.iter().map(|template| template.weight).sum();
        let mut draws = Vec::with_capacity(DRAWS);
        let mut before = 0;
        for (at, template) in (0u16..).zip(ENTRIES) {
            before += template.weight;
            // What is rare is there at least once.
            let end = (before as usize * DRAWS / total as usize).max(draws.len() + 1);
            draws.resize(end, at);
        }
        Self {
            node,
            values: Values::new(Random::new(seed ^ u64::from(node) << 32)),
            micros: 0,
            counter: 0,
            begun: false,
            entries: ENTRIES.iter().map(Entry::of).collect(),
            draws,
            text: Vec::new(),
        }
    }

    /// Appends whole entries until `out` holds at least `bytes` bytes.
    pub fn fill(&mut self, out: &mut Vec<u8>, bytes: usize) {
        if !self.begun {
            self.begun = true;
            self.preamble(out);
        }
        while out.len() < bytes {
            self.entry(out);
        }
    }

    /// What CockroachDB writes at the beginning of each file.
    fn preamble(&mut self, out: &mut Vec<u8>) {
        let node = self.node;
        for line in [
            "  file created at: 2025/04/22 06:00:00".to_owned(),
            format!("  running on machine: ‹depot-{node}›"),
            "  binary: CockroachDB CCL v24.3.9 (x86_64-pc-linux-gnu, built 2025/04/01 00:00:00, go1.22.8 X:nocoverageredesign)".to_owned(),
            format!("  arguments: ‹[/cockroach/cockroach start --advertise-addr=depot-{node}.example:26257 --cache=25% --max-sql-memory=25%]›"),
            "  clusterID: 7d3f1c52-94ab-4be0-8d21-5c0a6be1f0aa".to_owned(),
            format!("  nodeID: {node}"),
            "  log format (utf8=✓): crdb-v2".to_owned(),
            "  line format: [IWEF]yymmdd hh:mm:ss.uuuuuu goid [chan@]file:line redactionmark \\[tags\\] [counter] msg".to_owned(),
        ] {
            self.head(out, 'I', "", "util/log/file_sync_buffer.go", 237);
            _ = write!(out, "[T1,config] {line}");
            out.push(b'\n');
        }
    }

    fn entry(&mut self, out: &mut Vec<u8>) {
        self.counter += 1;
        // Entries come in bursts.
        let pause = if self.values.random.below(4) > 0 { 300 } else { 700_000 };
        self.micros += 1 + self.values.random.below(pause);
        self.values.seconds = BEGIN + self.micros / 1_000_000;
        let draw = self.values.random.below(self.draws.len() as u64) as usize;
        let entry = &self.entries[usize::from(self.draws[draw])];
        let goroutine = 20 + self.values.random.low(120) * 73;
        let line = u64::from(self.draws[draw]) * 37 % 1700 + 52;
        self.text.clear();
        _ = write!(self.text, "[T1,Vsystem,n{}", self.node);
        self.values.write(&entry.tags, &mut self.text);
        _ = write!(self.text, "] {} ", self.counter);
        let prefix = self.text.len();
        self.values.write(&entry.message, &mut self.text);
        let (prefix, message) = self.text.split_at(prefix);
        for (number, part) in message.split(|byte| *byte == b'\n').enumerate() {
            head(out, self.micros, goroutine, entry.severity, entry.channel, entry.file, line);
            out.extend_from_slice(prefix);
            // The first column behind the counter tells what continues what:
            // `docs/cockroachdb/log-formats.md#continuation-characters`.
            out.push(match (number, message.starts_with(b"{")) {
                (0, true) => b'=',
                (0, false) => b' ',
                _ => b'+',
            });
            out.extend_from_slice(part);
            out.push(b'\n');
        }
    }

    fn head(&self, out: &mut Vec<u8>, severity: char, channel: &str, file: &str, line: u64) {
        head(out, self.micros, 1, severity, channel, file, line);
    }
}

/// The beginning of a line, up to the redaction mark.
fn head(
    out: &mut Vec<u8>,
    micros: u64,
    goroutine: u64,
    severity: char,
    channel: &str,
    file: &str,
    line: u64,
) {
    let seconds = BEGIN + micros / 1_000_000;
    // The month lasts for eight more days, and with them for more than two GiB.
    let day = 22 + (seconds / 86_400 - BEGIN / 86_400);
    let (hour, minute, second) = (seconds / 3600 % 24, seconds / 60 % 60, seconds % 60);
    let micros = micros % 1_000_000;
    _ = write!(
        out,
        "{severity}2504{day:02} {hour:02}:{minute:02}:{second:02}.{micros:06} {goroutine} {channel}{file}:{line} ⋮ "
    );
}

impl Entry {
    fn of(template: &Template) -> Self {
        Self {
            severity: template.severity,
            channel: template.channel,
            file: template.file,
            tags: pieces(template.tags),
            message: pieces(template.message),
        }
    }
}
