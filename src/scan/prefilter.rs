//! One search for all literals: which lines are worth reading at all.

use aho_corasick::packed;
use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};

use super::Signature;

/// Finds the next place where any of several literals stands. It may report more than that, never less.
///
/// Where the processor has the vector instructions for it, all literals are looked for at once by their first bytes;
/// elsewhere an automaton does it.
#[derive(Clone, Debug)]
pub(super) struct Prefilter {
    search: Search,
}

#[derive(Clone, Debug)]
enum Search {
    Nothing,
    Packed(packed::Searcher),
    Automaton(AhoCorasick),
    /// No search could be built: every byte is worth a look.
    Everything,
}

impl Prefilter {
    /// A search for the literals of `signatures`; an empty literal stands everywhere.
    pub(super) fn new(signatures: &[Signature]) -> Self {
        let literals: Vec<&[u8]> = signatures.iter().map(|s| s.literal.as_bytes()).collect();
        let search = if literals.is_empty() {
            Search::Nothing
        } else if literals.iter().any(|literal| literal.is_empty()) {
            Search::Everything
        } else if let Some(searcher) = packed::Searcher::new(&literals) {
            Search::Packed(searcher)
        } else {
            AhoCorasick::builder()
                .kind(Some(AhoCorasickKind::DFA))
                .match_kind(MatchKind::LeftmostFirst)
                .build(&literals)
                .map_or(Search::Everything, Search::Automaton)
        };
        Self { search }
    }

    /// Where the next literal at or after `from` begins.
    pub(super) fn find(&self, text: &[u8], from: usize) -> Option<usize> {
        let rest = text.get(from..)?;
        let at = match &self.search {
            Search::Nothing => None,
            Search::Packed(searcher) => searcher.find(rest).map(|found| found.start()),
            Search::Automaton(automaton) => automaton.find(rest).map(|found| found.start()),
            Search::Everything => (!rest.is_empty()).then_some(0),
        };
        Some(from + at?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn prefilter(literals: &[&'static str]) -> Prefilter {
        let signatures: Vec<_> =
            literals.iter().map(|literal| Signature { name: "", literal }).collect();
        Prefilter::new(&signatures)
    }

    #[test]
    fn finds_the_first_of_any_from_a_place_on() {
        let filter = prefilter(&["resuming execution", "stepping through state"]);
        let text = b"a stepping through state; b resuming execution";
        assert_eq!(filter.find(text, 0), Some(2));
        assert_eq!(filter.find(text, 3), Some(28));
        assert_eq!(filter.find(text, 29), None);
        assert_eq!(filter.find(text, 999), None);
    }

    #[test]
    fn no_literal_finds_nothing_and_an_empty_one_everything() {
        assert_eq!(prefilter(&[]).find(b"abc", 0), None);
        assert_eq!(prefilter(&["x", ""]).find(b"abc", 1), Some(1));
    }

    #[test]
    fn more_literals_than_vectors_hold_are_found_too() {
        let many: Vec<&'static str> =
            (0..300).map(|n| &*format!("literal number {n} ").leak()).collect();
        let filter = prefilter(&many);
        assert_eq!(filter.find(b"here: literal number 299 ", 0), Some(6));
    }
}
