//! A fully connected neural network to learn from.

mod activation;
pub mod data;
mod error;
mod float;
mod loss;
pub mod metrics;
mod network;
mod persist;
mod train;

pub use activation::Activation;
pub use error::{Error, Result};
pub use float::Float;
pub use loss::Loss;
pub use network::{Gradients, Layer, Network, Trace};
pub use train::{Epoch, Evaluation, History, Training};

/// Everything a notebook needs, in one `use`.
pub mod prelude {
    pub use crate::Activation::{self, Identity, Relu, Sigmoid, Softmax, Tanh};
    pub use crate::data::{self, Dataset, Mnist};
    pub use crate::metrics::{self, ConfusionMatrix};
    pub use crate::{Error, Evaluation, Gradients, History, Layer, Loss, Network, Result, Trace, Training};
}
