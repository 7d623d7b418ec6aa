//! Hostile text made visible: what a log or a file name holds is shown, never obeyed.

use crdb_triage::report::visible::is_hidden;

/// A piece of text as it is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    /// Text that shows as it is.
    Plain(String),
    /// A character that would show nothing or rearrange its neighbours, by its code: `U+202E`.
    Code(String),
}

/// Splits `text` into what shows by itself and what has to be named; [`is_hidden`] knows which is which. Line feeds
/// and tabs stay: the style sheet shows them.
#[must_use]
pub fn pieces(text: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut plain = String::new();
    for character in text.chars() {
        if is_hidden(character) && !matches!(character, '\n' | '\t') {
            if !plain.is_empty() {
                pieces.push(Piece::Plain(std::mem::take(&mut plain)));
            }
            pieces.push(Piece::Code(format!("U+{:04X}", u32::from(character))));
        } else {
            plain.push(character);
        }
    }
    if !plain.is_empty() {
        pieces.push(Piece::Plain(plain));
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ordinary_text_is_one_piece() {
        let line = "W250422 06:22:39 ⋮ [T3,n1] ‹secret› 漢字\n\tnext";
        assert_eq!(pieces(line), [Piece::Plain(line.to_owned())]);
        assert_eq!(pieces(""), []);
    }

    #[test]
    fn what_would_mislead_is_named() {
        let plain = |text: &str| Piece::Plain(text.to_owned());
        let code = |text: &str| Piece::Code(text.to_owned());
        assert_eq!(
            pieces("gpj.\u{202e}exe\u{0}\u{1b}[31m\r\n"),
            [
                plain("gpj."),
                code("U+202E"),
                plain("exe"),
                code("U+0000"),
                code("U+001B"),
                plain("[31m"),
                code("U+000D"),
                plain("\n"),
            ]
        );
    }
}
