//! Schema changes of a restored table, as the jobs that go on with them describe them.

use std::borrow::Cow;

use super::lex::{REMOVED, is_removed};
use super::sql::unmarked;
use super::{IndexBuild, Name, Unparsed};

/// How the description of a job begins that goes on with schema changes of a table that was restored.
pub(super) const RESTORING: &str = "RESTORING: ";

/// The changes of a restored table. Names are printed as they are, without quotes
/// (`docs/cockroachdb/backups.md#index-build-statements`).
pub(super) fn changes(changes: &str) -> Result<IndexBuild, Unparsed> {
    let mut found: Option<IndexBuild> = None;
    let mut unknown = None;
    for raw in changes.split("; ") {
        let change = raw.trim_matches(['‹', '›', ' ', ';']);
        // With `rollback for` before it, it takes an index away.
        if change.starts_with("rollback for schema change on ") {
            continue;
        }
        let what = change.strip_prefix("schema change on ").unwrap_or_default();
        let primary = what.split_once(" changing primary key to (");
        let index = what.split_once(" adding index ");
        let Some((table, built)) = primary.or(index) else {
            let harmless = [" adding column ", " dropping ", " adding constraint "];
            if !harmless.iter().any(|words| what.contains(words)) {
                let removed = raw.contains(REMOVED) || is_removed(change);
                unknown = unknown.or(Some(if removed {
                    Unparsed::Redacted
                } else {
                    Unparsed::Unknown("a change of a restored table in it is not known".to_owned())
                }));
            }
            continue;
        };
        let end = built.find(&format!(" for {table} ("));
        let index = end.filter(|_| primary.is_none()).and_then(|end| built.get(..end));
        let build = found.get_or_insert(IndexBuild {
            table: Name(vec![unmarked(Cow::Borrowed(table))?.into_owned()]),
            indexes: Vec::new(),
            rebuilds_all: false,
        });
        build.rebuilds_all |= primary.is_some();
        let index = index.filter(|name| !name.contains(REMOVED));
        build.indexes.extend(index.map(|name| name.replace(['‹', '›'], "")));
    }
    match (found, unknown) {
        (Some(found), _) => Ok(found),
        (None, Some(why)) => Err(why),
        (None, None) => Err(Unparsed::NotThis),
    }
}

#[cfg(test)]
mod tests {
    use crate::parse::statement::index_build;

    fn build(text: &str) -> String {
        match index_build(text) {
            Ok(build) => {
                let all = if build.rebuilds_all { " all" } else { "" };
                format!("{} [{}]{all}", build.table, build.indexes.join(", "))
            }
            Err(why) => format!("{why:?}"),
        }
    }

    #[test]
    fn what_goes_on_after_a_restore_names_its_table_without_quotes() {
        for (text, expected) in [
            (
                "RESTORING: schema change on orders adding index byTotal for orders (total)",
                "orders [byTotal]",
            ),
            (
                "RESTORING: schema change on orders adding column c INT8; schema change on orders adding index a for orders (c); schema change on orders adding index b for orders (c)",
                "orders [a, b]",
            ),
            (
                "RESTORING: schema change on Or ders changing primary key to (a)",
                "\"Or ders\" [] all",
            ),
            ("RESTORING: schema change on orders adding index ‹×› for orders (total)", "orders []"),
            (
                "RESTORING: schema change on ‹orders› adding index ‹a› for ‹orders› (‹c›)",
                "orders [a]",
            ),
            ("RESTORING: schema change on ‹×› adding index a for ‹×› (c)", "Redacted"),
            (
                "RESTORING: rollback for schema change on orders adding index a for orders (total)",
                "NotThis",
            ),
            ("RESTORING: schema change on orders dropping index a for orders (total)", "NotThis"),
            ("RESTORING: schema change on orders adding column c INT8", "NotThis"),
            ("RESTORING: ", "Unknown(\"a change of a restored table in it is not known\")"),
            ("RESTORING: ‹×›", "Redacted"),
            ("RESTORING: schema change on orders adding column c INT8; ‹×›", "Redacted"),
        ] {
            assert_eq!(build(text), expected, "{text}");
        }
    }
}
