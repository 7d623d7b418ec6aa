//! Support knowledge: one folder per technical advisory, and what they share.

mod a144650;
mod a63162;
mod a88042;
mod bounds;
mod chains;
pub(crate) mod coverage;
mod decision;
mod quote;
pub(crate) mod ranges;
mod strays;

/// The rows of `backup_chain`.
pub(crate) mod backup_chains {
    pub(crate) use super::chains::{
        Begins, Builds, Captured, Described, Doubts, Entry, Group, Holds, described, groups,
        is_refused, layer_name,
    };
}

/// The rows of `flush_warning`.
pub(crate) mod flush_warnings {
    pub(crate) use super::a144650::{FlushWarning, Group, OfJob, Verified, groups};
}

pub use decision::{Coverage, Decision, Declared};

use crate::facts::{Facts, Sign};
use crate::model::{Missing, Operation};
use crate::scan::Signature;

/// How many advisories were published up to [`AS_OF`].
pub const PUBLISHED: u32 = 73;

/// Date of the newest advisory considered.
pub const AS_OF: &str = "2026-06-12";

/// Derives rows for the lines of a rule.
pub struct Detector {
    /// By which a rule names it.
    pub name: &'static str,
    /// Returns the facts that are missing beyond the rows, in sentences.
    pub missing: fn(&Declared, &Facts) -> Vec<Missing>,
    /// What the scan must look for, by name.
    pub signatures: &'static [Signature],
    /// Whether it takes a sign of its signatures. One that it does not take is a finding of its own, unless somebody typed
    /// it.
    pub takes: fn(&Sign) -> bool,
    /// Operations whose jobs belong into the report because of it.
    pub operations: &'static [Operation],
}

/// The detectors. A rule names one of them; no other module lists them.
#[must_use]
pub fn detectors() -> [&'static Detector; 3] {
    [&a144650::DETECTOR, &a63162::DETECTOR, &a88042::DETECTOR]
}

/// The detector of a name.
#[must_use]
pub fn detector(name: &str) -> Option<&'static Detector> {
    detectors().into_iter().find(|detector| detector.name == name)
}
