//! The inputs of a data set and of its mini-batches: dense, or sparse where most of them are 0.

use ndarray::{Array2, ArrayView2, s};

use super::panel::Panel;
use super::sparse::Sparse;
use super::team::Team;
use super::{Examples, dense, sparse};
use crate::Float;
use crate::data::Dataset;

/// The inputs of a mini-batch.
#[derive(Clone, Copy)]
pub(super) enum Batch<'a, F> {
    /// Some examples of a data set, without what is 0.
    Sparse(&'a Sparse, &'a Examples<'a>),
    /// `(n, fan_in)`, in memory by rows.
    Dense(ArrayView2<'a, F>),
}

impl<F: Float> Batch<'_, F> {
    /// z = x · Wᵀ + b of the panel's columns.
    pub(super) fn forward(self, panel: &mut Panel<F>) {
        match self {
            Self::Sparse(data, examples) => sparse::forward(panel, data, examples),
            Self::Dense(inputs) => dense::forward(panel, inputs),
        }
    }

    /// W ← W + deltasᵀ · x and b ← b + column sums of deltas, where `deltas`, `(n, fan_out)`, are −η δ / n.
    pub(super) fn step(self, panel: &mut Panel<F>, deltas: ArrayView2<'_, F>) {
        panel.take(deltas);
        match self {
            Self::Sparse(data, examples) => sparse::step(panel, data, examples),
            Self::Dense(inputs) => dense::step(panel, inputs),
        }
    }
}

/// A data set and, where most inputs are 0, those that are not.
pub(super) struct Inputs<'a> {
    pub(super) data: &'a Dataset,
    pub(super) sparse: Option<Sparse>,
}

impl Inputs<'_> {
    /// Fills a[0], the first of `work`, with some examples, if they are dense.
    pub(super) fn fetch<F: Float>(&self, examples: &Examples<'_>, work: &mut [Array2<F>], team: &mut Team<'_>) {
        if self.sparse.is_none() {
            team.rows(examples.len(), &mut work[..1], |mut rows| {
                for (i, mut row) in rows.range(0).zip(rows.get(0).outer_iter_mut()) {
                    row.zip_mut_with(&self.data.inputs.row(examples.get(i)), |to, &x| *to = F::of(x.into()));
                }
            });
        }
    }

    /// The examples that were fetched.
    pub(super) fn batch<'a, F>(&'a self, examples: &'a Examples<'a>, work: &'a [Array2<F>]) -> Batch<'a, F> {
        match &self.sparse {
            Some(sparse) => Batch::Sparse(sparse, examples),
            None => Batch::Dense(work[0].slice(s![..examples.len(), ..])),
        }
    }

    pub(super) fn label(&self, example: usize) -> usize {
        usize::from(self.data.labels[example])
    }
}
