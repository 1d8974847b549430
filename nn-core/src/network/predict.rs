//! A network's answers: its outputs, or the class of the largest, with all cores where that is worth it.

#![expect(clippy::indexing_slicing, reason = "a network has an input and an output size")]

use ndarray::{Array1, Array2, ArrayView1, ArrayView2, Axis, s};

use super::Network;
use crate::fast::{Team, share};
use crate::metrics::{argmax, argmax_rows};
use crate::protocol::LongWork;
use crate::{Error, Float, Result};

/// Below this many multiplications, one thread is done before others have started.
const WORTH_SHARING: usize = 20_000_000;

impl<F: Float> Network<F> {
    /// The outputs, `(n, sizes[L])`, for `inputs`, `(n, sizes[0])`: a\[L\] of [`Network::forward`].
    ///
    /// # Errors
    /// [`Error::Shape`] if `inputs` is not `(n, sizes[0])`; [`Error::Interrupted`] if it takes longer than 0.2 s and ■ is
    /// pressed in the notebook: half the answers would be none.
    #[inline(never)]
    pub fn predict(&self, inputs: ArrayView2<'_, F>) -> Result<Array2<F>> {
        self.predict_as("predict", inputs)
    }

    /// [`Network::predict`] as a part of the `work` that an error names.
    fn predict_as(&self, work: &'static str, inputs: ArrayView2<'_, F>) -> Result<Array2<F>> {
        let mut a = self.logits_as(work, inputs)?;
        self.output_activation().apply(a.view_mut());
        Ok(a)
    }

    /// The last pre-activations z\[L\], `(n, sizes[L])`: the outputs before their activation.
    ///
    /// # Errors
    /// As [`Network::predict`].
    #[inline(never)]
    pub fn logits(&self, inputs: ArrayView2<'_, F>) -> Result<Array2<F>> {
        self.logits_as("logits", inputs)
    }

    /// [`Network::logits`] as a part of the `work` that an error names.
    pub(crate) fn logits_as(&self, work: &'static str, inputs: ArrayView2<'_, F>) -> Result<Array2<F>> {
        self.check_inputs(inputs)?;
        let work = LongWork::begin(work);
        // At least two: a single row goes another way, with another rounding.
        let part = (WORTH_SHARING / self.parameter_count()).max(2);
        let mut z = Array2::zeros((inputs.nrows(), self.sizes()[self.layers.len()]));
        let threads = Team::threads_for(inputs.nrows() * self.parameter_count(), WORTH_SHARING);
        let of_thread = inputs.nrows().div_ceil(threads).max(1);
        let mut shares: Vec<_> =
            inputs.axis_chunks_iter(Axis(0), of_thread).zip(z.axis_chunks_iter_mut(Axis(0), of_thread)).collect();
        Team::with(threads, |team| {
            team.each(&mut shares, |_, (inputs, z)| {
                let parts = (inputs.nrows() / part).max(1);
                for number in 0..parts {
                    if work.is_stopped() {
                        return;
                    }
                    let rows = share(inputs.nrows(), number, parts);
                    let of_part = self.logits_of(inputs.slice(s![rows.clone(), ..]));
                    z.slice_mut(s![rows, ..]).assign(&of_part);
                }
            });
        });
        work.end()?;
        Ok(z)
    }

    /// [`Network::logits`] by one thread.
    fn logits_of(&self, inputs: ArrayView2<'_, F>) -> Array2<F> {
        let mut z = self.layers[0].pre_activations(inputs);
        for pair in self.layers.windows(2) {
            pair[0].activation.apply(z.view_mut());
            z = pair[1].pre_activations(z.view());
        }
        z
    }

    /// The class of one example, `(sizes[0],)`: the index of its largest output; the first of several.
    ///
    /// # Errors
    /// [`Error::Shape`] if `input` is not `(sizes[0],)`.
    ///
    /// # Example
    /// ```
    /// use nn_core::prelude::*;
    ///
    /// // z = (x, 2 − x): the second output is the larger one below x = 1.
    /// let layer = Layer { weights: array![[1.0], [-1.0]], biases: array![0.0, 2.0], activation: Softmax };
    /// let network = Network::from_layers(vec![layer])?;
    /// assert_eq!(network.logits(array![[0.5]].view())?, array![[0.5, 1.5]]);
    /// assert_eq!(network.classify(array![0.5].view())?, 1);
    /// assert_eq!(network.classify_all(array![[0.5], [1.5]].view())?, array![1, 0]);
    /// # Ok::<(), Error>(())
    /// ```
    #[inline(never)]
    pub fn classify(&self, input: ArrayView1<'_, F>) -> Result<usize> {
        if input.len() != self.sizes()[0] {
            return Err(Error::shape("input", format!("({},)", self.sizes()[0]), input.shape()));
        }
        Ok(argmax(self.predict(input.insert_axis(Axis(0)))?.row(0)))
    }

    /// The class of each example, `(n,)`, for `inputs`, `(n, sizes[0])`.
    ///
    /// # Errors
    /// As [`Network::predict`].
    #[inline(never)]
    pub fn classify_all(&self, inputs: ArrayView2<'_, F>) -> Result<Array1<usize>> {
        Ok(argmax_rows(self.predict_as("classify_all", inputs)?.view()))
    }
}
