//! What a job does, told from its type, its description and the tags of its lines.
//!
//! Source: `docs/cockroachdb/jobs.md#operations`.

use crate::model::{Job, Operation};
use crate::parse::job_tag::JobTag;
use crate::parse::redacted::told;
use crate::parse::statement::{self, FillKind, SchemaChange, schema_change};

/// What a job of this type and description does. Both may be empty, or removed by redaction.
pub(super) fn from_table(job_type: &str, description: &str) -> Operation {
    match job_type {
        "IMPORT" if is_molt_fetch(description) => Operation::MoltFetch,
        "IMPORT" => Operation::Import,
        "RESTORE" => Operation::Restore,
        "BACKUP" => Operation::Backup,
        "REPLICATION STREAM INGESTION" => Operation::Replication,
        "SCHEMA CHANGE" | "NEW SCHEMA CHANGE" => {
            from_schema_change(description).unwrap_or(Operation::SchemaChange)
        }
        known if is_of_no_concern(known) => Operation::Other,
        other => {
            let plain = other.trim().to_ascii_uppercase();
            if plain != other {
                from_table(&plain, description)
            } else if is_told(other) {
                // A type that this version does not know may write in bulk.
                Operation::Unknown
            } else {
                from_description(description)
            }
        }
    }
}

/// Types of jobs that no advisory is about: none of them stores rows in bulk, but for `LOGICAL REPLICATION`, which the
/// advisory does not speak of (`docs/cockroachdb/jobs.md#operations-without-the-flush-error`; the names are those of
/// `pkg/jobs/jobspb/jobs.proto`).
fn is_of_no_concern(job_type: &str) -> bool {
    matches!(
        job_type,
        "AUTO CONFIG ENV RUNNER"
            | "AUTO CONFIG RUNNER"
            | "AUTO CONFIG TASK"
            | "AUTO CREATE PARTIAL STATS"
            | "AUTO CREATE STATS"
            | "AUTO SCHEMA TELEMETRY"
            | "AUTO SPAN CONFIG RECONCILIATION"
            | "AUTO SQL STATS COMPACTION"
            | "AUTO UPDATE SQL ACTIVITY"
            | "CHANGEFEED"
            | "CREATE STATS"
            | "FINGERPRINT"
            | "HISTORY RETENTION"
            | "HOT RANGES LOGGER"
            | "IMPORT ROLLBACK"
            | "INSPECT"
            | "KEY VISUALIZER"
            | "LOGICAL REPLICATION"
            | "LONG RUNNING MIGRATION"
            | "MIGRATION"
            | "MVCC STATISTICS UPDATE"
            | "POLL JOBS STATS"
            | "REPLICATION STREAM PRODUCER"
            | "ROW LEVEL TTL"
            | "SCHEMA CHANGE GC"
            | "SQL ACTIVITY FLUSH"
            | "STANDBY READ TS POLLER"
            | "STREAM REPLICATION"
            | "TYPEDESC SCHEMA CHANGE"
            | "UPDATE TABLE METADATA CACHE"
    )
}

/// Whether a cell of a table or a field of an event has a value: it is not empty, not removed, and not the `_` that
/// stands for a constant.
pub(super) fn is_told(text: &str) -> bool {
    told(text).is_some_and(|text| !matches!(text, "_" | "REDACTED" | "REDACTEDBYZIP"))
}

/// What a schema change does, where its description says so.
fn from_schema_change(description: &str) -> Option<Operation> {
    match schema_change(description).ok()? {
        SchemaChange::Fills(fill) => Some(match fill.kind {
            FillKind::TableAs => Operation::CreateTableAs,
            FillKind::View => Operation::CreateView,
            FillKind::Refresh => Operation::RefreshView,
        }),
        SchemaChange::Validated => Some(Operation::IndexBackfill),
        SchemaChange::WritesNoRows => None,
    }
}

