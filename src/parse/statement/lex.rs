//! SQL to tokens, one at a time and without a copy, so that a long text costs no memory and a deep one no stack.
//!
//! The marks that a redactable bundle puts around values count as blanks; a value that was removed is a token of its own.

use std::borrow::Cow;

/// What stands where a value was removed.
pub(super) const REMOVED: &str = "‹×›";

/// How other redaction writes the same, in any case; statements without their constants have an underscore for each.
const REMOVED_WORDS: [&str; 3] = ["redacted", "redactedbyzip", "_"];
const REMOVED_TAG: &str = "<redacted>";

/// Whether a word, or the text between two quotes, stands in the place of a value that was removed.
pub(super) fn is_removed(text: &str) -> bool {
    let word = text.trim().trim_matches(['<', '>']);
    REMOVED_WORDS.iter().any(|removed| word.eq_ignore_ascii_case(removed))
}

/// One token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Token<'a> {
    /// A keyword, or a name without quotes.
    Word(&'a str),
    /// What stands between double quotes.
    Quoted(&'a str),
    /// A string.
    Text(Text<'a>),
    /// A number without a sign.
    Number(&'a str),
    /// `$1`.
    Placeholder,
    /// Any other character.
    Symbol(char),
    /// A value that redaction removed.
    Removed,
    /// A string, a name or a comment that has no end.
    Broken,
    /// There is no more.
    End,
}

/// What stands between the quotes of a string.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Text<'a> {
    raw: &'a str,
    escapes: bool,
}

impl<'a> Text<'a> {
    /// The string that is meant.
    pub(super) fn value(self) -> Cow<'a, str> {
        let undoubled = undouble(self.raw, '\'');
        if self.escapes && undoubled.contains('\\') {
            return Cow::Owned(unescape(&undoubled));
        }
        undoubled
    }
}

/// A place in a text, from where on tokens are read. A copy of it is a place to come back to.
#[derive(Clone, Copy, Debug)]
pub(super) struct Lexer<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Lexer<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { text, at: 0 }
    }

    /// Where the next token begins, in bytes.
    pub(super) fn at(&self) -> usize {
        self.at
    }

    /// The text from one place to another.
    pub(super) fn since(&self, start: usize) -> &'a str {
        self.text.get(start..self.at).unwrap_or_default()
    }

    /// The next token, which is passed.
    pub(super) fn next(&mut self) -> Token<'a> {
        if !self.skip() {
            self.at = self.text.len();
            return Token::Broken;
        }
        let rest = self.rest();
        let Some(first) = rest.chars().next() else { return Token::End };
        let (token, length) = token(rest, first);
        self.at += length;
        token
    }

    /// The next token, which is not passed.
    pub(super) fn peek(&self) -> Token<'a> {
        let mut ahead = *self;
        ahead.next()
    }

    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    /// Passes blanks, marks and comments. False if a comment has no end.
    pub(super) fn skip(&mut self) -> bool {
        loop {
            let rest = self.rest();
            if rest.starts_with(REMOVED) {
                return true;
            }
            let blank = |c: char| c.is_whitespace() || matches!(c, '‹' | '›');
            if let Some(c) = rest.chars().next().filter(|c| blank(*c)) {
                self.at += c.len_utf8();
            } else if rest.starts_with("--") {
                self.at += rest.find('\n').unwrap_or(rest.len());
            } else if rest.starts_with("/*") {
                let Some(length) = comment(rest) else { return false };
                self.at += length;
            } else {
                return true;
            }
        }
    }
}

/// The token at the start of `rest`, and its length.
fn token(rest: &str, first: char) -> (Token<'_>, usize) {
    if rest.starts_with(REMOVED) {
        return (Token::Removed, REMOVED.len());
    }
    if rest.starts_with(REMOVED_TAG) {
        return (Token::Removed, REMOVED_TAG.len());
    }
    match first {
        '\'' => string(rest, 0, false),
        'e' | 'E' | 'b' | 'B' if rest[1..].starts_with('\'') => string(rest, 1, true),
        '"' => match close(&rest[1..], b'"', false) {
            Some(length) => (Token::Quoted(&rest[1..=length]), length + 2),
            None => (Token::Broken, rest.len()),
        },
        '×' => (Token::Removed, first.len_utf8()),
        '$' => {
            let digits = crate::parse::leading_digits(&rest.as_bytes()[1..]);
            let token = if digits > 0 { Token::Placeholder } else { Token::Symbol('$') };
            (token, 1 + digits)
        }
        _ if first.is_ascii_digit() || (first == '.' && rest[1..].starts_with(digit)) => {
            let length = rest.find(|c: char| !digit(c) && c != '.').unwrap_or(rest.len());
            (Token::Number(&rest[..length]), length)
        }
        _ if first.is_alphabetic() || first == '_' => {
            let goes_on = |c: char| c.is_alphanumeric() || matches!(c, '_' | '$');
            let length = rest.find(|c| !goes_on(c)).unwrap_or(rest.len());
            let word = &rest[..length];
            (if is_removed(word) { Token::Removed } else { Token::Word(word) }, length)
        }
        _ => (Token::Symbol(first), first.len_utf8()),
    }
}

