//! The engine of crdb-triage: bytes of a CockroachDB log bundle in, a report about technical advisories out.
//!
//! The modules are the floors of the house, from the ground up; each uses only those before it.

pub mod model;

#[cfg(feature = "engine")]
pub mod ingest;

#[cfg(feature = "engine")]
pub mod parse;

#[cfg(feature = "engine")]
pub mod scan;

#[cfg(feature = "engine")]
pub mod facts;

#[cfg(feature = "engine")]
pub mod advisories;

#[cfg(feature = "engine")]
pub mod rules;

#[cfg(feature = "engine")]
pub mod triage;

pub mod report;

pub mod protocol;
