//! The slow scanner: the whole text at once, every line by regular expressions, every entry parsed. What the fast one
//! may not differ from.

use crdb_triage::model::{
    Entry, Location, LogFormat, NodeId, Redaction, Tag, Time, Unread, UnreadReason, Version,
    unmarked,
};
use crdb_triage::parse::crdb_text::{self, TextFormat};
use crdb_triage::parse::preamble::{self, Preamble};
use crdb_triage::parse::{clean, client, jobs_table, json, quoted, time};
use crdb_triage::scan::{
    Hit, LogSummary, NodeShare, RAW_LIMIT, ScannedLog, Signature, TenantSeen, VersionSeen,
};
use regex::bytes::Regex;

/// The grammar of `docs/cockroachdb/log-formats.md#line-grammar`, without names. Tags end at the first bracket that a
/// space follows, also where two brackets stand together (`client=[::1]]`), which the expression there leaves open.
const HEADER: &str = r"(?s-u)^([IWEF])(\d{6}) (\d{2}:\d{2}:\d{2}\.\d{6})([+-]\d{6})? (?:(\d+) )?(\(gostd\) )?(?:(\d+)@)?([^:\n]*):(\d+) (?:(\xE2\x8B\xAE) ?| )?(.*)$";
const V2: &str = r"(?s-u)^ ?\[((?:[^\]]|\]+[^\] ])+\]*|\]+)\] (\d*) ([ =!+|])(.*)$";
const V1: &str = r"(?s-u)^(?: ?\[((?:[^\]]|\]+[^\] ])+\]*|\]+)\] )?(?:(\d+) )?(.*)$";
/// The head of an entry, anywhere.
const HEAD: &str = r"(?-u)[IWEF]?\d{6} \d{2}:\d{2}:\d{2}\.\d{6}(?:[+-]\d{6})? (?:\d+ )?(?:\(gostd\) )?[A-Za-z0-9/._@-]*\.go:\d+ ";
const PREAMBLE: &str = r"(?s-u)^ ?\[(?:T\d*(?:,V[^,]*)?,)?config\] ";

struct Line<'a> {
    text: &'a [u8],
    number: u64,
    offset: u64,
    section: usize,
    kind: Kind<'a>,
}

enum Kind<'a> {
    Head { preamble: bool, v2: Option<(usize, u8)>, counted: bool },
    Json(Box<json::Line<'a>>),
    Raw,
}

struct Group<'a> {
    lines: Vec<Line<'a>>,
    preamble: bool,
}

/// Scans `text` and adds of what `other` found what is not told here and has tests of its own: segments and fingerprint.
pub(crate) fn scan_beside(other: &ScannedLog, signatures: &[Signature], text: &[u8]) -> ScannedLog {
    let mut found = scan(signatures, text);
    found.summary.segments.clone_from(&other.summary.segments);
    found.summary.stretches.clone_from(&other.summary.stretches);
    found.summary.fingerprint = other.summary.fingerprint;
    found
}

