//! Reads conditions: what a line asks, and what holds of a cell.

use toml::Spanned;
use toml::de::DeValue;

use super::super::literals;
use super::super::rule::{
    Builds, Is, Order, Phrase, RowSet, Subject, Test, Value, When, millionths,
};
use super::super::schema::{self, Column, Kind, Relation};
use super::super::windows::Windows;
use super::parts::{UNTOLD, VERDICTS};
use super::reader::{Reader, Table, nearest};
use crate::model::{Time, Version};

/// So deep may conditions lie in each other.
const DEPTH: usize = 16;

/// The names that a line can use.
#[derive(Clone, Copy)]
pub(super) struct Names<'r> {
    pub(super) subject: &'r Subject,
    pub(super) rows: &'r [RowSet],
    pub(super) windows: &'r Windows,
    /// What is put together under a name, as far as it was read.
    pub(super) phrases: &'r [Phrase],
    /// Codes of the lines.
    pub(super) codes: &'r [&'r str],
    /// Whether something can depend on which line decided.
    pub(super) decided: bool,
    /// Whether something can depend on how many rows are not told.
    pub(super) untold: bool,
}

/// The condition of a line.
pub(super) fn when<'a>(
    reader: &mut Reader<'a>,
    value: &'a Spanned<DeValue<'a>>,
    names: Names<'_>,
    depth: usize,
) -> Option<When> {
    let at = value.span().start;
    if depth > DEPTH {
        reader.problem(at, format!("conditions lie more than {DEPTH} deep in each other"));
        return None;
    }
    let several = |reader: &mut Reader<'a>, value: &'a Spanned<DeValue<'a>>, key: &str| {
        let members = reader.list(value, key);
        let count = members.len();
        if count == 0 {
            reader.problem(value.span().start, format!("`{key}` has no condition"));
        }
        let all: Vec<When> = members
            .into_iter()
            .filter_map(|member| when(reader, member, names, depth + 1))
            .collect();
        (all.len() == count && count > 0).then_some(all)
    };
    match value.get_ref() {
        DeValue::String(word) => word_of(reader, word, at, names),
        DeValue::Array(_) => several(reader, value, "when").map(When::All),
        DeValue::Table(content) => {
            let table = Table { content, at };
            let words = ["all", "any", "not", "unless", "subject", "decided", "unsaid"];
            reader.only(table, "a condition", &words);
            if content.len() != 1 {
                reader.problem(
                    at,
                    "a condition has exactly one of all, any, not, unless, subject, decided and unsaid",
                );
                return None;
            }
            let (key, inner) = content.iter().next()?;
            match key.get_ref().as_ref() {
                "all" => several(reader, inner, "all").map(When::All),
                "any" => several(reader, inner, "any").map(When::Any),
                "unless" => Some(When::Unless(Box::new(when(reader, inner, names, depth + 1)?))),
                "not" => Some(When::Not(Box::new(when(reader, inner, names, depth + 1)?))),
                "subject" => {
                    let table = reader.table(inner, "subject")?;
                    let relation = schema::relation(&names.subject.from)?;
                    Some(When::Subject(tests(reader, table, relation)))
                }
                "decided" => decided(reader, inner, names),
                "unsaid" => unsaid(reader, inner, names),
                _ => None,
            }
        }
        _ => {
            reader.wrong(value, "when", "a name, a list or a table");
            None
        }
    }
}

/// The column in which other rows agree.
fn unsaid<'a>(
    reader: &mut Reader<'a>,
    value: &'a Spanned<DeValue<'a>>,
    names: Names<'_>,
) -> Option<When> {
    let column = reader.text(value, "unsaid")?;
    let relation = schema::relation(&names.subject.from)?;
    let at = value.span().start;
    if relation.derived_by.is_empty() {
        reader.problem(at, "`unsaid` is asked of rows that a detector derives");
    }
    if !relation.column(column).is_some_and(|(_, column)| column.kind == Kind::Text) {
        let texts = relation.columns.iter().filter(|column| column.kind == Kind::Text);
        let near = nearest(column, texts.map(|column| column.name));
        let of = relation.name;
        reader.problem(at, format!("`{of}` has no column `{column}` of text{near}"));
    }
    Some(When::Unsaid(column.to_owned()))
}

