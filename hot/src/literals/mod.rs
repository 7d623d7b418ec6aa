//! One search for all literals: which lines are worth reading at all.
//!
//! Why: `docs/decisions/0008-one-literal-search.md`.

mod grams;

use grams::Grams;

/// Finds the next place where any of several literals stands.
///
/// It is the same in the browser and on the command line. Literals of fewer than seven bytes, and many hundreds of
/// them, make it several times slower.
#[derive(Clone, Debug)]
pub struct Prefilter {
    search: Search,
}

#[derive(Clone, Debug)]
enum Search {
    Nothing,
    Grams(Grams),
    /// Some are too short, or they are too many: the literals by their first byte.
    Bytes(Vec<Vec<Box<[u8]>>>),
    /// One is empty: every byte is worth a look.
    Everything,
}

impl Prefilter {
    /// A search for `literals`; an empty one stands everywhere.
    #[must_use]
    pub fn new(literals: &[&[u8]]) -> Self {
        let search = if literals.is_empty() {
            Search::Nothing
        } else if literals.iter().any(|literal| literal.is_empty()) {
            Search::Everything
        } else if let Some(grams) = Grams::new(literals) {
            Search::Grams(grams)
        } else {
            let mut by_first = vec![Vec::new(); 1 << u8::BITS];
            for literal in literals {
                by_first[usize::from(literal[0])].push(Box::from(*literal));
            }
            Search::Bytes(by_first)
        };
        Self { search }
    }

    /// Whether the search is the fast one.
    #[must_use]
    pub fn is_fast(&self) -> bool {
        matches!(self.search, Search::Nothing | Search::Grams(_))
    }

    /// Where the next literal at or after `from` begins.
    #[must_use]
    pub fn find(&self, text: &[u8], from: usize) -> Option<usize> {
        let rest = text.get(from..)?;
        let at = match &self.search {
            Search::Nothing => None,
            Search::Grams(grams) => grams.find(rest),
            Search::Bytes(by_first) => (0..rest.len()).find(|at| {
                let mut literals = by_first[usize::from(rest[*at])].iter();
                literals.any(|literal| rest[*at..].starts_with(literal))
            }),
            Search::Everything => (!rest.is_empty()).then_some(0),
        };
        Some(from + at?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn prefilter(literals: &[&str]) -> Prefilter {
        let literals: Vec<_> = literals.iter().map(|literal| literal.as_bytes()).collect();
        Prefilter::new(&literals)
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
        assert_eq!(prefilter(&["x", ""]).find(b"abc", 3), None);
    }

    #[test]
    fn hundreds_of_literals_are_found_fast_and_short_ones_are_found() {
        let mut many: Vec<String> =
            (0..300).map(|n| format!("{n} is literal number {n}")).collect();
        let list: Vec<_> = many.iter().map(String::as_str).collect();
        let filter = prefilter(&list);
        assert!(filter.is_fast());
        assert_eq!(filter.find(b"here: 299 is literal number 299", 0), Some(6));
        many.push("short".to_owned());
        let list: Vec<_> = many.iter().map(String::as_str).collect();
        let filter = prefilter(&list);
        assert!(!filter.is_fast());
        assert_eq!(filter.find(b"here: 299 is literal number 299, short", 7), Some(33));
    }

    #[test]
    fn a_literal_that_begins_before_one_that_is_met_earlier_is_the_first() {
        // The grams of the long one are the rare ones at its end.
        let filter = prefilter(&["the start of what ends with zqxjkvzq", "of what"]);
        assert_eq!(filter.find(b"say the start of what ends with zqxjkvzq", 0), Some(4));
        assert_eq!(filter.find(b"say the start of what ends with zqxjkv", 0), Some(14));
    }

    #[test]
    fn what_an_empty_slot_holds_is_not_found() {
        let filter = prefilter(&["resuming execution"]);
        for filler in [0, 1] {
            let text = [[filler, 0, 0, 0], *b"resu", [filler, 0, 0, 0]].concat();
            assert_eq!(filter.find(&text, 0), None);
        }
        let filter = prefilter(&["\0\0\0\0\0\0\0\0"]);
        assert_eq!((filter.find(&[0; 7], 0), filter.find(&[0; 9], 1)), (None, Some(1)));
    }
}
