//! Literals of advisories in text that was not understood.

use std::collections::BTreeMap;
use std::ops::Deref;

use serde::{Deserialize, Serialize};

/// Lines of one file and signature that are kept. The rest is counted.
const KEPT: usize = SIGN_LINES + 12;

/// Lines of one file and signature that are worth showing.
pub const SIGN_LINES: usize = 20;

/// An advisory's literal in text that is not the message of an entry: in lines that belong to no entry, in an entry that
/// swallowed another, or in a file that is no log and no table. Such text is evidence that something was not understood.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stray {
    /// Index of the signature.
    pub signature: u16,
    /// Line, from 1, in which the literal stands.
    pub line: u64,
    /// Byte of the artifact's text, in its own encoding, at which that line begins.
    pub offset: u64,
    /// The start of the line, or of a long line the part around the literal; decoded lossily and cut to
    /// [`super::RAW_LIMIT`] bytes.
    pub text: String,
}

/// The strays of one file in its order: of each signature the first ones, and the number of all. Memory is bounded.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Strays {
    kept: Vec<Stray>,
    counts: BTreeMap<u16, u64>,
}

impl Strays {
    /// Adds one. Its text is dropped if enough of the same signature are kept.
    pub fn push(&mut self, stray: Stray) {
        let count = self.counts.entry(stray.signature).or_default();
        *count += 1;
        if *count <= KEPT as u64 {
            self.kept.push(stray);
        }
    }

    /// How many of a signature there are, kept or not.
    #[must_use]
    pub fn count(&self, signature: u16) -> u64 {
        self.counts.get(&signature).copied().unwrap_or_default()
    }

    /// The signatures of which there are any, ascending.
    pub fn signatures(&self) -> impl Iterator<Item = u16> {
        self.counts.keys().copied()
    }

    /// Removes those that `explained` accounts for: each element is a signature and the lines, first and last, of a part
    /// of the file that was understood and in which the signature stands once. One element accounts for one stray.
    pub fn without(self, explained: impl IntoIterator<Item = (u16, (u64, u64))>) -> Self {
        let Self { mut kept, mut counts } = self;
        for (signature, (first, last)) in explained {
            let Some(count) = counts.get_mut(&signature) else { continue };
            let is_of = |stray: &&Stray| stray.signature == signature;
            let hidden = *count > kept.iter().filter(is_of).count() as u64;
            let is_one = |stray: &Stray| is_of(&stray) && (first..=last).contains(&stray.line);
            match kept.iter().position(is_one) {
                Some(at) => drop(kept.remove(at)),
                // Behind the last that is kept, only their number is known.
                None if hidden => {}
                None => continue,
            }
            *count -= 1;
        }
        counts.retain(|_, count| *count > 0);
        Self { kept, counts }
    }
}

impl Deref for Strays {
    type Target = [Stray];

    fn deref(&self) -> &[Stray] {
        &self.kept
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stray(signature: u16, line: u64) -> Stray {
        Stray { signature, line, offset: line * 10, text: format!("line {line}") }
    }

    #[test]
    fn all_are_counted_and_the_first_are_kept() {
        let mut strays = Strays::default();
        (1..=1000).for_each(|line| strays.push(stray(3, line)));
        strays.push(stray(4, 5));
        assert_eq!((strays.count(3), strays.count(4), strays.count(5)), (1000, 1, 0));
        assert_eq!(strays.len(), KEPT + 1);
        assert_eq!(strays.signatures().collect::<Vec<_>>(), [3, 4]);
    }

    #[test]
    fn each_part_that_was_understood_accounts_for_one() {
        let mut strays = Strays::default();
        for line in [2, 3, 3, 9] {
            strays.push(stray(0, line));
        }
        let left = strays.clone().without([(0, (2, 2)), (0, (3, 8)), (1, (9, 9)), (0, (10, 12))]);
        assert_eq!(left.iter().map(|stray| stray.line).collect::<Vec<_>>(), [3, 9]);
        assert_eq!(left.count(0), 2);
        let none = strays.without([2, 3, 3, 9].map(|line| (0, (line, line))));
        assert!(none.is_empty() && none.signatures().next().is_none());
    }

    #[test]
    fn what_is_only_counted_is_accounted_for_by_number() {
        let mut strays = Strays::default();
        (1..=100).for_each(|line| strays.push(stray(0, line)));
        let left = strays.clone().without((1..=100).map(|line| (0, (line, line))));
        assert!(left.is_empty() && left.count(0) == 0, "{left:?}");
        let left = strays.without((1..100).map(|line| (0, (line, line))));
        assert_eq!(left.count(0), 1);
    }
}
