//! The statements in the descriptions of jobs: `BACKUP`, `RESTORE`, `IMPORT` and schema changes, in the forms in
//! which CockroachDB 19.1 to 23.x print them (`docs/cockroachdb/backups.md#statements`).
//!
//! A description is what a person or a schedule typed, printed anew by the server, with secrets removed. It may have
//! been redacted, cut or forged; whatever is not plainly of a known form is an [`Unparsed`] with a reason, never a guess.

mod address;
mod as_of;
mod backup;
mod changefeed;
mod columns;
mod harmless;
mod import;
mod index;
mod lex;
mod name;
mod restore;
mod restoring;
mod schema_change;
mod sql;

use serde::{Deserialize, Serialize};

use crate::model::Time;

pub use address::dated;
pub(crate) use as_of::hlc;
pub use backup::backup;
pub use changefeed::changefeed;
pub use columns::column_changes;
pub use import::import;
pub use index::index_build;
pub use restore::restore;
pub use schema_change::{Fill, FillKind, SchemaChange, schema_change};

/// What a statement is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Targets {
    /// The whole cluster: no targets are printed.
    Cluster,
    /// `DATABASE a, b`.
    Databases(Vec<String>),
    /// `TABLE db.s.t, db.*`, or bare names.
    Tables(Vec<Name>),
    /// `SYSTEM USERS`: users and roles, and no tables of users.
    Users,
    /// Virtual clusters: their tables have names that the host's jobs do not know.
    Tenants,
    /// Schemas, types, or whatever else: which tables it holds cannot be told.
    Other,
}

/// A name as it is typed: one to three parts, unquoted and in the case that it means; `*` may be the last.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Name(pub Vec<String>);

/// Where something is stored: scheme, host and path, without query, credentials and a slash at the end.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Address(pub String);

/// A subdirectory of a collection.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Subdirectory {
    /// `LATEST`, not resolved: the newest full backup of the collection.
    Latest,
    /// Without slashes at its ends, such as `2022/09/10-000000.00` or `weekly`.
    Named(String),
}

/// `AS OF SYSTEM TIME`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum AsOf {
    /// An instant, from a timestamp or a decimal HLC time.
    At(Time),
    /// So many microseconds from when the statement was planned; negative.
    Relative(i64),
    /// A function or anything else whose value the text does not tell.
    Expression(String),
}

/// `BACKUP …`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Backup {
    /// What it backs up.
    pub targets: Targets,
    /// Where to.
    pub destination: Destination,
    /// As of when; none means when it was planned.
    pub as_of: Option<AsOf>,
    /// `INCREMENTAL FROM`: the full backup and the incremental ones on it, in order.
    pub incremental_from: Vec<Address>,
    /// `WITH revision_history`.
    pub revision_history: bool,
    /// `incremental_location`, of one address or the default one of several.
    pub incremental_location: Option<Address>,
    /// `WITH detached`: the client did not wait for it.
    pub detached: bool,
}

/// Where a backup goes. Of several addresses by locality it is the default one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Destination {
    /// `INTO ['subdirectory' IN] 'collection'`; no subdirectory is printed before it is chosen.
    Into(Option<Subdirectory>, Address),
    /// `TO 'address'`.
    To(Address),
}

/// `RESTORE …`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Restore {
    /// What it restores.
    pub targets: Targets,
    /// From where.
    pub from: RestoreFrom,
    /// To which time; none means the newest layer.
    pub as_of: Option<AsOf>,
    /// `into_db` or `new_db_name`: the database that the tables come to.
    pub into_db: Option<String>,
    /// `schema_only`: no rows are restored, and those that `verify_backup_table_data` reads are discarded.
    pub schema_only: bool,
}

/// Where a restore reads. Of several addresses by locality it is the default one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum RestoreFrom {
    /// `FROM 'subdirectory' IN 'collection'`.
    Collection(Subdirectory, Address),
    /// `FROM 'address', …`: a path that may be collection and subdirectory joined, or a full backup and the incremental
    /// ones on it.
    Addresses(Vec<Address>),
}

