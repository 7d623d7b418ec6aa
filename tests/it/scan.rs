//! The fast scanner against the slow one, on generated logs in any pieces.

use crdb_triage::parse::wrap::{Collector, Wrapping};
use crdb_triage::scan::{LogScanner, ScannedLog, Signature, Signatures};
use proptest::prelude::*;

use crate::support::reference;
use crate::support::wraps::{WRAPS, essence};

const SIGNATURES: [Signature; 5] = [
    Signature { name: "flush", literal: "closing with flushes in-progress encountered an error" },
    Signature { name: "resume", literal: "resuming execution" },
    Signature { name: "state", literal: "stepping through state" },
    Signature { name: "event", literal: "recovery_event" },
    Signature { name: "fetch", literal: "fetch complete" },
];

fn fast(text: &[u8], pieces: &[usize]) -> ScannedLog {
    scan(&SIGNATURES, text, pieces)
}

fn scan(signatures: &[Signature], text: &[u8], pieces: &[usize]) -> ScannedLog {
    let mut scanner = LogScanner::new(&Signatures::new(signatures.to_vec()), "log");
    let mut rest = text;
    for piece in pieces.iter().cycle() {
        if rest.is_empty() {
            break;
        }
        let (piece, more) = rest.split_at((*piece).clamp(1, rest.len()));
        scanner.feed(piece);
        rest = more;
    }
    scanner.finish()
}

/// Messages hold signatures, values with markers, and text that looks like other parts of an entry.
fn message() -> impl Strategy<Value = String> {
    let word = prop_oneof![
        3 => prop::sample::select(SIGNATURES.map(|s| s.literal).to_vec()),
        6 => prop::sample::select(vec![
            "job 1072233445566778899:", "‹some value›", "‹×›", "closing with flushes", "resuming", "execution",
            "stepping", "{\"a\":1}", "[n1]", "7 replicas", "é⋮", "=", "+", "|", "!", "x", "IMPORT job ‹77›:",
            "REDACTEDBYZIP", "‹0a1b2c3d›", "node startup completed:", "CockroachDB CCL v24.1.7 (x)", "build: CCL v24.1.8 @ 2024", "error: \\n", "{\"t\":\"1745302959.852238000\"}",
        ]),
    ];
    prop::collection::vec(word, 0..6).prop_map(|words| words.join(" "))
}

fn stamp() -> impl Strategy<Value = String> {
    let date = prop::sample::select(vec!["250422", "250423", "000101", "251399"]);
    let zone = prop::sample::select(vec!["", "", "", "-040000", "+053000"]);
    let severity = prop::sample::select(vec!["I", "W", "E", "F"]);
    (severity, date, 0..60u32, 0..1_000_000u32, zone).prop_map(|(s, date, second, micros, zone)| {
        format!("{s}{date} 06:22:{second:02}.{micros:06}{zone}")
    })
}

fn place() -> impl Strategy<Value = String> {
    prop::sample::select(
        [
            "6885 kv/bulk/sst_batcher.go:432 ⋮",
            "1 1@cli/start.go:7 ⋮",
            "9 12@util/log/event_log.go:39 ⋮",
            "jobs/adopt.go:8 ",
            "5 (gostd) 4@net/http.go:1 ",
            "3 a b.go:2 ",
            "7 :0 ⋮",
            " :0 ⋮",
        ]
        .map(str::to_owned)
        .to_vec(),
    )
}

fn tags() -> impl Strategy<Value = String> {
    prop::sample::select(
        [
            "-",
            "n1",
            "n2,s2",
            "n?",
            "T1,Vsystem,n9,fee22d333,job=7",
            "T3,Vdemo,n1",
            "T3,V‹demo›,n‹2›",
            "config",
            "T1,config",
            "client=[::1]:8,user=‹a,n5›,n3",
            "T1,Vsystem,config",
            "T4,demo,n12",
        ]
        .map(str::to_owned)
        .to_vec(),
    )
}

/// A crdb-v2 entry whose message is cut into lines at the given places.
fn v2() -> impl Strategy<Value = String> {
    let cuts =
        prop::collection::vec((0..200usize, prop::sample::select(vec!['+', '|', '|', '!'])), 0..4);
    let counter = prop::sample::select(vec!["", "40", "41"]);
    (stamp(), place(), tags(), counter, message(), cuts, any::<bool>()).prop_map(
        |(stamp, place, tags, counter, message, mut cuts, event)| {
            let prefix = format!("{stamp} {place} [{tags}] {counter} ");
            let body = if event && !message.contains('"') {
                format!(
                    "{{\"Timestamp\":1,\"EventType\":\"recovery_event\",\"Text\":\"{message}\"}}"
                )
            } else {
                message
            };
            cuts.sort_unstable();
            let mut text = format!("{prefix}{}", if event { '=' } else { ' ' });
            let mut from = 0;
            for (at, mark) in cuts {
                let at = body.floor_char_boundary(at.min(body.len()));
                let part = &body[from..at.max(from)];
                from = at.max(from);
                // The writer closes a marker before a cut and opens it again after.
                let inside = body[..from].matches('‹').count() > body[..from].matches('›').count();
                let (close, reopen) = if inside { ("›", "‹") } else { ("", "") };
                text.push_str(&format!("{part}{close}\n{prefix}{mark}{reopen}"));
            }
            format!("{text}{}\n", &body[from..])
        },
    )
}

