//! What a cell shows: tables, and the figures that belong to things.

mod charts;
mod receipt;
mod table;

pub use table::{Align, Table, ToTable};
