//! Cells that hold encoded bytes, in the five ways in which debug zips write them
//! (`docs/cockroachdb/debug-zip.md#encoded-cells`).

/// What a cell says.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Encoded {
    /// Nothing.
    Nothing,
    /// The bundle was made without it.
    Redacted,
    /// These bytes.
    Bytes(Vec<u8>),
}

/// The bytes of a cell: hexadecimal with `\x` before it (also with two backslashes) or without, base64, or the escapes
/// of Postgres.
pub(crate) fn decode(cell: &[u8]) -> Encoded {
    let text = cell.trim_ascii();
    // What stands in the place of a value is short.
    if text.len() <= 32 {
        let word = String::from_utf8_lossy(text);
        let word = word.trim_matches(['<', '>', '‹', '›']);
        if matches!(word, "redacted" | "×") || (word.is_empty() && !text.is_empty()) {
            return Encoded::Redacted;
        }
    }
    if text.is_empty() || text == b"NULL" {
        return Encoded::Nothing;
    }
    let marked = text.strip_prefix(br"\x").or_else(|| text.strip_prefix(br"\\x"));
    let bytes = match marked {
        Some(digits) => hexadecimal(digits).or_else(|| Some(escaped(cell))),
        None => hexadecimal(text).or_else(|| base64(text)),
    };
    Encoded::Bytes(bytes.unwrap_or_else(|| escaped(cell)))
}

/// Pairs of hexadecimal digits; a digit that is left over at a cut does not count.
fn hexadecimal(digits: &[u8]) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(digits.len() / 2);
    let mut wrong = 0;
    let (pairs, _) = digits.as_chunks::<2>();
    for [high, low] in pairs {
        let (high, low) = (DIGIT[usize::from(*high)], DIGIT[usize::from(*low)]);
        wrong |= high | low;
        bytes.push(high << 4 | low & 0x0F);
    }
    (wrong & NO_DIGIT == 0).then_some(bytes)
}

/// In the table of digits, what is none.
const NO_DIGIT: u8 = 0x80;

/// The value of each hexadecimal digit.
const DIGIT: [u8; 256] = {
    let mut table = [NO_DIGIT; 256];
    let mut digit = 0;
    while digit < 16 {
        table[b"0123456789abcdef"[digit as usize] as usize] = digit;
        table[b"0123456789ABCDEF"[digit as usize] as usize] = digit;
        digit += 1;
    }
    table
};

fn base64(text: &[u8]) -> Option<Vec<u8>> {
    let end = text.iter().rposition(|b| *b != b'=').map_or(0, |at| at + 1);
    let mut out = Vec::with_capacity(end / 4 * 3);
    let (mut bits, mut count) = (0u32, 0);
    for byte in &text[..end] {
        let six = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' | b'-' => 62,
            b'/' | b'_' => 63,
            _ => return None,
        };
        bits = bits << 6 | u32::from(six);
        count += 6;
        if count >= 8 {
            count -= 8;
            out.push((bits >> count) as u8);
            bits &= (1 << count) - 1;
        }
    }
    Some(out)
}

/// `\\` for a backslash and `\ooo` for what cannot be printed; everything else stands for itself.
fn escaped(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    loop {
        rest = match rest {
            [] => return out,
            [b'\\', b'\\', rest @ ..] => {
                out.push(b'\\');
                rest
            }
            [b'\\', a @ b'0'..=b'3', b @ b'0'..=b'7', c @ b'0'..=b'7', rest @ ..] => {
                out.push((a - b'0') << 6 | (b - b'0') << 3 | (c - b'0'));
                rest
            }
            [byte, rest @ ..] => {
                out.push(*byte);
                rest
            }
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_bytes_in_every_way() {
        let bytes = b"\x0a\x05a b\\\xff\x12".to_vec();
        for cell in [
            &br"\x0a056120625cff12"[..],
            br"\\x0a056120625CFF12",
            b"0a056120625cff12",
            b"CgVhIGJc/xI=",
            br"\012\005a b\\\377\022",
        ] {
            let shown = String::from_utf8_lossy(cell);
            assert_eq!(decode(cell), Encoded::Bytes(bytes.clone()), "{shown}");
        }
    }

    #[test]
    fn what_is_not_there_is_no_bytes() {
        for (cell, expected) in [
            ("NULL", Encoded::Nothing),
            ("", Encoded::Nothing),
            ("redacted", Encoded::Redacted),
            ("<redacted>", Encoded::Redacted),
            ("‹×›", Encoded::Redacted),
            (r"\x", Encoded::Bytes(Vec::new())),
        ] {
            assert_eq!(decode(cell.as_bytes()), expected, "{cell}");
        }
    }
}
