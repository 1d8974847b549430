//! The first layer, cut up for the threads and for the processor's registers.
//!
//! ```text
//! z[i, :]  = b + Σⱼ x[i, j] Wᵀ[j, :]
//! Wᵀ[j, :] ← Wᵀ[j, :] − Σᵢ x[i, j] η δ[i, :] / n
//! ```
//!
//! Both walk along rows of Wᵀ, `(fan_in, fan_out)`. It is cut into [`Panel`]s of neighbouring columns, so narrow that a row
//! fits into the registers, and each is gone through in [`BLOCK`]s of rows, which stay in the L1 cache while all
//! examples of a mini-batch pass. `sparse` does so where most inputs are 0, `dense` elsewhere.

use std::ops::Range;

use ndarray::{Array1, Array2, ArrayView1, ArrayView2};

use super::multiply_add;
use super::team::share;
use crate::Float;

/// Numbers that are added at once, aligned as the processor likes them.
#[derive(Clone, Copy)]
#[repr(C, align(32))]
pub(super) struct Lanes<F>(pub(super) [F; LANES]);

pub(super) const LANES: usize = 8;

/// The most [`Lanes`] in a row of a panel: what fits into the sixteen registers of AVX2.
pub(super) const MOST_LANES: usize = 8;

/// Neighbouring inputs, a multiple of [`LANES`]: their rows of a panel, of up to 256 bytes each in `f32`, fill most of the
/// 32 KiB of an L1 cache.
pub(super) const BLOCK: usize = 112;

/// Some neighbouring columns of Wᵀ, with their biases, their z and their δ of one mini-batch.
pub(crate) struct Panel<F> {
    /// Which outputs of the layer these are.
    outputs: Range<usize>,
    /// The number of [`Lanes`] in a row.
    pub(super) width: usize,
    /// `(fan_in, width)`.
    pub(super) weights: Vec<Lanes<F>>,
    /// `(width,)`.
    pub(super) biases: Vec<Lanes<F>>,
    /// z from a `forward`, then what [`Panel::take`] took for a `step`: `(n, width)`.
    pub(super) work: Vec<Lanes<F>>,
}

impl<F: Float> Panel<F> {
    /// Cuts `weights`, `(fan_out, fan_in)`, and `biases` into panels for mini-batches of up to `n` examples.
    pub(crate) fn cut(weights: &Array2<F>, biases: ArrayView1<'_, F>, n: usize, threads: usize) -> Vec<Self> {
        let lanes = weights.nrows().div_ceil(LANES);
        let widest = if size_of::<F>() > 4 { 6 } else { MOST_LANES };
        let count = lanes.div_ceil(widest).next_multiple_of(threads).min(lanes);
        (0..count).map(|i| Self::part(weights, biases, n, share(lanes, i, count))).collect()
    }

    /// The panel of the outputs in `lanes`.
    fn part(weights: &Array2<F>, biases: ArrayView1<'_, F>, n: usize, lanes: Range<usize>) -> Self {
        let (fan_out, fan_in) = weights.dim();
        let zero = Lanes([F::zero(); LANES]);
        let width = lanes.len();
        let mut panel = Self {
            weights: vec![zero; fan_in * width],
            biases: vec![zero; width],
            work: vec![zero; n * width],
            outputs: lanes.start * LANES..(lanes.end * LANES).min(fan_out),
            width,
        };
        for (column, output) in panel.outputs.clone().enumerate() {
            panel.biases[column / LANES].0[column % LANES] = biases[output];
            for (row, &weight) in panel.weights.chunks_exact_mut(width).zip(weights.row(output)) {
                row[column / LANES].0[column % LANES] = weight;
            }
        }
        panel
    }

    /// Writes the weights and biases back to where they came from.
    pub(crate) fn copy_to(&self, weights: &mut Array2<F>, biases: &mut Array1<F>) {
        for (column, output) in self.outputs.clone().enumerate() {
            biases[output] = self.biases[column / LANES].0[column % LANES];
            for (row, weight) in self.weights.chunks_exact(self.width).zip(weights.row_mut(output)) {
                *weight = row[column / LANES].0[column % LANES];
            }
        }
    }

    /// Puts z of the i-th example into its place in `row`, `(fan_out,)`.
    pub(crate) fn copy_z(&self, i: usize, row: &mut [F]) {
        let lanes = &self.work[i * self.width..(i + 1) * self.width];
        let (whole, rest) = row[self.outputs.clone()].as_chunks_mut::<LANES>();
        for (to, from) in whole.iter_mut().zip(lanes) {
            *to = from.0;
        }
        if let Some(last) = lanes.last() {
            rest.copy_from_slice(&last.0[..rest.len()]);
        }
    }

    /// Takes these columns of `deltas`, `(n, fan_out)`, in the place of z.
    pub(crate) fn take(&mut self, deltas: ArrayView2<'_, F>) {
        for (row, delta) in self.work.chunks_exact_mut(self.width).zip(deltas.outer_iter()) {
            let delta = delta.to_slice().expect("the buffer is in standard layout");
            let (whole, rest) = delta[self.outputs.clone()].as_chunks::<LANES>();
            for (to, from) in row.iter_mut().zip(whole) {
                to.0 = *from;
            }
            if let Some(last) = row.last_mut() {
                last.0[..rest.len()].copy_from_slice(rest);
            }
        }
    }
}

/// sums ← sums + scale · row.
#[inline(always)]
pub(super) fn add_scaled<const FMA: bool, F: Float, const W: usize>(
    sums: &mut [Lanes<F>; W],
    scale: F,
    row: &[Lanes<F>; W],
) {
    for (sums, row) in sums.iter_mut().zip(row) {
        for (sum, &x) in sums.0.iter_mut().zip(&row.0) {
            *sum = multiply_add::<FMA, F>(scale, x, *sum);
        }
    }
}
