//! The words in which the tool answers. Defined in `docs/contract.md#verdicts`.

use std::fmt;

use serde::{Deserialize, Serialize};

/// What is said of one subject (a job, a node, a log entry) or of an advisory for the whole input.
///
/// Declared from the weakest to the strongest, so the strongest of several is their maximum.
/// [`NoSign`](Self::NoSign) and [`NotAffected`](Self::NotAffected) are said only of an advisory,
/// [`Cleared`](Self::Cleared) only of a subject.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// No node ran an affected version in the period that can be known.
    NotAffected,
    /// Affected version; the signs were looked for and none was found in the period and nodes covered.
    NoSign,
    /// The first sign is there and a named fact rules the harm out.
    Cleared,
    /// It would be exposed or at risk, and a named workaround is in force.
    Mitigated,
    /// A named fact is missing.
    CannotTell,
    /// An affected version ran and no log or table could show the harm.
    Exposed,
    /// The pattern is not complete yet and completes if a named thing happens.
    AtRisk,
    /// One link is approximate or unattributed.
    Possible,
    /// Every link of the pattern is in the evidence; the user must validate.
    Suspect,
    /// The evidence itself proves the harm.
    Confirmed,
}

impl Verdict {
    /// The word of the contract.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NotAffected => "not_affected",
            Self::Cleared => "cleared",
            Self::Mitigated => "mitigated",
            Self::NoSign => "no_sign",
            Self::CannotTell => "cannot_tell",
            Self::Exposed => "exposed",
            Self::AtRisk => "at_risk",
            Self::Possible => "possible",
            Self::Suspect => "suspect",
            Self::Confirmed => "confirmed",
        }
    }

    /// Whether somebody has to act: the verdicts that make the command exit with 1.
    #[must_use]
    pub fn asks_for_action(self) -> bool {
        matches!(self, Self::AtRisk | Self::Possible | Self::Suspect | Self::Confirmed)
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Whether an advisory is about the versions that ran.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Applicability {
    /// An affected version ran.
    Affected,
    /// No affected version ran in the period that can be known.
    NotAffected,
    /// No version is known, or none that can be placed.
    Unknown,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strength_follows_the_contract() {
        use Verdict::*;
        for pair in [Confirmed, Suspect, Possible, AtRisk, Exposed, CannotTell, Mitigated, Cleared]
            .windows(2)
        {
            assert!(pair[0] > pair[1], "{pair:?}");
        }
        assert!(Cleared > NoSign && NoSign > NotAffected);
    }
}
