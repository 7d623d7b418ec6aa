//! `AS OF SYSTEM TIME`: a timestamp, a decimal HLC time, an interval, or something that only the cluster could compute.

use std::borrow::Cow;

use super::lex::{Lexer, Token};
use super::sql::{Read, Sql, is_word, nested, unmarked};
use super::{AsOf, Unparsed};
use crate::model::Time;
use crate::parse::time;

/// So much of an expression is kept.
const EXPRESSION: usize = 200;

/// Words of the types that a time may be cast to.
const TYPES: [&str; 14] = [
    "date",
    "decimal",
    "interval",
    "local",
    "numeric",
    "string",
    "text",
    "time",
    "timestamp",
    "timestamptz",
    "varchar",
    "with",
    "without",
    "zone",
];

impl Sql<'_> {
    /// `AS OF SYSTEM TIME …`, if that is next.
    pub(super) fn as_of(&mut self) -> Read<Option<AsOf>> {
        if !self.words(&["as", "of", "system", "time"]) {
            return Ok(None);
        }
        self.0.skip();
        let start = self.0.at();
        let (mut depth, mut before) = (0u32, Token::Symbol(' '));
        let (mut whole, mut cast) = (false, false);
        loop {
            let token = self.0.peek();
            match token {
                // A word that is cut off is no part of the time, as the `W` of `'…' W`.
                _ if depth == 0 && !may_follow(before, token) && !self.goes_on() => {
                    return self.unknown("the end of a time");
                }
                Token::End | Token::Symbol(';') if depth == 0 => break,
                Token::End => return self.unknown("`)`"),
                Token::Removed => return Err(Unparsed::Redacted),
                Token::Broken => return self.unknown("more"),
                Token::Word(_) if depth == 0 && self.goes_on() => break,
                _ => depth = nested(depth, token),
            }
            cast = token == Token::Symbol(':') || (cast && is_type(token));
            whole = ends_value(token) || (cast && is_type(token));
            before = token;
            self.0.next();
        }
        // Without a value at its end it is nothing, or cut off.
        if !whole {
            return self.unknown("a time");
        }
        read(self.0.since(start).trim()).map(Some)
    }

    /// Whether the statement goes on after the time. `WITH` may belong to the name of a type.
    fn goes_on(&self) -> bool {
        let mut ahead = self.0;
        let token = ahead.next();
        let zone = ["time", "local"].iter().any(|word| is_word(ahead.peek(), word));
        is_word(token, "incremental") || (is_word(token, "with") && !zone)
    }
}

/// Whether one token of an expression may stand right after another: two values need an operator between them.
fn may_follow(before: Token<'_>, token: Token<'_>) -> bool {
    let is_value = ends_value(before) || matches!(before, Token::Word(_));
    match token {
        Token::Word(_) => !is_value || is_type(token),
        Token::Text(_) | Token::Number(_) | Token::Placeholder => !is_value || is_type(before),
        _ => true,
    }
}

fn ends_value(token: Token<'_>) -> bool {
    let simple = matches!(token, Token::Text(_) | Token::Number(_) | Token::Placeholder);
    simple || matches!(token, Token::Symbol(')' | ']'))
}

fn is_type(token: Token<'_>) -> bool {
    TYPES.iter().any(|word| is_word(token, word))
}

fn read(expression: &str) -> Read<AsOf> {
    if let Some(value) = literal(expression) {
        let value = unmarked(value)?;
        let at = timestamp(&value).or_else(|| hlc(&value)).map(AsOf::At);
        if let Some(as_of) = at.or_else(|| interval(&value).map(AsOf::Relative)) {
            return Ok(as_of);
        }
    }
    let text = unmarked(Cow::Borrowed(expression))?;
    let cut = text.char_indices().nth(EXPRESSION).map_or(text.len(), |(at, _)| at);
    Ok(AsOf::Expression(text[..cut].to_owned()))
}

/// The string or number that an expression is, perhaps in parentheses and with a type. None if it is anything else.
fn literal(expression: &str) -> Option<Cow<'_, str>> {
    let mut sql = Sql(Lexer::new(expression));
    let mut open = 0u32;
    while sql.symbol('(') {
        open += 1;
    }
    sql.pass_type();
    let value = match sql.0.next() {
        Token::Text(text) => text.value(),
        Token::Number(number) => Cow::Borrowed(number),
        _ => return None,
    };
    loop {
        if open > 0 && sql.symbol(')') {
            open -= 1;
        } else if sql.symbol(':') {
            sql.pass_type();
        } else {
            return (open == 0 && sql.0.peek() == Token::End).then_some(value);
        }
    }
}

impl Sql<'_> {
    fn pass_type(&mut self) {
        while TYPES.iter().any(|word| self.word(word)) {}
    }
}

