//! The first layer, when most of its inputs are not 0: products in tiles that stay in the processor's registers.
//!
//! A tile is [`ROWS`] rows by up to two [`Lanes`](super::panel::Lanes): what is loaded of a panel serves several rows, and
//! each sum is loaded and stored once for a whole block of terms. A library's product of matrices would first copy a panel
//! into such an order, in every mini-batch and on every thread; here it is stored in that order.

use ndarray::ArrayView2;

use super::panel::{BLOCK, Lanes, Panel, add_scaled};
use super::{Loop, run};
use crate::Float;

const ROWS: usize = 4;

/// The δ of this many examples, of up to 256 bytes each in `f32`, fill half of an L1 cache.
const EXAMPLES: usize = 64;

/// z = x · Wᵀ + b of the panel's columns.
pub(super) fn forward<F: Float>(panel: &mut Panel<F>, inputs: ArrayView2<'_, F>) {
    run(Forward { panel, inputs });
}

/// W ← W + deltasᵀ · x and b ← b + column sums of deltas, which [`Panel::take`] has put into the panel.
pub(super) fn step<F: Float>(panel: &mut Panel<F>, inputs: ArrayView2<'_, F>) {
    run(Step { panel, inputs });
}

/// How many of the `left` lanes of a row the next tile takes; one of `f64` fills as many registers as two of `f32`.
#[inline(always)]
fn lanes<F>(left: usize) -> usize {
    if left == 1 || size_of::<F>() > 4 { 1 } else { 2 }
}

/// Calls the tile function for `$rows` rows and as many lanes as `$lanes` says.
macro_rules! tile {
    ($function:ident, $rows:expr, $lanes:expr, $arguments:tt) => {
        match ($rows, $lanes) {
            (ROWS, 2) => $function::<FMA, F, ROWS, 2> $arguments,
            (ROWS, _) => $function::<FMA, F, ROWS, 1> $arguments,
            (_, 2) => $function::<FMA, F, 1, 2> $arguments,
            (_, _) => $function::<FMA, F, 1, 1> $arguments,
        }
    };
}

struct Forward<'a, F> {
    panel: &'a mut Panel<F>,
    inputs: ArrayView2<'a, F>,
}

impl<F: Float> Loop for Forward<'_, F> {
    type Output = ();

    #[inline(always)]
    fn run<const FMA: bool>(self) {
        let (n, fan_in) = self.inputs.dim();
        let inputs = self.inputs.to_slice().expect("the buffer is in standard layout");
        let Panel { width, weights, biases, work: zs, .. } = self.panel;
        let width = *width;
        for z in zs.chunks_exact_mut(width).take(n) {
            z.copy_from_slice(biases);
        }
        for first in (0..fan_in).step_by(BLOCK) {
            let block = BLOCK.min(fan_in - first);
            let weights = &weights[first * width..(first + block) * width];
            let mut i = 0;
            while i < n {
                let rows = if n - i < ROWS { 1 } else { ROWS };
                let mut lane = 0;
                while lane < width {
                    let lanes = lanes::<F>(width - lane);
                    let x = &inputs[i * fan_in + first..];
                    tile!(forward_tile, rows, lanes, (&mut zs[i * width..], weights, x, lane, (width, fan_in)));
                    lane += lanes;
                }
                i += rows;
            }
        }
    }
}

/// z ← z + x · Wᵀ for `R` rows of z and `L` lanes of them from `lane` on, over the terms of one block.
#[inline(always)]
fn forward_tile<const FMA: bool, F: Float, const R: usize, const L: usize>(
    zs: &mut [Lanes<F>],
    weights: &[Lanes<F>],
    inputs: &[F],
    lane: usize,
    (width, fan_in): (usize, usize),
) {
    let block = weights.len() / width;
    let inputs: [&[F]; R] = std::array::from_fn(|row| &inputs[row * fan_in..][..block]);
    let mut sums: [[Lanes<F>; L]; R] = std::array::from_fn(|row| std::array::from_fn(|i| zs[row * width + lane + i]));
    for (j, weights) in weights.chunks_exact(width).enumerate() {
        let Some(weights) = weights[lane..].first_chunk() else { break };
        for (sums, inputs) in sums.iter_mut().zip(&inputs) {
            add_scaled::<FMA, F, L>(sums, inputs[j], weights);
        }
    }
    for (row, sums) in sums.iter().enumerate() {
        zs[row * width + lane..][..L].copy_from_slice(sums);
    }
}

struct Step<'a, F> {
    panel: &'a mut Panel<F>,
    inputs: ArrayView2<'a, F>,
}

impl<F: Float> Loop for Step<'_, F> {
    type Output = ();

    #[inline(always)]
    fn run<const FMA: bool>(self) {
        let (n, fan_in) = self.inputs.dim();
        let inputs = self.inputs.to_slice().expect("the buffer is in standard layout");
        let Panel { width, weights, biases, work, .. } = self.panel;
        let width = *width;
        let deltas = &work[..n * width];
        for (inputs, deltas) in inputs.chunks(EXAMPLES * fan_in).zip(deltas.chunks(EXAMPLES * width)) {
            let mut j = 0;
            while j < fan_in {
                let rows = if fan_in - j < ROWS { 1 } else { ROWS };
                let mut lane = 0;
                while lane < width {
                    let lanes = lanes::<F>(width - lane);
                    let weights = &mut weights[j * width..];
                    tile!(step_tile, rows, lanes, (weights, deltas, inputs, (j, lane), (width, fan_in)));
                    lane += lanes;
                }
                j += rows;
            }
        }
        for delta in deltas.chunks_exact(width) {
            for (bias, delta) in biases.iter_mut().zip(delta) {
                add_scaled::<FMA, F, 1>(std::array::from_mut(bias), F::one(), std::array::from_ref(delta));
            }
        }
    }
}

/// Wᵀ ← Wᵀ + xᵀ · deltas for `R` rows of Wᵀ from input `j` on, and `L` lanes of them from `lane` on.
#[inline(always)]
fn step_tile<const FMA: bool, F: Float, const R: usize, const L: usize>(
    weights: &mut [Lanes<F>],
    deltas: &[Lanes<F>],
    inputs: &[F],
    (j, lane): (usize, usize),
    (width, fan_in): (usize, usize),
) {
    let mut sums: [[Lanes<F>; L]; R] =
        std::array::from_fn(|row| std::array::from_fn(|i| weights[row * width + lane + i]));
    for (inputs, delta) in inputs.chunks_exact(fan_in).zip(deltas.chunks_exact(width)) {
        let Some(inputs) = inputs[j..].first_chunk::<R>() else { break };
        let Some(delta) = delta[lane..].first_chunk() else { break };
        for (sums, &x) in sums.iter_mut().zip(inputs) {
            add_scaled::<FMA, F, L>(sums, x, delta);
        }
    }
    for (row, sums) in sums.iter().enumerate() {
        weights[row * width + lane..][..L].copy_from_slice(sums);
    }
}
