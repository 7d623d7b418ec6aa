//! What is of note about tables, indexes, columns and other objects, each by the name that rules have for it.

use serde::{Deserialize, Serialize};

/// What a row is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum On {
    /// A table.
    Table,
    /// An index of a table, or one that is being built.
    Index,
    /// A column of a table.
    Column,
    /// Any other object, or a table in what other objects say of it.
    Object,
}

/// What an object is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Thing {
    /// A table.
    Table,
    /// A view.
    View,
    /// A materialized view.
    MaterializedView,
    /// A sequence.
    Sequence,
    /// A function of a person.
    Function,
}

impl Thing {
    /// The word for it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Table => "table",
            Self::View => "view",
            Self::MaterializedView => "materialized view",
            Self::Sequence => "sequence",
            Self::Function => "function",
        }
    }
}

/// Whether something is so. What a source cannot tell is neither.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Known {
    /// It is not.
    No,
    /// It is.
    Yes,
    /// Nothing tells.
    Unknown,
}

impl From<bool> for Known {
    fn from(so: bool) -> Self {
        if so { Self::Yes } else { Self::No }
    }
}

macro_rules! facts {
    ($($(#[$about:meta])* $fact:ident $on:ident $name:literal,)*) => {
        /// One fact about a thing of the schema (`docs/cockroachdb/tables.md#schema-facts`).
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum Fact {
            $($(#[$about])* $fact,)*
        }

        impl Fact {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$fact,)*];

            /// The column of rules that holds it.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$fact => $name,)*
                }
            }

            /// What it is about.
            #[must_use]
            pub fn on(self) -> On {
                match self {
                    $(Self::$fact => On::$on,)*
                }
            }
        }
    };
}

facts! {
    /// It has more than one column family.
    MultiFamily Table "multi_family",
    /// It has a partial index.
    PartialIndex Table "partial_index",
    /// It has an inverted index.
    InvertedIndex Table "inverted_index",
    /// Two of its partial indexes have the same predicate.
    EqualPredicates Table "equal_partial_predicates",
    /// Two of its partial indexes have the same predicate once redaction removed the constants.
    EqualRedacted Table "equal_redacted_predicates",
    /// Two of its partial indexes have the same predicate, or had before redaction removed the constants.
    SamePredicate Table "same_predicate",
    /// A column is being dropped that a predicate of its partial indexes names.
    PredicateColumnDropped Table "predicate_column_being_dropped",
    /// Its locality is REGIONAL BY ROW.
    RegionalByRow Table "regional_by_row",
    /// It or one of its indexes is partitioned.
    Partitioned Table "partitioned",
    /// It has a list partition of DEFAULT.
    DefaultPartition Table "list_default_partition",
    /// A pair of its indexes ends in the same columns, in different directions.
    ZigzagDirection Table "zigzag_pair_direction",
    /// A pair of its indexes ends in the same columns, of which one can be NULL.
    ZigzagNullable Table "zigzag_pair_nullable",
    /// A secondary index has the encoding of a primary one.
    TableSecondaryEncoding Table "secondary_primary_encoding",
    /// A column is stored in a secondary index of primary encoding and not in the primary index.
    TableStoredElsewhere Table "stored_only_in_secondary",
    /// A column is stored in no index.
    TableUnstored Table "unstored_column",
    /// A secondary index has the encoding of a primary one, or a column is stored in no index.
    StoredOddly Table "stored_oddly",
    /// A default has another type than its column.
    TableDefaultType Table "default_type_mismatch",
    /// It has a primary index whose id is greater than that of a secondary one.
    TablePrimaryId Table "primary_id_gt_secondary",
    /// An index of it holds a NOT NULL column with a volatile default.
    TableVolatile Table "volatile_default_in_secondary",
    /// An index of it is being built.
    TableBuilding Table "index_being_built",
    /// It is public and names the job that dropped it.
    PublicWithDropJob Table "public_with_drop_job",
    /// It replaced another table, as TRUNCATE did.
    Replaced Table "replacement",
    /// It is REGIONAL BY ROW and the type of its regions does not refer to it.
    MissingTypeReference Table "rbr_missing_type_backref",
    /// It is partitioned, and its database has regions.
    PartitionedInRegions Table "partitioned_in_regions",
    /// A table of another database has the same name.
    SameName Table "same_name_pair",
    /// A table of another database has the same name, and one of them has a foreign key.
    SameNameForeignKey Table "same_name_fk_pair",
    /// Its rows expire.
    RowLevelTtl Table "row_level_ttl",
    /// A schedule deletes its expired rows, and nothing says when they expire.
    TtlLost Table "ttl_schedule_without_ttl",
    /// It has a column of an enum type.
    EnumColumn Table "enum_column",
    /// It is partial.
    IsPartial Index "partial",
    /// It is partial, and a family of the table has a column that it does not hold.
    Uncovered Index "partial_index_uncovered_family",
    /// It is inverted.
    IsInverted Index "inverted",
    /// It is a secondary index of primary encoding.
    SecondaryEncoding Index "secondary_primary_encoding",
    /// It stores a column that the primary index does not.
    StoredElsewhere Index "stored_only_in_secondary",
    /// Its id is less than that of the primary index.
    PrimaryId Index "primary_id_gt_secondary",
    /// It holds a NOT NULL column with a volatile default.
    Volatile Index "volatile_default_in_secondary",
    /// It is being built.
    Building Index "being_built",
    /// It is stored in no index.
    Unstored Column "unstored",
    /// Its default has another type.
    DefaultType Column "default_type_mismatch",
    /// It depends on an object that does not exist.
    Dangling Object "dangling_depended_on_by",
    /// It is a sequence, and a reference to it names the column 0.
    SequenceColumnZero Object "seq_ref_column_zero",
    /// It is a function of a record with an enum.
    RecordWithEnum Object "udf_record_with_enum",
    /// It is a function.
    Function Object "function",
    /// It is a materialized view.
    MaterializedView Object "materialized_view",
}

