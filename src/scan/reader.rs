//! Lines of known format to entries: where one begins and ends, what each adds to the summary, and which are hits.

use std::borrow::Cow;

use crate::model::{Entry, NodeId, Time, Unread, UnreadReason, Version};
use crate::parse::crdb_text::{self, Head, TextFormat};
use crate::parse::json::{self, Fields};
use crate::parse::preamble::{self, Preamble};
use crate::parse::scrub::scrub;
use crate::parse::{jobs_table, molt, redacted};
use crdb_triage_hot::run::{self, Ordinary, Run};

use super::lines::Line;
use super::neighbours::{Day, Writer};
use super::summary::{Seen, Summary};
use super::{ENTRY_LIMIT, Hit, MESSAGE_LIMIT, RAW_LIMIT, Signatures, Stray, Strays};

/// Reads lines in order. Holds one entry.
#[derive(Debug)]
pub(super) struct Reader {
    signatures: Signatures,
    pub(super) summary: Summary,
    pub(super) format: TextFormat,
    open: Open,
    hits: Vec<Hit>,
    strays: Strays,
    too_long: Dropped,
    homeless: Dropped,
    hidden: Dropped,
    tables: Dropped,
    writer: Writer,
    day: Day,
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
    /// It may be the banner of a node's start.
    banner: bool,
    /// Who wrote it, if a collector tells.
    source: Option<u64>,
    /// The start of its lines as they stand in the file, where they were unwrapped, and the byte of the last of them.
    raw: Vec<u8>,
    raw_offset: u64,
    /// Lines without a prefix in which a literal stands.
    raw_literals: Dropped,
    /// Its counter.
    counter: Option<u64>,
    /// The entry behind it has the next counter, so none is hidden between the two.
    followed: bool,
}

/// Something that was not read: how often, and the line of the first.
#[derive(Debug, Default)]
struct Dropped {
    count: u64,
    first: u64,
}

impl Dropped {
    fn add(&mut self, line: u64) {
        self.first = if self.count == 0 { line } else { self.first.min(line) };
        self.count += 1;
    }

    fn add_all(&mut self, other: &Self) {
        if other.count > 0 {
            self.add(other.first);
            self.count += other.count - 1;
        }
    }
}

impl Open {
    /// Takes note of the counter of the entry behind it.
    fn is_followed_by(&mut self, counter: Option<u64>) {
        let next = self.counter.and_then(|counter| counter.checked_add(1));
        self.followed = next.is_some() && next == counter;
    }

    /// Whether no more of its text is kept.
    fn is_full(&self) -> bool {
        self.text.len() >= ENTRY_LIMIT
    }

    /// Whether a line without a prefix may belong to it: not if somebody else wrote the line.
    fn may_hold(&self, line: &Line<'_>) -> bool {
        self.source.is_none() || line.source.is_none() || self.source == line.source
    }

