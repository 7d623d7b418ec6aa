//! Whether a layer holds the tables of an operation (`docs/cockroachdb/backups.md#coverage-of-tables`).

use crate::parse::statement::{Name, Targets};

/// The tables of an operation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Touches {
    /// All of the cluster.
    Cluster,
    /// All of these databases.
    Databases(Vec<String>),
    /// These.
    Tables(Vec<Name>),
    /// None: it writes no rows of tables.
    Nothing,
    /// Not known.
    Unknown,
}

/// Whether something holds the tables of an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Covers {
    /// None of them.
    No,
    /// Nobody can tell.
    Unknown,
    /// At least one.
    Yes,
}

impl Touches {
    /// Their names for a person.
    #[must_use]
    pub fn names(&self) -> Vec<String> {
        match self {
            Self::Cluster => vec!["all tables".to_owned()],
            Self::Databases(names) => names.iter().map(|name| format!("{name}.*")).collect(),
            Self::Tables(tables) => tables.iter().map(ToString::to_string).collect(),
            Self::Nothing | Self::Unknown => Vec::new(),
        }
    }
}

/// Whether `targets` hold any table of `touches`. Names are as they were typed: three parts are exact, of two the first is
/// the database or a schema (`schemas` tells whether there can be schemas of users), and a bare one may be in any database.
#[must_use]
pub(super) fn by_name(targets: &Targets, touches: &Touches, schemas: bool) -> Covers {
    match (targets, touches) {
        (Targets::Users, _) | (_, Touches::Nothing) => Covers::No,
        (Targets::Cluster, _) => Covers::Yes,
        (Targets::Tenants | Targets::Other, _) | (_, Touches::Unknown) => Covers::Unknown,
        (_, Touches::Cluster) => Covers::Yes,
        (Targets::Databases(held), Touches::Databases(touched)) => {
            if held.iter().any(|name| touched.contains(name)) { Covers::Yes } else { Covers::No }
        }
        (Targets::Databases(held), Touches::Tables(tables)) => {
            best(tables.iter().map(|table| in_database(table, held, schemas)))
        }
        (Targets::Tables(held), Touches::Databases(touched)) => {
            best(held.iter().map(|table| in_database(table, touched, schemas)))
        }
        (Targets::Tables(held), Touches::Tables(tables)) => {
            best(held.iter().flat_map(|held| tables.iter().map(|table| same(held, table, schemas))))
        }
    }
}

fn best(all: impl Iterator<Item = Covers>) -> Covers {
    all.max().unwrap_or(Covers::Unknown)
}

fn in_database(table: &Name, databases: &[String], schemas: bool) -> Covers {
    let table = if schemas { table.clone() } else { table.without_schemas() };
    if table.database().is_some_and(|database| databases.iter().any(|name| name == database)) {
        Covers::Yes
    } else if databases.iter().any(|database| table.may_be_in(database)) {
        Covers::Unknown
    } else {
        Covers::No
    }
}

fn same(a: &Name, b: &Name, schemas: bool) -> Covers {
    let both =
        if schemas { (a.clone(), b.clone()) } else { (a.without_schemas(), b.without_schemas()) };
    if both.0.is_directly(&both.1) {
        Covers::Yes
    } else if both.0.may_be(&both.1) {
        Covers::Unknown
    } else {
        Covers::No
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tables(names: &[&str]) -> Vec<Name> {
        names.iter().map(|name| Name(name.split('.').map(str::to_owned).collect())).collect()
    }

    fn covers(held: &str, touched: &str, schemas: bool) -> Covers {
        let targets = match held.strip_prefix("db ") {
            Some(name) => Targets::Databases(vec![name.to_owned()]),
            None => Targets::Tables(tables(&[held])),
        };
        let touches = match touched.strip_prefix("db ") {
            Some(name) => Touches::Databases(vec![name.to_owned()]),
            None => Touches::Tables(tables(&[touched])),
        };
        by_name(&targets, &touches, schemas)
    }

    #[test]
    fn two_parts_may_be_schema_and_table() {
        for (held, touched, expected, without_schemas) in [
            ("db shop", "shop.public.orders", Covers::Yes, Covers::Yes),
            ("db shop", "bank.public.orders", Covers::No, Covers::No),
            ("db shop", "shop.orders", Covers::Yes, Covers::Yes),
            ("db shop", "eu.orders", Covers::Unknown, Covers::No),
            ("db shop", "public.orders", Covers::Unknown, Covers::Unknown),
            ("db shop", "orders", Covers::Unknown, Covers::Unknown),
            ("eu.*", "db shop", Covers::Unknown, Covers::No),
            ("shop.eu.*", "db shop", Covers::Yes, Covers::Yes),
            ("bank.eu.*", "db shop", Covers::No, Covers::No),
            ("shop.eu.orders", "eu.orders", Covers::Unknown, Covers::No),
            ("eu.*", "shop.eu.orders", Covers::Unknown, Covers::No),
            ("shop.*", "shop.eu.orders", Covers::Yes, Covers::No),
            ("shop.orders", "shop.public.orders", Covers::Yes, Covers::Yes),
            ("shop.orders", "bank.orders", Covers::No, Covers::No),
            ("orders", "orders", Covers::Unknown, Covers::Unknown),
            ("orders", "lines", Covers::No, Covers::No),
        ] {
            assert_eq!(covers(held, touched, true), expected, "{held} {touched}");
            assert_eq!(covers(held, touched, false), without_schemas, "{held} {touched}");
        }
    }

    #[test]
    fn users_are_no_tables() {
        for touches in [Touches::Cluster, Touches::Unknown, Touches::Tables(tables(&["a.b.c"]))] {
            assert_eq!(by_name(&Targets::Users, &touches, true), Covers::No);
            assert_eq!(by_name(&Targets::Cluster, &Touches::Nothing, true), Covers::No);
        }
    }
}
