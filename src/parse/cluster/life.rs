//! `liveness.json` and `events.json`: which nodes there were and how long they lived.
//!
//! As of other documents of the API, the case of their keys and `_` in them do not count.

use super::document::instant;
use super::events::{self, Changes, Event};
use super::{ClusterFact, ClusterRecord, told};
use crate::model::{NodeId, Time};
use crate::parse::json::string_text;
use crate::parse::json_stream::{At, JsonStream, Token};
use crate::parse::settings::Names;

/// Bytes of a value that are kept; an event about a node has a few hundred.
const VALUE: usize = 4 << 10;

/// Values of one object that are kept; those that are asked for are among the first.
const FIELDS: usize = 256;

#[derive(Debug)]
pub(super) struct Life {
    stream: JsonStream,
    seen: Seen,
}

#[derive(Debug, Default)]
struct Seen {
    open: Vec<Frame>,
    key: String,
    records: Vec<ClusterRecord>,
    /// Earliest and latest event.
    events: Option<(Time, Time)>,
    changes: Changes,
}

/// An object or array that is open.
#[derive(Debug, Default)]
struct Frame {
    key: String,
    at: At,
    fields: Vec<(String, String)>,
}

impl Frame {
    fn get(&self, name: &str) -> Option<&str> {
        self.fields.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

impl Life {
    pub(super) fn new() -> Self {
        Self { stream: JsonStream::new(1, 0), seen: Seen::default() }
    }

    pub(super) fn asking(&mut self, settings: &Names) {
        self.seen.changes.asking(settings);
    }

    pub(super) fn feed(&mut self, piece: &[u8]) -> Option<String> {
        let seen = &mut self.seen;
        self.stream.feed(piece, &mut |token, at| seen.token(token, at)).map(str::to_owned)
    }

    /// The records, and what is wrong with the document.
    pub(super) fn finish(mut self) -> (Vec<ClusterRecord>, Option<&'static str>) {
        let seen = &mut self.seen;
        let whole = self.stream.finish(&mut |token, at| seen.token(token, at));
        while !self.seen.open.is_empty() {
            self.seen.end();
        }
        if let Some((from, to)) = self.seen.events {
            self.seen.add(None, ClusterFact::Events { from, to }, At::default());
        }
        let cut = "it is not a whole document; what came before its end is read";
        (self.seen.records, (!whole).then_some(cut))
    }
}

impl Seen {
    fn token(&mut self, token: Token<'_>, at: At) {
        match token {
            Token::Begin(_) => {
                let key = std::mem::take(&mut self.key);
                self.open.push(Frame { key, at, fields: Vec::new() });
            }
            Token::End => self.end(),
            Token::Key(key) => {
                let key = string_text(&key[..key.len().min(VALUE)]);
                self.key = key.replace('_', "").to_ascii_lowercase();
            }
            Token::Text(value, _) => {
                let text = string_text(&value[..value.len().min(VALUE)]);
                self.value(&text);
            }
            Token::Word(value) => self.value(&String::from_utf8_lossy(value)),
        }
    }

    fn value(&mut self, text: &str) {
        let key = std::mem::take(&mut self.key);
        let Some(text) = told(text) else { return };
        let Some(own) = self.open.last_mut() else { return };
        if own.fields.len() < FIELDS {
            own.fields.push((key, text.to_owned()));
        }
    }

    fn end(&mut self) {
        self.key.clear();
        let Some(frame) = self.open.pop() else { return };
        match frame.key.as_str() {
            "statuses" | "livenessbynodeid" => {
                for (key, value) in &frame.fields {
                    self.add(node(key), status(value), frame.at);
                }
                return;
            }
            // Its number belongs to the record around it.
            "expiration" => {
                let wall = frame.get("walltime").map(str::to_owned);
                if let (Some(above), Some(wall)) = (self.open.last_mut(), wall) {
                    above.fields.push(("expiration".to_owned(), wall));
                }
                return;
            }
            _ => {}
        }
        if let Some(kind) = frame.get("eventtype") {
            let time = frame.get("timestamp").and_then(instant);
            let target = frame.get("targetid").and_then(node);
            let event = Event { kind, time, target, info: frame.get("info") };
            for (node, fact) in events::read(&event) {
                self.add(Some(node), fact, frame.at);
            }
            if let (Some(time), Some(node)) = (time, frame.get("reportingid").and_then(node)) {
                self.add(Some(node), ClusterFact::Ran(time), frame.at);
            }
            if let Some(time) = time {
                if let Some(fact) = self.changes.read(kind, time, frame.get("info")) {
                    self.add(None, fact, frame.at);
                }
                let (first, last) = self.events.unwrap_or((time, time));
                self.events = Some((first.min(time), last.max(time)));
            }
        } else if let Some(id) = frame.get("nodeid").and_then(node) {
            let epoch = frame.get("epoch").and_then(|epoch| epoch.parse().ok());
            let last = frame.get("expiration").and_then(instant);
            let decommissioned = frame.get("membership").is_some_and(is_decommissioned);
            let fact = ClusterFact::Liveness { epoch, last, decommissioned };
            self.add(Some(id), fact, frame.at);
        }
    }

    fn add(&mut self, node: Option<NodeId>, fact: ClusterFact, at: At) {
        let record = ClusterRecord { node, fact, line: at.line, offset: at.line_start };
        // Most events name the same few nodes; first and last are enough.
        if let ClusterFact::Ran(_) = record.fact {
            return super::widen(&mut self.records, record);
        }
        self.records.push(record);
    }
}

fn node(text: &str) -> Option<NodeId> {
    text.parse().ok().filter(|id| *id > 0).map(NodeId)
}

/// What `membership` says, as a word or as the number of the enumeration.
pub(super) fn is_decommissioned(membership: &str) -> bool {
    membership == "2" || membership.eq_ignore_ascii_case("decommissioned")
}

/// The fact of the status of a node: whether it is decommissioned (`NODE_STATUS_DECOMMISSIONED`, 5).
pub(super) fn status(value: &str) -> ClusterFact {
    let decommissioned = value == "5" || value.to_ascii_uppercase().ends_with("_DECOMMISSIONED");
    ClusterFact::Liveness { epoch: None, last: None, decommissioned }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::Table;
    use crate::parse::cluster::ClusterTable;

    fn read(table: Table, text: &str) -> Vec<(Option<u32>, ClusterFact)> {
        let mut reader = ClusterTable::new(table, "x.json");
        text.as_bytes().chunks(7).for_each(|piece| reader.feed(piece));
        let (records, unread) = reader.finish();
        assert_eq!(unread, []);
        records.into_iter().map(|record| (record.node.map(|node| node.0), record.fact)).collect()
    }

    fn record(epoch: Option<u64>, seconds: Option<i64>, decommissioned: bool) -> ClusterFact {
        let last = seconds.map(|seconds| Time(seconds * Time::SECOND));
        ClusterFact::Liveness { epoch, last, decommissioned }
    }

    #[test]
    fn liveness_names_every_node_and_the_end_of_those_that_are_gone() {
        let text = r#"{"livenesses":[{"nodeId":1,"epoch":"4","expiration":{"wallTime":"1745325000000000000","logical":0}},
            {"node_id":2,"epoch":"3","expiration":{"wall_time":"1745306000000000000"},"membership":"DECOMMISSIONED"}],
            "statuses":{"1":"NODE_STATUS_LIVE","2":"NODE_STATUS_DECOMMISSIONED"}}"#;
        assert_eq!(
            read(Table::LivenessJson, text),
            [
                (Some(1), record(Some(4), Some(1_745_325_000), false)),
                (Some(2), record(Some(3), Some(1_745_306_000), true)),
                (Some(1), record(None, None, false)),
                (Some(2), record(None, None, true)),
            ]
        );
        assert_eq!(read(Table::LivenessJson, "{}"), []);
    }

    #[test]
    fn events_of_the_api_are_those_of_the_table() {
        let text = r#"{"events":[{"timestamp":"2025-04-20T00:00:01Z","event_type":"node_decommissioned","target_id":"4","reporting_id":"1","info":"{\"TargetNodeID\":4}"},
            {"timestamp":"2025-04-20T00:00:00Z","eventType":"create_table","targetId":106,"reportingId":2,"info":"{}"}]}"#;
        let at = |seconds: i64| Time((1_745_107_200 + seconds) * Time::SECOND);
        assert_eq!(
            read(Table::EventsJson, text),
            [
                (Some(4), record(None, Some(1_745_107_201), true)),
                (Some(1), ClusterFact::Ran(at(1))),
                (Some(2), ClusterFact::Ran(at(0))),
                (None, ClusterFact::Events { from: at(0), to: at(1) }),
            ]
        );
    }
}
