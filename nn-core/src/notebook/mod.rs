//! What a cell shows: tables, and the figures that belong to things.

mod charts;
mod confusion;
mod mistakes;
mod network;
mod receipt;
mod specimen;
mod table;

pub use confusion::Confusion;
pub use mistakes::Gallery;
pub use table::{Align, Table, ToTable};
