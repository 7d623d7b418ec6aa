//! The rows of each relation, from facts. One file a relation; its columns are in `form/schema.rs`.

pub(super) mod backup_chain;
pub(super) mod build;
pub(super) mod cluster;
pub(super) mod flush_warning;
pub(super) mod job;
pub(super) mod log;
pub(super) mod node;
pub(super) mod row;
pub(super) mod schema;
pub(super) mod setting;
pub(super) mod store;
pub(super) mod upgrade;
