//! Which advisories exist and which of them this build checks, said before any report is made.

/// How many advisories were published up to [`AS_OF`].
pub const PUBLISHED: u32 = 73;

/// Date of the newest advisory considered.
pub const AS_OF: &str = "2026-06-12";

/// Those that this build checks.
pub const CHECKED: [&str; 1] = ["A-144650"];

#[cfg(test)]
mod tests {
    use super::*;
    use crdb_triage::advisories;

    #[test]
    fn it_says_what_the_engine_will_do() {
        let checked: Vec<&str> =
            advisories::ADVISORIES.iter().map(|advisory| advisory.declared.id.as_str()).collect();
        assert_eq!(checked, CHECKED);
        assert_eq!((PUBLISHED, AS_OF), (advisories::PUBLISHED, advisories::AS_OF));
    }
}
