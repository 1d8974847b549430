//! The inputs of a data set and of its mini-batches: dense, or sparse where most of them are 0.

use super::lines::{Grid, Part, View, add};
use super::panel::Panel;
use super::sparse::Sparse;
use super::team::Team;
use super::{Examples, dense, sparse};
use crate::Float;
use crate::data::Dataset;

/// The inputs of a mini-batch.
#[derive(Clone, Copy)]
pub(super) enum Batch<'a, F: Float> {
    /// Some examples of a data set, without what is 0.
    Sparse(&'a Sparse, &'a Examples),
    /// `(n, fan_in)`.
    Dense(View<'a, F>),
}

impl<F: Float> Batch<'_, F> {
    /// z = x · Wᵀ + b of the panel's columns.
    pub(super) fn forward(self, panel: &mut Panel<F>) {
        match self {
            Self::Sparse(data, examples) => sparse::forward(panel, data, examples),
            Self::Dense(inputs) => {
                let width = panel.width();
                let zs = &mut panel.work[..inputs.lines.len() / inputs.width * width];
                zs.chunks_exact_mut(width).for_each(|z| z.copy_from_slice(&panel.biases));
                let columns = panel.biases.len();
                let weights = View { columns, width, lines: &panel.weights };
                dense::add_product(Part { columns, width, lines: zs }, inputs, weights);
            }
        }
    }

    /// W ← W + deltasᵀ · x and b ← b + column sums of deltas, where `deltas`, `(n, fan_out)`, are −η δ / n.
    pub(super) fn step(self, panel: &mut Panel<F>, deltas: View<'_, F>) {
        panel.take(deltas);
        match self {
            Self::Sparse(data, examples) => sparse::step(panel, data, examples),
            Self::Dense(inputs) => {
                let (columns, width) = (panel.biases.len(), panel.width());
                let deltas = View { columns, width, lines: &panel.work[..inputs.lines.len() / inputs.width * width] };
                deltas.rows().for_each(|delta| add(&mut panel.biases, delta));
                dense::add_transposed_product(Part { columns, width, lines: &mut panel.weights }, (inputs, 0), deltas);
            }
        }
    }
}

/// A data set and, where most inputs are 0, those that are not.
pub(super) struct Inputs<'a> {
    pub(super) data: &'a Dataset,
    pub(super) sparse: Option<Sparse>,
}

impl Inputs<'_> {
    /// Fills a[0], `fetched`, with some examples, if they are dense.
    pub(super) fn fetch<F: Float>(&self, examples: &Examples, fetched: &mut Grid<F>, team: &mut Team<'_>) {
        if self.sparse.is_none() {
            team.rows(examples.len(), std::slice::from_mut(fetched), |mut rows| {
                for (i, row) in rows.range(0).zip(rows.get(0).numbers()) {
                    row.iter_mut()
                        .zip(self.data.inputs.row(examples.get(i)))
                        .for_each(|(to, &x)| *to = F::of(x.into()));
                }
            });
        }
    }

    /// The examples that were fetched.
    pub(super) fn batch<'a, F: Float>(&'a self, examples: &'a Examples, fetched: &'a Grid<F>) -> Batch<'a, F> {
        match &self.sparse {
            Some(sparse) => Batch::Sparse(sparse, examples),
            None => Batch::Dense(fetched.first(examples.len())),
        }
    }

    pub(super) fn label(&self, example: usize) -> usize {
        usize::from(self.data.labels[example])
    }
}
