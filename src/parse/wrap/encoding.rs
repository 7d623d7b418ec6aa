//! UTF-16, as Windows writes it, to UTF-8.

use std::borrow::Cow;

/// How the characters of a text are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Encoding {
    /// UTF-8, or bytes that are taken for it.
    #[default]
    Utf8,
    /// UTF-16, the low byte first.
    Utf16Le,
    /// UTF-16, the high byte first.
    Utf16Be,
}

/// So much of a text without a mark is looked at, in bytes.
const EVIDENT: usize = 4096;

impl Encoding {
    /// From where zero bytes stand: in UTF-16 every character of ASCII, which is nearly all of a log, has one. A mark at
    /// the start lets a quarter be enough; alone it proves nothing, for it may be two bytes of garbage.
    #[must_use]
    pub fn detect(start: &[u8]) -> Self {
        let (marked, text) = match start {
            [0xFF, 0xFE, rest @ ..] => (Some(Self::Utf16Le), rest),
            [0xFE, 0xFF, rest @ ..] => (Some(Self::Utf16Be), rest),
            rest => (None, rest),
        };
        let pairs = text[..text.len().min(EVIDENT)].as_chunks::<2>().0;
        let written = |b: u8| b.is_ascii_graphic() || b.is_ascii_whitespace();
        let count = |encoding: Self| match encoding {
            Self::Utf16Be => pairs.iter().filter(|pair| pair[0] == 0 && written(pair[1])).count(),
            _ => pairs.iter().filter(|pair| written(pair[0]) && pair[1] == 0).count(),
        };
        if let Some(encoding) = marked {
            let evident = count(encoding) * 4 >= pairs.len();
            return if evident { encoding } else { Self::Utf8 };
        }
        let nearly_all = |count: usize| count >= 8 && count * 10 >= pairs.len() * 9;
        let evident = [Self::Utf16Le, Self::Utf16Be].into_iter().find(|e| nearly_all(count(*e)));
        evident.unwrap_or_default()
    }

    /// A piece of text in UTF-8, if it begins at a whole unit. What is no UTF-16 becomes the replacement character.
    #[must_use]
    pub fn decode(self, text: &[u8]) -> Cow<'_, [u8]> {
        if self == Self::Utf8 {
            return Cow::Borrowed(text);
        }
        let mut transcoder = Transcoder::new(self);
        let mut decoded = Vec::with_capacity(text.len() / 2);
        let mut push = |c: char| decoded.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
        for byte in text {
            transcoder.feed(*byte).into_iter().flatten().for_each(&mut push);
        }
        transcoder.finish().into_iter().for_each(&mut push);
        Cow::Owned(decoded)
    }
}

/// UTF-16 to characters, byte by byte.
#[derive(Clone, Debug)]
pub struct Transcoder {
    high_first: bool,
    /// The first byte of a unit.
    byte: Option<u8>,
    /// The first half of a pair.
    half: Option<u16>,
}

impl Transcoder {
    /// For text in `encoding`, which is not UTF-8.
    #[must_use]
    pub fn new(encoding: Encoding) -> Self {
        Self { high_first: encoding == Encoding::Utf16Be, byte: None, half: None }
    }

    /// The characters that `byte` completes: a half that nothing followed, and then what the unit itself is.
    pub fn feed(&mut self, byte: u8) -> [Option<char>; 2] {
        let Some(first) = self.byte.take() else {
            self.byte = Some(byte);
            return [None, None];
        };
        let unit = if self.high_first {
            u16::from_be_bytes([first, byte])
        } else {
            u16::from_le_bytes([first, byte])
        };
        let lone = char::REPLACEMENT_CHARACTER;
        match (self.half.take(), unit) {
            (Some(high), 0xDC00..0xE000) => {
                let pair = char::decode_utf16([high, unit]).next();
                [Some(pair.and_then(Result::ok).unwrap_or(lone)), None]
            }
            (half, 0xD800..0xDC00) => {
                self.half = Some(unit);
                [half.map(|_| lone), None]
            }
            (half, unit) => {
                [half.map(|_| lone), Some(char::from_u32(u32::from(unit)).unwrap_or(lone))]
            }
        }
    }

    /// What is left of a unit or a pair at the end of the text.
    #[must_use]
    pub fn finish(self) -> Option<char> {
        (self.byte.is_some() || self.half.is_some()).then_some(char::REPLACEMENT_CHARACTER)
    }
}
