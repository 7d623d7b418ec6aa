//! Whether a row is one that a rule asks for.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use regex::bytes::Regex;

use crate::model::{Time, Version};
use crate::parse::time;

use super::form::rule::{Is, Order, Test, Value, millionths};
use super::form::schema::{self, Relation};
use super::form::windows;
use super::relation::{Cell, Row};
use super::truth::{Missing, Truth};

/// The patterns of a set of rules, ready to search, by their text.
pub(super) type Patterns = BTreeMap<String, Regex>;

/// Whether all of `tests` hold of a row. `other` gives the cell of a column of other rows.
pub(super) fn all<'t>(
    tests: impl IntoIterator<Item = &'t Test>,
    relation: &str,
    row: &Row,
    patterns: &Patterns,
    other: &dyn Fn(&str, &str) -> Cell,
) -> Truth {
    let of_table = schema::relation(relation).is_some_and(Relation::is_open);
    Truth::all(tests.into_iter().map(|test| match row.cell(relation, &test.column) {
        Some(cell) if of_table => of_table_cell(&test.is, cell, patterns, other),
        Some(cell) => of_cell(&test.is, cell, patterns, other),
        // The reader of rules knows every column.
        None => Truth::False,
    }))
}

/// Whether something holds of a cell of a table, which is text unless it is compared with something else.
pub(super) fn of_table_cell(
    is: &Is,
    cell: &Cell,
    patterns: &Patterns,
    other: &dyn Fn(&str, &str) -> Cell,
) -> Truth {
    let (Is::OneOf(values) | Is::NoneOf(values)) = is else {
        let like = match is {
            Is::Compares(_, with) => with.clone(),
            Is::ComparesWith(..) => Value::Time(Time(0)),
            _ => return of_cell(is, cell, patterns, other),
        };
        let other = |set: &str, column: &str| typed(&other(set, column), &like);
        return of_cell(is, &typed(cell, &like), patterns, &other);
    };
    // Each value has a type of its own.
    let one = |value: &Value| {
        of_cell(&Is::OneOf(vec![value.clone()]), &typed(cell, value), patterns, other)
    };
    let any = Truth::any(values.iter().map(one));
    if matches!(is, Is::NoneOf(_)) { any.not() } else { any }
}

/// The text of a cell as a value of the type of another.
fn typed(cell: &Cell, like: &Value) -> Cell {
    let Cell::Value(Value::Text(text)) = cell else { return cell.clone() };
    let word = text.trim();
    let (value, what) = match like {
        Value::Text(_) => return cell.clone(),
        Value::Number(_) => (millionths(word).map(Value::Number), "a number"),
        Value::Bool(_) => (truth_word(word).map(Value::Bool), "yes or no"),
        Value::Time(_) => (time::cell(word).map(Value::Time), "a time"),
        Value::Version(_) => (Version::parse(word).map(Value::Version), "a version"),
    };
    let shown: String = word.chars().take(40).collect();
    Cell::known(value, |value| value, Missing::Fact(format!("which {what} `{shown}` is")))
}

/// Yes and no as tables have them.
fn truth_word(word: &str) -> Option<bool> {
    match word {
        "t" | "true" => Some(true),
        "f" | "false" => Some(false),
        _ => None,
    }
}

fn of_cell(is: &Is, cell: &Cell, patterns: &Patterns, other: &dyn Fn(&str, &str) -> Cell) -> Truth {
    let value = match (cell, is) {
        (Cell::Unknown(missing), _) => return Truth::unknown(missing.clone()),
        (Cell::Absent, Is::Present(present)) => return (!present).into(),
        (Cell::Absent, Is::NoneOf(_)) => return Truth::True,
        (Cell::Absent | Cell::Others(_), _) => return Truth::False,
        (Cell::Value(value), _) => value,
    };
    match is {
        Is::OneOf(values) => Truth::any(values.iter().map(|one| equals(value, one))),
        Is::NoneOf(values) => Truth::any(values.iter().map(|one| equals(value, one))).not(),
        Is::Compares(order, with) => compares(value, *order, with),
        Is::ComparesWith(order, rows, column) => match other(rows, column) {
            Cell::Value(with) => compares(value, *order, &with),
            Cell::Absent | Cell::Others(_) => Truth::False,
            Cell::Unknown(missing) => Truth::unknown(missing),
        },
        Is::Contains(texts) => {
            let Value::Text(text) = value else { return Truth::False };
            texts.iter().any(|one| text.contains(one.as_str())).into()
        }
        Is::Matches(pattern) => {
            let Value::Text(text) = value else { return Truth::False };
            patterns.get(pattern).is_some_and(|pattern| pattern.is_match(text.as_bytes())).into()
        }
        Is::Present(present) => (*present).into(),
    }
}

