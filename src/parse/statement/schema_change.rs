//! What the description of a schema change says that the job does: fill a new table or a view from a query, build
//! something that is validated against its table, or write no rows at all (`docs/cockroachdb/jobs.md#operations`,
//! `docs/cockroachdb/jobs.md#schema-change-backfills` and `docs/cockroachdb/jobs.md#index-backfills`).

use super::lex::{Lexer, Token};
use super::restoring::RESTORING;
use super::sql::{Read, Sql, is_word, nested};
use super::{Name, Unparsed, index_build};

/// A schema change, by what it writes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SchemaChange<'a> {
    /// Stores the result of a query, which nothing counts afterwards.
    Fills(Fill<'a>),
    /// Builds an index, a column, a constraint or a primary key, which is validated before it becomes public.
    Validated,
    /// Changes descriptors only, or removes data.
    WritesNoRows,
}

/// A statement that stores the result of a query.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fill<'a> {
    /// Which statement.
    pub kind: FillKind,
    /// Name of the table or view as it is written; empty where it cannot be read.
    pub written: &'a str,
    /// The same name taken apart; none where a part of it was removed or cut.
    pub name: Option<Name>,
    /// The query behind `AS`, with what follows it; none where the text does not reach so far.
    pub query: Option<&'a str>,
    /// The statement ends with `WITH NO DATA`.
    pub without_data: bool,
}

/// The statements that store the result of a query.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FillKind {
    /// `CREATE TABLE … AS`.
    TableAs,
    /// `CREATE MATERIALIZED VIEW`.
    View,
    /// `REFRESH MATERIALIZED VIEW`.
    Refresh,
}

/// Words that may stand between `CREATE` and `TABLE`.
const TABLE_MODIFIERS: &str = "unlogged temp temporary global local or replace";

/// What `CREATE` makes without writing rows.
const CREATED: &str = "\
    database domain extension external function policy procedure role schema sequence statistics \
    trigger type user view aggregate";

/// What `ALTER` changes without writing rows.
const ALTERED: &str = "\
    database default domain external function index materialized partition policy procedure range \
    role schema sequence type view";

/// Commands of `ALTER TABLE` of which the facts name no backfill that is validated. They need not be covered, because
/// none of them stores the result of a query, but they clear nothing.
const COMMANDS: &str = "\
    alter configure disable drop enable experimental_audit experimental_relocate inject owner \
    partition relocate rename reset scatter set split unsplit validate force";

/// Statements that remove data or change descriptors only.
const OTHERS: &str = "comment drop grant reassign rename revoke truncate";

/// Beginnings of the descriptions that CockroachDB gives to jobs that follow from another statement (`writeSchemaChange`
/// and `createOrUpdateSchemaChangeJob` of `pkg/sql`, and `schema_changer.go` before 20.1).
const FOLLOW_UPS: [&[&str]; 6] = [
    &["updating"],
    &["removing"],
    &["dropping"],
    &["creating", "fk", "back", "reference"],
    &["roll", "back", "job"],
    &["gc", "for"],
];

/// What stands in the place of what a list of jobs leaves out of a long description.
const LEFT_OUT: char = '…';

/// Reads the description of a schema change. Statements joined with semicolons are one job: it fills something if one
/// of them does; to be validated or without rows all of them have to be understood.
///
/// # Errors
/// A statement is of no known form, was removed, or is cut off before it is plain what it does.
pub fn schema_change(text: &str) -> Result<SchemaChange<'_>, Unparsed> {
    let mut sql = Sql(Lexer::new(text));
    let mut all: Option<Read<SchemaChange<'_>>> = None;
    loop {
        while sql.symbol(';') {}
        if sql.0.peek() == Token::End {
            break;
        }
        let one = sql.change();
        sql.pass_statement();
        all = Some(match (all, one) {
            (Some(Ok(SchemaChange::Fills(fill))), Ok(SchemaChange::Fills(_))) => {
                // Of two it is not known which one the job is.
                Ok(SchemaChange::Fills(Fill { name: None, written: "", query: None, ..fill }))
            }
            (Some(known @ Ok(SchemaChange::Fills(_))), _) => known,
            (_, fills @ Ok(SchemaChange::Fills(_))) => fills,
            (Some(Err(why)), _) | (_, Err(why)) => Err(why),
            (Some(Ok(SchemaChange::Validated)), Ok(_)) => Ok(SchemaChange::Validated),
            (_, one) => one,
        });
        if !sql.symbol(';') {
            break;
        }
    }
    // The form in which an index build goes on after a restore is no statement.
    let restoring = text.trim_start().trim_start_matches('‹').starts_with(RESTORING);
    match all.unwrap_or(Err(Unparsed::NotThis)) {
        Err(_) if restoring && index_build(text).is_ok() => Ok(SchemaChange::Validated),
        fills @ Ok(SchemaChange::Fills(_)) => fills,
        Ok(_) if text.contains(LEFT_OUT) => {
            Err(Unparsed::Unknown("a part of it was left out".to_owned()))
        }
        read => read,
    }
}

