//! What is said of a node and of the files that its times rest on, in the terminal, the ticket and the page.

use super::{Duplicate, Node, NodeVersion, visible, wording};

/// A node as coverage names it: `system/n1`, with the cluster before it where there are several.
#[must_use]
pub fn node(node: &Node) -> String {
    let cluster = node.cluster.as_ref().map(|name| format!("{name}/")).unwrap_or_default();
    visible::line(&format!("{cluster}{}/n{}", node.tenant, node.node)).into_owned()
}

/// Said of a node of which nothing names the version.
#[must_use]
pub fn version_unknown(node: &Node) -> String {
    let Some(least) = &node.at_least else { return "version not known".to_owned() };
    let (series, source) = (visible::line(&least.series), &least.source);
    let (path, line) = (visible::line(&source.path), source.line);
    let since = least.since.map(|time| format!(" since {time}")).unwrap_or_default();
    format!(
        "version not known, but {series} or later{since}, as the active cluster version has it ({path}:{line})"
    )
}

/// Said of a node of which nothing covers any time.
#[must_use]
pub fn no_logs(node: &Node) -> String {
    format!("no logs from node {} on channel DEV", node.node)
}

/// Said below a version that another source contradicts.
pub const CONFLICT: &str =
    "another source names another version for the same time; both are taken as possible";

/// Who names a version, as the end of a sentence; nothing where the report does not say.
#[must_use]
pub fn told_by(version: &NodeVersion) -> Option<String> {
    Some(match version.told_by.as_deref()? {
        "log" => "told by the log".to_owned(),
        "document" => "told by a document about nodes".to_owned(),
        table @ ("node_build_info" | "kv_node_status") => format!("told by the table {table}"),
        other => format!("told by {}", visible::line(other)),
    })
}

/// Said of logs that came more than once: a sentence for each of the first ones, and how many there are besides.
#[must_use]
pub fn duplicates(duplicates: &[Duplicate]) -> Vec<String> {
    const SHOWN: usize = 4;
    let mut lines: Vec<String> = duplicates.iter().take(SHOWN).map(duplicate).collect();
    if let Some(rest) = duplicates.len().checked_sub(SHOWN).filter(|rest| *rest > 0) {
        let logs = wording::count(rest as u64, "more log");
        lines.push(format!("({logs} came more than once; the JSON report names all)"));
    }
    lines
}

fn duplicate(duplicate: &Duplicate) -> String {
    let (path, of) = (visible::line(&duplicate.path), visible::line(&duplicate.of));
    format!("{path} is the same as {of}; they count once.")
}
