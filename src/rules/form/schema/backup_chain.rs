//! The columns of `backup_chain`.

use super::{Column, Kind, Relation, column};

const KINDS: Kind = Kind::Word(&[
    "capture",
    "during",
    "after",
    "read",
    "elsewhere",
    "refused",
    "refusal_in_log",
    "beginning",
    "tenants",
    "unassigned",
    "untyped",
]);

const OPERATIONS: Kind = Kind::Word(&[
    "index_build",
    "import_into",
    "import_table",
    "import",
    "restore",
    "schema_change",
    "job",
]);

const DESCRIBED: Kind = Kind::Word(&["yes", "redacted", "not_understood", "no_row"]);

const OUTCOMES: Kind = Kind::Word(&["succeeded", "undone", "open"]);

const ENDS: Kind = Kind::Word(&["at", "by", "sometime", "revert_failed", "no"]);

const LAYERS: Kind = Kind::Word(&["full", "incremental", "unknown"]);

const HOLDS: Kind = Kind::Word(&["yes", "unknown", "of_tenant"]);

const UNREADABLE: Kind = Kind::Word(&["no", "redacted", "not_understood"]);

const BEGINS: Kind = Kind::Word(&["full_seen", "before", "after", "unknown"]);

const PLACES: Kind = Kind::Word(&["affected", "not_named", "not_affected", "unknown"]);

pub(super) const BACKUP_CHAIN: Relation = Relation {
    name: "backup_chain",
    about: "What backup chains contain of imports, restores and index builds (operations), which restores read them, and what is not known of them. A layer is one backup of a chain; it captures an operation if its AS OF time is within the operation. An operation has rows if a build of the rule's windows, or an unknown one, may have run from its beginning to the last layer after it. Rows about one backup, chain, restore, job or log entry are one finding.",
    sources: "jobs tables with payloads, and the logs of all nodes",
    subject: true,
    named_by: None,
    derived_by: &["a63162", "a88042"],
    columns: &COLUMNS,
};

