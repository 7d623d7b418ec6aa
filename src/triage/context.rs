//! Evidence in its surroundings: the lines around a place, read again from the input.

use crate::ingest::{Limits, Source, Unit, read_range};
use crate::parse::wrap::Encoding;

/// How many bytes before and after the place are read.
const REACH: u64 = 16 << 10;

/// So much of the file's start tells how its characters are written.
const HEAD: usize = 4 << 10;

/// How many lines before and after the place are shown at most.
const LINES: usize = 12;

/// How many characters of a line are shown at most.
const WIDTH: usize = 2000;

/// Lines around a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Context {
    /// Number of the first line.
    pub first: u64,
    /// The lines, decoded lossily, each cut to a bounded length.
    pub lines: Vec<String>,
    /// Why there is less than asked for.
    pub problem: Option<String>,
}

/// The lines of the file at `path` in `unit` around the one that begins at byte `offset` and has the number `line`.
pub async fn context<S: Source>(
    source: &S,
    unit: &Unit,
    path: &str,
    limits: &Limits,
    line: u64,
    offset: u64,
) -> Context {
    let from = offset.saturating_sub(REACH);
    let reach = usize::try_from(offset - from + REACH).unwrap_or(usize::MAX);
    let window = read_range(source, unit, path, limits, from, reach).await;
    let at = usize::try_from(offset - from).unwrap_or(usize::MAX).min(window.text.len());
    let (before, after) = window.text.split_at(at);
    // What a text is written in shows at its start; both parts begin at a whole unit, as the file does.
    let encoding = if from == 0 {
        Encoding::detect(&window.text)
    } else {
        Encoding::detect(&read_range(source, unit, path, limits, 0, HEAD).await.text)
    };
    let (before, after) = (encoding.decode(before), encoding.decode(after));
    let (before, after) = (&*before, &*after);
    let mut earlier: Vec<&[u8]> =
        before.strip_suffix(b"\n").unwrap_or(before).split(|b| *b == b'\n').collect();
    if before.is_empty() {
        earlier.clear();
    } else if from > 0 {
        // Its beginning lies before the window.
        earlier.remove(0);
    }
    let earlier = &earlier[earlier.len().saturating_sub(LINES)..];
    let later = after.strip_suffix(b"\n").unwrap_or(after).split(|b| *b == b'\n').take(LINES + 1);
    Context {
        first: line.saturating_sub(earlier.len() as u64),
        lines: earlier.iter().copied().chain(later).map(shown).collect(),
        problem: window.unread.map(|unread| unread.detail),
    }
}

fn shown(line: &[u8]) -> String {
    let text = String::from_utf8_lossy(line.strip_suffix(b"\r").unwrap_or(line));
    match text.char_indices().nth(WIDTH) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.into_owned(),
    }
}
