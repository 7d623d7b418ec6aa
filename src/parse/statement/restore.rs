//! `RESTORE` as jobs describe it.

use super::sql::Sql;
use super::{Restore, RestoreFrom, Unparsed};

/// Reads a description.
///
/// # Errors
/// It is of another kind, or of a form that is not known.
pub fn restore(text: &str) -> Result<Restore, Unparsed> {
    let mut sql = Sql::begin(text, "restore")?;
    let targets = sql.targets(&["from"])?;
    sql.expect("from")?;
    let subdirectory = sql.subdirectory()?;
    let mut addresses = sql.list(Sql::address)?;
    let from = match subdirectory {
        // Addresses after that of the collection say where incremental backups are.
        Some(subdirectory) => RestoreFrom::Collection(subdirectory, addresses.swap_remove(0)),
        None => RestoreFrom::Addresses(addresses),
    };
    let as_of = sql.as_of()?;
    let (mut into_db, mut schema_only) = (None, false);
    sql.options(|name, sql| {
        match name {
            "into_db" | "new_db_name" if sql.symbol('=') => {
                into_db = Some(sql.string("a database")?.into_owned());
            }
            "schema_only" => schema_only = sql.switch()?,
            _ => {}
        }
        Ok(())
    })?;
    sql.finish()?;
    Ok(Restore { targets, from, as_of, into_db, schema_only })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Time;
    use crate::parse::statement::{Address, AsOf, Name, Subdirectory, Targets};

    fn read(text: &str) -> Restore {
        restore(text).unwrap_or_else(|why| panic!("{text}: {why:?}"))
    }

    fn places(all: &[&str]) -> RestoreFrom {
        RestoreFrom::Addresses(all.iter().map(|text| Address((*text).to_owned())).collect())
    }

    fn orders() -> Targets {
        Targets::Tables(vec![Name(["shop", "public", "orders"].map(str::to_owned).to_vec())])
    }

    #[test]
    fn every_version_prints_a_form_that_is_read() {
        let collection =
            |subdirectory| RestoreFrom::Collection(subdirectory, Address("s3://box/a".to_owned()));
        let named = |text: &str| Subdirectory::Named(text.to_owned());
        let plain = |targets, from| Restore {
            targets,
            from,
            as_of: None,
            into_db: None,
            schema_only: false,
        };
        let whole = |from| plain(Targets::Cluster, from);
        let shop = || Targets::Databases(vec!["shop".to_owned()]);
        for (version, text, expected) in [
            (
                "19.2, with incremental backups",
                "RESTORE DATABASE shop FROM 's3://box/a', 's3://box/b/'",
                plain(shop(), places(&["s3://box/a", "s3://box/b"])),
            ),
            (
                "20.1, cluster",
                "RESTORE TABLE FROM 's3://box/a?AUTH=implicit'",
                whole(places(&["s3://box/a"])),
            ),
            ("20.2, cluster", "RESTORE FROM 's3://box/a'", whole(places(&["s3://box/a"]))),
            (
                "20.2, localities",
                "RESTORE FROM ('s3://x?COCKROACH_LOCALITY=region%3Deu', 's3://y?COCKROACH_LOCALITY=default'), ('s3://q', 's3://p')",
                whole(places(&["s3://y", "s3://p"])),
            ),
            (
                "21.2, joined",
                "RESTORE TABLE shop.public.orders FROM 's3://box/a/2021/11/06-041500.00?AUTH=implicit' AS OF SYSTEM TIME '2021-11-06 05:00:00' WITH into_db = 'Check it', skip_missing_foreign_keys",
                Restore {
                    targets: orders(),
                    from: places(&["s3://box/a/2021/11/06-041500.00"]),
                    as_of: Some(AsOf::At(Time::parse_rfc3339("2021-11-06T05:00:00Z").unwrap())),
                    into_db: Some("Check it".to_owned()),
                    schema_only: false,
                },
            ),
            (
                "22.2",
                "RESTORE DATABASE shop FROM '/2021/11/06-041500.00' IN 's3://box/a' WITH OPTIONS (new_db_name = 'it''s', detached)",
                Restore {
                    into_db: Some("it's".to_owned()),
                    ..plain(shop(), collection(named("2021/11/06-041500.00")))
                },
            ),
            (
                "22.1, as typed",
                "RESTORE FROM LATEST IN 's3://box/a'",
                whole(collection(Subdirectory::Latest)),
            ),
            (
                "23.1, as typed",
                "RESTORE FROM 'latest' IN ('s3://box/a', 's3://box/b')",
                whole(collection(Subdirectory::Latest)),
            ),
            (
                "users",
                "RESTORE SYSTEM USERS FROM 'x' IN 's3://box/a'",
                plain(Targets::Users, collection(named("x"))),
            ),
            (
                "22.2, no rows",
                "RESTORE DATABASE shop FROM 'x' IN 's3://box/a' WITH schema_only, verify_backup_table_data",
                Restore { schema_only: true, ..plain(shop(), collection(named("x"))) },
            ),
            (
                "23.1, with rows",
                "RESTORE DATABASE shop FROM 'x' IN 's3://box/a' WITH OPTIONS (schema_only = false)",
                plain(shop(), collection(named("x"))),
            ),
            (
                "tenant",
                "RESTORE TENANT 5 FROM 's3://box/a'",
                plain(Targets::Tenants, places(&["s3://box/a"])),
            ),
            (
                "redactable",
                "RESTORE TABLE ‹shop›.‹public›.‹orders› FROM ‹'s3://box/a'› WITH into_db = '‹x›'",
                Restore {
                    into_db: Some("x".to_owned()),
                    ..plain(orders(), places(&["s3://box/a"]))
                },
            ),
        ] {
            assert_eq!(read(text), expected, "{version}: {text}");
        }
    }

    #[test]
    fn what_cannot_be_read_says_why() {
        for (text, expected) in [
            ("", Unparsed::NotThis),
            ("BACKUP TO 's3://box/a'", Unparsed::NotThis),
            ("RESTORE FROM '‹×›'", Unparsed::Redacted),
            ("RESTORE FROM 's3://box/a', ‹×›", Unparsed::Redacted),
            ("RESTORE FROM 's3://box/a' WITH into_db = '‹×›'", Unparsed::Redacted),
            ("RESTORE", Unparsed::Unknown("it ends where a name should stand".to_owned())),
            (
                "RESTORE FROM REPLICATION STREAM FROM 's3://box/a'",
                Unparsed::Unknown("an address should stand at its byte 13".to_owned()),
            ),
            (
                "RESTORE FROM 's3://box/a' WITH into_db = 5",
                Unparsed::Unknown("a database should stand at its byte 41".to_owned()),
            ),
        ] {
            assert_eq!(restore(text), Err(expected), "{text}");
        }
    }
}