const COLUMNS: [Column; 52] = [
    column(
        "kind",
        KINDS,
        "`capture`: a chain of which a layer captures an operation. `during`: a layer that does. `after`: a layer on that one, not full, taken after the end of the operation. `read`: a restore that read the latter; of several layers the row is about the one of which most is known. `elsewhere`: a restore whose backups are not in the input. `refused`: a restore that a fixed build refused with the error of issue 88042; `refusal_in_log`: that error in a log only. `beginning`: a chain of whose first part jobs may have been deleted. `tenants`: a chain of backups of virtual clusters without a jobs table of any. `unassigned`: a backup in no chain. `untyped`: a job that may be a backup or a restore.",
    ),
    column(
        "chain",
        Kind::Text,
        "The chain, of rows about an operation, a refused restore or a beginning.",
    ),
    column("operation", Kind::Text, "The job of the operation."),
    column(
        "operation_kind",
        OPERATIONS,
        "What the operation is. `import_table` creates its tables, of `import` that is not known; a `schema_change` may build an index, a `job` may be any of these.",
    ),
    column(
        "described",
        DESCRIBED,
        "Whether the description of the operation, of the restore that reads elsewhere, or of a job in no chain can be read; `no_row` if only logs name the job.",
    ),
    column("outcome", OUTCOMES, "How the operation ended; `undone` if it failed or was canceled."),
    column(
        "ended",
        ENDS,
        "When it ended: `at` a time, `by` a time at the latest, `sometime`, not because undoing it failed, or not yet.",
    ),
    column(
        "wrote_nothing",
        Kind::Bool,
        "Whether the payload of an import shows that it wrote nothing.",
    ),
    column("tables", Kind::Text, "Tables of the operation."),
    column("indexes", Kind::Text, "Indexes of the operation."),
    column("captured", Kind::Said, "The newest layer that captures the operation."),
    column("only_full", Kind::Bool, "Whether only full backups capture it."),
    column("followed", Kind::Bool, "Whether a layer of kind `after` exists."),
    column(
        "replaced",
        Kind::Bool,
        "Whether a full backup at the same place came after the operation, so that later layers build on that one.",
    ),
    column(
        "offline_tables",
        Kind::Bool,
        "Whether the chain contains tables that are offline: one of the whole cluster, or of the system tenant.",
    ),
    column(
        "revision_history",
        Kind::Bool,
        "Whether a layer that captures it has revision history.",
    ),
    column("coming", Kind::Text, "A backup that is being taken and will be of kind `after`."),
    column(
        "layer",
        Kind::Said,
        "The layer that the row is about; of a `beginning` the first that succeeded.",
    ),
    column(
        "layer_kind",
        LAYERS,
        "Its kind; of a `beginning` that of the first layer that was seen, also if it failed.",
    ),
    column("first", Kind::Bool, "Whether it is the first layer of kind `after`."),
    column(
        "holds",
        HOLDS,
        "Whether the capturing layer contains a table of the operation. This and the next four columns are about the layer of the row; of kinds `capture`, `after` and `read` about the capturing layer of which most is known, on which the layer of the row builds.",
    ),
    column(
        "close",
        Kind::Bool,
        "Whether the AS OF time of one of both layers is inferred, and so close to an end of the operation that it may be on either side.",
    ),
    column("end_known", Kind::Bool, "Whether it is known when the operation ended."),
    column(
        "unreadable",
        UNREADABLE,
        "Why it is not certain what the operation did, where the layer is not known to contain a table of it.",
    ),
    column("unfinished", Kind::Bool, "Whether the capturing layer was still being taken."),
    column(
        "captured_by",
        PLACES,
        "Where the build lies that took the newest capturing layer: `not_named` is a testing build of an affected series before the first that the advisory names. If it is not certain which layer that is, of all that may be.",
    ),
    column("captured_oldest", Kind::Version, "The oldest build that may have taken that layer."),
    column("captured_newest", Kind::Version, "The newest build that may have taken that layer."),
    column(
        "followed_by",
        PLACES,
        "Where the build lies that took the first layer of kind `after`.",
    ),
    column(
        "later_by",
        PLACES,
        "Where the builds lie that took any of the layers of kind `after`; only of operations of kind `job`.",
    ),
    column(
        "next_by",
        PLACES,
        "Where the build lies that takes the next layer: the build that runs when the input is collected.",
    ),
    column("worked_by", PLACES, "Where the builds lie that ran the operation."),
    column(
        "written_by",
        PLACES,
        "Where the build lies that took the layer of kind `during`; of kind `beginning` and `tenants` the builds that wrote the chain until then; of jobs in no chain the builds that ran them.",
    ),
    column(
        "unseen_by",
        PLACES,
        "Where the builds lie that ran while jobs may have been deleted; of a `beginning`.",
    ),
    column(
        "revalidated",
        Kind::Bool,
        "Whether the status of a restore of the chain is that it validates indexes again.",
    ),
    column("restored", OUTCOMES, "How the restore ended."),
    column("refused", Kind::Bool, "Whether the restore was refused."),
    column("restored_by", PLACES, "Where the builds lie that ran the restore, or an untyped job."),
    column("restored_oldest", Kind::Version, "The oldest build that may have run it."),
    column("restored_newest", Kind::Version, "The newest build that may have run it."),
    column(
        "restored_named",
        Kind::Version,
        "The oldest build that is named for its time, whether or not an older one may have run.",
    ),
    column("read_to", Kind::Said, "The newest layer that the restore read."),
    column(
        "read_close",
        Kind::Bool,
        "Whether it is not certain that the restore read the layer, because times are too close.",
    ),
    column(
        "read_in_part",
        Kind::Bool,
        "Whether the restore stops after the end of the operation and before the layer.",
    ),
    column("read_holds", HOLDS, "Whether the restore is about a table of the operation."),
    column("error", Kind::Whole, "The error of a refused restore."),
    column(
        "begins",
        BEGINS,
        "Whether the full backup of the chain was seen; else whether the chain begins before or after `horizon`.",
    ),
    column("base", Kind::Instant, "When the chain begins, by the name of its subdirectory."),
    column(
        "horizon",
        Kind::Instant,
        "The earliest end of a job in the tables: jobs that ended before may have been deleted.",
    ),
    column("job", Kind::Text, "The job in no chain, if the row is about one."),
    column("count", Kind::Number, "How many jobs the row is about."),
    column("form", Kind::Said, "What is unknown about the description of a job in no chain."),
];