    /// Keeps how the line stands in the file.
    fn keep_raw(&mut self, line: &Line<'_>) {
        let Some(raw) = line.raw else { return };
        if !self.raw.is_empty() {
            // A record may hold several lines of the entry.
            if self.raw_offset == line.offset || self.raw.len() > RAW_LIMIT {
                return;
            }
            self.raw.push(b'\n');
        }
        self.raw_offset = line.offset;
        self.raw.extend_from_slice(&raw[..raw.len().min(RAW_LIMIT + 4)]);
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
            strays: Strays::default(),
            too_long: Dropped::default(),
            homeless: Dropped::default(),
            hidden: Dropped::default(),
            tables: Dropped::default(),
            writer: Writer::default(),
            day: Day::default(),
        }
    }

    /// Reads the ordinary entries that `text` begins with: of the same day, writer and sink as the last one, and none that
    /// says anything but that it is there. They add what [`Reader::line`] would add line by line.
    pub(super) fn run(&mut self, text: &[u8]) -> Option<Run> {
        let (TextFormat::V2, Some(node)) = (self.format, self.writer.node) else { return None };
        let ordinary = Ordinary {
            day: self.day.date,
            midnight: self.day.midnight?.0,
            writer: Some(&*self.writer.start).filter(|start| !start.is_empty())?,
            counter: self.summary.next_counter(node)?,
        };
        let run = run::run(text, &ordinary)?;
        self.open.is_followed_by(Some(ordinary.counter));
        self.close();
        self.summary.run(&run, node);
        if let Some(name) = &self.writer.tenant {
            self.summary.tenant(name, run.entries);
        }
        Some(run)
    }

    /// Adds a line that goes on with the open crdb-v2 entry, and says whether it is one: it begins as the entry does, up to
    /// and with the counter, and there is its mark. So nothing of it needs to be read.
    pub(super) fn goes_on(&mut self, line: &Line<'_>) -> bool {
        let prefix = self.open.prefix;
        let goes_on = self.open.is_open
            && prefix > 0
            && matches!(line.text.get(prefix), Some(b'+' | b'|' | b'!'))
            && self.open.text.get(..prefix) == line.text.get(..prefix);
        if goes_on {
            self.append(line);
            self.open.candidate |= line.text[prefix] == b'|';
        }
        goes_on
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
            None => self.raw(line),
        }
    }

    /// Reads a line that no entry begins with.
    fn raw(&mut self, line: &Line<'_>) {
        if self.open.is_open && self.open.may_hold(line) && !self.open.is_full() {
            if line.literal {
                self.open.raw_literals.add(line.number);
            }
            return self.append(line);
        }
        if line.cut {
            self.too_long.add(line.number);
        }
        if crdb_text::hides_head(line.text) {
            self.hidden.add(line.number);
        }
        if jobs_table::is_header(line.text) {
            self.tables.add(line.number);
        }
        // A log may begin in the middle of an entry; what it says has no time, but it was there.
        if line.literal {
            self.homeless.add(line.number);
            self.stray(line.text, (line.number, line.offset), line.raw, &[]);
        }
    }

    fn text(&mut self, line: &Line<'_>, head: &Head<'_>) {
        let text = line.text;
        let v2 = match self.format {
            TextFormat::V2 => crdb_text::v2(&head.tagged),
            TextFormat::V1 | TextFormat::V1Count => None,
        };
        let prefix = v2.map_or(0, |v2| text.len() - v2.message.len() - 1);
        let (counter, message) = match &v2 {
            Some(v2) => (v2.counter, v2.message),
            None => crdb_text::v1(head.tagged.rest, self.format == TextFormat::V1Count),
        };
        self.open.is_followed_by(counter);
        self.close();
        self.day.read(text);
        self.summary.source(line.source);
        let client = self.note(line, head, (counter, message));
        self.open.counter = counter;
        self.open.is_open = true;
        self.open.banner = !client && preamble::may_be_banner(head.file);
        self.open.source = line.source;
        self.open.prefix = prefix;
        (self.open.line, self.open.offset) = (line.number, line.offset);
        self.append(line);
    }

    /// Tells the summary what the first line of a text entry says. Returns whether a client command wrote it.
    fn note(
        &mut self,
        line: &Line<'_>,
        head: &Head<'_>,
        (counter, message): (Option<u64>, &[u8]),
    ) -> bool {
        let list = head.tagged.tags.unwrap_or_default();
        let preamble = head.is_preamble();
        if preamble {
            let said = preamble::read(&String::from_utf8_lossy(message));
            self.summary.preamble(said, head.time, (line.number, line.offset));
        }
        let removed = redacted::is_removed(message);
        if self.writer.read(list) {
            let Writer { tenant, number, sql_pod, .. } = &self.writer;
            self.summary.writer(tenant.as_deref(), *number, *sql_pod);
        }
        let client = !preamble && self.summary.is_client(self.writer.node, head.file, counter);
        self.summary.entry(&Seen {
            format: self.format.into(),
            time: head.time,
            preamble,
            dev: head.channel == 0 && !preamble,
            counter,
            node: self.writer.node,
            severity: head.severity,
            removed,
            client,
        });
        if let Some(name) = &self.writer.tenant {
            self.summary.tenant(name, 1);
        }
        client
    }

    fn append(&mut self, line: &Line<'_>) {
        let (text, open) = (line.text, &mut self.open);
        open.candidate |= line.literal;
        open.keep_raw(line);
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
        if !open.followed {
            let hidden = crdb_text::hidden_heads(&open.text).count() as u64;
            self.hidden.add_all(&Dropped { count: hidden, first: open.line });
            let lines = open.text.split(|b| *b == b'\n').skip(1);
            let tables = lines.filter(|line| jobs_table::is_header(line)).count() as u64;
            self.tables.add_all(&Dropped { count: tables, first: open.line });
        }
        if (open.candidate || open.banner)
            && let Some(entry) = crdb_text::entry(open.text.split(|b| *b == b'\n'), self.format)
        {
            let at = (open.line, open.offset);
            if open.banner {
                self.banner(&entry.message, entry.time, at);
            }
            if open.candidate {
                let raw = if open.raw.is_empty() { &open.text } else { &open.raw };
                let found = self.hit(entry, at, raw);
                if found.is_empty() {
                    // What follows an event is no part of it, and must not be lost all the same.
                    self.homeless.add_all(&open.raw_literals);
                }
                self.stray(&open.text, at, Some(raw), &found);
            }
        }
        open.text.clear();
        open.raw.clear();
        (self.open.text, self.open.raw) = (open.text, open.raw);
    }

    /// Reads what a node says of itself when it starts.
    fn banner(&mut self, message: &str, time: Time, at: (u64, u64)) {
        for said in preamble::banner(message) {
            self.summary.tell(said, time, at);
        }
    }

    fn json(&mut self, line: &Line<'_>, fields: &Fields<'_>) {
        let time = self.before_json(line, fields.time());
        let at = (line.number, line.offset);
        let preamble = fields.is_preamble();
        if preamble {
            let said = fields.message().as_deref().and_then(preamble::read);
            self.summary.preamble(said, time, at);
        }
        let (node, counter) = (fields.node(), fields.counter());
        let client = !preamble && self.summary.is_client(node, fields.source_file(), counter);
        if let Some(version) = fields.version()
            && !client
            && (preamble
                || self.summary.last_version(node.map(NodeId)).map(str::as_bytes) != Some(version))
        {
            let text = String::from_utf8_lossy(version);
            let version = Version::parse(&text);
            if preamble {
                let said = Preamble::Version(text.into_owned(), version);
                self.summary.preamble(Some(said), time, at);
            } else {
                self.summary.version(&text, version, time, at, node.map(NodeId));
            }
        }
        if !client {
            self.summary.cluster_id(|| fields.cluster_id());
        }
        let tenant = fields.tenant_name();
        if let Some(name) = &tenant {
            self.summary.tenant(name, 1);
        }
        let number = fields.tenant_number();
        self.summary.writer(tenant.as_deref(), number, node.is_none() && fields.is_sql_pod());
        self.summary.entry(&Seen {
            format: fields.format(),
            time,
            preamble,
            dev: !preamble && fields.channel() == Some(0),
            counter,
            node,
            severity: fields.severity(),
            removed: fields.is_removed(),
            client,
        });
        if !client
            && preamble::may_be_banner(fields.source_file())
            && let Some(message) = fields.message()
        {
            self.banner(&message, time, at);
        }
        if line.literal {
            let found = self.hit(fields.entry(), at, line.raw.unwrap_or(line.text));
            self.stray(line.text, at, line.raw, &found);
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
            severity: fields.severity(),
            removed: false,
            client: false,
        });
        if line.literal {
            let at = (line.number, line.offset);
            let found = self.hit(fields.entry(), at, line.raw.unwrap_or(line.text));
            self.stray(line.text, at, line.raw, &found);
        }
    }

    /// A JSON entry is one line: it ends what stands before it, and nothing belongs to it after its line.
    fn before_json(&mut self, line: &Line<'_>, time: Time) -> Time {
        self.close();
        self.summary.source(line.source);
        if line.cut {
            self.too_long.add(line.number);
        }
        time
    }

    /// Takes note of signs in `text` that are not in the message of an entry, of which these are `found`: they are
    /// dressed, or stand in a field that is no message.
    fn stray(&mut self, text: &[u8], at: (u64, u64), raw: Option<&[u8]>, found: &[u16]) {
        let (line, offset) = at;
        if !self.signatures.may_hold_sign(text) {
            return;
        }
        for signature in self.signatures.signs_in(text) {
            if !found.contains(&signature) {
                let text = shown(raw.unwrap_or(text));
                self.strays.push(Stray { signature, line, offset, text });
            }
        }
    }

    /// Keeps an entry in which signatures occur, and returns them.
    fn hit(&mut self, mut entry: Entry, (line, offset): (u64, u64), text: &[u8]) -> Vec<u16> {
        let signatures = self.signatures.occurring(&entry);
        if signatures.is_empty() {
            return signatures;
        }
        cut(&mut entry.message, MESSAGE_LIMIT);
        let raw = shown(text);
        // What is kept may be shown and handed on; the keys of somebody's buckets are not.
        if let Cow::Owned(scrubbed) = scrub(&entry.message) {
            entry.message = scrubbed;
        }
        let found = signatures.clone();
        self.hits.push(Hit { signatures, entry, line, offset, raw });
        found
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
                "entries longer than 1 MiB: {count}, the first at line {first}; the first MiB of each was read"
            );
            say(UnreadReason::EntryTooLong, detail);
        }
        let Dropped { count, first } = self.homeless;
        if count > 0 {
            let detail = format!(
                "lines that an advisory asks for and that belong to no entry with a time: {count}, the first is line {first}"
            );
            say(UnreadReason::OutsideEntry, detail);
        }
        let Dropped { count, first } = self.hidden;
        if count > 0 {
            let detail = format!(
                "log entries that stand behind other text and were not read as entries: {count}, the first in the entry at line {first} or below it"
            );
            say(UnreadReason::HeadNotRead, detail);
        }
        let Dropped { count, first } = self.tables;
        if count > 0 {
            let detail = format!(
                "tables of jobs in the middle of this log, which were not read: {count}, the first below line {first}; save each as a file of its own"
            );
            say(UnreadReason::TableInLog, detail);
        }
        if self.summary.entries() == 0 && bytes > 0 {
            say(UnreadReason::NoEntry, "none of its lines is a log entry".to_owned());
        }
        let summary = self.summary.finish(bytes);
        super::ScannedLog { summary, hits: self.hits, strays: self.strays, unread }
    }
}

/// The start of a text as it may be shown, without the keys of somebody's buckets.
fn shown(text: &[u8]) -> String {
    let mut raw = String::from_utf8_lossy(&text[..text.len().min(RAW_LIMIT + 4)]).into_owned();
    cut(&mut raw, RAW_LIMIT);
    match scrub(&raw) {
        Cow::Owned(scrubbed) => scrubbed,
        Cow::Borrowed(_) => raw,
    }
}

/// Cuts a text to at most `limit` bytes, between characters.
fn cut(text: &mut String, limit: usize) {
    text.truncate(text.floor_char_boundary(limit));
}
