//! Runs of ordinary entries are read at once: they must say what they say line by line, and so must what is between them.

use std::fmt::Write as _;

use crdb_triage::scan::{LogScanner, ScannedLog, Signature, Signatures};
use proptest::prelude::*;

use crate::support::reference;

const SIGNATURES: [Signature; 2] = [
    Signature { name: "resume", literal: "resuming execution" },
    Signature { name: "state", literal: "stepping through state" },
];

/// So many entries stand first: 64 KiB are looked at together, and by then the format is known.
const FIRST: usize = 800;

/// Pieces of this size hold no whole line, so each line is read by itself.
const LINE_BY_LINE: usize = 40;

fn scan(text: &[u8], piece: usize) -> ScannedLog {
    let mut scanner = LogScanner::new(&Signatures::new(SIGNATURES.to_vec()), "log");
    text.chunks(piece).for_each(|piece| scanner.feed(piece));
    scanner.finish()
}

/// What is done to the next entry of a log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Next {
    Ordinary,
    /// Another line of the entry, of any kind.
    Line(&'static str),
    /// A line without a prefix.
    Raw(&'static str),
    /// An entry whose message ends so.
    Message(&'static str),
    Tags(&'static str),
    Place(&'static str),
    Clock(&'static str),
    Severity(char),
    /// An entry with the mark of a line that goes on.
    Mark(char),
    /// The counter jumps by so much.
    Counter(i64),
    /// The time does, in seconds.
    Time(i64),
    /// A line of a preamble.
    Preamble(&'static str),
    /// A line of a client command, with a counter of its own.
    Client(&'static str, u64),
}

fn next() -> impl Strategy<Value = Next> {
    prop_oneof![
        30 => Just(Next::Ordinary),
        8 => prop::sample::select(vec![
            "+stack", "+", "+resuming execution", "|resuming ", "|execution", "|ing execution", "!goroutine 1", "+text\r", "+text\0", "  text", "={}", "text",
        ]).prop_map(Next::Line),
        2 => prop::sample::select(vec![
            "no prefix", "resuming execution", "", "\r", "I250422 06", "{\"t\":\"1745302959.852238000\"}", "\0\0\0", "\u{feff}",
        ]).prop_map(Next::Raw),
        4 => prop::sample::select(vec![
            "job 77: resuming execution", "resuming ", "resum", "stepping through state", "REDACTEDBYZIP", "REDACTEDBYZIP\r", "REDACTEDBYZIP\0", "REDACTEDBYZIP ", "UP", "\r", "\0", " ", "\t", "a ] b", "‹×›", "‹a›",
        ]).prop_map(Next::Message),
        4 => prop::sample::select(vec![
            "n2", "n1,job=7", "T1,Vsystem,n1", "T1,Vsystem,n1,s3", "T1,Vsystem,n12", "T3,Vdemoapp,n1", "config", "T1,config", "-",
            "T1,Vsystem,n1,client=[::1]:34588", "n?", "T1,Vsystem,n1,‹] ›",
        ]).prop_map(Next::Tags),
        3 => prop::sample::select(vec![
            "6885 1@cli/start.go:7 ⋮ ", "cli/start.go:7 ⋮ ", "(gostd) net/http.go:1 ", "7 12@util/log/event_log.go:39 ⋮ ", "00@a.go:1 ⋮ ",
            "0@a.go:1 ⋮ ", "a.go:1 ", "a.go:x ⋮ ", "a.go: ⋮ ", "a b.go:1 ⋮ ", ":0 ⋮ ", "a.go:1 ⋮", "a.go:1 ⋮  ",
        ]).prop_map(Next::Place),
        2 => prop::sample::select(vec![
            "250422 24:00:00.000000", "250422 06:60:00.000000", "250423 00:00:00.000001", "000101 00:00:00.000000", "251399 06:00:00.000000",
            "250422 06:00:00.000000-040000", "250422 06:00:00,000000", "250422 06:00:00.0000",
        ]).prop_map(Next::Clock),
        3 => prop::sample::select(vec!['W', 'E', 'F', 'X']).prop_map(Next::Severity),
        2 => prop::sample::select(vec!['+', '|', '!', '=', 'x']).prop_map(Next::Mark),
        2 => prop::sample::select(vec![-40, -2, -1, 1, 2, 500, i64::from(i32::MAX) << 30]).prop_map(Next::Counter),
        1 => prop::sample::select(vec![-700, -1, 1, 700]).prop_map(Next::Time),
        2 => prop::sample::select(vec![
            "binary: CockroachDB CCL v24.1.7 (x86_64-pc-linux-gnu)", "binary: CockroachDB CCL v25.4.2 (x)", "arguments: [‹cockroach› ‹workload› ‹run›]",
            "arguments: [cockroach start]", "nodeID: n3", "clusterID: 0f7ac6de-1c29-4b43-9ac2-6b5bd10d4d2a",
        ]).prop_map(Next::Preamble),
        2 => (prop::sample::select(vec!["workload/cli/run.go:4", "util/x.go:1", "cli/debug.go:3"]), 1..4u64)
            .prop_map(|(place, counter)| Next::Client(place, counter)),
    ]
}

/// A log of crdb-v2 to which all that is done.
fn log(first_counter: i64, nexts: &[Next]) -> Vec<u8> {
    let mut text = String::new();
    let (mut counter, mut time) = (first_counter, 22_000i64);
    for next in std::iter::repeat_n(&Next::Ordinary, FIRST).chain(nexts) {
        let (mut severity, mut tags, mut message) = ('I', "T1,Vsystem,n1,job=7", "a message");
        let mut place = "6885 kv/bulk/sst_batcher.go:432 ⋮ ";
        let (mut clock, mut mark) = (None, ' ');
        match *next {
            Next::Ordinary => {}
            Next::Line(line) => {
                let before = text.trim_end_matches('\n').rsplit('\n').next().unwrap_or_default();
                let prefix = before
                    .find("] ")
                    .map_or(0, |at| before[at + 2..].find(' ').map_or(0, |end| at + end + 3));
                let prefix = before[..prefix].to_owned();
                writeln!(text, "{prefix}{line}").unwrap();
                continue;
            }
            Next::Raw(line) => {
                writeln!(text, "{line}").unwrap();
                continue;
            }
            Next::Message(end) => message = end,
            Next::Tags(list) => tags = list,
            Next::Place(other) => {
                place = other;
                if other.contains("cli/") {
                    message = "CockroachDB CCL v24.1.7 (x86_64-pc-linux-gnu)";
                }
            }
            Next::Clock(other) => clock = Some(other),
            Next::Mark(other) => mark = other,
            Next::Severity(letter) => severity = letter,
            Next::Counter(by) => counter = counter.saturating_add(by).max(0),
            Next::Time(by) => time += by,
            Next::Preamble(_) | Next::Client(..) => {}
        }
        let (hour, minute, second) = (time / 3600 % 24, time / 60 % 60, time % 60);
        let other = match *next {
            Next::Preamble(line) => Some(format!("1 util/log/x.go:2 ⋮ [config]   {line}")),
            Next::Client(place, counter) => Some(format!("1 {place} ⋮ [-] {counter}  a message")),
            _ => None,
        };
        if let Some(other) = other {
            writeln!(text, "I250422 {hour:02}:{minute:02}:{second:02}.000000 {other}").unwrap();
            continue;
        }
        let usual = format!("250422 {hour:02}:{minute:02}:{second:02}.{:06}", counter % 1_000_000);
        let clock = clock.unwrap_or(&usual);
        writeln!(text, "{severity}{clock} {place}[{tags}] {counter} {mark}{message}").unwrap();
        counter = counter.saturating_add(1);
        time += i64::from(counter % 7 == 0);
    }
    text.into_bytes()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn runs_say_what_they_say_line_by_line(
        first in prop::sample::select(vec![0, 1, 1000, i64::MAX - 900]),
        nexts in prop::collection::vec(next(), 0..300),
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..3),
        piece in 100..70_000usize,
    ) {
        let mut text = log(first, &nexts);
        for (at, byte) in damage {
            let at = at.index(text.len());
            text[at] = byte;
        }
        let shown = String::from_utf8_lossy(&text).into_owned();
        let expected = scan(&text, LINE_BY_LINE);
        prop_assert!(text.len() > 64 << 10);
        prop_assert_eq!(&scan(&text, text.len()), &expected, "{}", shown);
        prop_assert_eq!(&scan(&text, piece), &expected, "{}", shown);
    }

    #[test]
    fn runs_say_what_the_reference_says(nexts in prop::collection::vec(next(), 0..100)) {
        let text = log(1, &nexts);
        let whole = scan(&text, text.len());
        let expected = reference::scan_beside(&whole, &SIGNATURES, &text);
        prop_assert_eq!(whole, expected, "{}", String::from_utf8_lossy(&text));
    }
}
