//! Gradient descent in buffers that are made once: [`Network::forward`], [`Network::backward`] and [`Network::step`] for
//! a whole training.
//!
//! A mini-batch takes three rounds of the team, and one before where the inputs are dense, to fetch them:
//!
//! 1. first layer, each thread its panels: z = x · Wᵀ + b;
//! 2. each thread its examples: forward to the loss, and back to δ of the first layer;
//! 3. each thread its panels and outputs: W ← W − η δᵀ · a / n.

use ndarray::{ArrayView1, ArrayViewMut1, Axis};

use super::Examples;
use super::batch::Inputs;
use super::dense::{add_product, add_transposed_product};
use super::lines::{Grid, Line, add};
use super::output::{chain, delta, is_from_z, loss_from_a, loss_from_z};
use super::panel::Panel;
use super::rows::Rows;
use super::sparse::Sparse;
use super::team::Team;
use crate::data::Dataset;
use crate::metrics::argmax;
use crate::protocol::interrupted;
use crate::{Activation, Float, Layer, Loss, Network};

/// With a larger share of inputs that are not 0, skipping the others no longer pays.
const DENSE: f64 = 0.4;

/// Mini-batches of the test set hold this many examples, or as many as those of the training set.
const TEST_BATCH: usize = 250;

/// A network in training.
pub(crate) struct Descent<'a, F: Float> {
    model: Model<F>,
    /// For one mini-batch: a[0] (if the inputs are dense) … a[L], δ[1] … δ[L], and what is measured of each example.
    work: Vec<Grid<F>>,
    train: Inputs<'a>,
    test: Inputs<'a>,
}

/// Weights and biases, where the fast loops want them.
struct Model<F: Float> {
    activations: Vec<Activation>,
    /// The first layer's W and b, cut up.
    panels: Vec<Panel<F>>,
    /// Of each further layer, in the order of [`WT`], [`W`] and [`B`]: Wᵀ, W and b.
    parameters: Vec<Grid<F>>,
}

/// Wᵀ, `(fan_in, fan_out)`, whose rows the forward pass adds up.
const WT: usize = 0;

/// W, `(fan_out, fan_in)`, whose rows the backward pass adds up. To change both costs less than to turn one around.
const W: usize = 1;

/// b, `(1, fan_out)`.
const B: usize = 2;

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
        let panels = Panel::cut(&layers[0].weights, layers[0].biases.view(), n, team.threads());
        let block = panels.iter().map(Panel::block).min().expect("a layer has an output");
        let sparse = Sparse::new(train.inputs.view(), block, DENSE, team);
        let test_sparse = sparse.as_ref().and_then(|_| Sparse::new(test.inputs.view(), block, 1.0, team));
        let inputs = if sparse.is_some() { 0 } else { sizes[0] };
        let widths = [inputs].into_iter().chain(sizes[1..].iter().copied()).chain(sizes[1..].iter().copied());
        let parameters = layers[1..].iter().flat_map(|layer| {
            let (weights, biases) = (layer.weights.view(), layer.biases.view().insert_axis(Axis(0)));
            [weights.t(), weights, biases].map(Grid::of)
        });
        Self {
            work: widths.chain([losses + 1]).map(|width| Grid::zeros((n, width))).collect(),
            model: Model {
                activations: layers.iter().map(|layer| layer.activation).collect(),
                parameters: parameters.collect(),
                panels,
            },
            train: Inputs { data: train, sparse },
            test: Inputs { data: test, sparse: test_sparse },
        }
    }

    /// One step of gradient descent on some examples of the training set. Returns the sum of their losses before it.
    pub(crate) fn step(&mut self, examples: &Examples, loss: Loss, learning_rate: f64, team: &mut Team<'_>) -> f64 {
        let n = examples.len();
        let rate = F::of(-learning_rate / n as f64);
        let last = self.model.activations.len();
        let (model, train) = (&mut self.model, &self.train);
        train.fetch(examples, &mut self.work[0], team);
        let batch = train.batch(examples, &self.work[0]);
        team.each(&mut model.panels, |_, panel| batch.forward(panel));
        team.rows(n, &mut self.work, |mut rows| {
            model.forward(&mut rows);
            model.measure(train, examples, &[loss], &mut rows);
            model.backward(train, examples, loss, rate, &mut rows);
        });
        let (a, deltas) = self.work.split_at(last + 1);
        let batch = train.batch(examples, &a[0]);
        team.both(
            &mut model.panels,
            |_, panel| batch.step(panel, deltas[0].first(n)),
            &mut model.parameters,
            |mut rows| {
                for l in 1..last {
                    let (a, delta, at) = (a[l].first(n), deltas[l].first(n), 3 * (l - 1));
                    let (inputs, outputs) = (rows.range(at + WT), rows.range(at + W));
                    add_transposed_product(rows.get(at + WT), (a, inputs.start), delta);
                    add_transposed_product(rows.get(at + W), (delta, outputs.start), a);
                    for biases in rows.get(at + B).rows() {
                        delta.rows().for_each(|delta| add(biases, delta));
                    }
                }
            },
        );
        (0..n).fold(0.0, |sum, i| sum + self.work[2 * last + 1].row(i)[0].f64())
    }

    /// The mean of each of `losses` over the test set, and the share of its examples that are classified right; none if ■ was
    /// pressed meanwhile.
    pub(crate) fn evaluate(&mut self, losses: &[Loss], team: &mut Team<'_>) -> Option<(Vec<f64>, f64)> {
        let (model, test) = (&mut self.model, &self.test);
        let last = model.activations.len();
        let count = test.data.len();
        let batch = self.work[0].rows();
        let mut sums = vec![0.0; losses.len() + 1];
        for start in (0..count).step_by(batch) {
            if interrupted() {
                return None;
            }
            let examples = Examples::of(start..count.min(start + batch), None);
            test.fetch(&examples, &mut self.work[0], team);
            let batch = test.batch(&examples, &self.work[0]);
            team.each(&mut model.panels, |_, panel| batch.forward(panel));
            team.rows(examples.len(), &mut self.work, |mut rows| {
                model.forward(&mut rows);
                model.measure(test, &examples, losses, &mut rows);
            });
            for i in 0..examples.len() {
                let measured = self.work[2 * last + 1].row(i);
                sums.iter_mut().zip(measured).for_each(|(sum, x)| *sum += x.f64());
            }
        }
        sums.iter_mut().for_each(|sum| *sum /= count as f64);
        let accuracy = sums.pop().expect("one more than there are losses");
        Some((sums, accuracy))
    }

    /// Gives `layers` the weights and biases as they are now.
    pub(crate) fn copy_to(&self, layers: &mut [Layer<F>]) {
        let Model { parameters, panels, .. } = &self.model;
        let (first, further) = layers.split_first_mut().expect("a network has a layer");
        panels.iter().for_each(|panel| panel.copy_to(&mut first.weights, &mut first.biases));
        for (layer, parameters) in further.iter_mut().zip(parameters.chunks_exact(3)) {
            layer.weights.assign(&parameters[W].view().array());
            layer.biases.assign(&ArrayView1::from(parameters[B].row(0)));
        }
    }
}

