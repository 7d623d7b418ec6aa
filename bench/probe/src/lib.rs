//! The first pass of the scan as wasm, to be measured in a browser on bytes in memory. Nothing here is shipped.
//!
//! Each method goes once over the same text and says what it counted, so that nothing can be left out and two ways
//! can be held against each other. Time is taken outside, in `bench/pages/literals.js`.

mod literals;

use crdb_triage::scan::{LogScanner, Prefilter, Signature, Signatures};
use wasm_bindgen::prelude::wasm_bindgen;

use crate::literals::LITERALS;

/// Text that is searched and read again and again.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Probe {
    text: Vec<u8>,
    prefilter: Prefilter,
    signatures: Signatures,
}

#[wasm_bindgen]
impl Probe {
    /// A probe of this text.
    #[wasm_bindgen(constructor)]
    #[must_use]
    pub fn new(text: Vec<u8>) -> Self {
        let signatures = LITERALS.map(|literal| Signature { name: "", literal });
        Self {
            text,
            prefilter: Prefilter::new(&LITERALS.map(str::as_bytes)),
            signatures: Signatures::new(signatures.to_vec()),
        }
    }

    /// The pass that is measured: looks for all literals, and goes on behind the line of each place.
    #[must_use]
    pub fn literals(&self) -> u32 {
        let (mut lines, mut from) = (0, 0);
        while let Some(at) = self.prefilter.find(&self.text, from) {
            lines += 1;
            match memchr::memchr(b'\n', &self.text[at..]) {
                Some(end) => from = at + end + 1,
                None => break,
            }
        }
        lines
    }

    /// The same lines, by a way that nobody would take.
    #[must_use]
    pub fn literals_one_by_one(&self) -> u32 {
        let finders = LITERALS.map(memchr::memmem::Finder::new);
        let lines = self.text.split(|byte| *byte == b'\n');
        let has_literal = |line: &&[u8]| finders.iter().any(|finder| finder.find(line).is_some());
        u32::try_from(lines.filter(has_literal).count()).unwrap_or(u32::MAX)
    }

    /// What it is measured against, first part: the newlines.
    #[must_use]
    pub fn newlines(&self) -> u32 {
        u32::try_from(memchr::memchr_iter(b'\n', &self.text).count()).unwrap_or(u32::MAX)
    }

    /// What it is measured against, second part: one literal.
    #[must_use]
    pub fn one_literal(&self) -> u32 {
        let places = memchr::memmem::find_iter(&self.text, LITERALS[1]);
        u32::try_from(places.count()).unwrap_or(u32::MAX)
    }

    /// The whole scan of a log, for comparison.
    #[must_use]
    pub fn scan(&self) -> u32 {
        let mut scanner = LogScanner::new(&self.signatures, "probe.log");
        for chunk in self.text.chunks(256 << 10) {
            scanner.feed(chunk);
        }
        u32::try_from(scanner.finish().hits.len()).unwrap_or(u32::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ways_count_the_same_lines() {
        let line = |n: usize| {
            let literal = if n.is_multiple_of(7) { LITERALS[n % 64] } else { "nothing" };
            format!("I250422 a line with {literal} {literal}, {n}\n")
        };
        let text: String = (0..3000).map(line).collect();
        let probe = Probe::new(text.into_bytes());
        assert_eq!(probe.literals(), 429);
        assert_eq!(probe.literals_one_by_one(), 429);
        assert_eq!(probe.newlines(), 3000);
        assert!(probe.one_literal() > 0);
    }
}
