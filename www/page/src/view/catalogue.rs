//! Which advisories exist and which of them this build checks, said before any report is made.

/// How many advisories were published up to [`AS_OF`].
pub const PUBLISHED: u32 = 73;

/// Date of the newest advisory considered.
pub const AS_OF: &str = "2026-06-12";

/// Those that this build checks, each with its title, the newest first; `build.rs` takes them from the rules.
pub const CHECKED: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/catalogue.rs"));

#[cfg(test)]
mod tests {
    use super::*;
    use crdb_triage::advisories;
    use crdb_triage::rules::RuleSet;

    #[test]
    fn catalogue_is_that_of_the_engine() {
        let rules = RuleSet::shipped();
        let mut shipped: Vec<(&str, &str)> =
            rules.rules().iter().map(|rule| (rule.id.as_str(), rule.title.as_str())).collect();
        let mut checked = CHECKED.to_vec();
        shipped.sort_unstable();
        checked.sort_unstable();
        assert_eq!(checked, shipped);
        assert_eq!((PUBLISHED, AS_OF), (advisories::PUBLISHED, advisories::AS_OF));
    }
}
