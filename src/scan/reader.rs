//! Lines of known format to entries: where one begins and ends, what each adds to the summary, and which are hits.

use crate::model::{Entry, Time, Unread, UnreadReason, Version};
use crate::parse::crdb_text::{self, Continuation, Head, TextFormat};
use crate::parse::json::{self, Fields};
use crate::parse::{molt, preamble, tags};

use super::lines::Line;
use super::summary::{Seen, Summary};
use super::{ENTRY_LIMIT, Hit, MESSAGE_LIMIT, RAW_LIMIT, Signatures};

/// Reads lines in order. Holds one entry.
#[derive(Debug)]
pub(super) struct Reader {
    signatures: Signatures,
    pub(super) summary: Summary,
    pub(super) format: TextFormat,
    open: Open,
    hits: Vec<Hit>,
    too_long: Dropped,
    homeless: Dropped,
}

/// The text entry that is being read.
#[derive(Debug, Default)]
struct Open {
    is_open: bool,
    /// Its lines with newlines between, at most [`ENTRY_LIMIT`] bytes.
    text: Vec<u8>,
    /// More than the limit was read.
    too_long: bool,
    line: u64,
    offset: u64,
    /// Length of the prefix that all lines of a crdb-v2 entry share; 0 in other formats.
    prefix: usize,
    /// A literal may be in it.
    candidate: bool,
}

/// Something that was not read: how often, and the line of the first.
#[derive(Debug, Default)]
struct Dropped {
    count: u64,
    first: u64,
}

impl Dropped {
    fn add(&mut self, line: u64) {
        if self.count == 0 {
            self.first = line;
        }
        self.count += 1;
    }
}

impl Reader {
    pub(super) fn new(signatures: &Signatures, path: &str) -> Self {
        Self {
            signatures: signatures.clone(),
            summary: Summary::new(path),
            format: TextFormat::V1,
            open: Open::default(),
            hits: Vec::new(),
            too_long: Dropped::default(),
            homeless: Dropped::default(),
        }
    }

    /// Reads the next line, whose prefix is `head`.
    pub(super) fn line(&mut self, line: &Line<'_>, head: Option<&Head<'_>>) {
        let text = line.text;
        if let Some(head) = head {
            return self.text(line, head);
        }
        match json::line(text) {
            Some(json::Line::Crdb(fields)) => self.json(line, &fields),
            Some(json::Line::Molt(fields)) => self.molt(line, &fields),
            None if self.open.is_open => self.append(line),
            None if line.cut => self.too_long.add(line.number),
            // A log may begin in the middle of an entry; what it says has no time, but it was there.
            None if line.literal => self.homeless.add(line.number),
            None => {}
        }
    }

    fn text(&mut self, line: &Line<'_>, head: &Head<'_>) {
        let text = line.text;
        let v2 = match self.format {
            TextFormat::V2 => crdb_text::v2(&head.tagged),
            TextFormat::V1 | TextFormat::V1Count => None,
        };
        let prefix = v2.map_or(0, |v2| text.len() - v2.message.len() - 1);
        if let Some(v2) = v2
            && !v2.continuation.starts()
            && self.open.is_open
            && self.open.prefix == prefix
            && self.open.text.get(..prefix) == Some(&text[..prefix])
        {
            self.append(line);
            self.open.candidate |= v2.continuation == Continuation::SameLine;
            return;
        }
        self.close();
        self.note(line, head, v2.and_then(|v2| v2.counter));
        self.open.is_open = true;
        self.open.prefix = prefix;
        (self.open.line, self.open.offset) = (line.number, line.offset);
        self.append(line);
    }

    /// What the first line of a text entry tells the summary.
    fn note(&mut self, line: &Line<'_>, head: &Head<'_>, counter: Option<u64>) {
        let list = head.tagged.tags.unwrap_or_default();
        let preamble = head.is_preamble();
        if preamble {
            let message = String::from_utf8_lossy(head.tagged.rest);
            if let Some(preamble) = preamble::read(&message) {
                self.summary.preamble(preamble, head.time, (line.number, line.offset));
            }
        }
        let counter = match self.format {
            TextFormat::V2 => counter,
            TextFormat::V1Count => crdb_text::v1(head.tagged.rest, true).0,
            TextFormat::V1 => None,
        };
        self.summary.entry(&Seen {
            format: self.format.into(),
            time: head.time,
            preamble,
            dev: head.channel == 0 && !preamble,
            counter,
            node: tags::node(list),
        });
        if let Some(name) = tags::tenant_name(list) {
            self.summary.tenant(&name);
        }
    }