fn v1() -> impl Strategy<Value = String> {
    let counter = prop::sample::select(vec!["", "40 ", "41 ", "7 "]);
    let more = prop::collection::vec(message(), 0..3);
    (stamp(), place(), prop::option::of(tags()), counter, message(), more).prop_map(
        |(stamp, place, tags, counter, message, more)| {
            let tags = tags.map(|tags| format!("[{tags}] ")).unwrap_or_default();
            let more: String = more.iter().map(|line| format!("{line}\n")).collect();
            format!("{stamp} {place} {tags}{counter}{message}\n{more}")
        },
    )
}

fn preamble() -> impl Strategy<Value = String> {
    let value = prop::sample::select(vec![
        "binary: CockroachDB CCL v24.3.9 (x)",
        "binary: CockroachDB CCL v24.3.10 (x)",
        "binary: CockroachDB beta-2016 (x)",
        "clusterID: 0f7ac6de",
        "nodeID: n7",
        "log format (utf8=✓): crdb-v2",
    ]);
    let shape = prop::sample::select(vec!["[config]   ", "[config] ", "[T1,config] "]);
    (stamp(), shape, value).prop_map(|(stamp, shape, value)| {
        format!("{stamp} 1 util/log/clog.go:1 ⋮ {shape}{value}\n")
    })
}

fn json() -> impl Strategy<Value = String> {
    let fields = prop::sample::select(vec![
        ("", ""),
        ("\"c\":0,", ""),
        ("\"c\":1,\"N\":3,\"v\":\"v24.3.9\",\"x\":\"0f7a\",", "\"tags\":{\"n\":\"4\"},"),
        (
            "\"channel_numeric\":0,\"tenant_name\":\"shop\",\"version\":\"v25.1.0\",",
            "\"tags\":{\"T\":\"3\",\"V\":\"demo\",\"n\":\"2\"},",
        ),
        ("\"header\":1,", "\"tags\":{\"config\":\"\"},"),
        ("\"channel_numeric\":0,", "\"tags\":{\"V\":\"demo\",\"n\":\"‹5›\"},"),
    ]);
    let key = prop::sample::select(vec!["t", "timestamp"]);
    let before = prop::sample::select(vec!["", "", "", "2025-04-22 crdb\t", " "]);
    (before, fields, key, 0..9u32, 0..50u32, message(), any::<bool>()).prop_map(
        |(before, (first, last), key, second, counter, message, event)| {
            let body = if event {
                "\"event\":{\"Timestamp\":1,\"EventType\":\"recovery_event\"}".to_owned()
            } else {
                format!("\"message\":{}", serde_json::to_string(&message).unwrap())
            };
            format!(
                "{before}{{{first}\"{key}\":\"174530295{second}.852238000\",\"s\":1,\"n\":{counter},{last}{body}}}\n"
            )
        },
    )
}

fn molt() -> impl Strategy<Value = String> {
    message().prop_map(|message| {
        let message = serde_json::to_string(&message).unwrap();
        format!("{{\"level\":\"info\",\"time\":\"2025-04-22T10:00:00Z\",\"message\":{message}}}\n")
    })
}

/// A run of entries of one kind, as files have them.
fn part() -> impl Strategy<Value = String> {
    let run = |one: BoxedStrategy<String>, most| {
        prop::collection::vec(one, 1..most).prop_map(|entries| entries.concat())
    };
    prop_oneof![
        4 => run(v2().boxed(), 12),
        3 => run(v1().boxed(), 12),
        2 => run(preamble().boxed(), 4),
        2 => run(json().boxed(), 4),
        1 => run(molt().boxed(), 3),
        1 => run(message().prop_map(|m| m + "\n").boxed(), 3),
        1 => Just("\0\0\0".to_owned()),
        1 => Just("\u{feff}".to_owned()),
    ]
}

/// Bytes that were lost, replaced or inserted. No marker and no part of one is among them, because a marker inside a
/// signature hides it by definition.
fn damage() -> impl Strategy<Value = Vec<(prop::sample::Index, u8)>> {
    let byte =
        prop::sample::select(vec![b'\n', b'\r', 0, 0xFF, b' ', b'1', b']', b':', b'"', b'}']);
    prop::collection::vec((any::<prop::sample::Index>(), byte), 0..4)
}

