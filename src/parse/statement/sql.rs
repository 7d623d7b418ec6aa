//! What the statements have in common: keywords, names, addresses, targets and options.

use std::borrow::Cow;

use super::lex::{Lexer, REMOVED, Token, is_removed, undouble};
use super::{Address, Name, Subdirectory, Targets, Unparsed};

/// A statement that is being read, from its beginning to its end.
#[derive(Clone, Copy)]
pub(super) struct Sql<'a>(pub(super) Lexer<'a>);

/// What comes of reading a part.
pub(super) type Read<T> = Result<T, Unparsed>;

impl<'a> Sql<'a> {
    /// A statement that begins with this keyword.
    pub(super) fn begin(text: &'a str, keyword: &str) -> Read<Self> {
        let mut sql = Self(Lexer::new(text));
        if sql.word(keyword) {
            return Ok(sql);
        }
        Err(match sql.0.peek() {
            Token::Removed => Unparsed::Redacted,
            _ => Unparsed::NotThis,
        })
    }

    /// Passes a keyword if it is next.
    pub(super) fn word(&mut self, keyword: &str) -> bool {
        self.words(&[keyword])
    }

    /// Passes keywords if all of them are next.
    pub(super) fn words(&mut self, keywords: &[&str]) -> bool {
        let mut ahead = self.0;
        let all = keywords.iter().all(|keyword| is_word(ahead.next(), keyword));
        if all {
            self.0 = ahead;
        }
        all
    }

    /// Whether one of these keywords is next.
    fn is_at(&self, keywords: &[&str]) -> bool {
        let next = self.0.peek();
        keywords.iter().any(|keyword| is_word(next, keyword))
    }

    /// Passes a character if it is next.
    pub(super) fn symbol(&mut self, symbol: char) -> bool {
        let found = self.0.peek() == Token::Symbol(symbol);
        if found {
            self.0.next();
        }
        found
    }

    /// Passes a keyword, which has to be next.
    pub(super) fn expect(&mut self, keyword: &str) -> Read<()> {
        if self.word(keyword) { Ok(()) } else { self.unknown(&keyword.to_ascii_uppercase()) }
    }

    /// Passes a character, which has to be next.
    pub(super) fn expect_symbol(&mut self, symbol: char) -> Read<()> {
        if self.symbol(symbol) { Ok(()) } else { self.unknown(&format!("`{symbol}`")) }
    }

    /// Nothing may follow but a semicolon.
    pub(super) fn finish(mut self) -> Read<()> {
        self.symbol(';');
        if self.0.peek() == Token::End { Ok(()) } else { self.unknown("the end") }
    }

    /// Why it cannot go on here, where `expected` should stand.
    pub(super) fn unknown<T>(&self, expected: &str) -> Read<T> {
        let mut here = self.0;
        Err(match self.0.peek() {
            Token::Removed => Unparsed::Redacted,
            Token::Broken => Unparsed::Unknown("a quote or a comment in it has no end".to_owned()),
            Token::End => Unparsed::Unknown(format!("it ends where {expected} should stand")),
            _ => {
                here.skip();
                let at = here.at();
                Unparsed::Unknown(format!("{expected} should stand at its byte {at}"))
            }
        })
    }

    /// One part of a name.
    pub(super) fn identifier(&mut self) -> Read<String> {
        let part = match self.0.peek() {
            Token::Word(word) => word.to_lowercase(),
            Token::Quoted(raw) => unmarked(undouble(raw, '"'))?.into_owned(),
            _ => return self.unknown("a name"),
        };
        self.0.next();
        Ok(part)
    }

    /// A name of up to three parts.
    pub(super) fn name(&mut self) -> Read<Name> {
        let mut parts = vec![self.identifier()?];
        while parts.len() < 3 && self.symbol('.') {
            parts.push(self.identifier()?);
        }
        Ok(Name(parts))
    }

    /// A name of up to three parts, or `*` in the place of its last.
    fn pattern(&mut self) -> Read<Name> {
        let mut parts = Vec::new();
        loop {
            if self.symbol('*') {
                parts.push("*".to_owned());
                return Ok(Name(parts));
            }
            parts.push(self.identifier()?);
            if parts.len() == 3 || !self.symbol('.') {
                return Ok(Name(parts));
            }
        }
    }

    /// Whatever stands between commas.
    pub(super) fn list<T>(&mut self, mut each: impl FnMut(&mut Self) -> Read<T>) -> Read<Vec<T>> {
        let mut all = vec![each(self)?];
        while self.symbol(',') {
            all.push(each(self)?);
        }
        Ok(all)
    }

