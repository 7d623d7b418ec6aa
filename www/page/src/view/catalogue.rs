//! Which advisories exist and which of them this build checks, said before any report is made.

/// How many advisories were published up to [`AS_OF`].
pub const PUBLISHED: u32 = 73;

/// Date of the newest advisory considered.
pub const AS_OF: &str = "2026-06-12";

/// Those that this build checks, and what each is about.
pub const CHECKED: [(&str, &str); 3] = [
    (
        "A-144650",
        "a bulk write (IMPORT, MOLT Fetch, CREATE TABLE AS, a materialized view, physical cluster replication) could \
         skip rows without an error when a flush in the background failed.",
    ),
    (
        "A-63162",
        "an incremental backup could miss what an index build, an IMPORT or a RESTORE wrote while the backup before it \
         was taken.",
    ),
    (
        "A-88042",
        "a RESTORE could bring back rows of an IMPORT INTO that was rolled back, if a backup was taken while it ran.",
    ),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crdb_triage::advisories;

    #[test]
    fn it_says_what_the_engine_will_do() {
        let checked: Vec<&str> =
            advisories::ADVISORIES.iter().map(|advisory| advisory.declared.id.as_str()).collect();
        assert_eq!(checked, CHECKED.map(|(id, _)| id));
        assert_eq!((PUBLISHED, AS_OF), (advisories::PUBLISHED, advisories::AS_OF));
    }
}
