//! The status of nodes and their stores: `nodes.json`, `status.json` and `crdb_internal.kv_store_status`
//! (`docs/cockroachdb/tables.md#nodes-and-stores`).
//!
//! As of other documents of the API, the case of their keys and `_` in them do not count, but in the names of metrics.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::model::Time;
use crate::parse::json::string_text;
use crate::parse::json_stream::{At, JsonStream, Token};
use crate::parse::table::{Problems, Row, Sink};
use crate::parse::time;

/// Bytes of a key or value that are looked at.
const VALUE: usize = 1 << 10;

/// Bytes of a cell with JSON; the metrics of a store are some tens of thousands.
const CELL: usize = 2 << 20;

/// Statuses of stores that one file may have; the largest clusters have a thousand nodes.
const STORES: usize = 1 << 14;

/// The metric of a store that tells how it is encrypted.
const ENCRYPTION: &str = "rocksdb.encryption.algorithm";

/// The argument by which a node encrypts a store.
const ARGUMENT: &str = "enterprise-encryption";

/// A metric by its name; its value as it is written.
pub type Metric = (String, String);

/// The status of a node, or of a store of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Status {
    /// Number of the node.
    pub node: Option<u32>,
    /// Number of the store; none if it is the status of the node as a whole.
    pub store: Option<u32>,
    /// Whether the store is encrypted; none where nothing tells.
    pub encrypted: Option<bool>,
    /// Metrics of those that are asked for.
    pub metrics: Vec<Metric>,
    /// Since when the process has been running, and so its counters.
    pub started: Option<Time>,
    /// Line, from 1, where it begins.
    pub line: u64,
    /// Byte at which that line begins, from 0.
    pub offset: u64,
}

/// What is known of whether a store is encrypted.
#[derive(Clone, Copy, Debug, Default)]
struct Told {
    /// Its properties say so, or are there and do not.
    properties: Option<bool>,
    /// Its metric does.
    metric: Option<bool>,
    /// The arguments of its node do; known if they are not redacted.
    arguments: Option<bool>,
}

impl Told {
    /// What its properties and its metric say of the store stands over what the arguments say of its node
    /// (`docs/cockroachdb/tables.md#encryption-of-stores`).
    fn encrypted(self) -> Option<bool> {
        let of_store = self.properties.into_iter().chain(self.metric);
        of_store.reduce(|a, b| a || b).or(self.arguments)
    }
}

/// Reads a document of statuses.
#[derive(Debug)]
pub(super) struct Document {
    stream: JsonStream,
    seen: Seen,
}

#[derive(Debug, Default)]
struct Seen {
    names: BTreeSet<String>,
    open: Vec<Frame>,
    key: String,
    raw: String,
    nodes: Vec<Node>,
    statuses: Vec<Status>,
    left_out: bool,
}

#[derive(Debug)]
struct Frame {
    is_object: bool,
    key: String,
}

/// The status of a node that is open.
#[derive(Debug, Default)]
struct Node {
    /// How many containers are open around its fields.
    depth: usize,
    status: Status,
    arguments: Option<bool>,
    /// Its stores, and what tells of each.
    stores: Vec<(Status, Told)>,
}

impl Document {
    pub(super) fn new(names: &BTreeSet<String>) -> Self {
        let seen = Seen { names: names.clone(), ..Seen::default() };
        Self { stream: JsonStream::new(1, 0), seen }
    }

    pub(super) fn feed(&mut self, piece: &[u8]) -> Option<String> {
        let seen = &mut self.seen;
        self.stream.feed(piece, &mut |token, at| seen.token(token, at)).map(str::to_owned)
    }

    /// The statuses, and what is wrong with the document.
    pub(super) fn finish(mut self) -> (Vec<Status>, Option<&'static str>) {
        let seen = &mut self.seen;
        let whole = self.stream.finish(&mut |token, at| seen.token(token, at));
        while !self.seen.open.is_empty() {
            self.seen.end();
        }
        let what = if !whole {
            Some("it is not a whole document; what came before its end is read")
        } else if self.seen.left_out {
            Some("it has more stores than are read")
        } else {
            None
        };
        (self.seen.statuses, what)
    }
}