/// Scans `text` as the log at the path `log`.
pub(crate) fn scan(signatures: &[Signature], text: &[u8]) -> ScannedLog {
    let lines = lines(text);
    let formats = formats(&lines);
    let (groups, mut homeless) = group(lines, &formats);
    let mut out = ScannedLog::default();
    let summary = &mut out.summary;
    summary.bytes = text.len() as u64;
    summary.hashed = hashed(text);
    summary.redaction = if summary.hashed { Redaction::Redacted } else { redaction(text) };
    let mut of_nodes: Vec<(u32, LogSummary)> = Vec::new();
    let mut tenants: Vec<(String, u64)> = Vec::new();
    let mut preamble_node = None;
    let (mut header, mut client_next) = (Header::default(), None);
    let (mut hidden, mut tables) = swallowed(&groups, &homeless, &formats);
    for group in groups {
        let first = &group.lines[0];
        let at = (first.number, first.offset);
        let entry = match &first.kind {
            Kind::Json(line) => match &**line {
                json::Line::Crdb(fields) => fields.entry(),
                json::Line::Molt(fields) => fields.entry(),
            },
            _ => crdb_text::entry(group.lines.iter().map(|l| l.text), formats[first.section])
                .unwrap(),
        };
        let no_channel = crdb_json(&first.kind).is_some_and(|fields| fields.channel().is_none());
        let noted = (group.preamble, no_channel, removed(&group, formats[first.section]));
        let version = crdb_json(&first.kind)
            .and_then(json::Fields::version)
            .map(|version| String::from_utf8_lossy(version).into_owned());
        let client = if group.preamble {
            // A preamble is a node's or a client's as the entry behind it is.
            if !header.open {
                (header.open, header.client) = (true, false);
            }
            // Of a preamble's line only its first physical line is read.
            let said = match &first.kind {
                Kind::Json(_) => preamble::read(&entry.message),
                _ => crdb_text::entry(std::iter::once(first.text), formats[first.section])
                    .and_then(|entry| preamble::read(&entry.message)),
            };
            header.client |= said == Some(Preamble::Client);
            let version = version.map(|text| {
                let version = Version::parse(&text);
                Preamble::Version(text, version)
            });
            for said in said.into_iter().chain(version) {
                header.said.push((said, entry.time, at));
            }
            false
        } else if entry.format == LogFormat::Molt {
            false
        } else {
            let counter = entry.counter;
            let untagged = entry.node().is_none();
            let follows = counter.is_some() && counter == client_next;
            let client =
                untagged && (header.client || follows || client::is_file(entry.file.as_bytes()));
            settle(summary, &mut header, &mut preamble_node, client);
            header.client &= untagged;
            if client {
                client_next = counter.and_then(|counter| counter.checked_add(1));
            } else if !untagged {
                client_next = None;
            }
            if let Some(text) = version.filter(|_| !client) {
                let of = entry.node().map(NodeId);
                see(summary, &text, Version::parse(&text), entry.time, at, of);
            }
            client
        };
        let fields = crdb_json(&first.kind).filter(|_| !client);
        if let (None, Some(id)) = (&summary.cluster_id, fields.and_then(json::Fields::cluster_id)) {
            summary.cluster_id = Some(id);
        }
        if client {
            summary.entries += 1;
            if !summary.formats.contains(&entry.format) {
                summary.formats.push(entry.format);
            }
        } else {
            note(summary, &entry, noted);
            if group.preamble && !time::is_undated(entry.time) {
                widen(&mut header.span, entry.time);
            }
        }
        if let Some(node) = entry.node() {
            let known = of_nodes.iter().position(|(known, _)| *known == node);
            let at = known.unwrap_or_else(|| {
                of_nodes.push((node, LogSummary::default()));
                of_nodes.len() - 1
            });
            let own = &mut of_nodes[at].1;
            note(own, &entry, noted);
            if group.preamble && !time::is_undated(entry.time) {
                widen(&mut own.span, entry.time);
            }
        }
        if entry.format != LogFormat::Molt && !client && entry.file.starts_with("cli/") {
            for said in preamble::banner(&entry.message) {
                match said {
                    Preamble::Version(text, version) => {
                        see(summary, &text, version, entry.time, at, None)
                    }
                    Preamble::ClusterId(id) => {
                        summary.cluster_id.get_or_insert(id);
                    }
                    Preamble::Node(node) => preamble_node = Some(node),
                    Preamble::Client => {}
                    Preamble::Start { first } => summary.starts.push((entry.time, first)),
                }
            }
        }
        count(&mut tenants, entry.tenant_name.clone());
        if entry.format != LogFormat::Molt {
            let pod = |tag: &Tag| {
                tag.key.strip_prefix("nsql").is_some_and(|id| {
                    id == "?" || !id.is_empty() && id.bytes().all(|b| b.is_ascii_digit())
                })
            };
            let sql_pod = entry.node().is_none()
                && match crdb_json(&first.kind) {
                    Some(fields) => fields.is_sql_pod(),
                    None => entry.tags.iter().any(pod),
                };
            let seen = TenantSeen { id: entry.tenant_id, name: entry.tenant_name.clone(), sql_pod };
            let system = seen.name.as_deref() == Some("system") || seen.id == Some(1);
            let nameless = seen.name.is_none() && seen.id.is_none() && !sql_pod;
            if !system && !nameless && !summary.tenants.contains(&seen) {
                summary.tenants.push(seen);
            }
        }
        let occurring = occurring(signatures, &entry);
        if !occurring.is_empty() {
            let texts: Vec<&[u8]> = group.lines.iter().map(|l| l.text).collect();
            let mut raw = String::from_utf8_lossy(&texts.join(&b'\n')).into_owned();
            raw.truncate(raw.floor_char_boundary(RAW_LIMIT));
            out.hits.push(Hit { signatures: occurring, entry, line: at.0, offset: at.1, raw });
        } else {
            homeless.extend(group.lines.into_iter().filter(|line| matches!(line.kind, Kind::Raw)));
        }
    }
    settle(&mut out.summary, &mut header, &mut preamble_node, false);
    let counts = of_nodes.iter().map(|(node, own)| (*node, own.entries)).collect();
    let node = most(counts);
    out.summary.node = node.or(preamble_node).map(NodeId);
    if of_nodes.len() > 1 {
        out.summary.starts.clear();
        for (of, own) in of_nodes {
            if Some(of) == node {
                out.summary.span = own.span;
                out.summary.dev_span = own.dev_span;
            } else {
                out.summary.other_nodes.push(NodeShare { node: NodeId(of), span: own.span });
            }
        }
    }
    out.summary.tenant_name = most(tenants);
    let mut homeless: Vec<u64> = homeless
        .iter()
        .filter(|line| signatures.iter().any(|s| contains(line.text, s.literal.as_bytes())))
        .map(|line| line.number)
        .collect();
    homeless.sort_unstable();
    let mut say = |reason: UnreadReason, detail: String| {
        out.unread.push(Unread { path: "log".to_owned(), reason, detail });
    };
    if let Some(first) = homeless.first() {
        let detail = format!(
            "lines that an advisory asks for and that belong to no entry with a time: {}, the first is line {first}",
            homeless.len()
        );
        say(UnreadReason::OutsideEntry, detail);
    }
    hidden.sort_unstable();
    if let Some(first) = hidden.first() {
        let detail = format!(
            "log entries that stand behind other text and were not read as entries: {}, the first in the entry at line {first} or below it",
            hidden.len()
        );
        say(UnreadReason::HeadNotRead, detail);
    }
    tables.sort_unstable();
    if let Some(first) = tables.first() {
        let detail = format!(
            "tables of jobs in the middle of this log, which were not read: {}, the first below line {first}; save each as a file of its own",
            tables.len()
        );
        say(UnreadReason::TableInLog, detail);
    }
    if out.summary.entries == 0 && !text.is_empty() {
        say(UnreadReason::NoEntry, "none of its lines is a log entry".to_owned());
    }
    out
}

