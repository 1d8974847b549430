//! The last layer, one example at a time: its loss and its δ, without a matrix of targets.

use ndarray::{ArrayView1, ArrayViewMut1};

use crate::loss::numerics::{binary_after_softmax, binary_after_softmax_delta, ln};
use crate::{Activation, Float, Loss};

/// The loss of one example from its last pre-activations `z`, `(k,)`, for the pairs that are computed from them.
///
/// See [`Loss::value_from_logits`], which this follows.
pub(crate) fn loss_from_z<F: Float>(loss: Loss, output: Activation, z: &[F], label: usize) -> Option<F> {
    match (loss, output) {
        (Loss::CrossEntropy, Activation::Softmax) => {
            let max = z.iter().fold(F::neg_infinity(), |max, &z| max.max(z));
            let sum = z.iter().fold(F::zero(), |sum, &z| sum + (z - max).exp());
            Some(sum.ln() - (z[label] - max))
        }
        (Loss::BinaryCrossEntropy, Activation::Sigmoid) => {
            Some(sum(z, label, |z, y| z.max(F::zero()) + (-z.abs()).exp().ln_1p() - y * z))
        }
        (Loss::BinaryCrossEntropy, Activation::Softmax) => {
            Some(binary_after_softmax(ArrayView1::from(z), |k| one_hot(k, label)))
        }
        _ => None,
    }
}

/// Whether [`loss_from_z`] has an answer for this pair.
pub(crate) fn is_from_z(loss: Loss, output: Activation) -> bool {
    matches!(
        (loss, output),
        (Loss::CrossEntropy | Loss::BinaryCrossEntropy, Activation::Softmax)
            | (Loss::BinaryCrossEntropy, Activation::Sigmoid)
    )
}

/// The loss of one example from its outputs `a`, `(k,)`: one row of [`Loss::value`].
pub(crate) fn loss_from_a<F: Float>(loss: Loss, a: &[F], label: usize) -> F {
    let (zero, one) = (F::zero(), F::one());
    let half_mean = F::of(0.5 / a.len() as f64);
    match loss {
        Loss::CrossEntropy => -ln(a[label]),
        Loss::BinaryCrossEntropy => sum(a, label, |a, y| if y == zero { -ln(one - a) } else { -ln(a) }),
        Loss::MeanSquaredError => sum(a, label, |a, y| half_mean * (a - y) * (a - y)),
    }
}

/// Writes δ[L] of one example with outputs `a`, `(k,)`, to `delta`, which holds z[L]: one row of [`Loss::delta`].
pub(crate) fn delta<F: Float>(loss: Loss, output: Activation, a: &[F], delta: &mut [F], label: usize) {
    if (loss, output) == (Loss::BinaryCrossEntropy, Activation::Softmax) {
        return binary_after_softmax_delta(ArrayViewMut1::from(delta), |k| one_hot(k, label));
    }
    let mean = F::of(1.0 / a.len() as f64);
    for (k, (delta, &a)) in delta.iter_mut().zip(a).enumerate() {
        let y = one_hot(k, label);
        *delta = match loss {
            // Softmax + cross-entropy, sigmoid + binary cross-entropy: no others are left, see Loss::check_output.
            Loss::CrossEntropy | Loss::BinaryCrossEntropy => a - y,
            Loss::MeanSquaredError => mean * (a - y),
        };
    }
    if loss == Loss::MeanSquaredError {
        chain(output, a, delta);
    }
}

/// 1 at the label, 0 elsewhere.
fn one_hot<F: Float>(k: usize, label: usize) -> F {
    if k == label { F::one() } else { F::zero() }
}

/// The chain rule through an activation in place: `delta` holds ∂loss/∂a of one example and becomes ∂loss/∂z.
///
/// As [`Activation::delta`], from a = σ(z) instead of z: every σ′ here is a short formula of a.
pub(crate) fn chain<F: Float>(activation: Activation, a: &[F], delta: &mut [F]) {
    let (zero, one) = (F::zero(), F::one());
    let pairs = delta.iter_mut().zip(a);
    match activation {
        Activation::Sigmoid => pairs.for_each(|(delta, &a)| *delta *= a * (one - a)),
        Activation::Relu => pairs.for_each(|(delta, &a)| *delta *= if a > zero { one } else { zero }),
        Activation::Tanh => pairs.for_each(|(delta, &a)| *delta *= one - a * a),
        Activation::Identity => {}
        Activation::Softmax => {
            let sum = delta.iter().zip(a).fold(zero, |sum, (&delta, &a)| sum + delta * a);
            delta.iter_mut().zip(a).for_each(|(delta, &a)| *delta = a * (*delta - sum));
        }
    }
}

/// Σ term(x, y), added in `f64`, where y is 1 at the label and 0 elsewhere.
fn sum<F: Float>(xs: &[F], label: usize, term: impl Fn(F, F) -> F) -> F {
    F::of(xs.iter().enumerate().fold(0.0, |sum, (k, &x)| sum + term(x, one_hot(k, label)).f64()))
}
