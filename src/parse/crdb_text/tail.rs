//! What follows the prefix of a text entry: tags, counter and message, in the two shapes of v2 and v1.

use crate::parse::{leading_digits, number};

/// The tags of an entry and what follows them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tagged<'a> {
    /// The text between the brackets, if there are any.
    pub tags: Option<&'a [u8]>,
    /// The rest, without the space after the closing bracket.
    pub rest: &'a [u8],
}

/// How a physical line of crdb-v2 goes on from the one before it
/// (`docs/cockroachdb/log-formats.md#continuation-characters`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Continuation {
    /// A space: the first line of a message.
    Message,
    /// `=`: the first line of a structured event.
    Event,
    /// `+`: a new line of the message.
    NewLine,
    /// `|`: the same line, which was too long for one physical line.
    SameLine,
    /// `!`: a line of a stack trace.
    Stack,
}

impl Continuation {
    /// Whether such a line begins an entry.
    #[must_use]
    pub fn starts(self) -> bool {
        matches!(self, Self::Message | Self::Event)
    }
}

/// The tail of a crdb-v2 line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct V2<'a> {
    /// Counter; none in preambles and for 0.
    pub counter: Option<u64>,
    /// How the line goes on.
    pub continuation: Continuation,
    /// Its part of the message.
    pub message: &'a [u8],
}

/// Splits the tags off. They end at the first `]` that a space follows (`docs/cockroachdb/log-formats.md#tag-syntax`),
/// so a crdb-v1 message that begins with a bracket reads as tags, to CockroachDB's own tools too
/// (`docs/cockroachdb/log-formats.md#messages-that-begin-with-a-bracket`).
pub(super) fn tagged(rest: &[u8]) -> Tagged<'_> {
    let none = Tagged { tags: None, rest };
    let ([b' ', b'[', open @ ..] | [b'[', open @ ..]) = rest else { return none };
    let end = memchr::memchr_iter(b']', open).find(|at| open.get(at + 1) == Some(&b' '));
    match end {
        Some(end) if end > 0 => Tagged { tags: Some(&open[..end]), rest: &open[end + 2..] },
        _ => none,
    }
}

/// The tail of a crdb-v2 line, or nothing when it has another shape.
#[must_use]
pub fn v2<'a>(tagged: &Tagged<'a>) -> Option<V2<'a>> {
    tagged.tags?;
    let digits = leading_digits(tagged.rest);
    let (counter, rest) = tagged.rest.split_at(digits);
    let [b' ', mark, message @ ..] = rest else { return None };
    let continuation = match mark {
        b' ' => Continuation::Message,
        b'=' => Continuation::Event,
        b'+' => Continuation::NewLine,
        b'|' => Continuation::SameLine,
        b'!' => Continuation::Stack,
        _ => return None,
    };
    Some(V2 { counter: (digits > 0).then(|| number(counter)), continuation, message })
}

/// Counter and message of a crdb-v1 line. Without `counted`, a number at the start belongs to the message
/// (`7 replicas failing`; `docs/cockroachdb/log-formats.md#counters`).
#[must_use]
pub fn v1(rest: &[u8], counted: bool) -> (Option<u64>, &[u8]) {
    let (counter, message) = match split_counter(rest).filter(|_| counted) {
        Some((counter, message)) => (Some(counter), message),
        None => (None, rest),
    };
    match message {
        [b' ', message @ ..] => (counter, message),
        _ => (counter, message),
    }
}

/// A number and the space after it.
#[must_use]
pub fn split_counter(rest: &[u8]) -> Option<(u64, &[u8])> {
    let digits = leading_digits(rest);
    match &rest[digits..] {
        [b' ', message @ ..] if digits > 0 => Some((number(&rest[..digits]), message)),
        _ => None,
    }
}
