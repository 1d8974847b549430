//! What a cell shows: tables, and the figures that belong to things.

mod charts;
mod confusion;
mod growing;
mod live;
mod mistakes;
mod network;
mod pad;
mod receipt;
mod scrubber;
mod specimen;
mod table;

pub use crate::protocol::interrupted;
pub use confusion::Confusion;
pub(crate) use growing::GrowingCurve;
pub use mistakes::Gallery;
pub use pad::DrawingPad;
pub use scrubber::EpochScrubber;
pub use table::{Align, Table, ToTable};
