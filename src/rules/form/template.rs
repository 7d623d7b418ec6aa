//! Sentences with placeholders: `{nodes} ran {builds}`.
//!
//! A template is split once, when a rule is loaded, and every placeholder is checked there; what it is filled with is a typed
//! argument. A brace that is meant is written twice.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A sentence, split at its placeholders.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Template {
    parts: Vec<Part>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
enum Part {
    Text(String),
    Slot(Slot),
}

/// What a placeholder stands for: a name, or a column of rows of that name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Slot {
    /// Such as `builds`, `subject` or the name of a set of rows.
    pub name: String,
    /// Such as `value`.
    pub column: Option<String>,
}

impl fmt::Display for Slot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.column {
            None => f.write_str(&self.name),
            Some(column) => write!(f, "{}.{column}", self.name),
        }
    }
}

impl fmt::Display for Template {
    /// The text as it was written.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for part in &self.parts {
            match part {
                Part::Text(text) => f.write_str(text)?,
                Part::Slot(slot) => write!(f, "{{{slot}}}")?,
            }
        }
        Ok(())
    }
}

impl Template {
    /// Splits a text.
    ///
    /// # Errors
    /// A brace that opens no placeholder or is not closed; the sentence says which.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut parts = Vec::new();
        let mut plain = String::new();
        let mut rest = text;
        while let Some(at) = rest.find(['{', '}']) {
            let (before, from) = rest.split_at(at);
            plain.push_str(before);
            let twice = ["{{", "}}"].iter().find(|two| from.starts_with(**two));
            if let Some(two) = twice {
                plain.push_str(&two[..1]);
                rest = &from[2..];
                continue;
            }
            let Some(inside) = from.strip_prefix('{') else {
                return Err("a `}` closes nothing; write `}}` for a brace".to_owned());
            };
            let Some((name, after)) = inside.split_once('}') else {
                return Err("a `{` is not closed; write `{{` for a brace".to_owned());
            };
            if !plain.is_empty() {
                parts.push(Part::Text(std::mem::take(&mut plain)));
            }
            parts.push(Part::Slot(Slot::parse(name)?));
            rest = after;
        }
        plain.push_str(rest);
        if !plain.is_empty() {
            parts.push(Part::Text(plain));
        }
        Ok(Self { parts })
    }

    /// The placeholders, in their order.
    pub fn slots(&self) -> impl Iterator<Item = &Slot> {
        self.parts.iter().filter_map(|part| match part {
            Part::Slot(slot) => Some(slot),
            Part::Text(_) => None,
        })
    }

    /// Whether it holds nothing at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.parts.is_empty()
    }

    /// The text with each placeholder replaced, once: what a value holds is not looked at again. One without a value stays
    /// as it was written.
    #[must_use]
    pub fn fill(&self, value: impl Fn(&Slot) -> Option<String>) -> String {
        let mut filled = String::new();
        for part in &self.parts {
            match part {
                Part::Text(text) => filled.push_str(text),
                Part::Slot(slot) => match value(slot) {
                    Some(value) => filled.push_str(&one_line(&value)),
                    None => filled.push_str(&format!("{{{slot}}}")),
                },
            }
        }
        filled
    }
}

impl Slot {
    fn parse(name: &str) -> Result<Self, String> {
        let word = |part: &str| {
            !part.is_empty()
                && part.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-')
        };
        let (name, column) = match name.split_once('.') {
            None => (name, None),
            Some((name, column)) => (name, Some(column)),
        };
        if !word(name) || !column.is_none_or(word) {
            return Err(format!("`{{{name}}}` is no placeholder; write `{{{{` for a brace"));
        }
        Ok(Self { name: name.to_owned(), column: column.map(str::to_owned) })
    }
}

/// A value from the input as part of a line that a person may copy into a SQL shell: line breaks, control characters and
/// characters that reorder what is shown become spaces.
fn one_line(value: &str) -> String {
    let hidden = |c: char| {
        c.is_control()
            || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    value.chars().map(|c| if hidden(c) { ' ' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn template_fills_each_placeholder_once() {
        let template = Template::parse("{a} and {b.c}: {{x}} {unknown}").unwrap();
        let slots: Vec<String> = template.slots().map(ToString::to_string).collect();
        assert_eq!(slots, ["a", "b.c", "unknown"]);
        let filled = template.fill(|slot| match slot.to_string().as_str() {
            "a" => Some("{b.c}\nDROP".to_owned()),
            "b.c" => Some("2\u{202e}".to_owned()),
            _ => None,
        });
        assert_eq!(filled, "{b.c} DROP and 2 : {x} {unknown}");
        assert!(Template::parse("").unwrap().is_empty());
    }

    #[test]
    fn template_refuses_stray_braces() {
        for text in ["{a", "a}", "{}", "{a b}", "{a.}", "{.a}"] {
            assert!(Template::parse(text).is_err(), "{text}");
        }
    }
}
