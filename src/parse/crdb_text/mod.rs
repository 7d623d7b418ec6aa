//! crdb-v1, crdb-v1-count and crdb-v2: the text formats, which share one prefix.
//!
//! A line alone does not tell them apart, and neither does the file's name or preamble
//! (`docs/cockroachdb/log-formats.md#zip-logs-are-re-rendered` and
//! `docs/cockroachdb/log-formats.md#telling-the-text-formats-apart`). Who reads a file votes over its lines and passes
//! the [`TextFormat`] that won.

mod head;
mod hidden;
mod tail;

pub use head::{Head, head};
pub use hidden::{heads, hidden_heads, hides_head};
pub use tail::{Continuation, Tagged, V2, split_counter, v1, v2};

use crate::model::{Entry, LogFormat};
use crate::parse::{json, tags};

/// A text format, as a vote over many lines tells it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TextFormat {
    /// crdb-v1.
    V1,
    /// crdb-v1-count.
    V1Count,
    /// crdb-v2.
    V2,
}

impl From<TextFormat> for LogFormat {
    fn from(format: TextFormat) -> Self {
        match format {
            TextFormat::V1 => Self::CrdbV1,
            TextFormat::V1Count => Self::CrdbV1Count,
            TextFormat::V2 => Self::CrdbV2,
        }
    }
}

/// Reads one entry. `lines` are its physical lines as [`crate::parse::clean`] leaves them, the first of them with
/// the prefix. Nothing when it has none.
///
/// Of crdb-v2 each line but raw text (a crash) repeats the prefix. `+` and `!` join with a newline; `|` joins
/// without, and the markers `›‹` that the writer put around such a cut go away, because the value between
/// them was one. Raw lines join with a newline in every format. A structured event that is whole goes to
/// `event`, and `message` is the same text; a stack trace attached to it is left out.
#[must_use]
pub fn entry<'a>(mut lines: impl Iterator<Item = &'a [u8]>, format: TextFormat) -> Option<Entry> {
    let head = head(lines.next()?)?;
    let tagged = head.tagged;
    let tags = tagged.tags.map(tags::parse).unwrap_or_default();
    let v2 = v2(&tagged).filter(|_| format == TextFormat::V2);

    let event = v2.is_some_and(|v2| v2.continuation == Continuation::Event);
    let (counter, first) = match v2 {
        Some(v2) => (v2.counter, v2.message),
        None => v1(tagged.rest, format == TextFormat::V1Count),
    };
    let mut message = String::from_utf8_lossy(first).into_owned();
    let mut event_end = None;
    for line in lines {
        let part = part(line, v2.is_some());
        let text = String::from_utf8_lossy(part.0);
        match part.1 {
            Continuation::SameLine => join(&mut message, &text),
            continuation => {
                if continuation == Continuation::Stack {
                    event_end.get_or_insert(message.len());
                }
                message.push('\n');
                message.push_str(&text);
            }
        }
    }
    let text = event_end.map_or(message.as_str(), |end| &message[..end]);
    let event = match (v2, text.strip_prefix("Structured entry: ")) {
        (Some(_), _) => event.then(|| json::object(text)).flatten(),
        (None, Some(text)) => json::object(text),
        // A debug zip prints an event as bare JSON.
        (None, None) => json::object(text).filter(|object| object.is_event),
    };
    let event = event.map(|object| object.text.to_owned());
    Some(Entry {
        format: format.into(),
        severity: head.severity,
        time: head.time,
        goroutine: head.goroutine,
        channel: head.channel,
        file: String::from_utf8_lossy(head.file).into_owned(),
        line: head.line,
        redactable: head.redactable,
        tags: tags.list,
        tenant_id: tags.tenant_id,
        tenant_name: tags.tenant_name,
        node_id: None,
        counter,
        version: None,
        message: event.clone().unwrap_or(message),
        event,
    })
}

/// The part of the message on a line that is not the first, and how it joins.
fn part(line: &[u8], v2_entry: bool) -> (&[u8], Continuation) {
    v2_entry
        .then(|| v2(&head(line)?.tagged))
        .flatten()
        .map_or((line, Continuation::NewLine), |v2| (v2.message, v2.continuation))
}

fn join(message: &mut String, text: &str) {
    match (message.ends_with('›'), text.strip_prefix('‹')) {
        (true, Some(text)) => {
            message.pop();
            message.push_str(text);
        }
        _ => message.push_str(text),
    }
}
