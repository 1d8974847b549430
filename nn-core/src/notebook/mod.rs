//! What a cell shows: tables, and the figures that belong to things.

mod charts;
mod live;
mod pad;
mod scrubber;
mod table;

pub use pad::DrawingPad;
pub use scrubber::EpochScrubber;
pub use table::{Align, Table, ToTable};
