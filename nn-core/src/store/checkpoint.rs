//! Checkpoints: a training's network and its record so far, in a file that is whole at every moment.

use std::path::Path;

use ndarray::Array2;

use super::recipe::Recipe;
use super::safetensors::{Record, read};
use super::whole_file;
use crate::train::Settings;
use crate::{Epoch, Error, Float, History, Network, Result, Training};

/// Separates the settings from the recipe that the network began with.
const FROM: &str = "; from ";

impl Training {
    /// Writes the checkpoint: to a temporary file first, then in place of the old one.
    pub(crate) fn write_checkpoint<F: Float>(
        &self,
        path: &Path,
        network: &Network<F>,
        began: &Recipe,
        settings: &Settings,
        history: &History,
    ) -> Result<()> {
        let numbers: Vec<_> = history.epochs.iter().flat_map(Epoch::numbers).collect();
        let rows = history.epochs.len();
        let history = Array2::from_shape_vec((rows, numbers.len() / rows.max(1)), numbers)
            .map_err(|error| Error::content(path, "", "as many numbers in every epoch", error.to_string()))?;
        let record = Record { settings: format!("{settings}{FROM}{}", began.line()), history };
        whole_file::write(path, &network.to_safetensors(path, Some(&record))?)
    }

    /// Reads the checkpoint of a training with these settings and a network like this one.
    pub(crate) fn read_checkpoint<F: Float>(
        &self,
        path: &Path,
        network: &Network<F>,
        settings: &Settings,
    ) -> Result<(Network<F>, History)> {
        let (mut saved, record) = read::<F>(path)?;
        let Some(record) = record else {
            return Err(Error::content(path, "", "a checkpoint", "a saved network without a record of its training"));
        };
        // The first checkpoints did not hold what the network began with.
        let (found, began) = record.settings.split_once(FROM).unwrap_or((&record.settings, ""));
        if found != settings.to_string() {
            return Err(Error::content(path, "", format!("a checkpoint of {settings}"), found));
        }
        saved.set_recipe(Recipe::read(began));
        if !same_shape(&saved, network) {
            return Err(Error::content(path, "", format!("{network:?}"), format!("{saved:?}")));
        }
        let mut epochs = Vec::with_capacity(record.history.nrows());
        for row in record.history.outer_iter() {
            let Some(epoch) = Epoch::from_numbers(&row.to_vec()) else {
                return Err(Error::content(path, "tensor history: ", "3 numbers or more in a row", "fewer"));
            };
            epochs.push(epoch);
        }
        Ok((saved, History { epochs, ..self.empty_history() }))
    }
}

/// Whether two networks have the same sizes and activations.
fn same_shape<F: Float>(one: &Network<F>, other: &Network<F>) -> bool {
    let mut layers = one.layers().iter().zip(other.layers());
    one.sizes() == other.sizes() && layers.all(|(one, other)| one.activation == other.activation)
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
