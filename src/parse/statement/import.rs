//! `IMPORT` as jobs describe it.

use super::lex::Token;
use super::sql::{Read, Sql, nested};
use super::{Import, Unparsed};

/// Reads a description as far as it names the table; columns, files and options say nothing more about it.
///
/// # Errors
/// It is of another kind, or of a form that is not known.
pub fn import(text: &str) -> Result<Import, Unparsed> {
    let mut sql = Sql::begin(text, "import")?;
    if sql.word("into") {
        let table = sql.name()?;
        sql.parenthesised()?;
        sql.data()?;
        return Ok(Import::Into(table));
    }
    if sql.word("table") {
        let table = sql.name()?;
        if sql.word("from") {
            sql.dump()?;
            return Ok(Import::Table(table));
        }
        sql.parenthesised()?;
        if sql.words(&["create", "using"]) {
            sql.string("an address")?;
        }
        sql.data()?;
        return Ok(Import::Table(table));
    }
    sql.dump().map(|()| Import::Dump)
}

impl Sql<'_> {
    /// `PGDUMP 'address'` and its like.
    fn dump(&mut self) -> Read<()> {
        if !["pgdump", "mysqldump"].iter().any(|format| self.word(format)) {
            return self.unknown("the format of a dump");
        }
        self.word("data");
        match self.0.peek() {
            Token::Text(_) | Token::Symbol('(') | Token::Removed | Token::Placeholder => Ok(()),
            _ => self.unknown("an address"),
        }
    }

    /// `CSV DATA (` and its like.
    fn data(&mut self) -> Read<()> {
        self.identifier()?;
        self.expect("data")?;
        self.expect_symbol('(')
    }

    /// Passes a list of columns, if one is next.
    fn parenthesised(&mut self) -> Read<()> {
        if self.0.peek() != Token::Symbol('(') {
            return Ok(());
        }
        let mut depth = 0u32;
        loop {
            match self.0.peek() {
                Token::End | Token::Broken => return self.unknown("`)`"),
                token => depth = nested(depth, token),
            }
            self.0.next();
            if depth == 0 {
                return Ok(());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> String {
        match import(text) {
            Ok(Import::Into(name)) => format!("into {name}"),
            Ok(Import::Table(name)) => format!("table {name}"),
            Ok(Import::Dump) => "dump".to_owned(),
            Err(why) => format!("{why:?}"),
        }
    }

    #[test]
    fn an_import_names_its_table() {
        for (text, expected) in [
            (
                "IMPORT INTO shop.public.orders(id, total) CSV DATA ('s3://in/a.csv?AWS_SECRET_ACCESS_KEY=redacted')",
                "into shop.public.orders",
            ),
            ("IMPORT INTO orders CSV DATA ('a', 'b') WITH skip = '1'", "into orders"),
            (
                "IMPORT INTO \"Shop\".public.\"or\"\"ders\"(\"a)\") AVRO DATA ('a')",
                "into \"Shop\".public.\"or\"\"ders\"",
            ),
            ("import into ‹shop›.‹orders› (‹id›) delimited data (‹'a'›)", "into shop.orders"),
            ("IMPORT INTO orders PGCOPY DATA (‹×›)", "into orders"),
            (
                "IMPORT TABLE shop.public.orders (id INT8 PRIMARY KEY, total DECIMAL(10, 2)) CSV DATA ('a')",
                "table shop.public.orders",
            ),
            ("IMPORT TABLE orders CREATE USING 'a.sql' CSV DATA ('a')", "table orders"),
            ("IMPORT TABLE orders FROM PGDUMP 'a' WITH x = 'y'", "table orders"),
            ("IMPORT TABLE shop.orders FROM MYSQLDUMP ('a')", "table shop.orders"),
            ("IMPORT PGDUMP 'a'", "dump"),
            ("IMPORT MYSQLDUMP ('a') WITH skip_foreign_keys", "dump"),
            ("IMPORT PGDUMP ‹×›", "dump"),
            ("", "NotThis"),
            ("IMPORTS", "NotThis"),
            ("‹×›", "Redacted"),
            ("IMPORT INTO ‹×›(a) CSV DATA ('a')", "Redacted"),
            ("IMPORT INTO shop.‹×› CSV DATA ('a')", "Redacted"),
            ("IMPORT INTO orders(a", "Unknown(\"it ends where `)` should stand\")"),
            ("IMPORT INTO orders CSV ('a')", "Unknown(\"DATA should stand at its byte 23\")"),
            (
                "IMPORT INTO a.b.c.d CSV DATA ('a')",
                "Unknown(\"a name should stand at its byte 17\")",
            ),
            ("IMPORT CSV 'a'", "Unknown(\"the format of a dump should stand at its byte 7\")"),
            ("IMPORT PGDUMP", "Unknown(\"it ends where an address should stand\")"),
        ] {
            assert_eq!(read(text), expected, "{text}");
        }
    }
}
