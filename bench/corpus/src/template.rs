//! How the text of an entry is made from a template: words in braces stand for values.

use std::io::Write as _;

use crate::jobs;
use crate::random::Random;
use crate::templates::{KEYS, STATEMENTS, WORDS};

/// A piece of a template.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Piece {
    Text(&'static str),
    Value(Value),
}

/// What stands in braces.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Value {
    /// `{node}`
    Node,
    /// `{range}`
    Range,
    /// `{replica}`: a range, this node's replica of it, and its first key.
    Replica,
    /// `{key}`
    Key,
    /// `{sql}`
    Statement,
    /// `{word}`
    Word,
    /// `{table}`
    Table,
    /// `{small}`: below 10.
    Small,
    /// `{count}`: below 10,000, mostly small.
    Count,
    /// `{ms}`: a duration.
    Duration,
    /// `{size}`: an amount of bytes.
    Size,
    /// `{hex}`: 8 digits, as spans and transactions are shortened to.
    Hex,
    /// `{uuid}`
    Uuid,
    /// `{address}`
    Address,
    /// `{hlc}`: a timestamp of the hybrid clock.
    Hlc,
    /// `{job}`: one of any.
    Job,
    /// `{import}`: one of the imports.
    Import,
    /// `{line}`: a line of a source file.
    Line,
}

/// Splits a template at its braces. What no value is called is text.
pub(crate) fn pieces(template: &'static str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut rest = template;
    while let Some(open) = rest.find('{') {
        let close = rest[open..].find('}').map_or(rest.len(), |at| open + at);
        if let Some(value) = rest.get(open + 1..close).and_then(value) {
            pieces.push(Piece::Text(&rest[..open]));
            pieces.push(Piece::Value(value));
            rest = &rest[close + 1..];
        } else {
            pieces.push(Piece::Text(&rest[..=open]));
            rest = &rest[open + 1..];
        }
    }
    pieces.push(Piece::Text(rest));
    pieces
}

fn value(name: &str) -> Option<Value> {
    Some(match name {
        "node" => Value::Node,
        "range" => Value::Range,
        "replica" => Value::Replica,
        "key" => Value::Key,
        "sql" => Value::Statement,
        "word" => Value::Word,
        "table" => Value::Table,
        "small" => Value::Small,
        "count" => Value::Count,
        "ms" => Value::Duration,
        "size" => Value::Size,
        "hex" => Value::Hex,
        "uuid" => Value::Uuid,
        "address" => Value::Address,
        "hlc" => Value::Hlc,
        "job" => Value::Job,
        "import" => Value::Import,
        "line" => Value::Line,
        _ => return None,
    })
}

/// What values are taken from.
#[derive(Debug)]
pub(crate) struct Values {
    pub(crate) random: Random,
    /// Seconds since 1970 of the entry.
    pub(crate) seconds: u64,
    recent: Recent,
    /// Replicas that were spoken of lately, as they are written.
    replicas: Vec<Vec<u8>>,
    keys: Vec<Vec<Piece>>,
    statements: Vec<Vec<Piece>>,
}

/// Ids of what is under way: a transaction is spoken of more than once.
#[derive(Debug, Default)]
struct Recent {
    ids: [(u64, u64); 32],
    at: usize,
}

impl Recent {
    fn draw(&mut self, random: &mut Random) -> (u64, u64) {
        if random.below(4) == 0 {
            self.at = (self.at + 1) % self.ids.len();
            self.ids[self.at] = (random.next(), random.next());
            self.ids[self.at]
        } else {
            self.ids[random.below(self.ids.len() as u64) as usize]
        }
    }
}

impl Values {
    pub(crate) fn new(random: Random) -> Self {
        Self {
            random,
            seconds: 0,
            recent: Recent::default(),
            replicas: Vec::new(),
            keys: KEYS.iter().map(|key| pieces(key)).collect(),
            statements: STATEMENTS.iter().map(|statement| pieces(statement)).collect(),
        }
    }