/// `IMPORT …`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Import {
    /// `IMPORT INTO table`: the table exists and is offline meanwhile.
    Into(Name),
    /// `IMPORT TABLE table …`: the table is new.
    Table(Name),
    /// `IMPORT PGDUMP` and its like: whatever tables the dump holds, all new.
    Dump,
}

/// A schema change that builds indexes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct IndexBuild {
    /// Its table.
    pub table: Name,
    /// Names of the indexes, where the text has them.
    pub indexes: Vec<String>,
    /// `ALTER PRIMARY KEY`: every index of the table is built anew.
    pub rebuilds_all: bool,
}

/// `CREATE CHANGEFEED …`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changefeed {
    /// Its tables; none where it has a query, which names its table itself.
    pub targets: Vec<Name>,
    /// Where it writes.
    pub sink: Sink,
    /// What an option says of the initial scan.
    pub initial_scan: Option<InitialScan>,
    /// `cursor`: it begins at an instant.
    pub cursor: bool,
    /// `schema_change_policy`, in lower case.
    pub schema_change_policy: Option<String>,
}

/// Where a changefeed writes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Sink {
    /// To its client.
    #[default]
    None,
    /// To an address with this scheme, in lower case.
    Scheme(String),
    /// To whatever the external connection of this name is.
    External(String),
}

/// Whether a changefeed begins with all rows that its tables have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InitialScan {
    /// It does, and goes on with changes.
    Yes,
    /// It does not.
    No,
    /// It ends after them.
    Only,
}

/// What a schema change adds to and takes from a table.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ColumnChanges {
    /// The table; none where it is none or a part of its name was removed.
    pub table: Option<Name>,
    /// `ADD COLUMN`.
    pub adds: bool,
    /// `ADD COLUMN … CREATE [IF NOT EXISTS] FAMILY`.
    pub new_family: bool,
    /// `DROP COLUMN`: the names.
    pub drops: Vec<String>,
}

/// Why a description was not understood; a phrase for a person, such as "its destination was removed by redaction".
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Unparsed {
    /// The text is of another kind of statement, or empty.
    NotThis,
    /// A part that is needed was removed before the bundle was handed in.
    Redacted,
    /// It begins as this statement and goes on in no known form; what was expected, and where.
    Unknown(String),
}

/// Whether a text says nothing: it is empty, or what it said was removed.
#[must_use]
pub fn is_missing(text: &str) -> bool {
    let text = text.trim();
    text.is_empty() || text.contains(lex::REMOVED) || lex::is_removed(text)
}

