//! What others wrapped around a log: an encoding, a collector's prefix on every line, colours, a broken code page.
//!
//! CockroachDB writes none of it. Who pastes `kubectl logs`, `journalctl` or a file that went through Windows hands in
//! all of it (`docs/cockroachdb/log-formats.md#wrapped-lines`, `docs/cockroachdb/log-formats.md#ansi-sequences` and
//! `docs/cockroachdb/log-formats.md#broken-encodings`). The first lines of a file decide, once: [`Wrapping::detect`]. A
//! file that is as CockroachDB wrote it costs no more than that.

mod collector;
mod dress;
mod encoding;
mod record;

use std::borrow::Cow;
use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};

pub use collector::Collector;
pub use encoding::{Encoding, Transcoder};

use super::{clean, crdb_text, json};

/// How much of a file's start decides how it is wrapped, in bytes.
pub const SAMPLE: usize = 64 << 10;

/// So many collectors may have wrapped one another: `kubectl logs --prefix --timestamps` of what docker wrote.
const DEPTH: usize = 3;

/// So many hosts of merged logs are told apart.
const PREFIXES: usize = 4096;

/// How a file is wrapped.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wrapping {
    /// How its characters are written.
    pub encoding: Encoding,
    /// Who put something around every line, the outermost first.
    pub collectors: Vec<Collector>,
    /// Escape sequences of a terminal stand in its lines.
    pub colours: bool,
    /// Its markers went through a code page that is not UTF-8.
    pub mojibake: bool,
}

/// What the first lines of a file tell.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Detected {
    /// How it is wrapped.
    pub wrapping: Wrapping,
    /// How many of the lines begin an entry, in that wrapping or in any other.
    pub entries: u64,
}

/// How one line comes out as the first line of an entry.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Way {
    collectors: Vec<Collector>,
    colours: bool,
    mojibake: bool,
}

impl Wrapping {
    /// Whether there is nothing to unwrap.
    #[must_use]
    pub fn is_none(&self) -> bool {
        *self == Self::default()
    }

    /// Decides from the start of a file; beyond [`SAMPLE`] nothing is looked at.
    ///
    /// Only lines that begin an entry vote, so what a person or a shell wrote above them does not matter. Collectors
    /// need the majority: a log that quotes a wrapped log is not wrapped itself
    /// (`docs/cockroachdb/log-formats.md#quoted-log-lines`). Of colours and of a broken code page a tenth is enough,
    /// because entries without a marker show neither.
    #[must_use]
    pub fn detect(start: &[u8]) -> Detected {
        let start = &start[..start.len().min(SAMPLE)];
        let encoding = Encoding::detect(start);
        let text = encoding.decode(start);
        let mut votes: Vec<(Vec<Collector>, u64)> = vec![(Vec::new(), 0)];
        let (mut entries, mut coloured, mut broken) = (0u64, 0u64, 0u64);
        for line in text.split(|b| *b == b'\n') {
            let Some(way) = way(bare(line), DEPTH) else { continue };
            entries += 1;
            coloured += u64::from(way.colours);
            broken += u64::from(way.mojibake);
            match votes.iter_mut().find(|(collectors, _)| *collectors == way.collectors) {
                Some((_, count)) => *count += 1,
                None => votes.push((way.collectors, 1)),
            }
        }
        let most = votes.iter().map(|(_, count)| *count).max().unwrap_or(0);
        let mut collectors = votes
            .into_iter()
            .find(|(_, count)| *count == most)
            .map(|(collectors, _)| collectors)
            .unwrap_or_default();
        find_line_ends(&mut collectors, &text);
        let enough = |count: u64| count > 0 && count * 10 >= entries;
        let wrapping =
            Self { encoding, collectors, colours: enough(coloured), mojibake: enough(broken) };
        Detected { wrapping, entries }
    }
}

/// Finds out whether records tell where a line ended: one that does is enough.
fn find_line_ends(collectors: &mut [Collector], text: &[u8]) {
    let Some(at) = collectors.iter().position(|c| matches!(c, Collector::Record { .. })) else {
        return;
    };
    let ends = text.split(|b| *b == b'\n').any(|line| {
        let mut inner = Cow::Borrowed(bare(line));
        collectors.iter().take(at + 1).all(|collector| {
            let found = collector.unwrap(&inner).map(|found| found.text.into_owned());
            let unwrapped = found.is_some();
            inner = Cow::Owned(found.unwrap_or_default());
            unwrapped
        }) && inner.ends_with(b"\n")
    });
    if let Some(collector) = collectors.get_mut(at) {
        *collector = Collector::Record { ends_lines: ends };
    }
}

/// A line as [`clean`] leaves it, and without the mark of a byte order, which stands at the start of a file and where
/// files were put together.
#[must_use]
pub fn bare(line: &[u8]) -> &[u8] {
    let mut line = clean(line);
    while let Some(rest) = line.strip_prefix("\u{feff}".as_bytes()) {
        line = clean(rest);
    }
    line
}

