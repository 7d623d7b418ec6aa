//! The engine's own compact form of plans, units and results, in which they travel between workers.
//!
//! It is not a format: what one build writes, only the same build reads.

use serde::Serialize;
use serde::de::DeserializeOwned;

/// A value in the compact form. Empty if it cannot be written, which [`decode`] refuses.
#[must_use]
pub fn encode<T: Serialize>(value: &T) -> Vec<u8> {
    postcard::to_allocvec(value).unwrap_or_default()
}

/// The value of the compact form; none for bytes that are not of this build.
#[must_use]
pub fn decode<T: DeserializeOwned>(bytes: &[u8]) -> Option<T> {
    postcard::from_bytes(bytes).ok()
}
