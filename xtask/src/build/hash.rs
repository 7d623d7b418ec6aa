//! Hashes: in names, so that a file may be cached for ever, and for the browser to check.

use std::collections::BTreeMap;

use base64::{Engine as _, prelude::BASE64_STANDARD};
use sha2::{Digest as _, Sha256, Sha384};

/// `name-0123456789abcdef.extension`.
pub(crate) fn name(name: &str, extension: &str, content: &[u8]) -> String {
    let digits = &sum(content)[..16];
    format!("{name}-{digits}.{extension}")
}

/// SHA-256 as `sha256sum` prints it.
pub(crate) fn sum(content: &[u8]) -> String {
    Sha256::digest(content).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What `sha256sum` prints of these files, sorted by their paths.
pub(crate) fn sums(files: &BTreeMap<String, Vec<u8>>) -> String {
    files.iter().map(|(path, content)| format!("{}  {path}\n", sum(content))).collect()
}

/// The value of an `integrity` attribute.
pub(crate) fn integrity(content: &[u8]) -> String {
    format!("sha384-{}", BASE64_STANDARD.encode(Sha384::digest(content)))
}

/// The source of an inline script or style in a Content-Security-Policy.
pub(crate) fn policy_source(content: &str) -> String {
    format!("'sha256-{}'", BASE64_STANDARD.encode(Sha256::digest(content)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_are_what_sha256sum_prints() {
        let files = [("site/b", "b\n"), ("a", "a\n")];
        let files = files.map(|(path, text)| (path.to_owned(), text.as_bytes().to_vec())).into();
        assert_eq!(
            sums(&files),
            "87428fc522803d31065e7bce3cf03fe475096631e5e07bbd7a0fde60c4cf25c7  a\n\
             0263829989b6fd954f72baaf2fc64bc2e2f01d692d4de72986ea808f6e99813f  site/b\n"
        );
    }
}