impl Seen {
    fn token(&mut self, token: Token<'_>, at: At) {
        match token {
            Token::Begin(bracket) => self.begin(bracket == b'{', at),
            Token::End => self.end(),
            Token::Key(key) => {
                self.raw = string_text(&key[..key.len().min(VALUE)]);
                self.key = plain(&self.raw);
            }
            Token::Text(value, _) => {
                let text = string_text(&value[..value.len().min(VALUE)]);
                self.value(&text);
            }
            Token::Word(value) => self.value(&String::from_utf8_lossy(value)),
        }
    }

    /// The keys that lead from the open node to the innermost container.
    fn path(&self) -> Vec<&str> {
        let depth = self.nodes.last().map_or(self.open.len(), |node| node.depth);
        self.open[depth.min(self.open.len())..].iter().map(|frame| frame.key.as_str()).collect()
    }

    fn begin(&mut self, is_object: bool, at: At) {
        let key = std::mem::take(&mut self.key);
        let list = self.open.last().filter(|frame| !frame.is_object);
        let is_node = match (self.open.len(), list) {
            (0, _) => true,
            (depth, Some(list)) => depth <= 2 && (list.key == "nodes" || depth == 1),
            _ => false,
        };
        let in_stores = self.path() == ["storestatuses"] && list.is_some();
        let of_properties = self.path() == ["storestatuses", "", "desc"] && key == "properties";
        let (line, offset) = (at.line, at.line_start);
        self.open.push(Frame { is_object, key });
        if is_object && is_node {
            let status = Status { line, offset, ..Status::default() };
            let depth = self.open.len();
            self.nodes.push(Node { depth, status, ..Node::default() });
        } else if let Some(node) = self.nodes.last_mut() {
            if is_object && in_stores {
                let status = Status { line, offset, ..Status::default() };
                node.stores.push((status, Told::default()));
            } else if of_properties && let Some((_, told)) = node.stores.last_mut() {
                // What is not written is no.
                told.properties.get_or_insert(false);
            }
        }
    }

    fn value(&mut self, text: &str) {
        let key = std::mem::take(&mut self.key);
        let path: Vec<String> = self.path().into_iter().map(str::to_owned).collect();
        let path: Vec<&str> = path.iter().map(String::as_str).collect();
        let metric = || (self.raw.clone(), text.to_owned());
        let asked = self.names.contains(&self.raw);
        let Some(node) = self.nodes.last_mut() else { return };
        let number = || text.parse::<u32>().ok().filter(|number| *number > 0);
        match (&path[..], key.as_str()) {
            (["desc"], "nodeid") => node.status.node = number(),
            ([], "startedat") => node.status.started = instant(text),
            (["args"], _) if !is_redacted(text) => {
                let encrypts = node.arguments.unwrap_or(false) || text.contains(ARGUMENT);
                node.arguments = Some(encrypts);
            }
            (["metrics"], _) if asked => node.status.metrics.push(metric()),
            (["storestatuses", "", rest @ ..], _) => {
                let Some((status, told)) = node.stores.last_mut() else { return };
                match (rest, key.as_str()) {
                    (["desc"], "storeid") => status.store = number(),
                    (["desc", "node"], "nodeid") => status.node = number(),
                    (["desc", "properties"], "encrypted") => told.properties = Some(text == "true"),
                    (["metrics"], _) => {
                        if self.raw == ENCRYPTION {
                            told.metric = positive(text);
                        }
                        if asked {
                            status.metrics.push(metric());
                        }
                    }
                    _ => {}
                }
            }
            _ => {}
        }
    }

