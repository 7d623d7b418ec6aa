//! Text of the input made harmless to look at: what a screen would obey or hide is shown instead.
//!
//! A log line may hold an escape sequence that repaints the terminal, or a right-to-left override that makes one
//! file name look like another. Such characters are replaced by something that can be seen. The exact text stays
//! in the JSON report.

use std::borrow::Cow;

/// `text` on one line: every control, line break and invisible character is shown.
#[must_use]
pub fn line(text: &str) -> Cow<'_, str> {
    show(text, is_hidden)
}

/// `text` with its line breaks and tabs; every other control and invisible character is shown.
#[must_use]
pub fn lines(text: &str) -> Cow<'_, str> {
    show(text, misleads)
}

/// Whether a screen obeys `c` or shows nothing for it.
///
/// Ordinary spaces of any width are kept, they are seen as a space. Joiners and variation selectors have honest uses
/// in some scripts, but they also make two different names look the same, so they are shown.
#[must_use]
pub fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' // soft hyphen
            | '\u{34f}' // combining grapheme joiner
            | '\u{61c}' // Arabic letter mark
            | '\u{115f}' | '\u{1160}' | '\u{3164}' | '\u{ffa0}' // Hangul fillers
            | '\u{17b4}' | '\u{17b5}' // Khmer inherent vowels
            | '\u{180b}'..='\u{180f}' // Mongolian selectors and separator
            | '\u{200b}'..='\u{200f}' // zero-width space and joiners, direction marks
            | '\u{2028}'..='\u{202e}' // line and paragraph separator, direction embeddings and overrides
            | '\u{2060}'..='\u{206f}' // word joiner, direction isolates, deprecated format characters
            | '\u{fe00}'..='\u{fe0f}' // variation selectors
            | '\u{feff}' // byte order mark
            | '\u{fff0}'..='\u{fffb}' // interlinear annotation and unassigned neighbours
            | '\u{1bca0}'..='\u{1bca3}' // shorthand format controls
            | '\u{1d173}'..='\u{1d17a}' // musical format controls
            | '\u{e0000}'..='\u{e0fff}') // tags and further variation selectors
}

/// A piece of text as it is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece<'a> {
    /// Text that shows as it is.
    Plain(&'a str),
    /// A character that would show nothing or rearrange its neighbours, by its code point: `U+202E`.
    Code(String),
}

/// `text` split into what shows by itself and what has to be named. Line breaks and tabs show by themselves.
#[must_use]
pub fn pieces(text: &str) -> Vec<Piece<'_>> {
    split(text, misleads)
}

fn misleads(c: char) -> bool {
    is_hidden(c) && c != '\n' && c != '\t'
}

/// The first character of `text` that is hidden, and where it stands. Nothing that is ASCII and printed is.
pub(super) fn find(text: &str, hidden: impl Fn(char) -> bool) -> Option<(usize, char)> {
    let bytes = text.as_bytes();
    let mut at = 0;
    loop {
        // Reports have megabytes of such text, and decoding each character takes several times as long.
        while let Some(b' '..=b'~') = bytes.get(at) {
            at += 1;
        }
        let c = text.get(at..)?.chars().next()?;
        if hidden(c) {
            return Some((at, c));
        }
        at += c.len_utf8();
    }
}

fn split(text: &str, hidden: impl Fn(char) -> bool) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some((at, c)) = find(rest, &hidden) {
        let (plain, tail) = rest.split_at(at);
        if !plain.is_empty() {
            pieces.push(Piece::Plain(plain));
        }
        pieces.push(Piece::Code(format!("U+{:04X}", u32::from(c))));
        rest = tail.get(c.len_utf8()..).unwrap_or_default();
    }
    if !rest.is_empty() {
        pieces.push(Piece::Plain(rest));
    }
    pieces
}

/// Where no style sets a name apart, it stands in angle brackets, as `less` shows it: `<U+202E>`.
fn show(text: &str, hidden: impl Fn(char) -> bool) -> Cow<'_, str> {
    if find(text, &hidden).is_none() {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 16);
    for piece in split(text, hidden) {
        match piece {
            Piece::Plain(plain) => shown.push_str(plain),
            Piece::Code(code) => shown.extend(["<", &code, ">"]),
        }
    }
    Cow::Owned(shown)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_screen_obeys_is_shown() {
        assert_eq!(
            line("a\u{1b}[2J\0\r\nb\tc\u{7f}\u{9b}"),
            "a<U+001B>[2J<U+0000><U+000D><U+000A>b<U+0009>c<U+007F><U+009B>"
        );
        assert_eq!(line("gpj\u{202e}exe.\u{2066}\u{200f}"), "gpj<U+202E>exe.<U+2066><U+200F>");
        assert_eq!(line("\u{feff}a\u{200b}b\u{e0041}"), "<U+FEFF>a<U+200B>b<U+E0041>");
    }

    #[test]
    fn the_other_form_keeps_line_breaks_and_tabs_only() {
        assert_eq!(lines("a\r\n\tb\u{2028}c"), "a<U+000D>\n\tb<U+2028>c");
    }

    #[test]
    fn ordinary_text_is_not_copied() {
        for text in ["", "‹×› ⋮ » naïve 日本語 🪳", "a b\u{a0}c"] {
            assert!(matches!(line(text), Cow::Borrowed(same) if same == text));
        }
    }

    #[test]
    fn pieces_are_what_shows_and_what_has_to_be_named() {
        let code = |text: &str| Piece::Code(text.to_owned());
        assert_eq!(
            pieces("gpj.\u{202e}exe\u{0}\u{1b}[31m\r\n"),
            [
                Piece::Plain("gpj."),
                code("U+202E"),
                Piece::Plain("exe"),
                code("U+0000"),
                code("U+001B"),
                Piece::Plain("[31m"),
                code("U+000D"),
                Piece::Plain("\n"),
            ]
        );
        let line = "W250422 06:22:39 ⋮ [T3,n1] ‹secret› 漢字\n\tnext";
        assert_eq!((pieces(line), pieces("")), (vec![Piece::Plain(line)], vec![]));
    }
}
