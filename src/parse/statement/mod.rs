//! The statements in the descriptions of jobs: `BACKUP`, `RESTORE`, `IMPORT` and those that build an index, in the forms
//! in which CockroachDB 19.1 to 23.x print them (backups facts, sections 2.3 and 2.4).
//!
//! A description is what a person or a schedule typed, printed anew by the server, with secrets removed. It may have
//! been redacted, cut or forged; whatever is not plainly of a known form is an [`Unparsed`] with a reason, never a guess.

mod address;
mod as_of;
mod backup;
mod import;
mod index;
mod lex;
mod name;
mod restore;
mod sql;

use serde::{Deserialize, Serialize};

use crate::model::Time;

pub use address::dated;
pub use backup::backup;
pub use import::import;
pub use index::index_build;
pub use restore::restore;

/// What a statement is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Targets {
    /// The whole cluster: no targets are printed.
    Cluster,
    /// `DATABASE a, b`.
    Databases(Vec<String>),
    /// `TABLE db.s.t, db.*`, or bare names.
    Tables(Vec<Name>),
    /// Virtual clusters: their tables have names that the host's jobs do not know.
    Tenants,
    /// Schemas, types, or whatever else: which tables it holds cannot be told.
    Other,
}

/// A name as it is typed: one to three parts, unquoted and in the case that it means; `*` may be the last.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Name(pub Vec<String>);

/// Where something is stored: scheme, host and path, without query, credentials and a slash at the end.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Address(pub String);

/// A subdirectory of a collection.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Subdirectory {
    /// `LATEST`, not resolved: the newest full backup of the collection.
    Latest,
    /// Without slashes at its ends, such as `2022/09/10-000000.00` or `weekly`.
    Named(String),
}

/// `AS OF SYSTEM TIME`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum AsOf {
    /// An instant, from a timestamp or a decimal HLC time.
    At(Time),
    /// So many microseconds from when the statement was planned; negative.
    Relative(i64),
    /// A function or anything else whose value the text does not tell.
    Expression(String),
}

/// `BACKUP …`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Backup {
    /// What it backs up.
    pub targets: Targets,
    /// Where to.
    pub destination: Destination,
    /// As of when; none means when it was planned.
    pub as_of: Option<AsOf>,
    /// `INCREMENTAL FROM`: the full backup and the incremental ones on it, in order.
    pub incremental_from: Vec<Address>,
    /// `WITH revision_history`.
    pub revision_history: bool,
    /// `incremental_location`, of one address or the default one of several.
    pub incremental_location: Option<Address>,
}

/// Where a backup goes. Of several addresses by locality it is the default one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Destination {
    /// `INTO ['subdirectory' IN] 'collection'`; no subdirectory is printed before it is chosen.
    Into(Option<Subdirectory>, Address),
    /// `TO 'address'`.
    To(Address),
}

/// `RESTORE …`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Restore {
    /// What it restores.
    pub targets: Targets,
    /// From where.
    pub from: RestoreFrom,
    /// To which time; none means the newest layer.
    pub as_of: Option<AsOf>,
    /// `into_db` or `new_db_name`: the database that the tables come to.
    pub into_db: Option<String>,
}

/// Where a restore reads. Of several addresses by locality it is the default one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum RestoreFrom {
    /// `FROM 'subdirectory' IN 'collection'`.
    Collection(Subdirectory, Address),
    /// `FROM 'address', …`: a path that may be collection and subdirectory joined, or a full backup and the incremental
    /// ones on it.
    Addresses(Vec<Address>),
}

/// `IMPORT …`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Import {
    /// `IMPORT INTO table`: the table exists and is offline meanwhile.
    Into(Name),
    /// `IMPORT TABLE table …`: the table is new.
    Table(Name),
    /// `IMPORT PGDUMP` and its like: whatever tables the dump holds, all new.
    Dump,
}

/// A schema change that builds indexes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct IndexBuild {
    /// Its table.
    pub table: Name,
    /// Names of the indexes, where the text has them.
    pub indexes: Vec<String>,
    /// `ALTER PRIMARY KEY`: every index of the table is built anew.
    pub rebuilds_all: bool,
}

/// Why a description was not understood; a phrase for a person, such as "its destination was removed by redaction".
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Unparsed {
    /// The text is of another kind of statement, or empty.
    NotThis,
    /// A part that is needed was removed before the bundle was handed in.
    Redacted,
    /// It begins as this statement and goes on in no known form; what was expected, and where.
    Unknown(String),
}
