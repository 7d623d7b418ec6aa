//! Which of the attempts at dumping a table count.
//!
//! `cockroach debug zip` creates the table's file before it asks, so a failed attempt leaves an empty or partial
//! file and an `.err.txt` beside it; each further attempt is a file of its own (`crdb_internal.jobs.1.txt`). All are
//! read, because within a stream the later ones are not known yet; what counts is settled when all are there.

use std::collections::BTreeMap;

use crate::model::{SortSmall, Unread, UnreadReason};

use super::kinds::table_group;
use super::{Failure, Table};

/// A file of a table that was read.
#[derive(Clone, Copy, Debug)]
pub struct Attempt<'a> {
    /// The table.
    pub table: Table,
    /// Which attempt at it, 0 being the first.
    pub attempt: u32,
    /// The file's path.
    pub path: &'a str,
    /// Bytes of its text.
    pub text: u64,
}

/// What is to be done with all of them.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Settled {
    /// Indices of the attempts that do not count, in order.
    pub superseded: Vec<usize>,
    /// What says that no attempt at a table succeeded.
    pub unread: Vec<Unread>,
    /// How many of the failures are not needed.
    pub skipped: u64,
}

#[derive(Default)]
struct Tried {
    /// Tables by index, and the longest text among them. More than one only if files of the same name were handed in.
    tables: Vec<usize>,
    text: Option<u64>,
    /// Paths of the files that say that it failed.
    failures: Vec<String>,
}

/// Decides for each table: the last attempt that did not fail counts; if all failed, the one that got furthest, and its
/// failure.
#[must_use]
pub fn settle(tables: &[Attempt<'_>], failures: Vec<Failure>) -> Settled {
    let mut groups: BTreeMap<(Table, &str, &str), BTreeMap<u32, Tried>> = BTreeMap::new();
    for (index, table) in tables.iter().enumerate() {
        let (folder, ending) = table_group(table.path);
        let tried = groups.entry((table.table, folder, ending)).or_default();
        let tried = tried.entry(table.attempt).or_default();
        tried.tables.push(index);
        tried.text = tried.text.max(Some(table.text));
    }
    for failure in &failures {
        let (folder, ending) = table_group(&failure.path);
        let tried = groups.entry((failure.table, folder, ending)).or_default();
        tried.entry(failure.attempt).or_default().failures.push(failure.path.clone());
    }
    let mut settled = Settled::default();
    for ((table, ..), mut attempts) in groups {
        let chosen = best(&attempts).and_then(|number| attempts.remove(&number));
        let Tried { tables, failures, .. } = chosen.unwrap_or_default();
        let partial = !tables.is_empty();
        settled.unread.extend(failures.into_iter().map(|path| failed(path, table, partial)));
        for other in attempts.into_values() {
            settled.superseded.extend(other.tables);
            settled.skipped += other.failures.len() as u64;
        }
    }
    settled.superseded.sort_small();
    settled
}

/// The number of the attempt that counts.
fn best(attempts: &BTreeMap<u32, Tried>) -> Option<u32> {
    let good = |tried: &Tried| !tried.tables.is_empty() && tried.failures.is_empty();
    let last_good = attempts.iter().rev().find(|(_, tried)| good(tried));
    last_good
        .or_else(|| attempts.iter().max_by_key(|(_, tried)| tried.text))
        .map(|(number, _)| *number)
}

fn failed(path: String, table: Table, partial: bool) -> Unread {
    let rest =
        if partial { "What was written of it before is read." } else { "None of it is there." };
    let name = Table::NAMES.iter().find(|(_, known)| *known == table).map_or("", |(name, _)| name);
    let detail =
        format!("The bundle itself says that the table {name} could not be collected. {rest}");
    Unread { path, reason: UnreadReason::CollectionFailed, detail }
}
