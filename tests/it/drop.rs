//! What is not in the input cannot make a verdict cleaner: any file, node, line of a log or row of a table may be lost on
//! the way.
//!
//! Of each healthy bundle and each case, one thing at a time is dropped. An advisory that was not `no_sign` or
//! `not_affected` before may not be so afterwards. Six things leave no trace, and are left out:
//!
//! - A row of a table on which a finding rests: nothing counts rows. (That the table is not there at all is seen.)
//! - A row of a table of jobs, for advisories that are rules about jobs: what it lacks goes with it.
//! - A line of a log about a job, for the advisories about chains of backups: these rest on tables, and ask of logs only
//!   which builds ran.
//! - What tells one cluster from another: then there is only one.
//! - One side of a contradiction within the input: see [`CONTRADICTIONS`].
//! - What one source alone names, in the cases about just that: see [`NAMED_ONCE`] and [`NAMING`].

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;
use std::sync::Mutex;

use crdb_triage::ingest::native::block_on;
use crdb_triage::ingest::{Input, MemorySource};
use crdb_triage::model::Verdict;
use crdb_triage::triage::Engine;

use crate::support::bundle::{self, File};

/// So many lines of a file are dropped, one by one, evenly chosen.
const LINES: usize = 6;

/// Cases in which one file or line says otherwise than another: without it, the other holds.
const CONTRADICTIONS: [&str; 5] = [
    "a_copy_of_the_warning_in_a_file_of_another_build.txt",
    "a_process_is_lost_and_a_document_claims_an_earlier_start.txt",
    // The jobs table says that the job writes no rows, and a warning says that it does.
    "description_that_writes_no_rows.txt",
    // MOLT Verify compared fewer rows than the job reports in an event.
    "molt_verify_of_fewer_rows_than_the_job_reports.txt",
    "molt_verify_of_fewer_rows_than_two_jobs_report.txt",
];

/// The case whose chain has an incremental backup in one row of the jobs table: without the row, there is nothing to ask.
const ROW_OF_THE_CHAIN: &str = "table_of_jobs_begins_after_the_full_backup_was_begun.txt";

/// Cases about what one source alone names: a node, a virtual cluster, a time. Without the source nothing names it.
const NAMED_ONCE: [&str; 10] = [
    "a_coordinator_that_no_list_names.txt",
    "a_gap_of_the_logs_after_the_last_row_of_the_jobs_table.txt",
    "a_row_of_the_future_stretches_no_jobs_table.txt",
    "a_tree_of_a_virtual_cluster_lacks_a_node.txt",
    "a_virtual_cluster_that_only_entries_name.txt",
    "far_newer_node_beside_an_older_log_that_names_no_build.txt",
    "header_that_names_a_build_and_no_node.txt",
    "header_that_names_a_build_and_no_node_in_a_whole_tree.txt",
    "sql_pods_of_the_past_are_listed_nowhere.txt",
    "the_cluster_is_older_than_the_first_known_version.txt",
];

/// Files that name nodes and virtual clusters beside the lists of nodes, or say that a dump failed: what they alone say goes
/// with them. One whole list of the nodes is needed all the same.
const NAMING: [&str; 8] = [
    "crdb_internal.kv_node_liveness",
    "crdb_internal.gossip_",
    "liveness.json",
    "system.eventlog",
    "events.json",
    "system.tenants",
    "settings.json",
    ".err.txt",
];

/// The advisories about chains of backups.
const CHAINS: [&str; 2] = ["A-63162", "A-88042"];

fn bundles() -> Vec<(PathBuf, Vec<File>)> {
    let mut folders = vec![PathBuf::from("tests/healthy")];
    folders.extend(
        fs::read_dir("src/advisories").unwrap().map(|entry| entry.unwrap().path().join("cases")),
    );
    let entries = folders.iter().filter_map(|folder| fs::read_dir(folder).ok()).flatten();
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| {
        let left_out = CONTRADICTIONS.iter().chain(&NAMED_ONCE).chain([&ROW_OF_THE_CHAIN]);
        !left_out.into_iter().any(|name| path.ends_with(name))
    });
    paths.sort();
    let read = |path: PathBuf| {
        let text = fs::read_to_string(&path).unwrap();
        let input = text.split_once("----\n").map_or(&*text, |(input, _)| input);
        let files = bundle::parse(input);
        (path, files)
    };
    paths.into_iter().map(read).collect()
}

/// What is said of a bundle.
#[derive(Default)]
struct Said {
    /// The advisories that are called clean.
    clean: BTreeSet<String>,
    /// The advisories to which the cluster was exposed and is no longer.
    ended: BTreeSet<String>,
    /// How many clusters the input is known to hold.
    clusters: usize,
    /// The rows, as `path:line`, on which findings rest, and their advisories.
    rows: BTreeSet<(String, String)>,
}

