//! JSON read piece by piece: tokens with their places, in memory that holds one token.
//!
//! Documents of a debug zip may be larger than memory, so nothing is built from them; whoever asks hears of every
//! token in turn. Several values may follow each other, as in JSON lines.

use super::sniff::BYTE_ORDER_MARK;

/// Containers within containers that are read; no document that is read has a fifth of that.
const DEPTH: usize = 64;

/// Bytes of one token that are kept.
const TOKEN: usize = 4 << 20;

/// One token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Token<'a> {
    /// `{` or `[`.
    Begin(u8),
    /// The end of the innermost container.
    End,
    /// A key of an object, as written, with its first quote.
    Key(&'a [u8]),
    /// A string, as written, with its first quote, and how many bytes stand between its quotes.
    Text(&'a [u8], u64),
    /// A number, `true`, `false` or `null`, as written.
    Word(&'a [u8]),
}

/// Where a token begins.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct At {
    /// Line, from 1.
    pub(crate) line: u64,
    /// Byte at which that line begins, from 0.
    pub(crate) line_start: u64,
    /// Byte at which the token begins, from 0.
    pub(crate) offset: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// A value, or (`true`) the end of an array that has none yet.
    Value(bool),
    /// A key, or (`true`) the end of an object that has none yet.
    Key(bool),
    Colon,
    /// A comma, or the end of the container.
    Comma,
    /// Within a string: whether it is a key, and whether a backslash stands before.
    Text {
        key: bool,
        escaped: bool,
    },
    Word,
}

/// Reads JSON piece by piece.
#[derive(Debug)]
pub(crate) struct JsonStream {
    /// The containers that are open: `{` or `[`.
    open: Vec<u8>,
    state: State,
    token: Vec<u8>,
    length: u64,
    /// Where the token began.
    at: At,
    /// Where the reading stands.
    now: At,
    begun: bool,
    broken: Option<String>,
}

impl JsonStream {
    /// Text that begins on a line and at a byte of its file.
    pub(crate) fn new(line: u64, offset: u64) -> Self {
        let now = At { line, line_start: offset, offset };
        Self {
            open: Vec::new(),
            state: State::Value(false),
            token: Vec::new(),
            length: 0,
            at: now,
            now,
            begun: false,
            broken: None,
        }
    }

    /// Reads the next piece and passes on its tokens. Tells why it cannot be read from somewhere on, if so.
    pub(crate) fn feed(&mut self, piece: &[u8], on: &mut dyn FnMut(Token<'_>, At)) -> Option<&str> {
        let mut rest = piece;
        while self.broken.is_none()
            && let Some(first) = rest.first()
        {
            let read = match self.state {
                State::Text { key, escaped } => self.text(rest, key, escaped, on),
                State::Word => self.word(rest, on),
                _ => {
                    if let Err(what) = self.between(*first, on) {
                        self.broken = Some(format!("line {}: {what}", self.now.line));
                    }
                    1
                }
            };
            let (done, left) = rest.split_at(read.min(rest.len()));
            self.advance(done);
            rest = left;
        }
        self.broken.as_deref()
    }

    /// Passes on the last token. Tells whether the text is whole.
    pub(crate) fn finish(&mut self, on: &mut dyn FnMut(Token<'_>, At)) -> bool {
        if self.state == State::Word && self.open.is_empty() {
            self.end_word(on);
        }
        self.begun && self.open.is_empty() && self.state == State::Value(false)
    }

    fn advance(&mut self, text: &[u8]) {
        if let Some(last) = memchr::memrchr(b'\n', text) {
            self.now.line += memchr::memchr_iter(b'\n', text).count() as u64;
            self.now.line_start = self.now.offset + last as u64 + 1;
        }
        self.now.offset += text.len() as u64;
    }

    /// Takes one byte that stands in no string, number or word.
    fn between(&mut self, byte: u8, on: &mut dyn FnMut(Token<'_>, At)) -> Result<(), String> {
        let mark = usize::try_from(self.now.offset).ok().and_then(|at| BYTE_ORDER_MARK.get(at));
        if matches!(byte, b' ' | b'\t' | b'\r' | b'\n') || mark == Some(&byte) {
            return Ok(());
        }
        let unexpected = Err(format!("`{}` is not what JSON has there", byte.escape_ascii()));
        self.at = self.now;
        match (self.state, byte) {
            (State::Value(_), b'{' | b'[') => {
                if self.open.len() == DEPTH {
                    return Err(format!("it nests deeper than {DEPTH} levels"));
                }
                self.begun = true;
                self.open.push(byte);
                self.state = if byte == b'{' { State::Key(true) } else { State::Value(true) };
                on(Token::Begin(byte), self.at);
            }
            (State::Value(true) | State::Comma, b']') => return self.close(b'[', on),
            (State::Key(true) | State::Comma, b'}') => return self.close(b'{', on),
            (State::Value(_), b'"') => self.start(State::Text { key: false, escaped: false }),
            (State::Key(_), b'"') => self.start(State::Text { key: true, escaped: false }),
            (State::Value(_), b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' | b'-') => {
                self.start(State::Word);
                self.token.push(byte);
            }
            (State::Colon, b':') => self.state = State::Value(false),
            (State::Comma, b',') => {
                let in_object = self.open.last() == Some(&b'{');
                self.state = if in_object { State::Key(false) } else { State::Value(false) };
            }
            _ => return unexpected,
        }
        Ok(())
    }

    fn start(&mut self, state: State) {
        self.begun = true;
        self.token.clear();
        self.length = 0;
        if state != State::Word {
            self.token.push(b'"');
        }
        self.state = state;
    }

    fn close(&mut self, opened: u8, on: &mut dyn FnMut(Token<'_>, At)) -> Result<(), String> {
        if self.open.pop() != Some(opened) {
            return Err("an object is closed as an array, or the other way round".to_owned());
        }
        on(Token::End, self.at);
        self.after_value();
        Ok(())
    }

    fn after_value(&mut self) {
        self.state = if self.open.is_empty() { State::Value(false) } else { State::Comma };
    }

    /// Takes bytes of a string; how many.
    fn text(
        &mut self,
        rest: &[u8],
        key: bool,
        escaped: bool,
        on: &mut dyn FnMut(Token<'_>, At),
    ) -> usize {
        if escaped {
            self.keep(&rest[..1]);
            self.state = State::Text { key, escaped: false };
            return 1;
        }
        let Some(at) = memchr::memchr2(b'"', b'\\', rest) else {
            self.keep(rest);
            return rest.len();
        };
        if rest.get(at) == Some(&b'\\') {
            self.keep(&rest[..=at]);
            self.state = State::Text { key, escaped: true };
            return at + 1;
        }
        self.keep(&rest[..at]);
        if key {
            on(Token::Key(&self.token), self.at);
            self.state = State::Colon;
        } else {
            on(Token::Text(&self.token, self.length), self.at);
            self.after_value();
        }
        at + 1
    }

    /// Takes bytes of a number or word; how many.
    fn word(&mut self, rest: &[u8], on: &mut dyn FnMut(Token<'_>, At)) -> usize {
        let is_word = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'+' | b'.');
        let length = rest.iter().take_while(|b| is_word(b)).count();
        self.keep(&rest[..length]);
        if length < rest.len() {
            self.end_word(on);
        }
        length
    }

    fn end_word(&mut self, on: &mut dyn FnMut(Token<'_>, At)) {
        on(Token::Word(&self.token), self.at);
        self.after_value();
    }

    fn keep(&mut self, bytes: &[u8]) {
        let room = TOKEN.saturating_sub(self.token.len());
        self.token.extend_from_slice(&bytes[..bytes.len().min(room)]);
        self.length += bytes.len() as u64;
    }
}
