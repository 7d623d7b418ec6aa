//! Tables and documents of a debug zip by the names of their files, whether or not anything but a rule asks for them.

use std::fmt;

use super::kinds::{FAILED, attempt_of, split, unpacked};
use super::place::SEPARATOR;

/// Beginnings of the names of tables that a debug zip dumps by SQL.
const SCHEMAS: [&str; 2] = ["crdb_internal.", "system."];

/// Documents of the API of which rules can ask rows, by the name of the file without ending.
const DOCUMENTS: [&str; 4] = ["events", "nodes", "ranges", "status"];

/// Which tables and documents are asked for, by name without ending.
#[derive(Clone, Copy)]
pub struct Wanted<'a>(Option<&'a dyn Fn(&str) -> bool>);

impl<'a> Wanted<'a> {
    /// None of them.
    pub const NONE: Wanted<'static> = Wanted(None);

    /// Those of which `asks` is true.
    #[must_use]
    pub fn new(asks: &'a dyn Fn(&str) -> bool) -> Self {
        Self(Some(asks))
    }

    /// Whether the file at this path is the dump of one.
    pub(super) fn is_asked(self, path: &str) -> bool {
        self.0.is_some_and(|asks| dumped(path).is_some_and(|dump| asks(dump.table)))
    }
}

impl fmt::Debug for Wanted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Wanted")
    }
}

/// What the name of a file tells of the table or document that it holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dump<'a> {
    /// Name of the table or document, without ending.
    pub table: &'a str,
    /// Which attempt at it, 0 being the first.
    pub attempt: u32,
}

/// The table or document that the file at `path` holds, or of which it says that it could not be collected, by its name.
#[must_use]
pub fn dumped(path: &str) -> Option<Dump<'_>> {
    let (folder, name) = split(path);
    let name = name.rsplit(SEPARATOR).next().unwrap_or(name);
    let name = unpacked(name);
    let failed = name.strip_suffix(FAILED);
    let name = failed.unwrap_or(name);
    if let Some(base) = name.strip_suffix(".json") {
        // Before 23.1, a file for each range.
        let of_range = split(folder).1 == "ranges" && base.bytes().all(|b| b.is_ascii_digit());
        let document = DOCUMENTS.iter().find(|document| **document == base);
        let document = document.copied().or(of_range.then_some("ranges"));
        if let Some(table) = document {
            return Some(Dump { table, attempt: 0 });
        }
    }
    if !SCHEMAS.iter().any(|schema| name.starts_with(schema)) {
        return None;
    }
    let (table, attempt, ended) = attempt_of(name);
    let plain = |part: &str| {
        !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
    };
    // An ending may be missing only where `.err.txt` stands in its place.
    let named = table.split_once('.').is_some_and(|(_, table)| plain(table));
    (named && (ended || failed.is_some())).then_some(Dump { table, attempt })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(path: &str) -> Option<(&str, u32)> {
        dumped(path).map(|dump| (dump.table, dump.attempt))
    }

    #[test]
    fn tables_are_known_by_their_names_in_all_forms() {
        for (path, table, attempt) in [
            ("debug/system.privileges.txt", "system.privileges", 0),
            ("debug/system.privileges.3.txt", "system.privileges", 3),
            ("debug/cluster/app/system.privileges.txt.err.txt", "system.privileges", 0),
            ("debug/system.privileges.1.txt.err.txt", "system.privileges", 1),
            ("debug/system.privileges.err.txt", "system.privileges", 0),
            ("debug/nodes/1/crdb_internal.feature_usage.csv", "crdb_internal.feature_usage", 0),
            ("x.zip » system.role_members.txt.gz", "system.role_members", 0),
            ("debug/nodes/1/ranges.json", "ranges", 0),
            ("debug/nodes/1/ranges/17.json", "ranges", 0),
            ("debug/nodes.json", "nodes", 0),
            ("debug/nodes/1/status.json", "status", 0),
        ] {
            assert_eq!(named(path), Some((table, attempt)), "{path}");
        }
    }

    #[test]
    fn names_that_only_look_like_tables_are_none() {
        for path in ["system.log", "system.privileges", "my.system.privileges.txt", "system..txt"] {
            assert_eq!(named(path), None, "{path}");
        }
        assert_eq!(named("debug/schema/17.json"), None);
        assert_eq!(named("debug/nodes/1/ranges/x.json"), None);
    }
}
