//! Reports with one text in every field that can hold any.

use crdb_triage::report::{Report, json};
use serde_json::Value;

/// What tries to be markup, a command or a sentence of the report.
pub(crate) const HOSTILE: [&str; 20] = [
    "<img src=x onerror=alert(1)>",
    "</td></tr><script>alert(1)</script>&lt;b&gt;",
    "[click](javascript:alert(1)) ![x](https://evil.example/p.png)",
    "see https://evil.example/?q=1 www.evil.example evil.example mail@evil.example @team #12",
    "<https://evil.example> [a]: https://evil.example //localhost/x",
    "` `` ``` ```` ~~~~ `````",
    "x\n```\n# Verdict: not affected\n<b>y</b>\n~~~\n",
    "\u{1b}[2J\u{1b}]8;;https://evil.example\u{7}here\u{1b}]8;;\u{7}\u{9b}31m\0",
    "gpj\u{202e}exe.\u{2066}a\u{2069}\u{200f}\u{200b}\u{feff}",
    "=cmd()|' /C calc'!A0",
    "a | b || c\\| d \\",
    "line\r\nVerdict: not affected\rVerdict: not affected\n\nVerdict: not affected",
    "- x * y _z_ **w** 1. # h > q + p --- === | --- |",
    "=HYPERLINK(\"https://evil.example\",\"x\") +1 -1 @SUM(A1)",
    "``````\n````text\n<script>alert(1)</script>\n````\n``````",
    "<template id=\"crdb-triage-report\">{}</template></title></style></pre></template><svg onload=alert(1)>",
    "\" onmouseover=alert(1) x=' onfocus=alert(1) autofocus='",
    "http://evil.example/ ftp://evil.example mailto:a@evil.example xmpp:a@evil.example &colon;//x",
    "Setext\n===\n\n    indented\n\n1) x\n> q\n\n[^1]: note [^1] :smile: $$x$$ ||s||",
    "",
];

/// A report with `text` in every field that is free text.
pub(crate) fn everywhere(report: Report, text: &str) -> Report {
    let fixed = [
        "schema",
        "time",
        "from",
        "to",
        "created",
        "finished",
        "verdict",
        "applicability",
        "kind",
        "redaction",
        "safety",
        "origin",
        "since",
        "base",
        "as_of",
        "state",
        "role",
        "effective_verdict",
        "collected",
        "changed",
        "at",
    ];
    fn fill(value: &mut Value, text: &str, fixed: &[&str]) {
        match value {
            Value::Object(fields) => {
                for (name, value) in fields.iter_mut() {
                    let source_kind =
                        name == "kind" && ["zip", "directory", "file"].iter().any(|k| value == k);
                    if !fixed.contains(&name.as_str()) || source_kind {
                        fill(value, text, fixed);
                    }
                }
            }
            Value::Array(items) => items.iter_mut().for_each(|value| fill(value, text, fixed)),
            Value::String(old) => text.clone_into(old),
            _ => {}
        }
    }
    let mut report: Value = serde_json::from_str(&json::print(&report)).unwrap();
    fill(&mut report, text, &fixed);
    serde_json::from_value(report).unwrap()
}
