//! What each collector adds to a line, and when a file counts as wrapped.

use super::*;

const ENTRY: &str =
    "I250422 06:30:39.852238 6885 jobs/adopt.go:8 ⋮ [T1,n1] 12  job 7: resuming execution";

fn unwrap_all(text: &str) -> (Wrapping, Vec<(String, bool)>) {
    let wrapping = Wrapping::detect(text.as_bytes()).wrapping;
    let mut unwrapper = Unwrapper::new(wrapping.clone());
    let lines = text.lines().map(|line| {
        let found = unwrapper.unwrap(line.as_bytes());
        (String::from_utf8_lossy(&found.text).into_owned(), found.goes_on)
    });
    (wrapping, lines.collect())
}

#[test]
fn every_collector_gives_back_what_it_wrapped() {
    use Collector::{Compose, Cri, Journal, Merge, Pod, Record, Time};
    let json = serde_json::to_string(ENTRY).unwrap();
    let line = serde_json::to_string(&format!("{ENTRY}\n")).unwrap();
    let bytes = format!("{:?}", ENTRY.as_bytes());
    let (whole, piece) = (Record { ends_lines: false }, Record { ends_lines: true });
    for (text, expected) in [
        (ENTRY.to_owned(), vec![]),
        (format!("2021-06-01T12:00:00.000000000Z stderr F {ENTRY}"), vec![Cri]),
        (format!("2021-06-01T12:00:00.000000000+02:00 stdout F:x {ENTRY}"), vec![Cri]),
        (format!("[pod/roach-0/db] {ENTRY}"), vec![Pod]),
        (format!("2021-06-01T12:00:00.000000000Z {ENTRY}"), vec![Time]),
        (format!("[pod/roach-0/db] 2021-06-01T12:00:00.123Z {ENTRY}"), vec![Pod, Time]),
        (format!("Jun 01 12:00:00 db-1 cockroach[123]: {ENTRY}"), vec![Journal]),
        (format!("Jun  1 12:00:00.123456 db-1 start.sh: {ENTRY}"), vec![Journal]),
        (format!("Jun 01 12:00:00 cockroach[123]: {ENTRY}"), vec![Journal]),
        (format!("2021-06-01T12:00:00+0000 db-1 cockroach[123]: {ENTRY}"), vec![Journal]),
        (format!("2021-06-01T12:00:00.123456+02:00 db-1 cockroach[123]: {ENTRY}"), vec![Journal]),
        (format!("Tue 2021-06-01 12:00:00 UTC db-1 cockroach[123]: {ENTRY}"), vec![Journal]),
        (format!("> {ENTRY}"), vec![Merge]),
        (format!("db-1.example> {ENTRY}"), vec![Merge]),
        (format!("roach-1  | {ENTRY}"), vec![Compose]),
        (
            format!(
                "{{\"log\":{line},\"stream\":\"stderr\",\"time\":\"2021-06-01T12:00:00.000000000Z\"}}"
            ),
            vec![piece],
        ),
        (format!("{{\"__CURSOR\":\"s=1\",\"_PID\":\"7\",\"MESSAGE\":{json}}}"), vec![whole]),
        (format!("{{\"MESSAGE\":{bytes},\"_PID\":\"7\"}}"), vec![whole]),
        (format!("2021-11-01 17:03:09.35\tdb\t{{\"message\":{json}}}"), vec![whole]),
        (format!("2021-11-01T17:03:09+00:00\tkube.roach\t{{\"log\":{line}}}"), vec![piece]),
    ] {
        let (wrapping, lines) = unwrap_all(&text);
        assert_eq!(wrapping, Wrapping { collectors: expected, ..Wrapping::default() }, "{text}");
        assert_eq!(lines, [(ENTRY.to_owned(), false)], "{text}");
    }
}

#[test]
fn lines_that_are_not_wrapped_come_out_as_they_are() {
    let text = format!(
        "$ journalctl -u cockroach\nJun 01 12:00:00 db cockroach[1]: {ENTRY}\n-- Boot 7 --\nJun 01 no\n"
    );
    let (_, lines) = unwrap_all(&text);
    let lines: Vec<&str> = lines.iter().map(|(line, _)| line.as_str()).collect();
    assert_eq!(lines, ["$ journalctl -u cockroach", ENTRY, "-- Boot 7 --", "Jun 01 no"]);
}

