//! `cargo xtask bench`: measures nn-core and our notebooks against what other people use.

pub mod notebook;
mod set_up;
pub mod train;
