//! The jobs of the made-up cluster, and the table that lists them.

use std::fmt::Write as _;

use crate::random::Random;

/// Of so many jobs of the table one is an import, where the logs are to speak of imports that are in it.
pub const IMPORT_EVERY: u32 = 50;

/// Ids grow with time, as `unique_rowid()` does.
pub(crate) fn id(number: u32) -> u64 {
    1_065_000_000_000_000_001 + u64::from(number) * 36_028_797_018_963
}

const STATUS: [&str; 8] = [
    "succeeded",
    "succeeded",
    "succeeded",
    "succeeded",
    "succeeded",
    "succeeded",
    "failed",
    "canceled",
];

const TABLES: [&str; 10] = [
    "orders",
    "customers",
    "payments",
    "shipments",
    "parcels",
    "routes",
    "invoices",
    "vehicles",
    "tickets",
    "meters",
];

/// `crdb_internal.jobs.txt` with so many jobs, each of which the logs of the same seed may speak of. Of every
/// `import_every` jobs one is an import that succeeded.
#[must_use]
pub fn table(seed: u64, jobs: u32, import_every: u32) -> String {
    let mut random = Random::new(seed);
    let mut text = String::from(
        "job_id\tjob_type\tdescription\tstatement\tuser_name\tdescriptor_ids\tstatus\trunning_status\tcreated\tstarted\tfinished\tmodified\tfraction_completed\terror\tcoordinator_id\n",
    );
    for number in 0..jobs {
        let table = TABLES[random.below(10) as usize];
        let object = 104 + random.low(900);
        let import = number % import_every == 0;
        let (kind, description) = match random.below(4) {
            _ if import => (
                "IMPORT",
                format!(
                    "IMPORT INTO depot.public.{table}(id, note, amount) CSV DATA ('s3://bulk-{}/{table}/part-{number:05}.csv')",
                    random.below(9)
                ),
            ),
            0 => (
                "SCHEMA CHANGE",
                format!("ALTER TABLE depot.public.{table} ADD COLUMN c{number} STRING"),
            ),
            1 => (
                "AUTO CREATE STATS",
                format!("Table statistics refresh for depot.public.{table}_{object}"),
            ),
            2 => (
                "ROW LEVEL TTL",
                format!("ttl for depot.public.{table}_{object}: expired rows are deleted"),
            ),
            _ => ("SCHEMA CHANGE GC", format!("GC for DROP TABLE depot.public.{table}_{object}")),
        };
        let status = if import { "succeeded" } else { STATUS[random.below(8) as usize] };
        let (minute, second) = (random.below(50), random.below(60));
        let hour = 6 + u64::from(number) * 12 / u64::from(jobs.max(1));
        let begin =
            format!("2025-04-22 {hour:02}:{minute:02}:{second:02}.{:06}", random.below(1_000_000));
        let end = format!(
            "2025-04-22 {hour:02}:{:02}:{second:02}.{:06}",
            minute + 9,
            random.below(1_000_000)
        );
        let coordinator = 1 + random.below(4);
        // Writing to a string cannot fail.
        _ = writeln!(
            text,
            "{}\t{kind}\t{description}\t\troot\t{{{object}}}\t{status}\tNULL\t{begin}\t{begin}\t{end}\t{end}\t1\t\t{coordinator}",
            id(number)
        );
    }
    text
}
