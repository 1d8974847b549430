//! Loss functions: each value beside its gradient.

#![expect(clippy::indexing_slicing, reason = "targets are of the shape of z: check_targets")]

pub(crate) mod numerics;

use std::fmt;

use ndarray::{Array2, ArrayView2, Axis, Zip};

use crate::{Activation, Error, Float, Result};
use numerics::{at_least_tiny, binary_after_softmax, binary_after_softmax_delta, ln, times};

/// How wrong a network's outputs a are, when the targets are y; the mean over the examples of
///
/// | | one example's loss | ∂loss/∂a |
/// |---|---|---|
/// | cross-entropy | −Σ y ln a | −y / a |
/// | binary cross-entropy | −Σ (y ln a + (1 − y) ln(1 − a)) | (a − y) / (a (1 − a)) |
/// | mean squared error | Σ (a − y)² / 2k | (a − y) / k |
///
/// with sums over the k outputs, and natural logarithms. The factor 2 is the original notebook's: it cancels in the derivative.
///
/// # Source
/// Nielsen, *Neural Networks and Deep Learning*, chapters 1 and 3; gradients checked in `tests/gradients.rs`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Loss {
    /// For classes that exclude each other: outputs are probabilities with sum 1.
    CrossEntropy,
    /// For outputs that are each a probability of their own.
    BinaryCrossEntropy,
    /// For outputs that are any numbers.
    ///
    /// Nielsen's book takes half the sum over the k outputs, not half the mean, so a step here is k times shorter: with ten
    /// outputs, write η = 30 for the η = 3 of its chapter 1.
    MeanSquaredError,
}

impl Loss {
    /// Every loss there is.
    pub const ALL: [Self; 3] = [Self::CrossEntropy, Self::BinaryCrossEntropy, Self::MeanSquaredError];

    /// The mean loss of `outputs` against `targets`, both `(n, k)`; 0 when there are no examples.
    ///
    /// A probability of 0 counts as the smallest positive number, so that the loss stays finite.
    ///
    /// # Errors
    /// [`Error::Shape`] if `targets` is not of the shape of `outputs`.
    ///
    /// # Example
    /// ```
    /// use nn_core::prelude::*;
    ///
    /// // Two examples, of which the second class is right, were given ½ and ¼ for it.
    /// let outputs = array![[0.5, 0.5], [0.75, 0.25]];
    /// let targets = array![[0.0, 1.0], [0.0, 1.0]];
    ///
    /// // −(ln ½ + ln ¼) / 2 = (1 + 2) ln 2 / 2
    /// let loss: f64 = Loss::CrossEntropy.value(outputs.view(), targets.view())?;
    /// assert!((loss - 1.5 * 2_f64.ln()).abs() < 1e-15);
    ///
    /// // ((¼ + ¼) / 2k + (9/16 + 9/16) / 2k) / 2, where k = 2
    /// let loss = Loss::MeanSquaredError.value(outputs.view(), targets.view())?;
    /// assert_eq!(loss, (0.5 / 4.0 + 1.125 / 4.0) / 2.0);
    /// # Ok::<(), Error>(())
    /// ```
    #[inline(never)]
    pub fn value<F: Float>(self, outputs: ArrayView2<'_, F>, targets: ArrayView2<'_, F>) -> Result<F> {
        check_targets(targets, outputs)?;
        let one = F::one();
        let half_mean = F::of(0.5 / targets.ncols().max(1) as f64);
        Ok(mean(Zip::from(&outputs).and(&targets).map_collect(|&a, &y| match self {
            Self::CrossEntropy => -times(y, ln(a)),
            Self::BinaryCrossEntropy => -(times(y, ln(a)) + times(one - y, ln(one - a))),
            Self::MeanSquaredError => half_mean * (a - y) * (a - y),
        })))
    }

