//! The record that a training leaves.

use std::fmt;

use super::{Hint, Stopped};
use crate::{Error, Loss, Network, Result};

/// What one pass over the training set led to.
#[derive(Clone, Debug, PartialEq)]
pub struct Epoch {
    /// The mean loss over the epoch's mini-batches, each measured just before its step.
    pub train_loss: f64,
    /// The mean loss over the test set, after the epoch.
    pub test_loss: f64,
    /// The share of the test set that is classified right, after the epoch.
    pub accuracy: f64,
    /// The test set's mean of every loss asked for with [`Training::also`](crate::Training::also), in that order.
    pub also: Vec<f64>,
}

/// The record of a training, one [`Epoch`] after the other.
#[derive(Clone, PartialEq)]
pub struct History {
    /// The loss that was trained on.
    pub loss: Loss,
    /// Likely mistakes that were noticed, in the order in which they were; none in a training that goes well.
    pub hints: Vec<Hint>,
    /// The losses that were measured besides it.
    pub also: Vec<Loss>,
    /// What each epoch led to.
    pub epochs: Vec<Epoch>,
    /// Where ■ stopped the training in a notebook; none if it came to its end. What is not a whole epoch is not in `epochs`.
    pub stopped: Option<Stopped>,
    /// The network before training, then after each epoch; empty without
    /// [`Training::keep_networks`](crate::Training::keep_networks). A checkpoint does not hold them: after
    /// [`Training::resume`](crate::Training::resume) they begin with the network that was saved.
    pub networks: Vec<Network>,
}

impl History {
    /// The training loss of each epoch.
    pub fn train_losses(&self) -> Vec<f64> {
        self.epochs.iter().map(|epoch| epoch.train_loss).collect()
    }

    /// The test loss after each epoch.
    pub fn test_losses(&self) -> Vec<f64> {
        self.epochs.iter().map(|epoch| epoch.test_loss).collect()
    }

    /// The accuracy on the test set after each epoch.
    pub fn accuracies(&self) -> Vec<f64> {
        self.epochs.iter().map(|epoch| epoch.accuracy).collect()
    }

    /// The accuracy on the test set after the last epoch; 0 where there is none.
    pub fn accuracy(&self) -> f64 {
        self.epochs.last().map_or(0.0, |epoch| epoch.accuracy)
    }

    /// The epoch with the smallest test loss, counted from 0; the first of several, none without epochs or where no test loss
    /// is a number.
    ///
    /// With [`Training::keep_networks`](crate::Training::keep_networks), `history.networks[best + 1]` is the network after it.
    ///
    /// # Example
    /// ```
    /// use nn_core::prelude::*;
    ///
    /// let data = Dataset::new(array![[0.0], [1.0]], array![0, 1])?;
    /// let mut network = Network::new(&[1, 2], &[Softmax], 7)?;
    /// let training = Training::new(Loss::CrossEntropy).mini_batch_size(2).epochs(3).keep_networks().quiet();
    /// let history = training.run(&mut network, &data, &data)?;
    /// // All is learned by heart here, so the last epoch is the best.
    /// assert_eq!(history.best_epoch(), Some(2));
    /// assert_eq!(history.networks[2 + 1], network);
    /// # Ok::<(), Error>(())
    /// ```
    pub fn best_epoch(&self) -> Option<usize> {
        let losses = self.epochs.iter().map(|epoch| epoch.test_loss).enumerate();
        let best = losses.filter(|(_, loss)| !loss.is_nan()).min_by(|(_, a), (_, b)| a.total_cmp(b))?;
        Some(best.0)
    }

    /// Any loss on the test set after each epoch: the one that was trained on, or one asked for with
    /// [`Training::also`](crate::Training::also).
    ///
    /// # Errors
    /// [`Error::Argument`] if that loss was not measured.
    pub fn losses(&self, loss: Loss) -> Result<Vec<f64>> {
        if loss == self.loss {
            return Ok(self.test_losses());
        }
        match self.also.iter().position(|&also| also == loss) {
            Some(i) => Ok(self.epochs.iter().map(|epoch| epoch.also.get(i).copied().unwrap_or(f64::NAN)).collect()),
            None => Err(Error::argument("loss", format!("{} or one given to Training::also", self.loss), loss)),
        }
    }
}

/// One line: `History: 10 epochs, cross-entropy 0.2847, accuracy 0.9203`, and `, stopped in epoch 11 of 20` where it was.
impl fmt::Debug for History {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let loss = self.epochs.last().map_or(f64::NAN, |epoch| epoch.test_loss);
        write!(f, "History: {} epochs, {} {loss:.4}, accuracy {:.4}", self.epochs.len(), self.loss, self.accuracy())?;
        self.stopped.iter().try_for_each(|stopped| write!(f, ", {stopped}"))
    }
}