/// The lines of heads that stand behind other text, and those of headers of tables: of a group the line at which it begins.
fn swallowed(
    groups: &[Group<'_>],
    homeless: &[Line<'_>],
    formats: &[TextFormat],
) -> (Vec<u64>, Vec<u64>) {
    let head = Regex::new(HEAD).unwrap();
    let count = |text: &[u8]| {
        let hidden = head.find_iter(text).filter(|found| {
            let before = &text[..found.start()];
            let line = before.rsplit(|b| *b == b'\n').next().unwrap();
            let begins = match line {
                [] => b"IWEF".contains(&found.as_bytes()[0]),
                line => line.len() == 1 && line[0].is_ascii_uppercase(),
            };
            let line = String::from_utf8_lossy(line);
            !begins && !quoted::is_in_string(&line, line.len(), false)
        });
        hidden.count()
    };
    let counter = |group: &Group<'_>| {
        let first = &group.lines[0];
        let Kind::Head { .. } = first.kind else { return None };
        crdb_text::entry(std::iter::once(first.text), formats[first.section]).unwrap().counter
    };
    let (mut found, mut tables) = (Vec::new(), Vec::new());
    let is_table = |line: &&Line<'_>| jobs_table::is_header(line.text);
    for (at, group) in groups.iter().enumerate() {
        let Kind::Head { .. } = group.lines[0].kind else { continue };
        // Where a new part of the file begins, nothing follows on.
        let section = group.lines[0].section;
        let next = groups.get(at + 1).filter(|next| next.lines[0].section == section);
        let next = next.and_then(counter);
        let followed = next.is_some() && counter(group).and_then(|c| c.checked_add(1)) == next;
        if !followed {
            let texts: Vec<&[u8]> = group.lines.iter().map(|line| line.text).collect();
            let first = group.lines[0].number;
            found.extend(std::iter::repeat_n(first, count(&texts.join(&b'\n'))));
            let below = group.lines.iter().skip(1).filter(is_table).count();
            tables.extend(std::iter::repeat_n(first, below));
        }
    }
    found.extend(homeless.iter().filter(|line| count(line.text) > 0).map(|line| line.number));
    tables.extend(homeless.iter().filter(is_table).map(|line| line.number));
    (found, tables)
}

fn crdb_json<'a, 'b>(kind: &'b Kind<'a>) -> Option<&'b json::Fields<'a>> {
    let Kind::Json(line) = kind else { return None };
    match &**line {
        json::Line::Crdb(fields) => Some(fields),
        json::Line::Molt(_) => None,
    }
}

fn lines(text: &[u8]) -> Vec<Line<'_>> {
    let [header, v2, v1, preamble] = [HEADER, V2, V1, PREAMBLE].map(|r| Regex::new(r).unwrap());
    let mut lines = Vec::new();
    let (mut offset, mut section, mut in_preamble) = (0, 0, false);
    for (index, raw) in text.split_inclusive(|b| *b == b'\n').enumerate() {
        let mut line = clean(raw.strip_suffix(b"\n").unwrap_or(raw));
        while let Some(rest) = line.strip_prefix("\u{feff}".as_bytes()) {
            line = clean(rest);
        }
        let kind = if let Some(found) = header.captures(line) {
            let rest = found.get(11).unwrap().as_bytes();
            let preamble = preamble.is_match(rest);
            section += usize::from(preamble && !in_preamble);
            in_preamble = preamble;
            let v2 = v2.captures(rest).map(|found| {
                let prefix = line.len() - found.get(4).unwrap().len() - 1;
                (prefix, found.get(3).unwrap().as_bytes()[0])
            });
            let counted = v1.captures(rest).unwrap().get(2).is_some();
            Kind::Head { preamble, v2, counted }
        } else {
            json::line(line).map_or(Kind::Raw, |json| Kind::Json(Box::new(json)))
        };
        lines.push(Line { text: line, number: index as u64 + 1, offset, section, kind });
        offset += raw.len() as u64;
    }
    lines
}