fn log() -> impl Strategy<Value = Vec<u8>> {
    (prop::collection::vec(part(), 0..8), damage(), any::<bool>()).prop_map(
        |(parts, damage, windows)| {
            let mut text = parts.concat();
            if windows {
                text = text.replace('\n', "\r\n");
            }
            let mut bytes = text.into_bytes();
            for (at, byte) in damage {
                if !bytes.is_empty() {
                    let at = at.index(bytes.len());
                    if bytes[at].is_ascii() {
                        bytes[at] = byte;
                    }
                }
            }
            bytes
        },
    )
}

proptest! {
    #[test]
    fn the_fast_scanner_agrees_with_the_slow_one_in_any_pieces(
        text in log(),
        pieces in prop::collection::vec(1..300usize, 1..6),
    ) {
        let whole = fast(&text, &[text.len().max(1)]);
        prop_assert_eq!(&fast(&text, &pieces), &whole, "{}", String::from_utf8_lossy(&text));
        // A broken record of one log may hold an entry of another.
        prop_assume!(Wrapping::detect(&text).wrapping.is_none());
        let expected = reference::scan_beside(&whole, &SIGNATURES, &text);
        prop_assert_eq!(whole, expected, "{}", String::from_utf8_lossy(&text));
    }

    #[test]
    fn a_search_that_finds_everything_gives_the_same_hits(
        text in log(),
        pieces in prop::collection::vec(1..300usize, 1..6),
    ) {
        let mut all = SIGNATURES.to_vec();
        all.push(Signature { name: "every entry", literal: "" });
        let every = u16::try_from(SIGNATURES.len()).unwrap();
        let mut expected = scan(&all, &text, &pieces);
        for hit in &mut expected.hits {
            prop_assert_eq!(hit.signatures.pop(), Some(every));
        }
        expected.hits.retain(|hit| !hit.signatures.is_empty());
        let found = fast(&text, &pieces);
        prop_assert_eq!(found.hits, expected.hits, "{}", String::from_utf8_lossy(&text));
        prop_assert_eq!(found.summary, expected.summary);
    }

    #[test]
    fn a_wrapped_log_reads_as_what_was_wrapped_in_any_pieces(
        text in log(),
        wrap in prop::sample::select(WRAPS.to_vec()),
        pieces in prop::collection::vec(1..300usize, 1..6),
    ) {
        let text = String::from_utf8_lossy(&text).into_owned();
        let wrapped = wrap.0(&text);
        let shown = String::from_utf8_lossy(&wrapped).into_owned();
        let whole = fast(&wrapped, &[wrapped.len().max(1)]);
        prop_assert_eq!(&fast(&wrapped, &pieces), &whole, "{}", shown);
        prop_assert_eq!(whole.summary.bytes, wrapped.len() as u64);
        for hit in &whole.hits {
            let line = &wrapped[usize::try_from(hit.offset).unwrap()..];
            let before = &wrapped[..usize::try_from(hit.offset).unwrap()];
            prop_assert_eq!(wrap.1.lines_in(before), hit.line - 1);
            let line = wrap.1.first_line(line);
            let raw = hit.raw.lines().next().unwrap_or_default();
            prop_assert!(raw.len() >= 2048 || line.contains(raw), "{raw} in {line}");
        }
        prop_assume!(Wrapping::detect(text.as_bytes()).wrapping.is_none());
        let wrapping = Wrapping::detect(&wrapped).wrapping;
        // Here too a broken record may hold an entry.
        let records = wrapping.collectors.iter().filter(|c| matches!(c, Collector::Record { .. })).count();
        prop_assume!(!wrapping.is_none() && !text.is_empty() && records == usize::from(shown.contains("\"stream\":\"stderr\"")));
        let expected = essence(reference::scan(&SIGNATURES, text.as_bytes()), wrap.2);
        let found = essence(whole, wrap.2);
        prop_assert_eq!(found.summary, expected.summary, "{}", shown);
        prop_assert_eq!(found.unread, expected.unread, "{}", shown);
        prop_assert_eq!(found.hits.len(), expected.hits.len(), "{}", shown);
        for (found, expected) in found.hits.iter().zip(&expected.hits) {
            prop_assert_eq!(found, expected, "{}", shown);
        }
    }

    #[test]
    fn damage_to_a_wrapped_log_reads_the_same_in_any_pieces(
        text in log(),
        wrap in prop::sample::select(WRAPS.to_vec()),
        bytes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..6),
        cut in any::<prop::sample::Index>(),
        pieces in prop::collection::vec(1..300usize, 1..6),
    ) {
        let mut wrapped = wrap.0(&String::from_utf8_lossy(&text));
        for (at, byte) in bytes {
            if !wrapped.is_empty() {
                let at = at.index(wrapped.len());
                wrapped[at] = byte;
            }
        }
        let lost = cut.index(wrapped.len().max(1)) / 8;
        wrapped.drain(..lost.min(wrapped.len()));
        let whole = fast(&wrapped, &[wrapped.len().max(1)]);
        prop_assert_eq!(whole.summary.bytes, wrapped.len() as u64);
        prop_assert_eq!(fast(&wrapped, &pieces), whole, "{}", String::from_utf8_lossy(&wrapped));
    }
}