fn equals(value: &Value, with: &Value) -> Truth {
    match (value, with) {
        (Value::Version(one), Value::Version(other)) => version(one, |one| *one == *other),
        // Words of settings are written in any case.
        (Value::Text(one), Value::Text(other)) => one.eq_ignore_ascii_case(other).into(),
        _ => (value == with).into(),
    }
}

fn compares(value: &Value, order: Order, with: &Value) -> Truth {
    let holds = |ordering: Ordering| match order {
        Order::Less => ordering.is_lt(),
        Order::AtMost => ordering.is_le(),
        Order::AtLeast => ordering.is_ge(),
        Order::Greater => ordering.is_gt(),
    };
    match (value, with) {
        (Value::Number(one), Value::Number(other)) => holds(one.cmp(other)).into(),
        (Value::Time(one), Value::Time(other)) => holds(one.cmp(other)).into(),
        (Value::Version(one), Value::Version(other)) => version(one, |one| holds(one.cmp(other))),
        _ => Truth::False,
    }
}

/// Whether something holds of the code of a build. One made from commits after a release may have what the next one has.
fn version(build: &Version, holds: impl Fn(&Version) -> bool) -> Truth {
    let truths: Vec<bool> = windows::may_be(build).iter().map(&holds).collect();
    match truths.split_first() {
        Some((first, others)) if others.iter().all(|other| other == first) => (*first).into(),
        _ => Truth::unknown(Missing::NotNamed { build: build.to_string(), node: None }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holds(is: Is, value: Value) -> Truth {
        let patterns = Patterns::from([("a+b".to_owned(), Regex::new("a+b").unwrap())]);
        of_cell(&is, &Cell::Value(value), &patterns, &|_, _| Cell::Value(Value::Time(Time(7))))
    }

    fn build(text: &str) -> Value {
        Value::Version(Version::parse(text).unwrap())
    }

    #[test]
    fn tests_compare_by_type() {
        let less = |with| Is::Compares(Order::Less, with);
        assert_eq!(holds(less(Value::Number(10)), Value::Number(9)), Truth::True);
        assert_eq!(holds(less(Value::Number(10)), Value::Bool(true)), Truth::False);
        assert_eq!(holds(less(build("23.2.1")), build("23.2.1")), Truth::False);
        assert_eq!(holds(less(build("23.2.1")), build("23.2.0-rc.1")), Truth::True);
        assert!(matches!(holds(less(build("23.2.1")), build("23.2.0-4-gabc")), Truth::Unknown(_)));
        assert_eq!(holds(less(build("23.2.1")), build("23.2.0-fips")), Truth::True);
        let one = Is::OneOf(vec![Value::Text("SCRAM-SHA-256".into())]);
        assert_eq!(holds(one, Value::Text("scram-sha-256".into())), Truth::True);
        assert_eq!(holds(Is::Matches("a+b".into()), Value::Text("xaab".into())), Truth::True);
        let before = Is::ComparesWith(Order::Less, "o".into(), "c".into());
        assert_eq!(holds(before.clone(), Value::Time(Time(6))), Truth::True);
        assert_eq!(holds(before, Value::Time(Time(7))), Truth::False);
    }

    #[test]
    fn tests_of_what_is_not_known_are_not_known() {
        let unknown = Cell::Unknown(Missing::Fact("x".into()));
        let none = &|_: &str, _: &str| Cell::Absent;
        for is in [Is::Present(true), Is::Contains(vec!["a".into()]), Is::NoneOf(vec![])] {
            let truth = of_cell(&is, &unknown, &Patterns::new(), none);
            assert!(matches!(truth, Truth::Unknown(_)), "{is:?}");
        }
        let absent = |is: &Is| of_cell(is, &Cell::Absent, &Patterns::new(), none);
        assert_eq!(absent(&Is::Present(false)), Truth::True);
        assert_eq!(absent(&Is::NoneOf(vec![Value::Bool(true)])), Truth::True);
        assert_eq!(absent(&Is::OneOf(vec![Value::Bool(true)])), Truth::False);
    }
}
