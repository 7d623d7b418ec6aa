//! Names of tables: whether two of them may mean the same, and how they are written.

use std::fmt;

use super::Name;

/// The schema that a table is in when none is named.
const PUBLIC: &str = "public";

/// One way to understand a name. What is none is not said.
#[derive(Clone, Copy)]
struct Meaning<'a> {
    database: Option<&'a str>,
    schema: Option<&'a str>,
    table: &'a str,
}

impl Meaning<'_> {
    fn may_be(self, other: Meaning<'_>) -> bool {
        let agree = |a: Option<&str>, b: Option<&str>| a.is_none() || b.is_none() || a == b;
        agree(self.database, other.database)
            && agree(self.schema, other.schema)
            && (self.table == "*" || other.table == "*" || self.table == other.table)
    }
}

impl Name {
    /// Whether this may mean the same table as `other`, by all that the two say. Names are printed as they were typed,
    /// with any number of parts; of two parts the first is the database, or the schema
    /// (`docs/cockroachdb/backups.md#names-in-statements`).
    #[must_use]
    pub fn may_be(&self, other: &Self) -> bool {
        let others = other.meanings();
        self.meanings()
            .iter()
            .flatten()
            .any(|own| others.iter().flatten().any(|other| own.may_be(*other)))
    }

    /// Whether this and `other` are the same table when the first of two parts is read as the database: `db.t` is
    /// `db.public.t`. A name without a database is no other name for certain.
    #[must_use]
    pub fn is_directly(&self, other: &Self) -> bool {
        match (self.meanings()[0], other.meanings()[0]) {
            (Some(own), Some(other)) if own.database.is_some() && other.database.is_some() => {
                own.may_be(other)
            }
            _ => false,
        }
    }

    /// The database of the table: certain with three parts, the most direct reading with two.
    #[must_use]
    pub fn database(&self) -> Option<&str> {
        self.meanings()[0]?.database
    }

    /// Whether the table may be in `database`: the first of two parts may also be a schema of any database, and a table
    /// without either may be anywhere.
    #[must_use]
    pub fn may_be_in(&self, database: &str) -> bool {
        self.meanings().iter().flatten().any(|own| own.database.is_none_or(|own| own == database))
    }

    /// The same name for a cluster without schemas of users, which exist from 20.2 on: the first of two parts is the
    /// database.
    #[must_use]
    pub fn without_schemas(&self) -> Self {
        match self.0.as_slice() {
            [first, table] if first != PUBLIC => {
                Self(vec![first.clone(), PUBLIC.to_owned(), table.clone()])
            }
            _ => self.clone(),
        }
    }

    /// The table's own name, without database and schema.
    #[must_use]
    pub fn table(&self) -> &str {
        self.0.last().map_or("", String::as_str)
    }

    fn meanings(&self) -> [Option<Meaning<'_>>; 2] {
        match self.0.as_slice() {
            [.., database, schema, table] => {
                [Some(Meaning { database: Some(database), schema: Some(schema), table }), None]
            }
            [first, table] if first == PUBLIC => {
                [Some(Meaning { database: None, schema: Some(first), table }), None]
            }
            [first, table] => {
                // Every table of a database, whatever its schema.
                let public = (table != "*").then_some(PUBLIC);
                let as_schema = Meaning { database: None, schema: Some(first), table };
                [Some(Meaning { database: Some(first), schema: public, table }), Some(as_schema)]
            }
            [table] => [Some(Meaning { database: None, schema: None, table }), None],
            [] => [None, None],
        }
    }
}

impl fmt::Display for Name {
    /// As SQL writes it, with quotes around the parts that need them.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, part) in self.0.iter().enumerate() {
            if at > 0 {
                f.write_str(".")?;
            }
            if is_bare(part) || (part == "*" && at + 1 == self.0.len()) {
                f.write_str(part)?;
            } else {
                write!(f, "\"{}\"", part.replace('"', "\"\""))?;
            }
        }
        Ok(())
    }
}

/// Whether a name means itself without quotes.
fn is_bare(part: &str) -> bool {
    let begins = part.starts_with(|c: char| c.is_ascii_lowercase() || c == '_');
    let goes_on = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    begins && part.chars().all(goes_on) && RESERVED.binary_search(&part).is_err()
}

/// Words that are no names without quotes, sorted.
const RESERVED: [&str; 98] = [
    "all",
    "analyse",
    "analyze",
    "and",
    "any",
    "array",
    "as",
    "asc",
    "asymmetric",
    "authorization",
    "both",
    "case",
    "cast",
    "check",
    "collate",
    "collation",
    "column",
    "concurrently",
    "constraint",
    "create",
    "cross",
    "current_catalog",
    "current_date",
    "current_role",
    "current_schema",
    "current_time",
    "current_timestamp",
    "current_user",
    "default",
    "deferrable",
    "desc",
    "distinct",
    "do",
    "else",
    "end",
    "except",
    "false",
    "family",
    "fetch",
    "for",
    "foreign",
    "from",
    "full",
    "grant",
    "group",
    "having",
    "ilike",
    "in",
    "index",
    "initially",
    "inner",
    "intersect",
    "into",
    "is",
    "isnull",
    "join",
    "lateral",
    "leading",
    "left",
    "like",
    "limit",
    "localtime",
    "localtimestamp",
    "natural",
    "none",
    "not",
    "nothing",
    "notnull",
    "null",
    "offset",
    "on",
    "only",
    "or",
    "order",
    "outer",
    "overlaps",
    "placing",
    "primary",
    "references",
    "returning",
    "right",
    "select",
    "session_user",
    "similar",
    "some",
    "symmetric",
    "table",
    "then",
    "to",
    "trailing",
    "true",
    "union",
    "unique",
    "user",
    "using",
    "where",
    "window",
    "with",
];

