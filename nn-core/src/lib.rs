//! A fully connected neural network to learn from.

pub mod data;
mod error;
pub mod notebook;
pub mod plot;

pub use error::{Error, Result};

/// Everything a notebook needs, in one `use`.
pub mod prelude {
    pub use crate::data::{self, Dataset, Mnist};
    pub use crate::notebook::{Table, ToTable};
    pub use crate::plot::{self, Figure, Picture, Series};
    pub use crate::{Error, Result};
}
