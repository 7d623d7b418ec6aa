//! `settings.json`: the settings as the API lists them (`docs/cockroachdb/tables.md#settings-document`).
//!
//! How its keys are written is not verified, so case and `_` do not count, but in the names of settings.

use super::{Keeper, Kind, Names, SettingRow, SettingRows, Value, value};
use crate::model::Time;
use crate::parse::json::string_text;
use crate::parse::json_stream::{At, JsonStream, Token};
use crate::parse::time;

/// Bytes of a key or value that are kept.
const VALUE: usize = 1 << 10;

/// Containers around a setting: the document, the list of settings, and the setting's own object.
const DEPTH: usize = 3;

#[derive(Debug)]
pub(super) struct Document {
    stream: JsonStream,
    seen: Seen,
}

#[derive(Debug)]
struct Seen {
    names: Names,
    kept: Keeper,
    depth: usize,
    /// The last key.
    key: String,
    /// The list of settings is open.
    listed: bool,
    open: Option<Open>,
}

/// A setting whose object is open.
#[derive(Debug)]
struct Open {
    name: String,
    at: At,
    shown: Option<String>,
    value: Option<(String, bool)>,
    kind: Kind,
    changed: Option<Time>,
}

impl Document {
    pub(super) fn new(names: &Names) -> Self {
        let mut kept = Keeper::new(names);
        kept.rows.lists_all = false;
        let (names, key) = (names.clone(), String::new());
        let seen = Seen { names, kept, depth: 0, key, listed: false, open: None };
        Self { stream: JsonStream::new(1, 0), seen }
    }

    pub(super) fn feed(&mut self, piece: &[u8]) -> Option<String> {
        let seen = &mut self.seen;
        self.stream.feed(piece, &mut |token, at| seen.token(token, at)).map(str::to_owned)
    }

    /// Returns the rows, and what is wrong with the document.
    pub(super) fn finish(mut self) -> (SettingRows, Option<&'static str>) {
        let seen = &mut self.seen;
        let whole = self.stream.finish(&mut |token, at| seen.token(token, at));
        let cut = "it is not a whole document; what came before its end is read";
        (self.seen.kept.rows, (!whole).then_some(cut))
    }
}

impl Seen {
    fn token(&mut self, token: Token<'_>, at: At) {
        match token {
            Token::Begin(_) => {
                self.depth += 1;
                let key = std::mem::take(&mut self.key);
                match self.depth {
                    2 => self.listed = plain(&key) == "keyvalues",
                    DEPTH if self.listed && !key.is_empty() => {
                        let (shown, value, changed) = (None, None, None);
                        self.open = Some(Open {
                            name: key,
                            at,
                            shown,
                            value,
                            kind: Kind::Unknown,
                            changed,
                        });
                    }
                    _ => {}
                }
            }
            Token::End => {
                if self.depth == DEPTH
                    && let Some(open) = self.open.take()
                {
                    self.end(open);
                }
                self.depth = self.depth.saturating_sub(1);
                self.key.clear();
            }
            Token::Key(key) => self.key = string_text(&key[..key.len().min(VALUE)]),
            Token::Text(text, length) => {
                let whole = length < VALUE as u64;
                self.value(&string_text(&text[..text.len().min(VALUE)]), whole);
            }
            Token::Word(word) => self.value(&String::from_utf8_lossy(word), true),
        }
    }

    fn value(&mut self, text: &str, whole: bool) {
        let key = std::mem::take(&mut self.key);
        let Some(open) = self.open.as_mut().filter(|_| self.depth == DEPTH) else { return };
        match plain(&key).as_str() {
            "value" if text != "null" => open.value = Some((text.to_owned(), whole)),
            "type" => open.kind = Kind::parse(text),
            "name" => open.shown = Some(text.to_owned()),
            "lastupdated" => open.changed = time::cell(text),
            _ => {}
        }
    }

    fn end(&mut self, open: Open) {
        self.kept.rows.read += 1;
        let Open { name, at, shown, value: text, kind, changed } = open;
        let (name, asked) = self.names.of_row(shown.as_deref().unwrap_or(&name), Some(&name));
        if !asked {
            return;
        }
        let value =
            text.map_or(Value::Unreadable, |(text, whole)| value(&name, kind, &text, whole));
        let explicit = changed.is_some().then_some(true);
        let (line, offset) = (at.line, at.line_start);
        let row = SettingRow { name, value, default: None, explicit, changed, line, offset };
        self.kept.keep(row, true);
    }
}

/// A key without case and `_`.
fn plain(key: &str) -> String {
    key.replace('_', "").to_ascii_lowercase()
}