/// The keyword with which a description of a backup, a restore or an import begins.
#[must_use]
pub fn first_keyword(text: &str) -> Option<&'static str> {
    ["backup", "restore", "import"].into_iter().find(|word| sql::Sql::begin(text, word).is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// One of each kind, with most of what can stand in it.
    const STATEMENTS: [&str; 6] = [
        "BACKUP DATABASE shop, \"Bank\" INTO '/2021/11/06-041500.00' IN ('s3://box/a?COCKROACH_LOCALITY=default', 's3://b') AS OF SYSTEM TIME '2021-11-06 05:15:00+00:00' WITH OPTIONS (revision_history = true, kms = ('x', 'y'))",
        "BACKUP TABLE shop.public.orders, bank.* TO e'gs://box/\\'a' AS OF SYSTEM TIME INTERVAL '-1h' INCREMENTAL FROM 'gs://box/b', 'gs://box/c' WITH revision_history",
        "RESTORE shop.* FROM 'x' IN 's3://box/a' AS OF SYSTEM TIME (now()-'1s') WITH into_db = 'its', detached",
        "IMPORT INTO shop.public.\"Orders\"(id, total) CSV DATA ('s3://in/a.csv') WITH skip = '1'",
        "ALTER TABLE shop.orders ADD COLUMN c DECIMAL(10, 2) DEFAULT 1.5 CONSTRAINT u UNIQUE, ALTER PRIMARY KEY USING COLUMNS (c); CREATE INDEX i ON orders (c)",
        "RESTORING: schema change on orders adding index i for orders (total); rollback for schema change on orders adding index j for orders (id)",
    ];

    /// All four readings of a text; whatever it is, they end, and what they say of it is short.
    fn read(text: &str) -> Vec<String> {
        let shown = |read: Result<String, Unparsed>| {
            if let Err(Unparsed::Unknown(why)) = &read {
                assert!(why.len() < 80, "{why}");
            }
            read.unwrap_or_else(|why| format!("{why:?}"))
        };
        vec![
            shown(backup(text).map(|read| format!("{read:?}"))),
            shown(restore(text).map(|read| format!("{read:?}"))),
            shown(import(text).map(|read| format!("{read:?}"))),
            shown(index_build(text).map(|read| format!("{read:?}"))),
        ]
    }

    #[test]
    fn removed_text_is_missing() {
        for text in
            ["", " ", "‹×›", "‹×› ‹×›", "redacted", "<redacted>", "REDACTED", "_", "REDACTEDBYZIP"]
        {
            assert!(is_missing(text), "{text}");
            assert_eq!(first_keyword(text), None);
        }
        for (text, keyword) in [
            ("/* x */ backup", Some("backup")),
            ("IMPORT INTO t", Some("import")),
            ("RESTORING: x", None),
            ("CREATE INDEX i ON _ (a)", None),
        ] {
            assert!(!is_missing(text), "{text}");
            assert_eq!(first_keyword(text), keyword, "{text}");
        }
    }

    #[test]
    fn a_statement_is_of_one_kind() {
        for text in STATEMENTS {
            let not_this = read(text).iter().filter(|read| *read == "NotThis").count();
            assert_eq!(not_this, 3, "{text}: {:?}", read(text));
        }
    }

    #[test]
    fn long_and_deep_texts_are_read_in_one_pass() {
        let size = 1 << 20;
        for (begin, middle, end) in [
            ("BACKUP TO '", "s3://x?", "'"),
            ("BACKUP TO '", "''", ""),
            ("BACKUP TO 's3://x' AS OF SYSTEM TIME ", "(", ""),
            ("BACKUP TO 's3://x' AS OF SYSTEM TIME '", "-1s", "'"),
            ("BACKUP TO 's3://x' AS OF SYSTEM TIME ", "with ", ""),
            ("BACKUP TO 's3://x' INCREMENTAL FROM 's3://a'", ", 's3://a?b=c'", ""),
            ("BACKUP TO (", "'s3://a?b=c', ", "'s3://b')"),
            ("BACKUP ", "/* ", ""),
            ("BACKUP /*", "x", "*/ TO 's3://x'"),
            ("BACKUP TABLE t", ", t", " TO 's3://x'"),
            ("BACKUP \"", "\"\"", "\" TO 's3://x'"),
            ("BACKUP ", "‹", " TO 's3://x'"),
            ("BACKUP TENANT ", ")(", "1 TO 's3://x'"),
            ("RESTORE FROM 's3://x' WITH a = ", "(", ""),
            ("RESTORE FROM 's3://x' WITH ", "a, ", "b"),
            ("IMPORT INTO t", "(", ""),
            ("CREATE INDEX i ON t (a);", "CREATE INDEX i ON t (a);", ""),
            ("ALTER TABLE t ", "ADD COLUMN c INT8, ", "ADD UNIQUE (c)"),
            ("ALTER TABLE t ADD COLUMN c ", "CONSTRAINT a ", ""),
            ("RESTORING: ", "schema change on t adding index ", ""),
            ("RESTORING: ", "schema change on t adding index i for t (; ", ""),
        ] {
            let text = format!("{begin}{}{end}", middle.repeat(size / middle.len()));
            assert_eq!(read(&text).len(), 4);
        }
    }

    #[test]
    fn wherever_a_statement_is_cut_off_it_says_nothing_false() {
        for text in STATEMENTS {
            for cut in (0..text.len()).filter_map(|end| text.get(..end)) {
                if let (Ok(part), Ok(whole)) = (backup(cut), backup(text)) {
                    assert_eq!(
                        (part.targets, part.destination),
                        (whole.targets, whole.destination)
                    );
                    assert!(part.as_of.is_none() || part.as_of == whole.as_of, "{cut}");
                    assert!(whole.incremental_from.starts_with(&part.incremental_from), "{cut}");
                }
                if let (Ok(part), Ok(whole)) = (restore(cut), restore(text)) {
                    assert_eq!((part.targets, part.from), (whole.targets, whole.from));
                    assert!(part.as_of.is_none() || part.as_of == whole.as_of, "{cut}");
                    assert!(part.into_db.is_none() || part.into_db == whole.into_db, "{cut}");
                }
                if let Ok(part) = import(cut) {
                    assert_eq!(Ok(part), import(text), "{cut}");
                }
                if let (Ok(part), Ok(whole)) = (index_build(cut), index_build(text)) {
                    assert_eq!(part.table, whole.table, "{cut}");
                    assert!(whole.indexes.starts_with(&part.indexes), "{cut}: {part:?}");
                }
            }
        }
    }

    fn statement() -> impl Strategy<Value = &'static str> {
        proptest::sample::select(&STATEMENTS[..])
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in "\\PC{0,200}") {
            read(&text);
        }

        #[test]
        fn words_of_statements_in_any_order_are_read_or_refused(
            words in proptest::collection::vec(
                proptest::sample::select(&[
                    "BACKUP", "RESTORE", "IMPORT", "CREATE", "ALTER", "TABLE", "INDEX", "INTO", "TO", "FROM", "IN",
                    "LATEST", "AS OF SYSTEM TIME", "WITH", "INCREMENTAL", "ADD", "UNIQUE", "CONSTRAINT", "t", "a.b",
                    "*", ",", "(", ")", "'x'", "'", "\"", "::", "=", ";", "1.5", "$1", "‹", "×", "›", "--", "/*", "\n",
                    "RESTORING: ", "schema change on ", " adding index ", "e'\\", "‹×›", "-1s",
                ][..]),
                0..24,
            ),
        ) {
            read(&words.join(" "));
            read(&words.concat());
        }

        #[test]
        fn a_damaged_statement_is_read_or_refused(
            text in statement(),
            damage in proptest::collection::vec((any::<prop::sample::Index>(), any::<char>(), 0u8..3), 1..5),
        ) {
            let mut chars: Vec<char> = text.chars().collect();
            for (at, c, how) in damage {
                let at = at.index(chars.len());
                match how {
                    0 => chars[at] = c,
                    1 => chars.insert(at, c),
                    _ => chars.truncate(at + 1),
                }
            }
            read(&chars.into_iter().collect::<String>());
        }

        #[test]
        fn a_name_is_read_as_it_is_shown(parts in proptest::collection::vec("[a-z\"A. ;'é*\\\\]{1,6}", 1..=3)) {
            prop_assume!(parts.iter().all(|part| part != "*"));
            let name = Name(parts);
            let text = format!("IMPORT INTO {name}(a) CSV DATA ('x')");
            prop_assert_eq!(import(&text), Ok(Import::Into(name)));
        }

        #[test]
        fn comments_and_blanks_between_words_change_nothing(
            text in statement(), blanks in proptest::collection::vec("( |\n|\t|/\\*[a-z']*\\*/|--[a-z']*\n)", 1..40),
        ) {
            prop_assume!(!text.starts_with("RESTORING"));
            // In the place of blanks that stand outside of quotes.
            let mut quoted = None;
            let mut blanks = blanks.iter().cycle();
            let mut out = String::new();
            for c in text.chars() {
                if matches!(c, '\'' | '"') && quoted.is_none_or(|open| open == c) {
                    quoted = if quoted.is_none() { Some(c) } else { None };
                }
                if c == ' ' && quoted.is_none() {
                    out.push_str(blanks.next().unwrap());
                } else {
                    out.push(c);
                }
            }
            prop_assert_eq!(read(&out), read(text), "{}", out);
        }
    }
}
