//! Documents of the API about nodes: `nodes.json`, `status.json` and `details.json`.
//!
//! How their keys are written changed with the releases and is not verified, so case and `_` do not count, and a node
//! is whatever object holds a number of a node or a build (`docs/cockroachdb/debug-zip.md#node-documents`). Nothing of
//! a document is kept but that.

use super::{ClusterFact, ClusterRecord, life, told};
use crate::ingest::Table;
use crate::model::{NodeId, Time};
use crate::parse::json::string_text;
use crate::parse::json_stream::{At, JsonStream, Token};
use crate::parse::time;

/// Bytes of a key or value that are looked at.
const VALUE: usize = 1 << 10;

/// Containers around a node: an object, an array within it, and the node's own object.
const NODE_DEPTH: usize = 3;

#[derive(Debug)]
pub(super) struct Document {
    stream: JsonStream,
    seen: Seen,
}

/// What was seen so far.
#[derive(Debug, Default)]
struct Seen {
    open: Vec<Frame>,
    key: String,
    records: Vec<ClusterRecord>,
    /// Whether it says anything at all.
    any: bool,
    /// Whether it is to list nodes.
    lists: bool,
    /// An element of its list names no node.
    nameless: bool,
}

/// A container that is open.
#[derive(Debug, Default)]
struct Frame {
    is_object: bool,
    /// The key that it is the value of, in lower case without `_`.
    key: String,
    node: Option<(NodeId, At)>,
    tag: Option<(String, At)>,
    server_version: Option<(String, At)>,
    started: Option<Time>,
    updated: Option<Time>,
}

impl Document {
    pub(super) fn new(table: Table) -> Self {
        let seen = Seen { lists: table == Table::NodesJson, ..Seen::default() };
        Self { stream: JsonStream::new(1, 0), seen }
    }

    pub(super) fn feed(&mut self, piece: &[u8]) -> Option<String> {
        let seen = &mut self.seen;
        self.stream.feed(piece, &mut |token, at| seen.token(token, at)).map(str::to_owned)
    }

    /// The records, and what is to be said of the document.
    pub(super) fn finish(mut self) -> (Vec<ClusterRecord>, Option<&'static str>) {
        let seen = &mut self.seen;
        let whole = self.stream.finish(&mut |token, at| seen.token(token, at));
        while !self.seen.open.is_empty() {
            self.seen.end();
        }
        let what = if !whole {
            Some("it is not a whole document; what came before its end is read")
        } else if self.seen.any && self.seen.records.is_empty() {
            Some("it names no node and no build")
        } else if self.seen.nameless {
            Some("an element of its list names no node")
        } else {
            None
        };
        (self.seen.records, what)
    }
}

impl Seen {
    fn token(&mut self, token: Token<'_>, at: At) {
        match token {
            Token::Begin(bracket) => {
                let key = std::mem::take(&mut self.key);
                let is_object = bracket == b'{';
                self.open.push(Frame { is_object, key, ..Frame::default() });
            }
            Token::End => self.end(),
            Token::Key(key) => {
                let key = string_text(&key[..key.len().min(VALUE)]);
                self.key = key.replace('_', "").to_ascii_lowercase();
            }
            Token::Text(value, _) => {
                let text = string_text(&value[..value.len().min(VALUE)]);
                self.value(&text, at);
            }
            Token::Word(value) => self.value(&String::from_utf8_lossy(value), at),
        }
    }

    fn value(&mut self, text: &str, at: At) {
        let key = std::mem::take(&mut self.key);
        self.any |= text != "null";
        let Some(text) = told(text) else { return };
        let Some((own, above)) = self.open.split_last_mut() else { return };
        let depth = above.len();
        let parent = above.last_mut();
        if own.key == "livenessbynodeid" {
            let node = key.parse().ok().filter(|id| *id > 0).map(NodeId);
            return self.add(node, life::status(text), at);
        }
        match key.as_str() {
            "nodeid" => {
                let Some(node) = text.parse().ok().filter(|n| *n > 0).map(NodeId) else { return };
                let described = own.key == "desc" || own.key == "descriptor";
                let frame = parent.filter(|_| described).unwrap_or(own);
                frame.node.get_or_insert((node, at));
            }
            // Descriptors of nodes and stores have no build.
            "tag" if own.key != "desc" && own.key != "descriptor" => {
                let build = own.key.starts_with("build");
                let frame = parent.filter(|_| build).unwrap_or(own);
                frame.tag.get_or_insert((text.to_owned(), at));
            }
            "serverversion" => {
                let described =
                    own.key == "desc" || own.key == "descriptor" || own.key.starts_with("build");
                let frame = parent.filter(|_| described).unwrap_or(own);
                frame.server_version.get_or_insert((text.to_owned(), at));
            }
            "startedat" => own.started = instant(text),
            "updatedat" => own.updated = instant(text),
            "clusterid" if depth < NODE_DEPTH && is_uuid(text) => {
                let fact = ClusterFact::ClusterId(text.to_ascii_lowercase());
                self.add(None, fact, at);
            }
            _ => {}
        }
    }

    fn end(&mut self) {
        self.key.clear();
        let Some(frame) = self.open.pop() else { return };
        let node = frame.node.map(|(node, _)| node);
        self.nameless |= self.lists && node.is_none() && self.is_element(&frame);
        let build = frame.tag.or(frame.server_version);
        if let Some((_, at)) = frame.node
            && (build.is_some() || self.open.len() < NODE_DEPTH)
            && !matches!(frame.key.as_str(), "desc" | "descriptor" | "node")
        {
            self.add(node, ClusterFact::Node, at);
        }
        if let (Some((_, at)), Some(started), None) = (frame.node, frame.started, &build) {
            self.add(node, ClusterFact::Lived(started), at);
        }
        if let Some((version, at)) = build {
            let (started, updated) = (frame.started, frame.updated);
            self.add(node, ClusterFact::Build { version, started, updated }, at);
        }
    }

    /// Whether an object that ended is an element of the list of nodes: of the array `nodes`, or of the one that is the
    /// whole document.
    fn is_element(&self, ended: &Frame) -> bool {
        let list = |open: &Frame| !open.is_object && (open.key == "nodes" || self.open.len() == 1);
        ended.is_object && self.open.len() < NODE_DEPTH && self.open.last().is_some_and(list)
    }

    fn add(&mut self, node: Option<NodeId>, fact: ClusterFact, at: At) {
        self.records.push(ClusterRecord { node, fact, line: at.line, offset: at.line_start });
    }
}

/// Nanoseconds since 1970, as a number or text, or a time as text.
pub(super) fn instant(text: &str) -> Option<Time> {
    match text.parse::<i64>() {
        Ok(nanos) => (nanos > 0).then_some(Time(nanos / 1000)),
        Err(_) => Time::parse_rfc3339(text).or_else(|| time::cell(text)),
    }
}

fn is_uuid(text: &str) -> bool {
    text.len() == 36 && text.bytes().all(|b| b == b'-' || b.is_ascii_hexdigit())
}
