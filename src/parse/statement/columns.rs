//! What a schema change adds to and takes from its table: columns, and the families that it makes for them.

use super::lex::{Lexer, Token};
use super::sql::{Read, Sql, nested};
use super::{ColumnChanges, Unparsed, schema_change};

/// Reads a description. Statements joined with semicolons are one job.
///
/// # Errors
/// It is of no known form, or a part that is needed was removed.
pub fn column_changes(text: &str) -> Result<ColumnChanges, Unparsed> {
    let mut sql = Sql(Lexer::new(text));
    let mut changes = ColumnChanges::default();
    let mut others = false;
    loop {
        while sql.symbol(';') {}
        if sql.0.peek() == Token::End {
            break;
        }
        // The job that undoes another repeats its statement.
        if sql.words(&["roll", "back", "job"]) {
            sql.0.next();
            sql.expect_symbol(':')?;
        }
        if sql.words(&["alter", "table"]) {
            sql.columns(&mut changes)?;
        } else {
            others = true;
        }
        sql.pass_rest();
        if sql.0.peek() == Token::Broken {
            return sql.unknown("more");
        }
        if !sql.symbol(';') {
            break;
        }
    }
    // Of all else it has to be known what it is.
    if others || text.contains('\u{2026}') {
        schema_change(text)?;
    }
    if changes == ColumnChanges::default() && !others && super::is_missing(text) {
        return Err(Unparsed::Redacted);
    }
    Ok(changes)
}

impl Sql<'_> {
    /// The commands of `ALTER TABLE`.
    fn columns(&mut self, changes: &mut ColumnChanges) -> Read<()> {
        self.words(&["if", "exists"]);
        self.word("only");
        let table = self.name_or_removed()?;
        changes.table = changes.table.take().or(table);
        loop {
            if self.words(&["drop", "column"]) || self.drops_bare_column() {
                self.words(&["if", "exists"]);
                changes.drops.push(self.part_or_removed()?);
            } else if self.word("add") {
                self.added(changes)?;
            } else if matches!(self.0.peek(), Token::Removed) {
                return Err(Unparsed::Redacted);
            }
            self.pass_command_rest();
            if self.0.peek() == Token::Broken {
                return self.unknown("more");
            }
            if !self.symbol(',') {
                return Ok(());
            }
        }
    }

    /// `DROP name` without the word `COLUMN`; `DROP CONSTRAINT` takes no column.
    fn drops_bare_column(&mut self) -> bool {
        let mut ahead = *self;
        let bare = ahead.word("drop") && !ahead.word("constraint");
        if bare {
            *self = ahead;
        }
        bare
    }

    fn added(&mut self, changes: &mut ColumnChanges) -> Read<()> {
        let explicit = self.word("column");
        let constraint = ["constraint", "unique", "primary", "foreign", "check", "exclude"];
        let mut ahead = *self;
        if !explicit && constraint.iter().any(|word| ahead.word(word)) {
            return Ok(());
        }
        self.words(&["if", "not", "exists"]);
        self.part_or_removed()?;
        if matches!(self.0.peek(), Token::End | Token::Symbol(',' | ';')) {
            return self.unknown("a type");
        }
        changes.adds = true;
        let mut depth = 0u32;
        loop {
            if depth == 0 && self.word("create") {
                self.words(&["if", "not", "exists"]);
                changes.new_family |= self.word("family");
                continue;
            }
            match self.0.peek() {
                Token::End | Token::Broken => return Ok(()),
                Token::Symbol(',' | ';') if depth == 0 => return Ok(()),
                token => depth = nested(depth, token),
            }
            self.0.next();
        }
    }

    /// A name of a table; none where a part of it was removed.
    fn name_or_removed(&mut self) -> Read<Option<super::Name>> {
        let mut ahead = *self;
        if let Ok(name) = ahead.name() {
            *self = ahead;
            return Ok(Some(name));
        }
        loop {
            self.part_or_removed()?;
            if !self.symbol('.') {
                return Ok(None);
            }
        }
    }

    fn part_or_removed(&mut self) -> Read<String> {
        if self.0.peek() == Token::Removed {
            self.0.next();
            return Ok("\u{d7}".to_owned());
        }
        self.identifier()
    }

    /// Passes everything up to the comma or semicolon behind a command.
    fn pass_command_rest(&mut self) {
        self.pass_until(&|token| matches!(token, Token::Symbol(',' | ';')));
    }

    /// Passes everything up to the semicolon behind a statement.
    fn pass_rest(&mut self) {
        self.pass_until(&|token| token == Token::Symbol(';'));
    }

    fn pass_until(&mut self, ends: &dyn Fn(Token<'_>) -> bool) {
        let mut depth = 0u32;
        loop {
            match self.0.peek() {
                Token::End | Token::Broken => return,
                token if depth == 0 && ends(token) => return,
                token => depth = nested(depth, token),
            }
            self.0.next();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> String {
        match column_changes(text) {
            Ok(ColumnChanges { table, adds, new_family, drops }) => {
                let table = table.map(|table| table.to_string()).unwrap_or_default();
                let family = if new_family { " family" } else { "" };
                let adds = if adds { " adds" } else { "" };
                format!("{table}{adds}{family} {}", drops.join("+")).trim_end().to_owned()
            }
            Err(Unparsed::Unknown(_)) => "unknown".to_owned(),
            Err(why) => format!("{why:?}"),
        }
    }

    #[test]
    fn a_schema_change_says_which_columns_come_and_go() {
        for (text, expected) in [
            ("ALTER TABLE d.s.t ADD COLUMN c INT8 CREATE FAMILY f", "d.s.t adds family"),
            ("alter table t add c int8 not null create if not exists family f", "t adds family"),
            ("ALTER TABLE t ADD COLUMN c INT8 FAMILY f", "t adds"),
            ("ALTER TABLE t ADD COLUMN c STRING DEFAULT 'create family f'", "t adds"),
            (
                "ALTER TABLE t ADD COLUMN c DECIMAL(10, 2), ADD COLUMN d INT8 CREATE FAMILY",
                "t adds family",
            ),
            ("ALTER TABLE t ADD CONSTRAINT u UNIQUE (a), DROP COLUMN a CASCADE, DROP b", "t a+b"),
            ("ALTER TABLE t DROP CONSTRAINT a", "t"),
            ("ROLL BACK JOB 7: ALTER TABLE t ADD COLUMN c INT8 CREATE FAMILY f", "t adds family"),
            (
                "ALTER TABLE \u{2039}\u{d7}\u{203a}.t ADD COLUMN _ INT8 CREATE FAMILY f",
                " adds family",
            ),
            ("CREATE INDEX i ON t (a); ALTER TABLE t ADD COLUMN c INT8", "t adds"),
            ("DROP TABLE t", ""),
            ("ALTER TABLE t ADD COLUMN c", "unknown"),
            ("ALTER TABLE t ADD COLUMN c STRING DEFAULT 'x", "unknown"),
            ("ALTER TABLE t ADD COLUMN c \u{2026} FAMILY f", "unknown"),
            ("the weather of tomorrow", "NotThis"),
            ("\u{2039}\u{d7}\u{203a}", "Redacted"),
            ("", "Redacted"),
        ] {
            assert_eq!(read(text), expected.trim_end(), "{text}");
        }
    }
}
