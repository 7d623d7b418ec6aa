//! What a job does, told from its type, its description and the tags of its lines.
//!
//! Source: `a144650` facts, section 3.7.

use crate::model::Operation;
use crate::parse::job_tag::JobTag;

/// What a job of this type and description does. Both may be empty.
pub(super) fn from_table(job_type: &str, description: &str) -> Operation {
    match job_type {
        "IMPORT" if is_molt_fetch(description) => Operation::MoltFetch,
        "IMPORT" => Operation::Import,
        "RESTORE" => Operation::Restore,
        "BACKUP" => Operation::Backup,
        "REPLICATION STREAM INGESTION" => Operation::Replication,
        "SCHEMA CHANGE" | "NEW SCHEMA CHANGE" | "" => {
            schema_change(&first_words(description), job_type)
        }
        _ => Operation::Other,
    }
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
        Some("IMPORT") => Operation::Import,
        Some("REPLICATION STREAM INGESTION") => Operation::Replication,
        Some("RESTORE") => Operation::Restore,
        // A refresh runs as a mutation of the view, a CREATE TABLE AS does not.
        Some("SCHEMA CHANGE") if tag.schema_exec && tag.mutation.is_some() => {
            Operation::RefreshView
        }
        Some("SCHEMA CHANGE") if tag.schema_exec => Operation::CreateTableAs,
        Some("SCHEMA CHANGE" | "NEW SCHEMA CHANGE") => Operation::SchemaChange,
        Some(_) => Operation::Other,
        // Only the processors of IMPORT and of replication tag with the bare id, and replication adds its own.
        None if tag.id.is_some() && !tag.schema_exec => Operation::Import,
        None => Operation::Unknown,
    }
}

/// The better told of two answers about one job.
pub(super) fn better(a: Operation, b: Operation) -> Operation {
    let told = |operation| match operation {
        Operation::Unknown => 0,
        Operation::SchemaChange => 1,
        Operation::Import => 2,
        _ => 3,
    };
    if told(b) > told(a) { b } else { a }
}

/// The first words of a statement in capitals, one space between.
fn first_words(description: &str) -> String {
    let words: Vec<_> =
        description.split_whitespace().take(4).map(str::to_ascii_uppercase).collect();
    words.join(" ")
}

fn schema_change(words: &str, job_type: &str) -> Operation {
    if words.starts_with("REFRESH MATERIALIZED VIEW") {
        Operation::RefreshView
    } else if words.starts_with("CREATE MATERIALIZED VIEW") {
        Operation::CreateView
    } else if words.starts_with("CREATE TABLE") {
        // A plain CREATE TABLE has no job; what is left is CREATE TABLE … AS.
        Operation::CreateTableAs
    } else if words.is_empty() || job_type.is_empty() {
        if job_type.is_empty() { Operation::Unknown } else { Operation::SchemaChange }
    } else {
        Operation::IndexBackfill
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
            ("", "", Operation::Unknown),
            ("ROW LEVEL TTL", "ttl for t", Operation::Other),
        ] {
            assert_eq!(from_table(job_type, description), operation, "{job_type}: {description}");
        }
    }
}
