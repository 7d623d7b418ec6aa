//! The page in real browsers, driven over W3C WebDriver. Nothing here looks inside the page: only the elements
//! and states that the project promises, the requests that reach the server, and what the browser complains about.
//!
//! `cargo xtask test` builds the page and runs these tests; after `cargo xtask build`,
//! `cargo test -p crdb-triage-e2e` runs them alone.

mod axe;
pub mod bundle;
pub mod copies;
mod devtools;
mod driver;
mod engine;
mod folder;
mod look;
mod page;
pub mod reads;
mod site;
mod workers;

pub use axe::Violation;
pub use engine::{Engine, free_port};
pub use look::Scheme;
pub use page::Page;
pub use site::{Site, built_site, files_of, single_file, target};
