//! Statements that build an index.

use super::lex::{Lexer, Token};
use super::restoring::{self, RESTORING};
use super::sql::{Read, Sql, nested};
use super::{IndexBuild, Unparsed};

/// Reads a description. Several statements about one table may be joined with semicolons.
///
/// # Errors
/// [`Unparsed::NotThis`] if it certainly builds no index; anything else if that is not known.
pub fn index_build(text: &str) -> Result<IndexBuild, Unparsed> {
    let text = text.trim_start();
    if let Some(changes) = text.trim_start_matches('‹').strip_prefix(RESTORING) {
        return restoring::changes(changes);
    }
    let mut sql = Sql(Lexer::new(text));
    let mut found: Option<IndexBuild> = None;
    let mut unknown = None;
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
            (Err(why), _) => unknown = unknown.or(Some(why)),
        }
        sql.pass_to(';');
        if !sql.symbol(';') {
            break;
        }
        if sql.0.peek() == Token::End {
            break;
        }
    }
    // A list of jobs leaves out the middle of a long statement.
    if text.contains('…') {
        unknown = unknown.or(Some(Unparsed::Unknown("its middle was left out".to_owned())));
    }
    if sql.0.peek() == Token::Broken {
        unknown = unknown.or_else(|| sql.unknown::<()>("more").err());
    }
    match (found, unknown) {
        (Some(found), _) => Ok(found),
        (None, Some(why)) => Err(why),
        (None, None) => Err(Unparsed::NotThis),
    }
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
    /// What a statement builds; none only of a statement that certainly builds no index.
    fn statement(&mut self) -> Read<Option<IndexBuild>> {
        if self.word("create") {
            return self.create();
        }
        if self.words(&["alter", "table"]) {
            return self.alter_table();
        }
        if self.words(&["alter", "index"]) {
            return self.alter_index();
        }
        if self.is_harmless_statement() { Ok(None) } else { self.unknown("a known statement") }
    }

    fn create(&mut self) -> Read<Option<IndexBuild>> {
        let mut ahead = *self;
        while ahead.one_of(&["unique", "inverted", "vector"]) {}
        if ahead.word("index") {
            *self = ahead;
            return self.create_index().map(Some);
        }
        if self.makes_harmless_object() { Ok(None) } else { self.unknown("a known object") }
    }

    /// `ALTER INDEX` with a command that builds nothing.
    fn alter_index(&mut self) -> Read<Option<IndexBuild>> {
        self.words(&["if", "exists"]);
        self.pass_name()?;
        if self.symbol('@') {
            self.part()?;
        }
        if self.is_harmless_index_command() { Ok(None) } else { self.unknown("a known command") }
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
            let is_harmless = self.is_harmless_command();
            return if is_harmless { Ok(Builds::Nothing) } else { self.unknown("a known command") };
        }
        let mut name = None;
        if self.word("constraint") {
            self.words(&["if", "not", "exists"]);
            name = self.part()?;
        } else if !self.starts_constraint() {
            self.word("column");
            self.words(&["if", "not", "exists"]);
            self.part()?;
            if matches!(self.0.peek(), Token::End | Token::Symbol(',' | ';')) {
                return self.unknown("a type");
            }
            return self.column();
        }
        match self.constraint(name) {
            Some(builds) => Ok(builds),
            None => self.unknown("a known constraint"),
        }
    }

    fn starts_constraint(&self) -> bool {
        let mut ahead = *self;
        ["unique", "primary", "foreign", "check", "exclude"].iter().any(|word| ahead.word(word))
    }

    /// What a constraint needs an index for; none if no constraint is next.
    fn constraint(&mut self, name: Option<String>) -> Option<Builds> {
        Some(if self.word("unique") {
            if self.words(&["without", "index"]) { Builds::Nothing } else { Builds::Index(name) }
        } else if self.words(&["primary", "key"]) {
            Builds::PrimaryKey
        } else if self.one_of(&["check", "foreign", "exclude"]) {
            Builds::Nothing
        } else {
            return None;
        })
    }

    /// The rest of a column: its type and what it is bound to.
    fn column(&mut self) -> Read<Builds> {
        let mut depth = 0u32;
        let mut name = None;
        // A value may have been removed where a value or a name is due, a keyword may not.
        let mut before = Token::End;
        loop {
            if depth == 0 {
                if self.word("constraint") {
                    name = self.part()?;
                    before = Token::End;
                    continue;
                }
                match self.constraint(name.take()) {
                    Some(Builds::Nothing) | None => {}
                    Some(builds) => return Ok(builds),
                }
            }
            match self.0.peek() {
                Token::End | Token::Symbol(',' | ';') if depth == 0 => return Ok(Builds::Nothing),
                Token::End | Token::Broken => return self.unknown("more"),
                Token::Removed if depth == 0 && !takes_value(before) => {
                    return Err(Unparsed::Redacted);
                }
                token => {
                    depth = nested(depth, token);
                    before = token;
                }
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

/// Whether a value or a name is due after a token within the definition of a column.
fn takes_value(before: Token<'_>) -> bool {
    match before {
        Token::Symbol(c) => !matches!(c, ')' | ']'),
        Token::Word(word) => ["default", "collate", "references", "family", "update"]
            .iter()
            .any(|keyword| word.eq_ignore_ascii_case(keyword)),
        _ => false,
    }
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
    fn what_builds_no_index_is_none() {
        for text in [
            "ROLL BACK JOB 12: CREATE INDEX a ON orders (a)",
            "GC for CREATE INDEX a ON orders (a)",
            "DROP INDEX orders@a",
            "TRUNCATE TABLE orders",
            "CREATE TABLE orders (a INT8 UNIQUE)",
            "/* nightly */ CREATE UNLOGGED TABLE shop.public.old AS SELECT * FROM orders -- copy",
            "CREATE TEMPORARY TABLE old AS SELECT 1",
            "CREATE OR REPLACE VIEW shop.v AS SELECT 1; GRANT SELECT ON shop.v TO app;",
            "REFRESH MATERIALIZED VIEW shop.v",
            "ALTER TABLE orders SET (ttl = 'on'), RENAME COLUMN a TO b",
            "ALTER TABLE orders ADD COLUMN c STRING DEFAULT ‹×› NOT NULL",
            "ALTER TABLE orders ADD COLUMN ‹×› INT8 DEFAULT (‹×› + 1) CHECK (a > _)",
            "ALTER TABLE orders PARTITION BY LIST (a) (PARTITION b VALUES IN (1))",
            "ALTER INDEX shop.orders@a CONFIGURE ZONE USING num_replicas = 3",
            "ALTER DATABASE shop RENAME TO bank",
            "ALTER SEQUENCE s INCREMENT 2",
            "updating referenced FK table lines(54) for table orders(53)",
            "removing view \"v\" dependent on index \"a\" which is being dropped",
            "ALTER TABLE orders ADD COLUMN c INT8 DEFAULT 1",
            "ALTER TABLE orders ADD COLUMN c INT8 CHECK (c IN (SELECT unique))",
            "ALTER TABLE orders ADD CONSTRAINT c UNIQUE WITHOUT INDEX (a)",
            "ALTER TABLE orders ADD COLUMN c INT8 UNIQUE WITHOUT INDEX, DROP COLUMN d",
            "ALTER TABLE orders ADD CONSTRAINT c CHECK (a > 0)",
            "ALTER TABLE orders ADD FOREIGN KEY (a) REFERENCES lines",
            "ALTER TABLE ‹×›.‹×› DROP COLUMN c",
            "ALTER INDEX orders@a RENAME TO b",
            "updating unique constraints",
        ] {
            assert_eq!(build(text), "NotThis", "{text}");
        }
    }

    #[test]
    fn what_cannot_be_read_says_why() {
        for (text, expected) in [
            ("", "Unknown(\"it ends where a known statement should stand\")"),
            (" -- CREATE INDEX", "Unknown(\"it ends where a known statement should stand\")"),
            ("/* CREATE", "Unknown(\"a quote or a comment in it has no end\")"),
            ("‹×›", "Redacted"),
            ("redacted", "Redacted"),
            ("_", "Redacted"),
            ("DROP INDEX a; ‹×›", "Redacted"),
            ("ALTER TABLE orders ‹×›", "Redacted"),
            ("ALTER TABLE orders DROP COLUMN a, ‹×›", "Redacted"),
            ("ALTER TABLE orders ADD ‹×›", "Unknown(\"it ends where a type should stand\")"),
            ("ALTER TABLE orders ADD CONSTRAINT a ‹×›", "Redacted"),
            ("ALTER TABLE orders ADD COLUMN a INT8 ‹×›", "Redacted"),
            ("ALTER TABLE orders ADD COLUMN a", "Unknown(\"it ends where a type should stand\")"),
            ("CREATE ‹×›", "Redacted"),
            ("ALTER TABLE orders", "Unknown(\"it ends where a known command should stand\")"),
            (
                "ALTER TABLE orders DROP COLUMN a,",
                "Unknown(\"it ends where a known command should stand\")",
            ),
            (
                "ALTER TABLE orders SET LOCALITY REGIONAL BY ROW",
                "Unknown(\"a known command should stand at its byte 19\")",
            ),
            (
                "ALTER TABLE orders PARTITION ALL BY LIST (a) (PARTITION b VALUES IN (1))",
                "Unknown(\"a known command should stand at its byte 19\")",
            ),
            (
                "ALTER TABLE orders SPLINTER",
                "Unknown(\"a known command should stand at its byte 19\")",
            ),
            ("ALTER TABLE orders DROP COLUMN a … olumn b", "Unknown(\"its middle was left out\")"),
            ("CREATE UNIQUE NOTHING", "Unknown(\"a known object should stand at its byte 7\")"),
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
