//! json, json-compact and their fluent forms: one object per line (`docs/cockroachdb/log-formats.md#json`).

mod walk;

use crate::model::{Entry, LogFormat, Severity, Tag, Time, Version, unmarked};
use crate::parse::{molt, number, redacted, tags, time};
pub(crate) use walk::{End, string_text, walk};

/// The fields of one line, as written, decoded on demand.
#[derive(Clone, Copy, Debug, Default)]
pub struct Fields<'a> {
    /// Instant of the entry.
    time: Option<Time>,
    /// Keys of json-compact.
    compact: bool,
    header: bool,
    channel: Option<&'a [u8]>,
    severity: Option<&'a [u8]>,
    goroutine: Option<&'a [u8]>,
    file: Option<&'a [u8]>,
    line: Option<&'a [u8]>,
    counter: Option<&'a [u8]>,
    redactable: bool,
    cluster_id: Option<&'a [u8]>,
    node_id: Option<&'a [u8]>,
    instance_id: Option<&'a [u8]>,
    tenant_id: Option<&'a [u8]>,
    tenant_name: Option<&'a [u8]>,
    version: Option<&'a [u8]>,
    tags: Option<&'a [u8]>,
    message: Option<&'a [u8]>,
    event: Option<&'a [u8]>,
    stacks: Option<&'a [u8]>,
}

/// A line that holds one JSON entry.
#[derive(Clone, Copy, Debug)]
pub enum Line<'a> {
    /// Of CockroachDB.
    Crdb(Fields<'a>),
    /// Of MOLT Fetch or Verify.
    Molt(molt::Fields<'a>),
}

/// How far into a line the text before the object may reach: what a collector writes there is a time and a name.
const PREFIX: usize = 256;

/// Reads a line as a JSON entry: an object whose `timestamp` or `t` is a text of seconds and nine digits (or that
/// has MOLT's fields). Text may stand before the object, as fluentd writes it, if the object is whole; an object
/// that begins the line may be cut off. Nothing for any other line.
#[must_use]
pub fn line(text: &[u8]) -> Option<Line<'_>> {
    let text = text.trim_ascii_start();
    let (start, prefixed) = match text.first()? {
        b'{' => (0, false),
        _ => (memchr::memchr(b'{', &text[..text.len().min(PREFIX)])?, true),
    };
    let object = &text[start..];
    if !matches!(object, [b'{', b'"' | b' ', ..]) {
        return None;
    }
    let mut fields = Fields::default();
    let mut molt = molt::Fields::new(object);
    let end = walk(object, |key, value| {
        fields.set(key, value);
        molt.set(key, value);
    });
    let whole = match end {
        End::Whole(end) => &object[..end],
        End::Cut if !prefixed => object,
        _ => return None,
    };
    if fields.time.is_some() {
        return Some(Line::Crdb(fields));
    }
    molt.finish(whole).map(Line::Molt)
}

impl<'a> Fields<'a> {
    fn set(&mut self, key: &'a [u8], value: &'a [u8]) {
        match key {
            b"timestamp" | b"t" => {
                self.time = inner(value).and_then(time::epoch);
                self.compact = key == b"t";
            }
            b"header" => self.header = value == b"1",
            b"channel_numeric" | b"c" => self.channel = Some(value),
            b"severity_numeric" | b"s" => self.severity = Some(value),
            b"goroutine" | b"g" => self.goroutine = Some(value),
            b"file" | b"f" => self.file = Some(value),
            b"line" | b"l" => self.line = Some(value),
            b"entry_counter" | b"n" => self.counter = Some(value),
            b"redactable" | b"r" => self.redactable = value == b"1",
            b"cluster_id" | b"x" => self.cluster_id = Some(value),
            b"node_id" | b"N" => self.node_id = Some(value),
            b"instance_id" | b"q" => self.instance_id = Some(value),
            b"tenant_id" | b"T" => self.tenant_id = Some(value),
            b"tenant_name" | b"V" => self.tenant_name = Some(value),
            b"version" | b"v" => self.version = Some(value),
            b"tags" => self.tags = Some(value),
            b"message" => self.message = Some(value),
            b"event" => self.event = Some(value),
            b"stacks" => self.stacks = Some(value),
            _ => {}
        }
    }

    /// Instant of the entry.
    #[must_use]
    pub fn time(&self) -> Time {
        self.time.unwrap_or(time::UNDATED)
    }

    /// json or json-compact.
    #[must_use]
    pub fn format(&self) -> LogFormat {
        if self.compact { LogFormat::JsonCompact } else { LogFormat::Json }
    }

