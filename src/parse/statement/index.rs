//! Statements that build an index.

use std::borrow::Cow;

use super::lex::{Lexer, REMOVED, Token};
use super::sql::{Read, Sql, nested, unmarked};
use super::{IndexBuild, Name, Unparsed};

/// How the description of a job begins that goes on with schema changes of a table that was restored.
const RESTORING: &str = "RESTORING: ";

/// Reads a description. Several statements about one table may be joined with semicolons.
///
/// # Errors
/// It builds no index, or is of a form that is not known.
pub fn index_build(text: &str) -> Result<IndexBuild, Unparsed> {
    let text = text.trim_start();
    if let Some(changes) = text.trim_start_matches('‹').strip_prefix(RESTORING) {
        return restoring(changes);
    }
    let mut sql = Sql(Lexer::new(text));
    if sql.0.peek() == Token::Removed {
        return Err(Unparsed::Redacted);
    }
    let mut found: Option<IndexBuild> = None;
    loop {
        match (sql.statement(), &mut found) {
            (Ok(None), _) => {}
            (Ok(Some(build)), None) => found = Some(build),
            (Ok(Some(build)), Some(found)) => {
                if build.table.may_be(&found.table) {
                    found.indexes.extend(build.indexes);
                    found.rebuilds_all |= build.rebuilds_all;
                }
            }
            // What was read stays true, whatever follows.
            (Err(_), Some(_)) => break,
            (Err(why), None) => return Err(why),
        }
        sql.pass_to(';');
        if !sql.symbol(';') {
            break;
        }
    }
    found.ok_or(Unparsed::NotThis)
}

/// What one command of a statement builds.
enum Builds {
    Nothing,
    /// An index, perhaps with a name.
    Index(Option<String>),
    /// A primary key, and with it every index.
    PrimaryKey,
}

impl Sql<'_> {
    /// What a statement builds, if it is one that can.
    fn statement(&mut self) -> Read<Option<IndexBuild>> {
        if self.word("create") {
            while ["unique", "inverted", "vector"].iter().any(|word| self.word(word)) {}
            if self.word("index") { self.create_index().map(Some) } else { Ok(None) }
        } else if self.words(&["alter", "table"]) {
            self.alter_table()
        } else {
            Ok(None)
        }
    }

    fn create_index(&mut self) -> Read<IndexBuild> {
        self.word("concurrently");
        self.words(&["if", "not", "exists"]);
        let mut ahead = *self;
        let named = !ahead.word("on");
        let index = if named { self.part()? } else { None };
        self.expect("on")?;
        let table = self.name()?;
        let mut ahead = *self;
        if !(ahead.word("using") || ahead.symbol('(') || ahead.symbol('@')) {
            return self.unknown("a list of columns");
        }
        Ok(IndexBuild { table, indexes: index.into_iter().collect(), rebuilds_all: false })
    }

    fn alter_table(&mut self) -> Read<Option<IndexBuild>> {
        self.words(&["if", "exists"]);
        let table = match self.name() {
            // Which table it is matters only when an index is built.
            Err(Unparsed::Redacted) => self.pass_name().and(Err(Unparsed::Redacted)),
            Err(why) => return Err(why),
            table => table,
        };
        let (mut builds, mut indexes, mut rebuilds_all) = (false, Vec::new(), false);
        loop {
            match self.command()? {
                Builds::Nothing => {}
                Builds::Index(name) => {
                    builds = true;
                    indexes.extend(name);
                }
                Builds::PrimaryKey => {
                    builds = true;
                    rebuilds_all = true;
                }
            }
            self.pass_to(',');
            if !self.symbol(',') {
                break;
            }
        }
        if builds {
            return table.map(|table| Some(IndexBuild { table, indexes, rebuilds_all }));
        }
        // Of a command that is cut off it is not known what it builds.
        if self.0.peek() == Token::Broken { self.unknown("more") } else { Ok(None) }
    }

    /// A command of `ALTER TABLE`, as far as it is needed.
    fn command(&mut self) -> Read<Builds> {
        if self.words(&["alter", "primary", "key"]) {
            return Ok(Builds::PrimaryKey);
        }
        if !self.word("add") {
            return Ok(Builds::Nothing);
        }
        let mut name = None;
        if self.word("constraint") {
            self.words(&["if", "not", "exists"]);
            name = self.part()?;
        } else if !self.starts_constraint() {
            self.word("column");
            self.words(&["if", "not", "exists"]);
            self.part()?;
            return self.column();
        }
        Ok(self.constraint(name))
    }

    fn starts_constraint(&self) -> bool {
        let mut ahead = *self;
        ["unique", "primary", "foreign", "check", "exclude"].iter().any(|word| ahead.word(word))
    }

    /// What a constraint needs an index for.
    fn constraint(&mut self, name: Option<String>) -> Builds {
        if self.word("unique") {
            if self.words(&["without", "index"]) { Builds::Nothing } else { Builds::Index(name) }
        } else if self.words(&["primary", "key"]) {
            Builds::PrimaryKey
        } else {
            Builds::Nothing
        }
    }

    /// The rest of a column: its type and what it is bound to.
    fn column(&mut self) -> Read<Builds> {
        let mut depth = 0u32;
        let mut name = None;
        loop {
            if depth == 0 {
                if self.word("constraint") {
                    name = self.part()?;
                    continue;
                }
                if let Builds::Index(index) = self.constraint(name.take()) {
                    return Ok(Builds::Index(index));
                }
            }
            match self.0.peek() {
                Token::End | Token::Broken => return Ok(Builds::Nothing),
                Token::Symbol(',' | ';') if depth == 0 => return Ok(Builds::Nothing),
                token => depth = nested(depth, token),
            }
            self.0.next();
        }
    }

    /// A name of one part; none if it was removed.
    fn part(&mut self) -> Read<Option<String>> {
        match self.identifier() {
            Err(Unparsed::Redacted) => {
                self.0.next();
                Ok(None)
            }
            name => name.map(Some),
        }
    }

    /// Passes a name of which a part was removed.
    fn pass_name(&mut self) -> Read<()> {
        self.part()?;
        while self.symbol('.') {
            self.part()?;
        }
        Ok(())
    }

    /// Passes everything up to this character outside of parentheses, or to the end of the statement.
    fn pass_to(&mut self, symbol: char) {
        let mut depth = 0u32;
        loop {
            match self.0.peek() {
                Token::End | Token::Broken => return,
                Token::Symbol(c) if depth == 0 && (c == symbol || c == ';') => return,
                token => depth = nested(depth, token),
            }
            self.0.next();
        }
    }
}

