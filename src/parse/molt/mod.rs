//! The log of MOLT Fetch and Verify: zerolog's JSON lines with `level`, `time` and `message`
//! (`docs/cockroachdb/jobs.md#molt-logs`).

use crate::model::{Entry, LogFormat, Severity, Time};
use crate::parse::json::{inner, string_text};

/// The fields of one line, as written.
#[derive(Clone, Copy, Debug)]
pub struct Fields<'a> {
    object: &'a [u8],
    level: Option<&'a [u8]>,
    written: Option<&'a [u8]>,
    message: Option<&'a [u8]>,
    time: Option<Time>,
}

impl<'a> Fields<'a> {
    pub(super) fn new(object: &'a [u8]) -> Self {
        Self { object, level: None, written: None, message: None, time: None }
    }

    pub(super) fn set(&mut self, key: &[u8], value: &'a [u8]) {
        match key {
            b"level" => self.level = inner(value),
            b"time" => self.written = inner(value),
            b"message" => self.message = Some(value),
            _ => {}
        }
    }

    /// The fields of a line that is MOLT's, its object being `whole`: a level, an RFC 3339 time and a message.
    pub(super) fn finish(self, whole: &'a [u8]) -> Option<Self> {
        self.level.and(self.message)?;
        let time = Time::parse_rfc3339(std::str::from_utf8(self.written?).ok()?)?;
        Some(Self { object: whole, time: Some(time), ..self })
    }

    /// Instant of the entry.
    #[must_use]
    pub fn time(&self) -> Time {
        self.time.unwrap_or(crate::parse::time::UNDATED)
    }

    /// Severity, from the level.
    #[must_use]
    pub fn severity(&self) -> Severity {
        match self.level {
            Some(b"trace" | b"debug" | b"info") => Severity::Info,
            Some(b"warn") => Severity::Warning,
            Some(b"error") => Severity::Error,
            Some(b"fatal" | b"panic") => Severity::Fatal,
            _ => Severity::Unknown,
        }
    }

    /// The whole entry; its `event` is the whole object, for each message has fields of its own.
    #[must_use]
    pub fn entry(&self) -> Entry {
        Entry {
            format: LogFormat::Molt,
            severity: self.severity(),
            time: self.time(),
            goroutine: 0,
            channel: 0,
            file: String::new(),
            line: 0,
            redactable: false,
            tags: Vec::new(),
            tenant_id: None,
            tenant_name: None,
            node_id: None,
            counter: None,
            version: None,
            message: self.message.map(string_text).unwrap_or_default(),
            event: Some(String::from_utf8_lossy(self.object).into_owned()),
        }
    }
}
