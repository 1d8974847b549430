//! What a training writes into its network's recipe and its checkpoints.

use super::{History, Settings, Stopped};
use crate::store::recipe::Recipe;
use crate::{Float, Network};

/// Where a training began, and with what settings.
pub(super) struct Story {
    pub(super) settings: Settings,
    /// The network's recipe before the training.
    pub(super) before: Recipe,
    /// The same, and what this training began with.
    pub(super) begun: Recipe,
}

impl Story {
    /// The story of the training that goes on from `history`, which is empty at the beginning.
    pub(super) fn of<F: Float>(settings: Settings, network: &Network<F>, history: &History) -> Self {
        let before = network.recipe().clone();
        // A checkpoint already says what its training began with.
        let begun = if history.epochs.is_empty() { before.begun(&network.fingerprint()) } else { before.clone() };
        Self { settings, before, begun }
    }

    /// The recipe of a network after so many epochs.
    pub(super) fn after(&self, epochs: usize) -> Recipe {
        self.begun.trained(epochs, &self.settings.descent(), &self.settings.mini_batches())
    }

    /// The recipe of a network whose training was stopped there; where nothing was learned, what it was before.
    pub(super) fn until(&self, stopped: Stopped) -> Recipe {
        match (stopped.epoch - 1, stopped.mini_batches) {
            (0, 0) => self.before.clone(),
            (epochs, _) => self.after(epochs).stopped(&stopped.place()),
        }
    }
}
