//! A fully connected neural network to learn from: small enough to read, fast enough to use in a notebook.
//!
//! ```text
//! csv → Dataset → forward → loss → backward → step → History → Figure
//! ```
//!
//! The chapter is eight files, an evening; speed, files and figures are its appendices. Read in this order; each module holds
//! one idea, with its equations above its functions.
//!
//! | to read | where | file |
//! |---|---|---|
//! | activations σ with their derivatives | [`Activation`] | `activation.rs` |
//! | losses with their gradients, and δ of the last layer | [`Loss`] | `loss.rs` |
//! | forward propagation, backpropagation, one step of gradient descent | [`Network`] | `network/mod.rs` |
//! | epochs and mini-batches by the book, and what is measured | [`Training::by_the_book`], [`Training`] | `train/mod.rs` |
//! | the record that a training leaves | [`History`] | `train/history.rs` |
//! | accuracy, the confusion matrix, the worst mistakes | [`metrics`] | `metrics.rs` |
//! | `f32` and `f64`; what can go wrong | [`Float`], [`Error`] | `float.rs`, `error.rs` |
//!
//! | appendix | where | folder |
//! |---|---|---|
//! | MNIST, and a digit of your own | [`data`] | `data/` |
//! | the loop by the book at full speed | [`Training::run`] | `fast/` |
//! | what is marked `#[inline(never)]`, compiled here for `f32` and `f64`: cells need not | | `compiled.rs` |
//! | saved networks, checkpoints, how a network came to be | [`Network::save`], [`Training::checkpoint`] | `store/` |
//! | ■ and figures that change, in a notebook with our kernel | [`protocol`] | `protocol/` |
//! | figures | `plot` | `plot/` |
//! | what a cell of a notebook shows | `notebook` | `notebook/` |
//!
//! Rooms import in one direction: `tests/layers.rs` holds the table. The last two need the feature `figures`; tables of polars,
//! [`data`]'s `table`, the feature `tables`. Both are on by default.
//!
//! # Notation
//!
//! One example per row. Shapes are `(rows, columns)`; n is the number of examples in a mini-batch.
//!
//! | symbol | name | shape | in code |
//! |---|---|---|---|
//! | W\[l\] | weights | `(fan_out, fan_in)` | [`Layer::weights`] |
//! | b\[l\] | biases | `(fan_out,)` | [`Layer::biases`] |
//! | z\[l\] = a\[l-1\] · W\[l\]ᵀ + b\[l\] | pre-activations | `(n, fan_out)` | [`Trace::zs`] |
//! | a\[l\] = σ(z\[l\]), a\[0\] = inputs | activations | `(n, fan_out)` | [`Trace::activations`] |
//! | δ\[l\] = ∂loss/∂z\[l\] | delta | `(n, fan_out)` | [`Loss::delta`], [`Activation::delta`] |
//! | ∂loss/∂W\[l\], ∂loss/∂b\[l\] | gradients | those of W and b | [`Gradients`] |
//! | η | learning rate | a number | [`Training::learning_rate`] |
//!
//! # From the data to an answer
//!
//! ```
//! use nn_core::prelude::*;
//!
//! # if !std::path::Path::new("../data").is_dir() { return Ok(()); } // Only the repository has MNIST.
//! let mnist = data::mnist("../data")?;
//! let mut network = Network::new(&[784, 100, 10], &[Relu, Softmax], 7)?;
//! let history = Training::new(Loss::CrossEntropy)
//!     .learning_rate(0.01)
//!     .mini_batch_size(100)
//!     .epochs(1)
//!     .run(&mut network, &mnist.train, &mnist.test)?;
//! assert!(history.accuracy() > 0.8);
//!
//! let first = mnist.test.inputs.row(0);
//! assert_eq!(network.classify(first)?, usize::from(mnist.test.labels[0]));
//! # Ok::<(), Error>(())
//! ```
//!
//! # For readers of the numpy original
//!
//! The original holds one example per column and loops over the examples of a mini-batch; here an example is a row and a
//! mini-batch is one matrix, so its `w @ a + b` reads `a · Wᵀ + b`. Its weights are ours, its `delta = a - y` is
//! [`Loss::delta`], which works for every other pair of loss and activation that makes sense as well.
//!
//! # Why to believe the numbers
//!
//! Every equation has an independent witness; `cargo xtask test` checks all but the last two.
//!
//! | claim | witness |
//! |---|---|
//! | gradients are the slopes of the loss, to 1e-6 | central differences, `tests/gradients.rs` |
//! | losses, activations, gradients and weights after 1, 10 and 200 steps are numpy's, to 1e-10 in `f64` and 1e-4 in `f32` | `tests/numpy_twin.rs` |
//! | logits of ±10,000 give finite losses, and gradients that point the right way | `tests/stability.rs` |
//! | a relu network's logit is what its pixels add and a constant, to 1e-12; in the drawing pad to the bit | `tests/network.rs`, `tests/pad.rs` |
//! | training at full speed ends where the loop by the book ends, to 1e-12 in `f64` and 1e-4 in `f32` | `fast/tests.rs` |
//! | the same seed gives the same bits, with any number of threads, in debug and in release | `examples/same_bits.rs`; `Network::receipt` |
//! | a saved network gives the same logits in Python, to 1e-5 | `tests/python.rs` |
//! | ten epochs on all of MNIST have numpy's accuracies, and its losses to 1e-9 | `cargo xtask reference` |
//! | twenty seeds have numpy's mean and spread | `examples/twenty_seeds.rs` |
//!
//! `tests/reference/README.md` has the figures.