    /// The same from the last pre-activations `z`, `(n, k)`, and the activation that follows them.
    ///
    /// Logarithms of softmax and sigmoid are computed without the exponentials that round to 0 or 1:
    ///
    /// ```text
    /// softmax + cross-entropy          −Σ y (z − ln Σ eᶻ)
    /// sigmoid + binary cross-entropy    Σ (ln(1 + eᶻ) − y z)
    /// softmax + binary cross-entropy   −Σᵢ (yᵢ (zᵢ − ln Σ eᶻ) + (1 − yᵢ) (ln Σⱼ≠ᵢ eᶻʲ − ln Σ eᶻ))
    /// ```
    ///
    /// # Errors
    /// [`Error::Shape`] if `targets` is not of the shape of `z`.
    #[inline(never)]
    pub fn value_from_logits<F: Float>(
        self,
        output: Activation,
        z: ArrayView2<'_, F>,
        targets: ArrayView2<'_, F>,
    ) -> Result<F> {
        check_targets(targets, z)?;
        match (self, output) {
            (Self::CrossEntropy, Activation::Softmax) => {
                let max = z.fold_axis(Axis(1), F::neg_infinity(), |&max, &z| max.max(z)).insert_axis(Axis(1));
                let shifted = &z - &max;
                let ln_sum = shifted.mapv(F::exp).sum_axis(Axis(1)).mapv(F::ln).insert_axis(Axis(1));
                Ok(mean((ln_sum - shifted) * targets))
            }
            (Self::BinaryCrossEntropy, Activation::Sigmoid) => {
                Ok(mean(Zip::from(&z).and(&targets).map_collect(|&z, &y| {
                    // ln(1 + eᶻ) = max(z, 0) + ln(1 + e^−|z|)
                    z.max(F::zero()) + (-z.abs()).exp().ln_1p() - y * z
                })))
            }
            (Self::BinaryCrossEntropy, Activation::Softmax) => {
                let mut sum = 0.0;
                for (z, y) in z.outer_iter().zip(targets.outer_iter()) {
                    sum += binary_after_softmax(z, |i| y[i]).f64();
                }
                Ok(F::of(sum / z.nrows().max(1) as f64))
            }
            _ => self.value(output.value(z).view(), targets),
        }
    }

    /// The gradient ∂loss/∂a of each example's loss with respect to its outputs, `(n, k)`; not yet divided by n.
    ///
    /// Divisions by 0 count as divisions by the smallest positive number.
    ///
    /// # Errors
    /// [`Error::Shape`] if `targets` is not of the shape of `outputs`.
    ///
    /// # Example
    /// ```
    /// use nn_core::prelude::*;
    ///
    /// let (outputs, targets) = (array![[0.75, 0.25]], array![[0.0, 1.0]]);
    /// // −y / a
    /// let gradient = Loss::CrossEntropy.gradient(outputs.view(), targets.view())?;
    /// assert_eq!(gradient, array![[0.0, -4.0]]);
    /// # Ok::<(), Error>(())
    /// ```
    #[inline(never)]
    pub fn gradient<F: Float>(self, outputs: ArrayView2<'_, F>, targets: ArrayView2<'_, F>) -> Result<Array2<F>> {
        check_targets(targets, outputs)?;
        let one = F::one();
        let mean = F::of(1.0 / targets.ncols().max(1) as f64);
        Ok(Zip::from(&outputs).and(&targets).map_collect(|&a, &y| match self {
            Self::CrossEntropy => -y / at_least_tiny(a),
            Self::BinaryCrossEntropy => (a - y) / at_least_tiny(a * (one - a)),
            Self::MeanSquaredError => mean * (a - y),
        }))
    }

