//! What the page shows and decides, without a browser: plain values in, plain values out.

pub mod axis;
pub mod catalogue;
pub mod chains;
pub mod coverage;
pub mod format;
mod jobs;
pub mod map;
pub mod pace;
pub mod pick;
pub mod pool;
pub mod privacy;
pub mod saved;
pub mod state;
pub mod table;
pub mod timeline;
pub mod warm_up;

#[cfg(test)]
pub(crate) mod fixture;
#[cfg(all(test, not(target_arch = "wasm32")))]
mod strange_tests;