/// The format of each section, by the votes of its first 200 entries or 64 KiB.
fn formats(lines: &[Line<'_>]) -> Vec<TextFormat> {
    let sections = lines.last().map_or(0, |line| line.section) + 1;
    (0..sections)
        .map(|section| {
            let (mut entries, mut preambles) = ((0, 0, 0), (0, 0, 0));
            let mut size = 0;
            let of_section = lines.iter().filter(|line| line.section == section);
            for line in of_section.skip_while(|line| !matches!(line.kind, Kind::Head { .. })) {
                if let Kind::Head { preamble, v2, counted } = line.kind {
                    let undated = time::is_undated(crdb_text::head(line.text).unwrap().time);
                    let votes = if preamble || undated { &mut preambles } else { &mut entries };
                    votes.0 += 1;
                    votes.1 += i32::from(v2.is_some());
                    votes.2 += i32::from(counted);
                }
                size += line.text.len() + 1;
                if entries.0 >= 200 || size >= 64 << 10 {
                    break;
                }
            }
            let (lines, v2, counted) = if entries.0 > 0 { entries } else { preambles };
            if lines > 0 && v2 * 100 >= lines * 95 {
                TextFormat::V2
            } else if counted * 2 > lines {
                TextFormat::V1Count
            } else {
                TextFormat::V1
            }
        })
        .collect()
}

/// Lines to entries, and the lines that belong to none.
fn group<'a>(lines: Vec<Line<'a>>, formats: &[TextFormat]) -> (Vec<Group<'a>>, Vec<Line<'a>>) {
    let mut groups: Vec<Group<'a>> = Vec::new();
    let mut homeless = Vec::new();
    for line in lines {
        let open = groups.last_mut().filter(|g| matches!(g.lines[0].kind, Kind::Head { .. }));
        let goes_on = match (&line.kind, &open) {
            (Kind::Raw, Some(_)) => true,
            (Kind::Raw, None) => {
                homeless.push(line);
                continue;
            }
            (Kind::Head { v2: Some((prefix, mark)), .. }, Some(open)) => {
                let first = &open.lines[0];
                let same = matches!(first.kind, Kind::Head { v2: Some((p, _)), .. } if p == *prefix)
                    && first.text[..*prefix] == line.text[..*prefix];
                formats[line.section] == TextFormat::V2
                    && first.section == line.section
                    && same
                    && b"+|!".contains(mark)
            }
            _ => false,
        };
        match open {
            Some(open) if goes_on => open.lines.push(line),
            _ => {
                let preamble = match &line.kind {
                    Kind::Head { preamble, .. } => *preamble,
                    kind => crdb_json(kind).is_some_and(json::Fields::is_preamble),
                };
                groups.push(Group { lines: vec![line], preamble });
            }
        }
    }
    (groups, homeless)
}