fn said(engine: &Engine, files: &[File]) -> Said {
    let inputs: Vec<Input<MemorySource>> = files
        .iter()
        .map(|file| Input { path: file.path.clone(), source: MemorySource(file.text.clone()) })
        .collect();
    let outcome = block_on(async {
        let plan = engine.plan(&inputs).await;
        let mut results = Vec::new();
        for unit in &plan.units {
            let source = &inputs[unit.source as usize].source;
            results.push(Some(engine.scan(source, unit, |_, _| {}).await));
        }
        engine.conclude(plan, results)
    })
    .unwrap();
    let mut said = Said { clusters: outcome.facts.clusters.len(), ..Said::default() };
    for decision in &outcome.decisions {
        let id = &decision.declared.id;
        if matches!(decision.verdict, Verdict::NoSign | Verdict::NotAffected) {
            said.clean.insert(id.clone());
        }
        // An exposure that has ended is known only from the logs of then. Without them the answer says that nothing is said of
        // that time.
        let ended = decision.findings.iter().flat_map(|finding| &finding.reasons).any(|reason| {
            reason.code == "AFFECTED_BUILD_RAN" && reason.text.contains(" runs now.")
        });
        if ended {
            said.ended.insert(id.clone());
        }
        let evidence = decision.findings.iter().flat_map(|finding| &finding.evidence);
        let rows = evidence.filter(|evidence| !evidence.source.path.ends_with(".log"));
        said.rows.extend(
            rows.map(|row| (format!("{}:{}", row.source.path, row.source.line), id.clone())),
        );
    }
    said
}

/// The bundle without one thing, for each thing: what it is, and whether it is a line of a log about a job.
fn drops(files: &[File]) -> BTreeMap<String, (Vec<File>, bool)> {
    let mut drops = BTreeMap::new();
    let without = |keep: &dyn Fn(&File) -> bool| -> Vec<File> {
        files.iter().filter(|file| keep(file)).cloned().collect()
    };
    for file in files {
        drops.insert(file.path.clone(), (without(&|other| other.path != file.path), false));
        if let Some((before, rest)) = file.path.split_once("nodes/")
            && let Some((node, _)) = rest.split_once('/')
        {
            let folder = format!("{before}nodes/{node}/");
            let rest = without(&|other| !other.path.starts_with(&folder));
            // A folder of one file is that file.
            if rest.len() + 1 < files.len() {
                drops.insert(folder, (rest, false));
            }
        }
    }
    for (at, file) in files.iter().enumerate() {
        let lines: Vec<&[u8]> = file.text.split_inclusive(|byte| *byte == b'\n').collect();
        let step = lines.len().div_ceil(LINES).max(1);
        for dropped in (0..lines.len()).step_by(step) {
            let mut rest = files.to_vec();
            let kept = lines.iter().enumerate().filter(|(line, _)| *line != dropped);
            rest[at].text = kept.flat_map(|(_, line)| line.iter().copied()).collect();
            let line = String::from_utf8_lossy(lines[dropped]);
            // What redaction removed may have been about a job.
            let about_a_job = file.path.ends_with(".log")
                && ["job", "restor", "REDACTEDBYZIP"].iter().any(|word| line.contains(word));
            drops.insert(format!("{}:{}", file.path, dropped + 1), (rest, about_a_job));
        }
    }
    drops
}

/// Whether what was dropped is a row of a table of jobs.
fn is_row_of_a_job(what: &str) -> bool {
    let row = what.rsplit_once(':').filter(|(_, line)| line.bytes().all(|b| b.is_ascii_digit()));
    row.is_some_and(|(path, line)| path.contains("jobs.") && line != "1")
}

#[test]
fn nothing_that_is_lost_makes_a_verdict_cleaner() {
    let bundles = bundles();
    assert!(bundles.len() > 200, "the bundles were not found");
    let (failures, tried) = (Mutex::new(Vec::new()), Mutex::new(0));
    let engine = Engine::default();
    let check = |(path, files): &(PathBuf, Vec<File>)| {
        let before = said(&engine, files);
        for (what, (rest, about_a_job)) in drops(files) {
            *tried.lock().unwrap() += 1;
            let after = said(&engine, &rest);
            // With what tells one cluster from the other, the question about the other one goes.
            if after.clusters < before.clusters {
                continue;
            }
            let leaves_no_trace = |id: &str| {
                before.rows.contains(&(what.clone(), id.to_owned()))
                    || before.ended.contains(id)
                    // Without the log of its newest build, the one before it is the last that is known of a node; within a
                    // day it counts as the one that runs.
                    || what.contains(".log") && id != "A-144650" && !CHAINS.contains(&id)
                    || NAMING.iter().any(|name| what.contains(name))
                        && !path.starts_with("tests/healthy")
                    || about_a_job && CHAINS.contains(&id)
                    || is_row_of_a_job(&what) && id != "A-144650" && !CHAINS.contains(&id)
            };
            let cleaner: Vec<&String> = after
                .clean
                .difference(&before.clean)
                .filter(|id| !leaves_no_trace(id.as_str()))
                .collect();
            if !cleaner.is_empty() {
                failures.lock().unwrap().push(format!("{}: {what}: {cleaner:?}", path.display()));
            }
        }
    };
    let middle = bundles.len() / 2;
    std::thread::scope(|scope| {
        for half in [&bundles[..middle], &bundles[middle..]] {
            scope.spawn(|| half.iter().for_each(check));
        }
    });
    let (mut failures, tried) = (failures.into_inner().unwrap(), tried.into_inner().unwrap());
    failures.sort();
    assert!(failures.is_empty(), "{} of {tried}:\n{}", failures.len(), failures.join("\n"));
}