    /// Whether the entry belongs to a file's preamble.
    #[must_use]
    pub fn is_preamble(&self) -> bool {
        self.header || self.tags.is_some_and(|tags| tags == br#"{"config":""}"#)
    }

    /// Channel number; none for a preamble.
    #[must_use]
    pub fn channel(&self) -> Option<u16> {
        digits(self.channel?).map(|n| u16::try_from(n).unwrap_or(u16::MAX))
    }

    /// Counter of the entry.
    #[must_use]
    pub fn counter(&self) -> Option<u64> {
        digits(self.counter?)
    }

    /// The node: its field, or the tag `n`.
    #[must_use]
    pub fn node(&self) -> Option<u32> {
        let field = self.node_id.and_then(digits).and_then(|n| u32::try_from(n).ok());
        field.or_else(|| {
            let mut node = None;
            let _end = walk(self.tags?, |key, value| {
                if key == b"n" && node.is_none() {
                    node = Some(value);
                }
            });
            unmarked(&string_text(node?)).parse().ok()
        })
    }

    /// Whether an entry without a node is of a SQL pod, a process that serves one virtual cluster: by its field of the
    /// instance, or the tag `n` with `sql1`.
    #[must_use]
    pub fn is_sql_pod(&self) -> bool {
        self.instance_id.and_then(digits).is_some_and(|id| id > 0)
            || self.tags.is_some_and(|tags| memchr::memmem::find(tags, b"\"n\":\"sql").is_some())
    }

    /// Number of the virtual cluster: its field, or the tag `T` where it comes first.
    #[must_use]
    pub fn tenant_number(&self) -> Option<u64> {
        self.tenant_id.and_then(digits).or_else(|| {
            let rest = self.tags?.strip_prefix(b"{\"T\":")?;
            let plain = rest.strip_prefix(b"\"").and_then(|id| {
                let end = id.iter().position(|b| *b == b'"')?;
                digits(&id[..end])
            });
            plain.or_else(|| self.tags().tenant_id)
        })
    }

    /// Virtual cluster: its field, or the tag `V`.
    #[must_use]
    pub fn tenant_name(&self) -> Option<String> {
        self.tenant_name.map(string_text).or_else(|| {
            // Building the list for nothing on every line would be slow.
            self.tags
                .filter(|tags| tags.starts_with(b"{\"T\":"))
                .and_then(|_| self.tags().tenant_name)
        })
    }

    /// Id of the cluster as written.
    #[must_use]
    pub fn cluster_id(&self) -> Option<String> {
        self.cluster_id.map(string_text)
    }

    /// Server version as written, between its quotes.
    #[must_use]
    pub fn version(&self) -> Option<&'a [u8]> {
        inner(self.version?)
    }

    /// The message, decoded.
    #[must_use]
    pub fn message(&self) -> Option<String> {
        self.message.map(string_text)
    }

    /// Severity, from its number.
    #[must_use]
    pub fn severity(&self) -> Severity {
        match self.severity.and_then(digits) {
            Some(1) => Severity::Info,
            Some(2) => Severity::Warning,
            Some(3) => Severity::Error,
            Some(4) => Severity::Fatal,
            _ => Severity::Unknown,
        }
    }

    /// Source file as written, between its quotes.
    #[must_use]
    pub fn source_file(&self) -> &'a [u8] {
        self.file.and_then(inner).unwrap_or_default()
    }

    /// Whether redaction removed the whole message.
    #[must_use]
    pub fn is_removed(&self) -> bool {
        // A line that was cut off has no closing quote.
        let text = self.message.and_then(|message| message.strip_prefix(b"\""));
        text.map(|text| text.strip_suffix(b"\"").unwrap_or(text)).is_some_and(redacted::is_removed)
    }

    fn tags(&self) -> tags::Tags {
        let mut list = tags::Tags::default();
        if let Some(object) = self.tags {
            let _end = walk(object, |key, value| {
                let key = String::from_utf8_lossy(key).into_owned();
                list.push(Tag { key, value: string_text(value) });
            });
        }
        list
    }

    /// The whole entry. A stack trace (`stacks`) follows the message on a new line; of an event it is left out,
    /// as in the text formats.
    #[must_use]
    pub fn entry(&self) -> Entry {
        let tags = self.tags();
        let count = |value: Option<&[u8]>| value.and_then(digits);
        let event = self.event.map(|raw| String::from_utf8_lossy(raw).into_owned());
        let message = event.clone().unwrap_or_else(|| {
            let mut message = self.message().unwrap_or_default();
            if let Some(stacks) = self.stacks {
                message.push('\n');
                message.push_str(&string_text(stacks));
            }
            message
        });
        Entry {
            format: self.format(),
            severity: self.severity(),
            time: self.time(),
            goroutine: count(self.goroutine).unwrap_or(0),
            channel: self.channel().unwrap_or(0),
            file: self.file.map(string_text).unwrap_or_default(),
            line: count(self.line).and_then(|n| u32::try_from(n).ok()).unwrap_or(0),
            redactable: self.redactable,
            tenant_id: count(self.tenant_id).or(tags.tenant_id),
            tenant_name: self.tenant_name.map(string_text).or(tags.tenant_name),
            tags: tags.list,
            node_id: count(self.node_id).and_then(|n| u32::try_from(n).ok()),
            counter: self.counter(),
            version: self.version.and_then(|v| Version::parse(&string_text(v))),
            message,
            event,
        }
    }
}

/// A whole JSON object at the start of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Object<'a> {
    /// Its text, to the closing brace.
    pub text: &'a str,
    /// Whether it has the two fields that every event of CockroachDB has
    /// (`docs/cockroachdb/log-formats.md#structured-events`).
    pub is_event: bool,
}

/// The object that `text` begins with, if it is whole and at most further lines (a stack trace) follow it.
#[must_use]
pub fn object(text: &str) -> Option<Object<'_>> {
    let (mut timestamp, mut kind) = (false, false);
    let end = walk(text.as_bytes(), |key, _| {
        timestamp |= key == b"Timestamp";
        kind |= key == b"EventType";
    });
    let End::Whole(end) = end else { return None };
    let (text, rest) = text.split_at(end);
    (rest.is_empty() || rest.starts_with('\n'))
        .then_some(Object { text, is_event: timestamp && kind })
}

/// A number as written, bare or between quotes.
fn digits(value: &[u8]) -> Option<u64> {
    let text = inner(value).unwrap_or(value);
    (!text.is_empty() && text.iter().all(u8::is_ascii_digit)).then(|| number(text))
}

/// What stands between the quotes of a whole string.
pub(super) fn inner(value: &[u8]) -> Option<&[u8]> {
    value.strip_prefix(b"\"")?.strip_suffix(b"\"")
}
