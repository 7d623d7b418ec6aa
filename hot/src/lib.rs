//! What every byte of an input goes through: inflating, its sum, the search for literals, and runs of ordinary entries.
//!
//! A browser downloads the engine before it can read anything, so the engine is compiled for size. What stands here is
//! compiled for speed, in WebAssembly twice as fast, and that is why it is a crate of its own: a profile of Cargo is
//! one for a whole crate. It knows bytes and nothing of the engine.
//!
//! Why: `docs/decisions/0009-size-and-speed-profiles.md`.

pub mod crc32;
pub mod deflate;
pub mod digits;
pub mod literals;
pub mod run;