/// What decided: codes of lines, or verdicts that lines give.
fn decided<'a>(
    reader: &mut Reader<'a>,
    value: &'a Spanned<DeValue<'a>>,
    names: Names<'_>,
) -> Option<When> {
    if !names.decided {
        let text = "what decided is known to phrases, limits and notes, and to no line";
        reader.problem(value.span().start, text);
        return None;
    }
    let (mut codes, mut verdicts) = (Vec::new(), Vec::new());
    for (word, span) in reader.texts(value, "decided") {
        if let Some((_, verdict)) = VERDICTS.iter().find(|(one, _)| *one == word) {
            verdicts.push(*verdict);
        } else if names.codes.contains(&word) {
            codes.push(word.to_owned());
        } else {
            let codes = names.codes.iter().copied();
            let near = nearest(word, codes.chain(VERDICTS.iter().map(|(one, _)| *one)));
            reader.problem(span.start, format!("no line gives `{word}`{near}"));
        }
    }
    Some(When::Decided { codes, verdicts })
}

/// A condition that is one word.
fn word_of(reader: &mut Reader<'_>, word: &str, at: usize, names: Names<'_>) -> Option<When> {
    if word == "always" {
        return Some(When::Always);
    }
    if word == UNTOLD && names.untold {
        return Some(When::Untold);
    }
    if let Some((_, builds)) = Builds::WORDS.iter().find(|(one, _)| *one == word) {
        if *names.windows == Windows::None {
            reader.problem(at, format!("`{word}` asks for builds, and the rule has no `affected`"));
        }
        return Some(When::Builds(*builds));
    }
    if let Some(place) = names.rows.iter().position(|set| set.name == word) {
        return Some(When::Rows(place));
    }
    let known = std::iter::once("always")
        .chain(Builds::WORDS.iter().map(|(one, _)| *one))
        .chain(names.rows.iter().map(|set| set.name.as_str()));
    let near = nearest(word, known);
    reader.problem(at, format!("there is no condition `{word}`{near}"));
    None
}

/// What holds of the columns of a row.
pub(super) fn tests<'a>(
    reader: &mut Reader<'a>,
    table: Table<'a>,
    relation: &'static Relation,
) -> Vec<Test> {
    let mut tests = Vec::new();
    for (key, value) in table.content {
        let name = key.get_ref().as_ref();
        let Some((_, column)) = relation.column(name) else {
            let near = nearest(name, relation.columns.iter().map(|column| column.name));
            let of = relation.name;
            reader.problem(key.span().start, format!("`{of}` has no column `{name}`{near}"));
            continue;
        };
        let is = is(reader, value, column);
        tests.extend(is.into_iter().map(|is| Test { column: name.to_owned(), is }));
    }
    tests
}

/// What holds of one cell: a value, a list of values, or a table of comparisons that all hold.
fn is<'a>(
    reader: &mut Reader<'a>,
    value: &'a Spanned<DeValue<'a>>,
    column: &'static Column,
) -> Vec<Is> {
    let DeValue::Table(content) = value.get_ref() else {
        let values = values(reader, value, column);
        return if values.is_empty() { Vec::new() } else { vec![Is::OneOf(values)] };
    };
    let table = Table { content, at: value.span().start };
    let words =
        ["is", "not", "lt", "le", "gt", "ge", "before", "after", "contains", "matches", "present"];
    reader.only(table, "a comparison", &words);
    if content.is_empty() {
        reader.problem(table.at, "a comparison says how the column compares");
    }
    content
        .iter()
        .filter_map(|(key, value)| compare(reader, key.get_ref().as_ref(), value, column))
        .collect()
}

