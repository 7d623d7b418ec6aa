//! The columns of `job`.

use super::{Kind, Relation, column};

/// The relation `job`.
pub(super) const JOB: Relation = Relation {
    name: "job",
    about: "A job. Of a kind of job that its type is not, a column has no value; of a statement that was removed or cannot be read, it is not known.",
    sources: "crdb_internal.jobs, crdb_internal.system_jobs, system.jobs, system.job_info, state lines and events of the logs",
    subject: true,
    named_by: None,
    derived_by: &[],
    columns: &[
        column("job", Kind::Text, "Its id."),
        column("type", Kind::Text, "Its type, such as `RESTORE` or `NEW SCHEMA CHANGE`."),
        column(
            "status",
            Kind::Text,
            "Its latest state, in the words of the jobs table, such as `succeeded`.",
        ),
        column("over", Kind::Bool, "Whether it succeeded, failed or was canceled."),
        column("created", Kind::Time, "When it was created."),
        column("started", Kind::Time, "When it was last taken up."),
        column("finished", Kind::Time, "When it ended; none as long as it is not over."),
        column(
            "runs",
            Kind::Number,
            "How often it was taken up (`num_runs`), where a table has it.",
        ),
        column(
            "restarted",
            Kind::Bool,
            "Whether it was taken up more than once: by `num_runs`, by the lines of the logs, or because logs that cover its run show no second time.",
        ),
        column("user", Kind::Text, "Who created it."),
        column("scheduled", Kind::Bool, "Whether a schedule created it."),
        column("coordinator", Kind::Number, "The node that runs it or ran it last."),
        column("error", Kind::Text, "Its error."),
        column("fraction", Kind::Number, "How much of it is done, from 0 to 1."),
        column(
            "high_water",
            Kind::Time,
            "Up to when a changefeed has sent everything; none during its initial scan.",
        ),
        column("payload_bytes", Kind::Number, "Bytes of its payload."),
        column("description", Kind::Text, "Its description, without secrets."),
        column(
            "table",
            Kind::Text,
            "The table of an import, or of a schema change that adds or drops columns.",
        ),
        column("table_id", Kind::Number, "The id of the only descriptor that it works on."),
        column("targets", Kind::Text, "The tables of a changefeed."),
        column(
            "sink",
            Kind::Text,
            "The scheme of the sink of a changefeed, such as `kafka`; of an external connection that of its address.",
        ),
        column("connection", Kind::Text, "The external connection to which a changefeed writes."),
        column(
            "initial_scan",
            Kind::Word(&["yes", "no", "only"]),
            "Whether a changefeed begins with all rows of its tables, or ends after them.",
        ),
        column("cursor", Kind::Bool, "Whether a changefeed begins at a cursor."),
        column(
            "schema_change_policy",
            Kind::Text,
            "The option of a changefeed; none where it has none.",
        ),
        column(
            "collection",
            Kind::Text,
            "Scheme, host and path of where a backup goes or a restore reads: of the collection, where it is one.",
        ),
        column("revision_history", Kind::Bool, "Whether a backup has revision history."),
        column("incremental", Kind::Bool, "Whether a backup is an incremental one."),
        column("detached", Kind::Bool, "Whether nobody waited for a backup."),
        column(
            "whole_cluster",
            Kind::Bool,
            "Whether a backup or a restore is of the whole cluster.",
        ),
        column("system_users", Kind::Bool, "Whether a restore is `RESTORE SYSTEM USERS`."),
        column("schema_only", Kind::Bool, "Whether a restore is without rows."),
        column("adds_column", Kind::Bool, "Whether a schema change adds a column."),
        column(
            "new_family",
            Kind::Bool,
            "Whether it makes a family for the column: `CREATE [IF NOT EXISTS] FAMILY`.",
        ),
        column("drops_columns", Kind::Text, "The columns that a schema change drops."),
        column("builds_index", Kind::Bool, "Whether a schema change builds an index."),
    ],
};
