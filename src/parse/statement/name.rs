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
    /// with any number of parts; of two parts the first is the database, or the schema (backups facts, section 2.3).
    #[must_use]
    pub fn may_be(&self, other: &Self) -> bool {
        let others = other.meanings();
        self.meanings()
            .iter()
            .flatten()
            .any(|own| others.iter().flatten().any(|other| own.may_be(*other)))
    }

    /// The database that the name says its table is in.
    #[must_use]
    pub fn database(&self) -> Option<&str> {
        match self.0.as_slice() {
            [database, _, _] => Some(database),
            [first, _] if first != PUBLIC => Some(first),
            _ => None,
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
    fn the_database_is_what_stands_before_schema_or_table() {
        for (text, database, table) in [
            ("shop.public.orders", Some("shop"), "orders"),
            ("shop.orders", Some("shop"), "orders"),
            ("public.orders", None, "orders"),
            ("orders", None, "orders"),
            ("shop.*", Some("shop"), "*"),
        ] {
            assert_eq!(name(text).database(), database, "{text}");
            assert_eq!(name(text).table(), table, "{text}");
        }
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
