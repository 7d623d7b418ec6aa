//! Truth with three values: what is not known keeps the names of the facts that are missing.
//!
//! `and`, `or` and `not` are Kleene's. So "could not be checked" can never be written as "does not hold", neither by us nor by
//! a person's own rule.

use std::collections::BTreeSet;

pub use crate::model::Missing;
pub(super) use crate::model::listed;

/// Whether a condition holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Truth {
    /// It holds.
    True,
    /// It does not hold.
    False,
    /// One of these facts is missing.
    Unknown(BTreeSet<Missing>),
}

impl Truth {
    /// Not known because of one fact.
    #[must_use]
    pub fn unknown(missing: Missing) -> Self {
        Self::Unknown(BTreeSet::from([missing]))
    }

    /// Both hold.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::False, _) | (_, Self::False) => Self::False,
            (Self::True, truth) | (truth, Self::True) => truth,
            (Self::Unknown(a), Self::Unknown(b)) => Self::Unknown(a.into_iter().chain(b).collect()),
        }
    }

    /// At least one holds.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        self.not().and(other.not()).not()
    }

    /// It does not hold.
    #[must_use]
    #[expect(clippy::should_implement_trait, reason = "the three are read as and, or, not")]
    pub fn not(self) -> Self {
        match self {
            Self::True => Self::False,
            Self::False => Self::True,
            unknown @ Self::Unknown(_) => unknown,
        }
    }

    /// All hold; so it is of none.
    #[must_use]
    pub fn all(each: impl IntoIterator<Item = Self>) -> Self {
        each.into_iter().fold(Self::True, Self::and)
    }

    /// At least one holds; so it is not of none.
    #[must_use]
    pub fn any(each: impl IntoIterator<Item = Self>) -> Self {
        each.into_iter().fold(Self::False, Self::or)
    }

    /// Whether it holds for certain.
    #[must_use]
    pub fn holds(&self) -> bool {
        *self == Self::True
    }
}

impl From<bool> for Truth {
    fn from(holds: bool) -> Self {
        if holds { Self::True } else { Self::False }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unknown(name: &str) -> Truth {
        Truth::unknown(Missing::Fact(name.to_owned()))
    }

    #[test]
    fn truth_is_kleenes() {
        use Truth::{False, True};
        assert_eq!(True.and(unknown("a")), unknown("a"));
        assert_eq!(False.and(unknown("a")), False);
        assert_eq!(unknown("a").or(True), True);
        assert_eq!(False.or(unknown("a")), unknown("a"));
        assert_eq!(unknown("a").not(), unknown("a"));
        assert_eq!(True.not(), False);
        assert_eq!(Truth::all([]), True);
        assert_eq!(Truth::any([]), False);
    }

    #[test]
    fn truth_keeps_every_missing_fact() {
        let both = unknown("a").and(unknown("b"));
        let Truth::Unknown(missing) = both.not() else { panic!("it is known") };
        let said: Vec<String> = missing.iter().map(ToString::to_string).collect();
        assert_eq!(said, ["a", "b"]);
    }
}
