//! The report as JSON: `crdb-triage/report/1`, described by `schema/report-1.schema.json`.

use std::fmt::{self, Write};

use serde::Deserialize;

use super::{Report, SCHEMA, read, visible};

/// Why a text is not a report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotAReport {
    reason: String,
    schema: Option<String>,
}

impl NotAReport {
    pub(super) fn because(reason: impl Into<String>) -> Self {
        Self { reason: reason.into(), schema: None }
    }

    /// The schema that it names, if that is another one.
    #[must_use]
    pub fn schema(&self) -> Option<&str> {
        self.schema.as_deref()
    }
}

impl fmt::Display for NotAReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.reason)
    }
}

impl std::error::Error for NotAReport {}

/// The report in document order, indented by two spaces, with a line break at its end.
///
/// Characters that a screen obeys or hides are written as `\u` escapes, so that the report can be looked at in a
/// terminal; a reader of JSON gets the exact text back.
#[must_use]
pub fn print(report: &Report) -> String {
    // Only a map with keys other than text, or a failing writer, makes this fail; a report has neither.
    let mut json = serde_json::to_string_pretty(report).unwrap_or_default();
    json.push('\n');
    escape_hidden(&json)
}

/// The report of a JSON text.
///
/// # Errors
///
/// When the text is not JSON, names another schema, or lacks a field.
pub fn read(text: &str) -> Result<Report, NotAReport> {
    /// What any of our schemas has.
    #[derive(Deserialize)]
    struct Head {
        schema: String,
    }
    let report = read::from_slice::<Report>(text.as_bytes());
    let schema = match &report {
        Ok(report) => Some(report.schema.clone()),
        // Of another schema we say so, instead of naming whatever field happens to differ.
        Err(_) => read::from_slice(text.as_bytes()).ok().map(|head: Head| head.schema),
    };
    if let Some(schema) = schema.filter(|schema| schema != SCHEMA) {
        let found = visible::line(&schema);
        let reason = format!("the schema is \"{found}\", this tool reads \"{SCHEMA}\"");
        return Err(NotAReport { reason, schema: Some(schema) });
    }
    report.map_err(|error| NotAReport::because(visible::line(&error.to_string())))
}

/// Hidden characters other than line breaks stand only inside JSON's strings, where an escape means the same.
fn escape_hidden(json: &str) -> String {
    let mut escaped = String::with_capacity(json.len());
    let mut rest = json;
    while let Some((at, c)) = visible::find(rest, |c| c != '\n' && visible::is_hidden(c)) {
        escaped.push_str(&rest[..at]);
        for unit in c.encode_utf16(&mut [0; 2]) {
            // Writing to a String cannot fail.
            let _ = write!(escaped, "\\u{unit:04x}");
        }
        rest = &rest[at + c.len_utf8()..];
    }
    escaped.push_str(rest);
    escaped
}
