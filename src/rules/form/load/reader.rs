//! Reads tables of TOML field by field, and says of a mistake where it is and which name was likely meant.

use std::fmt;
use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::model::SortSmall;

/// A mistake in the text of a rule.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    /// The file, as it was named.
    pub file: String,
    /// Its line, from 1.
    pub line: u32,
    /// What is wrong, in a sentence.
    pub text: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.file, self.line, self.text)
    }
}

/// Bytes of the text.
pub(super) type Span = Range<usize>;

/// One table and where it begins.
#[derive(Clone, Copy)]
pub(super) struct Table<'a> {
    pub(super) content: &'a DeTable<'a>,
    pub(super) at: usize,
}

/// A text, and the mistakes found in it so far.
pub(super) struct Reader<'a> {
    file: &'a str,
    text: &'a str,
    problems: Vec<Problem>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(file: &'a str, text: &'a str) -> Self {
        Self { file, text, problems: Vec::new() }
    }

    /// Takes note of a mistake at a byte of the text.
    pub(super) fn problem(&mut self, at: usize, text: impl Into<String>) {
        let line = self.line(at);
        self.problems.push(Problem { file: self.file.to_owned(), line, text: text.into() });
    }

    /// The line of a byte, from 1.
    pub(super) fn line(&self, at: usize) -> u32 {
        let before = self.text.as_bytes().get(..at.min(self.text.len())).unwrap_or_default();
        u32::try_from(before.iter().filter(|b| **b == b'\n').count() + 1).unwrap_or(u32::MAX)
    }

    pub(super) fn finish(mut self) -> Vec<Problem> {
        self.problems.sort_small();
        self.problems
    }

    /// Says of each field that is none of `known` that it is not, and which one was likely meant.
    pub(super) fn only(&mut self, table: Table<'a>, what: &str, known: &[&str]) {
        for (key, _) in table.content {
            let name = key.get_ref().as_ref();
            if !known.contains(&name) {
                let near = nearest(name, known.iter().copied());
                self.problem(key.span().start, format!("{what} has no field `{name}`{near}"));
            }
        }
    }

    /// A field of any kind.
    pub(super) fn get(&self, table: Table<'a>, key: &str) -> Option<&'a Spanned<DeValue<'a>>> {
        table.content.get(key)
    }

    /// A field that must be there.
    pub(super) fn need(
        &mut self,
        table: Table<'a>,
        what: &str,
        key: &str,
    ) -> Option<&'a Spanned<DeValue<'a>>> {
        let found = self.get(table, key);
        if found.is_none() {
            self.problem(table.at, format!("{what} lacks the field `{key}`"));
        }
        found
    }

    /// The text of a value.
    pub(super) fn text(&mut self, value: &'a Spanned<DeValue<'a>>, key: &str) -> Option<&'a str> {
        let text = value.get_ref().as_str();
        if text.is_none() {
            self.wrong(value, key, "text");
        }
        text
    }

    /// A field with text; nothing where it is absent.
    pub(super) fn text_of(&mut self, table: Table<'a>, key: &str) -> Option<(&'a str, Span)> {
        let value = self.get(table, key)?;
        Some((self.text(value, key)?, value.span()))
    }

    /// A field with text that must be there.
    pub(super) fn need_text(
        &mut self,
        table: Table<'a>,
        what: &str,
        key: &str,
    ) -> Option<(&'a str, Span)> {
        let value = self.need(table, what, key)?;
        Some((self.text(value, key)?, value.span()))
    }

    /// A field with yes or no; no where it is absent.
    pub(super) fn flag(&mut self, table: Table<'a>, key: &str) -> bool {
        let Some(value) = self.get(table, key) else { return false };
        let flag = value.get_ref().as_bool();
        if flag.is_none() {
            self.wrong(value, key, "true or false");
        }
        flag.unwrap_or(false)
    }

    /// A value that is a table.
    pub(super) fn table(
        &mut self,
        value: &'a Spanned<DeValue<'a>>,
        key: &str,
    ) -> Option<Table<'a>> {
        match value.get_ref() {
            DeValue::Table(content) => Some(Table { content, at: value.span().start }),
            _ => {
                self.wrong(value, key, "a table");
                None
            }
        }
    }

    /// The members of a value that is a list.
    pub(super) fn list(
        &mut self,
        value: &'a Spanned<DeValue<'a>>,
        key: &str,
    ) -> Vec<&'a Spanned<DeValue<'a>>> {
        match value.get_ref() {
            DeValue::Array(members) => members.iter().collect(),
            _ => {
                self.wrong(value, key, "a list");
                Vec::new()
            }
        }
    }

    /// The tables of a field that is a list of them; none where it is absent.
    pub(super) fn tables(&mut self, table: Table<'a>, key: &str) -> Vec<Table<'a>> {
        let Some(value) = self.get(table, key) else { return Vec::new() };
        let members = self.list(value, key);
        members.into_iter().filter_map(|member| self.table(member, key)).collect()
    }

    /// The texts of a value that is one text or a list of them.
    pub(super) fn texts(
        &mut self,
        value: &'a Spanned<DeValue<'a>>,
        key: &str,
    ) -> Vec<(&'a str, Span)> {
        let members = if value.get_ref().is_str() { vec![value] } else { self.list(value, key) };
        let text =
            |member: &'a Spanned<DeValue<'a>>| Some((self.text(member, key)?, member.span()));
        members.into_iter().filter_map(text).collect()
    }

    /// One of a few words.
    pub(super) fn word<T: Copy>(
        &mut self,
        word: &str,
        at: usize,
        what: &str,
        words: &[(&str, T)],
    ) -> Option<T> {
        let found = words.iter().find(|(one, _)| *one == word).map(|(_, value)| *value);
        if found.is_none() {
            let near = nearest(word, words.iter().map(|(one, _)| *one));
            self.problem(at, format!("there is no {what} `{word}`{near}"));
        }
        found
    }

    /// Says that a value is of another kind than its field.
    pub(super) fn wrong(&mut self, value: &Spanned<DeValue<'_>>, key: &str, kind: &str) {
        let is = value.get_ref().type_str();
        self.problem(value.span().start, format!("`{key}` is {kind}, and this is of type {is}"));
    }
}

/// `; did you mean …?` where a known name is near, else the known names.
pub(super) fn nearest<'n>(name: &str, known: impl Iterator<Item = &'n str>) -> String {
    let known: Vec<&str> = known.collect();
    let scored = known.iter().map(|one| (strsim::damerau_levenshtein(name, one), *one));
    match scored.min() {
        Some((distance, one)) if distance <= 1.max(name.len().max(one.len()) / 3) => {
            format!("; did you mean `{one}`?")
        }
        Some(_) => format!("; known are {}", known.join(", ")),
        None => String::new(),
    }
}
