//! What to do, per operation, with what is known filled in.

use std::collections::BTreeMap;

use crate::advisories::{Declared, quote};
use crate::facts::Facts;
use crate::model::{Job, Operation, Tenancy};
use crate::parse::statement::{SchemaChange, schema_change};

/// What is known for the steps, by placeholder: of a job, where one is known, and of the table that a warning names.
pub(super) fn values(
    declared: &Declared,
    facts: &Facts,
    tenancy: &Tenancy,
    job: Option<&Job>,
    table: Option<u64>,
) -> BTreeMap<&'static str, String> {
    let mut values = job.map(of_job).unwrap_or_default();
    values.extend(table.map(|id| ("table_id", id.to_string())));
    values.insert("upgrade", declared.ranges.upgrade(facts.newest_version(tenancy)));
    values
}

/// What is known of a job, by placeholder.
fn of_job(job: &Job) -> BTreeMap<&'static str, String> {
    let mut values = BTreeMap::new();
    values.insert("job_id", job.id.to_string());
    if let Some(created) = job.created {
        values.insert("created", created.to_string());
    }
    if let Some(finished) = job.finished {
        values.insert("finished", finished.to_string());
    }
    if let Some(rows) = job.rows {
        values.insert("rows", rows.to_string());
    }
    if let Some(target) = target(&job.description).and_then(quote::name) {
        if let Some(plain) = quote::plain(target) {
            values.insert("table_filter", plain.to_owned());
        }
        let name = match job.operation {
            Operation::CreateView | Operation::RefreshView => "view",
            Operation::Replication => "standby",
            _ => "table",
        };
        values.insert(name, target.to_owned());
    }
    if let Some(query) = query(job).and_then(quote::query) {
        values.insert("query", query);
    }
    values
}

/// The query of `CREATE TABLE t AS query`.
fn query(job: &Job) -> Option<&str> {
    match schema_change(&job.description) {
        Ok(SchemaChange::Fills(fill)) => fill.query,
        _ => None,
    }
}

/// The table or view that a description names, or the virtual cluster of a replication stream, as it is written
/// there.
pub(super) fn target(description: &str) -> Option<&str> {
    const BEGINNINGS: [&str; 6] = [
        "IMPORT INTO ",
        "IMPORT TABLE ",
        "CREATE VIRTUAL CLUSTER IF NOT EXISTS ",
        "CREATE VIRTUAL CLUSTER ",
        "CREATE TENANT IF NOT EXISTS ",
        "CREATE TENANT ",
    ];
    if let Ok(SchemaChange::Fills(fill)) = schema_change(description) {
        return (!fill.written.is_empty()).then_some(fill.written);
    }
    let description = description.trim_start();
    let begins = |beginning: &&&str| {
        description
            .get(..beginning.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(beginning))
    };
    let rest = description[BEGINNINGS.iter().find(begins)?.len()..].trim_start();
    let mut quoted = false;
    let end = rest
        .find(|c: char| {
            quoted ^= c == '"';
            !quoted && (c.is_whitespace() || c == '(' || c == ';')
        })
        .unwrap_or(rest.len());
    (end > 0).then(|| &rest[..end])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Guide, JobId};

    /// Everything that a person would copy from the steps for a job with this description.
    fn sql(operation: Operation, description: &str) -> String {
        let section = match operation {
            Operation::Import => "Import",
            Operation::MoltFetch => "MOLT Fetch",
            Operation::Replication => "Physical cluster replication",
            Operation::CreateTableAs => "CREATE TABLE AS",
            _ => "Materialized view",
        };
        let job = Job {
            operation,
            description: description.to_owned(),
            ..Job::new(&Tenancy::default(), JobId(7))
        };
        let declared = Declared::default();
        let values = values(&declared, &Facts::default(), &job.tenancy, Some(&job), None);
        let steps =
            Guide::parse(include_str!("../../../advisories/A-144650.md")).steps(section, &values);
        assert!(!steps.is_empty(), "{section}");
        steps.into_iter().map(|step| step.sql).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn a_description_that_is_plain_is_filled_in() {
        let import =
            sql(Operation::Import, "IMPORT INTO demo.public.\"Orders\"(id) CSV DATA ('x')");
        assert!(import.contains("INSERT INTO demo.public.\"Orders\" SELECT"), "{import}");
        let table = sql(Operation::CreateTableAs, "CREATE TABLE t AS SELECT * FROM s");
        assert!(table.contains("SELECT count(*) FROM (SELECT * FROM s) AS OF"), "{table}");
        let fetch = sql(Operation::MoltFetch, "IMPORT INTO demo.public.orders(id) CSV DATA ('x')");
        assert!(fetch.contains("--table-filter 'orders'"), "{fetch}");
    }

    #[test]
    fn a_forged_description_never_reaches_what_is_copied() {
        for (operation, description) in [
            (Operation::Import, "IMPORT INTO \"a; EVIL; --"),
            (Operation::Import, "IMPORT INTO t/*EVIL*/(a)"),
            (Operation::CreateTableAs, "CREATE TABLE t AS SELECT 1); DROP DATABASE EVIL; --"),
            (Operation::CreateTableAs, "CREATE TABLE t AS DROP TABLE EVIL"),
            (Operation::Replication, "CREATE VIRTUAL CLUSTER a'EVIL FROM REPLICATION OF b ON 'c'"),
            (Operation::RefreshView, "REFRESH MATERIALIZED VIEW v\u{202e}EVIL"),
        ] {
            let sql = sql(operation, description);
            assert!(!sql.contains("EVIL"), "{description}: {sql}");
        }
        let quoted = "IMPORT INTO d.s.\"x'; EVIL; '\"(a)";
        let shell = sql(Operation::MoltFetch, quoted);
        assert!(shell.contains("--table-filter '{table_filter}'"), "{shell}");
    }

    #[test]
    fn targets_are_read_as_they_are_written() {
        for (description, expected) in [
            ("IMPORT INTO d.public.t(a, b) CSV DATA ('x')", Some("d.public.t")),
            (
                "IMPORT INTO d.public.\"odd (name)\" (a) CSV DATA ('x')",
                Some("d.public.\"odd (name)\""),
            ),
            ("create table d.s.t AS SELECT 1", Some("d.s.t")),
            ("/* x */ CREATE UNLOGGED TABLE d.s.t AS SELECT 1", Some("d.s.t")),
            ("CREATE TABLE IF NOT EXISTS t AS SELECT 1", Some("t")),
            ("REFRESH MATERIALIZED VIEW CONCURRENTLY d.s.v", Some("d.s.v")),
            ("REFRESH MATERIALIZED VIEW d.s.v WITH DATA", Some("d.s.v")),
            ("CREATE VIRTUAL CLUSTER main FROM REPLICATION OF app ON 'x'", Some("main")),
            ("IMPORT PGDUMP 'x'", None),
            ("", None),
            ("IMPORT INTO ", None),
            ("ÏMPORT INTÖ ", None),
        ] {
            assert_eq!(target(description), expected, "{description}");
        }
    }
}
