//! What [`Training`](super::Training) and [`Network::evaluate`] refuse.

#![expect(clippy::indexing_slicing, reason = "a network has an input and an output size")]

use crate::data::Dataset;
use crate::{Error, Float, Network, Result, fast};

/// Fails unless `dataset` has examples, as wide as the network's inputs, whose labels are below its number of outputs.
pub(super) fn check_data<F: Float>(argument: &'static str, network: &Network<F>, dataset: &Dataset) -> Result<()> {
    let sizes = network.sizes();
    if dataset.is_empty() {
        return Err(Error::argument(argument, "at least one example", "none"));
    }
    if dataset.inputs.dim() != (dataset.labels.len(), sizes[0]) {
        let expected = format!("({}, {})", dataset.labels.len(), sizes[0]);
        return Err(Error::shape(argument, expected, dataset.inputs.shape()));
    }
    let classes = sizes[sizes.len() - 1];
    match dataset.labels.iter().find(|&&label| usize::from(label) >= classes) {
        Some(label) => Err(Error::argument(argument, format!("labels below {classes}, one per output"), label)),
        None => Ok(()),
    }
}

/// Fails unless every input is a finite number: one that is not would look like a learning rate that is too large.
pub(super) fn check_inputs(argument: &'static str, dataset: &Dataset) -> Result<()> {
    if fast::all_finite(dataset.inputs.view()) {
        return Ok(());
    }
    let row = dataset.inputs.outer_iter().position(|row| !row.iter().all(|x| x.is_finite()));
    let found = row.map_or_else(String::new, |row| format!("NaN or infinity in row {row}"));
    Err(Error::argument(argument, "finite inputs", found))
}
