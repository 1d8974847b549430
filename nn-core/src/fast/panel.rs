//! The first layer, cut up for the threads and for the processor's registers.
//!
//! ```text
//! z[i, :]  = b + Σⱼ x[i, j] Wᵀ[j, :]
//! Wᵀ[j, :] ← Wᵀ[j, :] − Σᵢ x[i, j] η δ[i, :] / n
//! ```
//!
//! Both walk along rows of Wᵀ, `(fan_in, fan_out)`. It is cut into [`Panel`]s of neighbouring columns, so narrow that a row
//! fits into the registers, and each is gone through in blocks of rows, which stay in the L1 cache while all examples of a
//! mini-batch pass. `sparse` does so where most inputs are 0, `dense` elsewhere.

use std::ops::Range;

use ndarray::{Array1, Array2, ArrayView1};

use super::lines::{Line, Part, View, numbers, numbers_mut};
use super::machine::Kind;
use super::team::share;
use crate::Float;

/// The bytes of a block, most of the L1 cache of the smallest processors.
const BLOCK: usize = 28 << 10;

/// Some neighbouring columns of Wᵀ, with their biases, their z and their δ of one mini-batch.
pub(crate) struct Panel<F: Float> {
    /// Which lines of the layer's outputs these are.
    lines: Range<usize>,
    /// The number of outputs.
    outputs: usize,
    /// `(fan_in, outputs)`, in whole lines.
    pub(super) weights: Vec<Line<F>>,
    /// `(outputs,)`.
    pub(super) biases: Vec<Line<F>>,
    /// z from a `forward`, then what [`Panel::take`] took for a `step`: `(n, outputs)`.
    pub(super) work: Vec<Line<F>>,
}

impl<F: Float> Panel<F> {
    /// Cuts `weights`, `(fan_out, fan_in)`, and `biases` into panels for mini-batches of up to `n` examples.
    pub(crate) fn cut(weights: &Array2<F>, biases: ArrayView1<'_, F>, n: usize, threads: usize) -> Vec<Self> {
        let lines = weights.nrows().div_ceil(Line::<F>::LANES);
        let count = lines.div_ceil(Kind::here().widest()).next_multiple_of(threads).min(lines);
        (0..count).map(|i| Self::part(weights, biases, n, share(lines, i, count))).collect()
    }

    /// The panel of the outputs in `lines`.
    fn part(weights: &Array2<F>, biases: ArrayView1<'_, F>, n: usize, lines: Range<usize>) -> Self {
        let (fan_out, fan_in) = weights.dim();
        let outputs = lines.start * Line::<F>::LANES..(lines.end * Line::<F>::LANES).min(fan_out);
        let width = lines.len();
        let mut panel = Self {
            weights: vec![Line::zeros(); fan_in * width],
            biases: vec![Line::zeros(); width],
            work: vec![Line::zeros(); n * width],
            outputs: outputs.len(),
            lines,
        };
        for (column, output) in outputs.enumerate() {
            numbers_mut(&mut panel.biases)[column] = biases[output];
            for (row, &weight) in panel.weights.chunks_exact_mut(width).zip(weights.row(output)) {
                numbers_mut(row)[column] = weight;
            }
        }
        panel
    }

    /// The number of lines in a row.
    pub(super) fn width(&self) -> usize {
        self.lines.len()
    }

    /// How many neighbouring inputs make a block.
    pub(super) fn block(&self) -> usize {
        BLOCK / size_of::<Line<F>>() / self.width() / 8 * 8
    }

    /// Writes the weights and biases back to where they came from.
    pub(crate) fn copy_to(&self, weights: &mut Array2<F>, biases: &mut Array1<F>) {
        let first = self.lines.start * Line::<F>::LANES;
        for column in 0..self.outputs {
            biases[first + column] = numbers(&self.biases)[column];
            for (row, weight) in self.weights.chunks_exact(self.width()).zip(weights.row_mut(first + column)) {
                *weight = numbers(row)[column];
            }
        }
    }

    /// Puts z of the examples from `first` on into their places in `rows`, of `(…, fan_out)`.
    pub(super) fn copy_z(&self, first: usize, rows: &mut Part<'_, F>) {
        let zs = self.work[first * self.width()..].chunks_exact(self.width());
        for (row, z) in rows.lines.chunks_exact_mut(rows.width).zip(zs) {
            row[self.lines.clone()].copy_from_slice(z);
        }
    }

    /// Takes these columns of `deltas`, `(n, fan_out)`, in the place of z.
    pub(super) fn take(&mut self, deltas: View<'_, F>) {
        for (row, delta) in self.work.chunks_exact_mut(self.lines.len()).zip(deltas.rows()) {
            row.copy_from_slice(&delta[self.lines.clone()]);
        }
    }
}
