//! The page in real browsers, as modules of one program: each program links the driver anew, and waits for its last test.
//!
//! `cargo test --workspace --test e2e engines::webkit::` runs those of one module.

mod again;
mod backups;
mod build;
mod bundles;
mod engines;
mod faults;
mod files;
mod harness;
mod hostile;
mod hosting;
mod offline;
mod reopen;
mod sample;
mod start;
mod workers;
