//! Whether a layer holds the tables of an operation (backups facts, section 3.1, "Coverage").

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
    /// Nothing tells.
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
            Self::Unknown => Vec::new(),
        }
    }
}

/// Whether `targets` hold any table of `touches`. Names are as somebody typed them; a bare one may be in any database.
#[must_use]
pub(super) fn by_name(targets: &Targets, touches: &Touches) -> Covers {
    match (targets, touches) {
        (Targets::Cluster, _) => Covers::Yes,
        (Targets::Tenants | Targets::Other, _) | (_, Touches::Unknown) => Covers::Unknown,
        (_, Touches::Cluster) => Covers::Yes,
        (Targets::Databases(held), Touches::Databases(touched)) => {
            if held.iter().any(|name| touched.contains(name)) { Covers::Yes } else { Covers::No }
        }
        (Targets::Databases(held), Touches::Tables(tables)) => {
            best(tables.iter().map(|table| in_database(table, held)))
        }
        (Targets::Tables(held), Touches::Databases(touched)) => {
            best(held.iter().map(|table| in_database(table, touched)))
        }
        (Targets::Tables(held), Touches::Tables(tables)) => {
            best(held.iter().flat_map(|held| tables.iter().map(|table| same(held, table))))
        }
    }
}

fn best(all: impl Iterator<Item = Covers>) -> Covers {
    all.max().unwrap_or(Covers::Unknown)
}

fn in_database(table: &Name, databases: &[String]) -> Covers {
    match table.database() {
        Some(database) if databases.iter().any(|name| name == database) => Covers::Yes,
        Some(_) => Covers::No,
        None => Covers::Unknown,
    }
}

fn same(a: &Name, b: &Name) -> Covers {
    match (a.may_be(b), a.database().is_some() && b.database().is_some()) {
        (true, true) => Covers::Yes,
        (true, false) => Covers::Unknown,
        (false, _) => Covers::No,
    }
}