/// The changes of a restored table. Names are printed as they are, without quotes (backups facts, section 2.4).
fn restoring(changes: &str) -> Result<IndexBuild, Unparsed> {
    let mut found: Option<IndexBuild> = None;
    for change in changes.split("; ") {
        let change = change.trim_matches(['‹', '›']);
        // With `rollback for` before it, it takes an index away.
        let Some(change) = change.strip_prefix("schema change on ") else { continue };
        let primary = change.split_once(" changing primary key to (");
        let index = change.split_once(" adding index ");
        let Some((table, built)) = primary.or(index) else { continue };
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
    found.ok_or(Unparsed::NotThis)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn build(text: &str) -> String {
        match index_build(text) {
            Ok(IndexBuild { table, indexes, rebuilds_all }) => {
                let all = if rebuilds_all { " all" } else { "" };
                format!("{table} [{}]{all}", indexes.join(", "))
            }
            Err(why) => format!("{why:?}"),
        }
    }

    #[test]
    fn an_index_build_names_its_table_and_its_index() {
        for (text, expected) in [
            (
                "CREATE INDEX orders_total_idx ON shop.public.orders (total)",
                "shop.public.orders [orders_total_idx]",
            ),
            (
                "CREATE INDEX \"byTotal\" ON shop.public.\"Orders\" (total)",
                "shop.public.\"Orders\" [byTotal]",
            ),
            ("CREATE UNIQUE INDEX ON orders (total DESC) STORING (id)", "orders []"),
            ("CREATE INVERTED INDEX IF NOT EXISTS i ON shop.orders (doc)", "shop.orders [i]"),
            ("CREATE UNIQUE INDEX CONCURRENTLY i ON orders (a) WHERE b = 'x; y'", "orders [i]"),
            ("create index i on ORDERS using gin (doc)", "orders [i]"),
            ("CREATE INDEX i ON shop.public.orders@primary (a)", "shop.public.orders [i]"),
            ("CREATE INDEX ‹i› ON ‹shop›.‹public›.‹orders› (‹total›)", "shop.public.orders [i]"),
            ("CREATE INDEX ‹×› ON orders (‹×›)", "orders []"),
            (
                "ALTER TABLE shop.public.orders ADD CONSTRAINT once UNIQUE (a, b)",
                "shop.public.orders [once]",
            ),
            (
                "ALTER TABLE IF EXISTS orders ADD CONSTRAINT IF NOT EXISTS once UNIQUE (a)",
                "orders [once]",
            ),
            ("ALTER TABLE orders ADD UNIQUE (a)", "orders []"),
            ("ALTER TABLE orders ALTER PRIMARY KEY USING COLUMNS (a, b)", "orders [] all"),
            ("ALTER TABLE orders ADD CONSTRAINT pk PRIMARY KEY (a)", "orders [] all"),
            (
                "ALTER TABLE orders ADD COLUMN c STRING NOT NULL DEFAULT 'UNIQUE' UNIQUE",
                "orders []",
            ),
            (
                "ALTER TABLE orders ADD COLUMN IF NOT EXISTS c INT8 CONSTRAINT once UNIQUE",
                "orders [once]",
            ),
            (
                "ALTER TABLE orders DROP COLUMN x, ADD b DECIMAL(10, 2) UNIQUE, ADD CONSTRAINT c UNIQUE (b)",
                "orders [c]",
            ),
            ("CREATE INDEX a ON orders (a);CREATE INDEX b ON orders (b)", "orders [a, b]"),
            ("ALTER TABLE orders ADD COLUMN a INT8; CREATE INDEX b ON orders (a)", "orders [b]"),
            ("CREATE INDEX a ON orders (a); CREATE INDEX b ON lines (b)", "orders [a]"),
            ("CREATE INDEX a ON orders (a); CREATE INDEX 'x", "orders [a]"),
        ] {
            assert_eq!(build(text), expected, "{text}");
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
            ("RESTORING: ", "NotThis"),
        ] {
            assert_eq!(build(text), expected, "{text}");
        }
    }

    #[test]
    fn what_builds_no_index_is_none() {
        for text in [
            "",
            "ROLL BACK JOB 12: CREATE INDEX a ON orders (a)",
            "GC for CREATE INDEX a ON orders (a)",
            "DROP INDEX orders@a",
            "TRUNCATE TABLE orders",
            "CREATE TABLE orders (a INT8 UNIQUE)",
            "CREATE UNIQUE NOTHING",
            "ALTER TABLE orders ADD COLUMN c INT8 DEFAULT 1",
            "ALTER TABLE orders ADD COLUMN c INT8 CHECK (c IN (SELECT unique))",
            "ALTER TABLE orders ADD CONSTRAINT c UNIQUE WITHOUT INDEX (a)",
            "ALTER TABLE orders ADD COLUMN c INT8 UNIQUE WITHOUT INDEX, DROP COLUMN d",
            "ALTER TABLE orders ADD CONSTRAINT c CHECK (a > 0)",
            "ALTER TABLE orders ADD FOREIGN KEY (a) REFERENCES lines",
            "ALTER TABLE ‹×›.‹×› DROP COLUMN c",
            "ALTER INDEX orders@a RENAME TO b",
            "BACKUP TO 's3://box/a'",
            "updating unique constraints",
        ] {
            assert_eq!(build(text), "NotThis", "{text}");
        }
    }

    #[test]
    fn what_cannot_be_read_says_why() {
        for (text, expected) in [
            ("‹×›", "Redacted"),
            ("CREATE INDEX a ON ‹×› (b)", "Redacted"),
            ("ALTER TABLE shop.‹×› ADD CONSTRAINT u UNIQUE (a)", "Redacted"),
            ("CREATE INDEX a ON", "Unknown(\"it ends where a name should stand\")"),
            (
                "CREATE INDEX a ON orders b",
                "Unknown(\"a list of columns should stand at its byte 25\")",
            ),
            (
                "ALTER TABLE orders ADD COLUMN c STRING DEFAULT 'x",
                "Unknown(\"a quote or a comment in it has no end\")",
            ),
        ] {
            assert_eq!(build(text), expected, "{text}");
        }
    }
}
