//! Heads of entries that stand behind other text: in a line that a tool dressed, or that lost the newline before it.

use memchr::memmem;

use crate::parse::{begins_like, leading_digits, quoted};

/// What every head holds, and little other text: the end of the name of a source file.
const FILE_END: &[u8] = b".go:";

/// The longest path of a source file, its channel with it.
const PATH: usize = 160;

/// The most digits of the number of a goroutine, and of a channel.
const DIGITS: usize = 20;

/// The places in `text` at which the head of an entry begins, in order, except in strings of a SQL statement: those are
/// somebody's ([quoted log lines]).
///
/// ```text
/// 2025-04-22T06:25:00.123Z W250422 06:25:00.000001 77 kv/bulk/sst_batcher.go:432 ⋮ [n1] 77  …
///                          ↑
/// ```
///
/// [quoted log lines]: ../../../docs/cockroachdb/log-formats.md#quoted-log-lines
pub fn heads(text: &[u8]) -> impl Iterator<Item = usize> {
    memmem::find_iter(text, FILE_END)
        .filter_map(|at| head_around(text, at))
        .filter(|start| !is_typed(line_before(text, *start)))
}

/// Those of [`heads`] that are not at the start of a line, or that lost their letter there. With a letter that is no
/// severity it is a line of another program.
pub fn hidden_heads(text: &[u8]) -> impl Iterator<Item = usize> {
    let begins_line = |start: &usize| match line_before(text, *start) {
        [] => matches!(text[*start], b'I' | b'W' | b'E' | b'F'),
        [letter] => letter.is_ascii_uppercase(),
        _ => false,
    };
    heads(text).filter(move |start| !begins_line(start))
}

/// Whether a head stands in a line behind other text, or without its letter at its start.
#[must_use]
pub fn hides_head(line: &[u8]) -> bool {
    hidden_heads(line).next().is_some()
}

/// What stands before a place in its line.
fn line_before(text: &[u8], at: usize) -> &[u8] {
    &text[memchr::memrchr(b'\n', &text[..at]).map_or(0, |end| end + 1)..at]
}

/// Where the head begins to which the end of a source file's name at `at` belongs.
fn head_around(text: &[u8], at: usize) -> Option<usize> {
    let after = text.get(at + FILE_END.len()..)?;
    let number = leading_digits(after);
    if number == 0 || after.get(number) != Some(&b' ') {
        return None;
    }
    let nearest = at.saturating_sub(PATH);
    let path = nearest + memchr::memrchr(b' ', &text[nearest..at])?;
    let path_is_plain =
        |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'/' | b'.' | b'_' | b'-' | b'@');
    if !text[path + 1..at].iter().all(path_is_plain) {
        return None;
    }
    let before = &text[..path];
    let before = before.strip_suffix(b" (gostd)").unwrap_or(before);
    let goroutine = before.iter().rev().take(DIGITS).take_while(|b| b.is_ascii_digit()).count();
    let without = before[..before.len() - goroutine].strip_suffix(b" ").filter(|_| goroutine > 0);
    let start = stamp(before).or_else(|| stamp(without?))?;
    Some(match start.checked_sub(1).and_then(|letter| text.get(letter)) {
        Some(b'I' | b'W' | b'E' | b'F') => start - 1,
        _ => start,
    })
}

/// Where `yymmdd hh:mm:ss.uuuuuu[±hhmmss]` begins, at the end of a text.
fn stamp(text: &[u8]) -> Option<usize> {
    const STAMP: &[u8; 22] = b"000000 00:00:00.000000";
    const ZONE: usize = 7;
    let zone = text.len().checked_sub(ZONE).filter(|at| {
        matches!(text[*at], b'+' | b'-') && text[at + 1..].iter().all(u8::is_ascii_digit)
    });
    let end = zone.unwrap_or(text.len());
    let start = end.checked_sub(STAMP.len())?;
    begins_like(&text[start..end], STAMP).then_some(start)
}

/// Whether what follows `before` in a line is a string of a statement.
fn is_typed(before: &[u8]) -> bool {
    memchr::memchr(b'\'', before).is_some() && {
        let before = String::from_utf8_lossy(before);
        quoted::is_in_string(&before, before.len(), false)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = "W250422 06:25:00.000001 77 kv/bulk/sst_batcher.go:432 ⋮ [n1] 77  closing";

    #[test]
    fn a_head_behind_anything_is_hidden() {
        for before in [
            "\t",
            "> ",
            "2025-04-22T06:25:00.123456789Z ",
            "[pod container] ",
            "logs/cockroach.log:812:",
            "the end of the entry before",
            "{\"log\":\"",
            "7,\"",
            "\u{1b}[33m",
            "first line of two\n  ",
        ] {
            let text = format!("{before}{HEAD}");
            assert_eq!(
                hidden_heads(text.as_bytes()).collect::<Vec<_>>(),
                [before.len()],
                "{before}"
            );
        }
    }

    #[test]
    fn all_forms_of_a_head_are_known() {
        for head in [
            "I250422 06:25:00.000001 1 a.go:1 x",
            "E250422 06:25:00.000001 a/b_c.go:12  [n1] x",
            "F250422 06:25:00.000001+020000 7 4@a-b/c.go:9 ⋮ [-] 1  x",
            "I250422 06:25:00.000001 7 (gostd) net/http/server.go:3 x",
            "250422 06:25:00.000001 7 a.go:1 x",
        ] {
            assert!(hides_head(format!("x {head}").as_bytes()), "{head}");
        }
        assert!(hides_head(&HEAD.as_bytes()[1..]), "a letter that was cut off");
    }

    #[test]
    fn what_only_looks_like_a_head_is_none() {
        for text in [
            HEAD,
            "D250422 06:25:00.000001 77 a.go:4 x",
            "first\nW250422 06:25:00.000001 77 a.go:4 x",
            "\t/go/src/github.com/cockroachdb/cockroach/pkg/util/log/clog.go:432 +0x1d",
            "at 06:25:00.000001 77 a.go:4 x",
            "x W250422 06:25:00.000001 77 a.go:x y",
            "x W250422 06:25:00.000001 77 a b.go:4",
            "x W250422 06:25:00.000001 77 a.go:4",
            ".go:1 ",
            " .go:1 ",
            "",
        ] {
            assert_eq!(hidden_heads(text.as_bytes()).next(), None, "{text}");
        }
    }

    #[test]
    fn a_head_that_somebody_typed_into_a_statement_is_none() {
        let typed = format!("SELECT * FROM logs WHERE line LIKE '%{HEAD}%'");
        assert!(!hides_head(typed.as_bytes()));
        assert!(hides_head(format!("it's {HEAD}").as_bytes()));
    }
}
