//! Zip archives, read through their central directory.
//!
//! `cockroach debug zip` writes sizes only there (the local headers hold zeros), and only through it can members
//! that nobody needs be passed over without reading them.

mod directory;
mod local;
mod records;

pub(super) use directory::{Directory, Listing, find, list};
pub(super) use local::{Local, LocalHeader, Passed};
pub(super) use records::Entry;

/// Compression methods that are read.
pub(super) const STORED: u16 = 0;
/// See [`STORED`].
pub(super) const DEFLATE: u16 = 8;

/// Length of a local header without name and extra field.
pub(super) const LOCAL_HEADER: u64 = 30;

/// Why a member cannot be read, if it cannot.
pub(super) fn unreadable(method: u16, encrypted: bool) -> Option<String> {
    match method {
        _ if encrypted => Some(
            "This file is encrypted in the archive. Unpack the archive with its password and hand in its folder."
                .to_owned(),
        ),
        STORED | DEFLATE => None,
        method => Some(format!(
            "This file is compressed in a way that is not read (zip method {method}). Unpack the archive and hand \
             in its folder."
        )),
    }
}