fn digit(c: char) -> bool {
    c.is_ascii_digit()
}

/// A string whose quote stands after `before` bytes.
fn string(rest: &str, before: usize, escapes: bool) -> (Token<'_>, usize) {
    let start = before + 1;
    match close(&rest[start..], b'\'', escapes) {
        Some(length) => {
            (Token::Text(Text { raw: &rest[start..start + length], escapes }), start + length + 1)
        }
        None => (Token::Broken, rest.len()),
    }
}

/// Where the quote is that ends what `rest` begins with. A doubled one belongs to it.
fn close(rest: &str, quote: u8, escapes: bool) -> Option<usize> {
    let bytes = rest.as_bytes();
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        if escapes && *byte == b'\\' {
            at += 1;
        } else if *byte == quote {
            if bytes.get(at + 1) != Some(&quote) {
                return Some(at);
            }
            at += 1;
        }
        at += 1;
    }
    None
}

/// Length of the comment at the start of `rest`. Comments of CockroachDB nest.
fn comment(rest: &str) -> Option<usize> {
    let bytes = rest.as_bytes();
    let (mut at, mut depth) = (0, 0u32);
    while at < bytes.len() {
        let step = match bytes.get(at..at + 2) {
            Some(b"/*") => {
                depth = depth.saturating_add(1);
                2
            }
            Some(b"*/") => {
                depth -= 1;
                2
            }
            _ => 1,
        };
        at += step;
        if depth == 0 {
            return Some(at);
        }
    }
    None
}

/// `raw` with each doubled quote once.
pub(super) fn undouble(raw: &str, quote: char) -> Cow<'_, str> {
    if !raw.contains(quote) {
        return Cow::Borrowed(raw);
    }
    let mut chars = raw.chars().peekable();
    let mut out = String::with_capacity(raw.len());
    while let Some(c) = chars.next() {
        out.push(c);
        if c == quote {
            chars.next_if_eq(&quote);
        }
    }
    Cow::Owned(out)
}

/// `text` with what its backslashes stand for. One that stands for nothing known is left out.
fn unescape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        if c != '\\' {
            out.push(c);
            continue;
        }
        let digits = |count: usize, radix: u32, chars: &mut std::str::Chars<'_>| {
            let text: String = chars.clone().take(count).collect();
            let code = u32::from_str_radix(&text, radix).ok().filter(|_| text.len() == count)?;
            *chars = chars.as_str().get(count..)?.chars();
            char::from_u32(code)
        };
        let meant = match chars.next() {
            Some('n') => Some('\n'),
            Some('r') => Some('\r'),
            Some('t') => Some('\t'),
            Some('x' | 'X') => digits(2, 16, &mut chars),
            Some('u') => digits(4, 16, &mut chars),
            Some('U') => digits(8, 16, &mut chars),
            Some(other) => Some(other),
            None => None,
        };
        out.extend(meant);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tokens(text: &str) -> Vec<String> {
        let mut lexer = Lexer::new(text);
        let mut tokens = Vec::new();
        loop {
            tokens.push(match lexer.next() {
                Token::Word(word) => word.to_owned(),
                Token::Quoted(raw) => format!("\"{}\"", undouble(raw, '"')),
                Token::Text(text) => format!("'{}'", text.value()),
                Token::Number(number) => format!("#{number}"),
                Token::Symbol(c) => c.to_string(),
                other => format!("{other:?}"),
            });
            if matches!(lexer.peek(), Token::End) {
                return tokens;
            }
        }
    }

    #[test]
    fn every_kind_of_token_is_told_apart() {
        for (text, expected) in [
            ("a.B_c$1, (é)", "a . B_c$1 , ( é )"),
            ("\"a\"\"b\" \"\"", "\"a\"b\" \"\""),
            ("'it''s' e'a\\'b\\x41\\n' b'' E'\\u00e9'", "'it's' 'a'bA\n' '' 'é'"),
            ("-12.5::INT $2 $", "- #12.5 : : INT Placeholder $"),
            ("a -- b\n c /* d /* e */ f */ g --", "a c g"),
            ("‹a›.‹×› REDACTED <redacted> ×", "a . Removed Removed Removed Removed"),
            ("redacted RedactedByZip _ _a", "Removed Removed Removed _a"),
            ("'a", "Broken"),
            ("e'a\\'", "Broken"),
            ("\"a", "Broken"),
            ("a /* b /* c */", "a Broken"),
            ("", "End"),
        ] {
            assert_eq!(tokens(text).join(" "), expected, "{text}");
        }
    }

    #[test]
    fn an_escape_that_stands_for_nothing_does_no_harm() {
        for (text, expected) in
            [("e'\\xZZ'", "ZZ"), ("e'\\u00'", "00"), ("e'\\U99999999'", ""), ("e'\\x1é'", "1é")]
        {
            assert_eq!(tokens(text), [format!("'{expected}'")], "{text}");
        }
    }
}