/// The same at the start of a line only, for text whose end was cleaned before.
#[must_use]
pub fn bare_start(mut line: &[u8]) -> &[u8] {
    loop {
        line = match line {
            [0, rest @ ..] | [0xEF, 0xBB, 0xBF, rest @ ..] => rest,
            _ => return line,
        };
    }
}

/// How `line` comes out as the first line of an entry, if it does.
fn way(line: &[u8], depth: usize) -> Option<Way> {
    if begins_entry(line) {
        return Some(Way { mojibake: dress::is_mojibake_entry(line), ..Way::default() });
    }
    for collector in Collector::ALL {
        if depth == 0 {
            break;
        }
        if let Some(found) = collector.unwrap(line)
            && let Some(inner) = way(bare(first_line(&found.text)), depth - 1)
        {
            let mut collectors = vec![collector];
            collectors.extend(inner.collectors);
            return Some(Way { collectors, ..inner });
        }
    }
    if let Cow::Owned(plain) = dress::without_colours(line)
        && let Some(inner) = way(&plain, depth)
    {
        return Some(Way { colours: true, ..inner });
    }
    // fluentd writes text before the object, and the entry is read all the same.
    json::line(line).map(|_| Way { mojibake: dress::is_mojibake_entry(line), ..Way::default() })
}

/// Whether an entry begins with the first byte of `line`.
fn begins_entry(line: &[u8]) -> bool {
    crdb_text::head(line).is_some() || (line.first() == Some(&b'{') && json::line(line).is_some())
}

fn first_line(text: &[u8]) -> &[u8] {
    text.split(|b| *b == b'\n').next().unwrap_or_default()
}

/// One line, unwrapped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unwrapped<'a> {
    /// Its text. A record may hold several lines.
    pub text: Cow<'a, [u8]>,
    /// Who wrote it, if the collector tells: lines of different sources stand interleaved in one file, and none
    /// belongs to an entry of another.
    pub source: Option<u64>,
    /// The collector cut the line here, and the next piece of the same source goes on with it.
    pub goes_on: bool,
    /// It stood in a record, so its own end of line, which Windows writes with a carriage return, is still there.
    pub decoded: bool,
}

/// Unwraps the lines of one file.
#[derive(Clone, Debug)]
pub struct Unwrapper {
    wrapping: Wrapping,
    /// Names before a line that stood before an entry. Anything may stand before `> ` in a stack trace.
    prefixes: HashSet<u64>,
}

impl Unwrapper {
    /// For a file that is wrapped so.
    #[must_use]
    pub fn new(wrapping: Wrapping) -> Self {
        Self { wrapping, prefixes: HashSet::new() }
    }

    /// Unwraps one line of decoded text, as [`bare`] leaves it. What is not wrapped comes out as it is.
    pub fn unwrap<'a>(&mut self, line: &'a [u8]) -> Unwrapped<'a> {
        let mut text = self.undress(Cow::Borrowed(line));
        let mut source = None;
        let (mut goes_on, mut decoded) = (false, false);
        for at in 0..self.wrapping.collectors.len() {
            let collector = self.wrapping.collectors[at];
            let Some(found) = collector.unwrap(&text) else { break };
            let depth = self.wrapping.collectors.len() - at - 1;
            if collector.is_guess() && !self.knows(found.source, &found.text, depth) {
                break;
            }
            let mut hasher = DefaultHasher::new();
            (source, found.source).hash(&mut hasher);
            source = Some(hasher.finish());
            goes_on |= found.goes_on;
            let mut inner = found.text.into_owned();
            if let Collector::Record { ends_lines } = collector {
                let ended = inner.last() == Some(&b'\n');
                if ended {
                    inner.pop();
                }
                goes_on |= ends_lines && !ended;
                decoded = true;
            }
            text = self.undress(Cow::Owned(inner));
        }
        if self.wrapping.mojibake {
            text = dress::repair(text);
        }
        Unwrapped { text, source, goes_on, decoded }
    }

    fn undress<'a>(&self, text: Cow<'a, [u8]>) -> Cow<'a, [u8]> {
        if !self.wrapping.colours {
            return text;
        }
        match dress::without_colours(&text) {
            Cow::Borrowed(_) => text,
            Cow::Owned(plain) => Cow::Owned(plain),
        }
    }

    /// Whether the name before a line is one that stood before an entry, now or earlier.
    fn knows(&mut self, name: u64, text: &[u8], depth: usize) -> bool {
        if self.prefixes.contains(&name) {
            return true;
        }
        let learned = self.prefixes.len() < PREFIXES && way(bare(text), depth).is_some();
        if learned {
            self.prefixes.insert(name);
        }
        learned
    }
}

#[cfg(test)]
mod tests;
