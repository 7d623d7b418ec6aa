//! Lines of a log as the text of JSON records.

use std::borrow::Cow;

use super::collector::{Found, number};
use crate::parse::json::{self, End, string_text, walk};

/// How far into a line the text before the object may reach: fluentd writes a time and a tag there.
const PREFIX: usize = 256;

/// The text of a record: docker's `log`, journald's `MESSAGE`, else `message`. Nothing for an object that is an entry
/// itself. Of a record that is cut off the text comes as far as it goes.
pub(super) fn unwrap(line: &[u8]) -> Option<Found<'_>> {
    let start = memchr::memchr(b'{', &line[..line.len().min(PREFIX)])?;
    let object = line.get(start..)?;
    if !matches!(object, [b'{', b'"' | b' ', ..]) || json::line(line).is_some() {
        return None;
    }
    let (mut log, mut journal, mut message) = (None, None, None);
    let mut source = Vec::new();
    let end = walk(object, |key, value| match key {
        b"log" => log = Some(value),
        b"MESSAGE" => journal = Some(value),
        b"message" => message = Some(value),
        key if names_source(key, value) => source.extend_from_slice(value),
        _ => {}
    });
    if end == End::Broken {
        return None;
    }
    let value = log.or(journal).or(message)?;
    let text = match value.first()? {
        b'"' => string_text(value).into_bytes(),
        b'[' => bytes(value),
        _ => return None,
    };
    Some(Found { text: Cow::Owned(text), source: number(&source), goes_on: false })
}

/// Whether a field of a record tells who wrote its text: docker's and journald's, and those that Vector, Fluent Bit, Loki's
/// and Datadog's agents add. A `file` is the log's path, and none if it names a source file.
fn names_source(key: &[u8], value: &[u8]) -> bool {
    match key {
        b"stream" | b"_HOSTNAME" | b"SYSLOG_IDENTIFIER" | b"_PID" | b"container_id" | b"host"
        | b"hostname" | b"container_name" | b"pod" | b"pod_name" | b"kubernetes" | b"instance" => {
            true
        }
        b"file" | b"filename" | b"path" => value.starts_with(b"\"/"),
        _ => false,
    }
}

/// journald writes a text that holds a control character as the list of its bytes.
fn bytes(list: &[u8]) -> Vec<u8> {
    list.split(|b| !b.is_ascii_digit())
        .filter(|digits| !digits.is_empty())
        .map_while(|digits| u8::try_from(crate::parse::number(digits)).ok())
        .collect()
}
