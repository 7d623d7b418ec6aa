//! `log`: a row for each entry that holds a text which a rule names.

use std::collections::{BTreeSet, HashSet};

use crate::advisories::coverage;
use crate::facts::{Sign, StrayFile};
use crate::model::{Evidence, Severity, Unread, unmarked};
use crate::rules::form::literals;
use crate::rules::form::rule::Value;
use crate::rules::needs::{signature, texts};
use crate::rules::relation::{Cell, Row, Rows, Wanted};
use crate::rules::truth::Missing;
use crate::rules::view::View;

/// At most so many entries are rows; that there are more is said.
const LIMIT: usize = 10_000;

/// Names of the channels by their numbers (`docs/cockroachdb/log-formats.md`).
const CHANNELS: [&str; 15] = [
    "DEV",
    "OPS",
    "HEALTH",
    "STORAGE",
    "SESSIONS",
    "SQL_SCHEMA",
    "USER_ADMIN",
    "PRIVILEGES",
    "SENSITIVE_ACCESS",
    "SQL_EXEC",
    "SQL_PERF",
    "SQL_INTERNAL_PERF",
    "TELEMETRY",
    "KV_DISTRIBUTION",
    "CHANGEFEED",
];

pub(in crate::rules) fn rows(view: &View<'_>, wanted: Wanted<'_>) -> Rows {
    let names: HashSet<String> =
        literals::of_filter(wanted.filter).iter().map(|literal| signature(literal)).collect();
    let mut missing = BTreeSet::new();
    let mut seen = HashSet::new();
    let mut rows = Vec::new();
    for sign in &view.facts.signs {
        if sign.tenancy != *view.tenancy || !names.contains(sign.signature) {
            continue;
        }
        // An entry that holds two of the texts is one row.
        if !seen.insert((&sign.source.path, sign.source.line)) {
            continue;
        }
        if rows.len() >= LIMIT {
            missing.insert(Missing::Fact(format!("the entries after the first {LIMIT}")));
            break;
        }
        rows.push(row(sign));
    }
    let strays = view.facts.strays.iter().filter(|stray| names.contains(stray.signature));
    missing.extend(strays.map(not_understood));
    missing.extend(coverage::of_nodes(view.facts).missing);
    let channels = texts(wanted.filter, "channel");
    let of_channels = channels.iter().flat_map(|channel| coverage::of_channel(view.facts, channel));
    missing.extend(of_channels);
    let of_channel =
        |unread: &Unread| channels.iter().any(|channel| coverage::is_of_channel(unread, channel));
    let unread = view.facts.unread.iter();
    let unread = unread.filter(|unread| coverage::is_needed(unread) || of_channel(unread));
    missing.extend(unread.map(|unread| Missing::Unread {
        path: unread.path.clone(),
        detail: unread.detail.clone(),
    }));
    Rows { rows, missing }
}

fn row(sign: &Sign) -> Row {
    let entry = &sign.entry;
    let message = unmarked(&entry.message);
    let severity = match entry.severity {
        Severity::Unknown => "UNKNOWN",
        Severity::Info => "INFO",
        Severity::Warning => "WARNING",
        Severity::Error => "ERROR",
        Severity::Fatal => "FATAL",
    };
    let channel = CHANNELS.get(usize::from(entry.channel)).copied();
    let channel = channel.map_or_else(|| entry.channel.to_string(), str::to_owned);
    let node = Missing::Fact(format!(
        "which node wrote line {} of {}",
        sign.source.line, sign.source.path
    ));
    let build = Missing::Fact(format!(
        "which build wrote line {} of {}",
        sign.source.line, sign.source.path
    ));
    let exact = match &sign.ran.candidates[..] {
        [(_, Some(version))] if sign.ran.lost.is_none() => Some(version),
        _ => None,
    };
    Row {
        cells: vec![
            Cell::text(&message),
            Cell::text(severity),
            Cell::text(&channel),
            Cell::text(&entry.file),
            Cell::Value(Value::Time(entry.time)),
            sign.node.map_or(Cell::Unknown(node), |id| Cell::number(id.0)),
            Cell::version(exact, build),
        ],
        id: format!("{}:{}", sign.source.path, sign.source.line),
        node: sign.node,
        ran: Some(sign.ran.clone()),
        evidence: Some(Evidence {
            source: sign.source.clone(),
            node: sign.node,
            time: Some(entry.time),
            text: sign.raw.clone(),
        }),
        redacted: entry.message.contains("\u{2039}\u{d7}\u{203a}"),
        doubts: Vec::new(),
    }
}

fn not_understood(stray: &StrayFile) -> Missing {
    let line = stray.lines.first().map_or(1, |(at, _)| at.line);
    Missing::Fact(format!(
        "what line {line} of {} says: it holds the text that was looked for, but not as the message of an entry",
        stray.path
    ))
}
