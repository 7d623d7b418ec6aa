//! What the page shows and decides, without a browser: plain values in, plain values out.

pub mod catalogue;
pub mod coverage;
pub mod format;
pub mod pace;
pub mod pool;
pub mod state;
pub mod table;
pub mod timeline;
pub mod visible;
pub mod words;

#[cfg(test)]
pub(crate) mod fixture;
