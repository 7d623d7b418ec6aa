//! What the bytes of a log are.

use crdb_triage::model::{LogFormat, Redaction, UnreadReason};
use crdb_triage::parse::sniff::{Sniffed, sniff};

use super::log_formats::{AT, entries, messages, scan};

#[test]
fn trap_20_line_ends_of_windows_are_no_text_and_a_lone_return_is_no_line_end() {
    let text =
        format!("{AT} ⋮ [n1] 7 one\rstill one\nraw\n{AT} ⋮ [n1] 8 job 7: resuming execution\n");
    let unix = entries(&text);
    assert_eq!(messages(&unix), ["one\rstill one\nraw", "job 7: resuming execution"]);
    let windows = entries(text.replace('\n', "\r\n"));
    assert_eq!(messages(&windows), messages(&unix));
    assert_eq!(windows.hits[1].line, 3);
    assert_eq!(windows.hits[1].offset, unix.hits[1].offset + 2);
}

#[test]
fn trap_21_bytes_that_are_no_utf_8_hide_neither_their_entry_nor_the_next() {
    let mut text = AT.as_bytes().to_vec();
    text.extend_from_slice(b" \xE2\x8B\xAE [n1,key=\xff\xfe] 7 key \xfe\xff: resuming execution\n");
    text.extend_from_slice(format!("{AT} ⋮ [n1] 8 job 8: resuming execution\n").as_bytes());
    let log = scan(&text);
    assert_eq!(
        messages(&log),
        ["key \u{fffd}\u{fffd}: resuming execution", "job 8: resuming execution"]
    );
    let mut json = b"{\"c\":0,\"t\":\"1745302959.852238000\",\"s\":1,\"message\":\"\xff resuming execution\"}\n".to_vec();
    json.extend_from_slice(&text);
    assert_eq!(scan(&json).hits.len(), 3);
}

#[test]
fn trap_22_runs_of_nul_are_passed_over() {
    let entry = format!("{AT} ⋮ [n1] 7 job 7: resuming execution");
    let zeros = "\0".repeat(70_000);
    for text in [
        format!("{zeros}{entry}\n"),
        format!("{entry}{zeros}"),
        format!("{entry}\n{zeros}\n{zeros}"),
        format!("{AT} ⋮ [n1] 6 cut{zeros}\n{entry}\n"),
    ] {
        let log = entries(&text);
        assert_eq!(
            log.hits.last().unwrap().entry.message.lines().next(),
            Some("job 7: resuming execution")
        );
        assert_eq!(log.unread, []);
    }
    let inside = entries(format!("{AT} ⋮ [n1] 7 a\0b\n"));
    assert_eq!(messages(&inside), ["a\0b"], "a NUL inside a message is text");
}

#[test]
fn trap_23_cut_first_and_last_lines_lose_only_themselves() {
    let entry = format!("{AT} ⋮ [n1] 7 job 7: resuming execution\n");
    let text = entry.repeat(2);
    for start in 1..entry.len() {
        if text.is_char_boundary(start) {
            let log = scan(&text[start..]);
            assert_eq!(log.hits.len(), 1, "from {start}");
            // What the lost line said is not passed over.
            let said = start <= entry.find("resuming").unwrap();
            let unread = log.unread.iter().any(|u| u.reason == UnreadReason::OutsideEntry);
            assert_eq!(unread, said, "from {start}");
        }
    }
    let cut = scan(&text[..text.len() - 4]);
    assert_eq!(cut.hits.len(), 1);
    let cut = entries(&text[..text.len() - 4]);
    assert_eq!(messages(&cut)[1], "job 7: resuming execut");
    let json = "{\"c\":0,\"t\":\"1745302959.852238000\",\"s\":1,\"message\":\"job 7: resuming execution and th";
    assert_eq!(scan(json).hits.len(), 1);
}

