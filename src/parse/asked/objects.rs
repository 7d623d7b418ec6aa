//! Objects of documents: `ranges.json`, which was a file for each range, and `events.json`
//! (`docs/cockroachdb/tables.md#ranges` and `docs/cockroachdb/tables.md#newest-events-only`).
//!
//! The case of keys and `_` in them do not count.

use std::collections::BTreeMap;

use super::rows::{event, told};
use super::statuses::plain;
use super::{AskedRow, Keeper, Shape, Told};
use crate::parse::json::string_text;
use crate::parse::json_stream::{At, JsonStream, Token};

/// Bytes of a value that are read.
const VALUE: usize = 64 << 10;

/// Reads a document whose rows are objects of a list, or the document itself.
#[derive(Debug)]
pub(super) struct Objects {
    stream: JsonStream,
    pub(super) seen: Seen,
}

#[derive(Debug)]
pub(super) struct Seen {
    shape: Shape,
    pub(super) keepers: Vec<Keeper>,
    pub(super) rows: u64,
    /// The keys of the containers that are open, and whether each is an object.
    open: Vec<(String, bool)>,
    key: String,
    /// The objects that may be rows, with their depth.
    objects: Vec<(usize, At, Object)>,
}

/// The values of an object by the keys that lead to them. None for one that is longer than what is read.
type Object = BTreeMap<&'static str, Option<String>>;

impl Objects {
    pub(super) fn new(shape: Shape, keepers: Vec<Keeper>) -> Self {
        let (open, key, objects) = (Vec::new(), String::new(), Vec::new());
        let seen = Seen { shape, keepers, rows: 0, open, key, objects };
        Self { stream: JsonStream::new(1, 0), seen }
    }

    pub(super) fn feed(&mut self, piece: &[u8]) -> Option<String> {
        let seen = &mut self.seen;
        self.stream.feed(piece, &mut |token, at| seen.token(token, at)).map(str::to_owned)
    }

    /// What is wrong with the document.
    pub(super) fn finish(&mut self) -> Option<&'static str> {
        let seen = &mut self.seen;
        let whole = self.stream.finish(&mut |token, at| seen.token(token, at));
        (!whole).then_some("it is not a whole document; what came before its end is read")
    }
}

impl Seen {
    fn token(&mut self, token: Token<'_>, at: At) {
        match token {
            Token::Begin(bracket) => {
                let key = std::mem::take(&mut self.key);
                let is_object = bracket == b'{';
                let of_list = self.open.last().is_some_and(|(list, is_object)| {
                    !is_object && (self.open.len() == 1 || list == self.shape.list())
                });
                let is_row = is_object && (self.open.is_empty() || of_list && self.open.len() <= 2);
                self.open.push((key, is_object));
                if is_row {
                    self.objects.push((self.open.len(), at, Object::new()));
                }
            }
            Token::End => self.end(),
            Token::Key(key) => self.key = plain(&string_text(&key[..key.len().min(256)])),
            Token::Text(value, length) => {
                let text = string_text(&value[..value.len().min(VALUE)]);
                self.value(Some(text).filter(|_| length < VALUE as u64));
            }
            Token::Word(value) => self.value(Some(String::from_utf8_lossy(value).into_owned())),
        }
    }

    fn value(&mut self, text: Option<String>) {
        let key = std::mem::take(&mut self.key);
        let Some((depth, _, object)) = self.objects.last_mut() else { return };
        let above = self.open.get(*depth..).unwrap_or_default().iter();
        let path: Vec<&str> = above.map(|(key, _)| key.as_str()).chain([key.as_str()]).collect();
        let path = path.join(".");
        if let Some(name) = self.shape.fields().iter().find(|name| **name == path) {
            object.insert(name, text);
        }
    }

    fn end(&mut self) {
        self.key.clear();
        let depth = self.open.len();
        self.open.pop();
        if self.objects.last().is_none_or(|(of, ..)| *of != depth) {
            return;
        }
        let Some((_, at, object)) = self.objects.pop() else { return };
        if object.contains_key(self.shape.fields()[0]) {
            self.rows += 1;
            let (line, offset) = (at.line, at.line_start);
            let cell = |column: &str| self.shape.cell(&object, column);
            let node = match self.shape.cell(&object, "node") {
                Told::Text(node) => node.parse().ok(),
                _ => None,
            };
            for keeper in &mut self.keepers {
                keeper.look(&cell, &|question| {
                    let shown = question.columns.iter().filter_map(|column| match cell(column) {
                        Told::Text(text) => Some(format!("{column}: {text}")),
                        _ => None,
                    });
                    let text: String =
                        shown.collect::<Vec<_>>().join(", ").chars().take(2000).collect();
                    AskedRow { cells: Vec::new(), node, text, line, offset }
                });
            }
        }
    }
}

/// A number of a key such as `/Table/104/2/5`, which may lie within `/Tenant/10`.
fn part_of_key(key: Told, part: usize) -> Told {
    let Told::Text(key) = key else { return key };
    let numbers = key.split_once("/Table/").map(|(_, rest)| rest.split('/'));
    let number = numbers.and_then(|mut parts| parts.nth(part));
    match number.filter(|part| part.bytes().all(|b| b.is_ascii_digit())) {
        Some(number) if !number.is_empty() => Told::Text(number.to_owned()),
        _ => Told::Null,
    }
}

impl Shape {
    /// The key of the list of its rows.
    fn list(self) -> &'static str {
        match self {
            Self::Event => "events",
            Self::Range | Self::Row => "ranges",
        }
    }

    /// The paths of the values that are read; the first is that of every row.
    fn fields(self) -> &'static [&'static str] {
        match self {
            Self::Event => &["eventtype", "timestamp", "targetid", "reportingid", "info"],
            Self::Range | Self::Row => &[
                "span.startkey",
                "span.endkey",
                "state.state.desc.rangeid",
                "sourcenodeid",
                "sourcestoreid",
            ],
        }
    }

    /// What an object tells of a column.
    fn cell(self, object: &Object, column: &str) -> Told {
        let field = |name: &str| match object.get(name) {
            Some(Some(text)) if text == "null" => Told::Null,
            Some(Some(text)) => told(text),
            Some(None) => Told::TooLong,
            None => Told::NoColumn,
        };
        match (self, column) {
            (Self::Event, column) => event(column, &|name| field(name)),
            (_, "start_key") => field("span.startkey"),
            (_, "id") => part_of_key(field("span.startkey"), 0),
            (_, "index") => part_of_key(field("span.startkey"), 1),
            (_, "end_key") => field("span.endkey"),
            (_, "range") => field("state.state.desc.rangeid"),
            (_, "node") => field("sourcenodeid"),
            (_, "store") => field("sourcestoreid"),
            _ => Told::NoColumn,
        }
    }
}
