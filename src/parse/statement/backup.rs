//! `BACKUP` as jobs describe it.

use super::sql::Sql;
use super::{Address, Backup, Destination, Unparsed};

/// Reads a description.
///
/// # Errors
/// It is of another kind, or of a form that is not known.
pub fn backup(text: &str) -> Result<Backup, Unparsed> {
    let mut sql = Sql::begin(text, "backup")?;
    let targets = sql.targets(&["to", "into"])?;
    let destination = if sql.word("to") {
        Destination::To(sql.address()?)
    } else {
        sql.expect("into")?;
        let subdirectory = sql.subdirectory()?;
        Destination::Into(subdirectory, sql.address()?)
    };
    let as_of = sql.as_of()?;
    let incremental_from =
        if sql.words(&["incremental", "from"]) { sql.list(Sql::address)? } else { Vec::new() };
    let mut revision_history = false;
    let mut incremental_location: Option<Address> = None;
    let mut detached = false;
    sql.options(|name, sql| {
        match name {
            "revision_history" => revision_history = sql.switch()?,
            "detached" => detached = sql.switch()?,
            "incremental_location" if sql.symbol('=') => {
                incremental_location = Some(sql.address()?);
            }
            _ => {}
        }
        Ok(())
    })?;
    sql.finish()?;
    Ok(Backup {
        targets,
        destination,
        as_of,
        incremental_from,
        revision_history,
        incremental_location,
        detached,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Time;
    use crate::parse::statement::{AsOf, Name, Subdirectory, Targets};

    fn read(text: &str) -> Backup {
        backup(text).unwrap_or_else(|why| panic!("{text}: {why:?}"))
    }

    fn plain(destination: Destination) -> Backup {
        Backup {
            targets: Targets::Cluster,
            destination,
            as_of: None,
            incremental_from: Vec::new(),
            revision_history: false,
            incremental_location: None,
            detached: false,
        }
    }

    fn place(text: &str) -> Address {
        Address(text.to_owned())
    }

    fn named(text: &str) -> Option<Subdirectory> {
        Some(Subdirectory::Named(text.to_owned()))
    }

    fn at(text: &str) -> Option<AsOf> {
        Some(AsOf::At(Time::parse_rfc3339(text).unwrap()))
    }

    fn tables(names: &[&[&str]]) -> Targets {
        let name = |parts: &&[&str]| Name(parts.iter().map(|part| (*part).to_owned()).collect());
        Targets::Tables(names.iter().map(name).collect())
    }

    #[test]
    fn every_version_prints_a_form_that_is_read() {
        let box_a = || Destination::To(place("s3://box/a"));
        let shop = || Targets::Databases(vec!["shop".to_owned()]);
        let into = |subdirectory| Destination::Into(subdirectory, place("s3://box/a"));
        for (version, text, expected) in [
            (
                "19.1",
                "BACKUP DATABASE shop TO 's3://box/a'",
                Backup { targets: shop(), ..plain(box_a()) },
            ),
            (
                "19.2, incremental",
                "BACKUP DATABASE shop TO 's3://box/a' AS OF SYSTEM TIME '-30s' INCREMENTAL FROM 's3://box/b', 's3://box/c' WITH revision_history",
                Backup {
                    targets: shop(),
                    as_of: Some(AsOf::Relative(-30_000_000)),
                    incremental_from: vec![place("s3://box/b"), place("s3://box/c")],
                    revision_history: true,
                    ..plain(box_a())
                },
            ),
            (
                "19.2, localities without parameters",
                "BACKUP DATABASE shop TO ('s3://box/z', 's3://box/a')",
                Backup { targets: shop(), ..plain(box_a()) },
            ),
            ("20.1, cluster", "BACKUP TO 's3://box/a?AUTH=implicit'", plain(box_a())),
            (
                "20.1, tables",
                "BACKUP TABLE shop.public.orders, \"Shop\".*, lines TO 's3://box/a' WITH encryption_passphrase = '*****'",
                Backup {
                    targets: tables(&[&["shop", "public", "orders"], &["Shop", "*"], &["lines"]]),
                    ..plain(box_a())
                },
            ),
            (
                "20.1, without the word",
                "BACKUP shop.*, * TO 's3://box/a'",
                Backup { targets: tables(&[&["shop", "*"], &["*"]]), ..plain(box_a()) },
            ),
            (
                "20.2, schedule",
                "BACKUP INTO '/2021/11/06-041500.00' IN 's3://box/a?AWS_SECRET_ACCESS_KEY=redacted' AS OF SYSTEM TIME '2021-11-06 05:15:00+00:00' WITH revision_history, detached",
                Backup {
                    detached: true,
                    as_of: at("2021-11-06T05:15:00Z"),
                    revision_history: true,
                    ..plain(into(named("2021/11/06-041500.00")))
                },
            ),
            (
                "21.2, localities",
                "BACKUP DATABASE shop, bank INTO '/weekly/' IN ('s3://box/0?COCKROACH_LOCALITY=region%3Deu', 's3://box/a?COCKROACH_LOCALITY=default')",
                Backup {
                    targets: Targets::Databases(vec!["shop".to_owned(), "bank".to_owned()]),
                    ..plain(into(named("weekly")))
                },
            ),
            (
                "22.1, not resolved",
                "BACKUP INTO 'LATEST' IN 's3://box/a'",
                plain(into(Some(Subdirectory::Latest))),
            ),
            (
                "20.2, as typed",
                "BACKUP INTO LATEST IN 's3://box/a'",
                plain(into(Some(Subdirectory::Latest))),
            ),
            ("20.2, as typed, full", "BACKUP INTO 's3://box/a'", plain(into(None))),
            (
                "22.1",
                "BACKUP INTO '/2021/11/06-041500.00' IN 's3://box/a' WITH revision_history, encryption_passphrase = 'redacted', detached, kms = ('aws:///k?AUTH=implicit', 'aws:///l'), incremental_location = ('gs://inc/z', 'gs://inc/b')",
                Backup {
                    detached: true,
                    revision_history: true,
                    incremental_location: Some(place("gs://inc/b")),
                    ..plain(into(named("2021/11/06-041500.00")))
                },
            ),
            (
                "23.1",
                "BACKUP INTO '/2021/11/06-041500.00' IN 's3://box/a' AS OF SYSTEM TIME '1636172100000000000.0000000000' WITH OPTIONS (revision_history = true, detached, incremental_location = 'gs://inc/b/')",
                Backup {
                    detached: true,
                    as_of: at("2021-11-06T04:15:00Z"),
                    revision_history: true,
                    incremental_location: Some(place("gs://inc/b")),
                    ..plain(into(named("2021/11/06-041500.00")))
                },
            ),
            (
                "23.1, off",
                "BACKUP INTO '/x' IN 's3://box/a' WITH OPTIONS (revision_history = false, execution locality = 'a,b')",
                plain(into(named("x"))),
            ),
            (
                "23.1, redactable",
                "BACKUP DATABASE ‹shop› INTO ‹'/x'› IN '‹s3://box/a?AUTH=‹×››' AS OF SYSTEM TIME ‹'-30s'› WITH detached",
                Backup {
                    detached: true,
                    targets: shop(),
                    as_of: Some(AsOf::Relative(-30_000_000)),
                    ..plain(into(named("x")))
                },
            ),
        ] {
            assert_eq!(read(text), expected, "{version}: {text}");
        }
    }

    #[test]
    fn targets_are_told_apart() {
        for (targets, expected) in [
            ("", Targets::Cluster),
            ("TABLE", Targets::Cluster),
            ("TENANT 5", Targets::Tenants),
            ("VIRTUAL CLUSTER 'a'", Targets::Tenants),
            ("SCHEMA shop.eu", Targets::Other),
            ("tenant", tables(&[&["tenant"]])),
            ("database.orders", tables(&[&["database", "orders"]])),
            ("TABLE \"to\"", tables(&[&["to"]])),
            ("TABLE Orders", tables(&[&["orders"]])),
            ("DATABASE \"Shop\"", Targets::Databases(vec!["Shop".to_owned()])),
            ("DATABASE größe", Targets::Databases(vec!["größe".to_owned()])),
        ] {
            let text = format!("BACKUP {targets} TO 's3://box/a'");
            assert_eq!(read(&text).targets, expected, "{text}");
        }
    }

    #[test]
    fn blanks_comments_and_case_change_nothing() {
        assert_eq!(
            read("backup\n\tdatabase /* TO 'x' */ SHOP -- all of it\n to e's3:\\/\\/box/a' ;"),
            read("BACKUP DATABASE shop TO 's3://box/a'"),
        );
    }

    #[test]
    fn a_needed_part_that_was_removed_is_not_guessed() {
        for text in [
            "‹×›",
            "<redacted>",
            "REDACTED",
            "BACKUP ‹×›",
            "BACKUP DATABASE ‹×› TO 's3://box/a'",
            "BACKUP TABLE shop.‹×› TO 's3://box/a'",
            "BACKUP TABLE \"‹×›\" TO 's3://box/a'",
            "BACKUP INTO ‹×› IN 's3://box/a'",
            "BACKUP INTO '‹×›' IN 's3://box/a'",
            "BACKUP INTO '/x' IN ‹×›",
            "BACKUP TO '‹×›'",
            "BACKUP TO 'redacted'",
            "BACKUP TO 's3://‹×›/a'",
            "BACKUP TO 's3://box/a' AS OF SYSTEM TIME ‹×›",
            "BACKUP TO 's3://box/a' INCREMENTAL FROM ‹×›",
            "BACKUP TO 's3://box/a' WITH ‹×›",
            "BACKUP INTO LATEST IN 's3://box/a' WITH incremental_location = ‹×›",
        ] {
            assert_eq!(backup(text), Err(Unparsed::Redacted), "{text}");
        }
        for text in [
            "BACKUP TO 's3://box/a?AUTH=‹×›&‹×›'",
            "BACKUP TO 's3://box/a' WITH encryption_passphrase = ‹×›, kms = '‹×›'",
        ] {
            assert_eq!(read(text), plain(Destination::To(place("s3://box/a"))), "{text}");
        }
    }

    #[test]
    fn another_statement_is_not_this() {
        for text in
            ["", " ", "RESTORE FROM 's3://box/a'", "BACKUPS", "'BACKUP'", "\"backup\" TO 'a'"]
        {
            assert_eq!(backup(text), Err(Unparsed::NotThis), "{text}");
        }
    }

    #[test]
    fn a_form_that_is_not_known_says_where_it_stopped() {
        for (text, why) in [
            ("BACKUP", "it ends where a name should stand"),
            ("BACKUP TO", "it ends where an address should stand"),
            ("BACKUP TO $1", "an address should stand at its byte 10"),
            ("BACKUP TO 's3://box/a", "a quote or a comment in it has no end"),
            ("BACKUP TO ''", "an address in it has no scheme"),
            ("BACKUP INTO '/2021/11/06-041500.00'", "an address in it has no scheme"),
            ("BACKUP TO ('s3://box/a'", "it ends where `)` should stand"),
            ("BACKUP TO 's3://box/a', 's3://box/b'", "the end should stand at its byte 22"),
            ("BACKUP TO 's3://box/a'; DROP", "the end should stand at its byte 24"),
            ("BACKUP INTO '/' IN 's3://box/a'", "its subdirectory has no name"),
            ("BACKUP a.b.c.d TO 's3://box/a'", "INTO should stand at its byte 12"),
            ("BACKUP DATABASE a.b TO 's3://box/a'", "INTO should stand at its byte 17"),
            ("BACKUP SCHEMA a", "it ends where more should stand"),
            ("BACKUP TO 's3://box/a' AS OF SYSTEM TIME", "it ends where a time should stand"),
            ("BACKUP TO 's3://box/a' WITH", "it ends where a name should stand"),
            ("BACKUP TO 's3://box/a' WITH OPTIONS (detached", "it ends where `)` should stand"),
            (
                "BACKUP TO 's3://box/a' WITH revision_history = $1",
                "a name should stand at its byte 47",
            ),
            (
                "BACKUP TO 's3://box/a' WITH revision_history = maybe",
                "an option in it is neither on nor off",
            ),
        ] {
            assert_eq!(backup(text), Err(Unparsed::Unknown(why.to_owned())), "{text}");
        }
    }
}