    /// Writes a template with values.
    pub(crate) fn write(&mut self, pieces: &[Piece], out: &mut Vec<u8>) {
        for piece in pieces {
            match piece {
                Piece::Text(text) => out.extend_from_slice(text.as_bytes()),
                Piece::Value(value) => self.value(*value, out),
            }
        }
    }

    /// Writes one of a list of templates, the first ones more often.
    fn one_of(&mut self, list: fn(&mut Self) -> &mut Vec<Vec<Piece>>, out: &mut Vec<u8>) {
        let templates = std::mem::take(list(self));
        let at = self.random.low(templates.len() as u64) as usize;
        self.write(&templates[at], out);
        *list(self) = templates;
    }

    fn value(&mut self, value: Value, out: &mut Vec<u8>) {
        let random = &mut self.random;
        // Writing to a vector cannot fail.
        _ = match value {
            Value::Node => write!(out, "{}", 1 + random.below(9)),
            Value::Range => write!(out, "{}", 1 + random.low(6000)),
            Value::Replica => {
                self.replica(out);
                Ok(())
            }
            Value::Key => {
                self.one_of(|values| &mut values.keys, out);
                Ok(())
            }
            Value::Statement => {
                self.one_of(|values| &mut values.statements, out);
                Ok(())
            }
            Value::Word => {
                let word = WORDS[random.low(WORDS.len() as u64) as usize];
                out.extend_from_slice(word.as_bytes());
                Ok(())
            }
            Value::Table => write!(out, "{}", 104 + random.low(300)),
            Value::Small => write!(out, "{}", random.below(10)),
            Value::Count => {
                let end = if random.below(2) == 0 { 40 } else { 9000 };
                write!(out, "{}", random.low(end))
            }
            Value::Duration => write!(out, "{}.{}ms", random.low(3000), random.below(1000)),
            Value::Size => write!(out, "{}.{} MiB", random.low(512), random.below(10)),
            Value::Hex => write!(out, "{:08x}", self.recent.draw(random).0 as u32),
            Value::Uuid => {
                let (a, b) = self.recent.draw(random);
                write!(
                    out,
                    "{:08x}-{:04x}-4{:03x}-{:04x}-{:012x}",
                    a >> 32,
                    a >> 16 & 0xffff,
                    a & 0xfff,
                    0x8000 | (b >> 48 & 0x3fff),
                    b & 0xffff_ffff_ffff
                )
            }
            Value::Address => {
                write!(out, "10.{}.{}.{}:26257", random.below(4), random.below(8), random.low(254))
            }
            Value::Hlc => {
                let ago = random.low(9000);
                write!(
                    out,
                    "{}.{:09},{}",
                    self.seconds - ago / 1000,
                    random.below(1_000_000) * 1000,
                    random.low(4)
                )
            }
            Value::Job => write!(out, "{}", jobs::id(random.below(u64::from(crate::JOBS)) as u32)),
            Value::Import => {
                let number = random.below(u64::from(crate::JOBS / jobs::IMPORT_EVERY)) as u32;
                write!(out, "{}", jobs::id(number * jobs::IMPORT_EVERY))
            }
            Value::Line => write!(out, "{}", 40 + random.low(1900)),
        };
    }

    /// One that was spoken of lately, or another.
    fn replica(&mut self, out: &mut Vec<u8>) {
        const LATELY: usize = 24;
        let at = self.random.below(LATELY as u64 * 4 / 3) as usize;
        if let Some(replica) = self.replicas.get(at) {
            out.extend_from_slice(replica);
            return;
        }
        let begin = out.len();
        for value in [Value::Range, Value::Small, Value::Key] {
            self.value(value, out);
            out.extend_from_slice(match value {
                Value::Range => b"/",
                Value::Small => ":‹".as_bytes(),
                _ => "›".as_bytes(),
            });
        }
        if self.replicas.len() == LATELY {
            self.replicas.swap_remove(self.random.below(LATELY as u64) as usize);
        }
        self.replicas.push(out[begin..].to_vec());
    }
}
