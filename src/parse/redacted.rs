//! What a debug zip puts in the place of an entry that it may not show.

/// The whole message of an entry without markers, once `debug zip --redact` printed it
/// (`docs/cockroachdb/log-formats.md#removed-values`).
const REMOVED: &[u8] = b"REDACTEDBYZIP";

/// Whether an entry's text, from after its tags on, says that redaction removed all of it. A counter may stand before.
#[must_use]
pub fn is_removed(rest: &[u8]) -> bool {
    // Most entries end with another letter.
    let text @ [.., b'P'] = rest.trim_ascii_end() else { return false };
    let Some(before) = text.strip_suffix(REMOVED) else { return false };
    before.iter().all(|b| b.is_ascii_digit() || *b == b' ')
}

/// A value of a table, unless the bundle was made without it.
pub(crate) fn told(text: &str) -> Option<&str> {
    let text = text.trim();
    let bare = text.trim_matches(['<', '>', '‹', '›']);
    let marked = bare.len() < text.len();
    if bare.is_empty() || matches!(bare, "redacted" | "×" | "NULL" | "null") {
        return None;
    }
    Some(if marked { bare } else { text })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_entry_that_says_nothing_else_is_removed() {
        for rest in ["REDACTEDBYZIP", "12 REDACTEDBYZIP", " 12  REDACTEDBYZIP", "REDACTEDBYZIP "] {
            assert!(is_removed(rest.as_bytes()), "{rest}");
        }
        for rest in ["", "12 ", "the word REDACTEDBYZIP", "REDACTEDBYZIP and more"] {
            assert!(!is_removed(rest.as_bytes()), "{rest}");
        }
    }
}
