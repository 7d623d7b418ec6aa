//! A shallow look at one JSON object: its top-level keys, and where each value stands.
//!
//! Every JSON line of a log passes here, so it only skips; nothing is decoded or copied, and nothing nests by
//! recursion. An object that is cut off yields what stands before the cut.

/// How the object ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// With its closing brace, which ends before this byte.
    Whole(usize),
    /// With the text: the rest is missing.
    Cut,
    /// With something that is not JSON.
    Broken,
}

/// Calls `found` with each top-level key (as written, without quotes) and its value (as written; a string with
/// its quotes). `text` begins with the opening brace. The value at a cut is passed as far as it goes, without
/// a closing quote.
pub(crate) fn walk<'a>(text: &'a [u8], mut found: impl FnMut(&'a [u8], &'a [u8])) -> End {
    if text.first() != Some(&b'{') {
        return End::Broken;
    }
    let mut at = space(text, 1);
    if text.get(at) == Some(&b'}') {
        return End::Whole(at + 1);
    }
    loop {
        match text.get(at) {
            Some(b'"') => {}
            Some(_) => return End::Broken,
            None => return End::Cut,
        }
        let Some(key_end) = string(text, at + 1) else { return End::Cut };
        let key = &text[at + 1..key_end];
        at = space(text, key_end + 1);
        match text.get(at) {
            Some(b':') => at = space(text, at + 1),
            Some(_) => return End::Broken,
            None => return End::Cut,
        }
        let start = at;
        match value(text, at) {
            Some(end) if end > start => at = end,
            Some(_) => return End::Broken,
            None => {
                if start < text.len() {
                    found(key, &text[start..]);
                }
                return End::Cut;
            }
        }
        found(key, &text[start..at]);
        at = space(text, at);
        match text.get(at) {
            Some(b',') => at = space(text, at + 1),
            Some(b'}') => return End::Whole(at + 1),
            Some(_) => return End::Broken,
            None => return End::Cut,
        }
    }
}

fn space(text: &[u8], mut at: usize) -> usize {
    while text.get(at).is_some_and(|b| matches!(b, b' ' | b'\t' | b'\r' | b'\n')) {
        at += 1;
    }
    at
}

/// Where the string that begins at `at` (after its quote) has its closing quote.
fn string(text: &[u8], mut at: usize) -> Option<usize> {
    loop {
        at += memchr::memchr2(b'"', b'\\', text.get(at..)?)?;
        if text[at] == b'"' {
            return Some(at);
        }
        at += 2;
    }
}

/// Where the value that begins at `at` ends; nothing when the text ends first. A number or word at the very end of
/// the text counts as cut, for nobody can know that it is whole.
fn value(text: &[u8], mut at: usize) -> Option<usize> {
    match text.get(at)? {
        b'"' => Some(string(text, at + 1)? + 1),
        b'{' | b'[' => {
            let mut depth = 0usize;
            loop {
                match text.get(at)? {
                    b'"' => at = string(text, at + 1)?,
                    b'{' | b'[' => depth += 1,
                    b'}' | b']' => {
                        depth -= 1;
                        if depth == 0 {
                            return Some(at + 1);
                        }
                    }
                    _ => {}
                }
                at += 1;
            }
        }
        _ => text[at..]
            .iter()
            .position(|b| matches!(b, b',' | b'}' | b']' | b' ' | b'\t' | b'\r' | b'\n' | b'"'))
            .map(|length| at + length),
    }
}

