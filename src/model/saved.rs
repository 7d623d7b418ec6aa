//! How a report that this tool wrote begins: it is no log, and whoever meets one says so.

/// The name of a report's schema, without its number.
pub const REPORT: &str = "crdb-triage/report/";

/// So much of a file's beginning tells whether it is a report.
pub const REPORT_HEAD: usize = 2 << 10;

/// Whether a file that begins so says of itself that it is a report of this tool, of whatever version, as JSON or as HTML.
/// Its first field, or its head, has to say so: a log in which the same words stand further on is a log.
#[must_use]
pub fn is_report(start: &[u8]) -> bool {
    let start = &start[..start.len().min(REPORT_HEAD)];
    let start = start.strip_prefix("\u{feff}".as_bytes()).unwrap_or(start).trim_ascii_start();
    is_json(start) || is_html(start)
}

fn is_json(start: &[u8]) -> bool {
    let mut rest = start;
    for part in ["{", "\"schema\"", ":"] {
        let Some(next) = rest.strip_prefix(part.as_bytes()) else { return false };
        rest = next.trim_ascii_start();
    }
    rest.strip_prefix(b"\"").is_some_and(|name| name.starts_with(REPORT.as_bytes()))
}

fn is_html(start: &[u8]) -> bool {
    const MARK: &[u8] = b"<meta name=\"crdb-triage\" content=\"";
    let begins = start.get(..9).is_some_and(|begin| begin.eq_ignore_ascii_case(b"<!doctype"));
    let mark = || start.windows(MARK.len()).position(|window| window == MARK);
    begins && mark().is_some_and(|at| start[at + MARK.len()..].starts_with(REPORT.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn its_beginning_tells() {
        for (text, expected) in [
            ("{\n  \"schema\": \"crdb-triage/report/1\",", true),
            ("\u{feff} {\"schema\":\"crdb-triage/report/27\"", true),
            (
                "<!doctype html>\n<html><meta name=\"crdb-triage\" content=\"crdb-triage/report/1\">",
                true,
            ),
            ("{\"schema\": \"crdb-triage/plan/1\"}", false),
            ("{\"message\": \"x\", \"schema\": \"crdb-triage/report/1\"}", false),
            ("<!doctype html>\n<html><p>crdb-triage/report/1", false),
            ("<meta name=\"crdb-triage\" content=\"crdb-triage/report/1\">", false),
            ("{", false),
            ("", false),
        ] {
            assert_eq!(is_report(text.as_bytes()), expected, "{text}");
        }
    }
}
