//! Which of the attempts at dumping a table to read.
//!
//! `cockroach debug zip` creates the table's file before it asks, so a failed attempt leaves an empty or partial
//! file and an `.err.txt` beside it; each further attempt is a file of its own (`crdb_internal.jobs.1.txt`).

use std::collections::BTreeMap;

use crate::model::{Unread, UnreadReason};

use super::kinds::table_group;
use super::{Container, Table, Unit};

/// All attempts in the input, by the archive that holds them, and folder and ending.
#[derive(Default)]
pub(super) struct Tables {
    groups: BTreeMap<(Option<usize>, Table, String, String), BTreeMap<u32, Attempt>>,
}

/// An attempt: the number of the archive that holds it, the table, and the number of the attempt.
type Key = (Option<usize>, Table, u32);

#[derive(Default)]
struct Attempt {
    /// The table. More than one only if files of the same name were handed in.
    tables: Vec<Unit>,
    /// Paths of the files that say that it failed.
    failures: Vec<String>,
}

/// What is to be done with all of them; each file is in one of the three.
#[derive(Default)]
pub(super) struct Settled {
    /// To read.
    pub(super) units: Vec<Unit>,
    /// What says that no attempt at a table succeeded.
    pub(super) unread: Vec<Unread>,
    /// How many are not needed.
    pub(super) skipped: u64,
}

impl Tables {
    /// Adds a table.
    pub(super) fn table(&mut self, key: Key, unit: Unit) {
        self.attempt(key, &unit.path).tables.push(unit);
    }

    /// Adds a file that says that a table could not be dumped.
    pub(super) fn failure(&mut self, key: Key, path: String) {
        self.attempt(key, &path).failures.push(path);
    }

    /// Decides: the last attempt that did not fail; if all failed, the one that got furthest, and its failure.
    pub(super) fn settle(self) -> Settled {
        let mut settled = Settled::default();
        for ((_, table, ..), mut attempts) in self.groups {
            let chosen = best(&attempts).and_then(|number| attempts.remove(&number));
            let Attempt { tables, failures } = chosen.unwrap_or_default();
            let partial = !tables.is_empty();
            settled.units.extend(tables);
            settled.unread.extend(failures.into_iter().map(|path| failed(path, table, partial)));
            let others = attempts.into_values().map(|a| a.tables.len() + a.failures.len());
            settled.skipped += others.sum::<usize>() as u64;
        }
        settled
    }

    fn attempt(&mut self, (archive, table, number): Key, path: &str) -> &mut Attempt {
        let (folder, ending) = table_group(path);
        let group = (archive, table, folder.to_owned(), ending.to_owned());
        self.groups.entry(group).or_default().entry(number).or_default()
    }
}

/// The number of the attempt to read.
fn best(attempts: &BTreeMap<u32, Attempt>) -> Option<u32> {
    let good = |attempt: &Attempt| !attempt.tables.is_empty() && attempt.failures.is_empty();
    let last_good = attempts.iter().rev().find(|(_, attempt)| good(attempt));
    last_good.or_else(|| attempts.iter().max_by_key(|(_, a)| size(a))).map(|(number, _)| *number)
}

/// Bytes of table; nothing if there is not even a file.
fn size(attempt: &Attempt) -> Option<u64> {
    let text = |unit: &Unit| match unit.container {
        Container::ZipMember { uncompressed, .. } => uncompressed,
        Container::Plain | Container::Gzip => unit.bytes,
    };
    attempt.tables.iter().map(text).max()
}

fn failed(path: String, table: Table, partial: bool) -> Unread {
    let rest =
        if partial { "What was written of it before is read." } else { "None of it is there." };
    let name = Table::NAMES.iter().find(|(_, known)| *known == table).map_or("", |(name, _)| name);
    let detail =
        format!("The bundle itself says that the table {name} could not be collected. {rest}");
    Unread { path, reason: UnreadReason::CollectionFailed, detail }
}
