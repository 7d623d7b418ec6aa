//! Things of the schema: tables, their indexes and columns, and other objects, each with what is of note about it.
//!
//! The columns that say whether something is so are those of `Fact` in `parse/schema`; a test holds them against each other.

use super::{Kind, Relation, column};

pub(super) const TABLE: Relation = Relation {
    name: "table",
    about: "A table of which something is of note: not of the database `system`, not dropped, no view and no sequence.",
    sources: "system.descriptor; for schedules system.scheduled_jobs",
    subject: true,
    named_by: None,
    derived_by: &[],
    columns: &[
        column("table", Kind::Text, "Its name, with database and schema."),
        column("id", Kind::Number, "The id of its descriptor."),
        column("multi_family", Kind::Bool, "Whether it has more than one column family."),
        column("partial_index", Kind::Bool, "Whether it has a partial index."),
        column("inverted_index", Kind::Bool, "Whether it has an inverted index."),
        column(
            "equal_partial_predicates",
            Kind::Bool,
            "Whether two of its partial indexes have the same predicate.",
        ),
        column(
            "equal_redacted_predicates",
            Kind::Bool,
            "Whether two of its partial indexes have the same predicate once redaction removed the constants.",
        ),
        column(
            "same_predicate",
            Kind::Bool,
            "Whether two of its partial indexes have the same predicate, or had before redaction removed the constants.",
        ),
        column(
            "predicate_column_being_dropped",
            Kind::Bool,
            "Whether a column is being dropped that a predicate of its partial indexes names.",
        ),
        column("regional_by_row", Kind::Bool, "Whether its locality is REGIONAL BY ROW."),
        column("partitioned", Kind::Bool, "Whether it or one of its indexes is partitioned."),
        column("list_default_partition", Kind::Bool, "Whether it has a list partition of DEFAULT."),
        column(
            "zigzag_pair_direction",
            Kind::Bool,
            "Whether a pair of its indexes ends in the same columns, in different directions.",
        ),
        column(
            "zigzag_pair_nullable",
            Kind::Bool,
            "Whether a pair of its indexes ends in the same columns, of which one can be NULL.",
        ),
        column(
            "secondary_primary_encoding",
            Kind::Bool,
            "Whether a secondary index has the encoding of a primary one.",
        ),
        column(
            "stored_only_in_secondary",
            Kind::Bool,
            "Whether a column is stored in a secondary index of primary encoding and not in the primary index.",
        ),
        column("unstored_column", Kind::Bool, "Whether a column is stored in no index."),
        column(
            "stored_oddly",
            Kind::Bool,
            "Whether a secondary index has the encoding of a primary one, or a column is stored in no index.",
        ),
        column(
            "default_type_mismatch",
            Kind::Bool,
            "Whether a default has another type than its column.",
        ),
        column(
            "primary_id_gt_secondary",
            Kind::Bool,
            "Whether it has a primary index whose id is greater than that of a secondary one.",
        ),
        column(
            "volatile_default_in_secondary",
            Kind::Bool,
            "Whether an index of it holds a NOT NULL column with a volatile default.",
        ),
        column("index_being_built", Kind::Bool, "Whether an index of it is being built."),
        column(
            "public_with_drop_job",
            Kind::Bool,
            "Whether it is public and names the job that dropped it.",
        ),
        column("replacement", Kind::Bool, "Whether it replaced another table, as TRUNCATE did."),
        column(
            "rbr_missing_type_backref",
            Kind::Bool,
            "Whether it is REGIONAL BY ROW and the type of its regions does not refer to it.",
        ),
        column(
            "partitioned_in_regions",
            Kind::Bool,
            "Whether it is partitioned, and its database has regions.",
        ),
        column(
            "same_name_pair",
            Kind::Bool,
            "Whether a table of another database has the same name.",
        ),
        column(
            "same_name_fk_pair",
            Kind::Bool,
            "Whether a table of another database has the same name, and one of them has a foreign key.",
        ),
        column("row_level_ttl", Kind::Bool, "Whether its rows expire."),
        column(
            "ttl_schedule_without_ttl",
            Kind::Bool,
            "Whether a schedule deletes its expired rows, and nothing says when they expire.",
        ),
        column("enum_column", Kind::Bool, "Whether it has a column of an enum type."),
        column(
            "pair_predicate",
            Kind::Text,
            "Two indexes with the same predicate, also after redaction.",
        ),
        column("pair_direction", Kind::Text, "The indexes of `zigzag_pair_direction`."),
        column("pair_nullable", Kind::Text, "The indexes of `zigzag_pair_nullable`."),
        column("columns_unstored", Kind::Text, "The columns of `unstored_column`."),
        column("columns_mistyped", Kind::Text, "The columns of `default_type_mismatch`."),
    ],
};

