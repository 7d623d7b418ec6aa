//! What the page looks like. Parts are functions from values to elements; what they show is decided in
//! [`crate::view`].
//!
//! They are built with the functions of `element` and not with the `view!` macro of Leptos, because the macro makes
//! elements from HTML text wherever a subtree never changes, and this page forbids itself HTML text: its policy blocks it.

mod app;
mod chains;
mod coverage;
mod detail;
mod downloads;
mod element;
mod evidence;
mod findings;
mod icon;
mod kit;
mod landing;
mod layers;
mod map;
mod plot;
mod privacy;
mod result;
mod scanning;
mod steps;
mod summary;
mod timeline;
mod update;

pub use app::draw;
