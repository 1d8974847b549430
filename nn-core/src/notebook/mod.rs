//! What a cell shows: tables, arrays, checked exercises, and the figures that belong to things.

mod answers;
mod array;
mod charts;
mod check;
mod confusion;
mod digit_network;
mod growing;
mod live;
mod mistakes;
mod network;
mod neurons;
mod pad;
mod receipt;
mod scrubber;
mod style;
mod table;
mod trace;

pub use crate::protocol::interrupted;
pub use array::{Element, ShowArray};
pub use check::{Answer, Check, Checked, check};
pub use confusion::Confusion;
pub(crate) use growing::GrowingCurve;
pub use mistakes::Mistakes;
pub use pad::DrawingPad;
pub use scrubber::EpochScrubber;
pub use table::{Align, Table, ToTable};
