//! What a run came to, before it is put into the shape of a report.

use std::collections::BTreeSet;

use crate::advisories::{Decision, detector};
use crate::facts::{Content, Facts, Reading};
use crate::ingest::{self, Artifact, Attempt, FileInfo, Plan, SourceInfo, Standing, Tally, dumped};
use crate::model::{CollectSmall, Operation, SortSmall, Unread, UnreadReason};
use crate::rules::{Move, RuleFile, RuleSet, Stated};
use crate::scan::Heads;

use super::collect::{self, Collect};
use super::engine::{FileResult, UnitResult};

/// How many files were found. `total = read + skipped + unread`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FileCounts {
    /// All.
    pub total: u64,
    /// Read wholly.
    pub read: u64,
    /// Not needed.
    pub skipped: u64,
    /// Not read, or not wholly.
    pub unread: u64,
}

/// What a run came to.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// What was handed in.
    pub sources: Vec<SourceInfo>,
    /// How many files were in it.
    pub files: FileCounts,
    /// Bytes of text read.
    pub bytes_read: u64,
    /// What the input says.
    pub facts: Facts,
    /// One decision per rule.
    pub decisions: Vec<Decision>,
    /// What to collect next.
    pub collect: Vec<Collect>,
    /// The smallest moves to builds with fewer faults.
    pub moves: Vec<Move>,
    /// Operations whose jobs belong into the report.
    pub operations: BTreeSet<Operation>,
    /// Files of rules that a person handed in.
    pub rule_files: Vec<RuleFile>,
    /// What a person stated of the cluster's history.
    pub stated: Stated,
}

