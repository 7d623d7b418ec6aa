//! The relations whose rows are those of tables and documents, which are filtered while they are read.

use super::{Kind, OTHERS, Relation, column};

/// Rows of any table.
pub(super) const ROW: Relation = Relation {
    name: "row",
    about: "A row of the table that the rule names in the field `table`, such as `system.privileges`.",
    sources: "any table `crdb_internal.…` or `system.…` of a debug zip, of the whole cluster or of each node; nothing is read of one that no rule names",
    subject: true,
    named_by: None,
    derived_by: &[],
    columns: &[
        column(
            "node",
            Kind::Number,
            "The node that the row names, or in whose folder its file lies.",
        ),
        column(
            OTHERS,
            Kind::Cell,
            "Any column by its name in the table, in lower case: text, or a number, an instant or yes or no where it is compared with one.",
        ),
    ],
};

/// Events.
pub(super) const EVENT: Relation = Relation {
    name: "event",
    about: "An event of a node or of SQL.",
    sources: "system.eventlog, as far back as it keeps events; where there is none, events.json, which has the newest thousand",
    subject: false,
    named_by: Some("type"),
    derived_by: &[],
    columns: &[
        column("time", Kind::Time, "When it was."),
        column("type", Kind::Text, "Its type, such as `set_cluster_setting`."),
        column("target", Kind::Number, "The descriptor or node that it is about."),
        column("node", Kind::Number, "The node that reports it."),
        column("user", Kind::Text, "Who did it."),
        column(
            OTHERS,
            Kind::Cell,
            "Any field of what it tells, in lower case with `_` between words: `setting_name`. A redacted table has none.",
        ),
    ],
};

/// Stores.
pub(super) const STORE: Relation = Relation {
    name: "store",
    about: "A store of a node.",
    sources: "nodes.json, status.json, crdb_internal.kv_store_status",
    subject: true,
    named_by: None,
    derived_by: &[],
    columns: &[
        column("store", Kind::Number, "Its number."),
        column("node", Kind::Number, "The node that has it."),
        column(
            "encrypted",
            Kind::Bool,
            "Whether its files are encrypted: by its properties, else by its metric, else by the arguments of the node.",
        ),
    ],
};

/// Metrics.
pub(super) const METRIC: Relation = Relation {
    name: "metric",
    about: "A metric that a rule names, of each node or store. Counters begin anew with the process.",
    sources: "nodes.json, status.json, crdb_internal.kv_store_status, crdb_internal.node_metrics",
    subject: false,
    named_by: Some("name"),
    derived_by: &[],
    columns: &[
        column("name", Kind::Text, "Its name, with dots."),
        column("value", Kind::Number, "Its value."),
        column("node", Kind::Number, "The node."),
        column("store", Kind::Number, "The store, if it is of one."),
        column("started", Kind::Time, "When the process began."),
    ],
};

/// Ranges.
pub(super) const RANGE: Relation = Relation {
    name: "range",
    about: "A range that a rule asks for.",
    sources: "ranges.json of each node, which was a file for each range before",
    subject: true,
    named_by: None,
    derived_by: &[],
    columns: &[
        column("range", Kind::Number, "Its number."),
        column("start_key", Kind::Text, "The first key, such as `/Table/104/1/7`."),
        column("id", Kind::Number, "The id of the table to which that key belongs."),
        column("index", Kind::Number, "The id of the index of that table."),
        column("end_key", Kind::Text, "The key with which the next range begins."),
        column("node", Kind::Number, "A node that has a replica."),
        column("store", Kind::Number, "The store of it."),
    ],
};
