//! The form of a rule: its types, the columns that exist, and the reading of its text.
//!
//! Nothing here knows facts or anything else of the engine but the model, because `build.rs` is built with these very files:
//! a mistake in a shipped rule is a mistake of the build, with file, line and the nearest known name.

pub mod literals;
pub mod load;
pub mod rule;
pub mod schema;
pub mod template;
pub mod windows;