    fn end(&mut self) {
        self.key.clear();
        let depth = self.open.len();
        self.open.pop();
        if self.nodes.last().is_none_or(|node| node.depth != depth) {
            return;
        }
        let Some(Node { status, arguments, stores, .. }) = self.nodes.pop() else { return };
        let (node, started) = (status.node, status.started);
        if node.is_some() {
            self.statuses.push(status);
        }
        for (store, told) in stores {
            if self.statuses.len() >= STORES {
                self.left_out = true;
                return;
            }
            let encrypted = Told { arguments, ..told }.encrypted();
            let node = node.or(store.node);
            self.statuses.push(Status { node, encrypted, started, ..store });
        }
    }
}

/// Reads `crdb_internal.kv_store_status`.
#[derive(Debug, Default)]
pub(super) struct Stores {
    names: BTreeSet<String>,
    pub(super) statuses: Vec<Status>,
    pub(super) problems: Problems,
}

impl Stores {
    pub(super) fn new(names: &BTreeSet<String>) -> Self {
        Self { names: names.clone(), ..Self::default() }
    }
}

impl Sink for Stores {
    fn names(&mut self, names: &[String]) -> Result<(), String> {
        if names.iter().any(|name| name == "store_id") {
            return Ok(());
        }
        Err("its first row does not name the columns that it should; none of its rows were read"
            .to_owned())
    }

    fn keep(&self, name: &str) -> usize {
        match name {
            "node_id" | "store_id" | "name" | "value" => VALUE,
            "metrics" | "properties" => CELL,
            _ => 0,
        }
    }

    fn row(&mut self, row: Row) {
        let number = |name: &str| row.text(&[name]).and_then(|text| text.trim().parse().ok());
        if let Some(name) = row.text(&["name"]) {
            // A row of crdb_internal.node_metrics, of the node in whose folder the file lies.
            if let Some(value) = row.text(&["value"]).filter(|_| self.names.contains(&name)) {
                self.statuses.push(Status {
                    store: number("store_id"),
                    metrics: vec![(name, value)],
                    line: row.line,
                    offset: row.offset,
                    ..Status::default()
                });
            }
            return;
        }
        let Some(store) = number("store_id") else {
            return self.problems.add(row.line, "its store_id is no number");
        };
        if self.statuses.len() >= STORES {
            return self.problems.add(row.line, "there are more stores than are read");
        }
        let cell = |name: &str| {
            row.cell(&[name]).filter(|cell| cell.is_whole()).map(|cell| cell.bytes().to_vec())
        };
        let mut told = Told::default();
        if let Some(properties) = cell("properties") {
            let mut encrypted = false;
            let whole = each(&properties, &mut |key, value| {
                encrypted |= plain(key) == "encrypted" && value == "true";
            });
            told.properties = whole.then_some(encrypted);
        }
        let mut metrics = Vec::new();
        if let Some(cell) = cell("metrics") {
            each(&cell, &mut |name, value| {
                if name == ENCRYPTION {
                    told.metric = positive(value);
                }
                if self.names.contains(name) {
                    metrics.push((name.to_owned(), value.to_owned()));
                }
            });
        }
        let (node, encrypted) = (number("node_id"), told.encrypted());
        let (line, offset) = (row.line, row.offset);
        let store = Some(store);
        self.statuses.push(Status { node, store, encrypted, metrics, started: None, line, offset });
    }

    fn problem(&mut self, line: u64, what: &str) {
        self.problems.add(line, what);
    }
}

/// Hears of each key and value of a JSON object in a cell. Whether it is one.
pub(super) fn each(json: &[u8], on: &mut dyn FnMut(&str, &str)) -> bool {
    let mut stream = JsonStream::new(1, 0);
    let mut key = String::new();
    let (mut depth, mut any) = (0_usize, false);
    let mut token = |token: Token<'_>, _: At| match token {
        Token::Begin(bracket) => {
            any |= depth == 0 && bracket == b'{';
            depth += 1;
        }
        Token::End => depth = depth.saturating_sub(1),
        Token::Key(name) => key = string_text(&name[..name.len().min(VALUE)]),
        Token::Text(value, _) if depth == 1 => {
            on(&key, &string_text(&value[..value.len().min(CELL)]));
        }
        Token::Word(value) if depth == 1 => on(&key, &String::from_utf8_lossy(value)),
        Token::Text(..) | Token::Word(_) => {}
    };
    let broken = stream.feed(json, &mut token).is_some();
    let whole = stream.finish(&mut token);
    any && whole && !broken
}