// No caller's mistake ends in a panic; where the compiler cannot see that, the reason stands beside it.
#![cfg_attr(
    not(test),
    warn(
        clippy::expect_used,
        clippy::indexing_slicing,
        clippy::panic,
        clippy::todo,
        clippy::unreachable,
        clippy::unwrap_used
    )
)]

mod activation;
mod compiled;
pub mod data;
mod error;
mod fast;
mod float;
mod loss;
pub mod metrics;
mod network;
#[cfg(feature = "figures")]
pub mod notebook;
#[cfg(feature = "figures")]
pub mod plot;
pub mod protocol;
mod provenance;
mod store;
mod train;

/// Who shows a training that goes from `before` whole epochs to `epochs` while it runs. `train` knows none of the modules that
/// show something, so the choice is made here.
fn watch(before: usize, epochs: usize) -> Box<dyn train::Watch> {
    #[cfg(feature = "figures")]
    if let Some(curve) = notebook::GrowingCurve::new(before, epochs) {
        return Box::new(curve);
    }
    let _ = (before, epochs);
    Box::new(train::Nobody)
}

// The notebook kernel must be able to name the type of every variable: arrays and tables by way of these. And plotters, for
// figures by hand.
pub use ndarray;
#[cfg(feature = "figures")]
pub use plotters;
#[cfg(feature = "tables")]
pub use {polars_core, polars_io};

pub use activation::Activation;
pub use error::{Error, Result};
pub use float::Float;
pub use loss::Loss;
pub use network::{Gradients, Layer, Network, Trace};
pub use provenance::{VERSION, processor};
pub use train::{Epoch, Evaluation, Hint, History, Stopped, Training};

/// Everything a notebook needs, in one `use`, including ndarray's everyday names and polars' `df!`.
pub mod prelude {
    pub use crate::Activation::{self, Identity, Relu, Sigmoid, Softmax, Tanh};
    pub use crate::data::{self, Dataset, Handwriting, Mnist};
    pub use crate::metrics::{self, ConfusionMatrix, largest_difference};
    #[cfg(feature = "figures")]
    pub use crate::notebook::{self, Check, ShowArray, Table, ToTable, check};
    #[cfg(feature = "figures")]
    pub use crate::plot::{self, Color, Figure, Picture, Series};
    pub use crate::{Error, Evaluation, Gradients, History, Layer, Loss, Network, Result, Trace, Training};
    pub use ndarray::{Array1, Array2, ArrayView1, ArrayView2, Axis, array, s};
    #[cfg(feature = "tables")]
    pub use polars_core::df;
}
