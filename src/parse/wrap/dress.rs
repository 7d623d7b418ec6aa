//! What terminals and code pages do to text: colours, and markers that were read as if they were not UTF-8.

use std::borrow::Cow;

use crate::parse::{crdb_text, json};

const ESCAPE: u8 = 0x1B;

/// `text` without the sequences `ESC [ … letter` (`docs/cockroachdb/log-formats.md#ansi-sequences`). Borrowed if there
/// are none.
pub(super) fn without_colours(text: &[u8]) -> Cow<'_, [u8]> {
    if memchr::memchr(ESCAPE, text).is_none() {
        return Cow::Borrowed(text);
    }
    let mut plain = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = memchr::memchr(ESCAPE, rest) {
        plain.extend_from_slice(&rest[..at]);
        rest = &rest[at + 1..];
        if let Some(sequence) = rest.strip_prefix(b"[") {
            let parameters = sequence.iter().take_while(|b| matches!(b, 0x20..=0x3F)).count();
            rest = match sequence.get(parameters) {
                Some(0x40..=0x7E) => &sequence[parameters + 1..],
                _ => &sequence[parameters..],
            };
        }
    }
    plain.extend_from_slice(rest);
    Cow::Owned(plain)
}

/// What the markers turn into when their UTF-8 is read in the code page of Windows (1252), in Latin-1, or in that of
/// its console (437, 850), and written again as UTF-8 (`docs/cockroachdb/log-formats.md#broken-encodings`).
const MOJIBAKE: [(&str, &str); 16] = [
    ("â‹®", "⋮"),
    ("â€¹", "‹"),
    ("â€º", "›"),
    ("Ã—", "×"),
    ("â\u{8b}®", "⋮"),
    ("â\u{80}¹", "‹"),
    ("â\u{80}º", "›"),
    ("Ã\u{97}", "×"),
    ("Γï«", "⋮"),
    ("ΓÇ╣", "‹"),
    ("ΓÇ║", "›"),
    ("├ù", "×"),
    ("Ôï«", "⋮"),
    ("ÔÇ╣", "‹"),
    ("ÔÇ║", "›"),
    ("├\u{97}", "×"),
];

/// Whether `line`, which is the first of an entry, shows a marker that is none any more: `⋮` after the source line; in
/// JSON, which has no `⋮`, the beginning of a marked value.
pub(super) fn is_mojibake_entry(line: &[u8]) -> bool {
    let turned = |text: &[u8], good: &str| {
        MOJIBAKE.iter().any(|(bad, of)| *of == good && text.starts_with(bad.as_bytes()))
    };
    match crdb_text::head(line) {
        Some(head) => turned(head.rest, "⋮"),
        None => {
            json::line(line).is_some()
                && memchr::memmem::find(line, "‹".as_bytes()).is_none()
                && (0..line.len()).any(|at| turned(&line[at..], "‹"))
        }
    }
}

/// `text` with its markers as they were.
pub(super) fn repair(text: Cow<'_, [u8]>) -> Cow<'_, [u8]> {
    let next = |text: &[u8]| {
        (0..text.len()).filter(|at| text[*at] >= 0xC3).find_map(|at| {
            let (bad, good) =
                MOJIBAKE.iter().find(|(bad, _)| text[at..].starts_with(bad.as_bytes()))?;
            Some((at, bad.len(), *good))
        })
    };
    if next(&text).is_none() {
        return text;
    }
    let mut repaired = Vec::with_capacity(text.len());
    let mut rest = &*text;
    while let Some((at, length, good)) = next(rest) {
        repaired.extend_from_slice(&rest[..at]);
        repaired.extend_from_slice(good.as_bytes());
        rest = &rest[at + length..];
    }
    repaired.extend_from_slice(rest);
    Cow::Owned(repaired)
}
