//! Text of the input made harmless to look at: what a screen would obey or hide is shown instead.
//!
//! A log line may hold an escape sequence that repaints the terminal, or a right-to-left override that makes one
//! file name look like another. Such characters are replaced by something that can be seen. The exact text stays
//! in the JSON report.

use std::borrow::Cow;
use std::fmt::Write;

/// `text` on one line: every control, line break and invisible character is shown.
#[must_use]
pub fn line(text: &str) -> Cow<'_, str> {
    show(text, is_hidden)
}

/// `text` with its line breaks and tabs; every other control and invisible character is shown.
#[must_use]
pub fn lines(text: &str) -> Cow<'_, str> {
    show(text, |c| is_hidden(c) && c != '\n' && c != '\t')
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

fn show(text: &str, hidden: impl Fn(char) -> bool) -> Cow<'_, str> {
    if !text.contains(&hidden) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        if hidden(c) {
            push_shown(&mut shown, c);
        } else {
            shown.push(c);
        }
    }
    Cow::Owned(shown)
}

/// The control picture where Unicode has one, the code point in Rust's notation elsewhere.
fn push_shown(out: &mut String, c: char) {
    let picture = match u32::from(c) {
        code @ 0..0x20 => char::from_u32(0x2400 + code),
        0x7f => Some('␡'),
        _ => None,
    };
    match picture {
        Some(picture) => out.push(picture),
        None => {
            // Writing to a String cannot fail.
            let _ = write!(out, "\\u{{{:x}}}", u32::from(c));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_screen_obeys_is_shown() {
        assert_eq!(line("a\u{1b}[2J\0\r\nb\tc\u{7f}\u{9b}"), "a␛[2J␀␍␊b␉c␡\\u{9b}");
        assert_eq!(line("gpj\u{202e}exe.\u{2066}\u{200f}"), "gpj\\u{202e}exe.\\u{2066}\\u{200f}");
        assert_eq!(line("\u{feff}a\u{200b}b\u{e0041}"), "\\u{feff}a\\u{200b}b\\u{e0041}");
    }

    #[test]
    fn the_other_form_keeps_line_breaks_and_tabs_only() {
        assert_eq!(lines("a\r\n\tb\u{2028}c"), "a␍\n\tb\\u{2028}c");
    }

    #[test]
    fn ordinary_text_is_not_copied() {
        for text in ["", "‹×› ⋮ » naïve 日本語 🪳", "a b\u{a0}c"] {
            assert!(matches!(line(text), Cow::Borrowed(same) if same == text));
        }
    }
}
