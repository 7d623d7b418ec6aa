//! How reading something can end, and the sentence for it.

use crate::ingest::ReadError;
use crate::ingest::codec::Fault;
use crate::model::{Unread, UnreadReason};

/// Why reading ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::ingest) enum End {
    /// There is no more.
    Complete,
    /// The reader wanted no more.
    Stopped,
    /// The source could not be read.
    ReadFailed(ReadError),
    /// What it is packed in ended before it did.
    CutOff,
    /// There is no local header where the archive's directory says.
    NoHeader,
    /// The compressed data is broken.
    Broken(Fault),
    /// More came out than is allowed.
    LimitReached,
}

impl End {
    /// How a member ends when its archive ends that way within it.
    pub(super) fn within(&self) -> Self {
        if *self == Self::Complete { Self::CutOff } else { self.clone() }
    }
}

/// The sentence about how a file ended after `text` bytes of `expected`; nothing if it ended well.
pub(in crate::ingest) fn explain(
    path: &str,
    end: &End,
    text: u64,
    expected: Option<u64>,
) -> Option<Unread> {
    let read = match expected {
        Some(expected) => format!("{text} of {expected} bytes of text were read"),
        None => format!("{text} bytes of text were read"),
    };
    let (reason, detail) = match end {
        End::Complete | End::Stopped => return None,
        End::ReadFailed(ReadError(message)) => {
            (UnreadReason::ReadFailed, format!("{message} Until then {read}."))
        }
        End::CutOff => (
            UnreadReason::Damaged,
            format!("The compressed data ends too early: {read}, what followed is missing."),
        ),
        End::NoHeader => (
            UnreadReason::Damaged,
            "The archive is damaged: this file does not begin where the archive's directory says, \
             so nothing of it was read."
                .to_owned(),
        ),
        End::Broken(Fault::Invalid) => (
            UnreadReason::Damaged,
            format!("The compressed data is broken: {read}, what follows the break is missing."),
        ),
        End::Broken(Fault::Trailing) => (
            UnreadReason::Damaged,
            format!("After the compressed data something else follows, which is not read: {read}."),
        ),
        End::Broken(Fault::Checksum) => (
            UnreadReason::ChecksumMismatch,
            format!("The text is not what was packed, by its size or checksum: {read}."),
        ),
        End::Broken(Fault::Window) => (
            UnreadReason::Unsupported,
            format!(
                "To unpack it takes more memory than is given to one file (a window of over 128 MiB): {read}. \
                 Unpack it and hand in what comes out."
            ),
        ),
        End::LimitReached => (
            UnreadReason::LimitReached,
            format!(
                "What it is packed in unpacks to more than is allowed, {read}. Unpack it and hand in what comes \
                 out."
            ),
        ),
    };
    Some(Unread { path: path.to_owned(), reason, detail })
}

/// What is to be said about an archive that ended that way before its own end mark; after it, nothing.
pub(super) fn explain_archive(end: &End, files: u64) -> Option<(UnreadReason, String)> {
    let read = match files {
        0 => "No file in it was found".to_owned(),
        1 => "One file in it was found and read as far as it goes".to_owned(),
        files => format!("{files} files in it were found and read as far as they go"),
    };
    let (reason, why) = match end {
        End::Stopped => return None,
        End::Complete | End::CutOff | End::NoHeader => (
            UnreadReason::Damaged,
            "This archive ends before its end: it was cut off while it was written or copied",
        ),
        End::ReadFailed(ReadError(message)) => (UnreadReason::ReadFailed, message.as_str()),
        End::Broken(Fault::Checksum) => {
            (UnreadReason::ChecksumMismatch, "The archive is not what was packed, by its checksum")
        }
        End::Broken(Fault::Invalid | Fault::Trailing) => {
            (UnreadReason::Damaged, "The compressed data that holds this archive is broken")
        }
        End::Broken(Fault::Window) => (
            UnreadReason::Unsupported,
            "To unpack this archive takes more memory than is given to one file",
        ),
        End::LimitReached => {
            (UnreadReason::LimitReached, "This archive unpacks to more than is allowed")
        }
    };
    let why = why.trim_end_matches('.');
    Some((reason, format!("{why}. {read}; whatever followed is missing.")))
}