/// A timestamp in any form that is printed; without a zone it is UTC, without a time of day midnight.
fn timestamp(text: &str) -> Option<Time> {
    let text = text.trim();
    time::cell(text).or_else(|| {
        let (date, rest) = text.split_at_checked(10)?;
        if rest.is_empty() {
            return time::cell(&format!("{date} 00:00:00"));
        }
        let (clock, zone) = rest.split_at_checked(6)?;
        time::cell(&format!("{date}{clock}:00{zone}"))
    })
}

/// A decimal HLC time: nanoseconds, and a logical part that orders what happens within one of them. As many digits as
/// from 2001 to 2286; other numbers are no times that a backup could have.
pub(crate) fn hlc(text: &str) -> Option<Time> {
    // A question mark says that the time was not read from a clock.
    let text = text.trim().trim_end_matches('?');
    let (nanoseconds, logical) = text.split_once('.').unwrap_or((text, "0"));
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    if nanoseconds.len() != 19 || !digits(nanoseconds) || !digits(logical) {
        return None;
    }
    let nanoseconds: u64 = nanoseconds.parse().ok()?;
    i64::try_from(nanoseconds / 1000).ok().map(Time)
}

/// Microseconds of an interval that points back. Those with months have no fixed length.
///
/// A sign belongs to its own number, so that `-1h30m` is half an hour back, as CockroachDB reads it.
fn interval(text: &str) -> Option<i64> {
    let mut rest = text.trim();
    let mut sum = 0i128;
    while !rest.is_empty() {
        let (sign, unsigned) = match rest.strip_prefix('-') {
            Some(rest) => (-1, rest),
            None => (1, rest.strip_prefix('+').unwrap_or(rest)),
        };
        let numeric = |c: char| c.is_ascii_digit() || matches!(c, '.' | ':');
        let (number, after) =
            unsigned.split_at(unsigned.find(|c| !numeric(c)).unwrap_or(unsigned.len()));
        if number.contains(':') {
            sum += sign * clock(number)?;
            rest = after.trim_start();
            continue;
        }
        let after = after.trim_start();
        let word = |c: char| c.is_alphabetic();
        let (unit, after) = after.split_at(after.find(|c| !word(c)).unwrap_or(after.len()));
        sum += sign * times(number, unit_length(&unit.to_lowercase())?)?;
        rest = after.trim_start();
    }
    i64::try_from(sum).ok().filter(|micros| *micros < 0)
}

/// Microseconds of `hh:mm`, `hh:mm:ss` or `mm:ss.f`.
fn clock(text: &str) -> Option<i128> {
    let fields: Vec<&str> = text.splitn(4, ':').collect();
    let (hours, minutes, seconds) = match *fields.as_slice() {
        [minutes, seconds] if seconds.contains('.') => ("0", minutes, seconds),
        [hours, minutes] => (hours, minutes, "0"),
        [hours, minutes, seconds] => (hours, minutes, seconds),
        _ => return None,
    };
    let whole = |text: &str, unit| times(text, unit).filter(|_| !text.contains('.'));
    Some(whole(hours, 3600 * SECOND)? + whole(minutes, 60 * SECOND)? + times(seconds, SECOND)?)
}

const SECOND: i128 = Time::SECOND as i128;

fn unit_length(unit: &str) -> Option<i128> {
    Some(match unit {
        "us" | "µs" | "μs" | "usec" | "usecs" | "microsecond" | "microseconds" => 1,
        "ms" | "msec" | "msecs" | "millisecond" | "milliseconds" => 1000,
        "s" | "sec" | "secs" | "second" | "seconds" => SECOND,
        "m" | "min" | "mins" | "minute" | "minutes" => 60 * SECOND,
        "h" | "hr" | "hrs" | "hour" | "hours" => 3600 * SECOND,
        "d" | "day" | "days" => 86_400 * SECOND,
        "w" | "week" | "weeks" => 7 * 86_400 * SECOND,
        _ => return None,
    })
}

