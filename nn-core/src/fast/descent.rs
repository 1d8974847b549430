//! Gradient descent in buffers that are made once: [`Network::forward`], [`Network::backward`] and [`Network::step`] for
//! a whole training.
//!
//! A mini-batch takes three rounds of the team, and one before where the inputs are dense, to fetch them:
//!
//! 1. first layer, each thread its panels: z = x · Wᵀ + b;
//! 2. each thread its examples: forward to the loss, and back to δ of the first layer;
//! 3. each thread its panels and outputs: W ← W − η δᵀ · a / n.

use ndarray::linalg::general_mat_mul;
use ndarray::{Array2, Axis, s};

use super::Examples;
use super::batch::Inputs;
use super::output::{chain, delta, is_from_z, loss_from_a, loss_from_z};
use super::panel::Panel;
use super::sparse::Sparse;
use super::team::{Rows, Team};
use crate::data::Dataset;
use crate::metrics::argmax;
use crate::protocol::interrupted;
use crate::{Activation, Float, Layer, Loss, Network};

/// With a larger share of inputs that are not 0, skipping the others no longer pays.
const DENSE: f64 = 0.4;

/// Mini-batches of the test set hold this many examples, or as many as those of the training set.
const TEST_BATCH: usize = 250;

/// Why a row of a buffer is a slice.
const LAYOUT: &str = "buffers are in standard layout: Team::rows checks it";

/// A network in training.
pub(crate) struct Descent<'a, F> {
    model: Model<F>,
    /// For one mini-batch: a[0] (if the inputs are dense) … a[L], δ[1] … δ[L], and what is measured of each example.
    work: Vec<Array2<F>>,
    train: Inputs<'a>,
    test: Inputs<'a>,
}

/// Weights and biases, where the fast loops want them.
struct Model<F> {
    activations: Vec<Activation>,
    /// W of each layer, `(fan_out, fan_in)`, then b of each, `(fan_out, 1)`; those of the first layer are not in use.
    parameters: Vec<Array2<F>>,
    /// The first layer's W and b, cut up.
    panels: Vec<Panel<F>>,
}

impl<'a, F: Float> Descent<'a, F> {
    /// Prepares `network` for training in mini-batches of up to `n` examples, with at most `losses` measured on `test`.
    ///
    /// The data must fit the network: [`crate::Training::run`] has checked that.
    pub(crate) fn new(
        network: &Network<F>,
        (train, test): (&'a Dataset, &'a Dataset),
        n: usize,
        losses: usize,
        team: &mut Team<'_>,
    ) -> Self {
        let n = n.max(TEST_BATCH.min(test.len()));
        let sizes = network.sizes();
        let layers = network.layers();
        let sparse = Sparse::new(train.inputs.view(), DENSE, team);
        let panels = Panel::cut(&layers[0].weights, layers[0].biases.view(), n, team.threads());
        let test_sparse = sparse.as_ref().and_then(|_| Sparse::new(test.inputs.view(), 1.0, team));
        let inputs = if sparse.is_some() { 0 } else { sizes[0] };
        let widths = [inputs].into_iter().chain(sizes[1..].iter().copied()).chain(sizes[1..].iter().copied());
        let weights = layers.iter().map(|layer| layer.weights.as_standard_layout().into_owned());
        let biases = layers.iter().map(|layer| layer.biases.clone().insert_axis(Axis(1)));
        Self {
            work: widths.chain([losses + 1]).map(|width| Array2::zeros((n, width))).collect(),
            model: Model {
                activations: layers.iter().map(|layer| layer.activation).collect(),
                parameters: weights.chain(biases).collect(),
                panels,
            },
            train: Inputs { data: train, sparse },
            test: Inputs { data: test, sparse: test_sparse },
        }
    }

    /// One step of gradient descent on some examples of the training set. Returns the sum of their losses before it.
    pub(crate) fn step(&mut self, examples: &Examples<'_>, loss: Loss, learning_rate: f64, team: &mut Team<'_>) -> f64 {
        let n = examples.len();
        let rate = F::of(-learning_rate / n as f64);
        let last = self.model.activations.len();
        let (model, train) = (&mut self.model, &self.train);
        train.fetch(examples, &mut self.work, team);
        let batch = train.batch(examples, &self.work);
        team.each(&mut model.panels, |_, panel| batch.forward(panel));
        team.rows(n, &mut self.work, |mut rows| {
            model.forward(&mut rows);
            model.measure(train, examples, &[loss], &mut rows);
            model.backward(train, examples, loss, rate, &mut rows);
        });
        let (a, deltas) = self.work.split_at(last + 1);
        let batch = train.batch(examples, a);
        team.both(
            &mut model.panels,
            |_, panel| batch.step(panel, deltas[0].slice(s![..n, ..])),
            &mut model.parameters,
            |mut rows| {
                for l in 1..last {
                    let delta = deltas[l].slice(s![..n, rows.range(l)]);
                    general_mat_mul(F::one(), &delta.t(), &a[l].slice(s![..n, ..]), F::one(), &mut rows.get(l));
                    let mut biases = rows.get(last + l);
                    for delta in delta.outer_iter() {
                        biases.column_mut(0).zip_mut_with(&delta, |b, &delta| *b += delta);
                    }
                }
            },
        );
        self.work[2 * last + 1].slice(s![..n, 0]).fold(0.0, |sum, loss| sum + loss.f64())
    }

