//! What a notebook's cell shows besides figures.

mod table;

pub use table::{Align, Table, ToTable};
