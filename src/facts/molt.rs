//! MOLT's own logs: which tables were fetched, and whether a later Verify found them equal.
//!
//! Source: `a144650` facts, section 6. Counts that MOLT Fetch logs are export counts and prove nothing here.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value;

use crate::model::{Cluster, Location, Time};
use crate::scan::Hit;

/// What MOLT logged of one table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MoltTable {
    /// The cluster that it was fetched into.
    pub cluster: Cluster,
    /// `schema.table` in lower case.
    pub name: String,
    /// Begin and end of the last Fetch that names it.
    pub fetched: (Option<Time>, Time),
    /// The last complete Verify that began after it ended, if there was one.
    pub verify: Option<MoltVerify>,
}

/// What a complete Verify said of one table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MoltVerify {
    /// When it ended.
    pub end: Time,
    /// Rows of the source that the target does not have.
    pub missing: u64,
    /// Rows that differ, rows that only the target has, and columns that differ.
    pub differences: u64,
    /// Whether every shard reported and every row of the source was compared.
    pub complete: bool,
    /// The lines that say so.
    pub lines: Vec<(Location, Time, String)>,
}

/// When a Verify began, the table, and what it said of it.
pub(super) type Verified = (Time, String, MoltVerify);

/// One run of Fetch or Verify being put together.
#[derive(Default)]
struct Run {
    start: Option<Time>,
    tables: BTreeMap<String, Table>,
}

struct Shard {
    missing: u64,
    differences: u64,
    compared: bool,
}

#[derive(Default)]
struct Table {
    shards: BTreeMap<u64, Shard>,
    shards_in_all: u64,
    lines: Vec<(Location, Time, String)>,
}

/// Reads the hits of one MOLT log, in its order, and adds to what is known of each table.
pub(super) fn read(
    cluster: &Cluster,
    path: &Arc<str>,
    hits: impl Iterator<Item = Box<Hit>>,
    tables: &mut Vec<MoltTable>,
    verifies: &mut Vec<Verified>,
) {
    let mut fetch_start = None;
    let mut run = Run::default();
    for hit in hits {
        let Some(fields) =
            hit.entry.event.as_deref().and_then(|e| serde_json::from_str::<Value>(e).ok())
        else {
            continue;
        };
        let time = hit.entry.time;
        let message = hit.entry.message.as_str();
        if message.starts_with("starting fetch") {
            fetch_start = Some(time);
        } else if message.starts_with("fetch complete") {
            for name in fields["tables"].as_array().into_iter().flatten().filter_map(Value::as_str)
            {
                let table = MoltTable {
                    cluster: cluster.clone(),
                    name: name.to_lowercase(),
                    fetched: (fetch_start, time),
                    verify: None,
                };
                tables.retain(|known| known.name != table.name || known.fetched.1 > time);
                if !tables.iter().any(|known| known.name == table.name) {
                    tables.push(table);
                }
            }
        } else if message.starts_with("verification in progress") {
            run = Run { start: Some(time), ..Run::default() };
        } else if message.starts_with("finished row verification on") {
            let source = Location { path: Arc::clone(path), line: hit.line, offset: hit.offset };
            run.add_shard(message, &fields, (source, time, hit.raw.clone()));
        } else if message.starts_with("verification complete") {
            let Run { start, tables } = std::mem::take(&mut run);
            // Without its beginning nobody can tell whether it began after the fetch.
            let Some(start) = start else { continue };
            for (name, table) in tables {
                verifies.push((start, name, table.verify(time)));
            }
        }
    }
}

/// Gives each fetched table the last Verify that began after its Fetch ended.
pub(super) fn pair(tables: &mut [MoltTable], verifies: Vec<Verified>) {
    for (start, name, verify) in verifies {
        for table in
            tables.iter_mut().filter(|table| table.name == name && start >= table.fetched.1)
        {
            if table.verify.as_ref().is_none_or(|known| known.end <= verify.end) {
                table.verify = Some(verify.clone());
            }
        }
    }
}

impl Run {
    /// `finished row verification on schema.table (shard 2/8)` with its counters.
    fn add_shard(&mut self, message: &str, fields: &Value, line: (Location, Time, String)) {
        let text = |key: &str| fields[key].as_str().unwrap_or("").to_lowercase();
        let count = |key: &str| fields[key].as_u64().unwrap_or(0);
        let Some((shard, in_all)) = shard(message) else { return };
        let differences = ["num_mismatch", "num_extraneous", "num_column_mismatch"]
            .iter()
            .map(|key| count(key))
            .sum();
        let compared =
            count("num_success") + count("num_conditional_success") == count("num_truth_rows");
        let table = self
            .tables
            .entry(format!("{}.{}", text("table_schema"), text("table_name")))
            .or_default();
        table.shards_in_all = in_all;
        table.shards.insert(shard, Shard { missing: count("num_missing"), differences, compared });
        table.lines.push(line);
    }
}

impl Table {
    fn verify(self, end: Time) -> MoltVerify {
        MoltVerify {
            end,
            missing: self.shards.values().map(|shard| shard.missing).sum(),
            differences: self.shards.values().map(|shard| shard.differences).sum(),
            complete: self.shards.len() as u64 == self.shards_in_all
                && self.shards.values().all(|shard| shard.compared),
            lines: self.lines,
        }
    }
}

/// `2` and `8` of `… (shard 2/8)`.
fn shard(message: &str) -> Option<(u64, u64)> {
    let (shard, in_all) = message.split_once("(shard ")?.1.split_once(')')?.0.split_once('/')?;
    Some((shard.parse().ok()?, in_all.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shards_are_read_from_the_message() {
        assert_eq!(
            shard("finished row verification on public.t (shard 2/8) - please check"),
            Some((2, 8))
        );
        assert_eq!(shard("finished row verification on public.t"), None);
    }
}
