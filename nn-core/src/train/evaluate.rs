//! How good a network is on a data set.

#![expect(clippy::indexing_slicing, reason = "a network has an output size; rows are those of the data")]

use std::ops::Range;

use ndarray::{ArrayView2, s};

use super::checks::check_data;
use crate::data::{Dataset, one_hot};
use crate::metrics::correct;
use crate::protocol::LongWork;
use crate::{Float, Loss, Network, Result};

/// How good a network is on a data set.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Evaluation {
    /// The mean loss.
    pub loss: f64,
    /// The share of the examples that are classified right.
    pub accuracy: f64,
}

/// Examples are measured in parts of this many, to keep the memory small.
const PART: usize = 1000;

impl<F: Float> Network<F> {
    /// The mean loss and the accuracy on `dataset`.
    ///
    /// # Errors
    /// [`Error::Argument`](crate::Error::Argument) if there are no examples, a label has no output, or the loss makes no
    /// sense after the last activation; [`Error::Shape`](crate::Error::Shape) if the inputs are not as wide as the
    /// network's; [`Error::Interrupted`](crate::Error::Interrupted) if it takes longer than 0.2 s and ■ is pressed in the
    /// notebook.
    ///
    /// # Example
    /// ```
    /// use nn_core::prelude::*;
    ///
    /// // Two outputs, ½ each; of several largest the first is the answer, here 0.
    /// let layer = Layer { weights: array![[0.0], [0.0]], biases: array![0.5, 0.5], activation: Identity };
    /// let network: Network = Network::from_layers(vec![layer])?;
    /// let dataset = Dataset::new(array![[1.0], [2.0]], array![0, 1])?;
    /// let evaluation = network.evaluate(&dataset, Loss::MeanSquaredError)?;
    /// assert_eq!(evaluation.accuracy, 0.5);
    /// // (¼ + ¼) / 2k, where k = 2
    /// assert_eq!(evaluation.loss, 0.125);
    /// # Ok::<(), Error>(())
    /// ```
    #[inline(never)]
    pub fn evaluate(&self, dataset: &Dataset, loss: Loss) -> Result<Evaluation> {
        self.evaluate_and_see(dataset, loss, |_, _| ())
    }

    /// The same; `see` is given the outputs, part by part, and the examples that they belong to.
    pub(crate) fn evaluate_and_see(
        &self,
        dataset: &Dataset,
        loss: Loss,
        mut see: impl FnMut(Range<usize>, ArrayView2<'_, F>),
    ) -> Result<Evaluation> {
        check_data("dataset", self, dataset)?;
        let output = self.output_activation();
        loss.check_output(output)?;
        let sizes = self.sizes();
        let (mut sum, mut hits) = (0.0, 0);
        let work = LongWork::begin("evaluate");
        for start in (0..dataset.len()).step_by(PART) {
            work.check()?;
            let rows = start..(start + PART).min(dataset.len());
            let inputs = dataset.inputs.slice(s![rows.clone(), ..]).mapv(|x| F::of(x.into()));
            let labels = dataset.labels.slice(s![rows.clone()]);
            let targets = one_hot(labels, sizes[sizes.len() - 1])?;
            let z = self.logits_as("evaluate", inputs.view())?;
            sum += loss.value_from_logits(output, z.view(), targets.view())?.f64() * rows.len() as f64;
            let outputs = output.value(z.view());
            hits += correct(outputs.view(), labels);
            see(rows, outputs.view());
        }
        let n = dataset.len() as f64;
        Ok(Evaluation { loss: sum / n, accuracy: hits as f64 / n })
    }
}
