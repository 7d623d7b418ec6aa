//! The columns of `flush_warning`.

use super::{Column, Kind, Relation, column};

const KINDS: Kind = Kind::Word(&["warning", "unattributed", "run"]);

const OPERATIONS: Kind = Kind::Word(&[
    "import",
    "molt_fetch",
    "replication",
    "create_table_as",
    "create_view",
    "refresh_view",
    "index_backfill",
    "schema_change",
    "restore",
    "backup",
    "other",
    "unknown",
]);

const ENDS: Kind = Kind::Word(&[
    "succeeded",
    "failed",
    "canceled",
    "contradicted",
    "undoing",
    "revert_failed",
    "open",
    "at_work_again",
    "unknown",
]);

const RESTARTS: Kind = Kind::Word(&["no", "unordered", "soon", "late", "from_start", "not_shown"]);

const PLACES: Kind = Kind::Word(&["affected", "not_named", "not_affected", "unknown"]);

const VERIFIED: Kind = Kind::Word(&["no", "missing", "whole", "not_counted"]);

const RUNS: Kind = Kind::Word(&["covered", "not_covered", "not_in_logs"]);

pub(super) const FLUSH_WARNING: Relation = Relation {
    name: "flush_warning",
    about: "A warning of the batcher that a flush failed; or the run of a job that no warning names and that the logs do not cover. The rows of one job are one finding.",
    sources: "the logs of all nodes, jobs tables, events, logs of MOLT",
    subject: true,
    named_by: None,
    derived_by: &["a144650"],
    columns: &COLUMNS,
};

const COLUMNS: [Column; 37] = [
    column(
        "kind",
        KINDS,
        "A warning of a job that is known, one that no known job owns, or a run without a warning.",
    ),
    column("job", Kind::Text, "The job; of an unattributed warning the one that its entry names."),
    column("job_redacted", Kind::Bool, "Whether the entry names a job whose id was redacted."),
    column("fits", Kind::Said, "Of an unattributed warning: jobs of its time and table."),
    column(
        "operation",
        OPERATIONS,
        "What the job does; of an unattributed warning what the only job does that fits.",
    ),
    column("job_type", Kind::Text, "The type of the job, as its row or lines name it."),
    column("state", Kind::Said, "The state that `end` rests on."),
    column(
        "end",
        ENDS,
        "How the job ended, seen from the warning: `failed` and `canceled` if it was over when the warning was written or later, else `at_work_again`; `undoing` before it is known to be done with that; `contradicted` if rows and lines exclude each other.",
    ),
    column("ended", Kind::Instant, "When it ended."),
    column("contradiction", Kind::Said, "The states that exclude each other."),
    column("time", Kind::Instant, "When the warning was written."),
    column("index_backfill", Kind::Bool, "Whether its tags name an index backfill."),
    column(
        "placed",
        PLACES,
        "Where the build that wrote it lies: `not_named` is a testing build of an affected series before the first that the advisory names.",
    ),
    column("builds", Kind::Said, "The builds that may have written it."),
    column(
        "restarted",
        RESTARTS,
        "Whether the job started over after the warning and before its end. Of imports `soon`, within ten seconds, or `late`; of statements that fill a table or view `from_start` if the query ran again, or `not_shown` if the job was taken up again and no line shows that it did. `unordered` if clocks do not tell which came first. Of other operations `no`.",
    ),
    column("gap", Kind::Said, "How long after the warning an import started over."),
    column(
        "retried",
        Kind::Bool,
        "Whether a statement that fills a table or view certainly logged after the warning that it starts over.",
    ),
    column(
        "refreshed_by",
        Kind::Text,
        "The job that refreshed the same view afterwards and succeeded.",
    ),
    column("no_data", Kind::Bool, "Whether the view was created or refreshed without data."),
    column(
        "verify",
        VERIFIED,
        "What a run of MOLT Verify after the import says of its table: rows are `missing`, all are there, or it does not count.",
    ),
    column("verify_missing", Kind::Number, "Rows that it found missing."),
    column("verify_equal", Kind::Number, "Rows that it found equal."),
    column("verify_why", Kind::Said, "Why it does not count."),
    column("source_known", Kind::Bool, "Whether the entry says which source file wrote it."),
    column("teardown", Kind::Bool, "Whether the flush failed because its context was canceled."),
    column("redacted", Kind::Bool, "Whether the cause was removed from the entry."),
    column("table", Kind::Number, "The table of the first lost key, where the bounds name one."),
    column("first_index", Kind::Number, "The index of the first lost key."),
    column("last_index", Kind::Number, "The index of the last lost key."),
    column("indexes", Kind::Said, "Both, in words."),
    column("rows", Kind::Number, "Rows of the primary index that the job says it wrote."),
    column(
        "torn_state",
        Kind::Bool,
        "Whether a line or row names a state that no version of CockroachDB has.",
    ),
    column(
        "script_reports",
        Kind::Bool,
        "Whether the rule of the script that the advisory publishes reports the job.",
    ),
    column(
        "run",
        RUNS,
        "Whether the logs cover the whole run of the job on all nodes, or nothing of its work is in use; `not_in_logs` if they do and yet no line names it.",
    ),
    column("run_time", Kind::Said, "From when to when it ran."),
    column("run_missing", Kind::Said, "What the logs lack of its run."),
    column("named", Kind::Bool, "Whether a line of any log names the job, or need not."),
];
