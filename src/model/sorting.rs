//! Sorting lists that are short beside the logs they come from.
//!
//! The sort of the standard library is several kilobytes of code for each type that is sorted, and a browser has to
//! fetch them all. Here it is one: only places are sorted, and the items are moved to them.
//!
//! Why: `docs/decisions/0010-few-bytes.md`.

use std::cmp::Ordering;

/// Sorts like the methods of slices that are named alike, with little code for each use.
pub trait SortSmall {
    /// What is sorted.
    type Item;

    /// What [`slice::sort_by`] does.
    fn sort_small_by(&mut self, order: impl Fn(&Self::Item, &Self::Item) -> Ordering);

    /// What [`slice::sort_by_key`] does.
    fn sort_small_by_key<K: Ord>(&mut self, key: impl Fn(&Self::Item) -> K) {
        self.sort_small_by(|a, b| key(a).cmp(&key(b)));
    }

    /// What [`slice::sort`] does.
    fn sort_small(&mut self)
    where
        Self::Item: Ord,
    {
        self.sort_small_by(Ord::cmp);
    }
}

/// Collects into a tree with little code for each use.
pub trait CollectSmall: Iterator + Sized {
    /// What [`Iterator::collect`] does, but one after the other: the trees of the standard library sort all items
    /// before they take the first.
    fn collect_small<C: Default + Extend<Self::Item>>(self) -> C {
        let mut all = C::default();
        all.extend(self);
        all
    }
}

impl<I: Iterator> CollectSmall for I {}

impl<T> SortSmall for [T] {
    type Item = T;

    fn sort_small_by(&mut self, order: impl Fn(&T, &T) -> Ordering) {
        // Where each item comes from.
        let mut from: Vec<usize> = (0..self.len()).collect();
        sort_places(&mut from, &|a, b| order(&self[a], &self[b]));
        // What belongs here comes from there, what belongs there from the next place, until the round is closed.
        for start in 0..self.len() {
            let mut place = start;
            loop {
                let next = std::mem::replace(&mut from[place], place);
                if next == start {
                    break;
                }
                self.swap(place, next);
                place = next;
            }
        }
    }
}

fn sort_places(places: &mut [usize], order: &dyn Fn(usize, usize) -> Ordering) {
    places.sort_by(|a, b| order(*a, *b));
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn it_sorts_as_the_standard_library_does(numbers in prop::collection::vec(0_u8..20, 0..40)) {
            // Equal ones keep their order: the second part says which was first.
            let mut items: Vec<_> = numbers.into_iter().enumerate().map(|(at, n)| (n, at)).collect();
            let mut expected = items.clone();
            expected.sort_by_key(|item| item.0);
            items.sort_small_by_key(|item| item.0);
            prop_assert_eq!(&items, &expected);
            expected.reverse();
            items.sort_small_by(|a, b| b.cmp(a));
            expected.sort_by(|a, b| b.cmp(a));
            prop_assert_eq!(&items, &expected);
            expected.sort();
            items.sort_small();
            prop_assert_eq!(items, expected);
        }

        #[test]
        fn it_collects_as_the_standard_library_does(pairs in prop::collection::vec((0_u8..20, 0..9), 0..40)) {
            // Of equal keys the last value stays.
            let expected: BTreeMap<_, _> = pairs.iter().copied().collect();
            prop_assert_eq!(pairs.into_iter().collect_small::<BTreeMap<_, _>>(), expected);
        }
    }
}