pub(super) const INDEX: Relation = Relation {
    name: "index",
    about: "A secondary index of which something is of note, or one that is being built.",
    sources: "system.descriptor",
    subject: true,
    named_by: None,
    derived_by: &[],
    columns: &[
        column("name", Kind::Text, "Its name, behind that of its table and `@`."),
        column("table", Kind::Text, "The name of its table."),
        column("unique", Kind::Bool, "Whether it is unique."),
        column(
            "created",
            Kind::Time,
            "When it was made; not known before 22.1. Conditions about builds that run or ran ask for those of then.",
        ),
        column("partial", Kind::Bool, "Whether it is partial."),
        column(
            "partial_index_uncovered_family",
            Kind::Bool,
            "Whether it is partial, and a family of the table has a column that it does not hold.",
        ),
        column("inverted", Kind::Bool, "Whether it is inverted."),
        column(
            "secondary_primary_encoding",
            Kind::Bool,
            "Whether it is a secondary index of primary encoding.",
        ),
        column(
            "stored_only_in_secondary",
            Kind::Bool,
            "Whether it stores a column that the primary index does not.",
        ),
        column(
            "primary_id_gt_secondary",
            Kind::Bool,
            "Whether its id is less than that of the primary index.",
        ),
        column(
            "volatile_default_in_secondary",
            Kind::Bool,
            "Whether it holds a NOT NULL column with a volatile default.",
        ),
        column("being_built", Kind::Bool, "Whether it is being built."),
        column("columns_uncovered", Kind::Text, "The columns of `partial_index_uncovered_family`."),
        column("columns_elsewhere", Kind::Text, "The columns of `stored_only_in_secondary`."),
        column("columns_volatile", Kind::Text, "The columns of `volatile_default_in_secondary`."),
    ],
};

pub(super) const COLUMN: Relation = Relation {
    name: "column",
    about: "A column of a table of which something is of note.",
    sources: "system.descriptor",
    subject: false,
    named_by: None,
    derived_by: &[],
    columns: &[
        column("name", Kind::Text, "Its name, behind that of its table."),
        column("table", Kind::Text, "The name of its table."),
        column("unstored", Kind::Bool, "Whether it is stored in no index."),
        column("default_type_mismatch", Kind::Bool, "Whether its default has another type."),
    ],
};

pub(super) const OBJECT: Relation = Relation {
    name: "object",
    about: "A table, view, sequence or function of which something is of note in what other objects say of it. System tables are among them.",
    sources: "system.descriptor",
    subject: true,
    named_by: None,
    derived_by: &[],
    columns: &[
        column("name", Kind::Text, "Its name, with database and schema."),
        column(
            "kind",
            Kind::Text,
            "`table`, `view`, `materialized view`, `sequence` or `function`.",
        ),
        column(
            "dangling_depended_on_by",
            Kind::Bool,
            "Whether it depends on an object that does not exist.",
        ),
        column(
            "seq_ref_column_zero",
            Kind::Bool,
            "Whether it is a sequence, and a reference to it names the column 0.",
        ),
        column(
            "udf_record_with_enum",
            Kind::Bool,
            "Whether it is a function of a record with an enum.",
        ),
        column("function", Kind::Bool, "Whether it is a function."),
        column("materialized_view", Kind::Bool, "Whether it is a materialized view."),
    ],
};