/// Whether a number is positive; none if it is none.
fn positive(text: &str) -> Option<bool> {
    text.trim().parse::<f64>().ok().map(|number| number > 0.0)
}

fn is_redacted(text: &str) -> bool {
    matches!(text, "<redacted>" | "redacted" | "\u{2039}\u{d7}\u{203a}")
}

/// A key without case and `_`.
pub(super) fn plain(key: &str) -> String {
    key.replace('_', "").to_ascii_lowercase()
}

/// Nanoseconds since 1970, as a number or text, or a time as text.
fn instant(text: &str) -> Option<Time> {
    match text.parse::<i64>() {
        Ok(nanos) => (nanos > 0).then_some(Time(nanos / 1000)),
        Err(_) => Time::parse_rfc3339(text).or_else(|| time::cell(text)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Node, store, whether it is encrypted, and the number of metrics.
    type Brief = (Option<u32>, Option<u32>, Option<bool>, usize);

    fn read(text: &str) -> Vec<Brief> {
        let names = BTreeSet::from(["queue.gc.x".to_owned(), "changefeed.y".to_owned()]);
        let mut document = Document::new(&names);
        for piece in text.as_bytes().chunks(5) {
            assert_eq!(document.feed(piece), None);
        }
        let (statuses, what) = document.finish();
        assert_eq!(what, None);
        let told = |one: Status| (one.node, one.store, one.encrypted, one.metrics.len());
        statuses.into_iter().map(told).collect()
    }

    #[test]
    fn statuses_of_stores_are_read_from_all_forms_of_the_document() {
        let status = r#"{"desc":{"node_id":2,"tag":"v22.2.4"},"started_at":1700000000000000000,
"metrics":{"changefeed.y":3,"other":1},"args":["start","--store=x"],
"store_statuses":[{"desc":{"store_id":3,"node":{"node_id":2},"properties":{"encrypted":true}},"metrics":{"queue.gc.x":0}},
{"desc":{"store_id":4,"properties":{}},"metrics":{"queue.gc.x":5,"rocksdb.encryption.algorithm":1}}]}"#;
        let expected = vec![
            (Some(2), None, None, 1),
            (Some(2), Some(3), Some(true), 1),
            (Some(2), Some(4), Some(true), 1),
        ];
        assert_eq!(read(status), expected);
        assert_eq!(
            read(&format!("{{\"nodes\":[{status}],\"liveness_by_node_id\":{{\"2\":3}}}}")),
            expected
        );
        assert_eq!(read(&format!("[{status}]")), expected);
        let camel =
            status.replace("store_statuses", "storeStatuses").replace("store_id", "storeId");
        assert_eq!(read(&camel), expected);
    }

    #[test]
    fn what_tells_of_encryption_is_asked_in_order() {
        let of = |args: &str, store: &str| {
            let text = format!(
                "{{\"desc\":{{\"node_id\":1}},\"args\":[{args}],\"store_statuses\":[{{\"desc\":{{\"store_id\":1{store}}}]}}"
            );
            read(&text)[1].2
        };
        assert_eq!(of("", "}"), None);
        assert_eq!(of("\"<redacted>\"", "}"), None);
        assert_eq!(of("\"start\"", "}"), Some(false));
        assert_eq!(of("\"--enterprise-encryption=path=x\"", "}"), Some(true));
        let metric =
            |value: u32| format!("}},\"metrics\":{{\"rocksdb.encryption.algorithm\":{value}}}");
        assert_eq!(of("", &metric(1)), Some(true));
        assert_eq!(of("\"--enterprise-encryption=path=x\"", &metric(0)), Some(false));
        assert_eq!(of("", ",\"properties\":{\"encrypted\":true}}"), Some(true));
        assert_eq!(of("", ",\"properties\":{\"encrypted\":false}}"), Some(false));
    }
}
