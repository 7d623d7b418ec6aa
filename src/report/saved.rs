//! A report that was saved and comes back: found in what a person hands in, and read as what it is, a file of a stranger.

use std::borrow::Cow;

use super::json::NotAReport;
use super::{Finding, Report};
use crate::model::Verdict;

/// What stands before the JSON in an HTML report.
pub const OPEN: &str = "<template id=\"crdb-triage-report\">";
/// What stands behind it.
pub const CLOSE: &str = "</template>";

/// No report is larger; a larger file is not read at all.
pub const LARGEST: u64 = 64 << 20;

/// The JSON of a saved report, of whichever of the two forms.
///
/// # Errors
/// It is no text, or an HTML report without its end.
pub fn json_of(file: &[u8]) -> Result<Cow<'_, str>, NotAReport> {
    let text = std::str::from_utf8(file).map_err(|_| NotAReport::because("it is not text"))?;
    let text = text.trim_start_matches('\u{feff}').trim_ascii_start();
    if text.starts_with('{') {
        return Ok(Cow::Borrowed(text));
    }
    let inside = text.split_once(OPEN).and_then(|(_, rest)| rest.split_once(CLOSE));
    let (inside, _) = inside.ok_or_else(|| {
        NotAReport::because("the part of the file that the report stands in is cut off or missing")
    })?;
    Ok(Cow::Owned(unescape(inside)))
}

/// Takes back what the writer of HTML reports escapes.
fn unescape(text: &str) -> String {
    const ENTITIES: [(&str, char); 5] =
        [("&amp;", '&'), ("&lt;", '<'), ("&gt;", '>'), ("&quot;", '"'), ("&#39;", '\'')];
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        plain.push_str(&rest[..at]);
        rest = &rest[at..];
        let known = ENTITIES.iter().find(|(entity, _)| rest.starts_with(entity));
        let (length, c) = known.map_or((1, '&'), |(entity, c)| (entity.len(), *c));
        plain.push(c);
        rest = &rest[length..];
    }
    plain.push_str(rest);
    plain
}

/// Whether the parts of a report agree with each other: what was cut or changed by hand could look better than what was
/// found.
///
/// # Errors
/// They do not.
pub fn agrees(report: &Report) -> Result<(), NotAReport> {
    let contradiction = || {
        NotAReport::because("its parts contradict each other, so it was changed after it was made")
    };
    let of = |at: &u32| report.findings.get(*at as usize);
    let mut named = 0;
    for advisory in &report.advisories {
        let mut strongest = None;
        for at in &advisory.findings {
            let finding: &Finding = of(at)
                .filter(|finding| finding.advisory == advisory.id)
                .ok_or_else(contradiction)?;
            // Only what a person checked can change the verdict of the evidence.
            if finding.validation.is_empty() && finding.effective_verdict != finding.verdict {
                return Err(contradiction());
            }
            strongest = strongest.max(Some(finding.verdict));
            named += 1;
        }
        if strongest.is_some_and(|found| found > Verdict::Cleared && found > advisory.verdict) {
            return Err(contradiction());
        }
    }
    if named != report.findings.len() {
        return Err(contradiction());
    }
    Ok(())
}
