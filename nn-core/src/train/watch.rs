//! Who looks on while a training runs, besides the reader of its lines: in a notebook, a curve that grows.

use crate::History;

/// How far the epoch is that runs, after a mini-batch.
#[derive(Clone, Copy)]
#[cfg_attr(not(feature = "figures"), expect(dead_code, reason = "only a curve reads it"))]
pub(crate) struct Progress {
    /// How many mini-batches of it are done, 1 or more.
    pub done: usize,
    /// How many it has.
    pub all: usize,
    /// The mean loss of the examples in those that are done.
    pub loss: f64,
}

/// Shows a training while it runs.
pub(crate) trait Watch {
    /// A mini-batch is done, and `history` holds the epochs before this one. What takes long it does seldom.
    fn see(&mut self, history: &History, progress: Progress);

    /// The training is over, at its end, stopped or failed: shows what is left of it.
    fn end(&mut self, history: &History);
}

/// Watches nothing.
pub(crate) struct Nobody;

impl Watch for Nobody {
    fn see(&mut self, _: &History, _: Progress) {}

    fn end(&mut self, _: &History) {}
}
