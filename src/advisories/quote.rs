//! Names and queries of the input, checked before they are put into statements that a person will copy.
//!
//! A job's description is text that whoever made the bundle could write. What is not plainly a name or plainly one
//! query is left out, and its placeholder stays for a person to fill: a forged description must not turn a step
//! that only reads into one that drops something. This is stricter than CockroachDB's grammar on purpose.

/// Words that a query which only reads has no need of. A column of that name is quoted or stays unfilled.
const WRITES: [&str; 30] = [
    "alter",
    "backup",
    "begin",
    "call",
    "cancel",
    "comment",
    "commit",
    "copy",
    "create",
    "deallocate",
    "delete",
    "do",
    "drop",
    "execute",
    "export",
    "grant",
    "import",
    "insert",
    "into",
    "pause",
    "prepare",
    "reassign",
    "restore",
    "resume",
    "revoke",
    "rollback",
    "set",
    "truncate",
    "update",
    "upsert",
];

/// Beginnings of built-in functions and schemas that can do more than compute.
const REACHES: [&str; 5] = ["crdb_internal", "lo_", "nextval", "pg_", "setval"];

/// Longest name and longest query that are filled in; nobody can check a longer one by eye.
const NAME_LIMIT: usize = 300;
const QUERY_LIMIT: usize = 4_000;

/// `text`, if it is one to three names with dots between them, as SQL writes them: bare, or in double quotes.
#[must_use]
pub(super) fn name(text: &str) -> Option<&str> {
    let parts = parts(text)?;
    (1..=3).contains(&parts.len()).then_some(text)
}

/// The last part of a name, if it needs no quotes anywhere: not in SQL, not in a shell, not in a regular expression.
#[must_use]
pub(super) fn plain(text: &str) -> Option<&str> {
    let last = *parts(text)?.last()?;
    let is_plain = |c: char| c.is_ascii_alphanumeric() || c == '_';
    last.chars().all(is_plain).then_some(last)
}

/// `text`, if it is plainly an address or a path: nothing in it ends a string of SQL, breaks the line, or shows as
/// something else.
#[must_use]
pub(super) fn address(text: &str) -> Option<&str> {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || ":/.-_~%+@=,".contains(c);
    (!text.is_empty() && text.len() <= NAME_LIMIT && text.chars().all(is_plain)).then_some(text)
}

/// `text` on one line, if it is one query that may stand in parentheses and contains no word that writes.
///
/// It may still call functions that the cluster's own users made; the step says to read it first.
#[must_use]
pub(super) fn query(text: &str) -> Option<String> {
    if text.len() > QUERY_LIMIT {
        return None;
    }
    let mut line = String::with_capacity(text.len());
    let mut open = Vec::new();
    let mut first = None;
    let mut rest = text.trim();
    while let Some(c) = rest.chars().next() {
        let length = match c {
            '\'' | '"' => quoted(rest)?,
            '(' => {
                open.push(')');
                1
            }
            '[' => {
                open.push(']');
                1
            }
            ')' | ']' => (open.pop() == Some(c)).then_some(1)?,
            // A second statement, a comment that hides the rest, a client command, a quote of another kind.
            ';' | '\\' | '$' | '`' => return None,
            _ if rest.starts_with("--") || rest.starts_with("/*") => return None,
            _ if c.is_alphanumeric() || c == '_' => {
                let word = word(rest)?;
                first.get_or_insert(word);
                word.len()
            }
            '\n' | '\t' | '\r' | ' ' => {
                line.push(' ');
                rest = rest.get(1..)?;
                continue;
            }
            _ if c.is_ascii_graphic() => 1,
            _ => return None,
        };
        line.push_str(rest.get(..length)?);
        rest = rest.get(length..)?;
    }
    let begins = ["select", "with", "values", "table"];
    let reads =
        begins.iter().any(|begin| first.is_some_and(|word| word.eq_ignore_ascii_case(begin)));
    (reads && open.is_empty()).then_some(line)
}

/// A word at the start of `text`, unless it is one that a query which only reads has no need of.
fn word(text: &str) -> Option<&str> {
    let end = text.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(text.len());
    let word = &text[..end];
    let lower = word.to_ascii_lowercase();
    let harmless =
        !WRITES.contains(&lower.as_str()) && !REACHES.iter().any(|r| lower.starts_with(r));
    harmless.then_some(word)
}

/// Length of the string or quoted name at the start of `text`, quotes included. A doubled quote belongs to it. None
/// without an end, and with what would be read differently in another kind of string or shown as something else.
fn quoted(text: &str) -> Option<usize> {
    let quote = text.chars().next()?;
    let mut inside = text.char_indices().skip(1).peekable();
    while let Some((at, c)) = inside.next() {
        if c == quote {
            if inside.next_if(|(_, next)| *next == quote).is_none() {
                return Some(at + 1);
            }
        } else if c == '\\' || misleads(c) {
            return None;
        }
    }
    None
}

