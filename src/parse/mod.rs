//! Artifact text to entries or rows, with diagnostics. Parsing never fails: a damaged log is data.
//!
//! A folder per format; what several of them share lies beside. Facts about CockroachDB are cited by
//! their headings in `docs/cockroachdb/`.

pub mod asked;
pub mod client;
pub mod cluster;
pub mod crdb_text;
mod encoded;
pub mod job_tag;
pub mod jobs_table;
pub mod json;
mod json_stream;
pub mod molt;
pub mod preamble;
mod protobuf;
pub mod quoted;
pub mod redacted;
pub mod schedules;
pub mod schema;
pub mod scrub;
pub mod settings;
pub mod sniff;
pub mod statement;
mod table;
pub mod tags;
pub mod time;
pub mod wrap;

use crdb_triage_hot::digits::leading as leading_digits;

/// A line as the parsers want it: without one trailing carriage return (a copy made on Windows) and without the runs of
/// NUL that a power loss leaves at its ends (`docs/cockroachdb/log-formats.md#line-ends` and
/// `docs/cockroachdb/log-formats.md#nul-bytes`).
#[must_use]
pub fn clean(line: &[u8]) -> &[u8] {
    let mut line = line;
    if let [0, ..] | [.., 0] = line {
        let start = line.iter().position(|b| *b != 0).unwrap_or(line.len());
        let end = line.iter().rposition(|b| *b != 0).map_or(start, |at| at + 1);
        line = &line[start..end];
    }
    match line {
        [line @ .., b'\r'] => line,
        _ => line,
    }
}

/// Whether `text` begins like `shape`, in which a zero stands for any digit.
fn begins_like(text: &[u8], shape: &[u8]) -> bool {
    text.len() >= shape.len()
        && shape.iter().zip(text).all(|(s, b)| if *s == b'0' { b.is_ascii_digit() } else { s == b })
}

/// Decimal digits to a number; as large as possible when it is larger than that.
fn number(digits: &[u8]) -> u64 {
    let mut number = 0u64;
    for digit in digits {
        let digit = u64::from(digit - b'0');
        // There is always room for 19 of them; to see whether more fit takes 128 bits, which browsers lack.
        number = match digits.len() {
            ..20 => number * 10 + digit,
            20.. => number.saturating_mul(10).saturating_add(digit),
        };
    }
    number
}
