//! Rules: how an advisory becomes a verdict.
//!
//! Facts become rows of a few relations, a rule asks for rows, and its lines say what follows. Truth has three values, so what
//! could not be read is never taken for what is not so. Nothing here knows an advisory by its name.

mod asks;
mod builds;
mod conclude;
mod derived;
pub mod document;
mod during;
mod evaluate;
pub mod form;
mod history;
mod joins;
mod limits;
mod needs;
mod relation;
mod relations;
mod say;
mod set;
mod test;
mod truth;
mod upgrade;
mod view;

pub use form::load::{LONGEST, Problem};
pub use form::rule::{Example, Origin, Rule};
pub use history::Stated;
pub use needs::{Needs, signature};
pub use set::{RuleFile, RuleSet};
pub use truth::{Missing, Truth};
pub use upgrade::Move;
