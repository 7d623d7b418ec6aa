//! What a file is, by its path.

use Pattern::{Affix, In, Name};

use super::Table;
use super::dumps::{Wanted, dumped};
use super::place::{SEPARATOR, place};
use crate::model::Tenant;

/// What the path of a file tells about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A log.
    Log,
    /// A table or document that is read; the number of the attempt to dump it, 0 being the first.
    Table(Table, u32),
    /// The dump of a table whose rows are asked for failed in that attempt ([`Table::is_list`]).
    TableFailed(Table, u32),
    /// A table or document of which nothing but a rule asks rows.
    Asked,
    /// The dump of one failed in that attempt.
    AskedFailed(u32),
    /// A log of a node, or all of them, could not be collected.
    LogsFailed,
    /// The list of nodes could not be collected.
    NodeListFailed,
    /// The node was left out on purpose.
    NodeSkipped,
    /// An archive, or a single file that is compressed.
    Packed,
    /// A file that a debug zip holds for other purposes and that an advisory never asks for. Its text is searched for signs
    /// if it is small.
    Aside,
    /// The same for dumps of memory, goroutines and ranges, of which there are many: not read at all.
    Skip,
    /// The name does not tell.
    Unknown,
}

/// A dump that was made after all attempts at the full table failed counts as the last attempt.
const FALLBACK: u32 = u32::MAX;

/// What the bundle appends to a name when the file could not be collected.
pub(super) const FAILED: &str = ".err.txt";

/// Endings of dumped tables; the first is the one that nearly all have.
const TABLE_ENDINGS: [&str; 4] = [".txt", ".json", ".csv", ".tsv"];

const PACKED: [&str; 11] =
    [".gz", ".tgz", ".zip", ".tar", ".zst", ".bz2", ".tbz2", ".xz", ".txz", ".7z", ".rar"];