    fn append(&mut self, line: &Line<'_>) {
        let (text, open) = (line.text, &mut self.open);
        open.candidate |= line.literal;
        if !open.text.is_empty() && open.text.len() < ENTRY_LIMIT {
            open.text.push(b'\n');
        }
        let room = ENTRY_LIMIT - open.text.len();
        open.text.extend_from_slice(&text[..text.len().min(room)]);
        open.too_long |= line.cut || text.len() > room;
    }

    /// Ends the text entry that is being read, if there is one.
    pub(super) fn close(&mut self) {
        if !self.open.is_open {
            return;
        }
        let mut open = std::mem::take(&mut self.open);
        if open.too_long {
            self.too_long.add(open.line);
        }
        if open.candidate
            && let Some(entry) = crdb_text::entry(open.text.split(|b| *b == b'\n'), self.format)
        {
            self.hit(entry, (open.line, open.offset), &open.text);
        }
        open.text.clear();
        self.open.text = open.text;
    }

    fn json(&mut self, line: &Line<'_>, fields: &Fields<'_>) {
        let time = self.before_json(line, fields.time());
        let at = (line.number, line.offset);
        let preamble = fields.is_preamble();
        if preamble && let Some(preamble) = fields.message().as_deref().and_then(preamble::read) {
            self.summary.preamble(preamble, time, at);
        }
        if let Some(version) = fields.version()
            && self.summary.last_version().map(str::as_bytes) != Some(version)
        {
            let text = String::from_utf8_lossy(version);
            self.summary.version(&text, Version::parse(&text), time, at);
        }
        self.summary.cluster_id(|| fields.cluster_id());
        if let Some(name) = fields.tenant_name() {
            self.summary.tenant(&name);
        }
        self.summary.entry(&Seen {
            format: fields.format(),
            time,
            preamble,
            dev: !preamble && fields.channel() == Some(0),
            counter: fields.counter(),
            node: fields.node(),
        });
        if line.literal {
            self.hit(fields.entry(), at, line.text);
        }
    }

    fn molt(&mut self, line: &Line<'_>, fields: &molt::Fields<'_>) {
        let time = self.before_json(line, fields.time());
        let format = crate::model::LogFormat::Molt;
        self.summary.entry(&Seen {
            format,
            time,
            preamble: false,
            dev: false,
            counter: None,
            node: None,
        });
        if line.literal {
            self.hit(fields.entry(), (line.number, line.offset), line.text);
        }
    }

    /// A JSON entry is one line: it ends what stands before it, and nothing belongs to it after its line.
    fn before_json(&mut self, line: &Line<'_>, time: Time) -> Time {
        self.close();
        if line.cut {
            self.too_long.add(line.number);
        }
        time
    }

    fn hit(&mut self, mut entry: Entry, (line, offset): (u64, u64), text: &[u8]) {
        let signatures = self.signatures.occurring(&entry);
        if signatures.is_empty() {
            return;
        }
        cut(&mut entry.message, MESSAGE_LIMIT);
        let mut raw = String::from_utf8_lossy(&text[..text.len().min(RAW_LIMIT + 4)]).into_owned();
        cut(&mut raw, RAW_LIMIT);
        self.hits.push(Hit { signatures, entry, line, offset, raw });
    }

    /// What was read, and what was not.
    pub(super) fn finish(mut self, bytes: u64, path: &str) -> super::ScannedLog {
        self.close();
        let mut unread = Vec::new();
        let mut say = |reason, detail| {
            unread.push(Unread { path: path.to_owned(), reason, detail });
        };
        let Dropped { count, first } = self.too_long;
        if count > 0 {
            let detail = format!(
                "{count} entries are longer than 1 MiB, the first at line {first}; the first MiB of each was read"
            );
            say(UnreadReason::EntryTooLong, detail);
        }
        let Dropped { count, first } = self.homeless;
        if count > 0 {
            let detail = format!(
                "{count} lines that an advisory asks for belong to no entry with a time, the first is line {first}"
            );
            say(UnreadReason::OutsideEntry, detail);
        }
        if self.summary.entries() == 0 && bytes > 0 {
            say(UnreadReason::NoEntry, "none of its lines is a log entry".to_owned());
        }
        super::ScannedLog { summary: self.summary.finish(bytes), hits: self.hits, unread }
    }
}

/// Cuts a text to at most `limit` bytes, between characters.
fn cut(text: &mut String, limit: usize) {
    text.truncate(text.floor_char_boundary(limit));
}