/// Whether the first line of the entry is nothing but the word for what redaction removed.
fn removed(group: &Group<'_>, format: TextFormat) -> bool {
    let first = &group.lines[0];
    let message = match &first.kind {
        Kind::Json(_) => crdb_json(&first.kind).and_then(json::Fields::message).unwrap_or_default(),
        _ => crdb_text::entry(std::iter::once(first.text), format).unwrap().message,
    };
    message.trim_start_matches(|c: char| c.is_ascii_digit() || c == ' ').trim_end()
        == "REDACTEDBYZIP"
}

fn note(
    summary: &mut LogSummary,
    entry: &Entry,
    (preamble, no_channel, removed): (bool, bool, bool),
) {
    summary.entries += 1;
    if !summary.formats.contains(&entry.format) {
        summary.formats.push(entry.format);
    }
    let dev = entry.channel == 0 && !preamble && !no_channel && entry.format != LogFormat::Molt;
    summary.dev_removed += u64::from(dev && removed);
    if time::is_undated(entry.time) {
        return;
    }
    if preamble {
        return;
    }
    if dev {
        summary.dev_severities.add(entry.severity);
    }
    widen(&mut summary.span, entry.time);
    if dev {
        widen(&mut summary.dev_span, entry.time);
    }
    let of = entry.node().map(NodeId);
    let mut known = summary.versions.iter_mut().rev();
    if let Some(last) = known.find(|seen| of.is_none() || seen.of.is_none() || seen.of == of) {
        if time::is_undated(last.time) {
            (last.time, last.until) = (entry.time, entry.time);
        }
        last.until = last.until.max(entry.time);
    }
}

/// The lines of a preamble that wait for the entry behind them.
#[derive(Default)]
struct Header {
    said: Vec<(Preamble, Time, (u64, u64))>,
    span: Option<(Time, Time)>,
    client: bool,
    open: bool,
}

