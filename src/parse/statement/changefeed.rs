//! `CREATE CHANGEFEED` as jobs describe it (`docs/cockroachdb/jobs.md#changefeed-statements`).

use super::lex::{REMOVED, Token, is_removed};
use super::sql::{Read, Sql};
use super::{Changefeed, InitialScan, Sink, Unparsed};

/// Reads a description.
///
/// # Errors
/// It is of another kind, or of a form that is not known.
pub fn changefeed(text: &str) -> Result<Changefeed, Unparsed> {
    let mut sql = Sql::begin(text, "create")?;
    if !sql.word("changefeed") {
        return Err(match sql.0.peek() {
            Token::Removed => Unparsed::Redacted,
            _ => Unparsed::NotThis,
        });
    }
    let mut read = Changefeed::default();
    if sql.word("for") {
        read.targets = sql.list(|sql| {
            sql.word("table");
            let table = sql.name()?;
            if sql.word("family") {
                sql.identifier()?;
            }
            Ok(table)
        })?;
    }
    if sql.word("into") {
        read.sink = sql.sink()?;
    }
    if sql.word("with") {
        sql.feed_options(&mut read)?;
    }
    if text.contains('\u{2026}') {
        return Err(Unparsed::Unknown("a part of it was left out".to_owned()));
    }
    // A query names its table itself, and whatever else it may say.
    if sql.word("as") { Ok(read) } else { sql.finish().map(|()| read) }
}

impl Changefeed {
    /// Whether it begins with a scan of its tables: as an option says, else unless it begins at a cursor.
    #[must_use]
    pub fn scans(&self) -> InitialScan {
        let by_cursor = if self.cursor { InitialScan::No } else { InitialScan::Yes };
        self.initial_scan.unwrap_or(by_cursor)
    }
}

/// Words that change what a changefeed does.
const NAMES: [&str; 5] =
    ["options", "initial_scan_only", "no_initial_scan", "cursor", "schema_change_policy"];

