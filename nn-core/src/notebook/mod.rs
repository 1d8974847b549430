//! What a cell shows: tables, and the figures that belong to things.

mod charts;
mod confusion;
mod live;
mod mistakes;
mod network;
mod pad;
mod receipt;
mod scrubber;
mod specimen;
mod table;

pub use confusion::Confusion;
pub use mistakes::Gallery;
pub use pad::DrawingPad;
pub use scrubber::EpochScrubber;
pub use table::{Align, Table, ToTable};
