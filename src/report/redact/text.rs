//! Text with everything replaced that is not known: word by word, punctuation stays.

use super::names::{Class, Names};
use super::words::{self, Kind, Words};
use crate::report::wording;

/// Marks beyond ASCII that CockroachDB and our own sentences write.
const MARKS: &str = "‹›×⋮»…“”’–—·±µ\u{a0}";

/// Replaces, and remembers what it replaced.
pub(super) struct Redactor {
    pub(super) names: Names,
    words: Words,
    /// Whether every word that is replaced is taken for a sure name.
    pub(super) collects: bool,
}

/// Where in a text we are.
struct Cursor<'a> {
    text: &'a str,
    at: usize,
    kind: Kind,
    /// Round brackets that are open.
    depth: usize,
    /// Whether a number here is that of a node.
    of_nodes: bool,
    out: String,
}

impl<'a> Cursor<'a> {
    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    /// Takes the next `length` bytes for what is `written` in their place.
    fn put(&mut self, length: usize, written: &str) {
        self.out.push_str(written);
        self.at += length;
    }

    fn keep(&mut self, length: usize) {
        let kept = &self.rest()[..length];
        self.put(length, kept);
    }
}

impl Redactor {
    pub(super) fn new() -> Self {
        Self { names: Names::default(), words: Words::new(), collects: false }
    }

    /// `text` with what is not known in a text of this kind replaced.
    pub(super) fn text(&mut self, kind: Kind, text: &str) -> String {
        let out = String::with_capacity(text.len());
        let mut cursor = Cursor { text, at: 0, kind, depth: 0, of_nodes: false, out };
        if kind == Kind::Line {
            let head = head(text);
            cursor.keep(head);
        }
        while let Some(c) = cursor.rest().chars().next() {
            if is_word(c) {
                self.word(&mut cursor);
            } else {
                match c {
                    '(' => cursor.depth += 1,
                    ')' => cursor.depth = cursor.depth.saturating_sub(1),
                    ' ' | '/' => {}
                    _ => cursor.of_nodes = false,
                }
                if let Some(literal) =
                    self.words.literal(cursor.rest()).filter(|_| kind == Kind::Line)
                {
                    cursor.keep(literal.len());
                } else {
                    cursor.keep(c.len_utf8());
                }
            }
        }
        cursor.out
    }

    /// What begins at a word: one of the forms of several words, or a word alone.
    fn word(&mut self, cursor: &mut Cursor<'_>) {
        let rest = cursor.rest();
        if let Some((length, given)) = self.names.whole(rest) {
            let ends = rest[length..].chars().next().is_none_or(|c| !is_word(c));
            if ends {
                let given = given.to_owned();
                cursor.put(length, &given);
                return;
            }
        }
        if let Some(literal) = self.words.literal(rest).filter(|_| cursor.kind == Kind::Line) {
            cursor.keep(literal.len());
            return;
        }
        let kept = time(rest).or_else(|| version(rest));
        if let Some(length) = kept {
            cursor.keep(length);
            return;
        }
        if let Some(length) = address(rest) {
            self.address(cursor, length);
            return;
        }
        if let Some(length) = ip(rest) {
            let given = self.give(Class::Address, &rest[..length]);
            cursor.put(length, &given);
            return;
        }
        let word = &rest[..word_length(rest)];
        let of_nodes = std::mem::take(&mut cursor.of_nodes);
        if let Some(node) = word.parse().ok().filter(|_| of_nodes) {
            let node = self.names.node(node).to_string();
            cursor.put(word.len(), &node);
            return;
        }
        cursor.of_nodes = ["node", "nodes", "Node", "Nodes"].contains(&word);
        let written = self.one(cursor, word, &rest[word.len()..]);
        match written {
            Some(written) => cursor.put(word.len(), &written),
            None => cursor.keep(word.len()),
        }
    }

