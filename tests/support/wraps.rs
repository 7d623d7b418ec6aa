//! Logs as collectors, terminals and Windows wrap them.

use crdb_triage::model::Time;
use crdb_triage::scan::ScannedLog;

/// What two scans must agree on if one reads what the other reads wrapped: all but places in bytes; and, where one line
/// became several, lines.
pub(crate) fn essence(mut log: ScannedLog, lines: bool) -> ScannedLog {
    log.summary.bytes = 0;
    // They have tests of their own.
    (log.summary.segments, log.summary.stretches) = (Vec::new(), Vec::new());
    log.summary.fingerprint = 0;
    // A collector tells whose builds preambles name, and so which entries date them: which builds there
    // are is the same.
    let mut versions = std::mem::take(&mut log.summary.versions);
    versions.sort_by(|a, b| (&a.text, a.location.line).cmp(&(&b.text, b.location.line)));
    versions.dedup_by(|a, b| a.text == b.text);
    for version in &mut versions {
        (version.of, version.beside) = (None, false);
        (version.time, version.until) = (Time(0), Time(0));
        version.location.offset = 0;
        version.location.line *= u64::from(lines);
    }
    log.summary.versions = versions;
    for hit in &mut log.hits {
        (hit.offset, hit.line) = (0, hit.line * u64::from(lines));
        hit.raw.clear();
    }
    for unread in &mut log.unread {
        if !lines {
            unread.detail.clear();
        }
    }
    log
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Unit {
    Byte,
    Little,
    Big,
}

impl Unit {
    pub(crate) fn text(self, bytes: &[u8]) -> String {
        let units = |one: fn([u8; 2]) -> u16| {
            let units: Vec<u16> = bytes.as_chunks::<2>().0.iter().map(|pair| one(*pair)).collect();
            String::from_utf16_lossy(&units)
        };
        match self {
            Self::Byte => String::from_utf8_lossy(bytes).into_owned(),
            Self::Little => units(u16::from_le_bytes),
            Self::Big => units(u16::from_be_bytes),
        }
    }

    pub(crate) fn lines_in(self, bytes: &[u8]) -> u64 {
        self.text(bytes).matches('\n').count() as u64
    }

    pub(crate) fn first_line(self, bytes: &[u8]) -> String {
        self.text(bytes).split('\n').next().unwrap().to_owned()
    }
}

/// Ways to wrap a log, in what a line ends, and whether each line stays one.
pub(crate) type Wrap = (fn(&str) -> Vec<u8>, Unit, bool);

pub(crate) const WRAPS: [Wrap; 14] = [
    (|text| units(text, u16::to_le_bytes), Unit::Little, true),
    (|text| units(text, u16::to_be_bytes), Unit::Big, true),
    (
        |text| units(&each(text, |line| format!("[pod/a/db] {line}")), u16::to_le_bytes),
        Unit::Little,
        true,
    ),
    (
        |text| each(text, |line| format!("2021-06-01T12:00:00.123456789Z stderr F {line}")).into(),
        Unit::Byte,
        true,
    ),
    (|text| each(text, cut_by_cri).into(), Unit::Byte, false),
    (|text| each(text, |line| format!("[pod/a/db] {line}")).into(), Unit::Byte, true),
    (
        |text| each(text, |line| format!("[pod/a/db] 2021-06-01T12:00:00Z {line}")).into(),
        Unit::Byte,
        true,
    ),
    (
        |text| each(text, |line| format!("Jun 01 12:00:00 db cockroach[7]: {line}")).into(),
        Unit::Byte,
        true,
    ),
    (|text| each(text, |line| format!("db-1> {line}")).into(), Unit::Byte, true),
    (|text| each(text, |line| format!("\u{1b}[34m\u{1b}[0m{line}")).into(), Unit::Byte, true),
    (
        |text| {
            text.replace('⋮', "â‹®")
                .replace('›', "â€º")
                .replace("‹×", "‹Ã—")
                .replace('‹', "â€¹")
                .replace("ââ€¹®", "â‹®")
                .into()
        },
        Unit::Byte,
        true,
    ),
    (|text| each(text, |line| record("log", &format!("{line}\n"))).into(), Unit::Byte, true),
    (|text| each(text, cut_by_docker).into(), Unit::Byte, false),
    (
        |text| {
            each(text, |line| format!("2021-06-01 12:00:00\tdb\t{}", record("message", line)))
                .into()
        },
        Unit::Byte,
        true,
    ),
];

fn each(text: &str, wrap: impl Fn(&str) -> String) -> String {
    let lines = text.split_inclusive('\n').map(|line| match line.strip_suffix('\n') {
        Some(line) => wrap(line) + "\n",
        None => wrap(line),
    });
    lines.collect()
}

fn units(text: &str, bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
    std::iter::once(0xFEFF).chain(text.encode_utf16()).flat_map(bytes).collect()
}

fn record(key: &str, text: &str) -> String {
    format!("{{\"{key}\":{},\"stream\":\"stderr\"}}", serde_json::to_string(text).unwrap())
}

/// The container runtime cuts long lines; here at half their length.
fn cut_by_cri(line: &str) -> String {
    let (left, right) = line.split_at(line.floor_char_boundary(line.len() / 2));
    // Nobody can tell a return at such a cut from the end of a line that Windows wrote.
    if left.ends_with(['\r', '\0']) {
        return format!("2021-06-01T12:00:00Z stderr F {line}");
    }
    format!("2021-06-01T12:00:00Z stderr P {left}\n2021-06-01T12:00:00Z stderr F {right}")
}

fn cut_by_docker(line: &str) -> String {
    let (left, right) = line.split_at(line.floor_char_boundary(line.len() / 2));
    // Only long lines are cut.
    if line.len() < 150 {
        return record("log", &format!("{line}\n"));
    }
    format!("{}\n{}", record("log", left), record("log", &format!("{right}\n")))
}