/// The parts of a dotted name, quotes included.
fn parts(text: &str) -> Option<Vec<&str>> {
    if text.len() > NAME_LIMIT {
        return None;
    }
    let mut parts = Vec::new();
    let mut rest = text;
    loop {
        let length = match rest.chars().next()? {
            '"' => quoted(rest).filter(|length| *length > 2)?,
            c if c.is_alphabetic() || c == '_' => {
                rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len())
            }
            _ => return None,
        };
        parts.push(rest.get(..length)?);
        match rest.get(length..)? {
            "" => return Some(parts),
            after => rest = after.strip_prefix('.')?,
        }
    }
}

/// Whether a character breaks the line, shows nothing, reorders its neighbours, or stands where a value was removed.
fn misleads(c: char) -> bool {
    c.is_control()
        || matches!(c, '‹' | '›' | '×' | '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{feff}')
        || matches!(c, '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}')
        || matches!(c, '\u{2060}'..='\u{206f}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stay_as_they_are_written() {
        for text in [
            "t",
            "demo.public.orders",
            "\"Odd (name)\".public.\"a;b\"",
            "\"it's\"",
            "\"a\"\"b\"",
            "größe",
            "_molt_fetch_status",
        ] {
            assert_eq!(name(text), Some(text));
        }
    }

    #[test]
    fn what_is_more_than_a_name_is_left_out() {
        for text in [
            "",
            ".",
            "t.",
            "a.b.c.d",
            "\"\"",
            "\"a; DROP DATABASE prod; --",
            "\"a\"b\"",
            "t;DROP",
            "t--",
            "t/**/x",
            "t\nx",
            "\"a\nb\"",
            "\"a\u{202e}b\"",
            "\"\\! rm\"",
            "‹×›",
            "\"‹×›\"",
            "t$(reboot)",
            "7t",
            "{job_id}",
            "t'",
        ] {
            assert_eq!(name(text), None, "{text}");
        }
        assert_eq!(name(&"x".repeat(NAME_LIMIT + 1)), None);
    }

    #[test]
    fn only_a_plain_name_reaches_a_shell() {
        assert_eq!(plain("demo.public.orders_2"), Some("orders_2"));
        for text in ["\"x'; reboot; '\"", "demo.public.\"orders\"", "größe", "d.\"$(reboot)\""] {
            assert_eq!(plain(text), None, "{text}");
        }
    }

    #[test]
    fn queries_that_read_come_on_one_line() {
        for (text, expected) in [
            ("SELECT * FROM d.s.src", "SELECT * FROM d.s.src"),
            (
                " select a,\n\tb from t where c = 'it''s; -- not' ",
                "select a,  b from t where c = 'it''s; -- not'",
            ),
            ("WITH x AS (SELECT 1) SELECT * FROM x", "WITH x AS (SELECT 1) SELECT * FROM x"),
            ("(SELECT 1) UNION (SELECT 2)", "(SELECT 1) UNION (SELECT 2)"),
            (
                "SELECT a[1], b->>'k', \"update\" FROM t@t_idx",
                "SELECT a[1], b->>'k', \"update\" FROM t@t_idx",
            ),
            (
                "SELECT updated, created_at, x::DECIMAL(10,2) FROM t",
                "SELECT updated, created_at, x::DECIMAL(10,2) FROM t",
            ),
        ] {
            assert_eq!(query(text).as_deref(), Some(expected));
        }
    }

    #[test]
    fn what_could_be_more_than_one_query_that_reads_is_left_out() {
        for text in [
            "",
            "SELECT 1); DROP DATABASE prod; --",
            "SELECT 1; DROP DATABASE prod",
            "SELECT 1) AS a, (SELECT 2",
            "SELECT (1",
            "SELECT 1 -- rest",
            "SELECT 1 /* rest",
            "SELECT 'a",
            "SELECT e'\\'; DROP TABLE t; --'",
            "SELECT \"a",
            "SELECT $$a'$$",
            "SELECT $1",
            "SELECT * FROM [DELETE FROM t RETURNING 1]",
            "WITH x AS (DELETE FROM t RETURNING 1) SELECT * FROM x",
            "DELETE FROM t",
            "DROP TABLE t",
            "TRUNCATE t",
            "SELECT 1 \\! reboot",
            "SELECT crdb_internal.force_panic('x')",
            "SELECT nextval('s')",
            "SELECT pg_terminate_backend(1)",
            "SELECT ‹×›",
            "SELECT '‹×›'",
            "SELECT '\u{202e}'",
            "SELECT 'a\nb'",
            "SELECT\u{a0}1",
            "SELECT\0 1",
        ] {
            assert_eq!(query(text), None, "{text}");
        }
        assert_eq!(query(&format!("SELECT {}", "1".repeat(QUERY_LIMIT))), None);
    }
}