enum Pattern {
    /// The name itself.
    Name(&'static str),
    /// How the name begins and ends.
    Affix(&'static str, &'static str),
    /// A folder anywhere above, and how the name ends.
    In(&'static str, &'static str),
}

/// Files that a debug zip is known to hold in great numbers, and what operating systems leave behind. They are most of its
/// bytes, and nothing of them is read.
///
/// A row must not match what somebody could call a log: who skips too much says "clean" over what was not read.
const SKIPPED: &[Pattern] = &[
    // What operating systems leave behind.
    In("__MACOSX", ""),
    Name(".DS_Store"),
    Name("Thumbs.db"),
    Name("desktop.ini"),
    // Profiles, dumps and traces.
    Affix("", ".pprof"),
    Affix("memprof.", ""),
    Affix("memstats.", ".txt"),
    Affix("cpuprof.", ""),
    Affix("activequeryprof.", ".csv"),
    Affix("jemalloc.", ""),
    Affix("goroutine_dump.", ".txt"),
    Affix("goroutine_dump.", ".gz"),
    In("goroutines", ".gz"),
    In("heapprof", ".gz"),
    In("cpuprof", ".gz"),
    Name("trace.zip"),
    // A file for each range or table.
    In("ranges", ".json"),
    In("tenant_ranges", ".json"),
    In("schema", ".json"),
];

/// Files that a debug zip is known to hold once or once a node and no advisory asks for.
const ASIDE: &[Pattern] = &[
    // Stacks.
    Name("stacks.txt"),
    Name("stacks_with_labels.txt"),
    Name("threads.txt"),
    // Storage, ranges, gossip.
    Affix("ranges", ".json"),
    Affix("problemranges", ".json"),
    Name("lsm.txt"),
    Name("enginestats.json"),
    Name("gossip.json"),
    // What the cluster says about itself, in forms that nothing reads.
    Name("rangelog.json"),
    // Tables other than those that are read, which were recognized before.
    Affix("crdb_internal.", ".txt"),
    Affix("crdb_internal.", ".json"),
    Affix("crdb_internal.", ".csv"),
    Affix("system.", ".txt"),
    Affix("system.", ".json"),
    Affix("system.", ".csv"),
];

/// Endings of scripts, pictures and pages. A person chooses such names freely, so they are read like any file whose name
/// says nothing; but that nothing in one is recognized is no news.
const PAGES: [&str; 9] = [".sh", ".png", ".jpg", ".jpeg", ".gif", ".svg", ".html", ".htm", ".pdf"];

/// Whether the name is that of a script, picture or page, in which nobody expects a log.
#[must_use]
pub fn is_page(path: &str) -> bool {
    PAGES.iter().any(|end| path.ends_with(end))
}

/// What a file is, by its path.
pub(super) fn classify(path: &str) -> Kind {
    let (folder, name) = split(path);
    if In("__MACOSX", "").matches(folder, name) {
        return Kind::Skip;
    }
    if let Some(base) = name.strip_suffix(FAILED) {
        return failed(folder, base);
    }
    if name.ends_with(".skipped") && last_folder(folder) == "nodes" {
        return Kind::NodeSkipped;
    }
    if let Some((table, attempt)) = table_attempt(name) {
        return Kind::Table(table, attempt);
    }
    // Logs go before what is skipped: no folder name above may hide one.
    if is_log(folder, unpacked(name)) {
        return if is_packed(name) { Kind::Packed } else { Kind::Log };
    }
    if may_be_table(name) {
        return if is_packed(name) { Kind::Packed } else { Kind::Unknown };
    }
    let is_in = |list: &[Pattern]| list.iter().any(|pattern| pattern.matches(folder, name));
    if is_in(SKIPPED) {
        return Kind::Skip;
    }
    if is_in(ASIDE) {
        return Kind::Aside;
    }
    if is_packed(name) { Kind::Packed } else { Kind::Unknown }
}

/// What a file is, by its path and by what rules ask for.
pub(super) fn classify_asked(path: &str, wanted: Wanted<'_>) -> Kind {
    asked(classify(path), path, wanted)
}

/// The same, once it is clear how it is packed.
pub(super) fn classify_unpacked_asked(path: &str, wanted: Wanted<'_>) -> Kind {
    asked(classify_unpacked(path), path, wanted)
}

/// What is put aside or skipped is read where rules ask for its rows.
fn asked(kind: Kind, path: &str, wanted: Wanted<'_>) -> Kind {
    if !matches!(kind, Kind::Aside | Kind::Skip) || !wanted.is_asked(path) {
        return kind;
    }
    let attempt = dumped(path).map_or(0, |dump| dump.attempt);
    if path.ends_with(FAILED) { Kind::AskedFailed(attempt) } else { Kind::Asked }
}

/// What a file is, by its path, once it is clear how it is packed.
pub(super) fn classify_unpacked(path: &str) -> Kind {
    match classify(path) {
        Kind::Packed => match classify(unpacked(path)) {
            Kind::Packed => Kind::Unknown,
            kind => kind,
        },
        kind => kind,
    }
}

/// Whether it is a table, of the jobs or of anything else.
pub(super) fn is_table(path: &str) -> bool {
    let (_, name) = split(path);
    let name = name.rsplit(SEPARATOR).next().unwrap_or(name);
    ["crdb_internal.", "system."].iter().any(|start| name.starts_with(start))
        && TABLE_ENDINGS.iter().any(|end| name.ends_with(end))
}

/// The table that the file at this path is, or says that it could not be collected, and its virtual cluster.
#[must_use]
pub fn table_at(path: &str) -> Option<(Table, Tenant)> {
    match classify_unpacked(path) {
        Kind::Table(table, _) | Kind::TableFailed(table, _) => {
            Some((table, Tenant(place(path).0.to_owned())))
        }
        _ => None,
    }
}

/// The virtual cluster of the file at this path.
#[must_use]
pub fn tenant_at(path: &str) -> Tenant {
    Tenant(place(path).0.to_owned())
}

/// The part of a table's path that its attempts have in common: folder and ending.
pub(super) fn table_group(path: &str) -> (&str, &str) {
    let (folder, name) = split(path);
    let base = name.strip_suffix(FAILED).unwrap_or(name);
    let ending =
        TABLE_ENDINGS.iter().find(|end| base.ends_with(**end)).unwrap_or(&TABLE_ENDINGS[0]);
    (folder, ending)
}

impl Pattern {
    fn matches(&self, folder: &str, name: &str) -> bool {
        match *self {
            Name(exact) => name == exact,
            Affix(start, end) => {
                name.len() >= start.len() + end.len()
                    && name.starts_with(start)
                    && name.ends_with(end)
            }
            In(above, end) => name.ends_with(end) && folder.split('/').any(|f| f == above),
        }
    }
}

/// What it means that `base` could not be collected.
fn failed(folder: &str, base: &str) -> Kind {
    if let Some((table, attempt)) = table_attempt(base)
        && table.is_list()
    {
        return Kind::TableFailed(table, attempt);
    }
    match base {
        "logs" => Kind::LogsFailed,
        "nodes" | "nodes.json" => Kind::NodeListFailed,
        base if is_log(folder, unpacked(base)) => Kind::LogsFailed,
        _ => Kind::Aside,
    }
}

/// The table of `crdb_internal.jobs.txt` (attempt 0), `crdb_internal.jobs.3.txt` (attempt 3) and so on. An ending
/// may be missing only where `.err.txt` stood in its place.
fn table_attempt(name: &str) -> Option<(Table, u32)> {
    let (base, attempt, _) = attempt_of(name);
    let (_, table) = Table::NAMES.iter().find(|(known, _)| *known == base)?;
    let fits = !table.is_document() || attempt == 0 && name.ends_with(".json");
    fits.then_some((*table, attempt))
}

/// The name of a table's file without ending and attempt, the attempt, and whether there was an ending.
pub(super) fn attempt_of(name: &str) -> (&str, u32, bool) {
    let ending = TABLE_ENDINGS.iter().find(|end| name.ends_with(**end));
    let base = ending.map_or(name, |end| &name[..name.len() - end.len()]);
    let numbered = base.rsplit_once('.').and_then(|(table, attempt)| {
        let attempt = match attempt {
            "fallback" => FALLBACK,
            number if number.bytes().all(|b| b.is_ascii_digit()) => number.parse().ok()?,
            _ => return None,
        };
        Some((table, attempt))
    });
    let (table, attempt) = numbered.unwrap_or((base, 0));
    (table, attempt, ending.is_some())
}

/// Whether somebody may have named a copy of a table that is read so: `crdb_internal.jobs (1).txt`.
fn may_be_table(name: &str) -> bool {
    let tables = Table::NAMES.iter().filter(|(_, table)| !table.is_document());
    let mut rests = tables.filter_map(|(known, _)| name.strip_prefix(known));
    rests.any(|rest| rest.starts_with(|c: char| !c.is_alphanumeric() && c != '_'))
}

fn is_log(folder: &str, name: &str) -> bool {
    (name.starts_with("cockroach") && name.contains(".log"))
        || (name.ends_with(".log") && folder.split('/').any(|f| f == "logs"))
}

fn is_packed(name: &str) -> bool {
    PACKED.iter().any(|end| name.ends_with(end))
}

pub(super) fn unpacked(name: &str) -> &str {
    PACKED.iter().find_map(|end| name.strip_suffix(end)).unwrap_or(name)
}

pub(super) fn split(path: &str) -> (&str, &str) {
    path.rsplit_once('/').unwrap_or(("", path))
}

fn last_folder(folder: &str) -> &str {
    split(folder).1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_path_has_one_kind() {
        let cases = [
            ("debug/nodes/1/logs/cockroach.h.u.2024-01-01T00_00_00Z.001.log", Kind::Log),
            ("debug/nodes/1/logs/audit.log", Kind::Log),
            ("cockroach.log.1", Kind::Log),
            ("cockroach-sql-exec.log", Kind::Log),
            ("reports/schema/logs/x.log", Kind::Log),
            ("x.log", Kind::Unknown),
            ("debug/crdb_internal.jobs.txt", Kind::Table(Table::Jobs, 0)),
            ("crdb_internal.jobs.4.txt", Kind::Table(Table::Jobs, 4)),
            ("crdb_internal.jobs.json", Kind::Table(Table::Jobs, 0)),
            ("crdb_internal.jobs.fallback.txt", Kind::Table(Table::Jobs, FALLBACK)),
            ("debug/crdb_internal.jobs.txt.err.txt", Kind::TableFailed(Table::Jobs, 0)),
            ("debug/crdb_internal.jobs.2.txt.err.txt", Kind::TableFailed(Table::Jobs, 2)),
            ("crdb_internal.jobs.err.txt", Kind::TableFailed(Table::Jobs, 0)),
            ("crdb_internal.jobs.99999999999.txt", Kind::Unknown),
            ("crdb_internal.jobs (1).txt", Kind::Unknown),
            ("crdb_internal.jobs-monday.txt", Kind::Unknown),
            ("crdb_internal.jobs_x.txt", Kind::Aside),
            ("crdb_internal.jobs.txt.zip", Kind::Packed),
            ("crdb_internal.jobs.csv", Kind::Table(Table::Jobs, 0)),
            ("crdb_internal.jobs.1.tsv", Kind::Table(Table::Jobs, 1)),
            ("crdb_internal.leases.txt", Kind::Aside),
            ("debug/nodes/2/logs.err.txt", Kind::LogsFailed),
            ("debug/nodes/2/logs/cockroach.x.log.err.txt", Kind::LogsFailed),
            ("debug/nodes.json.err.txt", Kind::NodeListFailed),
            ("debug/nodes/2/crdb_internal.leases.txt.err.txt", Kind::Aside),
            ("debug/crdb_internal.kv_node_status.txt", Kind::Table(Table::KvNodeStatus, 0)),
            (
                "debug/crdb_internal.kv_node_status.txt.err.txt",
                Kind::TableFailed(Table::KvNodeStatus, 0),
            ),
            ("debug/system.tenants.1.txt.err.txt", Kind::TableFailed(Table::Tenants, 1)),
            ("debug/crdb_internal.cluster_settings.1.txt", Kind::Table(Table::ClusterSettings, 1)),
            (
                "debug/crdb_internal.cluster_settings.txt.err.txt",
                Kind::TableFailed(Table::ClusterSettings, 0),
            ),
            ("debug/cluster/app/system.settings.txt", Kind::Table(Table::SystemSettings, 0)),
            ("debug/system.settings.2.txt.err.txt", Kind::TableFailed(Table::SystemSettings, 2)),
            ("debug/cluster_settings_history.txt", Kind::Table(Table::SettingsHistory, 0)),
            ("debug/settings.json", Kind::Table(Table::SettingsJson, 0)),
            ("debug/settings.json.err.txt", Kind::Aside),
            ("debug/settings.txt", Kind::Unknown),
            ("debug/nodes/2/crdb_internal.gossip_nodes.txt.err.txt", Kind::Aside),
            ("debug/liveness.json", Kind::Table(Table::LivenessJson, 0)),
            ("debug/events.json", Kind::Table(Table::EventsJson, 0)),
            ("debug/events.json.err.txt", Kind::Aside),
            ("debug/rangelog.json", Kind::Aside),
            ("debug/nodes/2.skipped", Kind::NodeSkipped),
            ("debug/2.skipped", Kind::Unknown),
            ("debug/nodes/1/goroutines/goroutine_dump.2024.txt.gz", Kind::Skip),
            ("debug/nodes/1/stacks.txt", Kind::Aside),
            ("debug/nodes/1/stacks_with_labels.txt", Kind::Aside),
            ("debug/nodes/1/ranges.json", Kind::Aside),
            ("debug/reports/problemranges.json", Kind::Aside),
            ("debug/nodes/1/ranges/4711.json", Kind::Skip),
            ("debug/jobs/1/running/trace.zip", Kind::Skip),
            ("debug/system.jobs.txt", Kind::Table(Table::SystemJobs, 0)),
            ("debug/system.scheduled_jobs.txt", Kind::Table(Table::ScheduledJobs, 0)),
            ("debug/system.scheduled_jobs.txt.err.txt", Kind::TableFailed(Table::ScheduledJobs, 0)),
            ("debug/crdb_internal.system_jobs.txt", Kind::Table(Table::CrdbSystemJobs, 0)),
            ("debug/nodes.json", Kind::Table(Table::NodesJson, 0)),
            ("debug/nodes/1/status.json", Kind::Table(Table::StatusJson, 0)),
            ("debug/nodes/1/status.json.err.txt", Kind::Aside),
            (
                "debug/nodes/1/crdb_internal.node_build_info.txt",
                Kind::Table(Table::NodeBuildInfo, 0),
            ),
            ("debug/system.job_info.2.json", Kind::Table(Table::JobInfo, 2)),
            ("debug/system.job_info.txt.err.txt", Kind::TableFailed(Table::JobInfo, 0)),
            ("debug/pprof-summary.sh", Kind::Unknown),
            ("debug/page.html", Kind::Unknown),
            ("debug/stacks-of-n1.txt", Kind::Unknown),
            ("debug/nodes.txt", Kind::Unknown),
            ("details", Kind::Unknown),
            ("__MACOSX/debug/nodes/1/logs/._cockroach.log", Kind::Skip),
            ("logs/.DS_Store", Kind::Skip),
            ("system.log", Kind::Unknown),
            ("system.txt", Kind::Unknown),
            ("reports/node1.txt", Kind::Unknown),
            ("debug/nodes/1/logs/cockroach.x.log.gz", Kind::Packed),
            ("reports/logs.tar.gz", Kind::Packed),
            ("", Kind::Unknown),
        ];
        for (path, kind) in cases {
            assert_eq!(classify(path), kind, "{path}");
        }
    }

    #[test]
    fn a_packed_file_is_what_its_name_says_without_the_packing() {
        assert_eq!(classify_unpacked("n1/cockroach.x.log.gz"), Kind::Log);
        assert_eq!(classify_unpacked("crdb_internal.jobs.txt.gz"), Kind::Table(Table::Jobs, 0));
        assert_eq!(classify_unpacked("something.gz"), Kind::Unknown);
        assert_eq!(classify_unpacked("something.tar.gz"), Kind::Unknown);
    }

    #[test]
    fn attempts_at_one_table_belong_together() {
        let group = ("debug", ".txt");
        for name in ["", ".1", ".fallback"] {
            assert_eq!(table_group(&format!("debug/crdb_internal.jobs{name}.txt")), group);
            assert_eq!(table_group(&format!("debug/crdb_internal.jobs{name}.txt.err.txt")), group);
        }
        assert_eq!(table_group("debug/crdb_internal.jobs.err.txt"), group);
        assert_ne!(table_group("debug/cluster/t/crdb_internal.jobs.txt"), group);
    }
}