/// The text of a JSON string value, with or without its quotes: escapes decoded, invalid UTF-8 and lone
/// surrogates replaced, everything else passed through. Other values as written.
pub(crate) fn string_text(value: &[u8]) -> String {
    let Some(inner) = value.strip_prefix(b"\"") else {
        return String::from_utf8_lossy(value).into_owned();
    };
    // Where the value is cut there is no closing quote; what looks like one is escaped.
    let closed = inner.ends_with(b"\"") && string(inner, 0) == Some(inner.len() - 1);
    let text = String::from_utf8_lossy(if closed { &inner[..inner.len() - 1] } else { inner });
    let mut decoded = String::with_capacity(text.len());
    let mut rest = &*text;
    while let Some(at) = rest.find('\\') {
        decoded.push_str(&rest[..at]);
        let escape = &rest[at + 1..];
        let mut chars = escape.chars();
        let c = chars.next();
        rest = chars.as_str();
        match c {
            Some('n') => decoded.push('\n'),
            Some('t') => decoded.push('\t'),
            Some('r') => decoded.push('\r'),
            Some('b') => decoded.push('\u{8}'),
            Some('f') => decoded.push('\u{c}'),
            Some('u') => {
                let (c, length) = unicode(rest);
                decoded.push(c);
                rest = &rest[length..];
            }
            Some(c) => decoded.push(c),
            None => {}
        }
    }
    decoded.push_str(rest);
    decoded
}

/// The character of the four digits after `\u` (and of a second escape, if they are half of a pair), and how
/// much text they take.
fn unicode(text: &str) -> (char, usize) {
    let hex = |text: &str| u32::from_str_radix(text.get(..4)?, 16).ok();
    let Some(first) = hex(text) else { return (char::REPLACEMENT_CHARACTER, 0) };
    if let Some(c) = char::from_u32(first) {
        return (c, 4);
    }
    let low = text[4..].strip_prefix("\\u").and_then(hex).filter(|l| (0xDC00..0xE000).contains(l));
    match low {
        Some(low) if first < 0xDC00 => {
            let c = char::from_u32(0x10000 + ((first - 0xD800) << 10) + (low - 0xDC00));
            (c.unwrap_or(char::REPLACEMENT_CHARACTER), 10)
        }
        _ => (char::REPLACEMENT_CHARACTER, 4),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(text: &str) -> (Vec<(String, String)>, End) {
        let mut found = Vec::new();
        let end = walk(text.as_bytes(), |key, value| {
            found.push((
                String::from_utf8_lossy(key).into_owned(),
                String::from_utf8_lossy(value).into_owned(),
            ));
        });
        (found, end)
    }

    #[test]
    fn values_are_skipped_whole_whatever_they_hold() {
        let text = r#"{"a":"x}\"\\","b":{"c":["}",{"d":1}]},"e":12 , "f":null}tail"#;
        let (found, end) = pairs(text);
        let shown: Vec<_> = found.iter().map(|(k, v)| format!("{k}:{v}")).collect();
        assert_eq!(shown, [r#"a:"x}\"\\""#, r#"b:{"c":["}",{"d":1}]}"#, "e:12", "f:null"]);
        assert_eq!(end, End::Whole(text.len() - 4));
    }

    #[test]
    fn a_cut_or_broken_object_yields_what_stands_before() {
        let text = r#"{"a":"x","b":"long text"}"#;
        for cut in 0..text.len() {
            let (found, end) = pairs(&text[..cut]);
            assert!(cut == 0 || end == End::Cut, "{cut}");
            assert_eq!(found.first().is_some_and(|(_, v)| v == r#""x""#), cut >= 8, "{cut}");
        }
        for text in ["{a:1}", "[1]", "{\"a\" 1}", "{\"a\":1 \"b\":2}", "{\"a\":}", "{1}"] {
            assert_eq!(pairs(text).1, End::Broken, "{text}");
        }
    }

    #[test]
    fn strings_are_decoded_leniently() {
        for (value, expected) in [
            (r#""a\nb\t\"\\\/""#, "a\nb\t\"\\/"),
            (r#""\u2039x\u203a \ud83d\ude00""#, "‹x› 😀"),
            (r#""\ud83d lone \u12""#, "\u{fffd} lone \u{fffd}12"),
            (r#""cut \"#, "cut "),
            (r#""cut \""#, "cut \""),
            ("12", "12"),
        ] {
            assert_eq!(string_text(value.as_bytes()), expected, "{value}");
        }
        assert_eq!(string_text(b"\"\xff\""), "\u{fffd}");
    }
}
