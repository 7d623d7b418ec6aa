//! What several tests use. Some of it serves other crates as well: `fuzz`, `www/e2e` and `www/worker` take single files.

pub(crate) mod bundle;
pub(crate) mod dresses;
pub(crate) mod everywhere;
pub(crate) mod forms;
pub(crate) mod fuzz;
pub(crate) mod job_rows;
pub(crate) mod literals;
pub(crate) mod reference;
pub(crate) mod run;
pub(crate) mod table_forms;
pub(crate) mod tar;
pub(crate) mod wraps;
pub(crate) mod zip;
