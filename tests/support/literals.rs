//! What the search for literals must do, whatever the literals and the text: find what a slow one finds. Both are made of
//! bytes, so that chance, a fuzzer and a browser can each choose them.

use crdb_triage::scan::Prefilter;

/// Finds every place of a literal as the slow search does, from any byte on.
pub(crate) fn check(bytes: &[u8]) {
    let (literals, text) = case(bytes);
    let list: Vec<&[u8]> = literals.iter().map(Vec::as_slice).collect();
    let filter = Prefilter::new(&list);
    let mut starts = vec![None; text.len() + 1];
    for from in (0..text.len()).rev() {
        let here = list.iter().any(|literal| text[from..].starts_with(literal));
        starts[from] = if here { Some(from) } else { starts[from + 1] };
    }
    for (from, start) in starts.iter().enumerate() {
        assert_eq!(filter.find(&text, from), *start, "{list:?} in {text:?} from {from}");
    }
    assert_eq!(filter.find(&text, text.len() + 1), None);
}

/// Words that literals and texts have in common, and bytes of which they have many.
const WORDS: [&[u8]; 12] = [
    b"resuming execution",
    b"stepping through state ",
    b": paused",
    b"JobType",
    b"execution encountered ",
    b"retriable error",
    b"retryable error",
    b"aaaaaaaa",
    b"abababab",
    b"\0\0\0\0\0\0\0",
    b"a",
    b"\n",
];

/// A few literals and a text that holds them, pieces of them, and pieces that overlap. The first byte says how many there
/// are and whether any may be shorter than seven bytes, for which there is another search.
fn case(bytes: &[u8]) -> (Vec<Vec<u8>>, Vec<u8>) {
    let mut bytes = bytes.iter().copied();
    let mut next = || bytes.next();
    let first = next().unwrap_or_default();
    let (count, short) = (usize::from(first & 0x1F), first & 0x60 == 0);
    let mut literals = Vec::new();
    for _ in 0..count {
        let kind = next().unwrap_or_default();
        let mut literal = Vec::new();
        for _ in 0..=kind & 3 {
            let word = WORDS[usize::from(next().unwrap_or_default()) % WORDS.len()];
            literal.extend_from_slice(word);
        }
        let skip = usize::from(kind >> 2) % literal.len();
        literal.drain(..skip);
        let least = if short { 1 } else { 7 };
        while literal.len() < least {
            literal.push(b'a' + kind % 3);
        }
        if kind & 0x10 != 0 {
            literal.truncate(least + usize::from(kind >> 5));
        }
        literals.push(literal);
    }
    let mut text = Vec::new();
    while let Some(byte) = next() {
        let pool = |at: u8| -> &[u8] {
            let at = usize::from(at);
            literals.get(at % (count + 1)).map_or(WORDS[at % WORDS.len()], Vec::as_slice)
        };
        match byte & 7 {
            0..=2 => text.extend_from_slice(pool(byte >> 3)),
            // What came before is cut, so that the next piece lies over it.
            3 => text.truncate(text.len().saturating_sub(usize::from(byte >> 3))),
            4..=5 => {
                let piece = pool(next().unwrap_or_default());
                text.extend_from_slice(&piece[..usize::from(byte >> 3).min(piece.len())]);
            }
            6 => text.push(next().unwrap_or_default()),
            _ => text.extend(std::iter::repeat_n(b'a', usize::from(byte >> 3))),
        }
        if text.len() > 600 {
            break;
        }
    }
    (literals, text)
}
