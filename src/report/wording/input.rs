//! What is said of the input: periods, files, sizes, and what was not read.

use crate::model::Time;

use super::super::{AdvisoryCoverage, Report, visible};
use super::listed;

/// From when to when, whichever of the two is known.
#[must_use]
pub fn period(from: Option<Time>, to: Option<Time>) -> String {
    match (from, to) {
        (Some(from), Some(to)) => format!("from {from} to {to}"),
        (Some(from), None) => format!("from {from} on"),
        (None, Some(to)) => format!("up to {to}"),
        (None, None) => "at times that are not known".to_owned(),
    }
}

/// How many files were found and what became of them.
#[must_use]
pub fn files(report: &Report) -> String {
    let files = report.input.files;
    format!(
        "{}: {} read, {} not needed, {} not read or not wholly. {} of text were read.",
        count(files.total, "file"),
        files.read,
        files.skipped,
        files.unread,
        size(report.input.bytes_read),
    )
}

/// Said in place of an empty list of what was not read. An empty list alone does not mean that all was read.
#[must_use]
pub fn nothing_unread(report: &Report) -> String {
    let files = report.input.files;
    if files.unread > 0 {
        format!("{}, not named.", count(files.unread, "file"))
    } else if files.read == 0 {
        "No file of the input was of use, so nothing was read.".to_owned()
    } else {
        "Nothing: every file of the input that is of use was read.".to_owned()
    }
}

/// From when to when and on which nodes logs were read for an advisory.
#[must_use]
pub fn logs(coverage: &AdvisoryCoverage) -> String {
    if coverage.nodes.is_empty() && coverage.from.is_none() && coverage.to.is_none() {
        return "none were read".to_owned();
    }
    let nodes = if coverage.nodes.is_empty() {
        "on nodes that are not known".to_owned()
    } else {
        format!("of {}", visible::line(&coverage.nodes.join(", ")))
    };
    format!("{}, {nodes}", period(coverage.from, coverage.to))
}

/// A number of things: `1 file`, `2 files`.
#[must_use]
pub fn count(number: u64, thing: &str) -> String {
    format!("{number} {thing}{}", if number == 1 { "" } else { "s" })
}

/// A size that a person can grasp: `812 bytes`, `3.4 MiB`.
#[must_use]
pub fn size(bytes: u64) -> String {
    const UNITS: [&str; 4] = ["KiB", "MiB", "GiB", "TiB"];
    if bytes < 1024 {
        return count(bytes, "byte");
    }
    // Tenths are counted in whole numbers, so no rounding shows 1024.0 KiB for a little less than 1 MiB.
    let mut tenths = u128::from(bytes) * 10 / 1024;
    let mut unit = 0;
    while tenths >= 10_240 && unit + 1 < UNITS.len() {
        tenths /= 1024;
        unit += 1;
    }
    format!("{}.{} {}", tenths / 10, tenths % 10, UNITS[unit])
}

/// Said of a report in which names were replaced.
pub const NAMES_REPLACED: &str = "Names in this report are replaced: those of nodes, clusters, tables, users, addresses and keys, \
    and every word of a log line that is not known. The same name has the same replacement throughout. Ids of jobs, \
    times, versions, codes and advisories are as they were; the complete report has the rest.";

/// Whether `url` is that of a published advisory: the only address that becomes a link, because rules of users, and
/// reports that were read back, may name any.
#[must_use]
pub fn is_published(url: &str) -> bool {
    let page = url.strip_prefix("https://www.cockroachlabs.com/docs/advisories/");
    let harmless = |b: u8| b.is_ascii_alphanumeric() || b == b'-';
    page.is_some_and(|page| !page.is_empty() && page.bytes().all(harmless))
}

/// How many of the published advisories this build checks, and that it is silent about the others.
#[must_use]
pub fn scope(report: &Report) -> String {
    let catalogue = &report.tool.catalogue;
    let checked = catalogue.checked.len();
    let names =
        if checked == 0 { String::new() } else { format!(" ({})", listed(&catalogue.checked)) };
    format!(
        "This build checks {checked} of {} advisories published up to {}{names}; of the others it says nothing.",
        catalogue.advisories,
        visible::line(&catalogue.as_of),
    )
}
