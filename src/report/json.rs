//! The report as JSON: `crdb-triage/report/2`, described by `schema/report-2.schema.json`.

use std::fmt::{self, Write};

use serde::Deserialize;

use super::{OLDER_SCHEMA, Report, SCHEMA, read, visible};

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

/// The same on one line, which ends with a line break: a record of newline-delimited JSON.
#[must_use]
pub fn line(report: &Report) -> String {
    let mut json = serde_json::to_string(report).unwrap_or_default();
    json.push('\n');
    escape_hidden(&json)
}

/// The report of a JSON text, in the shape of now whichever of the two it has.
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
    let known = |schema: &String| schema == SCHEMA || schema == OLDER_SCHEMA;
    if let Some(schema) = schema.filter(|schema| !known(schema)) {
        let found = visible::line(&schema);
        let reason = format!(
            "the schema is \"{found}\", this tool reads \"{SCHEMA}\" and \"{OLDER_SCHEMA}\""
        );
        return Err(NotAReport { reason, schema: Some(schema) });
    }
    let mut report =
        report.map_err(|error| NotAReport::because(visible::line(&error.to_string())))?;
    if report.schema == OLDER_SCHEMA {
        renew(&mut report);
    }
    Ok(report)
}

/// Fills in what the older shape has elsewhere. What it does not have stays empty: nobody asked for it then.
fn renew(report: &mut Report) {
    SCHEMA.clone_into(&mut report.schema);
    for advisory in &mut report.advisories {
        advisory.missing.clone_from(&advisory.coverage.missing);
    }
    for finding in &mut report.findings {
        finding.effective_verdict = finding.verdict;
    }
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
