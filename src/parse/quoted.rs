//! Text that somebody wrote into a statement of SQL: it is a search for a message, or a note about one, and not the
//! message.

/// Words, in lower case, by which a statement is known if they follow each other: at once, or anywhere later.
const STATEMENTS: [(&[&str], bool); 10] = [
    (&["insert", "into"], true),
    (&["upsert", "into"], true),
    (&["import", "into"], true),
    (&["delete", "from"], true),
    (&["create", "table"], true),
    (&["create", "materialized", "view"], true),
    (&["comment", "on"], true),
    (&["select", "from", "where"], false),
    (&["select", "from", "having"], false),
    (&["update", "set"], false),
];

/// Whether the byte `at` of `text` stands within a quoted string of a statement. `of_statement` tells that the text is known
/// to be one; else the words of one have to stand before the quote.
///
/// An apostrophe within a word begins no string: `a write that didn't fit, closing …` is no statement.
#[must_use]
pub fn is_in_string(text: &str, at: usize, of_statement: bool) -> bool {
    let Some(before) = text.as_bytes().get(..at) else { return false };
    let mut of_statement = of_statement;
    let mut met = [0; STATEMENTS.len()];
    let (mut word, mut in_string, mut last) = (0, false, b' ');
    for (at, byte) in before.iter().copied().enumerate() {
        if in_string {
            // Of a doubled quote the second one begins the string anew.
            in_string = byte != b'\'';
        } else if byte == b'\'' {
            in_string = of_statement && !last.is_ascii_alphanumeric();
        } else if !byte.is_ascii_alphabetic() && last.is_ascii_alphabetic() {
            let word = before[word..at].to_ascii_lowercase();
            for (met, (words, at_once)) in met.iter_mut().zip(STATEMENTS) {
                if words.get(*met).is_some_and(|next| word == next.as_bytes()) {
                    *met += 1;
                    of_statement |= *met == words.len();
                } else if at_once {
                    *met = usize::from(word == words[0].as_bytes());
                }
            }
        }
        if byte.is_ascii_alphabetic() && !last.is_ascii_alphanumeric() {
            word = at;
        }
        last = byte;
    }
    in_string
}

/// Whether the byte `at` of a structured event, which is JSON, stands in a value that holds what somebody typed.
#[must_use]
pub fn is_in_typed_field(event: &str, at: usize) -> bool {
    const FIELDS: [&str; 4] = ["Statement", "PlaceholderValues", "ApplicationName", "Description"];
    let Some(before) = event.get(..at) else { return false };
    // A quote within a value has a backslash before it, so this is where the value begins, or the list that holds it.
    let value = before.rfind("\":\"").max(before.rfind("\":["));
    value.is_some_and(|end| {
        FIELDS.iter().any(|field| before[..end].ends_with(&format!("\"{field}")))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIGN: &str = "closing with flushes";

    fn check(text: &str, of_statement: bool) -> bool {
        is_in_string(text, text.find(SIGN).unwrap(), of_statement)
    }

    #[test]
    fn a_string_of_a_statement_is_what_somebody_typed() {
        for text in [
            "SELECT * FROM logs WHERE message LIKE '%closing with flushes%'",
            "select it from t where m = 'it''s closing with flushes'",
            "executing ‹INSERT INTO tickets VALUES (1, 'W250422 closing with flushes')›",
            "SELECT count(*) FROM t WHERE m ~ 'closing with flushes in'",
            "CREATE TABLE x AS SELECT 'a', 'b', 'closing with flushes'",
            "create create table x as values ('closing with flushes')",
            "UPDATE t SET m = 'closing with flushes'",
        ] {
            assert!(check(text, false), "{text}");
        }
        assert!(check("SHOW x = 'closing with flushes'", true));
    }

    #[test]
    fn anything_else_is_not() {
        for text in [
            "closing with flushes",
            "'closing with flushes'",
            "\"closing with flushes\"",
            "an update that didn't fit: closing with flushes",
            "select 'a' W250422 closing with flushes",
            "the message is 'closing with flushes'",
            "SELECTED 'closing with flushes'",
            "create a ticket about the table 'closing with flushes'",
            "{\"values\":[[\"1\",\"'W250422 closing with flushes'\"]]}",
        ] {
            assert!(!check(text, false), "{text}");
        }
    }

    #[test]
    fn the_field_of_an_event_tells_who_wrote_it() {
        let event = |text: &str| is_in_typed_field(text, text.find(SIGN).unwrap());
        assert!(event(
            "{\"Tag\":\"SELECT\",\"Statement\":\"SELECT '\\\"x\\\":\\\"closing with flushes'\"}"
        ));
        assert!(event("{\"PlaceholderValues\":[\"1\",\"'closing with flushes'\"]}"));
        assert!(!event("{\"Statement\":\"x\",\"ErrorText\":\"closing with flushes\"}"));
        assert!(!event("closing with flushes"));
    }
}
