//! Losses where plain formulas would round to 0 or overflow: logarithms of 0, and binary cross-entropy after softmax.

use ndarray::{ArrayView1, ArrayViewMut1};

use crate::Float;
use crate::metrics::argmax;

/// ln a, and for a probability of 0 the logarithm of the smallest positive number.
pub(crate) fn ln<F: Float>(a: F) -> F {
    at_least_tiny(a).ln()
}

/// The number itself, or the smallest positive one where that is larger; NaN stays NaN.
pub(super) fn at_least_tiny<F: Float>(a: F) -> F {
    if a < F::min_positive_value() { F::min_positive_value() } else { a }
}

/// `y * ln`, and 0 where y is 0 whatever the logarithm.
pub(super) fn times<F: Float>(y: F, ln: F) -> F {
    if y == F::zero() { y } else { y * ln }
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
    let mut loss = 0.0;
    for (i, &z) in z.iter().enumerate() {
        let ln = z - max - ln_sum;
        let ln_of_rest = if i == top { ln_rest } else { (-ln.exp()).ln_1p() };
        loss -= (times(y(i), ln) + times(F::one() - y(i), ln_of_rest)).f64();
    }
    F::of(loss)
}

/// δ\[L\] of the same, in place of z: see [`Loss::delta`](crate::Loss::delta).
///
/// The sum over j ≠ k takes all of a row's pairs, but only for the largest output must pₖⱼ be computed anew: all others are at
/// most ½, so that pₖⱼ is aₖ / (1 − aⱼ), and one sum over j serves every k.
pub(crate) fn binary_after_softmax_delta<F: Float>(mut z: ArrayViewMut1<'_, F>, y: impl Fn(usize) -> F) {
    if z.is_empty() {
        return;
    }
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
    let mut all_odds = F::zero();
    for (i, &z) in z.iter().enumerate() {
        if i != top {
            all_odds += odds((z - max).exp() / sum, y(i));
        }
    }
    let from_top = (one - y(top)) / sum;
    for (k, z) in z.iter_mut().enumerate() {
        let a = (*z - max).exp() / sum;
        let other_odds = if k == top { all_odds } else { all_odds - odds(a, y(k)) };
        let p = if k == top { F::zero() } else { (*z - rest_max).exp() / rest };
        *z = a * (y_sum + (one - y(k)) - other_odds) - y(k) - from_top * p;
    }
}

/// (1 − y) a / (1 − a).
fn odds<F: Float>(a: F, y: F) -> F {
    (F::one() - y) * a / (F::one() - a)
}

/// The largest number of a row, its position, and the second largest.
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
