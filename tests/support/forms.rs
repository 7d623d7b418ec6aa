//! What several test crates share: the text form of entries, and ways to feed a scanner.

use std::fmt::Write;

use crdb_triage::model::{Entry, Severity};
use crdb_triage::scan::{LogScanner, ScannedLog, Signature, Signatures};

/// Signatures that occur in every entry.
pub(crate) fn every_entry() -> Signatures {
    Signatures::new(vec![Signature { name: "any", literal: "" }])
}

/// Scans `text` in pieces of `piece` bytes.
pub(crate) fn scan(signatures: &Signatures, text: &[u8], piece: usize) -> ScannedLog {
    let mut scanner = LogScanner::new(signatures, "log");
    text.chunks(piece.max(1)).for_each(|piece| scanner.feed(piece));
    scanner.finish()
}

/// One entry: a line of fields, a line of tags, and its message.
pub(crate) fn show_entry(entry: &Entry) -> String {
    let mut out = format!("{} {} {}", entry.format.as_str(), letter(entry.severity), entry.time);
    write!(out, " {}:{}", entry.file, entry.line).unwrap();
    let mut field = |name: &str, value: Option<String>| {
        if let Some(value) = value {
            write!(out, " {name}={value}").unwrap();
        }
    };
    field("goroutine", Some(entry.goroutine.to_string()));
    field("channel", (entry.channel != 0).then(|| entry.channel.to_string()));
    field("counter", entry.counter.map(|n| n.to_string()));
    field("tenant", entry.tenant_id.map(|n| n.to_string()));
    field("name", entry.tenant_name.clone());
    field("node", entry.node_id.map(|n| n.to_string()));
    field("version", entry.version.as_ref().map(ToString::to_string));
    if entry.redactable {
        out.push_str(" redactable");
    }
    let tags: Vec<String> = entry.tags.iter().map(|t| format!("{}={}", t.key, t.value)).collect();
    if !tags.is_empty() {
        write!(out, "\n  tags {}", tags.join(" | ")).unwrap();
    }
    for line in entry.message.split('\n') {
        write!(out, "\n  > {line}").unwrap();
    }
    if let Some(event) = &entry.event {
        let same = if *event == entry.message { "the message" } else { event };
        write!(out, "\n  event: {same}").unwrap();
    }
    out.push('\n');
    out
}

fn letter(severity: Severity) -> char {
    match severity {
        Severity::Unknown => '?',
        Severity::Info => 'I',
        Severity::Warning => 'W',
        Severity::Error => 'E',
        Severity::Fatal => 'F',
    }
}
