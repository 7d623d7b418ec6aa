//! Which of the attempts at dumping a table count.
//!
//! `cockroach debug zip` creates the table's file before it asks, so a failed attempt leaves an empty or partial
//! file and an `.err.txt` beside it; each further attempt is a file of its own (`crdb_internal.jobs.1.txt`). All are
//! read, because within a stream the later ones are not known yet; what counts is settled when all are there. The rows of
//! the others stay facts: what an attempt wrote before it failed was so.

use std::collections::BTreeMap;

use crate::model::{Tenant, Unread, UnreadReason};

use super::dumps::dumped;
use super::kinds::table_group;
use super::place::place;
use super::{Failure, Table};

/// A file of a table that was read.
#[derive(Clone, Copy, Debug)]
pub struct Attempt<'a> {
    /// The table; none for one of which nothing but a rule asks rows.
    pub table: Option<Table>,
    /// Which attempt at it, 0 being the first.
    pub attempt: u32,
    /// The file's path.
    pub path: &'a str,
    /// Bytes of its text.
    pub text: u64,
}

/// How far the text of a table can be trusted to be all of the table.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Standing {
    /// Nothing says that rows are missing.
    #[default]
    Whole,
    /// The bundle says that this attempt, or a later one, failed: its rows are facts, and others may be missing.
    Partial,
    /// A later attempt counts. Its rows are facts all the same, with less trust.
    Superseded,
}

/// What the attempts at all tables come to.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Settled {
    /// How far each attempt can be trusted, in their order, and whether another one is whole and replaces it.
    pub standings: Vec<(Standing, bool)>,
    /// Failures of tables of which no attempt succeeded.
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

/// Decides for each table: the last attempt counts, and is whole if it did not fail. An attempt is made only because the
/// one before it failed, so if the last one failed, none is whole, whether or not its own failure is in the bundle; then
/// the one that got furthest counts.
#[must_use]
pub fn settle(tables: &[Attempt<'_>], failures: Vec<Failure>) -> Settled {
    let mut groups = BTreeMap::<Key<'_>, BTreeMap<u32, Tried>>::new();
    for (index, table) in tables.iter().enumerate() {
        let tried = groups.entry(key(table.table, table.path)).or_default();
        let tried = tried.entry(table.attempt).or_default();
        tried.tables.push(index);
        tried.text = tried.text.max(Some(table.text));
    }
    for failure in &failures {
        let tried = groups.entry(key(failure.table, &failure.path)).or_default();
        tried.entry(failure.attempt).or_default().failures.push(failure.path.clone());
    }
    let standings = vec![(Standing::Whole, false); tables.len()];
    let mut settled = Settled { standings, ..Settled::default() };
    for ((table, name, ..), attempts) in groups {
        let whole = attempts.last_key_value().is_some_and(|(_, last)| last.failures.is_empty());
        let chosen = best(&attempts);
        let partial = attempts.values().any(|tried| !tried.tables.is_empty());
        for (number, tried) in attempts {
            let standing = match (Some(number) == chosen, whole) {
                (true, true) => Standing::Whole,
                (true, false) => Standing::Partial,
                (false, _) => Standing::Superseded,
            };
            for index in tried.tables {
                settled.standings[index] = (standing, whole && standing != Standing::Whole);
            }
            for path in tried.failures {
                if !whole && table.is_none_or(|table| is_missed(table, &path)) {
                    settled.unread.push(failed(path, name, partial));
                } else {
                    settled.skipped += 1;
                }
            }
        }
    }
    settled
}

/// The number of the attempt that counts.
fn best(attempts: &BTreeMap<u32, Tried>) -> Option<u32> {
    let (last, tried) = attempts.last_key_value()?;
    if tried.failures.is_empty() {
        return Some(*last);
    }
    attempts.iter().max_by_key(|(_, tried)| tried.text).map(|(number, _)| *number)
}

/// What attempts at one table have in common: the table, its name, its folder and its ending.
type Key<'a> = (Option<Table>, &'a str, &'a str, &'a str);

fn key(table: Option<Table>, path: &str) -> Key<'_> {
    let (folder, ending) = table_group(path);
    let name = match table {
        Some(table) => table.name(),
        None => dumped(path).map_or("", |dump| dump.table),
    };
    (table, name, folder, ending)
}

/// Whether anything asks for the table at this path. Of the two lists of nodes one is enough, and only the system
/// tenant has a list of virtual clusters.
fn is_missed(table: Table, path: &str) -> bool {
    table.has_jobs()
        || table.has_settings()
        || table.has_schema()
        || table == Table::Tenants && place(path).0 == Tenant::SYSTEM
}

fn failed(path: String, name: &str, partial: bool) -> Unread {
    let rest =
        if partial { "What was written of it before is read." } else { "None of it is there." };
    let detail =
        format!("The bundle itself says that the table {name} could not be collected. {rest}");
    Unread { path, reason: UnreadReason::CollectionFailed, detail }
}