#[cfg(test)]
mod tests {
    use super::*;

    fn name(text: &str) -> Name {
        Name(text.split('.').map(str::to_owned).collect())
    }

    #[test]
    fn names_that_may_mean_the_same_table() {
        for (a, b) in [
            ("shop.public.orders", "shop.public.orders"),
            ("shop.public.orders", "shop.orders"),
            ("shop.public.orders", "public.orders"),
            ("shop.public.orders", "orders"),
            ("shop.eu.orders", "eu.orders"),
            ("shop.orders", "public.orders"),
            ("shop.orders", "orders"),
            ("shop.public.orders", "shop.*"),
            ("shop.eu.orders", "shop.*"),
            ("shop.eu.orders", "eu.*"),
            ("shop.eu.orders", "shop.eu.*"),
            ("shop.eu.orders", "*"),
            ("orders", "shop.*"),
        ] {
            assert!(name(a).may_be(&name(b)), "{a} {b}");
            assert!(name(b).may_be(&name(a)), "{b} {a}");
        }
    }

    #[test]
    fn names_that_cannot_mean_the_same_table() {
        for (a, b) in [
            ("shop.public.orders", "shop.public.order"),
            ("shop.public.orders", "bank.public.orders"),
            ("shop.public.orders", "bank.orders"),
            ("shop.eu.orders", "shop.orders"),
            ("shop.eu.orders", "public.orders"),
            ("shop.public.orders", "bank.*"),
            ("shop.public.orders", "shop.eu.*"),
            ("shop.public.orders", "Orders"),
            ("orders", "order"),
        ] {
            assert!(!name(a).may_be(&name(b)), "{a} {b}");
            assert!(!name(b).may_be(&name(a)), "{b} {a}");
        }
        assert!(!Name(Vec::new()).may_be(&name("a")));
    }

    #[test]
    fn database_of_two_parts_is_uncertain() {
        for (text, database, table, may_be_in_bank) in [
            ("shop.public.orders", Some("shop"), "orders", false),
            ("bank.public.orders", Some("bank"), "orders", true),
            ("shop.orders", Some("shop"), "orders", true),
            ("public.orders", None, "orders", true),
            ("orders", None, "orders", true),
            ("shop.*", Some("shop"), "*", true),
            ("shop.eu.*", Some("shop"), "*", false),
        ] {
            assert_eq!(name(text).database(), database, "{text}");
            assert_eq!(name(text).table(), table, "{text}");
            assert_eq!(name(text).may_be_in("bank"), may_be_in_bank, "{text}");
        }
    }

    #[test]
    fn only_names_with_a_database_are_directly_the_same() {
        for (a, b, expected) in [
            ("shop.public.orders", "shop.public.orders", true),
            ("shop.public.orders", "shop.orders", true),
            ("shop.orders", "shop.orders", true),
            ("shop.eu.orders", "shop.*", true),
            ("shop.eu.orders", "eu.orders", false),
            ("shop.eu.orders", "eu.*", false),
            ("shop.public.orders", "public.orders", false),
            ("public.orders", "public.orders", false),
            ("orders", "orders", false),
            ("shop.public.orders", "*", false),
        ] {
            assert_eq!(name(a).is_directly(&name(b)), expected, "{a} {b}");
            assert_eq!(name(b).is_directly(&name(a)), expected, "{b} {a}");
        }
    }

    #[test]
    fn without_schemas_two_parts_are_exact() {
        for (text, expected) in [
            ("eu.orders", "eu.public.orders"),
            ("eu.*", "eu.public.*"),
            ("public.orders", "public.orders"),
            ("orders", "orders"),
            ("shop.eu.orders", "shop.eu.orders"),
        ] {
            assert_eq!(name(text).without_schemas(), name(expected), "{text}");
        }
        assert!(!name("eu.orders").without_schemas().may_be(&name("shop.eu.orders")));
    }

    #[test]
    fn only_parts_that_need_quotes_are_quoted() {
        for (parts, expected) in [
            (vec!["shop", "public", "orders_2"], "shop.public.orders_2"),
            (vec!["Shop", "it's"], "\"Shop\".\"it's\""),
            (vec!["a\"b", "7t", "größe"], "\"a\"\"b\".\"7t\".\"größe\""),
            (vec!["order", "table"], "\"order\".\"table\""),
            (vec!["shop", "*"], "shop.*"),
            (vec!["*", "t"], "\"*\".t"),
            (vec![""], "\"\""),
            (vec!["a.b"], "\"a.b\""),
        ] {
            let name = Name(parts.iter().map(|part| (*part).to_owned()).collect());
            assert_eq!(name.to_string(), expected);
        }
        assert!(RESERVED.is_sorted());
    }
}