    /// The value of a string, with its marks.
    pub(super) fn text(&mut self, expected: &str) -> Read<Cow<'a, str>> {
        let Token::Text(text) = self.0.peek() else { return self.unknown(expected) };
        self.0.next();
        // A cast, as in `'…':::STRING`, changes nothing.
        let mut ahead = *self;
        if ahead.symbol(':') {
            while ahead.symbol(':') {}
            ahead.identifier()?;
            *self = ahead;
        }
        Ok(text.value())
    }

    /// The value of a string, without marks.
    pub(super) fn string(&mut self, expected: &str) -> Read<Cow<'a, str>> {
        unmarked(self.text(expected)?)
    }

    /// An address, or the default one of several by locality.
    pub(super) fn address(&mut self) -> Read<Address> {
        if !self.symbol('(') {
            return Address::read(&self.text("an address")?);
        }
        let all = self.list(|sql| sql.text("an address"))?;
        self.expect_symbol(')')?;
        Address::default_of(&all)
    }

    /// `'subdirectory' IN` or `LATEST IN`, if that is next.
    pub(super) fn subdirectory(&mut self) -> Read<Option<Subdirectory>> {
        if self.words(&["latest", "in"]) {
            return Ok(Some(Subdirectory::Latest));
        }
        let mut ahead = *self;
        let removed = ahead.0.peek() == Token::Removed;
        if removed {
            ahead.0.next();
        } else if ahead.text("").is_err() {
            return Ok(None);
        }
        if !ahead.word("in") {
            return Ok(None);
        }
        if removed {
            return Err(Unparsed::Redacted);
        }
        let text = self.string("a subdirectory")?;
        self.expect("in")?;
        match text.trim_matches('/') {
            "" => Err(Unparsed::Unknown("its subdirectory has no name".to_owned())),
            latest if latest.eq_ignore_ascii_case("latest") => Ok(Some(Subdirectory::Latest)),
            named => Ok(Some(Subdirectory::Named(named.to_owned()))),
        }
    }

    /// What a backup or a restore is about, up to one of the keywords that go on after it.
    pub(super) fn targets(&mut self, ends: &[&str]) -> Read<Targets> {
        if self.is_at(ends) {
            return Ok(Targets::Cluster);
        }
        let mut after = *self;
        let first = match after.0.next() {
            Token::Word(word) => word.to_ascii_lowercase(),
            _ => String::new(),
        };
        let ended = after.is_at(ends);
        // Before 20.2 a restore of the cluster is printed with the word alone.
        if ended && first == "table" {
            *self = after;
            return Ok(Targets::Cluster);
        }
        // A table may have the name of a keyword, for there need be no word before the tables.
        let is_name = ended || matches!(after.0.peek(), Token::Symbol(',' | '.'));
        let first = if is_name { "" } else { &first };
        match first {
            "database" | "databases" => {
                *self = after;
                Ok(Targets::Databases(self.list(Self::identifier)?))
            }
            "table" | "tables" => {
                *self = after;
                Ok(Targets::Tables(self.list(Self::pattern)?))
            }
            "tenant" | "tenants" | "virtual" => self.pass(ends).map(|()| Targets::Tenants),
            "system" => {
                let mut ahead = after;
                let users = ahead.word("users") && ahead.is_at(ends);
                self.pass(ends).map(|()| if users { Targets::Users } else { Targets::Other })
            }
            "schema" | "schemas" | "type" | "types" | "function" | "functions" | "sequence"
            | "view" => self.pass(ends).map(|()| Targets::Other),
            _ => Ok(Targets::Tables(self.list(Self::pattern)?)),
        }
    }

    /// Passes everything up to one of these keywords, outside of parentheses.
    fn pass(&mut self, ends: &[&str]) -> Read<()> {
        let mut depth = 0u32;
        loop {
            match self.0.peek() {
                Token::End | Token::Broken => return self.unknown("more"),
                Token::Word(_) if depth == 0 && self.is_at(ends) => return Ok(()),
                token => depth = nested(depth, token),
            }
            self.0.next();
        }
    }

    /// `WITH` and its options, if that is next. Each is given to `each` by its name in lower case, before its value.
    pub(super) fn options(
        &mut self,
        mut each: impl FnMut(&str, &mut Self) -> Read<()>,
    ) -> Read<()> {
        if !self.word("with") {
            return Ok(());
        }
        self.word("options");
        let in_parentheses = self.symbol('(');
        loop {
            let name = match self.0.peek() {
                Token::Text(_) => self.string("an option")?.to_lowercase(),
                _ => self.identifier()?.to_lowercase(),
            };
            each(&name, self)?;
            self.pass_value()?;
            if !self.symbol(',') {
                break;
            }
        }
        if in_parentheses { self.expect_symbol(')') } else { Ok(()) }
    }

    /// Passes the value of an option, or what is left of it.
    fn pass_value(&mut self) -> Read<()> {
        let mut depth = 0u32;
        loop {
            match self.0.peek() {
                Token::End | Token::Symbol(';') => return Ok(()),
                Token::Symbol(',' | ')') if depth == 0 => return Ok(()),
                Token::Broken => return self.unknown("more"),
                token => depth = nested(depth, token),
            }
            self.0.next();
        }
    }

    /// `= value` of an option that is on when it is named.
    pub(super) fn switch(&mut self) -> Read<bool> {
        if !self.symbol('=') {
            return Ok(true);
        }
        let value = match self.0.peek() {
            Token::Text(_) => self.string("a value")?.into_owned(),
            _ => self.identifier()?,
        };
        match value.to_ascii_lowercase().as_str() {
            "true" | "on" | "yes" => Ok(true),
            "false" | "off" | "no" => Ok(false),
            _ => Err(Unparsed::Unknown("an option in it is neither on nor off".to_owned())),
        }
    }
}

/// How deep in parentheses what follows a token is.
pub(super) fn nested(depth: u32, token: Token<'_>) -> u32 {
    match token {
        Token::Symbol('(' | '[') => depth.saturating_add(1),
        Token::Symbol(')' | ']') => depth.saturating_sub(1),
        _ => depth,
    }
}

/// Whether a token is this keyword.
pub(super) fn is_word(token: Token<'_>, keyword: &str) -> bool {
    matches!(token, Token::Word(word) if word.eq_ignore_ascii_case(keyword))
}

/// `text` without the marks around what may have to be removed.
///
/// # Errors
/// Something was.
pub(super) fn unmarked(text: Cow<'_, str>) -> Read<Cow<'_, str>> {
    if text.contains(REMOVED) || is_removed(&text) {
        return Err(Unparsed::Redacted);
    }
    Ok(if text.contains(['‹', '›']) {
        Cow::Owned(text.replace(['‹', '›'], ""))
    } else {
        text
    })
}