impl Sql<'_> {
    /// An address of which the scheme is enough.
    fn sink(&mut self) -> Read<Sink> {
        let address = self.text("an address")?.replace(['\u{2039}', '\u{203a}'], "");
        let removed = |part: &str| part.contains('\u{d7}') || is_removed(part);
        let Some((scheme, rest)) = address.split_once(':') else {
            let why = Unparsed::Unknown("its address has no scheme".to_owned());
            return Err(if removed(&address) { Unparsed::Redacted } else { why });
        };
        let scheme = scheme.trim().to_ascii_lowercase();
        if removed(&scheme) || scheme.contains(REMOVED) {
            return Err(Unparsed::Redacted);
        }
        if scheme != "external" {
            return Ok(Sink::Scheme(scheme));
        }
        let name = rest.trim_start_matches('/').split(['?', '/']).next().unwrap_or_default();
        if removed(name) { Err(Unparsed::Redacted) } else { Ok(Sink::External(name.to_owned())) }
    }

    fn feed_options(&mut self, read: &mut Changefeed) -> Read<()> {
        self.word("options");
        let in_parentheses = self.symbol('(');
        loop {
            let name = match self.0.peek() {
                Token::Text(_) => self.string("an option")?.to_lowercase(),
                _ => self.identifier()?,
            };
            // Where a text is cut off, the last name may be half of another one.
            let is_half = |known: &&str| known.len() > name.len() && known.starts_with(&name);
            let whole = name == "initial_scan";
            if self.0.peek() == Token::End && !whole && NAMES.iter().any(is_half) {
                return self.unknown("more");
            }
            let value = if self.symbol('=') { self.feed_value()? } else { None };
            let scan = |value: Option<String>| match value.as_deref() {
                None | Some("yes" | "") => Ok(InitialScan::Yes),
                Some("no") => Ok(InitialScan::No),
                Some("only") => Ok(InitialScan::Only),
                Some(_) => Err(Unparsed::Unknown("its initial_scan is none known".to_owned())),
            };
            match name.as_str() {
                "initial_scan" => read.initial_scan = Some(scan(value)?),
                "initial_scan_only" => read.initial_scan = Some(InitialScan::Only),
                "no_initial_scan" => read.initial_scan = Some(InitialScan::No),
                "cursor" => read.cursor = true,
                "schema_change_policy" => read.schema_change_policy = value,
                _ => {}
            }
            if !self.symbol(',') {
                break;
            }
        }
        if in_parentheses { self.expect_symbol(')') } else { Ok(()) }
    }

    /// The value of an option, in lower case; none of one that was removed, which matters only where it is asked for.
    fn feed_value(&mut self) -> Read<Option<String>> {
        match self.0.peek() {
            Token::Text(_) => {
                let value = self.text("a value")?.replace(['\u{2039}', '\u{203a}'], "");
                Ok(Some(value.to_ascii_lowercase()))
            }
            Token::Word(_) | Token::Quoted(_) => self.identifier().map(Some),
            Token::Number(_) | Token::Placeholder | Token::Removed => {
                self.0.next();
                Ok(Some("\u{d7}".to_owned()))
            }
            _ => self.unknown("a value"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> String {
        match changefeed(text) {
            Ok(feed) => {
                let sink = match &feed.sink {
                    Sink::None => "none".to_owned(),
                    Sink::Scheme(scheme) => scheme.clone(),
                    Sink::External(name) => format!("external {name}"),
                };
                let targets: Vec<String> = feed.targets.iter().map(ToString::to_string).collect();
                let policy = feed.schema_change_policy.as_deref().unwrap_or("-");
                format!("{} {sink} {:?} {policy}", targets.join("+"), feed.scans())
            }
            Err(why) => format!("{why:?}"),
        }
    }

    #[test]
    fn a_changefeed_names_its_sink_and_how_it_scans() {
        for (text, expected) in [
            ("CREATE CHANGEFEED FOR TABLE boats INTO 'kafka://b:9092'", "boats kafka Yes -"),
            (
                "CREATE CHANGEFEED FOR TABLE d.s.boats, TABLE \"Crew\" FAMILY f INTO 'KAFKA://b:9092?sasl_password=redacted' WITH initial_scan = 'only'",
                "d.s.boats+\"Crew\" kafka Only -",
            ),
            (
                "CREATE CHANGEFEED FOR boats INTO 's3://x/y?AWS_SECRET_ACCESS_KEY=redacted' WITH OPTIONS (initial_scan = 'no', schema_change_policy = 'stop')",
                "boats s3 No stop",
            ),
            (
                "create changefeed for boats into 'null://' with initial_scan_only",
                "boats null Only -",
            ),
            ("CREATE CHANGEFEED FOR boats INTO 'x:y' WITH no_initial_scan", "boats x No -"),
            ("CREATE CHANGEFEED FOR boats INTO 'x:y' WITH cursor = '1.0'", "boats x No -"),
            (
                "CREATE CHANGEFEED FOR boats INTO 'x:y' WITH cursor = '1.0', initial_scan",
                "boats x Yes -",
            ),
            (
                "CREATE CHANGEFEED INTO 'external://pipe?topic=a' WITH resolved = '10s' AS SELECT id, cursor FROM boats",
                " external pipe Yes -",
            ),
            (
                "CREATE CHANGEFEED FOR TABLE boats INTO \u{2039}'kafka://\u{d7}'\u{203a} WITH confluent_schema_registry = '\u{2039}\u{d7}\u{203a}'",
                "boats kafka Yes -",
            ),
            ("CREATE CHANGEFEED FOR TABLE boats", "boats none Yes -"),
            ("CREATE CHANGEFEED FOR TABLE boats INTO '\u{2039}\u{d7}\u{203a}'", "Redacted"),
            ("CREATE CHANGEFEED FOR TABLE \u{2039}\u{d7}\u{203a} INTO 'x:y'", "Redacted"),
            ("CREATE CHANGEFEED FOR boats INTO 'external://\u{2039}\u{d7}\u{203a}'", "Redacted"),
            ("CREATE \u{2039}\u{d7}\u{203a}", "Redacted"),
            ("\u{2039}\u{d7}\u{203a}", "Redacted"),
            ("CREATE TABLE t AS SELECT 1", "NotThis"),
            ("", "NotThis"),
            (
                "CREATE CHANGEFEED FOR boats INTO 'x:y' WITH initial_scan = 'maybe'",
                "Unknown(\"its initial_scan is none known\")",
            ),
            (
                "CREATE CHANGEFEED FOR boats INTO 'x:y' WITH initial_scan = _",
                "Unknown(\"its initial_scan is none known\")",
            ),
        ] {
            assert_eq!(read(text), expected, "{text}");
        }
    }

    #[test]
    fn a_cut_never_makes_a_feed_another_one() {
        let text = "CREATE CHANGEFEED FOR TABLE boats INTO 'kafka://b:9092' WITH OPTIONS (initial_scan = 'only')";
        for cut in (0..text.len()).map(|end| &text[..end]) {
            // Before its options a statement may end.
            let whole = "boats kafka Yes -";
            let ends = read(cut) == whole && !cut.contains("WITH");
            let sinkless = read(cut).ends_with(" none Yes -") && !cut.contains("INTO");
            assert!(changefeed(cut).is_err() || ends || sinkless, "{cut}");
        }
    }
}
