//! What a cell shows: tables, and the figures that belong to things.

mod charts;
mod live;
mod pad;
mod table;

pub use pad::DrawingPad;
pub use table::{Align, Table, ToTable};