#[test]
fn only_names_that_stand_before_entries_are_taken_off_merged_logs() {
    let text = format!("db-1> {ENTRY}\nfoo-> bar\ndb-1> goroutine 7\n> \n");
    let (_, lines) = unwrap_all(&text);
    let lines: Vec<&str> = lines.iter().map(|(line, _)| line.as_str()).collect();
    assert_eq!(lines, [ENTRY, "foo-> bar", "goroutine 7", "> "]);
}

#[test]
fn a_log_that_quotes_a_wrapped_log_is_not_wrapped() {
    let text = format!("{ENTRY}\n> {ENTRY}\n{ENTRY}\nJun 01 12:00:00 db x: {ENTRY}\n");
    let Detected { wrapping, entries } = Wrapping::detect(text.as_bytes());
    assert!(wrapping.is_none());
    assert_eq!(entries, 4);
}

#[test]
fn colours_go_and_bytes_between_stay() {
    let text = "\u{1b}[0;36mI250422 \u{1b}[0;90m06:30:39.852238 1 a/b.go:1 ⋮ \u{1b}[0m[\u{1b}[0;34mn1\u{1b}[0m] 1  x\u{1b}[K\u{1b}";
    let (wrapping, lines) = unwrap_all(text);
    assert_eq!(wrapping, Wrapping { colours: true, ..Wrapping::default() });
    assert_eq!(lines[0].0, "I250422 06:30:39.852238 1 a/b.go:1 ⋮ [n1] 1  x");
}

#[test]
fn markers_come_back_from_every_code_page() {
    for (mark, value) in [
        ("â‹®", "â€¹xâ€º â€¹Ã—â€º"),
        ("â\u{8b}®", "â\u{80}¹xâ\u{80}º â\u{80}¹Ã\u{97}â\u{80}º"),
        ("Γï«", "ΓÇ╣xΓÇ║ ΓÇ╣├ùΓÇ║"),
        ("Ôï«", "ÔÇ╣xÔÇ║ ÔÇ╣├\u{97}ÔÇ║"),
    ] {
        let text = format!("I250422 06:30:39.852238 1 a/b.go:1 {mark} [n1] 1  é {value}");
        let (wrapping, lines) = unwrap_all(&text);
        assert_eq!(wrapping, Wrapping { mojibake: true, ..Wrapping::default() });
        assert_eq!(lines[0].0, "I250422 06:30:39.852238 1 a/b.go:1 ⋮ [n1] 1  é ‹x› ‹×›");
    }
    let json = "{\"t\":\"1745302959.852238000\",\"r\":1,\"message\":\"â€¹xâ€º\"}";
    assert_eq!(unwrap_all(json).1[0].0, json.replace("â€¹", "‹").replace("â€º", "›"));
    let value = format!("{ENTRY} ‹â‹®›");
    assert!(unwrap_all(&value).0.is_none(), "a value is no marker");
}

#[test]
fn utf_16_is_read_with_a_mark_or_without() {
    let text = format!("{ENTRY} 😀");
    let units: Vec<u16> = text.encode_utf16().collect();
    let little: Vec<u8> = units.iter().flat_map(|unit| unit.to_le_bytes()).collect();
    let big: Vec<u8> = units.iter().flat_map(|unit| unit.to_be_bytes()).collect();
    for (bytes, encoding) in [
        (little.clone(), Encoding::Utf16Le),
        (big.clone(), Encoding::Utf16Be),
        ([&[0xFF, 0xFE][..], &little].concat(), Encoding::Utf16Le),
        ([&[0xFE, 0xFF][..], &big].concat(), Encoding::Utf16Be),
    ] {
        let Detected { wrapping, entries } = Wrapping::detect(&bytes);
        assert_eq!((wrapping.encoding, entries), (encoding, 1));
        let decoded = encoding.decode(&bytes);
        assert_eq!(bare(&decoded), text.as_bytes());
    }
    assert_eq!(Encoding::Utf16Le.decode(b"\x00\xd8x\x00\x00\xd8!"), "\u{fffd}x\u{fffd}".as_bytes());
    assert_eq!(Encoding::detect(&[0; 64]), Encoding::Utf8);
    assert_eq!(
        Encoding::detect(&[b"\xff\xfe garbage\n", ENTRY.as_bytes()].concat()),
        Encoding::Utf8
    );
    assert_eq!(Encoding::detect(b"a\0b\0"), Encoding::Utf8, "too short to be evident");
}
