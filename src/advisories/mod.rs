//! Support knowledge: one folder per technical advisory, and what they share.

mod a144650;
mod a63162;
mod a88042;
mod bounds;
mod chains;
mod coverage;
mod decision;
mod quote;
mod ranges;
mod remediation;
mod strays;

use std::sync::LazyLock;

pub use decision::{Coverage, Decision, Declared};

use crate::facts::{Facts, Sign};
use crate::model::Operation;
use crate::scan::Signature;

/// How many advisories were published up to [`AS_OF`].
pub const PUBLISHED: u32 = 73;

/// Date of the newest advisory considered.
pub const AS_OF: &str = "2026-06-12";

/// One advisory: what its file declares and how it is decided.
pub struct Advisory {
    /// The content of `advisory.toml`.
    pub declared: Declared,
    /// Decides it.
    pub decide: fn(&Declared, &Facts) -> Decision,
    /// What the scan must look for, by name.
    pub signatures: &'static [Signature],
    /// Whether the advisory's rules take a sign of its signatures. One that they do not take is a finding of its own, unless
    /// somebody typed it.
    pub takes: fn(&Sign) -> bool,
    /// Whether jobs of an operation belong into the report because of it.
    pub concerns: fn(Operation) -> bool,
}

/// All advisories that this build checks. To add one, add its folder here.
pub static ADVISORIES: LazyLock<Vec<Advisory>> =
    LazyLock::new(|| vec![a144650::advisory(), a63162::advisory(), a88042::advisory()]);
