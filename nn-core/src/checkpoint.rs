//! Checkpoints: a training's network and its record so far, in a file that is whole at every moment.

use std::path::Path;

use ndarray::Array2;

use crate::data::Dataset;
use crate::persist::{Progress, read};
use crate::recipe::Recipe;
use crate::{Epoch, Error, Float, History, Network, Result, Training, whole_file};

/// Between a training's settings and what its network was before.
const FROM: &str = "; from ";

impl Training {
    /// Writes the checkpoint: to a temporary file first, then in place of the old one.
    pub(crate) fn write_checkpoint<F: Float>(
        &self,
        path: &Path,
        network: &Network<F>,
        began: &Recipe,
        train: &Dataset,
        history: &History,
    ) -> Result<()> {
        let numbers: Vec<_> = history.epochs.iter().flat_map(Epoch::numbers).collect();
        let rows = history.epochs.len();
        let history = Array2::from_shape_vec((rows, numbers.len() / rows.max(1)), numbers)
            .map_err(|error| Error::content(path, "", "as many numbers in every epoch", error.to_string()))?;
        let settings = self.settings(train) + FROM + &began.line();
        let progress = Progress { settings, history };
        whole_file::write(path, &network.to_safetensors(path, Some(&progress))?)
    }

    /// Reads the checkpoint of a training with these settings, data of this size, and a network like this one.
    pub(crate) fn read_checkpoint<F: Float>(
        &self,
        path: &Path,
        network: &Network<F>,
        train: &Dataset,
    ) -> Result<(Network<F>, History)> {
        let (mut saved, progress) = read::<F>(path)?;
        let Some(progress) = progress else {
            return Err(Error::content(path, "", "a checkpoint", "a saved network without a record of its training"));
        };
        let (settings, began) = progress.settings.split_once(FROM).unwrap_or((&progress.settings, ""));
        if settings != self.settings(train) {
            return Err(Error::content(path, "", format!("a checkpoint of {}", self.settings(train)), settings));
        }
        saved.set_recipe(Recipe::read(began));
        let same = |(one, other): (&crate::Layer<F>, &crate::Layer<F>)| one.activation == other.activation;
        if saved.sizes() != network.sizes() || !saved.layers().iter().zip(network.layers()).all(same) {
            return Err(Error::content(path, "", format!("{network:?}"), format!("{saved:?}")));
        }
        let epochs: Option<Vec<_>> =
            progress.history.outer_iter().map(|row| Epoch::from_numbers(&row.to_vec())).collect();
        match epochs {
            Some(epochs) => Ok((saved, History { epochs, ..self.empty_history() })),
            None => Err(Error::content(path, "tensor history: ", "3 numbers or more in a row", "fewer")),
        }
    }
}

impl Epoch {
    fn numbers(&self) -> Vec<f64> {
        [&[self.train_loss, self.test_loss, self.accuracy], self.also.as_slice()].concat()
    }

    fn from_numbers(numbers: &[f64]) -> Option<Self> {
        let [train_loss, test_loss, accuracy, also @ ..] = numbers else { return None };
        Some(Self { train_loss: *train_loss, test_loss: *test_loss, accuracy: *accuracy, also: also.to_vec() })
    }
}
