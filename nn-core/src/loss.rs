//! Loss functions: each value beside its gradient.

use std::fmt;

use ndarray::{Array2, ArrayView1, ArrayView2, ArrayViewMut1, Axis, Zip};

use crate::metrics::argmax;
use crate::{Activation, Error, Float, Result};

/// How wrong a network's outputs a are, when the targets are y; the mean over the examples of
///
/// | | one example's loss | ∂loss/∂a |
/// |---|---|---|
/// | cross-entropy | −Σ y ln a | −y / a |
/// | binary cross-entropy | −Σ (y ln a + (1 − y) ln(1 − a)) | (a − y) / (a (1 − a)) |
/// | mean squared error | Σ (a − y)² / 2k | (a − y) / k |
///
/// with sums over the k outputs, and natural logarithms. The 2 is the original notebook's: its derivative is then plain.
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
    pub fn value<F: Float>(self, outputs: ArrayView2<'_, F>, targets: ArrayView2<'_, F>) -> Result<F> {
        check_targets(targets, outputs)?;
        let one = F::one();
        let ln = |a: F| at_least_tiny(a).ln();
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
                let rows = z.outer_iter().zip(targets.outer_iter());
                let sum = rows.fold(0.0, |sum, (z, y)| {
                    sum + binary_after_softmax(z, |i| y.get(i).copied().unwrap_or(F::zero())).f64()
                });
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
                    binary_after_softmax_delta(row, |i| y.get(i).copied().unwrap_or(F::zero()));
                }
                Ok(delta)
            }
            _ => output.delta(z, self.gradient(output.value(z).view(), targets)?.view()),
        }
    }

    /// Whether this loss has a meaning for what `output` puts out: logarithms want probabilities.
    ///
    /// # Errors
    /// [`Error::Argument`], with the activations that go with this loss.
    pub fn check(self, output: Activation) -> Result<()> {
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

/// Binary cross-entropy after softmax of one example, from its pre-activations `z`, `(k,)`, and its targets `y(i)`.
///
/// 1 − aᵢ is the sum of the other outputs. Only for the largest output can it be so small that a − 1 rounds to 0.
pub(crate) fn binary_after_softmax<F: Float>(z: ArrayView1<'_, F>, y: impl Fn(usize) -> F) -> F {
    let Tops { top, max, rest_max } = Tops::of(z);
    let (mut sum, mut rest) = (F::zero(), F::zero());
    for (i, &z) in z.iter().enumerate() {
        sum += (z - max).exp();
        if i != top {
            rest += (z - rest_max).exp();
        }
    }
    let ln_sum = sum.ln();
    let ln_rest = rest_max - max + rest.ln() - ln_sum;
    F::of(z.iter().enumerate().fold(0.0, |loss, (i, &z)| {
        let ln = z - max - ln_sum;
        let ln_of_rest = if i == top { ln_rest } else { (-ln.exp()).ln_1p() };
        loss - (times(y(i), ln) + times(F::one() - y(i), ln_of_rest)).f64()
    }))
}

/// δ\[L\] of the same, in place of z: see [`Loss::delta`].
///
/// The sum over j ≠ k takes all of a row's pairs, but only for the largest output must pₖⱼ be computed anew: all others are at
/// most ½, so that pₖⱼ is aₖ / (1 − aⱼ), and one sum over j serves every k.
pub(crate) fn binary_after_softmax_delta<F: Float>(mut z: ArrayViewMut1<'_, F>, y: impl Fn(usize) -> F) {
    let one = F::one();
    let Tops { top, max, rest_max } = Tops::of(z.view());
    let (mut sum, mut rest, mut y_sum) = (F::zero(), F::zero(), F::zero());
    for (i, &z) in z.iter().enumerate() {
        sum += (z - max).exp();
        y_sum += y(i);
        if i != top {
            rest += (z - rest_max).exp();
        }
    }
    let odds = |i: usize, a: F| if i == top { F::zero() } else { (one - y(i)) * a / (one - a) };
    let all_odds = z.iter().enumerate().fold(F::zero(), |all, (i, &z)| all + odds(i, (z - max).exp() / sum));
    let from_top = (one - y(top)) / sum;
    for (k, z) in z.iter_mut().enumerate() {
        let a = (*z - max).exp() / sum;
        let p = if k == top { F::zero() } else { (*z - rest_max).exp() / rest };
        *z = a * (y_sum + (one - y(k)) - (all_odds - odds(k, a))) - y(k) - from_top * p;
    }
}

/// Where the largest number of a row is, it, and the second largest.
struct Tops<F> {
    top: usize,
    max: F,
    rest_max: F,
}

impl<F: Float> Tops<F> {
    fn of(row: ArrayView1<'_, F>) -> Self {
        let top = argmax(row);
        let mut tops = Self { top, max: F::neg_infinity(), rest_max: F::neg_infinity() };
        for (i, &z) in row.iter().enumerate() {
            let max = if i == top { &mut tops.max } else { &mut tops.rest_max };
            *max = max.max(z);
        }
        tops
    }
}

fn check_targets<F: Float>(targets: ArrayView2<'_, F>, outputs: ArrayView2<'_, F>) -> Result<()> {
    if targets.dim() == outputs.dim() {
        return Ok(());
    }
    Err(Error::shape("targets", format!("{:?}", outputs.dim()), targets.shape()))
}

/// `y * ln`, and 0 where y is 0 whatever the logarithm.
fn times<F: Float>(y: F, ln: F) -> F {
    if y == F::zero() { y } else { y * ln }
}

/// The number itself, or the smallest positive one where that is larger; NaN stays NaN.
pub(crate) fn at_least_tiny<F: Float>(a: F) -> F {
    if a < F::min_positive_value() { F::min_positive_value() } else { a }
}

/// The sum of all terms divided by the number of rows, summed in `f64`.
fn mean<F: Float>(terms: Array2<F>) -> F {
    F::of(terms.fold(0.0, |sum, term| sum + term.f64()) / terms.nrows().max(1) as f64)
}
