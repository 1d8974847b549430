//! `cargo xtask bench`: measures nn-core and our notebooks against what other people use.

pub mod notebook;
pub mod train;
