//! MOLT's own logs: which tables were fetched, and whether a later Verify found them equal.
//!
//! Source: `docs/cockroachdb/jobs.md#molt-logs`. Counts that MOLT Fetch logs are export counts and prove nothing here.

use std::collections::{BTreeMap, BTreeSet};
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
    /// When it began.
    pub begin: Time,
    /// When it ended.
    pub end: Time,
    /// Rows of the source that the target does not have, as far as counters say so.
    pub missing: u64,
    /// Rows that differ, rows that only the target has, and columns that differ, as far as counters say so.
    pub differences: u64,
    /// Rows that were compared and found equal.
    pub equal: u64,
    /// Whether every shard reported every counter as a number. One that is absent is not zero.
    pub counted: bool,
    /// Whether every shard reported and found every row of the source equal.
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

/// The counters of one shard. Those that are absent or no numbers count as nothing, and are remembered as not counted.
#[derive(Clone, Copy)]
struct Shard {
    missing: u64,
    differences: u64,
    equal: u64,
    truth: u64,
    counted: bool,
}

#[derive(Default)]
struct Table {
    shards: BTreeMap<u64, Shard>,
    shards_in_all: BTreeSet<u64>,
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
                verifies.push((start, name, table.verify(start, time)));
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
        let Some((shard, in_all)) = shard(message) else { return };
        let mut counted = true;
        let mut count = |key: &str| {
            let number = fields[key].as_u64();
            counted &= number.is_some();
            number.unwrap_or(0)
        };
        let sum = |numbers: &[u64]| numbers.iter().fold(0, |sum, n| u64::saturating_add(sum, *n));
        let new = Shard {
            missing: count("num_missing"),
            differences: sum(&[
                count("num_mismatch"),
                count("num_extraneous"),
                count("num_column_mismatch"),
            ]),
            equal: sum(&[count("num_success"), count("num_conditional_success")]),
            truth: count("num_truth_rows"),
            counted,
        };
        let table = self
            .tables
            .entry(format!("{}.{}", text("table_schema"), text("table_name")))
            .or_default();
        table.shards_in_all.insert(in_all);
        // Of two reports of one shard the worse counts.
        table.shards.entry(shard).and_modify(|known| known.add(new)).or_insert(new);
        table.lines.push(line);
    }
}

impl Shard {
    fn add(&mut self, other: Self) {
        self.missing = self.missing.max(other.missing);
        self.differences = self.differences.max(other.differences);
        self.equal = self.equal.min(other.equal);
        self.truth = self.truth.max(other.truth);
        self.counted &= other.counted;
    }
}

impl Table {
    fn verify(self, begin: Time, end: Time) -> MoltVerify {
        let sum = |of: fn(&Shard) -> u64| self.shards.values().map(of).fold(0, u64::saturating_add);
        // Shards 1 to n, where every line says the same n.
        let all = self.shards_in_all.len() == 1
            && self.shards.keys().next() == Some(&1)
            && self.shards.keys().next_back() == self.shards_in_all.first()
            && Some(&(self.shards.len() as u64)) == self.shards_in_all.first();
        MoltVerify {
            begin,
            end,
            missing: sum(|shard| shard.missing),
            differences: sum(|shard| shard.differences),
            equal: sum(|shard| shard.equal),
            counted: self.shards.values().all(|shard| shard.counted),
            complete: all && self.shards.values().all(|shard| shard.equal == shard.truth),
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

    /// What a Verify says whose lines about one table have these counters.
    fn verify(lines: &[(&str, &str)]) -> MoltVerify {
        let mut run = Run::default();
        for (shard, counters) in lines {
            let fields: Value = serde_json::from_str(&format!(
                "{{\"table_schema\":\"public\",\"table_name\":\"t\"{counters}}}"
            ))
            .unwrap();
            let place = Location { path: "verify.log".into(), line: 1, offset: 0 };
            let message = format!("finished row verification on public.t (shard {shard})");
            run.add_shard(&message, &fields, (place, Time(2), String::new()));
        }
        run.tables.remove("public.t").unwrap().verify(Time(1), Time(3))
    }

    const CLEAN: &str = ",\"num_truth_rows\":5,\"num_success\":5,\"num_conditional_success\":0,\"num_missing\":0,\"num_mismatch\":0,\"num_extraneous\":0,\"num_column_mismatch\":0";

    #[test]
    fn a_verify_is_complete_only_with_every_shard_and_every_counter() {
        let whole = verify(&[("1/2", CLEAN), ("2/2", CLEAN)]);
        assert_eq!((whole.complete, whole.counted, whole.equal), (true, true, 10));
        for lines in [
            &[("1/2", CLEAN)][..],
            &[("2/2", CLEAN), ("3/2", CLEAN)],
            &[("1/2", CLEAN), ("2/3", CLEAN)],
            &[("0/1", CLEAN)],
        ] {
            assert!(!verify(lines).complete, "{lines:?}");
        }
        for counter in CLEAN[1..].split(',') {
            let without = CLEAN.replace(&format!(",{counter}"), "");
            assert!(!verify(&[("1/1", &without)]).counted, "{counter}");
            let name = counter.split(':').next().unwrap();
            for odd in ["\"0\"", "null", "-1", "0.5"] {
                let odd = CLEAN.replace(counter, &format!("{name}:{odd}"));
                assert!(!verify(&[("1/1", &odd)]).counted, "{odd}");
            }
        }
    }

    #[test]
    fn of_two_reports_of_one_shard_the_worse_counts() {
        let missing = CLEAN.replace("\"num_missing\":0", "\"num_missing\":2");
        for lines in [[("1/1", CLEAN), ("1/1", &missing)], [("1/1", &missing), ("1/1", CLEAN)]] {
            assert_eq!(verify(&lines).missing, 2);
        }
    }
}