#[test]
fn trap_24_colours_of_a_terminal_are_taken_off() {
    let plain = format!("{AT} ⋮ [n1] 7  job 7: stepping through state running\n");
    let coloured = plain
        .replace("I250422 ", "\u{1b}[0;36mI250422 \u{1b}[0;90m")
        .replace("[n1]", "\u{1b}[0m[\u{1b}[38;5;33mn1\u{1b}[0m]")
        .replace("through", "\u{1b}[1mthrough\u{1b}[0m");
    assert_eq!(sniff(coloured.as_bytes()), Sniffed::Log);
    let (log, expected) = (scan(coloured.repeat(2)), scan(&plain));
    assert_eq!(log.hits[0].entry, expected.hits[0].entry);
    assert_eq!((log.hits.len(), log.hits[1].offset), (2, coloured.len() as u64));
    assert!(log.hits[0].raw.contains('\u{1b}'), "evidence is what stands in the file");
    let message = entries(format!("{AT} ⋮ [n1] 7 red \u{1b}[31mtext\n"));
    assert_eq!(messages(&message), ["red \u{1b}[31mtext"], "colours of a message alone stay");
}

#[test]
fn trap_25_marks_of_a_byte_order_are_no_text_wherever_files_were_put_together() {
    let entry = format!("{AT} ⋮ [n1] 7 job 7: resuming execution\n");
    let log = scan(format!("\u{feff}{entry}\u{feff}{entry}"));
    assert_eq!(log.hits.len(), 2);
    assert_eq!(log.hits[1].offset, entry.len() as u64 + 3);
}

#[test]
fn trap_25_utf_16_is_read_at_the_places_of_the_file() {
    let line = format!("{AT} ⋮ [n1] 7  job ‹7›: resuming execution 😀");
    let text = format!("first\r\n{line}\r\n{AT} ⋮ [n1] 8  next\r\n");
    let units: Vec<u16> = text.encode_utf16().collect();
    let little: Vec<u8> = units.iter().flat_map(|unit| unit.to_le_bytes()).collect();
    let big: Vec<u8> = units.iter().flat_map(|unit| unit.to_be_bytes()).collect();
    for (mark, bytes) in
        [(&b"\xff\xfe"[..], &little), (b"", &little), (b"\xfe\xff", &big), (b"", &big)]
    {
        let file = [mark, bytes].concat();
        assert_eq!(sniff(&file), Sniffed::Log);
        let log = scan(&file);
        assert_eq!(messages(&log), ["job ‹7›: resuming execution 😀"]);
        assert_eq!((log.hits[0].line, log.hits[0].offset), (2, mark.len() as u64 + 14));
        assert_eq!(log.hits[0].raw, line);
        assert_eq!(log.summary.bytes, file.len() as u64);
        assert_eq!(log.summary.redaction, Redaction::Markers);
        // An odd byte at the end is a cut, not a crash.
        assert_eq!(scan(&file[..file.len() - 1]).hits.len(), 1);
    }
}

#[test]
fn trap_25_markers_that_a_code_page_broke_are_known_again() {
    let text = format!("{AT} ⋮ [n1,job=‹×›] 7  job ‹×›: resuming execution\n");
    let windows = text
        .replace('⋮', "\u{1}")
        .replace('×', "Ã—")
        .replace('‹', "â€¹")
        .replace('›', "â€º")
        .replace('\u{1}', "â‹®");
    let console =
        text.replace('⋮', "Γï«").replace('×', "├ù").replace('‹', "ΓÇ╣").replace('›', "ΓÇ║");
    for broken in [windows, console] {
        let (log, expected) = (scan(&broken), scan(&text));
        assert_eq!(log.summary.formats, [LogFormat::CrdbV2]);
        assert_eq!(log.hits[0].entry, expected.hits[0].entry);
        assert_eq!(log.summary.redaction, Redaction::Redacted);
        assert_eq!(log.hits[0].raw, broken.trim_end());
    }
}