/// Counts what a preamble said, unless a client wrote it.
fn settle(
    summary: &mut LogSummary,
    header: &mut Header,
    preamble_node: &mut Option<u32>,
    client: bool,
) {
    header.open = false;
    let (said, span) = (std::mem::take(&mut header.said), header.span.take());
    if client || header.client {
        return;
    }
    for time in span.into_iter().flat_map(|(from, to)| [from, to]) {
        widen(&mut summary.span, time);
    }
    let mut named = false;
    for (said, time, at) in said {
        match said {
            Preamble::Version(text, version) => {
                let known = summary.versions.len();
                see(summary, &text, version, time, at, None);
                if let Some(new) = summary.versions.get_mut(known) {
                    new.beside = named;
                }
                named = true;
            }
            Preamble::ClusterId(id) => {
                summary.cluster_id.get_or_insert(id);
            }
            Preamble::Node(node) => *preamble_node = Some(node),
            // Only a banner has a start.
            Preamble::Client | Preamble::Start { .. } => {}
        }
    }
}

fn see(
    summary: &mut LogSummary,
    text: &str,
    version: Option<Version>,
    at: Time,
    place: (u64, u64),
    of: Option<NodeId>,
) {
    let mut known = summary.versions.iter().rev();
    let last = known.find(|seen| seen.of.is_none() || seen.of == of);
    if last.is_some_and(|last| last.text == text) {
        return;
    }
    let at = if time::is_undated(at) { time::UNDATED } else { at };
    let location = Location { path: "log".into(), line: place.0, offset: place.1 };
    summary.versions.push(VersionSeen {
        time: at,
        until: at,
        version,
        text: text.to_owned(),
        location,
        beside: false,
        of,
    });
}

fn widen(span: &mut Option<(Time, Time)>, time: Time) {
    let (from, to) = span.unwrap_or((time, time));
    *span = Some((from.min(time), to.max(time)));
}

fn count<T: PartialEq>(counts: &mut Vec<(T, u64)>, value: Option<T>) {
    let Some(value) = value else { return };
    match counts.iter_mut().find(|(known, _)| *known == value) {
        Some((_, count)) => *count += 1,
        None => counts.push((value, 1)),
    }
}

fn most<T: Clone>(counts: Vec<(T, u64)>) -> Option<T> {
    let most = counts.iter().map(|(_, count)| *count).max()?;
    counts.iter().find(|(_, count)| *count == most).map(|(value, _)| value.clone())
}

fn occurring(signatures: &[Signature], entry: &Entry) -> Vec<u16> {
    let texts = [unmarked(&entry.message), unmarked(entry.event.as_deref().unwrap_or_default())];
    (0u16..)
        .zip(signatures)
        .filter(|(_, s)| texts.iter().any(|text| text.contains(s.literal)))
        .map(|(index, _)| index)
        .collect()
}

fn redaction(text: &[u8]) -> Redaction {
    if contains(text, "‹×›".as_bytes()) || contains(text, b"REDACTEDBYZIP") {
        Redaction::Redacted
    } else if contains(text, "‹".as_bytes()) {
        Redaction::Markers
    } else {
        Redaction::None
    }
}

/// Of the first 64 marked values three in four, and more than one, are eight hexadecimal digits.
fn hashed(text: &[u8]) -> bool {
    let text = String::from_utf8_lossy(text);
    let hash = regex::Regex::new(r"^[^a-zA-Z0-9]{0,3}[0-9a-f]{8}›").unwrap();
    let values: Vec<&str> = text.split('‹').skip(1).take(64).collect();
    let hashes = values.iter().filter(|value| hash.is_match(value)).count();
    hashes >= 2 && hashes * 4 >= values.len() * 3
}

fn contains(text: &[u8], part: &[u8]) -> bool {
    text.windows(part.len()).any(|window| window == part)
}