/// What a job without a type does, where its description is a statement of which only one type of job can be.
fn from_description(description: &str) -> Operation {
    if statement::import(description).is_ok() {
        return from_table("IMPORT", description);
    }
    if statement::backup(description).is_ok() {
        return Operation::Backup;
    }
    if statement::restore(description).is_ok() {
        return Operation::Restore;
    }
    match from_schema_change(description) {
        // That it builds an index clears a warning, so here the type has to say it too.
        None | Some(Operation::IndexBackfill) => Operation::Unknown,
        Some(operation) => operation,
    }
}

/// Whether a job may store rows in bulk that nothing counts afterwards, so that it matters whether logs cover its run.
/// A job that no table lists and of which no line names the type is one of the many that the cluster runs for itself.
#[must_use]
pub fn may_store_rows(job: &Job) -> bool {
    match job.operation {
        Operation::Import
        | Operation::MoltFetch
        | Operation::Replication
        | Operation::CreateTableAs
        | Operation::CreateView
        | Operation::RefreshView => true,
        Operation::SchemaChange => writes_rows(&job.description),
        Operation::Unknown => job.row.is_some() && writes_rows(&job.description),
        Operation::IndexBackfill | Operation::Restore | Operation::Backup | Operation::Other => {
            false
        }
    }
}

/// Whether a description does not say that nothing is stored without being counted.
fn writes_rows(description: &str) -> bool {
    !matches!(schema_change(description), Ok(SchemaChange::WritesNoRows | SchemaChange::Validated))
}

/// What a flow with these tags does, when no table says it.
pub(super) fn from_tags(tag: &JobTag) -> Operation {
    if tag.index_backfiller.is_some() {
        return Operation::IndexBackfill;
    }
    if tag.processor.is_some() {
        return Operation::Replication;
    }
    match tag.job_type.as_deref() {
        // A refresh runs as a mutation of the view, a CREATE TABLE AS does not.
        Some("SCHEMA CHANGE") if tag.schema_exec && tag.mutation.is_some() => {
            Operation::RefreshView
        }
        Some("SCHEMA CHANGE") if tag.schema_exec => Operation::CreateTableAs,
        Some(job_type) => from_table(job_type, ""),
        // Only the processors of IMPORT and of replication tag with the bare id, and replication adds its own.
        None if tag.id.is_some() && !tag.schema_exec && !tag.redacted => Operation::Import,
        None => Operation::Unknown,
    }
}

/// The better told of two answers about one job; of two that are told as well, the first.
pub(super) fn better(a: Operation, b: Operation) -> Operation {
    if rank(b) > rank(a) { b } else { a }
}

/// What is known of a job, where the tags of an entry say something too. A tag that holds a bare id is that of an import
/// only if nothing else says the type.
pub(super) fn with_tags(job: &Job, tag: &JobTag) -> Operation {
    let told = from_tags(tag);
    let guessed = told == Operation::Import && tag.job_type.is_none();
    if guessed && is_told(&job.job_type) { job.operation } else { better(job.operation, told) }
}

fn rank(operation: Operation) -> u8 {
    match operation {
        Operation::Unknown => 0,
        Operation::SchemaChange => 1,
        Operation::Import => 2,
        _ => 3,
    }
}