/// What is known of one thing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FactSet {
    yes: u64,
    unknown: u64,
}

impl FactSet {
    /// Takes note of a fact; one that was said stays said, and one that is not known stays so unless it is said.
    pub fn set(&mut self, fact: Fact, known: impl Into<Known>) {
        let bit = 1 << fact as u32;
        match known.into() {
            Known::No => {}
            Known::Yes => {
                self.yes |= bit;
                self.unknown &= !bit;
            }
            Known::Unknown => self.unknown |= bit & !self.yes,
        }
    }

    /// What is known of a fact.
    #[must_use]
    pub fn get(self, fact: Fact) -> Known {
        let bit = 1 << fact as u32;
        if self.yes & bit != 0 {
            Known::Yes
        } else if self.unknown & bit != 0 {
            Known::Unknown
        } else {
            Known::No
        }
    }

    /// Makes a fact that is said one that is not known: what it rests on may be somewhere else.
    pub fn doubt(&mut self, fact: Fact) {
        let bit = 1 << fact as u32;
        self.unknown |= self.yes & bit;
        self.yes &= !bit;
    }

    /// Whether anything is of note.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.yes | self.unknown == 0
    }

    /// Those that are so, or not known.
    pub fn each(self) -> impl Iterator<Item = Fact> {
        Fact::ALL.iter().copied().filter(move |fact| self.get(*fact) != Known::No)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn facts_of_one_thing_have_names_of_their_own_and_fit_in_a_set() {
        assert!(Fact::ALL.len() <= 64);
        let mut names: Vec<_> = Fact::ALL.iter().map(|fact| (fact.on(), fact.name())).collect();
        names.sort();
        names.dedup();
        assert_eq!(names.len(), Fact::ALL.len());
    }

    #[test]
    fn facts_have_three_values() {
        let mut set = FactSet::default();
        assert!(set.is_empty());
        set.set(Fact::Dangling, Known::Unknown);
        set.set(Fact::Dangling, false);
        assert_eq!(set.get(Fact::Dangling), Known::Unknown);
        set.set(Fact::Dangling, true);
        set.set(Fact::Dangling, Known::Unknown);
        assert_eq!(set.get(Fact::Dangling), Known::Yes);
        set.doubt(Fact::Dangling);
        assert_eq!(set.each().collect::<Vec<_>>(), [Fact::Dangling]);
        assert_eq!(set.get(Fact::Dangling), Known::Unknown);
        assert_eq!(set.get(Fact::MultiFamily), Known::No);
    }
}