    /// What stands for a word; nothing if it stays.
    fn one(&mut self, cursor: &Cursor<'_>, word: &str, after: &str) -> Option<String> {
        let kind = cursor.kind;
        if self.names.is_kept(word) {
            return None;
        }
        // What is no name everywhere, such as a column called `id`, is one where statements are written.
        let given = match kind {
            // Whoever calls a table `the` has not told anything, and no sentence could be read without.
            Kind::Sentence => self.names.sure(word).filter(|_| !words::joins(word)),
            Kind::Path | Kind::Line => self.names.sure(word),
            Kind::Sql | Kind::Statement => self.names.known(word),
        };
        if let Some(given) = given {
            return Some(given.to_owned());
        }
        if let Some(node) = numbered(word, 'n') {
            return Some(format!("n{}", self.names.node(node)));
        }
        if kind == Kind::Line {
            if numbered(word, 'T').is_some() {
                return None;
            }
            // The tag of a virtual cluster.
            if word == "Vsystem" {
                return None;
            }
            if let Some(given) = word.strip_prefix('V').and_then(|name| self.names.sure(name)) {
                return Some(format!("V{given}"));
            }
        }
        // In a statement, an identifier that looks like a keyword is quoted.
        let quoted = kind == Kind::Statement && cursor.out.ends_with('"') && after.starts_with('"');
        if !quoted && (self.words.knows(kind, word) || figure(kind, word, after)) {
            return None;
        }
        let class = match word.bytes().all(|b| b.is_ascii_digit()) {
            true => Class::Value,
            false => Class::Name,
        };
        if self.collects && class == Class::Name && cursor.depth == 0 {
            self.names.is_name(class, word);
        }
        Some(self.give(class, word))
    }

    fn give(&mut self, class: Class, original: &str) -> String {
        self.names.replacement(class, original)
    }

    /// An address: its scheme stays, and what is published.
    fn address(&mut self, cursor: &mut Cursor<'_>, length: usize) {
        let whole = &cursor.rest()[..length];
        if wording::is_published(whole) {
            cursor.keep(length);
            return;
        }
        let scheme = whole.find("://").unwrap_or(0);
        let place = &whole[..whole.find(['?', '#']).unwrap_or(length)];
        // What was replaced once is what stands behind the scheme.
        let place = match Class::of_replacement(&place[scheme + 3..]) {
            Some(_) => &place[scheme + 3..],
            None => place,
        };
        let given = self.give(Class::Address, place);
        let scheme = match self.words.knows(Kind::Statement, &whole[..scheme]) {
            true => whole[..scheme].to_owned(),
            false => self.give(Class::Name, &whole[..scheme]),
        };
        cursor.put(length, &format!("{scheme}://{given}"));
    }
}

/// Whether `text` is an instant and nothing else.
pub(super) fn is_time(text: &str) -> bool {
    time(text) == Some(text.len())
}

/// Whether `word` names a node, as `n4` does.
pub(super) fn is_node(word: &str) -> bool {
    numbered(word, 'n').is_some()
}

fn is_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_' || !c.is_ascii() && !MARKS.contains(c)
}

/// A hyphen is part of a word only within it.
fn word_length(text: &str) -> usize {
    let mut end = 0;
    for (at, c) in text.char_indices() {
        if is_word(c) {
            end = at + c.len_utf8();
        } else if c != '-' || end != at {
            break;
        }
    }
    end
}

/// `n4` for `n`.
fn numbered(word: &str, letter: char) -> Option<u32> {
    word.strip_prefix(letter)?.parse().ok()
}

/// A number that says nothing of what is in a table: in our own sentences those that are short or count something.
fn figure(kind: Kind, word: &str, after: &str) -> bool {
    const COUNTED: [&str; 8] =
        [" bytes", " byte", " rows", " lines", " entries", " files", " layers", " backups"];
    let shortest = match kind {
        Kind::Sentence => 4,
        Kind::Path => 3,
        Kind::Sql | Kind::Statement | Kind::Line => return false,
    };
    word.bytes().all(|b| b.is_ascii_digit())
        && (word.len() <= shortest || COUNTED.iter().any(|thing| after.starts_with(thing)))
}

/// How long the head of a log entry is: severity and time, goroutine, and the place in CockroachDB's source.
fn head(text: &str) -> usize {
    let Some(severity) = text.chars().next().filter(|c| "IWEF".contains(*c)) else { return 0 };
    let Some(time) = time(&text[severity.len_utf8()..]) else { return 0 };
    let mut end = severity.len_utf8() + time;
    for word in text[end..].split_inclusive(' ').take(3) {
        let bare = word.trim_end();
        let digits = bare.bytes().all(|b| b.is_ascii_digit());
        let source = bare.split_once(".go:").is_some_and(|(path, line)| {
            let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b"_/@".contains(&b);
            path.bytes().all(plain) && line.bytes().all(|b| b.is_ascii_digit())
        });
        if !digits && !source {
            break;
        }
        end += word.len();
    }
    end
}

