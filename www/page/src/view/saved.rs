//! A dropped saved report: untrusted input until it proves to be whole.

use crdb_triage::report::{Report, SCHEMA, json, saved, visible};

use super::state::Printed;

/// The report of a saved file.
///
/// # Errors
/// A sentence: the report is of another version, cut off, damaged, or its parts contradict each other.
pub fn read(file: &[u8]) -> Result<Printed, String> {
    let no_report = |error: json::NotAReport| match error.schema() {
        Some(schema) => format!(
            "This is a report of another version: its schema is {}, and this page reads {SCHEMA}. Open it with the version that wrote it.",
            visible::line(schema)
        ),
        None => format!(
            "This is a report of crdb-triage, but it is cut off or damaged: {error}. Take the file from where it was saved once more."
        ),
    };
    let json = saved::json_of(file).map_err(no_report)?;
    let report = json::read(&json).map_err(no_report)?;
    saved::agrees(&report).map_err(|error| {
        format!("This is a report of crdb-triage, but it cannot be shown: {error}.")
    })?;
    Ok(Printed { report, json: json.into_owned().into_bytes(), saved: true })
}

/// Counts the dropped files that are saved reports; they are no logs and were not read.
#[must_use]
pub fn among_files(report: &Report) -> usize {
    report.input.unread.iter().filter(|unread| unread.reason == "SAVED_REPORT").count()
}

#[cfg(test)]
mod tests {
    use crdb_triage::report::html;

    use super::*;
    use crate::view::fixture;

    fn printed() -> String {
        json::print(&fixture::report())
    }

    #[test]
    fn a_report_comes_back_from_json_and_from_html() {
        let json = printed();
        let html = html::print(&fixture::report());
        for file in [json.clone(), format!("\u{feff}{json}"), html] {
            let printed = read(file.as_bytes()).unwrap();
            assert_eq!(printed.report, fixture::report());
            assert_eq!(printed.json, json.as_bytes());
            assert!(printed.saved);
        }
    }

    #[test]
    fn a_report_of_the_older_schema_is_shown() {
        let older = include_bytes!("../../../../tests/samples/report-1.json");
        let printed = read(older).unwrap();
        assert_eq!(printed.report.schema, SCHEMA);
        assert_eq!(printed.json, older);
        assert!(!printed.report.advisories.is_empty() && !printed.report.findings.is_empty());
    }

    #[test]
    fn what_is_cut_of_another_version_or_contradicts_itself_is_said() {
        let (json, html) = (printed(), html::print(&fixture::report()));
        for file in [&json, &html] {
            for part in 1..8 {
                let cut = &file.as_bytes()[..file.len() * part / 8];
                let why = read(cut).unwrap_err();
                assert!(why.contains("cut off or damaged"), "{why}");
            }
        }
        let other = json.replacen("report/2", "report/9\u{202e}", 1);
        let why = read(other.as_bytes()).unwrap_err();
        assert!(why.contains("another version") && why.contains("report/9<U+202E>"), "{why}");
        let better = json.replacen("\"verdict\": \"suspect\"", "\"verdict\": \"no_sign\"", 1);
        let why = read(better.as_bytes()).unwrap_err();
        assert!(why.contains("contradict each other"), "{why}");
    }

    #[test]
    fn no_file_makes_it_fall() {
        let deep = "[".repeat(1 << 20);
        let deep_object = "{\"schema\":".repeat(1 << 18);
        let wide = printed().replacen("\"findings\": [", "\"findings\": [null,", 1);
        let huge = printed().replacen("\"line\": 1", "\"line\": 99999999999999999999999", 1);
        for file in [&deep, &deep_object, &wide, &huge, "", "{", "<!doctype html>", "\u{0}"] {
            assert!(read(file.as_bytes()).is_err());
        }
        assert!(read(b"{\"schema\": \"crdb-triage/report/2\xff\"").is_err());
    }
}
