//! A-144650: an async flush error that is swallowed lets a bulk write succeed without some of its rows.
//!
//! Rows are derived here: each warning of the SST batcher with what is known of its job, the end of the job and its restarts,
//! and each run that the logs do not cover. What follows from a row is said by the lines of `advisories/A-144650.toml`.

mod derive;
mod end;
mod order;
mod remedy;
mod restart;
mod run;
mod script;
mod unattributed;
mod verify;
mod warning;

use crate::advisories::coverage;
use crate::facts::{Facts, Sign};
use crate::model::{Applicability, Missing, Operation, unmarked};
use crate::scan::Signature;

use super::decision::applicability;
use super::{Declared, Detector};

pub(crate) use derive::{FlushWarning, Group, OfJob};
pub(crate) use verify::Verified;

/// Name of the warning's signature. The words are the same in all affected releases; what follows them is the
/// wrapped error, usually `addsstable [start,end): cause`.
const FLUSH_ERROR: Signature = Signature {
    name: "a144650.flush_error",
    literal: "closing with flushes in-progress encountered an error",
};

/// Derives the rows of `flush_warning`.
pub(super) static DETECTOR: Detector = Detector {
    name: "a144650",
    missing,
    signatures: &[FLUSH_ERROR],
    takes: is_of_batcher,
    // Those of the advisory, and the first fill of a view, which runs the same code.
    operations: &[
        Operation::Import,
        Operation::MoltFetch,
        Operation::Replication,
        Operation::CreateTableAs,
        Operation::CreateView,
        Operation::RefreshView,
    ],
};

/// The rows, by subject.
pub(crate) fn groups<'a>(declared: &'a Declared, facts: &'a Facts) -> Vec<Group<'a>> {
    let ours = |sign: &&Sign| sign.signature == FLUSH_ERROR.name && is_of_batcher(sign);
    let signs: Vec<&Sign> = facts.signs.iter().filter(ours).collect();
    derive::groups(declared, facts, &signs)
}

/// What is missing beyond the rows: logs go back two days in a debug zip and jobs two weeks.
fn missing(declared: &Declared, facts: &Facts) -> Vec<Missing> {
    let mut missing = coverage::jobs_tables_missing(facts);
    if applicability(declared, facts) != Applicability::NotAffected {
        missing.extend(coverage::gaps_after_jobs_tables(declared, facts));
    }
    missing
}

/// Whether the batcher wrote an entry, or may have: the same words in a logged SQL statement are somebody's search for
/// this very warning, and a structured event is never the batcher's.
fn is_of_batcher(sign: &Sign) -> bool {
    sign.entry.file.ends_with("sst_batcher.go")
        || (is_of_unknown_source(sign) && sign.entry.event.is_none())
}

/// Whether an entry does not say which source file wrote it. JSON can be configured so, and Go writes `???` where it
/// does not know.
fn is_of_unknown_source(sign: &Sign) -> bool {
    matches!(unmarked(&sign.entry.file).trim(), "" | "×" | "???" | "<unknown>" | "null" | "NULL")
}