/// How long the instant is that `text` begins with: a date with a time of day, in the forms of logs, tables, file
/// names and subdirectories, or seconds with their fraction.
fn time(text: &str) -> Option<usize> {
    const FORMS: [&str; 8] = [
        "0000-00-00T00:00:00",
        "0000-00-00 00:00:00",
        "0000-00-00T00_00_00",
        "0000/00/00-000000.00",
        "0000/00/00 00:00:00",
        "000000 00:00:00",
        "0000000000.000000000",
        "0000000000000000000.0000000000",
    ];
    let matches = |form: &&str| {
        let start = text.as_bytes().get(..form.len())?;
        let alike = |(b, form): (&u8, u8)| match form {
            b'0' => b.is_ascii_digit(),
            mark => *b == mark,
        };
        start.iter().zip(form.bytes()).all(alike).then_some(form.len())
    };
    let mut end = FORMS.iter().find_map(matches)?;
    let digits = |from: usize| text[from..].bytes().take_while(u8::is_ascii_digit).count();
    if text[end..].starts_with('.') && digits(end + 1) > 0 {
        end += 1 + digits(end + 1);
    }
    if text[end..].starts_with('Z') {
        end += 1;
    } else if text[end..].starts_with(['+', '-']) && (2..=4).contains(&digits(end + 1)) {
        end += 1 + digits(end + 1);
    }
    text[end..].chars().next().is_none_or(|c| !is_word(c)).then_some(end)
}

/// How long the version is that `text` begins with: `v24.3.9`, with what follows a hyphen if that is a testing build's.
fn version(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut end = usize::from(*bytes.first()? == b'v');
    for part in 0..3 {
        let digits = text[end..].bytes().take_while(u8::is_ascii_digit).count();
        if !(1..=3).contains(&digits) {
            return None;
        }
        end += digits;
        if part < 2 {
            (bytes.get(end) == Some(&b'.')).then_some(())?;
            end += 1;
        }
    }
    end += suffix(&text[end..]);
    let next = text[end..].chars().next();
    let marked = text.starts_with('v');
    (marked && next.is_none_or(|c| !is_word(c) && c != '-')).then_some(end)
}

/// How long what follows the numbers of a testing build is, or of one between two: `-beta.2`, `-12-g0123abc`.
fn suffix(text: &str) -> usize {
    let count = |text: &str, is: fn(&u8) -> bool| text.bytes().take_while(is).count();
    let digits = |text: &str| count(text, u8::is_ascii_digit);
    let mut end = 0;
    for name in ["-alpha.", "-beta.", "-rc."] {
        let number = text.strip_prefix(name).map_or(0, digits);
        end += if number > 0 { name.len() + number } else { 0 };
    }
    let commits = text[end..].strip_prefix('-').map_or(0, digits);
    if commits > 0 {
        let hash = text[end + 1 + commits..].strip_prefix("-g");
        let hash = hash.map_or(0, |hash| count(hash, u8::is_ascii_hexdigit));
        end += if hash > 0 { 1 + commits + 2 + hash } else { 0 };
    }
    end
}

/// How long the address is that `text` begins with: a scheme and what follows, up to where none goes on.
fn address(text: &str) -> Option<usize> {
    let word = |c: char| c.is_ascii_alphanumeric() || "+-.".contains(c);
    let scheme = text.find(|c| !word(c)).filter(|at| *at > 0)?;
    let rest = text[scheme..].strip_prefix("://")?;
    let stops = |c: char| c.is_whitespace() || "'\"`<>‹›|,;".contains(c);
    let place = &rest[..rest.find(stops).unwrap_or(rest.len())];
    let place = place.trim_end_matches(['.', ':', ')', ']', '}', '!', '?']);
    (!place.is_empty()).then_some(scheme + 3 + place.len())
}

/// How long the IPv4 address is that `text` begins with.
fn ip(text: &str) -> Option<usize> {
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let address = text[..end].trim_end_matches('.');
    address.parse::<std::net::Ipv4Addr>().ok().map(|_| address.len())
}