impl Outcome {
    /// Decides, from the plan and the result of each unit; none for a unit whose worker died.
    pub(super) fn conclude(
        plan: Plan,
        results: Vec<Option<UnitResult>>,
        signatures: &[&'static str],
        rules: &RuleSet,
    ) -> Self {
        let Plan { sources, units, mut tally } = plan;
        let mut files = Vec::new();
        let mut results = results.into_iter();
        for unit in &units {
            match results.next().flatten() {
                Some(result) => {
                    files.extend(result.files);
                    tally.absorb(result.tally);
                }
                // Nobody needs it, so that it was not searched weakens nothing.
                None if unit.artifact == Artifact::Aside => tally.aside_unsearched(),
                None => {
                    // Nobody knows what it would have held.
                    tally.nodes_missing |= !unit.is_one_file();
                    tally.unread.push(died(&unit.path));
                }
            }
        }
        files.sort_small_by(|a, b| a.file.path.cmp(&b.file.path));
        let mut readings = Vec::new();
        let mut strays = Vec::new();
        let chosen: BTreeSet<&str> =
            sources.iter().map(|source| source.name.as_str()).collect_small();
        let not_needed = pass_over(&mut files, &mut tally, &chosen);
        let (standings, settled) = settle(&files, &mut tally);
        let mut counts = FileCounts {
            skipped: tally.skipped + settled + not_needed,
            unread: tally.unread.len() as u64,
            ..FileCounts::default()
        };
        let mut bytes_read = 0;
        let mut unread = std::mem::take(&mut tally.unread);
        for (result, (mut standing, replaced)) in files.into_iter().zip(standings) {
            let FileResult { file, content, asked, strays: found, heads, text, .. } = result;
            let mut lacks = result.unread;
            bytes_read += text;
            let told = |lack: &Unread| lack.reason == UnreadReason::SavedReport;
            if content == Content::NotRecognized && !lacks.iter().any(told) {
                lacks.push(not_recognized(&file.path, heads));
            }
            if standing == Standing::Whole && !lacks.is_empty() {
                standing = Standing::Partial;
            }
            if lacks.is_empty() {
                counts.read += 1;
            } else if replaced {
                // A whole attempt at the same table has what this one lacks.
                lacks.clear();
                counts.skipped += 1;
            } else {
                counts.unread += 1;
            }
            unread.extend(lacks.into_iter().map(|lack| Unread { path: file.path.clone(), ..lack }));
            if !found.is_empty() {
                strays.push((file.path.clone(), found));
            }
            let FileInfo { path, tenant, node, .. } = file;
            let path = path.into();
            readings.push(Reading { path, tenant, node, standing, content, asked });
        }
        counts.total = counts.read + counts.skipped + counts.unread;
        unread.sort_small_by(|a, b| {
            (&a.path, a.reason, &a.detail).cmp(&(&b.path, b.reason, &b.detail))
        });
        let facts = crate::facts::gather(&tally, readings, unread, strays, signatures);
        Self { sources, files: counts, bytes_read, ..Self::of_facts(facts, rules) }
    }

    /// Decides from facts alone, without an account of files.
    pub(super) fn of_facts(facts: Facts, rules: &RuleSet) -> Self {
        let decisions = rules.decide(&facts);
        let collect = collect::collect(&facts, &decisions);
        let moves = rules.moves(&facts, &decisions);
        let named = rules.rules().iter().filter_map(|rule| rule.detector.as_ref());
        let operations = named
            .filter_map(|named| detector(&named.name))
            .flat_map(|detector| detector.operations.iter().copied())
            .collect_small();
        let (rule_files, stated) = (rules.files().to_vec(), rules.stated().clone());
        Self {
            sources: Vec::new(),
            files: FileCounts::default(),
            bytes_read: 0,
            facts,
            decisions,
            collect,
            moves,
            operations,
            rule_files,
            stated,
        }
    }
}

/// Takes out the files that nobody needs, once no sign was found in them: those for other purposes, and pages and pictures
/// in which nothing was recognized; but none that was `chosen`, which is a file that was handed in by itself. How many they
/// are beyond those that the account counts as skipped.
fn pass_over(files: &mut Vec<FileResult>, tally: &mut Tally, chosen: &BTreeSet<&str>) -> u64 {
    let mut not_needed = 0;
    files.retain(|result| {
        let aside = result.file.artifact == Artifact::Aside;
        let page = result.content == Content::NotRecognized
            && result.unread.is_empty()
            && ingest::is_page(&result.file.path)
            && !chosen.contains(result.file.path.as_str());
        if !aside && !page || !result.strays.is_empty() {
            return true;
        }
        if aside && !result.unread.is_empty() {
            tally.aside_unsearched();
        } else {
            not_needed += 1;
            tally.unsearched.pictures += u64::from(page && !result.is_text);
        }
        false
    });
    not_needed
}

/// How far each file can be trusted to be all of its table, and whether another attempt replaces it; takes note of tables
/// that failed. Also, how many files are not needed.
fn settle(files: &[FileResult], tally: &mut Tally) -> (Vec<(Standing, bool)>, u64) {
    let mut indices = Vec::new();
    let mut attempts = Vec::new();
    for (index, FileResult { file, text, .. }) in files.iter().enumerate() {
        let (table, attempt) = match file.artifact {
            Artifact::Table(table, attempt) => (Some(table), attempt),
            Artifact::Asked => (None, dumped(&file.path).map_or(0, |dump| dump.attempt)),
            _ => continue,
        };
        indices.push(index);
        attempts.push(Attempt { table, attempt, path: &file.path, text: *text });
    }
    let settled = ingest::settle(&attempts, std::mem::take(&mut tally.failures));
    tally.unread.extend(settled.unread);
    tally.unsearched.messages += settled.skipped;
    let mut standings = vec![(Standing::Whole, false); files.len()];
    for (index, (standing, replaced)) in indices.into_iter().zip(settled.standings) {
        standings[index] = (standing, replaced);
    }
    (standings, settled.skipped)
}

fn not_recognized(path: &str, heads: Heads) -> Unread {
    let Heads { count, first, .. } = heads;
    let (reason, detail) = match count {
        0 => (
            UnreadReason::NotRecognized,
            "Nothing in it looks like a CockroachDB log or a table of jobs.".to_owned(),
        ),
        count => (
            UnreadReason::HeadNotRead,
            format!(
                "It is in no form of a log that this version reads, and holds what looks like log entries: {count}, the first at line {first}."
            ),
        ),
    };
    Unread { path: path.to_owned(), reason, detail }
}

fn died(path: &str) -> Unread {
    Unread {
        path: path.to_owned(),
        reason: UnreadReason::WorkerDied,
        detail: "The worker that read it stopped before it was done, so nothing of it counts."
            .to_owned(),
    }
}