/// MOLT Fetch imports the files that it wrote itself, under names of its own.
fn is_molt_fetch(description: &str) -> bool {
    description.match_indices("part_").any(|(at, _)| {
        let digits =
            description[at + "part_".len()..].bytes().take_while(u8::is_ascii_digit).count();
        digits == 8 && (description[..at].ends_with('/') || description[..at].ends_with('_'))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{JobId, Location, Tenancy};
    use crate::parse::{job_tag, tags};

    #[test]
    fn types_and_descriptions_tell_operations_apart() {
        for (job_type, description, operation) in [
            ("IMPORT", "IMPORT INTO d.public.t(a) CSV DATA ('s3://b/x.csv')", Operation::Import),
            (
                "IMPORT",
                "IMPORT INTO d.public.t(a) CSV DATA ('s3://b/public.t/part_00000001.csv.gz') WITH OPTIONS (decompress = 'gzip')",
                Operation::MoltFetch,
            ),
            (
                "IMPORT",
                "IMPORT INTO t CSV DATA ('s3://b/public.t/shard_01_part_00000001.csv')",
                Operation::MoltFetch,
            ),
            ("IMPORT", "IMPORT INTO t CSV DATA ('s3://b/spare_part_7.csv')", Operation::Import),
            ("SCHEMA CHANGE", "create  table d.public.t AS SELECT 1", Operation::CreateTableAs),
            ("SCHEMA CHANGE", "REFRESH MATERIALIZED VIEW d.public.v", Operation::RefreshView),
            (
                "SCHEMA CHANGE",
                "CREATE MATERIALIZED VIEW d.public.v AS SELECT 1",
                Operation::CreateView,
            ),
            ("NEW SCHEMA CHANGE", "CREATE INDEX i ON d.public.t (a)", Operation::IndexBackfill),
            ("SCHEMA CHANGE", "", Operation::SchemaChange),
            ("SCHEMA CHANGE", "‹×›", Operation::SchemaChange),
            ("SCHEMA CHANGE", "DROP TABLE t", Operation::SchemaChange),
            ("SCHEMA CHANGE", "CREATE TEMP TABLE t AS SELECT 1", Operation::CreateTableAs),
            ("", "", Operation::Unknown),
            ("‹×›", "redacted", Operation::Unknown),
            ("_", "_", Operation::Unknown),
            ("", "IMPORT INTO t(a) CSV DATA ('x')", Operation::Import),
            ("NULL", "CREATE UNLOGGED TABLE t AS SELECT 1", Operation::CreateTableAs),
            ("", "CREATE INDEX i ON t (a)", Operation::Unknown),
            (" import", "IMPORT INTO t(a) CSV DATA ('x')", Operation::Import),
            ("ROW LEVEL TTL", "ttl for t", Operation::Other),
            ("BULK LOAD OF TOMORROW", "CREATE TABLE t AS SELECT 1", Operation::Unknown),
        ] {
            assert_eq!(from_table(job_type, description), operation, "{job_type}: {description}");
        }
    }

    #[test]
    fn what_is_not_told_has_to_be_covered() {
        let listed = |job_type: &str, description: &str, row: bool| {
            let mut job = Job::new(&Tenancy::default(), JobId(7));
            job.job_type = job_type.to_owned();
            job.description = description.to_owned();
            job.operation = from_table(job_type, description);
            job.row = row.then(|| Location { path: "jobs".into(), line: 2, offset: 0 });
            may_store_rows(&job)
        };
        for (job_type, description) in [
            ("", ""),
            ("‹×›", ""),
            ("SCHEMA CHANGE", ""),
            ("NEW SCHEMA CHANGE", "redacted"),
            ("SCHEMA CHANGE", "a text of tomorrow"),
            ("BULK LOAD OF TOMORROW", ""),
        ] {
            assert!(listed(job_type, description, true), "{job_type} {description}");
        }
        for (job_type, description) in [
            ("SCHEMA CHANGE", "DROP TABLE t"),
            ("SCHEMA CHANGE", "CREATE INDEX i ON t (a)"),
            ("", "CREATE INDEX i ON t (a)"),
            ("AUTO CREATE STATS", ""),
            ("RESTORE", ""),
        ] {
            assert!(!listed(job_type, description, true), "{job_type} {description}");
        }
        assert!(!listed("", "", false), "a job that nothing but a line without a type names");
    }

    #[test]
    fn a_bare_id_is_an_imports_only_if_nothing_says_the_type() {
        let tag = |list: &str| job_tag::read(&tags::parse(list.as_bytes()).list);
        let mut job = Job::new(&Tenancy::default(), JobId(7));
        assert_eq!(with_tags(&job, &tag("n1,job=7")), Operation::Import);
        assert_eq!(
            with_tags(&job, &tag("n1,job=‹×›,distsql.appname=$ internal-resume-job-7")),
            Operation::Unknown
        );
        job.job_type = "SCHEMA CHANGE".to_owned();
        job.operation = Operation::SchemaChange;
        assert_eq!(with_tags(&job, &tag("n1,job=7")), Operation::SchemaChange);
        assert_eq!(
            with_tags(&job, &tag("n1,job=SCHEMA CHANGE id=7,scExec,id=120")),
            Operation::CreateTableAs
        );
    }
}
