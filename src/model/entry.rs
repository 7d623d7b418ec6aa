//! What a log says: one entry, and where it stands.

use std::borrow::Cow;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{Time, Version};

/// Severity of a log entry, in CockroachDB's words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Severity {
    /// JSON entries may carry 0; text formats never do.
    Unknown,
    /// `I`
    Info,
    /// `W`
    Warning,
    /// `E`
    Error,
    /// `F`
    Fatal,
}

/// How a log file is written. Decided from the lines, never from the file's name or preamble: a debug zip prints every
/// file again as crdb-v1 with counters (`docs/cockroachdb/log-formats.md#zip-logs-are-re-rendered`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum LogFormat {
    /// crdb-v1: no counter, continuation lines raw.
    CrdbV1,
    /// crdb-v1-count: also what a debug zip holds.
    CrdbV1Count,
    /// crdb-v2: every physical line repeats the prefix and says how it continues.
    CrdbV2,
    /// json and json-fluent.
    Json,
    /// json-compact and json-fluent-compact.
    JsonCompact,
    /// The log of MOLT Fetch or Verify: one JSON object per line, without CockroachDB's fields.
    Molt,
}

impl LogFormat {
    /// The name that CockroachDB's documentation uses.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::CrdbV1 => "crdb-v1",
            Self::CrdbV1Count => "crdb-v1-count",
            Self::CrdbV2 => "crdb-v2",
            Self::Json => "json",
            Self::JsonCompact => "json-compact",
            Self::Molt => "molt",
        }
    }
}

/// One context tag. `n1` is the key `n` with the value `1`, `job=7` the key `job` with the value `7`,
/// `config` a key without a value. Keys may repeat, so an entry holds a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tag {
    /// The tag's name.
    pub key: String,
    /// The tag's value with its redaction markers; empty when it has none.
    pub value: String,
}

/// One log entry, whatever format it came in. Field names are those of CockroachDB's `logpb.Entry`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// How it was written.
    pub format: LogFormat,
    /// Severity.
    pub severity: Severity,
    /// Instant in UTC; a zone suffix of the line is already applied.
    pub time: Time,
    /// Goroutine id; 0 when the line has none.
    pub goroutine: u64,
    /// Channel number; 0 is DEV.
    pub channel: u16,
    /// Source file as logged, such as `kv/bulk/sst_batcher.go`; may be empty.
    pub file: String,
    /// Source line.
    pub line: u32,
    /// Whether the entry carries redaction markers (`⋮`, or `redactable` in JSON).
    pub redactable: bool,
    /// Context tags in order, without the tenant's `T` and `V`.
    pub tags: Vec<Tag>,
    /// Numeric tenant id: tag `T1`, field `tenant_id`.
    pub tenant_id: Option<u64>,
    /// Virtual cluster: tag `Vname`, field `tenant_name`.
    pub tenant_name: Option<String>,
    /// Node id where the format has a field of its own for it (JSON `node_id`); else see the tag `n`.
    pub node_id: Option<u32>,
    /// Counter of the entry in its process and sink.
    pub counter: Option<u64>,
    /// Server version where the format has it on every entry (JSON `version`).
    pub version: Option<Version>,
    /// The message, joined over all physical lines, with redaction markers; cut at the scanner's limit.
    pub message: String,
    /// The JSON text of a structured event, or of a MOLT line; then `message` holds the same text or the
    /// MOLT line's `message`.
    pub event: Option<String>,
}

impl Entry {
    /// Value of the first tag named `key`, with its markers.
    #[must_use]
    pub fn tag(&self, key: &str) -> Option<&str> {
        self.tags.iter().find(|tag| tag.key == key).map(|tag| tag.value.as_str())
    }

    /// The node that wrote the entry: the JSON field, or the tag `n` (`n?` is no node).
    #[must_use]
    pub fn node(&self) -> Option<u32> {
        self.node_id.or_else(|| unmarked(self.tag("n")?).parse().ok())
    }
}

/// Where something stands in an artifact.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Location {
    /// Path of the artifact in the input, which all places in it share.
    pub path: Arc<str>,
    /// Line of its text, from 1.
    pub line: u64,
    /// Byte of its (inflated) text at which that line begins, from 0.
    pub offset: u64,
}

/// What was removed from the input before we got it.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Redaction {
    /// No redaction marker was seen.
    #[default]
    None,
    /// Sensitive values are marked (`‹…›`) and present.
    Markers,
    /// Sensitive values are gone (`‹×›`, `REDACTEDBYZIP`).
    Redacted,
}

/// `text` without the redaction markers `‹` and `›`. A removed value stays as `×`.
#[must_use]
pub fn unmarked(text: &str) -> Cow<'_, str> {
    let Some(first) = marker(text) else { return Cow::Borrowed(text) };
    let (start, mut rest) = text.split_at(first);
    let mut unmarked = String::with_capacity(text.len());
    unmarked.push_str(start);
    while let Some(marked) = rest.get(MARKER..) {
        let next = marker(marked).unwrap_or(marked.len());
        unmarked.push_str(&marked[..next]);
        rest = &marked[next..];
    }
    Cow::Owned(unmarked)
}

/// Bytes of a marker.
const MARKER: usize = '‹'.len_utf8();

/// Where the first marker is.
fn marker(text: &str) -> Option<usize> {
    // Searching for two characters decodes all of them.
    text.as_bytes().windows(MARKER).position(|bytes| matches!(bytes, [0xE2, 0x80, 0xB9 | 0xBA]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markers_go_and_nothing_else() {
        for text in ["", "‹", "›‹", "‹a›", "a‹×›b ⋮ c", "“a” ‹‹é››", "x›", "‰‹\u{203b}"]
        {
            assert_eq!(unmarked(text), text.replace(['‹', '›'], ""), "{text}");
        }
        assert!(matches!(unmarked("⋮ [n1] é"), Cow::Borrowed("⋮ [n1] é")));
    }
}
