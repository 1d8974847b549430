//! Gradients without backpropagation: each weight is nudged, and the loss measured anew.

#![expect(clippy::indexing_slicing, reason = "layers are changed at places that they have")]

use ndarray::ArrayView2;

use super::{Gradients, Network};
use crate::protocol::LongWork;
use crate::{Error, Loss, Result};

/// How far a weight is nudged: the error of the difference grows as h², that of rounding as 1/h.
const H: f64 = 1e-5;
/// The most multiplications: a few seconds.
const MOST: usize = 4_000_000_000;

impl Network<f64> {
    /// The gradients of [`Network::backward`] by nothing but forward propagation: each weight and bias w is nudged by ±h.
    ///
    /// ```text
    /// ∂loss/∂w ≈ (loss(w + h) − loss(w − h)) / 2h        h = 1e-5
    /// ```
    ///
    /// `inputs` is `(n, sizes[0])`, `targets` `(n, sizes[L])`. It takes two forward passes for every weight and bias, where
    /// backpropagation takes one forward and one back in all: for small networks. Where a nudge carries a pre-activation over
    /// relu's kink at 0, there is no slope to be measured, and the two may differ.
    ///
    /// # Errors
    /// [`Error::Argument`] if the network is too large for so many passes over so many examples, or `loss` makes no sense
    /// after its last activation; [`Error::Shape`] if `inputs` or `targets` do not have the shapes above.
    /// [`Error::Interrupted`] where ■ is pressed in a notebook.
    ///
    /// # Example
    /// ```
    /// use nn_core::prelude::*;
    ///
    /// let network = Network::new(&[3, 4, 2], &[Tanh, Softmax], 7)?.cast::<f64>();
    /// let (inputs, targets) = (array![[0.1, 0.9, 0.4], [0.7, 0.2, 0.0]], array![[1.0, 0.0], [0.0, 1.0]]);
    /// let nudged = network.numeric_gradients(inputs.view(), targets.view(), Loss::CrossEntropy)?;
    ///
    /// let trace = network.forward(inputs.view())?;
    /// let backward = network.backward(&trace, targets.view(), Loss::CrossEntropy)?;
    /// assert!(largest_difference(&nudged.weights[0], &backward.weights[0])? < 1e-9);
    /// # Ok::<(), Error>(())
    /// ```
    ///
    /// # Source
    /// Checked in `tests/pieces.rs`; `tests/gradients.rs` has a version of its own, written apart.
    pub fn numeric_gradients(
        &self,
        inputs: ArrayView2<'_, f64>,
        targets: ArrayView2<'_, f64>,
        loss: Loss,
    ) -> Result<Gradients<f64>> {
        self.check_inputs(inputs)?;
        loss.check_output(self.output_activation())?;
        self.check_nudges(inputs.nrows())?;
        let work = LongWork::begin("numeric_gradients");
        let mut nudged = self.clone();
        let mut gradients = Gradients::zeros(self);
        for i in 0..self.layers.len() {
            for (at, gradient) in gradients.weights[i].indexed_iter_mut() {
                work.check()?;
                *gradient = nudged.slope(|network| &mut network.layers[i].weights[at], inputs, targets, loss)?;
            }
            for (at, gradient) in gradients.biases[i].indexed_iter_mut() {
                work.check()?;
                *gradient = nudged.slope(|network| &mut network.layers[i].biases[at], inputs, targets, loss)?;
            }
        }
        Ok(gradients)
    }

    /// The slope of the loss as one number of the network changes; that number is afterwards what it was.
    fn slope(
        &mut self,
        number: impl Fn(&mut Self) -> &mut f64,
        inputs: ArrayView2<'_, f64>,
        targets: ArrayView2<'_, f64>,
        loss: Loss,
    ) -> Result<f64> {
        let w = *number(self);
        *number(self) = w + H;
        let above = self.loss_of(inputs, targets, loss)?;
        *number(self) = w - H;
        let below = self.loss_of(inputs, targets, loss)?;
        *number(self) = w;
        Ok((above - below) / (2.0 * H))
    }

    /// The mean loss of `inputs`, `(n, sizes[0])`.
    fn loss_of(&self, inputs: ArrayView2<'_, f64>, targets: ArrayView2<'_, f64>, loss: Loss) -> Result<f64> {
        let mut z = self.layers[0].pre_activations(inputs);
        for pair in self.layers.windows(2) {
            z = pair[1].pre_activations(pair[0].activation.value(z.view()).view());
        }
        loss.value_from_logits(self.output_activation(), z.view(), targets)
    }

    /// Fails if nudging every weight and bias would take minutes.
    fn check_nudges(&self, n: usize) -> Result<()> {
        let count = self.parameter_count();
        let passes = count.saturating_mul(2).saturating_mul(n.max(1));
        if passes.saturating_mul(count) <= MOST {
            return Ok(());
        }
        let most = (MOST / 2 / n.max(1)).isqrt();
        let expected = format!(
            "at most {most} weights and biases to be nudged with {n} example{}; take fewer examples or a smaller network, or \
             nudge a few weights by hand",
            if n == 1 { "" } else { "s" }
        );
        Err(Error::argument("network", expected, count))
    }
}
