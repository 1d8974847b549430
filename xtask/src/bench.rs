//! `cargo xtask bench`: measures nn-core and our notebooks beside what other people use.

pub mod notebook;
pub mod train;
