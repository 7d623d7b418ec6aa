//! The engine's own compact form of plans, units and results, in which they travel between workers.
//!
//! It is not a format: what one build writes, only the same build reads. It is packed (LZ4), because results wait for each
//! other: what a log came to takes less than half as much.
//!
//! Why: `docs/decisions/0013-compact-results.md`.

use serde::Serialize;
use serde::de::DeserializeOwned;

/// So many bytes can come out of a packed one.
const LONGEST_RUN: u64 = 255;

/// A value in the compact form. None that [`decode`] accepts if it cannot be written.
#[must_use]
pub fn encode<T: Serialize>(value: &T) -> Vec<u8> {
    let bytes = postcard::to_allocvec(value).unwrap_or_default();
    lz4_flex::compress_prepend_size(&bytes)
}

/// The value of the compact form; none for bytes that are not of this build.
#[must_use]
pub fn decode<T: DeserializeOwned>(bytes: &[u8]) -> Option<T> {
    let (size, packed) = lz4_flex::block::uncompressed_size(bytes).ok()?;
    // No memory for what cannot come out.
    if size as u64 > bytes.len() as u64 * LONGEST_RUN {
        return None;
    }
    postcard::from_bytes(&lz4_flex::decompress(packed, size).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_travels_whole_and_what_repeats_in_it_once() {
        let value: Vec<String> =
            (0..1000).map(|n| format!("job {n}: stepping through state succeeded")).collect();
        let bytes = encode(&value);
        assert!(bytes.len() < 1000 * 16, "{}", bytes.len());
        assert_eq!(decode::<Vec<String>>(&bytes), Some(value));
        let runs = vec!["a".repeat(1 << 20)];
        assert_eq!(decode::<Vec<String>>(&encode(&runs)), Some(runs));
    }

    #[test]
    fn what_this_build_did_not_write_is_no_value() {
        let written = encode(&vec!["resuming execution".to_owned(); 9]);
        let cut = &written[..written.len() - 1];
        for bytes in [&b""[..], b"abc", b"{\"body\":\"concluded\"}", &[0xFF; 64], cut] {
            assert_eq!(decode::<Vec<String>>(bytes), None, "{bytes:?}");
        }
    }
}