fn compare<'a>(
    reader: &mut Reader<'a>,
    key: &str,
    value: &'a Spanned<DeValue<'a>>,
    column: &'static Column,
) -> Option<Is> {
    let at = value.span().start;
    let kind = column.kind;
    match key {
        "is" | "not" => {
            let values = values(reader, value, column);
            let known = !values.is_empty();
            known.then(|| if key == "is" { Is::OneOf(values) } else { Is::NoneOf(values) })
        }
        "lt" | "le" | "gt" | "ge" => {
            let order = match key {
                "lt" => Order::Less,
                "le" => Order::AtMost,
                "gt" => Order::Greater,
                _ => Order::AtLeast,
            };
            let value = one(reader, value, column)?;
            if matches!(value, Value::Number(_) | Value::Version(_)) {
                return Some(Is::Compares(order, value));
            }
            reader.problem(
                at,
                format!("`{key}` compares numbers and builds, and not {}", kind.as_str()),
            );
            None
        }
        "before" | "after" => {
            let order = if key == "before" { Order::Less } else { Order::Greater };
            if !kind.is_time() {
                reader.problem(at, format!("`{key}` compares times, and not {}", kind.as_str()));
                return None;
            }
            let reference =
                value.get_ref().as_str().filter(|text| Time::parse_rfc3339(text).is_none());
            match reference.and_then(|text| text.split_once('.')) {
                Some((rows, of)) => Some(Is::ComparesWith(order, rows.to_owned(), of.to_owned())),
                None => {
                    let column = if kind == Kind::Cell { &INSTANT } else { column };
                    Some(Is::Compares(order, one(reader, value, column)?))
                }
            }
        }
        "contains" => {
            text_only(reader, at, key, kind)?;
            let texts = reader.texts(value, key);
            (!texts.is_empty())
                .then(|| Is::Contains(texts.into_iter().map(|(text, _)| text.to_owned()).collect()))
        }
        "matches" => {
            text_only(reader, at, key, kind)?;
            let pattern = reader.text(value, key)?;
            match literals::compile(pattern) {
                Ok(_) => Some(Is::Matches(pattern.to_owned())),
                Err(error) => {
                    reader.problem(at, error);
                    None
                }
            }
        }
        "present" => {
            let flag = value.get_ref().as_bool();
            if flag.is_none() {
                reader.wrong(value, key, "true or false");
            }
            Some(Is::Present(flag?))
        }
        _ => None,
    }
}

/// A cell of a table that is compared with an instant.
static INSTANT: Column = Column { name: "the column", kind: Kind::Instant, about: "" };

fn text_only(reader: &mut Reader<'_>, at: usize, key: &str, kind: Kind) -> Option<()> {
    if matches!(kind, Kind::Text | Kind::Whole | Kind::Any | Kind::Cell) {
        return Some(());
    }
    reader.problem(at, format!("`{key}` looks into text, and not into {}", kind.as_str()));
    None
}

/// The values of a value that is one or a list of them.
fn values<'a>(
    reader: &mut Reader<'a>,
    value: &'a Spanned<DeValue<'a>>,
    column: &'static Column,
) -> Vec<Value> {
    let members = match value.get_ref() {
        DeValue::Array(_) => reader.list(value, column.name),
        _ => vec![value],
    };
    members.into_iter().filter_map(|member| one(reader, member, column)).collect()
}

/// A value of the kind of a column.
pub(super) fn one<'a>(
    reader: &mut Reader<'a>,
    value: &'a Spanned<DeValue<'a>>,
    column: &'static Column,
) -> Option<Value> {
    let read = match (value.get_ref(), column.kind) {
        (DeValue::String(text), Kind::Version) => Version::parse(text).map(Value::Version),
        (DeValue::String(text), Kind::Time | Kind::Instant) => {
            Time::parse_rfc3339(text).map(Value::Time)
        }
        (DeValue::Datetime(time), Kind::Time | Kind::Instant) => {
            Time::parse_rfc3339(&time.to_string()).map(Value::Time)
        }
        (DeValue::String(text), _) => Some(Value::Text(text.to_string())),
        (DeValue::Boolean(flag), _) => Some(Value::Bool(*flag)),
        (DeValue::Integer(number), _) => millionths(number.as_str()).map(Value::Number),
        (DeValue::Float(number), _) => millionths(number.as_str()).map(Value::Number),
        _ => None,
    };
    if let (Kind::Word(words), DeValue::String(word)) = (column.kind, value.get_ref())
        && !words.contains(&word.as_ref())
    {
        let near = nearest(word, words.iter().copied());
        let text = format!("`{}` is never `{word}`{near}", column.name);
        reader.problem(value.span().start, text);
        return None;
    }
    let fits = read.filter(|value| column.kind.takes(value));
    if fits.is_none() {
        let kind = match column.kind {
            Kind::Any | Kind::Cell => "text, a number, or true or false",
            Kind::Version => "a build such as \"22.2.6\"",
            Kind::Time | Kind::Instant => "an instant such as 2023-01-31T00:00:00Z",
            Kind::Said => "only said, and never compared",
            kind => kind.as_str(),
        };
        reader.wrong(value, column.name, kind);
    }
    fits
}