    /// The last layer's δ\[L\] = ∂loss/∂z\[L\], for any activation that can follow; `(n, k)`, not yet divided by n.
    ///
    /// The original notebook leaves this as a TODO and writes a − y by hand. That is what the chain rule comes to for two
    /// pairs, where everything else cancels. Binary cross-entropy after softmax has a form of its own too, in which nothing
    /// divides by 1 − a: where a network is certain and wrong that is 0 in floating point, and the mistake would teach
    /// nothing. For all other pairs δ\[L\] is ∂loss/∂a taken through the activation.
    ///
    /// ```text
    /// δ[L]  = a − y                                softmax + cross-entropy, sigmoid + binary cross-entropy
    /// δ[L]ₖ = aₖ Σ y − yₖ + (1 − yₖ) aₖ            softmax + binary cross-entropy, where
    ///         − Σⱼ≠ₖ (1 − yⱼ) aⱼ pₖⱼ                 pₖⱼ = eᶻᵏ / Σᵢ≠ⱼ eᶻⁱ, the softmax of all but zⱼ
    /// δ[L]  = (∂loss/∂a) · (∂a/∂z)                 else
    /// ```
    ///
    /// `y` must sum to 1 in every row for the first pair, as one-hot targets do.
    ///
    /// # Errors
    /// [`Error::Shape`] if `targets` is not of the shape of `z`.
    ///
    /// # Example
    /// ```
    /// use nn_core::prelude::*;
    ///
    /// // After sigmoid, z = 0 is a = ½; the targets are 1 and 0.
    /// let (z, targets) = (array![[0.0, 0.0]], array![[1.0, 0.0]]);
    /// // a − y
    /// let delta = Loss::BinaryCrossEntropy.delta(Sigmoid, z.view(), targets.view())?;
    /// assert_eq!(delta, array![[-0.5, 0.5]]);
    /// // ∂loss/∂a · σ′(z) = (a − y) / k · a (1 − a) = ∓½ / 2 · ¼
    /// let delta = Loss::MeanSquaredError.delta(Sigmoid, z.view(), targets.view())?;
    /// assert_eq!(delta, array![[-0.0625, 0.0625]]);
    /// # Ok::<(), Error>(())
    /// ```
    #[inline(never)]
    pub fn delta<F: Float>(
        self,
        output: Activation,
        z: ArrayView2<'_, F>,
        targets: ArrayView2<'_, F>,
    ) -> Result<Array2<F>> {
        check_targets(targets, z)?;
        match (self, output) {
            (Self::CrossEntropy, Activation::Softmax) | (Self::BinaryCrossEntropy, Activation::Sigmoid) => {
                Ok(output.value(z) - targets)
            }
            (Self::BinaryCrossEntropy, Activation::Softmax) => {
                let mut delta = z.to_owned();
                for (row, y) in delta.outer_iter_mut().zip(targets.outer_iter()) {
                    binary_after_softmax_delta(row, |i| y[i]);
                }
                Ok(delta)
            }
            _ => output.delta(z, self.gradient(output.value(z).view(), targets)?.view()),
        }
    }

    /// Fails unless this loss makes sense after `output`: logarithms need probabilities.
    ///
    /// # Errors
    /// [`Error::Argument`], with the activations that go with this loss.
    pub fn check_output(self, output: Activation) -> Result<()> {
        use Activation::{Sigmoid, Softmax};
        let fitting: &[Activation] = match self {
            Self::CrossEntropy => &[Softmax],
            Self::BinaryCrossEntropy => &[Sigmoid, Softmax],
            Self::MeanSquaredError => &Activation::ALL,
        };
        if fitting.contains(&output) {
            return Ok(());
        }
        let names: Vec<_> = fitting.iter().map(|activation| activation.name()).collect();
        Err(Error::argument("loss", format!("{} as the last activation, for {self}", names.join(" or ")), output))
    }

    /// The name in messages and figures: `cross-entropy`.
    pub fn name(self) -> &'static str {
        match self {
            Self::CrossEntropy => "cross-entropy",
            Self::BinaryCrossEntropy => "binary cross-entropy",
            Self::MeanSquaredError => "mean squared error",
        }
    }
}

impl fmt::Display for Loss {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

fn check_targets<F: Float>(targets: ArrayView2<'_, F>, outputs: ArrayView2<'_, F>) -> Result<()> {
    if targets.dim() == outputs.dim() {
        return Ok(());
    }
    Err(Error::shape("targets", format!("{:?}", outputs.dim()), targets.shape()))
}

/// The sum of all terms divided by the number of rows, summed in `f64`.
fn mean<F: Float>(terms: Array2<F>) -> F {
    F::of(terms.fold(0.0, |sum, term| sum + term.f64()) / terms.nrows().max(1) as f64)
}
