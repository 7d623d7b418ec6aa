//! Hashes: in names, so that a file may be cached for ever, and for the browser to check.

use base64::{Engine as _, prelude::BASE64_STANDARD};
use sha2::{Digest as _, Sha256, Sha384};

/// `name-0123456789abcdef.extension`.
pub(crate) fn name(name: &str, extension: &str, content: &[u8]) -> String {
    let digits: String =
        Sha256::digest(content).iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    format!("{name}-{digits}.{extension}")
}

/// The value of an `integrity` attribute.
pub(crate) fn integrity(content: &[u8]) -> String {
    format!("sha384-{}", BASE64_STANDARD.encode(Sha384::digest(content)))
}

/// The source of an inline script or style in a Content-Security-Policy.
pub(crate) fn policy_source(content: &str) -> String {
    format!("'sha256-{}'", BASE64_STANDARD.encode(Sha256::digest(content)))
}