/// A number with an optional fraction, in units of so many microseconds.
fn times(number: &str, unit: i128) -> Option<i128> {
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let fraction = &fraction[..fraction.len().min(9)];
    let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    if whole.len() + fraction.len() == 0 || whole.len() > 12 || !digits(whole) || !digits(fraction)
    {
        return None;
    }
    let value = |digits: &str| i128::from(crate::parse::number(digits.as_bytes()));
    let scale = (0..fraction.len()).fold(1i128, |scale, _| scale * 10);
    Some(value(whole) * unit + value(fraction) * unit / scale)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn as_of(text: &str) -> AsOf {
        let statement = format!("AS OF SYSTEM TIME {text} WITH x");
        let mut sql = Sql(Lexer::new(&statement));
        let as_of = sql.as_of().unwrap().unwrap();
        assert!(sql.word("with"), "{text}");
        as_of
    }

    #[test]
    fn a_timestamp_is_an_instant_in_every_form_that_is_printed() {
        let expected = AsOf::At(Time::parse_rfc3339("2021-11-06T04:15:00Z").unwrap());
        for text in [
            "'2021-11-06 04:15:00+00:00'",
            "'2021-11-06 04:15:00'",
            "'2021-11-06 04:15'",
            "'2021-11-06 06:15+02'",
            "'2021-11-06T04:15:00.000000Z'",
            "'2021-11-06 04:15:00 +0000 UTC'",
            "'2021-11-06 00:15:00-04:00'",
            "'2021-11-06 04:15:00'::TIMESTAMP",
            "('2021-11-06 04:15:00':::STRING)",
            "TIMESTAMPTZ '2021-11-06 04:15:00'",
            "TIMESTAMP WITH TIME ZONE '2021-11-06 04:15:00'",
            "'2021-11-06 04:15:00'::TIMESTAMP WITHOUT TIME ZONE",
            "'2021-11-06 04:15:00'::TIMESTAMP WITH TIME ZONE",
            "e'2021-11-06 04:15:00'",
            "‹'2021-11-06 04:15:00'›",
            "'‹2021-11-06 04:15:00›'",
            "'1636172100000000000'",
            "'1636172100000000000.0000000003'",
            "'1636172100000000000.0000000003?'",
            "1636172100000000000.0000000000",
            "(1636172100000000000)",
        ] {
            assert_eq!(as_of(text), expected, "{text}");
        }
        let date = AsOf::At(Time::parse_rfc3339("2021-11-06T00:00:00Z").unwrap());
        assert_eq!(as_of("'2021-11-06'"), date);
        assert_eq!(as_of("DATE '2021-11-06'"), date);
    }

    #[test]
    fn an_interval_points_back_from_when_the_statement_was_planned() {
        for (text, seconds) in [
            ("'-10s'", -10.0),
            ("'-10 seconds'", -10.0),
            ("INTERVAL '-10s'", -10.0),
            ("'-10s'::INTERVAL", -10.0),
            ("('-10s')", -10.0),
            ("'-00:00:10'", -10.0),
            ("'-00:10'", -600.0),
            ("'-01:30.5'", -90.5),
            ("'-1.5h'", -5400.0),
            ("'-250ms'", -0.25),
            ("'-7us'", -0.000_007),
            ("'-1h-30m'", -5400.0),
            // CockroachDB takes a sign for its own number only.
            ("'-1h30m'", -1800.0),
            ("'-1 day 02:00:00'", -79_200.0),
            ("'-2d'", -172_800.0),
            ("'-1w'", -604_800.0),
        ] {
            let micros = seconds * 1e6;
            let AsOf::Relative(read) = as_of(text) else { panic!("{text}: {:?}", as_of(text)) };
            assert!((read as f64 - micros).abs() < 0.5, "{text}: {read}");
        }
    }

    #[test]
    fn what_the_text_does_not_tell_is_an_expression() {
        for text in [
            "follower_read_timestamp()",
            "now() - '10s'",
            "(now() - INTERVAL '10s')",
            "with_max_staleness('10s', true)",
            "'10s'",
            "'-0s'",
            "'-1 month'",
            "'-10'",
            "-10",
            "'-1h 2'",
            "'-99999999999999h'",
            "'yesterday'",
            "'2021-02-30'",
            "'2021-11-06 04:15:00 America/New_York'",
            "'163617210000'",
            "$1",
            "''",
        ] {
            let AsOf::Expression(kept) = as_of(text) else { panic!("{text}: {:?}", as_of(text)) };
            assert_eq!(kept, text);
        }
        assert_eq!(
            as_of(&format!("f('{}')", "é".repeat(300))),
            AsOf::Expression(format!("f('{}", "é".repeat(EXPRESSION - 3)))
        );
    }

    #[test]
    fn a_parenthesis_that_stays_open_swallows_nothing() {
        let mut sql = Sql(Lexer::new("AS OF SYSTEM TIME (('2021-11-06') WITH x"));
        assert!(matches!(sql.as_of(), Err(Unparsed::Unknown(_))));
    }

    #[test]
    fn what_is_no_part_of_the_time_is_not_taken_for_one() {
        for text in [
            "'2021-11-06' W",
            "now() W",
            "'2021-11-06'::TIMESTAMP W",
            "'a' 'b'",
            "1 2",
            "W",
            "INTERVAL",
            "now() -",
            "'-1h'::",
            "now() - INTERVAL",
            "f()::W",
        ] {
            let statement = format!("AS OF SYSTEM TIME {text}");
            let why = Sql(Lexer::new(&statement)).as_of();
            assert!(matches!(why, Err(Unparsed::Unknown(_))), "{text}: {why:?}");
        }
    }

    #[test]
    fn a_time_that_was_removed_is_not_guessed() {
        for text in ["‹×›", "'‹×›'", "now() - ‹×›", "'2021-11-06 ‹×›'", "REDACTED"]
        {
            let statement = format!("AS OF SYSTEM TIME {text} WITH x");
            assert_eq!(Sql(Lexer::new(&statement)).as_of(), Err(Unparsed::Redacted), "{text}");
        }
    }
}