impl<F: Float> Model<F> {
    /// Fills a[1] … a[L-1] and z[L], the latter in the place of a[L], for this thread's examples.
    fn forward(&self, rows: &mut Rows<'_, F>) {
        let last = self.activations.len();
        for (l, &activation) in (1..).zip(&self.activations) {
            if l == 1 {
                let first = rows.range(1).start;
                self.panels.iter().for_each(|panel| panel.copy_z(first, &mut rows.get(1)));
            } else {
                let parameters = &self.parameters[3 * (l - 2)..];
                let biases = parameters[B].view();
                let (a, mut z) = rows.pair(l - 1, l);
                z.rows().for_each(|z| z.copy_from_slice(biases.lines));
                add_product(z, a.view(), parameters[WT].view());
            }
            if l < last {
                activation.apply(rows.get(l).array());
            }
        }
    }

    /// Measures this thread's examples, the losses and last whether they are right; turns z[L] into a[L] and leaves a
    /// copy of it in the place of δ[L].
    fn measure(&self, inputs: &Inputs<'_>, examples: &Examples, losses: &[Loss], rows: &mut Rows<'_, F>) {
        let last = self.activations.len();
        let output = self.activations[last - 1];
        let range = rows.range(last);
        // Where outputs round to 1, only z[L] still tells δ[L].
        let (z, kept) = rows.pair(last, 2 * last);
        kept.lines.copy_from_slice(z.lines);
        let (a, measured) = rows.pair(last, 2 * last + 1);
        for ((i, row), measured) in range.zip(a.numbers()).zip(measured.numbers()) {
            let label = inputs.label(examples.get(i));
            for (measured, &loss) in measured.iter_mut().zip(losses) {
                if let Some(loss) = loss_from_z(loss, output, row, label) {
                    *measured = loss;
                }
            }
            output.apply(ArrayViewMut1::from(&mut *row).insert_axis(Axis(0)));
            for (measured, &loss) in measured.iter_mut().zip(losses) {
                if !is_from_z(loss, output) {
                    *measured = loss_from_a(loss, row, label);
                }
            }
            let is_right = argmax(ArrayView1::from(&*row)) == label;
            measured[losses.len()] = if is_right { F::one() } else { F::zero() };
        }
    }

    /// Fills −η δ[L] / n … −η δ[1] / n for this thread's examples; `rate` is −η / n.
    fn backward(&self, inputs: &Inputs<'_>, examples: &Examples, loss: Loss, rate: F, rows: &mut Rows<'_, F>) {
        let last = self.activations.len();
        let range = rows.range(last);
        let (a, deltas) = rows.pair(last, 2 * last);
        for ((i, a), row) in range.zip(a.numbers()).zip(deltas.numbers()) {
            delta(loss, self.activations[last - 1], a, row, inputs.label(examples.get(i)));
            row.iter_mut().for_each(|delta| *delta *= rate);
        }
        for l in (2..=last).rev() {
            let (after, before) = rows.pair(last + l, last + l - 1);
            before.lines.fill(Line::zeros());
            add_product(before, after.view(), self.parameters[3 * (l - 2) + W].view());
            let (a, before) = rows.pair(l - 1, last + l - 1);
            for (a, before) in a.numbers().zip(before.numbers()) {
                chain(self.activations[l - 2], a, before);
            }
        }
    }
}
