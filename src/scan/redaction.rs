//! What redaction leaves in a log: markers around values, and what stands there instead of them.

use memchr::memmem;

use crate::model::Redaction;

use super::LogSummary;

/// So many marked values tell whether they are hashes.
const VALUES: u32 = 64;

/// Length of a hash in hexadecimal digits (`docs/cockroachdb/log-formats.md#hashed-values`).
const HASH: usize = 8;

/// What stands where redaction took a value, or a whole message (`docs/cockroachdb/log-formats.md#removed-values`).
pub(super) const REMOVED: [&[u8]; 2] = ["‹×›".as_bytes(), b"REDACTEDBYZIP"];

/// Looks at whole lines, in order.
#[derive(Debug)]
pub(super) struct RedactionSearch {
    open: memmem::Finder<'static>,
    removed: [memmem::Finder<'static>; REMOVED.len()],
    found: Redaction,
    values: u32,
    hashes: u32,
}

impl Default for RedactionSearch {
    fn default() -> Self {
        Self {
            open: memmem::Finder::new("‹"),
            removed: REMOVED.map(memmem::Finder::new),
            found: Redaction::None,
            values: 0,
            hashes: 0,
        }
    }
}

impl RedactionSearch {
    /// Whether something was removed: then nothing more is to be found.
    pub(super) fn has_removed(&self) -> bool {
        self.found == Redaction::Redacted
    }

    /// Whether something was removed from where `text` begins.
    pub(super) fn removed_at(&mut self, text: &[u8]) -> bool {
        let removed = REMOVED.iter().any(|mark| text.starts_with(mark));
        self.take(removed)
    }

    /// Looks for what was removed from anywhere in `text`.
    pub(super) fn look_for_removed(&mut self, text: &[u8]) {
        let removed =
            !self.has_removed() && self.removed.iter().any(|mark| mark.find(text).is_some());
        self.take(removed);
    }

    fn take(&mut self, removed: bool) -> bool {
        if removed {
            self.found = Redaction::Redacted;
        }
        removed
    }

    /// Looks at the first values that are marked.
    pub(super) fn look_at_values(&mut self, text: &[u8]) {
        if self.values == VALUES {
            return;
        }
        let width = "‹".len();
        for at in self.open.find_iter(text) {
            self.found = self.found.max(Redaction::Markers);
            self.values += 1;
            self.hashes += u32::from(is_hash(&text[at + width..]));
            if self.values == VALUES {
                break;
            }
        }
    }

    /// Whether the values are hashes: no shorter form of them is known, and one value alone may look like one.
    fn is_hashed(&self) -> bool {
        self.hashes >= 2 && self.hashes * 4 >= self.values * 3
    }

    pub(super) fn tell(&self, summary: &mut LogSummary) {
        summary.hashed = self.is_hashed();
        summary.redaction = if summary.hashed { Redaction::Redacted } else { self.found };
    }
}

/// Whether a marked value, whose end follows, is a hash. What may stand around the digits is not known, so a character
/// or two of punctuation is let pass.
fn is_hash(value: &[u8]) -> bool {
    let start = value.iter().take(4).position(u8::is_ascii_alphanumeric).unwrap_or(0);
    let Some((digits, end)) = value.get(start..).and_then(|v| v.split_at_checked(HASH)) else {
        return false;
    };
    let hex = |b: &u8| matches!(b, b'0'..=b'9' | b'a'..=b'f');
    digits.iter().all(hex) && end.starts_with("›".as_bytes())
}
