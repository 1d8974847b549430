//! The options of a [`Training`], with the original notebook's values as defaults.

use std::path::Path;

use super::Training;
use crate::Loss;

impl Training {
    /// Training on `loss`: learning rate 0.01, mini-batches of 100, 10 epochs, in the data's order.
    pub fn new(loss: Loss) -> Self {
        Self {
            loss,
            learning_rate: 0.01,
            mini_batch_size: 100,
            epochs: 10,
            shuffle: None,
            also: Vec::new(),
            threads: None,
            checkpoint: None,
            keep_networks: false,
            quiet: false,
        }
    }

    /// η: how far each step follows the gradient.
    pub fn learning_rate(self, learning_rate: f64) -> Self {
        Self { learning_rate, ..self }
    }

    /// How many examples each step averages its gradient over. The last mini-batch of an epoch takes what is left.
    pub fn mini_batch_size(self, mini_batch_size: usize) -> Self {
        Self { mini_batch_size, ..self }
    }

    /// How many times to go through the training set.
    pub fn epochs(self, epochs: usize) -> Self {
        Self { epochs, ..self }
    }

    /// Takes the training set in a new order in every epoch, drawn from `seed`.
    pub fn shuffle(self, seed: u64) -> Self {
        Self { shuffle: Some(seed), ..self }
    }

    /// Measures another loss on the test set after every epoch, besides the one that is trained on.
    pub fn also(mut self, loss: Loss) -> Self {
        self.also.push(loss);
        self
    }

    /// Uses at most this many threads, by default as many as there are cores; one where sharing out such small steps would
    /// take longer than they do.
    ///
    /// The number changes the time it takes and nothing else: the trained network is the same, bit for bit.
    pub fn threads(self, threads: usize) -> Self {
        Self { threads: Some(threads), ..self }
    }

    /// Keeps a checkpoint in the file `path` after every epoch: the network and what was measured so far.
    ///
    /// The file is replaced at once, so that at every moment it is whole; [`Training::resume`] goes on from it, and
    /// [`Network::load`](crate::Network::load) reads the network in it. Where ■ stops the first epoch and there is no file yet,
    /// it holds the network as it was before training.
    pub fn checkpoint(self, path: impl AsRef<Path>) -> Self {
        Self { checkpoint: Some(path.as_ref().to_owned()), ..self }
    }

    /// Keeps the network as it was before training and after every epoch in
    /// [`History::networks`](crate::History::networks), for `History::scrubber`; with 784-100-10, that is 0.3 MB for each.
    pub fn keep_networks(self) -> Self {
        Self { keep_networks: true, ..self }
    }

    /// Prints nothing.
    pub fn quiet(self) -> Self {
        Self { quiet: true, ..self }
    }
}