    /// The mean of each of `losses` over the test set, and the share of its examples that are classified right; none if ■ was
    /// pressed meanwhile.
    pub(crate) fn evaluate(&mut self, losses: &[Loss], team: &mut Team<'_>) -> Option<(Vec<f64>, f64)> {
        let (model, test) = (&mut self.model, &self.test);
        let last = model.activations.len();
        let count = test.data.len();
        let batch = self.work[0].nrows();
        let mut sums = vec![0.0; losses.len() + 1];
        for start in (0..count).step_by(batch) {
            if interrupted() {
                return None;
            }
            let examples = Examples::Run(start..count.min(start + batch));
            test.fetch(&examples, &mut self.work, team);
            let batch = test.batch(&examples, &self.work);
            team.each(&mut model.panels, |_, panel| batch.forward(panel));
            team.rows(examples.len(), &mut self.work, |mut rows| {
                model.forward(&mut rows);
                model.measure(test, &examples, losses, &mut rows);
            });
            let measured = self.work[2 * last + 1].slice(s![..examples.len(), ..]);
            for (sum, column) in sums.iter_mut().zip(measured.columns()) {
                *sum = column.fold(*sum, |sum, x| sum + x.f64());
            }
        }
        sums.iter_mut().for_each(|sum| *sum /= count as f64);
        let accuracy = sums.pop().expect("one more than there are losses");
        Some((sums, accuracy))
    }

    /// Gives `network` the weights and biases as they are now.
    pub(crate) fn copy_to(&self, layers: &mut [Layer<F>]) {
        let Model { parameters, panels, .. } = &self.model;
        let (weights, biases) = parameters.split_at(layers.len());
        for (layer, (weights, biases)) in layers.iter_mut().zip(weights.iter().zip(biases)) {
            layer.weights.assign(weights);
            layer.biases.assign(&biases.column(0));
        }
        if let Some(first) = layers.first_mut() {
            panels.iter().for_each(|panel| panel.copy_to(&mut first.weights, &mut first.biases));
        }
    }
}

impl<F: Float> Model<F> {
    /// Fills a[1] … a[L-1] and z[L], the latter in the place of a[L], for this thread's examples.
    fn forward(&self, rows: &mut Rows<'_, F>) {
        let last = self.activations.len();
        for (l, &activation) in (1..).zip(&self.activations) {
            if l == 1 {
                for (i, row) in rows.range(1).zip(rows.get(1).outer_iter_mut()) {
                    let row = row.into_slice().expect(LAYOUT);
                    self.panels.iter().for_each(|panel| panel.copy_z(i, row));
                }
            } else {
                let (weights, biases) = (&self.parameters[l - 1], &self.parameters[last + l - 1]);
                let (a, mut z) = rows.pair(l - 1, l);
                z.assign(&biases.t());
                general_mat_mul(F::one(), &a, &weights.t(), F::one(), &mut z);
            }
            if l < last {
                activation.apply(rows.get(l));
            }
        }
    }

    /// Measures this thread's examples, the losses and last whether they are right; turns z[L] into a[L] and leaves a
    /// copy of it in the place of δ[L].
    fn measure(&self, inputs: &Inputs<'_>, examples: &Examples<'_>, losses: &[Loss], rows: &mut Rows<'_, F>) {
        let last = self.activations.len();
        let output = self.activations[last - 1];
        let range = rows.range(last);
        // Where outputs round to 1, only z[L] still tells δ[L].
        let (z, mut kept) = rows.pair(last, 2 * last);
        kept.assign(&z);
        let (mut a, mut measured) = rows.pair(last, 2 * last + 1);
        for ((i, mut row), mut measured) in range.zip(a.outer_iter_mut()).zip(measured.outer_iter_mut()) {
            let label = inputs.label(examples.get(i));
            let z = row.as_slice().expect(LAYOUT);
            for (measured, &loss) in measured.iter_mut().zip(losses) {
                if let Some(loss) = loss_from_z(loss, output, z, label) {
                    *measured = loss;
                }
            }
            output.apply(row.view_mut().insert_axis(Axis(0)));
            let a = row.as_slice().expect(LAYOUT);
            for (measured, &loss) in measured.iter_mut().zip(losses) {
                if !is_from_z(loss, output) {
                    *measured = loss_from_a(loss, a, label);
                }
            }
            measured[losses.len()] = if argmax(row.view()) == label { F::one() } else { F::zero() };
        }
    }

    /// Fills −η δ[L] / n … −η δ[1] / n for this thread's examples; `rate` is −η / n.
    fn backward(&self, inputs: &Inputs<'_>, examples: &Examples<'_>, loss: Loss, rate: F, rows: &mut Rows<'_, F>) {
        let last = self.activations.len();
        let range = rows.range(last);
        let (a, mut deltas) = rows.pair(last, 2 * last);
        for ((i, a), mut row) in range.zip(a.outer_iter()).zip(deltas.outer_iter_mut()) {
            let (a, row) = (a.to_slice().expect(LAYOUT), row.as_slice_mut().expect(LAYOUT));
            delta(loss, self.activations[last - 1], a, row, inputs.label(examples.get(i)));
            row.iter_mut().for_each(|delta| *delta *= rate);
        }
        for l in (2..=last).rev() {
            let (after, mut before) = rows.pair(last + l, last + l - 1);
            general_mat_mul(F::one(), &after, &self.parameters[l - 1], F::zero(), &mut before);
            let (a, mut before) = rows.pair(l - 1, last + l - 1);
            for (a, mut row) in a.outer_iter().zip(before.outer_iter_mut()) {
                let (a, row) = (a.to_slice().expect(LAYOUT), row.as_slice_mut().expect(LAYOUT));
                chain(self.activations[l - 2], a, row);
            }
        }
    }
}
