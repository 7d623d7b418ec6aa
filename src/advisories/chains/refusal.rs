//! The error by which fixed builds refuse to restore a damaged chain (`docs/cockroachdb/backups.md#refused-restores`).

use crate::facts::{RestoreRun, Sign};
use crate::scan::Signature;

/// A restore is planned before it has a job, so the error may be in a log only.
pub(in crate::advisories) const REFUSAL: Signature =
    Signature { name: "a88042.refusal", literal: "affected by issue #88042" };

/// Whether a log entry is that error.
pub(in crate::advisories) fn is_refusal(sign: &Sign) -> bool {
    sign.signature == REFUSAL.name && sign.entry.message.contains("cannot be safely restored")
}

/// Whether the error of a restore is that one.
pub(crate) fn is_refused(restore: &RestoreRun) -> bool {
    restore.error.as_deref().is_some_and(|error| error.contains(REFUSAL.literal))
}

/// The table that the error names, in quotes.
pub(super) fn refused_table(error: &str) -> Option<String> {
    let (_, rest) = error.split_once("table \"")?;
    let (name, rest) = rest.split_once('"')?;
    rest.trim_start().starts_with("cannot be safely restored").then(|| name.to_owned())
}
