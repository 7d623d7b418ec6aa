//! Steps of what to do: how they are written down, and how they are filled with what is known.
//!
//! The guide of an advisory, `advisories/A-NNNNNN.md`, has the headings *What it means*, *How we know*, *What to do* and *References*. Below
//! *What to do* stands one `###` section per operation, a numbered list in which each step begins with what it
//! does to the cluster, `[read-only]`, `[reversible]` or `[disruptive]`, and may end with an indented block of SQL.
//! `{placeholders}` are filled from the evidence; one that is not known stays as it is, for a person to fill.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Remediation, Safety};

/// The parsed guide of an advisory.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Guide {
    sections: BTreeMap<String, Vec<Step>>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Step {
    safety: Safety,
    text: String,
    sql: String,
}

impl Guide {
    /// Reads the sections below *What to do*. Lines of no known shape belong to the step before them.
    #[must_use]
    pub fn parse(markdown: &str) -> Self {
        let mut guide = Self::default();
        let mut section: Option<&mut Vec<Step>> = None;
        let mut in_sql = false;
        for line in markdown.lines() {
            let trimmed = line.trim();
            if let Some(name) = line.strip_prefix("### ") {
                section = Some(guide.sections.entry(name.trim().to_owned()).or_default());
            } else if line.starts_with("## ") {
                section = None;
            } else if let Some(steps) = section.as_deref_mut() {
                if trimmed.starts_with("```") {
                    in_sql = !in_sql;
                } else if let Some(step) = Step::begin(line) {
                    steps.push(step);
                } else if let Some(step) = steps.last_mut().filter(|_| !trimmed.is_empty()) {
                    step.go_on(trimmed, in_sql);
                }
            }
        }
        guide
    }

    /// The steps of a section, filled. None for a section that does not exist.
    #[must_use]
    pub fn steps(
        &self,
        section: &str,
        values: &BTreeMap<&'static str, String>,
    ) -> Vec<Remediation> {
        let steps = self.sections.get(section).map(Vec::as_slice).unwrap_or_default();
        (1_u32..)
            .zip(steps)
            .map(|(number, step)| Remediation {
                step: number,
                safety: step.safety,
                text: fill(&step.text, values),
                // A statement that has no place in this case leaves an empty line.
                sql: fill(&step.sql, values).trim_end().to_owned(),
            })
            .collect()
    }

    /// Names of the sections that have steps.
    pub fn sections(&self) -> impl Iterator<Item = &str> {
        self.sections.iter().filter(|(_, steps)| !steps.is_empty()).map(|(name, _)| name.as_str())
    }
}

impl Step {
    /// `1. [read-only] text`
    fn begin(line: &str) -> Option<Self> {
        let (number, rest) = line.split_once(". [")?;
        let (mark, text) = rest.split_once("] ")?;
        let safety = match mark {
            "read-only" => Safety::ReadOnly,
            "reversible" => Safety::Reversible,
            "disruptive" => Safety::Disruptive,
            _ => return None,
        };
        let is_number = !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit());
        is_number.then(|| Self { safety, text: text.trim().to_owned(), sql: String::new() })
    }

    fn go_on(&mut self, line: &str, in_sql: bool) {
        let (part, separator) = if in_sql { (&mut self.sql, '\n') } else { (&mut self.text, ' ') };
        if !part.is_empty() {
            part.push(separator);
        }
        part.push_str(line);
    }
}

/// `template` with every placeholder that is known replaced, once: what a value holds is not looked at again.
fn fill(template: &str, values: &BTreeMap<&'static str, String>) -> String {
    let mut filled = String::with_capacity(template.len());
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        filled.push_str(before);
        match after.split_once('}').map(|(name, tail)| (values.get(name), tail)) {
            Some((Some(value), tail)) => {
                filled.push_str(&one_line(value));
                rest = tail;
            }
            _ => {
                filled.push('{');
                rest = after;
            }
        }
    }
    filled.push_str(rest);
    filled
}

/// A value from the input as part of a line that a person will copy into a SQL shell. Line breaks and control
/// characters could make one line look like another or run as soon as it is pasted, so they become spaces.
fn one_line(value: &str) -> String {
    value.chars().map(|c| if c.is_control() || is_bidi(c) { ' ' } else { c }).collect()
}

/// Characters that reorder what is shown.
fn is_bidi(c: char) -> bool {
    matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "## What to do\n\n### Import\n\n1. [read-only] Look at job {job_id}\n   and at {table}.\n\n   ```sql\n   SHOW JOB {job_id};\n   SELECT 1;\n   ```\n2. [disruptive] Drop it.\n\n## References\n\n1. [x](y)\n";

    fn values(pairs: &[(&'static str, &str)]) -> BTreeMap<&'static str, String> {
        pairs.iter().map(|(name, value)| (*name, (*value).to_owned())).collect()
    }

    #[test]
    fn steps_are_read_and_filled() {
        let steps = Guide::parse(TEXT).steps("Import", &values(&[("job_id", "7")]));
        assert_eq!(
            steps,
            [
                Remediation {
                    step: 1,
                    safety: Safety::ReadOnly,
                    text: "Look at job 7 and at {table}.".into(),
                    sql: "SHOW JOB 7;\nSELECT 1;".into()
                },
                Remediation {
                    step: 2,
                    safety: Safety::Disruptive,
                    text: "Drop it.".into(),
                    sql: String::new()
                },
            ]
        );
        assert_eq!(Guide::parse(TEXT).steps("Export", &BTreeMap::new()), []);
        assert_eq!(Guide::parse(TEXT).sections().collect::<Vec<_>>(), ["Import"]);
    }

    #[test]
    fn a_value_can_neither_break_the_line_nor_bring_placeholders() {
        let values = values(&[("table", "t;\nDROP TABLE u;\u{202e}{job_id}"), ("job_id", "7")]);
        assert_eq!(fill("SELECT {table} {", &values), "SELECT t; DROP TABLE u; {job_id} {");
    }
}
