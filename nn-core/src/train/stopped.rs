//! Where ■ stopped a training.

use std::fmt;

/// Where ■ stopped a training: [`History::stopped`](crate::History::stopped).
///
/// Displays as `stopped in epoch 4 of 10`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stopped {
    /// The epoch that is not whole, counted from 1: in epoch 4, three are whole, `epochs[0]` to `epochs[2]` of the history.
    pub epoch: usize,
    /// How many epochs were asked for.
    pub epochs: usize,
    /// How many mini-batches of that epoch the network has learned from.
    pub mini_batches: usize,
    /// How many mini-batches an epoch has.
    pub mini_batches_per_epoch: usize,
}

impl Stopped {
    /// For a receipt: `in epoch 4 of 10, after 217 of 600 mini-batches`.
    pub(crate) fn place(&self) -> String {
        let Self { epoch, epochs, mini_batches, mini_batches_per_epoch } = self;
        format!("in epoch {epoch} of {epochs}, after {mini_batches} of {mini_batches_per_epoch} mini-batches")
    }
}

impl fmt::Display for Stopped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "stopped in epoch {} of {}", self.epoch, self.epochs)
    }
}
