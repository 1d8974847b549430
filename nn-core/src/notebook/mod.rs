//! What a cell shows: tables, and the figures that belong to things.

mod answers;
mod charts;
mod confusion;
mod digit_network;
mod live;
mod mistakes;
mod network;
mod pad;
mod receipt;
mod scrubber;
mod style;
mod table;

pub use confusion::Confusion;
pub use mistakes::Mistakes;
pub use pad::DrawingPad;
pub use scrubber::EpochScrubber;
pub use table::{Align, Table, ToTable};