impl<'a> Sql<'a> {
    /// Passes one of these keywords, which blanks separate, if one is next.
    fn any_word(&mut self, keywords: &str) -> bool {
        keywords.split(' ').any(|keyword| self.word(keyword))
    }

    /// One statement, as far as it takes to know what it writes.
    fn change(&mut self) -> Read<SchemaChange<'a>> {
        while self.symbol('(') {}
        if self.word("explain") {
            let _ = self.word("analyze") || self.word("analyse");
            if self.symbol('(') {
                self.pass_to_close();
            }
        }
        if self.words(&["refresh", "materialized", "view"]) {
            self.word("concurrently");
            return Ok(SchemaChange::Fills(self.filled(FillKind::Refresh)));
        }
        if self.word("create") {
            return self.created();
        }
        if self.words(&["alter", "table"]) {
            return self.alter();
        }
        let begins = |words: &&[&str]| {
            let mut ahead = *self;
            ahead.words(words)
        };
        if FOLLOW_UPS.iter().any(begins)
            || self.any_word(OTHERS)
            || (self.word("alter") && self.any_word(ALTERED))
        {
            return Ok(SchemaChange::WritesNoRows);
        }
        Err(match self.0.peek() {
            Token::Removed => Unparsed::Redacted,
            _ => Unparsed::NotThis,
        })
    }

    fn created(&mut self) -> Read<SchemaChange<'a>> {
        let mut ahead = *self;
        while ["unique", "inverted"].iter().any(|word| ahead.word(word)) {}
        if ahead.word("index") {
            return Ok(SchemaChange::Validated);
        }
        while self.any_word(TABLE_MODIFIERS) {}
        let kind = if self.words(&["materialized", "view"]) {
            FillKind::View
        } else if self.word("table") {
            // A plain CREATE TABLE has no job; what is left is CREATE TABLE … AS.
            FillKind::TableAs
        } else if self.any_word(CREATED) {
            return Ok(SchemaChange::WritesNoRows);
        } else {
            return self.unknown("what is created");
        };
        self.words(&["if", "not", "exists"]);
        Ok(SchemaChange::Fills(self.filled(kind)))
    }

    /// The rest of a statement that stores the result of a query, from the name on.
    fn filled(&mut self, kind: FillKind) -> Fill<'a> {
        self.0.skip();
        let start = self.0.at();
        let mut ahead = *self;
        let name = ahead.name().ok();
        let written = if name.is_some() { ahead.0.since(start) } else { "" };
        if name.is_some() {
            *self = ahead;
        }
        let mut query = None;
        let mut last = [Token::End; 3];
        let mut depth = 0u32;
        let mut rest = *self;
        loop {
            match rest.0.peek() {
                Token::End | Token::Broken => break,
                Token::Symbol(';') if depth == 0 => break,
                token => {
                    depth = nested(depth, token);
                    rest.0.next();
                    last = [last[1], last[2], token];
                    if depth == 0 && query.is_none() && is_word(token, "as") {
                        query = Some(rest);
                    }
                }
            }
        }
        let whole = rest.0.peek() != Token::Broken;
        let query = query.filter(|_| kind != FillKind::Refresh).map(|from| {
            let start = from.0.at();
            rest.0.since(start).trim()
        });
        let [with, no, data] = last;
        let without_data = kind != FillKind::TableAs
            && whole
            && depth == 0
            && is_word(with, "with")
            && is_word(no, "no")
            && is_word(data, "data");
        Fill { kind, written, name, query: query.filter(|query| !query.is_empty()), without_data }
    }

    /// The commands of `ALTER TABLE`.
    fn alter(&mut self) -> Read<SchemaChange<'a>> {
        self.words(&["if", "exists"]);
        self.word("only");
        self.pass_table()?;
        let mut validated = false;
        loop {
            if self.word("add") || self.words(&["alter", "primary", "key"]) {
                validated = true;
            } else if !self.any_word(COMMANDS) {
                return self.unknown("a command of ALTER TABLE");
            }
            self.pass_command();
            if self.0.peek() == Token::Broken {
                return self.unknown("more");
            }
            if !self.symbol(',') {
                break;
            }
        }
        Ok(if validated { SchemaChange::Validated } else { SchemaChange::WritesNoRows })
    }

    /// Passes the name of a table of which parts may have been removed.
    fn pass_table(&mut self) -> Read<()> {
        loop {
            match self.0.peek() {
                Token::Word(_) | Token::Quoted(_) | Token::Removed => self.0.next(),
                _ => return self.unknown("a name"),
            };
            if !self.symbol('.') {
                return Ok(());
            }
        }
    }

    /// Passes the rest of a command, up to the comma or semicolon behind it.
    fn pass_command(&mut self) {
        let mut depth = 0u32;
        loop {
            match self.0.peek() {
                Token::End | Token::Broken => return,
                Token::Symbol(',' | ';') if depth == 0 => return,
                token => depth = nested(depth, token),
            }
            self.0.next();
        }
    }

    /// Passes the rest of a statement.
    fn pass_statement(&mut self) {
        let mut depth = 0u32;
        loop {
            match self.0.peek() {
                Token::End => return,
                // The lexer has passed all of it.
                Token::Broken => {
                    self.0.next();
                    return;
                }
                Token::Symbol(';') if depth == 0 => return,
                token => depth = nested(depth, token),
            }
            self.0.next();
        }
    }

    /// Passes everything up to the parenthesis that closes the one before.
    fn pass_to_close(&mut self) {
        let mut depth = 1u32;
        while depth > 0 {
            match self.0.peek() {
                Token::End | Token::Broken => return,
                token => depth = nested(depth, token),
            }
            self.0.next();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(text: &str) -> String {
        match schema_change(text) {
            Ok(SchemaChange::Fills(Fill { kind, written, name, query, without_data })) => {
                let parts = name.map_or(0, |name| name.0.len());
                let query = query.unwrap_or("-");
                let data = if without_data { " no data" } else { "" };
                format!("{kind:?} {written}/{parts} {query}{data}")
            }
            Ok(other) => format!("{other:?}"),
            Err(_) => "unknown".to_owned(),
        }
    }

    #[test]
    fn every_form_of_a_statement_with_a_query() {
        for (text, expected) in [
            ("CREATE TABLE d.s.t AS SELECT 1", "TableAs d.s.t/3 SELECT 1"),
            ("create  table t (a, b) as (select 1)", "TableAs t/1 (select 1)"),
            ("CREATE UNLOGGED TABLE d.s.t AS SELECT 1", "TableAs d.s.t/3 SELECT 1"),
            ("CREATE TEMP TABLE t AS SELECT 1", "TableAs t/1 SELECT 1"),
            ("CREATE GLOBAL TEMPORARY TABLE IF NOT EXISTS t AS TABLE s", "TableAs t/1 TABLE s"),
            ("/* x */ CREATE -- y\n LOCAL /**/ TEMP TABLE t AS SELECT 1", "TableAs t/1 SELECT 1"),
            ("  \n( CREATE TABLE t AS SELECT 1", "TableAs t/1 SELECT 1"),
            ("EXPLAIN ANALYZE (DEBUG) CREATE TABLE t AS SELECT 1", "TableAs t/1 SELECT 1"),
            (
                "CREATE TABLE \"a as b\" (\"as\") WITH (fillfactor = 1) AS SELECT 1",
                "TableAs \"a as b\"/1 SELECT 1",
            ),
            ("CREATE TABLE ‹×›.‹×› AS SELECT ‹×›", "TableAs /0 SELECT ‹×›"),
            ("CREATE TABLE t AS SEL", "TableAs t/1 SEL"),
            ("CREATE TABLE t", "TableAs t/1 -"),
            ("CREATE INDEX i ON t (a); CREATE TABLE t AS SELECT 1", "TableAs t/1 SELECT 1"),
            ("CREATE TABLE t AS SELECT 1; CREATE INDEX i ON t (a)", "TableAs t/1 SELECT 1"),
            ("CREATE TABLE a AS SELECT 1; CREATE TABLE b AS SELECT 2", "TableAs /0 -"),
            (
                "CREATE MATERIALIZED VIEW IF NOT EXISTS d.s.v AS SELECT 1 WITH NO DATA",
                "View d.s.v/3 SELECT 1 WITH NO DATA no data",
            ),
            (
                "CREATE MATERIALIZED VIEW v AS SELECT 'WITH NO DATA'",
                "View v/1 SELECT 'WITH NO DATA'",
            ),
            ("REFRESH MATERIALIZED VIEW CONCURRENTLY d.s.v", "Refresh d.s.v/3 -"),
            ("REFRESH MATERIALIZED VIEW v WITH /* */ no data;", "Refresh v/1 - no data"),
            ("REFRESH MATERIALIZED VIEW v -- WITH NO DATA", "Refresh v/1 -"),
            ("REFRESH MATERIALIZED VIEW v WITH DATA", "Refresh v/1 -"),
        ] {
            assert_eq!(read(text), expected, "{text}");
        }
    }

    #[test]
    fn only_listed_builds_are_validated() {
        for text in [
            "CREATE INDEX i ON t (a)",
            "CREATE UNIQUE INDEX CONCURRENTLY ON t (a)",
            "CREATE INVERTED INDEX ON ‹×› (a)",
            "ALTER TABLE IF EXISTS d.s.t ADD COLUMN c DECIMAL(10, 2), DROP COLUMN d",
            "ALTER TABLE t ADD CONSTRAINT u UNIQUE (a)",
            "ALTER TABLE t DROP COLUMN x, ALTER PRIMARY KEY USING COLUMNS (a)",
            "RESTORING: schema change on orders adding index a for orders (total)",
            "DROP INDEX t@i; CREATE INDEX i ON t (a)",
        ] {
            assert_eq!(read(text), "Validated", "{text}");
        }
        for text in [
            "DROP TABLE t",
            "GRANT SELECT ON t TO u",
            "ALTER TABLE t RENAME TO u",
            "ALTER TABLE t SET (ttl_expire_after = '1 day'), SET LOCALITY GLOBAL",
            "ALTER INDEX t@i RENAME TO j",
            "ALTER TYPE x ADD VALUE 'y'",
            "CREATE SCHEMA s",
            "CREATE OR REPLACE VIEW v AS SELECT 1",
            "CREATE TEMP SEQUENCE s",
            "updating view reference \"v\" in table t(106)",
            "updating privileges for table 106",
            "updating referenced FK table lines(107) for table orders(106)",
            "ROLL BACK JOB 7: CREATE INDEX i ON t (a)",
        ] {
            assert_eq!(read(text), "WritesNoRows", "{text}");
        }
    }

    #[test]
    fn removed_cut_and_foreign_texts_are_unknown() {
        for text in [
            "",
            ";",
            "‹×›",
            "×",
            "‹redacted›",
            "redacted",
            "<redacted>",
            "_",
            "REDACTED",
            "NULL",
            "CREATE",
            "CREATE ‹×›",
            "CREATE UNL",
            "CREATE VECTOR INDEX i ON t (a)",
            "ALTER TABLE t",
            "ALTER TABLE t FROBNICATE",
            "ALTER TABLE t ADD COLUMN c STRING DEFAULT 'x",
            "/* CREATE INDEX i ON t (a)",
            "-- CREATE INDEX i ON t (a)",
            "'CREATE INDEX'",
            "SELECT 1",
            "CREATE INDEX i ON t (a); something else",
            "the weather of tomorrow",
            "CREATE INDEX i ON t (a … (b)",
        ] {
            assert_eq!(read(text), "unknown", "{text}");
        }
    }

    proptest! {
        /// A comment, a blank or another case between the words of a statement never changes what it writes.
        #[test]
        fn dress_between_words_changes_nothing(
            which in 0usize..4,
            dress in proptest::collection::vec("( |\n|\t|/\\*[a-z' ]*\\*/|--[a-z']*\n)", 1..12),
            upper: bool,
        ) {
            let text = [
                "CREATE UNLOGGED TABLE t AS SELECT 1",
                "REFRESH MATERIALIZED VIEW v WITH NO DATA",
                "CREATE INDEX i ON t ( a )",
                "DROP TABLE t",
            ][which];
            let mut dress = dress.iter().cycle();
            let mut dressed = String::new();
            for word in text.split(' ') {
                dressed.push_str(dress.next().unwrap());
                dressed.push_str(&if upper { word.to_ascii_uppercase() } else { word.to_lowercase() });
            }
            let kind = |text: &str| match schema_change(text) {
                Ok(SchemaChange::Fills(fill)) => format!("{:?} {}", fill.kind, fill.without_data),
                other => format!("{other:?}"),
            };
            prop_assert_eq!(kind(&dressed), kind(text), "{}", dressed);
        }

        /// Nothing that a cut takes away makes a statement with a query look validated or without rows.
        #[test]
        fn a_cut_never_makes_a_fill_harmless(at in 0usize..80) {
            let text = "CREATE GLOBAL TEMPORARY TABLE IF NOT EXISTS d.s.t (a) AS SELECT 'CREATE INDEX'";
            let cut = &text[..at.min(text.len())];
            let harmless = [Ok(SchemaChange::Validated), Ok(SchemaChange::WritesNoRows)];
            prop_assert!(!harmless.contains(&schema_change(cut)), "{}", cut);
        }
    }
}
