//! Talking to the browser: workers, files, downloads. What to say is decided in [`crate::view`].

pub mod crew;
mod hand;
pub mod hand_out;
pub mod print;
pub mod take;
pub mod warm_up;
pub mod witness;
