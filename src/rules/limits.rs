//! The limits that hold for every rule, in one place: what is uncertain about a sign lowers what may be concluded from it.

use std::collections::BTreeSet;

use crate::model::{Reason, Verdict};

use super::truth::Missing;

/// Something uncertain about what a line rests on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Doubt {
    /// Which build ran is not known, or whether it has the fault.
    Version(BTreeSet<Missing>),
    /// A part of the sign was removed by redaction.
    Redacted,
    /// The build that wrote a sign is not known, or has no published code.
    Build {
        /// What the sign is called.
        sign: &'static str,
        /// The builds that may have written it, in words.
        builds: String,
    },
    /// A testing build wrote a sign that the advisory does not name.
    TestingBuild {
        /// The build, in words.
        build: String,
    },
}

impl Doubt {
    /// What is added to the reasons.
    fn reason(&self) -> Reason {
        let (code, text) = match self {
            Self::Version(missing) => {
                let named = missing.iter().all(|one| matches!(one, Missing::NotNamed { .. }));
                let code = if named { "VERSION_NOT_NAMED" } else { "VERSION_UNKNOWN" };
                let missing: Vec<String> =
                    missing.iter().take(3).map(ToString::to_string).collect();
                (code, format!("Not known: {}.", missing.join("; ")))
            }
            Self::Redacted => (
                "SIGN_REDACTED",
                "Redaction removed a part of the entry, so that it may say something else."
                    .to_owned(),
            ),
            Self::Build { sign, builds } => (
                "VERSION_UNKNOWN",
                format!("The build that wrote the {sign} cannot be placed: {builds}."),
            ),
            Self::TestingBuild { build } => (
                "VERSION_NOT_NAMED",
                format!(
                    "The node ran {build}, a testing build that the advisory does not name; the fault was in the code by then."
                ),
            ),
        };
        Reason::said(code, text)
    }
}

/// What may be concluded at most, and the reasons that say why it is less.
pub(super) fn limited(verdict: Verdict, doubts: &[Doubt]) -> (Verdict, Vec<Reason>) {
    if doubts.is_empty() {
        return (verdict, Vec::new());
    }
    (verdict.min(Verdict::Possible), doubts.iter().map(Doubt::reason).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_lower_what_is_uncertain_and_say_why() {
        let unnamed = Missing::NotNamed { build: "v22.2.4".into(), node: None };
        let doubts = [Doubt::Version(BTreeSet::from([unnamed])), Doubt::Redacted];
        let (verdict, reasons) = limited(Verdict::Confirmed, &doubts);
        assert_eq!(verdict, Verdict::Possible);
        let codes: Vec<&str> = reasons.iter().map(|reason| reason.code.as_str()).collect();
        assert_eq!(codes, ["VERSION_NOT_NAMED", "SIGN_REDACTED"]);
        assert_eq!(limited(Verdict::AtRisk, &doubts).0, Verdict::AtRisk);
        assert_eq!(limited(Verdict::Suspect, &[]), (Verdict::Suspect, Vec::new()));
    }
}
